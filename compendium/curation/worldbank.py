"""Asks a publisher's service for one series, and holds the whole answer against what was asked.

The client of the service is used here alone. Nothing here uses a part of an answer before the whole has been found in
order, follows a service elsewhere, waits for it longer than it was told to, guesses at what is not as expected, or
reads or writes a file.
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
"""Seconds for the whole of an answer, all its pages."""
MAX_PAGES, MAX_ROWS, MAX_BYTES, MAX_SECONDS = 50, 20_000, 10_000_000, 3_600
"""More than any answer about one series needs; a service that sends more has lost its way, and is not followed."""
MAX_FAULTS_SHOWN = 10
"""Faults that are told one by one; an answer that is wrong throughout is known by the first of them."""
THREAD = "service"
"""What the thread that asks is called, so that whoever must can wait for one that was given up."""
_CLIENT_ERRORS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What the client raises for an answer of a shape that it does not foresee."""
_BLOCK = 65_536

T = TypeVar("T")


class ServiceError(Exception):
    """A service does not answer, or not with what was asked; says which service, and all that was wrong."""

    def __init__(self, service_url: str, faults: Iterable[str]) -> None:
        """Keep the faults, and tell the first of them where they are many."""
        self.service, self.faults = host(service_url), list(faults)
        more = len(self.faults) - MAX_FAULTS_SHOWN
        told = [f"{self.service}: {fault}" for fault in self.faults[:MAX_FAULTS_SHOWN]]
        super().__init__("\n".join([*told, *([f"{self.service}: {more} more such faults"] if more > 0 else [])]))


def host(service_url: str) -> str:
    """Return what names a service to a person: its host, or what was given for an address."""
    found = re.match(r"\w+://([^/]+)", service_url)
    return found[1] if found else service_url


@dataclass(frozen=True)
class Answer:
    """What a service said: where, when, and by area and year a decimal, `""` for a year without a figure."""

    address: str
    stated_on: str
    values: dict[AreaYear, str]


def fetch_series(series: Series, *, since: int, service_url: str, timeout: float = TIMEOUT, today: date) -> Answer:
    """Return what a service has for a series from one year to this one, every part held against what was asked.

    Raises
    ------
    ServiceError
        where it cannot be reached, takes more than `timeout` seconds in all, breaks off, sends elsewhere, or answers
        with anything but one finite number, or none, for each area and year asked for.
    """
    if not re.fullmatch(r"https?://[!-~]+", service_url) or set("@?#") & set(service_url):
        raise ServiceError(
            service_url, [f"found {quote_value(service_url)}; expected an address such as https://host/path"]
        )
    if not 0 < timeout <= MAX_SECONDS:
        raise ServiceError(service_url, [f"found a timeout of {timeout}; expected seconds, {MAX_SECONDS} at most"])
    import wbgapi  # imported late: it costs half a second, and not of the time that the service is given

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
    """Reads each page of an answer, within bounds, and keeps the first."""

    service: str
    timeout: float
    first: bytes = b""
    count: int = 0
    size: int = 0
    abandoned: threading.Event = field(default_factory=threading.Event)

    def read(self, response: Any, **_: Any) -> None:
        """Read the body of a response before anybody else does, and put what was read in its place."""
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
        if self.abandoned.is_set():  # told to nobody, for nobody waits any more: no further page is asked for
            self._refuse("given up")
        return block

    def _refuse(self, fault: str) -> None:
        raise ServiceError(self.service, [fault])


def _fetched(client: Any, query: str, years: range, pages: _Pages) -> tuple[list[Any], dict[str, Any]]:
    """Return the rows that a service sends, unread, and what its first page says of the whole.

    Raises
    ------
    ServiceError
        where they do not come whole.
    """
    client.endpoint = pages.service.rstrip("/")
    client.get_options = {
        # Longer than the whole may take: this only ends a thread that nobody waits for any more.
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
    except Exception as error:  # what is raised by a connection depends on the layer where it breaks
        fault = f"found an answer that broke off ({_root_cause(error)}); expected the whole"
    raise ServiceError(pages.service, [fault])


def _root_cause(error: BaseException) -> str:
    """Return the text of the error that the others were raised for: theirs repeat it with addresses of objects."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return quote_value(str(error) or type(error).__name__)


def _run_with_timeout(seconds: float, work: Callable[[], T], pages: _Pages) -> T:
    """Return what some work returns, or raise `ServiceError` after so many seconds, whatever the work does.

    The timeout of a connection counts between two bytes, and none covers the look-up of a name. So the work has a
    thread of its own, which is left behind where it does not end in time: it ends with the command at the latest.
    """
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except Exception as error:  # handed over to the thread that waits
            answer.set_exception(error)

    threading.Thread(target=run, name=THREAD, daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        raise ServiceError(pages.service, [f"found no whole answer within {seconds:g} seconds"]) from None
    finally:
        pages.abandoned.set()


def _checked(rows: list[Any], series: Series, years: range) -> tuple[dict[AreaYear, str], list[str]]:
    """Return the value of each area and year, `""` for none, and whatever is wrong with the rows."""
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
        heard = {area for area, _ in values}
        wrong = [f"found no row for {area}; expected one for each year" for area in series.areas if area not in heard]
    return values, wrong


def _row_faults(row: Any, series: Series, years: range) -> Iterator[str]:
    """Yield what is wrong with one row of an answer: field, what was found, what would be right."""
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
    """Quote what came out of JSON, so that a text is told from a number."""
    quoted = repr(value)
    return quoted if len(quoted) <= 80 else f"{quoted[:80]}…"
