"""The units that figures are printed in, as quantities that can be compared and converted.

Money is a dimension of its own; things that are counted share another, and counts are exact.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pint
import portion

_OURS = (
    "bbl = oil_barrel",  # pint's own bbl is the barrel of 31.5 gallons; crude oil is counted in barrels of 42
    "USD = [currency]",
    "person = [count]", "item = person", "vote = person",
    "container = [container]",
    "times = []",
    "rank = [rank]",
)  # fmt: skip
EXACT = ("[count]", "[rank]")
"""Dimensions in which a bare figure is itself: nobody rounds a jury of twelve or a second place."""


@cache
def registry() -> pint.UnitRegistry:
    """Return the one registry of units, with those that a ledger of claims needs besides the physical ones."""
    units: pint.UnitRegistry = pint.UnitRegistry(non_int_type=Fraction)
    for line in _OURS:
        units.define(line)
    return units


def is_exact(unit: str) -> bool:
    """Tell whether a figure in this unit is a count or a rank, and so is read as exact."""
    return any(registry().Unit(unit).dimensionality == registry().get_dimensionality(kind) for kind in EXACT)


def is_known(unit: str) -> bool:
    """Tell whether the registry can read the unit."""
    try:
        registry().Unit(unit)
    except Exception:  # pint answers nonsense with whatever its parser stumbles over, assertions included
        return False
    return True


def fits(claimed: str, metric: str) -> bool:
    """Tell whether a level in the claimed unit can speak of a metric in its unit, as such or as a rate over time."""
    units = registry()
    ratio = (units.Unit(metric) / units.Unit(claimed)).dimensionality
    return not ratio or ratio == units.Unit("second").dimensionality


def converted(found: portion.Interval, unit: str, into: str) -> portion.Interval:
    """Return an interval in another unit of the same dimension, ends exact; a year is pint's mean year."""
    units = registry()
    factor = units.Quantity(Fraction(1), unit).to(into).magnitude
    ends = (end if end in (portion.inf, -portion.inf) else end * factor for end in (found.lower, found.upper))
    return portion.Interval.from_atomic(found.left, *ends, found.right)
