"""A publisher's service on this machine that answers as a test tells it to, well or badly, and a ledger to refresh."""

import csv
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from compendium.curation.series import REVISIONS_FILE, SERIES_FILE
from compendium.curation.worldbank import THREAD

CODE = "AB.CDE.FG"
Reply = Callable[["Call"], None]


class Call(BaseHTTPRequestHandler):
    """One question to the service, with the ways in which it may answer."""

    server: "Publisher"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.reply(self)

    def log_message(self, *_: Any) -> None:
        """Say nothing: what is asked is kept."""

    @property
    def page(self) -> int:
        return int(parse_qs(urlsplit(self.path).query)["page"][0])

    def send(self, body: bytes, *, status: int = 200, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def drip(self, head: bytes) -> None:
        """Send a head, and then a byte now and again, until the service is closed."""
        self.wfile.write(head)
        while not self.server.closing.wait(0.02):
            self.wfile.write(b" ")
            self.wfile.flush()


class Publisher(ThreadingHTTPServer):
    """The service; `reply` is what it does with a call, `asked` the paths it was asked for."""

    daemon_threads = False  # so that closing it waits for every answer
    reply: Reply

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Call)
        self.asked: list[str] = []
        self.closing = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v2"

    def handle_error(self, *_: Any) -> None:
        """Say nothing: whoever asked has hung up, as the test expects."""


@contextmanager
def _asked_directly() -> Iterator[None]:
    """Let a service on this machine be asked without a proxy, whatever the machine's own settings."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1")
        yield


@contextmanager
def publisher() -> Iterator[Publisher]:
    """Yield a service that is open; afterwards nobody answers, and nobody waits for an answer."""
    with _asked_directly(), Publisher() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
    finished()


def finished() -> None:
    """Wait until nobody asks a service any more."""
    for asking in threading.enumerate():
        if asking.name == THREAD:
            asking.join(10)


@contextmanager
def nobody() -> Iterator[str]:
    """Yield the address of a service that is not there: its port is taken, and nobody listens."""
    with _asked_directly(), socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v2"


# --- answers


def row(area: str = "AAA", year: int | str = 2023, value: Any = 1.5, **other: Any) -> dict[str, Any]:
    """Return a row as the service sends it; a cell that is `...` is left out."""
    cells = {
        "indicator": {"id": CODE, "value": "Name of the indicator"},
        "country": {"id": area[:2], "value": f"{area}land"},
        "countryiso3code": area, "date": str(year), "value": value,
        "unit": "", "obs_status": "", "decimal": 1,
    } | other  # fmt: skip
    return {name: cell for name, cell in cells.items() if cell is not ...}


def rows(values: Mapping[tuple[str, int], Any]) -> list[dict[str, Any]]:
    """Return rows with these values by area and year, the newest first, as the service sends them."""
    return [row(area, year, value) for (area, year), value in sorted(values.items(), reverse=True)]


def head(total: Any, page: int = 1, per_page: Any = 1000, **other: Any) -> dict[str, Any]:
    """Return what the service says of an answer before its rows."""
    return {"page": page, "pages": 1, "per_page": per_page, "total": total, "lastupdated": "2026-07-13"} | other


def page_of(sent: Iterable[Any], **other: Any) -> bytes:
    """Return an answer of one page."""
    sent = list(sent)
    return json.dumps([head(len(sent)) | other, sent]).encode()


def answers(sent: Iterable[Any], per_page: int = 1000) -> Reply:
    """Answer well, in pages."""
    sent = list(sent)

    def reply(call: Call) -> None:
        first = (call.page - 1) * per_page
        content = [head(len(sent), call.page, per_page), sent[first : first + per_page]]
        call.send(json.dumps(content).encode(), Content_Type="application/json")

    return reply


def sends(body: bytes | str, **other: Any) -> Reply:
    """Answer with these bytes, whatever is asked."""
    content = body.encode() if isinstance(body, str) else body
    return lambda call: call.send(content, **other)


# --- silence


def waits(call: Call) -> None:
    """Take the call, and say nothing."""
    call.server.closing.wait()


def drips_a_body(call: Call) -> None:
    """Begin an answer, and never come to its end."""
    call.drip(b"HTTP/1.0 200 OK\r\nContent-Length: 100000\r\n\r\n[")


def drips_a_head(call: Call) -> None:
    """Begin to say what kind of answer it will be, and never come to its end."""
    call.drip(b"HTTP/1.0 200 OK\r\nX-Name: ")


def pours(call: Call) -> None:
    """Send a body without end."""
    call.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
    while not call.server.closing.is_set():
        call.wfile.write(b" " * 65_536)


def turns_pages(call: Call) -> None:
    """Send the same page again and again, as if none had been read."""
    call.send(json.dumps([head(1, per_page=0), [row()]]).encode())
    time.sleep(0.001)


# --- a ledger

TABLE = "official/economy.csv"
OBSERVED = (
    "observation_id,metric_id,ref_area,counterpart_area,period,population,measure,base_metric_id,base_area,"
    "base_counterpart,base_period,hedge,value,unit,obs_status,reporter,publisher,original_source,address,licence,"
    "quality,stated_on,entered,note\n"
)
ECONOMY = OBSERVED + (
    "economy.output-growth-aaa-2021,output,AAA,,2021,,growth,output,AAA,,2020,,5.6,percent,normal,,Bureau,Tables,"
    "file:one,CC,machine,,2026-01-02,\n"
    "economy.output-growth-aaa-2022,output,AAA,,2022,,growth,output,AAA,,2021,,4.1,percent,provisional,,Bureau,Tables,"
    '"file:one, page 2",CC,page,2025,2026-01-02,"a first release, says the ""Bureau"""\n'
    'economy.output-aaa-2022,output,AAA,,2022,,level,,,,,,78.5,billion USD,normal,,"Bureau",,,,machine,,2026-01-02,'
    "needless\u2028quotes stay\n"
    "economy.output-growth-bbb-2021,output,BBB,,2021,,growth,output,BBB,,2020,,-1.25,percent,normal,,Office,Tables,"
    "file:one,CC,machine,,2026-01-02,\n"
    "economy.output-growth-ccc-2021,output,CCC,,2021,,growth,output,CCC,,2020,,3,percent,normal,,Bureau,Tables,"
    "file:one,CC,machine,,2026-01-02,of an area no longer asked for\n"
)
SERIES_ROWS = (
    "series_id,service,code,table,areas,metric_id,counterpart_area,measure,base_metric_id,unit,licence,note\n"
    "output,worldbank,AB.CDE.LV,economy,AAA,output,,level,,billion USD,CC BY 4.0,\n"
    f"output-growth,worldbank,{CODE},economy,AAA; BBB,output,,growth,output,percent,CC BY 4.0,\n"
    "lost,elsewhere,AB CD,../economy,AAA; aaa,output,,level,,billion USD,,\n"
    "unknown-table,worldbank,AB.CDE.LV,society,AAA,output,,level,,billion USD,,\n"
    "never-observed,worldbank,AB.CDE.LV,economy,AAA,output,,level,,billion USD,,\n"
)
REPLACED = (
    "observation_id,value,entered,replaced_on,address\neconomy.output-growth-aaa-2021,5.5,2025-01-02,2026-01-02,old\n"
)
AS_HELD = {("AAA", 2021): 5.6, ("AAA", 2022): 4.1, ("BBB", 2021): -1.25}
NEWER = {
    ("AAA", 2021): 5.6000000000000005,
    ("AAA", 2022): 4.71234567890123,
    ("AAA", 2023): 1.1,
    ("AAA", 2024): None,
    ("BBB", 2021): None,
    ("BBB", 2022): 12,
    ("BBB", 2023): None,
}


def small_ledger(folder: Path) -> Path:
    """Write a ledger of one series with its observations, and a few others to get in its way; return its folder."""
    data = folder / "data"
    (data / "official").mkdir(parents=True)
    for path, text in {SERIES_FILE: SERIES_ROWS, TABLE: ECONOMY, REVISIONS_FILE: REPLACED}.items():
        (data / path).write_bytes(text.encode())
    describe(data)
    return data


def describe(data: Path) -> None:
    """Write the descriptor that the tables as they are call for."""
    resources = []
    for path in sorted((data / "official").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            names = next(csv.reader(file))
        fields = [{"name": name, "type": "string", "description": "-"} for name in names]
        for field in fields:
            if field["name"] == "value":
                field |= {"type": "number", "holds": "figure"}
        resources.append(
            {"name": path.stem, "path": f"official/{path.name}", "title": "-", "description": "-",
             "schema": {"fields": fields}}
        )  # fmt: skip
    (data / "datapackage.json").write_text(json.dumps({"name": "small", "resources": resources}), encoding="utf-8")


def state(data: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file of a folder, hidden ones too, with its content and when it was written."""
    return {
        str(path.relative_to(data)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in data.rglob("*")
        if path.is_file()
    }
