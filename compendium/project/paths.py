"""Paths of the project's folders, of chapters and notebooks, and of the pages that show each kind of row.

Every command imports it first, so it imports nothing slow.
"""

from __future__ import annotations

from pathlib import Path

LOCK = "requirements.txt"
ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
BOOK = ROOT / "book"
CACHE = ROOT / ".cache"
BUILD = ROOT / "_build"

PAGE_BY_KIND = {
    "claim": "evidence/claims",
    "source": "evidence/sources",
    "event": "evidence/timeline",
    "conflict": "evidence/contradictions",
    "observation": "evidence/official",
    "quantity": "evidence/implied",
    "headline": "evidence/sensitivity",
    "citation": "evidence/citations",
    "table": "reference/dictionary",
}
"""Page (path without suffix) that has the permanent anchors of each kind of row."""

ROW_PAGES_FOLDER = "book/claim"
"""Folder of the site with the generated pages, one a row."""


def find_chapters(book: Path = BOOK) -> list[Path]:
    """Return the chapter files of a book in order of path, without those whose path has a part in `_…` or `.…`."""
    found = book.rglob("*.md")
    return sorted(path for path in found if not any(part[0] in "._" for part in path.relative_to(book).parts))


def notebook_path(chapter: Path) -> Path:
    """Return the path of the notebook made from a chapter."""
    return chapter.with_suffix(".ipynb")


def format_path(path: Path) -> str:
    """Return a path for messages: relative to the project's folder if inside it, else as given."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
