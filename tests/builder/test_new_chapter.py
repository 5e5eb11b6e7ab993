"""What an author opens, writes and compares: new pages, the table of contents, notebooks whose changes can be read."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from compendium.builder import new_chapter
from compendium.builder.notebooks import code_sources, compose_notebook
from compendium.builder.prose_lint import numbers_in_prose
from compendium.cli import authoring
from compendium.cli.app import main
from compendium.project.paths import BOOK, ROOT
from compendium.project.problems import LedgerError
from tests.support.chapters import cell, write
from tests.support.making import SMALL


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a table of contents, and a folder for its pages."""
    shutil.copy(SMALL / "root" / "_toc.yml", tmp_path)
    (tmp_path / "book").mkdir()
    return tmp_path


def toc(root: Path) -> str:
    return (root / "_toc.yml").read_text(encoding="utf-8")


def test_a_page_is_the_last_of_its_part_and_all_else_stays(root: Path) -> None:
    before = toc(root).splitlines()
    page = new_chapter.create_chapter("travel/harbours", "Harbours", root)
    added = ["      - file: book/travel/harbours", "        title: Harbours"]
    after = toc(root).splitlines()
    place = after.index(added[0])
    assert after[:place] + after[place + 2 :] == before
    assert after[place : place + 2] == added
    part = next(part for part in yaml.safe_load(toc(root))["parts"] if part["caption"] == "Travel")
    assert part["chapters"][-1] == {"file": "book/travel/harbours", "title": "Harbours"}
    assert page == root / "book" / "travel" / "harbours.md"


def test_a_page_of_a_source_stands_among_the_sources(root: Path) -> None:
    page = new_chapter.create_chapter("source/made2025", "Somebody", root)
    sections = [
        section
        for part in yaml.safe_load(toc(root))["parts"]
        for found in part["chapters"]
        for section in found.get("sections", ())
    ]
    assert sections[-1] == {"file": "book/source/made2025", "title": "Somebody"}
    assert 'open_source("made2025")' in page.read_text(encoding="utf-8")


def test_a_title_that_yaml_would_misread_is_quoted(root: Path) -> None:
    for place, title in enumerate(("Yes: no", "- a list", "On", "’Tis, a question?")):
        new_chapter.create_chapter(f"travel/page_{'abcd'[place]}", title, root)
    listed = [found for part in yaml.safe_load(toc(root))["parts"] for found in part["chapters"]]
    titles = [found["title"] for found in listed if found["file"].startswith("book/travel/page_")]
    assert titles == ["Yes: no", "- a list", "On", "’Tis, a question?"]


@pytest.mark.parametrize(
    ("name", "title", "said"),
    [
        ("travel/Harbours", "Harbours", "name: found 'travel/Harbours'; expected part/page"),
        ("harbours", "Harbours", "expected part/page"),
        ("../travel/x", "X", "expected part/page"),
        ("trave/harbours", "Harbours", "name: found 'trave'; expected a part of the book: perhaps 'travel'"),
        ("travel/index", "Cargo", "book/travel/index.md: found 'a page'; expected a name that is not taken"),
        ("travel/harbours", "Two harbours", "title: found 'Two harbours'; expected no figure"),
        ("travel/harbours", " ", "title: found ' '; expected words"),
        ("travel/harbours", "{claim}`x`", "title: found"),
    ],
)
def test_what_cannot_be_a_page_is_told_and_nothing_is_written(root: Path, name: str, title: str, said: str) -> None:
    before = toc(root)
    with pytest.raises(LedgerError) as raised:
        new_chapter.create_chapter(name, title, root)
    assert any(said in str(problem) for problem in raised.value.problems), raised.value
    assert toc(root) == before
    assert [path for path in root.rglob("*") if path.suffix == ".md"] == []


def test_a_page_of_a_source_wants_a_source(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authoring, "ROOT", root)
    before = toc(root)
    ran = CliRunner().invoke(main, ["new-chapter", "source/staer2025"])
    assert (ran.exit_code, toc(root)) == (1, before)
    assert "name: found 'staer2025'; expected the id of a source: perhaps 'stear2025'" in ran.output


def test_the_command_says_what_comes_next(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authoring, "ROOT", root)
    ran = CliRunner().invoke(main, ["new-chapter", "travel/dry_ports"])
    assert ran.exit_code == 0, ran.output
    assert "title: Dry ports" in toc(root)
    for command in ("make book", "make test"):
        assert command in ran.output
    assert CliRunner().invoke(main, ["new-chapter", "travel/dry_ports"]).exit_code == 1


def test_the_template_is_a_chapter_without_a_number_in_its_prose(root: Path) -> None:
    page = new_chapter.create_chapter("travel/harbours", "Harbours", root)
    assert numbers_in_prose(page) == []
    assert len(code_sources(compose_notebook(page))) > 4
    assert "{.lead}" in page.read_text(encoding="utf-8")


def test_numbers_in_prose_are_named_by_the_command(tmp_path: Path) -> None:
    page = write(tmp_path / "page.md", "It grew in 2024.\n")
    ran = CliRunner().invoke(main, ["prose", str(page), str(BOOK / "index.md")])
    assert (ran.exit_code, "page.md:12: found '2024'; expected a role" in ran.output) == (1, True), ran.output
    page.write_bytes(b"\xff")
    assert CliRunner().invoke(main, ["prose", str(page)]).exit_code == 1


# --- notebooks whose changes can be read


def test_a_cell_keeps_its_name_whatever_happens_to_the_others(tmp_path: Path) -> None:
    page = "# A\n\n{0}\n{{}}.\n\n{1}\n{0}".format(cell("x = 1"), cell("x + 1"))
    before = compose_notebook(write(tmp_path / "page.md", page.replace("{}", "Words")))
    after = compose_notebook(write(tmp_path / "page.md", page.replace("{}", "Other words")))
    assert [one.id == other.id for one, other in zip(before.cells, after.cells, strict=True)] == [
        True, True, False, True, True,
    ]  # fmt: skip
    assert len({one.id for one in before.cells}) == len(before.cells)


def test_git_shows_notebooks_by_cells_where_it_can() -> None:
    command = ["git", "check-attr", "diff", "merge", "--", "book/index.ipynb"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert said.count("jupyternotebook") == 2
