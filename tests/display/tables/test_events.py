from bs4 import BeautifulSoup

from compendium.display.tables import events as event_tables
from compendium.ledger.events import read_events
from compendium.ledger.loader import Ledger


def soup(shown: object) -> BeautifulSoup:
    return BeautifulSoup(str(getattr(shown, "data")), "html.parser")  # noqa: B009


def body(shown: object) -> list[str]:
    return [row.get_text(" ", strip=True) for row in soup(shown).select("tbody tr")]


def test_every_mention_is_shown_with_its_event(small: Ledger) -> None:
    shown = event_tables.mentions_table(read_events(small), small["mentions"], small["sources"], "c")
    text = soup(shown).get_text()
    assert all(says in text for says in small["mentions"]["says"])


def test_passages_keep_the_order_asked_for(small: Ledger) -> None:
    events = read_events(small).set_index("event_id", drop=False).loc[["harvest-strike-ends", "grain-treaty"]]
    found = body(event_tables.passages_table(events, small["mentions"], small["sources"], "c"))
    assert [row.split(" ")[0] for row in found] == [name.split(" ")[0] for name in events["name"]]
