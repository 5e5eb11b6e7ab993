"""Sphinx extension: one page for each claim, with its record as text and as linked data (JSON-LD).

Pages are rendered from the claim records stored in the notebook of the claims. In an incremental build a page is
written where its record, or what pages show of one another, has changed. The ledger is not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from sphinx.application import Sphinx

from compendium.builder.sphinx_ext.card_embedding import embed_cards, read_cards
from compendium.builder.sphinx_ext.downloads import ARCHIVE_EVENT
from compendium.builder.stored_outputs import permanent_page_notebook, stored_objects
from compendium.display import json_ld
from compendium.display.links import link, locator, verdict_badge
from compendium.display.mime_types import CLAIM_RECORDS
from compendium.project.checksums import sha256
from compendium.project.citation import read_edition
from compendium.project.paths import ROW_PAGES_FOLDER

TEMPLATE, BODY, WRITTEN_FILE = "claim.html", "claim_body.html", "claims.json"
ClaimRecord = Mapping[str, Any]
ITEM_HTML = Markup("<li>{}</li>")
LIST_HTML = Markup("<ul>{}</ul>")
Page = tuple[str, dict[str, Any], str]


def page_context(record: ClaimRecord, book_name: str) -> dict[str, Any]:
    """Return the context of the template of a claim's page."""
    among, beside = record["reconciled"], record["checked"]
    figure, author = record["figure"], record["author"]
    return {
        "title": escape(f"{figure} · {record['metric']} · {author}"),
        "description": f"{author}, {record['said']}: {figure}, {record['measures']}, {record['when']}.",
        "citable": True,
        "claim": record,
        "place": locator(record),
        "source": link("source", record["source_id"], record["source_title"]),
        "profile": Markup('<a href="../source/{}.html">{}</a>').format(record["source_id"], "all that it claims"),
        "row": link("claim", record["claim_id"], record["claim_id"]),
        "citation": _citation(record),
        "among": verdict_badge(among["verdict"]),
        "beside": verdict_badge(beside["verdict"]),
        "conflicts": _list(link("conflict", own["name"], own["title"]) for own in among["conflicts"]),
        "held": _list(_held(own) for own in beside["held"]),
        "rivals": _list(_rival(own) for own in record["rivals"]),
        "linked": Markup(json_ld.inline_json_ld(record, book_name)),
    }


def _list(items: Iterable[Markup]) -> Markup:
    shown = Markup("").join(map(ITEM_HTML.format, items))
    return LIST_HTML.format(shown) if shown else shown


def _held(own: ClaimRecord) -> Markup:
    count = len(own["observations"])
    rows = (
        link("observation", name, "the figure" if count == 1 else f"figure {number}")
        for number, name in enumerate(own["observations"], 1)
    )
    return Markup("{} Here is {}.").format(own["told"], Markup(", ").join(rows))


def _rival(own: ClaimRecord) -> Markup:
    return Markup("{}, by {}: {}").format(link("claim", own["claim_id"], own["figure"]), own["author"], own["together"])


def _citation(one: ClaimRecord) -> Markup | str:
    if not one["cited"]:
        return ""
    where = link("citation", one["cited"]["citation_id"], one["cited"]["as_printed"])
    title = f", “{one['cited']['title']}”" if one["cited"]["title"] else ""
    return Markup("{}{} ({})").format(where, title, one["cited"]["about"])


# --- in Sphinx


def _pages(app: Sphinx) -> Iterator[Page]:
    if app.builder.format != "html":
        return
    path, folder = Path(app.doctreedir) / WRITTEN_FILE, Path(app.outdir) / ROW_PAGES_FOLDER
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    seen, cards, book = getattr(app.env, "seen_of_one_another", ""), read_cards(app.env), read_edition().short_title
    now: dict[str, str] = {}
    for name, one in stored_objects(permanent_page_notebook("claim"), CLAIM_RECORDS).items():
        page = f"{ROW_PAGES_FOLDER}/{name}"
        shown = page_context(one, book)
        body = app.builder.templates.render(BODY, shown)
        shown["body"], _ = embed_cards(body, page, cards)
        now[name] = sha256("\0".join([seen, *map(str, shown.values())]))
        if before.get(name) != now[name] or not (folder / f"{name}.html").is_file():
            yield page, shown, TEMPLATE
    for name in before.keys() - now.keys():
        (folder / f"{name}.html").unlink(missing_ok=True)
    path.write_text(json.dumps(now, sort_keys=True), encoding="utf-8")


def _archive_members(app: Sphinx) -> dict[str, bytes]:
    """Return the members that claims add to the archive of the ledger: their linked data."""
    site = str(app.config.html_baseurl)
    return {
        json_ld.JSON_LD_FILE: json_ld.claims_document(
            stored_objects(permanent_page_notebook("claim"), CLAIM_RECORDS), read_edition().short_title, site
        ).encode()
    }


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the event handlers with Sphinx."""
    app.connect("html-collect-pages", _pages)
    app.connect(ARCHIVE_EVENT, _archive_members)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
