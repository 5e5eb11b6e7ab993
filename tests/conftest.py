import csv
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from compendium.corroborate import Checked, corroborate
from compendium.ledger import DATA, ROOT, Ledger, load
from compendium.reconcile import Reconciliation, reconcile

# The same examples in every run, no clock on them, and nothing left in the folder.
settings.register_profile("book", deadline=None, derandomize=True, database=None)
settings.load_profile("book")
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(ROOT / ".cache" / "hypothesis")


# --- the ledger itself and what follows from it, worked out once; tests read it and change nothing


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return load()


@pytest.fixture(scope="session")
def reconciled_ledger(ledger: Ledger) -> Reconciliation:
    return reconcile(ledger)


@pytest.fixture(scope="session")
def corroborated_ledger(ledger: Ledger) -> dict[str, Checked]:
    return corroborate(ledger)


# --- copies of it


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
