"""The order of events: what sources claim of it, what contradicts them, what came after, how acts sum up."""

import pytest

from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.orders import open_orders
from compendium.display.chapter.shelf import Shelf
from tests.support.small import SCHEMA, frame, small

ACTORS = [{"actor_id": "A", "name": "Aland", "kind": "state", "area": "A", "colour": 1}]
EVENTS = [
    {"event_id": "early", "name": "They meet", "date": "2023-05", "date_basis": "stated", "code": "04",
     "actor_id": "A", "target_id": "A"},
    {"event_id": "late", "name": "They quarrel", "date": "2024-03", "date_basis": "stated", "code": "11",
     "actor_id": "A", "target_id": "A"},
    {"event_id": "undated", "name": "They talk", "date": "", "date_basis": "unknown", "code": "04"},
]  # fmt: skip
CODES = [
    {"code": "04", "name": "consult", "goldstein": 1.0, "quad_class": "verbal cooperation"},
    {"code": "11", "name": "disapprove", "goldstein": -2.0, "quad_class": "verbal conflict"},
]
MENTIONS = [
    {"mention_id": f"m.{event}-{other}-{date}", "event_id": event, "source_id": "one2024", "paragraph": 3,
     "scope": "body", "says": "Says so", "date": date, "after_event_id": other}
    for event, other, date in (("late", "early", ""), ("early", "late", ""), ("late", "early", "2022"),
                               ("undated", "early", ""), ("early", "", ""))
]  # fmt: skip
RECORDS = [
    {"record_id": f"r.{event}", "event_id": event, "name": event, "date": date, "label": "conflict",
     "actor_area": "A", "target_area": "B", "publisher": "Press", "address": "", "quality": "page"}
    for event, date in (("early", "2023-05-02"), ("late", "2024-03-04"))
]  # fmt: skip


@pytest.fixture(scope="module")
def ledger() -> OpenLedger:
    tables = {"actors": ACTORS, "events": EVENTS, "event_codes": CODES, "mentions": MENTIONS, "records": RECORDS}
    return OpenLedger(Shelf(small().with_tables(**{name: frame(SCHEMA[name], rows) for name, rows in tables.items()})))


def test_orders_that_dates_contradict(ledger: OpenLedger) -> None:
    orders = open_orders(ledger)
    assert len(orders) == 4
    assert orders.broken().ids == ["m.early-late-", "m.late-early-2022"], "a date of its own comes before the event's"
    shown = str(orders.broken().table("Broken").data)
    assert "Broken" in shown and "2022, after May 2023" in shown and "¶ 3" in shown


def test_orders_with_records_of_both(ledger: OpenLedger) -> None:
    recorded = open_orders(ledger).recorded()
    assert recorded.split("verdict", ["agrees", "differs"])[1].ids == ["m.early-late-"]
    assert "m.undated-early-" not in recorded.ids and recorded.first.recorded == "2024-03-04"


def test_records_after_some_dates(ledger: OpenLedger) -> None:
    assert ledger.records().after("2022", "2023-05-02").ids == ["r.late"]
    assert len(ledger.records().after("2023-05-01")) == 2 and len(ledger.records().after("2024")) == 0


def test_scores_of_all_acts(ledger: OpenLedger) -> None:
    assert ledger.events().summed_scores("all").loc["all"].to_dict() == {"cooperation": 2.0, "conflict": -2.0}
