"""A poll that asked one question about several countries: how many chose each answer, from the best to the worst."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from compendium.display.chapter.charts import Chart
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.observations import Observations


@dataclass(frozen=True)
class Poll:
    """The shares of each answer by country; `answers` are metrics from the best to the worst."""

    ledger: OpenLedger
    answers: tuple[str, ...]

    @cached_property
    def figures(self) -> Observations:
        """Return the figures of the poll."""
        return self.ledger.observations(metric=self.answers)

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Return the shares in percent, a row for each country, the most liked first, a column for each answer."""
        found = self.figures.value_grid("partner", "metric")[list(self.answers)]
        return found.loc[found[self._best].sum(axis=1).sort_values(ascending=False).index]

    @property
    def liked(self) -> dict[str, float]:
        """Return, by country, the share of the answers before the middle one in percent, the highest first."""
        return self._together(self._best)

    @property
    def disliked(self) -> dict[str, float]:
        """Return, by country, the share of the answers after the middle one in percent, the highest first."""
        return self._together(list(self.answers[-(len(self.answers) // 2) :]))

    def alike(self, one: str, other: str) -> bool:
        """Return whether two countries have the same shares."""
        return bool(self.shares.loc[one].equals(self.shares.loc[other]))

    def chart(self, unit: str) -> Chart:
        """Return the chart of the shares, one bar for each country."""
        return self.ledger.charts.parts(self.shares.rename(columns=self.ledger.name), unit)

    @property
    def _best(self) -> list[str]:
        return list(self.answers[: len(self.answers) // 2])

    def _together(self, answers: list[str]) -> dict[str, float]:
        sums = self.shares[answers].sum(axis=1).sort_values(ascending=False)
        return {str(area): float(share) for area, share in sums.items()}


def open_poll(ledger: OpenLedger, *answers: str) -> Poll:
    """Return the poll whose answers are some metrics, from the best to the worst."""
    return Poll(ledger, answers)
