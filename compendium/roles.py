"""Roles for chapters: a figure or a date in a sentence, taken from the ledger, linked to its permanent place.

    {claim}`source2025.turnover-2024`   the figure as the source prints it, hedge included
    {date}`some-event`                  the date of an event, as the ledger has it
    {source}`source2025`                the author (or publisher) and year of a source

A thin adapter: it looks up and links, and says which ids are near where one does not exist.
"""

from __future__ import annotations

import csv
from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from compendium.figures import figure
from compendium.home import DATA, PAGES
from compendium.periods import spoken
from compendium.problems import one_of
from compendium.schema import tables

logger = logging.getLogger(__name__)


def _claim(row: dict[str, str]) -> str:
    return figure(row)


def _date(row: dict[str, str]) -> str:
    return spoken(row["date"]) or "at an unknown date"


def _source(row: dict[str, str]) -> str:
    return f"{row['author'] or row['publisher']} ({row['written'][:4]})"


KINDS: dict[str, tuple[str, str, Callable[[dict[str, str]], str]]] = {
    "claim": ("claims", "claim", _claim),
    "date": ("events", "event", _date),
    "source": ("sources", "source", _source),
}


class LedgerRole(SphinxRole):
    """One of the roles above; `name` says which."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text as a link to its place; warn, naming near ids, where there is no such row."""
        table, page, said = KINDS[self.name]
        rows = _rows(self.env, table)
        if self.text not in rows:
            problem = one_of(rows, self.text)
            logger.warning("%s has no row %r; %s", table, self.text, problem, location=self.get_location())
            return [nodes.literal(text=self.text)], []
        builder = self.env.app.builder
        target = builder.get_relative_uri(self.env.docname, f"book/{PAGES[page]}")
        return [nodes.reference("", said(rows[self.text]), refuri=f"{target}#{self.text}", classes=[self.name])], []


def _rows(env: BuildEnvironment, table: str) -> dict[str, dict[str, str]]:
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


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the roles with Sphinx."""
    for name in KINDS:
        app.add_role(name, LedgerRole())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
