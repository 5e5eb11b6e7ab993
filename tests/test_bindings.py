from fractions import Fraction
from typing import Any

import portion
import pytest
from small import bounds, claim, conflicts, growth, metric, moved, quantity, reconciled, small, verdicts

from compendium.reconciliation.constraints import (
    LOGICAL_KINDS,
    NON_NEGATIVE,
    ONE,
    Constraint,
    ConstraintKind,
    Quantity,
    base_quantity,
    canonical_period,
    claim_quantity,
    constraints_from_claim,
    constraints_from_ranks,
    count_days,
    is_undated,
)

BILLION = 10**9
NOW, BEFORE = quantity(), quantity(period="2023")


def only(row: dict[str, Any]) -> Constraint:
    """The one binding of a claim."""
    (found,) = constraints_from_claim(row, metric(row["metric_id"]))
    return found


def ranking(*rows: dict[str, Any]) -> list[Constraint]:
    metrics = {row["metric_id"]: row for row in small()["metrics"].to_dict("records")}
    return list(constraints_from_ranks(rows, metrics))


def rank(name: str, printed: str, counterpart: str, **cells: Any) -> dict[str, Any]:
    return claim(name, printed, "place", measure="rank", counterpart_area=counterpart, **cells)


# --- quantities


def test_a_quantity_is_what_is_measured_whose_towards_whom_when_of_whom() -> None:
    row = claim("a", "4", "victims", population="crew")
    assert claim_quantity(row) == Quantity("victims", "A", "B", "2024", "crew")
    assert base_quantity(row) is None


def test_a_base_has_its_own_metric_areas_and_period_and_the_same_population() -> None:
    row = claim("a", "30%", "first", base="2023", base_metric_id="total", base_counterpart="WORLD", population="crew")
    assert base_quantity(row) == Quantity("total", "A", "WORLD", "2023", "crew")


@pytest.mark.parametrize(
    ("period", "shortest"),
    [
        ("2024", "2024"),
        ("2024-01-01/2024-12-31", "2024"),
        ("2024-01/2024-12", "2024"),
        ("2024-02-01/2024-02-29", "2024-02"),
        ("2023-02-01/2023-02-28", "2023-02"),
        ("2024-01-01/2024-04-30", "2024-01/2024-04"),
        ("2023-01-01/2024-12-31", "2023/2024"),
        ("2024-01-01/2024-01-02", "2024-01-01/2024-01-02"),
        ("2024-05-05/2024-05-05", "2024-05-05"),
        ("2024-01/..", "2024-01/.."),
        ("2024~", "2024~"),
        ("", ""),
    ],
)
def test_equal_days_are_written_alike(period: str, shortest: str) -> None:
    assert canonical_period(period) == shortest


@pytest.mark.parametrize(
    ("period", "number"),
    [("2024", 366), ("2023", 365), ("2024-02", 29), ("2023/2024", 731), ("2024-01-01", 1), ("2024/..", 0), ("", 0),
     ("2024~", 0), ("2024?", 0), ("../2024", 0)],
)  # fmt: skip
def test_only_a_closed_and_exact_period_has_days(period: str, number: int) -> None:
    assert count_days(period) == number


# --- what each measure binds


def test_a_level_binds_its_own_quantity() -> None:
    read = portion.closedopen(4_350_000_000, 4_450_000_000)
    assert only(claim("a", "$4.4 billion")) == Constraint(ConstraintKind.SAME, ((NOW, ONE),), read, None, ("a",))


def test_a_level_is_brought_to_the_unit_of_its_metric() -> None:
    assert only(claim("a", "2", "tenure", unit="year")).interval == portion.closedopen(18, 30)  # months
    metres = 9702 * Fraction("0.0254") ** 3  # a barrel is 42 gallons of 231 cubic inches
    read = only(claim("a", "3", "oil", unit="m^3")).interval
    assert read == portion.closedopen(Fraction(5, 2) / metres, Fraction(7, 2) / metres)


def test_growth_is_a_factor_of_its_base() -> None:
    read = portion.closedopen(Fraction("1.1005"), Fraction("1.1015"))
    assert only(growth("a", "10.1%")) == Constraint(ConstraintKind.GROWTH, ((NOW, ONE),), read, BEFORE, ("a",))
    assert only(growth("a", "30%", hedge="more than")).interval == portion.open(Fraction(13, 10), portion.inf)
    assert only(growth("a", "10%", low=-20.0, high=-10.0)).interval == portion.closed(Fraction(4, 5), Fraction(9, 10))


def test_a_direction_without_a_figure_is_growth_below_or_above_nothing() -> None:
    fell, rose = moved("a", "slightly decreased", "falls"), moved("a", "went up", "rises")
    assert only(fell) == Constraint(ConstraintKind.GROWTH, ((NOW, ONE),), portion.closedopen(0, 1), BEFORE, ("a",))
    assert only(rose) == Constraint(ConstraintKind.GROWTH, ((NOW, ONE),), portion.open(1, portion.inf), BEFORE, ("a",))
    assert only(fell | {"metric_id": "balance"}).interval == portion.open(-portion.inf, 1)  # what can be negative


def test_a_share_is_a_fraction_of_its_whole() -> None:
    row = claim("a", "30%", "first", base="2024", base_metric_id="total", measure="share", unit="percent")
    read = portion.closedopen(Fraction(25, 100), Fraction(35, 100))  # a bare 30 is printed to the tens
    assert only(row) == Constraint(ConstraintKind.SHARE, ((quantity("first"), ONE),), read, NOW, ("a",))
    assert only(row | {"hedge": "more than"}).interval == portion.openclosed(Fraction(3, 10), 1)
    assert only(row | {"hedge": "up to"}).interval == portion.closed(0, Fraction(3, 10))


def test_a_multiple_is_taken_as_it_is() -> None:
    row = claim("a", "1.6 times", base="2023", measure="multiple", unit="times")
    read = portion.closedopen(Fraction("1.55"), Fraction("1.65"))
    assert only(row) == Constraint(ConstraintKind.MULTIPLE, ((NOW, ONE),), read, BEFORE, ("a",))


def test_a_difference_binds_two_quantities_in_the_unit_of_the_metric() -> None:
    row = claim("a", "1.5", "tenure", unit="year", base="2023", measure="difference")
    terms = ((quantity("tenure"), ONE), (quantity("tenure", "2023"), -ONE))
    read = portion.closedopen(Fraction("17.4"), Fraction("18.6"))
    assert only(row) == Constraint(ConstraintKind.DIFFERENCE, terms, read, None, ("a",))


@pytest.mark.parametrize(("period", "length"), [("2024", 366), ("2023", 365), ("2024-02", 29)])
def test_a_daily_rate_is_summed_over_the_days_of_its_period(period: str, length: int) -> None:
    found = only(claim("a", "30", "oil", unit="bbl/day", period=period))
    assert found.kind is ConstraintKind.RATE
    assert found.interval == portion.closedopen(25 * length, 35 * length)


def test_a_rate_of_what_is_a_rate_itself_is_a_level() -> None:
    found = only(claim("a", "30", "capacity"))
    assert (found.kind, found.interval) == (ConstraintKind.SAME, portion.closedopen(25, 35))


@pytest.mark.parametrize(("word", "up"), [("rises", 1), ("falls", -1)])
def test_a_projection_says_on_which_side_of_its_base_it_lies(word: str, up: int) -> None:
    level, direction = constraints_from_claim(claim("a", "$5", base="2023", direction=word), metric("total"))
    assert (level.kind, level.terms) == (ConstraintKind.SAME, ((NOW, ONE),))
    terms = ((NOW, Fraction(up)), (BEFORE, Fraction(-up)))
    assert direction == Constraint(ConstraintKind.DIRECTION, terms, NON_NEGATIVE, None, ("a",))


def test_a_level_is_not_below_the_least_value_of_its_metric() -> None:
    assert only(claim("a", "35", hedge="up to")).interval == portion.closed(0, 35)
    assert only(claim("a", "35", "balance", hedge="up to")).interval == portion.openclosed(-portion.inf, 35)


def test_a_share_or_a_difference_that_is_its_own_metric_is_a_level() -> None:
    share = only(claim("a", "77%", "opinion", measure="share"))
    assert (share.kind, share.interval) == (ConstraintKind.SAME, portion.closedopen(Fraction("76.5"), Fraction("77.5")))
    difference = only(claim("a", "19", "tenure", measure="difference"))
    assert (difference.kind, difference.quantities) == (ConstraintKind.SAME, [quantity("tenure")])


def test_a_figure_that_was_read_already_is_not_read_again() -> None:
    assert only(claim("a", "4", "victims") | {"interval": portion.closed(9, 11)}).interval == portion.closed(9, 11)


def test_a_binding_lists_its_base_last() -> None:
    assert only(growth("a", "10%")).quantities == [NOW, BEFORE]


def test_rules_of_logic_are_those_about_order_and_exclusion() -> None:
    assert {ConstraintKind.DIRECTION, ConstraintKind.RANK, ConstraintKind.EXCLUSIVE} == LOGICAL_KINDS


# --- what says too little about its time


@pytest.mark.parametrize(
    ("row", "open_"),
    [
        (claim("a", "$4"), False),
        (claim("a", "$4", period=""), True),
        (claim("a", "$4", period="2024/.."), True),
        (claim("a", "$4", period="2024~"), True),
        (claim("a", "$4", "savings", period="2024/.."), False),
        (claim("a", "$4", "savings", period=""), True),
        (claim("a", "4", "victims", period="2024~"), False),
        (growth("a", "4%"), False),
        (growth("a", "4%", base=""), True),
        (growth("a", "4%", base="2021/.."), True),
        (claim("a", "4", "oil", unit="bbl/day", period="2024/.."), True),
        (claim("a", "4", "savings", unit="USD/day", period="2024/.."), True),  # by the day, which adds up
        (claim("a", "4", "savings", unit="USD/day", period="2024/..", measure="difference"), False),
    ],
)
def test_a_flow_needs_both_ends_of_its_period_and_a_stock_any(row: dict[str, Any], open_: bool) -> None:
    assert is_undated(row, metric(row["metric_id"])) is open_


# --- ranks


def test_who_stands_before_has_no_less_of_what_is_ranked() -> None:
    found = ranking(rank("a", "first", "B"), rank("b", "third", "C"))
    terms = ((quantity(counterpart="B"), ONE), (quantity(counterpart="C"), -ONE))
    assert found == [Constraint(ConstraintKind.RANK, terms, NON_NEGATIVE, None, ("a", "b"))]


def test_three_ranks_give_three_orders() -> None:
    found = ranking(rank("a", "3rd", "A", ref_area="WORLD"), rank("b", "1st", "B", ref_area="WORLD"),
                    rank("c", "2nd", "C", ref_area="WORLD"))  # fmt: skip
    order = {(one.counterpart_area, other.counterpart_area) for (one, _), (other, _) in (b.terms for b in found)}
    assert order == {("B", "C"), ("B", "A"), ("C", "A")}


def test_ranks_of_another_list_or_of_no_list_order_nothing() -> None:
    first = rank("a", "first", "B")
    assert ranking(first, rank("b", "second", "C", period="2023")) == []
    assert ranking(first, rank("b", "second", "C", ref_area="C")) == []
    assert ranking(first, rank("b", "first", "C")) == []
    assert ranking(first, rank("b", "second", "B")) == []
    assert ranking(first, rank("b", "second", "C", population="some")) == []
    series = [rank(name, printed, "B") | {"metric_id": "series"} for name, printed in (("a", "1st"), ("b", "2nd"))]
    assert ranking(series[0], series[1] | {"counterpart_area": "C"}) == []


def test_a_rank_that_was_read_already_is_not_read_again() -> None:
    (found,) = ranking(rank("a", "first", "B") | {"interval": portion.closed(5, 5)}, rank("b", "third", "C"))
    assert [quantity.counterpart_area for quantity in found.quantities] == ["C", "B"]


def test_ranks_that_may_be_equal_order_nothing() -> None:
    assert ranking(rank("a", "first", "B", high=3.0), rank("b", "third", "C")) == []
    assert len(ranking(rank("a", "first", "B", high=3.0), rank("b", "fourth", "C"))) == 1


# --- each binding at work


def test_two_sources_print_one_quantity() -> None:
    found = reconciled(claim("a", "$4.4 billion"), claim("b", "$4 billion", source_id="two2024"))
    assert verdicts(found) == {"a": "consistent", "b": "consistent"}
    assert bounds(found) == portion.closedopen(4_350_000_000, 4_450_000_000)


def test_growth_carries_a_level_from_one_period_to_the_next_and_back() -> None:
    found = reconciled(claim("a", "$3 billion", period="2023"), growth("b", "10%"))  # 5 to 15 per cent
    assert bounds(found) == portion.closedopen(2_625_000_000, 4_025_000_000)  # 2.5 · 1.05, 3.5 · 1.15
    found = reconciled(claim("a", "$3 billion"), growth("b", "10%"))
    low, high = Fraction(250 * BILLION, 115), Fraction(350 * BILLION, 105)
    assert bounds(found, period="2023") == portion.open(low, high)


def test_growth_over_two_years_is_one_growth_after_the_other() -> None:
    # 1.05 · 1.15 = 1.2075 up to 1.15 · 1.25 = 1.4375 (10 % is read 5–15, 20 % 15–25); 50 % is read 45–55.
    apart = [growth("a", "10%"), growth("b", "20%", period="2023", base="2022")]
    assert conflicts(reconciled(*apart, growth("c", "50%", base="2022"))) == [("a", "b", "c")]
    found = reconciled(*apart, growth("c", "40%", base="2022"))  # read 35–45
    assert set(verdicts(found).values()) == {"consistent"}
    assert found.tests["c"].others.interval == portion.closedopen(Fraction("1.2075"), Fraction("1.4375"))


def test_a_share_of_a_whole() -> None:
    rows = [
        claim("a", "30%", "first", base="2024", base_metric_id="total", measure="share", unit="percent"),
        claim("b", "$4 billion"),
    ]
    found = reconciled(*rows)
    assert bounds(found, "first") == portion.closedopen(875_000_000, 1_575_000_000)  # 3.5 · 0.25, 4.5 · 0.35
    assert conflicts(reconciled(*rows, claim("c", "$3 billion", "first"))) == [("a", "b", "c")]
    assert conflicts(reconciled(*rows, claim("c", "$2 billion", "first"))) == []  # read from 1.5


def test_a_multiple_of_the_base() -> None:
    rows = [claim("a", "1.6 times", base="2023", measure="multiple", unit="times"), claim("b", "$4", period="2023")]
    assert bounds(reconciled(*rows)) == portion.closedopen(Fraction("5.425"), Fraction("7.425"))
    assert conflicts(reconciled(*rows, claim("c", "$8"))) == [("a", "b", "c")]  # read from 7.5


def test_a_difference_from_the_base() -> None:
    rows = [claim("a", "$1", base="2023", measure="difference"), claim("b", "$4", period="2023")]
    assert bounds(reconciled(*rows)) == portion.closedopen(4, 6)  # 0.5 + 3.5 up to 1.5 + 4.5
    assert conflicts(reconciled(*rows, claim("c", "$7"))) == [("a", "b", "c")]
    assert conflicts(reconciled(*rows, claim("c", "$6"))) == []


def test_a_daily_rate_against_the_total_of_a_leap_year() -> None:
    daily = claim("a", "1000", "oil", unit="bbl/day", low=1000.0, high=1000.0)
    assert bounds(reconciled(daily), "oil") == portion.singleton(366_000)
    assert conflicts(reconciled(daily, claim("b", "366,000", "oil"))) == []
    assert conflicts(reconciled(daily, claim("b", "365,000", "oil"))) == [("a", "b")]
    in_2023 = [row | {"period": "2023"} for row in (daily, claim("b", "365,000", "oil"))]
    assert conflicts(reconciled(*in_2023)) == []


def test_a_projection_that_rises_to_less_than_its_base() -> None:
    rise = claim("a", "$5", base="2023", direction="rises")
    assert conflicts(reconciled(rise, claim("b", "$7", period="2023"))) == [("a", "b")]
    assert conflicts(reconciled(rise, claim("b", "$3", period="2023"))) == []
    assert bounds(reconciled(rise), period="2023") == portion.closedopen(0, Fraction("5.5"))


def test_a_projection_that_falls_to_more_than_its_base() -> None:
    fall = claim("a", "$5", base="2023", direction="falls")
    assert conflicts(reconciled(fall, claim("b", "$3", period="2023"))) == [("a", "b")]
    assert conflicts(reconciled(fall, claim("b", "$7", period="2023"))) == []
    assert bounds(reconciled(fall), period="2023") == portion.closedopen(Fraction("4.5"), portion.inf)


def test_to_rise_to_the_same_is_still_possible() -> None:
    rise = claim("a", "$5", base="2023", direction="rises", low=5.0, high=5.0)
    assert conflicts(reconciled(rise, claim("b", "$5", period="2023", low=5.0, high=5.0))) == []


def test_ranks_order_levels() -> None:
    ranks = [rank("a", "first", "B"), rank("b", "second", "C")]
    found = reconciled(*ranks, claim("x", "$1 billion"), claim("y", "$4 billion", counterpart_area="C"))
    assert conflicts(found) == [("a", "b", "x", "y")]
    assert conflicts(reconciled(*ranks, claim("x", "$4"), claim("y", "$1", counterpart_area="C"))) == []
    assert bounds(reconciled(*ranks, claim("x", "$4")), counterpart="C") == portion.closedopen(0, Fraction("4.5"))


def test_two_ranks_of_one_place_are_in_conflict() -> None:
    assert conflicts(reconciled(rank("a", "first", "B"), rank("b", "second", "B"))) == [("a", "b")]


def test_levels_in_two_units_are_one_quantity() -> None:
    years = claim("a", "2", "tenure", unit="year", low=2.0, high=2.0)
    assert conflicts(reconciled(years, claim("b", "24", "tenure"))) == []
    assert conflicts(reconciled(years, claim("b", "25", "tenure"))) == [("a", "b")]


def test_one_period_written_in_two_ways_is_one_period() -> None:
    found = reconciled(claim("a", "$4"), claim("b", "$6", period="2024-01-01/2024-12-31"))
    assert conflicts(found) == [("a", "b")]
