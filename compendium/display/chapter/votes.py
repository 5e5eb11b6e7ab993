"""Votes of states on resolutions: how often each did what, tables of them, and the chart of all."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from IPython.display import HTML

from compendium.display.chapter.charts import Chart, Charts, Shade
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.selections import Selection
from compendium.display.charts import style
from compendium.display.tables import votes as votes_tables
from compendium.ledger import votes as votes_ledger
from compendium.values.periods import format_period


@dataclass(frozen=True, repr=False)
class Votes(Selection):
    """Votes in order of their day, a row each, as `compendium.ledger.votes.read_votes` describes the columns."""

    def counted(self, area: str, about: str) -> dict[str, int]:
        """Return how often a state did what over the resolutions about another: `yes`, `no`, `absent`, …, `all`."""
        return votes_ledger.count_votes(self.frame, area, about)

    def with_basis(self, basis: str) -> int:
        """Return how many votes are known in one way: `recorded`, `reported`, `inferred`, `not found`, `disputed`."""
        return int((self.frame["basis"] == basis).sum())

    def table(self, states: Sequence[str], caption: str) -> HTML:
        """Show each resolution with its tally, and who says how each of some states voted."""
        return votes_tables.votes_table(self.frame, self.shelf.tables["resolutions"], self._named(states), caption)

    def counts_table(self, states: Sequence[str], about: Sequence[str], caption: str) -> HTML:
        """Show what each of some states did over the resolutions about each of some others, in words."""
        return votes_tables.vote_counts_table(self.frame, self._named(states), list(about), caption)

    def chart(self, heads: Mapping[str, str], colours: Mapping[str, Shade]) -> Chart:
        """Return the grid of votes in words, a row each resolution, under the heads of some states by id."""
        titles = self.frame.drop_duplicates("resolution_id").set_index("resolution_id")
        rows = {}
        for name, words in votes_ledger.vote_grid(self.frame, list(heads)).items():
            title = f"{format_period(titles.loc[name, 'date'])}: {titles.loc[name, 'title']}"
            rows[textwrap.fill(title, style.LINE_LENGTH - 4)] = {heads[area]: word for area, word in words.items()}
        return Charts(self.shelf).words(rows, colours)

    def _named(self, states: Sequence[str]) -> dict[str, str]:
        return {area: self.shelf.names.places[area] for area in states}


def open_votes(ledger: OpenLedger) -> Votes:
    """Return all votes of a ledger."""
    return Votes(ledger.shelf, votes_ledger.read_votes(ledger.tables))
