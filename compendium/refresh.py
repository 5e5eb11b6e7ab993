"""Asks a publisher's own service for the newer figures of one series, and tells what has changed before it is written.

An answer is held whole against what was asked before any of it is used. Nothing here deletes an observation, rounds a
value, touches a row that has not changed, or writes unless it is told to: a value that is replaced goes to the
revisions, with the day it was entered and where it was read; one that the service no longer gives stays as it is.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Context, Decimal, InvalidOperation
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from compendium.ledger import load
from compendium.problems import LedgerError, Problem, one_of, shortened
from compendium.schema import SEPARATOR

FOLDER = "official"
SERIES, REVISIONS = f"{FOLDER}/series.csv", f"{FOLDER}/revisions.csv"
SERVICES = {"worldbank": "https://api.worldbank.org/v2"}
"""The services that can be asked, by the word that a series names them with, and where they are."""
TIMEOUT = 30.0
"""Seconds for the whole of an answer, all its pages."""
DIGITS = 12
"""Significant digits that count: what differs further back has only been computed by another machine."""
MOST_PAGES, MOST_ROWS, MOST_BYTES, MOST_SECONDS = 50, 20_000, 10_000_000, 3_600
"""More than any answer about one series needs; a service that sends more has lost its way, and is not followed."""
MOST_TOLD = 10
THREAD = "service"
COLUMNS = {
    SERIES: "series_id service code table areas metric_id counterpart_area measure base_metric_id unit licence",
    REVISIONS: "observation_id value entered replaced_on address",
    "": "observation_id metric_id ref_area counterpart_area period population measure base_metric_id base_area "
    "base_counterpart base_period value unit obs_status reporter publisher original_source address licence quality "
    "stated_on entered note",
}
"""The columns that are read or written, by table; those of every table of observations under `""`."""
_ALIKE = ("metric_id", "counterpart_area", "measure", "base_metric_id", "unit")
"""What every observation of a series has in common with its row among the series."""
_INHERITED = ("population", "reporter", "publisher", "original_source")
"""What a new observation has from the one before it: the series does not say it, nor does a service."""
_UNFORESEEN = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What the client raises for an answer of a shape that it does not foresee."""
_BLOCK = 65_536
_THREE = Context(prec=3)

Key = tuple[str, int]
"""An area and a year: what tells the observations of one series apart."""
T = TypeVar("T")


class ServiceError(Exception):
    """A service does not answer, or not with what was asked; says which service, and all that was wrong."""

    def __init__(self, service: str, faults: Iterable[str]) -> None:
        """Keep the faults, and tell the first of them where they are many."""
        self.service, self.faults = _host(service), list(faults)
        more = len(self.faults) - MOST_TOLD
        told = [f"{self.service}: {fault}" for fault in self.faults[:MOST_TOLD]]
        super().__init__("\n".join([*told, *([f"{self.service}: {more} more such faults"] if more > 0 else [])]))


def _host(service: str) -> str:
    found = re.match(r"\w+://([^/]+)", service)
    return found[1] if found else service


@dataclass(frozen=True)
class Series:
    """One series of a publisher: what its service calls it, and what its observations are here."""

    series_id: str
    service: str
    code: str
    table: str
    areas: tuple[str, ...]
    metric_id: str
    counterpart_area: str
    measure: str
    base_metric_id: str
    unit: str
    licence: str

    @property
    def path(self) -> str:
        """Return the file of its observations, as seen from the folder of the ledger."""
        return f"{FOLDER}/{self.table}.csv"

    def observation_id(self, area: str, year: int) -> str:
        """Return the permanent name of one of its observations."""
        return f"{self.table}.{self.series_id}-{area.lower()}-{year}"


@dataclass(frozen=True)
class Sheet:
    """One table as it is written, a row a line, so that what is not changed stays as it is to the byte."""

    path: str
    text: str
    header: list[str]
    rows: list[dict[str, str]]

    @classmethod
    def of(cls, path: str, text: str) -> Sheet:
        """Return a table from its text."""
        header, *rows = csv.reader(cls._lines(text), strict=True)
        return cls(path, text, header, [dict(zip(header, row, strict=True)) for row in rows])

    def changed(self, rows: Mapping[int, Mapping[str, str]], more: Iterable[Mapping[str, str]]) -> str:
        """Return its text with some rows, by their place, in another form, and more of them at its end."""
        lines = self._lines(self.text)
        for place, row in rows.items():
            lines[place + 1] = self._line(row)
        return "\n".join([*lines, *map(self._line, more), ""])

    @staticmethod
    def _lines(text: str) -> list[str]:
        # Not by splitlines, which ends a line at characters that a cell may hold.
        return text.removesuffix("\n").split("\n")

    def _line(self, row: Mapping[str, str]) -> str:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([row.get(name, "") for name in self.header])
        return line.getvalue()


@dataclass(frozen=True)
class Answer:
    """What a service said: where, when, and by area and year a decimal, `""` for a year without a figure."""

    address: str
    stated_on: str
    values: dict[Key, str]


@dataclass(frozen=True)
class Change:
    """One observation that is not as the service has it; `old` or `new` is `""` where there is no value."""

    observation_id: str
    area: str
    year: int
    old: str
    new: str
    entered: str
    place: int | None
    """Which row of its table it is, counted from 0; `None` where there is none yet."""

    @property
    def what(self) -> str:
        """Say in a word what has happened."""
        return "withdrawn" if not self.new else "changed" if self.old else "new"


@dataclass(frozen=True)
class Difference:
    """All that is not as the service has it, in the order of areas and years, and how many values are."""

    changes: tuple[Change, ...]
    unchanged: int

    @property
    def to_write(self) -> tuple[Change, ...]:
        """Return what can be written: what has been withdrawn stays as it was."""
        return tuple(change for change in self.changes if change.new)

    def __str__(self) -> str:
        """Count it: `1 new, 2 changed, 0 withdrawn, 30 unchanged`."""
        counts = [f"{self.count(what)} {what}" for what in ("new", "changed", "withdrawn")]
        return ", ".join([*counts, f"{self.unchanged} unchanged"])

    def count(self, what: str) -> int:
        """Return how many observations are new, changed or withdrawn."""
        return sum(change.what == what for change in self.changes)


@dataclass(frozen=True)
class Outcome:
    """What a refresh found, and the files that it wrote, as seen from the folder of the ledger."""

    difference: Difference
    written: tuple[str, ...]


def refresh(
    data: Path,
    name: str,
    *,
    write: bool,
    service: str = "",
    timeout: float = TIMEOUT,
    today: date,
    say: Callable[[str], object] = print,
) -> Outcome:
    """Ask for the newer figures of one series, tell the difference, and write it where that is wanted.

    Parameters
    ----------
    service
        address of the service, where it is not the one that the word in the series stands for.
    timeout
        seconds for the whole answer.
    say
        what becomes of each line that a person reads.

    Raises
    ------
    LedgerError
        where the ledger is unsound or would become so, knows no such series, or cannot be written.
    ServiceError
        where no sound answer comes in time. Whatever is raised, no file has changed.
    """
    series, table, revisions = opened(data, name)
    asked = service or SERVICES[series.service]
    say(f"Asking {_host(asked)} for {series.code} of {', '.join(series.areas)} …")
    answer = ask(series, service=asked, timeout=timeout, today=today)
    difference = compare(series, table, answer)
    for line in told(series, difference):
        say(line)
    if not (write and difference.to_write):
        if difference.to_write:
            say("Nothing was written; --write does it.")
        return Outcome(difference, ())
    texts = rewritten(series, table, revisions, difference, answer, today)
    # The revisions first: were this killed between the two files, no value would be lost.
    put(data, {sheet.path: (sheet.text, texts[sheet.path]) for sheet in (revisions, table) if sheet.path in texts})
    say(f"Wrote {' and '.join(texts)}. Run `make check`, then `make notebooks`.")
    return Outcome(difference, tuple(texts))


# --- the tables


def opened(data: Path, name: str) -> tuple[Series, Sheet, Sheet]:
    """Return a series, the table of its observations, and the table of what was replaced.

    Raises
    ------
    LedgerError
        where the ledger cannot be read, knows no such series, or holds observations of it that are not alike.
    """
    paths = {table.path for table in load(data).schema.values()}
    series = series_of(read(data, SERIES, paths), name)
    table = read(data, series.path, paths)
    held(series, table)
    return series, table, read(data, REVISIONS, paths)


def read(data: Path, path: str, known: Iterable[str]) -> Sheet:
    """Return a table of a ledger that has been loaded, as it is written.

    Raises
    ------
    LedgerError
        where the descriptor does not know it, it lacks a column, or its lines do not end as those of a ledger do.
    """
    if path not in known:
        raise LedgerError([Problem(path, 0, "", "no such table", f"it in the descriptor, or {one_of(known, path)}")])
    text = (data / path).read_bytes().decode("utf-8")
    if "\r" in text:
        raise LedgerError([Problem(path, 0, "", "\r", "lines that end with a line feed alone")])
    sheet = Sheet.of(path, text)
    lacking = [name for name in COLUMNS.get(path, COLUMNS[""]).split() if name not in sheet.header]
    if lacking:
        expected = "the column, which a refresh needs"
        raise LedgerError(Problem(path, 1, name, "no such column", expected) for name in lacking)
    return sheet


def series_of(sheet: Sheet, name: str) -> Series:
    """Return one series; raise `LedgerError` where there is none, naming the nearest, or where its row is unfit."""
    names = [row["series_id"] for row in sheet.rows]
    if name not in names:
        raise LedgerError([Problem(SERIES, 0, "series_id", name, one_of(names, name))])
    place = names.index(name)
    row = sheet.rows[place]
    problems = [Problem(SERIES, place + 2, column, row[column], expected) for column, expected in _unfit(row)]
    if problems:
        raise LedgerError(problems)
    cells: dict[str, Any] = {column: row[column] for column in COLUMNS[SERIES].split()}
    return Series(**cells | {"areas": tuple(row["areas"].split(SEPARATOR))})


def _unfit(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the cells of a series that cannot be asked for, and what would be right."""
    if row["service"] not in SERVICES:
        yield "service", one_of(SERVICES, row["service"])
    if not re.fullmatch(r"[A-Za-z0-9_.]+", row["code"]):
        yield "code", "the service's own code: letters, digits, points and underscores"
    if not re.fullmatch(r"[a-z]+(?:-[a-z]+)*", row["table"]):
        yield "table", f"the name of a table in {FOLDER}/"
    areas = row["areas"].split(SEPARATOR)
    if len(set(areas)) < len(areas) or not all(re.fullmatch(r"[A-Z]{3}", area) for area in areas):
        yield "areas", f"codes of three capitals (ISO 3166-1), each once, separated by {SEPARATOR!r}"


def held(series: Series, table: Sheet) -> dict[Key, int]:
    """Return by area and year which row of a table is an observation of a series, counted from 0.

    Raises
    ------
    LedgerError
        where such a row is not of this series after all, or there is none to take the publisher from.
    """
    form = re.compile(rf"{re.escape(f'{series.table}.{series.series_id}')}-([a-z]{{3}})-([0-9]{{4}})")
    found: dict[Key, int] = {}
    problems: list[Problem] = []
    for place, row in enumerate(table.rows):
        match = form.fullmatch(row["observation_id"])
        if not match or match[1].upper() not in series.areas:
            continue
        area, year = match[1].upper(), int(match[2])
        right = {name: getattr(series, name) for name in _ALIKE} | {"ref_area": area, "period": match[2]}
        wrong = [(name, f"{value!r}, as its series and its id have it") for name, value in right.items()
                 if row[name] != value]  # fmt: skip
        if (area, year) in found:
            wrong.append(("observation_id", "each id once"))
        if row["value"] and not _is_number(row["value"]):
            wrong.append(("value", "a decimal number"))
        problems += [Problem(table.path, place + 2, name, row[name], expected) for name, expected in wrong]
        found[area, year] = place
    if not found:
        expected = "an observation of it, from which a new one has its publisher"
        problems = [Problem(table.path, 0, "observation_id", f"none of {series.series_id}", expected)]
    if problems:
        raise LedgerError(problems)
    return found


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


# --- asking


def ask(series: Series, *, service: str, timeout: float = TIMEOUT, today: date) -> Answer:
    """Return what a service has for a series, every part of it held against what was asked.

    Raises
    ------
    ServiceError
        where it cannot be reached, takes more than `timeout` seconds in all, breaks off, sends elsewhere, or answers
        with anything but one finite number, or none, for each area asked for and each year, none of them to come.
    """
    if not re.fullmatch(r"https?://[!-~]+", service) or set("@?#") & set(service):
        raise ServiceError(service, [f"found {shortened(service)}; expected an address such as https://host/path"])
    if not 0 < timeout <= MOST_SECONDS:
        raise ServiceError(service, [f"found a timeout of {timeout}; expected seconds, {MOST_SECONDS} at most"])
    import wbgapi  # imported late: it costs half a second, and not of the time that the service is given

    query = f"country/{';'.join(series.areas)}/indicator/{series.code}"
    pages = _Pages(service, timeout)
    rows, head = _within(timeout, partial(_fetched, wbgapi, query, pages), pages)
    values, faults = _values(rows, series, today)
    stated = head.get("lastupdated") or ""
    if stated and not _is_day(stated):
        faults.insert(0, f"lastupdated: found {_shown(stated)}; expected a day such as {today}")
    if int(head["total"]) != len(rows):
        faults.insert(0, f"found {len(rows)} rows; expected {int(head['total'])}, as it says itself")
    if faults:
        raise ServiceError(service, faults)
    address = f"{service.rstrip('/')}/{wbgapi.lang}/{query}?per_page={wbgapi.per_page}&format=json"
    return Answer(address, stated, values)


@dataclass
class _Pages:
    """Reads each page of an answer, within bounds, and keeps the first."""

    service: str
    timeout: float
    first: bytes = b""
    count: int = 0
    size: int = 0
    given_up: threading.Event = field(default_factory=threading.Event)

    def read(self, response: Any, **_: Any) -> None:
        """Read the body of a response before anybody else does, and put what was read in its place."""
        with closing(response.raw) as raw:
            if response.is_redirect:
                self._refuse(f"sends on to {shortened(response.headers['location'])}; expected an answer of its own")
            body = b"".join(map(self._bounded, raw.stream(_BLOCK, decode_content=True)))
        self.count += 1
        if self.count > MOST_PAGES:
            self._refuse(f"found more than {MOST_PAGES} pages; expected a few")
        self.first = self.first or body
        response.raw = io.BytesIO(body)

    def _bounded(self, block: bytes) -> bytes:
        self.size += len(block)
        if self.size > MOST_BYTES:
            self._refuse(f"found more than {MOST_BYTES} bytes; expected some thousands")
        if self.given_up.is_set():  # told to nobody, for nobody waits any more: no further page is asked for
            self._refuse("given up")
        return block

    def _refuse(self, fault: str) -> None:
        raise ServiceError(self.service, [fault])


def _fetched(client: Any, query: str, pages: _Pages) -> tuple[list[Any], dict[str, Any]]:
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
        rows = list(islice(client.fetch(query), MOST_ROWS + 1))
        first = json.loads(pages.first)
        return rows, first[0] if isinstance(first, list) else first
    except ServiceError:
        raise
    except client.APIResponseError:
        fault = "found what is no JSON, or not the whole of it; expected an answer in JSON"
    except client.APIError as error:
        status = f" (status {error.code})" if error.code else ""
        fault = f"found {shortened(str(error.msg))}{status}; expected figures"
    except OSError as error:
        fault = f"no connection, or one that broke ({_innermost(error)}); expected an answer"
    except _UNFORESEEN as error:
        found = f"{type(error).__name__}: {shortened(str(error))}"
        fault = f"found an answer of a shape that its client cannot read ({found}); expected rows of figures"
    except Exception as error:  # what is raised by a connection depends on the layer where it breaks
        fault = f"found an answer that broke off ({_innermost(error)}); expected the whole"
    raise ServiceError(pages.service, [fault])


def _innermost(error: BaseException) -> str:
    """Return the text of the error that the others were raised for: theirs repeat it with addresses of objects."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return shortened(str(error) or type(error).__name__)


def _within(seconds: float, work: Callable[[], T], pages: _Pages) -> T:
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
        pages.given_up.set()


def _values(rows: list[Any], series: Series, today: date) -> tuple[dict[Key, str], list[str]]:
    """Return the value of each area and year, `""` for none, and whatever is wrong with the rows."""
    values: dict[Key, str] = {}
    wrong: list[str] = []
    for number, row in enumerate(rows, 1):
        faults = [f"row {number}, {fault}" for fault in _faults(row, series, today)]
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


def _faults(row: Any, series: Series, today: date) -> Iterator[str]:
    """Yield what is wrong with one row of an answer: field, what was found, what would be right."""
    if not isinstance(row, dict):
        yield f"found {_shown(row)}; expected an object"
        return
    indicator = row.get("indicator")
    code = indicator.get("id") if isinstance(indicator, dict) else indicator
    area, year, value = row.get("countryiso3code"), row.get("date"), row.get("value", "no such field")
    if code != series.code:
        yield f"indicator: found {_shown(code)}; expected {series.code!r}"
    if area not in series.areas:
        yield f"countryiso3code: found {_shown(area)}; expected {one_of(series.areas, str(area))}"
    if not isinstance(year, str) or not re.fullmatch(r"[1-9][0-9]{3}", year) or int(year) > today.year:
        yield f"date: found {_shown(year)}; expected a year until {today.year}"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (number and math.isfinite(value)):
        yield f"value: found {_shown(value)}; expected a finite number or null"


def _is_day(value: Any) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        return False


def _shown(value: Any) -> str:
    """Quote what came out of JSON, so that a text is told from a number."""
    quoted = repr(value)
    return quoted if len(quoted) <= 80 else f"{quoted[:80]}…"


# --- comparing


def compare(series: Series, table: Sheet, answer: Answer) -> Difference:
    """Return what is new, changed or withdrawn; values that agree to twelve significant digits are the same."""
    places = held(series, table)
    changes: list[Change] = []
    unchanged = 0
    for area, year in sorted({*places, *answer.values}, key=lambda key: (series.areas.index(key[0]), key[1])):
        place, new = places.get((area, year)), answer.values.get((area, year), "")
        row = table.rows[place] if place is not None else {}
        old = row.get("value", "")
        if old and new and _same(Decimal(old), Decimal(new)):
            unchanged += 1
        elif old or new:
            name = series.observation_id(area, year)
            changes.append(Change(name, area, year, old, new, row["entered"] if old else "", place))
    return Difference(tuple(changes), unchanged)


def _same(one: Decimal, other: Decimal) -> bool:
    greatest = max(abs(one), abs(other))
    return one == other or abs(one - other) < Decimal(1).scaleb(greatest.adjusted() - DIGITS + 1)


def told(series: Series, difference: Difference) -> Iterator[str]:
    """Yield the difference as a person reads it: a table, in the unit of the series, and the counts."""
    if not difference.changes:
        yield f"{series.series_id}: no difference; {difference.unchanged} values are as the service has them"
        return
    rows = [("", f"observation ({series.unit})", "entered", "old", "new", "change")]
    for change in difference.changes:
        cells = (change.what, change.observation_id, change.entered, change.old, change.new)
        rows.append((*cells, moved(change.old, change.new, series.unit)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        words = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
        numbers = [cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True)]
        yield "  ".join([*words, *numbers]).rstrip()
    yield f"{series.series_id}: {difference}"
    if difference.count("withdrawn"):
        yield "What the service no longer gives stays as it is."


def moved(old: str, new: str, unit: str) -> str:
    """Return how far a value has moved, to three significant digits: in points for percent, else in percent.

    `""` where there is no value before or after, or where the one before is 0.
    """
    if not old or not new:
        return ""
    before, after = Decimal(old), Decimal(new)
    if unit == "percent":
        return f"{_THREE.plus(after - before).normalize():+f} points"
    return f"{_THREE.plus((after - before) / abs(before) * 100).normalize():+f} %" if before else ""


# --- writing


def rewritten(
    series: Series, table: Sheet, revisions: Sheet, difference: Difference, answer: Answer, today: date
) -> dict[str, str]:
    """Return the text of each file that a difference changes, by its path; the others are not in it."""
    places = held(series, table)
    recorded = {(row["observation_id"], row["value"], row["entered"]) for row in revisions.rows}
    rows: dict[int, dict[str, str]] = {}
    more: list[dict[str, str]] = []
    replaced: list[dict[str, str]] = []
    for change in difference.to_write:
        entry = _entry(change, answer, today)
        if change.place is None:
            more.append(_begun(series, table, places, change) | entry)
            continue
        before = table.rows[change.place]
        # A row that was kept for a figure nobody had says why in its note, which is no longer so.
        rows[change.place] = before | entry | ({} if change.old else {"note": ""})
        # It is recorded already where a refresh was killed between its two files.
        if change.old and (change.observation_id, change.old, change.entered) not in recorded:
            kept = {name: before[name] for name in ("observation_id", "value", "entered", "address")}
            replaced.append(kept | {"replaced_on": f"{today}"})
    texts = {table.path: table.changed(rows, more)}
    return texts | ({revisions.path: revisions.changed({}, replaced)} if replaced else {})


def _entry(change: Change, answer: Answer, today: date) -> dict[str, str]:
    """Return what a new value brings with it; the newest of an area is provisional, for it is a first release."""
    newest = max(year for (area, year), value in answer.values.items() if value and area == change.area)
    return {
        "value": change.new,
        "obs_status": "provisional" if change.year == newest else "normal",
        "address": answer.address,
        "quality": "machine",
        "stated_on": answer.stated_on,
        "entered": f"{today}",
    }


def _begun(series: Series, table: Sheet, places: Mapping[Key, int], change: Change) -> dict[str, str]:
    """Return a new observation without its value: what it is, and who publishes it."""
    # From its own area where there is one, the newest first.
    nearest = max(places, key=lambda key: (key[0] == change.area, key[1]))
    row = {name: table.rows[places[nearest]][name] for name in _INHERITED}
    row |= {name: getattr(series, name) for name in (*_ALIKE, "licence")}
    row |= {"observation_id": change.observation_id, "ref_area": change.area, "period": f"{change.year}"}
    if series.base_metric_id:
        base = change.year - 1 if series.measure == "growth" else change.year
        row |= {"base_area": change.area, "base_counterpart": series.counterpart_area, "base_period": f"{base}"}
    return row


def put(data: Path, texts: Mapping[str, tuple[str, str]]) -> None:
    """Write some files of a ledger, all or none; `texts` has by path what was read, and what is to be there.

    Raises
    ------
    LedgerError
        where the ledger would be unsound, a file is no longer as it was read, or one cannot be written. Nothing has
        changed then, unless the problem itself names a file that could not be put back, and its copy.
    """
    spare = {path: (_beside(data / path, "part"), _beside(data / path, "before")) for path in texts}
    stuck: list[str] = []
    try:
        _sound(data, texts)
        for path, (part, before) in spare.items():
            shutil.copy2(data / path, before)
            shutil.copy2(data / path, part)  # for its permissions
            part.write_bytes(texts[path][1].encode())
        _replaced(data, spare, stuck)
    except OSError as error:
        raise LedgerError(_unwritten(spare, stuck, error)) from None
    finally:
        for path, (part, before) in spare.items():
            part.unlink(missing_ok=True)
            if path not in stuck:
                before.unlink(missing_ok=True)


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}.{what}")


def _replaced(data: Path, spare: Mapping[str, tuple[Path, Path]], stuck: list[str]) -> None:
    """Put each part in the place of its file; where one cannot be, put back those that were, noting what stays."""
    done: list[str] = []
    try:
        for path, (part, _) in spare.items():
            part.replace(data / path)
            done.append(path)
    except BaseException:  # an interruption, too, must not leave one file without the other
        for path in done:
            try:
                spare[path][1].replace(data / path)
            except OSError:
                stuck.append(path)
        raise


def _unwritten(spare: Mapping[str, tuple[Path, Path]], stuck: list[str], error: OSError) -> Iterator[Problem]:
    for path in stuck:
        yield Problem(path, 0, "", "half of a refresh", f"what is in {spare[path][1].name} beside it; put that back")
    if not stuck:
        for path in spare:
            yield Problem(path, 0, "", str(error), "a file that can be replaced; nothing was written")


def _sound(data: Path, texts: Mapping[str, tuple[str, str]]) -> None:
    """Raise `LedgerError` where a file is no longer as it was read, or a copy with the new ones cannot be loaded."""
    stale = [path for path, (before, _) in texts.items() if (data / path).read_bytes() != before.encode()]
    if stale:
        expected = "the file as it was when the service was asked; nothing was written"
        raise LedgerError(Problem(path, 0, "", "another content", expected) for path in stale)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(data, Path(folder) / "data"))
        for path, (_, after) in texts.items():
            (copy / path).write_bytes(after.encode())
        try:
            load(copy)
        except LedgerError as error:
            refused = [replace(one, expected=f"{one.expected}; nothing was written") for one in error.problems]
            raise LedgerError(refused) from None
