"""Notes what a notebook reads of the project, so that it runs again when one of these files changes, and only then.

It is an extension of IPython: loaded as a kernel starts, it listens to Python's audit events, which tell of every file
that is opened and every folder that is listed, whoever does it and by whatever way. Another program that is started
could read anything, and counts as reading all. It listens only; it forbids nothing.

Reference: PEP 578, runtime audit hooks.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from compendium.project.paths import ROOT

ALL_FILES = "*"
"""Stands for every file that a notebook might read."""
IGNORED_FOLDERS = tuple(f"{ROOT}{os.sep}{name}" for name in ("compendium", ".venv", ".cache", "_build", ".git"))
"""What no notebook's key holds as a file: the engine and its environment, which are in it by other ways."""
OPEN_EVENTS = {"open", "sqlite3.connect"}
LISTING_EVENTS = {"os.listdir", "os.scandir"}
PROCESS_EVENTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"}

_seen: set[str] = set()


def load_ipython_extension(shell: Any) -> None:
    """Begin to listen; IPython calls this where its configuration names the module."""
    # Where it has no cache yet, Matplotlib asks another program for the fonts; that is nothing a notebook reads.
    import matplotlib.font_manager  # noqa: F401

    sys.addaudithook(_notice)


def tracked_paths() -> list[str]:
    """Return what was read so far: paths below the project's folder, in order, or `*` for all."""
    return sorted(_seen)


def _notice(event: str, arguments: tuple[Any, ...]) -> None:
    if event in PROCESS_EVENTS:
        _seen.add(ALL_FILES)
    elif (event in OPEN_EVENTS or (event in LISTING_EVENTS and not _importing())) and not isinstance(arguments[0], int):
        path = os.path.realpath(os.fsdecode(arguments[0] or "."))
        if path.startswith(f"{ROOT}{os.sep}") and not path.startswith(IGNORED_FOLDERS):
            _seen.add(os.path.relpath(path, ROOT))


def _importing() -> bool:
    """Say whether the import system lists a folder: what it opens there is noticed, the other names change nothing."""
    return "importlib" in sys._getframe(2).f_code.co_filename
