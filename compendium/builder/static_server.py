"""Serves a built site to the browsers of this machine; it listens on this machine alone, and keeps quiet."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MISSING = "404.html"
"""The page of a site that is shown where there is none."""


class Server(ThreadingHTTPServer):
    """Serves the files of one folder; `port` 0 takes any that is free."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, root: Path, port: int = 0) -> None:
        """Listen at once; raise `OSError` where the port is taken."""
        self.root = root.resolve()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def address(self) -> str:
        """Return where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away in the middle; leave every other fault to be seen."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(SimpleHTTPRequestHandler):
    """Answers as Python's own server of files does, but lists no folder and has the site's page for what is missing."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 60
    # Heads and bodies leave together: sent apart, each answer waits for the receipt of its head.
    wbufsize = -1
    disable_nagle_algorithm = True

    def __init__(self, request: Any, client_address: Any, server: Server) -> None:
        """Answer a request with the files of the server's folder."""
        super().__init__(request, client_address, server, directory=str(server.root))

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def list_directory(self, path: Any) -> None:
        """Say that there is nothing: a folder without a page is no page."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send the status, and the page that the site has for what is missing, where it has one."""
        page = self.server.root / MISSING
        if code == HTTPStatus.NOT_FOUND and page.is_file():
            self.send_whole(page.read_bytes(), HTTPStatus.NOT_FOUND)
        else:
            super().send_error(code, message, explain)

    def send_whole(self, content: bytes, status: HTTPStatus = HTTPStatus.OK, kind: str = "text/html") -> None:
        """Send an answer that is no file as it lies."""
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def end_headers(self) -> None:
        """Have every file asked for anew each time, which takes a line of answer where it has not changed."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


@contextmanager
def serving(root: Path, port: int = 0) -> Iterator[str]:
    """Serve a folder as long as the block runs; yield its address, `http://127.0.0.1:PORT`."""
    server = Server(root, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
