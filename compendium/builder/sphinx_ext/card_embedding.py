"""Puts into each page the cards of what it links to: claims, events, sources, citations, computed quantities.

A link to a permanent place is a plain link; where the place keeps a card for it, the page holds that card, hidden, and
names it in the link. What shows a card is `book/_static/ledger.js`; without it a link leads where it leads. A Sphinx
extension; it looks at finished pages and at stored notebooks, and asks the ledger nothing.
"""

from __future__ import annotations

import hashlib
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
from compendium.project.paths import PAGE_BY_KIND

LINK_PATTERN = re.compile(r'<a [^>]*?href="(?P<to>[^"#:?]*)#(?P<anchor>[^"]+)"[^>]*>')
HREF_PATTERN = re.compile(r'href="(?P<to>[^":#]*)(?P<rest>#[^"]*)?"')
CARD_HTML = Markup('<aside class="card" id="{id}" popover="manual" role="note">{card}</aside>')
SHOWN_CARDS_FILE = "cards.json"
"""Names, beside the pickled pages, the cards that each page was written with."""
CardsByPage = Mapping[str, Cards]


def read_cards(env: BuildEnvironment | None = None) -> dict[str, Cards]:
    """Return the cards of every page that keeps some, by the page's name and the anchor."""
    found = {
        f"book/{page}": stored_objects(permanent_page_notebook(kind), CARDS) for kind, page in PAGE_BY_KIND.items()
    }
    if env is not None:
        for page, cards in _works(env).items():
            found[page] = found.get(page, {}) | cards
    return found


def _works(env: BuildEnvironment) -> dict[str, Cards]:
    """Return a card for every work of the bibliography, by the page that lists it."""
    cited = env.domaindata.get("cite", {}).get("citations", ())
    found: dict[str, Cards] = {}
    for work in cited:
        text = Markup(work.formatted_entry.text.render_as("html"))
        own = found.setdefault(work.bibliography_key.docname, {})
        own[work.citation_id] = {"text": "", "card": Markup("<p>{}</p>").format(text)}
    return found


def embed_cards(body: str, page: str, cards_by_page: CardsByPage) -> tuple[str, dict[str, str]]:
    """Return the body of a page with its links named and their cards at its end, and a digest of each card by id.

    A card that its place does not keep (yet) has an empty digest, so that it is missed once it is there.

    Parameters
    ----------
    body
        HTML as Sphinx wrote it.
    page
        the name of the page, as `book/part/chapter`.
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
    """Return the card of a place (a page and an anchor) as another page shows it; `""` where none is kept."""
    home, _, anchor = key.partition("#")
    card = found.get(home, {}).get(anchor)
    return rebase_links(card["card"], home, page) if card else ""


def _id(key: str) -> str:
    """Return what a card is called on a page."""
    home, _, anchor = key.partition("#")
    return f"card-{posixpath.basename(home)}-{anchor}"


def _target(page: str, link: str) -> str:
    """Return the name of the page that a relative link of a page leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(link))).removesuffix(".html")


def rebase_links(html: str, home: str, page: str) -> str:
    """Return HTML that was written for one page with its relative links as another page must say them."""
    if posixpath.dirname(home) == posixpath.dirname(page):
        return html

    def lead(link: re.Match[str]) -> str:
        to = posixpath.normpath(
            posixpath.join(posixpath.dirname(home), link["to"] or f"{posixpath.basename(home)}.html")
        )
        return f'href="{posixpath.relpath(to, posixpath.dirname(page))}{link["rest"] or ""}"'

    return HREF_PATTERN.sub(lead, html)


def card_digest(card: str) -> str:
    """Return a short name of the content of a card, `""` for none."""
    return hashlib.sha256(card.encode()).hexdigest()[:12] if card else ""


# --- in Sphinx


def _embed(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    if doctree is None or app.builder.format != "html" or "body" not in context:
        return
    context["body"], shown = embed_cards(context["body"], pagename, _known(app))
    _shown(app)[pagename] = shown


def _known(app: Sphinx) -> dict[str, Cards]:
    """Return all cards, gathered once in a build, when every page has been read."""
    found: dict[str, Cards] | None = getattr(app, "ledger_cards", None)
    if found is None:
        found = app.ledger_cards = read_cards(app.env)  # type: ignore[attr-defined]
    return found


def _shown(app: Sphinx) -> dict[str, dict[str, str]]:
    """Return what each page was last written with, as an earlier build has left it."""
    found: dict[str, dict[str, str]] | None = getattr(app, "ledger_shown", None)
    if found is None:
        path = Path(app.doctreedir) / SHOWN_CARDS_FILE
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        app.ledger_shown = found  # type: ignore[attr-defined]
    return found


def pages_with_changed_cards(shown: Mapping[str, Mapping[str, str]], cards_by_page: CardsByPage) -> Iterator[str]:
    """Yield the pages that were written with cards which by now are others, or gone, or there at last."""
    for page, cards in shown.items():
        if any(card_digest(_card(key, page, cards_by_page)) != before for key, before in cards.items()):
            yield page


def _write_again(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    app.ledger_cards = None  # type: ignore[attr-defined]
    return sorted(set(pages_with_changed_cards(_shown(app), _known(app))) & env.found_docs)


def _keep(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        pages = {page: cards for page, cards in _shown(app).items() if page in app.env.found_docs}
        (Path(app.doctreedir) / SHOWN_CARDS_FILE).write_text(json.dumps(pages, sort_keys=True), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the steps with Sphinx."""
    app.connect("env-updated", _write_again)
    app.connect("html-page-context", _embed)
    app.connect("build-finished", _keep)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
