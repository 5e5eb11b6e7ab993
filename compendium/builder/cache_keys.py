"""The key that decides whether a notebook runs: what its outputs were made with, in one name.

It holds the code of the notebook, the modules of the engine that this code imports, the files that it read when it last
ran, the schema of the data, and the lock. What a notebook reads can only change if something of that changes, so the
files of its last run are enough. The version of Python is kept beside the key, since other versions may give the same
outputs. Nothing here is written, and nothing is remembered that could be out of date.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

from compendium.builder.import_graph import imported_modules
from compendium.builder.read_tracking import ALL_FILES
from compendium.project.paths import LOCK, ROOT


def cache_key(code: Sequence[str], reads: Iterable[str], root: Path = ROOT) -> str:
    """Return the key of a notebook with these code cells, which read these files when it last ran; `""` without code.

    Parameters
    ----------
    reads
        paths below `root`, as `compendium.builder.read_tracking` notes them; `*` is every file of the data.
    """
    if not code:
        return ""
    files = {root / LOCK, *engine_modules("\n".join(code), root)}
    for path in reads:
        files.update(data_files(root) if path == ALL_FILES else [root / path])
    return _named("\0".join(code), files, root)


def engine_modules(code: str, root: Path = ROOT) -> frozenset[Path]:
    """Return the modules of the engine that code rests on; all of them where the code cannot be parsed."""
    try:
        return imported_modules(code, root)
    except SyntaxError:
        return frozenset((root / "compendium").rglob("*.py"))


def data_files(root: Path = ROOT) -> list[Path]:
    """Return the files of the ledger, in order of path; an editor's own files are none."""
    found = (root / "data").rglob("*")
    return sorted(path for path in found if path.suffix in {".csv", ".json"} and path.name[0] != ".")


def project_digest(root: Path = ROOT) -> str:
    """Return the name of all that notebooks may depend on besides their code: data, engine, lock, version of Python."""
    return _named(python_version(), {*data_files(root), *(root / "compendium").rglob("*.py"), root / LOCK}, root)


def python_version() -> str:
    """Return the version of Python as far as outputs may depend on it: `3.11`."""
    return ".".join(platform.python_version_tuple()[:2])


def _named(text: str, files: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256(text.encode())
    for path in sorted(files):
        digest.update(f"\n{os.path.relpath(path, root)}\0{_content(path)}".encode())
    return digest.hexdigest()


def _content(path: Path) -> str:
    """Return the name of a file's content, of a folder's list of names, or that there is neither."""
    if path.is_dir():
        return "folder " + "/".join(sorted(entry.name for entry in path.iterdir()))
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "none"
