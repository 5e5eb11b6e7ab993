"""Builds the book: checks the data, brings the notebooks up to date, builds the site; and does only what it must.

What the last finished build was made from is kept, file by file, with the content of each. What differs now decides:
nothing is done where nothing differs; where only chapters do, these alone are looked at; where anything differs that
Sphinx does not watch, the site is built from nothing. It decides by content, never by the time of a file, and forgets
the last build before it begins another, so that what was cut short is never taken for finished.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compendium.builder import partial_build, print_files, provenance
from compendium.builder.cache_keys import data
from compendium.builder.read_tracking import ALL
from compendium.project.checksums import sha256
from compendium.project.citation import CITATION
from compendium.project.paths import BOOK, BUILT, LOCK, ROOT, chapters, notebook_of
from compendium.project.problems import LedgerError
from compendium.project.site_url import VARIABLE, address

if TYPE_CHECKING:
    from compendium.builder.execution import Done
    from compendium.builder.notebooks import Outcome, Watch

STAMP = BUILT / "built.json"
PYTHON = "python"
LEFT_OVER = "pages of the past"
"""Stands among what a site was made from where it was built over pages that were on view: the next build is clean."""
BESIDES = frozenset({print_files.KEY, provenance.KEY})
"""What a build takes up that no page is made from: the prints that it offers, the commit that its pages certify."""
FRONT = BUILT / "html" / "index.html"


class BuildError(Exception):
    """The book cannot be built; the message is what the notebooks or the site failed with."""


@dataclass(frozen=True)
class Change:
    """What a build has to begin with: the content of every file it is made from, and which are not as last time.

    `checked` says that the data have been found sound just now; `spoilt`, that the site which is there cannot be built
    upon.
    """

    inputs: dict[str, str]
    touched: frozenset[str]
    fresh: bool
    checked: bool = False
    spoilt: bool = False

    @property
    def chapters(self) -> list[Path] | None:
        """Return the chapters that differ, and those that read what differs of the data; `None` where all may."""
        if self.clean:
            return None
        pages, tables = self._pages, self.touched - self._pages.keys() - BESIDES
        return sorted({pages[path] for path in self.touched & pages.keys()} | set(_reading(tables)))

    @property
    def known(self) -> list[Path]:
        """Return the chapters whose text alone differs, their notebooks being those that the last build left."""
        if not self.touched - BESIDES <= self._pages.keys():
            return []
        return [path for path in self.chapters or () if str(notebook_of(path).relative_to(ROOT)) not in self.touched]

    @property
    def sound(self) -> bool:
        """Say whether the data were found sound just now, or by the last build and nothing of this differs."""
        rests_on = ("data/", "compendium/", LOCK, PYTHON)
        return self.checked or (not self.fresh and not any(path.startswith(rests_on) for path in self.touched))

    @property
    def clean(self) -> bool:
        """Say whether all must be built from nothing: where more differs than chapters and data that were there."""
        watched = self.touched - self._pages.keys() - BESIDES
        return self.fresh or self.spoilt or not all(path.startswith("data/") for path in watched)

    @property
    def _pages(self) -> dict[str, Path]:
        pairs = {path: chapter for chapter in chapters(BOOK) for path in (chapter, notebook_of(chapter))}
        return {str(path.relative_to(ROOT)): pairs[path] for path in pairs if path.is_file()}


def _reading(tables: Collection[str]) -> Iterator[Path]:
    """Yield the chapters whose notebooks read any of these files when they last ran, or do not say what they read."""
    for chapter in chapters(BOOK) if tables else ():
        try:
            stored = json.loads(notebook_of(chapter).read_text(encoding="utf-8"))
            reads = {str(path) for path in stored["metadata"]["ledger"]["reads"]}
        except (OSError, ValueError, KeyError, TypeError):
            yield chapter
            continue
        if ALL in reads or any(path in reads or str(Path(path).parent) in reads for path in tables):
            yield chapter


def change(*, fresh: bool = False) -> Change | None:
    """Return what differs from the last finished build, `None` where nothing does and the site is there.

    Parameters
    ----------
    fresh
        build everything, whatever differs.
    """
    now = inputs_now()
    before: dict[str, str] = {}
    if STAMP.is_file() and FRONT.is_file():
        before = _read(STAMP)
    touched = frozenset(path for path in now.keys() | before.keys() if now.get(path) != before.get(path))
    return Change(now, touched, fresh) if fresh or touched else None


def made_from() -> dict[str, str]:
    """Return what the last finished build was made from, as `inputs` does; nothing where there is none."""
    return _read(STAMP) if STAMP.is_file() else {}


def _read(stamp: Path) -> dict[str, str]:
    try:
        found = json.loads(stamp.read_text(encoding="utf-8"))
    except ValueError:  # cut short, or somebody else's: as if there had been no build
        return {}
    return found if isinstance(found, dict) else {}


def inputs() -> dict[str, str]:
    """Return the SHA-256 of every file that the book is made from, by its path below the project's folder.

    Besides these stand the version of Python and the address that the site is made for.
    """
    book = (path for path in BOOK.rglob("*") if path.is_file() and path.suffix != ".part")
    engine = (ROOT / "compendium").rglob("*.py")
    files = [*(ROOT / name for name in ("_config.yml", "_toc.yml", CITATION, LOCK)), *data(ROOT), *engine, *book]
    found = {str(path.relative_to(ROOT)): _content(path) for path in sorted(files)}
    return found | {PYTHON: sys.version, VARIABLE: address()}


def inputs_now() -> dict[str, str]:
    """Return what `inputs` does, and what a build takes up besides."""
    found = inputs()
    return found | _besides(found)


def _besides(made_from: dict[str, str]) -> dict[str, str]:
    return {print_files.KEY: print_files.told(BUILT / "print", made_from), provenance.KEY: provenance.revision()}


def build(change: Change, executor: Executor | None, *, watch: Watch, say: Callable[[str], None]) -> int:
    """Build what a change asks for; return how many notebooks ran.

    Raises
    ------
    LedgerError
        where the data are not sound.
    BuildError
        where a notebook or the site failed; every notebook that did not is up to date.
    """
    STAMP.unlink(missing_ok=True)
    if not change.sound:
        _begin_kernels(executor)
        say("Checking the data …")
        _check()
    outcomes = _notebooks(change, executor, watch, say)
    say("Building the site …")
    # What is edited from here on is not in the site, and must be built next time; notebooks were written just now.
    made = [path for chapter in chapters(BOOK) if (path := notebook_of(chapter)).is_file()]
    built = change.inputs | {str(path.relative_to(ROOT)): _content(path) for path in made}
    built |= _besides(built)
    _site(change)
    if change.clean and partial_build.looked_at():
        built[LEFT_OVER] = "perhaps"
    STAMP.write_text(json.dumps(built, indent=0), encoding="utf-8")
    return sum(outcome.executed for outcome in outcomes)


def build_first(change: Change, chapter: Path, watch: Watch) -> int:
    """Build the page of one chapter over a site that is there, before all else; return how many notebooks ran.

    The data are checked while the notebook runs, and its outputs are kept only where they are sound. What else a
    change asks for is left to `build`, and the site is not said to be built. Raises as `build` does.
    """
    from compendium.builder.html_site import make
    from compendium.builder.notebooks import failures, update

    STAMP.unlink(missing_ok=True)
    waiting = [] if change.sound else [_check]

    def checked() -> None:
        while waiting:
            waiting.pop()()

    def held(done: Iterator[Done], number: int) -> Iterator[Done]:
        for one in watch(done, number):
            checked()
            yield one

    known = [path for path in change.known if path == chapter]
    outcomes = update(among=[chapter], known=known, watch=held, meanwhile=checked)
    checked()
    if failed := failures(outcomes):
        raise BuildError(failed)
    if said := make(BUILT.parent, clean=False, only=str(chapter.relative_to(ROOT).with_suffix(""))):
        raise BuildError(said)
    return sum(outcome.executed for outcome in outcomes)


def _check() -> None:
    from compendium.curation.validation import validate

    problems = validate()
    if problems:
        raise LedgerError(problems)


def _begin_kernels(executor: Executor | None) -> None:
    """Let the process that kernels are forked from import what it needs while this one looks at the data."""
    if executor is None:
        from compendium.builder import forked_kernels, kernel_environment

        kernel_environment.prepare()
        forked_kernels.begin()


def _notebooks(change: Change, executor: Executor | None, watch: Watch, say: Callable[[str], None]) -> list[Outcome]:
    from compendium.builder.html_site import get_ready
    from compendium.builder.notebooks import failures, slowest, update

    outcomes = update(
        among=change.chapters, known=change.known, fresh=change.fresh, executor=executor, watch=watch,
        meanwhile=get_ready,
    )  # fmt: skip
    ran, failed = slowest(outcomes), failures(outcomes)
    if ran:
        say(f"Slowest: {ran}")
    if failed:
        raise BuildError(failed)
    return outcomes


def _site(change: Change) -> None:
    if change.touched == {provenance.KEY} and not change.fresh:
        provenance.fill(BUILT / "html", provenance.certificate())
        return
    from compendium.builder.html_site import make

    # Sphinx goes by the time of a file, which a copy or a restored version may bring from long ago.
    for path in () if change.clean else change.touched & change.inputs.keys() - BESIDES:
        os.utime(ROOT / path)
    said = make(BUILT.parent, clean=change.clean)
    if said:
        raise BuildError(said)


def said(executed: int) -> str:
    """Return in words what the built book consists of, and how many of its notebooks ran."""
    pages = sum(1 for _ in FRONT.parent.rglob("*.html"))
    return f"{len(chapters(BOOK))} notebooks ({executed} executed), {pages} pages"


def _content(path: Path) -> str:
    return sha256(path.read_bytes())
