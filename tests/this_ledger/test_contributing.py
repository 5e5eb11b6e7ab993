"""CONTRIBUTING.md is true: the walk that it describes is taken in a copy of the repository, word by word.

Blocks of the page are read by what stands after their language: `text FILE` is a file, `yaml FILE` are cells of rows by
the first cell of each, `csv FILE` are new rows, `console` are commands with what they say; `…` stands for anything.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup

from compendium.project.paths import ROOT
from tests.support import elsewhere

pytestmark = pytest.mark.slow

Answer = dict[str, Any]
"""A command of the page: what it should say (`expected`), what it `said`, and its exit `code`."""


def run(away: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return elsewhere.run(away, *words, COLUMNS="100")


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return elsewhere.copied(tmp_path_factory.mktemp("walk") / "copy")


@pytest.fixture(scope="module")
def walk(away: Path) -> list[Answer]:
    """Take the walk; return every command with what it said."""
    ran = run(away, "tests/support/walking.py", "CONTRIBUTING.md", "answers.json")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found: list[Answer] = json.loads((away / "answers.json").read_text(encoding="utf-8"))
    return found


def test_every_command_says_what_the_page_says(walk: list[Answer]) -> None:
    assert len(walk) > 10
    for answer in walk:
        lines = iter(answer["said"].splitlines())
        for line in answer["expected"]:
            form = ".*".join(map(re.escape, line.split("…")))
            # In their order; what the page leaves out may stand between them.
            assert any(re.match(form, said) for said in lines), (answer["command"], line, answer["said"])


def test_a_command_fails_exactly_where_the_page_shows_problems(walk: list[Answer]) -> None:
    for answer in walk:
        shown = any(re.search(r"^\d+ problems?$", line) for line in answer["expected"])
        assert (answer["code"] == 1) == shown, answer
        assert answer["code"] in (0, 1), answer


def test_where_the_page_shows_all_problems_there_are_no_others(walk: list[Answer]) -> None:
    for answer in walk:
        counts = [line for line in answer["expected"] if re.fullmatch(r"\d+ problems?", line)]
        assert all(count in answer["said"].splitlines() for count in counts), answer


def test_what_the_walk_has_made_is_sound(walk: list[Answer]) -> None:
    last = walk[-1]
    assert (last["command"], last["code"]) == ("python -m compendium check", 0), last


def test_the_new_page_executes_and_builds_without_a_warning(walk: list[Answer], away: Path) -> None:
    ran = run(away, "tests/support/walking.py", "book/corridors/harbours.md")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    page = BeautifulSoup((away / "_build/html/book/corridors/harbours.html").read_text(encoding="utf-8"), "html.parser")
    assert page.h1 and page.h1.text.startswith("Harbours: what do the sources say?")
    assert page.select_one("p.lead .pasted-text")
    assert page.select("table.ledger caption")
    assert not [tag for tag in page.find_all("th") if not tag.get("scope")]


def test_a_page_of_a_source_is_like_the_others(walk: list[Answer], away: Path) -> None:
    made = (away / "book" / "source" / "harbour2025.md").read_text(encoding="utf-8")
    for other in (ROOT / "book" / "source").glob("*.md"):
        text = other.read_text(encoding="utf-8").replace(other.stem, "harbour2025")
        assert re.sub(r"^# .*$", "", text, flags=re.M) == re.sub(r"^# .*$", "", made, flags=re.M)
    assert "# What does The harbour claim?" in made
    listed = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    assert "harbour2025" not in str(listed)


def test_the_walk_leaves_no_trace_in_the_repository() -> None:
    assert not (ROOT / "_review" / "harbour2025").exists()
    assert not (ROOT / "book" / "corridors" / "harbours.md").exists()
