from fractions import Fraction

import portion
import pytest

from compendium import units


@pytest.mark.parametrize(
    ("unit", "exact"), [("person", True), ("vote", True), ("rank", True), ("USD", False), ("t", False)]
)
def test_counts_and_ranks_are_exact(unit: str, exact: bool) -> None:
    assert units.is_exact(unit) is exact


@pytest.mark.parametrize("unit", ["furlung", "1/", ""])
def test_nonsense_is_no_unit(unit: str) -> None:
    assert units.is_known(unit) is (unit == "")  # pint reads the empty text as a pure number


@pytest.mark.parametrize(
    ("claimed", "metric", "fits"),
    [("m^3/day", "m^3", True), ("bbl/day", "bbl", True), ("t", "t/year", False), ("USD", "t", False), ("t", "t", True)],
)
def test_a_rate_fits_its_amount(claimed: str, metric: str, fits: bool) -> None:
    assert units.fits(claimed, metric) is fits


def test_a_rate_by_the_day_becomes_one_by_the_year_exactly() -> None:
    read = units.converted(portion.closedopen(1, 2), "bbl/day", "bbl/year")
    assert read == portion.closedopen(Fraction(1461, 4), Fraction(1461, 2))
    assert units.converted(portion.open(1, portion.inf), "t", "t").upper == portion.inf
