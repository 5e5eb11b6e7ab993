"""One page a claim: all that is known of it, for whoever was sent the link, and for machines as linked data.

The pages are made of the dossiers that the notebook of the claims keeps, with the frame of every page of the book. In
an incremental build a page is written where its dossier, or what pages see of one another, has changed. A Sphinx
extension; it judges nothing and asks the ledger nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from sphinx.application import Sphinx

from compendium.builder.sphinx_ext.card_embedding import embedded, stores
from compendium.builder.sphinx_ext.downloads import EXTRA
from compendium.builder.stored_outputs import home_of, kept
from compendium.display import json_ld
from compendium.display.links import badge, link, place
from compendium.display.mime_types import DOSSIERS
from compendium.project.checksums import sha256
from compendium.project.citation import edition
from compendium.project.paths import ROW_PAGES

TEMPLATE, BODY, WRITTEN = "claim.html", "claim_body.html", "claims.json"
Dossier = Mapping[str, Any]
ITEM = Markup("<li>{}</li>")
LIST = Markup("<ul>{}</ul>")
Page = tuple[str, dict[str, Any], str]


def context(one: Dossier, book: str) -> dict[str, Any]:
    """Return what the template of a claim's page shows."""
    among, beside = one["reconciled"], one["checked"]
    return {
        "title": escape(f"{one['figure']} · {one['metric']} · {one['author']}"),
        "description": f"{one['author']}, {one['said']}: {one['figure']}, {one['measures']}, {one['when']}.",
        "citable": True,
        "claim": one,
        "place": place(one),
        "source": link("source", one["source_id"], one["source_title"]),
        "profile": Markup('<a href="../source/{}.html">{}</a>').format(one["source_id"], "all that it claims"),
        "row": link("claim", one["claim_id"], one["claim_id"]),
        "citation": _citation(one),
        "among": badge(among["verdict"]),
        "beside": badge(beside["verdict"]),
        "conflicts": _list(link("conflict", own["name"], own["title"]) for own in among["conflicts"]),
        "held": _list(_held(own) for own in beside["held"]),
        "rivals": _list(_rival(own) for own in one["rivals"]),
        "linked": Markup(json_ld.inline(one, book)),
    }


def _list(items: Iterable[Markup]) -> Markup:
    shown = Markup("").join(map(ITEM.format, items))
    return LIST.format(shown) if shown else shown


def _held(own: Dossier) -> Markup:
    count = len(own["observations"])
    rows = (
        link("observation", name, "the figure" if count == 1 else f"figure {number}")
        for number, name in enumerate(own["observations"], 1)
    )
    return Markup("{} Here is {}.").format(own["told"], Markup(", ").join(rows))


def _rival(own: Dossier) -> Markup:
    return Markup("{}, by {}: {}").format(link("claim", own["claim_id"], own["figure"]), own["author"], own["together"])


def _citation(one: Dossier) -> Markup | str:
    if not one["cited"]:
        return ""
    where = link("citation", one["cited"]["citation_id"], one["cited"]["as_printed"])
    title = f", “{one['cited']['title']}”" if one["cited"]["title"] else ""
    return Markup("{}{} ({})").format(where, title, one["cited"]["about"])


# --- in Sphinx


def _pages(app: Sphinx) -> Iterator[Page]:
    if app.builder.format != "html":
        return
    path, folder = Path(app.doctreedir) / WRITTEN, Path(app.outdir) / ROW_PAGES
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    seen, cards, book = getattr(app.env, "seen_of_one_another", ""), stores(app.env), edition().name
    now: dict[str, str] = {}
    for name, one in kept(home_of("claim"), DOSSIERS).items():
        page = f"{ROW_PAGES}/{name}"
        shown = context(one, book)
        body = app.builder.templates.render(BODY, shown)
        shown["body"], _ = embedded(body, page, cards)
        now[name] = sha256("\0".join([seen, *map(str, shown.values())]))
        if before.get(name) != now[name] or not (folder / f"{name}.html").is_file():
            yield page, shown, TEMPLATE
    for name in before.keys() - now.keys():
        (folder / f"{name}.html").unlink(missing_ok=True)
    path.write_text(json.dumps(now, sort_keys=True), encoding="utf-8")


def _give(app: Sphinx) -> dict[str, bytes]:
    """Return what the archive of the ledger holds of claims besides their tables: linked data."""
    site = str(app.config.html_baseurl)
    return {json_ld.NAME: json_ld.document(kept(home_of("claim"), DOSSIERS), edition().name, site).encode()}


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the step with Sphinx."""
    app.connect("html-collect-pages", _pages)
    app.connect(EXTRA, _give)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
