"""Sphinx extension: roles that print a value of the ledger in a sentence, linked to its permanent place.

    {claim}`source2025.turnover-2024`   the figure as the source prints it, hedge included
    {quantity}`turnover-grew`           a computed value by id: range of a key finding, implied quantity or
                                        independent figure
    {date}`some-event`                  the date of an event
    {event}`some-event`                 its name
    {source}`source2025`                the author (or publisher) and year of a source
    {citation}`source2025.ref-name`     a citation or an entry of a list, as the source prints it

An id that does not exist causes a warning with similar ids.
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

from compendium.builder.stored_outputs import permanent_page_notebook, stored_objects
from compendium.display.mime_types import CARDS
from compendium.ledger.schema import read_schema
from compendium.project.paths import DATA, PAGE_BY_KIND
from compendium.project.problems import describe_choices
from compendium.values.number_parsing import format_figure
from compendium.values.periods import format_period

logger = logging.getLogger(__name__)


def _date(row: Mapping[str, str]) -> str:
    return format_period(row["date"]) or "at an unknown date"


def _source(row: Mapping[str, str]) -> str:
    return f"{row['author'] or row['publisher']} ({row['written'][:4]})"


@dataclass(frozen=True)
class RoleKind:
    """Definition of a role: prints rows of a table, or, without a table, computed values from hover cards."""

    page_kinds: tuple[str, ...]
    """Kinds of pages (`PAGE_BY_KIND`) in which its ids are looked up, in this order."""
    table: str = ""
    """Name of the table, `""` for computed values."""
    row_text: Callable[[Mapping[str, str]], str] = lambda row: row["text"]


ROLE_KINDS: dict[str, RoleKind] = {
    "claim": RoleKind(("claim",), "claims", format_figure),
    "quantity": RoleKind(("headline", "quantity", "observation")),
    "date": RoleKind(("event",), "events", _date),
    "event": RoleKind(("event",), "events", lambda row: row["name"]),
    "source": RoleKind(("source",), "sources", _source),
    "citation": RoleKind(("citation",), "citations", lambda row: row["as_printed"]),
}


class LedgerRole(SphinxRole):
    """One of `ROLE_KINDS`, selected by `name`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text as a link; for an unknown id warn with similar ones and return the id as literal."""
        kind = ROLE_KINDS[self.name]
        for place in kind.page_kinds:
            rows = _rows(self.env, kind.table) if kind.table else _computed(self.env, place)
            if self.text in rows:
                return [self._link(place, kind.row_text(rows[self.text]))], []
        known = {name for place in kind.page_kinds for name in (rows if kind.table else _computed(self.env, place))}
        what = kind.table or "computed quantities"
        message = "%s has no row %r; %s" if kind.table else "%s: none is called %r; %s"
        logger.warning(message, what, self.text, describe_choices(known, self.text), location=self.get_location())
        return [nodes.literal(text=self.text)], []

    def _link(self, place: str, text: str) -> nodes.Node:
        target = self.env.app.builder.get_relative_uri(self.env.docname, f"book/{PAGE_BY_KIND[place]}")
        return nodes.reference("", text, refuri=f"{target}#{self.text}", classes=[self.name])


def _rows(env: BuildEnvironment, table: str) -> Mapping[str, Mapping[str, str]]:
    """Return the rows of a table by key, as text, cached for a page; register the file as dependency of the page.

    They are read by `csv`, since importing pandas would take longer than writing the page.
    """
    known: dict[str, dict[str, dict[str, str]]] = env.temp_data.setdefault("ledger", {})
    if table not in known:
        path = DATA / read_schema(DATA)[table].path
        env.note_dependency(str(path))
        with path.open(encoding="utf-8", newline="") as file:
            known[table] = {next(iter(row.values())): row for row in csv.DictReader(file)}
    return known[table]


def _computed(env: BuildEnvironment, place: str) -> Mapping[str, Mapping[str, str]]:
    """Return the cards of a kind of page by id; register its notebook as dependency of the page."""
    notebook = permanent_page_notebook(place)
    env.note_dependency(str(notebook))
    return stored_objects(notebook, CARDS)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the roles with Sphinx."""
    for name in ROLE_KINDS:
        app.add_role(name, LedgerRole())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
