"""Built from nothing in another folder, year, zone and locale, without a network: the same bytes, notebooks and site.

The one test run that executes every notebook anew; it costs as much as `make book FRESH=1`.
"""

import subprocess
from pathlib import Path

import elsewhere
import pytest

from compendium.home import ROOT
from compendium.manifest import compared, manifest

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


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository built from nothing in another place, at another time."""
    folder = tmp_path_factory.mktemp("a folder whose name is much longer ə")
    for name, content in HOME.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    root = elsewhere.copied(folder / "copy")
    # The kernels' path is the root of the repository, so that is where a clock reaches them too.
    clock = (ROOT / "tests" / "shifted_clock.py").read_text(encoding="utf-8")
    started = clock if elsewhere.CUT else f"{clock}\n{elsewhere.WATCHED}"
    (root / "sitecustomize.py").write_text(started, encoding="utf-8")
    run = elsewhere.run(root, "-m", "compendium", "build", "--fresh", before=elsewhere.CUT, umask=0o077, **AWAY)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "(0 executed)" not in run.stdout
    return root


def test_the_clock_is_another_one_there(away: Path) -> None:
    asked = "import datetime, time; print(datetime.date.today().year, time.strftime('%Y %Z'), time.gmtime().tm_year)"
    here = subprocess.run(["date", "+%Y"], capture_output=True, text=True, check=True).stdout
    years = elsewhere.run(away, "-c", asked, **AWAY).stdout.split()
    assert int(here) not in {int(year) for year in years if year.isdigit()}


def test_every_executed_notebook_is_the_committed_one(away: Path) -> None:
    assert len(manifest(ROOT / "book", "*.ipynb")) > 1
    assert compared(ROOT / "book", away / "book", "*.ipynb") == []


def test_every_file_of_the_site_is_the_same(built: tuple[Path, subprocess.CompletedProcess[str]], away: Path) -> None:
    assert built[1].returncode == 0, built[1].stderr
    assert compared(built[0], away / "_build" / "html") == []


def test_the_site_holds_nothing_of_the_folder_it_was_built_in(away: Path) -> None:
    html = away / "_build" / "html"
    assert not [path for path in html.rglob("*") if path.is_file() and away.parent.name.encode() in path.read_bytes()]
    assert not [name for name in manifest(html) if Path(name).name[0] == "."]
