"""What holds for this ledger beyond its schema."""

import pandas as pd
import pytest

from compendium import intervals
from compendium.ledger import Ledger, load
from compendium.periods import span


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load()


def test_the_hedges_of_the_schema_are_those_of_the_interval_table(ledger: Ledger) -> None:
    field = next(field for field in ledger.schema["claims"].fields if field.name == "hedge")
    assert set(field.vocabulary) | {""} == set(intervals.EFFECTS)


def test_every_source_contributes(ledger: Ledger) -> None:
    for table in ("claims", "mentions", "stances", "citations"):
        assert set(ledger[table]["source_id"]) == set(ledger["sources"]["source_id"]), table


def test_no_row_of_a_list_is_idle(ledger: Ledger) -> None:
    """Every event is mentioned, every proposition taken up, every metric measured, every code used."""
    assert set(ledger["events"]["event_id"]) == set(ledger["mentions"]["event_id"])
    assert set(ledger["propositions"]["proposition_id"]) == set(ledger["stances"]["proposition_id"])
    claims = ledger["claims"]
    assert set(ledger["metrics"]["metric_id"]) <= set(claims["metric_id"]) | set(claims["base_metric_id"])
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
            assert span(mention.date).overlaps(span(events[mention.event_id])), mention.mention_id


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
    read = [intervals.interval(row.as_printed, row.hedge) for row in shares.itertuples()]
    assert all(found.lower <= 100 for found in read)
    assert not pd.Series([found.empty for found in read]).any()
