"""Which claims of a conflict would have to give way if the observations of one side hold."""

from typing import Any

import pytest

from compendium.analysis.resolution import (
    Resolution,
    consistent_observations,
    reliable_observations,
    resolve_conflicts,
)
from compendium.ledger.observations import add_observations_as_claims
from compendium.reconciliation.reconcile import disjoint_conflict_claims, find_conflicts
from tests.support.small import claim, growth, observation, shuffled, small

BILLION = {"unit": "billion USD"}
TWO = (claim("four", "$4.0 billion"), claim("six", "$6.0 billion"))
CIRCLE = (claim("before", "$4.4 billion", period="2023"), growth("grown", "10.1%"), claim("after", "$7.0 billion"))
"""[4.35, 4.45) grown by [10.05, 10.15) % is [4.787…, 4.901…), and seven billion is not."""


def beside(claims: Any, *observations: dict[str, Any], **tables: Any) -> list[Resolution]:
    ledger = small(*claims, observations=observations, **tables)
    return resolve_conflicts(ledger, find_conflicts(ledger))


def only(claims: Any, *observations: dict[str, Any], **tables: Any) -> Resolution:
    (found,) = beside(claims, *observations, **tables)
    return found


def giving(found: Resolution) -> list[list[str]]:
    return [sorted(names) for names in found.minimum_removals]


def test_an_observation_settles_a_conflict_of_two() -> None:
    found = only(TWO, observation("o", "6.0", **BILLION))
    assert (found.conflict.claims, found.side) == (("four", "six"), "A")
    assert giving(found) == [["four"]]
    assert found.is_narrowed
    assert (found.relevant_observations, found.contradicting_observations) == (("o",), {"four": ("o",)})


def test_an_observation_that_both_can_hold_beside_settles_nothing() -> None:
    found = only(TWO, observation("o", "3.0", "first", **BILLION))  # a part of the total
    assert giving(found) == [["four"], ["six"]]
    assert not found.is_narrowed
    assert (found.relevant_observations, found.contradicting_observations) == (("o",), {})


def test_an_observation_that_neither_can_hold_beside_takes_both() -> None:
    found = only(TWO, observation("o", "9.0", **BILLION))
    assert giving(found) == [["four", "six"]]
    assert found.is_narrowed
    assert found.contradicting_observations == {"four": ("o",), "six": ("o",)}


def test_an_observation_of_one_link_narrows_a_chain() -> None:
    found = only(CIRCLE, observation("o", "4.40", period="2023", **BILLION))
    assert giving(found) == [["after"], ["grown"]]  # no longer the level that the observation confirms
    assert found.is_narrowed
    assert found.contradicting_observations == {}  # by itself it contradicts none of them


def test_observations_contradict_a_claim_together() -> None:
    rows = observation("o", "4.40", period="2023", **BILLION), observation("p", "4.85", **BILLION)
    found = only(CIRCLE, *rows)
    assert giving(found) == [["after"]]
    assert found.contradicting_observations == {"after": ("p",)}
    rows = observation("o", "4.40", period="2023", **BILLION), observation("p", "7.0", **BILLION)
    assert giving(only(CIRCLE, *rows)) == [["grown"]]
    assert only(CIRCLE, *rows).contradicting_observations == {"grown": ("o", "p")}  # 59 %, for which it takes both


def test_parts_settle_a_conflict_of_the_whole() -> None:
    parts = [observation(name, "2.00", name, **BILLION) for name in ("first", "second")]
    found = only(TWO, *parts)
    assert giving(found) == [["six"]]
    assert found.contradicting_observations == {"six": ("first", "second")}


def test_each_side_settles_for_itself() -> None:
    rows = observation("a", "4.0", **BILLION), observation("b", "6.0", reporter="B", **BILLION)
    found = beside(TWO, *rows)
    assert [(one.side, giving(one), one.relevant_observations) for one in found] == [
        ("A", [["six"]], ("a",)),
        ("B", [["four"]], ("b",)),
    ]


def test_a_publisher_of_no_side_stands_beside_each_side() -> None:
    rows = [
        observation("n", "2.00", "first", reporter="", **BILLION),
        observation("a", "2.00", "second", **BILLION),
        observation("b", "4.00", "second", reporter="B", **BILLION),
    ]
    found = beside(TWO, *rows)
    assert [(one.side, giving(one), one.relevant_observations) for one in found] == [
        ("A", [["six"]], ("a", "n")),
        ("B", [["four"]], ("b", "n")),
    ]


@pytest.mark.parametrize(
    "row",
    [
        observation("o", "6.0", ref_area="C", **BILLION),
        observation("o", "6.0", period="2022", **BILLION),
        observation("o", "6.0", period="", **BILLION),
        observation("o", "6.0", obs_status="low reliability", **BILLION),
        observation("o", "", obs_status="missing", note="nobody counts", **BILLION),
    ],
)
def test_where_nothing_bears_on_a_conflict_any_claim_of_it_can_give_way(row: dict[str, Any]) -> None:
    found = only(TWO, row)
    assert (found.side, found.relevant_observations, found.contradicting_observations) == ("", (), {})
    assert giving(found) == [["four"], ["six"]]
    assert not found.is_narrowed


def test_observations_that_contradict_each_other_settle_nothing() -> None:
    rows = [observation("a", "4.0", **BILLION), observation("b", "6.0", **BILLION)]
    assert only(TWO, *rows).side == ""
    part = observation("c", "3.00", "first", **BILLION)
    found = only(TWO, *rows, part)
    assert (found.relevant_observations, found.is_narrowed) == (("c",), False)


def test_what_contradicts_itself_is_set_aside_and_the_rest_is_firm() -> None:
    rows = [
        observation("a", "4.0", **BILLION),
        observation("b", "6.0", **BILLION),
        observation("c", "3.00", "first", **BILLION),
        observation("d", "6.0", reporter="B", **BILLION),
        observation("e", "5", reporter="", counterpart_area="C"),
        observation("f", "9.0", obs_status="low reliability", **BILLION),
    ]
    ledger = small(observations=rows)
    assert list(reliable_observations(ledger, "A").index) == ["a", "b", "c", "e"]
    alone = add_observations_as_claims(ledger, reliable_observations(ledger, "A"), replace_claims=True)
    assert disjoint_conflict_claims(alone) == {"a", "b"}
    assert list(consistent_observations(ledger, "A").index) == ["c", "e"]
    assert list(consistent_observations(ledger, "B").index) == ["d", "e"]


def test_parts_above_their_whole_are_set_aside_with_it() -> None:
    rows = [observation("whole", "3.0", **BILLION), observation("part", "5.00", "first", **BILLION)]
    assert consistent_observations(small(observations=rows), "A").empty


def test_a_conflict_between_two_sides_taken_for_one_flow_is_not_settled() -> None:
    texts = (
        claim("sold", "$4.0 billion", "sold"),
        claim("bought", "$6.0 billion", "mirror", ref_area="B", counterpart_area="A"),
    )
    ledger = small(*texts, observations=[observation("o", "4.0", "sold", **BILLION)])
    conflicts = find_conflicts(ledger)
    assert [one.assumed for one in conflicts] == [True]
    assert resolve_conflicts(ledger, conflicts) == []


def test_without_conflicts_nothing_is_settled() -> None:
    assert beside(TWO[:1], observation("o", "6.0", **BILLION)) == []


def test_conflicts_are_settled_each_for_itself() -> None:
    more = claim("other", "$1.0 billion", ref_area="C"), claim("rival", "$2.0 billion", ref_area="C")
    found = beside((*TWO, *more), observation("o", "6.0", **BILLION))
    assert [(one.conflict.claims, one.side) for one in found] == [(("four", "six"), "A"), (("other", "rival"), "")]


@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_rows_settles_nothing(seed: int) -> None:
    rows = [
        observation("a", "4.40", period="2023", **BILLION),
        observation("b", "7.0", reporter="B", **BILLION),
        observation("c", "3.00", "first", **BILLION),
    ]
    ledger = small(*CIRCLE, *TWO, observations=rows)
    again = shuffled(ledger, seed)

    def told(one: Resolution) -> Any:
        return (
            one.conflict.claims,
            one.side,
            one.minimum_removals,
            one.relevant_observations,
            one.contradicting_observations,
        )

    assert [told(one) for one in resolve_conflicts(again, find_conflicts(again))] == [
        told(one) for one in resolve_conflicts(ledger, find_conflicts(ledger))
    ]
