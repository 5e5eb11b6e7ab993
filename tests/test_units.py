from fractions import Fraction

import pint
import portion
import pytest

from compendium.values import units


@pytest.mark.parametrize(
    ("unit", "exact"), [("person", True), ("vote", True), ("rank", True), ("USD", False), ("t", False)]
)
def test_counts_and_ranks_are_exact(unit: str, exact: bool) -> None:
    assert units.is_exact(unit) is exact


@pytest.mark.parametrize(
    ("unit", "exact"),
    [
        ("thousand person", False),  # whoever gives so many thousand has rounded
        ("million person", False),
        ("item", True),
        ("score", True),
        ("thousand t", False),
        ("month", False),
        ("percent", False),
        ("container", False),
        ("dimensionless", False),
    ],
)
def test_a_scaled_count_is_no_count(unit: str, exact: bool) -> None:
    assert units.is_exact(unit) is exact


SCALED = [
    ("thousand person", "person", 10**3),
    ("million USD", "USD", 10**6),
    ("billion USD", "million USD", 10**3),
    ("thousand t", "t", 10**3),
    ("million t/year", "t/year", 10**6),
    ("thousand bbl/day", "bbl/day", 10**3),
    ("billion m^3", "m^3", 10**9),
    ("billion m^3/year", "million m^3/day", Fraction(4000, 1461)),  # a thousand over 365.25 days
    ("million AZN", "AZN", 10**6),
    ("million TIV", "TIV", 10**6),
]


@pytest.mark.parametrize(("unit", "into", "by"), SCALED)
def test_a_word_of_scale_multiplies_its_unit(unit: str, into: str, by: Fraction) -> None:
    assert units.is_known(unit)
    assert units.is_convertible(unit, into)
    assert units.conversion_factor(unit, into) == by
    assert units.convert_interval(portion.closedopen(Fraction(1), Fraction(2)), unit, into) == portion.closedopen(
        by, 2 * by
    )


def test_a_scaled_rate_is_summed_over_days() -> None:
    assert units.is_convertible_or_rate("million m^3/day", "m^3")
    assert units.is_rate("thousand bbl/day", "bbl")
    assert not units.is_rate("thousand bbl", "bbl")
    assert units.conversion_factor("thousand bbl/day", "bbl", 366) == 366_000


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("million USD", "USD", True),
        ("percent", "times", True),
        ("person", "item", True),
        ("bbl/day", "m^3/year", True),
        ("USD", "AZN", False),  # what one is in the other hangs on the day
        ("USD", "TIV", False),
        ("t", "bbl", False),
        ("TEU", "container", False),
        ("bbl", "bbl/day", False),
        ("rank", "item", False),
        ("t", "container", False),
    ],
)
def test_units_are_of_one_kind_where_one_can_become_the_other(one: str, other: str, same: bool) -> None:
    assert units.is_convertible(one, other) is same
    assert units.is_convertible(other, one) is same


@pytest.mark.parametrize(
    ("unit", "whole"),
    [("million USD", "USD"), ("billion m^3/year", "m^3/year"), ("t/year", "t/year"), ("percent", "percent"), ("", "")],
)
def test_a_unit_without_its_word_of_scale(unit: str, whole: str) -> None:
    assert units.unscaled(unit) == whole


@pytest.mark.parametrize("unit", ["furlung", "1/", ""])
def test_nonsense_is_no_unit(unit: str) -> None:
    assert units.is_known(unit) is (unit == "")  # pint reads the empty text as a pure number


@pytest.mark.parametrize(
    ("claimed", "metric", "fits"),
    [("m^3/day", "m^3", True), ("bbl/day", "bbl", True), ("t", "t/year", False), ("USD", "t", False), ("t", "t", True)],
)
def test_a_rate_fits_its_amount(claimed: str, metric: str, fits: bool) -> None:
    assert units.is_convertible_or_rate(claimed, metric) is fits


def test_a_rate_by_the_day_becomes_one_by_the_year_exactly() -> None:
    read = units.convert_interval(portion.closedopen(1, 2), "bbl/day", "bbl/year")
    assert read == portion.closedopen(Fraction(1461, 4), Fraction(1461, 2))
    assert units.convert_interval(portion.open(1, portion.inf), "t", "t").upper == portion.inf


@pytest.mark.parametrize(
    ("claimed", "metric", "rate"),
    [
        ("bbl/day", "bbl", True),
        ("m^3/day", "m^3", True),
        ("t/year", "t", True),
        ("bbl", "bbl", False),
        ("t", "t/year", False),
        ("t/year", "t/year", False),
        ("bbl/day", "bbl/year", False),
        ("USD", "t", False),
        ("percent", "times", False),
        ("month", "year", False),
    ],
)
def test_a_rate_is_an_amount_by_time(claimed: str, metric: str, rate: bool) -> None:
    assert units.is_rate(claimed, metric) is rate


@pytest.mark.parametrize(
    ("unit", "into", "days", "by"),
    [
        ("USD", "USD", 0, Fraction(1)),
        ("year", "month", 0, Fraction(12)),
        ("month", "year", 0, Fraction(1, 12)),
        ("percent", "times", 0, Fraction(1, 100)),
        ("vote", "person", 0, Fraction(1)),
        ("bbl/day", "bbl", 366, Fraction(366)),
        ("bbl/day", "bbl", 1, Fraction(1)),
        ("m^3/day", "m^3", 31, Fraction(31)),
        ("t/year", "t", 366, Fraction(366 * 4, 1461)),  # the year of a unit is the mean one
        ("t/year", "t/year", 0, Fraction(1)),
    ],
)
def test_a_factor_is_exact(unit: str, into: str, days: int, by: Fraction) -> None:
    found = units.conversion_factor(unit, into, days)
    assert isinstance(found, Fraction)
    assert found == by


@pytest.mark.parametrize(("unit", "into", "days"), [("USD", "t", 0), ("bbl/day", "bbl", 0), ("bbl", "bbl", 30)])
def test_what_measures_another_thing_has_no_factor(unit: str, into: str, days: int) -> None:
    with pytest.raises(pint.DimensionalityError):
        units.conversion_factor(unit, into, days)


def test_a_rate_is_summed_over_the_days_of_its_period() -> None:
    read = portion.closedopen(Fraction(39, 2), Fraction(41, 2))
    assert units.convert_interval(read, "bbl/day", "bbl", 366) == portion.closedopen(Fraction(7137), Fraction(7503))
    assert units.convert_interval(read, "bbl/day", "bbl", 1) == read


@pytest.mark.parametrize(
    "found",
    [
        portion.open(-portion.inf, portion.inf),
        portion.openclosed(-portion.inf, Fraction(3)),
        portion.open(Fraction(3), portion.inf),
        portion.closed(Fraction(-3), Fraction(0)),
        portion.singleton(Fraction(3)),
    ],
)
def test_a_conversion_keeps_the_kind_of_each_end(found: portion.Interval) -> None:
    longer = units.convert_interval(found, "year", "month")
    assert (longer.left, longer.right) == (found.left, found.right)
    assert units.convert_interval(longer, "month", "year") == found
    assert [end in (portion.inf, -portion.inf) for end in (longer.lower, longer.upper)] == [
        end in (portion.inf, -portion.inf) for end in (found.lower, found.upper)
    ]
