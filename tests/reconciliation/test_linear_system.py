"""The simplex method in whole numbers answers what z3's optimiser answers, and says why."""

from fractions import Fraction

import portion
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compendium.reconciliation.constraints import ONE, Constraint, ConstraintKind, ImpliedBounds, Quantity
from compendium.reconciliation.linear_system import LinearSystem
from compendium.reconciliation.z3_solver import ConstraintSystem
from tests.support.small import NOT_NEGATIVE, X, Y, Z, closed, says
from tests.support.z3_bounds import optimise_bounds

DOMAINS = {X: NOT_NEGATIVE, Y: NOT_NEGATIVE, Z: NOT_NEGATIVE}
SMALL = st.integers(0, 6).map(Fraction)
FACTOR = st.sampled_from([Fraction(1, 2), Fraction(9, 10), Fraction(1), Fraction(11, 10), Fraction(2)])
SIDES = st.sampled_from([portion.OPEN, portion.CLOSED])


def linear(*bindings: Constraint) -> LinearSystem:
    return LinearSystem(bindings, DOMAINS)


def left_to(
    found: LinearSystem, quantity: Quantity = X, per: Quantity | None = None, without: str = ""
) -> portion.Interval:
    return found.implied_bounds(((quantity, ONE),), per, without).interval


@st.composite
def intervals(draw: st.DrawFn, ends: st.SearchStrategy[Fraction]) -> portion.Interval:
    low, high = sorted((draw(ends), draw(ends)))
    if low == high:
        return portion.closed(low, high)
    endless = draw(st.integers(0, 5)) == 0
    left = draw(SIDES)
    return (
        portion.Interval.from_atomic(left, low, portion.inf, portion.OPEN)
        if endless
        else (portion.Interval.from_atomic(left, low, high, draw(SIDES)))
    )


@st.composite
def bindings(draw: st.DrawFn, name: str) -> Constraint:
    """A level, a ratio or a sum of three quantities, so that some of the systems go in circles."""
    one, other, third = draw(st.permutations([X, Y, Z]))
    kind = draw(st.sampled_from(["level", "ratio", "sum"]))
    if kind == "level":
        return Constraint(ConstraintKind.SAME, ((one, ONE),), draw(intervals(SMALL)), None, (name,))
    if kind == "ratio":
        return Constraint(ConstraintKind.MULTIPLE, ((one, ONE),), draw(intervals(FACTOR)), other, (name,))
    return Constraint(ConstraintKind.SUM, ((one, ONE), (other, -ONE), (third, -ONE)), closed(0, 0))


SYSTEMS = st.integers(1, 6).flatmap(lambda size: st.tuples(*(bindings(f"c{place}") for place in range(size))))


@given(SYSTEMS)
@settings(max_examples=50)
def test_it_answers_what_z3_answers(drawn: tuple[Constraint, ...]) -> None:
    system, found = ConstraintSystem(drawn, DOMAINS), linear(*drawn)
    assert found.is_feasible == system.is_feasible(system.claims)
    if found.is_feasible:
        for quantity in DOMAINS:
            assert [left_to(found, quantity)] == optimise_bounds(system, system.claims, [((quantity, ONE),)]), quantity
        assert [left_to(found, X, Y)] == optimise_bounds(system, system.claims, [((X, ONE),)], Y)
        for name in system.claims:
            others = set(system.claims) - {name}
            assert [left_to(found, X, None, name)] == optimise_bounds(system, others, [((X, ONE),)]), name


@given(SYSTEMS)
@settings(max_examples=80)
def test_the_reasons_are_enough(drawn: tuple[Constraint, ...]) -> None:
    found = linear(*drawn)
    if found.is_feasible:
        found_bounds = found.implied_bounds(((X, ONE),))
        interval, claims, rules = found_bounds.interval, found_bounds.claims, found_bounds.identities
        enough = [binding for binding in drawn if set(binding.claims) & set(claims) or binding in rules]
        again = left_to(linear(*enough))
        assert (again.lower, again.upper) == (interval.lower, interval.upper)  # that zero is open needs no reason


def test_a_circle_is_tight() -> None:
    """Two ways from x to y: what is left to y is what both leave."""
    found = linear(
        says("a", closed(10, 10), X),
        Constraint(ConstraintKind.MULTIPLE, ((Y, ONE),), closed("0.9", "1.1"), X, ("b",)),
        Constraint(ConstraintKind.SUM, ((Y, ONE), (X, -ONE), (Z, -ONE)), closed(0, 0)),
    )
    assert left_to(found, Y) == closed(10, 11)
    assert left_to(found, Z) == closed(0, 1)


def test_an_open_end_stays_open() -> None:
    found = linear(
        Constraint(ConstraintKind.SAME, ((X, ONE),), portion.openclosed(Fraction(1), Fraction(2)), None, ("a",))
    )
    assert left_to(found) == portion.openclosed(1, 2)
    assert found.implied_bounds(((X, ONE),)).claims == ("a",)


def test_what_nobody_bounds_needs_no_reason() -> None:
    assert linear(says("a", closed(1, 2), Y)).implied_bounds(((X, ONE),)) == ImpliedBounds(NOT_NEGATIVE, ())


def test_a_claim_left_out_for_once_is_believed_again() -> None:
    found = linear(says("a", closed(1, 2), X), says("b", closed(0, 5), X))
    assert left_to(found, without="a") == closed(0, 5)
    assert left_to(found) == closed(1, 2)


def test_nothing_is_measured_by_nothing() -> None:
    found = linear(says("a", closed(0, 0), Y), says("b", closed(1, 2), X))
    assert found.implied_bounds(((X, ONE),), Y) == ImpliedBounds(portion.empty(), ("a",))


def test_what_cannot_hold_leaves_nothing() -> None:
    found = linear(says("a", closed(1, 2), X), says("b", closed(3, 4), X))
    assert not found.is_feasible
    with pytest.raises(ValueError, match="are inconsistent"):
        found.implied_bounds(((X, ONE),))
    assert left_to(found, without="a") == closed(3, 4)


@given(SYSTEMS)
@settings(max_examples=80)
def test_no_answer_depends_on_what_was_asked_before(drawn: tuple[Constraint, ...]) -> None:
    asked = linear(*drawn)
    if asked.is_feasible:
        for quantity in (Z, Y, X):
            asked.implied_bounds(((quantity, ONE),))
            asked.implied_bounds(((quantity, -ONE),), X)
        for quantity in DOMAINS:
            assert asked.implied_bounds(((quantity, ONE),)) == linear(*drawn).implied_bounds(((quantity, ONE),)), (
                quantity
            )


WEIGHTS = st.integers(-5, 5).filter(bool).map(Fraction)


@given(SYSTEMS, st.lists(st.tuples(WEIGHTS, WEIGHTS, WEIGHTS), max_size=2), st.data())
@settings(max_examples=100)
def test_what_always_stands_can_be_solved_first(
    drawn: tuple[Constraint, ...], weights: list[tuple[Fraction, ...]], data: st.DataObject
) -> None:
    """A system answers for some of its claims what the rows of these and of all identities answer from the start."""
    sums = [Constraint(ConstraintKind.SUM, tuple(zip((X, Y, Z), by, strict=True)), closed(0, 0)) for by in weights]
    every = (*sums, *drawn)
    system = ConstraintSystem(every, DOMAINS)
    some = data.draw(st.sets(st.sampled_from(system.claims))) if system.claims else set()
    early, late = system.linear_system(some), linear(*(one for one in every if some.issuperset(one.claims)))
    assert early.is_feasible == late.is_feasible == system.is_feasible(some)
    if early.is_feasible:
        for quantity in DOMAINS:
            assert left_to(early, quantity) == left_to(late, quantity), quantity
            assert left_to(early, quantity, X) == left_to(late, quantity, X), quantity
