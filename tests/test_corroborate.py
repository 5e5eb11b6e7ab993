"""Verdicts on pairs made by hand: every interval and distance is worked out beside its test."""

from fractions import Fraction
from functools import cache
from typing import Any

import portion
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import SCHEMA, checked, claim, frame, growth, moved, observation, shuffled, small

from compendium.analysis.comparability import DIFFERENT_PERIODS, UNDATED_CLAIM
from compendium.analysis.corroboration import (
    INFORMATIVE_REASONS,
    MAX_NEAREST,
    POINTS,
    TIMES,
    Comparison,
    Corroboration,
    corroborate,
    corroborate_dates,
    corroborate_order,
)
from compendium.ledger.loader import Ledger
from compendium.reconciliation.constraints import ConstraintKind
from compendium.reconciliation.verdicts import AGREES, CORROBORATION_VERDICTS, DIFFERS, NONE_FOUND, NOT_COMPARABLE
from compendium.values.intervals import HEDGE_EFFECTS, NARROW_DENOMINATOR

GROWTH = {"measure": "growth", "unit": "percent", "base": "2023"}
SHARE = {"measure": "share", "unit": "percent", "base": "2024", "base_metric_id": "total"}
BILLION = {"unit": "billion USD"}
PLAN = {"period": "", "obs_status": "forecast"}
SEEN = {"ref_area": "B", "counterpart_area": "A"}
PARTS = (observation("first", "4.00", "first", **BILLION), observation("second", "6.00", "second", **BILLION))
"""[3.995, 4.005) and [5.995, 6.005) billion: together [9.99, 10.01)."""


def one(text: dict[str, Any], *observations: dict[str, Any], **tables: Any) -> Corroboration:
    return checked([text], observations, **tables)[text["claim_id"]]


def held(text: dict[str, Any], *observations: dict[str, Any], **tables: Any) -> Comparison:
    (found,) = one(text, *observations, **tables).comparisons
    return found


def ends(interval: portion.Interval | None) -> tuple[Any, Any]:
    assert interval is not None
    return interval.lower, interval.upper


def half_open(low: Any, high: Any) -> portion.Interval:
    return portion.closedopen(Fraction(low), Fraction(high))


# --- the verdicts


def test_figures_that_share_a_value_agree() -> None:
    found = one(claim("c", "$4.4 billion"), observation("o", "4360", unit="million USD"))
    assert (found.verdict, found.reason, found.is_disputed) == (AGREES, "", False)
    assert (found.claimed, found.unit) == (half_open(4_350_000_000, 4_450_000_000), "USD")
    only = found.comparisons[0]
    assert (only.observations, only.verdict, only.would_agree, only.is_derived) == (("o",), AGREES, True, False)
    assert (only.interval, only.unit) == (half_open(4_355_000_000, 4_365_000_000), "USD")


def test_amounts_that_do_not_meet_differ_by_a_ratio() -> None:
    found = held(claim("c", "$15 billion", hedge="about"), observation("o", "7.6", **BILLION))
    assert (found.verdict, found.would_agree, found.difference_unit) == (DIFFERS, False, TIMES)
    assert ends(found.difference) == (Fraction(14_00, 765), Fraction(16_00, 755))  # 14 / 7.65 to 16 / 7.55


def test_percentages_that_do_not_meet_differ_by_points() -> None:
    found = held(growth("c", "47%"), observation("o", "45", **GROWTH))
    assert (found.verdict, found.difference_unit) == (DIFFERS, POINTS)
    assert ends(found.difference) == (1, 3)  # 46.5 - 45.5 to 47.5 - 44.5


def test_a_figure_below_is_a_ratio_below_one_and_points_below_nothing() -> None:
    assert ends(held(claim("c", "2"), observation("o", "8")).difference) == (Fraction(15, 85), Fraction(25, 75))
    assert ends(held(growth("c", "5%"), observation("o", "8", **GROWTH)).difference) == (-4, -2)


def test_amounts_that_can_be_negative_differ_by_an_amount() -> None:
    found = held(
        claim("c", "$3 million", "balance"), observation("o", "-5", "balance", unit="million USD", reporter="")
    )
    assert (found.difference_unit, ends(found.difference)) == ("USD", (7_000_000, 9_000_000))  # 2.5 + 4.5 to 3.5 + 5.5


def test_where_a_figure_has_no_end_nothing_says_how_far_apart_they_are() -> None:
    found = held(claim("c", "$42 million", hedge="over"), observation("o", "3", unit="million USD"))
    assert (found.verdict, found.difference, found.difference_unit) == (DIFFERS, None, "")
    assert (
        held(claim("c", "5", "victims"), observation("o", "0", "victims")).difference is None
    )  # nothing has no multiple


def test_without_an_independent_figure_there_is_no_verdict() -> None:
    for rows in ([], [observation("o", "5", counterpart_area="C")], [observation("o", "5", "victims")]):
        found = one(claim("c", "5"), *rows)
        assert (found.verdict, found.reason, found.comparisons) == (NONE_FOUND, "", ())
    assert len(CORROBORATION_VERDICTS) == 4


def test_a_withdrawn_claim_is_not_held_against_anything() -> None:
    rows = [claim("c", "5"), claim("gone", "5", rank="deprecated", rank_reason="typo")]
    assert list(checked(rows, [observation("o", "5")])) == ["c"]


# --- how finely a figure is printed


@pytest.mark.parametrize(
    ("printed", "value", "verdict"),
    [
        ("4.4", "4.5", DIFFERS),  # [4.35, 4.45) and [4.45, 4.55) touch, and only one holds 4.45
        ("4.5", "4.4", DIFFERS),
        ("4.4", "4.45", AGREES),  # [4.445, 4.455)
        ("4.4", "4.450", AGREES),  # from 4.4495
        ("4.4", "4.4501", DIFFERS),  # from 4.45005
        ("4.40", "4.4", AGREES),
        ("4.4–4.5", "4.5", AGREES),  # a range has both its ends
        ("4.2–4.3", "4.4", DIFFERS),  # up to 4.3, and from 4.35
    ],
)
def test_half_open_readings_meet_exactly(printed: str, value: str, verdict: str) -> None:
    assert one(claim("c", f"${printed} billion"), observation("o", value, **BILLION)).verdict == verdict


@pytest.mark.parametrize(
    ("hedge", "printed", "other", "value", "verdict"),
    [
        ("more than", "40", "", "40.0", AGREES),  # above 40, and below 40.05
        ("more than", "40", "up to", "40", DIFFERS),
        ("at least", "40", "up to", "40", AGREES),
        ("up to", "55", "", "110", DIFFERS),
        ("up to", "55", "", "3", AGREES),
        ("almost", "4.8", "", "4.799", AGREES),  # [4.75, 4.8] and [4.7985, 4.7995)
        ("almost", "4.8", "", "4.7", DIFFERS),  # up to 4.75, without it
        ("almost", "4.8", "", "4.9", DIFFERS),  # from 4.85
        ("almost", "4.8", "more than", "4.8", DIFFERS),
        ("about", "15", "", "16", AGREES),  # [14, 16] and [15.5, 16.5)
        ("about", "15", "", "16.1", DIFFERS),
        ("", "38", "over", "40", DIFFERS),
    ],
)
def test_hedges_of_both_are_read(hedge: str, printed: str, other: str, value: str, verdict: str) -> None:
    text = claim("c", f"${printed} billion", hedge=hedge)
    assert one(text, observation("o", value, hedge=other, **BILLION)).verdict == verdict


@pytest.mark.parametrize(
    ("printed", "value", "unit", "verdict"),
    [
        ("38", "38", "person", AGREES),
        ("38", "36", "person", DIFFERS),
        ("1,960", "2", "thousand person", AGREES),  # so many thousand are no head count
        ("1,400", "2", "thousand person", DIFFERS),
    ],
)
def test_counts_are_exact_and_thousands_of_them_are_not(printed: str, value: str, unit: str, verdict: str) -> None:
    assert one(claim("c", printed, "victims"), observation("o", value, "victims", unit=unit)).verdict == verdict


def test_growth_below_nothing_is_compared_as_any() -> None:
    falling = observation("o", "-4.3", **GROWTH)
    assert one(growth("c", "8.3%"), falling).verdict == DIFFERS
    assert ends(one(growth("c", "8.3%"), falling).comparisons[0].difference) == (Fraction("12.5"), Fraction("12.7"))
    assert one(moved("c", "slightly decreased", "falls"), falling).verdict == AGREES
    assert one(moved("c", "rose", "rises"), falling).verdict == DIFFERS


# --- units


@pytest.mark.parametrize(("year", "days"), [("2023", 365), ("2024", 366)])
def test_tonnes_of_a_year_stand_against_barrels_a_day(year: str, days: int) -> None:
    text = claim("c", "20,000 barrels per day", "oil", year, unit="bbl/day")
    row = observation("o", "668", "oil", year, unit="thousand t")
    found = held(text, row, conversions=[("oil", "t", "bbl", 6.5, 8.0)])
    assert (found.interval, found.unit) == (half_open(4_338_750, 5_348_000), "bbl")
    assert (found.verdict, found.difference_unit) == (DIFFERS, TIMES)
    assert ends(found.difference) == (Fraction(15_000 * days, 5_348_000), Fraction(25_000 * days, 4_338_750))


@pytest.mark.parametrize(("most", "verdict"), [("3645", AGREES), ("3640", DIFFERS)])
def test_one_day_more_in_a_leap_year_can_decide(most: str, verdict: str) -> None:
    # from 9.95 a day: 9.95 · 365 = 3631.75, and 9.95 · 366 = 3641.7
    for year, expected in (("2023", AGREES), ("2024", verdict)):
        row = observation("o", most, "oil", year, hedge="at most")
        assert one(claim("c", "10.0", "oil", year, unit="bbl/day"), row).verdict == expected


def test_a_plan_by_the_day_stands_against_a_plan_by_the_year() -> None:
    text = claim("c", "300 million", "cargo", unit="t/day", **PLAN)
    ceiling = observation("o", "55", "cargo", unit="billion t/year", hedge="up to", **PLAN)
    found = held(text, ceiling)
    assert (found.verdict, found.unit) == (DIFFERS, "t/day")
    # 55 · 10⁹ / 365.25 = 150.58 million; 250 million is 1.66 times as much
    assert ends(found.difference) == (Fraction(250 * 1461, 220_000), portion.inf)


# --- not comparable


@pytest.mark.parametrize(
    ("text", "row", "reason", "why", "meets"),
    [
        (claim("c", "5", period=""), observation("o", "5"), "period", UNDATED_CLAIM, True),
        (claim("c", "5", period=""), observation("o", "7"), "period", UNDATED_CLAIM, False),
        (claim("c", "5"), observation("o", "5", period="2024-01/2024-11"), "period", DIFFERENT_PERIODS, None),
        (growth("c", "5%"), observation("o", "5", **GROWTH | {"base": "2021"}), "period", DIFFERENT_PERIODS, None),
        (claim("c", "5"), observation("o", "5", population="by rail"), "population", "", True),
        (claim("c", "5"), observation("o", "7", population="by rail"), "population", "", False),
        (growth("c", "5%"), observation("o", "5"), "rate", "", None),
        (claim("c", "5"), observation("o", "5", **GROWTH), "rate", "", None),
        (claim("c", "5", "sold"), observation("o", "5", "mirror", **SEEN), "valuation", "", True),
        (claim("c", "5", "sold"), observation("o", "7", "mirror", **SEEN), "valuation", "", False),
    ],
)
def test_the_engine_says_why_a_figure_does_not_count(
    text: dict[str, Any], row: dict[str, Any], reason: str, why: str, meets: bool | None
) -> None:
    found = one(text, row)
    assert (found.verdict, found.reason) == (NOT_COMPARABLE, reason)
    only = found.comparisons[0]
    assert (only.verdict, only.reason, only.remark, only.would_agree) == (NOT_COMPARABLE, reason, why, meets)
    assert (only.difference, only.difference_unit) == (None, "")


@pytest.mark.parametrize("reason", ["definition", "coverage", "question", "capacity", "total", "period"])
@pytest.mark.parametrize("value", ["5", "7"])
def test_a_person_can_say_why_a_figure_of_the_same_keys_does_not_count(reason: str, value: str) -> None:
    found = one(claim("c", "5"), observation("o", value), typed=[("c", "o", reason)])
    assert (found.verdict, found.reason) == (NOT_COMPARABLE, reason)
    assert found.comparisons[0].would_agree == (value == "5" if reason in INFORMATIVE_REASONS else None)


def test_a_typed_reason_is_shown_for_a_figure_of_another_metric_too() -> None:
    row = observation("o", "15", "capacity", unit="million t/year")
    found = one(claim("c", "15 million", "cargo"), row, typed=[("c", "o", "capacity")])
    assert (found.verdict, found.reason) == (NOT_COMPARABLE, "capacity")
    assert (found.comparisons[0].interval, found.comparisons[0].unit) == (half_open(14_500_000, 15_500_000), "t/year")


def test_a_typed_reason_is_of_one_claim_alone() -> None:
    rows = [claim("c", "5"), claim("d", "5")]
    found = checked(rows, [observation("o", "5")], typed=[("c", "o", "definition")])
    assert [one.verdict for one in found.values()] == [NOT_COMPARABLE, AGREES]


def test_what_is_not_comparable_stands_behind_what_is() -> None:
    found = one(
        claim("c", "5", "sold"),
        observation("seen", "7", "mirror", **SEEN),
        observation("typed", "7", "sold"),
        observation("o", "5", "sold"),
        observation("part", "5", "sold", "2024-01/2024-06"),
        typed=[("c", "typed", "coverage")],
    )
    assert (found.verdict, found.reason) == (AGREES, "")
    assert [row.observations for row in found.comparisons] == [
        ("o",),
        ("typed",),
        ("seen",),
    ]  # and a part of the year not


def test_a_typed_pair_is_not_said_again_as_a_mirror_or_as_near() -> None:
    seen = observation("seen", "5", "mirror", **SEEN)
    found = one(claim("c", "5", "sold"), seen, typed=[("c", "seen", "definition")])
    assert [(row.observations, row.reason) for row in found.comparisons] == [(("seen",), "definition")]
    part = observation("part", "5", period="2024-06")
    found = one(claim("c", "5"), part, typed=[("c", "part", "coverage")])
    assert [(row.observations, row.reason) for row in found.comparisons] == [(("part",), "coverage")]


def test_of_many_that_look_alike_the_latest_that_would_agree_are_shown_and_one_that_would_not() -> None:
    rows = [
        observation(f"o{year}", value, "savings", year)
        for year, value in (("2018", "5"), ("2019", "5"), ("2020", "7"), ("2021", "5"), ("2022", "7"))
    ]
    found = one(claim("c", "5", "savings", ""), *rows)
    assert [row.observations[0] for row in found.comparisons] == ["o2021", "o2019", "o2022"]
    assert len([row for row in found.comparisons if row.would_agree]) == MAX_NEAREST


@pytest.mark.parametrize(
    ("period", "nearest"),
    [
        ("2024-01/2024-04", "2024-01/2024-05"),  # of the months that overlap, not the latest
        ("2024-05/2024-12", "2024-06/2024-12"),
        ("2024", "2024-01/2024-11"),
    ],
)
def test_of_those_that_look_alike_the_nearest_in_time_is_shown(period: str, nearest: str) -> None:
    times = ["2024-01/2024-05", "2024-01/2024-11", "2024-06/2024-12", "2024-03", "2023/2024"]
    rows = [observation(when, "7", "victims", when) for when in times]
    assert held(claim("c", "5", "victims", period), *rows).observations == (nearest,)


def test_a_plan_is_not_held_against_what_has_been() -> None:
    plan, fact = claim("c", "300", "oil", unit="bbl/day", **PLAN), claim("c", "300", "oil", "", unit="bbl/day")
    for text, status in ((plan, "normal"), (fact, "forecast")):
        for when in ("", "2024"):
            row = observation("o", "300", "oil", when, unit="bbl/day", obs_status=status)
            assert one(text, row).verdict == NONE_FOUND


def test_two_plans_without_a_time_are_held_against_each_other() -> None:
    plan = claim("c", "25–30 million", "capacity", **PLAN)
    assert one(plan, observation("o", "25", "capacity", unit="million t/year", **PLAN)).verdict == AGREES
    assert one(plan, observation("o", "15", "capacity", unit="million t/year", **PLAN)).verdict == DIFFERS


def test_a_share_of_another_whole_does_not_count() -> None:
    share = claim("c", "4.4%", "first", **SHARE)
    assert one(share, observation("o", "4.36", "first", **SHARE)).verdict == AGREES
    assert one(share, observation("o", "4.6", "first", **SHARE)).verdict == DIFFERS
    assert one(share, observation("o", "4.6", "first", **SHARE | {"base_metric_id": "savings"})).verdict == NONE_FOUND


def test_growth_stands_against_a_multiple_of_the_same_base() -> None:
    found = held(growth("c", "47%"), observation("o", "1.45", measure="multiple", unit="times", base="2023"))
    assert (found.verdict, found.interval, found.unit) == (DIFFERS, half_open("44.5", "45.5"), "percent")
    assert (found.difference_unit, ends(found.difference)) == (POINTS, (1, 3))


# --- several figures


def test_rival_figures_are_both_shown_and_one_that_agrees_is_enough() -> None:
    found = one(claim("c", "8.3"), observation("a", "-4.3"), observation("b", "8.3"))
    assert (found.verdict, found.is_disputed) == (AGREES, True)
    assert [(row.observations, row.verdict) for row in found.comparisons] == [(("a",), DIFFERS), (("b",), AGREES)]
    assert not one(claim("c", "8.3"), observation("a", "8.4"), observation("b", "8.5")).is_disputed


@pytest.mark.parametrize(("printed", "verdict"), [("5", AGREES), ("7", DIFFERS)])
def test_a_figure_of_low_reliability_does_not_decide(printed: str, verdict: str) -> None:
    rows = observation("a", "7", obs_status="low reliability"), observation("b", "5")
    found = one(claim("c", printed), *rows)
    assert found.verdict == verdict
    assert [row.observations for row in found.comparisons] == [("b",), ("a",)]  # it is shown, behind what decides


@pytest.mark.parametrize("printed", ["5", "7"])
def test_a_figure_of_low_reliability_alone_is_shown_and_decides_nothing(printed: str) -> None:
    found = one(claim("c", printed), observation("a", "7", obs_status="low reliability"))
    assert (found.verdict, found.reason, found.is_disputed) == (NOT_COMPARABLE, "reliability", False)
    assert [row.verdict for row in found.comparisons] == [AGREES if printed == "7" else DIFFERS]


def test_data_files_stand_before_pages() -> None:
    rows = [
        observation("a", "5"),
        observation("b", "5", quality="machine"),
        observation("c", "5", quality="machine", obs_status="low reliability"),
        observation("d", "5", obs_status="provisional"),
    ]
    found = one(claim("c", "5"), *rows)
    assert [row.observations[0] for row in found.comparisons] == ["b", "a", "d", "c"]


def test_what_was_not_found_is_seen_by_nothing() -> None:
    gone = {"obs_status": "missing", "note": "nobody counts"}
    rows = [observation("o", "", **gone), observation("p", "", "first", **gone)]
    ledger = small(claim("c", "5"), observations=rows, typed=[("c", "o", "definition")])
    assert corroborate(ledger)["c"].verdict == NONE_FOUND
    with_parts = [*rows, observation("q", "2.00", "second")]
    assert one(claim("c", "5"), *with_parts).comparisons == ()


# --- what several imply


def test_the_sum_of_parts_is_held_against_the_whole() -> None:
    found = one(claim("c", "$10.0 billion"), *PARTS)
    assert found.verdict == AGREES
    only = found.comparisons[0]
    assert (only.is_derived, only.observations) == (True, ("first", "second"))
    assert only.interval == half_open(9_990_000_000, 10_010_000_000)
    assert [rule.kind for rule in only.identities] == [ConstraintKind.SUM]
    assert one(claim("c", "$12.0 billion"), *PARTS).verdict == DIFFERS


def test_a_figure_of_equal_keys_stands_before_what_follows_from_others() -> None:
    found = one(claim("c", "$12.0 billion"), *PARTS, observation("whole", "12.0", **BILLION))
    assert [(row.observations, row.verdict) for row in found.comparisons] == [(("whole",), AGREES)]


def test_growth_follows_from_two_levels() -> None:
    levels = observation("before", "4.360", period="2023", **BILLION), observation("after", "4.799", **BILLION)
    found = held(growth("c", "10.1%"), *levels)
    # 4.7985 / 4.3605 - 1 to 4.7995 / 4.3595 - 1: 10.045 to 10.093 %
    low, high = Fraction("4.7985") / Fraction("4.3605"), Fraction("4.7995") / Fraction("4.3595")
    assert (found.verdict, ends(found.interval)) == (AGREES, ((low - 1) * 100, (high - 1) * 100))
    assert found.unit == "percent"
    assert one(growth("c", "10.2%"), *levels).verdict == DIFFERS
    assert one(moved("c", "rose", "rises"), *levels).verdict == AGREES
    assert one(moved("c", "fell", "falls"), *levels).verdict == DIFFERS


def test_a_share_follows_from_two_levels() -> None:
    levels = observation("part", "1.178", "first", **BILLION), observation("whole", "26.6", **BILLION)
    found = held(claim("c", "4.4%", "first", **SHARE), *levels)
    # 1.1775 / 26.65 to 1.1785 / 26.55: 4.418 to 4.439 %
    assert ends(found.interval) == (Fraction(117_750, 26_650), Fraction(117_850, 26_550))
    assert (found.verdict, found.difference_unit) == (AGREES, POINTS)
    assert one(claim("c", "4.5%", "first", **SHARE), *levels).verdict == DIFFERS


@pytest.mark.parametrize(
    ("values", "hedge", "verdict"),
    [
        (("5.0", "5.0"), "", AGREES),  # twice [4.95, 5.05): [9.9, 10.1)
        (("6", "5"), "", AGREES),  # [5.5, 6.5) and [4.5, 5.5): [10, 12), the upper end a fifth above the lower
        (("5", "5"), "", NONE_FOUND),  # [9, 11), more than a fifth
        (("5", "5"), "about", NONE_FOUND),  # twice [4, 6]
        (("5.0", "5"), "at least", NONE_FOUND),  # no upper end
    ],
)
def test_a_derived_figure_that_agrees_counts_only_where_it_is_narrow(
    values: tuple[str, str], hedge: str, verdict: str
) -> None:
    rows = [
        observation(metric, value, metric, hedge=hedge, **BILLION)
        for metric, value in zip(("first", "second"), values, strict=True)
    ]
    assert one(claim("c", "$30 billion", hedge="up to"), *rows).verdict == verdict
    assert NARROW_DENOMINATOR == 5


def test_a_wide_derived_figure_still_contradicts() -> None:
    rows = [
        observation(name, "5", metric, hedge="about", **BILLION) for name, metric in (("a", "first"), ("b", "second"))
    ]
    assert one(claim("c", "$13 billion"), *rows).verdict == DIFFERS  # from 12.5, and the parts make [8, 12]
    assert one(claim("c", "$12 billion"), *rows).verdict == NONE_FOUND


def test_some_months_alone_contradict_a_year_below_them() -> None:
    months = observation("o", "7", period="2024-01/2024-05")
    assert one(claim("c", "5"), months).verdict == DIFFERS  # from 6.5 in five months
    assert (one(claim("c", "8"), months).verdict, one(claim("c", "8"), months).reason) == (NOT_COMPARABLE, "period")


def test_one_part_alone_contradicts_a_whole_below_it() -> None:
    part = PARTS[0]  # 3.995 billion at least
    found = held(claim("c", "$3 billion"), part)
    assert (found.verdict, found.is_derived, found.difference) == (DIFFERS, True, None)
    assert found.interval == portion.closedopen(Fraction(3_995_000_000), portion.inf)
    assert one(claim("c", "$5 billion"), part).verdict == NONE_FOUND


def test_nothing_follows_through_two_sides_taken_for_one() -> None:
    seen = observation("o", "5.00", "mirror", **SEEN, **BILLION)
    found = one(claim("c", "$9 billion", "sold"), seen)
    assert (found.verdict, found.reason) == (NOT_COMPARABLE, "valuation")
    base = {"measure": "growth", "unit": "percent", "base": "2023"}
    both = observation("p", "4.00", "mirror", "2023", **SEEN, **BILLION)
    assert one(claim("c", "90%", "sold", **base), seen, both).verdict == NONE_FOUND


def test_two_sides_that_count_differently_do_not_set_each_other_aside() -> None:
    levels = [
        observation(f"o{year}", value, "sold", year, **BILLION) for year, value in (("2023", "4.00"), ("2024", "5.00"))
    ]
    seen = observation("seen", "9.00", "mirror", **SEEN, **BILLION)
    text = claim("c", "25%", "sold", measure="growth", unit="percent", base="2023")
    assert [row.observations for row in one(text, *levels, seen).comparisons] == [("o2023", "o2024")]


@pytest.mark.parametrize(("other", "verdict"), [("A", AGREES), ("B", NONE_FOUND), ("", AGREES)])
def test_the_figures_of_one_side_are_not_put_together_with_those_of_another(other: str, verdict: str) -> None:
    rows = [PARTS[0], PARTS[1] | {"reporter": other}]
    assert one(claim("c", "$10.0 billion"), *rows).verdict == verdict


def test_each_side_has_its_own_derived_figure() -> None:
    other = [row | {"observation_id": f"b-{row['observation_id']}", "reporter": "B", "value": "7.00"} for row in PARTS]
    found = one(claim("c", "$10.0 billion"), *PARTS, *other)
    assert (found.verdict, found.is_disputed) == (AGREES, True)
    assert [row.observations for row in found.comparisons] == [("b-first", "b-second"), ("first", "second")]


def test_what_follows_from_publishers_of_no_side_is_said_once() -> None:
    rows = [row | {"reporter": ""} for row in PARTS]
    others = [observation(side, "3", "victims", reporter=side) for side in "AB"]
    assert len(one(claim("c", "$10.0 billion"), *rows, *others).comparisons) == 1


def test_publishers_of_no_side_imply_something_without_any_side() -> None:
    rows = [row | {"reporter": ""} for row in PARTS]
    assert one(claim("c", "$10.0 billion"), *rows).verdict == AGREES


def test_observations_that_contradict_each_other_imply_nothing() -> None:
    rival = observation("rival", "5.00", "first", **BILLION)
    assert one(claim("c", "$10.0 billion"), *PARTS, rival).verdict == NONE_FOUND
    doubtful = rival | {"obs_status": "low reliability"}
    assert one(claim("c", "$10.0 billion"), *PARTS, doubtful).verdict == AGREES


def test_a_plan_that_did_not_come_true_takes_nothing_from_what_came() -> None:
    plan = observation("plan", "5.00", "first", obs_status="forecast", **BILLION)
    assert one(claim("c", "$10.0 billion"), *PARTS, plan).verdict == AGREES


@pytest.mark.parametrize("unit", ["USD", "million USD"])
def test_an_amount_below_nothing_among_the_observations_stops_nothing(unit: str) -> None:
    rows = [*PARTS, observation("o", "-5", "balance", unit=unit)]
    assert one(claim("c", "$10.0 billion"), *rows).verdict == AGREES


def test_nothing_is_derived_for_a_claim_that_a_person_has_set_apart() -> None:
    typed = [("c", "whole", "definition")]
    found = one(claim("c", "$12.0 billion"), *PARTS, observation("whole", "12.0", **BILLION), typed=typed)
    assert (found.verdict, found.reason) == (NOT_COMPARABLE, "definition")


def test_nothing_is_derived_for_a_claim_without_a_time() -> None:
    share = claim("c", "4.4%", "first", "", **SHARE | {"base": ""})
    assert one(share, *PARTS).verdict == NONE_FOUND


# --- what never matters

ROWS = (
    claim("agrees", "$4.4 billion"),
    claim("differs", "$9 billion", "second"),
    growth("grows", "10%"),
    claim("undated", "5", "savings", ""),
    claim("sold", "5", "sold"),
    claim("typed", "5", "victims"),
    claim("whole", "$10.0 billion", period="2022"),
)
SEVERAL = (
    observation("a", "4.36", **BILLION),
    observation("b", "4.4", quality="machine", **BILLION),
    observation("c", "5", "second", **BILLION),
    observation("d", "-3", **GROWTH),
    observation("e", "5", "savings", "2022"),
    observation("f", "5", "savings", "2023"),
    observation("g", "7", "savings", "2024"),
    observation("h", "5", "mirror", **SEEN),
    observation("i", "5", "victims"),
    observation("j", "4.00", "first", "2022", **BILLION),
    observation("k", "6.00", "second", "2022", **BILLION),
)


@pytest.fixture(scope="module")
def several() -> Ledger:
    return small(*ROWS, observations=SEVERAL, typed=[("typed", "i", "definition")])


@pytest.fixture(scope="module")
def found(several: Ledger) -> dict[str, Corroboration]:
    return corroborate(several)


def test_of_several_claims_each_has_its_verdict(found: dict[str, Corroboration]) -> None:
    assert [found[row["claim_id"]].verdict for row in ROWS] == [
        AGREES, DIFFERS, DIFFERS, NOT_COMPARABLE, NOT_COMPARABLE, NOT_COMPARABLE, AGREES,
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_changes_nothing(several: Ledger, found: dict[str, Corroboration], seed: int) -> None:
    again = corroborate(shuffled(several, seed))
    assert again == found
    assert [again[name].comparisons for name in found] == [one.comparisons for one in found.values()]


def test_the_order_of_rows_chooses_no_reason() -> None:
    typed = [("c", "a", "definition"), ("c", "b", "coverage")]
    rows = [observation("a", "6"), observation("b", "7")]
    one_way, other_way = (one(claim("c", "5"), *rows, typed=order) for order in (typed, typed[::-1]))
    assert (one_way.reason, one_way.comparisons) == (other_way.reason, other_way.comparisons)


def test_the_order_of_rows_chooses_nothing_that_is_shown() -> None:
    rows = [observation("a", "6", period="2024-01"), observation("b", "7", period="2024-01")]
    assert one(claim("c", "5"), *rows) == one(claim("c", "5"), *rows[::-1])


@pytest.mark.parametrize("names", [[row["claim_id"]] for row in ROWS] + [["whole", "grows"], []])
def test_which_other_claims_are_looked_at_changes_no_verdict(
    several: Ledger, found: dict[str, Corroboration], names: list[str]
) -> None:
    assert corroborate(several, names) == {name: one for name, one in found.items() if name in names}


FIGURES = st.decimals("0.1", "999", places=1).map(lambda found: f"{found:f}")
HEDGES = st.sampled_from(sorted(HEDGE_EFFECTS))
FEW = settings(max_examples=15)


def pair(printed: str, hedge: str, value: str, other: str, scale: str = "billion") -> Comparison:
    text = claim("c", f"${printed} {scale}", hedge=hedge)
    return one(text, observation("o", value, hedge=other, unit=f"{scale} USD")).comparisons[0]


@FEW
@given(FIGURES, HEDGES, FIGURES, HEDGES)
def test_it_does_not_matter_which_of_two_figures_is_the_claim(one: str, hedge: str, two: str, other: str) -> None:
    there, back = pair(one, hedge, two, other), pair(two, other, one, hedge)
    assert there.verdict == back.verdict
    if (
        there.difference is not None
        and back.difference is not None
        and 0 not in (there.difference.lower, back.difference.lower)
    ):
        assert ends(there.difference) == (1 / back.difference.upper, 1 / back.difference.lower)


@FEW
@given(FIGURES, HEDGES, FIGURES, HEDGES, st.sampled_from(["thousand", "million"]))
def test_another_scale_of_both_changes_nothing(one: str, hedge: str, two: str, other: str, scale: str) -> None:
    there, small_scale = pair(one, hedge, two, other), pair(one, hedge, two, other, scale)
    assert (there.verdict, there.difference, there.difference_unit) == (
        small_scale.verdict,
        small_scale.difference,
        small_scale.difference_unit,
    )


@FEW
@given(FIGURES, HEDGES, FIGURES, HEDGES)
def test_a_figure_agrees_with_itself_and_with_another_where_the_two_meet(
    one: str, hedge: str, two: str, other: str
) -> None:
    assert pair(one, "", one, "").verdict == AGREES
    found = pair(one, hedge, two, other)
    assert found.verdict in (AGREES, DIFFERS)
    assert found.would_agree == (found.verdict == AGREES)


OTHERS = st.sampled_from(
    [
        {"metric": "victims", "ref_area": "C"},
        {"metric": "opinion", "measure": "share", "unit": "percent"},
        {"metric": "total", "ref_area": "B", "counterpart_area": "C"},
        {"metric": "savings", "ref_area": "C"},
        {"metric": "oil", "unit": "bbl/day"},
        {"metric": "total", "period": "2010"},
        {"metric": "first", "period": "2010", **GROWTH, "base": "2009"},
    ]
)


@cache
def without_more() -> dict[str, Corroboration]:
    return checked(ROWS, SEVERAL)


@settings(max_examples=10)
@given(OTHERS, FIGURES, HEDGES, st.sampled_from(["A", "B", ""]))
def test_a_figure_of_another_key_changes_no_verdict(cells: dict[str, Any], value: str, hedge: str, side: str) -> None:
    more = observation("more", value, hedge=hedge, reporter=side, **cells)
    assert checked(ROWS, [*SEVERAL, more]) == without_more()


@settings(max_examples=12)
@given(st.lists(FIGURES, min_size=1, max_size=4), FIGURES)
def test_a_claim_agrees_exactly_where_it_meets_any_figure(values: list[str], printed: str) -> None:
    rows = [observation(f"o{place}", value, **BILLION) for place, value in enumerate(values)]
    found = one(claim("c", f"${printed} billion"), *rows)
    apart = [abs(Fraction(value) - Fraction(printed)) for value in values]
    # Unless it ends in a zero, a figure of one decimal is read as wide as a tenth.
    if not any(value.endswith("0") for value in (printed, *values)):
        assert (found.verdict == AGREES) == any(far < Fraction(1, 10) for far in apart)
    assert [row.verdict for row in found.comparisons].count(AGREES) == len(
        [row for row in found.comparisons if row.would_agree]
    )
    assert found.is_disputed == (len({row.verdict for row in found.comparisons}) == 2)


# --- dates


def with_records(*pairs: tuple[str, str, str]) -> Ledger:
    """A ledger of events with the date that the ledger has, and a record of each with its own."""
    ledger = small()
    events = [{"event_id": name, "date": date} for name, date, _ in pairs]
    records = [{"record_id": f"r-{name}", "event_id": name, "date": date} for name, _, date in pairs]
    records.append({"record_id": "alone", "event_id": "", "date": "2020-01-01"})
    frames = {"events": frame(SCHEMA["events"], events), "records": frame(SCHEMA["records"], records)}
    return Ledger(ledger.data, ledger.schema, ledger.frames | frames)


@pytest.mark.parametrize(
    ("date", "recorded", "verdict", "days"),
    [
        ("2024-12-25", "2024-12-25", AGREES, 0),
        ("2024-12", "2024-12-25", AGREES, 0),
        ("2024-12-25", "2024-12-24/2024-12-26", AGREES, 0),
        ("2024-12-25", "2024-12-27", DIFFERS, 2),
        ("2024-12-27", "2024-12-25", DIFFERS, 2),
        ("2024-12-31", "2025", DIFFERS, 1),
        ("2024-12~", "2025-01-31", AGREES, 0),  # about a month is one more each way
        ("2024-12~", "2025-02-01", DIFFERS, 1),
        ("", "2024-12-25", NOT_COMPARABLE, 0),
    ],
)
def test_a_date_agrees_where_both_can_be_of_one_day(date: str, recorded: str, verdict: str, days: int) -> None:
    found = corroborate_dates(with_records(("crash", date, recorded)))
    assert found.to_dict("records") == [
        {"event_id": "crash", "record_id": "r-crash", "date": date, "recorded": recorded, "verdict": verdict,
         "days": days}
    ]  # fmt: skip


def test_every_record_of_an_event_is_a_row_of_its_own() -> None:
    found = corroborate_dates(with_records(("a", "2024", "2024-05"), ("b", "2024", "2023"), ("c", "2024", "2025")))
    assert found["verdict"].tolist() == [AGREES, DIFFERS, DIFFERS]
    assert found["days"].tolist() == [0, 1, 1]


def test_without_records_there_are_no_dates() -> None:
    assert corroborate_dates(small()).empty
    assert corroborate_order(small()).empty


def in_order(later: list[str], earlier: list[str]) -> list[str]:
    """The verdicts on a mention that puts one event after another, each with the dates of its records."""
    ledger = with_records(*[("later", "", date) for date in later], *[("earlier", "", date) for date in earlier])
    mentions = [
        {"mention_id": "m", "event_id": "later", "after_event_id": "earlier"},
        {"mention_id": "without-order", "event_id": "later"},
        {"mention_id": "without-record", "event_id": "later", "after_event_id": "unknown"},
    ]
    frames = ledger.frames | {"mentions": frame(SCHEMA["mentions"], mentions)}
    return list(corroborate_order(Ledger(ledger.data, ledger.schema, frames))["verdict"])


@pytest.mark.parametrize(
    ("later", "earlier", "verdict"),
    [
        (["2024-12-25"], ["2024-12-24"], AGREES),
        (["2024-12-25"], ["2024-12-26"], DIFFERS),
        (["2024-12-25"], ["2024-12-25"], NOT_COMPARABLE),
        (["2024-12-25"], ["2024-12"], NOT_COMPARABLE),  # the month may lie before or after
        (["2024-12-25", "2025"], ["2024-11", "2024-12-24"], AGREES),
        (["2024-12-25", "2024-12-01"], ["2024-12-10"], NOT_COMPARABLE),  # the records of one event disagree
    ],
)
def test_an_order_agrees_where_every_record_has_it(later: list[str], earlier: list[str], verdict: str) -> None:
    assert in_order(later, earlier) == [verdict]


def test_an_order_without_records_of_both_is_not_judged() -> None:
    assert in_order(["2024"], []) == []
