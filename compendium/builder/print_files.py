"""Record of which inputs the printed book (PDF) was made from, so that a site offers only a current one.

The file itself is made by `compendium.publish`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from compendium.project.checksums import sha256
from compendium.project.paths import BUILD

PRINT_FOLDER = BUILD / "print"
PRINT_RECORD = "made-from.json"
PDF_FILE = "the-ledger.pdf"
INPUT_KEY = "prints"
"""Key among the inputs of a build: the printed files that its site offers."""


def record_print_files(folder: Path, inputs: Mapping[str, str]) -> None:
    """Record that the PDF in a folder was made from these inputs (`pipeline.input_digests`)."""
    files = {PDF_FILE: sha256((folder / PDF_FILE).read_bytes())}
    (folder / PRINT_RECORD).write_text(
        json.dumps({"from": book_digest(inputs), "files": files}, indent=1), encoding="utf-8"
    )


def book_digest(inputs: Mapping[str, str]) -> str:
    """Return the SHA-256 of the inputs of a book, the printed files made from it excluded."""
    named = sorted((path, content) for path, content in inputs.items() if path != INPUT_KEY)
    return sha256(json.dumps(named))


def current_print_files(folder: Path, get_inputs: Callable[[], Mapping[str, str]]) -> dict[str, str]:
    """Return the SHA-256, by name, of the printed files in a folder that were made from the current inputs.

    Parameters
    ----------
    get_inputs
        returns the current inputs; called only where there are files.
    """
    try:
        record = json.loads((folder / PRINT_RECORD).read_text(encoding="utf-8"))
        files = {PDF_FILE: str(record["files"][PDF_FILE])}
        intact = sha256((folder / PDF_FILE).read_bytes()) == files[PDF_FILE]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return files if intact and record.get("from") == book_digest(get_inputs()) else {}


def print_files_digest(folder: Path, inputs: Mapping[str, str]) -> str:
    """Return the digests of the current printed files as one text to compare, `""` without any."""
    return " ".join(sorted(current_print_files(folder, lambda: inputs).values()))
