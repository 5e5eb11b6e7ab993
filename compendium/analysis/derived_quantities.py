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

from compendium.analysis.explanations import said
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import facts, joined
from compendium.reconciliation.components import Implied
from compendium.reconciliation.constraints import NOT_NEGATIVE, ONE, Binding, Quantity, Rule, canonical
from compendium.reconciliation.reconcile import implied
from compendium.values.formatting import amount
from compendium.values.intervals import PERCENT, affine, is_narrow, product, quotient
from compendium.values.periods import known
from compendium.values.units import converted

Areas = tuple[str, str]
"""Whose quantity it is, and towards whom."""


def sound(observations: pd.DataFrame, reporter: str | Collection[str]) -> pd.DataFrame:
    """Return the observations of one side's authorities, or of several, that are firm: no forecast, no doubtful one."""
    wanted = [reporter] if isinstance(reporter, str) else list(reporter)
    return facts(observations[observations["reporter"].isin(wanted)])


def holding(ledger: Ledger, chosen: pd.DataFrame, claims: Collection[str] = ()) -> Ledger:
    """Return a ledger in which nothing stands but some observations and, beside them, some claims."""
    beside = joined(ledger, chosen)
    rows = beside.frames["claims"]
    kept = rows[rows["claim_id"].isin([*chosen.index, *claims])]
    apart = beside.frames["incomparable"].iloc[:0]
    return beside.replaced(claims=kept, incomparable=apart)


def follows(ledger: Ledger, metric: str, areas: Areas, periods: Iterable[str]) -> list[Implied]:
    """Return what a ledger leaves to a quantity in some periods, in the unit of its metric, and what it rests on."""
    return implied(
        ledger, [Binding(Rule.SAME, ((_quantity(metric, areas, period), ONE),), NOT_NEGATIVE) for period in periods]
    )


def lacking(
    ledger: Ledger, metric: str, areas: Areas, printed: pd.DataFrame, years: Iterable[int]
) -> dict[str, Implied]:
    """Return, by year for which no closed figure is printed, what follows for it where that is narrow."""
    closed = {year for year, found in by_year(printed, _unit(ledger, metric)) if found.upper != portion.inf}
    asked = [str(year) for year in years if year not in closed]
    found = zip(asked, follows(ledger, metric, areas, asked), strict=True)
    return {year: one for year, one in found if one.claims and is_narrow(one.interval)}


def _unit(ledger: Ledger, metric: str) -> str:
    return str(ledger.row("metrics", metric)["unit"])


def together(ledger: Ledger, metrics: Iterable[str], areas: Areas, period: str) -> Implied:
    """Return what a ledger leaves to the sum of several quantities of one period."""
    terms = tuple((_quantity(metric, areas, period), ONE) for metric in metrics)
    return implied(ledger, [Binding(Rule.SAME, terms, NOT_NEGATIVE)])[0]


def multiple(ledger: Ledger, metric: str, areas: Areas, period: str, base: str) -> Implied:
    """Return what a ledger leaves to a quantity of a period as a multiple of that of another."""
    per = _quantity(metric, areas, base)
    asked = Binding(Rule.MULTIPLE, ((_quantity(metric, areas, period), ONE),), NOT_NEGATIVE, per)
    return implied(ledger, [asked])[0]


def _quantity(metric: str, areas: Areas, period: str) -> Quantity:
    return Quantity(metric, *areas, canonical(period), "")


def as_growth(times: portion.Interval) -> portion.Interval:
    """Return a multiple as the growth that it is, in percent."""
    return affine(times, 100, -100)


def remainder(whole: portion.Interval, percent: portion.Interval) -> portion.Interval:
    """Return what is left of a whole without a part that is so many percent of it."""
    return product(whole, affine(percent, -PERCENT, 1))


def share(part: portion.Interval, whole: portion.Interval) -> portion.Interval:
    """Return a part in percent of a whole, both in one unit."""
    return affine(quotient(part, whole), 100)


def changed(growth: portion.Interval) -> str:
    """Return a growth in percent as a person says it: `5–6 % more`, `2–4 % less`, `6 % less to 4 % more`."""
    if growth.lower >= 0:
        return f"{said(growth, 'percent')} more"
    fall = affine(growth, -1)
    if growth.upper <= 0:
        return f"{said(fall, 'percent')} less"
    ends = (portion.singleton(end) for end in (fall.upper, growth.upper))
    less, more = (amount(end, "percent", digits=3) if end.upper != portion.inf else "any amount" for end in ends)
    return f"{less} less to {more} more"


def monthly(found: portion.Interval, period: str) -> portion.Interval:
    """Return the average month of what some whole months of a year sum up to.

    Raises
    ------
    ValueError
        where the period is not closed.
    """
    days = known(period)
    if days is None:
        raise ValueError(f"{period!r} has no two ends, so there is no average month")
    months = 12 * (days.last.year - days.first.year) + days.last.month - days.first.month + 1
    return affine(found, Fraction(1, months))


def by_year(rows: pd.DataFrame, unit: str) -> list[tuple[int, portion.Interval]]:
    """Return the levels of whole years in a unit, in order of time, of observations or of claims."""
    levels = rows[(rows["measure"] == "level") & rows["period"].str.fullmatch(r"\d{4}")].sort_values("period")
    own = levels["in_unit"] if "in_unit" in levels else levels["unit"]
    return [
        (int(year), converted(found, given, unit))
        for year, found, given in zip(levels["period"], levels["interval"], own, strict=True)
    ]


# --- stretches of time


@dataclass(frozen=True)
class Stretch:
    """Some months and the same months of another year: what follows for each, and for the growth between them."""

    period: str
    now: Implied
    before: Implied
    times: Implied

    @property
    def growth(self) -> portion.Interval:
        """Return the growth over the other year, in percent."""
        return as_growth(self.times.interval)

    @property
    def monthly(self) -> tuple[portion.Interval, portion.Interval]:
        """Return the average month of the other year and of this one."""
        return monthly(self.before.interval, self.period), monthly(self.now.interval, self.period)

    @property
    def rests_on(self) -> list[str]:
        """Return the observations and claims that it takes."""
        return sorted({*self.now.claims, *self.before.claims, *self.times.claims})


def stretch(ledger: Ledger, metric: str, areas: Areas, period: str, base: str) -> Stretch:
    """Return what a ledger implies for some months of a year and the same months of another."""
    now, before = follows(ledger, metric, areas, [period, base])
    return Stretch(period, now, before, multiple(ledger, metric, areas, period, base))
