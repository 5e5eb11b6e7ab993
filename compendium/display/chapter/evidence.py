"""Claims beside independent figures: verdicts, tables and the chart of what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from compendium.analysis.corroboration import Corroboration
from compendium.display.chapter.charts import Chart
from compendium.display.chapter.shelf import Shelf
from compendium.display.charts import series as series_charts
from compendium.display.outputs import RichOutput
from compendium.display.tables import corroboration as corroboration_tables
from compendium.reconciliation.verdicts import AGREES, DIFFERS
from compendium.values.number_parsing import format_figure


@dataclass(frozen=True)
class Evidence:
    """Verdicts on claims, in the order of the claims, with all that was held against each."""

    shelf: Shelf
    checks: tuple[Corroboration, ...]

    def __len__(self) -> int:
        """Return how many claims have a verdict."""
        return len(self.checks)

    def __iter__(self) -> Iterator[Corroboration]:
        """Yield the verdicts with what was held against each claim."""
        return iter(self.checks)

    def __getitem__(self, claim: str) -> Corroboration:
        """Return the verdict on one claim; raise `KeyError` where it has none."""
        return {one.claim_id: one for one in self.checks}[claim]

    @property
    def verdicts(self) -> dict[str, str]:
        """Return the verdicts in words, by claim: `agrees`, `differs`, `not comparable`, …"""
        return {one.claim_id: one.verdict for one in self.checks}

    @property
    def reasons(self) -> list[str]:
        """Return why nothing is comparable with each of the claims: `period`, `population`, …"""
        return [one.reason for one in self.checks]

    @property
    def ids(self) -> list[str]:
        """Return the ids of the claims."""
        return [one.claim_id for one in self.checks]

    def with_verdict(self, *verdicts: str) -> Evidence:
        """Return those with one of some verdicts."""
        return replace(self, checks=tuple(one for one in self.checks if one.verdict in verdicts))

    def decided(self) -> Evidence:
        """Return those for which a comparable independent figure was found."""
        return self.with_verdict(AGREES, DIFFERS)

    def would_agree(self) -> Evidence:
        """Return those beside which something stands that would agree if the two could be compared."""
        return replace(
            self, checks=tuple(one for one in self.checks if any(held.would_agree for held in one.comparisons))
        )

    def of_quality(self, quality: str) -> Evidence:
        """Return those decided by observations of one class alone: `page`, or `machine`."""
        own = self.shelf.observations["quality"]

        def fits(one: Corroboration) -> bool:
            deciding = [held for held in one.comparisons if held.verdict in (AGREES, DIFFERS)]
            return all(own[name] == quality for held in deciding for name in held.observations)

        return replace(self, checks=tuple(one for one in self.checks if fits(one)))

    def table(self, caption: str) -> RichOutput:
        """Show each claim with what was held against it: publisher, class, verdict, and how far apart."""
        shelf = self.shelf
        return corroboration_tables.corroboration_table(
            self.checks, shelf.claims, shelf.observations, shelf.names, caption
        )

    def counted_by(self, names: pd.Series) -> pd.DataFrame:
        """Return how many claims got each verdict, by a name for each claim id; a row of all at the end."""
        return corroboration_tables.verdict_counts({one.claim_id: one for one in self.checks}, names)

    def differences(self) -> Chart:
        """Return the chart of what differs: each claim above the independent figure, in percent of the latter."""
        claims = self.shelf.claims
        pairs = list(corroboration_tables.differing_comparisons(self.checks))
        labels = [f"{claims.loc[one.claim_id, 'metric']}, {claims.loc[one.claim_id, 'author']}" for one, _ in pairs]
        notes = [
            f"{format_figure(claims.loc[one.claim_id])}; " + self._printed(held.observations[0]) for one, held in pairs
        ]
        claimed, observed = zip(
            *(corroboration_tables.percent_of_observed(one, held) for one, held in pairs), strict=True
        )
        unit = "percent of the independent figure, or of its upper end"
        return Chart(series_charts.claimed_observed_chart(labels, claimed, observed, notes, unit=unit))

    def _printed(self, name: str) -> str:
        row = self.shelf.observations.loc[name]
        return f"{row['publisher']}: {row['figure']}"
