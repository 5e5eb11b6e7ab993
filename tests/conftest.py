import csv
import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from playwright.sync_api import Browser

from compendium.analysis.corroboration import Corroboration, corroborate
from compendium.ledger.loader import Ledger, load
from compendium.project.paths import DATA, ROOT
from compendium.reconciliation.reconcile import Reconciliation, reconcile

# The same examples in every run, no clock on them, and nothing left in the folder.
settings.register_profile("book", deadline=None, derandomize=True, database=None)
settings.load_profile("book")
# Where the engine is changed on purpose, an example that fails is enough: nobody reads the smallest one.
settings.register_profile("mutants", settings.get_profile("book"), phases=(Phase.explicit, Phase.generate))
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(ROOT / ".cache" / "hypothesis")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and begin with the slow modules, so that none is left for the end."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


# --- the ledger itself and what follows from it, worked out once; tests read it and change nothing


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return load()


@pytest.fixture(scope="session")
def reconciled_ledger(ledger: Ledger) -> Reconciliation:
    return reconcile(ledger)


@pytest.fixture(scope="session")
def corroborated_ledger(ledger: Ledger) -> dict[str, Corroboration]:
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


Built = tuple[Path, subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site, built once for all workers of a test run: the folder of its pages, and how the build ended."""
    from tests.support.site_pages import build_site_in_subprocess  # imported late: most workers never build

    top = tmp_path_factory.getbasetemp()
    # Each worker has a folder of its own in one that they share; a run without workers shares nothing.
    into = (top.parent if "PYTEST_XDIST_WORKER" in os.environ else top) / "site"
    into.mkdir(exist_ok=True)
    ended = into / "ended.json"
    with (into / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # falls with the process, however that ends
        if not ended.is_file():
            run = build_site_in_subprocess(into)
            ended.write_text(json.dumps([run.args, run.returncode, run.stdout, run.stderr]), encoding="utf-8")
    return into / "_build" / "html", subprocess.CompletedProcess(*json.loads(ended.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """This machine's Chromium. Without one a test is skipped; where `NEED_BROWSER` is set, as CI does, it fails."""
    from compendium.project.browser import BROWSERS, browsing, chromium

    found = chromium()
    if not found:
        said = f"no Chromium here, so no page was looked at: none of {', '.join(BROWSERS)} is found, nor CHROME_PATH"
        (pytest.fail if os.environ.get("NEED_BROWSER") else pytest.skip)(said)
    with browsing(found) as opened:
        yield opened
