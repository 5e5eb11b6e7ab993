"""What holds the code is run by every contributor and by CI, and it notices what it is there for."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from compendium.project.paths import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def recipe(target: str) -> str:
    """Return the lines that make runs for a target."""
    return MAKEFILE.split(f"\n{target}: ", 1)[1].split("\n\n", 1)[0]


@pytest.mark.parametrize("tool", ["ruff check", "ruff format", "mypy", "lint-imports", "codespell_lib"])
def test_the_code_is_held_by_each_tool_before_the_tests(tool: str) -> None:
    assert tool in recipe("lint")
    assert recipe("test").startswith("environment $(LINT) ")
    assert "\nLINT = lint\n" in MAKEFILE


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("values/units.py", "import compendium.ledger.loader", "A room imports only the rooms below it"),
        ("analysis/traps.py", "import compendium.curation.series", "A room imports only the rooms below it"),
        ("ledger/claims.py", "import matplotlib", "Nothing for readers below display"),
        ("values/periods.py", "import pandas", "No tables in the rooms on the ground floor"),
        ("display/links.py", "import sphinx", "Sphinx only in its extensions"),
    ],
)
def test_an_import_of_a_room_above_is_noticed(tmp_path: Path, module: str, line: str, contract: str) -> None:
    shutil.copytree(ROOT / "compendium", tmp_path / "compendium", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "compendium" / module
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    linter = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run([linter, "--no-cache"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert run.returncode == 1, run.stdout + run.stderr
    assert f"{module.removesuffix('.py').replace('/', '.')} -> " in run.stdout
    assert any(contract in told for told in run.stdout.splitlines() if "BROKEN" in told)


def test_the_modules_that_mutmut_changes_and_their_tests_exist() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    named = [*settings["only_mutate"], *settings["also_copy"], *settings["pytest_add_cli_args_test_selection"]]
    assert [name for name in named if not (ROOT / name).exists()] == []
