"""A figure as printed is an interval: the one table that says which.

No other module guesses precision. A claim may override its bounds, with a reason, in its own row.
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
"""How many times wider than a bare figure an approximate one is read. A convention: no source says how
far "about" reaches, and twice the width of a bare figure keeps `about 15` inside [14, 16]."""


class HedgeEffect(StrEnum):
    """What a hedge does to the interval of a bare figure."""

    BARE = "bare"
    BELOW = "below"
    ABOVE = "above"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    AROUND = "around"


@dataclass(frozen=True)
class HedgeRule:
    """One line of the interval table: the words that call it, what it does, and an example."""

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
    """Return the values that a printed figure leaves possible, in the unit it is printed in.

    Parameters
    ----------
    as_printed
        the figure without its hedge, e.g. `$4.4 billion`; a range gives its two ends, both closed.
    hedge
        the word that qualifies it, one of `HEDGE_EFFECTS`; empty for none.
    exact
        true for a count of things that cannot be divided (persons, points, votes): the bare figure is itself.

    Returns
    -------
    portion.Interval
        with `fractions.Fraction` ends, so that no comparison is lost to floating point.

    Raises
    ------
    UnreadableFigureError
        where there is no figure in the text.
    KeyError
        where the hedge is not in the table.
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
        # An approximate count is no longer exact: "about forty" is read like any other round figure.
        wide = figure.step / 2 * APPROXIMATE_WIDTH_FACTOR
        return portion.closed(figure.low - wide, figure.high + wide)
    if figure.is_range or exact:
        return portion.closed(figure.low, figure.high)
    half = figure.step / 2
    return portion.closedopen(figure.low - half, figure.high + half)


PERCENT = Fraction(1, 100)
NARROW_DENOMINATOR = 5
"""What is computed is of use where its ends lie within a fifth of each other: what is wide fits anything."""


def is_narrow(interval: portion.Interval) -> bool:
    """Tell whether the ends of an amount above nothing lie within a fifth of each other."""
    return bool(
        interval.lower > 0
        and interval.upper != portion.inf
        and interval.upper * NARROW_DENOMINATOR <= interval.lower * (NARROW_DENOMINATOR + 1)
    )


def affine(found: portion.Interval, factor: Fraction | int, shift: Fraction | int = 0) -> portion.Interval:
    """Return `factor * value + shift` for every value of an interval; an infinite end stays infinite.

    A negative factor turns the interval round; with whole numbers and fractions the ends are exact.
    """
    if factor < 0:
        turned = portion.Interval.from_atomic(found.right, -found.upper, -found.lower, found.left)
        return affine(turned, -factor, shift)
    return found.replace(
        lower=lambda end: factor * end + shift, upper=lambda end: factor * end + shift, ignore_inf=True
    )


def product(one: portion.Interval, other: portion.Interval) -> portion.Interval:
    """Return what one quantity can be times another, neither of them negative; ends exact.

    Raises
    ------
    ValueError
        where either can be negative.
    """
    _require_non_negative(one, other)
    if 0 in (one.upper, other.upper):
        return portion.singleton(Fraction(0))
    high = portion.inf if portion.inf in (one.upper, other.upper) else one.upper * other.upper
    reaches_nothing = any(found.lower == 0 and found.left is portion.CLOSED for found in (one, other))
    left = portion.CLOSED if reaches_nothing else _combined_bound(one.left, other.left)
    return portion.Interval.from_atomic(left, one.lower * other.lower, high, _combined_bound(one.right, other.right))


def quotient(numerator: portion.Interval, denominator: portion.Interval) -> portion.Interval:
    """Return what one quantity can be as a multiple of another, neither of them negative; ends exact.

    Raises
    ------
    ValueError
        where either can be negative.
    """
    _require_non_negative(numerator, denominator)
    low = (
        Fraction(0) if denominator.upper == portion.inf or numerator.lower == 0 else numerator.lower / denominator.upper
    )
    high = (
        portion.inf if numerator.upper == portion.inf or denominator.lower == 0 else numerator.upper / denominator.lower
    )
    # Zero over anything is zero, so there the side is the numerator's alone; an infinite divisor is never reached.
    left = numerator.left if numerator.lower == 0 else _combined_bound(numerator.left, denominator.right)
    return portion.Interval.from_atomic(left, low, high, _combined_bound(numerator.right, denominator.left))


def apply_growth(base: portion.Interval, percent: portion.Interval) -> portion.Interval:
    """Return what a quantity becomes when it grows by a percentage, both known as intervals; ends exact.

    Raises
    ------
    ValueError
        where the quantity, or what is left of it, can be negative.
    """
    return product(base, affine(percent, PERCENT, 1))


def total(parts: Iterable[portion.Interval]) -> portion.Interval:
    """Return what the sum of several quantities can be."""
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
