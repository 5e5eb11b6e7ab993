"""The code itself: lint, format and types are part of what is checked."""

import subprocess
import sys
import tomllib

import pytest

from compendium.project.paths import ROOT

pytestmark = pytest.mark.slow

TOOLS = {
    "lint": ["ruff", "check", "--no-cache", "."],
    "format": ["ruff", "format", "--no-cache", "--check", "."],
    "types": ["mypy", "--cache-dir", ".cache/mypy"],
    "spelling": ["codespell_lib"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_tool(tool: str) -> None:
    command = [sys.executable, "-m", *TOOLS[tool]]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_modules_that_mutmut_changes_and_their_tests_exist() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    named = [*settings["only_mutate"], *settings["also_copy"], *settings["pytest_add_cli_args_test_selection"]]
    assert [name for name in named if not (ROOT / name).exists()] == []
