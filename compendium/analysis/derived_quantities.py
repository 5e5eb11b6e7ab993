"""What observations imply together: amounts that no publisher prints, and how a stretch of time stands to another.

Whoever asks says which observations hold, and which claims beside them; nothing is chosen here, and the arithmetic
is that of reconciliation.
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
"""Whose quantity it is, and towards whom."""


def reliable_from(observations: pd.DataFrame, reporter: str | Collection[str]) -> pd.DataFrame:
    """Return the observations of one side's authorities, or of several, that are firm: no forecast, no doubtful one."""
    wanted = [reporter] if isinstance(reporter, str) else list(reporter)
    return reliable_actuals(observations[observations["reporter"].isin(wanted)])


def restrict_to(ledger: Ledger, observations: pd.DataFrame, claims: Collection[str] = ()) -> Ledger:
    """Return a ledger in which nothing stands but some observations and, beside them, some claims."""
    beside = add_observations_as_claims(ledger, observations)
    rows = beside.frames["claims"]
    kept = rows[rows["claim_id"].isin([*observations.index, *claims])]
    apart = beside.frames["incomparable"].iloc[:0]
    return beside.with_tables(claims=kept, incomparable=apart)


def implied_levels(ledger: Ledger, metric: str, areas: Areas, periods: Iterable[str]) -> list[ImpliedBounds]:
    """Return what a ledger leaves to a quantity in some periods, in the unit of its metric, and what it rests on."""
    return implied_bounds(
        ledger,
        [
            Constraint(ConstraintKind.SAME, ((_quantity(metric, areas, period), ONE),), NON_NEGATIVE)
            for period in periods
        ],
    )


def implied_where_missing(
    ledger: Ledger, metric: str, areas: Areas, observations: pd.DataFrame, years: Iterable[int]
) -> dict[str, ImpliedBounds]:
    """Return, by year for which no closed figure is printed, what follows for it where that is narrow."""
    closed = {year for year, found in levels_by_year(observations, _unit(ledger, metric)) if found.upper != portion.inf}
    asked = [str(year) for year in years if year not in closed]
    found = zip(asked, implied_levels(ledger, metric, areas, asked), strict=True)
    return {year: one for year, one in found if one.claims and is_narrow(one.interval)}


def _unit(ledger: Ledger, metric: str) -> str:
    return str(ledger.row("metrics", metric)["unit"])


def implied_sum(ledger: Ledger, metrics: Iterable[str], areas: Areas, period: str) -> ImpliedBounds:
    """Return what a ledger leaves to the sum of several quantities of one period."""
    terms = tuple((_quantity(metric, areas, period), ONE) for metric in metrics)
    return implied_bounds(ledger, [Constraint(ConstraintKind.SAME, terms, NON_NEGATIVE)])[0]


def implied_ratio(ledger: Ledger, metric: str, areas: Areas, period: str, base_period: str) -> ImpliedBounds:
    """Return what a ledger leaves to a quantity of a period as a multiple of that of another."""
    per = _quantity(metric, areas, base_period)
    asked = Constraint(ConstraintKind.MULTIPLE, ((_quantity(metric, areas, period), ONE),), NON_NEGATIVE, per)
    return implied_bounds(ledger, [asked])[0]


def _quantity(metric: str, areas: Areas, period: str) -> Quantity:
    return Quantity(metric, *areas, canonical_period(period), "")


def ratio_to_growth(ratio: portion.Interval) -> portion.Interval:
    """Return a multiple as the growth that it is, in percent."""
    return affine(ratio, 100, -100)


def remainder(whole: portion.Interval, percent: portion.Interval) -> portion.Interval:
    """Return what is left of a whole without a part that is so many percent of it."""
    return product(whole, affine(percent, -PERCENT, 1))


def share(part: portion.Interval, whole: portion.Interval) -> portion.Interval:
    """Return a part in percent of a whole, both in one unit."""
    return affine(quotient(part, whole), 100)


def describe_growth(growth: portion.Interval) -> str:
    """Return a growth in percent as a person says it: `5–6 % more`, `2–4 % less`, `6 % less to 4 % more`."""
    if growth.lower >= 0:
        return f"{format_range(growth, 'percent')} more"
    fall = affine(growth, -1)
    if growth.upper <= 0:
        return f"{format_range(fall, 'percent')} less"
    ends = (portion.singleton(end) for end in (fall.upper, growth.upper))
    less, more = (format_amount(end, "percent", digits=3) if end.upper != portion.inf else "any amount" for end in ends)
    return f"{less} less to {more} more"


def monthly_average(interval: portion.Interval, period: str) -> portion.Interval:
    """Return the average month of what some whole months of a year sum up to.

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
    """Return the levels of whole years in a unit, in order of time, of observations or of claims."""
    levels = rows[(rows["measure"] == "level") & rows["period"].str.fullmatch(r"\d{4}")].sort_values("period")
    own = levels["in_unit"] if "in_unit" in levels else levels["unit"]
    return [
        (int(year), convert_interval(found, given, unit))
        for year, found, given in zip(levels["period"], levels["interval"], own, strict=True)
    ]


# --- stretches of time


@dataclass(frozen=True)
class PeriodComparison:
    """Some months and the same months of another year: what follows for each, and for the growth between them."""

    period: str
    current: ImpliedBounds
    previous: ImpliedBounds
    ratio: ImpliedBounds

    @property
    def growth(self) -> portion.Interval:
        """Return the growth over the other year, in percent."""
        return ratio_to_growth(self.ratio.interval)

    @property
    def monthly_averages(self) -> tuple[portion.Interval, portion.Interval]:
        """Return the average month of the other year and of this one."""
        return monthly_average(self.previous.interval, self.period), monthly_average(self.current.interval, self.period)

    @property
    def evidence_ids(self) -> list[str]:
        """Return the observations and claims that it takes."""
        return sorted({*self.current.claims, *self.previous.claims, *self.ratio.claims})


def compare_periods(ledger: Ledger, metric: str, areas: Areas, period: str, base_period: str) -> PeriodComparison:
    """Return what a ledger implies for some months of a year and the same months of another."""
    now, before = implied_levels(ledger, metric, areas, [period, base_period])
    return PeriodComparison(period, now, before, implied_ratio(ledger, metric, areas, period, base_period))
