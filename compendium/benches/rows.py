"""The rows that a measurement gives, and how they come into the tables of the data.

A row says what was measured and what it is held against; whether an aim is met is computed where it is shown.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from compendium.benches.timing import Taken, machine
from compendium.ledger.schema import Table, read_schema

TABLE = "build_benchmarks"
SECONDS, BEYOND, TIMES = "seconds", "seconds beyond the cells", "times"
"""The units of an aim."""


@dataclass(frozen=True)
class Row:
    """What was measured once or several times, and what it is held against.

    `cells` are the seconds that the notebooks' own cells take of it, spread over the cores; `against` says what
    `other` is the time of; `aim` is the most that it should be, in `unit`.
    """

    name: str
    part: str
    what: str
    taken: Taken
    against: str = ""
    other: float | None = None
    cells: float | None = None
    chapters: int | None = None
    claims: int | None = None
    aim: float | None = None
    unit: str = ""

    @property
    def ratio(self) -> float | None:
        """Return how many times the other time it took, both rounded as they are written."""
        other = round(self.other, 2) if self.other else 0
        return round(round(self.taken.seconds, 2) / other, 2) if other else None

    def record(self) -> dict[str, str]:
        """Return the cells of its line in the table, by column: made today, on this machine."""
        cells: dict[str, Any] = {
            "name": self.name,
            "part": self.part,
            "what": self.what,
            "chapters": self.chapters,
            "claims": self.claims,
            "seconds": _rounded(self.taken.seconds),
            "spread_seconds": _rounded(self.taken.spread),
            "runs": len(self.taken.times),
            "cells_seconds": _rounded(self.cells),
            "against": self.against,
            "against_seconds": _rounded(self.other),
            "ratio": _rounded(self.ratio),
            "aim": self.aim,
            "aim_unit": self.unit,
            "measured": date.today().isoformat(),
            "machine": machine(),
        }
        return {name: "" if value is None else str(value) for name, value in cells.items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def put(data: Path, table: str, records: Iterable[Mapping[str, str]], replaced: Callable[[Mapping[str, str]], bool]) \
        -> None:  # fmt: skip
    """Write records into a table in place of those that they replace, whole or not at all; the others stay.

    New records stand where the first of those that they replace stood, or at the end.
    """
    described = read_schema(data)[table]
    path = data / described.path
    with path.open(encoding="utf-8", newline="") as file:
        before = list(csv.DictReader(file))
    places = [place for place, record in enumerate(before) if replaced(record)]
    first = places[0] if places else len(before)
    kept = [record for record in before[first:] if not replaced(record)]
    _write(path, described, [*before[:first], *records, *kept])


def _write(path: Path, table: Table, records: Iterable[Mapping[str, str]]) -> None:
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
    partial.replace(path)
