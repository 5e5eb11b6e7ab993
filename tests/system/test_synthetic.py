"""Made-up ledgers: what they promise to whoever holds the reconciliation against them."""

from fractions import Fraction
from pathlib import Path

import pytest

from compendium.curation.validation import validate
from compendium.reconciliation.constraints import Constraint
from compendium.reconciliation.reconcile import build_components, constraints_from_ledger
from compendium.values.intervals import HedgeEffect
from tests.support.synthetic import KINDS, Truth, figure, world, write_ledger


def test_one_seed_is_one_ledger() -> None:
    one, same, other = (world(200, seed=seed, planted=5) for seed in (1, 1, 2))
    assert one.ledger["claims"].equals(same.ledger["claims"])
    assert one.planted == same.planted
    assert not one.ledger["claims"].equals(other.ledger["claims"])


@pytest.mark.parametrize("claims", [0, 1, 7, 40, 333])
def test_it_has_as_many_claims_as_asked_for(claims: int) -> None:
    assert len(world(claims, seed=claims).ledger["claims"]) == claims


def test_too_many_conflicts_for_too_few_claims_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 30 claims"):
        world(29, seed=1, planted=3)


def test_it_is_a_sound_ledger(tmp_path: Path) -> None:
    assert [str(problem) for problem in validate(write_ledger(world(300, seed=3, planted=30).ledger, tmp_path))] == []


def holds(binding: Constraint, truth: Truth) -> bool:
    total = sum(factor * truth.of(quantity) for quantity, factor in binding.terms)
    return total / (truth.of(binding.base) if binding.base else 1) in binding.interval


def test_every_claim_is_true() -> None:
    made = world(600, seed=4)
    known = constraints_from_ledger(made.ledger)
    claims, bound = known.claims, known.constraints
    assert all(holds(binding, made.truth) for binding in bound)
    assert {claim["hedge"] for claim in claims.values()} > {"", "almost", "more than", "up to", "about"}


def test_a_planted_conflict_has_claims_that_are_not_true() -> None:
    made = world(400, seed=5, planted=40)
    known = constraints_from_ledger(made.ledger)
    claims, bound = known.claims, known.constraints
    assert len(set(made.planted)) == 40
    false = {name for binding in bound if not holds(binding, made.truth) for name in binding.claims}
    assert all(names <= set(claims) and names & false for names in made.planted)
    assert false <= frozenset().union(*made.planted)


def test_half_of_the_claims_stand_alone_and_few_groups_are_large() -> None:
    made = world(2000, seed=6)
    bound = constraints_from_ledger(made.ledger).constraints
    sizes = [
        len({name for binding in group.constraints for name in binding.claims})
        for group in build_components(bound, made.ledger)
    ]
    assert 0.8 < sum(size == 1 for size in sizes) / 1000 < 1.2
    assert max(sizes) > 20
    assert sum(size for size in sizes if size > 6) < 200


def test_every_kind_of_small_group_can_be_spoilt() -> None:
    made = world(10 * len(KINDS["small"]), seed=7, planted=len(KINDS["small"]))
    assert sorted(map(len, made.planted)) == sorted([2, 3, 3, 2, 3, 2, 3, 3, 3, 4, 2, 2, 3, 3, 2])


@pytest.mark.parametrize(
    ("value", "unit", "digits", "effect", "printed"),
    [
        (Fraction(4_449_000_000), "USD", 2, HedgeEffect.BARE, "$4.4 billion"),
        (Fraction(4_450_000_000), "USD", 2, HedgeEffect.BARE, "$4.5 billion"),
        (Fraction(4_401_000_000), "USD", 2, HedgeEffect.BELOW, "$4.5 billion"),
        (Fraction(4_499_000_000), "USD", 2, HedgeEffect.ABOVE, "$4.4 billion"),
        (Fraction(38), "person", 3, HedgeEffect.BARE, "38"),
        (Fraction(1234), "person", 2, HedgeEffect.AROUND, "1200"),
        (Fraction(7, 300), "percent", 2, HedgeEffect.BARE, "0.023%"),
        (Fraction(9996, 1000), "times", 3, HedgeEffect.BARE, "10.00 times"),
    ],
)
def test_a_value_as_printed(value: Fraction, unit: str, digits: int, effect: HedgeEffect, printed: str) -> None:
    assert figure(value, unit, digits, effect) == printed
