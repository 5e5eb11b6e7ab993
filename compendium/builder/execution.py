"""Executes notebooks: one on a kernel of its own, or many side by side, on this machine or on any executor.

What is sent to an executor is text and comes back as text; nothing is written here. A worker elsewhere must have the
same project: it is asked for the name of everything a notebook depends on, and what it made from others is refused.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import nbformat

from compendium.builder import kernel_environment
from compendium.builder.cache_keys import project_digest
from compendium.project.paths import ROOT

TIMEOUT = 120
"""Seconds that one cell may take."""
START_TIMEOUT = 2.0
"""Seconds for which what is done meanwhile waits for a kernel at most."""
REPORT_READS = "import json\nfrom compendium.builder import read_tracking\nprint(json.dumps(read_tracking.tracked_paths()))"
"""The last cell of every run, which is not kept: what the others have read."""


@dataclass(frozen=True)
class NotebookTask:
    """A notebook to execute: its text, the folder to run in, below the project's, and what the project must hold."""

    chapter: Path
    notebook: str
    folder: str
    project_digest: str


@dataclass(frozen=True)
class NotebookRun:
    """A notebook that ran: its text with outputs, what it read, how long it took, what it failed with."""

    chapter: Path
    notebook: str = ""
    reads: tuple[str, ...] = ()
    seconds: float = 0.0
    failure: str = ""


def execute(task: NotebookTask, on_started: Callable[[], object] | None = None) -> NotebookRun:
    """Execute one notebook on a kernel of its own; a failure of its code is an answer, not an error.

    `on_started` is called when its kernel is there and has been given the first cell; more often does no harm.
    """
    from nbclient import NotebookClient  # imported late: most builds execute nothing
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    from compendium.builder import forked_kernels

    kernel_environment.prepare_environment()
    forked_kernels.use_forked_kernels()
    if project_digest() != task.project_digest:
        return NotebookRun(
            task.chapter, failure="The worker has other data, engine or lock than this folder; nothing was run."
        )
    start = time.perf_counter()
    notebook = nbformat.reads(task.notebook, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(REPORT_READS))
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        shutdown_kernel="immediate",
        on_cell_execute=(lambda **_: on_started()) if on_started else None,
        resources={"metadata": {"path": str(ROOT / task.folder)}},
    )
    try:
        # One event loop a notebook, closed with it: nbclient's own wrapper leaves its loop open.
        asyncio.run(client.async_execute())
    except (CellExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as error:
        return NotebookRun(task.chapter, seconds=time.perf_counter() - start, failure=str(error))
    reads = json.loads(notebook.cells.pop().outputs[0]["text"])
    notebook.metadata["language_info"] = {"name": "python"}
    return NotebookRun(task.chapter, nbformat.writes(notebook), tuple(reads), time.perf_counter() - start)


def do_nothing() -> None:
    """Do nothing meanwhile."""


def execute_in_parallel(
    tasks: Sequence[NotebookTask], executor: Executor | None = None, on_started: Callable[[], None] = do_nothing
) -> Iterator[NotebookRun]:
    """Execute notebooks and yield each as it ends; an interruption drops those that have not begun.

    Parameters
    ----------
    executor
        where to run them; without one, on all cores this process may use. What an executor loses (its process was
        killed, its host is gone) is run here.
    on_started
        called once when the notebooks have begun: this process only waits for them.
    """
    # Imported here, because the threads would import it at the same time as what is done meanwhile.
    import nbclient  # noqa: F401

    lost = list(tasks)
    if executor:
        lost = []
        yield from _through(executor, tasks, on_started, lost)
        on_started = do_nothing
    if lost:
        # The threads only wait for kernels, which are processes.
        with ThreadPoolExecutor(available_cores()) as here:
            yield from _through(here, lost, on_started, begun=Event())


def _through(
    executor: Executor,
    works: Sequence[NotebookTask],
    meanwhile: Callable[[], None],
    lost: list[NotebookTask] | None = None,
    begun: Event | None = None,
) -> Iterator[NotebookRun]:
    """Execute notebooks on an executor; those that it loses go into a list, or raise its error where there is none.

    Threads of this process are given `begun`: a kernel starts twice as fast while this process only waits for it.
    """
    running: dict[Future[NotebookRun], NotebookTask] = {}
    try:
        for work in works:
            running[_submitted(executor, work, begun)] = work
        if begun and works:
            begun.wait(START_TIMEOUT)
        meanwhile()
        for future in as_completed(running):
            # An executor has its own errors for a worker that was killed; what a notebook raises is in its answer.
            if future.exception() and lost is not None:
                lost.append(running[future])
            else:
                yield future.result()
    finally:
        for future in running:
            future.cancel()


def _submitted(executor: Executor, work: NotebookTask, begun: Event | None) -> Future[NotebookRun]:
    try:
        return executor.submit(execute, work, begun.set) if begun else executor.submit(execute, work)
    except RuntimeError as error:  # a pool takes nothing more once one of its processes was killed
        future: Future[NotebookRun] = Future()
        future.set_exception(error)
        return future


def available_cores() -> int:
    """Return how many cores this process may use, where the system tells; else how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
