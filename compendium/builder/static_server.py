"""HTTP server for a built site, on the loopback interface only and without a log."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MISSING = "404.html"
"""Page of a site that is sent with status 404."""


class Server(ThreadingHTTPServer):
    """HTTP server for the files of one folder; `port` 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, root: Path, port: int = 0) -> None:
        """Bind and listen; raise `OSError` where the port is taken."""
        self.root = root.resolve()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def address(self) -> str:
        """Return the URL of the root, without a trailing slash."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore connections that the browser closed; report every other error."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(SimpleHTTPRequestHandler):
    """Request handler of Python's file server, without listings of folders and with the site's own page for 404."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 60
    # Buffered, so that headers and body leave together: sent apart, the body waits for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def __init__(self, request: Any, client_address: Any, server: Server) -> None:
        """Handle a request with the files of the server's folder."""
        super().__init__(request, client_address, server, directory=str(server.root))

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log."""

    def list_directory(self, path: Any) -> None:
        """Send 404 for a folder without an index page."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send an error; for 404 with the page `MISSING` of the site, where it has one."""
        page = self.server.root / MISSING
        if code == HTTPStatus.NOT_FOUND and page.is_file():
            self.send_whole(page.read_bytes(), HTTPStatus.NOT_FOUND)
        else:
            super().send_error(code, message, explain)

    def send_whole(self, content: bytes, status: HTTPStatus = HTTPStatus.OK, kind: str = "text/html") -> None:
        """Send a complete response from memory."""
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def end_headers(self) -> None:
        """Add a header that makes browsers revalidate each file."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


def serving(root: Path, port: int = 0) -> AbstractContextManager[str]:
    """Serve a folder within a `with` block, which gets its URL, `http://127.0.0.1:PORT`."""
    return running(Server(root, port))


@contextmanager
def running(server: Server) -> Iterator[str]:
    """Run a server in a thread within the block and close it at the end; yield its URL."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
