"""Cards: each says what is known of a row, in plain HTML, and takes no markup from a cell."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from compendium.analysis.conflicts import find_inconsistencies, group_inconsistencies
from compendium.analysis.explanations import Names
from compendium.analysis.sensitivity import sensitivity
from compendium.display.cards import hover as hover_cards
from compendium.display.claim_records import build_claim_records
from compendium.display.mime_types import CARDS, Cards
from compendium.display.outputs import RichOutput
from compendium.ledger.events import read_events
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.reconciliation.reconcile import Reconciliation


@pytest.fixture(scope="module")
def kinds(ledger: Ledger, reconciled_ledger: Reconciliation) -> dict[str, Cards]:
    names = Names.from_ledger(ledger)
    return {
        "claims": hover_cards.claim_hover_cards(build_claim_records(ledger)),
        "events": hover_cards.event_hover_cards(read_events(ledger), ledger["mentions"], ledger["sources"]),
        "sources": hover_cards.source_hover_cards(ledger["sources"], {}),
        "observations": hover_cards.observation_hover_cards(read_observations(ledger), names),
        "conflicts": hover_cards.conflict_hover_cards(
            group_inconsistencies(ledger, find_inconsistencies(ledger, reconciled_ledger.conflicts))
        ),
        "citations": hover_cards.citation_hover_cards(ledger["citations"], ledger["sources"]),
        "headlines": hover_cards.key_finding_hover_cards(sensitivity(ledger), ledger),
        "implied": hover_cards.implied_hover_cards(reconciled_ledger, names),
    }


def words(card: str) -> str:
    return " ".join(BeautifulSoup(card, "html.parser").text.split())


def test_every_row_of_each_kind_has_a_card(kinds: dict[str, Cards], ledger: Ledger) -> None:
    for name, table in (("claims", "claims"), ("events", "events"), ("sources", "sources"), ("headlines", "headlines")):
        assert set(kinds[name]) == set(ledger[table].iloc[:, 0])
    assert set(kinds["observations"]) == set(read_observations(ledger).index)
    assert all(cards for cards in kinds.values())


def test_a_card_is_a_few_paragraphs_that_begin_with_what_it_is_of(kinds: dict[str, Cards]) -> None:
    for kind, cards in kinds.items():
        for name, one in cards.items():
            soup = BeautifulSoup(one["card"], "html.parser")
            assert {tag.name for tag in soup.find_all(recursive=False)} == {"p"}, (kind, name)
            assert soup.p and soup.p.strong and soup.p.strong.text.strip(), (kind, name)
            assert len(words(one["card"])) < 1200, (kind, name)
            assert not soup.find_all(style=True) and not soup.find_all(id=True)


def test_the_card_of_a_claim_answers_who_says_so_and_how_it_stands(ledger: Ledger, kinds: dict[str, Cards]) -> None:
    for name, one in build_claim_records(ledger).items():
        said = words(kinds["claims"][name]["card"])
        for part in (
            one["figure"], f"read as {one['read_as']}", one["measures"], one["when"], one["author"], one["said"],
            f"¶ {one['paragraph']}", f"credits {one['origin'] or 'nobody'}", f"Reliability {one['reliability']}",
            f"Among the claims: {one['reconciled']['verdict']}", f"Independent figures: {one['checked']['verdict']}",
            *(own["figure"] for own in one["rivals"]),
        ):  # fmt: skip
            assert " ".join(part.split()) in said, (name, part)
        if one["reconciled"]["rule"] not in ("", "none"):
            assert f"({one['reconciled']['rule']})" in said


def test_the_text_of_a_computed_quantity_is_its_range(kinds: dict[str, Cards]) -> None:
    for kind in ("headlines", "implied", "observations"):
        for name, one in kinds[kind].items():
            assert one["text"] and words(one["card"]).startswith(" ".join(one["text"].split())), name


EVIL = "<script>alert(1)</script>“&quot;"


def spoilt(ledger: Ledger, table: str, column: str) -> Ledger:
    frame = ledger[table]
    frame[column] = EVIL
    return ledger.with_tables(**{table: frame})


@pytest.mark.parametrize(
    ("table", "column", "made"),
    [
        (
            "events",
            "name",
            lambda own: hover_cards.event_hover_cards(read_events(own), own["mentions"], own["sources"]),
        ),
        (
            "mentions",
            "says",
            lambda own: hover_cards.event_hover_cards(read_events(own), own["mentions"], own["sources"]),
        ),
        ("sources", "title", lambda own: hover_cards.source_hover_cards(own["sources"], {})),
        ("sources", "author", lambda own: hover_cards.citation_hover_cards(own["citations"], own["sources"])),
        ("citations", "title", lambda own: hover_cards.citation_hover_cards(own["citations"], own["sources"])),
        ("citations", "about_reason", lambda own: hover_cards.citation_hover_cards(own["citations"], own["sources"])),
        (
            "metrics",
            "name",
            lambda own: hover_cards.observation_hover_cards(read_observations(own), Names.from_ledger(own)),
        ),
        ("claims", "origin", lambda own: hover_cards.claim_hover_cards(build_claim_records(own))),
    ],
)
def test_markup_in_a_cell_stays_text(ledger: Ledger, table: str, column: str, made: Callable[[Ledger], Cards]) -> None:
    cards = [one["card"] for one in made(spoilt(ledger, table, column)).values()]
    assert any("&lt;script&gt;" in card for card in cards)
    assert not any("<script" in card for card in cards)


def test_cards_are_kept_beside_what_a_cell_shows() -> None:
    shown = hover_cards.with_cards(
        RichOutput("<p>rows</p>").add_form("text/csv", "a\n"), {"x": {"text": "1", "card": "<p>1</p>"}}
    )
    assert shown._repr_mimebundle_() == {
        "text/html": "<p>rows</p>", "text/csv": "a\n", CARDS: {"x": {"text": "1", "card": "<p>1</p>"}}
    }  # fmt: skip
