"""Units of figures (a pint registry): dimension checks and exact conversion.

Every currency is a dimension of its own; counted things share one, and counts are exact.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pint
import portion

from compendium.values.intervals import affine

_EXTRA_UNITS = (
    "bbl = oil_barrel",  # pint's own bbl is the barrel of 31.5 gallons; crude oil is counted in barrels of 42
    "USD = [currency]",
    "person = [count]", "item = person", "vote = person", "score = person",
    "container = [container]", "TEU = [teu]",
    "TIV = [tiv]",  # a unit of account for arms, not money
    "AZN = [manat]",  # a separate dimension: exchange rates depend on the day
    "thousand = 1e3", "million = 1e6", "billion = 1e9",
    "times = []",
    "rank = [rank]",
)  # fmt: skip
EXACT_DIMENSIONS = ("[count]", "[rank]")
"""Dimensions in which a bare figure is exact: nobody rounds a jury of twelve or a second place.

A scaled count (`thousand person`) is rounded, and so not exact.
"""


@cache
def registry() -> pint.UnitRegistry:
    """Return the shared pint registry, with exact (`Fraction`) numbers and the units of `_EXTRA_UNITS`."""
    units: pint.UnitRegistry = pint.UnitRegistry(non_int_type=Fraction)
    for line in _EXTRA_UNITS:
        units.define(line)
    return units


@cache
def is_exact(unit: str) -> bool:
    """Return whether the unit is an unscaled count or rank, whose figures are exact."""
    found = registry().Quantity(Fraction(1), unit).to_base_units()
    return found.magnitude == 1 and any(
        found.dimensionality == registry().get_dimensionality(kind) for kind in EXACT_DIMENSIONS
    )


@cache
def is_known(unit: str) -> bool:
    """Return whether the registry can parse the unit."""
    try:
        registry().Unit(unit)
    except Exception:  # pint raises whatever its parser stumbles over, AssertionError included
        return False
    return True


@cache
def is_convertible(one: str, other: str) -> bool:
    """Return whether two units have the same dimension."""
    return bool(registry().Unit(one).dimensionality == registry().Unit(other).dimensionality)


def unscaled(unit: str) -> str:
    """Return a unit without its scale: `million USD` → `USD`."""
    return unit.rpartition(" ")[2]


@cache
def is_convertible_or_rate(claim_unit: str, metric_unit: str) -> bool:
    """Return whether a claim's unit has the dimension of its metric's unit, or is a rate over time of it."""
    units = registry()
    return not (units.Unit(metric_unit) / units.Unit(claim_unit)).dimensionality or is_rate(claim_unit, metric_unit)


@cache
def is_rate(claim_unit: str, metric_unit: str) -> bool:
    """Return whether a claim's unit is a rate over time of its metric's unit (barrels a day of barrels)."""
    units = registry()
    return (units.Unit(metric_unit) / units.Unit(claim_unit)).dimensionality == units.Unit("second").dimensionality


@cache
def conversion_factor(unit: str, target: str, days: int = 0) -> Fraction:
    """Return the factor that converts a unit into the target; a rate is first integrated over `days`.

    Raises
    ------
    pint.DimensionalityError
        if the two have different dimensions.
    """
    units = registry()
    quantity = units.Quantity(Fraction(1), unit)
    if days:
        quantity = quantity * units.Quantity(Fraction(days), "day")
    return Fraction(quantity.to(target).magnitude)


def convert_interval(interval: portion.Interval, unit: str, target: str, days: int = 0) -> portion.Interval:
    """Return an interval converted into the target unit; ends exact, a year is pint's mean year.

    A rate over time is integrated over `days`: barrels a day over 366 days are barrels.

    Raises
    ------
    pint.DimensionalityError
        if the two have different dimensions.
    """
    return affine(interval, conversion_factor(unit, target, days))
