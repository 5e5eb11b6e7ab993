"""Validation of the whole ledger: every problem of schema and meaning, none corrected.

`frictionless` checks the schema (types, keys, foreign keys, vocabularies); `compendium.curation.claim_checks` and
`compendium.curation.observation_checks` check what a schema cannot express.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from compendium.analysis.conflicts import check_tensions
from compendium.curation import claim_checks, observation_checks
from compendium.ledger import corrections, permanent_ids
from compendium.ledger.loader import Ledger, cell_corrections, is_transcribed, load, read_corrections
from compendium.ledger.schema import DESCRIPTOR, Field, Table, read_descriptor, read_schema, read_schema_file
from compendium.project.paths import DATA
from compendium.project.problems import LedgerError, Problem, describe_choices

TYPE_DESCRIPTIONS = {"integer": "a whole number", "number": "a number", "string": "text"}
ENGINE_COLUMNS = {
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
    "traps": "trap_id kind title observations what explanation",
    "records": "record_id event_id date",
    "conversions": "conversion_id metric_id from_unit to_unit low high",
    "revisions": "observation_id value entered replaced_on address",
    "corrections": "correction_id kind table row_id column old new why corrected_on evidence expect retired_on",
    "permanent": "table id edition fingerprint",
}
"""Columns that the engine needs, by table."""
CHECKS = (*claim_checks.CHECKS, *observation_checks.CHECKS)


def validate(data: Path = DATA) -> list[Problem]:
    """Return every problem of the ledger in a folder, in order of place; an empty list if it is valid."""
    try:
        schema = read_schema(data)
    except LedgerError as error:
        return error.problems
    problems = set(_schema_problems(data, schema))
    try:
        ledger = load(data, corrected=False).load_all()
    except LedgerError as error:
        return sorted(
            {problem for problem in problems if not _is_consequence_of(problem, error.problems)} | set(error.problems)
        )
    for table in schema.values():
        problems.update(claim_checks.check_cells(ledger, table))
    lacking = [
        Problem(DESCRIPTOR, 0, f"{table}.{column}", "no such column", "the column, which the engine reads")
        for table, columns in ENGINE_COLUMNS.items()
        for column in columns.split()
        if table not in schema or column not in schema[table].columns
    ]
    if lacking:
        return sorted(problems | set(lacking))
    for check in (corrections.check_corrections, permanent_ids.check_permanent_ids):
        problems.update(check(ledger))
    if problems:
        return sorted(problems.union(*(check(ledger) for check in CHECKS)))
    ledger, corrected = _with_corrections(ledger)
    for name in corrected:
        problems.update(claim_checks.check_cells(ledger, schema[name]))
    for check in CHECKS:
        problems.update(check(ledger))
    # Tensions are compared with the results of reconciliation, which needs valid data.
    return sorted(problems) or list(check_tensions(ledger))


def _with_corrections(ledger: Ledger) -> tuple[Ledger, list[str]]:
    """Return a valid ledger with its corrections applied, and the names of the tables that they change."""
    rows = read_corrections(ledger)
    touched = [name for name, table in ledger.schema.items() if is_transcribed(table) and cell_corrections(table, rows)]
    corrected = load(ledger.data)
    return ledger.with_tables(**{name: corrected[name] for name in touched}), touched


def _is_consequence_of(problem: Problem, broken: Iterable[Problem]) -> bool:
    """Return whether a problem only follows from a row, header or file that is not a table."""
    return any(one.file == problem.file and (one.row <= 1 or problem.row in (0, one.row)) for one in broken)


# --- schema


def _schema_problems(data: Path, schema: dict[str, Table]) -> Iterator[Problem]:
    from frictionless import Package  # imported late: it costs more than all of this module

    yield from _references(data, schema)
    try:
        content = _without_references(data)
        package = Package.from_descriptor(content, basepath=str(data))
        doubtful = [
            resource
            for description, resource in zip(content["resources"], package.resources, strict=True)
            if not _is_surely_valid(data, description, resource)
        ]
        reports = [resource.validate() for resource in doubtful]
    except Exception as error:  # frictionless raises its own error for a descriptor it cannot read
        yield Problem(DESCRIPTOR, 0, "", str(error), "a valid Data Package")
        return
    for task in (task for report in reports for task in report.tasks):
        table = schema.get(task.name)
        for fault in task.errors:
            yield _problem_from_error(fault, table) if table else Problem(task.name, 0, "", fault.note, "no error")


PLAIN_RESOURCE_KEYS = {"name", "path", "title", "description", "format", "mediatype", "encoding", "profile", "schema"}
PLAIN_SCHEMA_KEYS = {"fields", "primaryKey", "missingValues"}
"""Keys of a resource and its schema with which a table can be checked by `_is_surely_valid`."""


def _is_surely_valid(data: Path, description: dict[str, Any], resource: Any) -> bool:
    """Return whether every cell of a table certainly fits its schema, each distinct cell of a column parsed once.

    The cell readers are those of frictionless. False means doubtful, not invalid: the full check, which takes many
    times as long, then decides.
    """
    plain = description.keys() <= PLAIN_RESOURCE_KEYS and description["schema"].keys() <= PLAIN_SCHEMA_KEYS
    if not plain or (resource.scheme, resource.format) != ("file", "csv"):
        return False
    try:
        with (data / resource.path).open(encoding=resource.encoding, newline="") as file:
            header, *rows = csv.reader(file, strict=True)
    except (OSError, ValueError, csv.Error):
        return False
    if header != resource.schema.field_names or any(len(row) != len(header) or not any(row) for row in rows):
        return False
    values: dict[str, list[Any]] = {}
    for field, column in zip(resource.schema.fields, zip(*rows, strict=True), strict=False):
        reader = field.create_cell_reader()
        read = {cell: reader(cell) for cell in set(column)}
        if any(notes for _, notes in read.values()):
            return False
        values[field.name] = [read[cell][0] for cell in column]
        known = [value for value in values[field.name] if value is not None]
        if field.constraints.get("unique") and len(set(known)) < len(known):
            return False
    keys = list(zip(*(values[name] for name in resource.schema.primary_key if rows), strict=True))
    return len(set(keys)) == len(keys) and not any(set(key) == {None} for key in keys)


def _without_references(data: Path) -> dict[str, Any]:
    """Return the descriptor without foreign keys: frictionless would read a table again for each reference to it."""
    content = read_descriptor(data)
    for resource in content["resources"]:
        own = resource["schema"]
        own = read_schema_file(data, own) if isinstance(own, str) else own
        resource["schema"] = {name: value for name, value in own.items() if name != "foreignKeys"}
    return content


def _references(data: Path, schema: dict[str, Table]) -> Iterator[Problem]:
    """Yield foreign keys without a row, from the raw files, since the ledger may not load."""
    cells = {name: _cells(data, table) for name, table in schema.items()}
    for table in schema.values():
        for own, other, column in table.foreign_keys:
            if cells.get(other) is None:
                continue  # an unreadable table is a problem of its own
            known = {row.get(column) or "" for row in cells[other] or ()} - {""}
            for line, row in enumerate(cells[table.name] or (), 2):
                cell = row.get(own) or ""
                if cell and cell not in known:
                    yield Problem(table.path, line, own, cell, describe_choices(known, cell))


def _cells(data: Path, table: Table) -> list[dict[str, str]] | None:
    """Return the raw rows of a table, `None` if it cannot be read or has other columns."""
    try:
        with (data / table.path).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            return list(reader) if reader.fieldnames == table.columns else None
    except (OSError, UnicodeDecodeError, csv.Error):
        return None


def _problem_from_error(error: Any, table: Table) -> Problem:
    """Return a frictionless error as a problem."""
    row = getattr(error, "row_number", 0) or 0
    if error.type == "primary-key":  # the error has the whole row, not the key
        cells = dict(zip(table.columns, map(str, error.cells), strict=False))
        key = ", ".join(cells.get(column, "") for column in table.primary_key)
        return Problem(table.path, row, ", ".join(table.primary_key), key, _expected_unique(error))
    name = getattr(error, "field_name", "") or ", ".join(getattr(error, "field_names", []) or [])
    cell = getattr(error, "cell", None)
    if cell is None:
        cell = ", ".join(map(str, getattr(error, "cells", []) or []))
    field = next((field for field in table.fields if field.name == name), None)
    return Problem(table.path, row, name, str(cell or ""), _expected_value(error, field, str(cell or "")))


def _expected_unique(error: Any) -> str:
    """Return the message of a repeated key; frictionless names the other row at the end of its note."""
    return f"a key that no other row has; row {error.note.rpartition(' ')[2]} has it"


def _expected_value(error: Any, field: Field | None, cell: str) -> str:
    if error.type == "unique-error":
        return _expected_unique(error)
    if field is None or error.type not in ("constraint-error", "type-error"):
        return str(error.note) or f"no {error.title}".lower()  # a blank row has an empty note
    if field.vocabulary and cell not in field.vocabulary:
        return describe_choices(field.vocabulary, cell)
    if field.required and not cell:
        return f"a value ({field.description.rstrip('.')})"
    if field.pattern:
        return f"something of the form {field.pattern}"
    if error.type == "type-error":
        return TYPE_DESCRIPTIONS[field.type]
    least = re.fullmatch(r'constraint "minimum" is "(.+)"', error.note)
    return f"at least {least[1]}" if least else str(error.note)
