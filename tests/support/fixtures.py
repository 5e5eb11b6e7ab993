"""Fixtures on the small made-up compendium, for the tests of every room.

`small` is its ledger, read and never changed; `small_data` is a copy whose cells a test may spoil with `spoil_small`;
`small_project` is a copy of all of it, with the engine; `small_site` is the site that is built of it, once in a run.
"""

import csv
import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from compendium.analysis.corroboration import Corroboration, corroborate
from compendium.ledger.loader import Ledger, load
from compendium.ledger.schema import read_schema
from compendium.reconciliation.reconcile import Reconciliation, reconcile
from tests.support.elsewhere import run
from tests.support.making import make_project, small_folder

Site = tuple[Path, subprocess.CompletedProcess[str]]
"""The folder of a site's pages, and how its build ended."""


@pytest.fixture(scope="session")
def small() -> Ledger:
    """The small ledger, whose answers are worked out by hand in `tests/support/test_compendium.py`."""
    return load(small_folder())


@pytest.fixture(scope="session")
def small_reconciled(small: Ledger) -> Reconciliation:
    return reconcile(small)


@pytest.fixture(scope="session")
def small_corroborated(small: Ledger) -> dict[str, Corroboration]:
    return corroborate(small)


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """A copy of the small ledger's data that a test may spoil."""
    return Path(shutil.copytree(small_folder(), tmp_path / "data"))


@pytest.fixture
def spoil_small(small_data: Path) -> Callable[..., int]:
    """Change one cell of the copy: table, key of the row, column, value; returns the line that it stands in."""

    def change(table: str, key: str, column: str, value: str) -> int:
        path = small_data / read_schema(small_data)[table].path
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        place = next(place for place, row in enumerate(rows) if row[0] == key)
        rows[place][header.index(column)] = value
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
        return place + 2

    return change


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """A copy of the small compendium with the engine beside it, in which a test may run any command."""
    return make_project(tmp_path / "project")


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of the small compendium, built once for all workers of a run; its project lies two folders above."""
    top = tmp_path_factory.getbasetemp()
    # Each worker has a folder of its own in one that they share; a run without workers shares nothing.
    into = (top.parent if "PYTEST_XDIST_WORKER" in os.environ else top) / "small"
    into.mkdir(exist_ok=True)
    root, ended = into / "project", into / "ended.json"
    with (into / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # falls with the process, however that ends
        if not ended.is_file():
            done = run(make_project(root), "-m", "compendium", "build")
            if "Address already in use" in done.stderr:  # another program was quicker to take the port of a kernel
                done = run(root, "-m", "compendium", "build")
            ended.write_text(json.dumps([done.args, done.returncode, done.stdout, done.stderr]), encoding="utf-8")
    return root / "_build" / "html", subprocess.CompletedProcess(*json.loads(ended.read_text(encoding="utf-8")))
