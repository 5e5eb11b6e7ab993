"""What the notebooks of the permanent places keep for the building of the site: cards, dossiers.

It reads stored outputs and runs nothing, so that a page shows what the test run has verified.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from compendium.project.paths import BOOK, PAGE_BY_KIND


def stored_objects(notebook: Path, mime: str) -> dict[str, Any]:
    """Return the objects that the outputs of a notebook hold under a type of JSON, put together; none without it."""
    try:
        changed = notebook.stat().st_mtime_ns
    except OSError:
        return {}
    found: dict[str, Any] = {}
    for own in _held(notebook, changed).get(mime, ()):
        found |= own
    return found


@lru_cache(maxsize=64)
def _held(notebook: Path, changed: int) -> dict[str, list[dict[str, Any]]]:
    """Return the objects of a notebook by their type of JSON; nothing where it cannot be read."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    for data in _bundles(cells):
        for mime, content in data.items():
            if mime.startswith("application/vnd.ledger.") and isinstance(content, dict):
                found.setdefault(mime, []).append(content)
    return found


def _bundles(cells: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (output.get("data", {}) for cell in cells for output in cell.get("outputs", ()))


def permanent_page_notebook(kind: str) -> Path:
    """Return the notebook of the page that is the permanent place of a kind of row."""
    return BOOK / f"{PAGE_BY_KIND[kind]}.ipynb"
