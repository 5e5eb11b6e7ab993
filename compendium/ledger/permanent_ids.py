"""Permanent ids: no published id may disappear or come to identify another thing.

The table `permanent` has every id with an address in the book, the edition that first had it, and a fingerprint of the
cells that identified the row then. A changed fingerprint is a problem unless the table `corrections` explains it. The
table only grows (`register_ids`). Other cells of a row may change.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from compendium.ledger.atomic_write import replace_files
from compendium.ledger.corrections import rows_by_key
from compendium.ledger.loader import (
    CORRECTIONS,
    OWN_ERROR,
    SOURCE_ERROR,
    Correction,
    Ledger,
    load,
    read_corrections,
)
from compendium.ledger.observations import observation_tables
from compendium.ledger.records import records
from compendium.project.checksums import sha256
from compendium.project.problems import LedgerError, Problem, describe_choices

PERMANENT_IDS = "permanent"
MEASURED_COLUMNS = ("metric_id", "ref_area", "counterpart_area", "period", "population", "measure")
IDENTITY_COLUMNS: dict[str, tuple[str, ...]] = {
    "sources": ("title",),
    "claims": ("source_id", *MEASURED_COLUMNS),
    "events": ("name",),
    "citations": ("source_id", "as_printed"),
    "headlines": ("metric_id", "ref_area", "counterpart_area", "period", "over_metric_id", "over_period"),
}
"""Columns that identify the subject of a row, by table whose ids have addresses.

Tables of observations are added with `MEASURED_COLUMNS`. Conflicts are left out: one that is resolved has no address.
"""


def identity_columns(ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """Return the identifying columns by table, for the tables of the ledger whose ids have addresses."""
    every = IDENTITY_COLUMNS | {table.name: MEASURED_COLUMNS for table in observation_tables(ledger.schema)}
    return {table: columns for table, columns in every.items() if table in ledger.schema}


def fingerprint(row: Mapping[str, Any], columns: tuple[str, ...]) -> str:
    """Return the fingerprint of some cells of a row: 16 hexadecimal digits of their SHA-256."""
    cells = ("" if pd.isna(row[name]) else str(row[name]) for name in columns)
    return sha256("\0".join(cells))[:16]


def check_permanent_ids(ledger: Ledger) -> Iterator[Problem]:
    """Yield a problem for each published id that is missing or identifies another thing, in the ledger as typed."""
    path = ledger.schema[PERMANENT_IDS].path
    tables = identity_columns(ledger)
    rows = rows_by_key(ledger, tables)
    corrections: dict[tuple[str, str], list[Correction]] = defaultdict(list)  # the latest first
    for one in reversed(read_corrections(ledger)):
        corrections[one.table, one.row_id].append(one)
    for line, known in enumerate(records(ledger.frames[PERMANENT_IDS]), 2):
        table, name = known["table"], known["id"]
        if table not in tables:
            yield Problem(path, line, "table", table, describe_choices(tables, table))
        elif name not in rows[table]:
            right = f"a row of {ledger.schema[table].path}, as in edition {known['edition']}: an id is never taken away"
            yield Problem(path, line, "id", name, right)
        elif known["fingerprint"] not in _accepted_fingerprints(
            rows[table][name], corrections[table, name], tables[table]
        ):
            place = list(rows[table]).index(name) + 2
            right = (
                f"what it named in edition {known['edition']} ({', '.join(tables[table])}): "
                f"a new thing takes a new id, a slip a row in {CORRECTIONS}"
            )
            yield Problem(ledger.schema[table].path, place, ledger.schema[table].primary_key[0], name, right)


def _accepted_fingerprints(
    row: Mapping[str, Any], corrections: list[Correction], columns: tuple[str, ...]
) -> Iterator[str]:
    """Yield the fingerprints of a row as typed and before each correction; again with source errors replaced."""
    replaced = {one.column: one.new for one in corrections if one.kind == SOURCE_ERROR}
    for now in (row, {**row, **replaced}):
        yield fingerprint(now, columns)
        for one in corrections:
            if one.kind == OWN_ERROR:
                now = {**now, one.column: one.old}
                yield fingerprint(now, columns)


# --- registration


def unregistered_rows(ledger: Ledger) -> list[dict[str, str]]:
    """Return a row (with empty `edition`) for every id that the table of permanent ids lacks."""
    frame, tables = ledger.frames[PERMANENT_IDS], identity_columns(ledger)
    known = set(zip(frame["table"], frame["id"], strict=True))
    return [
        {"table": table, "id": key, "edition": "", "fingerprint": fingerprint(row, tables[table])}
        for table, rows in rows_by_key(ledger, tables).items()
        for key, row in rows.items()
        if (table, key) not in known
    ]


def register_ids(data: Path, version: str, *, write: bool = False) -> list[str]:
    """Return the ids that are new in an edition, as `table id`; with `write`, append them to the table.

    Parameters
    ----------
    data
        folder of a valid ledger.
    version
        the edition, such as `1.4.0`.

    Raises
    ------
    LedgerError
        if the ledger has no table of permanent ids, or it cannot be read or written.
    """
    ledger = load(data, corrected=False)
    if PERMANENT_IDS not in ledger.schema:
        raise LedgerError([Problem("datapackage.json", 0, "", "no such table", f"a table {PERMANENT_IDS!r}")])
    rows = [row | {"edition": version} for row in unregistered_rows(ledger)]
    if rows and write:
        path = ledger.schema[PERMANENT_IDS].path
        before = (data / path).read_text(encoding="utf-8")
        text = io.StringIO()
        csv.DictWriter(text, ledger.schema[PERMANENT_IDS].columns, lineterminator="\n").writerows(rows)
        replace_files(data, {path: (before, before + text.getvalue())})
    return [f"{row['table']} {row['id']}" for row in rows]
