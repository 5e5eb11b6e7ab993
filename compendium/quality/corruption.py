"""Wrong cells, as somebody would mistype them: one digit, sign, unit, period, id, code or locator of a ledger changed.

Which cell, and what it becomes, follows from a seed and a number alone, so that every corruption can be made again.
It spoils files where it is told to; whether anything notices is the office of `compendium.quality.guarded`.
"""

from __future__ import annotations

import csv
import re
import string
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from random import Random

from compendium.ledger.schema import SEPARATOR, Field, Table, read_schema

KINDS = ("digit", "sign", "unit", "period", "id", "code", "locator")
DIGIT = re.compile(r"[0-9]")
NUMBER = re.compile(r"[-−+]?(?=[0-9])")
YEAR_MONTH_DAY = re.compile(r"(?<![0-9])([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?![0-9])")
LOCATOR = "paragraph"
EVERY_YEAR = 28
"""The last day that every month has."""


@dataclass(frozen=True)
class Corruption:
    """One cell that is to be wrong: where it stands, what it holds, what it is to hold.

    `row` is the line of the file as an editor counts it; `table` is the name of the table that lies in `file`.
    """

    number: int
    kind: str
    table: str
    file: str
    row: int
    column: str
    old: str
    new: str

    def __str__(self) -> str:
        """Say it in one line: `file:row:column: old -> new`."""
        return f"{self.file}:{self.row}:{self.column}: {_cut(self.old)} -> {_cut(self.new)}"


def _cut(cell: str, most: int = 60) -> str:
    return repr(cell) if len(cell) <= most else f"{cell[:most]!r}…"


@dataclass(frozen=True)
class Place:
    """A cell that can be spoilt in some way: its table and field, and its row, counted from nought."""

    table: Table
    field: Field
    row: int


class Corruptions:
    """All that can be made wrong in the ledger of a folder."""

    def __init__(self, data: Path) -> None:
        """Read every table as it stands.

        Raises
        ------
        LedgerError
            where the schema cannot be read.
        OSError, ValueError
            where a table cannot; a sound ledger has none of these.
        """
        self.schema = read_schema(data)
        self.rows = {name: _rows(data / table.path) for name, table in self.schema.items()}

    @cached_property
    def units(self) -> list[str]:
        """Return every unit that some cell of the ledger is in."""
        known = {
            row[place]
            for table in self.schema.values()
            for place, field in enumerate(table.fields)
            if field.semantic_type == "unit"
            for row in self.rows[table.name]
        }
        return sorted(known - {""})

    @cached_property
    def columns(self) -> dict[str, list[list[Place]]]:
        """Return by kind the columns that hold something to be spoilt in that way, each with its cells."""
        found: dict[str, list[list[Place]]] = {kind: [] for kind in KINDS}
        for table in self.schema.values():
            for at, field in enumerate(table.fields):
                for kind in kinds_of(table, field):
                    cells = [
                        Place(table, field, n)
                        for n, row in enumerate(self.rows[table.name])
                        if self.fits(kind, row[at])
                    ]
                    if cells:
                        found[kind].append(cells)
        return found

    @staticmethod
    def fits(kind: str, cell: str) -> bool:
        """Say whether a cell of a column holds what a kind of corruption changes."""
        return bool(DIGIT.search(cell)) if kind in ("digit", "sign", "period") else bool(cell)

    def corruption(self, seed: int, number: int) -> Corruption:
        """Return the corruption of a number: its kind, then a column that can have it, then a cell, each by chance.

        A column counts once however many rows it has, so that small tables are tried as well as large ones.
        """
        random = Random(f"{seed}.{number}")
        while True:
            kind = random.choice([kind for kind in KINDS if self.columns[kind]])
            place = random.choice(random.choice(self.columns[kind]))
            old = self.rows[place.table.name][place.row][place.table.columns.index(place.field.name)]
            new = self._spoilt(kind, place, old, random)
            if new != old:
                table = place.table
                return Corruption(number, kind, table.name, table.path, place.row + 2, place.field.name, old, new)

    def _spoilt(self, kind: str, place: Place, old: str, random: Random) -> str:
        makers: dict[str, Callable[[str, Random], str]] = {
            "digit": another_digit,
            "sign": another_sign,
            "unit": partial(another_of, self.units),
            "period": another_period,
            "id": partial(another_id, self._known(place)),
            "code": partial(another_of, place.field.vocabulary),
            "locator": neighbour,
        }
        return makers[kind](old, random)

    def _known(self, place: Place) -> list[str]:
        """Return the ids that could stand in a cell: those of the table it refers to, or of its own column."""
        table, column = refers_to(place.table, place.field)
        at = self.schema[table].columns.index(column)
        return sorted({row[at] for row in self.rows[table]} - {""})


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))[1:]


def refers_to(table: Table, field: Field) -> tuple[str, str]:
    """Return the table and column whose ids a field holds; its own where it refers to none."""
    for own, other, column in table.foreign_keys:
        if own == field.name:
            return other, column
    if field.semantic_type.startswith("list of "):
        other, _, column = field.semantic_type.removeprefix("list of ").partition(".")
        return other, column
    return table.name, field.name


def kinds_of(table: Table, field: Field) -> Iterator[str]:
    """Yield the ways in which the cells of a field can be wrong, as its schema tells."""
    names = field.type == "string" and (
        field.name in table.primary_key or refers_to(table, field) != (table.name, field.name)
    )
    if field.name == LOCATOR or (field.type == "integer" and field.name in table.primary_key):
        yield "locator"
    elif names and field.name != "as_printed":
        yield "id"
    elif field.semantic_type == "unit":
        yield "unit"
    elif field.semantic_type == "edtf":
        yield "period"
    elif field.vocabulary:
        yield "code"
    else:
        yield "digit"
        if field.type != "string" or field.semantic_type == "figure" or field.name == "as_printed":
            yield "sign"


# --- what a cell becomes


def another_digit(cell: str, random: Random) -> str:
    """Return a cell with one of its digits another one."""
    at = random.choice([found.start() for found in DIGIT.finditer(cell)])
    return cell[:at] + random.choice([digit for digit in string.digits if digit != cell[at]]) + cell[at + 1 :]


def another_sign(cell: str, random: Random) -> str:
    """Return a cell whose first number has a minus where it had none, or none where it had one."""
    found = next(NUMBER.finditer(cell))
    return cell[: found.start()] + ("" if found[0] in ("-", "−") else "-") + cell[found.end() :]


def another_of(known: Sequence[str], cell: str, random: Random) -> str:
    """Return another one of the values that a cell may hold."""
    others = [value for value in known if value != cell]
    return random.choice(others) if others else cell


def another_period(cell: str, random: Random) -> str:
    """Return a date or period with one year, month or day of it another one."""
    found = random.choice(list(YEAR_MONTH_DAY.finditer(cell)))
    parts = [part for part in found.groups() if part]
    at = random.randrange(len(parts))
    if at == 0:
        parts[0] = f"{int(parts[0]) + random.choice([-2, -1, 1, 2]):04d}"
    else:
        parts[at] = (
            f"{random.choice([n for n in range(1, 13 if at == 1 else EVERY_YEAR + 1) if n != int(parts[at])]):02d}"
        )
    return cell[: found.start()] + "-".join(parts) + cell[found.end() :]


def another_id(known: Sequence[str], cell: str, random: Random) -> str:
    """Return a cell with an id of its list another one, or mistyped: a sign left out, doubled or exchanged."""
    items = cell.split(SEPARATOR)
    at = random.randrange(len(items))
    items[at] = another_of(known, items[at], random) if random.random() < 0.5 else mistyped(items[at], random)
    return SEPARATOR.join(items)


def mistyped(word: str, random: Random) -> str:
    """Return a word with one sign left out, doubled, exchanged with the next, or replaced by a letter."""
    at = random.randrange(len(word))
    forms = [
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        word[:at] + random.choice(string.ascii_lowercase) + word[at + 1 :],
    ]
    return random.choice([form for form in forms if form and form != word] or [word + word])


def neighbour(cell: str, random: Random) -> str:
    """Return a whole number by one or two more or less, never below one."""
    return str(max(1, int(cell) + random.choice([-2, -1, 1, 2])))


# --- in a folder


@contextmanager
def spoilt(data: Path, corruption: Corruption) -> Iterator[None]:
    """Let the ledger of a folder have the wrong cell, and give the file back as it was."""
    path = data / corruption.file
    before = path.read_bytes()
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, strict=True))
    at = lines[0].index(corruption.column)
    if lines[corruption.row - 1][at] != corruption.old:
        raise ValueError(f"{corruption}: the cell holds {lines[corruption.row - 1][at]!r}")
    lines[corruption.row - 1][at] = corruption.new
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)
        yield
    finally:
        path.write_bytes(before)
