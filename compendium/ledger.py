"""The ledger as one object: every table of `data/`, read as text and cast to the types of its schema.

Reading is quick and strict about form (columns, types); whether the content makes sense is the office
of `compendium.validate`. Nothing here changes, fills or drops a cell.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from compendium.problems import LedgerError, Problem
from compendium.schema import Table, tables

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"

CASTS: dict[str, tuple[Callable[[str], Any], str, str]] = {
    "string": (str, "str", "text"),
    "integer": (int, "Int64", "a whole number"),
    "number": (float, "Float64", "a number"),
}


@dataclass(frozen=True)
class Ledger:
    """All tables and their schema; `ledger["claims"]` is a DataFrame with one row a line of the file."""

    data: Path
    schema: dict[str, Table]
    frames: dict[str, pd.DataFrame]

    def __getitem__(self, table: str) -> pd.DataFrame:
        """Return a copy of a table, so that no page can change what another sees."""
        return self.frames[table].copy()

    def row(self, table: str, key: str) -> dict[str, Any]:
        """Return one row by its primary key; raise `KeyError` naming table and key where there is none."""
        frame = self.frames[table]
        found = frame[frame[self.schema[table].primary_key[0]] == key]
        if found.empty:
            raise KeyError(f"{table} has no row {key!r}")
        return {str(name): value for name, value in found.iloc[0].items()}


def load(data: Path = DATA) -> Ledger:
    """Return the ledger that lies in a folder.

    Text columns hold `""` where a cell is empty; number columns hold `pandas.NA`.

    Raises
    ------
    LedgerError
        with every missing file, missing or unknown column, ragged row and cell that is not of its type.
    """
    problems: list[Problem] = []
    schema = tables(data)
    frames = {name: _read(data, table, problems) for name, table in schema.items()}
    if problems:
        raise LedgerError(problems)
    return Ledger(data, schema, frames)


def _read(data: Path, table: Table, problems: list[Problem]) -> pd.DataFrame:
    try:
        with (data / table.path).open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file, strict=True)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(Problem(table.path, 0, "", str(error), "a CSV file in UTF-8"))
        return pd.DataFrame(columns=table.columns)
    if header != table.columns:
        problems.append(Problem(table.path, 1, "", ",".join(header), ",".join(table.columns)))
        return pd.DataFrame(columns=table.columns)
    for line, row in enumerate(rows, 2):
        if len(row) != len(header):
            problems.append(Problem(table.path, line, "", f"{len(row)} cells", f"{len(header)} cells"))
    whole = [row for row in rows if len(row) == len(header)]
    columns = {
        field.name: _cast(table, field.name, field.type, [row[place] for row in whole], problems)
        for place, field in enumerate(table.fields)
    }
    return pd.DataFrame(columns)


def _cast(table: Table, name: str, type_: str, cells: list[str], problems: list[Problem]) -> pd.Series[Any]:
    cast, dtype, expected = CASTS[type_]
    values: list[Any] = []
    for line, cell in enumerate(cells, 2):
        try:
            values.append(cast(cell) if cell or type_ == "string" else None)
        except ValueError:
            problems.append(Problem(table.path, line, name, cell, expected))
            values.append(None)
    return pd.Series(values, dtype=dtype)
