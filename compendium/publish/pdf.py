"""Prints the book as a PDF by the print engine of this machine's Chromium: cover, contents, chapters, outline, tags.

The engine cannot say on which page a chapter begins, so the book is printed, read, and printed again with the numbers
in its contents until they hold. It has the fonts that come with Matplotlib, so that machines differ in nothing but
their Chromium.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from markupsafe import Markup

from compendium.builder.static_server import serving
from compendium.project.citation import Edition, format_citation
from compendium.project.paths import BOOK

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from compendium.publish.print_pages import Part

STYLE_SHEET = BOOK / "_print" / "print.css"
FONTS = ("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta", "DejaVuSans", "DejaVuSans-Bold",
         "DejaVuSans-Oblique", "DejaVuSansMono")  # fmt: skip
"""Files among those of Matplotlib; the style sheet names them."""
MAX_PRINTINGS = 4
"""How often the contents may be set anew before their numbers must hold."""
FILL_SCRIPT = """numbers => {
  for (const cell of document.querySelectorAll("[data-of]")) cell.textContent = numbers[cell.dataset.of];
}"""
TAGGED_CELL_PATTERN = re.compile(rb"\(node(\d{8})\)")
LICENCE_URLS = {
    "MIT": "https://opensource.org/license/mit",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
}
"""Where the text of a licence lies, by its SPDX identifier."""


class UnstableContentsError(Exception):
    """The numbers in the contents do not come to rest."""


def print_pdf(book: Sequence[Part], edition: Edition, browser: Browser, *, style: Path = STYLE_SHEET) -> bytes:
    """Return the book as a PDF; the same book, edition and Chromium give the same bytes.

    Raises
    ------
    UnstableError
        where the numbers of pages in the contents change with each printing.
    """
    import matplotlib

    with TemporaryDirectory(prefix="print-") as name:
        folder = Path(name)
        fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
        for font in FONTS:
            shutil.copyfile(fonts / f"{font}.ttf", folder / f"{font}.ttf")
        shutil.copyfile(style, folder / "print.css")
        (folder / "index.html").write_text(book_html(book, edition), encoding="utf-8")
        with serving(folder) as address:
            page = browser.new_page()
            try:
                page.goto(f"{address}/index.html")
                page.evaluate("async () => { await document.fonts.ready }")
                return normalise_pdf(_settled(page), edition)
            finally:
                page.close()


def _settled(page: Page) -> bytes:
    """Print until the contents give the pages on which chapters begin."""
    told: dict[str, int] = {}
    for at in range(MAX_PRINTINGS):
        # Tags and outline move nothing and take most of the time: the first printing is read and thrown away.
        whole = at > 0
        content = page.pdf(prefer_css_page_size=True, print_background=True, tagged=whole, outline=whole)
        found = destination_pages(content)
        if told and all(found.get(name) == number for name, number in told.items()):
            return content
        wanted = page.evaluate("[...document.querySelectorAll('[data-of]')].map(cell => cell.dataset.of)")
        told = {name: found[name] for name in wanted}
        page.evaluate(FILL_SCRIPT, told)
    raise UnstableContentsError(f"The numbers of the contents changed with each of {MAX_PRINTINGS} printings.")


def destination_pages(content: bytes) -> dict[str, int]:
    """Return the page, counted from one, on which each place that something links to lies in a PDF, by its id."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(content))
    numbers = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages, 1) if page.indirect_reference}
    found = {}
    for name, place in reader.named_destinations.items():
        page = place.raw_get("/Page")
        found[name.removeprefix("/")] = numbers[page.idnum]
    return found


def normalise_pdf(content: bytes, edition: Edition) -> bytes:
    """Return a PDF without what differs from one printing to the next; every byte keeps its place.

    That is the time of printing, for which the day of the edition is put, and the numbers of tagged cells, which the
    engine counts from wherever it is; they are counted from nought, in the same order.
    """
    stamp = f"D:{edition.released:%Y%m%d}000000+00'00'".encode()

    def told(found: re.Match[bytes]) -> bytes:
        assert len(found[2]) == len(stamp), "the engine writes the time in another form"
        return found[1] + stamp

    content = re.sub(rb"(/(?:CreationDate|ModDate) \()(D:[^)]*)(?=\))", told, content)
    places = {number: b"%08d" % at for at, number in enumerate(sorted(set(TAGGED_CELL_PATTERN.findall(content))))}
    return TAGGED_CELL_PATTERN.sub(lambda found: b"(node" + places[found[1]] + b")", content)


# --- the document


def book_html(book: Sequence[Part], edition: Edition) -> str:
    """Return the whole book as one page of HTML; in the contents stand places for the numbers of pages."""
    chapters = "\n".join(_part(part) for part in book)
    head = Markup(
        '<!doctype html>\n<html lang="en" xmlns:epub="http://www.idpf.org/2007/ops"><head><meta charset="utf-8">'
        '<title>{}</title><meta name="author" content="{}"><link rel="stylesheet" href="print.css"></head>\n<body>\n'
    ).format(edition.short_title, edition.author_line)
    return f"{head}{cover_html(edition)}{contents_html(book)}{chapters}\n</body></html>\n"


def cover_html(edition: Edition) -> Markup:
    """Return the first page: what the book is, which edition, under which terms, and how to cite it."""
    return Markup(
        '<section class="cover"><p class="title">{}</p>\n<p class="subtitle">{}</p>\n<p class="by">{}</p>\n'
        "<dl><dt>Edition</dt><dd>{}, {}</dd>\n<dt>Licence</dt><dd>{}</dd>\n<dt>Cite as</dt><dd>{}</dd></dl></section>\n"
    ).format(
        edition.short_title,
        edition.subtitle,
        edition.author_line,
        edition.version,
        edition.date_text,
        licence_links(edition),
        format_citation(edition),
    )


def licence_links(edition: Edition) -> Markup:
    """Return the licences with links to their texts, where these are known."""
    return Markup(", ").join(
        Markup('<a href="{}">{}</a>').format(LICENCE_URLS[one], one)
        if one in LICENCE_URLS
        else Markup("{}").format(one)
        for one in edition.licences
    )


def contents_html(book: Sequence[Part]) -> Markup:
    """Return the table of contents, a line for each part and each chapter."""
    return Markup('<nav class="contents"><h1>Contents</h1>\n<ol>\n{}</ol></nav>\n').format(
        Markup("").join(_entries(book))
    )


def _entries(book: Sequence[Part]) -> Iterator[Markup]:
    line = Markup('<a href="#{}"><span class="what">{}</span><span class="page" data-of="{}">000</span></a>')
    for part in book:
        inner = [
            Markup("<li>{}</li>\n").format(line.format(chapter.name, chapter.title, chapter.name))
            for chapter in part.chapters
        ]
        if part.caption:
            own = line.format(part.name, part.caption, part.name)
            yield Markup('<li class="part">{}\n<ol>\n{}</ol></li>\n').format(own, Markup("").join(inner))
        else:
            yield from inner


def _part(part: Part) -> str:
    heading = Markup('<h1 class="part" id="{}">{}</h1>\n').format(part.name, part.caption) if part.caption else ""
    bodies = "\n".join(chapter.body.decode(formatter="minimal") for chapter in part.chapters)
    return f'<section class="part">{heading}{bodies}</section>'
