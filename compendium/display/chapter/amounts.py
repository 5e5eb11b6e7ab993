"""Amounts: what is known of a number, as an interval with its unit, to compute, compare and write with.

Ends are exact, as in `compendium.values.intervals`. Comparisons are certain ones: `a < b` is true where every value
that `a` can have lies below every value that `b` can have, so that neither `a < b` nor `a > b` is true where they
overlap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import portion

from compendium.analysis import derived_quantities
from compendium.analysis.explanations import format_range
from compendium.display.tables.corroboration import format_amount_range
from compendium.values import intervals, units
from compendium.values.formatting import format_amount
from compendium.values.periods import read_period

Number = int | float | Fraction


@dataclass(frozen=True)
class Amount:
    """What is known of a number: an interval, its unit, and the ids of the rows that it follows from, if it does."""

    interval: portion.Interval
    unit: str
    rests_on: tuple[str, ...] = field(default=(), compare=False)

    # --- what it is

    @property
    def low(self) -> Any:
        """Return the lower end, minus infinity where there is none."""
        return self.interval.lower

    @property
    def high(self) -> Any:
        """Return the upper end, infinity where there is none."""
        return self.interval.upper

    @property
    def middle(self) -> float:
        """Return the middle between the ends."""
        return float(self.low + self.high) / 2

    def to(self, unit: str) -> Amount:
        """Return the same in another unit of the same kind: `million USD` in `USD`."""
        return Amount(units.convert_interval(self.interval, self.unit, unit), unit, self.rests_on)

    @property
    def unscaled(self) -> Amount:
        """Return the same in its unit without the word that scales it: `million t` in `t`."""
        plain = units.unscaled(self.unit)
        return self if plain == self.unit else self.to(plain)

    # --- what it says

    def __str__(self) -> str:
        """Return it for a reader, rounded as far as its ends can still be told apart."""
        return format_range(self.interval, self.unit)

    def __format__(self, digits: str) -> str:
        """Return it for a reader; `f"{amount:4}"` with at least four significant digits."""
        return format_range(self.interval, self.unit, int(digits)) if digits else str(self)

    def rounded(self, digits: int) -> str:
        """Return it for a reader with so many significant digits, whether or not the ends can be told apart."""
        return format_amount(self.interval, self.unit, digits=digits)

    @property
    def in_full(self) -> str:
        """Return it for a reader with all the digits that were printed."""
        return format_amount(self.interval, self.unit)

    @property
    def change(self) -> str:
        """Return a growth in percent as a change: `5–6 % more`, `2–4 % less`, `6 % less to 4 % more`."""
        return derived_quantities.describe_growth(self.interval)

    @property
    def bare(self) -> str:
        """Return it for a reader without its unit, which the sentence has."""
        return format_amount(self.interval, "")

    @property
    def plain(self) -> str:
        """Return it for a reader who knows that it is not below nothing: `at most 5 million tonnes`."""
        return format_amount_range(self.interval, self.unit)

    # --- what follows from it

    def __add__(self, other: Amount) -> Amount:
        """Return the sum, in the unit of the first."""
        return Amount(intervals.total([self.interval, other.to(self.unit).interval]), self.unit)

    def __radd__(self, other: Amount | int) -> Amount:
        """Return the sum; `sum(amounts)` begins with nothing."""
        return self if other == 0 else NotImplemented

    def __sub__(self, other: Amount) -> Amount:
        """Return what is left of it without another, in its unit; both are taken as known apart from each other."""
        own, less = self.interval, other.to(self.unit).interval
        left = own.replace(lower=own.lower - less.upper, upper=own.upper - less.lower)
        return Amount(left, self.unit)

    def __mul__(self, other: Amount | Number) -> Amount:
        """Return so many times this, in its unit; times an amount, in that one's (`t` by `bbl` a tonne are `bbl`)."""
        if not isinstance(other, Amount):
            return Amount(_scaled(self.interval, Fraction(other)), self.unit)
        return Amount(intervals.product(self.interval, other.interval), other.unit)

    def __rmul__(self, other: Number) -> Amount:
        """Return so many times this, in its unit."""
        return self * other

    def __truediv__(self, other: Amount | Number) -> Amount:
        """Return it as a multiple of another amount, in `times`, or a part of it, in its unit."""
        if isinstance(other, Amount):
            return Amount(intervals.quotient(self.interval, other.to(self.unit).interval), "times")
        return Amount(_each(self.interval, lambda end: end / Fraction(other)), self.unit)

    def percent_of(self, whole: Amount) -> Amount:
        """Return it in percent of a whole."""
        return Amount(derived_quantities.share(self.interval, whole.to(self.unit).interval), "percent")

    def growth_over(self, base: Amount) -> Amount:
        """Return by how many percent it is more than a base, less being negative."""
        return (self / base).as_growth

    @property
    def as_growth(self) -> Amount:
        """Return a multiple as the growth that it is, in percent."""
        return Amount(derived_quantities.ratio_to_growth(self.interval), "percent", self.rests_on)

    def fall_from(self, base: Amount) -> Amount:
        """Return by how many percent it is less than a base, more being negative."""
        growth = self.growth_over(base).interval
        return Amount(growth.replace(growth.right, -growth.upper, -growth.lower, growth.left), "percent")

    def grown_by(self, percent: Amount) -> Amount:
        """Return what it becomes when it grows by so many percent."""
        return Amount(intervals.apply_growth(self.interval, percent.interval), self.unit)

    def before_growth(self, percent: Amount) -> Amount:
        """Return what it was before it grew by so many percent."""
        factor = intervals.apply_growth(portion.singleton(1), percent.interval)
        return Amount(intervals.quotient(self.interval, factor), self.unit)

    def less_share(self, percent: Amount) -> Amount:
        """Return what is left of it without a part that is so many percent of it."""
        return Amount(derived_quantities.remainder(self.interval, percent.interval), self.unit)

    @property
    def a_year(self) -> Amount:
        """Return what some year sums up to as a rate, to hold against a capacity: `t` as `t/year`."""
        return Amount(self.interval, f"{self.unit}/year", self.rests_on)

    def monthly(self, period: str) -> Amount:
        """Return the average month of what some whole months sum up to."""
        return Amount(derived_quantities.monthly_average(self.interval, period), self.unit, self.rests_on)

    def daily(self, period: str) -> Amount:
        """Return the average day of what a period sums up to, in the unit of the sum."""
        days = read_period(period)
        return self / ((days.last - days.first).days + 1)

    def rate(self, period: str) -> Amount:
        """Return the average day of what a period sums up to, as a rate: `t` as `t/day`."""
        return Amount(self.daily(period).interval, f"{self.unit}/day", self.rests_on)

    @property
    def in_a_year(self) -> Amount:
        """Return what a rate makes in a mean year, without the word that scales its unit: `million t/day` in `t`."""
        what = self.unscaled.unit.partition("/")[0]
        return Amount(self.to(f"{what}/year").interval, what, self.rests_on)

    # --- how it lies

    def meets(self, other: Amount) -> bool:
        """Return whether both can be true: whether there is a value that both leave possible."""
        return bool(self.interval.overlaps(other.to(self.unit).interval))

    def __contains__(self, other: Amount) -> bool:
        """Return whether every value of another amount is one of this."""
        return bool(other.to(self.unit).interval in self.interval)

    def __lt__(self, other: Amount | Number) -> bool:
        """Return whether it is certainly less."""
        return bool(self.high < self._ends(other)[0])

    def __gt__(self, other: Amount | Number) -> bool:
        """Return whether it is certainly more."""
        return bool(self.low > self._ends(other)[1])

    def __le__(self, other: Amount | Number) -> bool:
        """Return whether it is certainly no more."""
        return bool(self.high <= self._ends(other)[0])

    def __ge__(self, other: Amount | Number) -> bool:
        """Return whether it is certainly no less."""
        return bool(self.low >= self._ends(other)[1])

    def _ends(self, other: Amount | Number) -> tuple[Any, Any]:
        if isinstance(other, Amount):
            same = other.to(self.unit)
            return same.low, same.high
        return other, other


def _each(found: portion.Interval, change: Any) -> portion.Interval:
    return found.replace(lower=change, upper=change, ignore_inf=True)


def _scaled(found: portion.Interval, factor: Fraction) -> portion.Interval:
    if factor == 0:
        return portion.singleton(0)
    if factor > 0:
        return _each(found, lambda end: end * factor)
    low = -portion.inf if found.upper == portion.inf else found.upper * factor
    high = portion.inf if found.lower == -portion.inf else found.lower * factor
    return found.replace(found.right, low, high, found.left)


def exactly(number: float, unit: str = "times") -> Amount:
    """Return a number that is known exactly as an amount."""
    return Amount(portion.singleton(number), unit)


def total(parts: Iterable[Amount]) -> Amount:
    """Return the sum of amounts, in the unit of the first; raise `ValueError` where there is none."""
    first, *others = parts
    return sum(others, first)
