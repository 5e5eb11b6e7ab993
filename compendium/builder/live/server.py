"""Serves the site to the author's browser, with what lets a page follow the builds: a script, and a stream of states.

It listens on this machine alone. The files of the site stay as they are; what is added is added on the way out.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, unquote

import click

from compendium.builder.static_server import TYPES, Handler, Server, located

LIVE_PREFIX = "/_live/"
INJECTED_HTML = b'<link rel="stylesheet" href="/_live/live.css"><script src="/_live/live.js" defer></script></body>'
HEARTBEAT_SECONDS = 15.0
"""Seconds of silence after which a stream says that it is alive, which is how a page that is gone is noticed."""


class BuildStatus:
    """How the building stands, for every page that asks; and which page was asked for last."""

    def __init__(self) -> None:
        """Begin with nothing to say."""
        self._changed = threading.Condition()
        self._said = {"state": "whole", "said": ""}
        self._number = 0
        self._looked_at: list[str] = []

    def update(self, state: str, message: str = "") -> None:
        """Say how it stands now, to all who wait for it; the colours of a terminal are none of a page."""
        with self._changed:
            self._said = {"state": state, "said": click.unstyle(message)}
            self._number += 1
            self._changed.notify_all()

    def wait_for_change(self, after: int) -> tuple[int, dict[str, str]]:
        """Return the number of the state and the state, once it is another than that of a number, or after a pulse."""
        with self._changed:
            self._changed.wait_for(lambda: self._number != after, HEARTBEAT_SECONDS)
            return self._number, dict(self._said)

    def add_view(self, page: str) -> None:
        """Remember that a page is on view, the newest last."""
        with self._changed:
            self._looked_at.append(page)

    def remove_view(self, page: str) -> None:
        """Forget one view of a page."""
        with self._changed:
            self._looked_at.remove(page)

    @property
    def viewed_page(self) -> str:
        """Return the page that was opened last and is still on view, below the site's folder without its ending."""
        with self._changed:
            last = self._looked_at[-1] if self._looked_at else ""
        return last.strip("/").removesuffix(".html")


class LiveServer(Server):
    """Serves one folder, and the states of a desk."""

    def __init__(self, root: Path, port: int, status: BuildStatus) -> None:
        """Listen at once; raise `OSError` where the port is taken."""
        self.status = status
        super().__init__(root, port)
        self.RequestHandlerClass = LiveHandler


class LiveHandler(Handler):
    """Answers as a web server would, but for the pages, which get what follows the builds."""

    server: LiveServer

    def _answer(self, *, body: bool) -> None:
        asked, _, query = self.path.partition("?")
        if asked == f"{LIVE_PREFIX}events":
            self._stream(parse_qs(query).get("page", [""])[0])
        elif asked in (f"{LIVE_PREFIX}live.js", f"{LIVE_PREFIX}live.css"):
            name = asked.removeprefix(LIVE_PREFIX)
            self._whole(Path(__file__).with_name(name).read_bytes(), TYPES[Path(name).suffix], body=body)
        else:
            super()._answer(body=body)

    def _send(self, path: Path, query: str, *, body: bool) -> None:
        if path.suffix != ".html":
            super()._send(path, query, body=body)
            return
        self._whole(path.read_bytes().replace(b"</body>", INJECTED_HTML), TYPES[".html"], body=body)

    def _whole(self, content: bytes, kind: str, *, body: bool) -> None:
        self._head(HTTPStatus.OK, {"Content-Type": kind, "Cache-Control": "no-store"}, len(content))
        if body:
            self.wfile.write(content)

    def _stream(self, page: str) -> None:
        """Send the state and the version of a page, now and whenever it changes, until the page is gone."""
        desk, number = self.server.status, -1
        self.close_connection = True
        self._head(HTTPStatus.OK, {"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        desk.add_view(page)
        try:
            while True:
                number, state = desk.wait_for_change(number)
                told = json.dumps(state | {"version": page_version(self.server.root, page)})
                self.wfile.write(f"event: state\ndata: {told}\n\n".encode())
                self.wfile.flush()
        except OSError:
            pass
        finally:
            desk.remove_view(page)


def page_version(root: Path, page: str) -> str:
    """Return the name of a page's content, `""` where there is none; it waits while the page is being written."""
    for _ in range(20):
        found = located(root, unquote(page))
        content = found.read_bytes() if found is not None and found.is_file() else b""
        if content.rstrip().endswith(b"</html>"):
            return hashlib.sha256(content).hexdigest()[:16]
        time.sleep(0.05)
    return ""
