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

from compendium.curation.series import ALIKE, SERVICES, Key, Series, Sheet, held, opened
from compendium.curation.worldbank import TIMEOUT, Answer, ask, host
from compendium.ledger.atomic_write import put

DIGITS = 12
"""Significant digits that count: what differs further back has only been computed by another machine."""
_INHERITED = ("population", "reporter", "publisher", "original_source")
"""What a new observation has from the one before it: the series does not say it, nor does a service."""
_THREE = Context(prec=3)


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
    # A series begins where its table does: a service has decades before that, which nobody has asked about.
    since = min(today.year, *(year for _, year in held(series, table)))
    say(f"Asking {host(asked)} for {series.code} of {', '.join(series.areas)} since {since} …")
    answer = ask(series, since=since, service=asked, timeout=timeout, today=today)
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


# --- comparing


def compare(series: Series, table: Sheet, answer: Answer) -> Difference:
    """Return what is new, changed or withdrawn; what only the last digits tell apart is the same."""
    places = held(series, table)
    changes: list[Change] = []
    unchanged = 0
    for area, year in sorted({*places, *answer.values}, key=lambda key: (series.areas.index(key[0]), key[1])):
        place, new = places.get((area, year)), answer.values.get((area, year), "")
        row = table.rows[place] if place is not None else {}
        old = row.get("value", "")
        if old and new and same(Decimal(old), Decimal(new)):
            unchanged += 1
        elif old or new:
            name = series.observation_id(area, year)
            changes.append(Change(name, area, year, old, new, row["entered"] if old else "", place))
    return Difference(tuple(changes), unchanged)


def same(one: Decimal, other: Decimal) -> bool:
    """Tell whether two values agree to twelve significant digits."""
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
        cells = _new_cells(change, answer, today)
        if change.place is None:
            more.append(_new_row(series, table, places, change) | cells)
            continue
        before = table.rows[change.place]
        # A row that was kept for a figure nobody had says why in its note, which is no longer so.
        rows[change.place] = before | cells | ({} if change.old else {"note": ""})
        # It is recorded already where a refresh was killed between its two files.
        if change.old and (change.observation_id, change.old, change.entered) not in recorded:
            kept = {name: before[name] for name in ("observation_id", "value", "entered", "address")}
            replaced.append(kept | {"replaced_on": f"{today}"})
    texts = {table.path: table.changed(rows, more)}
    return texts | ({revisions.path: revisions.changed({}, replaced)} if replaced else {})


def _new_cells(change: Change, answer: Answer, today: date) -> dict[str, str]:
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


def _new_row(series: Series, table: Sheet, places: Mapping[Key, int], change: Change) -> dict[str, str]:
    """Return a new observation without its value: what it is, and who publishes it."""
    # From its own area where there is one, the newest first.
    nearest = max(places, key=lambda key: (key[0] == change.area, key[1]))
    row = {name: table.rows[places[nearest]][name] for name in _INHERITED}
    row |= {name: getattr(series, name) for name in (*ALIKE, "licence")}
    row |= {"observation_id": change.observation_id, "ref_area": change.area, "period": f"{change.year}"}
    if series.base_metric_id:
        base = change.year - 1 if series.measure == "growth" else change.year
        row |= {"base_area": change.area, "base_counterpart": series.counterpart_area, "base_period": f"{base}"}
    return row
