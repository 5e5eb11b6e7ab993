"""Packs the book as an EPUB: a file for each chapter, figures as they stand in the page, notes that open in place.

It goes by EPUB 3.3 and holds nothing from elsewhere: no fonts, no scripts. The same book gives the same bytes.
"""

from __future__ import annotations

import re
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from markupsafe import Markup

from compendium.project.citation import Edition, format_citation
from compendium.project.paths import BOOK
from compendium.publish.pdf import licence_links
from compendium.publish.print_pages import Part

STYLE = BOOK / "_print" / "epub.css"
TIME = (1980, 1, 1, 0, 0, 0)
"""Of every file in the archive: the first that the format can tell."""
CASED = {
    name.lower(): name
    for name in ("viewBox", "preserveAspectRatio", "clipPath", "clipPathUnits", "gradientUnits", "gradientTransform",
                 "linearGradient", "radialGradient", "patternUnits", "patternTransform", "textLength", "lengthAdjust",
                 "markerWidth", "markerHeight", "refX", "refY", "foreignObject", "textPath", "startOffset")
}  # fmt: skip
"""Names of SVG that have capitals, which a reader of HTML makes small, by what it makes of them."""
CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
FEATURES = ("structuralNavigation", "tableOfContents", "alternativeText", "displayTransformability")
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def packed(book: Sequence[Part], edition: Edition, *, style: Path = STYLE) -> bytes:
    """Return the book as an EPUB."""
    chapters = [chapter for part in book for chapter in part.chapters]
    home = {str(tag["id"]): chapter.name for chapter in chapters for tag in chapter.body.find_all(id=True)}
    home |= {chapter.name: chapter.name for chapter in chapters}
    first = {part.chapters[0].name: part.caption for part in book if part.caption and part.chapters}
    files = {
        "META-INF/container.xml": CONTAINER,
        "book/style.css": style.read_text(encoding="utf-8"),
        "book/cover.xhtml": _page(edition.short_title, _cover(edition), "cover"),
        "book/nav.xhtml": _page("Contents", _contents(book), ""),
    }
    for chapter in chapters:
        heading = str(Markup("<h1>{}</h1>\n").format(first[chapter.name])) if chapter.name in first else ""
        body = _body(chapter.body.decode(formatter="minimal"), chapter.name, home)
        files[f"book/{chapter.name}.xhtml"] = _page(chapter.title, heading + body, "bodymatter")
    svg = {chapter.name for chapter in chapters if chapter.body.find("svg")}
    files["book/package.opf"] = _package(edition, [chapter.name for chapter in chapters], svg)
    return _zipped(files)


def _zipped(files: dict[str, str]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {"mimetype": "application/epub+zip", **files}.items():
            info = zipfile.ZipInfo(name, TIME)
            info.create_system = 3  # else it is the machine's
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(info, content.encode())
    return out.getvalue()


def _page(title: str, body: str, kind: str) -> str:
    of = Markup(' epub:type="{}"').format(kind) if kind else ""
    return Markup(
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">'
        '<head><meta charset="utf-8"/><title>{}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>'
        "\n<body{}>\n{}\n</body></html>\n"
    ).format(title, of, Markup(ILLEGAL.sub("", body)))


def _body(text: str, own: str, home: dict[str, str]) -> str:
    """Return a chapter's markup as XML, its links to other chapters leading to their files."""

    def lead(found: re.Match[str]) -> str:
        chapter = home.get(found[1], own)
        return found[0] if chapter == own else f' href="{chapter}.xhtml#{found[1]}"'

    def case(found: re.Match[str]) -> str:
        return found[1] + CASED.get(found[2], found[2])

    # In tags alone: what is text has its angle brackets written as references.
    tags = re.compile(r"<[^>]+>")
    return tags.sub(
        lambda tag: re.sub(r' href="#([^"]+)"', lead, re.sub(r"(</?|\s)([a-z]+)(?=[=\s/>])", case, tag[0])), text
    )


def _cover(edition: Edition) -> Markup:
    return Markup(
        '<section><h1 class="title">{}</h1>\n<p>{}</p>\n<p>{}</p>\n<p>Edition {}, {}</p>\n<p>{}</p>\n<p>Cite as: {}</p>'
        "</section>"
    ).format(
        edition.short_title, edition.subtitle, edition.author_line, edition.version, edition.date_text, licence_links(edition), format_citation(edition)
    )  # fmt: skip


def _contents(book: Sequence[Part]) -> Markup:
    return Markup('<nav epub:type="toc" role="doc-toc" id="toc"><h1>Contents</h1>\n<ol>\n{}</ol></nav>').format(
        Markup("").join(_entries(book))
    )


def _entries(book: Sequence[Part]) -> Iterator[Markup]:
    line = Markup('<a href="{}.xhtml">{}</a>')
    for part in book:
        inner = Markup("").join(
            Markup("<li>{}</li>\n").format(line.format(chapter.name, chapter.title)) for chapter in part.chapters
        )
        if part.caption and part.chapters:
            own = line.format(part.chapters[0].name, part.caption)
            yield Markup("<li>{}\n<ol>\n{}</ol></li>\n").format(own, inner)
        else:
            yield inner


def _package(edition: Edition, names: Sequence[str], svg: set[str]) -> Markup:
    """Return the list of what the book consists of, in order, with what is known about it."""
    number = uuid.uuid5(uuid.NAMESPACE_URL, f"{edition.title} {edition.version}")
    facts = [
        Markup('<dc:identifier id="id">urn:uuid:{}</dc:identifier>').format(number),
        Markup("<dc:title>{}</dc:title>").format(edition.short_title),
        Markup("<dc:description>{}</dc:description>").format(edition.subtitle),
        Markup("<dc:language>en</dc:language>"),
        *(Markup("<dc:creator>{}</dc:creator>").format(author) for author in edition.authors),
        Markup("<dc:rights>{}</dc:rights>").format(", ".join(edition.licences)),
        Markup("<dc:date>{}</dc:date>").format(edition.released.isoformat()),
        Markup('<meta property="dcterms:modified">{}T00:00:00Z</meta>').format(edition.released.isoformat()),
        *(Markup('<meta property="schema:accessMode">{}</meta>').format(mode) for mode in ("textual", "visual")),
        Markup('<meta property="schema:accessModeSufficient">textual</meta>'),
        *(Markup('<meta property="schema:accessibilityFeature">{}</meta>').format(one) for one in FEATURES),
        Markup('<meta property="schema:accessibilityHazard">none</meta>'),
    ]
    item = Markup('<item id="{}" href="{}" media-type="{}"{}/>')
    xhtml = "application/xhtml+xml"
    items = [
        item.format("style", "style.css", "text/css", ""),
        item.format("nav", "nav.xhtml", xhtml, Markup(' properties="nav"')),
        item.format("cover", "cover.xhtml", xhtml, ""),
        *(
            item.format(f"c-{name}", f"{name}.xhtml", xhtml, Markup(' properties="svg"') if name in svg else "")
            for name in names
        ),
    ]
    spine = [
        Markup('<itemref idref="{}"/>').format(name) for name in ("cover", "nav", *(f"c-{name}" for name in names))
    ]
    lines = Markup("\n")
    return Markup(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">\n'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n{}\n</metadata>\n'
        "<manifest>\n{}\n</manifest>\n<spine>\n{}\n</spine>\n</package>\n"
    ).format(lines.join(facts), lines.join(items), lines.join(spine))
