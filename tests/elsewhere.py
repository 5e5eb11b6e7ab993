"""The repository in another place: copied into a folder, and run there by the same interpreter."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from compendium.certificate import TOLD, told
from compendium.home import ROOT

MADE_HERE = (".git", ".venv*", ".cache", "_build", "__pycache__", ".ipynb_checkpoints")
# What the machine must say for a program to start at all; everything else a test gives of its own.
KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


def copied(into: Path) -> Path:
    """Copy the repository as it lies, without what its commands make; the files are as new as the copy.

    It knows the commit as a source archive does.
    """
    shutil.copytree(ROOT, into, ignore=shutil.ignore_patterns(*MADE_HERE), copy_function=shutil.copy)
    (into / TOLD).write_text(told(), encoding="utf-8")
    return into


def surroundings(root: Path, **more: str) -> dict[str, str]:
    """Return an environment that knows nothing of this one but the way to programs."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PYTHONPATH": str(root), "HOME": str(root.parent), "PYTHONDONTWRITEBYTECODE": "1"} | more


def run(
    root: Path, *words: str, before: tuple[str, ...] = (), umask: int = -1, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run this interpreter in a copy, with an environment of its own; `before` is a command that starts it."""
    command = [*before, sys.executable, *words]
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        cwd=root,
        env=surroundings(root, **more),
        umask=umask,
        check=False,
    )
