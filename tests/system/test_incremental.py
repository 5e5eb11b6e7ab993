"""A build over an earlier one gives, byte for byte, what a build from nothing gives: notebooks and site."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from compendium.project.checksums import compare_folders
from tests.support import elsewhere
from tests.support.chapters import cell, write
from tests.support.chosen import THOROUGH
from tests.support.making import FRAME, make_project

pytestmark = pytest.mark.slow

TOC = """\
format: jb-book
root: book/index
chapters:
  - file: book/first
  - file: book/second
  - file: book/evidence/claims
"""
LOADED = "from compendium import load\n"
SECOND = cell(LOADED + "load()['resolutions'].shape") + "\n" + cell("print(load()['resolutions']['title'][0])")
CLAIMS = (
    LOADED
    + """\
from compendium.display.cards import claims_explorer
from compendium.display.claim_records import build_claim_records
claims_explorer.explorer_table(build_claim_records(load()), "All")"""
)
"""The page whose notebook keeps the cards and the pages of claims."""
PAGES = {
    "index.md": "# The front page\n\nOf {claim}`ames2024.turnover-2022`, see [the first](first).\n",
    "first.md": "# The first page\n\nA word of prose.\n\n## A part of it\n\nAnd {cite:p}`ames2024`.\n",
    "second.md": f"# The second page\n\nSee [](first).\n\n{SECOND}\n```{{bibliography}}\n```\n",
    "evidence/claims.md": "# The claims\n\n" + cell(CLAIMS),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small compendium with another, still smaller book, built once."""
    root = make_project(tmp_path_factory.mktemp("small") / "project")
    for path in (root / "book").iterdir():
        if path.is_dir() and path.name not in FRAME:
            shutil.rmtree(path)
    (root / "_toc.yml").write_text(TOC, encoding="utf-8")
    for name, body in PAGES.items():
        write(root / "book" / name, body)
    build(root)
    return root


def build(root: Path) -> str:
    run = elsewhere.run(root, "-m", "compendium", "build")
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def edited(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def prose(root: Path) -> None:
    edited(root, "book/first.md", "A word of prose", "A rare wordling of prose")


def prose_away(root: Path) -> None:
    edited(root, "book/first.md", "A rare wordling of prose", "Other prose")


def title(root: Path) -> None:
    edited(root, "book/first.md", "# The first page", "# The page by another name")


def table(root: Path) -> None:
    edited(root, "data/official/resolutions.csv", "The waters of Belmora", "The waters of Corvania")


def claim(root: Path) -> None:
    edited(root, "data/claims.csv", "ames2024,4,body,$3.0 billion", "ames2024,4,body,$3.1 billion")


def source(root: Path) -> None:
    """Change what only a card says on a page that is not touched."""
    edited(root, "data/sources.csv", "essay,B,", "essay,E,")


def code(root: Path) -> None:
    edited(root, "book/second.md", "load()['resolutions'].shape", "load()['resolutions'].shape[0]")


Step = tuple[Callable[[Path], None], int, str, str]
STEPS: list[list[Step]] = [
    [(prose, 0, "book/first.html", "wordling")],
    [(prose_away, 0, "book/first.html", "Other prose"), (table, 1, "book/second.html", "The waters of Corvania")],
    [(title, 0, "book/second.html", "The page by another name")],
    [(claim, 1, "book/index.html", "$3.1 billion"), (code, 1, "book/second.html", "shape[0]")],
    [(source, 1, "book/index.html", "Reliability E")],
]
"""What is edited, how many notebooks run for it, and which page then shows what; edits of pages that have nothing to do
with one another are built together, but not at night."""


def test_every_edit_is_on_its_page_and_the_site_is_that_of_a_clean_build(project: Path) -> None:
    html = project / "_build" / "html"
    for steps in [[step] for together in STEPS for step in together] if THOROUGH else STEPS:
        for step, *_ in steps:
            step(project)
        assert f"({sum(executed for _, executed, *_ in steps)} executed)" in build(project), steps
        for _, _, page, shown in steps:
            assert shown in re.sub(r"<[^>]*>", "", (html / page).read_text(encoding="utf-8")), steps
        last = steps[-1][0]
        if THOROUGH or last in (title, source):  # over what the others left
            built = project.parent / f"{last.__name__}-site"
            shutil.copytree(html, built)
            shutil.rmtree(project / "_build")
            assert "(0 executed)" in build(project)
            assert compare_folders(built, html) == []
    assert "wordling" not in (html / "searchindex.js").read_text(encoding="utf-8")


def test_the_notebooks_are_those_of_a_fresh_run(project: Path) -> None:
    before = project.parent / "book-before"
    shutil.copytree(project / "book", before)
    run = elsewhere.run(project, "-m", "compendium", "notebooks", "--fresh")
    assert run.returncode == 0, run.stderr
    assert compare_folders(before, project / "book", "*.ipynb") == []
