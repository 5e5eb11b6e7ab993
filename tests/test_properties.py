"""What must hold of the reconciliation whatever the claims: held against made-up ledgers whose truth is known."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compendium import trees
from compendium.groups import Group
from compendium.ledger import Ledger
from compendium.reconcile import CONSISTENT, IN_CONFLICT, bound_by, groups, reconcile
from compendium.solver import System
from compendium.synthetic import Made, world

CONSISTENT_LEDGERS = st.builds(world, st.integers(10, 40), seed=st.integers(0, 10**6))


def without(ledger: Ledger, place: int) -> Ledger:
    claims = ledger["claims"].drop(index=place).reset_index(drop=True)
    return replace(ledger, frames={**ledger.frames, "claims": claims})


@given(CONSISTENT_LEDGERS)
@settings(max_examples=15)
def test_true_claims_are_never_in_conflict_and_their_truth_lies_in_every_bound(made: Made) -> None:
    found = reconcile(made.ledger)
    assert found.conflicts == ()
    assert IN_CONFLICT not in {verdict for verdict, _ in found.verdicts.values()}
    for quantity, implied in found.bounds.items():
        assert made.truth.of(quantity) in implied.interval, quantity
    for test in found.tests.values():
        total = sum(factor * made.truth.of(quantity) for quantity, factor in test.binding.terms)
        base = made.truth.of(test.binding.per) if test.binding.per else Fraction(1)
        assert total / base in test.others.interval, test.claim
        assert found.verdicts[test.claim] == (CONSISTENT, "")


@given(CONSISTENT_LEDGERS, st.data())
@settings(max_examples=10)
def test_one_more_claim_never_widens_a_bound(made: Made, data: st.DataObject) -> None:
    fewer = without(made.ledger, data.draw(st.integers(0, len(made.ledger["claims"]) - 1)))
    after, before = reconcile(made.ledger).bounds, reconcile(fewer).bounds
    for quantity, implied in before.items():
        if not implied.assumed:  # what is only assumed gives way to what surely follows, be it less
            assert after[quantity].interval in implied.interval, quantity


@pytest.mark.parametrize("seed", range(4))
def test_every_planted_conflict_is_found_and_none_invented(seed: int) -> None:
    made = world(170, seed=seed, planted=17)
    found = [frozenset(conflict.claims) for conflict in reconcile(made.ledger).conflicts]
    assert sorted(map(sorted, found)) == sorted(map(sorted, made.planted))


@given(CONSISTENT_LEDGERS)
@settings(max_examples=15)
def test_trees_and_the_solver_agree(made: Made) -> None:
    for group in groups(bound_by(made.ledger)[1], made.ledger):
        found = trees.solve(group.bindings, group.domains)
        if found:
            agree(group, *found)


def agree(group: Group, bounds: dict, tests: dict) -> None:
    system = System(group.bindings, group.domains)
    asked = system.implied(system.claims, [((quantity, Fraction(1)),) for quantity in bounds])
    assert [answer[0] for answer in bounds.values()] == asked
    for name, (binding, answer) in tests.items():
        others = [other for other in system.claims if other not in binding.claims or other == name and False]
        assert [answer[0]] == system.implied(others, [binding.terms], binding.per), name
