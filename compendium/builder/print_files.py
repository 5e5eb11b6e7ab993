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

PDF_FILE = "the-ledger.pdf"

INPUT_KEY = "prints"
"""By this a build keeps which files it offered, among what it was made from."""


def record_print_files(folder: Path, inputs: Mapping[str, str]) -> None:
    """Note that the PDF in a folder is of the book that is made from `inputs`, so that its site offers it."""
    files = {PDF_FILE: hashlib.sha256((folder / PDF_FILE).read_bytes()).hexdigest()}
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
        files = {PDF_FILE: str(said["files"][PDF_FILE])}
        whole = hashlib.sha256((folder / PDF_FILE).read_bytes()).hexdigest() == files[PDF_FILE]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return files if whole and said.get("from") == book_digest(get_inputs()) else {}


def print_files_digest(folder: Path, inputs: Mapping[str, str]) -> str:
    """Return which files are offered, as one word for whoever compares; `""` where none are."""
    return " ".join(sorted(current_print_files(folder, lambda: inputs).values()))
