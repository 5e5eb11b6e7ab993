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

WIDENING = 2
"""How many times wider than a bare figure an approximate one is read. A convention: no source says how
far "about" reaches, and twice the width of a bare figure keeps `about 15` inside [14, 16]."""


class Effect(StrEnum):
    """What a hedge does to the interval of a bare figure."""

    BARE = "bare"
    BELOW = "below"
    ABOVE = "above"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    AROUND = "around"


@dataclass(frozen=True)
class Rule:
    """One line of the interval table: the words that call it, what it does, and an example."""

    effect: Effect
    words: tuple[str, ...]
    reading: str
    example: tuple[str, str]


RULES: tuple[Rule, ...] = (
    Rule(Effect.BARE, ("",), "half a unit of the last significant digit on each side, the upper end open",
         ("4.4", "")),
    Rule(Effect.BELOW, ("almost", "nearly", "approaching", "close to", "just under", "почти"),
         "from half a unit below the figure up to the figure itself", ("4.8", "almost")),
    Rule(Effect.ABOVE, ("more than", "over", "exceeds", "exceed", "exceeding", "above", "более", "свыше", "-dən çox"),
         "above the figure, without an upper end", ("1.1", "more than")),
    Rule(Effect.AT_LEAST, ("at least", "no less than", "не менее"), "the figure or above, without an upper end",
         ("3", "at least")),
    Rule(Effect.AT_MOST, ("up to", "at most", "no more than", "до"), "the figure or below, to the metric's minimum",
         ("35", "up to")),
    Rule(Effect.AROUND, ("about", "roughly", "approximately", "around", "some", "около", "примерно", "təxminən"),
         f"{WIDENING} times as wide as a bare figure", ("15", "about")),
)  # fmt: skip
EFFECTS: dict[str, Effect] = {word: rule.effect for rule in RULES for word in rule.words}


@lru_cache(maxsize=2**14)
def interval(as_printed: str, hedge: str = "", *, exact: bool = False) -> portion.Interval:
    """Return the values that a printed figure leaves possible, in the unit it is printed in.

    Parameters
    ----------
    as_printed
        the figure without its hedge, e.g. `$4.4 billion`; a range gives its two ends, both closed.
    hedge
        the word that qualifies it, one of `EFFECTS`; empty for none.
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
    return _apply(EFFECTS[hedge], read_figure(as_printed), exact)


def _apply(effect: Effect, figure: Figure, exact: bool) -> portion.Interval:
    if effect is Effect.ABOVE:
        return portion.open(figure.low, portion.inf)
    if effect is Effect.AT_LEAST:
        return portion.closedopen(figure.low, portion.inf)
    if effect is Effect.AT_MOST:
        return portion.openclosed(-portion.inf, figure.high)
    if effect is Effect.BELOW:
        return portion.closed(figure.low - figure.step / 2, figure.high)
    if effect is Effect.AROUND:
        # An approximate count is no longer exact: "about forty" is read like any other round figure.
        wide = figure.step / 2 * WIDENING
        return portion.closed(figure.low - wide, figure.high + wide)
    if figure.is_range or exact:
        return portion.closed(figure.low, figure.high)
    half = figure.step / 2
    return portion.closedopen(figure.low - half, figure.high + half)


PERCENT = Fraction(1, 100)
NARROW = 5
"""What is computed is of use where its ends lie within a fifth of each other: what is wide fits anything."""


def is_narrow(found: portion.Interval) -> bool:
    """Tell whether the ends of an amount above nothing lie within a fifth of each other."""
    return bool(found.lower > 0 and found.upper != portion.inf and found.upper * NARROW <= found.lower * (NARROW + 1))


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
    _not_negative(one, other)
    if 0 in (one.upper, other.upper):
        return portion.singleton(Fraction(0))
    high = portion.inf if portion.inf in (one.upper, other.upper) else one.upper * other.upper
    reaches_nothing = any(found.lower == 0 and found.left is portion.CLOSED for found in (one, other))
    left = portion.CLOSED if reaches_nothing else _side(one.left, other.left)
    return portion.Interval.from_atomic(left, one.lower * other.lower, high, _side(one.right, other.right))


def quotient(above: portion.Interval, below: portion.Interval) -> portion.Interval:
    """Return what one quantity can be as a multiple of another, neither of them negative; ends exact.

    Raises
    ------
    ValueError
        where either can be negative.
    """
    _not_negative(above, below)
    low = Fraction(0) if below.upper == portion.inf or above.lower == 0 else above.lower / below.upper
    high = portion.inf if above.upper == portion.inf or below.lower == 0 else above.upper / below.lower
    # Zero over anything is zero, so there the side is the numerator's alone; an infinite divisor is never reached.
    left = above.left if above.lower == 0 else _side(above.left, below.right)
    return portion.Interval.from_atomic(left, low, high, _side(above.right, below.left))


def grown(base: portion.Interval, percent: portion.Interval) -> portion.Interval:
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
        left, right = _side(whole.left, part.left), _side(whole.right, part.right)
        whole = portion.Interval.from_atomic(left, low, high, right)
    return whole


def _not_negative(*intervals: portion.Interval) -> None:
    if any(found.lower < 0 for found in intervals):
        raise ValueError(f"a quantity that can be negative: {', '.join(map(str, intervals))}")


def _side(one: portion.Bound, other: portion.Bound) -> portion.Bound:
    return portion.CLOSED if one == other == portion.CLOSED else portion.OPEN
