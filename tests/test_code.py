"""The code itself: lint, format and types are part of what is checked."""

import subprocess
import sys

import pytest

from compendium.project.paths import ROOT

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
