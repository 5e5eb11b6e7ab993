"""Permanent addresses: for each thing that a site holds under a name, where its page is; and a page that leads there.

A claim has the address `id/CLAIM`, everything else `id/KIND/ID`. What a site holds is read from its own archive of the
ledger and from its own links, so that an earlier edition is asked in the same way as the newest.
"""

from __future__ import annotations

import csv
import re
import tempfile
from pathlib import Path
from urllib.parse import quote, unquote

from markupsafe import Markup

from compendium.builder.sphinx_ext.content_security_policy import policy
from compendium.ledger.archive import LEDGER_ARCHIVE as LEDGER
from compendium.ledger.schema import Table, read_schema
from compendium.project.paths import BOOK, PAGE_BY_KIND
from compendium.project.problems import LedgerError
from compendium.project.zip_archives import ArchiveError, is_unsafe_name, unpack

CLAIM_KIND = "claim"
ROW_PATTERN = re.compile(r'<tr id="([^"]+)"')
ID_PATTERN = re.compile(r'\sid="([^"]+)"')


def page_addresses(html: Path) -> dict[str, str]:
    """Return where each thing of a site is: the address of its page in the site, by its permanent address.

    Raises
    ------
    ValueError
        where the site holds no archive of a ledger that can be read.
    """
    found: dict[str, str] = {}
    names = _named(html)
    for kind, page in PAGE_BY_KIND.items():
        path = f"{BOOK.name}/{page}.html"
        anchors = _anchors(html / path)
        for name in names[kind] or sorted(_shown(html, page) & anchors):
            own = f"{BOOK.name}/{kind}/{name}.html"
            where = name if kind == CLAIM_KIND else f"{kind}/{name.removeprefix(f'{kind}-')}"
            if is_unsafe_name(where):
                continue
            if (html / own).is_file():
                found[where] = quote(own)
            elif name in anchors:
                found[where] = f"{path}#{quote(name)}"
    return found


def _named(html: Path) -> dict[str, list[str]]:
    """Return the names that the ledger of a site has for the things of each kind, where it has a table of them."""
    if not (html / LEDGER).is_file():
        raise ValueError(f"{html.name}: holds no {LEDGER}; what it names cannot be known")
    with tempfile.TemporaryDirectory(prefix="ledger-") as name:
        folder = Path(name)
        try:
            unpack(html / LEDGER, folder)
            known = read_schema(folder)
            found = {kind: _keys(folder, kind, known) for kind in PAGE_BY_KIND}
        except (ArchiveError, LedgerError, OSError, UnicodeDecodeError, KeyError) as error:
            raise ValueError(f"{html.name}/{LEDGER}: cannot be read: {error}") from None
    return found


def _keys(folder: Path, kind: str, known: dict[str, Table]) -> list[str]:
    keys: list[str] = []
    for table in known.values():
        if table.primary_key == (f"{kind}_id",):
            with (folder / table.path).open(encoding="utf-8", newline="") as file:
                keys += [row[table.primary_key[0]] for row in csv.DictReader(file)]
    return keys


def _anchors(page: Path) -> set[str]:
    return set(ID_PATTERN.findall(page.read_text(encoding="utf-8"))) if page.is_file() else set()


def _shown(html: Path, page: str) -> set[str]:
    """Return the names of things that the ledger has no table of: rows of their page, what others link to there."""
    link = re.compile(rf'href="[^"#:]*\b{re.escape(page.rpartition("/")[2])}\.html#([^"]+)"')
    texts = (path.read_text(encoding="utf-8") for path in (html / BOOK.name).rglob("*.html"))
    own = html / BOOK.name / f"{page}.html"
    rows = ROW_PATTERN.findall(own.read_text(encoding="utf-8")) if own.is_file() else []
    return {*rows, *(unquote(name) for text in texts for name in link.findall(text))}


def redirect_page(permanent_path: str, target: str, canonical_address: str, removal_note: str) -> str:
    """Return a page that leads to another at once, with or without JavaScript, and has a link for whoever stays.

    Parameters
    ----------
    permanent_path
        the permanent address, below the folder of them all.
    target
        where it leads, from that page.
    canonical_address
        where it leads, as a full address; `""` where that is not known.
    removal_note
        what there is to say where the newest edition does not have it.
    """
    kind, _, name = permanent_path.rpartition("/")
    title = f"{(kind or CLAIM_KIND).capitalize()} {name}"
    head = Markup(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{}">\n'
        '<meta http-equiv="refresh" content="0; url={}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="canonical" href="{}">\n'
        "<title>{}</title>\n</head>\n"
    ).format(policy(), target, canonical_address or target, title)
    said = Markup("<p>{}</p>\n").format(removal_note) if removal_note else Markup("")
    body = Markup('<body>\n<main>\n<h1>{}</h1>\n{}<p><a href="{}">Its page</a></p>\n</main>\n</body>\n</html>\n')
    return str(head + body.format(title, said, target))
