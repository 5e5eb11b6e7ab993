from dataclasses import replace
from fractions import Fraction
from typing import Any

import portion
import pytest

from compendium.analysis import sensitivity as of_sensitivity
from compendium.analysis.sensitivity import (
    FAILS,
    HOLDS,
    UNDECIDED,
    KeyFinding,
    sensitivity,
)
from compendium.reconciliation.constraints import ConstraintKind
from tests.support.small import NOT_NEGATIVE, SCHEMA, claim, closed, frame, growth, quantity, small

OVER = dict(over_metric_id="total", over_ref_area="A", over_counterpart_area="B", over_period="2023")


def headline(name: str = "h", **cells: Any) -> dict[str, Any]:
    """Return a headline of A's total trade with B in 2024."""
    own = {"metric_id": "total", "ref_area": "A", "counterpart_area": "B", "period": "2024"}
    return {"headline_id": name, "statement": f"Statement {name}.", "chapter": "trade"} | own | cells


def row(**cells: Any) -> dict[str, Any]:
    """Return a headline as the table holds it."""
    return dict(frame(SCHEMA["headlines"], [headline(**cells)]).to_dict("records")[0])


def found(headlines: list[dict[str, Any]], *claims: dict[str, Any]) -> list[dict[str, Any]]:
    ledger = small(*claims)
    frames = ledger.frames | {"headlines": frame(SCHEMA["headlines"], headlines)}
    return sensitivity(replace(ledger, frames=frames)).to_dict("records")


def verdicts(headlines: dict[str, Any], *claims: dict[str, Any]) -> dict[str, str]:
    """Return by source left out (`""` for none) what becomes of one headline."""
    return {answer["without"]: answer["verdict"] for answer in found([headlines], *claims)}


def two(name: str, as_printed: str, **cells: Any) -> dict[str, Any]:
    return claim(name, as_printed, source_id="two2024", **cells)


# --- what is asked


def test_a_headline_asks_for_a_quantity() -> None:
    asked = KeyFinding.from_row(row(period="2024-01/2024-12", population="women")).query
    assert asked.terms[0][0] == quantity()._replace(population="women")
    assert (asked.base, asked.kind) == (None, ConstraintKind.SAME)


def test_a_headline_asks_for_the_multiple_of_another() -> None:
    asked = KeyFinding.from_row(row(**OVER | {"over_metric_id": "first", "over_period": "2023-01/2023-12"})).query
    assert asked.base == quantity("first", "2023")
    assert asked.kind == ConstraintKind.MULTIPLE


def test_the_ends_of_a_range_are_not_in_it() -> None:
    assert KeyFinding.from_row(row(low=1)).required == portion.open(Fraction(1), portion.inf)
    assert KeyFinding.from_row(row(high=0.1)).required == portion.open(-portion.inf, Fraction(1, 10))
    assert KeyFinding.from_row(row(low=0, high=1)).required == portion.open(Fraction(0), Fraction(1))


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        (closed(2, 3), HOLDS),
        (portion.openclosed(Fraction(1), Fraction(3)), HOLDS),  # more than one, however little
        (portion.open(Fraction(1), portion.inf), HOLDS),
        (closed(1, 3), UNDECIDED),  # exactly one is no growth
        (closed("0.5", 3), UNDECIDED),
        (portion.open(-portion.inf, portion.inf), UNDECIDED),
        (closed("0.5", 1), FAILS),
        (closed(1, 1), FAILS),
        (portion.closedopen(Fraction(0), Fraction(1)), FAILS),
    ],
)
def test_an_interval_decides_a_range_or_leaves_it_open(interval: portion.Interval, verdict: str) -> None:
    assert KeyFinding.from_row(row(low=1)).verdict(interval) == verdict


# --- what becomes of it


def test_a_level_holds_fails_or_is_left_open() -> None:
    level = claim("a", "5")  # from 4.5 to less than 5.5
    assert verdicts(headline(low=4), level)[""] == HOLDS
    assert verdicts(headline(low=6), level)[""] == FAILS
    assert verdicts(headline(low=5), level)[""] == UNDECIDED
    assert verdicts(headline(high=6), level)[""] == HOLDS
    assert verdicts(headline(low=4, high=6), level)[""] == HOLDS
    assert verdicts(headline(low=4, high=5), level)[""] == UNDECIDED


def test_the_end_of_a_range_and_of_an_interval_may_meet() -> None:
    level = claim("a", "5")
    assert verdicts(headline(low=4.5), level)[""] == UNDECIDED  # it could be exactly that
    assert verdicts(headline(high=5.5), level)[""] == HOLDS  # it is less than that
    assert verdicts(headline(high=4.5), level)[""] == FAILS
    assert verdicts(headline(low=5.5), level)[""] == FAILS


def test_a_ratio_holds_fails_or_is_left_open() -> None:
    grew = headline(**OVER, low=1)
    assert verdicts(grew, growth("a", "5%"))[""] == HOLDS
    assert verdicts(grew, growth("a", "5%", low=-6, high=-4))[""] == FAILS
    assert verdicts(grew, growth("a", "0%"))[""] == UNDECIDED


def test_a_ratio_of_two_metrics_is_what_the_claims_leave() -> None:
    share = headline(**OVER | {"over_period": "2024"}, metric_id="first", low=0.5)
    (answer, *_) = found([share], claim("a", "12"), claim("b", "7", "first"))
    assert answer["interval"] == portion.open(Fraction("6.5") / Fraction("12.5"), Fraction("7.5") / Fraction("11.5"))
    assert (answer["verdict"], answer["claims"]) == (HOLDS, ["a", "b"])


def test_nothing_claimed_leaves_it_open() -> None:
    assert verdicts(headline(low=0)) == dict.fromkeys(["", "one2024", "two2024"], UNDECIDED)
    assert verdicts(headline(**OVER, low=1), claim("a", "5"))[""] == UNDECIDED
    (answer, *_) = found([headline(low=0)])
    assert (answer["interval"], answer["claims"]) == (NOT_NEGATIVE, [])


def test_a_source_that_a_headline_hangs_on_is_found() -> None:
    assert verdicts(headline(low=4), claim("a", "5")) == {"": HOLDS, "one2024": UNDECIDED, "two2024": HOLDS}


def test_a_headline_that_two_sources_bear_out_hangs_on_neither() -> None:
    assert set(verdicts(headline(low=4), claim("a", "5"), two("b", "5.2")).values()) == {HOLDS}


def test_a_headline_can_hang_on_two_sources_at_once() -> None:
    rises = growth("b", "20%", source_id="two2024")
    hangs = {"": HOLDS, "one2024": UNDECIDED, "two2024": UNDECIDED}
    assert verdicts(headline(low=5), claim("a", "5", period="2023"), rises) == hangs


def test_a_contradiction_left_out_decides_what_was_open() -> None:
    """With both, either can be right; without one of them, the other is."""
    assert verdicts(headline(low=8), claim("a", "5"), two("b", "12")) == {
        "": UNDECIDED,
        "one2024": HOLDS,
        "two2024": FAILS,
    }


def test_every_headline_is_asked_with_every_source_left_out() -> None:
    rows = found([headline("h", low=4), headline("i", metric_id="oil", low=4), headline("j", high=4)], claim("a", "5"))
    assert [(answer["without"], answer["headline_id"]) for answer in rows] == [
        (source, name) for source in ("", "one2024", "two2024") for name in "hij"
    ]
    assert [answer["verdict"] for answer in rows[:3]] == [HOLDS, UNDECIDED, FAILS]
    assert [answer["claims"] for answer in rows[:3]] == [["a"], [], ["a"]]


def test_what_takes_two_sides_to_count_alike_is_marked() -> None:
    sold = claim("a", "5", "sold", ref_area="B", counterpart_area="A")
    (answer, *_) = found([headline(metric_id="mirror", low=4)], sold)  # the headline speaks of the other side
    assert (answer["verdict"], answer["assumed"], answer["claims"]) == (HOLDS, True, ["a"])


def test_one_headline_can_be_asked_for_by_its_name() -> None:
    ledger = small(claim("a", "5"))
    rows = frame(SCHEMA["headlines"], [headline("h", low=4), headline("i", metric_id="oil", low=4)])
    ledger = replace(ledger, frames=ledger.frames | {"headlines": rows})
    held = of_sensitivity.implied_key_finding(ledger, "h")
    assert (held.interval, held.claims) == (portion.closedopen(Fraction("4.5"), Fraction("5.5")), ("a",))
    assert of_sensitivity.implied_key_finding(ledger, "i").claims == ()
    with pytest.raises(KeyError, match="headlines has no row 'j'"):
        of_sensitivity.implied_key_finding(ledger, "j")


def test_no_headlines() -> None:
    assert found([], claim("a", "5")) == []


def test_a_ratio_of_two_levels_that_nothing_else_ties_together_is_what_they_leave() -> None:
    (answer, *_) = found([headline(**OVER, low=1)], claim("a", "5"), claim("b", "3", period="2023"))
    assert answer["interval"] == portion.open(Fraction("4.5") / Fraction("3.5"), Fraction("5.5") / Fraction("2.5"))
    assert (answer["verdict"], answer["claims"]) == (HOLDS, ["a", "b"])


def test_a_year_whose_halves_are_claimed_is_what_they_leave() -> None:
    halves = claim("a", "3", period="2024-01/2024-06"), claim("b", "3", period="2024-07/2024-12")
    assert verdicts(headline(low=4), *halves)[""] == HOLDS
