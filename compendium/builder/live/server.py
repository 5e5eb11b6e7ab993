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
from urllib.parse import parse_qs

import click

from compendium.builder.static_server import Handler, Server

LIVE_PREFIX = "/_live/"
KINDS = {f"{LIVE_PREFIX}live.js": "text/javascript", f"{LIVE_PREFIX}live.css": "text/css"}
"""The files of the preview itself, and their types."""
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

    def do_GET(self) -> None:  # noqa: N802 - the name is that of the method of HTTP
        """Answer with what is asked for; a page with the script and the look of the preview."""
        asked, _, query = self.path.partition("?")
        page = self._file(asked)
        if asked == f"{LIVE_PREFIX}events":
            self._stream(parse_qs(query).get("page", [""])[0])
        elif asked in KINDS:
            self.send_whole(Path(__file__).with_name(asked.removeprefix(LIVE_PREFIX)).read_bytes(), kind=KINDS[asked])
        elif page.suffix == ".html" and page.is_file():
            self.send_whole(page.read_bytes().replace(b"</body>", INJECTED_HTML))
        else:
            super().do_GET()

    def _file(self, asked: str) -> Path:
        found = Path(self.translate_path(asked))
        return found / "index.html" if asked.endswith("/") else found

    def _stream(self, page: str) -> None:
        """Send the state and the version of a page, now and whenever it changes, until the page is gone."""
        desk, number = self.server.status, -1
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        desk.add_view(page)
        try:
            while True:
                number, state = desk.wait_for_change(number)
                told = json.dumps(state | {"version": page_version(self._file(page))})
                self.wfile.write(f"event: state\ndata: {told}\n\n".encode())
                self.wfile.flush()
        except OSError:
            pass
        finally:
            desk.remove_view(page)


def page_version(page: Path) -> str:
    """Return the name of a page's content, `""` where there is none; it waits while the page is being written."""
    for _ in range(20):
        content = page.read_bytes() if page.is_file() else b""
        if content.rstrip().endswith(b"</html>"):
            return hashlib.sha256(content).hexdigest()[:16]
        time.sleep(0.05)
    return ""
