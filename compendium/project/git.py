"""Wrapper of the git command: the only module that runs it."""

from __future__ import annotations

import subprocess
from pathlib import Path


class GitError(RuntimeError):
    """Git failed or cannot be run; the message has the subcommand and the last line of its standard error."""


def output(root: Path, *words: str, given: str = "") -> bytes:
    """Return the standard output of a git command in a folder; `given` is its standard input.

    Optional locks are off: a build must not block a commit.

    Raises
    ------
    GitError
        if git cannot be run or fails.
    """
    command = ["git", "--no-optional-locks", "-C", str(root), *words]
    try:
        ended = subprocess.run(command, capture_output=True, check=False, input=given.encode())
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from None
    if ended.returncode:
        lines = ended.stderr.decode(errors="replace").strip().splitlines()
        raise GitError(f"git {words[0]}: {lines[-1] if lines else f'ended with {ended.returncode}'}")
    return ended.stdout


def text(root: Path, *words: str, given: str = "") -> str:
    """Return `output` decoded as UTF-8, invalid bytes replaced; raise `GitError` as it does."""
    return output(root, *words, given=given).decode(errors="replace")
