"""Holds the ledger against its schema and against what its columns mean; finds every fault, mends none.

The schema (types, keys, foreign keys, vocabularies) is checked by `frictionless`; what a schema cannot say
(a period is EDTF, a figure can be read, a growth has a base) is checked here.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx
import pandas as pd
import portion

from compendium import citations, units
from compendium.claims import DIRECTION, bounds
from compendium.figures import UnreadableFigureError, read_figure
from compendium.findings import gone
from compendium.ledger import DATA, Ledger, load
from compendium.observations import MISSING, conversion_of
from compendium.observations import bounds as observed_bounds
from compendium.observations import tables as observation_tables
from compendium.periods import UnreadablePeriodError, span
from compendium.problems import LedgerError, Problem, one_of
from compendium.reconcile import domain
from compendium.schema import DESCRIPTOR, SEPARATOR, Field, Table, tables

KINDS = {"integer": "a whole number", "number": "a number", "string": "text"}
INVISIBLE = ("Cc", "Cf")
"""Unicode categories of characters that a reader does not see: control characters, direction marks."""
MEASURED_AGAINST = ("growth", "multiple", DIRECTION)
"""Measures that say nothing without the quantity they are measured against."""
NEEDS = {
    "claims": "claim_id source_id paragraph scope as_printed hedge unit metric_id ref_area counterpart_area period "
    "population measure base_metric_id base_area base_counterpart base_period direction obs_status origin citation_id "
    "rank rank_reason low high bounds_reason note",
    "metrics": "metric_id name unit kind relation minimum sum_of part_of mirror_of exclusive_over ranks chapter",
    "places": "place_id name within",
    "events": "event_id name date date_basis date_reason chapter",
    "mentions": "mention_id event_id source_id paragraph as_printed date after_event_id same_day_as",
    "sources": "source_id author publisher written paragraphs",
    "citations": "citation_id source_id kind author year marker entry_id",
    "reasons": "reason name sentence",
    "incomparable": "claim_id other_claim_id reason why",
    "tensions": "tension_id title items expect would_give reason",
    "headlines": "headline_id statement metric_id ref_area counterpart_area period population over_metric_id "
    "over_ref_area over_counterpart_area over_period low high",
    "comparisons": "claim_id observation_id reason why",
    "records": "record_id event_id date",
    "conversions": "conversion_id metric_id from_unit to_unit low high",
    "revisions": "observation_id value entered replaced_on address",
}
"""The columns that the checks of meaning read, by table; a ledger without them is told so."""
BOUND_UNITS = {
    "growth": {"percent"},
    DIRECTION: {"percent"},
    "share": {"percent"},
    "multiple": {"times"},
    "rank": {"rank"},
}


def validate(data: Path = DATA) -> list[Problem]:
    """Return every problem of the ledger in a folder, in order of place; an empty list where it is sound."""
    try:
        schema = tables(data)
    except LedgerError as error:
        return error.problems
    problems = set(_against_schema(data, schema))
    try:
        ledger = load(data)
    except LedgerError as error:
        return sorted(problems | set(error.problems))
    for table in schema.values():
        problems.update(_meaning(ledger, table))
    lacking = [
        Problem(DESCRIPTOR, 0, f"{table}.{column}", "no such column", "the column, which the engine reads")
        for table, columns in NEEDS.items()
        for column in columns.split()
        if table not in schema or column not in schema[table].columns
    ]
    if lacking:
        return sorted(problems | set(lacking))
    for check in (_claims, _metrics, _places, _events, _sources, _citations, _analyses, _observations, _conversions):
        problems.update(check(ledger))
    # A tension is held against what reconciliation finds, and that rests on sound data.
    return sorted(problems) or list(gone(ledger))


# --- what the schema says


def _against_schema(data: Path, schema: dict[str, Table]) -> Iterator[Problem]:
    from frictionless import Package  # imported late: it costs more than all of this module

    try:
        report = Package(str(data / DESCRIPTOR)).validate()
    except Exception as error:  # frictionless raises its own error for a descriptor it cannot read
        yield Problem(DESCRIPTOR, 0, "", str(error), "a valid Data Package")
        return
    for fault in report.errors:
        yield Problem(DESCRIPTOR, 0, "", fault.note, "a valid Data Package")
    for task in report.tasks:
        table = schema.get(task.name)
        for fault in task.errors:
            yield (
                _translated(fault, table, schema, data) if table else Problem(task.name, 0, "", fault.note, "no error")
            )


def _translated(error: Any, table: Table, schema: dict[str, Table], data: Path) -> Problem:
    """Say a frictionless error as file, row, column, value and what would be right."""
    row = getattr(error, "row_number", 0) or 0
    name = getattr(error, "field_name", "") or ", ".join(getattr(error, "field_names", []) or [])
    cell = getattr(error, "cell", None)
    if cell is None:
        cell = ", ".join(map(str, getattr(error, "cells", []) or [])) if error.type != "foreign-key" else ""
    if error.type == "foreign-key":
        name = ", ".join(error.field_names)
        cell = ", ".join(map(str, error.field_cells))
        known = _known(data, schema[error.reference_name or table.name], error.reference_field_names[0])
        return Problem(table.path, row, name, cell, one_of(known, cell))
    field = next((field for field in table.fields if field.name == name), None)
    return Problem(table.path, row, name, str(cell or ""), _wanted(error, field, str(cell or "")))


def _known(data: Path, table: Table, column: str) -> set[str]:
    """Return the keys of one table, read as they stand: the rest of the ledger may be broken."""
    try:
        with (data / table.path).open(encoding="utf-8", newline="") as file:
            return {row.get(column) or "" for row in csv.DictReader(file)} - {""}
    except (OSError, UnicodeDecodeError, csv.Error):
        return set()


def _wanted(error: Any, field: Field | None, cell: str) -> str:
    if field is None or error.type not in ("constraint-error", "type-error"):
        return str(error.note)
    if field.vocabulary and cell not in field.vocabulary:
        return one_of(field.vocabulary, cell)
    if field.required and not cell:
        return f"a value ({field.description.rstrip('.')})"
    if field.pattern:
        return f"something of the form {field.pattern}"
    return KINDS[field.type] if error.type == "type-error" else str(error.note)


# --- what the columns mean


def _meaning(ledger: Ledger, table: Table) -> Iterator[Problem]:
    frame = ledger.frames[table.name]
    for field in table.fields:
        if not field.holds and field.type != "string":
            continue
        for line, cell in enumerate(frame[field.name], 2):
            # Where the direction is all that is said, its words stand in the place of the figure.
            worded = field.holds == "figure" and "measure" in frame and frame["measure"].iloc[line - 2] == DIRECTION
            if field.type == "string" and cell != cell.strip():
                yield Problem(table.path, line, field.name, cell, "no white space at its ends")
            elif field.type == "string" and any(unicodedata.category(char) in INVISIBLE for char in cell):
                yield Problem(table.path, line, field.name, cell, "no control or formatting characters")
            elif cell and not worded:
                expected = _misread(ledger, field.holds, cell)
                if expected:
                    yield Problem(table.path, line, field.name, cell, expected)


def _misread(ledger: Ledger, holds: str, cell: str) -> str:
    """Return what would be right where a cell does not hold what its field is for, `""` where it does."""
    if holds == "edtf":
        try:
            span(cell)
        except UnreadablePeriodError:
            return "a date or period in EDTF, such as 2024, 2024-12-25, 2025-01/2025-04, 2025-02~ or 2023/.."
    elif holds == "figure":
        try:
            read_figure(cell)
        except UnreadableFigureError as error:
            return f"one figure or range ({error})"
    elif holds == "unit" and not units.is_known(cell):
        return "a unit that compendium/units.py knows"
    elif holds.startswith("list of "):
        table, column = holds.removeprefix("list of ").split(".")
        known = set(ledger.frames[table][column])
        for item in cell.split(SEPARATOR):
            if item not in known:
                return f"a list of {table}, separated by {SEPARATOR!r}; {item!r} is none: {one_of(known, item)}"
    return ""


def _claims(ledger: Ledger) -> Iterator[Problem]:
    path = ledger.schema["claims"].path
    metrics = ledger.frames["metrics"].drop_duplicates("metric_id").set_index("metric_id")
    for line, claim in enumerate(ledger.frames["claims"].to_dict("records"), 2):

        def wrong(column: str, expected: str, line: int = line, claim: dict[str, Any] = claim) -> Problem:
            value = claim[column]
            return Problem(path, line, column, "" if pd.isna(value) else str(value), expected)

        if not claim["claim_id"].startswith(f"{claim['source_id']}."):
            yield wrong("claim_id", f"an id that begins with {claim['source_id']}.")
        yield from _base(claim, metrics, wrong)
        if not claim["period"] and not claim["note"]:
            yield wrong("period", "a period, or a note that says why there is none")
        allowed = BOUND_UNITS.get(claim["measure"])
        if allowed and claim["unit"] not in allowed:
            yield wrong("unit", f"{one_of(allowed, claim['unit'])} for a {claim['measure']}")
        yield from _unit_and_bounds(claim, metrics, wrong)
        if (claim["rank"] == "deprecated") != bool(claim["rank_reason"]):
            yield wrong("rank_reason", "a reason where the claim is deprecated, and only there")


def _base(claim: dict[str, Any], metrics: pd.DataFrame, wrong: Any) -> Iterator[Problem]:
    """Hold what a claim is measured against: named where it must be, and of the same kind."""
    measure, base = claim["measure"], claim["base_metric_id"]
    own_unit = metrics["unit"].get(claim["metric_id"], "")
    if measure in MEASURED_AGAINST and not base:
        yield wrong("base_metric_id", f"what the {measure} is measured against")
    if measure == "share" and not base and own_unit != "percent":
        yield wrong("base_metric_id", "the whole that it is a share of: its metric is not itself a share in percent")
    if base and not claim["base_period"] and not claim["note"]:
        yield wrong("base_period", f"the period of what the {measure} is measured against, or a note that says why not")
    if base in metrics.index and metrics.loc[base, "unit"] != own_unit:
        yield wrong("base_metric_id", f"a metric in {own_unit}, like its own")
    if bool(claim["direction"]) != bool(base and measure in ("level", DIRECTION)):
        yield wrong("direction", "rises or falls exactly where a level has a base, or where that is all that is said")
    own_key = [claim[column] for column in ("metric_id", "ref_area", "counterpart_area", "period")]
    if claim["period"] and own_key == [base, *(claim[f"base_{part}"] for part in ("area", "counterpart", "period"))]:
        yield wrong("base_metric_id", f"another quantity than its own to measure the {measure} against")


def _metrics(ledger: Ledger) -> Iterator[Problem]:
    """Hold the relations between metrics: none is a part of itself, parts are in the unit of their whole."""
    path = ledger.schema["metrics"].path
    rows = ledger.frames["metrics"].set_index("metric_id", drop=False)
    rows = rows[~rows.index.duplicated()]
    parts = networkx.DiGraph()
    related: dict[tuple[str, str], list[str]] = {}
    for name, row in rows.iterrows():
        wholes = [row["part_of"]] if row["part_of"] else []
        summands = row["sum_of"].split(SEPARATOR) if row["sum_of"] else []
        parts.add_edges_from([(name, whole) for whole in wholes] + [(part, name) for part in summands])
        mirror = [row["mirror_of"]] if row["mirror_of"] else []
        related |= {(name, "part_of"): wholes, (name, "sum_of"): summands, (name, "mirror_of"): mirror}
    line = {name: place for place, name in enumerate(ledger.frames["metrics"]["metric_id"], 2)}
    for (name, column), others in related.items():
        for other in others:
            if other in rows.index and rows.loc[other, "unit"] != rows.loc[name, "unit"]:
                yield Problem(path, line[name], column, other, f"a metric in {rows.loc[name, 'unit']}, like its own")
    for circle in networkx.simple_cycles(parts):
        first = min((name for name in circle if name in line), key=lambda name: line[name], default="")
        if not first:
            continue  # the unknown name is told where it stands
        column = "part_of" if rows.loc[first, "part_of"] in circle else "sum_of"
        told = " → ".join([first, *circle[circle.index(first) + 1 :], *circle[: circle.index(first) + 1]])
        yield Problem(path, line[first], column, told, "no metric that is part of itself, in however many steps")
    for name, row in rows[rows["exclusive_over"] != ""].iterrows():
        if row["unit"] != "percent":
            yield Problem(path, line[name], "exclusive_over", row["exclusive_over"], "nothing, unless in percent")
    for name, row in rows[rows["ranks"] != ""].iterrows():
        if row["kind"] != "rank":
            yield Problem(path, line[name], "ranks", row["ranks"], "nothing, unless its kind is rank")


def _places(ledger: Ledger) -> Iterator[Problem]:
    """Hold that no place lies in itself, in however many steps."""
    frame = ledger.frames["places"]
    line = {name: place for place, name in enumerate(frame["place_id"], 2)}
    lies = networkx.DiGraph([pair for pair in zip(frame["place_id"], frame["within"], strict=True) if pair[1]])
    for circle in networkx.simple_cycles(lies):
        first = min(circle, key=lambda name: line.get(name, 0))
        told = " → ".join([*circle[circle.index(first) :], *circle[: circle.index(first)], first])
        path = ledger.schema["places"].path
        yield Problem(path, line.get(first, 0), "within", told, "no place that lies in itself, in however many steps")


def _analyses(ledger: Ledger) -> Iterator[Problem]:
    """Hold the tables that only the analyses read: what is set apart, and what a headline asks."""
    path = ledger.schema["incomparable"].path
    for line, row in enumerate(ledger.frames["incomparable"].to_dict("records"), 2):
        if row["claim_id"] == row["other_claim_id"]:
            yield Problem(path, line, "other_claim_id", row["other_claim_id"], "another claim than the one set apart")
    path = ledger.schema["headlines"].path
    unit = dict(zip(ledger.frames["metrics"]["metric_id"], ledger.frames["metrics"]["unit"], strict=True))
    for line, row in enumerate(ledger.frames["headlines"].to_dict("records"), 2):
        over = row["over_metric_id"]
        if pd.isna(row["low"]) and pd.isna(row["high"]):
            yield Problem(path, line, "low", "", "an end of the range in which the headline holds, here or as high")
        if bool(over) != bool(row["over_period"]):
            yield Problem(path, line, "over_period", row["over_period"], "a period exactly where there is a ratio")
        if over and unit.get(over) != unit.get(row["metric_id"]):
            yield Problem(path, line, "over_metric_id", over, f"a metric in {unit.get(row['metric_id'])}, like its own")


def _unit_and_bounds(claim: dict[str, Any], metrics: pd.DataFrame, wrong: Any) -> Iterator[Problem]:
    overridden = not (pd.isna(claim["low"]) and pd.isna(claim["high"]))
    if overridden != bool(claim["bounds_reason"]):
        yield wrong("bounds_reason", "a reason where bounds are replaced, and only there")
    if (
        claim["measure"] in ("level", "difference")
        and claim["metric_id"] in metrics.index
        and units.is_known(claim["unit"])
    ):
        metric = metrics.loc[claim["metric_id"], "unit"]
        if units.is_known(metric) and not units.fits(claim["unit"], metric):
            yield wrong("unit", f"a unit in which {metric} or a rate of it can be given")
    try:
        least = metrics["minimum"].get(claim["metric_id"])
        if not units.is_known(claim["unit"]):
            return
        found = bounds(claim, None if pd.isna(least) else float(least))
        if found.empty:
            yield wrong("low", "bounds that leave a value possible")
        elif claim["metric_id"] in metrics.index and _impossible(claim, metrics.loc[claim["metric_id"]], found):
            yield wrong("as_printed", "a value that its metric can have")
    except (UnreadableFigureError, KeyError):
        return  # the figure or hedge is reported where it stands


PROVENANCE = ("publisher", "address", "licence", "quality")


def _observations(ledger: Ledger) -> Iterator[Problem]:
    """Hold every observation: whose id says its table, that has a value or says why not, and that can be read."""
    metrics = ledger.frames["metrics"].drop_duplicates("metric_id").set_index("metric_id")
    ids: dict[str, str] = {}
    for table in observation_tables(ledger.schema):
        prefix = f"{Path(table.path).stem}."
        for line, row in enumerate(ledger.frames[table.name].to_dict("records"), 2):

            def wrong(
                column: str, expected: str, line: int = line, row: dict[str, Any] = row, path: str = table.path
            ) -> Problem:
                return Problem(path, line, column, str(row[column]), expected)

            if not row["observation_id"].startswith(prefix):
                yield wrong("observation_id", f"an id that begins with {prefix}")
            yield from _base(row | {"direction": ""}, metrics, wrong)
            yield from _found(row, wrong)
            ids[row["observation_id"]] = table.path
            if row["value"] and row["metric_id"] in metrics.index:
                yield from _observed(row, metrics.loc[row["metric_id"]], ledger, wrong)
    for name, column in (("comparisons", "observation_id"), ("revisions", "observation_id")):
        for line, cell in enumerate(ledger.frames[name][column], 2):
            if cell not in ids:
                yield Problem(ledger.schema[name].path, line, column, cell, one_of(ids, cell))


def _found(row: dict[str, Any], wrong: Any) -> Iterator[Problem]:
    """Hold that what was found has a value and a publisher, and what was not a reason."""
    missing = row["obs_status"] == MISSING
    if bool(row["value"]) == missing:
        yield wrong("value", "nothing, where the status is missing" if missing else "a value, or the status missing")
    if missing and not row["note"]:
        yield wrong("note", "why there is no value: what was looked for, and where")
    for column in () if missing else PROVENANCE:
        if not row[column]:
            yield wrong(column, "a value, as for everything that was found")
    if not row["period"] and not row["stated_on"] and not row["note"]:
        yield wrong("period", "a period, or the day of the statement, or a note that says why there is neither")


def _observed(row: dict[str, Any], metric: pd.Series, ledger: Ledger, wrong: Any) -> Iterator[Problem]:
    """Hold the unit and the value of an observation against what its metric can be."""
    allowed = BOUND_UNITS.get(row["measure"])
    if not units.is_known(row["unit"]):
        return  # told where it stands
    if allowed and row["unit"] not in allowed:
        yield wrong("unit", f"{one_of(allowed, row['unit'])} for a {row['measure']}")
    convertible = units.fits(row["unit"], metric["unit"]) or conversion_of(row, ledger)
    if row["measure"] in ("level", "difference") and not convertible:
        yield wrong("unit", f"a unit in which {metric['unit']} can be given, or a row of the conversions")
    try:
        found = observed_bounds(row)
    except (UnreadableFigureError, KeyError):
        return  # told where it stands
    same = row["measure"] == "level" and units.same_kind(row["unit"], metric["unit"])
    if found.empty or (same and not units.converted(found, row["unit"], metric["unit"]).overlaps(domain(metric))):
        yield wrong("value", "a value that its metric can have")


def _conversions(ledger: Ledger) -> Iterator[Problem]:
    """Hold that a conversion rises from its lower to its upper end and ends in the unit of its metric."""
    path = ledger.schema["conversions"].path
    unit = dict(zip(ledger.frames["metrics"]["metric_id"], ledger.frames["metrics"]["unit"], strict=True))
    for line, row in enumerate(ledger.frames["conversions"].to_dict("records"), 2):
        if not 0 < row["low"] <= row["high"]:
            yield Problem(
                path, line, "high", str(row["high"]), "an end that is not below the other, both above nothing"
            )
        if unit.get(row["metric_id"], row["to_unit"]) != row["to_unit"]:
            yield Problem(path, line, "to_unit", row["to_unit"], f"{unit[row['metric_id']]}, the unit of its metric")


def _impossible(claim: dict[str, Any], metric: pd.Series, found: portion.Interval) -> bool:
    """Tell whether a figure lies outside what its metric can be: a share of more than the whole, a rank of nought."""
    if claim["measure"] == "growth":
        return not pd.isna(metric["minimum"]) and metric["minimum"] >= 0 and found.upper < -100
    return not claim["base_metric_id"] and claim["unit"] == metric["unit"] and not found.overlaps(domain(metric))


def _events(ledger: Ledger) -> Iterator[Problem]:
    path = ledger.schema["events"].path
    for line, event in enumerate(ledger.frames["events"].to_dict("records"), 2):
        if (event["date_basis"] == "unknown") != (not event["date"]):
            yield Problem(path, line, "date_basis", event["date_basis"], "unknown exactly where the date is empty")
        if event["date_basis"] != "stated" and not event["date_reason"]:
            yield Problem(path, line, "date_reason", "", "from what the date is inferred, or why there is none")
    path = ledger.schema["mentions"].path
    for line, mention in enumerate(ledger.frames["mentions"].to_dict("records"), 2):
        for column in ("after_event_id", "same_day_as"):
            if mention[column] == mention["event_id"]:
                yield Problem(path, line, column, mention[column], "another event than its own")
        ends = f".p{mention['paragraph']}"
        if not (mention["mention_id"].startswith(f"{mention['source_id']}.") and mention["mention_id"].endswith(ends)):
            yield Problem(path, line, "mention_id", mention["mention_id"], f"{mention['source_id']}.EVENT{ends}")
        if mention["as_printed"] and not mention["date"]:
            yield Problem(path, line, "date", "", f"the date that {mention['as_printed']!r} gives, in EDTF")


def _sources(ledger: Ledger) -> Iterator[Problem]:
    most = ledger.frames["sources"].drop_duplicates("source_id").set_index("source_id")["paragraphs"]
    for table in ledger.schema.values():
        if not {"source_id", "paragraph"} <= set(table.columns):
            continue
        frame = ledger.frames[table.name]
        for line, (source, paragraph) in enumerate(zip(frame["source_id"], frame["paragraph"], strict=True), 2):
            if (
                source in most.index
                and not pd.isna(paragraph)
                and not pd.isna(most[source])
                and paragraph > most[source]
            ):
                yield Problem(table.path, line, "paragraph", str(paragraph), f"a number up to {most[source]}")


def _citations(ledger: Ledger) -> Iterator[Problem]:
    """Hold every typed link from a citation to an entry against the match that the rule finds."""
    path = ledger.schema["citations"].path
    frame = ledger.frames["citations"]
    found = citations.exact_entries(frame)
    for line, (kind, typed, match) in enumerate(zip(frame["kind"], frame["entry_id"], found, strict=True), 2):
        if kind == "in-text" and typed != match:
            yield Problem(path, line, "entry_id", typed, repr(match) if match else "empty: no entry matches exactly")
