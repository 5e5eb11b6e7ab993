"""What pages about sources, polls and method open, and the methods of selections that they share."""

from typing import Any

import pytest
from matplotlib.text import Text

from compendium.display.chapter import method
from compendium.display.chapter.amounts import Amount
from compendium.display.chapter.cited import open_citations
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.polls import open_poll
from compendium.display.chapter.shelf import Shelf
from compendium.display.chapter.sources import open_sources
from compendium.display.chapter.wording import Wording
from compendium.reconciliation.constraints import ConstraintKind
from compendium.reconciliation.verdicts import CORROBORATION_VERDICTS, RECONCILIATION_VERDICTS
from tests.support.small import SCHEMA, claim, closed, frame, observation, small

ASKED = {"B": ("10", "30"), "C": ("40", "10")}
ANSWERS = ("answers", "opinion")
ROWS: dict[str, list[dict[str, Any]]] = {
    "actors": [{"actor_id": "A", "name": "Aland", "kind": "state", "area": "A", "colour": 1},
               {"actor_id": "B", "name": "Bland", "kind": "state", "area": "B", "colour": 2}],
    "citations": [{"citation_id": "c1", "source_id": "one2024", "kind": "in-text", "as_printed": "(Smith)",
                   "about": about, "paragraph": 1, "cited_for": "first part"} for about in ("fits", "cannot tell")],
    "event_codes": [{"code": "04", "name": "consult", "goldstein": 1.0, "quad_class": "verbal cooperation"}],
    "events": [{"event_id": "met", "name": "They meet", "date": "2023-05", "date_basis": "stated", "code": "04",
                "actor_id": "A", "target_id": "B"}],
    "mentions": [{"mention_id": "m", "event_id": "met", "source_id": "one2024", "paragraph": 1, "says": "So."}],
    "propositions": [{"proposition_id": name, "statement": f"It is {name}.", "chapter": "one"} for name in "pq"],
    "stances": [{"proposition_id": name, "source_id": source, "paragraph": 2, "stance": stance}
                for name, source, stance in (("p", "one2024", "asserts"), ("p", "two2024", "denies"),
                                             ("q", "one2024", "asserts"))],
}  # fmt: skip


@pytest.fixture(scope="module")
def ledger() -> OpenLedger:
    figures = [
        observation(f"o.{area}.{answer}", share, answer, counterpart_area=area, unit="percent", period="2023-05")
        for area, shares in ASKED.items() for answer, share in zip(ANSWERS, shares, strict=True)
    ]  # fmt: skip
    sold = {"WORLD": "10.0", "B": "7.0"}
    figures += [
        observation(f"o.{area}", value, "first", counterpart_area=area, period="2023") for area, value in sold.items()
    ]
    made = small(
        claim("one2024.a", "$2.0 billion", metric="first", origin="Office"),
        claim("two2024.a", "$3.0 billion", source_id="two2024"), observations=figures,
    )  # fmt: skip
    tables = {name: frame(SCHEMA[name], rows) for name, rows in ROWS.items()}
    return OpenLedger(Shelf(made.with_tables(**tables)))


def test_a_poll_puts_the_most_liked_first(ledger: OpenLedger) -> None:
    poll = open_poll(ledger, *ANSWERS)
    assert poll.liked == {"C": 40.0, "B": 10.0} and poll.disliked == {"B": 30.0, "C": 10.0}
    assert not poll.alike("B", "C") and len(poll.figures) == 4 and list(poll.shares.index) == ["C", "B"]
    assert "Bland" in str(poll.chart("%").show("Answers", "T").data)


def test_what_each_source_contributes(ledger: OpenLedger) -> None:
    sources = open_sources(ledger)
    assert (len(sources), sources.unnamed, sources.origins, len(sources.credited)) == (2, 1, 1, 1)
    assert sources.credited_part == 0.5 and 0 <= sources.dated <= 2
    assert "Ann One" in str(sources.table("T").data)
    assert "Stances" in str(sources.contributions_table("T").data)


def test_the_method_says_every_rule_and_verdict(ledger: OpenLedger) -> None:
    assert list(method.SAID) == list(ConstraintKind)
    assert (
        set(method.AMONG_CLAIMS) == set(RECONCILIATION_VERDICTS)
        and tuple(method.BESIDE_FIGURES) == CORROBORATION_VERDICTS
    )
    assert (method.WIDER, method.NARROW_PART) == ("2", "20%")
    for shown, words in (
        (method.intervals_table("T"), "[4.35, 4.45)"),
        (method.rules_table("T"), "share of a whole"),
        (method.claim_verdicts_table("T"), "no other claim bears on it"),
        (method.evidence_verdicts_table("T"), "there is none"),
        (method.reasons_table(ledger["reasons"], "T"), "The two differ in period."),
    ):
        assert words in str(shown.data) and "<caption>T</caption>" in str(shown.data)


def test_references_under_sections(ledger: OpenLedger) -> None:
    found = open_citations(ledger).under("one2024", {"first": "The first", "second": "The second"}, "Section")
    assert found.to_numpy().tolist() == [["The first", 2, 1], ["The second", 0, 0]]


def test_figures_are_counted_put_in_order_and_in_a_grid(ledger: OpenLedger) -> None:
    first = ledger.observations(metric="first")
    assert first.between("A", "B").ids == ["o.B"]
    assert first.counts_of("partner", ["B", "C"]).tolist() == [1, 0]
    assert first.meeting(Amount(closed(10, 10), "USD")).ids == ["o.WORLD"]
    assert first.value_grid("period", "partner").loc["2023", "B"] == 7.0
    assert first.parts(["B"], "WORLD").loc["2023"].to_dict() == {"B": 7.0, "others": 3.0, "WORLD": 10.0}
    assert ledger.observations().by_end().ids[0].startswith("o.B.") and first.by_end().ids == ["o.B", "o.WORLD"]
    assert list(first.where(partner="B").yearly_of("A")["A"]) == [2023]


def test_rows_by_their_name_and_ties_of_states(ledger: OpenLedger) -> None:
    assert ledger.events().naming("MEET").ids == ["met"] and not ledger.events().naming("(")
    drawn = ledger.events().ties("A", to="B").drawn
    assert "Aland and Bland" in {one.get_text() for one in drawn.findobj(Text)}


def test_statements_are_counted_by_who_takes_them_up(ledger: OpenLedger) -> None:
    assert ledger.statements().counts == {"statements": 2, "disputed": 1, "alone": 1}


def test_why_nothing_is_comparable(ledger: OpenLedger) -> None:
    assert len(ledger.claims().checked().reasons) == 2


def test_the_fewest_and_the_most_days_between_two_periods() -> None:
    assert Wording().days_apart("2025-07", "2025-08-10") == "10–40 days"
