"""What lies beside the pages of the site: it is there, it opens, it is what the page shows, and it goes with it."""

import ast
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote
from xml.etree import ElementTree

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from docutils import nodes
from docutils.utils import new_document

from compendium.builder.sphinx_ext import downloads
from compendium.display import attachments, json_ld, outputs
from compendium.display.claim_records import build_claim_records
from compendium.display.outputs import RichOutput
from compendium.ledger import archive
from compendium.ledger.loader import load
from compendium.project.checksums import compare_folders
from compendium.project.citation import read_edition
from compendium.project.paths import BOOK, DATA, ROOT, find_chapters, notebook_path

pytestmark = pytest.mark.slow

Built = tuple[Path, subprocess.CompletedProcess[str]]
Line = tuple[Path, Tag, Tag]


@pytest.fixture(scope="module")
def lines(built: Built) -> list[Line]:
    """The lines that lead to files: the page, what stands before the line, and the line."""
    found = []
    for chapter in find_chapters():
        page = (built[0] / chapter.relative_to(ROOT)).with_suffix(".html")
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        assert soup.article is not None
        for line in soup.article.select("p.take:not(.whole)"):
            before = line.find_previous_sibling()
            assert isinstance(before, Tag), page.name
            found.append((page, before, line))
    return found


def target(line: Line, kind: str) -> Path:
    (link,) = (link for link in line[2].find_all("a") if link.text == kind)
    assert link.has_attr("download")
    return line[0].parent / unquote(str(link["href"]))


def caption(shown: Tag) -> str:
    told = shown.find(["caption", "figcaption"])
    assert told is not None
    return told.text


# --- the book as built


def test_every_table_and_figure_has_its_line_and_every_line_its_files(built: Built, lines: list[Line]) -> None:
    leading = {(page, id(before)) for page, before, _ in lines}
    assert len(leading) == len(lines) > 100
    named = set()
    for line in lines:
        _, before, take = line
        kinds = [link.text for link in take.find_all("a")]
        assert kinds == (["SVG", "CSV"] if before.name == "figure" else ["CSV"]), caption(before)
        for link in take.find_all("a"):
            named.add(target(line, link.text))
            if before.name == "figure" or "table-wrapper" in before.get_attribute_list("class"):
                assert link["aria-label"] == f"{link.text}: {caption(before)}"
    there = {path for path in built[0].rglob(f"*/{attachments.FILES_FOLDER}/*") if "_static" not in path.parts}
    assert named | set(listed(built[0])) == there


def listed(html: Path) -> Iterator[Path]:
    """Yield the files of the tables that the page on taking away lists, each on its own."""
    page = html / "book" / "reference" / "downloads.html"
    for link in BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select("ul.take a[download]"):
        yield page.parent / unquote(str(link["href"]))


def test_every_table_of_the_ledger_is_listed_as_a_file_of_its_own(built: Built) -> None:
    filled = [name for name, frame in load().load_all().frames.items() if len(frame)]
    assert len(list(listed(built[0]))) == len(filled)


def test_the_csv_of_every_table_opens_and_has_its_rows(lines: list[Line]) -> None:
    shown = [line for line in lines if "table-wrapper" in line[1].get_attribute_list("class")]
    assert len(shown) > 80
    for line in shown:
        frame = pd.read_csv(target(line, "CSV"))
        assert len(frame) >= len(line[1].select("tbody tr")), caption(line[1])
        assert not any(re.search(r"</?\w+[^>]*>|&\w+;", str(cell)) for cell in frame.to_numpy().ravel()), caption(
            line[1]
        )
        assert all(frame.columns.str.len() > 0)
        assert not frame.columns.str.startswith("Unnamed").any(), caption(line[1])


KINDS = {"claim_id": "claims", "event_id": "timeline", "observation_id": "official"}


@pytest.mark.parametrize(("column", "home"), KINDS.items())
def test_a_table_of_claims_events_or_observations_has_the_id_of_every_one_it_links_to(
    lines: list[Line], column: str, home: str
) -> None:
    looked = 0
    for line in lines:
        frame = pd.read_csv(target(line, "CSV"), dtype=str) if line[1].name == "div" else pd.DataFrame()
        if column in frame:
            hrefs = [str(link["href"]) for link in line[1].select("tbody a[href]")]
            linked = {unquote(href.split("#")[1]) for href in hrefs if f"/{home}.html#" in href}
            cells = "\n".join(frame.fillna("").to_numpy(dtype=str).ravel())
            assert [name for name in linked if name not in cells] == [], caption(line[1])
            looked += len(linked)
    assert looked > 20


def test_intervals_are_numbers_in_csv(lines: list[Line]) -> None:
    read = 0
    for line in lines:
        frame = pd.read_csv(target(line, "CSV"))
        if {"low", "high", "ends"} <= set(frame):
            assert all(kind.kind in "if" for kind in frame[["low", "high"]].dtypes), caption(line[1])
            assert (frame["low"].fillna(-float("inf")) <= frame["high"].fillna(float("inf"))).all(), caption(line[1])
            read += len(frame)
    assert read > 100


def test_every_drawing_is_an_image_of_its_own(lines: list[Line]) -> None:
    figures = [line for line in lines if line[1].name == "figure"]
    assert len(figures) > 30
    for line in figures:
        root = ElementTree.parse(target(line, "SVG")).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root[0].text == caption(line[1])
        assert all(float(root.attrib[side].removesuffix("pt")) > 50 for side in ("width", "height"))
        assert "var(" not in target(line, "SVG").read_text(encoding="utf-8")
        ids = {own.get("id") for own in root.iter()} - {None}
        used = re.findall(r"#([\w-]+)(?=[\")])", target(line, "SVG").read_text(encoding="utf-8"))
        assert {name for name in used if not re.fullmatch("[0-9a-f]{3,6}", name)} <= ids


def test_every_page_offers_its_notebook_as_it_is_stored(built: Built) -> None:
    for chapter in find_chapters():
        page = (built[0] / chapter.relative_to(ROOT)).with_suffix(".html")
        text = page.read_text(encoding="utf-8")
        foot = BeautifulSoup(text[text.rindex("<footer") :], "html.parser")  # what stands above it is long
        (link,) = foot.select("footer p.take a")
        assert (page.parent / str(link["href"])).read_bytes() == notebook_path(chapter).read_bytes()
    for made in ("search.html", "genindex.html"):
        assert "as a notebook" not in (built[0] / made).read_text(encoding="utf-8")


def test_the_site_has_the_archive_that_the_command_makes(built: Built) -> None:
    extra = {
        json_ld.JSON_LD_FILE: json_ld.claims_document(build_claim_records(load()), read_edition().short_title).encode()
    }
    assert (built[0] / archive.LEDGER_ARCHIVE).read_bytes() == archive.build_archive(extra_members=extra)


def test_what_can_be_taken_away_stays_small_enough_to_keep(built: Built) -> None:
    taken = [
        path
        for path in built[0].rglob("*")
        if path.suffix in {".csv", ".ipynb", ".zip"} or path.parent.name == attachments.FILES_FOLDER
    ]
    assert sum(path.stat().st_size for path in taken) < 20_000_000


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


# --- the page that says how to open it


@pytest.fixture(scope="module")
def examples() -> dict[str, list[str]]:
    text = (BOOK / "reference" / "downloads.md").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for language, code in re.findall(r"^```(sh|python)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        found.setdefault(language, []).append(code)
    found["inline"] = re.findall(r"`(import [^`]+)`", text)
    return found


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the archive unpacked as the page says."""
    folder = tmp_path_factory.mktemp("reader")
    zipfile.ZipFile(io.BytesIO(archive.cached_archive(ROOT / ".cache" / "bundle"))).extractall(folder / "ledger")
    return folder


def test_the_examples_in_python_run_as_they_stand(
    examples: dict[str, list[str]], beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(beside)
    shown, kept = [], {}
    for code in examples["inline"]:
        exec(code, kept)
    for code in examples["python"]:
        tree = ast.parse(code)
        last = tree.body.pop()
        assert isinstance(last, ast.Expr), code
        exec(compile(tree, "example", "exec"), kept)
        shown.append(eval(compile(ast.Expression(last.value), "example", "eval"), kept))
    by_source, by_publisher, named = shown
    assert by_source.sum() == len(named) == len(pd.read_csv(DATA / "claims.csv"))
    assert len(by_publisher.fetchall()) > 10
    kept["ledger"].close()


def test_the_commands_of_the_page_run_as_they_stand(examples: dict[str, list[str]], beside: Path) -> None:
    unzip, datasette, frictionless = (code.strip() for code in examples["sh"])
    assert unzip == f"unzip {archive.LEDGER_ARCHIVE} -d ledger"
    tools = Path(sys.executable).parent
    for command, said in ((f"{datasette} --get /ledger.json", '"claims"'), (frictionless, "valid")):
        run = subprocess.run(
            f"{tools}/{command}", shell=True, cwd=beside, capture_output=True, text=True, check=False, env=os.environ
        )
        assert run.returncode == 0, run.stdout + run.stderr
        assert said in run.stdout.lower()
