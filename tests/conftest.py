import fcntl
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from playwright.sync_api import Browser

from compendium.project.paths import ROOT

# The same examples in every run, no clock on them, and nothing left in the folder.
settings.register_profile("book", deadline=None, derandomize=True, database=None)
settings.load_profile("book")
# Where the engine is changed on purpose, an example that fails is enough: nobody reads the smallest one.
settings.register_profile("mutants", settings.get_profile("book"), phases=(Phase.explicit, Phase.generate))
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(ROOT / ".cache" / "hypothesis")


SITES = ("built", "small_site")
"""Fixtures that build a site, for which all workers but one would wait."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and begin with the slow modules, so that none is left for the end.

    Of these one module for each site has it built; what else asks for a site comes after the slow ones that need none.
    """
    asked: dict[Path, set[str]] = {}
    slow = set()
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if "browser" in names:
            item.add_marker("browser")
        asked.setdefault(item.path, set()).update(names.intersection(SITES))
        if item.get_closest_marker("slow"):
            slow.add(item.path)
    beginning = {next((path for path in asked if path in slow and asked[path] == {site}), None) for site in SITES}
    place = {path: 0 if path in beginning else 3 if path not in slow else 2 if asked[path] else 1 for path in asked}
    items.sort(key=lambda item: place[item.path])


# --- what modules of several rooms share


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
