"""The live preview, on a small book: a save comes to its page, what is wrong is told on it, and the preview goes on."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compendium.builder import pipeline
from compendium.builder.live import watcher
from compendium.builder.live.server import BuildStatus, LiveServer, page_version
from compendium.builder.live.watcher import Log, _edited
from compendium.builder.live.worker import IncrementalBuilder, StoppedBetweenNotebooksError
from compendium.cli.app import main
from tests.support import elsewhere
from tests.system.test_incremental import edited, project  # noqa: F401 - the small book, built once

pytestmark = pytest.mark.slow

PATIENCE = 120
"""Seconds; the machine may be busy with other tests."""
PAGE = "/book/second.html"


class Preview:
    """A preview that runs: what its terminal says, and what a page of it is told."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "compendium", "serve", "--port", "0"], cwd=root, text=True, encoding="utf-8",
            env=elsewhere.surroundings(root, PYTHONUNBUFFERED="1"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        self.said: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        self.address = self.wait("The book is at ").split()[4].rstrip("/")
        self.states: queue.Queue[dict[str, str]] = queue.Queue()
        threading.Thread(target=self._follow, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout
        with suppress(ValueError):  # closed at the end
            for line in self.process.stdout:
                self.said.append(line)

    def _follow(self) -> None:
        with suppress(OSError), urllib.request.urlopen(f"{self.address}/_live/events?page={PAGE}") as stream:
            for line in stream:
                if line.startswith(b"data: "):
                    self.states.put(json.loads(line[6:]))

    def end(self) -> int:
        """Interrupt it as a terminal does, and return its exit code; one that does not end in time is killed."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        with self.process:
            try:
                return self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                raise

    def wait(self, words: str, after: int = 0) -> str:
        """Return the line of the terminal that holds some words."""
        for _ in range(PATIENCE * 20):
            for line in self.said[after:]:
                if words in line:
                    return line
            time.sleep(0.05)
        raise AssertionError(f"{words!r} was never said; said was:\n{''.join(self.said)}")

    def state(self, *wanted: str) -> dict[str, str]:
        """Return the next state of the page that is one of some."""
        until, heard = time.monotonic() + PATIENCE, []
        while (left := until - time.monotonic()) > 0:
            with suppress(queue.Empty):
                state = self.states.get(timeout=left)
                if state["state"] in wanted:
                    return state
                heard.append(state["state"])
        raise AssertionError(f"the page was told {heard}, never {wanted}; said was:\n{''.join(self.said)}")

    def page(self) -> str:
        with urllib.request.urlopen(self.address + PAGE) as answer:
            return str(answer.read().decode())


@pytest.fixture(scope="module")
def preview(project: Path) -> Iterator[Preview]:  # noqa: F811
    running = Preview(project)
    running.state("same", "whole")
    yield running
    running.end()


def test_a_page_on_view_gets_what_follows_the_builds_and_keeps_its_policy(preview: Preview) -> None:
    page = preview.page()
    assert '<script src="/_live/live.js" defer>' in page
    assert "'unsafe" not in page
    for name in ("live.js", "live.css"):
        with urllib.request.urlopen(f"{preview.address}/_live/{name}") as answer:
            assert answer.status == 200


def test_a_save_comes_to_the_page_on_view_before_the_rest(preview: Preview, project: Path) -> None:  # noqa: F811
    before = page_version(project / "_build" / "html" / PAGE.lstrip("/"))
    edited(project, "book/second.md", "See [](first).", "See [](first), just now.")
    state = preview.state("first")
    assert state["version"] not in ("", before)
    assert "just now" in preview.page()
    preview.state("whole")
    assert "on its page, 0 notebooks executed" in preview.wait("book/second.md: on its page")


def test_a_broken_cell_is_told_on_page_and_terminal_and_mending_it_ends_that(
    preview: Preview, project: Path  # noqa: F811
) -> None:  # fmt: skip
    edited(project, "book/second.md", "print(load()", "1 / 0\nprint(load()")
    broken = preview.state("broken")
    assert "ZeroDivisionError" in broken["said"]
    assert "book/second.md" in broken["said"]
    assert "\x1b" not in broken["said"]
    preview.wait("book/second.md: cannot be built")
    preview.wait("ZeroDivisionError")
    assert "just now" in preview.page()
    edited(project, "book/second.md", "1 / 0\nprint(load()", "print(load()")
    mended = preview.state("first", "whole", "same")
    assert mended["said"] == ""
    if mended["state"] == "first":  # else all is said, and nothing follows
        preview.state("whole", "same")


def test_a_broken_row_is_told_with_its_place_and_changes_no_page(
    preview: Preview, project: Path  # noqa: F811
) -> None:  # fmt: skip
    edited(project, "data/claims.csv", "ames2024,4,body,$3.0 billion", "ames2024,4th,body,$3.0 billion")
    broken = preview.state("broken")
    assert "claims.csv:" in broken["said"]
    assert "paragraph: found '4th'" in broken["said"]
    edited(project, "data/claims.csv", "ames2024,4th,body,$3.0 billion", "ames2024,4,body,$3.0 billion")
    preview.state("whole", "same")


def test_an_engine_that_cannot_run_is_told_and_begun_anew(preview: Preview, project: Path) -> None:  # noqa: F811
    edited(project, "compendium/values/units.py", "from __future__", "import no_such_module\nfrom __future__")
    assert "SyntaxError" in preview.state("broken")["said"]
    edited(project, "compendium/values/units.py", "import no_such_module\nfrom __future__", "from __future__")
    preview.state("whole", "same")


def test_it_ends_when_it_is_told_to_and_leaves_a_site_that_is_built_upon(
    preview: Preview, project: Path  # noqa: F811
) -> None:  # fmt: skip
    assert preview.end() == 0
    assert not [line for line in preview.said if "Traceback" in line and "Zero" not in line and "Syntax" not in line][
        3:
    ]
    run = elsewhere.run(project, "-m", "compendium", "build")
    assert run.returncode == 0, run.stderr


# --- parts of it


def test_the_last_page_that_was_opened_and_is_still_on_view_is_looked_at() -> None:
    desk = BuildStatus()
    assert desk.viewed_page == ""
    for page in ("/book/a.html", "/book/b.html"):
        desk.add_view(page)
    assert desk.viewed_page == "book/b"
    desk.remove_view("/book/b.html")
    assert desk.viewed_page == "book/a"


def test_it_ends_in_peace_when_its_process_is_told_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(_port: int, _say: Log) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PATIENCE)

    monkeypatch.setattr(watcher, "serve", told)
    before = signal.getsignal(signal.SIGTERM)
    try:
        done = CliRunner().invoke(main, ["serve"])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (done.exit_code, done.output) == (0, "\n")


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    server = LiveServer(tmp_path, 0, BuildStatus())
    try:
        port = server.address.rpartition(":")[2]
        run = subprocess.run(
            [sys.executable, "-m", "compendium", "serve", "--port", port], capture_output=True, text=True, check=False
        )
    finally:
        server.server_close()
    assert run.returncode == 2
    assert f"port {port}" in run.stderr


@pytest.mark.parametrize(
    ("name", "is_save"),
    [
        ("book/a.md", True), ("data/a.csv", True), ("compendium/a.py", True), ("book/_static/a.css", True),
        ("book/a.ipynb", False), ("book/a.part", False), ("data/.a.csv.swp", False), ("data/a.csv~", False),
        ("data/.#a.csv", False), ("compendium/__pycache__/a.pyc", False),
    ],
)  # fmt: skip
def test_a_save_is_told_from_what_is_made_of_it(name: str, is_save: bool) -> None:
    from watchfiles import Change

    assert _edited(Change.modified, name) is is_save


def test_a_page_that_is_being_written_has_no_version_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compendium.builder.live.server.time.sleep", lambda _: None)
    (tmp_path / "a.html").write_text("<html><body>", encoding="utf-8")
    assert page_version(tmp_path / "a.html") == ""
    (tmp_path / "a.html").write_text("<html></html>\n", encoding="utf-8")
    assert page_version(tmp_path / "a.html") == page_version(tmp_path / "a.html") != ""
    assert page_version(tmp_path / "b.html") == ""


def test_a_save_that_undoes_a_stopped_one_builds_its_page_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, stopped = [], [True]

    def build(change: Any, *_: Any, **__: Any) -> int:
        asked.append(set(change.changed_paths))
        if stopped.pop():
            raise StoppedBetweenNotebooksError
        return 0

    now = {"book/index.md": "as it was"}
    monkeypatch.setattr(pipeline, "current_inputs", lambda: dict(now))
    monkeypatch.setattr(pipeline, "run_build", build)
    monkeypatch.setattr(pipeline, "last_inputs", lambda: dict(now))
    monkeypatch.setattr("compendium.builder.live.worker._first_chapter", lambda *_: None)
    rounds = IncrementalBuilder()
    rounds.last_inputs = dict(now)
    now["book/index.md"] = "changed"
    assert [answer.state for answer in rounds.rebuild("", lambda: False)] == ["stopped"]
    now["book/index.md"] = "as it was"
    stopped.append(False)
    assert [answer.state for answer in rounds.rebuild("", lambda: False)] == ["whole"]
    assert asked == [{"book/index.md"}] * 2
    assert [answer.state for answer in rounds.rebuild("", lambda: False)] == ["same"]
