import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from compendium.ledger import DATA


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the ledger that a test may spoil."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.fixture
def spoil(data: Path) -> Callable[..., int]:
    """Change one cell of the copied ledger; returns the line of the file it stands in."""

    def change(table: str, key: str, column: str, value: str) -> int:
        path = data / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        place = next(n for n, row in enumerate(rows) if row[0] == key)
        rows[place][header.index(column)] = value
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
        return place + 2

    return change
