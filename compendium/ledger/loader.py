"""The `Ledger`: all tables of `data/`, parsed from CSV and converted to the types of their schema.

A table is loaded on first access, so that a page depends only on the files it uses. Loading is strict about form
(columns, types); content is checked in `compendium.curation.validation`. No cell is filled or dropped. Cells that a row
of `corrections` declares wrong in a source are replaced in memory; the files keep what was printed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from compendium.ledger.records import records
from compendium.ledger.schema import SEPARATOR, Field, Table, read_schema
from compendium.project.paths import DATA
from compendium.project.problems import LedgerError, Problem

INTEGER_CELL = re.compile(r"0|-?[1-9]\d{0,14}", re.ASCII)  # one spelling a number: no -0, no 007
NUMBER_CELL = re.compile(r"-?\d{1,15}(?:\.\d{1,20})?", re.ASCII)


class CellType(NamedTuple):
    """Form of the cells of a column: their pattern, conversion, pandas dtype, and what messages expect."""

    pattern: re.Pattern[str]
    convert: Callable[[str], Any]
    dtype: str
    expected: str


CELL_TYPES: dict[str, CellType] = {
    "string": CellType(re.compile(r"[^\r\n]*"), str, "str", "text on one line"),
    "integer": CellType(INTEGER_CELL, int, "Int64", "a whole number"),
    "number": CellType(NUMBER_CELL, float, "Float64", "a number, with a point before its decimals"),
    "figure": CellType(NUMBER_CELL, str, "str", "a number, with a point before its decimals"),
}
"""Cell types by `Field.cell_type`.

A figure is a number that stays text, because its digits express its precision. No cell has a line break, so that the
n-th row is on the n-th line of the file.
"""


class LazyFrames(Mapping[str, pd.DataFrame]):
    """Tables by name, each made on first access."""

    def __init__(self, makers: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        """Keep the function that makes each table."""
        self._makers = dict(makers)
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, table: str) -> pd.DataFrame:
        """Return a table; raise `KeyError` for an unknown name, and whatever its maker raises."""
        if table not in self._made:
            self._made[table] = self._makers[table]()
        return self._made[table]

    def __contains__(self, table: object) -> bool:
        """Return whether there is a table of the name, without making it."""
        return table in self._makers

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names in the order of the schema."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Return the number of tables."""
        return len(self._makers)

    def __or__(self, others: Mapping[str, pd.DataFrame]) -> LazyFrames:
        """Return these tables with some replaced or added, without making any."""
        return LazyFrames({name: partial(self.__getitem__, name) for name in self} | _frame_makers(others))


def _frame_makers(frames: Mapping[str, pd.DataFrame]) -> dict[str, Callable[[], pd.DataFrame]]:
    return {name: partial(frames.__getitem__, name) for name in frames}


@dataclass(frozen=True)
class Ledger:
    """All tables and their schema; `ledger["claims"]` is a DataFrame, one row a line of the file."""

    data: Path
    schema: dict[str, Table]
    frames: Mapping[str, pd.DataFrame]

    def __getitem__(self, table: str) -> pd.DataFrame:
        """Return a copy of a table, so that callers cannot change each other's data."""
        return self.frames[table].copy()

    def with_tables(self, **tables: pd.DataFrame) -> Ledger:
        """Return the ledger with some of its tables replaced."""
        return replace(self, frames=LazyFrames(_frame_makers(self.frames)) | tables)

    def without_source(self, source: str) -> Ledger:
        """Return the ledger without the rows of one source (column `source_id`) in any table."""

        def kept(table: str) -> pd.DataFrame:
            frame = self.frames[table]
            return frame[frame["source_id"] != source] if "source_id" in frame else frame

        return replace(self, frames=LazyFrames({name: partial(kept, name) for name in self.frames}))

    def row(self, table: str, key: str) -> dict[str, Any]:
        """Return one row by its primary key; raise `KeyError` naming table and key if there is none."""
        frame = self.frames[table]
        found = frame[frame[self.schema[table].primary_key[0]] == key]
        if found.empty:
            raise KeyError(f"{table} has no row {key!r}")
        return {str(name): value for name, value in found.iloc[0].items()}

    def load_all(self) -> Ledger:
        """Load every table and return the ledger.

        Raises
        ------
        LedgerError
            with every missing file, missing or unknown column, ragged row and malformed cell.
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
OWN_ERROR, SOURCE_ERROR = "ours", "source"


@dataclass(frozen=True)
class Correction:
    """Row of the table `corrections`: a cell that was wrong, and what is right."""

    kind: str
    """`ours`: an error of this ledger, changed in the file; `source`: an error of a source, which the file keeps."""
    table: str
    """Name of the corrected table."""
    row_id: str
    """Key of the corrected row (`row_key`)."""
    column: str
    old: str
    """Wrong value; `""` for an empty cell."""
    new: str
    """Right value; `""` for an empty cell."""
    why: str = ""
    corrected_on: str = ""
    """Date in EDTF."""
    expect: str = ""
    """Words that the source must still print; if they are gone, the source has been corrected itself."""
    retired_on: str = ""
    """Date in EDTF since when the correction is no longer needed; `""` while it is in force."""


def read_corrections(ledger: Ledger) -> list[Correction]:
    """Return the corrections in order of the file, retired ones included; none if there is no such table."""
    return _corrections(ledger.frames[CORRECTIONS]) if CORRECTIONS in ledger.frames else []


def _corrections(frame: pd.DataFrame) -> list[Correction]:
    names = [own.name for own in fields(Correction) if own.name in frame]
    return [Correction(**{name: row[name] for name in names}) for row in records(frame)]


def load(data: Path = DATA, *, corrected: bool = True) -> Ledger:
    """Return the ledger in a folder; its tables are loaded on first access.

    An empty cell is `""` in text columns and `pandas.NA` in number columns.

    Parameters
    ----------
    corrected
        whether errors of sources and publishers are replaced by the corrections in force; else the cells as typed.

    Raises
    ------
    LedgerError
        if the schema cannot be read; and on access to a table, with every fault in the form of its file.
    """
    schema = read_schema(data)

    @cache  # read once for all tables
    def corrections() -> list[Correction]:
        return _corrections(_read(data, schema[CORRECTIONS]))

    def read(table: Table) -> pd.DataFrame:
        apply = corrected and CORRECTIONS in schema and is_transcribed(table)
        return _read(data, table, cell_corrections(table, corrections()) if apply else ())

    return Ledger(data, schema, LazyFrames({name: partial(read, table) for name, table in schema.items()}))


def is_transcribed(table: Table) -> bool:
    """Return whether a table transcribes a source or publisher: it has their columns to locate the text."""
    columns = set(table.columns)
    return {"source_id", "paragraph"} <= columns or {"publisher", "address"} <= columns


def cell_corrections(table: Table, corrections: Iterable[Correction]) -> list[Correction]:
    """Return the corrections in force of errors of the sources or publishers of a table."""
    return [one for one in corrections if one.table == table.name and one.kind == SOURCE_ERROR and not one.retired_on]


def row_key(table: Table, row: Mapping[str, Any]) -> str:
    """Return the primary key of a row as one text, its parts joined by `SEPARATOR`."""
    return SEPARATOR.join(str(row[name]) for name in table.primary_key)


def _read(data: Path, table: Table, changes: Iterable[Correction] = ()) -> pd.DataFrame:
    """Return the table in a file with some cells changed; raise `LedgerError` with every fault in its form."""
    reader = None
    try:
        text = (data / table.path).read_bytes().decode("utf-8")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header, *rows = list(reader) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        line = reader.line_num if reader else _error_line(error)
        raise LedgerError([Problem(table.path, line, "", str(error), "a CSV file in UTF-8")]) from None
    if header != table.columns:
        raise LedgerError([Problem(table.path, 1, "", ",".join(header), ",".join(table.columns))])
    width = len(header)
    whole = [(line, row) for line, row in enumerate(rows, 2) if len(row) == width]
    problems = [
        Problem(table.path, line, "", f"{len(row)} cells", f"{width} cells")
        for line, row in enumerate(rows, 2)
        if len(row) != width
    ]
    for change in changes:
        for _, row in whole:
            cells = dict(zip(header, row, strict=True))
            if row_key(table, cells) == change.row_id and cells.get(change.column) == change.old:
                row[header.index(change.column)] = change.new
    columns = {
        field.name: _convert_column(table, field, [(line, row[place]) for line, row in whole], problems)
        for place, field in enumerate(table.fields)
    }
    if problems:
        raise LedgerError(problems)
    return pd.DataFrame(columns)


def _error_line(error: Exception) -> int:
    """Return the line of the first byte that is not UTF-8; 0 for any other error."""
    return error.object[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 0


def _convert_column(
    table: Table, field: Field, cells: list[tuple[int, str]], problems: list[Problem]
) -> pd.Series[Any]:
    kind = CELL_TYPES[field.cell_type]
    values: list[Any] = []
    for line, cell in cells:
        fits = kind.pattern.fullmatch(cell) or not cell
        if not fits:
            problems.append(Problem(table.path, line, field.name, cell, kind.expected))
        values.append(kind.convert(cell) if fits and (cell or kind.dtype == "str") else None)
    return pd.Series(values, dtype=kind.dtype)
