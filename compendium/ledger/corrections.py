"""Corrections: what was wrong, what is right, why, since when, by which evidence; and whether each still stands.

A correction is a row. `ours` tells of a slip of this ledger, whose cell is mended. `source` tells of a slip of a source
or a publisher: the cell keeps what is printed, and `compendium.ledger.loader` gives what is right to whoever computes.
Its `expect` is a guard: words that must still be printed, so that it is noticed when the source itself is mended.

It finds faults and mends none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from compendium.ledger.loader import CELL_TYPES, CORRECTIONS, Ledger, is_transcribed, row_key
from compendium.ledger.schema import Field, Table
from compendium.project.problems import Problem, describe_choices, quote_value
from compendium.values.periods import format_period

OWN_ERROR, SOURCE_ERROR = "ours", "source"
Row = Mapping[str, Any]
RETIRE_HINT = "write the day into retired_on"


def corrections_by_row(ledger: Ledger, table: str) -> dict[str, list[str]]:
    """Return what was corrected in the rows of a table, retired corrections too: by key, a sentence each."""
    found: dict[str, list[str]] = {}
    for row in ledger.frames[CORRECTIONS].to_dict("records") if CORRECTIONS in ledger.frames else ():
        if row["table"] == table:
            found.setdefault(row["row_id"], []).append(describe_correction(row))
    return found


def describe_correction(correction: Row) -> str:
    """Return a correction in words: since when, which column, what stood there, what is right, why."""
    ended = f" No longer needed since {format_period(correction['retired_on'])}." if correction["retired_on"] else ""
    since, change = format_period(correction["corrected_on"]), _describe_change(correction)
    return f"{since}, {correction['column']}: {change}. {correction['why']}{ended}"


def _describe_change(row: Row) -> str:
    old, new = f"“{row['old']}”", f"“{row['new']}”"
    if row["kind"] == SOURCE_ERROR:
        return f"{old} is printed, {new if row['new'] else 'nothing'} is reckoned with"
    if row["old"] and row["new"]:
        return f"{old} became {new}"
    return f"{old} was taken out" if row["old"] else f"{new} was added"


# --- whether each stands


def check_corrections(ledger: Ledger) -> Iterator[Problem]:
    """Yield every correction that is not what it says, by the ledger as typed (`load(…, corrected=False)`)."""
    path, frame = ledger.schema[CORRECTIONS].path, ledger.frames[CORRECTIONS]
    held: dict[tuple[str, str, str], list[tuple[int, Row]]] = {}
    rows = _rows(ledger)
    for line, row in enumerate(frame.to_dict("records"), 2):
        wrong = list(_check_target(ledger, rows, line, row))
        yield from wrong
        if not wrong:
            held.setdefault((row["table"], row["row_id"], row["column"]), []).append((line, row))
    for (name, key, column), own in held.items():
        yield from _check_history(path, own, column, rows[name][key])


RowsByTable = Mapping[str, Mapping[str, Row]]
"""The rows of the tables that corrections are about, by table and key."""


def _rows(ledger: Ledger) -> RowsByTable:
    named = set(ledger.frames[CORRECTIONS]["table"]) & ledger.schema.keys()
    return {
        name: {row_key(ledger.schema[name], row): row for row in ledger.frames[name].to_dict("records")}
        for name in named
    }


def _check_target(ledger: Ledger, rows: RowsByTable, line: int, row: Row) -> Iterator[Problem]:
    """Hold that a correction is about a cell that there is and that may be corrected, and changes it."""
    path = ledger.schema[CORRECTIONS].path

    def wrong(column: str, expected: str) -> Problem:
        return Problem(path, line, column, row[column], expected)

    table = ledger.schema.get(row["table"])
    if table is None:
        yield wrong("table", describe_choices(ledger.schema, row["table"]))
        return
    if row["kind"] == SOURCE_ERROR and not is_transcribed(table):
        yield wrong("table", "a table that holds what a source or publisher prints")
    if row["row_id"] not in rows[table.name]:
        yield wrong("row_id", describe_choices(rows[table.name], row["row_id"]))
    field = next((field for field in table.fields if field.name == row["column"]), None)
    if field is None:
        yield wrong("column", describe_choices(table.columns, row["column"]))
        return
    if field.name in table.primary_key:
        yield wrong("column", "a column that is no id: an id never changes")
    if row["old"] == row["new"]:
        yield wrong("new", "another value than the old one")
    expected = _value_problem(ledger, table, field, row["new"])
    if row["kind"] == SOURCE_ERROR and expected:
        yield wrong("new", expected)
    if row["kind"] == SOURCE_ERROR and not row["expect"]:
        yield wrong("expect", "words that the source must still print for this to be right")


def _value_problem(ledger: Ledger, table: Table, field: Field, cell: str) -> str:
    """Return what would be right where a value cannot stand in a column, `""` where it can."""
    form, _, _, expected = CELL_TYPES[field.cell_type]
    if not cell:
        return "a value, which the column must have" if field.required else ""
    if not form.fullmatch(cell):
        return expected
    if field.vocabulary and cell not in field.vocabulary:
        return describe_choices(field.vocabulary, cell)
    for own, other, column in table.foreign_keys:
        known = set(ledger.frames[other][column])
        if own == field.name and cell not in known:
            return describe_choices(known, cell)
    return ""


def _check_history(path: str, rows: list[tuple[int, Row]], column: str, own: Row) -> Iterator[Problem]:
    """Hold that the corrections of a cell, first to last, lead to what it holds, and that each guard is kept."""
    cell = "" if pd.isna(own[column]) else str(own[column])
    ours = [(line, row) for line, row in rows if row["kind"] == OWN_ERROR]
    for (_, before), (line, row) in pairwise(ours):
        if row["old"] != before["new"]:
            yield Problem(
                path, line, "old", row["old"], f"{before['new']!r}, as the correction before it left the cell"
            )
    if ours and not ours[-1][1]["retired_on"] and ours[-1][1]["new"] != cell:
        line, row = ours[-1]
        right = f"{quote_value(cell)}, which the cell holds now; else add a further correction, or {RETIRE_HINT}"
        yield Problem(path, line, "new", row["new"], right)
    standing = [(line, row) for line, row in rows if row["kind"] == SOURCE_ERROR and not row["retired_on"]]
    for line, row in standing[1:]:
        yield Problem(path, line, "row_id", row["row_id"], f"one correction in force of {row['column']}, not two")
    for line, row in standing[:1]:
        if row["old"] != cell:
            right = f"{quote_value(cell)}, which the cell holds now; where the source itself is mended, {RETIRE_HINT}"
            yield Problem(path, line, "old", row["old"], right)
        elif row["expect"] not in cell and row["expect"] not in str(own.get("as_printed", "")):
            right = f"words of the cell, {quote_value(cell)}; where the source no longer prints them, {RETIRE_HINT}"
            yield Problem(path, line, "expect", row["expect"], right)


def text_guards(ledger: Ledger) -> Iterator[tuple[int, str, str, int]]:
    """Yield the guards that a text can be asked about: line, words, source, paragraph; only of sound corrections."""
    if CORRECTIONS not in ledger.schema:
        return
    rows = _rows(ledger)
    for line, row in enumerate(ledger.frames[CORRECTIONS].to_dict("records"), 2):
        if not row["expect"] or row["retired_on"] or any(_check_target(ledger, rows, line, row)):
            continue
        if {"source_id", "paragraph"} <= set(ledger.schema[row["table"]].columns):
            own = rows[row["table"]][row["row_id"]]
            yield line, row["expect"], str(own["source_id"]), int(own["paragraph"])
