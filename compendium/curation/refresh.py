"""Tells what has changed in one series since its publisher was last asked, and writes it where that is wanted.

Nothing here deletes an observation, rounds a value, touches a row that has not changed, or writes unless it is told
to: a value that is replaced goes to the revisions, with the day it was entered and where it was read; one that the
service no longer gives stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from pathlib import Path

from compendium.curation.series import (
    SERVICES,
    SHARED_COLUMNS,
    AreaYear,
    RawTable,
    Series,
    open_series,
    row_by_area_year,
)
from compendium.curation.worldbank import TIMEOUT, Answer, fetch_series, host
from compendium.ledger.atomic_write import replace_files

DIGITS = 12
"""Significant digits that count: what differs further back has only been computed by another machine."""
_INHERITED = ("population", "reporter", "publisher", "original_source")
"""What a new observation has from the one before it: the series does not say it, nor does a service."""
_THREE_DIGITS = Context(prec=3)


@dataclass(frozen=True)
class ObservationChange:
    """One observation that is not as the service has it; `old` or `new` is `""` where there is no value."""

    observation_id: str
    area: str
    year: int
    old: str
    new: str
    entered: str
    row_index: int | None
    """Which row of its table it is, counted from 0; `None` where there is none yet."""

    @property
    def kind(self) -> str:
        """Say in a word what has happened."""
        return "withdrawn" if not self.new else "changed" if self.old else "new"


@dataclass(frozen=True)
class Difference:
    """All that is not as the service has it, in the order of areas and years, and how many values are."""

    changes: tuple[ObservationChange, ...]
    unchanged: int

    @property
    def writable(self) -> tuple[ObservationChange, ...]:
        """Return what can be written: what has been withdrawn stays as it was."""
        return tuple(change for change in self.changes if change.new)

    def __str__(self) -> str:
        """Count it: `1 new, 2 changed, 0 withdrawn, 30 unchanged`."""
        counts = [f"{self.count(what)} {what}" for what in ("new", "changed", "withdrawn")]
        return ", ".join([*counts, f"{self.unchanged} unchanged"])

    def count(self, kind: str) -> int:
        """Return how many observations are new, changed or withdrawn."""
        return sum(change.kind == kind for change in self.changes)


@dataclass(frozen=True)
class Outcome:
    """What a refresh found, and the files that it wrote, as seen from the folder of the ledger."""

    difference: Difference
    written_files: tuple[str, ...]


def refresh(
    data: Path,
    series_id: str,
    *,
    write: bool,
    service_url: str = "",
    timeout: float = TIMEOUT,
    today: date,
    log: Callable[[str], object] = print,
) -> Outcome:
    """Ask for the newer figures of one series, tell the difference, and write it where that is wanted.

    Parameters
    ----------
    service_url
        address of the service, where it is not the one that the word in the series stands for.
    timeout
        seconds for the whole answer.
    log
        what becomes of each line that a person reads.

    Raises
    ------
    LedgerError
        where the ledger is unsound or would become so, knows no such series, or cannot be written.
    ServiceError
        where no sound answer comes in time. Whatever is raised, no file has changed.
    """
    series, table, revisions = open_series(data, series_id)
    asked = service_url or SERVICES[series.service]
    # A series begins where its table does: a service has decades before that, which nobody has asked about.
    since = min(today.year, *(year for _, year in row_by_area_year(series, table)))
    log(f"Asking {host(asked)} for {series.code} of {', '.join(series.areas)} since {since} …")
    answer = fetch_series(series, since=since, service_url=asked, timeout=timeout, today=today)
    difference = compare(series, table, answer)
    for line in format_difference(series, difference):
        log(line)
    if not (write and difference.writable):
        if difference.writable:
            log("Nothing was written; --write does it.")
        return Outcome(difference, ())
    texts = rewritten_files(series, table, revisions, difference, answer, today)
    # The revisions first: were this killed between the two files, no value would be lost.
    replace_files(
        data, {sheet.path: (sheet.text, texts[sheet.path]) for sheet in (revisions, table) if sheet.path in texts}
    )
    log(f"Wrote {' and '.join(texts)}. Run `make check`, then `make notebooks`.")
    return Outcome(difference, tuple(texts))


# --- comparing


def compare(series: Series, table: RawTable, answer: Answer) -> Difference:
    """Return what is new, changed or withdrawn; what only the last digits tell apart is the same."""
    places = row_by_area_year(series, table)
    changes: list[ObservationChange] = []
    unchanged = 0
    for area, year in sorted({*places, *answer.values}, key=lambda key: (series.areas.index(key[0]), key[1])):
        place, new = places.get((area, year)), answer.values.get((area, year), "")
        row = table.rows[place] if place is not None else {}
        old = row.get("value", "")
        if old and new and is_same_value(Decimal(old), Decimal(new)):
            unchanged += 1
        elif old or new:
            name = series.observation_id(area, year)
            changes.append(ObservationChange(name, area, year, old, new, row["entered"] if old else "", place))
    return Difference(tuple(changes), unchanged)


def is_same_value(value: Decimal, other_value: Decimal) -> bool:
    """Tell whether two values agree to twelve significant digits."""
    greatest = max(abs(value), abs(other_value))
    return value == other_value or abs(value - other_value) < Decimal(1).scaleb(greatest.adjusted() - DIGITS + 1)


def format_difference(series: Series, difference: Difference) -> Iterator[str]:
    """Yield the difference as a person reads it: a table, in the unit of the series, and the counts."""
    if not difference.changes:
        yield f"{series.series_id}: no difference; {difference.unchanged} values are as the service has them"
        return
    rows = [("", f"observation ({series.unit})", "entered", "old", "new", "change")]
    for change in difference.changes:
        cells = (change.kind, change.observation_id, change.entered, change.old, change.new)
        rows.append((*cells, format_change(change.old, change.new, series.unit)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        words = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
        numbers = [cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True)]
        yield "  ".join([*words, *numbers]).rstrip()
    yield f"{series.series_id}: {difference}"
    if difference.count("withdrawn"):
        yield "What the service no longer gives stays as it is."


def format_change(old: str, new: str, unit: str) -> str:
    """Return how far a value has moved, to three significant digits: in points for percent, else in percent.

    `""` where there is no value before or after, or where the one before is 0.
    """
    if not old or not new:
        return ""
    before, after = Decimal(old), Decimal(new)
    if unit == "percent":
        return f"{_THREE_DIGITS.plus(after - before).normalize():+f} points"
    return f"{_THREE_DIGITS.plus((after - before) / abs(before) * 100).normalize():+f} %" if before else ""


# --- writing


def rewritten_files(
    series: Series, table: RawTable, revisions: RawTable, difference: Difference, answer: Answer, today: date
) -> dict[str, str]:
    """Return the text of each file that a difference changes, by its path; the others are not in it."""
    places = row_by_area_year(series, table)
    recorded = {(row["observation_id"], row["value"], row["entered"]) for row in revisions.rows}
    rows: dict[int, dict[str, str]] = {}
    more: list[dict[str, str]] = []
    replaced: list[dict[str, str]] = []
    for change in difference.writable:
        cells = _new_cells(change, answer, today)
        if change.row_index is None:
            more.append(_new_row(series, table, places, change) | cells)
            continue
        before = table.rows[change.row_index]
        # A row that was kept for a figure nobody had says why in its note, which is no longer so.
        rows[change.row_index] = before | cells | ({} if change.old else {"note": ""})
        # It is recorded already where a refresh was killed between its two files.
        if change.old and (change.observation_id, change.old, change.entered) not in recorded:
            kept = {name: before[name] for name in ("observation_id", "value", "entered", "address")}
            replaced.append(kept | {"replaced_on": f"{today}"})
    texts = {table.path: table.with_rows(rows, more)}
    return texts | ({revisions.path: revisions.with_rows({}, replaced)} if replaced else {})


def _new_cells(change: ObservationChange, answer: Answer, today: date) -> dict[str, str]:
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


def _new_row(
    series: Series, table: RawTable, places: Mapping[AreaYear, int], change: ObservationChange
) -> dict[str, str]:
    """Return a new observation without its value: what it is, and who publishes it."""
    # From its own area where there is one, the newest first.
    nearest = max(places, key=lambda key: (key[0] == change.area, key[1]))
    row = {name: table.rows[places[nearest]][name] for name in _INHERITED}
    row |= {name: getattr(series, name) for name in (*SHARED_COLUMNS, "licence")}
    row |= {"observation_id": change.observation_id, "ref_area": change.area, "period": f"{change.year}"}
    if series.base_metric_id:
        base = change.year - 1 if series.measure == "growth" else change.year
        row |= {"base_area": change.area, "base_counterpart": series.counterpart_area, "base_period": f"{base}"}
    return row
