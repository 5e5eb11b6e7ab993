"""What can be held against what: equal keys, one unit, and the reason where two figures only look alike."""

from fractions import Fraction
from typing import Any

import portion
import pytest

from compendium.analysis.comparability import (
    DIFFERENT_PERIODS,
    UNDATED_CLAIM,
    UNRELATED,
    IntervalPair,
    incomparability_reason,
    is_mirror_flow,
    observation_as_claim,
    pair_if_commensurable,
    pair_if_comparable,
    pair_in_display_unit,
    to_display_unit,
)
from compendium.ledger.observations import read_observations
from compendium.reconciliation.constraints import constraints_from_claim
from compendium.reconciliation.reconcile import constraints_from_ledger
from tests.support.small import claim, closed, growth, moved, observation, small

GROWTH = {"measure": "growth", "unit": "percent", "base": "2023"}
SHARE = {"measure": "share", "unit": "percent", "base": "2024", "base_metric_id": "total"}
MULTIPLE = {"measure": "multiple", "unit": "times", "base": "2023"}
PLAN = {"period": "", "obs_status": "forecast"}


def half_open(low: Any, high: Any) -> portion.Interval:
    return portion.closedopen(Fraction(low), Fraction(high))


def rows(one: dict[str, Any], other: dict[str, Any], **tables: Any) -> tuple[Any, Any, Any]:
    """A claim, an observation and the metric of the claim, as the engine sees them."""
    ledger = small(one, observations=[other], **tables)
    (own,), (row,) = constraints_from_ledger(ledger).claims.values(), read_observations(ledger).to_dict("records")
    return own, row, ledger.row("metrics", one["metric_id"])


def pair(one: dict[str, Any], other: dict[str, Any], **tables: Any) -> IntervalPair | None:
    return pair_if_comparable(*rows(one, other, **tables))


def reason(one: dict[str, Any], other: dict[str, Any], **tables: Any) -> tuple[str, str]:
    return incomparability_reason(*rows(one, other, **tables))


# --- equal keys


def test_millions_and_units_are_one_amount() -> None:
    found = pair(claim("c", "$4.4 billion"), observation("o", "4360", unit="million USD"))
    assert found == IntervalPair(
        half_open(4_350_000_000, 4_450_000_000), half_open(4_355_000_000, 4_365_000_000), "USD"
    )


@pytest.mark.parametrize(
    "other",
    [
        {"counterpart_area": "C"},
        {"ref_area": "C"},
        {"period": "2023"},
        {"period": "2024-01/2024-11"},
        {"population": "by rail"},
        {"metric": "first"},
        {"period": "2023/.."},
    ],
)
def test_another_key_makes_no_pair(other: dict[str, Any]) -> None:
    assert pair(claim("c", "5"), observation("o", "5", **other)) is None


def test_one_time_written_in_two_ways_is_one_time() -> None:
    assert pair(claim("c", "5"), observation("o", "5", period="2024-01/2024-12")) is not None
    assert pair(claim("c", "5"), observation("o", "5", period="2024-01-01/2024-12-31")) is not None


@pytest.mark.parametrize(("year", "days"), [("2023", 365), ("2024", 366)])
def test_a_daily_rate_is_an_amount_of_so_many_days_as_its_year_has(year: str, days: int) -> None:
    found = pair(claim("c", "20", "oil", year, unit="bbl/day"), observation("o", "7300", "oil", year))
    assert found == IntervalPair(half_open(15 * days, 25 * days), half_open(7250, 7350), "bbl")


def test_an_observed_rate_is_summed_over_its_own_time() -> None:
    month = "2024-02"
    found = pair(claim("c", "580", "oil", month), observation("o", "20", "oil", month, unit="bbl/day"))
    assert found == IntervalPair(half_open(575, 585), half_open(15 * 29, 25 * 29), "bbl")


def test_tonnes_are_barrels_through_the_conversion() -> None:
    found = pair(
        claim("c", "5 million", "oil"),
        observation("o", "668", "oil", unit="thousand t"),
        conversions=[("oil", "t", "bbl", 6.5, 8.0)],
    )
    assert found == IntervalPair(half_open(4_500_000, 5_500_000), half_open(4_338_750, 5_348_000), "bbl")


def test_growth_and_multiple_of_one_base_are_one_question() -> None:
    found = pair(growth("c", "47%"), observation("o", "1.45", **MULTIPLE))
    assert found == IntervalPair(half_open("46.5", "47.5"), half_open("44.5", "45.5"), "percent", in_points=True)
    found = pair(claim("c", "1.5", unit="times", measure="multiple", base="2023"), observation("o", "47", **GROWTH))
    assert found == IntervalPair(half_open("1.45", "1.55"), half_open("1.465", "1.475"), "times")


def test_growth_over_another_base_is_another_question() -> None:
    assert pair(growth("c", "47%", base="2021"), observation("o", "47", **GROWTH)) is None


def test_a_direction_stands_against_a_growth() -> None:
    found = pair(moved("c", "slightly decreased", "falls"), observation("o", "-4.3", **GROWTH))
    assert found == IntervalPair(half_open(-100, 0), half_open("-4.35", "-4.25"), "percent", in_points=True)
    assert pair(moved("c", "rose", "rises"), observation("o", "-4.3", **GROWTH)).claimed == portion.open(0, portion.inf)


def test_shares_of_one_whole_are_one_question_and_of_another_are_not() -> None:
    share = claim("c", "4.4%", "first", **SHARE)
    found = pair(share, observation("o", "4.36", "first", **SHARE))
    assert found == IntervalPair(half_open("4.35", "4.45"), half_open("4.355", "4.365"), "percent", in_points=True)
    for other in ({"base_metric_id": "second"}, {"base_counterpart": "C"}, {"base_area": "C"}, {"base": "2023"}):
        assert pair(share, observation("o", "4.36", "first", **SHARE | other)) is None


def test_a_share_of_answers_needs_no_base() -> None:
    share = {"measure": "share", "unit": "percent"}
    found = pair(claim("c", "77%", "opinion", **share), observation("o", "76.5", "opinion", **share))
    assert found == IntervalPair(half_open("76.5", "77.5"), half_open("76.45", "76.55"), "percent", in_points=True)


def test_a_difference_is_compared_as_an_amount() -> None:
    cells = {"measure": "difference", "base": "2023", "unit": "month"}
    found = pair(claim("c", "19", "tenure", **cells), observation("o", "20", "tenure", **cells))
    assert found == IntervalPair(half_open("18.5", "19.5"), half_open(15, 25), "month")


def test_what_has_no_time_is_compared_with_nothing_dated() -> None:
    assert pair(claim("c", "5", period=""), observation("o", "5")) is None
    assert pair(claim("c", "5"), observation("o", "5", period="")) is None
    assert pair(claim("c", "5", period="2023/.."), observation("o", "5", period="2023/..")) is None  # a flow adds up


def test_a_stock_may_hold_since_a_date() -> None:
    assert pair(claim("c", "5", "savings", "2023/.."), observation("o", "5", "savings", "2023/..")) is not None


def test_two_plans_without_a_time_are_of_one_kind() -> None:
    found = pair(
        claim("c", "300 million", "cargo", unit="t/day", **PLAN),
        observation("o", "55", "cargo", unit="billion t/year", hedge="up to", **PLAN),
    )
    # a year is 365.25 days: 55 · 10⁹ / 365.25 = 220 · 10⁹ / 1461
    assert found == IntervalPair(
        half_open(250_000_000, 350_000_000), portion.closed(Fraction(0), Fraction(220 * 10**9, 1461)), "t/day"
    )


@pytest.mark.parametrize(
    "other",
    [
        {"obs_status": "normal"},  # what has been
        {"counterpart_area": "C"},
        {"unit": "bbl"},  # an amount, and the claim is a rate
        {"measure": "growth", "unit": "percent"},
        {"population": "by rail"},
        {"period": "2026"},
    ],
)
def test_a_plan_meets_only_a_plan_of_its_kind(other: dict[str, Any]) -> None:
    plan = claim("c", "300", "oil", unit="bbl/day", **PLAN)
    assert pair(plan, observation("o", "300", "oil", **{"unit": "bbl/day"} | PLAN | other)) is None


# --- how it is shown


def test_a_claim_is_shown_in_the_unit_of_its_metric() -> None:
    own, row, metric = rows(claim("c", "3", unit="million USD"), observation("o", "2", unit="billion USD"))
    assert to_display_unit(own, metric) == (half_open(2_500_000, 3_500_000), "USD")
    assert to_display_unit(observation_as_claim(row), metric) == (half_open(1_500_000_000, 2_500_000_000), "USD")


@pytest.mark.parametrize(("cells", "unit"), [(GROWTH, "percent"), (SHARE, "percent"), (MULTIPLE, "times")])
def test_a_ratio_is_shown_as_it_is_printed(cells: dict[str, Any], unit: str) -> None:
    own, _, metric = rows(claim("c", "3", "first", **cells), observation("o", "2"))
    assert to_display_unit(own, metric) == (half_open("2.5", "3.5"), unit)


def test_a_rate_is_shown_as_the_rate_it_is() -> None:
    own, _, metric = rows(claim("c", "3", "oil", unit="bbl/day"), observation("o", "2"))
    assert to_display_unit(own, metric) == (half_open("2.5", "3.5"), "bbl/day")


def test_a_rate_given_in_thousands_is_shown_in_whole_units() -> None:
    _, row, metric = rows(claim("c", "3", "oil"), observation("o", "2", "oil", unit="thousand bbl/day"))
    assert to_display_unit(observation_as_claim(row), metric) == (half_open(1500, 2500), "bbl/day")


def test_a_question_is_answered_in_the_unit_a_reader_expects() -> None:
    own, _, metric = rows(growth("c", "10%"), observation("o", "2"))
    question = constraints_from_claim(own, metric)[0]
    found = pair_in_display_unit(own, question, closed("1.1", "1.2"), metric)
    assert found == IntervalPair(half_open(5, 15), closed(10, 20), "percent", in_points=True)
    endless = pair_in_display_unit(own, question, portion.closedopen(Fraction("1.1"), portion.inf), metric)
    assert endless.observed == portion.closedopen(Fraction(10), portion.inf)


# --- as if the keys were equal


def test_an_amount_and_a_rate_are_one_over_a_known_time() -> None:
    rate, amount = {"unit": "bbl/day"}, {"unit": "thousand bbl"}
    found = pair_if_commensurable(
        *rows(claim("c", "20", "oil", "", **rate), observation("o", "7", "oil", "2023", **amount))[:2]
    )
    assert found == IntervalPair(
        half_open("5.475", "9.125"), half_open("6.5", "7.5"), "thousand bbl"
    )  # 15 and 25 · 365 days
    found = pair_if_commensurable(
        *rows(claim("c", "20", "oil", "", **rate), observation("o", "7", "oil", "2024", **amount))[:2]
    )
    assert found == IntervalPair(
        half_open("5.49", "9.15"), half_open("6.5", "7.5"), "thousand bbl"
    )  # 15 and 25 · 366 days
    found = pair_if_commensurable(
        *rows(claim("c", "7300", "oil", "2024"), observation("o", "20", "oil", "", **rate))[:2]
    )
    assert found == IntervalPair(half_open(7250, 7350), half_open(15 * 366, 25 * 366), "bbl")


@pytest.mark.parametrize(
    ("cells", "other"),
    [
        ({"period": "", "unit": "bbl/day"}, {"period": ""}),  # nobody knows over how many days
        ({"period": ""}, {"period": "2024/..", "unit": "bbl/day"}),
        ({}, {"measure": "growth", "unit": "percent", "base": "2023"}),
    ],
)
def test_without_a_common_unit_there_is_no_as_if(cells: dict[str, Any], other: dict[str, Any]) -> None:
    assert (
        pair_if_commensurable(*rows(claim("c", "5", "oil", **cells), observation("o", "5", "oil", **other))[:2]) is None
    )


def test_ratios_are_held_as_they_are() -> None:
    own, row, _ = rows(growth("c", "5%", base="2021"), observation("o", "7", **GROWTH))
    assert pair_if_commensurable(own, row) == IntervalPair(half_open("4.5", "5.5"), half_open("6.5", "7.5"), "percent")


# --- why not


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (claim("c", "5", period=""), observation("o", "5"), ("period", UNDATED_CLAIM)),
        (claim("c", "5"), observation("o", "5", period="2024-01/2024-11"), ("period", DIFFERENT_PERIODS)),
        (claim("c", "5", "savings", "2023/.."), observation("o", "5", "savings"), ("period", DIFFERENT_PERIODS)),
        (growth("c", "5%"), observation("o", "5", **GROWTH | {"base": "2021"}), ("period", DIFFERENT_PERIODS)),
        (claim("c", "5"), observation("o", "5", population="by rail"), ("population", "")),
        (claim("c", "5", period=""), observation("o", "5", population="by rail"), ("population", "")),
        (growth("c", "5%"), observation("o", "5"), ("rate", "")),
        (claim("c", "5"), observation("o", "5", **GROWTH), ("rate", "")),
        (moved("c", "fell", "falls"), observation("o", "5"), ("rate", "")),
    ],
)
def test_why_two_figures_that_look_alike_are_not_compared(one: Any, other: Any, expected: tuple[str, str]) -> None:
    assert pair(one, other) is None
    assert reason(one, other) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (claim("c", "5"), observation("o", "5", counterpart_area="C")),
        (claim("c", "5"), observation("o", "5", period="2023")),
        (claim("c", "5"), observation("o", "5", period="")),
        (claim("c", "5"), observation("o", "5", period="2024-01/2024-06", obs_status="forecast")),
        (claim("c", "5", **PLAN), observation("o", "5")),
        (growth("c", "5%"), observation("o", "5", period="2024-01/2024-06")),  # neither its time nor its measure
        (growth("c", "5%"), observation("o", "5", population="by rail")),
        (claim("c", "5%", "first", **SHARE), observation("o", "5", "first", **GROWTH)),
        (claim("c", "5%", "first", **SHARE), observation("o", "5", "first", **SHARE | {"base_metric_id": "second"})),
    ],
)
def test_what_is_far_off_is_not_shown(one: Any, other: Any) -> None:
    assert reason(one, other) == UNRELATED


@pytest.mark.parametrize(
    ("metric", "cells", "other", "near"),
    [
        ("oil", {}, {"period": "2024"}, True),
        ("oil", {}, {"period": "2024-01/2024-12"}, True),
        ("oil", {}, {"period": "2024-01/2024-06"}, False),  # what part of a year brings is no year's
        ("oil", {"unit": "bbl/day"}, {"period": "2024-01/2024-06"}, True),
        ("oil", {}, {"period": "2024-01/2024-06", "unit": "bbl/day"}, True),
        ("savings", {}, {"period": "2024-06"}, True),  # a stock is the same at any time of a year
        ("opinion", {"measure": "share"}, {"period": "2024-06", "measure": "share"}, True),
    ],
)
def test_what_has_no_time_is_held_beside_whole_years(
    metric: str, cells: dict[str, Any], other: dict[str, Any], near: bool
) -> None:
    found = reason(claim("c", "5", metric, "", **cells), observation("o", "5", metric, **other))
    assert found == (("period", UNDATED_CLAIM) if near else UNRELATED)


def test_a_share_of_another_whole_is_not_of_another_time() -> None:
    share = claim("c", "4.4%", "first", **SHARE)
    for other in ({"base_counterpart": "C"}, {"base_area": "C"}):
        assert reason(share, observation("o", "4.4", "first", **SHARE | other)) != ("period", DIFFERENT_PERIODS)


def test_a_share_beside_its_own_amount_is_not_called_a_rate() -> None:
    assert reason(claim("c", "4.4%", "first", **SHARE), observation("o", "5", "first")) != ("rate", "")


# --- from the other side


def test_the_other_side_of_a_flow_has_the_areas_the_other_way_round() -> None:
    one = claim("c", "5", "sold")
    assert is_mirror_flow(one, observation("o", "5", "mirror", ref_area="B", counterpart_area="A"))
    assert is_mirror_flow(one, observation("o", "5", "mirror", "2024-01/2024-12", ref_area="B", counterpart_area="A"))
    for other in ({"counterpart_area": "C"}, {"ref_area": "A"}, {"period": "2023"}, {"measure": "growth"}):
        seen = observation("o", "5", "mirror", **{"ref_area": "B", "counterpart_area": "A"} | other)
        assert not is_mirror_flow(one, seen)
