"""A workshop: the temporary copies that the parts of the benchmark share, each made when it is first needed."""

from __future__ import annotations

import itertools
import json
import shutil
import string
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from compendium.benches import rivals
from compendium.benches.books import chapters, generated
from compendium.benches.cells import floor
from compendium.benches.copies import Copy, copied
from compendium.benches.timing import ROUNDS, Say, cores
from compendium.project.paths import ROOT

Make = Callable[[Path], Copy]
"""Fills a folder with a repository."""


def repository(into: Path) -> Copy:
    """Fill a folder with this repository."""
    copied(ROOT, into)
    return Copy(into)


class Workshop:
    """A folder with copies of one book. The book may be edited here: edits stay, and everything follows them."""

    def __init__(self, folder: Path, make: Make, say: Say, rounds: int = ROUNDS) -> None:
        """Keep where to work, how a book is made there, whom to tell, how often to measure what is quick."""
        self.folder, self.make, self.say, self.rounds = folder, make, say, rounds
        self._words = map("".join, itertools.product(string.ascii_lowercase, repeat=3))

    @cached_property
    def book(self) -> Copy:
        """Return the book, not yet built; caches that outlive a build are filled."""
        return self.another("book")

    def another(self, name: str) -> Copy:
        """Return a copy of the book that nobody has edited, not yet built."""
        self.say("  copying the book …")
        made = self.make(self.folder / name)
        self._warm(made)
        return made

    def built(self) -> Copy:
        """Return the book, built from what stands in it now."""
        self.say("  bringing the copy up to date …")
        self.book.python("-m", "compendium", "build")
        return self.book

    @cached_property
    def bare(self) -> Copy:
        """Return a twin with the notebooks that the book has when this is first asked for, for Sphinx alone."""
        return rivals.for_sphinx(self.book.twin(self.folder / "bare"))

    def bare_built(self) -> Copy:
        """Return the twin for Sphinx, every page of it built."""
        if not self.bare.html.is_dir():
            self.say("  building the copy for Sphinx …")
            rivals.sphinx(self.bare, fresh=True)
        return self.bare

    @cached_property
    def plain(self) -> Copy:
        """Return a twin without outputs for Jupyter Book as it comes."""
        made = rivals.for_jupyter_book(self.book.twin(self.folder / "plain"))
        self._warm(made)
        return made

    def word(self) -> str:
        """Return a word that stands nowhere in the book."""
        return f"edited{next(self._words)}"

    def cold(self) -> float:
        """Return the seconds of a build that executes every notebook and finds no site."""
        shutil.rmtree(self.book.root / "_build", ignore_errors=True)
        return self.book.python("-m", "compendium", "build", "--fresh").seconds

    def cells(self, only: list[Path] | None = None) -> float:
        """Return the seconds of the cells of all chapters, or of some, spread over the cores."""
        named = chapters(self.book) if only is None else only
        return floor(_cells(self.book, named), cores())

    def _warm(self, made: Copy) -> None:
        """Let a copy's modules be compiled and its fonts be listed, which happens once and in no build after."""
        if first := chapters(made)[:1]:
            _cells(made, first)


def _cells(copy: Copy, named: list[Path]) -> dict[Path, float]:
    said = copy.python("-m", "compendium.benches.cells", *map(str, named)).stdout
    return {Path(name): float(seconds) for name, seconds in json.loads(said).items()}


@contextmanager
def workshop(make: Make, say: Say, rounds: int = ROUNDS) -> Iterator[Workshop]:
    """Yield a workshop in a temporary folder, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        yield Workshop(Path(folder).resolve(), make, say, rounds)


def book_of(number: int) -> Make:
    """Return what fills a folder with a generated book of so many chapters."""
    return lambda into: generated(into, number)
