"""The interval of values that a printed figure leaves possible, and exact arithmetic on such intervals.

`HEDGE_RULES` is the only place that decides the precision of a figure. A claim may override its bounds, with a reason,
in its own row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

import portion

from compendium.values.number_parsing import Figure, read_figure

APPROXIMATE_WIDTH_FACTOR = 2
"""Width of the interval of an approximate figure, as a multiple of that of a bare one. A convention: no source defines
"about", and twice the width of a bare figure keeps `about 15` inside [14, 16]."""


class HedgeEffect(StrEnum):
    """Effect of a hedge on the interval of a bare figure."""

    BARE = "bare"
    BELOW = "below"
    ABOVE = "above"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    AROUND = "around"


@dataclass(frozen=True)
class HedgeRule:
    """Row of the interval table: effect, the hedges that have it, its description, and an example (figure, hedge)."""

    effect: HedgeEffect
    words: tuple[str, ...]
    description: str
    example: tuple[str, str]


HEDGE_RULES: tuple[HedgeRule, ...] = (
    HedgeRule(HedgeEffect.BARE, ("",), "half a unit of the last significant digit on each side, the upper end open",
         ("4.4", "")),
    HedgeRule(HedgeEffect.BELOW, ("almost", "nearly", "approaching", "close to", "just under", "почти"),
         "from half a unit below the figure up to the figure itself", ("4.8", "almost")),
    HedgeRule(HedgeEffect.ABOVE,
         ("more than", "over", "exceeds", "exceed", "exceeding", "above", "более", "свыше", "-dən çox"),
         "above the figure, without an upper end", ("1.1", "more than")),
    HedgeRule(HedgeEffect.AT_LEAST, ("at least", "no less than", "не менее"),
         "the figure or above, without an upper end", ("3", "at least")),
    HedgeRule(HedgeEffect.AT_MOST, ("up to", "at most", "no more than", "до"),
         "the figure or below, to the metric's minimum", ("35", "up to")),
    HedgeRule(HedgeEffect.AROUND,
         ("about", "roughly", "approximately", "around", "some", "около", "примерно", "təxminən"),
         f"{APPROXIMATE_WIDTH_FACTOR} times as wide as a bare figure", ("15", "about")),
)  # fmt: skip
HEDGE_EFFECTS: dict[str, HedgeEffect] = {word: rule.effect for rule in HEDGE_RULES for word in rule.words}


@lru_cache(maxsize=2**14)
def read_interval(as_printed: str, hedge: str = "", *, exact: bool = False) -> portion.Interval:
    """Return the interval of values that a printed figure leaves possible, in the unit it is printed in.

    Parameters
    ----------
    as_printed
        the figure without its hedge, e.g. `$4.4 billion`; the ends of a printed range are both included.
    hedge
        the word that qualifies it, one of `HEDGE_EFFECTS`; empty for none.
    exact
        whether the unit is an indivisible count (persons, points, votes): a bare figure is then a single value.

    Returns
    -------
    portion.Interval
        with `fractions.Fraction` ends, so that comparisons are exact.

    Raises
    ------
    UnreadableFigureError
        if the text holds no readable figure.
    KeyError
        if the hedge is not in `HEDGE_EFFECTS`.
    """
    return _apply_hedge(HEDGE_EFFECTS[hedge], read_figure(as_printed), exact)


def _apply_hedge(effect: HedgeEffect, figure: Figure, exact: bool) -> portion.Interval:
    if effect is HedgeEffect.ABOVE:
        return portion.open(figure.low, portion.inf)
    if effect is HedgeEffect.AT_LEAST:
        return portion.closedopen(figure.low, portion.inf)
    if effect is HedgeEffect.AT_MOST:
        return portion.openclosed(-portion.inf, figure.high)
    if effect is HedgeEffect.BELOW:
        return portion.closed(figure.low - figure.step / 2, figure.high)
    if effect is HedgeEffect.AROUND:
        # An approximate count is not exact: "about forty" is read like any other round figure.
        wide = figure.step / 2 * APPROXIMATE_WIDTH_FACTOR
        return portion.closed(figure.low - wide, figure.high + wide)
    if figure.is_range or exact:
        return portion.closed(figure.low, figure.high)
    half = figure.step / 2
    return portion.closedopen(figure.low - half, figure.high + half)


PERCENT = Fraction(1, 100)
NARROW_DENOMINATOR = 5
"""A computed interval is narrow enough to be compared if its ends differ by at most one part in so many."""


def is_narrow(interval: portion.Interval) -> bool:
    """Return whether the upper end of a positive interval is at most a fifth above the lower."""
    return bool(
        interval.lower > 0
        and interval.upper != portion.inf
        and interval.upper * NARROW_DENOMINATOR <= interval.lower * (NARROW_DENOMINATOR + 1)
    )


def affine(found: portion.Interval, factor: Fraction | int, shift: Fraction | int = 0) -> portion.Interval:
    """Return the image of an interval under `factor * value + shift`; infinite ends stay infinite.

    A negative factor swaps the ends. Ends are exact for `int` and `Fraction`.
    """
    if factor < 0:
        turned = portion.Interval.from_atomic(found.right, -found.upper, -found.lower, found.left)
        return affine(turned, -factor, shift)
    return found.replace(
        lower=lambda end: factor * end + shift, upper=lambda end: factor * end + shift, ignore_inf=True
    )


def product(one: portion.Interval, other: portion.Interval) -> portion.Interval:
    """Return the product of two non-negative intervals; ends exact.

    Raises
    ------
    ValueError
        if either contains negative values.
    """
    _require_non_negative(one, other)
    if 0 in (one.upper, other.upper):
        return portion.singleton(Fraction(0))
    high = portion.inf if portion.inf in (one.upper, other.upper) else one.upper * other.upper
    reaches_zero = any(found.lower == 0 and found.left is portion.CLOSED for found in (one, other))
    left = portion.CLOSED if reaches_zero else _combined_bound(one.left, other.left)
    return portion.Interval.from_atomic(left, one.lower * other.lower, high, _combined_bound(one.right, other.right))


def quotient(numerator: portion.Interval, denominator: portion.Interval) -> portion.Interval:
    """Return the quotient of two non-negative intervals; ends exact, the upper one infinite if the divisor can be 0.

    Raises
    ------
    ValueError
        if either contains negative values.
    """
    _require_non_negative(numerator, denominator)
    low = (
        Fraction(0) if denominator.upper == portion.inf or numerator.lower == 0 else numerator.lower / denominator.upper
    )
    high = (
        portion.inf if numerator.upper == portion.inf or denominator.lower == 0 else numerator.upper / denominator.lower
    )
    # Zero over anything is zero: at 0 only the numerator decides whether the end is included.
    left = numerator.left if numerator.lower == 0 else _combined_bound(numerator.left, denominator.right)
    return portion.Interval.from_atomic(left, low, high, _combined_bound(numerator.right, denominator.left))


def apply_growth(base: portion.Interval, percent: portion.Interval) -> portion.Interval:
    """Return the interval of `base · (1 + percent / 100)`; ends exact.

    Raises
    ------
    ValueError
        if the base, or the result, can be negative.
    """
    return product(base, affine(percent, PERCENT, 1))


def total(parts: Iterable[portion.Interval]) -> portion.Interval:
    """Return the interval of the sum of several quantities, `[0]` for none."""
    whole = portion.singleton(Fraction(0))
    for part in parts:
        low = -portion.inf if -portion.inf in (whole.lower, part.lower) else whole.lower + part.lower
        high = portion.inf if portion.inf in (whole.upper, part.upper) else whole.upper + part.upper
        left, right = _combined_bound(whole.left, part.left), _combined_bound(whole.right, part.right)
        whole = portion.Interval.from_atomic(left, low, high, right)
    return whole


def _require_non_negative(*intervals: portion.Interval) -> None:
    if any(found.lower < 0 for found in intervals):
        raise ValueError(f"a quantity that can be negative: {', '.join(map(str, intervals))}")


def _combined_bound(one: portion.Bound, other: portion.Bound) -> portion.Bound:
    return portion.CLOSED if one == other == portion.CLOSED else portion.OPEN
