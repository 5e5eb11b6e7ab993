"""The checks before a commit: local, without the network, and each fails on what it guards."""

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from compendium.project.paths import ROOT
from tests.support import elsewhere

CONFIG = ROOT / ".pre-commit-config.yaml"
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for repo in yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["repos"] for hook in repo["hooks"]
}
AUTHORS = ROOT / ".venv-authors" / "bin" / "pre-commit"


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with its environment, to be spoilt file by file."""
    root = elsewhere.copied(tmp_path_factory.mktemp("hooks") / "copy")
    (root / ".venv").symlink_to(ROOT / ".venv")
    return root


def run(away: Path, hook: str, *files: str) -> subprocess.CompletedProcess[str]:
    """Run what a hook runs, as it stands in the configuration."""
    names = files if HOOKS[hook].get("pass_filenames", True) else ()
    command = [*shlex.split(HOOKS[hook]["entry"]), *names]
    return subprocess.run(
        command, cwd=away, env=elsewhere.surroundings(away), capture_output=True, encoding="utf-8", check=False
    )


def test_every_hook_runs_what_the_environment_holds_and_fetches_nothing() -> None:
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    for hook in HOOKS.values():
        assert (hook["language"], hook["entry"].split("/")[:2]) == ("system", [".venv", "bin"]), hook
        assert (ROOT / hook["entry"].split()[0]).is_file()


@pytest.mark.skipif(not AUTHORS.is_file(), reason="make authors has not been called")
def test_the_configuration_is_valid() -> None:
    ran = subprocess.run([AUTHORS, "validate-config", CONFIG], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def cells(code: str) -> str:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": code, "outputs": [], "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


SPOILT = {
    "lint": ("compendium/spoilt.py", '"""Spoilt."""\n\nimport os\n', "F401"),
    "lint of a notebook": ("book/spoilt.ipynb", cells("import os"), "F401"),
    "format": ("compendium/spoilt.py", '"""Spoilt."""\nx=1\n', "would be reformatted"),
    "prose": ("book/spoilt.md", "It doubled in 2024.\n", "spoilt.md:1: found 'doubled'"),
    "spelling": ("book/spoilt.md", "They beleive it.\n", "beleive ==> believe"),  # codespell:ignore beleive
    "british": ("book/spoilt.md", "The center of it.\n", "center ==> centre"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_hook_fails_on_what_it_guards_and_passes_without_it(away: Path, case: str) -> None:
    path, content, said = SPOILT[case]
    hook = case.split()[0]
    (away / path).write_text(content, encoding="utf-8")
    ran = run(away, hook, path)
    (away / path).unlink()
    assert ran.returncode != 0
    assert said in ran.stdout + ran.stderr
    sound = "README.md" if path.endswith(".md") else "compendium/project/paths.py"
    assert run(away, hook, sound if hook != "prose" else "book/index.md").returncode == 0


def test_the_data_are_checked(away: Path) -> None:
    path = away / "data" / "claims.csv"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(",goods-turnover,", ",goods-turnovr,", 1), encoding="utf-8")
    ran = run(away, "data")
    path.write_text(before, encoding="utf-8")
    assert ran.returncode == 1
    assert "found 'goods-turnovr'; expected perhaps 'goods-turnover'" in ran.stderr


def test_stale_notebooks_are_told(away: Path) -> None:
    path = away / "book" / "index.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nMore words.\n", encoding="utf-8")
    ran = run(away, "notebooks")
    assert ran.returncode == 1
    assert "book/index.ipynb: " in ran.stderr
