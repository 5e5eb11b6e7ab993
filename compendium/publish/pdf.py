"""PDF of the book, printed with Chromium: cover, contents, chapters, outline, tags.

Chromium cannot fill in page numbers, so the book is printed again with the numbers read from the last PDF until they
no longer change. The fonts are those of Matplotlib, so that results differ only with the version of Chromium.
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
"""Font files of Matplotlib that the style sheet names."""
MAX_PRINTINGS = 4
"""Maximum number of printings until the page numbers are stable."""
FILL_SCRIPT = """numbers => {
  for (const cell of document.querySelectorAll("[data-of]")) cell.textContent = numbers[cell.dataset.of];
}"""
TAGGED_CELL_PATTERN = re.compile(rb"\(node(\d{8})\)")
LICENCE_URLS = {
    "MIT": "https://opensource.org/license/mit",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
}
"""Address of the text of a licence, by SPDX identifier."""


class UnstableContentsError(Exception):
    """The page numbers in the contents change with each printing."""


def print_pdf(book: Sequence[Part], edition: Edition, browser: Browser, *, style: Path = STYLE_SHEET) -> bytes:
    """Return the book as a PDF; the same book, edition and Chromium give the same bytes.

    Raises
    ------
    UnstableContentsError
        if the page numbers in the contents change with each printing.
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
                return normalise_pdf(_print_until_stable(page), edition)
            finally:
                page.close()


def _print_until_stable(page: Page) -> bytes:
    """Print until the contents give the pages on which chapters begin."""
    shown: dict[str, int] = {}
    for at in range(MAX_PRINTINGS):
        # Tags and outline move nothing but take most of the time; the first printing only serves to read numbers.
        whole = at > 0
        content = page.pdf(prefer_css_page_size=True, print_background=True, tagged=whole, outline=whole)
        found = destination_pages(content)
        if shown and all(found.get(name) == number for name, number in shown.items()):
            return content
        wanted = page.evaluate("[...document.querySelectorAll('[data-of]')].map(cell => cell.dataset.of)")
        shown = {name: found[name] for name in wanted}
        page.evaluate(FILL_SCRIPT, shown)
    raise UnstableContentsError(f"The numbers of the contents changed with each of {MAX_PRINTINGS} printings.")


def destination_pages(content: bytes) -> dict[str, int]:
    """Return the page number, from 1, of each named destination of a PDF."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(content))
    numbers = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages, 1) if page.indirect_reference}
    found = {}
    for name, place in reader.named_destinations.items():
        page = place.raw_get("/Page")
        found[name.removeprefix("/")] = numbers[page.idnum]
    return found


def normalise_pdf(content: bytes, edition: Edition) -> bytes:
    """Return a PDF without what varies between printings, with every byte offset kept.

    The time of printing becomes the date of the edition; the numbers of tagged cells, which Chromium counts from an
    arbitrary start, are counted from 0.
    """
    stamp = f"D:{edition.released:%Y%m%d}000000+00'00'".encode()

    def stamped(found: re.Match[bytes]) -> bytes:
        assert len(found[2]) == len(stamp), "the engine writes the time in another form"
        return found[1] + stamp

    content = re.sub(rb"(/(?:CreationDate|ModDate) \()(D:[^)]*)(?=\))", stamped, content)
    places = {number: b"%08d" % at for at, number in enumerate(sorted(set(TAGGED_CELL_PATTERN.findall(content))))}
    return TAGGED_CELL_PATTERN.sub(lambda found: b"(node" + places[found[1]] + b")", content)


# --- the document


def book_html(book: Sequence[Part], edition: Edition) -> str:
    """Return the whole book as one HTML page, with placeholders for the page numbers in the contents."""
    chapters = "\n".join(_part(part) for part in book)
    head = Markup(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<title>{}</title><meta name="author" content="{}"><link rel="stylesheet" href="print.css"></head>\n<body>\n'
    ).format(edition.short_title, edition.author_line)
    return f"{head}{cover_html(edition)}{contents_html(book)}{chapters}\n</body></html>\n"


def cover_html(edition: Edition) -> Markup:
    """Return the cover: title, authors, edition, licences, and how to cite."""
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
    """Return the licences, linked to their texts if these are in `LICENCE_URLS`."""
    return Markup(", ").join(
        Markup('<a href="{}">{}</a>').format(LICENCE_URLS[one], one)
        if one in LICENCE_URLS
        else Markup("{}").format(one)
        for one in edition.licences
    )


def contents_html(book: Sequence[Part]) -> Markup:
    """Return the table of contents with a line for each part and chapter."""
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
