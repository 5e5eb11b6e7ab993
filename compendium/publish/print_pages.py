"""Pages of the built site as chapters of a printed book: in order of the contents, cross-linked, cards as endnotes.

Built pages and table of contents are only read; `compendium.publish.pdf` prints the chapters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag
from bs4.filter import SoupStrainer

SCREEN_ONLY = (
    ".cell_input, details.fold, .headerlink, .back-to-top, .on-screen, .take, script, style, link, template, form, "
    "button, input, select, dialog, a[download], [hidden]"
)
"""Selector of elements without use on paper: folded code, link marks, controls, downloads."""
DROPPED_ATTRIBUTES = ("tabindex", "popover", "popovertarget", "data-card", "title", "download", "target", "rel")
ID_REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "headers", "for")
"""Attributes that hold ids."""
URL_REFERENCE_PATTERN = re.compile(r"url\(#([^)]+)\)")
PHRASING_ELEMENTS = {"p", "small", "span"}
"""Elements that may not contain block elements."""
WIDE_TABLE_COLUMNS = 7
"""Number of columns from which a table is set in small type."""


@dataclass(frozen=True)
class Chapter:
    """A page of the site as a chapter of the book."""

    name: str
    """Unique name; prefix of all its ids."""
    title: str
    short_title: str
    body: Tag
    """The article; in a part with a caption, headings are one level lower than on the page."""


@dataclass(frozen=True)
class Part:
    """Chapters under a heading; no heading if the caption is empty."""

    caption: str
    chapters: list[Chapter] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the id of its heading."""
        return "part-" + re.sub(r"\W+", "-", self.caption.lower())


class TocEntry(NamedTuple):
    """A page of the table of contents; the short title is `""` if it has none of its own."""

    page: str
    short_title: str


class TocPart(NamedTuple):
    """A part of the table of contents; the caption is `""` for pages before the first part."""

    caption: str
    entries: list[TocEntry]


class NotBuiltError(Exception):
    """A page of the table of contents is not built, or has no article; the message names it."""


def read_toc(toc: Path) -> list[TocPart]:
    """Return the parts of a `_toc.yml`: caption, and pages with their short titles."""
    content = yaml.safe_load(toc.read_text(encoding="utf-8"))
    root = TocPart("", [TocEntry(str(content["root"]), ""), *_pages(content)])
    return [root] + [TocPart(str(part.get("caption", "")), list(_pages(part))) for part in content.get("parts", ())]


def _pages(within: Mapping[str, Any]) -> Iterator[TocEntry]:
    for entry in [*within.get("chapters", ()), *within.get("sections", ())]:
        if "file" in entry:
            yield TocEntry(str(entry["file"]), str(entry.get("title", "")))
        yield from _pages(entry)


def read_book_parts(html: Path, toc: Path) -> list[Part]:
    """Return the parts of the book, with every built page of the table of contents adapted for print.

    Raises
    ------
    NotBuiltError
        if a page is missing.
    """
    order = read_toc(toc)
    root = order[0].entries[0].page
    pages = {page: _article(html, page) for _, entries in order for page, _ in entries}
    names = {page: page_name(page, root) for page in pages}
    ids = {page: {str(tag["id"]) for tag in article.find_all(id=True)} for page, article in pages.items()}
    site = _site(html / f"{root}.html", root)
    for page, article in pages.items():
        _clear(article)
        _link(article, page, names, ids, site)
        _note(article, names[page])
    return [
        Part(caption, [_chapter(pages[page], names[page], short, caption) for page, short in entries])
        for caption, entries in order
    ]


def page_name(page: str, root: str) -> str:
    """Return the name of a page in the book: its path below the folder of the root page, with hyphens for slashes."""
    return page.removeprefix(f"{root.rpartition('/')[0]}/").replace("/", "-")


def _article(html: Path, page: str) -> Tag:
    path = html / f"{page}.html"
    if not path.is_file():
        raise NotBuiltError(f"{page}.html: not in {html}; `make book` builds it")
    only = SoupStrainer("article", attrs={"role": "main"})
    found = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser", parse_only=only).article
    if found is None:
        raise NotBuiltError(f"{page}.html: holds no article; `make book FRESH=1` builds it anew")
    return found


def _site(front: Path, page: str) -> str:
    """Return the address that a site was built for, from its front page; `""` if none."""
    found = re.search(r'<link rel="canonical" href="([^"]+)"', front.read_text(encoding="utf-8"))
    return found[1].removesuffix(f"{page}.html") if found else ""


def _chapter(article: Tag, name: str, short: str, caption: str) -> Chapter:
    heading = article.find("h1")
    title = " ".join(heading.get_text().split()) if heading else short
    if caption and title == caption:  # the first page of a part may repeat its caption
        title = short or title
        if heading:
            heading.string = title
    if caption:
        for level in range(5, 0, -1):
            for found in article.find_all(f"h{level}"):
                found.name = f"h{level + 1}"
    article.attrs = {"id": name, "class": "chapter"}
    return Chapter(name, title, short or title, article)


# --- removed elements and links


def _clear(article: Tag) -> None:
    """Remove elements for screens, open folded ones, and mark wide tables."""
    for found in article.select(SCREEN_ONLY):
        found.extract()
    for cell in article.select("div.cell"):
        if not cell.get_text(strip=True) and not cell.find(["svg", "img"]):
            cell.extract()
    for found in article.find_all("details"):
        found.name = "div"
        found.attrs = {**_kept(found, "open", "name"), "class": _classes(found, "opened")}
        for around in found.parents:
            if around is None or around.name not in PHRASING_ELEMENTS:
                break
            around.name, around["class"] = "div", _classes(around, around.name)
    for found in article.find_all("summary"):
        found.name, found.attrs = "p", {**_kept(found), "class": "summary"}
    for wrapper in article.select(".table-wrapper"):
        wrapper.attrs = {**_kept(wrapper, "role", "aria-label"), "class": _classes(wrapper)}
    for table in article.find_all("table"):
        row = table.find("tr")
        if row and len(row.find_all(["th", "td"])) >= WIDE_TABLE_COLUMNS:
            table["class"] = _classes(table, "wide")


def _kept(tag: Tag, *dropped: str) -> dict[str, Any]:
    return {name: value for name, value in tag.attrs.items() if name not in dropped}


def _classes(tag: Tag, *more: str) -> str:
    found: str | list[str] = tag.get("class") or []
    return " ".join([*([found] if isinstance(found, str) else found), *more])


def book_id(name: str, page_id: str) -> str:
    """Return the id in the book of an id of a page."""
    return f"{name}--{page_id}"


def _link(article: Tag, page: str, names: Mapping[str, str], ids: Mapping[str, set[str]], site: str) -> None:
    """Prefix every id with the name of its page, and point every link into the book or to another host."""
    name = names[page]
    for tag in article.find_all(True):
        if "id" in tag.attrs:
            tag["id"] = book_id(name, str(tag["id"]))
        if "data-card" in tag.attrs:
            tag["data-card"] = book_id(name, str(tag["data-card"]))
        for attribute in ID_REFERENCES:
            if attribute in tag.attrs:
                value = tag[attribute]
                words = value.split() if isinstance(value, str) else value
                tag[attribute] = " ".join(book_id(name, word) for word in words)
        for attribute, value in tag.attrs.items():
            if isinstance(value, str) and "url(#" in value:
                tag[attribute] = URL_REFERENCE_PATTERN.sub(lambda found: f"url(#{book_id(name, found[1])})", value)
        if "href" in tag.attrs:
            target = _target(str(tag["href"]), page, names, ids, site)
            if target:
                tag["href"] = target
            else:  # a file of the site that is no page of the book: only the text stays
                del tag["href"]
                tag.name = "span" if tag.name == "a" else tag.name


def _target(href: str, page: str, names: Mapping[str, str], ids: Mapping[str, set[str]], site: str) -> str:
    """Return the target of a link in the book: an id, another host, or `""`."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc:
        return href
    path = urljoin(f"{page}.html", unquote(parts.path)) if parts.path else f"{page}.html"
    target, inner = path.removesuffix(".html").lstrip("/"), unquote(parts.fragment)
    if target in names:
        return f"#{book_id(names[target], inner)}" if inner in ids[target] else f"#{names[target]}"
    return f"{site}{path.lstrip('/')}{'#' * bool(parts.fragment)}{parts.fragment}" if site else ""


# --- cards as endnotes


def _note(article: Tag, name: str) -> None:
    """Number the links that have a card, and append the cards to the article as notes, each once, in order.

    Tables and conflicts are left out: they name the source beside each figure already.
    """
    cards = {str(card["id"]): card.extract() for card in article.select("aside.card[id]")}
    numbers: dict[str, int] = {}
    for link in article.select("[data-card]"):
        card = str(link["data-card"])
        if card in cards and not (link.find_parent("table") or link.find_parent("article", class_="conflict")):
            first = card not in numbers
            number = numbers.setdefault(card, len(numbers) + 1)
            link.insert_after(_mark(name, number, first))
    for tag in [*article.find_all(True), *(inner for card in cards.values() for inner in card.find_all(True))]:
        for attribute in DROPPED_ATTRIBUTES:
            tag.attrs.pop(attribute, None)
    if numbers:
        notes = _new("section", {"class": "notes", "role": "doc-endnotes", "id": f"{name}--notes--"})
        notes.append(_new("h2", {"id": f"{name}--notes---heading"}, "Notes"))
        for card, number in numbers.items():
            notes.append(_noted(cards[card], card, name, number))
        article.append(notes)


def _new(tag: str, attributes: Mapping[str, str], text: str | None = None) -> Tag:
    return BeautifulSoup("", "html.parser").new_tag(tag, attrs=dict(attributes), string=text)


def _mark(name: str, number: int, first: bool) -> Tag:
    """Return the superscript number after a link; only the first of a note has an id to link back to."""
    mark = _new("sup", {"class": "mark"})
    where = {"id": f"{name}--mark-{number}"} if first else {}
    mark.append(_new("a", {"href": f"#{name}--note-{number}", "role": "doc-noteref", **where}, str(number)))
    return mark


def _noted(card: Tag, identifier: str, name: str, number: int) -> Tag:
    """Return a card as a note."""
    note = _new("aside", {"class": "note", "id": f"{name}--note-{number}", "role": "doc-footnote"})
    back = {"href": f"#{name}--mark-{number}", "class": "number", "role": "doc-backlink"}
    note.append(_new("a", back, str(number)))
    body = _new("div", {"class": "text", "id": identifier})
    for inner in list(card.contents):
        body.append(inner.extract())
    note.append(body)
    return note
