"""HTTP server of the live preview: the site with an injected script, and server-sent events of the build status.

It listens on the loopback interface only. The files of the site are not changed; the script is added to responses.
"""

from __future__ import annotations

import json
import threading
import time
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs

import click

from compendium.builder.static_server import Handler, Server
from compendium.project.checksums import sha256

LIVE_PREFIX = "/_live/"
KINDS = {f"{LIVE_PREFIX}live.js": "text/javascript", f"{LIVE_PREFIX}live.css": "text/css"}
"""Content types of the preview's own files, by path."""
INJECTED_HTML = b'<link rel="stylesheet" href="/_live/live.css"><script src="/_live/live.js" defer></script></body>'
HEARTBEAT_SECONDS = 15.0
"""Seconds after which an event is repeated, so that a closed connection is detected."""


class BuildStatus:
    """Thread-safe status of the current build, and the pages on view."""

    def __init__(self) -> None:
        """Start with the status of a complete build and no page on view."""
        self._changed = threading.Condition()
        self._status = {"state": "whole", "said": ""}
        self._number = 0
        self._views: list[str] = []

    def update(self, state: str, message: str = "") -> None:
        """Set the status and notify all waiting streams; terminal colours in the message are removed."""
        with self._changed:
            self._status = {"state": state, "said": click.unstyle(message)}
            self._number += 1
            self._changed.notify_all()

    def wait_for_change(self, after: int) -> tuple[int, dict[str, str]]:
        """Wait for a status with another number than `after`, at most `HEARTBEAT_SECONDS`; return both."""
        with self._changed:
            self._changed.wait_for(lambda: self._number != after, HEARTBEAT_SECONDS)
            return self._number, dict(self._status)

    def add_view(self, page: str) -> None:
        """Register that a page is on view."""
        with self._changed:
            self._views.append(page)

    def remove_view(self, page: str) -> None:
        """Unregister one view of a page."""
        with self._changed:
            self._views.remove(page)

    @property
    def viewed_page(self) -> str:
        """Return the page on view that was opened last (path below the site, no suffix); `""` without any."""
        with self._changed:
            last = self._views[-1] if self._views else ""
        return last.strip("/").removesuffix(".html")


class LiveServer(Server):
    """HTTP server of one folder and of a build status."""

    def __init__(self, root: Path, port: int, status: BuildStatus) -> None:
        """Bind and listen; raise `OSError` where the port is taken."""
        self.status = status
        super().__init__(root, port)
        self.RequestHandlerClass = LiveHandler


class LiveHandler(Handler):
    """Request handler that injects the preview's script into pages and streams the build status."""

    server: LiveServer

    def do_GET(self) -> None:  # noqa: N802 - the name is that of the method of HTTP
        """Send a file, a page with the injected script, or the event stream."""
        path, _, query = self.path.partition("?")
        page = self._file(path)
        if path == f"{LIVE_PREFIX}events":
            self._stream(parse_qs(query).get("page", [""])[0])
        elif path in KINDS:
            self.send_whole(Path(__file__).with_name(path.removeprefix(LIVE_PREFIX)).read_bytes(), kind=KINDS[path])
        elif page.suffix == ".html" and page.is_file():
            self.send_whole(page.read_bytes().replace(b"</body>", INJECTED_HTML))
        else:
            super().do_GET()

    def _file(self, path: str) -> Path:
        file = Path(self.translate_path(path))
        return file / "index.html" if path.endswith("/") else file

    def _stream(self, page: str) -> None:
        """Send build status and version of a page as events, now and on every change, until the connection closes."""
        status, number = self.server.status, -1
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        status.add_view(page)
        try:
            while True:
                number, state = status.wait_for_change(number)
                event = json.dumps(state | {"version": page_version(self._file(page))})
                self.wfile.write(f"event: state\ndata: {event}\n\n".encode())
                self.wfile.flush()
        except OSError:
            pass
        finally:
            status.remove_view(page)


def page_version(page: Path) -> str:
    """Return a short digest of a page, `""` where there is none; wait up to a second while it is being written."""
    for _ in range(20):
        content = page.read_bytes() if page.is_file() else b""
        if content.rstrip().endswith(b"</html>"):
            return sha256(content)[:16]
        time.sleep(0.05)
    return ""
