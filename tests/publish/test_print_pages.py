"""The pages of a site as chapters of one book, in a small site made up for it."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from compendium.project.paths import ROOT
from compendium.publish.print_pages import NotBuiltError, Part, read_book_parts, read_toc

TOC = """
format: jb-book
root: top/index
parts:
  - caption: One & all
    chapters:
      - file: top/one/index
        title: Introduction
      - file: top/one/page
        title: Page
        sections:
          - file: top/one/under
"""
CARD = '<aside class="card" id="{}" popover><p><b>{}</b> <a href="../one/page.html#here">more</a></p></aside>'
PAGES = {
    "top/index": '<h1>The book<a class="headerlink" href="#a">¶</a></h1><p id="here">'
    'See <a href="one/page.html#here">it</a>,'
    ' <a href="one/page.html#gone">it</a>, <a href="../genindex.html">index</a>, <a href="https://x.example/#y">there</a>,'
    ' <a href="#here">self</a>.</p>',
    "top/one/index": '<h1>One &amp; all</h1><h2>Sub</h2><svg><defs><path id="m" d="m0 0"/></defs>'
    '<use href="#m" clip-path="url(#m)"/></svg><details open><summary>More</summary><p>Inside.</p></details>'
    "<td><small>s<details><ul><li>x</li></ul></details></small></td>",
    "top/one/page": '<h1>A &lt;page&gt;</h1>'
    '<div class="cell"><details class="fold"><summary>Show</summary>code = 1</details></div>'
    '<p id="here"><a href="../index.html#here" data-card="c1">first</a>, <a href="#here" data-card="c2">second</a>,'
    ' <a href="#here" data-card="c1">again</a>, <a href="#here" data-card="none">no card</a>'
    '<a href="t.csv" download>CSV</a></p>'
    f'<button>Press</button>{CARD.format("c2", "Two")}{CARD.format("c1", "One")}{CARD.format("c3", "Nobody")}',
    "top/one/under": "<h1>Under</h1>",
}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "toc.yml").write_text(TOC, encoding="utf-8")
    for name, body in PAGES.items():
        path = tmp_path / "html" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        page = f'<nav><a href="x">x</a></nav><article role="main" id="m">{body}</article><p>Foot</p>'
        path.write_text(page, encoding="utf-8")
    return tmp_path


@pytest.fixture
def book(site: Path) -> list[Part]:
    return read_book_parts(site / "html", site / "toc.yml")


def body(book: list[Part], name: str) -> BeautifulSoup:
    (found,) = [chapter.body for part in book for chapter in part.chapters if chapter.name == name]
    return BeautifulSoup(str(found), "html.parser")


def test_the_book_has_the_order_of_the_contents(book: list[Part]) -> None:
    assert [(part.caption, [(c.name, c.title, c.short_title) for c in part.chapters]) for part in book] == [
        ("", [("index", "The book", "The book")]),
        ("One & all", [("one-index", "Introduction", "Introduction"), ("one-page", "A <page>", "Page"),
                       ("one-under", "Under", "Under")]),
    ]  # fmt: skip
    assert [part.name for part in book][1] == "part-one-all"


def test_a_heading_is_as_deep_as_its_part_makes_it(book: list[Part]) -> None:
    assert body(book, "index").h1
    inside = body(book, "one-index")
    assert (inside.h1, inside.h2.text, inside.h3.text) == (None, "Introduction", "Sub")


def test_no_id_stands_twice_and_every_link_within_leads_somewhere(book: list[Part]) -> None:
    whole = BeautifulSoup("".join(str(chapter.body) for part in book for chapter in part.chapters), "html.parser")
    ids = [str(tag["id"]) for tag in whole.find_all(id=True)]
    assert len(ids) == len(set(ids)) > 10
    links = [str(tag["href"]) for tag in whole.find_all(href=True)]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert whole.use["clip-path"] == "url(#one-index--m)"


def test_links_lead_within_the_book_or_to_another_host(book: list[Part]) -> None:
    found = [(str(link["href"]), link.text) for link in body(book, "index").find_all("a")]
    assert found == [
        ("#one-page--here", "it"),
        ("#one-page", "it"),
        ("https://x.example/#y", "there"),
        ("#index--here", "self"),
    ]
    assert "index</span>" in str(body(book, "index"))


def test_a_file_of_a_site_with_an_address_is_linked_there(site: Path) -> None:
    front = site / "html" / "top" / "index.html"
    canonical = '<link rel="canonical" href="https://x.example/s/top/index.html">'
    front.write_text(canonical + front.read_text(encoding="utf-8"), encoding="utf-8")
    found = body(read_book_parts(site / "html", site / "toc.yml"), "index").find_all("a")
    assert [str(link["href"]) for link in found if link.text == "index"] == ["https://x.example/s/genindex.html"]


def test_what_only_a_screen_has_a_use_for_is_left_out_and_what_is_folded_is_open(book: list[Part]) -> None:
    page = body(book, "one-page")
    assert not page.select("button, details, summary, .headerlink, .cell, a[download], [data-card], [popover]")
    assert "code" not in page.text
    opened = body(book, "one-index").select("div.opened")
    assert [one.text for one in opened] == ["MoreInside.", "x"]
    assert opened[1].parent.name == "div"  # what holds a block is one


def test_cards_become_notes_each_once_and_numbered_as_they_come(book: list[Part]) -> None:
    page = body(book, "one-page")
    marks = page.select("sup.mark a")
    assert [(mark.text, str(mark["href"])) for mark in marks] == [
        ("1", "#one-page--note-1"), ("2", "#one-page--note-2"), ("1", "#one-page--note-1"),
    ]  # fmt: skip
    assert [mark.parent.find_previous_sibling("a").text for mark in marks] == ["first", "second", "again"]
    notes = page.select("section.notes aside.note")
    assert [(str(note["id"]), note.b.text) for note in notes] == [
        ("one-page--note-1", "One"),
        ("one-page--note-2", "Two"),
    ]
    assert [str(note.select("a.number")[0]["href"]) for note in notes] == ["#one-page--mark-1", "#one-page--mark-2"]
    assert [str(note.p.a["href"]) for note in notes] == ["#one-page--here"] * 2
    assert not page.select(".card")
    assert "Nobody" not in page.text
    assert not body(book, "index").select(".notes")


def test_a_page_that_is_not_there_is_named(site: Path) -> None:
    (site / "html" / "top" / "one" / "under.html").write_text("<p>no article</p>", encoding="utf-8")
    with pytest.raises(NotBuiltError, match=r"top/one/under\.html: holds no article"):
        read_book_parts(site / "html", site / "toc.yml")
    (site / "html" / "top" / "one" / "page.html").unlink()
    with pytest.raises(NotBuiltError, match=r"top/one/page\.html: not in .*`make book` builds it"):
        read_book_parts(site / "html", site / "toc.yml")


def test_all_pages_of_the_books_own_contents_are_listed() -> None:
    named = re.findall(r"(?:file|root): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    assert [page for _, pages in read_toc(ROOT / "_toc.yml") for page, _ in pages] == named
