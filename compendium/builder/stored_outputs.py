"""Access to objects in the stored outputs of notebooks: hover cards and claim records, as JSON MIME types.

Stored outputs are read and nothing is executed, so that pages show what the test run has verified.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from compendium.builder import cache_keys
from compendium.display.mime_types import CLAIM_RECORDS
from compendium.project.paths import BOOK, PAGE_BY_KIND


def stored_objects(notebook: Path, mime: str) -> dict[str, Any]:
    """Return the objects of one JSON MIME type in the outputs of a notebook, merged; empty where there are none."""
    try:
        changed = notebook.stat().st_mtime_ns
    except OSError:
        return {}
    found: dict[str, Any] = {}
    for own in _objects_by_mime(notebook, changed).get(mime, ()):
        found |= own
    return found


@lru_cache(maxsize=64)
def _objects_by_mime(notebook: Path, changed: int) -> dict[str, list[dict[str, Any]]]:
    """Return the objects of a notebook by MIME type, cached by its time of change; empty where it cannot be read."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    for output in (output for cell in cells for output in cell.get("outputs", ())):
        for mime, content in output.get("data", {}).items():
            if mime.startswith("application/vnd.ledger.") and isinstance(content, dict):
                found.setdefault(mime, []).append(content)
    return found


def permanent_page_notebook(kind: str) -> Path:
    """Return the notebook of the page on which rows of a kind have their permanent place."""
    return BOOK / f"{PAGE_BY_KIND[kind]}.ipynb"


def current_claim_records(notebook: Path | None = None) -> dict[str, Any]:
    """Return the claim records stored in the notebook of the claims; empty where its cache key is out of date."""
    notebook = notebook or permanent_page_notebook("claim")
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        code = ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]
        made = content["metadata"]["ledger"]
        fresh = made["key"] == cache_keys.cache_key(code, made["reads"])
    except (OSError, ValueError, KeyError, TypeError, SyntaxError):
        return {}
    return stored_objects(notebook, CLAIM_RECORDS) if fresh else {}
