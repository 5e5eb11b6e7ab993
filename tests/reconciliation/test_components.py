import itertools
from fractions import Fraction
from typing import Any

import portion
import pytest

from compendium.reconciliation import components, z3_solver
from compendium.reconciliation.components import (
    Component,
    Conflict,
    Solution,
    component_conflicts,
    query_bounds,
    solve_component,
)
from compendium.reconciliation.constraints import ONE, Constraint, ConstraintKind, ImpliedBounds
from compendium.reconciliation.z3_solver import ConstraintSystem
from tests.support.small import NOT_NEGATIVE, X, Y, Z, closed, says, unknown

SUM = says("", closed(0, 0), Z, (X, -ONE), (Y, -ONE))
MIRROR = Constraint(ConstraintKind.MIRROR, ((X, ONE), (Y, -ONE)), closed(0, 0), assumed=True)


def group(*bindings: Constraint, forecasts: str = "") -> Component:
    quantities = dict.fromkeys(quantity for binding in bindings for quantity in binding.quantities)
    return Component(bindings, dict.fromkeys(quantities, NOT_NEGATIVE), frozenset(forecasts))


def level(name: str, low: Any, high: Any, quantity: Any = X) -> Constraint:
    return says(name, closed(low, high), quantity)


def sets(found: Solution) -> list[tuple[str, ...]]:
    return [conflict.claims for conflict in found.conflicts]


# --- without conflict


def test_a_group_without_conflict_has_bounds_and_tests() -> None:
    found = solve_component(group(level("a", 4, 6), level("b", 5, 7)))
    assert found.conflicts == ()
    assert found.bounds == {X: ImpliedBounds(closed(5, 6), ("a", "b"))}
    assert {name: test.implied_by_others.interval for name, test in found.checks.items()} == {
        "a": closed(5, 7),
        "b": closed(4, 6),
    }


def test_a_circle_is_solved_too() -> None:
    found = solve_component(group(says("g", closed(2, 3), Y, per=X), says("d", closed(4, 4), Y, (X, -ONE))))
    assert found.conflicts == ()
    assert found.bounds[X].interval == closed(2, 4)  # from 2x = x + 4 down to 3x = x + 4
    assert found.bounds[X].claims == ("d", "g")
    assert found.bounds[Y].interval == closed(6, 8)
    assert found.checks["d"].implied_by_others.interval == portion.open(0, portion.inf)  # what more than doubles gains
    assert found.checks["g"].implied_by_others.interval == portion.open(1, portion.inf)  # what gains grows


# --- conflicts


def test_three_levels_that_differ_give_three_pairs() -> None:
    found = solve_component(group(level("a", 1, 2), level("b", 3, 4), level("c", 5, 6)))
    assert sets(found) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found.checks == {}


def test_two_levels_against_one_give_two_pairs() -> None:
    assert sets(solve_component(group(level("a", 5, 5), level("b", 5, 5), level("c", 7, 7)))) == [
        ("a", "c"),
        ("b", "c"),
    ]


def test_half_open_intervals_that_touch_are_in_conflict_and_closed_ones_are_not() -> None:
    bare = says("a", portion.closedopen(Fraction("4.35"), Fraction("4.45")), X)
    assert sets(solve_component(group(bare, says("b", portion.closedopen(Fraction("4.45"), Fraction("4.55")), X)))) == [
        ("a", "b")
    ]
    almost = level("a", "4.35", "4.4")
    assert sets(solve_component(group(almost, level("b", "4.4", "4.5")))) == []


def test_a_conflict_needs_each_of_its_claims() -> None:
    rows = (SUM, level("a", 1, 1), level("b", 1, 1, Y), level("c", 5, 5, Z), level("d", 6, 6, Z), level("e", 0, 9, Z))
    whole = group(*rows)
    system = ConstraintSystem(rows, whole.domains)
    found = sets(solve_component(whole))
    assert found == [("c", "d"), ("a", "b", "c"), ("a", "b", "d")]
    for claims in found:
        assert not system.is_feasible(claims)
        assert all(system.is_feasible(rest) for rest in itertools.combinations(claims, len(claims) - 1))


def test_a_conflict_names_the_identities_it_takes() -> None:
    idle = says("", NOT_NEGATIVE, Z, (unknown("w"), -ONE))
    found = solve_component(
        group(SUM, idle, level("a", 1, 1), level("b", 1, 1, Y), level("c", 5, 5, Z), level("d", 7, 7, Z))
    )
    assert [(conflict.claims, conflict.identities) for conflict in found.conflicts] == [
        (("c", "d"), ()),
        (("a", "b", "c"), (SUM,)),
        (("a", "b", "d"), (SUM,)),
    ]


def test_a_level_shows_a_conflict_better_than_a_ratio() -> None:
    grows = says("z", closed("1.1", "1.2"), Y, per=X)
    (conflict,) = solve_component(group(grows, level("a", 4, 4), level("b", 9, 9, Y))).conflicts
    assert conflict.check.claim in ("a", "b")
    assert (conflict.check.implied_by_others.interval & conflict.check.constraint.interval).empty


def test_the_latest_period_shows_a_conflict_best() -> None:
    before, after = X._replace(period="2023"), X._replace(period="2024")
    grows = says("g", closed("1.1", "1.2"), after, per=before)
    (conflict,) = solve_component(group(grows, level("z", 4, 4, before), level("b", 9, 9, after))).conflicts
    assert conflict.check.claim == "b"
    assert conflict.check.implied_by_others == ImpliedBounds(closed("4.4", "4.8"), ("g", "z"))


def test_a_claim_beside_a_conflict_is_held_against_what_is_left() -> None:
    found = solve_component(group(level("a", 1, 2), level("b", 5, 6), level("c", 0, 9)))
    assert sets(found) == [("a", "b")]
    assert found.checks["c"].implied_by_others == ImpliedBounds(closed(1, 6), ("a", "b"))
    assert set(found.checks) == {"c"}


def test_a_claim_that_cannot_be_true_by_itself_is_a_conflict_of_one() -> None:
    (conflict,) = solve_component(group(level("a", -2, -1), level("b", 1, 2))).conflicts
    assert conflict.claims == ("a",)
    assert conflict.check.claim == "a"


def test_growth_over_nothing_is_a_conflict() -> None:
    found = solve_component(group(says("g", closed("1.1", "1.2"), Y, per=X), level("a", 0, 0)))
    assert sets(found) == [("a", "g")]


def test_growth_to_nothing_is_a_conflict() -> None:
    found = solve_component(group(says("g", closed("1.1", "1.2"), Y, per=X), level("a", 0, 0, Y)))
    assert sets(found) == [("a", "g")]
    assert found.conflicts[0].check.implied_by_others.interval == closed(0, 0)


# --- bounds where claims are in conflict


def test_bounds_are_what_holds_whichever_claim_gives_way() -> None:
    found = solve_component(group(level("a", 1, 2), level("b", 5, 6)))
    assert found.bounds[X] == ImpliedBounds(closed(1, 6), ("a", "b"))
    found = solve_component(
        group(says("a", portion.open(Fraction(1), Fraction(2)), X), level("b", 5, 6), level("c", 0, "5.5"))
    )
    assert found.bounds[X].interval == portion.openclosed(1, Fraction("5.5"))


def test_bounds_span_all_that_can_hold_together() -> None:
    grows = says("g", closed(2, 2), Y, per=X)
    found = solve_component(group(grows, level("a", 1, 2), level("b", 5, 6), level("c", 20, 30, Y)))
    assert sets(found) == [("a", "b"), ("a", "c", "g"), ("b", "c", "g")]
    assert found.bounds[X].interval == closed(1, 15)  # a, or b, or c with g
    assert found.bounds[Y].interval == closed(2, 30)
    found = solve_component(group(grows, level("a", 1, 2), level("c", 20, 30, Y)))
    assert found.bounds[X].interval == closed(1, 15)  # without g, x is that of a; without a, that of c
    assert found.bounds[Y].interval == closed(2, 30)


def test_an_end_that_one_world_lacks_is_no_end() -> None:
    more, less = says("a", portion.open(Fraction(5), portion.inf), X), level("b", 0, 3)
    assert solve_component(group(more, less)).bounds[X].interval == NOT_NEGATIVE
    assert solve_component(group(more, less, level("c", 1, 9))).bounds[X].interval == closed(1, 9)


def seven(*more: Constraint) -> Component:
    """Seven quantities of two levels each that cannot both be true: 128 ways to decide."""
    parts = [unknown(f"p{n}") for n in range(7)]
    pairs = [level(f"{side}{n}", low, low, part) for n, part in enumerate(parts) for side, low in (("a", 1), ("b", 2))]
    return group(says("", closed(0, 0), Z, *((part, -ONE) for part in parts)), *pairs, *more)


def test_with_too_many_worlds_bounds_rest_on_what_is_undisputed() -> None:
    found = solve_component(seven(level("z", 0, 20, Z), level("y", 5, 30, Z)))
    assert sets(found) == [(f"a{n}", f"b{n}") for n in range(7)]
    assert found.bounds[Z] == ImpliedBounds(closed(5, 20), ("y", "z"))
    assert found.bounds[unknown("p0")].interval == closed(0, 20)
    assert set(found.checks) == {"y", "z"}


def test_with_too_many_worlds_no_larger_set_is_called_the_smallest_that_gives_way() -> None:
    found = solve_component(seven(level("z", 0, 20, Z), level("y", 5, 30, Z)))
    assert all(len(way) == 7 for way in found.minimum_removals)  # one of each pair, or nothing said at all


def test_with_as_many_worlds_as_are_looked_at_bounds_are_the_hull(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (level("a", 1, 2), level("b", 5, 6), level("c", 0, 5))
    assert len(ConstraintSystem(rows, {X: NOT_NEGATIVE}).enumerate_sets()[1]) == 2
    monkeypatch.setattr(components, "MAX_CONSISTENT_SETS", 2)
    assert solve_component(group(*rows)).bounds[X].interval == closed(1, 5)
    monkeypatch.setattr(components, "MAX_CONSISTENT_SETS", 1)
    found = solve_component(group(*rows))
    assert found.bounds[X] == ImpliedBounds(closed(0, 5), ("c",))
    assert sets(found) == [("a", "b")]


def test_with_too_many_sets_to_look_through_what_is_found_is_not_called_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (*(level(name, low, low) for low, name in enumerate("abcd")), level("e", 0, 9))
    assert solve_component(group(*rows)).complete
    monkeypatch.setattr(z3_solver, "MAX_SEEDS", 2)
    found = solve_component(group(*rows))
    assert not found.complete
    assert 0 < len(found.conflicts) <= 2
    shown = [conflict.check for conflict in found.conflicts]
    assert all((test.constraint.interval & test.implied_by_others.interval).empty for test in shown)


def test_what_gives_way_is_as_little_as_can_be() -> None:
    found = solve_component(group(level("a", 5, 5), level("b", 5, 5), level("c", 7, 7)))
    assert found.minimum_removals == (frozenset("c"),)
    assert found.bounds[X].interval == closed(5, 5)
    found = solve_component(group(level("a", 1, 2), level("b", 5, 6), level("c", 20, 30)))
    assert set(found.minimum_removals) == {frozenset("ab"), frozenset("bc"), frozenset("ac")}
    assert found.bounds[X].interval == closed(1, 30)
    assert solve_component(group(level("a", 1, 2), level("b", 2, 6))).minimum_removals == ()


# --- forecasts


def test_a_forecast_gives_way_to_the_past() -> None:
    found = solve_component(group(level("a", 1, 2), level("f", 5, 6), level("c", "1.5", 3), forecasts="f"))
    assert sets(found) == [("a", "f"), ("c", "f")]
    assert found.bounds[X] == ImpliedBounds(closed("1.5", 2), ("a", "c"))
    assert set(found.checks) == {"a", "c"}


def test_a_forecast_that_nothing_contradicts_counts() -> None:
    found = solve_component(group(level("a", 1, 5), level("f", 4, 6), forecasts="f"))
    assert found.bounds[X] == ImpliedBounds(closed(4, 5), ("a", "f"))


def test_claims_about_the_past_that_differ_stay_in_conflict_beside_a_forecast() -> None:
    found = solve_component(group(level("a", 1, 2), level("b", 3, 4), level("f", 5, 6), forecasts="f"))
    assert sets(found) == [("a", "b"), ("a", "f"), ("b", "f")]
    assert found.bounds[X] == ImpliedBounds(closed(1, 4), ("a", "b"))


def test_of_two_forecasts_neither_gives_way_to_the_other() -> None:
    # No claim about the past contradicts either, so that what holds is the hull of both.
    found = solve_component(group(level("e", 1, 2), level("f", 5, 6), forecasts="ef"))
    assert sets(found) == [("e", "f")]
    assert found.bounds[X] == ImpliedBounds(closed(1, 6), ("e", "f"))


# --- assumed identities


def test_an_assumed_identity_carries_a_value_where_no_other_does() -> None:
    found = solve_component(group(MIRROR, level("a", 1, 2)))
    assert found.conflicts == ()
    assert found.bounds[Y] == ImpliedBounds(closed(1, 2), ("a",), (MIRROR,))
    assert found.bounds[Y].assumed
    assert not found.bounds[X].assumed


def test_what_holds_without_an_assumed_identity_is_not_narrowed_by_it() -> None:
    found = solve_component(group(MIRROR, level("a", 1, 4), level("b", 3, 6, Y)))
    assert found.conflicts == ()
    assert found.bounds == {X: ImpliedBounds(closed(1, 4), ("a",)), Y: ImpliedBounds(closed(3, 6), ("b",))}
    assert found.checks["a"].implied_by_others == ImpliedBounds(closed(3, 6), ("b",), (MIRROR,))


def test_an_assumed_identity_that_claims_contradict_is_set_aside() -> None:
    found = solve_component(group(MIRROR, level("a", 1, 2), level("b", 3, 4, Y)))
    (conflict,) = found.conflicts
    assert (conflict.claims, conflict.identities, conflict.assumed) == (("a", "b"), (MIRROR,), True)
    assert found.bounds == {X: ImpliedBounds(closed(1, 2), ("a",)), Y: ImpliedBounds(closed(3, 4), ("b",))}
    assert found.checks == {}


def test_a_conflict_that_holds_without_the_assumption_is_not_told_twice() -> None:
    found = solve_component(group(MIRROR, level("a", 1, 2), level("c", 5, 6), level("b", 8, 9, Y)))
    assert [(conflict.claims, conflict.assumed) for conflict in found.conflicts] == [
        (("a", "c"), False),
        (("a", "b"), True),
        (("b", "c"), True),
    ]
    assert found.bounds[X].interval == closed(1, 6)


# --- questions


def test_a_question_is_answered_from_the_claims() -> None:
    rows = group(level("a", 1, 2), level("b", 4, 5, Y), says("d", closed(0, 9), Y, (X, -ONE)))
    ratio = Constraint(ConstraintKind.MULTIPLE, ((Y, ONE),), NOT_NEGATIVE, X)
    difference = Constraint(ConstraintKind.DIFFERENCE, ((Y, ONE), (X, -ONE)), NOT_NEGATIVE)
    assert query_bounds(rows, [ratio, difference]) == [
        ImpliedBounds(closed(2, 5), ("a", "b")),
        ImpliedBounds(closed(2, 4), ("a", "b")),
    ]


def test_a_question_is_answered_with_the_hull_where_claims_are_in_conflict() -> None:
    rows = group(level("a", 1, 1), level("c", 2, 2), level("b", 4, 4, Y), says("d", NOT_NEGATIVE, Y, (X, -ONE)))
    assert query_bounds(rows, [Constraint(ConstraintKind.MULTIPLE, ((Y, ONE),), NOT_NEGATIVE, X)]) == [
        ImpliedBounds(closed(2, 4), ("a", "b", "c"))
    ]


def test_a_question_falls_back_on_an_assumed_identity() -> None:
    (answer,) = query_bounds(
        group(MIRROR, level("a", 1, 2)), [Constraint(ConstraintKind.SAME, ((Y, ONE),), NOT_NEGATIVE)]
    )
    assert answer == ImpliedBounds(closed(1, 2), ("a",), (MIRROR,))


def test_conflicts_alone_are_those_of_the_whole_answer() -> None:
    for rows in (
        group(level("a", 1, 2), level("b", 3, 4)),
        group(level("a", 1, 3), level("b", 3, 4)),
        group(MIRROR, level("a", 1, 2), level("b", 3, 4, Y)),
        group(level("a", 1, 2), level("f", 3, 4), forecasts="f"),
    ):
        found: tuple[Conflict, ...] = component_conflicts(rows)
        assert found == solve_component(rows).conflicts


# --- explored once


def test_groups_that_differ_in_anything_are_explored_each_for_itself() -> None:
    """What is kept from one is no answer for another: an end, a domain, a forecast, an assumption, a name."""
    below = says("a", portion.closedopen(Fraction(1), Fraction(2)), X)
    assert sets(solve_component(group(below, level("b", 2, 3)))) == [("a", "b")]
    assert sets(solve_component(group(level("a", 1, 2), level("b", 2, 3)))) == []
    assert sets(solve_component(group(below, level("c", 2, 3)))) == [("a", "c")]
    assert solve_component(group(level("a", 1, 1), level("f", 5, 5))).minimum_removals == (
        frozenset("f"),
        frozenset("a"),
    )
    assert solve_component(group(level("a", 1, 1), level("f", 5, 5), forecasts="f")).minimum_removals == (
        frozenset("f"),
    )
    rows = level("a", -1, -1), says("b", closed(0, 9), X)
    assert component_conflicts(Component(rows, {X: NOT_NEGATIVE}))[0].claims == ("a",)
    assert component_conflicts(Component(rows, {X: components.UNBOUNDED}))[0].claims == ("a", "b")


def test_what_was_kept_is_what_is_found_anew() -> None:
    rows = (SUM, level("a", 1, 1), level("b", 1, 1, Y), level("c", 5, 5, Z), level("d", 6, 6, Z))
    question = says("", NOT_NEGATIVE, Z)
    kept = [solve_component(group(*rows)), component_conflicts(group(*rows)), query_bounds(group(*rows), [question])]
    components._analyse.cache_clear()
    assert [
        query_bounds(group(*rows), [question]),
        component_conflicts(group(*rows)),
        solve_component(group(*rows)),
    ] == kept[::-1]


def test_a_question_changes_no_answer_to_another() -> None:
    rows = (SUM, level("a", 1, 1), level("b", 1, 1, Y), level("c", 5, 5, Z))
    vacuous = says("", components.UNBOUNDED, Z)
    assert components.analyse_component(group(*rows)) is components.analyse_component(group(SUM, vacuous, *rows[1:]))
    claimed = says("v", components.UNBOUNDED, Z)
    assert components.analyse_component(group(*rows, claimed)).certain_system.claims == ["a", "b", "c", "v"]


def test_clashes_are_those_of_the_bindings_asked_about() -> None:
    assert components.disjoint_component_conflicts(group(level("a", 1, 2), level("b", 3, 4))) == [("a", "b")]
    assert components.disjoint_component_conflicts(group(level("a", 1, 3), level("b", 3, 4))) == []
