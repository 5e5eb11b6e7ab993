"""What lies beside the pages of a small book: it comes with what links to it, and goes with it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from docutils import nodes
from docutils.utils import new_document

from compendium.builder.sphinx_ext import downloads
from compendium.display import outputs
from compendium.display.outputs import RichOutput
from compendium.project.checksums import compare_folders
from compendium.project.paths import ROOT

pytestmark = pytest.mark.slow

# --- a small book, edited


def cell(shown: RichOutput) -> nbformat.NotebookNode:
    output = nbformat.v4.new_output("execute_result", shown._repr_mimebundle_(), execution_count=1)
    return nbformat.v4.new_code_cell("shown", outputs=[output], execution_count=1, id="shown")


def written(root: Path, name: str, *shown: RichOutput) -> Path:
    cells = [nbformat.v4.new_markdown_cell(f"# The page {name}", id="title"), *map(cell, shown)]
    for place, own in enumerate(cells):
        own["id"] = f"cell-{place}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    path = root / "book" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})), encoding="utf-8"
    )
    return path


def made(root: Path, into: Path, *, clean: bool = False) -> str:
    """Build a book in a process of its own; return what was wrong."""
    program = (
        "import sys; from pathlib import Path; from compendium.builder.html_site import build_site; "
        "sys.stdout.write(build_site(Path(sys.argv[1]), root=Path(sys.argv[2]), clean=sys.argv[3] == 'True'))"
    )
    command = [sys.executable, "-c", program, str(into), str(root), str(clean)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A book of a front page and a part with two pages, without outputs yet."""
    folder = tmp_path / "book"
    shutil.copytree(ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("*.md", "*.ipynb"))
    shutil.copy(ROOT / "_config.yml", folder)
    toc = "format: jb-book\nroot: book/index\nchapters:\n- file: book/part/one\n- file: book/part/two\n"
    (folder / "_toc.yml").write_text(toc, encoding="utf-8")
    for name in ("index", "part/one", "part/two"):
        written(folder, name)
    return folder


def frame(*cells: str) -> pd.DataFrame:
    return pd.DataFrame({"What": list(cells)})


def names(html: Path) -> list[str]:
    return sorted(re.sub("-[0-9a-f]{6}", "", path.name) for path in html.glob("book/part/files/*"))


def test_files_come_and_go_with_what_links_to_them(root: Path, tmp_path: Path) -> None:
    html = tmp_path / "over" / "_build" / "html"
    one, other, third = (outputs.captioned_table(frame(name), name) for name in ("First", "Other", "Third"))
    steps = [
        ((one, RichOutput.combine(other, third)), (one,), ["first.csv", "other.csv", "third.csv"]),
        ((other,), (one,), ["first.csv", "other.csv"]),
        ((outputs.captioned_table(frame("changed"), "Other"),), (), ["other.csv"]),
        ((), (), []),
    ]
    for first, second, expected in steps:
        written(root, "part/one", *first)
        written(root, "part/two", *second)
        assert made(root, html.parent.parent) == ""
        assert names(html) == expected
        assert (html / "book/part/one.ipynb").read_bytes() == (root / "book/part/one.ipynb").read_bytes()
    assert not (html / "book" / "part" / "files").exists()
    written(root, "part/two", other)
    made(root, html.parent.parent)
    assert made(root, tmp_path / "clean", clean=True) == ""
    assert compare_folders(html, tmp_path / "clean" / "_build" / "html") == []


def test_a_link_to_a_file_that_no_output_holds_fails_the_build(root: Path, tmp_path: Path) -> None:
    shown = outputs.captioned_table(frame("a"), "A caption")
    shown.other_forms.clear()
    written(root, "part/one", shown)
    said = made(root, tmp_path / "out")
    assert "book/part/one" in said
    assert "names a file that no output of the page holds: a-caption-" in said


def test_what_is_no_site_has_no_links_to_files() -> None:
    tree = new_document("")
    shown = outputs.captioned_table(frame("a"), "A <caption>").data
    tree += nodes.raw("", shown, format="html")
    for name, expected in (("html", shown), ("latex", shown[: shown.index('<p class="take">')])):
        app = SimpleNamespace(builder=SimpleNamespace(name=name))
        downloads.remove_download_links(app, tree, "page")  # type: ignore[arg-type]
        assert tree.astext() == expected
