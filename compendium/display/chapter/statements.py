"""Selections of statements of a debate, and of the places where sources take them up."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from compendium.display.chapter.selections import Selection
from compendium.display.outputs import RichOutput
from compendium.display.tables import positions as position_tables


@dataclass(frozen=True, repr=False)
class Stances(Selection):
    """Places where a source takes up a statement, a row each: `proposition_id`, `source_id`, `stance`, `says`."""

    @property
    def kinds(self) -> set[str]:
        """Return which stances there are: `asserts`, `qualifies`, `denies`."""
        return set(self.frame["stance"])

    @property
    def sources(self) -> int:
        """Return how many sources take one."""
        return int(self.frame["source_id"].nunique())

    @property
    def subjects(self) -> list[str]:
        """Return what conflicts of the selection touch: the statements."""
        return self.each("proposition_id")

    def in_order(self) -> Stances:
        """Return them in the order in which the sources were written, then of paragraphs."""
        written = self.frame["source_id"].map(self.shelf.tables["sources"].set_index("source_id")["written"])
        frame = self.frame.assign(written=written).sort_values(["written", "paragraph"])
        return Stances(self.shelf, frame)

    def table(self, caption: str) -> RichOutput:
        """Show each stance with its statement and the reason why it counts as that."""
        ledger = self.shelf.tables
        return position_tables.stances_table(self.frame, ledger["propositions"], ledger["sources"], caption)


@dataclass(frozen=True, repr=False)
class Statements(Selection):
    """Statements of the debate, a row each: `proposition_id`, `statement`, `chapter`."""

    @property
    def stances(self) -> Stances:
        """Return the places where sources take them up."""
        stances = self.shelf.tables["stances"]
        return Stances(self.shelf, stances[stances["proposition_id"].isin(self.frame["proposition_id"])])

    @property
    def subjects(self) -> list[str]:
        """Return what conflicts of the selection touch: the statements."""
        return self.ids

    def table(self, caption: str) -> RichOutput:
        """Show statements by source, in the order in which the sources were written, each stance with its place."""
        return position_tables.positions_table(self.stances.frame, self.frame, self._sources(), caption)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many `statements` there are, how many of them are `disputed`, how many `alone` in one source.

        One is disputed that is asserted in one place and denied in another.
        """
        of_each = self.stances.frame.groupby("proposition_id")
        disputed = sum({"asserts", "denies"} <= set(stances) for _, stances in of_each["stance"])
        alone = int(of_each["source_id"].nunique().eq(1).sum())
        return {"statements": len(self), "disputed": disputed, "alone": alone}

    def _sources(self) -> pd.DataFrame:
        return self.shelf.tables["sources"]
