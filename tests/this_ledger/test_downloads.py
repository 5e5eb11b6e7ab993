"""What lies beside the pages of the site: it is there, it opens, it is what the page shows, and it goes with it."""

import ast
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag

from compendium.display import attachments, json_ld
from compendium.display.claim_records import build_claim_records
from compendium.ledger import archive
from compendium.ledger.loader import load
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
