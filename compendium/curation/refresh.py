"""Refresh of one series: the difference between its observations and its publisher's service, written on request.

No observation is deleted, no value rounded, no unchanged row touched. A replaced value goes to the table of revisions
with its entry date and address; a value that the service has withdrawn stays in the ledger.
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
    SeriesTables,
    open_series,
    row_by_area_year,
)
from compendium.curation.worldbank import Answer, ServiceRequest, fetch_series, host
from compendium.ledger.atomic_write import replace_files

DIGITS = 12
"""Significant digits compared; differences beyond are rounding of another machine."""
_INHERITED = ("population", "reporter", "publisher", "original_source")
"""Columns that a new observation copies from the nearest one: neither series nor service gives them."""
_THREE_DIGITS = Context(prec=3)


@dataclass(frozen=True)
class ObservationChange:
    """One observation that differs from the service; `old` (ledger) or `new` (service) is `""` if there is no value."""

    observation_id: str
    area: str
    year: int
    old: str
    new: str
    entered: str
    row_index: int | None
    """Index of its row in the table, from 0; `None` for a new row."""

    @property
    def kind(self) -> str:
        """Return `new`, `changed` or `withdrawn`."""
        return "withdrawn" if not self.new else "changed" if self.old else "new"


@dataclass(frozen=True)
class Difference:
    """Changes between ledger and service, in order of area and year, and the number of equal values."""

    changes: tuple[ObservationChange, ...]
    unchanged: int

    @property
    def writable(self) -> tuple[ObservationChange, ...]:
        """Return the changes without withdrawn values, which stay in the ledger."""
        return tuple(change for change in self.changes if change.new)

    def __str__(self) -> str:
        """Return the counts: `1 new, 2 changed, 0 withdrawn, 30 unchanged`."""
        counts = [f"{self.count(what)} {what}" for what in ("new", "changed", "withdrawn")]
        return ", ".join([*counts, f"{self.unchanged} unchanged"])

    def count(self, kind: str) -> int:
        """Return the number of changes of a kind."""
        return sum(change.kind == kind for change in self.changes)


@dataclass(frozen=True)
class RefreshOutcome:
    """Difference that a refresh found, and the paths in the ledger that it wrote."""

    difference: Difference
    written_files: tuple[str, ...]


def refresh(
    data: Path, series_id: str, request: ServiceRequest, *, write: bool, log: Callable[[str], object] = print
) -> RefreshOutcome:
    """Fetch one series, log the difference from the ledger and, with `write`, write it.

    Parameters
    ----------
    request
        day, timeout and, if it is not the one in `SERVICES`, address of the service.
    log
        called with each line of the report.

    Raises
    ------
    LedgerError
        if the ledger is invalid or would become so, has no such series, or cannot be written.
    ServiceError
        if no valid answer arrives in time. Whatever is raised, no file has changed.
    """
    tables = open_series(data, series_id)
    series, table, revisions = tables
    asked = request.service_url or SERVICES[series.service]
    # A series starts with its first row here: a service has decades before that.
    since = min(request.today.year, *(year for _, year in row_by_area_year(series, table)))
    log(f"Asking {host(asked)} for {series.code} of {', '.join(series.areas)} since {since} …")
    answer = fetch_series(series, since=since, service_url=asked, timeout=request.timeout, today=request.today)
    difference = compare(series, table, answer)
    for line in format_difference(series, difference):
        log(line)
    if not (write and difference.writable):
        if difference.writable:
            log("Nothing was written; --write does it.")
        return RefreshOutcome(difference, ())
    texts = rewritten_files(tables, difference, answer, request.today)
    # The revisions first, so that no value is lost if the process is killed between the two files.
    replace_files(
        data, {sheet.path: (sheet.text, texts[sheet.path]) for sheet in (revisions, table) if sheet.path in texts}
    )
    log(f"Wrote {' and '.join(texts)}. Run `make check`, then `make notebooks`.")
    return RefreshOutcome(difference, tuple(texts))


# --- comparing


def compare(series: Series, table: RawTable, answer: Answer) -> Difference:
    """Return new, changed and withdrawn observations; values equal to twelve digits are unchanged."""
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
    """Return whether two values agree to twelve significant digits."""
    greatest = max(abs(value), abs(other_value))
    return value == other_value or abs(value - other_value) < Decimal(1).scaleb(greatest.adjusted() - DIGITS + 1)


def format_difference(series: Series, difference: Difference) -> Iterator[str]:
    """Yield the lines of a report: a table in the unit of the series, and the counts."""
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
    """Return the change of a value to three significant digits: in points if the unit is percent, else in percent.

    `""` if a value is missing, or the old one is 0.
    """
    if not old or not new:
        return ""
    before, after = Decimal(old), Decimal(new)
    if unit == "percent":
        return f"{_THREE_DIGITS.plus(after - before).normalize():+f} points"
    return f"{_THREE_DIGITS.plus((after - before) / abs(before) * 100).normalize():+f} %" if before else ""


# --- writing


def rewritten_files(tables: SeriesTables, difference: Difference, answer: Answer, today: date) -> dict[str, str]:
    """Return the new text of each file that a difference changes, by its path."""
    series, table, revisions = tables
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
        # The note of a row without a value says why there was none.
        rows[change.row_index] = before | cells | ({} if change.old else {"note": ""})
        # Recorded already if an earlier refresh was killed between its two files.
        if change.old and (change.observation_id, change.old, change.entered) not in recorded:
            kept = {name: before[name] for name in ("observation_id", "value", "entered", "address")}
            replaced.append(kept | {"replaced_on": f"{today}"})
    texts = {table.path: table.with_rows(rows, more)}
    return texts | ({revisions.path: revisions.with_rows({}, replaced)} if replaced else {})


def _new_cells(change: ObservationChange, answer: Answer, today: date) -> dict[str, str]:
    """Return the cells that change with a new value; the newest value of an area is provisional, as a first release."""
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
    """Return the row of a new observation without its value, publisher copied from the nearest observation."""
    # Prefer its own area, then the newest year.
    nearest = max(places, key=lambda key: (key[0] == change.area, key[1]))
    row = {name: table.rows[places[nearest]][name] for name in _INHERITED}
    row |= {name: getattr(series, name) for name in (*SHARED_COLUMNS, "licence")}
    row |= {"observation_id": change.observation_id, "ref_area": change.area, "period": f"{change.year}"}
    if series.base_metric_id:
        base = change.year - 1 if series.measure == "growth" else change.year
        row |= {"base_area": change.area, "base_counterpart": series.counterpart_area, "base_period": f"{base}"}
    return row
