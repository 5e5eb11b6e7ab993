"""Roles for chapters: a figure, a date or a name in a sentence, taken from the ledger, linked to its permanent place.

    {claim}`source2025.turnover-2024`   the figure as the source prints it, hedge included
    {quantity}`turnover-grew`           what was computed: the range of a headline, an implied quantity, or an
                                        independent figure, by its id
    {date}`some-event`                  the date of an event, as the ledger has it
    {event}`some-event`                 its name
    {source}`source2025`                the author (or publisher) and year of a source
    {citation}`source2025.ref-name`     a citation or an entry of a list, as the source prints it

A thin adapter: it looks up and links, and says which ids are near where one does not exist.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from compendium.builder.stored_outputs import home_of, kept
from compendium.display.mime_types import CARDS
from compendium.ledger.schema import tables
from compendium.project.paths import DATA, PAGES
from compendium.project.problems import one_of
from compendium.values.number_parsing import figure
from compendium.values.periods import spoken

logger = logging.getLogger(__name__)


def _date(row: Mapping[str, str]) -> str:
    return spoken(row["date"]) or "at an unknown date"


def _source(row: Mapping[str, str]) -> str:
    return f"{row['author'] or row['publisher']} ({row['written'][:4]})"


@dataclass(frozen=True)
class Kind:
    """What a role prints: rows of a table, by what of them is said; or what permanent places have computed."""

    places: tuple[str, ...]
    """The kinds of places where its ids are looked for, in this order."""
    table: str = ""
    said: Callable[[Mapping[str, str]], str] = lambda row: row["text"]


KINDS: dict[str, Kind] = {
    "claim": Kind(("claim",), "claims", figure),
    "quantity": Kind(("headline", "quantity", "observation")),
    "date": Kind(("event",), "events", _date),
    "event": Kind(("event",), "events", lambda row: row["name"]),
    "source": Kind(("source",), "sources", _source),
    "citation": Kind(("citation",), "citations", lambda row: row["as_printed"]),
}


class LedgerRole(SphinxRole):
    """One of the roles above; `name` says which."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text as a link to its place; warn, naming near ids, where there is no such row."""
        kind = KINDS[self.name]
        for place in kind.places:
            rows = _rows(self.env, kind.table) if kind.table else _computed(self.env, place)
            if self.text in rows:
                return [self._link(place, kind.said(rows[self.text]))], []
        known = {name for place in kind.places for name in (rows if kind.table else _computed(self.env, place))}
        what = kind.table or "computed quantities"
        message = "%s has no row %r; %s" if kind.table else "%s: none is called %r; %s"
        logger.warning(message, what, self.text, one_of(known, self.text), location=self.get_location())
        return [nodes.literal(text=self.text)], []

    def _link(self, place: str, text: str) -> nodes.Node:
        target = self.env.app.builder.get_relative_uri(self.env.docname, f"book/{PAGES[place]}")
        return nodes.reference("", text, refuri=f"{target}#{self.text}", classes=[self.name])


def _rows(env: BuildEnvironment, table: str) -> Mapping[str, Mapping[str, str]]:
    """Return the rows of a table by their key, as text; note that the page depends on the file.

    They are read once a page, and by the plainest means: what tables else need would take longer than the page.
    """
    known: dict[str, dict[str, dict[str, str]]] = env.temp_data.setdefault("ledger", {})
    if table not in known:
        path = DATA / tables(DATA)[table].path
        env.note_dependency(str(path))
        with path.open(encoding="utf-8", newline="") as file:
            known[table] = {next(iter(row.values())): row for row in csv.DictReader(file)}
    return known[table]


def _computed(env: BuildEnvironment, place: str) -> Mapping[str, Mapping[str, str]]:
    """Return what a permanent place has computed, by id; note that the page depends on its notebook."""
    notebook = home_of(place)
    env.note_dependency(str(notebook))
    return kept(notebook, CARDS)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the roles with Sphinx."""
    for name in KINDS:
        app.add_role(name, LedgerRole())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
