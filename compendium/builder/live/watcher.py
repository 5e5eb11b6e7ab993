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

from compendium.builder.live.server import Desk, LiveServer
from compendium.builder.pipeline import FRONT
from compendium.project.citation import CITATION
from compendium.project.paths import LOCK, ROOT

TOGETHER = 60
"""Milliseconds of quiet after which saves count as one."""
EDITED = (*(ROOT / name for name in ("book", "data", "compendium")),)
BESIDE = tuple(ROOT / name for name in ("_config.yml", "_toc.yml", CITATION, LOCK))
MADE = {".ipynb", ".part", ".pyc", ".swp", ".tmp"}
PATIENCE = 20.0
"""Seconds that the builder has to end in."""
Say = Callable[[str], None]


class Builder:
    """The process that builds: begun when it is first needed, and anew when the engine has changed or it has fallen.

    Parameters
    ----------
    hear
        is given each answer of `compendium.builder.live.worker`, from a thread; an answer `fallen` says why the
        process ended.
    """

    def __init__(self, hear: Callable[[dict[str, Any]], None]) -> None:
        """Begin nothing yet."""
        self._hear = hear
        self._process: subprocess.Popen[str] | None = None
        self._ear: threading.Thread | None = None

    def ask(self, page: str) -> None:
        """Have built what has changed, the page on view first; what is still being built is stopped."""
        if self._process is None or self._process.poll() is not None:
            self.end()
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

    def end(self) -> None:
        """End the process and let it tidy up, as it does when nobody asks any more."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None and process.stdout is not None and self._ear is not None, "begun so"
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.terminate()
        self._ear.join(PATIENCE)
        process.stdout.close()


class Round:
    """The save that is being built: what was saved, and when; and all who are told how it goes."""

    def __init__(self, desk: Desk, say: Say) -> None:
        """Begin with what was there before any save."""
        self._desk, self._say = desk, say
        self._what, self._since = "what was there", time.perf_counter()

    def begin(self, what: str) -> None:
        """Take note of a save, and tell the pages."""
        self._what, self._since = what, time.perf_counter()
        self._desk.tell("building")

    def hear(self, answer: dict[str, Any]) -> None:
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
        self._desk.tell("broken" if state == "fallen" else state, said)
        if state != "same":
            self._say(f"{time.strftime('%H:%M:%S')} {self._what}: {told}, after {after:.1f} s")
        if said:
            self._say(said)


def serve(port: int, say: Say, stop: threading.Event | None = None) -> None:
    """Serve the site on a port of this machine and keep it up with what is saved, until told to stop.

    Raises
    ------
    OSError
        where the port is taken.
    """
    desk = Desk()
    now = Round(desk, say)
    builder = Builder(now.hear)
    FRONT.parent.mkdir(parents=True, exist_ok=True)
    server = LiveServer(FRONT.parent, port, desk)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        say(f"The book is at {server.address}/ and follows what you save; Ctrl-C ends it.")
        builder.ask("")
        for paths in _saves(stop):
            now.begin(_named(paths))
            if any(path.suffix == ".py" or path in BESIDE for path in paths):
                builder.end()
            builder.ask(desk.looked_at)
    finally:
        builder.end()
        server.shutdown()
        server.server_close()
        thread.join()


def _saves(stop: threading.Event | None) -> Iterator[set[Path]]:
    """Yield which files were saved, those together that are saved together; a build touches some, which is no save."""
    held = {path: _content(path) for path in _files()}
    for changes in watch(
        *EDITED, *(path for path in BESIDE if path.is_file()), watch_filter=_edited, step=TOGETHER,
        stop_event=stop, raise_interrupt=True, ignore_permission_denied=True,
    ):  # fmt: skip
        now = {path: _content(path) for path in {Path(path) for _, path in changes}}
        saved = {path for path, content in now.items() if held.get(path) != content}
        held |= now
        if saved:
            yield saved


def _files() -> Iterator[Path]:
    for place in (*EDITED, *BESIDE):
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
    return name[0] not in ".#" and name[-1] != "~" and Path(path).suffix not in MADE and "__pycache__" not in path


def _named(paths: Iterable[Path]) -> str:
    names = sorted(str(path.relative_to(ROOT)) for path in paths)
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
