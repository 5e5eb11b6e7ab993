"""Copies of the small ledger in which several cells are spoilt at once, so that one validation finds them all."""

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path

from compendium.ledger.schema import read_schema as tables_of
from tests.support.making import small_folder

Place = tuple[str, str, str]
"""Table, key of the row, column."""


def spoilt_copy(folder: Path, cells: Iterable[tuple[str, str, str, str]]) -> tuple[Path, dict[Place, int]]:
    """Copy the small ledger into a folder and change cells: table, key, column, value.

    Returns
    -------
    the folder of the copy, and the line each cell stands in.
    """
    data = Path(shutil.copytree(small_folder(), folder / "data"))
    lines: dict[Place, int] = {}
    by_table: dict[str, list[tuple[str, str, str]]] = {}
    for table, *cell in cells:
        by_table.setdefault(table, []).append((cell[0], cell[1], cell[2]))
    for table, changes in by_table.items():
        path = data / tables_of(data)[table].path
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        for key, column, value in changes:
            place = next(place for place, row in enumerate(rows) if row[0] == key)
            rows[place][header.index(column)] = value
            lines[table, key, column] = place + 2
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return data, lines
