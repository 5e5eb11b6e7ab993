"""The book as a PDF, printed once by this machine's Chromium; and small books, where a whole one would be slow."""

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser
from pypdf import PdfReader
from pypdf.generic import Destination

from compendium.project.citation import read_edition
from compendium.project.paths import ROOT
from compendium.publish import pdf
from compendium.publish.print_pages import Chapter, Part, read_book_parts
from tests.conftest import Built

pytestmark = pytest.mark.slow

A4 = (595, 842)
INSIDE = 657
"""Width of a page of A4 between its margins, in CSS pixels."""


@pytest.fixture(scope="module")
def book(built: Built) -> list[Part]:
    return read_book_parts(built[0], ROOT / "_toc.yml")


@pytest.fixture(scope="module")
def content(browser: Browser, book: list[Part]) -> bytes:
    return pdf.print_pdf(book, read_edition(), browser)


def made(name: str, title: str, short: str, body: str) -> Chapter:
    article = BeautifulSoup(body, "html.parser").article
    assert article
    return Chapter(name, title, short, article)


@pytest.fixture(scope="module")
def reader(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


@pytest.fixture(scope="module")
def begins(content: bytes) -> dict[str, int]:
    return pdf.destination_pages(content)


@cache
def text(reader: PdfReader, number: int) -> str:
    """Return the words of a page, counted from one, without their spaces, which a PDF does not hold."""
    return re.sub(r"\s+", "", reader.pages[number - 1].extract_text())


def test_it_says_what_it_is(reader: PdfReader) -> None:
    root: Any = reader.trailer["/Root"]
    assert reader.metadata
    assert reader.metadata.title == read_edition().short_title
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    cover = text(reader, 1)
    for said in (
        read_edition().short_title,
        read_edition().version,
        read_edition().date_text,
        *read_edition().licences,
        read_edition().author_line,
    ):
        assert re.sub(r"\s+", "", said) in cover


def test_every_page_is_paper_and_no_chapter_is_missing(
    reader: PdfReader, book: list[Part], begins: dict[str, int]
) -> None:
    chapters = [chapter for part in book for chapter in part.chapters]
    assert len(reader.pages) > 2 * len(chapters)
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages} == {A4}
    assert [begins[chapter.name] for chapter in chapters] == sorted({begins[chapter.name] for chapter in chapters})


def test_the_contents_give_the_pages_on_which_chapters_begin(
    reader: PdfReader, book: list[Part], begins: dict[str, int]
) -> None:
    foot = re.sub(r"\s+", "", read_edition().short_title)
    told = "".join(text(reader, number) for number in range(2, begins["index"]))
    for part in book:
        for name, title in [(part.name, part.caption)] * bool(part.caption) + [
            (c.name, c.title) for c in part.chapters
        ]:
            words = re.sub(r"\s+", "", title)
            assert f"{words}{begins[name]}" in told, title
            assert words in text(reader, begins[name]), title
            # The number that stands in the foot of the page is the one that the contents give.
            assert text(reader, begins[name]).startswith(f"{begins[name]}{foot}"), title


def test_the_outline_has_parts_and_within_them_chapters(reader: PdfReader, book: list[Part]) -> None:
    def tree(entries: list[Any]) -> Iterator[tuple[str, list[Any]]]:
        for at, entry in enumerate(entries):
            if isinstance(entry, Destination):
                below = entries[at + 1] if at + 1 < len(entries) and isinstance(entries[at + 1], list) else []
                yield str(entry.title), below

    found = list(tree(reader.outline))
    captions = [part.caption or part.chapters[0].title for part in book]
    assert [title for title, _ in found] == ["Contents", *captions]
    for part, (_, below) in zip(book[1:], found[2:], strict=True):
        assert [title for title, _ in tree(below)] == [chapter.title for chapter in part.chapters]


def test_every_font_is_in_the_file(reader: PdfReader) -> None:
    fonts: dict[str, Any] = {}
    for page in reader.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            found = font.get_object()
            fonts[str(found.get("/BaseFont", found["/Subtype"]))] = found
    assert any("STIXGeneral" in name for name in fonts)
    for name, font in fonts.items():
        if font["/Subtype"] == "/Type3":  # holds its drawings itself
            continue
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & inner["/FontDescriptor"].get_object().keys(), name


def test_links_lead_to_places_of_the_file_and_to_other_hosts(reader: PdfReader) -> None:
    places, addresses = set(), set()
    for page in reader.pages:
        for entry in page.get("/Annots") or ():
            link = entry.get_object()
            if "/Dest" in link:
                places.add(str(link["/Dest"]))
            elif "/A" in link:
                addresses.add(str(link["/A"]["/URI"]))
    assert places
    assert places <= set(reader.named_destinations)
    assert addresses
    assert all(re.match(r"https?://(?!127\.)", address) for address in addresses), addresses


def test_nothing_is_wider_than_the_paper(browser: Browser, book: list[Part], tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(pdf.book_html(book, read_edition()), encoding="utf-8")
    (tmp_path / "print.css").write_text(pdf.STYLE_SHEET.read_text(encoding="utf-8"), encoding="utf-8")
    context = browser.new_context(viewport={"width": INSIDE, "height": 900})
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto((tmp_path / "index.html").as_uri())
    wide = page.evaluate(
        "most => document.documentElement.scrollWidth <= most ? [] : [...document.querySelectorAll('article *')]"
        ".filter(one => !one.closest('svg') && one.getBoundingClientRect().right > most + 1)"
        ".slice(0, 5).map(one => `${one.closest('.chapter').id}: ${one.outerHTML.slice(0, 80)}`)",
        INSIDE,
    )
    context.close()
    assert wide == []


NOTED = """<article class="chapter" id="one"><h1>One</h1>
<p>Said<sup class="mark"><a id="one--mark-1" href="#one--note-1">1</a></sup>.</p>
<table><thead><tr><th scope="col">A</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>
<section class="notes"><h2>Notes</h2><aside class="note" id="one--note-1"><a class="number" href="#one--mark-1">1</a>
<div class="text"><p>What stands behind it.</p></div></aside></section></article>"""


def test_notes_are_printed_and_the_same_book_gives_the_same_bytes(browser: Browser) -> None:
    book = [Part("", [made("one", "One", "One", NOTED)])]
    first = pdf.print_pdf(book, read_edition(), browser)
    reader = PdfReader(BytesIO(first))
    assert "Whatstandsbehindit." in text(reader, 3)
    assert {"/one--note-1", "/one--mark-1"} <= set(reader.named_destinations)
    assert pdf.print_pdf(book, read_edition(), browser) == first


FRAMED = """<article class="chapter" id="one"><h1>One</h1>
<p id="here">Said by [<a href="#here">Some <em>et al.</em>, 2016</a>], and by <a href="#here">one</a>.</p></article>"""


@pytest.mark.parametrize("before", ["", "for (const link of document.links) link.focus()"])
def test_a_link_of_several_parts_is_framed_once_whatever_the_engine_did_before(
    browser: Browser, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = pdf._print_until_stable

    def disturbed(page: Any) -> bytes:
        page.evaluate(f"() => {{ {before} }}")
        return settled(page)

    monkeypatch.setattr(pdf, "_print_until_stable", disturbed)
    content = pdf.print_pdf([Part("", [made("one", "One", "One", FRAMED)])], read_edition(), browser)
    frames = [entry.get_object() for page in PdfReader(BytesIO(content)).pages for entry in page.get("/Annots") or ()]
    assert len([frame for frame in frames if frame.get("/Dest") == "/here"]) == 2


def test_no_link_of_the_book_is_of_several_parts_and_no_block(
    browser: Browser, book: list[Part], tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text(pdf.book_html(book, read_edition()), encoding="utf-8")
    (tmp_path / "print.css").write_text(pdf.STYLE_SHEET.read_text(encoding="utf-8"), encoding="utf-8")
    page = browser.new_page()
    page.emulate_media(media="print")
    page.goto((tmp_path / "index.html").as_uri())
    parted = page.evaluate(
        "[...document.links].filter(one => one.childNodes.length > 1 && getComputedStyle(one).display === 'inline')"
        ".map(one => one.outerHTML)"
    )
    page.close()
    assert parted == []


def test_what_differs_from_printing_to_printing_is_put_right_and_nothing_moves() -> None:
    raw = b"/CreationDate (D:20261122170317+00'00')/ModDate (D:20261122170318+00'00') (node00000579) (node00000586)"
    other = raw.replace(b"170317", b"180000").replace(b"579", b"584").replace(b"586", b"999")
    assert pdf.normalise_pdf(raw, read_edition()) == pdf.normalise_pdf(other, read_edition())
    assert len(pdf.normalise_pdf(raw, read_edition())) == len(raw)
    assert b"(node00000000) (node00000001)" in pdf.normalise_pdf(raw, read_edition())


def test_contents_that_never_come_to_rest_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Page:
        def pdf(self, **_: object) -> bytes:
            return b""

        def evaluate(self, *_: object) -> list[str]:
            return ["one"]

    numbers = iter(range(100))
    monkeypatch.setattr(pdf, "destination_pages", lambda _: {"one": next(numbers)})
    with pytest.raises(pdf.UnstableContentsError, match="changed with each of"):
        pdf._print_until_stable(Page())  # type: ignore[arg-type]
