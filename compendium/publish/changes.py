"""Differences between two snapshots, in words: claims, verdicts with their likely cause, tables, pages.

Stored results are compared and nothing is executed. The cause of a changed verdict is given only as far as changed rows
show it. The changes serve as a summary for reviewers, as rows of the data, and as a page of the book.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compendium.project.problems import format_count
from compendium.publish.snapshots import Snapshot, TextRow

CHANGE_KINDS = {
    "claim added": "Claims added",
    "claim changed": "Claims changed",
    "claim deprecated": "Claims deprecated",
    "claim gone": "Claims that are gone, which must never be",
    "verdict": "Verdicts that changed",
    "table": "Tables",
    "page": "Pages",
}
"""Heading of each kind of change, in order of output."""
CHANGES_TABLE = "changes"
"""Table that stores the changes; it is not compared itself."""
MAX_SHOWN = 4
MAX_VALUE_LENGTH = 60


@dataclass(frozen=True)
class StateChange:
    """One change: kind (a key of `CHANGE_KINDS`), subject (claim, table or page), description."""

    kind: str
    subject: str
    description: str


@dataclass(frozen=True)
class RowChanges:
    """Keys of added and removed rows, and old and new value of changed cells by key and column."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, Mapping[str, tuple[str, str]]]

    @property
    def touched(self) -> frozenset[str]:
        """Return the keys of all rows added, removed or changed."""
        return frozenset({*self.added, *self.removed, *self.changed})


def find_changes(before: Snapshot, now: Snapshot) -> list[StateChange]:
    """Return the changes between two snapshots, in the order of `CHANGE_KINDS`."""
    rows = {
        table: compare_rows(before.tables.get(table, {}), now.tables.get(table, {}))
        for table in sorted({*before.tables, *now.tables} - {CHANGES_TABLE})
    }
    found = [*_claims(before, now, rows), *_verdicts(before, now, rows), *_tables(before, now, rows)]
    found += _pages(before, now)
    return sorted(found, key=lambda change: list(CHANGE_KINDS).index(change.kind))


def compare_rows(before: Mapping[str, TextRow], now: Mapping[str, TextRow]) -> RowChanges:
    """Return the changes between two versions of a table, in the columns that both have."""
    changed = {}
    for name in now.keys() & before.keys():
        shared = [column for column in now[name] if column in before[name]]
        cells = {
            column: (before[name][column] or "", now[name][column] or "")
            for column in shared
            if (before[name][column] or "") != (now[name][column] or "")
        }
        if cells:
            changed[name] = cells
    order = {name: place for place, name in enumerate(now)}
    return RowChanges(
        tuple(name for name in now if name not in before),
        tuple(name for name in before if name not in now),
        {name: changed[name] for name in sorted(changed, key=order.__getitem__)},
    )


# --- claims


def _claims(before: Snapshot, now: Snapshot, rows: Mapping[str, RowChanges]) -> Iterator[StateChange]:
    found = rows.get("claims", RowChanges((), (), {}))
    for name in found.added:
        yield StateChange("claim added", name, _claim(now, name))
    for name in found.removed:
        yield StateChange("claim gone", name, _claim(before, name))
    for name, cells in found.changed.items():
        if cells.get("rank", ("", ""))[1] == "deprecated":
            reason = now.tables["claims"][name].get("rank_reason") or "no reason is given"
            yield StateChange("claim deprecated", name, f"{_claim(now, name)}. Why: {reason}")
        else:
            yield StateChange("claim changed", name, _cells(cells))


def _claim(state: Snapshot, name: str) -> str:
    """Return author, figure, measure and paragraph of a claim, in words."""
    row = state.tables["claims"][name]
    record = state.claim_records.get(name)
    if record:
        figure = record["figure"] or record["as_printed"]
        return f"{record['author']}: {figure}, {record['measures']} (¶ {record['paragraph']})"
    return f"{row.get('source_id', '')}: {row.get('as_printed', '')} (¶ {row.get('paragraph', '')})"


def _cells(cells: Mapping[str, tuple[str, str]]) -> str:
    return "; ".join(f"{column}: {' → '.join(_excerpts(*both))}" for column, both in cells.items())


def _excerpts(old: str, new: str) -> tuple[str, str]:
    """Return two values of a cell for display: long ones from shortly before their first difference."""
    start = 0
    if max(len(old), len(new)) > MAX_VALUE_LENGTH:
        shared = next((place for place, pair in enumerate(zip(old, new, strict=False)) if len({*pair}) > 1), len(old))
        start = max(0, min(shared, len(new)) - MAX_VALUE_LENGTH // 3)
    return _cell(old, start), _cell(new, start)


def _cell(value: str, start: int) -> str:
    shown = f"{'…' if start else ''}{value[start:].lstrip()}"
    shown = shown if len(shown) <= MAX_VALUE_LENGTH else f"{shown[: MAX_VALUE_LENGTH - 1].rstrip()}…"
    return f"‘{shown}’" if value else "nothing"


# --- verdicts


def _verdicts(before: Snapshot, now: Snapshot, rows: Mapping[str, RowChanges]) -> Iterator[StateChange]:
    for name in now.claim_records.keys() & before.claim_records.keys():
        then, today = before.claim_records[name], now.claim_records[name]
        for part, where in (("reconciled", "among the claims"), ("checked", "beside independent figures")):
            old, new = then[part]["verdict"], today[part]["verdict"]
            if old != new:
                why = _why(name, part, then, today, rows)
                yield StateChange("verdict", name, f"{where}: {old} → {new}, because {why}")


def _why(name: str, part: str, then: Mapping[str, Any], now: Mapping[str, Any], rows: Mapping[str, RowChanges]) -> str:
    """Return which changed rows a verdict may depend on; if there are none, the engine changed."""
    own = ["its own row changed"] if name in rows["claims"].touched else []
    if part == "checked":
        observations = {
            one for record in (then, now) for against in record["checked"]["held"] for one in against["observations"]
        }
        why = own + [
            _named(sorted(found.touched & observations), "an independent figure changed")
            for table, found in rows.items()
            if found.touched & observations
        ]
        why += _exclusion_change(name, rows.get("comparisons"), "what stands against comparing it")
    else:
        others = sorted(rows["claims"].touched - {name})
        why = own + _exclusion_change(name, rows.get("incomparable"), "what stands against comparing it")
        why += [_named(others, "other claims changed")] if others and not why else []
        why += [
            _named(sorted(rows[table].touched), f"a row of {table} changed")
            for table in ("metrics", "places")
            if table in rows and rows[table].touched and not why
        ]
    return " and ".join(why) or "no row that bears on it changed: the engine did"


def _exclusion_change(name: str, rows: RowChanges | None, subject: str) -> list[str]:
    """Return a sentence if a row changed that excludes a claim from comparison, found by the claim's id in its key."""
    return [f"{subject} changed"] if rows and any(name in row.split(" · ") for row in rows.touched) else []


def _named(names: Sequence[str], what: str) -> str:
    more = f" and {len(names) - MAX_SHOWN} more" if len(names) > MAX_SHOWN else ""
    return f"{what} ({', '.join(names[:MAX_SHOWN])}{more})"


# --- tables and pages


def _tables(before: Snapshot, now: Snapshot, rows: Mapping[str, RowChanges]) -> Iterator[StateChange]:
    for table, found in rows.items():
        if table not in before.schema:
            yield StateChange("table", table, f"new, with {format_count(len(found.added), 'row')}")
        elif table not in now.schema:
            yield StateChange("table", table, f"gone, with {format_count(len(found.removed), 'row')}")
        elif parts := "; ".join(filter(None, (_columns(before, now, table), _moved(found)))):
            yield StateChange("table", table, parts)


def _columns(before: Snapshot, now: Snapshot, table: str) -> str:
    then, today = (
        [column["name"] for column in state.schema[table]["schema"].get("fields", ())] for state in (before, now)
    )
    new, gone = [name for name in today if name not in then], [name for name in then if name not in today]
    parts = ((what, names) for what, names in (("added", new), ("gone", gone)) if names)
    return "; ".join(f"column{'s' * (len(names) > 1)} {what}: {', '.join(names)}" for what, names in parts)


def _moved(found: RowChanges) -> str:
    parts = (("added", found.added), ("changed", tuple(found.changed)), ("gone", found.removed))
    return "; ".join(f"{format_count(len(names), 'row')} {what}{_few(names)}" for what, names in parts if names)


def _few(names: Collection[str]) -> str:
    return (
        f" ({', '.join(names)})"
        if len(names) <= MAX_SHOWN and all(len(name) <= MAX_VALUE_LENGTH for name in names)
        else ""
    )


def _pages(before: Snapshot, now: Snapshot) -> Iterator[StateChange]:
    for name in sorted({*before.pages, *now.pages}):
        if name not in before.pages:
            yield StateChange("page", name, "new")
        elif name not in now.pages:
            yield StateChange("page", name, "gone")
        else:
            then, today = before.pages[name], now.pages[name]
            if parts := [part for part in today if then[part] != today[part]]:
                yield StateChange("page", name, ", ".join(parts))


# --- as text


def as_markdown(changes: Collection[StateChange], before: Snapshot, now: Snapshot) -> str:
    """Return the changes as Markdown for reviewers, with the content of cells escaped."""
    lines = [f"## What changed from {_code(before.name)} to {now.name}", ""]
    if not changes:
        lines += ["Nothing in the data, the verdicts or the pages.", ""]
    for kind, heading in CHANGE_KINDS.items():
        own = [change for change in changes if change.kind == kind]
        if own:
            lines += [f"### {heading} ({len(own)})", ""]
            lines += [f"- {_code(change.subject)}: {_plain(change.description)}" for change in own] + [""]
    if not (before.claim_records and now.claim_records):
        lines += ["Verdicts are not compared: one of the two states keeps none on its pages.", ""]
    return "\n".join(lines)


def _code(text: str) -> str:
    return f"`{text.replace('`', chr(39))}`"


def _plain(text: str) -> str:
    """Return a text with all Markdown and HTML escaped."""
    for mark in "\\`*_[]<>#|~!@":
        text = text.replace(mark, f"\\{mark}") if mark not in "<>@" else text.replace(mark, f"&#{ord(mark)};")
    return text


def as_lines(changes: Collection[StateChange], before: Snapshot, now: Snapshot) -> Iterator[str]:
    """Yield the changes as lines for a terminal."""
    count = format_count(len(changes), "change") if changes else "no changes"
    yield f"From {before.name} to {now.name}: {count}"
    for kind, heading in CHANGE_KINDS.items():
        own = [change for change in changes if change.kind == kind]
        if own:
            yield f"{heading} ({len(own)})"
            yield from (f"  {change.subject}: {change.description}" for change in own)


def as_records(changes: Collection[StateChange], edition: str, since: str) -> list[dict[str, str]]:
    """Return the changes as rows of the table `CHANGES_TABLE`."""
    return [
        {"edition": edition, "since": since, "kind": change.kind, "subject": change.subject, "said": change.description}
        for change in changes
    ]


def is_recorded(before: Snapshot, now: Snapshot) -> bool:
    """Return whether the recorded changes of an edition equal the computed ones; true without the table."""
    if CHANGES_TABLE not in now.schema:
        return True
    kept = [row for row in now.tables[CHANGES_TABLE].values() if row["edition"] == now.edition]
    return kept == as_records(find_changes(before, now), now.edition, before.edition)
