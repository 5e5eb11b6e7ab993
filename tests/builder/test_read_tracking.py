"""What a notebook reads is noticed by whatever way it reads, in real kernels, warm and cold."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client.provisioning.factory import KernelProvisionerFactory

from compendium.builder import forked_kernels, notebooks
from compendium.builder.read_tracking import ALL_FILES
from compendium.project.paths import DATA, ROOT, notebook_path
from tests.support.chapters import page

DATA_PATH = f"import contextlib, os, pathlib, subprocess, tempfile, threading; data = pathlib.Path({str(DATA)!r})"
WAYS = {
    "nothing": ("print(1)", []),
    "open": ("open(data / 'metrics.csv').read(1)", ["data/metrics.csv"]),
    "pathlib": ("(data / 'places.csv').read_bytes()[:1]", ["data/places.csv"]),
    "bytes": ("os.read(os.open(bytes(data / 'actors.csv'), os.O_RDONLY), 1)", ["data/actors.csv"]),
    "pandas": ("import pandas; pandas.read_csv(data / 'routes.csv').shape", ["data/routes.csv"]),
    "numpy": ("import numpy; numpy.fromfile(data / 'events.csv', 'u1', 1)", ["data/events.csv"]),
    "link": (
        "link = pathlib.Path(tempfile.mkdtemp(), 'x'); link.symlink_to(data / 'sources.csv'); link.read_bytes()[:1]",
        ["data/sources.csv"],
    ),
    "folder": ("os.chdir(data); open('stances.csv').read(1)", ["data/stances.csv"]),
    "missing": ("with contextlib.suppress(OSError): open(data / 'none.csv')", ["data/none.csv"]),
    "listing": ("len(os.listdir(data)) > 1", ["data"]),
    "glob": ("len(list(data.glob('*.csv'))) > 1", ["data"]),
    "thread": (
        "t = threading.Thread(target=lambda: (data / 'traps.csv').read_bytes()); t.start(); t.join()",
        ["data/traps.csv"],
    ),
    "program": ("subprocess.run(['true']).returncode", [ALL_FILES]),
    "shell": ("os.system('true')", [ALL_FILES]),
    "fork": ("p = os.fork()\nif not p: os._exit(0)\nos.waitpid(p, 0)[1]", [ALL_FILES]),
    "ledger": (
        "from compendium import load\nlen(load()['propositions']) > 1",
        ["data/datapackage.json", "data/official/observation.json", "data/propositions.csv"],
    ),
    "chapter": ("(data.parent / 'book' / 'references.bib').read_bytes()[:1]", ["book/references.bib"]),
    "engine": ("(data.parent / 'compendium' / 'units.py').read_bytes()[:1]", []),
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    for name, (code, _) in WAYS.items():
        page(folder / f"{name}.md", DATA_PATH, code)
    assert notebooks.format_failures(notebooks.update_notebooks(folder)) == ""
    return folder


def reads(chapter: Path) -> list[str]:
    found: list[str] = nbformat.read(notebook_path(chapter), as_version=4).metadata["ledger"]["reads"]
    return found


@pytest.mark.parametrize("name", WAYS)
def test_a_read_is_noticed(book: Path, name: str) -> None:
    assert reads(book / f"{name}.md") == WAYS[name][1]


def test_a_cold_kernel_notices_the_same(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = page(tmp_path / "ledger.md", DATA_PATH, WAYS["ledger"][0])
    monkeypatch.setattr(forked_kernels, "use_forked_kernels", lambda: None)
    monkeypatch.setattr(KernelProvisionerFactory.instance(), "default_provisioner_name", "local-provisioner")
    assert notebooks.format_failures(notebooks.update_notebooks(tmp_path)) == ""
    assert reads(cold) == WAYS["ledger"][1]
    assert notebook_path(cold).read_bytes() == notebook_path(book / "ledger.md").read_bytes()


def test_importing_what_notebooks_import_reads_no_data() -> None:
    program = (
        "import sys; from compendium.builder import forked_kernels, read_tracking\n"
        "read_tracking.load_ipython_extension(None)\n"
        "from importlib import import_module\n"
        "for name in [*forked_kernels.imported(), forked_kernels.LAST]: import_module(name)\n"
        "print(read_tracking.tracked_paths())"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.strip() in ("[]", f"['{ALL_FILES}']")
    assert "data" not in run.stdout
