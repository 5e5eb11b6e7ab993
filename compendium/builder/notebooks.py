"""Notebooks of the chapters: composed from MyST Markdown, executed only where their cache key has changed.

The notebook beside a chapter has its cells and their outputs, and in its metadata the cache key of these outputs
(`compendium.builder.cache_keys`). Where the key is unchanged, outputs are reused and only prose is updated; else the
notebook is executed (`compendium.builder.execution`). Chapters are never edited, outputs of failed runs never stored.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from compendium.builder import cache_keys
from compendium.builder.execution import NotebookRun, NotebookTask, do_nothing, execute_in_parallel
from compendium.project.checksums import sha256
from compendium.project.paths import BOOK, CACHE, ROOT, find_chapters, format_path, notebook_path

HIDE_INPUT_TAG = "hide-input"
SAME_OUTPUTS_FOLDER = CACHE / "held"
"""Folder of empty files `KEY-PYTHON`: notebooks whose outputs this version of Python reproduced exactly."""
ProgressWrapper = Callable[[Iterator[NotebookRun], int], Iterable[NotebookRun]]
"""Takes the runs as they end and their number, and yields them on: a progress bar, or a place to stop."""


class UnreadableChapterError(ValueError):
    """A chapter cannot be parsed; the message has its path and the reason."""


@dataclass(frozen=True)
class Outcome:
    """Result of updating one notebook."""

    chapter: Path
    executed: bool
    """Whether its code ran; else its stored outputs were reused."""
    seconds: float
    """Wall-clock seconds of the run, 0 where it did not run."""
    failure: str = ""
    """Message of the error, `""` where there was none."""


@dataclass(frozen=True)
class Selection:
    """Which notebooks to update, and what is known of them."""

    chapters: Collection[Path] | None = None
    """The chapters to consider; `None`: every chapter of the book."""
    unchanged_notebooks: Collection[Path] = ()
    """Chapters of which nothing but the text has changed since their notebooks were found up to date."""
    fresh: bool = False
    """Execute every notebook, whatever its key."""


@dataclass(frozen=True)
class Runner:
    """Where notebooks are executed, and who is notified."""

    executor: Executor | None = None
    """`None`: the cores of this machine."""
    progress: ProgressWrapper = lambda done, number: done
    on_started: Callable[[], None] = do_nothing
    """Called once when notebooks have started."""


EVERY_CHAPTER, LOCAL_RUNNER = Selection(), Runner()


def compose_notebook(chapter: Path) -> NotebookNode:
    """Return the notebook of a chapter, without outputs and with an empty key.

    Raises
    ------
    UnreadableChapterError
        where the file is not MyST Markdown in UTF-8 with valid front matter.
    """
    import jupytext  # imported late: most commands parse no chapter

    try:
        read = jupytext.read(chapter, fmt="md:myst")
    except Exception as error:  # YAML, encoding, unclosed cells: jupytext passes on whatever its parts raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UnreadableChapterError(f"{format_path(chapter)}: cannot be read as a chapter: {reason}") from None
    notebook = nbformat.v4.new_notebook()
    seen: dict[str, int] = {}
    for cell in read.cells:
        if not cell.source.strip():
            continue
        made = (nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell)(cell.source)
        made.metadata = cell.metadata
        if cell.cell_type == "code":
            made.metadata["tags"] = sorted({*cell.metadata.get("tags", []), HIDE_INPUT_TAG})
        name = sha256(f"{cell.cell_type}\n{cell.source}")[:8]
        seen[name] = seen.get(name, 0) + 1
        made.id = name if seen[name] == 1 else f"{name}-{seen[name]}"
        notebook.cells.append(made)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "ledger": {"generated_from": chapter.name, "key": "", "reads": []},
        }
    )
    return notebook


def code_sources(notebook: NotebookNode) -> list[str]:
    """Return the sources of a notebook's code cells."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def carry_over_outputs(fresh: NotebookNode, chapter: Path, *, rest_unchanged: bool = False) -> bool:
    """Copy the stored outputs into a newly composed notebook if code and key are equal; return whether they are.

    `rest_unchanged`: nothing but the chapter has changed since the stored notebook was found up to date, so its key is
    not computed.
    """
    stored = _stored(chapter)
    if stored is None or code_sources(stored) != code_sources(fresh):
        return False
    made = stored.metadata.get("ledger", {})
    if not rest_unchanged and made.get("key") != cache_keys.cache_key(code_sources(fresh), made.get("reads", [])):
        return False
    for cell, old in zip(_code(fresh), _code(stored), strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    fresh.metadata["ledger"] = made
    return True


def is_same_python(notebook: NotebookNode) -> bool:
    """Return whether stored outputs were made with this version of Python, or it reproduced them on this machine."""
    made = notebook.metadata["ledger"]
    return (
        not made["key"]
        or made.get("python") == cache_keys.python_version()
        or _same_outputs_marker(made["key"]).is_file()
    )


def _same_outputs_marker(key: str) -> Path:
    return SAME_OUTPUTS_FOLDER / f"{key}-{cache_keys.python_version()}"


def _stored(chapter: Path) -> NotebookNode | None:
    """Return the notebook beside a chapter, `None` where there is none or it is broken."""
    try:
        read = nbformat.read(notebook_path(chapter), as_version=4)
        # Everything that is accessed later: a notebook that lacks any of it is broken.
        _outputs(read), code_sources(read), read.metadata.get("ledger", {}).get("reads")
    except Exception:  # nbformat passes on whatever its parts raise
        return None
    return read


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def stale_notebooks(book: Path = BOOK) -> list[str]:
    """Return one message for each notebook that is missing, left over or out of date; empty where none is."""
    found = []
    for chapter in find_chapters(book):
        path = notebook_path(chapter)
        try:
            fresh = compose_notebook(chapter)
        except UnreadableChapterError as error:
            found.append(str(error))
            continue
        if not path.is_file():
            found.append(f"{format_path(path)}: missing")
        elif not carry_over_outputs(fresh, chapter):
            found.append(f"{format_path(path)}: outputs made with other code, data, engine or lock")
        elif path.read_text(encoding="utf-8") != nbformat.writes(fresh) + "\n":
            found.append(f"{format_path(path)}: prose of {chapter.name} has changed")
    kept = {notebook_path(chapter) for chapter in find_chapters(book)}
    found.extend(
        f"{format_path(path)}: no chapter beside it" for path in sorted(book.rglob("*.ipynb")) if path not in kept
    )
    return found


def update_notebooks(
    book: Path = BOOK, selection: Selection = EVERY_CHAPTER, runner: Runner = LOCAL_RUNNER
) -> list[Outcome]:
    """Bring the notebooks of a book up to date, executing in parallel those that need it; return an outcome a chapter.

    The notebook of a chapter that cannot be read or whose code fails is not written; its outcome has the failure.

    Parameters
    ----------
    book
        folder with the chapters.
    """
    outcomes: list[Outcome] = []
    waiting: list[NotebookTask] = []
    digest = cache_keys.project_digest()
    for chapter in find_chapters(book) if selection.chapters is None else sorted(selection.chapters):
        try:
            notebook = compose_notebook(chapter)
        except UnreadableChapterError as error:
            outcomes.append(Outcome(chapter, False, 0.0, str(error)))
            continue
        without_outputs = nbformat.writes(notebook)
        if code_sources(notebook) and (selection.fresh or not _reuse_outputs(notebook, chapter, selection)):
            folder = os.path.relpath(chapter.parent, ROOT)
            waiting.append(NotebookTask(chapter, without_outputs, folder, digest))
        else:
            _write(notebook, chapter)
            outcomes.append(Outcome(chapter, False, 0.0))
    if waiting:
        runs = execute_in_parallel(waiting, runner.executor, runner.on_started)
        outcomes.extend(_store_run(run, digest) for run in runner.progress(runs, len(waiting)))
    return sorted(outcomes, key=lambda outcome: outcome.chapter)


def _reuse_outputs(notebook: NotebookNode, chapter: Path, selection: Selection) -> bool:
    """Copy the stored outputs into a notebook if they are still valid; return whether they are."""
    unchanged = chapter in selection.unchanged_notebooks
    return carry_over_outputs(notebook, chapter, rest_unchanged=unchanged) and is_same_python(notebook)


def _store_run(done: NotebookRun, digest: str) -> Outcome:
    """Write an executed notebook with its key, unless it failed or the project's digest is no longer `digest`."""
    failure = done.failure
    if not failure and cache_keys.project_digest() != digest:
        failure = "Data, engine or lock were edited while it ran, so that its outputs were not kept; run it again."
    if failure:
        return Outcome(done.chapter, True, done.seconds, failure)
    notebook, stored = nbformat.reads(done.notebook, as_version=4), _stored(done.chapter)
    key = cache_keys.cache_key(code_sources(notebook), done.reads)
    made: dict[str, Any] = {"key": key, "python": cache_keys.python_version(), "reads": list(done.reads)}
    # Outputs that another version of Python reproduces keep the version that made them: the file does not change.
    before = stored.metadata.get("ledger", {}) if stored else {}
    if stored and before.get("key") == key and _outputs(stored) == _outputs(notebook):
        made["python"] = before.get("python", made["python"])
        SAME_OUTPUTS_FOLDER.mkdir(parents=True, exist_ok=True)
        _same_outputs_marker(key).touch()
    notebook.metadata["ledger"].update(made)
    _write(notebook, done.chapter)
    return Outcome(done.chapter, True, done.seconds)


def _outputs(notebook: NotebookNode) -> list[tuple[int | None, list[NotebookNode]]]:
    return [(cell.execution_count, cell.outputs) for cell in _code(notebook)]


def _write(notebook: NotebookNode, chapter: Path) -> None:
    """Write a notebook atomically, where it differs from the stored one."""
    path, content = notebook_path(chapter), nbformat.writes(notebook) + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == content:
        return
    partial = path.with_suffix(".part")
    partial.write_text(content, encoding="utf-8")
    partial.replace(path)


def format_failures(outcomes: Iterable[Outcome]) -> str:
    """Return the messages of all failures, each under the path of its chapter; `""` without any."""
    return "\n\n".join(f"{format_path(o.chapter)}\n{o.failure}" for o in outcomes if o.failure)


def format_slowest(outcomes: Iterable[Outcome], number: int = 3) -> str:
    """Return the slowest executed notebooks with their seconds as text; `""` where none was executed."""
    ran = sorted((o for o in outcomes if o.executed), key=lambda o: o.seconds, reverse=True)
    return ", ".join(f"{format_path(o.chapter)} {o.seconds:.1f} s" for o in ran[:number])
