"""Quantities that observations imply together: levels, sums, ratios, shares, growth between periods.

The caller chooses the observations and claims; the bounds are those of `compendium.reconciliation`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd
import portion

from compendium.analysis.explanations import format_range
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import add_observations_as_claims, reliable_actuals
from compendium.reconciliation.constraints import (
    NON_NEGATIVE,
    ONE,
    Constraint,
    ConstraintKind,
    ImpliedBounds,
    Quantity,
    canonical_period,
)
from compendium.reconciliation.reconcile import implied_bounds
from compendium.values.formatting import format_amount
from compendium.values.intervals import PERCENT, affine, is_narrow, product, quotient
from compendium.values.periods import exact_span
from compendium.values.units import convert_interval

Areas = tuple[str, str]
"""Reference area and counterpart area."""


def reliable_from(observations: pd.DataFrame, reporter: str | Collection[str]) -> pd.DataFrame:
    """Return the observations of one or several reporters that are neither forecasts nor of low reliability."""
    wanted = [reporter] if isinstance(reporter, str) else list(reporter)
    return reliable_actuals(observations[observations["reporter"].isin(wanted)])


def restrict_to(ledger: Ledger, observations: pd.DataFrame, claims: Collection[str] = ()) -> Ledger:
    """Return a ledger whose claims are some observations and some of its own claims."""
    combined = add_observations_as_claims(ledger, observations)
    rows = combined.frames["claims"]
    kept = rows[rows["claim_id"].isin([*observations.index, *claims])]
    return combined.with_tables(claims=kept, incomparable=combined.frames["incomparable"].iloc[:0])


def implied_levels(ledger: Ledger, metric: str, areas: Areas, periods: Iterable[str]) -> list[ImpliedBounds]:
    """Return the bounds of a quantity in each of some periods, in the unit of its metric."""
    quantities = (_quantity(metric, areas, period) for period in periods)
    queries = [Constraint(ConstraintKind.SAME, ((quantity, ONE),), NON_NEGATIVE) for quantity in quantities]
    return implied_bounds(ledger, queries)


def implied_where_missing(
    ledger: Ledger, metric: str, areas: Areas, observations: pd.DataFrame, years: Iterable[int]
) -> dict[str, ImpliedBounds]:
    """Return, by year without a closed observed figure, the bounds of the level where they are narrow."""
    closed = {year for year, found in levels_by_year(observations, _unit(ledger, metric)) if found.upper != portion.inf}
    missing = [str(year) for year in years if year not in closed]
    found = zip(missing, implied_levels(ledger, metric, areas, missing), strict=True)
    return {year: one for year, one in found if one.claims and is_narrow(one.interval)}


def _unit(ledger: Ledger, metric: str) -> str:
    return str(ledger.row("metrics", metric)["unit"])


def implied_sum(ledger: Ledger, metrics: Iterable[str], areas: Areas, period: str) -> ImpliedBounds:
    """Return the bounds of the sum of several quantities of one period."""
    terms = tuple((_quantity(metric, areas, period), ONE) for metric in metrics)
    return implied_bounds(ledger, [Constraint(ConstraintKind.SAME, terms, NON_NEGATIVE)])[0]


def implied_ratio(ledger: Ledger, metric: str, areas: Areas, period: str, base_period: str) -> ImpliedBounds:
    """Return the bounds of the ratio of a quantity in a period to the same in another."""
    base = _quantity(metric, areas, base_period)
    query = Constraint(ConstraintKind.MULTIPLE, ((_quantity(metric, areas, period), ONE),), NON_NEGATIVE, base)
    return implied_bounds(ledger, [query])[0]


def _quantity(metric: str, areas: Areas, period: str) -> Quantity:
    return Quantity(metric, *areas, canonical_period(period), "")


def ratio_to_growth(ratio: portion.Interval) -> portion.Interval:
    """Return a ratio as growth in percent."""
    return affine(ratio, 100, -100)


def remainder(whole: portion.Interval, percent: portion.Interval) -> portion.Interval:
    """Return a whole minus a percentage of it."""
    return product(whole, affine(percent, -PERCENT, 1))


def share(part: portion.Interval, whole: portion.Interval) -> portion.Interval:
    """Return a part in percent of a whole in the same unit."""
    return affine(quotient(part, whole), 100)


def describe_growth(growth: portion.Interval) -> str:
    """Return a growth in percent as text: `5–6 % more`, `2–4 % less`, `6 % less to 4 % more`."""
    if growth.lower >= 0:
        return f"{format_range(growth, 'percent')} more"
    fall = affine(growth, -1)
    if growth.upper <= 0:
        return f"{format_range(fall, 'percent')} less"
    ends = (portion.singleton(end) for end in (fall.upper, growth.upper))
    less, more = (format_amount(end, "percent", digits=3) if end.upper != portion.inf else "any amount" for end in ends)
    return f"{less} less to {more} more"


def monthly_average(interval: portion.Interval, period: str) -> portion.Interval:
    """Return the monthly average of an amount over a period of whole months.

    Raises
    ------
    ValueError
        where the period is not closed.
    """
    days = exact_span(period)
    if days is None:
        raise ValueError(f"{period!r} has no two ends, so there is no average month")
    months = 12 * (days.last.year - days.first.year) + days.last.month - days.first.month + 1
    return affine(interval, Fraction(1, months))


def levels_by_year(rows: pd.DataFrame, unit: str) -> list[tuple[int, portion.Interval]]:
    """Return the levels of whole years in a unit, as (year, interval) in order of time, of observations or claims."""
    levels = rows[(rows["measure"] == "level") & rows["period"].str.fullmatch(r"\d{4}")].sort_values("period")
    own = levels["in_unit"] if "in_unit" in levels else levels["unit"]
    return [
        (int(year), convert_interval(found, given, unit))
        for year, found, given in zip(levels["period"], levels["interval"], own, strict=True)
    ]


@dataclass(frozen=True)
class PeriodComparison:
    """The bounds of a quantity in a period, in the same months of another year, and of their ratio."""

    period: str
    current: ImpliedBounds
    """Bounds in the period."""
    previous: ImpliedBounds
    """Bounds in the period of the other year."""
    ratio: ImpliedBounds
    """Bounds of the ratio of the two."""

    @property
    def growth(self) -> portion.Interval:
        """Return the growth over the other year, in percent."""
        return ratio_to_growth(self.ratio.interval)

    @property
    def monthly_averages(self) -> tuple[portion.Interval, portion.Interval]:
        """Return the monthly averages of the other year and of this one."""
        return monthly_average(self.previous.interval, self.period), monthly_average(self.current.interval, self.period)

    @property
    def evidence_ids(self) -> list[str]:
        """Return the ids of the observations and claims that the bounds rest on."""
        return sorted({*self.current.claims, *self.previous.claims, *self.ratio.claims})


def compare_periods(ledger: Ledger, metric: str, areas: Areas, period: str, base_period: str) -> PeriodComparison:
    """Return what a ledger implies for a quantity in a period and in the same months of another year."""
    current, previous = implied_levels(ledger, metric, areas, [period, base_period])
    return PeriodComparison(period, current, previous, implied_ratio(ledger, metric, areas, period, base_period))
