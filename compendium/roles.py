"""Roles for chapters: a figure or a date in a sentence, taken from the ledger, linked to its permanent place.

    {claim}`source2025.turnover-2024`   the figure as the source prints it, hedge included
    {date}`some-event`                  the date of an event, as the ledger has it
    {source}`source2025`                the author (or publisher) and year of a source

A thin adapter: it looks up and links, and says which ids are near where one does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from compendium.claims import figure
from compendium.ledger import DATA, Ledger, load
from compendium.periods import spoken
from compendium.present import PAGES
from compendium.problems import one_of

logger = logging.getLogger(__name__)


@cache
def _ledger() -> Ledger:
    return load()


def _claim(row: dict[str, Any]) -> str:
    return figure(row)


def _date(row: dict[str, Any]) -> str:
    return spoken(row["date"]) or "at an unknown date"


def _source(row: dict[str, Any]) -> str:
    return f"{row['author'] or row['publisher']} ({row['written'][:4]})"


KINDS: dict[str, tuple[str, str, Callable[[dict[str, Any]], str]]] = {
    "claim": ("claims", "claim", _claim),
    "date": ("events", "event", _date),
    "source": ("sources", "source", _source),
}


class LedgerRole(SphinxRole):
    """One of the roles above; `name` says which."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text as a link to its place; warn, naming near ids, where there is no such row."""
        table, page, said = KINDS[self.name]
        # The site is always built anew; a live preview reads a page again when its table changes.
        self.env.note_dependency(str(DATA / _ledger().schema[table].path))
        try:
            row = _ledger().row(table, self.text)
        except KeyError:
            known = _ledger()[table].iloc[:, 0]
            logger.warning(
                "%s has no row %r; %s", table, self.text, one_of(known, self.text), location=self.get_location()
            )
            return [nodes.literal(text=self.text)], []
        builder = self.env.app.builder
        target = builder.get_relative_uri(self.env.docname, f"book/{PAGES[page]}")
        return [nodes.reference("", said(row), refuri=f"{target}#{self.text}", classes=[self.name])], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the roles with Sphinx."""
    for name in KINDS:
        app.add_role(name, LedgerRole())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
