"""The ledger as one object: the tables of `data/`, read as text and cast to the types of their schema.

A table is read when it is first asked for, so that whoever needs two tables depends on two files. Reading is quick
and strict about form (columns, types); whether the content makes sense is the office of `compendium.curation.validation`.
Nothing here fills or drops a cell, and none is changed but where a row of `corrections` says that a source or publisher
is known to be wrong: then whoever computes is given what is right, and the files keep what was printed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from compendium.ledger.schema import SEPARATOR, Field, Table, read_schema
from compendium.project.paths import DATA
from compendium.project.problems import LedgerError, Problem

INTEGER_CELL = re.compile(r"0|-?[1-9]\d{0,14}", re.ASCII)  # each number in one way only: no -0, no 007
NUMBER_CELL = re.compile(r"-?\d{1,15}(?:\.\d{1,20})?", re.ASCII)
CELL_TYPES: dict[str, tuple[re.Pattern[str], Callable[[str], Any], str, str]] = {
    "string": (re.compile(r"[^\r\n]*"), str, "str", "text on one line"),
    "integer": (INTEGER_CELL, int, "Int64", "a whole number"),
    "number": (NUMBER_CELL, float, "Float64", "a number, with a point before its decimals"),
    "figure": (NUMBER_CELL, str, "str", "a number, with a point before its decimals"),
}
"""By type of the schema: what a cell must look like, how it is read, the type of the column, what to say.

A figure is a number whose last digit says how finely it is known, so that it is kept as it is written.

A cell is one line, so that the n-th row is the n-th line of the file, as an editor counts it.
"""


class LazyFrames(Mapping[str, pd.DataFrame]):
    """Tables by name, each made when it is first asked for, and only then."""

    def __init__(self, makers: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        """Remember how each table is made; make none."""
        self._makers = dict(makers)
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, table: str) -> pd.DataFrame:
        """Return a table; raise `KeyError` where there is none of the name, and whatever its maker raises."""
        if table not in self._made:
            self._made[table] = self._makers[table]()
        return self._made[table]

    def __contains__(self, table: object) -> bool:
        """Say whether there is a table of the name, without making it."""
        return table in self._makers

    def __iter__(self) -> Iterator[str]:
        """Return the names, in the order of the schema."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Return how many tables there are."""
        return len(self._makers)

    def __or__(self, others: Mapping[str, pd.DataFrame]) -> LazyFrames:
        """Return these tables with some replaced or added, none of them made for it."""
        return LazyFrames({name: partial(self.__getitem__, name) for name in self} | _frame_makers(others))


def _frame_makers(frames: Mapping[str, pd.DataFrame]) -> dict[str, Callable[[], pd.DataFrame]]:
    return {name: partial(frames.__getitem__, name) for name in frames}


@dataclass(frozen=True)
class Ledger:
    """All tables and their schema; `ledger["claims"]` is a DataFrame with one row a line of the file."""

    data: Path
    schema: dict[str, Table]
    frames: Mapping[str, pd.DataFrame]

    def __getitem__(self, table: str) -> pd.DataFrame:
        """Return a copy of a table, so that no page can change what another sees."""
        return self.frames[table].copy()

    def with_tables(self, **tables: pd.DataFrame) -> Ledger:
        """Return the ledger with some of its tables replaced."""
        return replace(self, frames=LazyFrames(_frame_makers(self.frames)) | tables)

    def without_source(self, source: str) -> Ledger:
        """Return the ledger as it would be had one source never been read."""

        def kept(table: str) -> pd.DataFrame:
            frame = self.frames[table]
            return frame[frame["source_id"] != source] if "source_id" in frame else frame

        return replace(self, frames=LazyFrames({name: partial(kept, name) for name in self.frames}))

    def row(self, table: str, key: str) -> dict[str, Any]:
        """Return one row by its primary key; raise `KeyError` naming table and key where there is none."""
        frame = self.frames[table]
        found = frame[frame[self.schema[table].primary_key[0]] == key]
        if found.empty:
            raise KeyError(f"{table} has no row {key!r}")
        return {str(name): value for name, value in found.iloc[0].items()}

    def load_all(self) -> Ledger:
        """Return the ledger with every table read.

        Raises
        ------
        LedgerError
            with every missing file, missing or unknown column, ragged row and cell that is not of its type.
        """
        problems: list[Problem] = []
        for name in self.frames:
            try:
                self.frames[name]
            except LedgerError as error:
                problems.extend(error.problems)
        if problems:
            raise LedgerError(problems)
        return self


CORRECTIONS = "corrections"
CellCorrection = tuple[str, str, str, str]
"""Key of a row, column, what the cell holds, and what is right."""


def load(data: Path = DATA, *, corrected: bool = True) -> Ledger:
    """Return the ledger that lies in a folder; its tables are read as they are asked for.

    Text columns hold `""` where a cell is empty; number columns hold `pandas.NA`.

    Parameters
    ----------
    corrected
        give what is right where a correction says that a source or publisher is wrong; without it, the cells as typed.

    Raises
    ------
    LedgerError
        here, where the schema cannot be read; when a table is asked for, with every fault in the form of its file.
    """
    schema = read_schema(data)

    @cache  # one table of corrections, whatever number of tables is read
    def rows() -> list[dict[str, str]]:
        return _read(data, schema[CORRECTIONS]).to_dict("records")

    def read(table: Table) -> pd.DataFrame:
        apply = corrected and CORRECTIONS in schema and is_transcribed(table)
        return _read(data, table, cell_corrections(table, rows()) if apply else ())

    return Ledger(data, schema, LazyFrames({name: partial(read, table) for name, table in schema.items()}))


def is_transcribed(table: Table) -> bool:
    """Say whether a table holds what a source or a publisher prints, so that it can be held against that."""
    columns = set(table.columns)
    return {"source_id", "paragraph"} <= columns or {"publisher", "address"} <= columns


def cell_corrections(table: Table, corrections: Iterable[Mapping[str, str]]) -> tuple[CellCorrection, ...]:
    """Return the changes that the corrections in force make to what the source or publisher of a table prints."""
    return tuple(
        (row["row_id"], row["column"], row["old"], row["new"])
        for row in corrections
        if row["table"] == table.name and row["kind"] == "source" and not row["retired_on"]
    )


def row_key(table: Table, row: Mapping[str, Any]) -> str:
    """Return the primary key of a row as one text, its parts separated as in a list."""
    return SEPARATOR.join(str(row[name]) for name in table.primary_key)


def _read(data: Path, table: Table, changes: Iterable[CellCorrection] = ()) -> pd.DataFrame:
    problems: list[Problem] = []
    frame = _parsed(data, table, problems, changes)
    if problems:
        raise LedgerError(problems)
    return frame


def _parsed(data: Path, table: Table, problems: list[Problem], changes: Iterable[CellCorrection] = ()) -> pd.DataFrame:
    reader = None
    try:
        text = (data / table.path).read_bytes().decode("utf-8")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header, *rows = list(reader) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        line = reader.line_num if reader else _error_line(error)
        problems.append(Problem(table.path, line, "", str(error), "a CSV file in UTF-8"))
        return pd.DataFrame(columns=table.columns)
    if header != table.columns:
        problems.append(Problem(table.path, 1, "", ",".join(header), ",".join(table.columns)))
        return pd.DataFrame(columns=table.columns)
    whole: list[tuple[int, list[str]]] = []
    for line, row in enumerate(rows, 2):
        if len(row) == len(header):
            whole.append((line, row))
        else:
            problems.append(Problem(table.path, line, "", f"{len(row)} cells", f"{len(header)} cells"))
    for key, column, old, new in changes:
        for _, row in whole:
            cells = dict(zip(header, row, strict=True))
            if row_key(table, cells) == key and cells.get(column) == old:
                row[header.index(column)] = new
    columns = {
        field.name: _convert_column(table, field, [(line, row[place]) for line, row in whole], problems)
        for place, field in enumerate(table.fields)
    }
    return pd.DataFrame(columns)


def _error_line(error: Exception) -> int:
    """Return the line of the first byte that is no text; 0 for any other error."""
    return error.object[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 0


def _convert_column(
    table: Table, field: Field, cells: list[tuple[int, str]], problems: list[Problem]
) -> pd.Series[Any]:
    form, cast, dtype, expected = CELL_TYPES[field.cell_type]
    values: list[Any] = []
    for line, cell in cells:
        fits = form.fullmatch(cell) or not cell
        if not fits:
            problems.append(Problem(table.path, line, field.name, cell, expected))
        values.append(cast(cell) if fits and (cell or dtype == "str") else None)
    return pd.Series(values, dtype=dtype)
