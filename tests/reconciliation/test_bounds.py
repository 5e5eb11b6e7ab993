"""What a group of claims without contradiction implies, held against z3's own optimiser, case by case."""

from fractions import Fraction
from random import Random

import portion
import pytest

from compendium.reconciliation.components import Component, Solution, solve_component
from compendium.reconciliation.constraints import ONE, Constraint, ImpliedBounds, Quantity
from compendium.reconciliation.z3_solver import ConstraintSystem
from tests.support.small import NOT_NEGATIVE, X, Y, Z, closed, says, unknown
from tests.support.z3_bounds import optimise_bounds

ANY = portion.open(-portion.inf, portion.inf)
EQUAL = closed(0, 0)
W = unknown("w")
ABOVE = portion.open(Fraction(2), portion.inf)
SUM = says("", EQUAL, Z, (X, -ONE), (Y, -ONE))
PART = says("", NOT_NEGATIVE, Z, (W, -ONE))


def interval(text: str) -> portion.Interval:
    """Read `[1,2)` as the interval of two decimals; an empty place is endless."""
    low, high = text[1:-1].split(",")
    return portion.Interval.from_atomic(
        portion.CLOSED if text[0] == "[" else portion.OPEN,
        Fraction(low) if low else -portion.inf,
        Fraction(high) if high else portion.inf,
        portion.CLOSED if text[-1] == "]" else portion.OPEN,
    )


def level(name: str, text: str, quantity: Quantity = X) -> Constraint:
    return says(name, interval(text), quantity)


def ratio(name: str, text: str, above: Quantity = Y, below: Quantity = X) -> Constraint:
    return says(name, interval(text), above, per=below)


def domains(bindings: list[Constraint], **own: portion.Interval) -> dict[Quantity, portion.Interval]:
    quantities = dict.fromkeys(quantity for binding in bindings for quantity in binding.quantities)
    return {quantity: own.get(quantity.metric_id, NOT_NEGATIVE) for quantity in quantities}


CASES: dict[str, list[Constraint]] = {
    "one level": [level("a", "[4.35,4.45)")],
    "one open level": [level("a", "(4,5)")],
    "one endless level": [level("a", "(4,)")],
    "a level of zero": [level("a", "[0,0]")],
    "a level from zero": [level("a", "[0,0.5)")],
    "a level that the domain cuts": [level("a", "(,5]")],
    "levels that share an interval": [level("a", "[4,5)"), level("b", "(4.5,6]"), level("c", "[1,9]")],
    "levels that share one value": [level("a", "[4,5]"), level("b", "[5,6]")],
    "growth just possible": [level("a", "[4.35,4.45)"), ratio("b", "[1.1005,1.1015)"), level("c", "[4.75,4.8]", Y)],
    "growth over growth": [ratio("a", "[1.05,1.15)"), ratio("b", "[1.15,1.25)", Z, Y), level("c", "[1,2)", Z)],
    "growth from an unknown base": [ratio("a", "[1.05,1.15)"), level("b", "[0,3)", Y)],
    "growth to nothing": [ratio("a", "[0,0.5]"), level("b", "[0,0]", Y), level("c", "[2,3]")],
    "growth to perhaps nothing": [ratio("a", "[0,0.5)"), level("b", "[2,3)")],
    "growth above nothing": [ratio("a", "(0,0.5)"), level("b", "[2,3)")],
    "growth without end": [ratio("a", "(1.3,)"), level("b", "[2,3]")],
    "growth without end from nothing": [ratio("a", "(1.3,)"), level("b", "[0,3]")],
    "growth without end to an end": [ratio("a", "(1.3,)"), level("b", "[2,3]", Y)],
    "a base that may be zero": [ratio("a", "[1.05,1.15)"), level("b", "[0,3]")],
    "nothing but growth": [ratio("a", "[1.05,1.15)")],
    "a share": [ratio("a", "[0.25,0.35)"), level("b", "(3.5,)"), level("c", "[1,2]", Y)],
    "two bases": [ratio("a", "[1,2)"), ratio("b", "(3,4]", Y, Z), level("c", "[5,6]", Z), level("d", "[9,)")],
    "a sum": [SUM, level("a", "[2.5,3.5)"), level("b", "(1.5,2.5]", Y), level("c", "[1,9]", Z)],
    "a sum of which a part is unknown": [SUM, level("a", "[2.5,3.5)"), level("c", "[1,9]", Z)],
    "a sum that leaves nothing": [SUM, level("a", "[3,4]"), level("c", "[1,3]", Z)],
    "a sum without an end": [SUM, level("a", "(2,)"), level("c", "(1,)", Z)],
    "a part of a sum": [SUM, PART, level("a", "[4,5)", W), level("b", "[0,3)"), level("c", "[6,7]", Z)],
    "a part of what nobody counted": [SUM, PART, level("a", "(4,5)", W)],
    "a growing part of a sum": [SUM, ratio("g", "[1.1,1.2)", X, W), level("a", "[1,2)", W), level("b", "(,9)", Z)],
    "a difference": [says("d", interval("[0.5,1.5)"), X, (Y, -ONE)), level("a", "[3.5,4.5)", Y), level("b", "[5,9]")],
    "a direction": [says("d", NOT_NEGATIVE, X, (Y, -ONE)), level("a", "[3,4]", Y), level("b", "[2,5]")],
    "answers": [says("", interval("(,100]"), X, Y, Z), level("a", "[76.5,77.5)"), level("b", "(20,100]", Y)],
    "factors": [says("d", interval("(1,7)"), (X, Fraction(3)), (Y, Fraction(-1, 2))), level("a", "[2,3)", Y)],
}  # fmt: skip


def ends(found: portion.Interval) -> tuple[object, object]:
    """The two ends of an interval; that a base is above zero can open them, and needs no reason."""
    return (found.lower, found.upper)


def solved(bindings: list[Constraint], **own: portion.Interval) -> Solution:
    return solve_component(Component(tuple(bindings), domains(bindings, **own)))


def held(bindings: list[Constraint], **own: portion.Interval) -> None:
    """Hold what a group implies against what z3 says, openness of ends included."""
    known, found = domains(bindings, **own), solved(bindings, **own)
    assert found.conflicts == ()
    system = ConstraintSystem(bindings, known)
    sums = [((quantity, ONE),) for quantity in known]
    expected = dict(zip(known, optimise_bounds(system, system.claims, sums), strict=True))
    assert {quantity: implied.interval for quantity, implied in found.bounds.items()} == expected
    for quantity, implied in found.bounds.items():
        # The claims and identities it names are enough by themselves.
        named = [one for one in bindings if set(implied.claims).intersection(one.claims) or one in implied.identities]
        enough = optimise_bounds(ConstraintSystem(named, known), implied.claims, [((quantity, ONE),)])[0]
        assert ends(enough) == ends(implied.interval), quantity
    for name in system.claims:
        (binding,) = (binding for binding in bindings if name in binding.claims)
        others = optimise_bounds(system, set(system.claims) - {name}, [binding.terms], binding.base)[0]
        if name in found.checks:
            assert found.checks[name].constraint is binding
            assert found.checks[name].implied_by_others.interval == others, name
            assert name not in found.checks[name].implied_by_others.claims
        else:  # nothing but domains bears on it
            assert ends(others) == ends(
                optimise_bounds(ConstraintSystem(bindings, known), (), [binding.terms], binding.base)[0]
            ), name


@pytest.mark.parametrize("name", CASES)
def test_a_group_implies_what_z3_says(name: str) -> None:
    held(CASES[name])


@pytest.mark.parametrize("name", ["a sum", "a difference", "a direction", "factors", "a sum without an end"])
def test_so_do_quantities_that_can_be_negative(name: str) -> None:
    held(CASES[name], x=ANY, y=ANY, z=ANY)


@pytest.mark.parametrize("name", ["answers", "a sum of which a part is unknown", "levels that share one value"])
def test_so_do_quantities_with_a_greatest_value(name: str) -> None:
    held(CASES[name], x=closed(0, 100), y=closed(0, 100), z=closed(0, 100))


@pytest.mark.parametrize("name", [name for name, bindings in CASES.items() if len(bindings) > 1])
def test_the_order_of_bindings_changes_no_interval(name: str) -> None:
    one, other = (solved(order) for order in (CASES[name], CASES[name][::-1]))
    assert {quantity: implied.interval for quantity, implied in one.bounds.items()} == {
        quantity: implied.interval for quantity, implied in other.bounds.items()
    }
    assert {claim: test.implied_by_others.interval for claim, test in one.checks.items()} == {
        claim: test.implied_by_others.interval for claim, test in other.checks.items()
    }


def test_a_bound_names_the_claims_that_put_it_there() -> None:
    found = solved(CASES["growth just possible"])
    assert found.bounds[X] == ImpliedBounds(portion.closed(Fraction("4.35"), Fraction(9600, 2201)), ("a", "b", "c"))
    assert found.bounds[Y] == ImpliedBounds(portion.closed(Fraction("4.787175"), Fraction("4.8")), ("a", "b", "c"))
    left = portion.closedopen(Fraction("4.787175"), Fraction("4.901675"))
    assert found.checks["c"].implied_by_others == ImpliedBounds(left, ("a", "b"))
    assert found.checks["b"].implied_by_others.claims == ("a", "c")


def test_an_idle_claim_is_not_named() -> None:
    found = solved(CASES["levels that share an interval"])
    assert found.bounds[X] == ImpliedBounds(portion.open(Fraction("4.5"), Fraction(5)), ("a", "b"))


def test_a_bound_names_the_identities_it_takes() -> None:
    found = solved(CASES["a sum of which a part is unknown"])
    assert found.bounds[Y] == ImpliedBounds(portion.closed(0, Fraction("6.5")), ("a", "c"), (SUM,))
    assert found.bounds[X] == ImpliedBounds(portion.closedopen(Fraction("2.5"), Fraction("3.5")), ("a",))


@pytest.mark.parametrize("name", ["one level", "nothing but growth", "a base that may be zero"])
def test_a_claim_on_which_no_other_bears_has_no_test(name: str) -> None:
    assert solved(CASES[name]).checks == {}


# --- contradictions, and groups grown by chance


@pytest.mark.parametrize(
    "bindings",
    [
        [level("a", "[1,2]"), level("b", "[3,4]")],
        [level("a", "[1,2)"), level("b", "[2,3]")],
        [level("a", "[-2,-1]")],
        [SUM, level("a", "[3,4]"), level("c", "[1,2]", Z)],
        [ratio("a", "[1,2]"), level("b", "[0,0]")],
        [ratio("a", "[1,2]"), level("b", "[0,0]", Y)],
        [ratio("a", "[1,2]"), ratio("b", "[1,2]", Z, Y), level("c", "[5,6]", Z), level("d", "[1,1]")],
    ],
)
def test_a_contradiction_is_found(bindings: list[Constraint]) -> None:
    assert solved(bindings).conflicts
    assert not ConstraintSystem(bindings, domains(bindings)).is_feasible([name for b in bindings for name in b.claims])


def grown(seed: int) -> list[Constraint]:
    """Bindings of up to ten quantities: at each step a binding hangs a new quantity on an old one, or bounds one."""
    chance, quantities, bindings = Random(seed), [X], []
    for step in range(chance.randint(2, 5)):
        name, old, new = f"c{step}", chance.choice(quantities), unknown(f"q{step}")
        one, other = chance.sample([old, new], 2)
        low = Fraction(chance.randint(0, 6), chance.choice([1, 2, 3]))
        read = portion.Interval.from_atomic(
            chance.choice([portion.OPEN, portion.CLOSED]),
            low,
            low + Fraction(chance.randint(1, 9), 2) if chance.random() < 0.8 else portion.inf,
            portion.OPEN,
        )
        bindings.append(
            chance.choice(
                [
                    says(name, read, one, per=other),
                    says("", NOT_NEGATIVE, one, (other, -ONE)),
                    says("", EQUAL, one, (other, -ONE), (unknown(f"p{step}"), -ONE)),
                    says(name, read, one, (other, Fraction(chance.choice([-1, -2, 3]), 2))),
                ]
            )
        )
        quantities.append(new)
        if chance.random() < 0.7:
            bindings.append(says(f"l{step}", read, chance.choice(quantities)))
    return bindings


@pytest.mark.parametrize("seed", range(40))
def test_a_group_grown_by_chance_implies_what_z3_says(seed: int) -> None:
    bindings = grown(seed)
    claims = [name for binding in bindings for name in binding.claims]
    if ConstraintSystem(bindings, domains(bindings)).is_feasible(claims):
        held(bindings)
    else:
        assert solved(bindings).conflicts
