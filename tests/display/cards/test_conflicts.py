from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from compendium.analysis.conflicts import InconsistencyGroup, group_inconsistencies
from compendium.display.cards import conflicts as conflict_cards
from compendium.display.cards.conflicts import NO_CONFLICTS, NOT_REVIEWED
from compendium.ledger.loader import Ledger
from tests.support.small import METRICS, SCHEMA, SOURCES, claim, frame, growth, small

RATES = (growth("one2024.low", "1.2%", paragraph=4), growth("two2024.high", "18%", source_id="two2024"))
EVENTS = (
    {"event_id": "fire", "name": "The fire", "date": "2023-06", "chapter": "trade"},
    {"event_id": "flood", "name": "The <u>flood</u>", "date": "2023-05", "chapter": "trade"},
)
MENTION = {"mention_id": "one2024.flood.p1", "event_id": "flood", "source_id": "one2024", "paragraph": 1,
           "scope": "body", "after_event_id": "fire", "says": "Says <u>what</u> came after"}  # fmt: skip
PROPOSITION = {"proposition_id": "warm", "chapter": "trade", "statement": "It gets <u>warm</u>."}
STANCES = tuple(
    {"proposition_id": "warm", "source_id": "one2024", "paragraph": paragraph, "scope": "body", "stance": kind,
     "says": f"It {kind} <u>that</u>"} for paragraph, kind in ((9, "asserts"), (2, "denies"))
)  # fmt: skip
CITATIONS = (
    {"citation_id": "one2024.cite", "source_id": "one2024", "paragraph": 2, "scope": "body", "kind": "in-text",
     "as_printed": "[<u>1</u>]", "marker": "1", "entry_id": "one2024.ref", "about": "other",
     "cited_for": "a <u>sum</u>", "about_reason": "It is about <u>C</u>."},
    {"citation_id": "one2024.ref", "source_id": "one2024", "paragraph": 9, "scope": "reference", "kind": "entry",
     "as_printed": "1. <u>Entry</u>", "marker": "1", "title": "The <u>title</u>"},
)  # fmt: skip
TENSION = {
    "tension_id": "rates", "title": "Two <u>rates</u>", "items": "one2024.low; two2024.high",
    "expect": "growth over a base", "would_give": "One <u>would</u> give.", "reason": "Both <u>stand</u>.",
}  # fmt: skip
TABLES: dict[str, Sequence[dict[str, Any]]] = {
    "events": EVENTS, "mentions": [MENTION], "propositions": [PROPOSITION], "stances": STANCES, "citations": CITATIONS,
    "metrics": [{"unit": "USD", "kind": "flow", "minimum": 0, "chapter": "trade"} | row
                for row in ({"metric_id": "total", "name": "Total <u>trade</u>"}, *METRICS[1:])],
    "sources": [SOURCES[0] | {"author": "Ann <u>One</u>"}, *SOURCES[1:]],
}  # fmt: skip


def having(*claims: dict[str, Any], **rows: Sequence[dict[str, Any]]) -> Ledger:
    ledger = small(*claims)
    return replace(ledger, frames=ledger.frames | {name: frame(SCHEMA[name], own) for name, own in rows.items()})


def soup(ledger: Ledger, **how: Any) -> BeautifulSoup:
    return BeautifulSoup(
        conflict_cards.conflict_cards(group_inconsistencies(ledger), ledger, **how).data, "html.parser"
    )


def shown(ledger: Ledger, title: str, **how: Any) -> Tag:
    """Return the card of a title."""
    (card,) = [card for card in soup(ledger, **how).find_all("article") if card.h3.text == title]
    return card


def links(card: Tag) -> list[tuple[str, str]]:
    return [(link.text, link["href"]) for link in card.find_all("a")]


def items(card: Tag) -> list[str]:
    return [row.text for row in card.ul.find_all("li")]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """A ledger whose every text is hostile, with a conflict of every kind."""
    return having(*RATES, tensions=[TENSION], **TABLES)


# --- what a card shows


def test_a_page_without_conflicts_says_so() -> None:
    assert conflict_cards.conflict_cards([], having()).data == f"<p>{NO_CONFLICTS}</p>"


def test_a_card_shows_each_claim_with_its_place(ledger: Ledger) -> None:
    card = shown(ledger, "Two <u>rates</u>")
    what = "Total <u>trade</u>, Aland → Bland, growth over 2023; 2024"
    assert items(card) == [f"1.2% {what}Ann <u>One</u> ¶ 4", f"18% {what}Two Press ¶ 1"]


def test_a_card_shows_the_arithmetic_and_what_a_person_said(ledger: Ledger) -> None:
    card = shown(ledger, "Two <u>rates</u>")
    arithmetic, give, why = (part.text for part in card.find_all("p"))
    assert arithmetic.startswith(
        "Growth of 1.2% from 2023 to 2024 by Ann <u>One</u> puts the growth of total <u>trade</u> (Aland"
    )
    assert give == "What would have to give. One <u>would</u> give."
    assert why == "Why it stands. Both <u>stand</u>."
    assert card.details is None


def test_what_nobody_has_looked_at_says_so() -> None:
    ledger = having(*RATES)
    card = shown(ledger, "Growth over a base")
    assert [part.text for part in card.find_all("p")][1:] == [
        f"What would have to give. {NOT_REVIEWED}", f"Why it stands. {NOT_REVIEWED}",
    ]  # fmt: skip


def test_a_claim_in_a_list_of_references_is_shown_as_such() -> None:
    title = growth("one2024.title", "18%", scope="reference", paragraph=30)
    card = shown(having(RATES[0], title), "Growth over a base")
    assert items(card)[1].endswith("Ann One ¶ 30, list of references")


def test_a_clash_of_time_shows_its_mention_and_event(ledger: Ledger) -> None:
    card = shown(ledger, "Order against dates")
    assert items(card) == ["The <u>flood</u> Says <u>what</u> came afterAnn <u>One</u> ¶ 1"]
    assert ("The <u>flood</u>", "../evidence/timeline.html#flood") in links(card)


def test_a_statement_asserted_and_denied_shows_both_places_in_order(ledger: Ledger) -> None:
    card = shown(ledger, "Asserted and denied")
    assert items(card) == ["denies It denies <u>that</u>Ann <u>One</u> ¶ 2",
                           "asserts It asserts <u>that</u>Ann <u>One</u> ¶ 9"]  # fmt: skip
    assert [mark["class"] for mark in card.find_all("span")] == [["stance", "denies"], ["stance", "asserts"]]


def test_a_reference_about_something_else_shows_sentence_and_entry(ledger: Ledger) -> None:
    card = shown(ledger, "Reference about something else")
    assert items(card) == ["[<u>1</u>] for a <u>sum</u>Ann <u>One</u> ¶ 2",
                           "1. <u>Entry</u> The <u>title</u>Ann <u>One</u> ¶ 9, list of references"]  # fmt: skip


def test_hostile_text_stays_text(ledger: Ledger) -> None:
    page = soup(ledger, is_permanent_place=True)
    assert page.find("u") is None
    assert len(page.find_all("article")) == 4


def test_a_hostile_figure_stays_text() -> None:
    """The address of a cited page is decoded before it is shown."""
    rates = growth("one2024.low", "1.2%20%3Cu%3E"), RATES[1]
    page = soup(having(*rates))
    assert page.find("u") is None
    assert "1.2 <u>" in page.text


# --- several conflicts of one family


@pytest.fixture(scope="module")
def crowd() -> Ledger:
    goal = claim("one2024.goal", "3", period="2026", base="2024", direction="rises", obs_status="forecast")
    rows = {"tension_id": "goal", "title": "A goal", "items": "one2024.goal", "expect": "projection against its base"}
    return having(goal, *(claim(f"one2024.{name}", "5") for name in "abc"), tensions=[rows])


def test_further_conflicts_of_a_family_are_counted_and_folded_away(crowd: Ledger) -> None:
    card = shown(crowd, "A goal")
    assert len(items(card)) == 2
    assert card.details is not None
    assert card.details.summary.text == "The same follows from 2 more sets of claims"
    assert [len(row.find_all("li")) for row in card.details.ol.find_all("li", recursive=False)] == [2, 2]
    assert card.details.p is None  # the arithmetic is that of the first


def test_one_further_conflict_is_one_set(crowd: Ledger) -> None:
    (family,) = group_inconsistencies(crowd)
    fewer = InconsistencyGroup(family.tension, family.members[:2])
    assert "The same follows from 1 more set of claims<" in conflict_cards.conflict_cards([fewer], crowd).data


# --- addresses


def test_everything_leads_to_its_permanent_place(ledger: Ledger) -> None:
    assert links(shown(ledger, "Two <u>rates</u>")) == [
        ("Two <u>rates</u>", "../evidence/contradictions.html#rates"),
        ("1.2%", "../evidence/claims.html#one2024.low"),
        ("Ann <u>One</u>", "../evidence/sources.html#one2024"),
        ("18%", "../evidence/claims.html#two2024.high"),
        ("Two Press", "../evidence/sources.html#two2024"),
    ]


def test_cards_bear_their_names_only_at_home(ledger: Ledger) -> None:
    names = ["rates", "one2024.flood.p1", "warm+one2024", "one2024.cite"]
    assert [card.get("id") for card in soup(ledger, is_permanent_place=True).find_all("article")] == names
    assert soup(ledger).find(id=True) is None
    assert [card.h3.a["href"].partition("#")[2] for card in soup(ledger).find_all("article")] == names
    assert all(card.h3.a is None for card in soup(ledger, is_permanent_place=True).find_all("article"))


def test_no_two_cards_share_an_address() -> None:
    ledger = having(*RATES, growth("one2024.middle", "7%"))
    names = [card["id"] for card in soup(ledger, is_permanent_place=True).find_all("article")]
    assert len(names) == 3
    assert len(set(names)) == 3


def test_a_conflict_of_each_kind_has_its_card(small: Ledger) -> None:
    known = group_inconsistencies(small)
    page = BeautifulSoup(conflict_cards.conflict_cards(known, small, is_permanent_place=True).data, "html.parser")
    assert [card["id"] for card in page.find_all("article")] == [family.name for family in known]
    assert all(items(card) and links(card) for card in page.find_all("article"))
    assert sum(NOT_REVIEWED in card.text for card in page.find_all("article")) == len(known) - 1  # one is accepted
