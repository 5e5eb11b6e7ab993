"""Checks of claims, metrics, places, events, citations and analysis tables that a schema cannot express.

For example: a period is EDTF, a figure can be parsed, a growth has a base. Observations are checked in
`compendium.curation.observation_checks`. Every check yields problems and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import networkx
import pandas as pd
import portion

from compendium.analysis import citation_audit
from compendium.ledger.claims import DIRECTION_MEASURE, claim_interval
from compendium.ledger.csv_safety import escape_formula
from compendium.ledger.loader import Ledger
from compendium.ledger.records import keyed
from compendium.ledger.schema import SEPARATOR, Table
from compendium.project.problems import Problem, describe_choices, is_invisible
from compendium.reconciliation.reconcile import metric_domain
from compendium.values import units
from compendium.values.number_parsing import UnreadableFigureError, read_figure
from compendium.values.periods import UnreadablePeriodError, read_period

MAX_CELL_LENGTH = 20_000
"""Maximum characters of a cell, far above any sentence or line of a map."""
PACKAGE_REGISTRIES = ("github", "npm", "debian")
"""URI schemes of package registries, allowed in addresses besides http and https."""
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.I)
FORBIDDEN_IN_ADDRESS = re.compile(r"[\"'<>`\\]")
"""Characters that a URL must percent-encode and that could end an HTML attribute."""
MEASURES_WITH_BASE = ("growth", "multiple", DIRECTION_MEASURE)
"""Measures that need a base quantity."""
UNITS_BY_MEASURE = {
    "growth": {"percent"},
    DIRECTION_MEASURE: {"percent"},
    "share": {"percent"},
    "multiple": {"times"},
    "rank": {"rank"},
}
"""Units allowed for a measure; any unit for measures not listed."""


@dataclass(frozen=True)
class RowProblems:
    """Makes the problems of one row of a table."""

    path: str
    line: int
    """Line in the file, the header being line 1."""
    row: Mapping[str, Any]

    def __call__(self, column: str, expected: str) -> Problem:
        """Return a problem of the cell in a column."""
        value = self.row[column]
        return Problem(self.path, self.line, column, "" if pd.isna(value) else str(value), expected)


def rows_with_problems(ledger: Ledger, table: str) -> Iterator[tuple[dict[str, Any], RowProblems]]:
    """Yield each row of a table with the maker of its problems."""
    path = ledger.schema[table].path
    for line, row in enumerate(ledger.frames[table].to_dict("records"), 2):
        yield row, RowProblems(path, line, row)


def check_cells(ledger: Ledger, table: Table) -> Iterator[Problem]:
    """Yield a problem for every cell whose content does not fit the semantic type of its field."""
    frame = ledger.frames[table.name]
    measures = list(frame["measure"]) if "measure" in frame else [""] * len(frame)
    for field in table.fields:
        if not field.semantic_type and field.type != "string":
            continue
        valid = {""}  # each distinct cell is parsed once
        for line, (cell, measure) in enumerate(zip(frame[field.name], measures, strict=True), 2):
            if cell in valid:
                continue
            # A claim of a direction alone has words in the column of the figure.
            worded = field.semantic_type == "figure" and measure == DIRECTION_MEASURE
            unfit = _text_fault(cell) if field.type == "string" and cell not in field.vocabulary else ""
            if unfit:
                yield Problem(table.path, line, field.name, cell, unfit)
            elif cell and not worded:
                expected = _expected_content(ledger, field.semantic_type, cell)
                if expected:
                    yield Problem(table.path, line, field.name, cell, expected)
                else:
                    valid.add(cell)


def _text_fault(cell: str) -> str:
    """Return what would be right if a text cell is invalid, else `""`.

    All of it must be visible, in its order, and no spreadsheet may compute it. Letters of every script are fine;
    marks that change their direction are not, since they can change what a sentence seems to say.
    """
    if len(cell) > MAX_CELL_LENGTH:
        return f"at most {MAX_CELL_LENGTH} signs"
    if cell != cell.strip():
        return "no white space at its ends"
    if not cell.isprintable() and any(map(is_invisible, cell)):
        return "no control or formatting characters"
    if escape_formula(cell) != cell:
        return "a text that no spreadsheet computes: not one that begins with a sign of a formula"
    return ""


def _is_bad_address(cell: str) -> bool:
    """Return whether a cell is no address: unknown scheme, no host, or forbidden characters.

    An address without a scheme is valid, as printed in a text; it never becomes a link.
    """
    scheme = SCHEME.match(cell)
    if FORBIDDEN_IN_ADDRESS.search(cell) or (
        scheme and scheme[1].lower() not in ("http", "https", *PACKAGE_REGISTRIES)
    ):
        return True
    try:
        return bool(scheme and scheme[1].lower().startswith("http") and not urlsplit(cell).hostname)
    except ValueError:
        return True


def _expected_content(ledger: Ledger, semantic_type: str, cell: str) -> str:
    """Return what would be right if a cell does not fit its semantic type, else `""`."""
    if semantic_type == "edtf":
        try:
            read_period(cell)
        except UnreadablePeriodError:
            return "a date or period in EDTF, such as 2024, 2024-12-25, 2025-01/2025-04, 2025-02~ or 2023/.."
    elif semantic_type == "figure":
        try:
            read_figure(cell)
        except UnreadableFigureError as error:
            return f"one figure or range ({error})"
    elif semantic_type == "address" and _is_bad_address(cell):
        return f"an address that begins with https://, http://, or one of {', '.join(PACKAGE_REGISTRIES)} and a colon"
    elif semantic_type == "unit" and not units.is_known(cell):
        return "a unit that compendium/values/units.py knows"
    elif semantic_type.startswith("list of "):
        table, column = semantic_type.removeprefix("list of ").split(".")
        known = set(ledger.frames[table][column])
        for item in cell.split(SEPARATOR):
            if item not in known:
                return (
                    f"a list of {table}, separated by {SEPARATOR!r}; {item!r} is none: {describe_choices(known, item)}"
                )
    return ""


def _check_claims(ledger: Ledger) -> Iterator[Problem]:
    metrics = keyed(ledger.frames["metrics"], "metric_id")
    for claim, problem_at in rows_with_problems(ledger, "claims"):
        if not claim["claim_id"].startswith(f"{claim['source_id']}."):
            yield problem_at("claim_id", f"an id that begins with {claim['source_id']}.")
        yield from check_base(claim, metrics, problem_at)
        if bool(claim["direction"]) != bool(
            claim["base_metric_id"] and claim["measure"] in ("level", DIRECTION_MEASURE)
        ):
            right = "rises or falls exactly where a level has a base, or where that is all that is said"
            yield problem_at("direction", right)
        if not claim["period"] and not claim["note"]:
            yield problem_at("period", "a period, or a note that says why there is none")
        allowed = UNITS_BY_MEASURE.get(claim["measure"])
        if allowed and claim["unit"] not in allowed:
            yield problem_at("unit", f"{describe_choices(allowed, claim['unit'])} for a {claim['measure']}")
        yield from _check_unit_and_bounds(claim, metrics, problem_at)
        if (claim["rank"] == "deprecated") != bool(claim["rank_reason"]):
            yield problem_at("rank_reason", "a reason where the claim is deprecated, and only there")


def check_base(
    claim: Mapping[str, Any], metrics: Mapping[str, Mapping[str, Any]], problem_at: RowProblems
) -> Iterator[Problem]:
    """Yield the problems of the base of a claim or observation: missing, of another unit, or its own quantity."""
    measure, base = claim["measure"], claim["base_metric_id"]
    own_unit = metrics[claim["metric_id"]]["unit"] if claim["metric_id"] in metrics else ""
    if measure in MEASURES_WITH_BASE and not base:
        yield problem_at("base_metric_id", f"what the {measure} is measured against")
    if measure == "share" and not base and own_unit != "percent":
        expected = "the whole that it is a share of: its metric is not itself a share in percent"
        yield problem_at("base_metric_id", expected)
    if base and not claim["base_period"] and not claim["note"]:
        expected = f"the period of what the {measure} is measured against, or a note that says why not"
        yield problem_at("base_period", expected)
    if base in metrics and metrics[base]["unit"] != own_unit:
        yield problem_at("base_metric_id", f"a metric in {own_unit}, like its own")
    own_key = [claim[column] for column in ("metric_id", "ref_area", "counterpart_area", "period")]
    if claim["period"] and own_key == [base, *(claim[f"base_{part}"] for part in ("area", "counterpart", "period"))]:
        yield problem_at("base_metric_id", f"another quantity than its own to measure the {measure} against")


def _check_metrics(ledger: Ledger) -> Iterator[Problem]:
    """Yield metrics that are part of themselves, or whose parts, mirrors or summands have another unit."""
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
            continue  # an unknown id is a foreign-key problem of its own
        column = "part_of" if rows.loc[first, "part_of"] in circle else "sum_of"
        yield Problem(
            path,
            line[first],
            column,
            _format_cycle(circle, first),
            "no metric that is part of itself, in however many steps",
        )
    for name, row in rows[rows["exclusive_over"] != ""].iterrows():
        if row["unit"] != "percent":
            yield Problem(path, line[name], "exclusive_over", row["exclusive_over"], "nothing, unless in percent")
    for name, row in rows[rows["ranks"] != ""].iterrows():
        if row["kind"] != "rank":
            yield Problem(path, line[name], "ranks", row["ranks"], "nothing, unless its kind is rank")


def _format_cycle(cycle: list[str], first: str) -> str:
    """Return the ids of a cycle, beginning and ending with one of them: `a → b → a`."""
    start = cycle.index(first)
    return " → ".join([*cycle[start:], *cycle[:start], first])


def _check_places(ledger: Ledger) -> Iterator[Problem]:
    """Yield places that lie in themselves, in however many steps."""
    frame = ledger.frames["places"]
    line = {name: place for place, name in enumerate(frame["place_id"], 2)}
    lies = networkx.DiGraph([pair for pair in zip(frame["place_id"], frame["within"], strict=True) if pair[1]])
    for circle in networkx.simple_cycles(lies):
        first = min(circle, key=lambda name: line.get(name, 0))
        path, found = ledger.schema["places"].path, _format_cycle(circle, first)
        yield Problem(path, line.get(first, 0), "within", found, "no place that lies in itself, in however many steps")


def _check_analysis_tables(ledger: Ledger) -> Iterator[Problem]:
    """Yield problems of the tables that only analyses read: incomparable claims and headlines."""
    for row, problem_at in rows_with_problems(ledger, "incomparable"):
        if row["claim_id"] == row["other_claim_id"]:
            yield problem_at("other_claim_id", "another claim than the one set apart")
    unit = dict(zip(ledger.frames["metrics"]["metric_id"], ledger.frames["metrics"]["unit"], strict=True))
    for row, problem_at in rows_with_problems(ledger, "headlines"):
        over = row["over_metric_id"]
        if pd.isna(row["low"]) and pd.isna(row["high"]):
            yield problem_at("low", "an end of the range in which the headline holds, here or as high")
        if bool(over) != bool(row["over_period"]):
            yield problem_at("over_period", "a period exactly where there is a ratio")
        if over and unit.get(over) != unit.get(row["metric_id"]):
            yield problem_at("over_metric_id", f"a metric in {unit.get(row['metric_id'])}, like its own")


def _check_unit_and_bounds(
    claim: Mapping[str, Any], metrics: Mapping[str, Mapping[str, Any]], problem_at: RowProblems
) -> Iterator[Problem]:
    overridden = not (pd.isna(claim["low"]) and pd.isna(claim["high"]))
    if overridden != bool(claim["bounds_reason"]):
        yield problem_at("bounds_reason", "a reason where bounds are replaced, and only there")
    if claim["measure"] in ("level", "difference") and claim["metric_id"] in metrics and units.is_known(claim["unit"]):
        metric = metrics[claim["metric_id"]]["unit"]
        if units.is_known(metric) and not units.is_convertible_or_rate(claim["unit"], metric):
            yield problem_at("unit", f"a unit in which {metric} or a rate of it can be given")
    try:
        least: Any = metrics[claim["metric_id"]]["minimum"] if claim["metric_id"] in metrics else None
        if not units.is_known(claim["unit"]):
            return
        found = claim_interval(claim, None if pd.isna(least) else float(least))
        if found.empty:
            yield problem_at("low", "bounds that leave a value possible")
        elif claim["metric_id"] in metrics and is_impossible(claim, metrics[claim["metric_id"]], found):
            yield problem_at("as_printed", "a value that its metric can have")
    except (UnreadableFigureError, KeyError):
        return  # an unreadable figure or hedge is a problem of its own cell


def is_impossible(claim: Mapping[str, Any], metric: Mapping[str, Any], interval: portion.Interval) -> bool:
    """Return whether an interval lies outside the domain of its metric, as a share above 100 % or a rank of 0."""
    if claim["measure"] == "growth":
        return bool(not pd.isna(metric["minimum"]) and metric["minimum"] >= 0 and interval.upper < -100)
    if claim["measure"] == "multiple":
        return bool(not pd.isna(metric["minimum"]) and metric["minimum"] >= 0 and interval.upper < 0)
    return (
        not claim["base_metric_id"] and claim["unit"] == metric["unit"] and not interval.overlaps(metric_domain(metric))
    )


def _check_events(ledger: Ledger) -> Iterator[Problem]:
    for event, problem_at in rows_with_problems(ledger, "events"):
        if (event["date_basis"] == "unknown") != (not event["date"]):
            yield problem_at("date_basis", "unknown exactly where the date is empty")
        if event["date_basis"] != "stated" and not event["date_reason"]:
            yield problem_at("date_reason", "from what the date is inferred, or why there is none")
    for mention, problem_at in rows_with_problems(ledger, "mentions"):
        for column in ("after_event_id", "same_day_as"):
            if mention[column] == mention["event_id"]:
                yield problem_at(column, "another event than its own")
        ends = f".p{mention['paragraph']}"
        if not (mention["mention_id"].startswith(f"{mention['source_id']}.") and mention["mention_id"].endswith(ends)):
            yield problem_at("mention_id", f"{mention['source_id']}.EVENT{ends}")
        if mention["as_printed"] and not mention["date"]:
            yield problem_at("date", f"the date that {mention['as_printed']!r} gives, in EDTF")


def _check_paragraph_numbers(ledger: Ledger) -> Iterator[Problem]:
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


def _check_citations(ledger: Ledger) -> Iterator[Problem]:
    """Yield citations whose typed entry differs from the exact match."""
    path = ledger.schema["citations"].path
    frame = ledger.frames["citations"]
    found = citation_audit.exact_entries(frame)
    for line, (kind, typed, match) in enumerate(zip(frame["kind"], frame["entry_id"], found, strict=True), 2):
        if kind == "in-text" and typed != match:
            yield Problem(path, line, "entry_id", typed, repr(match) if match else "empty: no entry matches exactly")


CHECKS = (
    _check_claims,
    _check_metrics,
    _check_places,
    _check_events,
    _check_paragraph_numbers,
    _check_citations,
    _check_analysis_tables,
)
