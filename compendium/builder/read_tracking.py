"""IPython extension that records which files of the project a kernel reads, for the cache key of its notebook.

It listens to Python's audit events, which report every file opened and every folder listed, by any library. A child
process could read anything, so that starting one counts as reading every file.

Reference: PEP 578, runtime audit hooks.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from compendium.project.paths import ROOT

ALL_FILES = "*"
"""Recorded in place of paths where any file may have been read."""
IGNORED_FOLDERS = tuple(f"{ROOT}{os.sep}{name}" for name in ("compendium", ".venv", ".cache", "_build", ".git"))
"""Folders not recorded: engine and environment are part of a cache key in other ways."""
OPEN_EVENTS = {"open", "sqlite3.connect"}
LISTING_EVENTS = {"os.listdir", "os.scandir"}
PROCESS_EVENTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"}

_seen: set[str] = set()


def load_ipython_extension(shell: Any) -> None:
    """Start recording; IPython calls this for each extension in its configuration."""
    # Imported before recording: without a cache, Matplotlib lists the fonts with a child process.
    import matplotlib.font_manager  # noqa: F401

    sys.addaudithook(_on_audit_event)


def tracked_paths() -> list[str]:
    """Return the files read so far, sorted, relative to the project's folder; `*` stands for every file."""
    return sorted(_seen)


def _on_audit_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event in PROCESS_EVENTS:
        _seen.add(ALL_FILES)
    elif (event in OPEN_EVENTS or (event in LISTING_EVENTS and not _importing())) and not isinstance(arguments[0], int):
        path = os.path.realpath(os.fsdecode(arguments[0] or "."))
        if path.startswith(f"{ROOT}{os.sep}") and not path.startswith(IGNORED_FOLDERS):
            _seen.add(os.path.relpath(path, ROOT))


def _importing() -> bool:
    """Return whether the import system lists a folder: only the files that it then opens matter."""
    return "importlib" in sys._getframe(2).f_code.co_filename
