"""What a stranger puts into a cell is text wherever it is shown, or is refused with its place."""

import io
import json
import re
import shutil
import sqlite3
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from playwright.sync_api import Browser

from compendium.builder.static_server import serving
from compendium.cli.app import main
from compendium.curation.validation import validate
from compendium.display import attachments
from compendium.ledger import archive
from compendium.ledger.loader import Ledger, load
from compendium.project.problems import Problem
from tests.support import elsewhere, hostile, making
from tests.support.chapters import page
from tests.support.hostile import ADDRESSES, INERT, REFUSED

pytestmark = pytest.mark.slow

ANALYSES = ("reconcile", "corroborate", "chronology", "independence", "sensitivity")
CELL = re.compile(r"^```\{code-cell\} ipython3\n(.*?)^```$", re.S | re.M)
LINKED = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)
SHOWN = ("evidence/claims", "evidence/sources", "evidence/citations", "evidence/timeline")
"""Pages that between them show free text of every sort, with cards, filters, a page for each claim, linked data."""
EVERY = """
from compendium import open_ledger
from IPython.display import display
ledger = open_ledger()
for name, frame in ledger.tables.frames.items():
    if len(frame):
        display(ledger.table(frame.head(20).astype(str), f"All of {name}"))
"""


def hidden(text: str) -> set[str]:
    """Return the characters of an output that a terminal may act on."""
    return {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") and sign != "\n"}


# --- what is refused


def test_texts_that_are_not_plain_are_refused_with_their_place(
    small_data: Path, spoil_small: Callable[..., int]
) -> None:
    plain = [how for how in REFUSED if how not in ("megabyte", "null")]
    notes = [("claims", key) for key in keys(small_data, "claims")]
    lines = {how: spoil_small(*place, "note", REFUSED[how]) for how, place in zip(plain, notes, strict=False)}
    assert len(lines) == len(plain)
    places = {
        problem.row for problem in validate(small_data) if (problem.file, problem.column) == ("claims.csv", "note")
    }
    assert {how for how, line in lines.items() if line not in places} == set()


@pytest.mark.parametrize("how", ["megabyte", "null"])
def test_what_no_reader_of_tables_takes_is_refused_with_its_line(
    small_data: Path, spoil_small: Callable[..., int], how: str
) -> None:
    line = spoil_small("events", keys(small_data, "events")[3], "note", REFUSED[how])
    found = [problem for problem in validate(small_data) if (problem.file, problem.row) == ("events.csv", line)]
    assert found
    assert all(len(str(problem)) < 1000 for problem in found)


def test_an_address_that_leads_elsewhere_than_to_the_web_is_refused(
    small_data: Path, spoil_small: Callable[..., int]
) -> None:
    places = [(table, key) for table in ("official-economy", "official-crossing") for key in keys(small_data, table)]
    changed = [(place[0], spoil_small(*place, "address", text)) for text, place in zip(ADDRESSES, places, strict=False)]
    assert len(changed) == len(ADDRESSES)
    problems = [problem for problem in validate(small_data) if problem.column == "address"]
    found = {(problem.file.replace("/", "-").removesuffix(".csv"), problem.row) for problem in problems}
    assert found == set(changed)


def keys(data: Path, table: str) -> list[str]:
    return [str(key) for key in load(data)[table].iloc[:, 0]]


def test_a_table_outside_of_the_ledger_is_refused(small_data: Path) -> None:
    path = small_data / "datapackage.json"
    shutil.copy(small_data / "reasons.csv", small_data.parent)
    path.write_text(path.read_text(encoding="utf-8").replace('"reasons.csv"', '"../reasons.csv"'), encoding="utf-8")
    assert validate(small_data)


# --- what is told of it


@pytest.mark.parametrize("how", sorted(set(REFUSED) - {"long", "megabyte"}))
def test_a_problem_hands_nothing_to_the_terminal(how: str) -> None:
    text = REFUSED[how]
    said = str(Problem(f"a{text}.csv", 2, text, text, f"one of {text}"))
    assert not hidden(said)
    assert "\n" not in said


def test_no_command_hands_control_characters_to_the_terminal(
    small_data: Path, spoil_small: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil_small(
        "events",
        keys(small_data, "events")[0],
        "note",
        "".join(map(REFUSED.get, ("escape", "override", "other controls"))),
    )
    spoil_small("claims", keys(small_data, "claims")[0], "unit", REFUSED["title of a window"])
    found = validate(small_data)
    assert {problem.file for problem in found} >= {"events.csv", "claims.csv"}
    monkeypatch.setattr("compendium.curation.validation.validate", lambda _: found)  # once is enough for all of them
    commands = [["check"], ["verify", "--sources", str(tmp_path)], ["refresh", "gdp", "--service", "http://127.0.0.1:9"],
                ["bundle", str(tmp_path / "ledger.zip")], *([name] for name in ANALYSES)]  # fmt: skip
    for command in commands:
        ended = CliRunner().invoke(main, [*command, "--data", str(small_data)])
        assert ended.exit_code in (1, 2), command
        assert isinstance(ended.exception, SystemExit), command
        assert not hidden(ended.output), command


# --- what is let in, and is nothing but text


@pytest.fixture(scope="module")
def let_in(small: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger each of whose free texts is hostile."""
    data = Path(shutil.copytree(small.data, tmp_path_factory.mktemp("hostile") / "data"))
    hostile.filled(data)
    return data


def test_any_plain_text_is_let_in(let_in: Path) -> None:
    assert [str(problem) for problem in validate(let_in)] == []


def test_the_archive_holds_each_text_as_it_is(let_in: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(io.BytesIO(archive.build_archive(let_in))).extractall(tmp_path)
    ledger = load(let_in)
    opened = sqlite3.connect(tmp_path / archive.SQLITE)
    for table in ("events", "sources", "claims"):
        kept = [row[0] or "" for row in opened.execute(f"SELECT note FROM {table} ORDER BY rowid")]
        assert kept == list(ledger[table]["note"])
    opened.close()
    assert any(text in INERT for text in ledger["events"]["note"])


def test_no_cell_of_a_file_beside_a_page_begins_a_formula() -> None:
    frame = pd.DataFrame({"a": [*REFUSED.values(), *INERT, "\t=1+1", " =1+1", "-3.5", "+3", "−3"]})
    for line in attachments.as_csv(frame[frame["a"].str.len() < 1000]).splitlines():
        assert not re.match(r'"?[\s]*[=+@＝＋－＠]|"?[\s]*-(?![0-9.]+$)', line) or line == "+3"
        assert "\x1b" not in line


@pytest.fixture(scope="module")
def site(let_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of the book, made of the hostile ledger by all that makes pages."""
    root = making.make_project(tmp_path_factory.mktemp("spoilt") / "book")
    shutil.rmtree(root / "data")
    shutil.copytree(let_in, root / "data")
    for path in (root / "book").rglob("*.md"):
        name = path.relative_to(root / "book").with_suffix("").as_posix()
        code = CELL.findall(path.read_text(encoding="utf-8"))
        path.unlink()
        if name in SHOWN:
            page(path, *(re.sub(r"^:.*\n", "", cell) for cell in code))
    page(root / "book" / "index.md", EVERY)
    toc = ["format: jb-book", "root: book/index", "chapters:", *(f"- file: book/{name}" for name in SHOWN)]
    (root / "_toc.yml").write_text("\n".join(toc) + "\n", encoding="utf-8")
    ended = elsewhere.run(root, "-m", "compendium", "build", PYTHONHASHSEED="0")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return root / "_build" / "html"


def test_no_page_has_a_script_a_handler_or_a_style_of_a_cell(site: Path) -> None:
    """A cell that became markup would be an element or an attribute that no page of the book has."""
    seen = ""
    for path in sorted(site.rglob("*.html")):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        seen += soup.get_text()
        for tag in soup.find_all(True):
            assert tag.name not in ("iframe", "object", "embed", "base"), path
            assert not [name for name in tag.attrs if name.startswith("on") or name in ("srcdoc", "style")], path
            for name in ("href", "src", "action", "formaction", "xlink:href"):
                assert not re.match(r"\s*(?:javascript|data|vbscript):", str(tag.get(name, "")), re.I), path
        for script in soup.find_all("script"):
            assert script.get("type") == "application/ld+json" or "hit" not in str(script), path
        assert not [
            tag for tag in soup.find_all(["style", "img"]) if tag.get("src") == "x" or "display:none" in str(tag)
        ]
    for text in INERT[:3]:
        assert text in seen, "what is hostile is shown, as the text it is"


def test_linked_data_in_a_page_is_whole_whatever_the_texts(site: Path) -> None:
    found = sorted((site / "book" / "claim").glob("*.html"))
    assert found
    for path in found:
        (script,) = re.findall(
            r'<script type="application/ld\+json">(.*?)</script>', path.read_text(encoding="utf-8"), re.S
        )
        assert json.loads(script)["@graph"]
        assert "<" not in script


def test_nothing_of_a_cell_runs_in_a_browser(site: Path, browser: Browser) -> None:
    context, told = browser.new_context(), []
    pages = [site / "book" / f"{name}.html" for name in ("index", *SHOWN)]
    pages += sorted((site / "book" / "claim").glob("*.html"))[:3]
    with serving(site) as address:
        for path in pages:
            opened = context.new_page()
            opened.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
            opened.goto(f"{address}/{path.relative_to(site).as_posix()}")
            assert opened.evaluate("window.hit") is None, path
            for link in opened.locator("[data-card]").all()[:2]:
                link.hover()
            assert opened.evaluate("window.hit") is None, path
            opened.close()
    context.close()
    assert told == []
