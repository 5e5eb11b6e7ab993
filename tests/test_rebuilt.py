"""A site built over an earlier one has the bytes of a clean build, where only pages have changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from compendium.project.checksums import compare_folders, compute_manifest
from compendium.project.paths import ROOT

PAGES = {
    "index": "# The book\n\nSee [](first) and [](second).\n",
    "first": "# First page\n\n## A heading\n\nSome oldword here. A {term}`thing`.\n",
    "second": "# Second page\n\nBefore [a heading](first.ipynb#a-heading).\n",
    "third": "# Third page\n\n```{glossary}\nthing\n    Something.\n```\n",
}
TOC = "format: jb-book\nroot: book/index\nchapters:\n- file: book/first\n- file: book/second\n- file: book/third\n"


def written(book: Path, pages: dict[str, str]) -> None:
    """Write the pages of a book that are not as they should be; a page that is left alone is not read again."""
    for name, text in pages.items():
        cells = [nbformat.v4.new_markdown_cell(text, id="page")]
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        page = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}))
        path = book / f"{name}.ipynb"
        if not path.is_file() or path.read_text(encoding="utf-8") != page:
            path.write_text(page, encoding="utf-8")


def built(root: Path, into: Path, **more: str) -> Path:
    """Build a book over whatever is there, its doctrees kept, and return the folder of the site."""
    program = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"
    options = ["--warningiserror", "--nitpick", "--keep-going", "--quiet", "--path-output", str(into)]
    command = [sys.executable, "-c", program, "build", str(root), *options]
    run = subprocess.run(command, capture_output=True, text=True, cwd=root, env=os.environ | more, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return into / "_build" / "html"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    shutil.copy(ROOT / "_config.yml", folder)
    shutil.copytree(ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("*.md", "*.ipynb"))
    (folder / "_toc.yml").write_text(TOC, encoding="utf-8")
    written(folder / "book", PAGES)
    return folder


@pytest.fixture(scope="module")
def first(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(root, tmp_path_factory.mktemp("first"))


CHANGES = [
    # Page, what is there, what comes in its place, and whether a neighbour that has not changed is written again.
    ("first", "## A heading", "## A heading\n\n## Another heading", True),
    ("third", "Something", "Something else", False),
    # Last, so that the page with entries of the index is one that is kept.
    ("first", "oldword", "newword", False),
]


def test_changed_pages_give_the_site_of_a_clean_build(root: Path, first: Path, tmp_path: Path) -> None:
    over = tmp_path / "over"
    shutil.copytree(first.parent, over / "_build")
    neighbour, pages = over / "_build" / "html" / "book" / "second.html", dict(PAGES)
    for page, old, new, rewritten in CHANGES:
        assert old in pages[page]
        pages[page] = pages[page].replace(old, new)
        before = neighbour.stat().st_mtime_ns
        written(root / "book", pages)
        built(root, over)
        assert (neighbour.stat().st_mtime_ns != before) is rewritten, new
    assert compare_folders(over / "_build" / "html", built(root, tmp_path / "clean")) == []


def test_a_site_says_nothing_of_how_it_was_built(first: Path) -> None:
    assert not [name for name in compute_manifest(first) if Path(name).name[0] == "."]


def test_neither_the_clock_nor_the_home_of_a_user_changes_a_page(root: Path, first: Path, tmp_path: Path) -> None:
    written(root / "book", PAGES)
    (tmp_path / ".docutils").write_text("[general]\ninitial_header_level: 4\n", encoding="utf-8")
    elsewhere = built(root, tmp_path / "later", HOME=str(tmp_path), SOURCE_DATE_EPOCH="0")
    assert compare_folders(first, elsewhere) == []
