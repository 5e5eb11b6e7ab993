"""Permanent addresses of a site: `id/CLAIM` for a claim, `id/KIND/ID` for everything else, and their redirect pages.

The ids of a site are read from its own archive of the ledger and its own links, so that earlier editions are treated
like the newest.
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
    """Return the relative address of the page of each id of a site, by permanent address.

    Raises
    ------
    ValueError
        if the site has no readable archive of the ledger.
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
    """Return the ids of each kind from the archive of a site's ledger; none for a kind without a table."""
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
    """Return the ids of a kind without a table: rows of its page, and anchors that other pages link to."""
    link = re.compile(rf'href="[^"#:]*\b{re.escape(page.rpartition("/")[2])}\.html#([^"]+)"')
    texts = (path.read_text(encoding="utf-8") for path in (html / BOOK.name).rglob("*.html"))
    own = html / BOOK.name / f"{page}.html"
    rows = ROW_PATTERN.findall(own.read_text(encoding="utf-8")) if own.is_file() else []
    return {*rows, *(unquote(name) for text in texts for name in link.findall(text))}


def redirect_page(permanent_path: str, target: str, canonical_address: str, removal_note: str) -> str:
    """Return a page that redirects at once, without JavaScript, and has a link.

    Parameters
    ----------
    permanent_path
        permanent address, without the folder.
    target
        relative address of the target.
    canonical_address
        absolute address of the target; `""` if unknown.
    removal_note
        sentence for an id that the newest edition no longer has; `""` otherwise.
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
    note = Markup("<p>{}</p>\n").format(removal_note) if removal_note else Markup("")
    body = Markup('<body>\n<main>\n<h1>{}</h1>\n{}<p><a href="{}">Its page</a></p>\n</main>\n</body>\n</html>\n')
    return str(head + body.format(title, note, target))
