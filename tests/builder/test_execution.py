"""Notebooks run on any executor, and what an executor loses is run all the same."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Event

import nbformat
import pytest
from distributed import Client, LocalCluster

from compendium.builder import cache_keys, execution, notebooks
from compendium.builder.execution import NotebookRun, NotebookTask, execute, execute_in_parallel
from compendium.builder.notebooks import Runner, format_failures, update_notebooks
from compendium.project.paths import notebook_path
from tests.support.chapters import page

pytestmark = pytest.mark.slow

COUNT = 5


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for number in range(COUNT):
        page(tmp_path / f"page{number}.md", f"import time; time.sleep(0.2); print({number})")
    return tmp_path


def outputs(book: Path) -> list[str]:
    stored = [nbformat.read(notebook_path(path), as_version=4) for path in notebooks.find_chapters(book)]
    return [cell.outputs[0]["text"] for read in stored for cell in read.cells if cell.cell_type == "code"]


EXPECTED = [f"{number}\n" for number in range(COUNT)]


def test_notebooks_run_on_a_pool_of_processes(book: Path) -> None:
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        assert format_failures(update_notebooks(book, runner=Runner(pool))) == ""
    assert outputs(book) == EXPECTED


def test_a_pool_whose_process_is_killed_loses_nothing(book: Path) -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pid = pool.submit(os.getpid).result()
        seen: list[NotebookRun] = []

        def watch(done: Iterator[NotebookRun], number: int) -> Iterator[NotebookRun]:
            assert number == COUNT
            for one in done:
                seen.append(one)
                if len(seen) == 2:
                    os.kill(pid, signal.SIGKILL)
                yield one

        outcomes = update_notebooks(book, runner=Runner(pool, watch))
    assert format_failures(outcomes) == ""
    assert sorted(done.chapter.name for done in seen) == sorted(path.name for path in notebooks.find_chapters(book))
    assert outputs(book) == EXPECTED


def test_a_cluster_of_two_that_loses_one_half_way_makes_the_whole_book(
    book: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = str(tmp_path_factory.mktemp("dask"))
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(**options, local_directory=folder) as cluster, Client(cluster) as client:
        pids = list(client.run(os.getpid).values())
        killed: list[int] = []

        def watch(done: Iterator[NotebookRun], number: int) -> Iterator[NotebookRun]:
            for count, one in enumerate(done, 1):
                if count == number // 2:
                    os.kill(pids[0], signal.SIGKILL)
                    killed.append(count)
                yield one

        outcomes = update_notebooks(book, runner=Runner(client.get_executor(), watch))
    assert killed
    assert format_failures(outcomes) == ""
    assert [outcome.executed for outcome in outcomes] == [True] * COUNT
    assert outputs(book) == EXPECTED


def test_a_worker_with_other_data_is_refused(book: Path) -> None:
    work = NotebookTask(book / "page0.md", "", ".", "another")
    done = execute(work)
    assert "other data, engine or lock" in done.failure
    assert done.notebook == ""


def test_a_notebook_that_writes_to_standard_error_fails(book: Path) -> None:
    page(book / "page0.md", "print(0)", "import warnings; warnings.warn('a guess of the library')")
    failures = format_failures(update_notebooks(book))
    assert "A cell writes to standard error, which the page would show:" in failures
    assert "a guess of the library" in failures and "page0.md" in failures and "page1.md" not in failures


class Deaf(Executor):
    """Takes work and never begins it."""

    def __init__(self) -> None:
        self.futures: list[Future[NotebookRun]] = []

    def submit(self, *_: object, **__: object) -> Future[NotebookRun]:
        self.futures.append(Future())
        return self.futures[-1]


def test_an_interruption_drops_what_has_not_begun(book: Path) -> None:
    deaf = Deaf()
    works = [NotebookTask(path, "", ".", cache_keys.project_digest()) for path in notebooks.find_chapters(book)]

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(execute_in_parallel(works, deaf, interrupted))
    assert [future.cancelled() for future in deaf.futures] == [True] * COUNT


def test_an_error_here_is_not_taken_for_a_loss(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: NotebookTask, begun: Callable[[], None]) -> NotebookRun:
        begun()
        raise ValueError("a fault of the runner")

    monkeypatch.setattr(execution, "execute", broken)
    with pytest.raises(ValueError, match="a fault of the runner"):
        list(execute_in_parallel([NotebookTask(book / "page0.md", "", ".", "")]))


@pytest.mark.parametrize("begins", [True, False])
def test_what_is_done_meanwhile_waits_for_a_kernel_but_not_for_ever(
    book: Path, monkeypatch: pytest.MonkeyPatch, begins: bool
) -> None:
    order = []

    def one(work: NotebookTask, begun: Callable[[], None]) -> NotebookRun:
        order.append("started")
        if begins:
            begun()
        release.wait(60)
        order.append("ended")
        return NotebookRun(work.chapter)

    def meanwhile() -> None:
        order.append("meanwhile")
        release.set()

    release = Event()
    monkeypatch.setattr(execution, "execute", one)
    monkeypatch.setattr(execution, "START_TIMEOUT", 60 if begins else 0.1)
    assert len(list(execute_in_parallel([NotebookTask(book / "page0.md", "", ".", "")], on_started=meanwhile))) == 1
    assert order == ["started", "meanwhile", "ended"]


def test_a_cell_that_takes_too_long_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "TIMEOUT", 1)
    page(tmp_path / "slow.md", "import time; time.sleep(60)")
    assert "timed out" in format_failures(update_notebooks(tmp_path))


def test_a_kernel_that_dies_is_a_failure(tmp_path: Path) -> None:
    page(tmp_path / "dies.md", "import os; os._exit(3)")
    page(tmp_path / "lives.md", "print(1)")
    said = format_failures(update_notebooks(tmp_path))
    assert "dies.md" in said
    assert "lives.md" not in said
    assert notebook_path(tmp_path / "lives.md").is_file()
