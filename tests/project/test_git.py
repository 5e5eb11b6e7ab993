"""Git is asked in a folder, and what it cannot answer is said in its own words."""

from pathlib import Path

import pytest

from compendium.project import git
from tests.support.made_up import git as made_by


def test_what_git_prints_is_returned_as_bytes_or_text(tmp_path: Path) -> None:
    made_by(tmp_path, "init", "--quiet")
    assert git.output(tmp_path, "hash-object", "--stdin", given="x\n") == b"587be6b4c3f93f93c489c0111bba5596147a26cb\n"
    assert git.text(tmp_path, "rev-parse", "--is-inside-work-tree") == "true\n"


def test_an_error_of_git_names_the_command_and_its_last_line(tmp_path: Path) -> None:
    made_by(tmp_path, "init", "--quiet")
    with pytest.raises(git.GitError, match=r"^git rev-parse: fatal: Needed a single revision$"):
        git.text(tmp_path, "rev-parse", "--verify", "HEAD")
    with pytest.raises(git.GitError, match=r"^git rev-parse: ended with 1$"):
        git.text(tmp_path, "rev-parse", "--verify", "--quiet", "HEAD")


def test_a_machine_without_git_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(git.GitError, match="git cannot be run"):
        git.text(tmp_path, "status")
