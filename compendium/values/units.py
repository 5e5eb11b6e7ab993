"""The units that figures are printed in, as quantities that can be compared and converted.

Money is a dimension of its own; things that are counted share another, and counts are exact.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pint
import portion

_EXTRA_UNITS = (
    "bbl = oil_barrel",  # pint's own bbl is the barrel of 31.5 gallons; crude oil is counted in barrels of 42
    "USD = [currency]",
    "person = [count]", "item = person", "vote = person", "score = person",
    "container = [container]", "TEU = [teu]",
    "TIV = [tiv]",  # the unit in which a register values arms; it is not money
    "AZN = [manat]",  # a currency of its own: what it is in another hangs on the day
    "thousand = 1e3", "million = 1e6", "billion = 1e9",
    "times = []",
    "rank = [rank]",
)  # fmt: skip
EXACT_DIMENSIONS = ("[count]", "[rank]")
"""Dimensions in which a bare figure is itself: nobody rounds a jury of twelve or a second place.

So many thousand persons are no such count: whoever gives them has rounded.
"""


@cache
def registry() -> pint.UnitRegistry:
    """Return the one registry of units, with those that a ledger of claims needs besides the physical ones."""
    units: pint.UnitRegistry = pint.UnitRegistry(non_int_type=Fraction)
    for line in _EXTRA_UNITS:
        units.define(line)
    return units


@cache
def is_exact(unit: str) -> bool:
    """Tell whether a figure in this unit is a count or a rank, and so is read as exact."""
    found = registry().Quantity(Fraction(1), unit).to_base_units()
    return found.magnitude == 1 and any(
        found.dimensionality == registry().get_dimensionality(kind) for kind in EXACT_DIMENSIONS
    )


@cache
def is_known(unit: str) -> bool:
    """Tell whether the registry can read the unit."""
    try:
        registry().Unit(unit)
    except Exception:  # pint answers nonsense with whatever its parser stumbles over, assertions included
        return False
    return True


@cache
def is_convertible(one: str, other: str) -> bool:
    """Tell whether two units measure the same thing, so that one can be converted into the other."""
    return bool(registry().Unit(one).dimensionality == registry().Unit(other).dimensionality)


def unscaled(unit: str) -> str:
    """Return a unit without the word that scales it: `million USD` → `USD`."""
    return unit.rpartition(" ")[2]


@cache
def is_convertible_or_rate(claim_unit: str, metric_unit: str) -> bool:
    """Tell whether a level in the claimed unit can speak of a metric in its unit, as such or as a rate over time."""
    units = registry()
    return not (units.Unit(metric_unit) / units.Unit(claim_unit)).dimensionality or is_rate(claim_unit, metric_unit)


@cache
def is_rate(claim_unit: str, metric_unit: str) -> bool:
    """Tell whether the claimed unit is a rate over time of what is measured in the metric's unit."""
    units = registry()
    return (units.Unit(metric_unit) / units.Unit(claim_unit)).dimensionality == units.Unit("second").dimensionality


@cache
def conversion_factor(unit: str, target: str, days: int = 0) -> Fraction:
    """Return by what a figure in one unit is multiplied to be in another; a rate is first summed over `days`.

    Raises
    ------
    pint.DimensionalityError
        where the two do not measure the same thing.
    """
    units = registry()
    quantity = units.Quantity(Fraction(1), unit)
    if days:
        quantity = quantity * units.Quantity(Fraction(days), "day")
    return Fraction(quantity.to(target).magnitude)


def convert_interval(interval: portion.Interval, unit: str, target: str, days: int = 0) -> portion.Interval:
    """Return an interval in another unit, ends exact; a year is pint's mean year.

    A rate over time is summed over so many `days`: barrels a day in a year of 366 of them are barrels.
    """
    by = conversion_factor(unit, target, days)
    ends = (end if end in (portion.inf, -portion.inf) else end * by for end in (interval.lower, interval.upper))
    return portion.Interval.from_atomic(interval.left, *ends, interval.right)
