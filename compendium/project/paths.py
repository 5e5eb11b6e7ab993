"""Where things lie: the folders of the project, and the pages of the book that hold each kind of row.

It is read by every command before anything else, so it imports nothing that takes time.
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
"""Where in a book the permanent place of each kind of thing is."""

ROW_PAGES_FOLDER = "book/claim"
"""The folder of the site whose pages are made of rows, one each, all alike."""


def find_chapters(book: Path = BOOK) -> list[Path]:
    """Return every chapter file of a book in order of path; templates and hidden folders are none."""
    found = book.rglob("*.md")
    return sorted(path for path in found if not any(part[0] in "._" for part in path.relative_to(book).parts))


def notebook_path(chapter: Path) -> Path:
    """Return where the notebook made from a chapter lies."""
    return chapter.with_suffix(".ipynb")


def format_path(path: Path) -> str:
    """Return a path as messages give it: below the project's folder where it lies there."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
