"""Sphinx extension: embeds into each page the hover cards of the rows that it links to.

A link to the permanent place of a row gets the id of a card, and the card is appended to the page, hidden;
`book/_static/ledger.js` shows it. Without scripts the links work as usual. Cards come from stored notebooks; the ledger
is not read.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup, escape
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from compendium.builder.stored_outputs import permanent_page_notebook, stored_objects
from compendium.display.mime_types import CARDS, Cards
from compendium.project.checksums import sha256
from compendium.project.paths import PAGE_BY_KIND

LINK_PATTERN = re.compile(r'<a [^>]*?href="(?P<to>[^"#:?]*)#(?P<anchor>[^"]+)"[^>]*>')
HREF_PATTERN = re.compile(r'href="(?P<to>[^":#]*)(?P<rest>#[^"]*)?"')
CARD_HTML = Markup('<aside class="card" id="{id}" popover="manual" role="note">{card}</aside>')
SHOWN_CARDS_FILE = "cards.json"
"""File in Sphinx's doctree folder: digests of the cards that each page was written with."""
CardsByPage = Mapping[str, Cards]


def read_cards(env: BuildEnvironment | None = None) -> dict[str, Cards]:
    """Return the cards of every page that has some, by page name and anchor; those of cited works need `env`."""
    found = {
        f"book/{page}": stored_objects(permanent_page_notebook(kind), CARDS) for kind, page in PAGE_BY_KIND.items()
    }
    if env is not None:
        for page, cards in _bibliography_cards(env).items():
            found[page] = found.get(page, {}) | cards
    return found


def _bibliography_cards(env: BuildEnvironment) -> dict[str, Cards]:
    """Return a card for every work of the bibliography, by page name and anchor."""
    cited = env.domaindata.get("cite", {}).get("citations", ())
    found: dict[str, Cards] = {}
    for work in cited:
        text = Markup(work.formatted_entry.text.render_as("html"))
        own = found.setdefault(work.bibliography_key.docname, {})
        own[work.citation_id] = {"text": "", "card": Markup("<p>{}</p>").format(text)}
    return found


def embed_cards(body: str, page: str, cards_by_page: CardsByPage) -> tuple[str, dict[str, str]]:
    """Return the body of a page with marked links and the cards appended, and the digest of each card by target.

    A target without a card has the digest `""`, so that the page is written again once it has one.

    Parameters
    ----------
    body
        HTML as Sphinx wrote it.
    page
        name of the page, as `book/part/chapter`.
    """
    wanted: dict[str, str] = {}

    def name(link: re.Match[str]) -> str:
        home, anchor = _target(page, link["to"]), unquote(unescape(link["anchor"]))
        if home == page or home not in cards_by_page:
            return link[0]
        key = f"{home}#{anchor}"
        wanted[key] = _card(key, page, cards_by_page)
        return f'{link[0][:-1]} data-card="{escape(_id(key))}">' if wanted[key] else link[0]

    marked = LINK_PATTERN.sub(name, body)
    cards = "\n".join(CARD_HTML.format(id=_id(key), card=Markup(card)) for key, card in wanted.items() if card)
    return f"{marked}\n{cards}" if cards else body, {key: card_digest(card) for key, card in wanted.items()}


def _card(key: str, page: str, found: CardsByPage) -> str:
    """Return the card of a target (`page#anchor`) with links relative to another page; `""` without one."""
    home, _, anchor = key.partition("#")
    card = found.get(home, {}).get(anchor)
    return rebase_links(card["card"], home, page) if card else ""


def _id(key: str) -> str:
    """Return the id of the element of a card."""
    home, _, anchor = key.partition("#")
    return f"card-{posixpath.basename(home)}-{anchor}"


def _target(page: str, link: str) -> str:
    """Return the name of the page that a relative link of a page leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(link))).removesuffix(".html")


def rebase_links(html: str, home: str, page: str) -> str:
    """Return the HTML of one page with its relative links rewritten for another."""
    if posixpath.dirname(home) == posixpath.dirname(page):
        return html

    def lead(link: re.Match[str]) -> str:
        to = posixpath.normpath(
            posixpath.join(posixpath.dirname(home), link["to"] or f"{posixpath.basename(home)}.html")
        )
        return f'href="{posixpath.relpath(to, posixpath.dirname(page))}{link["rest"] or ""}"'

    return HREF_PATTERN.sub(lead, html)


def card_digest(card: str) -> str:
    """Return a short digest of a card, `""` for none."""
    return sha256(card)[:12] if card else ""


# --- in Sphinx


def _embed(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    if doctree is None or app.builder.format != "html" or "body" not in context:
        return
    context["body"], shown = embed_cards(context["body"], pagename, _known(app))
    _shown(app)[pagename] = shown


def _known(app: Sphinx) -> dict[str, Cards]:
    """Return all cards, cached for a build once every page has been read."""
    found: dict[str, Cards] | None = getattr(app, "ledger_cards", None)
    if found is None:
        found = app.ledger_cards = read_cards(app.env)  # type: ignore[attr-defined]
    return found


def _shown(app: Sphinx) -> dict[str, dict[str, str]]:
    """Return the digests of the cards that each page was last written with, by page and target."""
    found: dict[str, dict[str, str]] | None = getattr(app, "ledger_shown", None)
    if found is None:
        path = Path(app.doctreedir) / SHOWN_CARDS_FILE
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        app.ledger_shown = found  # type: ignore[attr-defined]
    return found


def pages_with_changed_cards(shown: Mapping[str, Mapping[str, str]], cards_by_page: CardsByPage) -> Iterator[str]:
    """Yield the pages whose cards have changed, gone or been added since they were written."""
    for page, cards in shown.items():
        if any(card_digest(_card(key, page, cards_by_page)) != before for key, before in cards.items()):
            yield page


def _outdated_pages(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    app.ledger_cards = None  # type: ignore[attr-defined]
    return sorted(set(pages_with_changed_cards(_shown(app), _known(app))) & env.found_docs)


def _store_shown(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        pages = {page: cards for page, cards in _shown(app).items() if page in app.env.found_docs}
        (Path(app.doctreedir) / SHOWN_CARDS_FILE).write_text(json.dumps(pages, sort_keys=True), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the event handlers with Sphinx."""
    app.connect("env-updated", _outdated_pages)
    app.connect("html-page-context", _embed)
    app.connect("build-finished", _store_shown)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
