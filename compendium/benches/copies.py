"""Temporary copies of a repository, and commands timed in them.

Only what git tracks is copied; the environment is that of the running interpreter. Whatever a command would keep in
the user's home or in the checkout, it keeps in the copy.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

BUILT = {"_build", "__pycache__"}
LAST_LINES = 12
PATIENCE = 2 * 3600
"""Seconds after which a command is given up."""
MISLEADING = ("FRESH", "PYTHONDONTWRITEBYTECODE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
"""Variables of whoever calls that would change what is measured."""


class BenchError(RuntimeError):
    """A measurement could not be made; the message says why, for a person."""


def tracked(root: Path) -> list[Path]:
    """Return what git tracks in a folder, relative to it; where git tells nothing, all that is not hidden or built."""
    try:
        told = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False).stdout
    except OSError:  # no git on this machine
        told = ""
    named = [Path(name) for name in told.split("\0") if name] or list(_plain(root))
    return sorted(path for path in named if (root / path).is_file())


def _plain(root: Path) -> Iterator[Path]:
    for folder, inside, files in os.walk(root):
        inside[:] = [name for name in inside if name[0] != "." and name not in BUILT]
        yield from (Path(folder, name).relative_to(root) for name in files if name[0] != ".")


def copied(root: Path, into: Path, under: Sequence[str] = ("",)) -> None:
    """Copy what git tracks into a folder: all of it, or what lies under some paths."""
    for path in tracked(root):
        if any(path.is_relative_to(place) or not place for place in under):
            (into / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / path, into / path)


@dataclass(frozen=True)
class Copy:
    """A folder that is a repository of its own, with a book in it."""

    root: Path

    @property
    def html(self) -> Path:
        """Return where the book is built."""
        return self.root / "_build" / "html"

    def twin(self, into: Path) -> Copy:
        """Return a copy of it in another folder, without what was built and without caches."""
        shutil.copytree(self.root, into, ignore=shutil.ignore_patterns("_build", ".cache", "__pycache__"))
        return Copy(into)

    def python(self, *words: str) -> Run:
        """Run the interpreter of this process in it, with its own package before all others.

        Raises
        ------
        BenchError
            where it has no package of its own, because that of the checkout would take its place and build there;
            or where the command ends in an error, with the last of what it said.
        """
        if not (self.root / "compendium" / "__init__.py").is_file():
            raise BenchError("the copy has no package of its own; is compendium/ known to git?")
        return self.command(sys.executable, *words)

    def command(self, *words: str, **variables: str) -> Run:
        """Run a command in it, with some variables set; raise as `python` does."""
        start = time.perf_counter()
        try:
            ended = subprocess.run(
                words, cwd=self.root, env=self._environment() | variables, capture_output=True, text=True,
                errors="replace", timeout=PATIENCE, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise BenchError(f"{_said(words)} had not ended after {PATIENCE} seconds") from None
        except OSError as error:
            raise BenchError(f"{_said(words)} cannot be run: {error.strerror}") from None
        seconds = time.perf_counter() - start
        if ended.returncode:
            last = "\n".join((ended.stdout + ended.stderr).strip().splitlines()[-LAST_LINES:])
            raise BenchError(f"{_said(words)} ended with exit code {ended.returncode}:\n{last}")
        return Run(seconds, ended.stdout, ended.stderr)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in MISLEADING and "PYTEST" not in name}
        cache = self.root / ".cache"
        return kept | {
            "PYTHONPATH": str(self.root),
            "PYTHONHASHSEED": "0",
            "MPLBACKEND": "agg",
            "MPLCONFIGDIR": str(cache / "matplotlib"),
            "IPYTHONDIR": str(cache / "ipython"),
            "JUPYTER_CONFIG_DIR": str(cache / "jupyter" / "config"),
            "JUPYTER_DATA_DIR": str(cache / "jupyter" / "data"),
            "JUPYTER_RUNTIME_DIR": str(cache / "jupyter" / "runtime"),
        }


@dataclass(frozen=True)
class Run:
    """A command that ended well: how long it took, and what it said."""

    seconds: float
    stdout: str
    stderr: str


def _said(words: Sequence[str]) -> str:
    """Return a command as a person would type it, code given on the command line left out."""
    shown = ["python" if word == sys.executable else word for word in words]
    return f"`{' '.join(word if len(word) < 60 else '…' for word in shown)}`"


def machine() -> str:
    """Return the machine, as far as it matters: cores, architecture, Python."""
    number = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return f"{number} core{'s' if number > 1 else ''}, {platform.machine()}, Python {platform.python_version()}"
