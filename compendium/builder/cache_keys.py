"""Cache keys of notebooks: a SHA-256 over everything that the outputs of a notebook depend on.

A key covers the code cells, the modules of the engine that they import (transitively), the files that they read in the
last run, and the lock file. The set of files read can only change if one of these changes, so that of the last run is
sufficient. The version of Python is stored beside the key, as several versions may give the same outputs.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

from compendium.builder.import_graph import imported_modules
from compendium.builder.read_tracking import ALL_FILES
from compendium.project.checksums import sha256
from compendium.project.paths import LOCK, ROOT


def cache_key(code: Sequence[str], reads: Iterable[str], root: Path = ROOT) -> str:
    """Return the cache key of a notebook in hexadecimal digits; `""` where it has no code.

    Parameters
    ----------
    code
        sources of the code cells, in order.
    reads
        files read in the last run, relative to `root`, as `compendium.builder.read_tracking` records them; `*` stands
        for every file of the data.
    """
    if not code:
        return ""
    files = {root / LOCK, *engine_modules("\n".join(code), root)}
    for path in reads:
        files.update(data_files(root) if path == ALL_FILES else [root / path])
    return _digest("\0".join(code), files, root)


def engine_modules(code: str, root: Path = ROOT) -> frozenset[Path]:
    """Return the modules of the engine that code imports, transitively; all of them where it cannot be parsed."""
    try:
        return imported_modules(code, root)
    except SyntaxError:
        return frozenset((root / "compendium").rglob("*.py"))


def data_files(root: Path = ROOT) -> list[Path]:
    """Return the CSV and JSON files of the ledger, in order of path, without hidden files."""
    found = (root / "data").rglob("*")
    return sorted(path for path in found if path.suffix in {".csv", ".json"} and path.name[0] != ".")


def project_digest(root: Path = ROOT) -> str:
    """Return the SHA-256 of all that notebooks may depend on besides their code: data, engine, lock, Python version."""
    return _digest(python_version(), {*data_files(root), *(root / "compendium").rglob("*.py"), root / LOCK}, root)


def python_version() -> str:
    """Return the major and minor version of Python: `3.11`."""
    return ".".join(platform.python_version_tuple()[:2])


def _digest(text: str, files: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256(text.encode())
    for path in sorted(files):
        digest.update(f"\n{os.path.relpath(path, root)}\0{_content(path)}".encode())
    return digest.hexdigest()


def _content(path: Path) -> str:
    """Return the SHA-256 of a file, the names in a folder, or `none` where the path does not exist."""
    if path.is_dir():
        return "folder " + "/".join(sorted(entry.name for entry in path.iterdir()))
    return sha256(path.read_bytes()) if path.is_file() else "none"
