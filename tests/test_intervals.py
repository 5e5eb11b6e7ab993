from fractions import Fraction

import portion
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compendium.values.intervals import (
    APPROXIMATE_WIDTH_FACTOR,
    HEDGE_EFFECTS,
    HEDGE_RULES,
    HedgeEffect,
    apply_growth,
    is_narrow,
    product,
    quotient,
    read_interval,
    total,
)

DECIMALS = st.decimals(min_value="0.001", max_value="999999", places=3).map(lambda d: f"{d.normalize():f}")
HEDGES = st.sampled_from(sorted(HEDGE_EFFECTS))


def words(effect: HedgeEffect) -> st.SearchStrategy[str]:
    return st.sampled_from([word for word, found in HEDGE_EFFECTS.items() if found is effect])


def test_examples_of_the_design() -> None:
    assert read_interval("4.4") == portion.closedopen(Fraction("4.35"), Fraction("4.45"))
    assert read_interval("$300 million") == portion.closedopen(250_000_000, 350_000_000)
    assert read_interval("47%") == portion.closedopen(Fraction("46.5"), Fraction("47.5"))
    assert read_interval("25–30") == portion.closed(25, 30)
    assert read_interval("38", exact=True) == portion.singleton(38)


@given(DECIMALS)
def test_bare_figure_holds_itself_and_is_one_step_wide(printed: str) -> None:
    read = read_interval(printed)
    assert Fraction(printed) in read
    assert read.right is portion.OPEN
    assert read_interval(printed + "0" if "." in printed else printed + ".0") in read


@given(DECIMALS, words(HedgeEffect.BELOW))
def test_almost_ends_at_the_figure(printed: str, hedge: str) -> None:
    read = read_interval(printed, hedge)
    assert read.upper == Fraction(printed)
    assert read.lower == read_interval(printed).lower


@given(DECIMALS, words(HedgeEffect.ABOVE))
def test_more_than_is_above_the_figure_without_end(printed: str, hedge: str) -> None:
    assert read_interval(printed, hedge) == portion.open(Fraction(printed), portion.inf)


@given(DECIMALS, words(HedgeEffect.AT_LEAST))
def test_at_least_includes_the_figure(printed: str, hedge: str) -> None:
    assert read_interval(printed, hedge) == portion.closedopen(Fraction(printed), portion.inf)


@given(DECIMALS, words(HedgeEffect.AT_MOST))
def test_up_to_ends_at_the_figure_without_lower_end(printed: str, hedge: str) -> None:
    assert read_interval(printed, hedge) == portion.openclosed(-portion.inf, Fraction(printed))


@given(DECIMALS, words(HedgeEffect.AROUND))
def test_about_is_wider_by_the_stated_factor(printed: str, hedge: str) -> None:
    bare, read = read_interval(printed), read_interval(printed, hedge)
    assert bare in read
    assert read.upper - read.lower == APPROXIMATE_WIDTH_FACTOR * (bare.upper - bare.lower)


@given(st.integers(1, 10**6))
def test_counts_are_exact_unless_hedged(count: int) -> None:
    assert read_interval(str(count), exact=True) == portion.singleton(count)
    assert read_interval(str(count), "about", exact=True) != portion.singleton(count)


@given(DECIMALS, HEDGES, st.booleans())
def test_no_reading_is_empty(printed: str, hedge: str, exact: bool) -> None:
    assert not read_interval(printed, hedge, exact=exact).empty


def test_every_example_of_the_table_can_be_read() -> None:
    for rule in HEDGE_RULES:
        assert not read_interval(*rule.example).empty
        assert rule.example[1] in rule.words


def test_an_unknown_hedge_is_refused() -> None:
    with pytest.raises(KeyError):
        read_interval("4", "perhaps")


NUMBERS = st.fractions(min_value=0, max_value=1000)


@st.composite
def quantities(draw: st.DrawFn) -> tuple[portion.Interval, Fraction]:
    """An interval of values that are not negative, open or closed, perhaps without an upper end, and a value in it."""
    low, high = sorted([draw(NUMBERS), draw(NUMBERS)])
    sides = [portion.OPEN, portion.CLOSED]
    left, right = draw(st.sampled_from(sides)), draw(st.sampled_from(sides))
    if draw(st.booleans()):
        return portion.Interval.from_atomic(left, low, portion.inf, portion.OPEN), high + 1
    if low == high:
        return portion.singleton(low), low
    inside = [(low + high) / 2]
    inside += [low] if left is portion.CLOSED else []
    inside += [high] if right is portion.CLOSED else []
    return portion.Interval.from_atomic(left, low, high, right), draw(st.sampled_from(inside))


@given(quantities(), quantities())
def test_arithmetic_holds_every_possible_value(
    one: tuple[portion.Interval, Fraction], other: tuple[portion.Interval, Fraction]
) -> None:
    (a, x), (b, y) = one, other
    assert x + y in total([a, b])
    assert x * (1 + y / 100) in apply_growth(a, b)
    if y:
        assert x / y in quotient(a, b)


@given(quantities(), quantities())
def test_arithmetic_of_what_is_surely_positive_is_no_wider_than_its_ends(
    one: tuple[portion.Interval, Fraction], other: tuple[portion.Interval, Fraction]
) -> None:
    summed = total([one[0], other[0]])
    assert summed.lower == one[0].lower + other[0].lower
    assert (summed.upper == portion.inf) is (portion.inf in (one[0].upper, other[0].upper))


@given(quantities(), quantities())
def test_a_product_holds_every_possible_value(
    one: tuple[portion.Interval, Fraction], other: tuple[portion.Interval, Fraction]
) -> None:
    (a, x), (b, y) = one, other
    if x and y:
        assert x * y in product(a, b)
    assert product(a, b) == product(b, a)
    assert product(a, portion.singleton(Fraction(1))) == a


def test_nothing_times_something_is_nothing() -> None:
    nothing_to_one, one_to_two = portion.closed(Fraction(0), Fraction(1)), portion.open(Fraction(1), Fraction(2))
    assert 0 in product(nothing_to_one, one_to_two)
    assert 0 in apply_growth(nothing_to_one, one_to_two)
    nothing = portion.singleton(Fraction(0))
    assert product(nothing, portion.closedopen(Fraction(1), portion.inf)) == nothing


def test_the_ends_of_a_product_are_exact_and_open_where_either_is() -> None:
    tonnes = portion.closedopen(Fraction(824_350), Fraction(824_450))
    barrels = portion.closed(Fraction("6.49"), Fraction("7.94"))
    assert product(tonnes, barrels) == portion.closedopen(Fraction("5350031.5"), Fraction(6_546_133))
    assert product(tonnes, portion.open(Fraction(1), Fraction(2))) == portion.open(824_350, 1_648_900)
    endless = product(portion.open(Fraction(2), portion.inf), barrels)
    assert endless == portion.open(Fraction("12.98"), portion.inf)


def test_what_can_be_negative_is_refused() -> None:
    negative, one = portion.closed(Fraction(-1), Fraction(1)), portion.singleton(Fraction(1))
    for call in (
        lambda: quotient(negative, one),
        lambda: quotient(one, negative),
        lambda: apply_growth(negative, one),
        lambda: product(negative, one),
        lambda: product(one, negative),
    ):
        with pytest.raises(ValueError, match="negative"):
            call()
    with pytest.raises(ValueError, match=r"^a quantity that can be negative: \[-1,1\], \[1\]$"):
        product(portion.closed(-1, 1), portion.singleton(1))


@pytest.mark.parametrize(
    ("above", "below", "found"),
    [
        (portion.closedopen(6, 8), portion.closed(2, 3), portion.closedopen(2, 4)),
        (portion.closed(6, 8), portion.openclosed(2, 4), portion.closedopen(Fraction(3, 2), 4)),
        (portion.closed(1, 8), portion.closed(2, 4), portion.closed(Fraction(1, 4), 4)),
        (portion.closed(0, 8), portion.open(2, 4), portion.closedopen(0, 4)),
        (portion.openclosed(0, 8), portion.closed(2, 4), portion.openclosed(0, 4)),
        (portion.closed(6, 8), portion.closed(0, 3), portion.closedopen(2, portion.inf)),
        (portion.open(6, portion.inf), portion.closed(2, 3), portion.open(2, portion.inf)),
        (portion.closed(6, 8), portion.closedopen(2, portion.inf), portion.openclosed(0, 4)),
        (portion.closed(0, 8), portion.closedopen(2, portion.inf), portion.closed(0, 4)),
    ],
)
def test_the_ends_of_a_quotient_are_exact_and_open_where_either_is(
    above: portion.Interval, below: portion.Interval, found: portion.Interval
) -> None:
    exact = [one.replace(lower=Fraction, upper=Fraction, ignore_inf=True) for one in (above, below)]
    assert quotient(*exact) == found


def test_a_sum_is_open_where_any_part_is_and_endless_where_any_is() -> None:
    one, other = portion.closedopen(Fraction(1), Fraction(2)), portion.openclosed(Fraction(3), Fraction(4))
    assert total([]) == portion.singleton(0)
    assert total([one, one]) == portion.closedopen(2, 4)
    assert total([one, other]) == portion.open(4, 6)
    assert total([portion.openclosed(-portion.inf, Fraction(1)), one]) == portion.open(-portion.inf, 3)
    assert total([one, portion.closedopen(Fraction(1), portion.inf)]) == portion.closedopen(2, portion.inf)


def test_growth_is_by_percent_of_what_was_there() -> None:
    base = portion.closedopen(Fraction(200), Fraction(300))
    assert apply_growth(base, portion.closed(Fraction(-50), Fraction(10))) == portion.closedopen(100, 330)
    assert apply_growth(base, portion.open(Fraction(10), portion.inf)) == portion.open(220, portion.inf)


def test_quotient_by_something_without_upper_end_reaches_down_to_zero() -> None:
    read = quotient(portion.closed(Fraction(1), Fraction(2)), portion.open(Fraction(4), portion.inf))
    assert (read.lower, read.upper) == (0, Fraction(1, 2))
    assert 0 in quotient(portion.closed(Fraction(0), Fraction(2)), portion.open(Fraction(4), portion.inf))


@pytest.mark.parametrize(
    ("low", "high", "narrow"),
    [
        ("100", "120", True),
        ("100", "120.1", False),
        ("0.5", "0.6", True),
        ("0", "1", False),
        ("0", "0", False),
        ("-2", "-1", False),
    ],
)
def test_what_is_narrow_has_ends_within_a_fifth_of_each_other(low: str, high: str, narrow: bool) -> None:
    assert is_narrow(portion.closed(Fraction(low), Fraction(high))) is narrow
    assert not is_narrow(portion.closedopen(Fraction(1), portion.inf))
