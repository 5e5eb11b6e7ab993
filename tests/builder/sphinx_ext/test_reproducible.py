"""Built from nothing in another folder, year, zone and locale, without a network: the same bytes, notebooks and site.

Of the notebooks those are executed that between them put out and import whatever any of them does; at night, all
(`THOROUGH`).
"""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from compendium.project.checksums import compare_folders, compute_manifest
from compendium.project.paths import BOOK, ROOT
from tests.support import elsewhere
from tests.support.chosen import THOROUGH

pytestmark = pytest.mark.slow

AWAY = {
    "LC_ALL": "C",
    "TZ": "Asia/Baku",
    "SOURCE_DATE_EPOCH": "0",  # a year that packagers give to the copyright
    "COLUMNS": "40",
    "MATPLOTLIBRC": str(ROOT / "tests"),  # a user's own look of figures, from tests/matplotlibrc
}
# What a user's home says to the libraries, read by whoever does not take care.
HOME = {
    ".docutils": "[general]\ninitial_header_level: 4\n",
    ".config/matplotlib/matplotlibrc": "font.size: 30\n",
    ".matplotlib/matplotlibrc": "font.size: 30\n",
    ".ipython/profile_default/startup/say.py": "print('started')\n",
}


def met(notebook: Path) -> Iterator[str]:
    """Yield what a notebook imports of the engine, and of what kinds its outputs are, the tags of its HTML included."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        for node in ast.walk(ast.parse(re.sub("^[%!]", "#", "".join(cell["source"]), flags=re.M))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("compendium"):
                yield from (f"{node.module}.{name.name}" for name in node.names)
        for output in cell["outputs"]:
            yield output["output_type"]
            yield from output.get("data", {})
            yield from output.get("metadata", {})
            yield from re.findall(r"<\w+", "".join(output.get("data", {}).get("text/html", "")))


def varied(notebooks: list[Path]) -> list[Path]:
    """Return few notebooks in which all is met that is met in any; the one that brings the most comes first."""
    own = {notebook: set(met(notebook)) for notebook in notebooks}
    left, found = set().union(*own.values()), []
    while left:
        found.append(max(notebooks, key=lambda notebook: len(own[notebook] & left)))
        left -= own[found[-1]]
    return found


@pytest.fixture(scope="module")
def ran() -> list[str]:
    """Which notebooks are executed in the other place, below the folder of the book."""
    notebooks = sorted(BOOK.rglob("*.ipynb"))
    return [path.relative_to(BOOK).as_posix() for path in (notebooks if THOROUGH else varied(notebooks))]


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory, ran: list[str]) -> Path:
    """The repository built in another place, at another time, with nothing of the site and without some notebooks."""
    folder = tmp_path_factory.mktemp("a folder whose name is much longer ə")
    for name, content in HOME.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    root = elsewhere.copied(folder / "copy")
    # The kernels' path is the root of the repository, so that is where a clock reaches them too.
    clock = (ROOT / "tests" / "support" / "shifted_clock.py").read_text(encoding="utf-8")
    started = clock if elsewhere.CUT else f"{clock}\n{elsewhere.WATCHED}"
    (root / "sitecustomize.py").write_text(started, encoding="utf-8")
    for name in ran:
        (root / "book" / name).unlink()
    run = elsewhere.run(root, "-m", "compendium", "build", before=elsewhere.CUT, umask=0o077, **AWAY)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"({len(ran)} executed)" in run.stdout
    return root


def test_what_any_notebook_does_one_that_is_executed_does(ran: list[str]) -> None:
    assert len({name.partition("/")[0] for name in ran}) > 3
    assert any(name.startswith("evidence/") for name in ran)
    assert set().union(*(met(BOOK / name) for name in ran)) == set().union(*map(met, BOOK.rglob("*.ipynb")))


def test_the_clock_is_another_one_there(away: Path) -> None:
    asked = "import datetime, time; print(datetime.date.today().year, time.strftime('%Y %Z'), time.gmtime().tm_year)"
    here = subprocess.run(["date", "+%Y"], capture_output=True, text=True, check=True).stdout
    years = elsewhere.run(away, "-c", asked, **AWAY).stdout.split()
    assert int(here) not in {int(year) for year in years if year.isdigit()}


def test_every_executed_notebook_is_the_committed_one(away: Path) -> None:
    assert len(compute_manifest(ROOT / "book", "*.ipynb")) > 1
    assert compare_folders(ROOT / "book", away / "book", "*.ipynb") == []


def test_every_file_of_the_site_is_the_same(built: tuple[Path, subprocess.CompletedProcess[str]], away: Path) -> None:
    assert built[1].returncode == 0, built[1].stderr
    assert compare_folders(built[0], away / "_build" / "html") == []


def test_the_site_holds_nothing_of_the_folder_it_was_built_in(away: Path) -> None:
    html = away / "_build" / "html"
    assert not [path for path in html.rglob("*") if path.is_file() and away.parent.name.encode() in path.read_bytes()]
    assert not [name for name in compute_manifest(html) if Path(name).name[0] == "."]
