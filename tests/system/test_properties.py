"""What must hold of the reconciliation whatever the claims: held against made-up ledgers whose truth is known."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compendium.ledger.loader import Ledger
from compendium.reconciliation.components import Component, solve_component
from compendium.reconciliation.constraints import ONE
from compendium.reconciliation.reconcile import build_components, constraints_from_ledger, reconcile
from compendium.reconciliation.verdicts import CONSISTENT, IN_CONFLICT
from compendium.reconciliation.z3_solver import ConstraintSystem
from tests.support.synthetic import RARELY, world
from tests.support.z3_bounds import optimise_bounds

SIZES, SEEDS = st.integers(10, 40), st.integers(0, 10**6)


def without(ledger: Ledger, place: int) -> Ledger:
    claims = ledger["claims"].drop(index=place).reset_index(drop=True)
    return replace(ledger, frames={**ledger.frames, "claims": claims})


@given(SIZES, SEEDS)
@settings(max_examples=15)
def test_true_claims_are_never_in_conflict_and_the_truth_lies_in_every_bound(claims: int, seed: int) -> None:
    made = world(claims, seed=seed)
    found = reconcile(made.ledger)
    assert found.conflicts == ()
    assert IN_CONFLICT not in {verdict for verdict, _ in found.verdicts.values()}
    for quantity, implied in found.bounds.items():
        assert made.truth.of(quantity) in implied.interval, quantity
    for test in found.checks.values():
        total = sum(factor * made.truth.of(quantity) for quantity, factor in test.constraint.terms)
        base = made.truth.of(test.constraint.base) if test.constraint.base else Fraction(1)
        assert total / base in test.implied_by_others.interval, test.claim
        assert found.verdicts[test.claim] == (CONSISTENT, "")


@given(SIZES, SEEDS, st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_one_more_claim_never_widens_a_bound(claims: int, seed: int, random: Random) -> None:
    ledger = world(claims, seed=seed).ledger
    after, before = reconcile(ledger).bounds, reconcile(without(ledger, random.randrange(claims))).bounds
    for quantity, implied in before.items():
        if not implied.assumed:  # what is only assumed gives way to what surely follows, be it less
            assert after[quantity].interval in implied.interval, quantity


@pytest.mark.parametrize("seed", range(4))
def test_every_planted_conflict_is_found_and_none_invented(seed: int) -> None:
    made = world(300, seed=seed, planted=RARELY)  # one of every kind of small group, and one in a large group
    found = [frozenset(conflict.claims) for conflict in reconcile(made.ledger).conflicts]
    assert sorted(map(sorted, found)) == sorted(map(sorted, made.planted))


@given(SIZES, SEEDS)
@settings(max_examples=12)
def test_every_group_implies_what_z3_says(claims: int, seed: int) -> None:
    ledger = world(claims, seed=seed).ledger
    for group in build_components(constraints_from_ledger(ledger).constraints, ledger):
        if not any(binding.assumed for binding in group.constraints):
            agree(group)


def agree(group: Component) -> None:
    system, found = ConstraintSystem(group.constraints, group.domains), solve_component(group)
    for quantity, implied in found.bounds.items():
        assert optimise_bounds(system, system.claims, [((quantity, ONE),)]) == [implied.interval], quantity
    for name, test in found.checks.items():
        others = set(system.claims) - {name}
        assert optimise_bounds(system, others, [test.constraint.terms], test.constraint.base) == [
            test.implied_by_others.interval
        ], name
