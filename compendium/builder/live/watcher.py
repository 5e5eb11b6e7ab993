"""Main process of the live preview: watches the files, requests builds and reports to page and terminal.

The build process is separate: where it crashes (a module of the engine cannot be imported), the pages stay, show the
error, and the next save restarts it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from watchfiles import Change, watch

from compendium.builder.live.server import BuildStatus, LiveServer
from compendium.builder.live.worker import BuildAnswer
from compendium.builder.pipeline import FRONT_PAGE
from compendium.builder.static_server import running
from compendium.project.checksums import sha256
from compendium.project.citation import CITATION
from compendium.project.paths import LOCK, ROOT

DEBOUNCE_MILLISECONDS = 60
"""Saves closer together than this many milliseconds count as one."""
WATCHED_FOLDERS = tuple(ROOT / name for name in ("book", "data", "compendium"))
WATCHED_FILES = tuple(ROOT / name for name in ("_config.yml", "_toc.yml", CITATION, LOCK))
IGNORED_SUFFIXES = {".ipynb", ".part", ".pyc", ".swp", ".tmp"}
SHUTDOWN_SECONDS = 20.0
"""Time for the build process to end before it is terminated, in seconds."""
Log = Callable[[str], None]


class BuilderProcess:
    """The process that builds (`compendium.builder.live.worker`), started on request and again after a crash.

    Parameters
    ----------
    on_answer
        called from a thread with each answer; the state `fallen` reports that the process has crashed.
    """

    def __init__(self, on_answer: Callable[[BuildAnswer], None]) -> None:
        """Prepare without starting the process."""
        self._on_answer = on_answer
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def request_build(self, page: str) -> None:
        """Request a build of what has changed, the page on view first; a running build is stopped."""
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._start()
        assert self._process is not None and self._process.stdin is not None, "just started, with a pipe"
        # The reader thread reports a process that has just crashed.
        with suppress(OSError):
            print(json.dumps({"page": page}), file=self._process.stdin, flush=True)

    def _start(self) -> None:
        errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed by the reader
        self._process = subprocess.Popen(
            [sys.executable, "-m", "compendium.builder.live.worker"], cwd=ROOT, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read_answers, args=(self._process, errors), daemon=True)
        self._reader.start()

    def _read_answers(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        assert process.stdout is not None, "started with a pipe"
        for line in process.stdout:
            self._on_answer(BuildAnswer(**json.loads(line)))
        process.wait()
        with errors:
            errors.seek(0)
            message = errors.read().strip()
        if process.returncode:
            self._on_answer(BuildAnswer("fallen", said=message or "the build process ended without a message"))

    def stop(self) -> None:
        """End the process by closing its input; terminate it after `SHUTDOWN_SECONDS`."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin and process.stdout and self._reader, "started with pipes"
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(SHUTDOWN_SECONDS)
        except subprocess.TimeoutExpired:
            process.terminate()
        self._reader.join(SHUTDOWN_SECONDS)
        process.stdout.close()


class SaveReporter:
    """Reports the progress of the build of a save to the pages and to the terminal."""

    def __init__(self, status: BuildStatus, log: Log) -> None:
        """Start with the build before any save."""
        self._status, self._log = status, log
        self._saved_files, self._start_time = "what was there", time.perf_counter()

    def start(self, saved_files: str) -> None:
        """Report that the build of a save has started."""
        self._saved_files, self._start_time = saved_files, time.perf_counter()
        self._status.update("building")

    def report(self, answer: BuildAnswer) -> None:
        """Report an answer of the build process."""
        state, said = answer.state, answer.said
        if state in ("ready", "stopped"):
            return
        ran = f"{answer.ran} notebook{'' if answer.ran == 1 else 's'} executed"
        outcome = {
            "first": f"on its page, {ran}", "whole": f"the whole book is built, {ran}", "same": "nothing to build",
            "broken": "cannot be built", "fallen": "the engine cannot be run",
        }[state]  # fmt: skip
        seconds = time.perf_counter() - self._start_time
        self._status.update("broken" if state == "fallen" else state, said)
        if state != "same":
            self._log(f"{time.strftime('%H:%M:%S')} {self._saved_files}: {outcome}, after {seconds:.1f} s")
        if said:
            self._log(said)


def serve(port: int, log: Log, stop: threading.Event | None = None) -> None:
    """Serve the site on a port of this machine and rebuild it on every save, until `stop` is set or Ctrl-C.

    Raises
    ------
    OSError
        where the port is taken.
    """
    status = BuildStatus()
    reporter = SaveReporter(status, log)
    builder = BuilderProcess(reporter.report)
    FRONT_PAGE.parent.mkdir(parents=True, exist_ok=True)
    with running(LiveServer(FRONT_PAGE.parent, port, status)) as address:
        try:
            log(f"The book is at {address}/ and follows what you save; Ctrl-C ends it.")
            builder.request_build("")
            for paths in _saves(stop):
                reporter.start(_format_paths(paths))
                if any(path.suffix == ".py" or path in WATCHED_FILES for path in paths):
                    builder.stop()
                builder.request_build(status.viewed_page)
        finally:
            builder.stop()


def _saves(stop: threading.Event | None) -> Iterator[set[Path]]:
    """Yield sets of files whose content has changed; files that a build only touches are not among them."""
    known = {path: _digest(path) for path in _files()}
    for changes in watch(
        *WATCHED_FOLDERS,
        *(path for path in WATCHED_FILES if path.is_file()),
        watch_filter=_edited,
        step=DEBOUNCE_MILLISECONDS,
        stop_event=stop,
        raise_interrupt=True,
        ignore_permission_denied=True,
    ):
        now = {path: _digest(path) for path in {Path(path) for _, path in changes}}
        saved = {path for path, content in now.items() if known.get(path) != content}
        known |= now
        if saved:
            yield saved


def _files() -> Iterator[Path]:
    for place in (*WATCHED_FOLDERS, *WATCHED_FILES):
        yield from (
            path for path in (place.rglob("*") if place.is_dir() else (place,)) if _edited(Change.added, str(path))
        )


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, `""` for anything else."""
    try:
        return sha256(path.read_bytes())
    except OSError:  # a folder, or deleted meanwhile
        return ""


def _edited(change: Change, path: str) -> bool:
    """Return whether an author edits such a file: no generated one and no temporary one of an editor."""
    name = Path(path).name
    return (
        name[0] not in ".#"
        and name[-1] != "~"
        and Path(path).suffix not in IGNORED_SUFFIXES
        and "__pycache__" not in path
    )


def _format_paths(paths: Iterable[Path]) -> str:
    names = sorted(str(path.relative_to(ROOT)) for path in paths)
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
