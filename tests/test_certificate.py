"""What a page certifies: the commit of a checkout, or that which an archive brings; and the places that are filled."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from compendium.builder import provenance as certificates
from compendium.builder.provenance import (
    PROVENANCE_FILE,
    Provenance,
    data_hash,
    fill_placeholders,
    read_provenance,
    source_provenance_json,
)
from compendium.cli.app import main
from compendium.project.paths import DATA, ROOT
from conftest import Built

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FOUND = Provenance(COMMIT, False, "d" * 64, "e" * 64)
PAGE = '<p class="certificate"><a href="x">Edition</a><span class="certified">{}</span></p>\n<p>Text.</p>'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("x==1\n", encoding="utf-8")
    return tmp_path


def git(root: Path, *words: str) -> str:
    own = ["-c", "user.name=A", "-c", "user.email=a@x.example", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *own, *words], cwd=root, capture_output=True, text=True, check=True).stdout.strip()


def test_a_checkout_tells_its_commit_and_whether_anything_differs(root: Path) -> None:
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "One")
    assert read_provenance(root).commit == git(root, "rev-parse", "HEAD")
    assert not read_provenance(root).modified
    (root / "new.txt").write_text("", encoding="utf-8")
    assert read_provenance(root).modified
    assert read_provenance(root).short_commit.endswith(", with changes")


def test_an_archive_tells_what_it_brings_and_no_more(root: Path) -> None:
    assert read_provenance(root).short_commit == "commit not known"
    (root / PROVENANCE_FILE).write_text(json.dumps({"commit": COMMIT, "modified": True}), encoding="utf-8")
    assert (read_provenance(root).commit, read_provenance(root).modified) == (COMMIT, True)
    assert json.loads(source_provenance_json(root)) == {"commit": COMMIT, "modified": True}


@pytest.mark.parametrize("said", ["", "[]", '{"commit": 1, "modified": false}', '{"commit": "<b>", "modified": false}'])
def test_what_is_no_commit_is_not_shown(root: Path, said: str) -> None:
    (root / PROVENANCE_FILE).write_text(said, encoding="utf-8")
    assert read_provenance(root).commit == ""


def test_data_and_lock_are_what_a_reader_can_compute(root: Path) -> None:
    printed = CliRunner().invoke(main, ["manifest", str(DATA)]).stdout
    assert data_hash(DATA) == hashlib.sha256(printed.encode()).hexdigest()
    assert read_provenance(root).lock == hashlib.sha256(b"x==1\n").hexdigest()
    before = read_provenance(root).data
    (root / "data" / "a.csv").write_text("a\n2\n", encoding="utf-8")
    assert read_provenance(root).data != before


def test_places_are_filled_and_filled_anew_and_nothing_else_is_touched(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(PAGE.format(""), encoding="utf-8")
    (tmp_path / "b.html").write_text("<p>No place.</p>", encoding="utf-8")
    assert fill_placeholders(tmp_path, FOUND) == 1
    assert page.read_text(encoding="utf-8") == PAGE.format(" · commit 0123456789 · data dddddddddd · lock eeeeeeeeee")
    assert fill_placeholders(tmp_path, FOUND) == 0
    assert fill_placeholders(tmp_path, Provenance("", False, "f" * 64, "e" * 64)) == 1
    assert "commit not known · data ffffffffff" in page.read_text(encoding="utf-8")


def test_the_whole_certificate_stands_where_it_is_asked_for(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text('<div class="certified-whole on-screen"></div>', encoding="utf-8")
    fill_placeholders(tmp_path, FOUND)
    shown = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    assert [tag.text for tag in shown.find_all("code")] == [COMMIT, "d" * 64, "e" * 64]


def test_every_page_of_the_book_certifies_itself(built: Built) -> None:
    html, now = built[0], read_provenance()
    pages = [path for path in html.rglob("*.html") if path.parent != html]
    assert len(pages) > 100
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert (
            f"data {now.data[: certificates.SHORT_HASH_LENGTH]} · lock {now.lock[: certificates.SHORT_HASH_LENGTH]}"
            in text
        ), path
        assert 'class="certified"></span>' not in text, path
    whole = (html / "book" / "reference" / "reproducing.html").read_text(encoding="utf-8")
    assert now.data in whole
    assert now.lock in whole
    assert (ROOT / ".git").exists() is (now.commit in whole and bool(now.commit))
