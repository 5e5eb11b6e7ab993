"""Which printed files (PDF, EPUB) are of the book as it is now.

What they were made from is kept beside them. It prints nothing; see `compendium.publish.print_book`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from compendium.project.paths import BUILD

PRINT_FOLDER = BUILD / "print"

PRINT_RECORD = "made-from.json"

PDF_FILE, EPUB_FILE = "the-ledger.pdf", "the-ledger.epub"

INPUT_KEY = "prints"
"""By this a build keeps which files it offered, among what it was made from."""


def record_print_files(folder: Path, inputs: Mapping[str, str]) -> None:
    """Note that PDF and EPUB in a folder are of the book that is made from `inputs`, so that its site offers them."""
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (PDF_FILE, EPUB_FILE)}
    (folder / PRINT_RECORD).write_text(
        json.dumps({"from": book_digest(inputs), "files": files}, indent=1), encoding="utf-8"
    )


def book_digest(inputs: Mapping[str, str]) -> str:
    """Return the name of a book: of all that it is made from, but for the files that are made of it."""
    named = sorted((path, content) for path, content in inputs.items() if path != INPUT_KEY)
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def current_print_files(folder: Path, get_inputs: Callable[[], Mapping[str, str]]) -> dict[str, str]:
    """Return the files of a folder that were made of the book as it is, with the SHA-256 of each; none else.

    Parameters
    ----------
    get_inputs
        gives what the book is made from; asked only where there are files at all.
    """
    try:
        said = json.loads((folder / PRINT_RECORD).read_text(encoding="utf-8"))
        files = {str(name): str(content) for name, content in said["files"].items()}
        whole = all(
            hashlib.sha256((folder / name).read_bytes()).hexdigest() == files[name] for name in (PDF_FILE, EPUB_FILE)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return files if whole and said.get("from") == book_digest(get_inputs()) else {}


def print_files_digest(folder: Path, inputs: Mapping[str, str]) -> str:
    """Return which files are offered, as one word for whoever compares; `""` where none are."""
    return " ".join(sorted(current_print_files(folder, lambda: inputs).values()))
