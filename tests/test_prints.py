"""Which files of the book a site offers; the files themselves are the office of other tests."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from test_rebuilt import TOC, written
from test_rebuilt import built as built_over

from compendium.builder import pipeline, print_files
from compendium.cli.app import main
from compendium.project.paths import ROOT
from compendium.publish import print_book

INPUTS = {"a": "1", "b": "2"}


def lay(folder: Path, made_from: str) -> dict[str, str]:
    """Put files of a book into a folder, with what they were made from; return their check sums."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name in (print_files.PDF_FILE, print_files.EPUB_FILE):
        (folder / name).write_text(f"{name} {made_from}", encoding="utf-8")
        files[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / print_files.PRINT_RECORD).write_text(json.dumps({"from": made_from, "files": files}), encoding="utf-8")
    return files


def test_files_of_the_same_book_are_fresh(tmp_path: Path) -> None:
    files = lay(tmp_path, print_files.book_digest(INPUTS))
    assert print_files.current_print_files(tmp_path, lambda: INPUTS) == files
    assert print_files.current_print_files(tmp_path, lambda: {**INPUTS, print_files.INPUT_KEY: "whatever"}) == files
    assert print_files.print_files_digest(tmp_path, INPUTS) == " ".join(sorted(files.values()))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / print_files.PDF_FILE).write_text("cut", encoding="utf-8"),
        lambda folder: (folder / print_files.EPUB_FILE).unlink(),
        lambda folder: (folder / print_files.PRINT_RECORD).unlink(),
        lambda folder: (folder / print_files.PRINT_RECORD).write_text("{", encoding="utf-8"),
        lambda folder: (folder / print_files.PRINT_RECORD).write_text("[1]", encoding="utf-8"),
        lambda folder: (folder / print_files.PRINT_RECORD).write_text('{"files": {}}', encoding="utf-8"),
        shutil.rmtree,
    ],
)
def test_files_that_are_not_whole_are_not_fresh(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    lay(tmp_path / "print", print_files.book_digest(INPUTS))
    spoil(tmp_path / "print")
    assert print_files.current_print_files(tmp_path / "print", lambda: INPUTS) == {}
    assert print_files.print_files_digest(tmp_path / "print", INPUTS) == ""


@pytest.mark.parametrize("inputs", [{"a": "1"}, {"a": "2", "b": "1"}, {**INPUTS, "c": "3"}])
def test_files_of_another_book_are_not_fresh(tmp_path: Path, inputs: dict[str, str]) -> None:
    lay(tmp_path, print_files.book_digest(INPUTS))
    assert print_files.current_print_files(tmp_path, lambda: inputs) == {}


def test_a_site_offers_fresh_files_and_takes_stale_ones_away(tmp_path: Path) -> None:
    root, into = tmp_path / "root", tmp_path / "into"
    shutil.copytree(ROOT / "book", root / "book", ignore=shutil.ignore_patterns("*.md", "*.ipynb"))
    shutil.copy(ROOT / "_config.yml", root)
    (root / "_toc.yml").write_text(TOC, encoding="utf-8")
    written(root / "book", {name: f"# {name}\n" for name in ("index", "first", "second", "third")})
    made, html = into / "_build" / "print", into / "_build" / "html"

    def offered() -> list[str]:
        page = BeautifulSoup((html / "print.html").read_text(encoding="utf-8"), "html.parser")
        links = [str(link["href"]) for link in page.select("article ul.prints a")]
        assert sorted(links) == sorted(path.relative_to(html).as_posix() for path in html.glob("_prints/*"))
        return links

    built_over(root, into)
    assert offered() == []
    lay(made, print_files.book_digest(pipeline.input_digests()))
    built_over(root, into)  # no page has changed
    assert offered() == [f"_prints/{print_files.PDF_FILE}", f"_prints/{print_files.EPUB_FILE}"]
    assert (html / "_prints" / print_files.PDF_FILE).read_bytes() == (made / print_files.PDF_FILE).read_bytes()
    lay(made, "another book")
    built_over(root, into)
    assert offered() == []


def test_without_chromium_nothing_is_printed_and_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compendium.cli.book.build_book", lambda *_: None)
    monkeypatch.setattr(print_book, "PRINT_FOLDER", tmp_path / "print")
    result = CliRunner().invoke(main, ["print"], env={"CHROME_PATH": str(tmp_path / "none")})
    assert result.exit_code == 1
    assert "Printing needs Chromium, and this machine has none" in result.stderr
    assert isinstance(result.exception, SystemExit)
    assert not (tmp_path / "print").exists()


def test_a_page_that_is_missing_is_told_and_old_files_are_fresh_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compendium.quality.audit.chromium", lambda: tmp_path)
    lay(tmp_path / "print", print_files.book_digest(INPUTS))
    with pytest.raises(print_book.PrintError, match=r"book/index\.html: not in"):
        print_book.make_print_files(INPUTS, log=lambda _: None, folder=tmp_path / "print")
    assert print_files.current_print_files(tmp_path / "print", lambda: INPUTS) == {}
