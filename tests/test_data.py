"""What holds for this ledger beyond its schema."""

import pandas as pd
import pytest

from compendium.analysis.citation_audit import OFF_TOPIC_REFERENCE
from compendium.analysis.conflicts import (
    ASSERTED_AND_DENIED,
    InconsistencyGroup,
    find_inconsistencies,
    group_inconsistencies,
)
from compendium.analysis.date_conflicts import RULES
from compendium.analysis.sensitivity import HOLDS, sensitivity
from compendium.ledger.loader import Ledger
from compendium.reconciliation.constraints import ConstraintKind
from compendium.reconciliation.reconcile import Reconciliation
from compendium.reconciliation.verdicts import NOT_COMPARABLE, SINGLE
from compendium.values import intervals
from compendium.values.periods import read_period


def test_the_hedges_of_the_schema_are_those_of_the_interval_table(ledger: Ledger) -> None:
    field = next(field for field in ledger.schema["claims"].fields if field.name == "hedge")
    assert set(field.vocabulary) | {""} == set(intervals.HEDGE_EFFECTS)


def test_every_source_contributes(ledger: Ledger) -> None:
    for table in ("claims", "mentions", "stances", "citations"):
        assert set(ledger[table]["source_id"]) == set(ledger["sources"]["source_id"]), table


def test_no_row_of_a_list_is_idle(ledger: Ledger) -> None:
    """Every event is mentioned, every proposition taken up, every metric measured, every code used."""
    assert set(ledger["events"]["event_id"]) == set(ledger["mentions"]["event_id"])
    assert set(ledger["propositions"]["proposition_id"]) == set(ledger["stances"]["proposition_id"])
    measured = {
        name
        for table in ledger.schema.values()
        if "base_metric_id" in table.columns
        for column in ("metric_id", "base_metric_id")
        for name in ledger[table.name][column]
    }
    assert set(ledger["metrics"]["metric_id"]) <= measured
    assert set(ledger["event_codes"]["code"]) <= set(ledger["events"]["code"])
    assert set(ledger["route_stops"]["route_id"]) == set(ledger["routes"]["route_id"])


def test_the_debate_is_covered(ledger: Ledger) -> None:
    assert len(ledger["propositions"]) >= 25
    assert set(ledger["propositions"]["chapter"]) == set(ledger["metrics"]["chapter"])


def test_quad_classes_follow_the_root_of_the_code(ledger: Ledger) -> None:
    for row in ledger["event_codes"].itertuples():
        root = int(row.code[:2])
        kind = "verbal" if root <= 5 or 10 <= root <= 13 else "material"
        assert row.quad_class == f"{kind}-{'cooperation' if root < 10 else 'conflict'}"


def test_an_event_date_holds_every_stated_date_of_its_mentions(ledger: Ledger) -> None:
    """A mention may be vaguer than its event or contradict it openly; it may not be more precise unnoticed."""
    events = ledger["events"].set_index("event_id")["date"]
    for mention in ledger["mentions"].itertuples():
        if mention.date and events[mention.event_id]:
            assert read_period(mention.date).overlaps(read_period(events[mention.event_id])), mention.mention_id


def test_stops_of_a_route_are_numbered_without_gaps(ledger: Ledger) -> None:
    for route, stops in ledger["route_stops"].groupby("route_id")["stop"]:
        assert sorted(stops) == list(range(1, len(stops) + 1)), route


def test_coordinates_name_their_publisher(ledger: Ledger) -> None:
    places = ledger["places"]
    assert ((places["coordinates_from"] != "") == places["latitude"].notna()).all()
    assert (places["latitude"].isna() == places["longitude"].isna()).all()


def test_every_share_of_a_whole_is_a_share(ledger: Ledger) -> None:
    claims = ledger["claims"]
    shares = claims[claims["measure"] == "share"]
    read = [intervals.read_interval(row.as_printed, row.hedge) for row in shares.itertuples()]
    assert all(found.lower <= 100 for found in read)
    assert not pd.Series([found.empty for found in read]).any()


# --- what the engine finds in it


@pytest.fixture(scope="module")
def found(reconciled_ledger: Reconciliation) -> Reconciliation:
    return reconciled_ledger


@pytest.fixture(scope="module")
def known(ledger: Ledger, found: Reconciliation) -> list[InconsistencyGroup]:
    return group_inconsistencies(ledger, find_inconsistencies(ledger, found.conflicts))


def test_every_conflict_has_been_looked_at(known: list[InconsistencyGroup], found: Reconciliation) -> None:
    assert found.complete
    assert [finding.explanation for family in known if not family.tension for finding in family.members] == []


def test_every_tension_accepts_a_conflict_that_is_there(ledger: Ledger, known: list[InconsistencyGroup]) -> None:
    assert sorted(family.name for family in known) == sorted(ledger["tensions"]["tension_id"])


def test_a_tension_expects_a_rule_by_its_name(ledger: Ledger) -> None:
    assert set(ledger["tensions"]["expect"]) <= {
        *map(str, ConstraintKind),
        *RULES,
        ASSERTED_AND_DENIED,
        OFF_TOPIC_REFERENCE,
    }


def test_no_two_conflicts_share_an_address(known: list[InconsistencyGroup]) -> None:
    assert len({family.name for family in known}) == len(known)


def test_every_conflict_is_shown_in_a_chapter_of_the_ledger(ledger: Ledger, known: list[InconsistencyGroup]) -> None:
    chapters = set(ledger["metrics"]["chapter"]) | set(ledger["events"]["chapter"])
    assert all(family.subjects & chapters for family in known)


def test_every_headline_holds_with_all_sources(ledger: Ledger) -> None:
    answers = sensitivity(ledger)
    assert set(answers["without"]) == {"", *ledger["sources"]["source_id"]}
    assert set(answers["headline_id"]) == set(ledger["headlines"]["headline_id"])
    whole = answers[answers["without"] == ""]
    assert list(whole.loc[whole["verdict"] != HOLDS, "headline_id"]) == []
    assert all(whole["claims"])


def test_every_headline_asks_for_something(ledger: Ledger) -> None:
    headlines, units = ledger["headlines"], ledger["metrics"].set_index("metric_id")["unit"]
    assert (headlines["low"].notna() | headlines["high"].notna()).all()
    ratios = headlines[headlines["over_metric_id"] != ""]
    assert (ratios["over_period"] != "").all()
    assert list(ratios["metric_id"].map(units)) == list(ratios["over_metric_id"].map(units))


def test_incomparable_reasons_are_codes_of_the_table(ledger: Ledger, found: Reconciliation) -> None:
    codes = set(ledger["reasons"]["reason"])
    assert set(ledger["incomparable"]["reason"]) <= codes
    assert {code for verdict, code in found.verdicts.values() if verdict == NOT_COMPARABLE} <= codes
    assert {code for verdict, code in found.verdicts.values() if verdict != NOT_COMPARABLE} == {""}


def test_every_reason_is_used_or_used_by_the_engine(ledger: Ledger, found: Reconciliation) -> None:
    used = {code for _, code in found.verdicts.values()}
    used |= set(ledger["incomparable"]["reason"]) | set(ledger["comparisons"]["reason"])
    assert set(ledger["reasons"]["reason"]) <= used | {"period", "population", "valuation", "reliability"}


def test_a_claim_is_set_apart_from_another_one_that_stands(ledger: Ledger) -> None:
    apart, claims = ledger["incomparable"], ledger["claims"].set_index("claim_id")
    assert (apart["claim_id"] != apart["other_claim_id"]).all()
    for column in ("claim_id", "other_claim_id"):
        assert set(claims.loc[apart[column], "rank"]) == {"normal"}


def test_every_claim_that_is_not_withdrawn_has_a_verdict(ledger: Ledger, found: Reconciliation) -> None:
    claims = ledger["claims"]
    assert list(found.verdicts) == list(claims.loc[claims["rank"] == "normal", "claim_id"])
    assert sum(verdict != SINGLE for verdict, _ in found.verdicts.values()) > len(claims) / 3


def test_no_place_lies_in_itself(ledger: Ledger) -> None:
    within = dict(zip(ledger["places"]["place_id"], ledger["places"]["within"], strict=True))
    for place in within:
        above = [place]
        while within[above[-1]]:
            above.append(within[above[-1]])
            assert len(above) == len(set(above)), above


def test_mirrors_look_at_each_other(ledger: Ledger) -> None:
    mirror = dict(zip(ledger["metrics"]["metric_id"], ledger["metrics"]["mirror_of"], strict=True))
    assert all(mirror[other] == metric for metric, other in mirror.items() if other)
