"""Execution of notebooks: one on a kernel of its own, or many in parallel, on this machine or on any executor.

Tasks and results are picklable and hold notebooks as text; nothing is written here. A remote worker must have the same
project: a task carries the digest of everything a notebook depends on, and a worker with another digest refuses it.
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
"""Time limit of a cell, in seconds."""
START_TIMEOUT = 2.0
"""Longest time, in seconds, that `on_started` waits for the first kernel."""
REPORT_READS = (
    "import json\nfrom compendium.builder import read_tracking\nprint(json.dumps(read_tracking.tracked_paths()))"
)
"""Source of a cell appended to every run and dropped afterwards: prints, as JSON, what the other cells read."""


@dataclass(frozen=True)
class NotebookTask:
    """A notebook to execute."""

    chapter: Path
    notebook: str
    """The notebook in its JSON form, without outputs."""
    folder: str
    """Working folder of the kernel, relative to the project's."""
    project_digest: str
    """Digest that the worker's project must have (`cache_keys.project_digest`)."""


@dataclass(frozen=True)
class NotebookRun:
    """Result of executing a notebook."""

    chapter: Path
    notebook: str = ""
    """The notebook with outputs in its JSON form; `""` where it failed."""
    reads: tuple[str, ...] = ()
    """Files that its code read, relative to the project's folder."""
    seconds: float = 0.0
    failure: str = ""
    """Message of the error, `""` where there was none."""


def execute(task: NotebookTask, on_started: Callable[[], object] | None = None) -> NotebookRun:
    """Execute one notebook on a kernel of its own; return the run, with the message of an error where its code failed.

    `on_started` is called before each cell, hence first when the kernel is ready.
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
    if warned := _standard_error(notebook):
        return NotebookRun(task.chapter, seconds=time.perf_counter() - start, failure=warned)
    notebook.metadata["language_info"] = {"name": "python"}
    return NotebookRun(task.chapter, nbformat.writes(notebook), tuple(reads), time.perf_counter() - start)


def _standard_error(notebook: nbformat.NotebookNode) -> str:
    """Return the message for the first cell that wrote to standard error, `""` where none did: a page would show it."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream" and output.name == "stderr":
                return f"A cell writes to standard error, which the page would show:\n{cell.source}\n{output.text}"
    return ""


def do_nothing() -> None:
    """Do nothing: the default for callbacks without arguments."""


def execute_in_parallel(
    tasks: Sequence[NotebookTask], executor: Executor | None = None, on_started: Callable[[], None] = do_nothing
) -> Iterator[NotebookRun]:
    """Execute notebooks and yield each run as it ends; closing the iterator cancels those that have not started.

    Parameters
    ----------
    executor
        where to run them; `None`: on all cores that this process may use. Tasks that an executor loses (its process
        was killed, its host is gone) are run on this machine.
    on_started
        called once when the notebooks have started, while this process only waits for them.
    """
    # Imported before the threads start: they would import it at the same time as `on_started` imports.
    import nbclient  # noqa: F401

    lost = list(tasks)
    if executor:
        lost = []
        yield from _run_on(executor, tasks, on_started, lost)
        on_started = do_nothing
    if lost:
        # The threads only wait for kernels, which are processes.
        with ThreadPoolExecutor(available_cores()) as here:
            yield from _run_on(here, lost, on_started, ready=Event())


def _run_on(
    executor: Executor,
    tasks: Sequence[NotebookTask],
    on_started: Callable[[], None],
    lost: list[NotebookTask] | None = None,
    ready: Event | None = None,
) -> Iterator[NotebookRun]:
    """Execute notebooks on an executor; append the tasks that it loses to `lost`, or raise its error without a list.

    `ready` (threads of this process only) is set by the first kernel that is ready; `on_started` waits for it, because
    a kernel starts twice as fast while this process is idle.
    """
    running: dict[Future[NotebookRun], NotebookTask] = {}
    try:
        for task in tasks:
            running[_submit(executor, task, ready)] = task
        if ready and tasks:
            ready.wait(START_TIMEOUT)
        on_started()
        for future in as_completed(running):
            # The error of a notebook is in its run; an exception here is the executor's own, for a lost worker.
            if future.exception() and lost is not None:
                lost.append(running[future])
            else:
                yield future.result()
    finally:
        for future in running:
            future.cancel()


def _submit(executor: Executor, task: NotebookTask, ready: Event | None) -> Future[NotebookRun]:
    try:
        return executor.submit(execute, task, ready.set) if ready else executor.submit(execute, task)
    except RuntimeError as error:  # a process pool accepts no task once one of its processes was killed
        future: Future[NotebookRun] = Future()
        future.set_exception(error)
        return future


def available_cores() -> int:
    """Return the number of cores that this process may use, or that the machine has where its affinity is unknown."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
