"""Asks git about a folder: the one place that runs it."""

from __future__ import annotations

import subprocess
from pathlib import Path


class GitError(RuntimeError):
    """Git failed, or cannot be run; the message says which command, and gives git's own last line."""


def output(root: Path, *words: str, given: str = "") -> bytes:
    """Return what a git command prints in a folder; `given` is its standard input.

    Git takes no lock that it can do without: a build must not stand in the way of a commit.

    Raises
    ------
    GitError
        where git cannot be run, or ends with an error.
    """
    command = ["git", "--no-optional-locks", "-C", str(root), *words]
    try:
        ended = subprocess.run(command, capture_output=True, check=False, input=given.encode())
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from None
    if ended.returncode:
        said = ended.stderr.decode(errors="replace").strip().splitlines()
        raise GitError(f"git {words[0]}: {said[-1] if said else f'ended with {ended.returncode}'}")
    return ended.stdout


def text(root: Path, *words: str, given: str = "") -> str:
    """Return what a git command prints in a folder as text; bytes that are no UTF-8 are replaced.

    Raises
    ------
    GitError
        as `output` does.
    """
    return output(root, *words, given=given).decode(errors="replace")
