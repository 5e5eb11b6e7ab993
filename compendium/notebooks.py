"""Keeps the notebooks up to date with the chapters that people edit.

A chapter is a MyST Markdown file; the notebook beside it is made from it, with its outputs. A key kept in
the notebook says what the outputs were made with: the code cells, the data, the engine, the lock. Where the
key still holds, outputs are carried over and only prose is renewed; where it does not, the notebook runs.

It never edits a chapter, and never keeps the outputs of a run that failed.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from compendium import kernels
from compendium.ledger import ROOT

BOOK = ROOT / "book"
TIMEOUT = 120
FOLDED = "hide-input"


class UnreadableChapterError(ValueError):
    """A chapter's file cannot be read; the message names it and says why."""


@dataclass(frozen=True)
class Outcome:
    """What happened to one notebook: executed or carried over, how long it took, what it failed with."""

    chapter: Path
    executed: bool
    seconds: float
    failure: str = ""


def chapters(book: Path = BOOK) -> list[Path]:
    """Return every chapter file of a book in order of path; templates and hidden folders are none."""
    found = book.rglob("*.md")
    return sorted(path for path in found if not any(part[0] in "._" for part in path.relative_to(book).parts))


def notebook_of(chapter: Path) -> Path:
    """Return where the notebook made from a chapter lies."""
    return chapter.with_suffix(".ipynb")


def compose(chapter: Path) -> NotebookNode:
    """Return the notebook that a chapter describes, without outputs, its key in the metadata.

    Raises
    ------
    UnreadableChapterError
        where the file is not MyST Markdown in UTF-8 with sound front matter.
    """
    try:
        read = jupytext.read(chapter, fmt="md:myst")
    except Exception as error:  # YAML, encoding, unclosed cells: jupytext passes on whatever its parts raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UnreadableChapterError(f"{_named(chapter)}: cannot be read as a chapter: {reason}") from None
    notebook = nbformat.v4.new_notebook()
    seen: dict[str, int] = {}
    for cell in read.cells:
        if not cell.source.strip():
            continue
        made = (nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell)(cell.source)
        made.metadata = cell.metadata
        if cell.cell_type == "code":
            made.metadata["tags"] = sorted({*cell.metadata.get("tags", []), FOLDED})
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        seen[name] = seen.get(name, 0) + 1
        made.id = name if seen[name] == 1 else f"{name}-{seen[name]}"
        notebook.cells.append(made)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "ledger": {"generated_from": chapter.name, "key": key(notebook)},
        }
    )
    return notebook


def key(notebook: NotebookNode) -> str:
    """Return the name of everything that the outputs of a notebook depend on; `""` where it has no code."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    if not code:
        return ""
    return hashlib.sha256("\0".join([surroundings(), *code]).encode()).hexdigest()


@cache
def surroundings() -> str:
    """Return the name of what all notebooks depend on: data, engine, lock."""
    digest = hashlib.sha256()
    data = [path for path in (ROOT / "data").rglob("*") if path.suffix in {".csv", ".json"} and path.name[0] != "."]
    files = [*data, *(ROOT / "compendium").rglob("*.py"), ROOT / "requirements.txt"]
    for path in sorted(path for path in files if path.is_file()):
        digest.update(f"{path.relative_to(ROOT)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def carried(fresh: NotebookNode, chapter: Path) -> bool:
    """Give a freshly composed notebook the stored outputs, if they were made with the same; say whether."""
    path = notebook_of(chapter)
    if not path.is_file():
        return False
    try:
        stored = nbformat.read(path, as_version=4)
    except Exception:  # a notebook that cannot be read is made again
        return False
    if stored.metadata.get("ledger", {}).get("key") != fresh.metadata["ledger"]["key"]:
        return False
    outputs = [cell for cell in stored.cells if cell.cell_type == "code"]
    code = [cell for cell in fresh.cells if cell.cell_type == "code"]
    if [cell.source for cell in outputs] != [cell.source for cell in code]:
        return False
    for cell, old in zip(code, outputs, strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    return True


def stale(book: Path = BOOK) -> list[str]:
    """Return, in words, every notebook that is missing, left over, or not what its chapter would make now."""
    found = []
    for chapter in chapters(book):
        path = notebook_of(chapter)
        try:
            fresh = compose(chapter)
        except UnreadableChapterError as error:
            found.append(str(error))
            continue
        if not path.is_file():
            found.append(f"{_named(path)}: missing")
        elif not carried(fresh, chapter):
            found.append(f"{_named(path)}: outputs made with other code, data, engine or lock")
        elif path.read_text(encoding="utf-8") != nbformat.writes(fresh) + "\n":
            found.append(f"{_named(path)}: prose of {chapter.name} has changed")
    kept = {notebook_of(chapter) for chapter in chapters(book)}
    found.extend(f"{_named(path)}: no chapter beside it" for path in sorted(book.rglob("*.ipynb")) if path not in kept)
    return found


def update(book: Path = BOOK, *, fresh: bool = False, say: Callable[[str], None] = print) -> list[Outcome]:
    """Bring every notebook of a book up to date; execute those that need it, side by side.

    Parameters
    ----------
    book
        folder with the chapters.
    fresh
        execute all, whatever their keys say.
    say
        told one line for each executed notebook, as it ends.

    Returns
    -------
    list of Outcome
        one a chapter; a failed notebook is not written and names its failure.
    """
    kernels.prepare()
    done: list[Outcome] = []
    waiting: list[tuple[Path, NotebookNode]] = []
    for chapter in chapters(book):
        try:
            notebook = compose(chapter)
        except UnreadableChapterError as error:
            done.append(Outcome(chapter, False, 0.0, str(error)))
            continue
        code = any(cell.cell_type == "code" for cell in notebook.cells)
        if code and (fresh or not carried(notebook, chapter)):
            waiting.append((chapter, notebook))
        else:
            _write(notebook, chapter)
            done.append(Outcome(chapter, False, 0.0))
    done.extend(_side_by_side(waiting, say))
    return sorted(done, key=lambda outcome: outcome.chapter)


def _side_by_side(waiting: list[tuple[Path, NotebookNode]], say: Callable[[str], None]) -> Iterator[Outcome]:
    """Execute notebooks on all cores this process may use; an interruption drops those that have not begun."""
    pool = ThreadPoolExecutor(max_workers=cores())
    try:
        running = [pool.submit(_execute, chapter, notebook) for chapter, notebook in waiting]
        for count, future in enumerate(as_completed(running), 1):
            outcome = future.result()
            how = "failed" if outcome.failure else f"{outcome.seconds:.1f} s"
            say(f"  [{count}/{len(waiting)}] {_named(outcome.chapter)}: {how}")
            yield outcome
    finally:
        pool.shutdown(cancel_futures=True)


def cores() -> int:
    """Return how many cores this process may use, where the system tells; else how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _execute(chapter: Path, notebook: NotebookNode) -> Outcome:
    start = time.perf_counter()
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(chapter.parent)}},
    )
    try:
        # One event loop a notebook, closed with it: nbclient's own wrapper leaves its loop open.
        asyncio.run(client.async_execute())
    except (CellExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as error:
        return Outcome(chapter, True, time.perf_counter() - start, str(error))
    notebook.metadata["language_info"] = {"name": "python"}
    _write(notebook, chapter)
    return Outcome(chapter, True, time.perf_counter() - start)


def _write(notebook: NotebookNode, chapter: Path) -> None:
    """Write a notebook where it differs from what is there, whole or not at all."""
    path, content = notebook_of(chapter), nbformat.writes(notebook) + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == content:
        return
    partial = path.with_suffix(".part")
    partial.write_text(content, encoding="utf-8")
    partial.replace(path)


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def failures(outcomes: Iterable[Outcome]) -> str:
    """Return the failures in full, each under the name of its chapter; `""` where all went well."""
    return "\n\n".join(f"{_named(o.chapter)}\n{o.failure}" for o in outcomes if o.failure)
