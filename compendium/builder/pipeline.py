"""Incremental build of the book: validate the data, update the notebooks, build the site, as far as inputs changed.

The SHA-256 of every input of the last finished build is stored. The difference to the current inputs decides: without
any, nothing is done; changed chapters are updated alone; a change that Sphinx does not track causes a clean build.
Times of files are never compared. The record is deleted when a build starts, so that an interrupted one never counts
as finished.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
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
"""Key in the build record of a live preview that may have left outdated pages: the next build is clean."""
NON_PAGE_INPUTS = frozenset({print_files.INPUT_KEY, provenance.INPUT_KEY})
"""Inputs on which no page's content depends: the printed files offered, and the commit filled in at the end."""
FRONT_PAGE = BUILD / "html" / "index.html"


class BuildError(Exception):
    """The book cannot be built; the message has the errors of the notebooks or of the site."""


@dataclass(frozen=True)
class BuildPlan:
    """Inputs of a build and their difference to those of the last one."""

    inputs: dict[str, str]
    """SHA-256 (or another value to compare) by path below the project's folder, or by key."""
    changed_paths: frozenset[str]
    """Keys of `inputs` that are new, gone or have another value than in the last build."""
    fresh: bool
    """Build everything, whatever has changed."""
    data_checked: bool = False
    """The current data have just been validated."""
    needs_clean_build: bool = False
    """The existing site cannot be built upon."""

    @property
    def chapters(self) -> list[Path] | None:
        """Return the chapters to update: changed ones and those that read changed data; `None`: all."""
        if self.is_clean_build:
            return None
        pages, tables = self._pages, self.changed_paths - self._pages.keys() - NON_PAGE_INPUTS
        return sorted({pages[path] for path in self.changed_paths & pages.keys()} | set(_chapters_reading(tables)))

    @property
    def unchanged_notebooks(self) -> list[Path]:
        """Return the chapters of which only the text has changed since the last build wrote their notebooks."""
        if not self.changed_paths - NON_PAGE_INPUTS <= self._pages.keys():
            return []
        return [
            path for path in self.chapters or () if str(notebook_path(path).relative_to(ROOT)) not in self.changed_paths
        ]

    @property
    def is_data_valid(self) -> bool:
        """Return whether the data were validated just now, or by the last build and nothing relevant has changed."""
        relevant = ("data/", "compendium/", LOCK, PYTHON_KEY)
        return self.data_checked or (
            not self.fresh and not any(path.startswith(relevant) for path in self.changed_paths)
        )

    @property
    def is_clean_build(self) -> bool:
        """Return whether the site must be built from nothing: more has changed than existing chapters and data."""
        watched = self.changed_paths - self._pages.keys() - NON_PAGE_INPUTS
        return self.fresh or self.needs_clean_build or not all(path.startswith("data/") for path in watched)

    @property
    def _pages(self) -> dict[str, Path]:
        pairs = {path: chapter for chapter in find_chapters(BOOK) for path in (chapter, notebook_path(chapter))}
        return {str(path.relative_to(ROOT)): pairs[path] for path in pairs if path.is_file()}


def _chapters_reading(tables: Collection[str]) -> Iterator[Path]:
    """Yield the chapters whose notebooks read any of these files in their last run, or have no record of it."""
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
    """Return the plan of a build, `None` where the site is up to date.

    Parameters
    ----------
    fresh
        plan to build everything, whatever has changed.
    """
    now = current_inputs()
    changed = changed_keys(now, last_inputs() if FRONT_PAGE.is_file() else {})
    return BuildPlan(now, changed, fresh) if fresh or changed else None


def changed_keys(now: Mapping[str, str], before: Mapping[str, str]) -> frozenset[str]:
    """Return the keys that only one of two mappings has, or that have different values."""
    return frozenset(key for key in now.keys() | before.keys() if now.get(key) != before.get(key))


def last_inputs(record: Path | None = None) -> dict[str, str]:
    """Return the inputs of the last finished build from its record; empty where there is no valid one."""
    try:
        found = json.loads((record or BUILD_RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def input_digests() -> dict[str, str]:
    """Return the SHA-256 of every file that the book is made from, by its path below the project's folder.

    The version of Python and the public address of the site are added under keys of their own.
    """
    book = (path for path in BOOK.rglob("*") if path.is_file() and path.suffix != ".part")
    engine = (ROOT / "compendium").rglob("*.py")
    files = [*(ROOT / name for name in ("_config.yml", "_toc.yml", CITATION, LOCK)), *data_files(ROOT), *engine, *book]
    found = {str(path.relative_to(ROOT)): sha256(path.read_bytes()) for path in sorted(files)}
    return found | {PYTHON_KEY: sys.version, ADDRESS_VARIABLE: read_site_url()}


def current_inputs() -> dict[str, str]:
    """Return `input_digests` together with the inputs in `NON_PAGE_INPUTS`."""
    found = input_digests()
    return found | _non_page_inputs(found)


def _non_page_inputs(inputs: dict[str, str]) -> dict[str, str]:
    return {
        print_files.INPUT_KEY: print_files.print_files_digest(BUILD / "print", inputs),
        provenance.INPUT_KEY: provenance.commit_state(),
    }


def run_build(
    plan: BuildPlan, executor: Executor | None, *, progress: ProgressWrapper, log: Callable[[str], None]
) -> int:
    """Carry out a plan; return the number of notebooks executed.

    Raises
    ------
    LedgerError
        where the data are not valid.
    BuildError
        where a notebook or the site failed; all other notebooks are up to date then.
    """
    BUILD_RECORD.unlink(missing_ok=True)
    if not plan.is_data_valid:
        _start_fork_server(executor)
        log("Checking the data …")
        _check()
    outcomes = _update_notebooks(plan, executor, progress, log)
    log("Building the site …")
    # Recorded before the site is built, so that later edits count as changes; notebooks were written just now.
    made = [path for chapter in find_chapters(BOOK) if (path := notebook_path(chapter)).is_file()]
    built = plan.inputs | {str(path.relative_to(ROOT)): sha256(path.read_bytes()) for path in made}
    built |= _non_page_inputs(built)
    _build_site(plan)
    if plan.is_clean_build and partial_build.is_live_preview():
        built[LEFTOVER_KEY] = "perhaps"
    BUILD_RECORD.write_text(json.dumps(built, indent=0), encoding="utf-8")
    return sum(outcome.executed for outcome in outcomes)


def run_page_build(plan: BuildPlan, chapter: Path, progress: ProgressWrapper) -> int:
    """Build the page of one chapter into the existing site; return the number of notebooks executed.

    The data are validated while the notebook runs, and its outputs are stored only where they are valid. The rest of
    the plan is left to `run_build`; no build record is written. Raises as `run_build` does.
    """
    from compendium.builder.html_site import build_site
    from compendium.builder.notebooks import Runner, Selection, format_failures, update_notebooks

    BUILD_RECORD.unlink(missing_ok=True)
    unchecked = [] if plan.is_data_valid else [_check]

    def check_once() -> None:
        while unchecked:
            unchecked.pop()()

    def checked_before_stored(runs: Iterator[NotebookRun], number: int) -> Iterator[NotebookRun]:
        for run in progress(runs, number):
            check_once()
            yield run

    selection = Selection([chapter], plan.unchanged_notebooks)
    outcomes = update_notebooks(BOOK, selection, Runner(progress=checked_before_stored, on_started=check_once))
    check_once()
    if failed := format_failures(outcomes):
        raise BuildError(failed)
    if warnings := build_site(BUILD.parent, clean=False, only_page=str(chapter.relative_to(ROOT).with_suffix(""))):
        raise BuildError(warnings)
    return sum(outcome.executed for outcome in outcomes)


def _check() -> None:
    from compendium.curation.validation import validate

    problems = validate()
    if problems:
        raise LedgerError(problems)


def _start_fork_server(executor: Executor | None) -> None:
    """Start the process that kernels are forked from, which imports while this one validates the data."""
    if executor is None:
        from compendium.builder import forked_kernels, kernel_environment

        kernel_environment.prepare_environment()
        forked_kernels.start_fork_server()


def _update_notebooks(
    plan: BuildPlan, executor: Executor | None, progress: ProgressWrapper, log: Callable[[str], None]
) -> list[Outcome]:
    from compendium.builder.html_site import import_dependencies
    from compendium.builder.notebooks import Runner, Selection, format_failures, format_slowest, update_notebooks

    selection = Selection(plan.chapters, plan.unchanged_notebooks, plan.fresh)
    outcomes = update_notebooks(BOOK, selection, Runner(executor, progress, import_dependencies))
    if slowest := format_slowest(outcomes):
        log(f"Slowest: {slowest}")
    if failed := format_failures(outcomes):
        raise BuildError(failed)
    return outcomes


def _build_site(plan: BuildPlan) -> None:
    if plan.changed_paths == {provenance.INPUT_KEY} and not plan.fresh:
        provenance.fill_placeholders(BUILD / "html", provenance.read_provenance())
        return
    from compendium.builder.html_site import build_site

    # Sphinx compares times of files, and a copied or restored file may have an old one.
    for path in () if plan.is_clean_build else plan.changed_paths & plan.inputs.keys() - NON_PAGE_INPUTS:
        os.utime(ROOT / path)
    if warnings := build_site(BUILD.parent, clean=plan.is_clean_build):
        raise BuildError(warnings)


def format_build_summary(executed: int) -> str:
    """Return a line with the numbers of notebooks, of executed ones and of pages."""
    pages = sum(1 for _ in FRONT_PAGE.parent.rglob("*.html"))
    return f"{len(find_chapters(BOOK))} notebooks ({executed} executed), {pages} pages"
