"""One series from the service that `wbgapi` asks (or one with its protocol), checked as a whole before any use.

Redirects are refused, time, pages, rows and bytes are bounded, and no unexpected answer is interpreted. The client
`wbgapi` is used in this module alone; no file is read or written.
"""

from __future__ import annotations

import io
import json
import math
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from compendium.curation.series import AreaYear, Series
from compendium.project.problems import describe_choices, quote_value

TIMEOUT = 30.0
"""Default seconds for a whole answer, all pages together."""
MAX_PAGES, MAX_ROWS, MAX_BYTES, MAX_SECONDS = 50, 20_000, 10_000_000, 3_600
"""Upper bounds of an answer; more than one series ever needs."""
MAX_FAULTS_SHOWN = 10
"""Number of faults that an error lists."""
THREAD = "service"
"""Name of the thread that fetches, so that a test can wait for an abandoned one."""
_CLIENT_ERRORS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What the client raises for an answer of unexpected shape."""
_BLOCK = 65_536

T = TypeVar("T")


class ServiceError(Exception):
    """A service gave no answer or an invalid one; the message names the service and the faults."""

    def __init__(self, service_url: str, faults: Iterable[str]) -> None:
        """Store all faults; the message lists the first ten."""
        self.service, self.faults = host(service_url), list(faults)
        more = len(self.faults) - MAX_FAULTS_SHOWN
        shown = [f"{self.service}: {fault}" for fault in self.faults[:MAX_FAULTS_SHOWN]]
        super().__init__("\n".join([*shown, *([f"{self.service}: {more} more such faults"] if more > 0 else [])]))


def host(service_url: str) -> str:
    """Return the host in an address, or the whole text if it is no address."""
    found = re.match(r"\w+://([^/]+)", service_url)
    return found[1] if found else service_url


@dataclass(frozen=True)
class ServiceRequest:
    """How to ask a service: day of the request, base address (`""` for the usual one), seconds for the answer."""

    today: date
    service_url: str = ""
    timeout: float = TIMEOUT


@dataclass(frozen=True)
class Answer:
    """A service's valid answer about one series."""

    address: str
    """Address of the first page, for a reader to open."""
    stated_on: str
    """Day of the last update in ISO 8601, as the service states it; `""` if it does not."""
    values: dict[AreaYear, str]
    """Decimal by area and year; `""` for a year without a figure."""


def fetch_series(series: Series, *, since: int, service_url: str, timeout: float = TIMEOUT, today: date) -> Answer:
    """Return the values of a series from the year `since` to the current one, after checking the whole answer.

    Raises
    ------
    ServiceError
        if the service cannot be reached, takes more than `timeout` seconds in all, breaks off, redirects, or does not
        answer with one finite number or null for each area and year.
    """
    if not re.fullmatch(r"https?://[!-~]+", service_url) or set("@?#") & set(service_url):
        raise ServiceError(
            service_url, [f"found {quote_value(service_url)}; expected an address such as https://host/path"]
        )
    if not 0 < timeout <= MAX_SECONDS:
        raise ServiceError(service_url, [f"found a timeout of {timeout}; expected seconds, {MAX_SECONDS} at most"])
    import wbgapi  # imported late: it takes half a second, which must not count as time of the service

    query, years = f"country/{';'.join(series.areas)}/indicator/{series.code}", range(since, today.year + 1)
    pages = _Pages(service_url, timeout)
    rows, head = _run_with_timeout(timeout, partial(_fetched, wbgapi, query, years, pages), pages)
    values, faults = _checked(rows, series, years)
    stated = head.get("lastupdated") or ""
    if stated and not _is_day(stated):
        faults.insert(0, f"lastupdated: found {_quote_json(stated)}; expected a day such as {today}")
    if int(head["total"]) != len(rows):
        faults.insert(0, f"found {len(rows)} rows; expected {int(head['total'])}, as it says itself")
    if faults:
        raise ServiceError(service_url, faults)
    address = (
        f"{service_url.rstrip('/')}/{wbgapi.lang}/{query}?date={_span(years)}&per_page={wbgapi.per_page}&format=json"
    )
    return Answer(address, stated, values)


def _span(years: range) -> str:
    return f"{years[0]}:{years[-1]}"


@dataclass
class _Pages:
    """Reader of the pages of an answer, within the bounds; keeps the body of the first."""

    service: str
    timeout: float
    first: bytes = b""
    count: int = 0
    size: int = 0
    abandoned: threading.Event = field(default_factory=threading.Event)

    def read(self, response: Any, **_: Any) -> None:
        """Read the body of a response within the bounds and put it back for the client."""
        with closing(response.raw) as raw:
            if response.is_redirect:
                self._refuse(f"sends on to {quote_value(response.headers['location'])}; expected an answer of its own")
            body = b"".join(map(self._bounded, raw.stream(_BLOCK, decode_content=True)))
        self.count += 1
        if self.count > MAX_PAGES:
            self._refuse(f"found more than {MAX_PAGES} pages; expected a few")
        self.first = self.first or body
        response.raw = io.BytesIO(body)

    def _bounded(self, block: bytes) -> bytes:
        self.size += len(block)
        if self.size > MAX_BYTES:
            self._refuse(f"found more than {MAX_BYTES} bytes; expected some thousands")
        if self.abandoned.is_set():  # nobody waits any more, so this only stops further requests
            self._refuse("given up")
        return block

    def _refuse(self, fault: str) -> None:
        raise ServiceError(self.service, [fault])


def _fetched(client: Any, query: str, years: range, pages: _Pages) -> tuple[list[Any], dict[str, Any]]:
    """Return the raw rows of an answer, and the header of its first page.

    Raises
    ------
    ServiceError
        if the answer is not complete.
    """
    client.endpoint = pages.service.rstrip("/")
    client.get_options = {
        # Longer than the whole may take: this only ends an abandoned thread.
        "timeout": pages.timeout + 5,
        "hooks": {"response": pages.read},
    }
    try:
        rows = list(islice(client.fetch(query, {"date": _span(years)}), MAX_ROWS + 1))
        first = json.loads(pages.first)
        return rows, first[0] if isinstance(first, list) else first
    except ServiceError:
        raise
    except client.APIResponseError:
        fault = "found what is no JSON, or not the whole of it; expected an answer in JSON"
    except client.APIError as error:
        status = f" (status {error.code})" if error.code else ""
        fault = f"found {quote_value(str(error.msg))}{status}; expected figures"
    except OSError as error:
        fault = f"no connection, or one that broke ({_root_cause(error)}); expected an answer"
    except _CLIENT_ERRORS as error:
        found = f"{type(error).__name__}: {quote_value(str(error))}"
        fault = f"found an answer of a shape that its client cannot read ({found}); expected rows of figures"
    except Exception as error:  # the type depends on the layer at which a connection breaks
        fault = f"found an answer that broke off ({_root_cause(error)}); expected the whole"
    raise ServiceError(pages.service, [fault])


def _root_cause(error: BaseException) -> str:
    """Return the text of the first error in a chain: the later ones repeat it with addresses of objects."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return quote_value(str(error) or type(error).__name__)


def _run_with_timeout(seconds: float, work: Callable[[], T], pages: _Pages) -> T:
    """Return what `work` returns; raise `ServiceError` after so many seconds.

    A connection's timeout counts between two bytes, and none covers the look-up of a name. So `work` runs in a daemon
    thread, which is abandoned if it does not end in time.
    """
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except Exception as error:  # raised in the waiting thread
            answer.set_exception(error)

    threading.Thread(target=run, name=THREAD, daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        raise ServiceError(pages.service, [f"found no whole answer within {seconds:g} seconds"]) from None
    finally:
        pages.abandoned.set()


def _checked(rows: list[Any], series: Series, years: range) -> tuple[dict[AreaYear, str], list[str]]:
    """Return the value of each area and year, `""` for none, and the faults of the rows."""
    values: dict[AreaYear, str] = {}
    wrong: list[str] = []
    for number, row in enumerate(rows, 1):
        faults = [f"row {number}, {fault}" for fault in _row_faults(row, series, years)]
        wrong += faults
        if faults:
            continue
        area, year, value = row["countryiso3code"], int(row["date"]), row["value"]
        if (area, year) in values:
            wrong.append(f"row {number}: found {area} in {year} once more; expected one value for each year")
        values[area, year] = "" if value is None else format(Decimal(repr(value)), "f")
    if not wrong:
        answered = {area for area, _ in values}
        missing = [area for area in series.areas if area not in answered]
        wrong = [f"found no row for {area}; expected one for each year" for area in missing]
    return values, wrong


def _row_faults(row: Any, series: Series, years: range) -> Iterator[str]:
    """Yield the faults of one row: field, found and expected value."""
    if not isinstance(row, dict):
        yield f"found {_quote_json(row)}; expected an object"
        return
    indicator = row.get("indicator")
    code = indicator.get("id") if isinstance(indicator, dict) else indicator
    area, year, value = row.get("countryiso3code"), row.get("date"), row.get("value", "no such field")
    if code != series.code:
        yield f"indicator: found {_quote_json(code)}; expected {series.code!r}"
    if area not in series.areas:
        yield f"countryiso3code: found {_quote_json(area)}; expected {describe_choices(series.areas, str(area))}"
    if not isinstance(year, str) or not re.fullmatch(r"[0-9]{4}", year) or int(year) not in years:
        yield f"date: found {_quote_json(year)}; expected a year from {years[0]} to {years[-1]}"
    if value is not None and not _is_finite(value):
        yield f"value: found {_quote_json(value)}; expected a finite number or null"


def _is_finite(value: Any) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # an integer of hundreds of digits, which JSON allows
        return False


def _is_day(value: Any) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        return False


def _quote_json(value: Any) -> str:
    """Return a JSON value quoted for a message, so that text and number look different."""
    quoted = repr(value)
    return quoted if len(quoted) <= 80 else f"{quoted[:80]}…"
