"""Serves a built site to the browsers of this machine as a web server would: compressed, typed, cacheable.

It listens on this machine alone, changes nothing, says nothing, and answers whatever it is asked with a status.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

LEVEL = 6
"""How hard gzip tries: what web servers do by default."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".ipynb": "application/x-ipynb+json",
    ".zip": "application/zip",
    ".sqlite": "application/vnd.sqlite3",
    ".parquet": "application/vnd.apache.parquet",
    ".xml": "application/xml",
    ".png": "image/png",
    ".ico": "image/vnd.microsoft.icon",
    ".woff2": "font/woff2",
}
"""By ending; what a machine's own list says differs from machine to machine."""
MISSING = "404.html"
"""The page of a site that is shown where there is none."""
TEXT = re.compile(r"text/|application/(?:json|xml|x-ipynb)|image/svg")
NO_GZIP = re.compile(r"q=0(?:\.0*)?")


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


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD with a file, a redirect to a folder, or the status that says why not."""

    server: Server
    server_version = "compendium"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 60
    # Heads and bodies leave together: sent apart, each answer waits for the receipt of its head.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer with head and body."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Answer with the head alone."""
        self._answer(body=False)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def _answer(self, *, body: bool) -> None:
        asked, _, query = self.path.partition("#")[0].partition("?")
        found = located(self.server.root, unquote(asked))
        if found is None:
            self._miss(body=body)
        elif found.is_dir():
            self._head(HTTPStatus.MOVED_PERMANENTLY, {"Location": f"{asked}/{'?' * bool(query)}{query}"}, 0)
        else:
            self._send(found, query, body=body)

    def _miss(self, *, body: bool) -> None:
        """Say that there is nothing: with the page that the site has for this, where it has one."""
        page = self.server.root / MISSING
        if not page.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        content = page.read_bytes()
        self._head(HTTPStatus.NOT_FOUND, {"Content-Type": TYPES[".html"], "Cache-Control": "no-cache"}, len(content))
        if body:
            self.wfile.write(content)

    def _send(self, path: Path, query: str, *, body: bool) -> None:
        kind = TYPES.get(path.suffix.lower(), "application/octet-stream")
        zipped = bool(TEXT.match(kind)) and takes_gzip(self.headers.get("Accept-Encoding", ""))
        stat = path.stat()
        content, tag = _content(path, stat.st_mtime_ns, stat.st_size, zipped)
        # A page is asked for anew each time; what carries the fingerprint of its content never changes.
        kept = "no-cache" if kind.startswith("text/html") else "public, max-age=600"
        fields = {
            "Content-Type": kind,
            "Cache-Control": "public, max-age=31536000, immutable" if query.startswith("v=") else kept,
            "ETag": tag,
            **({"Vary": "Accept-Encoding"} if TEXT.match(kind) else {}),
        }
        if self.headers.get("If-None-Match") == tag:
            self._head(HTTPStatus.NOT_MODIFIED, fields)
            return
        self._head(HTTPStatus.OK, fields | ({"Content-Encoding": "gzip"} if zipped else {}), len(content))
        if body:
            self.wfile.write(content)

    def _head(self, status: HTTPStatus, fields: dict[str, str], length: int | None = None) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()


def located(root: Path, asked: str) -> Path | None:
    """Return the file that a path of an address names below a folder, or a folder that lacks its slash.

    A folder with its slash is its `index.html`. `None` where there is nothing, where the path leads out of the
    folder, and where no file system can have such a name.
    """
    try:
        found = (root / asked.lstrip("/")).resolve()
        if not found.is_relative_to(root):
            return None
        if asked.endswith("/"):
            found = found / "index.html"
            return found if found.is_file() else None
        return found if found.exists() else None
    except (OSError, ValueError, RuntimeError):  # too long, a null byte, links in a circle
        return None


def takes_gzip(header: str) -> bool:
    """Tell whether a browser that sends this `Accept-Encoding` takes gzip; `*` stands for what is not named."""
    weights = {
        name.strip().lower(): weight.strip().lower()
        for name, _, weight in (part.partition(";") for part in header.split(","))
    }
    weight = weights.get("gzip", weights.get("*"))
    return weight is not None and not NO_GZIP.fullmatch(weight)


@lru_cache(maxsize=512)
def _content(path: Path, changed: int, size: int, zipped: bool) -> tuple[bytes, str]:
    """Return what to send for a file in the state it is in, and the tag of that; a site is compressed once."""
    content = path.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}{"-gzip" * zipped}"'
    return (gzip.compress(content, LEVEL, mtime=0) if zipped else content), tag


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
