"""Statistical series of the ledger: their identifiers at a publisher's service, and the rows of their observations.

Tables are kept as text, line by line, so that changing a row leaves the other lines untouched to the byte. Observations
that disagree with their series or id raise an error. No network, no writing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from compendium.ledger.loader import load
from compendium.ledger.observations import SERIES_FOLDER
from compendium.ledger.schema import SEPARATOR
from compendium.project.problems import LedgerError, Problem, describe_choices

SERIES_FILE, REVISIONS_FILE = f"{SERIES_FOLDER}/series.csv", f"{SERIES_FOLDER}/revisions.csv"
SERVICES = {"worldbank": "https://api.worldbank.org/v2"}
"""Base address of each service, by its name in the series table."""
COLUMNS = {
    SERIES_FILE: "series_id service code table areas metric_id counterpart_area measure base_metric_id unit licence",
    REVISIONS_FILE: "observation_id value entered replaced_on address",
}
"""Columns that a refresh needs, by table; every other table has `OBSERVATION_COLUMNS`."""
OBSERVATION_COLUMNS = (
    "observation_id metric_id ref_area counterpart_area period population measure base_metric_id base_area "
    "base_counterpart base_period value unit obs_status reporter publisher original_source address licence quality "
    "stated_on entered note"
)
"""Columns that a refresh needs in a table of observations."""
SHARED_COLUMNS = ("metric_id", "counterpart_area", "measure", "base_metric_id", "unit")
"""Columns that an observation shares with the row of its series."""

AreaYear = tuple[str, int]
"""Reference area and year: the key of an observation within its series."""


@dataclass(frozen=True)
class Series:
    """One statistical series: `code` at its service, and the columns of its observations in the ledger."""

    series_id: str
    service: str
    code: str
    table: str
    areas: tuple[str, ...]
    metric_id: str
    counterpart_area: str
    measure: str
    base_metric_id: str
    unit: str
    licence: str

    @property
    def path(self) -> str:
        """Return the path of the table of its observations in the ledger."""
        return f"{SERIES_FOLDER}/{self.table}.csv"

    def observation_id(self, area: str, year: int) -> str:
        """Return the permanent id of an observation."""
        return f"{self.table}.{self.series_id}-{area.lower()}-{year}"

    def parse_observation_id(self, observation_id: str) -> AreaYear | None:
        """Return area and year of an observation id of this series; `None` for any other id."""
        own = re.escape(f"{self.table}.{self.series_id}")
        match = re.fullmatch(rf"{own}-([a-z]{{3}})-([0-9]{{4}})", observation_id)
        return (match[1].upper(), int(match[2])) if match and match[1].upper() in self.areas else None


@dataclass(frozen=True)
class RawTable:
    """A CSV table with its text, one row a line, so that unchanged lines can be kept to the byte."""

    path: str
    text: str
    header: list[str]
    rows: list[dict[str, str]]

    @classmethod
    def parse(cls, path: str, text: str) -> RawTable:
        """Return the table in a text."""
        header, *rows = csv.reader(cls._lines(text), strict=True)
        return cls(path, text, header, [dict(zip(header, row, strict=True)) for row in rows])

    def with_rows(self, replacements: Mapping[int, Mapping[str, str]], additions: Iterable[Mapping[str, str]]) -> str:
        """Return the text with some rows replaced, by index from 0, and others appended."""
        lines = self._lines(self.text)
        for place, row in replacements.items():
            lines[place + 1] = self._line(row)
        return "\n".join([*lines, *map(self._line, additions), ""])

    @staticmethod
    def _lines(text: str) -> list[str]:
        # Not splitlines(): it also splits at characters that a cell may contain.
        return text.removesuffix("\n").split("\n")

    def _line(self, row: Mapping[str, str]) -> str:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([row.get(name, "") for name in self.header])
        return line.getvalue()


class SeriesTables(NamedTuple):
    """A series with the table of its observations and the table of revisions (replaced values)."""

    series: Series
    observations: RawTable
    revisions: RawTable


def open_series(data: Path, series_id: str) -> SeriesTables:
    """Return a series of a ledger and its tables.

    Raises
    ------
    LedgerError
        if the ledger cannot be read, has no such series, or its observations disagree with it.
    """
    paths = {table.path for table in load(data).load_all().schema.values()}
    series = find_series(read_raw_table(data, SERIES_FILE, paths), series_id)
    table = read_raw_table(data, series.path, paths)
    row_by_area_year(series, table)
    return SeriesTables(series, table, read_raw_table(data, REVISIONS_FILE, paths))


def read_raw_table(data: Path, path: str, table_paths: Iterable[str]) -> RawTable:
    """Return a table of the ledger with its text.

    Raises
    ------
    LedgerError
        if the descriptor has no such table, a column is missing, or a line ends with a carriage return.
    """
    if path not in table_paths:
        expected = f"it in the descriptor, or {describe_choices(table_paths, path)}"
        raise LedgerError([Problem(path, 0, "", "no such table", expected)])
    text = (data / path).read_bytes().decode("utf-8")
    if "\r" in text:
        raise LedgerError([Problem(path, 0, "", "\r", "lines that end with a line feed alone")])
    table = RawTable.parse(path, text)
    lacking = [name for name in COLUMNS.get(path, OBSERVATION_COLUMNS).split() if name not in table.header]
    if lacking:
        expected = "the column, which a refresh needs"
        raise LedgerError(Problem(path, 1, name, "no such column", expected) for name in lacking)
    return table


def find_series(table: RawTable, series_id: str) -> Series:
    """Return a series; raise `LedgerError` if there is none, naming the nearest ids, or if a cell is invalid."""
    names = [row["series_id"] for row in table.rows]
    if series_id not in names:
        raise LedgerError([Problem(SERIES_FILE, 0, "series_id", series_id, describe_choices(names, series_id))])
    place = names.index(series_id)
    row = table.rows[place]
    problems = [
        Problem(SERIES_FILE, place + 2, column, row[column], expected) for column, expected in _unfit_cells(row)
    ]
    if problems:
        raise LedgerError(problems)
    cells: dict[str, Any] = {column: row[column] for column in COLUMNS[SERIES_FILE].split()}
    return Series(**cells | {"areas": tuple(row["areas"].split(SEPARATOR))})


def _unfit_cells(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield column and expected content of each invalid cell of a series."""
    if row["service"] not in SERVICES:
        yield "service", describe_choices(SERVICES, row["service"])
    if not re.fullmatch(r"[A-Za-z0-9_.]+", row["code"]):
        yield "code", "the service's own code: letters, digits, points and underscores"
    if not re.fullmatch(r"[a-z]+(?:-[a-z]+)*", row["table"]):
        yield "table", f"the name of a table in {SERIES_FOLDER}/"
    areas = row["areas"].split(SEPARATOR)
    if len(set(areas)) < len(areas) or not all(re.fullmatch(r"[A-Z]{3}", area) for area in areas):
        yield "areas", f"codes of three capitals (ISO 3166-1), each once, separated by {SEPARATOR!r}"


def row_by_area_year(series: Series, table: RawTable) -> dict[AreaYear, int]:
    """Return the index, from 0, of each observation of a series in its table, by area and year.

    Raises
    ------
    LedgerError
        if a row disagrees with its series or id, or there is no row to take the publisher from.
    """
    found: dict[AreaYear, int] = {}
    problems: list[Problem] = []
    for place, row in enumerate(table.rows):
        key = series.parse_observation_id(row["observation_id"])
        if not key:
            continue
        wrong = list(_foreign_cells(series, key, row))
        if key in found:
            wrong.append(("observation_id", "each id once"))
        problems += [Problem(table.path, place + 2, name, row[name], expected) for name, expected in wrong]
        found[key] = place
    if not found:
        expected = "an observation of it, from which a new one has its publisher"
        problems = [Problem(table.path, 0, "observation_id", f"none of {series.series_id}", expected)]
    if problems:
        raise LedgerError(problems)
    return found


def _foreign_cells(series: Series, key: AreaYear, row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield column and expected content of each cell that disagrees with the series or the id."""
    area, year = key
    right = {name: getattr(series, name) for name in SHARED_COLUMNS} | {"ref_area": area, "period": f"{year:04}"}
    for name, value in right.items():
        if row[name] != value:
            yield name, f"{value!r}, as its series and its id have it"
    if row["value"] and not _is_number(row["value"]):
        yield "value", "a decimal number"


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
