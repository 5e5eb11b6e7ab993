"""Corrections in words, and the check of the table `corrections` against the cells that it is about.

`compendium.ledger.loader.Correction` describes a row. Its `expect` is a guard: it fails once the source itself has been
corrected. Nothing is changed here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from compendium.ledger.loader import (
    CELL_TYPES,
    CORRECTIONS,
    OWN_ERROR,
    SOURCE_ERROR,
    Correction,
    Ledger,
    is_transcribed,
    read_corrections,
    row_key,
)
from compendium.ledger.records import records
from compendium.ledger.schema import Field, Table
from compendium.project.problems import Problem, describe_choices, quote_value
from compendium.values.periods import format_period

Row = Mapping[str, Any]
RETIRE_HINT = "write the day into retired_on"


def corrections_by_row(ledger: Ledger, table: str) -> dict[str, list[str]]:
    """Return descriptions of the corrections of a table, retired ones included, by key of the corrected row."""
    found: dict[str, list[str]] = {}
    for one in read_corrections(ledger):
        if one.table == table:
            found.setdefault(one.row_id, []).append(describe_correction(one))
    return found


def describe_correction(one: Correction) -> str:
    """Return a correction in words: date, column, old and new value, reason, date of retirement."""
    ended = f" No longer needed since {format_period(one.retired_on)}." if one.retired_on else ""
    return f"{format_period(one.corrected_on)}, {one.column}: {_describe_change(one)}. {one.why}{ended}"


def _describe_change(one: Correction) -> str:
    old, new = f"“{one.old}”", f"“{one.new}”"
    if one.kind == SOURCE_ERROR:
        return f"{old} is printed, {new if one.new else 'nothing'} is reckoned with"
    if one.old and one.new:
        return f"{old} became {new}"
    return f"{old} was taken out" if one.old else f"{new} was added"


# --- validation


def check_corrections(ledger: Ledger) -> Iterator[Problem]:
    """Yield a problem for each invalid correction, in the ledger as typed (`load(…, corrected=False)`)."""
    by_cell: dict[tuple[str, str, str], list[tuple[int, Correction]]] = defaultdict(list)
    rows = rows_by_key(ledger, ledger.frames[CORRECTIONS]["table"])
    for line, one in enumerate(read_corrections(ledger), 2):
        problems = list(_check_target(ledger, rows, line, one))
        yield from problems
        if not problems:
            by_cell[one.table, one.row_id, one.column].append((line, one))
    for (name, key, _), own in by_cell.items():
        yield from _check_history(ledger.schema[CORRECTIONS].path, own, rows[name][key])


RowsByTable = Mapping[str, Mapping[str, Row]]
"""Rows by table and key."""


def rows_by_key(ledger: Ledger, tables: Iterable[str]) -> RowsByTable:
    """Return the rows of some tables by table and key (`row_key`); unknown tables are left out."""
    return {
        name: {row_key(ledger.schema[name], row): row for row in records(ledger.frames[name])}
        for name in dict.fromkeys(tables)
        if name in ledger.schema
    }


def _check_target(ledger: Ledger, rows: RowsByTable, line: int, one: Correction) -> Iterator[Problem]:
    """Yield a problem if the corrected cell does not exist, may not be corrected, or is not changed."""
    path = ledger.schema[CORRECTIONS].path

    def wrong(column: str, expected: str) -> Problem:
        return Problem(path, line, column, getattr(one, column), expected)

    table = ledger.schema.get(one.table)
    if table is None:
        yield wrong("table", describe_choices(ledger.schema, one.table))
        return
    if one.kind == SOURCE_ERROR and not is_transcribed(table):
        yield wrong("table", "a table that holds what a source or publisher prints")
    if one.row_id not in rows[table.name]:
        yield wrong("row_id", describe_choices(rows[table.name], one.row_id))
    field = next((field for field in table.fields if field.name == one.column), None)
    if field is None:
        yield wrong("column", describe_choices(table.columns, one.column))
        return
    if field.name in table.primary_key:
        yield wrong("column", "a column that is no id: an id never changes")
    if one.old == one.new:
        yield wrong("new", "another value than the old one")
    expected = _expected_value(ledger, table, field, one.new)
    if one.kind == SOURCE_ERROR and expected:
        yield wrong("new", expected)
    if one.kind == SOURCE_ERROR and not one.expect:
        yield wrong("expect", "words that the source must still print for this to be right")


def _expected_value(ledger: Ledger, table: Table, field: Field, cell: str) -> str:
    """Return what a column expects in place of an invalid value, `""` for a valid one."""
    kind = CELL_TYPES[field.cell_type]
    if not cell:
        return "a value, which the column must have" if field.required else ""
    if not kind.pattern.fullmatch(cell):
        return kind.expected
    if field.vocabulary and cell not in field.vocabulary:
        return describe_choices(field.vocabulary, cell)
    for own, other, column in table.foreign_keys:
        known = set(ledger.frames[other][column])
        if own == field.name and cell not in known:
            return describe_choices(known, cell)
    return ""


def _check_history(path: str, history: list[tuple[int, Correction]], row: Row) -> Iterator[Problem]:
    """Yield a problem if the corrections (with their lines) of a cell do not lead to its value, or a guard fails."""
    value = row[history[0][1].column]
    cell = "" if pd.isna(value) else str(value)
    ours = [(line, one) for line, one in history if one.kind == OWN_ERROR]
    for (_, before), (line, one) in pairwise(ours):
        if one.old != before.new:
            yield Problem(path, line, "old", one.old, f"{before.new!r}, as the correction before it left the cell")
    if ours and not ours[-1][1].retired_on and ours[-1][1].new != cell:
        line, one = ours[-1]
        right = f"{quote_value(cell)}, which the cell holds now; else add a further correction, or {RETIRE_HINT}"
        yield Problem(path, line, "new", one.new, right)
    in_force = [(line, one) for line, one in history if one.kind == SOURCE_ERROR and not one.retired_on]
    for line, one in in_force[1:]:
        yield Problem(path, line, "row_id", one.row_id, f"one correction in force of {one.column}, not two")
    for line, one in in_force[:1]:
        if one.old != cell:
            right = f"{quote_value(cell)}, which the cell holds now; where the source itself is mended, {RETIRE_HINT}"
            yield Problem(path, line, "old", one.old, right)
        elif one.expect not in cell and one.expect not in str(row.get("as_printed", "")):
            right = f"words of the cell, {quote_value(cell)}; where the source no longer prints them, {RETIRE_HINT}"
            yield Problem(path, line, "expect", one.expect, right)


def text_guards(ledger: Ledger) -> Iterator[tuple[int, str, str, int]]:
    """Yield (line, expected words, source id, paragraph) of the valid corrections in force with a paragraph."""
    corrections = read_corrections(ledger)
    rows = rows_by_key(ledger, [one.table for one in corrections])
    for line, one in enumerate(corrections, 2):
        if not one.expect or one.retired_on or any(_check_target(ledger, rows, line, one)):
            continue
        if {"source_id", "paragraph"} <= set(ledger.schema[one.table].columns):
            own = rows[one.table][one.row_id]
            yield line, one.expect, str(own["source_id"]), int(own["paragraph"])
