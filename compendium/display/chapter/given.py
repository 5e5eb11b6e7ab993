"""What follows from some figures alone: amounts that nobody prints, and how one stretch of time stands to another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import pandas as pd

from compendium.analysis import derived_quantities
from compendium.analysis.derived_quantities import Areas, PeriodComparison
from compendium.display.chapter.amounts import Amount
from compendium.display.chapter.shelf import Shelf
from compendium.display.chapter.yearly import Yearly
from compendium.ledger.loader import Ledger
from compendium.reconciliation.constraints import ImpliedBounds
from compendium.values.periods import format_period

Period = TypeVar("Period", str, int)


@dataclass(frozen=True)
class Change:
    """Some months, the same months of another year, and the growth between them, as far as they follow."""

    stretch: PeriodComparison
    unit: str

    @property
    def now(self) -> Amount:
        """Return what follows for the months."""
        return _amount(self.stretch.current, self.unit)

    @property
    def before(self) -> Amount:
        """Return what follows for the same months of the other year."""
        return _amount(self.stretch.previous, self.unit)

    @property
    def growth(self) -> Amount:
        """Return the growth over the other year, in percent."""
        return Amount(self.stretch.growth, "percent", tuple(self.stretch.evidence_ids))

    @property
    def monthly(self) -> tuple[Amount, Amount]:
        """Return the average month of the other year and of this one."""
        before, now = self.stretch.monthly_averages
        return Amount(before, self.unit), Amount(now, self.unit)

    @property
    def when(self) -> str:
        """Return the months for a reader."""
        return format_period(self.stretch.period)

    @property
    def text(self) -> str:
        """Return the growth as a reader says it: `2–4 % less`."""
        return self.growth.change


@dataclass(frozen=True)
class Given:
    """What a few figures leave to others between two areas, by the arithmetic of reconciliation."""

    shelf: Shelf
    chosen: pd.DataFrame
    claims: tuple[str, ...]
    between: Areas

    @cached_property
    def tables(self) -> Ledger:
        """Return the ledger in which nothing stands but these figures."""
        return derived_quantities.restrict_to(self.shelf.tables, self.chosen, self.claims)

    def level(self, metric: str, period: str | int) -> Amount:
        """Return what follows for a metric in a period, in its unit; `rests_on` names the figures."""
        (found,) = self.levels(metric, [str(period)]).values()
        return found

    def levels(self, metric: str, periods: Iterable[Period]) -> dict[Period, Amount]:
        """Return what follows for a metric in each of some periods."""
        asked = list(periods)
        found = derived_quantities.implied_levels(self.tables, metric, self.between, map(str, asked))
        return {period: _amount(one, self._unit(metric)) for period, one in zip(asked, found, strict=True)}

    def where_not_printed(self, metric: str, years: Iterable[int]) -> Yearly:
        """Return, by year for which the figures have no closed one, what follows for it where that is narrow."""
        printed = self.chosen[self.chosen["metric_id"] == metric]
        found = derived_quantities.implied_where_missing(self.tables, metric, self.between, printed, years)
        return Yearly({int(year): _amount(one, self._unit(metric)) for year, one in found.items()})

    def by_year(self, metric: str, years: Iterable[int]) -> Yearly:
        """Return what follows for a metric in each of some years."""
        return Yearly(self.levels(metric, years))

    def multiple(self, metric: str, period: str, base: str) -> Amount:
        """Return what follows for a period as a multiple of another, in `times`."""
        return _amount(derived_quantities.implied_ratio(self.tables, metric, self.between, period, base), "times")

    def growth(self, metric: str, period: str, base: str) -> Amount:
        """Return what follows for the growth from one period to another, in percent."""
        return self.multiple(metric, period, base).as_growth

    def change(self, metric: str, period: str, base: str = "") -> Change:
        """Return what follows for some months, the same months of another year, and the growth between them.

        The other year is the one before, unless `base` names the months.
        """
        other = base or year_before(period)
        return Change(
            derived_quantities.compare_periods(self.tables, metric, self.between, period, other), self._unit(metric)
        )

    def sum(self, metrics: Sequence[str], period: str) -> Amount:
        """Return what follows for the sum of several metrics in a period."""
        found = derived_quantities.implied_sum(self.tables, metrics, self.between, period)
        return _amount(found, self._unit(metrics[0]))

    def _unit(self, metric: str) -> str:
        return str(self.shelf.names.metrics[metric]["unit"])


def year_before(period: str) -> str:
    """Return the same stretch of time a year before: `2025-01/2025-04` as `2024-01/2024-04`."""
    return re.sub(r"(?<![\d-])\d{4}", lambda year: str(int(year[0]) - 1), period)


def _amount(found: ImpliedBounds, unit: str) -> Amount:
    return Amount(found.interval, unit, tuple(found.claims))
