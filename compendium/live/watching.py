"""Watches what an author edits, has it built, and tells page and terminal how it went, until it is interrupted.

The builder is a process of its own: where it falls (a module of the engine that cannot be imported), the pages stay,
say why, and the next save begins it anew.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from watchfiles import Change, watch

from compendium.building import FRONT
from compendium.edition import CITATION
from compendium.home import ROOT
from compendium.keys import LOCK
from compendium.live.pages import Desk, LiveServer

TOGETHER = 60
"""Milliseconds of quiet after which saves count as one."""
EDITED = (*(ROOT / name for name in ("book", "data", "compendium")),)
BESIDE = tuple(ROOT / name for name in ("_config.yml", "_toc.yml", CITATION, LOCK))
MADE = {".ipynb", ".part", ".pyc", ".swp", ".tmp"}
Say = Callable[[str], None]


class BuilderFallError(RuntimeError):
    """The process that builds has ended; the message is the last that it said."""


class Builder:
    """The process that builds, begun when it is first needed and anew when the engine has changed."""

    def __init__(self) -> None:
        """Begin nothing yet."""
        self._process: subprocess.Popen[str] | None = None
        self._errors: IO[str] | None = None

    def begin(self) -> None:
        """Begin the process and wait until it is ready.

        Raises
        ------
        BuilderFallError
            where it falls before it is.
        """
        self.end()
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - read when it falls
        self._process = subprocess.Popen(
            [sys.executable, "-m", "compendium.live.rounds"], cwd=ROOT, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, start_new_session=True,
        )  # fmt: skip
        self._answer()

    def round(self, page: str) -> Iterator[dict[str, Any]]:
        """Have built what has changed, the page on view first; yield each answer of `compendium.live.rounds`."""
        if self._process is None or self._process.poll() is not None:
            self.begin()
        asked = cast(IO[str], cast(subprocess.Popen[str], self._process).stdin)
        try:
            print(json.dumps({"page": page}), file=asked, flush=True)
        except OSError:
            raise BuilderFallError(self._last()) from None
        state = "first"
        while state == "first":
            answer = self._answer()
            state = answer["state"]
            yield answer

    def _answer(self) -> dict[str, Any]:
        line = cast(IO[str], cast(subprocess.Popen[str], self._process).stdout).readline()
        if not line:
            raise BuilderFallError(self._last())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last(self) -> str:
        errors = cast(IO[str], self._errors)
        errors.seek(0)
        self.end()
        return errors.read().strip() or "the builder ended without a word"

    def end(self) -> None:
        """End the process, and let it tidy up: it does when nobody asks any more."""
        process, self._process = self._process, None
        if process is None:
            return
        cast(IO[str], process.stdin).close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        cast(IO[str], process.stdout).close()


def serve(port: int, say: Say, stop: threading.Event | None = None) -> None:
    """Serve the site on a port of this machine and keep it up with what is saved, until told to stop.

    Raises
    ------
    OSError
        where the port is taken.
    """
    desk, builder = Desk(), Builder()
    FRONT.parent.mkdir(parents=True, exist_ok=True)
    server = LiveServer(FRONT.parent, port, desk)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        say(f"The book is at {server.address}/ and follows what you save; Ctrl-C ends it.")
        _round(builder, desk, "what was there", say)
        for changes in _saves(stop):
            if any(path.suffix == ".py" or path in BESIDE for path in changes):
                builder.end()
            _round(builder, desk, _named(changes), say)
    finally:
        builder.end()
        server.shutdown()
        server.server_close()
        thread.join()


def _saves(stop: threading.Event | None) -> Iterator[set[Path]]:
    """Yield which files were saved, those together that are saved together."""
    for changes in watch(
        *EDITED, *(path for path in BESIDE if path.is_file()), watch_filter=_edited, step=TOGETHER // 2,
        debounce=TOGETHER * 10, stop_event=stop, raise_interrupt=False, ignore_permission_denied=True,
    ):  # fmt: skip
        yield {Path(path) for _, path in changes}


def _edited(change: Change, path: str) -> bool:
    """Tell what an author saves from what is made of it, and from an editor's own files."""
    name = Path(path).name
    return name[0] not in ".#" and name[-1] != "~" and Path(path).suffix not in MADE and "__pycache__" not in path


def _named(paths: Iterable[Path]) -> str:
    names = sorted(str(path.relative_to(ROOT)) for path in paths)
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _round(builder: Builder, desk: Desk, what: str, say: Say) -> None:
    """Have one save built, and tell page and terminal; whatever is wrong is told, and the preview goes on."""
    start = time.perf_counter()
    try:
        desk.tell("building")
        for answer in builder.round(desk.looked_at):
            desk.tell(answer["state"], answer["said"])
            after = time.perf_counter() - start
            if line := _line(answer):
                say(f"{time.strftime('%H:%M:%S')} {what}: {line} after {after:.1f} s")
            if answer["said"]:
                say(answer["said"])
    except BuilderFallError as fall:
        desk.tell("broken", str(fall))
        say(f"{time.strftime('%H:%M:%S')} {what}: the builder cannot run\n{fall}")


def _line(answer: dict[str, Any]) -> str:
    ran = f"{answer['ran']} notebook{'' if answer['ran'] == 1 else 's'} ran"
    return {"first": f"on its page, {ran},", "whole": f"all is built, {ran},", "broken": "cannot be built,"}.get(
        answer["state"], ""
    )
