"""A dossier says of a claim what reading, reconciliation and corroboration say, and nothing else."""

import json
from fractions import Fraction

import portion
import pytest

from compendium.analysis.corroboration import Corroboration
from compendium.display.claim_records import ClaimRecord, build_claim_records
from compendium.ledger.claims import competing_figures, read_claims
from compendium.ledger.loader import Ledger
from compendium.reconciliation.reconcile import Reconciliation
from compendium.reconciliation.verdicts import CORROBORATION_VERDICTS, IN_CONFLICT, RECONCILIATION_VERDICTS, WITHDRAWN


@pytest.fixture(scope="module")
def found(ledger: Ledger) -> dict[str, ClaimRecord]:
    return build_claim_records(ledger)


def test_there_is_a_dossier_for_every_claim_in_the_order_of_the_table(
    found: dict[str, ClaimRecord], ledger: Ledger
) -> None:
    assert list(found) == list(ledger["claims"]["claim_id"])


def interval_ends(interval: portion.Interval) -> str:
    return ("[" if interval.left is portion.CLOSED else "(") + ("]" if interval.right is portion.CLOSED else ")")


def test_verdicts_are_those_of_the_analyses(
    found: dict[str, ClaimRecord], reconciled_ledger: Reconciliation, corroborated_ledger: dict[str, Corroboration]
) -> None:
    for name, one in found.items():
        assert one["reconciled"]["verdict"] == reconciled_ledger.verdicts[name][0]
        assert one["checked"]["verdict"] == corroborated_ledger[name].verdict
        assert len(one["checked"]["held"]) == len(corroborated_ledger[name].comparisons)
    assert {one["reconciled"]["verdict"] for one in found.values()} == set(RECONCILIATION_VERDICTS)
    assert {one["checked"]["verdict"] for one in found.values()} == set(CORROBORATION_VERDICTS)


def test_the_ends_of_the_interval_are_exact(found: dict[str, ClaimRecord], ledger: Ledger) -> None:
    for row in read_claims(ledger).to_dict("records"):
        one, interval = found[row["claim_id"]], row["interval"]
        for end, exact in (("low", interval.lower), ("high", interval.upper)):
            assert (one[end] == "") == (not isinstance(exact, Fraction | int)), row["claim_id"]
            if one[end]:
                assert Fraction(one[end]) == exact, row["claim_id"]
        assert one["ends"] == interval_ends(interval), row["claim_id"]


def test_a_claim_in_conflict_names_a_conflict_and_its_rule(found: dict[str, ClaimRecord]) -> None:
    conflicting = [one["reconciled"] for one in found.values() if one["reconciled"]["verdict"] == IN_CONFLICT]
    assert conflicting
    assert all(one["conflicts"] and one["rule"] and one["explanation"] for one in conflicting)


def test_rivals_name_each_other_and_agree_on_whether_both_can_hold(
    found: dict[str, ClaimRecord], ledger: Ledger
) -> None:
    pairs = {(name, own["claim_id"]): own["together"] for name, one in found.items() for own in one["rivals"]}
    assert set(pairs.values()) <= {"both can hold", "not both can hold", "not comparable"}
    assert pairs
    assert all(pairs[other, name] == together for (name, other), together in pairs.items())
    for name, other in pairs:
        apart = "not comparable" in {found[one]["reconciled"]["verdict"] for one in (name, other)}
        assert (pairs[name, other] == "not comparable") == apart
    assert {name for name, _ in pairs} == {
        name for row in competing_figures(read_claims(ledger))["claim_ids"] for name in row
    }


def test_a_dossier_is_made_of_plain_objects(found: dict[str, ClaimRecord]) -> None:
    assert json.loads(json.dumps(found)) == found


def test_nothing_is_held_against_a_withdrawn_claim(ledger: Ledger) -> None:
    claims = ledger["claims"]
    name = claims["claim_id"].iloc[0]
    claims.loc[claims["claim_id"] == name, ["rank", "rank_reason"]] = ["deprecated", "misread"]
    one = build_claim_records(ledger.with_tables(claims=claims))[name]
    assert one["reconciled"]["verdict"] == one["checked"]["verdict"] == WITHDRAWN
    assert one["checked"]["held"] == one["rivals"] == one["reconciled"]["conflicts"] == []
