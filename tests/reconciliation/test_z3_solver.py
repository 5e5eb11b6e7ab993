import itertools
from fractions import Fraction
from random import Random
from typing import Any

import portion
import pytest
import z3

from compendium.reconciliation import z3_solver
from compendium.reconciliation.constraints import ONE, Constraint
from compendium.reconciliation.z3_solver import ConstraintSystem, restrict_maximal_sets
from tests.support.small import NOT_NEGATIVE, X, Y, Z, closed, says
from tests.support.z3_bounds import optimise_bounds

ANY = portion.open(-portion.inf, portion.inf)
EQUAL = closed(0, 0)


def system(*bindings: Constraint, **domains: portion.Interval) -> ConstraintSystem:
    """A system whose quantities are not negative unless a domain is given by name."""
    quantities = dict.fromkeys(quantity for binding in bindings for quantity in binding.quantities)
    return ConstraintSystem(
        bindings, {quantity: domains.get(quantity.metric_id, NOT_NEGATIVE) for quantity in quantities}
    )


def level(name: str, low: Any, high: Any, quantity: Any = X) -> Constraint:
    return says(name, closed(low, high), quantity)


def left_to(found: ConstraintSystem, quantity: Any, *claims: str) -> portion.Interval:
    return optimise_bounds(found, claims or found.claims, [((quantity, ONE),)])[0]


# --- what can hold together


def test_levels_that_meet_in_one_value_can_hold() -> None:
    assert system(level("a", 4, 5), level("b", 5, 6)).is_feasible(["a", "b"])


def test_an_open_end_is_not_reached() -> None:
    below = says("a", portion.closedopen(Fraction(4), Fraction(5)), X)
    assert not system(below, level("b", 5, 6)).is_feasible(["a", "b"])
    assert system(below, level("b", "4.999999999999", 6)).is_feasible(["a", "b"])


def test_a_claim_that_is_not_believed_binds_nothing() -> None:
    found = system(level("a", 1, 2), level("b", 5, 6))
    assert found.is_feasible(["a"])
    assert found.is_feasible([])
    assert not found.is_feasible(["a", "b"])


def test_a_binding_of_two_claims_needs_both() -> None:
    ordered = Constraint(says("a", NOT_NEGATIVE, X).kind, ((X, ONE), (Y, -ONE)), NOT_NEGATIVE, None, ("a", "b"))
    found = system(ordered, level("x", 1, 1), level("y", 2, 2, Y))
    assert found.enumerate_sets()[0] == [("a", "b", "x", "y")]


def test_a_domain_and_an_identity_hold_always() -> None:
    assert not system(level("a", -2, -1)).is_feasible(["a"])
    assert system(level("a", -2, -1), x=ANY).is_feasible(["a"])
    same = says("", EQUAL, X, (Y, -ONE))
    assert not system(same, level("a", 1, 2), level("b", 3, 4, Y)).is_feasible(["a", "b"])


def test_a_base_is_never_zero() -> None:
    grows = says("a", closed(0, 2), X, per=Y)
    assert not system(grows, level("b", 0, 0, Y)).is_feasible(["a", "b"])
    assert system(grows, level("b", 0, 0)).is_feasible(["a", "b"])


# --- cores


def test_a_core_holds_nothing_idle() -> None:
    same, idle = says("", EQUAL, X, (Y, -ONE)), says("", NOT_NEGATIVE, X, (Z, -ONE))
    found = system(idle, same, level("a", 1, 2), level("b", 3, 4, Y), level("c", 0, 9), level("d", 0, 1, Z))
    assert found.unsat_core(found.claims) == (["a", "b"], [same])


def test_a_core_with_a_binding_besides() -> None:
    found = system(level("a", 1, 5), level("b", 0, 9, Y))
    assert found.unsat_core(["a", "b"], says("", closed(6, 7), X)) == (["a"], [])
    assert found.unsat_core(["a", "b"], says("", closed(-2, -1), X)) == ([], [])
    assert found.is_feasible(["a", "b"])  # what was asked besides is forgotten


def test_there_is_no_core_of_what_can_hold() -> None:
    found = system(level("a", 1, 5))
    with pytest.raises(ValueError, match="are consistent"):
        found.unsat_core(["a"])
    with pytest.raises(ValueError, match="are consistent"):
        found.unsat_core(["a"], says("", closed(5, 6), X))
    assert found.is_feasible(["a"])


# --- all minimal sets


def held(found: ConstraintSystem) -> None:
    """Hold what was explored against every subset of the claims."""
    minimal, maximal = found.enumerate_sets()
    subsets = [set(s) for n in range(len(found.claims) + 1) for s in itertools.combinations(found.claims, n)]
    can = [s for s in subsets if found.is_feasible(s)]
    cannot = [s for s in subsets if s not in can]
    assert sorted(minimal) == sorted(tuple(sorted(s)) for s in cannot if not any(other < s for other in cannot))
    assert {*maximal} == {frozenset(s) for s in can if not any(s < other for other in can)}
    assert len(maximal) == len({*maximal})


@pytest.mark.parametrize("seed", range(15))
def test_what_is_explored_is_what_every_subset_shows(seed: int) -> None:
    """Levels, ratios and a sum of three quantities, by chance: most of it cannot be true together."""
    chance = Random(seed)
    rows = [says("", EQUAL, Z, (X, -ONE), (Y, -ONE))]
    for name in "abcdefg"[: chance.randint(3, 7)]:
        one, other = chance.sample([X, Y, Z], 2)
        low = chance.randint(0, 5)
        read = closed(low, low + chance.randint(0, 2))
        rows.append(says(name, read, one, per=other if chance.random() < 0.3 else None))
    found = system(*rows)
    held(found)
    some = chance.sample(found.claims, chance.randint(0, len(found.claims)))
    assert restrict_maximal_sets(found.enumerate_sets()[1], some) == found.enumerate_sets(some)[1]


def test_a_seed_is_widened_by_all_that_completes_no_set_apart() -> None:
    widened = z3_solver._extend_seed
    assert widened("d", "abcd", [("a", "b"), ("c", "d")]) == ["a", "d"]
    assert widened("", "ba", [("a", "b")]) == ["b"]  # in the order given
    assert widened("", "ab", [("a",)]) == ["b"]
    assert widened("", "ab", []) == ["a", "b"]


def test_three_levels_that_differ_give_three_pairs() -> None:
    found = system(level("a", 1, 2), level("b", 3, 4), level("c", 5, 6))
    minimal, maximal = found.enumerate_sets()
    assert minimal == [("a", "b"), ("a", "c"), ("b", "c")]
    assert maximal == [frozenset("a"), frozenset("b"), frozenset("c")]


def test_two_levels_against_one_give_two_pairs() -> None:
    minimal, maximal = system(level("a", 5, 5), level("b", 5, 5), level("c", 7, 7)).enumerate_sets()
    assert minimal == [("a", "c"), ("b", "c")]
    assert maximal == [frozenset("ab"), frozenset("c")]


def test_what_can_hold_has_one_largest_set() -> None:
    assert system(level("a", 1, 5), level("b", 2, 6)).enumerate_sets() == ([], [frozenset("ab")])


def test_a_claim_that_contradicts_itself_is_a_set_of_one() -> None:
    found = system(level("a", -2, -1), level("b", 2, 6), level("c", 7, 8))
    assert found.enumerate_sets() == ([("a",), ("b", "c")], [frozenset("b"), frozenset("c")])
    assert system(level("a", -2, -1)).enumerate_sets() == ([("a",)], [frozenset()])


def test_only_the_claims_asked_for_are_explored() -> None:
    found = system(level("a", 1, 2), level("b", 3, 4), level("c", 5, 6))
    assert found.enumerate_sets(["a", "c"]) == ([("a", "c")], [frozenset("a"), frozenset("c")])
    assert found.enumerate_sets([]) == ([], [frozenset()])


def test_small_sets_stand_before_large_ones() -> None:
    summed = says("", EQUAL, Z, (X, -ONE), (Y, -ONE))
    found = system(summed, level("a", 1, 1), level("b", 1, 1, Y), level("c", 5, 5, Z), level("d", 6, 6, Z))
    assert found.enumerate_sets()[0] == [("c", "d"), ("a", "b", "c"), ("a", "b", "d")]
    held(found)


def test_sets_that_overlap_are_all_found() -> None:
    grows = says("g", closed("1.1", "1.2"), Y, per=X)
    held(system(grows, level("a", 4, 4), level("b", "4.1", "4.1"), level("c", 5, 5, Y), level("d", 4, 4, Y),
                says("h", closed("1.3", "1.4"), Y, per=X)))  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_every_minimal_and_every_largest_set_is_found(seed: int) -> None:
    # Levels and orders spread over three quantities by a fixed rule, so that conflicts of one to four claims occur.
    rows = [
        level(f"l{n}", -1 + (n * 3 + seed) % 7, -1 + (n * 3 + seed) % 7 + seed % 2, (X, Y, Z)[(n + seed) % 3])
        for n in range(5)
    ]
    rows += [
        says("o1", closed(0, 9), X, (Y, -ONE)),
        says("o2", closed(0, 9), Y, (Z, -ONE)),
        says("", closed(-9, 6), X, Y, Z),
    ]
    held(system(*rows))


def test_exploring_stops_after_so_many_sets_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [level(name, low, low) for low, name in enumerate("abcd")]
    whole = system(*rows)
    every, _ = whole.enumerate_sets()
    assert (len(every), whole.complete) == (6, True)
    monkeypatch.setattr(z3_solver, "MAX_SEEDS", 3)
    part = system(*rows)
    some, _ = part.enumerate_sets()
    assert not part.complete
    assert 0 < len(some) <= 3
    assert set(some) < set(every)


def test_the_order_of_bindings_does_not_matter() -> None:
    rows = [says("", EQUAL, Z, (X, -ONE), (Y, -ONE)), level("a", 1, 2), level("b", 1, 1, Y), level("c", 5, 5, Z),
            level("d", 2, 3), says("e", closed(2, 3), Z, per=Y)]  # fmt: skip
    expected = system(*rows).enumerate_sets()
    for order in itertools.islice(itertools.permutations(rows), 0, None, 144):
        assert system(*order).enumerate_sets() == expected


# --- what is set aside


def standing(found: ConstraintSystem, clashes: list[tuple[str, ...]]) -> set[str]:
    return set(found.claims) - {name for names in clashes for name in names}


def test_what_can_all_hold_clashes_nowhere() -> None:
    found = system(level("a", 1, 5), level("b", 2, 6))
    assert found.disjoint_unsat_cores(found.claims) == []
    assert found.disjoint_unsat_cores([]) == []


def test_claims_that_clash_are_found_without_the_rest() -> None:
    found = system(level("a", 1, 2), level("b", 3, 4), level("c", 1, 9), level("d", 1, 1, Y), level("e", 2, 2, Y))
    assert sorted(found.disjoint_unsat_cores(found.claims)) == [("a", "b"), ("d", "e")]
    assert found.disjoint_unsat_cores(["a", "c", "d"]) == []


def test_a_clash_takes_identities() -> None:
    summed = says("", EQUAL, Z, (X, -ONE), (Y, -ONE))
    found = system(summed, level("a", 1, 1), level("b", 1, 1, Y), level("c", 5, 5, Z), level("d", 0, 9, Z))
    assert found.disjoint_unsat_cores(found.claims) == [("a", "b", "c")]


def test_a_claim_that_cannot_hold_by_itself_clashes_alone() -> None:
    found = system(level("a", -2, -1), level("b", 1, 2))
    assert found.disjoint_unsat_cores(found.claims) == [("a",)]


@pytest.mark.parametrize("seed", range(4))
def test_without_what_clashes_the_rest_can_hold(seed: int) -> None:
    rows = [
        level(f"l{n}", (n * 3 + seed) % 7, (n * 3 + seed) % 7 + seed % 2, (X, Y, Z)[(n + seed) % 3]) for n in range(7)
    ]
    rows += [says("o", closed(0, 9), X, (Y, -ONE)), says("", closed(-9, 6), X, Y, Z)]
    found = system(*rows)
    clashes = found.disjoint_unsat_cores(found.claims)
    assert clashes
    assert found.is_feasible(standing(found, clashes))
    assert len([name for names in clashes for name in names]) == len(found.claims) - len(standing(found, clashes))
    minimal, _ = found.enumerate_sets()
    assert set(clashes) <= set(minimal)


# --- growing


@pytest.mark.parametrize("seed", range(6))
def test_growing_by_halves_gives_what_growing_by_one_gives(seed: int) -> None:
    rows = [level(f"l{n}", (n * 5 + seed) % 9, (n * 5 + seed) % 9 + 2, (X, Y)[n % 2]) for n in range(8)]
    found = system(*rows, says("", NOT_NEGATIVE, X, (Y, -ONE)))
    expected: set[str] = set()
    for name in found.claims:
        if found.is_feasible([*expected, name]):
            expected.add(name)
    assert found.grow([], found.claims) == expected
    assert found.grow(expected, found.claims) == expected
    assert found.grow(["l0"], []) == {"l0"}


def test_growing_asks_once_where_all_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    found, asked = system(*(level(f"l{n}", n, 20) for n in range(16))), []
    holds = found._is_satisfiable
    monkeypatch.setattr(found, "_is_satisfiable", lambda on: asked.append(len(on)) or holds(on))
    assert found.grow([], found.claims) == set(found.claims)
    assert asked == [16]


def test_what_z3_is_asked_directly_is_what_its_python_layer_says() -> None:
    found = system(level("a", 1, 2), level("b", 3, 4), level("c", 2, 3), says("", EQUAL, X, (Y, -ONE)))
    for size in range(4):
        for names in itertools.combinations("abc", size):
            on = [found._claim_switches[name] for name in names] + found._identity_switches
            assert found._is_satisfiable(on) == (found._solver.check(*on) == z3.sat)


# --- what is implied


@pytest.mark.parametrize(
    "interval",
    [
        closed(1, 2),
        portion.open(Fraction(1, 3), Fraction(2, 7) + 1),
        portion.closedopen(Fraction(0), Fraction(2)),
        portion.open(Fraction(0), Fraction(2)),
        portion.open(Fraction(1), portion.inf),
        closed(0, 0),
        portion.closedopen(Fraction(957435, 200000), portion.inf),
    ],
)
def test_an_interval_comes_back_as_it_went_in(interval: portion.Interval) -> None:
    found = left_to(system(says("a", interval, X)), X)
    assert (found, found.left, found.right) == (interval, interval.left, interval.right)


def test_without_a_claim_a_quantity_can_be_all_that_its_domain_holds() -> None:
    assert left_to(system(level("a", 1, 2)), X, "nobody") == NOT_NEGATIVE
    assert left_to(system(level("a", 1, 2), x=ANY), X, "nobody") == ANY
    assert left_to(system(level("a", 1, 2), x=closed(0, 100)), X, "nobody") == closed(0, 100)


def test_bounds_of_a_sum_of_parts_are_exact() -> None:
    found = system(
        says("", EQUAL, Z, (X, -ONE), (Y, -ONE)),
        says("a", portion.closedopen(Fraction(1, 3), Fraction(1, 2)), X),
        says("b", portion.openclosed(Fraction(1, 7), Fraction(1, 5)), Y),
    )
    assert left_to(found, Z) == portion.open(Fraction(10, 21), Fraction(7, 10))
    assert left_to(found, Z, "a") == portion.closedopen(Fraction(1, 3), portion.inf)


def test_growth_just_reaches_almost_the_figure() -> None:
    found = system(
        says("level", portion.closedopen(Fraction("4.35"), Fraction("4.45")), X),
        says("growth", portion.closedopen(Fraction("1.1005"), Fraction("1.1015")), Y, per=X),
        says("almost", closed("4.75", "4.8"), Y),
    )
    assert left_to(found, Y, "level", "growth") == portion.closedopen(Fraction("4.787175"), Fraction("4.901675"))
    assert left_to(found, Y) == closed(Fraction(957435, 200000), "4.8")
    assert left_to(found, X) == closed("4.35", Fraction(9600, 2201))
    assert optimise_bounds(found, found.claims, [((Y, ONE),)], X) == [
        portion.closedopen(Fraction("1.1005"), Fraction("1.1015")) & closed(0, Fraction(480, 435))
    ]


def test_several_sums_are_asked_at_once_each_for_itself() -> None:
    found = system(level("a", 1, 2), level("b", 3, 5, Y))
    asked = [((X, ONE),), ((X, ONE), (Y, ONE)), ((Y, ONE), (X, -ONE)), ((X, Fraction(1, 3)),)]
    assert optimise_bounds(found, "ab", asked) == [
        closed(1, 2),
        closed(4, 7),
        closed(1, 4),
        closed(Fraction(1, 3), Fraction(2, 3)),
    ]


def test_a_ratio_of_two_unknowns() -> None:
    found = system(level("a", 1, 2), says("b", portion.closedopen(Fraction(4), Fraction(5)), Y))
    assert optimise_bounds(found, "ab", [((X, ONE),)], Y) == [portion.openclosed(Fraction(1, 5), Fraction(1, 2))]
    assert optimise_bounds(found, "a", [((X, ONE),)], Y) == [portion.open(0, portion.inf)]
    assert optimise_bounds(found, "b", [((X, ONE),)], Y) == [NOT_NEGATIVE]


def test_a_ratio_to_what_may_come_near_zero_is_endless() -> None:
    found = system(level("a", 1, 2), level("b", 0, 5, Y))
    assert optimise_bounds(found, "ab", [((X, ONE),)], Y) == [portion.closedopen(Fraction(1, 5), portion.inf)]


def test_a_ratio_through_a_third_quantity_is_the_product() -> None:
    found = system(says("a", closed("1.1", "1.2"), Y, per=X), says("b", closed(2, 3), Z, per=Y))
    assert optimise_bounds(found, "ab", [((Z, ONE),)], X) == [closed("2.2", "3.6")]


def test_nothing_is_implied_by_what_cannot_hold() -> None:
    found = system(level("a", 1, 2), level("b", 3, 4))
    with pytest.raises(ValueError, match="cannot hold together"):
        optimise_bounds(found, "ab", [((X, ONE),)])
    assert left_to(found, X, "a") == closed(1, 2)


def test_nothing_can_be_measured_against_zero() -> None:
    found = system(level("a", 1, 2), level("b", 0, 0, Y))
    assert optimise_bounds(found, "ab", [((X, ONE),)], Y) == [portion.empty()]
    assert optimise_bounds(found, "a", [((X, ONE),)], Y) == [portion.open(0, portion.inf)]
