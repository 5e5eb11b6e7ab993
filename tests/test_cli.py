import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compendium import cli, site
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


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let `build` note its steps instead of doing them, in a folder of its own."""
    done: list[str] = []
    (tmp_path / "book").mkdir()
    (tmp_path / "_build" / "html").mkdir(parents=True)

    def made() -> None:
        done.append("site")
        (tmp_path / "_build" / "html" / "index.html").write_text("page", encoding="utf-8")

    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setattr(site, "fingerprint", lambda: (tmp_path / "book" / "state").read_text(encoding="utf-8"))
    monkeypatch.setattr(cli, "_notebooks", lambda fresh: done.append(f"notebooks{' fresh' if fresh else ''}") or 3)
    monkeypatch.setattr(cli, "_site", made)
    (tmp_path / "book" / "state").write_text("one", encoding="utf-8")
    return done


def test_a_site_is_built_once_and_again_only_where_something_changed(steps: list[str], tmp_path: Path) -> None:
    assert run("build").exit_code == 0
    assert run("build").exit_code == 0
    assert steps == ["notebooks", "site"]
    (tmp_path / "book" / "state").write_text("two", encoding="utf-8")
    run("build")
    assert steps == ["notebooks", "site"] * 2


def test_fresh_builds_in_any_case(steps: list[str]) -> None:
    run("build")
    run("build", "--fresh")
    assert steps == ["notebooks", "site", "notebooks fresh", "site"]


def test_a_site_that_is_gone_is_built_again(steps: list[str], tmp_path: Path) -> None:
    run("build")
    (tmp_path / "_build" / "html" / "index.html").unlink()
    run("build")
    assert steps == ["notebooks", "site"] * 2


def test_a_build_that_fails_is_not_taken_for_done(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run("build")
    monkeypatch.setattr(cli, "_site", lambda: sys.exit(1))
    assert run("build", "--fresh").exit_code == 1
    monkeypatch.setattr(cli, "_site", lambda: steps.append("mended"))
    run("build")
    assert steps[-1] == "mended"


def test_what_is_edited_while_the_site_is_built_is_built_next_time(
    steps: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow() -> None:
        steps.append("site")
        (tmp_path / "_build" / "html" / "index.html").write_text("page", encoding="utf-8")
        (tmp_path / "book" / "state").write_text("edited meanwhile", encoding="utf-8")

    monkeypatch.setattr(cli, "_site", slow)
    run("build")
    run("build")
    assert steps == ["notebooks", "site"] * 2


def test_the_fingerprint_of_a_site_follows_chapters_and_configuration(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    seen = set()
    for name in ("_config.yml", "_toc.yml", "book/page.md"):
        (tmp_path / name).write_text("before", encoding="utf-8")
    for name in ("", "_config.yml", "_toc.yml", "book/page.md"):
        if name:
            (tmp_path / name).write_text("after", encoding="utf-8")
        seen.add(site.fingerprint(tmp_path))
    assert len(seen) == 4
