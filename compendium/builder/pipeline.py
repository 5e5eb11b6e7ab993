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
from compendium.builder.cache_keys import data_files
from compendium.builder.read_tracking import ALL_FILES
from compendium.project.checksums import sha256
from compendium.project.citation import CITATION
from compendium.project.paths import BOOK, BUILD, LOCK, ROOT, find_chapters, notebook_path
from compendium.project.problems import LedgerError
from compendium.project.site_url import ADDRESS_VARIABLE, read_site_url

if TYPE_CHECKING:
    from compendium.builder.execution import NotebookRun
    from compendium.builder.notebooks import Outcome, ProgressWrapper

BUILD_RECORD = BUILD / "built.json"
PYTHON_KEY = "python"
LEFTOVER_KEY = "pages of the past"
"""Stands among what a site was made from where it was built over pages that were on view: the next build is clean."""
NON_PAGE_INPUTS = frozenset({print_files.INPUT_KEY, provenance.INPUT_KEY})
"""What a build takes up that no page is made from: the prints that it offers, the commit that its pages certify."""
FRONT_PAGE = BUILD / "html" / "index.html"


class BuildError(Exception):
    """The book cannot be built; the message is what the notebooks or the site failed with."""


@dataclass(frozen=True)
class BuildPlan:
    """What a build has to begin with: the content of every file it is made from, and which are not as last time.

    `checked` says that the data have been found sound just now; `spoilt`, that the site which is there cannot be built
    upon.
    """

    inputs: dict[str, str]
    changed_paths: frozenset[str]
    fresh: bool
    data_checked: bool = False
    needs_clean_build: bool = False

    @property
    def chapters(self) -> list[Path] | None:
        """Return the chapters that differ, and those that read what differs of the data; `None` where all may."""
        if self.is_clean_build:
            return None
        pages, tables = self._pages, self.changed_paths - self._pages.keys() - NON_PAGE_INPUTS
        return sorted({pages[path] for path in self.changed_paths & pages.keys()} | set(_reading(tables)))

    @property
    def unchanged_notebooks(self) -> list[Path]:
        """Return the chapters whose text alone differs, their notebooks being those that the last build left."""
        if not self.changed_paths - NON_PAGE_INPUTS <= self._pages.keys():
            return []
        return [
            path for path in self.chapters or () if str(notebook_path(path).relative_to(ROOT)) not in self.changed_paths
        ]

    @property
    def is_data_valid(self) -> bool:
        """Say whether the data were found sound just now, or by the last build and nothing of this differs."""
        rests_on = ("data/", "compendium/", LOCK, PYTHON_KEY)
        return self.data_checked or (
            not self.fresh and not any(path.startswith(rests_on) for path in self.changed_paths)
        )

    @property
    def is_clean_build(self) -> bool:
        """Say whether all must be built from nothing: where more differs than chapters and data that were there."""
        watched = self.changed_paths - self._pages.keys() - NON_PAGE_INPUTS
        return self.fresh or self.needs_clean_build or not all(path.startswith("data/") for path in watched)

    @property
    def _pages(self) -> dict[str, Path]:
        pairs = {path: chapter for chapter in find_chapters(BOOK) for path in (chapter, notebook_path(chapter))}
        return {str(path.relative_to(ROOT)): pairs[path] for path in pairs if path.is_file()}


def _reading(tables: Collection[str]) -> Iterator[Path]:
    """Yield the chapters whose notebooks read any of these files when they last ran, or do not say what they read."""
    for chapter in find_chapters(BOOK) if tables else ():
        try:
            stored = json.loads(notebook_path(chapter).read_text(encoding="utf-8"))
            reads = {str(path) for path in stored["metadata"]["ledger"]["reads"]}
        except (OSError, ValueError, KeyError, TypeError):
            yield chapter
            continue
        if ALL_FILES in reads or any(path in reads or str(Path(path).parent) in reads for path in tables):
            yield chapter


def plan_build(*, fresh: bool = False) -> BuildPlan | None:
    """Return what differs from the last finished build, `None` where nothing does and the site is there.

    Parameters
    ----------
    fresh
        build everything, whatever differs.
    """
    now = current_inputs()
    before: dict[str, str] = {}
    if BUILD_RECORD.is_file() and FRONT_PAGE.is_file():
        before = _read(BUILD_RECORD)
    touched = frozenset(path for path in now.keys() | before.keys() if now.get(path) != before.get(path))
    return BuildPlan(now, touched, fresh) if fresh or touched else None


def last_inputs() -> dict[str, str]:
    """Return what the last finished build was made from, as `input_digests` does; nothing where there is none."""
    return _read(BUILD_RECORD) if BUILD_RECORD.is_file() else {}


def _read(stamp: Path) -> dict[str, str]:
    try:
        found = json.loads(stamp.read_text(encoding="utf-8"))
    except ValueError:  # cut short, or somebody else's: as if there had been no build
        return {}
    return found if isinstance(found, dict) else {}


def input_digests() -> dict[str, str]:
    """Return the SHA-256 of every file that the book is made from, by its path below the project's folder.

    Besides these stand the version of Python and the address that the site is made for.
    """
    book = (path for path in BOOK.rglob("*") if path.is_file() and path.suffix != ".part")
    engine = (ROOT / "compendium").rglob("*.py")
    files = [*(ROOT / name for name in ("_config.yml", "_toc.yml", CITATION, LOCK)), *data_files(ROOT), *engine, *book]
    found = {str(path.relative_to(ROOT)): _content(path) for path in sorted(files)}
    return found | {PYTHON_KEY: sys.version, ADDRESS_VARIABLE: read_site_url()}


def current_inputs() -> dict[str, str]:
    """Return what `input_digests` does, and what a build takes up besides."""
    found = input_digests()
    return found | _besides(found)


def _besides(made_from: dict[str, str]) -> dict[str, str]:
    return {
        print_files.INPUT_KEY: print_files.print_files_digest(BUILD / "print", made_from),
        provenance.INPUT_KEY: provenance.commit_state(),
    }


def run_build(
    plan: BuildPlan, executor: Executor | None, *, progress: ProgressWrapper, log: Callable[[str], None]
) -> int:
    """Build what a change asks for; return how many notebooks ran.

    Raises
    ------
    LedgerError
        where the data are not sound.
    BuildError
        where a notebook or the site failed; every notebook that did not is up to date.
    """
    BUILD_RECORD.unlink(missing_ok=True)
    if not plan.is_data_valid:
        _begin_kernels(executor)
        log("Checking the data …")
        _check()
    outcomes = _notebooks(plan, executor, progress, log)
    log("Building the site …")
    # What is edited from here on is not in the site, and must be built next time; notebooks were written just now.
    made = [path for chapter in find_chapters(BOOK) if (path := notebook_path(chapter)).is_file()]
    built = plan.inputs | {str(path.relative_to(ROOT)): _content(path) for path in made}
    built |= _besides(built)
    _site(plan)
    if plan.is_clean_build and partial_build.is_live_preview():
        built[LEFTOVER_KEY] = "perhaps"
    BUILD_RECORD.write_text(json.dumps(built, indent=0), encoding="utf-8")
    return sum(outcome.executed for outcome in outcomes)


def run_page_build(plan: BuildPlan, chapter: Path, progress: ProgressWrapper) -> int:
    """Build the page of one chapter over a site that is there, before all else; return how many notebooks ran.

    The data are checked while the notebook runs, and its outputs are kept only where they are sound. What else a
    change asks for is left to `run_build`, and the site is not said to be built. Raises as `run_build` does.
    """
    from compendium.builder.html_site import build_site
    from compendium.builder.notebooks import Runner, Selection, format_failures, update_notebooks

    BUILD_RECORD.unlink(missing_ok=True)
    waiting = [] if plan.is_data_valid else [_check]

    def checked() -> None:
        while waiting:
            waiting.pop()()

    def held(done: Iterator[NotebookRun], number: int) -> Iterator[NotebookRun]:
        for one in progress(done, number):
            checked()
            yield one

    selection = Selection([chapter], plan.unchanged_notebooks)
    outcomes = update_notebooks(BOOK, selection, Runner(progress=held, on_started=checked))
    checked()
    if failed := format_failures(outcomes):
        raise BuildError(failed)
    if said := build_site(BUILD.parent, clean=False, only_page=str(chapter.relative_to(ROOT).with_suffix(""))):
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

        kernel_environment.prepare_environment()
        forked_kernels.start_fork_server()


def _notebooks(
    change: BuildPlan, executor: Executor | None, watch: ProgressWrapper, say: Callable[[str], None]
) -> list[Outcome]:
    from compendium.builder.html_site import import_dependencies
    from compendium.builder.notebooks import Runner, Selection, format_failures, format_slowest, update_notebooks

    selection = Selection(change.chapters, change.unchanged_notebooks, change.fresh)
    outcomes = update_notebooks(BOOK, selection, Runner(executor, watch, import_dependencies))
    ran, failed = format_slowest(outcomes), format_failures(outcomes)
    if ran:
        say(f"Slowest: {ran}")
    if failed:
        raise BuildError(failed)
    return outcomes


def _site(change: BuildPlan) -> None:
    if change.changed_paths == {provenance.INPUT_KEY} and not change.fresh:
        provenance.fill_placeholders(BUILD / "html", provenance.read_provenance())
        return
    from compendium.builder.html_site import build_site

    # Sphinx goes by the time of a file, which a copy or a restored version may bring from long ago.
    for path in () if change.is_clean_build else change.changed_paths & change.inputs.keys() - NON_PAGE_INPUTS:
        os.utime(ROOT / path)
    said = build_site(BUILD.parent, clean=change.is_clean_build)
    if said:
        raise BuildError(said)


def format_build_summary(executed: int) -> str:
    """Return in words what the built book consists of, and how many of its notebooks ran."""
    pages = sum(1 for _ in FRONT_PAGE.parent.rglob("*.html"))
    return f"{len(find_chapters(BOOK))} notebooks ({executed} executed), {pages} pages"


def _content(path: Path) -> str:
    return sha256(path.read_bytes())
