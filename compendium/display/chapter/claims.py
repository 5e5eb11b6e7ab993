"""A selection of claims: what the sources print, how the figures lie to each other and to independent ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from compendium.display.chapter.evidence import Evidence
from compendium.display.chapter.selections import Figures
from compendium.display.outputs import RichOutput
from compendium.display.tables import claims as claim_tables
from compendium.ledger.claims import competing_figures, source_counts


@dataclass(frozen=True, repr=False)
class Claims(Figures):
    """Claims of the sources, a row each, as `compendium.ledger.claims.read_claims` describes the columns."""

    def table(self, caption: str) -> RichOutput:
        """Show the claims: figure and how it is read, what it measures, who says so."""
        return claim_tables.claims_table(self.frame, caption)

    def provenance(self) -> RichOutput:
        """Show where each number comes from: the place in the text, the credit, what is open."""
        return claim_tables.provenance_table(self.frame)

    def checked(self) -> Evidence:
        """Return the verdicts of independent figures on these claims."""
        return Evidence(self.shelf, tuple(self.shelf.corroborated(self.frame["claim_id"]).values()))

    def evidence(self, caption: str) -> RichOutput:
        """Show the claims beside independent figures, each with its verdict."""
        return self.checked().table(caption)

    @property
    def sources(self) -> int:
        """Return how many sources print one of them."""
        return int(self.frame["source_id"].nunique())

    @property
    def uncredited(self) -> int:
        """Return how many of them the text credits to nobody."""
        return int((self.frame["origin"] == "").sum())

    @property
    def metrics(self) -> list[str]:
        """Return the ids of what is measured, each once."""
        return self.each("metric_id")

    @property
    def subjects(self) -> list[str]:
        """Return what conflicts of the selection touch: its metrics."""
        return self.metrics

    @property
    def pairs(self) -> pd.DataFrame:
        """Return the quantities of which more than one figure is printed, and whether they `agree`."""
        return competing_figures(self.frame)

    def pairs_table(self, caption: str) -> RichOutput:
        """Show the quantities of which more than one figure is printed, and what all of them leave possible."""
        return claim_tables.rivals_table(self.pairs, self.shelf.claims, caption)

    def gaps(self, periods: Sequence[str], caption: str, metrics: Collection[str] = ()) -> RichOutput:
        """Show how many sources print a figure, by metric and period; the metrics of the selection unless given."""
        grid = source_counts(self.frame, list(metrics or self.metrics), list(periods))
        return claim_tables.gaps_table(grid, self.shelf.tables["metrics"], caption)
