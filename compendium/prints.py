"""Makes the book as one file, PDF and EPUB, beside the site, and tells whether files made earlier are of the same book.

What the files were made from is kept beside them: the content of all that the book is built from, and their own. Where
either is another now, they are of another book, and are not offered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from compendium.project.paths import BUILT, ROOT

FOLDER = BUILT / "print"
STAMP = "made-from.json"
PDF, EPUB = "the-ledger.pdf", "the-ledger.epub"
KEY = "prints"
"""By this a build keeps which files it offered, among what it was made from."""


class PrintError(Exception):
    """The book cannot be printed; the message says what is missing or what failed."""


def make(inputs: Mapping[str, str], *, say: Callable[[str], None] = print, folder: Path | None = None) -> list[Path]:
    """Make PDF and EPUB of the built site, and return them.

    Parameters
    ----------
    inputs
        what the site was made from, by path.
    say
        told each step before it is taken.

    Raises
    ------
    PrintError
        where Chromium or a page is missing, or the PDF does not come to rest.
    """
    from compendium import audit, epub, pdf, printed
    from compendium.project import citation

    browser, folder = audit.chromium(), folder or FOLDER
    if browser is None:
        raise PrintError(
            f"Printing needs Chromium, and this machine has none: not {', '.join(audit.BROWSERS)} on its PATH, nor "
            "what CHROME_PATH names (Debian: apt-get install chromium). Nothing was printed."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STAMP).unlink(missing_ok=True)
    try:
        say("Gathering the pages …")
        book, about = printed.parts(folder.parent / "html", ROOT / "_toc.yml"), citation.edition()
        say("Packing the EPUB …")
        made = {EPUB: epub.packed(book, about)}
        say("Printing the PDF, twice: its contents are known by then …")
        with audit.browsing(browser) as opened:
            made[PDF] = pdf.printed(book, about, opened)
    except (printed.NotBuiltError, pdf.UnstableError, ValueError) as error:
        raise PrintError(str(error)) from None
    for name, content in made.items():
        (folder / name).write_bytes(content)
    adopt(folder, inputs)
    return [folder / name for name in made]


def adopt(folder: Path, inputs: Mapping[str, str]) -> None:
    """Note that PDF and EPUB in a folder are of the book that is made from `inputs`, so that its site offers them."""
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (PDF, EPUB)}
    (folder / STAMP).write_text(json.dumps({"from": digest(inputs), "files": files}, indent=1), encoding="utf-8")


def digest(inputs: Mapping[str, str]) -> str:
    """Return the name of a book: of all that it is made from, but for the files that are made of it."""
    named = sorted((path, content) for path, content in inputs.items() if path != KEY)
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def fresh(folder: Path, inputs: Callable[[], Mapping[str, str]]) -> dict[str, str]:
    """Return the files of a folder that were made of the book as it is, with the SHA-256 of each; none else.

    Parameters
    ----------
    inputs
        gives what the book is made from; asked only where there are files at all.
    """
    try:
        said = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        files = {str(name): str(content) for name, content in said["files"].items()}
        whole = all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == files[name] for name in (PDF, EPUB))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return files if whole and said.get("from") == digest(inputs()) else {}


def told(folder: Path, inputs: Mapping[str, str]) -> str:
    """Return which files are offered, as one word for whoever compares; `""` where none are."""
    return " ".join(sorted(fresh(folder, lambda: inputs).values()))
