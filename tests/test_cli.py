from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compendium.cli import main
from compendium.ledger import ROOT


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_every_command_says_what_it_does() -> None:
    for command in main.commands:
        result = run(command, "--help")
        assert result.exit_code == 0
        assert len(result.output.splitlines()) > 3


def test_check_passes_on_the_ledger() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert "no problem" in result.output


def test_check_names_file_row_and_column(data: Path, spoil: Callable[..., int]) -> None:
    line = spoil("claims", "guluzade2025.turnover-2024", "unit", "USDD")
    result = run("check", "--data", str(data))
    assert result.exit_code == 1
    assert f"claims.csv:{line}:unit: found 'USDD'; expected perhaps 'USD'" in result.output


def test_verify_fails_where_the_texts_are_others(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("Another text.", encoding="utf-8")
    result = run("verify", "--sources", str(tmp_path))
    assert result.exit_code == 1
    assert "sources.csv:2:sha256" in result.output


def test_verify_reports_a_broken_ledger_without_a_traceback(data: Path, tmp_path: Path) -> None:
    (data / "claims.csv").write_text("nonsense", encoding="utf-8")
    result = run("verify", "--sources", str(tmp_path), "--data", str(data))
    assert result.exit_code == 1
    assert "claims.csv:1" in result.output


@pytest.mark.parametrize("words", [["verify"], ["check", "--data", "nowhere"], ["nothing"]])
def test_a_wrong_call_is_told_so(words: list[str]) -> None:
    assert run(*words).exit_code == 2


def test_every_target_of_the_makefile_is_listed_with_a_line() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = next(line for line in makefile.splitlines() if line.startswith(".PHONY:")).split()[1:]
    described = [line.split(":")[0] for line in makefile.splitlines() if " ## " in line and line[0].isalpha()]
    assert phony == described


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert commands[-1] == "make test"
