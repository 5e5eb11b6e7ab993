"""Ids that were published, kept for ever: none may vanish, and none may come to name another thing.

A table of the ledger keeps every id that has an address in the book, with the edition that first had it and a
fingerprint of what it named then: of the cells that say what the row is about. A row that is about something else
now is told, unless a row of the corrections says why. The table only ever grows, by `register_ids`.

It judges nothing but ids; what a row says of its subject may change.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from compendium.ledger.atomic_write import replace_files
from compendium.ledger.corrections import OWN_ERROR, SOURCE_ERROR
from compendium.ledger.loader import CORRECTIONS, Ledger, load, row_key
from compendium.ledger.observations import observation_tables
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
"""By table whose ids are addresses: the cells that say what a row is about.

Tables of observations are added, whatever they are called: the quantity that is measured. Conflicts are left out: what
no longer contradicts itself has no place to lead to.
"""


def identity_columns(ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """Return, by table whose ids are addresses, the cells that say what a row is about; only tables that are there."""
    every = IDENTITY_COLUMNS | {table.name: MEASURED_COLUMNS for table in observation_tables(ledger.schema)}
    return {table: columns for table, columns in every.items() if table in ledger.schema}


def fingerprint(row: Mapping[str, Any], columns: tuple[str, ...]) -> str:
    """Return the fingerprint of what a row is about: sixteen hexadecimal digits."""
    cells = ("" if pd.isna(row[name]) else str(row[name]) for name in columns)
    return hashlib.sha256("\0".join(cells).encode()).hexdigest()[:16]


def check_permanent_ids(ledger: Ledger) -> Iterator[Problem]:
    """Yield every published id that is gone or names another thing, by the ledger as typed."""
    path = ledger.schema[PERMANENT_IDS].path
    tables, rows = identity_columns(ledger), {}
    for table in tables:
        own = ledger.schema[table]
        rows[table] = {row_key(own, row): row for row in ledger.frames[table].to_dict("records")}
    slips = _corrections_by_row(ledger)
    for line, known in enumerate(ledger.frames[PERMANENT_IDS].to_dict("records"), 2):
        table, name = known["table"], known["id"]
        if table not in tables:
            yield Problem(path, line, "table", table, describe_choices(tables, table))
        elif name not in rows[table]:
            right = f"a row of {ledger.schema[table].path}, as in edition {known['edition']}: an id is never taken away"
            yield Problem(path, line, "id", name, right)
        elif known["fingerprint"] not in _accepted_fingerprints(
            rows[table][name], slips.get((table, name), []), tables[table]
        ):
            place = list(rows[table]).index(name) + 2
            right = (
                f"what it named in edition {known['edition']} ({', '.join(tables[table])}): "
                f"a new thing takes a new id, a slip a row in {CORRECTIONS}"
            )
            yield Problem(ledger.schema[table].path, place, ledger.schema[table].primary_key[0], name, right)


def _corrections_by_row(ledger: Ledger) -> dict[tuple[str, str], list[Mapping[str, str]]]:
    """Return the corrections, by table and key of their row, the latest first."""
    found: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    rows = ledger.frames[CORRECTIONS].to_dict("records") if CORRECTIONS in ledger.schema else []
    for row in reversed(rows):
        found.setdefault((row["table"], row["row_id"]), []).append(row)
    return found


def _accepted_fingerprints(
    row: Mapping[str, Any], slips: list[Mapping[str, str]], columns: tuple[str, ...]
) -> Iterator[str]:
    """Yield what a row is about: as typed, and before each correction; and the same with a source's slips mended."""
    right = {slip["column"]: slip["new"] for slip in slips if slip["kind"] == SOURCE_ERROR}
    for now in (row, {**row, **right}):
        yield fingerprint(now, columns)
        for slip in slips:
            if slip["kind"] == OWN_ERROR:
                now = {**now, slip["column"]: slip["old"]}
                yield fingerprint(now, columns)


# --- growing


def unregistered_rows(ledger: Ledger) -> list[dict[str, str]]:
    """Return a row, without its edition, for every id that the table of permanent ids does not have yet."""
    frame = ledger.frames[PERMANENT_IDS]
    known = set(zip(frame["table"], frame["id"], strict=True))
    return [
        {"table": table, "id": name, "edition": "", "fingerprint": fingerprint(row, columns)}
        for table, columns in identity_columns(ledger).items()
        for row in ledger.frames[table].to_dict("records")
        if (table, name := row_key(ledger.schema[table], row)) not in known
    ]


def register_ids(data: Path, version: str, *, write: bool = False) -> list[str]:
    """Return the ids that an edition is the first to have, as `table id`; append them to the table where told to.

    Parameters
    ----------
    data
        folder of the ledger, which must be sound.
    version
        the edition, such as `1.4.0`.

    Raises
    ------
    LedgerError
        where the ledger has no table of permanent ids, or it cannot be read or written.
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
