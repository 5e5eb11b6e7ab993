"""Which printed files (PDF, EPUB) are of the book as it is now.

What they were made from is kept beside them. It prints nothing; see `compendium.publish.print_book`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from compendium.project.paths import BUILT

FOLDER = BUILT / "print"

STAMP = "made-from.json"

PDF = "the-ledger.pdf"

KEY = "prints"
"""By this a build keeps which files it offered, among what it was made from."""


def adopt(folder: Path, inputs: Mapping[str, str]) -> None:
    """Note that the PDF in a folder is of the book that is made from `inputs`, so that its site offers it."""
    files = {PDF: hashlib.sha256((folder / PDF).read_bytes()).hexdigest()}
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
        files = {PDF: str(said["files"][PDF])}
        whole = hashlib.sha256((folder / PDF).read_bytes()).hexdigest() == files[PDF]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return files if whole and said.get("from") == digest(inputs()) else {}


def told(folder: Path, inputs: Mapping[str, str]) -> str:
    """Return which files are offered, as one word for whoever compares; `""` where none are."""
    return " ".join(sorted(fresh(folder, lambda: inputs).values()))
