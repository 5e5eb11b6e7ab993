"""Watches what an author edits, has it built, and tells page and terminal how it went, until it is interrupted.

The builder is a process of its own: where it falls (a module of the engine that cannot be imported), the pages stay,
say why, and the next save begins it anew.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from watchfiles import Change, watch

from compendium.builder.live.server import BuildStatus, LiveServer
from compendium.builder.pipeline import FRONT_PAGE
from compendium.project.citation import CITATION
from compendium.project.paths import LOCK, ROOT

DEBOUNCE_MILLISECONDS = 60
"""Milliseconds of quiet after which saves count as one."""
WATCHED_FOLDERS = (*(ROOT / name for name in ("book", "data", "compendium")),)
WATCHED_FILES = tuple(ROOT / name for name in ("_config.yml", "_toc.yml", CITATION, LOCK))
IGNORED_SUFFIXES = {".ipynb", ".part", ".pyc", ".swp", ".tmp"}
SHUTDOWN_SECONDS = 20.0
"""Seconds that the builder has to end in."""
Log = Callable[[str], None]


class BuilderProcess:
    """The process that builds: begun when it is first needed, and anew when the engine has changed or it has fallen.

    Parameters
    ----------
    hear
        is given each answer of `compendium.builder.live.worker`, from a thread; an answer `fallen` says why the
        process ended.
    """

    def __init__(self, on_answer: Callable[[dict[str, Any]], None]) -> None:
        """Begin nothing yet."""
        self._hear = on_answer
        self._process: subprocess.Popen[str] | None = None
        self._ear: threading.Thread | None = None

    def request_build(self, page: str) -> None:
        """Have built what has changed, the page on view first; what is still being built is stopped."""
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._begin()
        assert self._process is not None and self._process.stdin is not None, "just begun, with a pipe"
        # One that has fallen in this moment says so to the ear.
        with suppress(OSError):
            print(json.dumps({"page": page}), file=self._process.stdin, flush=True)

    def _begin(self) -> None:
        errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - the ear closes it
        self._process = subprocess.Popen(
            [sys.executable, "-m", "compendium.builder.live.worker"], cwd=ROOT, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
        )  # fmt: skip
        self._ear = threading.Thread(target=self._listen, args=(self._process, errors), daemon=True)
        self._ear.start()

    def _listen(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        assert process.stdout is not None, "begun with a pipe"
        for line in process.stdout:
            self._hear(json.loads(line))
        process.wait()
        with errors:
            errors.seek(0)
            said = errors.read().strip()
        if process.returncode:
            self._hear({"state": "fallen", "ran": 0, "said": said or "the builder ended without a word"})

    def stop(self) -> None:
        """End the process and let it tidy up, as it does when nobody asks any more."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None and process.stdout is not None and self._ear is not None, "begun so"
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(SHUTDOWN_SECONDS)
        except subprocess.TimeoutExpired:
            process.terminate()
        self._ear.join(SHUTDOWN_SECONDS)
        process.stdout.close()


class SaveReporter:
    """The save that is being built: what was saved, and when; and all who are told how it goes."""

    def __init__(self, status: BuildStatus, log: Log) -> None:
        """Begin with what was there before any save."""
        self._desk, self._say = status, log
        self._what, self._since = "what was there", time.perf_counter()

    def start(self, saved_files: str) -> None:
        """Take note of a save, and tell the pages."""
        self._what, self._since = saved_files, time.perf_counter()
        self._desk.update("building")

    def report(self, answer: dict[str, Any]) -> None:
        """Tell page and terminal what the builder has answered."""
        state, said = answer["state"], answer["said"]
        if state in ("ready", "stopped"):
            return
        ran = f"{answer['ran']} notebook{'' if answer['ran'] == 1 else 's'} executed"
        told = {
            "first": f"on its page, {ran}", "whole": f"the whole book is built, {ran}", "same": "nothing to build",
            "broken": "cannot be built", "fallen": "the engine cannot be run",
        }[state]  # fmt: skip
        after = time.perf_counter() - self._since
        self._desk.update("broken" if state == "fallen" else state, said)
        if state != "same":
            self._say(f"{time.strftime('%H:%M:%S')} {self._what}: {told}, after {after:.1f} s")
        if said:
            self._say(said)


def serve(port: int, log: Log, stop: threading.Event | None = None) -> None:
    """Serve the site on a port of this machine and keep it up with what is saved, until told to stop.

    Raises
    ------
    OSError
        where the port is taken.
    """
    desk = BuildStatus()
    now = SaveReporter(desk, log)
    builder = BuilderProcess(now.report)
    FRONT_PAGE.parent.mkdir(parents=True, exist_ok=True)
    server = LiveServer(FRONT_PAGE.parent, port, desk)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        log(f"The book is at {server.address}/ and follows what you save; Ctrl-C ends it.")
        builder.request_build("")
        for paths in _saves(stop):
            now.start(_named(paths))
            if any(path.suffix == ".py" or path in WATCHED_FILES for path in paths):
                builder.stop()
            builder.request_build(desk.viewed_page)
    finally:
        builder.stop()
        server.shutdown()
        server.server_close()
        thread.join()


def _saves(stop: threading.Event | None) -> Iterator[set[Path]]:
    """Yield which files were saved, those together that are saved together; a build touches some, which is no save."""
    held = {path: _content(path) for path in _files()}
    for changes in watch(
        *WATCHED_FOLDERS,
        *(path for path in WATCHED_FILES if path.is_file()),
        watch_filter=_edited,
        step=DEBOUNCE_MILLISECONDS,
        stop_event=stop,
        raise_interrupt=True,
        ignore_permission_denied=True,
    ):
        now = {path: _content(path) for path in {Path(path) for _, path in changes}}
        saved = {path for path, content in now.items() if held.get(path) != content}
        held |= now
        if saved:
            yield saved


def _files() -> Iterator[Path]:
    for place in (*WATCHED_FOLDERS, *WATCHED_FILES):
        yield from (
            path for path in (place.rglob("*") if place.is_dir() else (place,)) if _edited(Change.added, str(path))
        )


def _content(path: Path) -> str:
    """Return the name of what a file holds, `""` for what is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:  # a folder, or gone by now
        return ""


def _edited(change: Change, path: str) -> bool:
    """Tell what an author saves from what is made of it, and from an editor's own files."""
    name = Path(path).name
    return (
        name[0] not in ".#"
        and name[-1] != "~"
        and Path(path).suffix not in IGNORED_SUFFIXES
        and "__pycache__" not in path
    )


def _named(paths: Iterable[Path]) -> str:
    names = sorted(str(path.relative_to(ROOT)) for path in paths)
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
