from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup

from compendium.analysis.traps import CONTRADICTION_KINDS, UNEXPLAINED, Trap, explain_contradictions, traps
from compendium.display.cards.traps import trap_cards
from compendium.ledger.loader import Ledger
from compendium.ledger.schema import SEPARATOR
from tests.support.small import METRICS, OWN, PLACES, SCHEMA, claim, frame, observation, small

Row = dict[str, Any]
ONE, OTHER = observation("a", "5"), observation("b", "9", publisher="Two")
APART = observation("c", "5", "oil")


def trap(name: str, *observations: str, kind: str = "contradiction", **cells: str) -> Row:
    texts = {"title": "Two sums", "what": "They differ.", "explanation": "Nobody knows."}
    return {"trap_id": name, "kind": kind, "observations": SEPARATOR.join(observations)} | texts | cells


def having(*rows: Row, observations: Sequence[Row] = (ONE, OTHER, APART), **tables: Sequence[Row]) -> Ledger:
    ledger = small(observations=observations)
    frames = {name: frame(SCHEMA[name], own) for name, own in {"traps": rows, **tables}.items()}
    return replace(ledger, frames=ledger.frames | frames)


def names(ledger: Ledger) -> list[tuple[str, str]]:
    return [(one.name, one.explanation) for one in traps(ledger)]


# --- what the engine finds of them


def test_a_contradiction_has_its_arithmetic() -> None:
    (found,) = traps(having(trap("sums", "a", "b")))
    assert found == Trap(
        "sums", "contradiction", "Two sums", ("a", "b"), "They differ.", "Nobody knows.",
        "5 USD in 2024 by Office puts total trade (Aland → Bland, 2024) at 4.50–5.50 USD; "
        "Two prints 9 USD, which is read as 8.50–9.50 USD: both cannot hold.",
    )  # fmt: skip


@pytest.mark.parametrize("kind", CONTRADICTION_KINDS)
def test_a_misprint_is_held_to_its_arithmetic_like_a_contradiction(kind: str) -> None:
    assert traps(having(trap("sums", "a", "b", kind=kind)))[0].arithmetic


@pytest.mark.parametrize("kind", ["method", "definition", "coverage", "look-alike"])
def test_what_need_not_contradict_has_no_arithmetic(kind: str) -> None:
    (found,) = traps(having(trap("sums", "a", "b", kind=kind)))
    assert (found.kind, found.arithmetic) == (kind, "")


def test_a_contradiction_that_the_engine_does_not_find_has_no_arithmetic() -> None:
    found = traps(having(trap("sums", "a", "c"), observations=[ONE, APART]))
    assert [one.arithmetic for one in found] == [""]


def test_every_minimal_set_of_a_trap_is_told() -> None:
    rows = ONE, OTHER, observation("d", "20", publisher="Three")
    told = explain_contradictions(having(observations=rows), ["a", "b", "d"])
    assert len(told) == 3
    (found,) = traps(having(trap("sums", "a", "b", "d"), observations=rows))
    assert all(sentence in found.arithmetic for sentence in told)


def test_a_contradiction_may_take_a_rule() -> None:
    rows = observation("sum", "50"), observation("one", "5", "first"), observation("other", "7", "second")
    (told,) = explain_contradictions(having(observations=rows), ["sum", "one", "other"])
    assert told.endswith("Total trade is the sum of first trade and second trade.")


def test_only_the_figures_of_the_trap_are_held_together() -> None:
    assert explain_contradictions(having(), ["a", "c"]) == []


def test_claims_of_the_sources_take_no_part() -> None:
    ledger = small(claim("c", "50"), claim("d", "900"), observations=[ONE])
    assert explain_contradictions(ledger, ["a"]) == []
    assert traps(ledger) == []


def test_what_two_sides_count_is_not_taken_for_one() -> None:
    rows = observation("a", "5", "sold"), observation("b", "9", "mirror", ref_area="B", counterpart_area="A",
                                                      reporter="B")  # fmt: skip
    assert explain_contradictions(having(observations=rows), ["a", "b"]) == []
    assert traps(having(observations=rows)) == []


def test_traps_stand_in_the_order_of_their_table_before_what_nobody_explained() -> None:
    more = observation("d", "50", "oil")
    rows = trap("second", "a", "c", kind="look-alike"), trap("first", "a", "b")
    ledger = having(*rows, observations=[ONE, OTHER, APART, more])
    assert [name for name, _ in names(ledger)] == ["second", "first", "c+d"]


# --- what nobody has explained


def test_a_contradiction_without_a_row_is_shown_as_unexplained() -> None:
    (found,) = traps(having())
    assert (found.name, found.kind, found.observations, found.description) == ("a+b", "contradiction", ("a", "b"), "")
    assert found.explanation == UNEXPLAINED
    assert found.arithmetic.endswith("both cannot hold.")


def test_a_row_about_one_of_the_two_does_not_explain_them() -> None:
    assert names(having(trap("other", "a", "c", kind="look-alike"))) == [
        ("other", "Nobody knows."), ("a+b", UNEXPLAINED),
    ]  # fmt: skip


def test_a_row_that_shares_two_of_a_larger_set_explains_it() -> None:
    rows = observation("sum", "50"), observation("one", "5", "first"), observation("other", "7", "second")
    assert names(having(trap("sums", "sum", "one"), observations=rows)) == [("sums", "Nobody knows.")]


def test_a_figure_that_contradicts_those_of_a_trap_is_not_explained_by_it() -> None:
    rows = ONE, OTHER, observation("d", "20", publisher="Three")
    found = names(having(trap("sums", "a", "b"), observations=rows))
    assert found[0] == ("sums", "Nobody knows.")
    assert UNEXPLAINED in {told for _, told in found[1:]}


def test_a_contradiction_that_every_side_meets_is_shown_once() -> None:
    nobody = {"reporter": ""}
    rows = (
        observation("a", "5", **nobody), observation("b", "9", **nobody),
        observation("d", "5", "oil"), observation("e", "5", "oil", reporter="B"),
    )  # fmt: skip
    assert names(having(observations=rows)) == [("a+b", UNEXPLAINED)]


def test_two_sides_that_count_apart_are_no_contradiction() -> None:
    assert traps(having(observations=[ONE, OTHER | {"reporter": "B"}])) == []


def test_what_is_of_low_reliability_contradicts_nobody() -> None:
    assert traps(having(observations=[ONE, OTHER | {"obs_status": "low reliability"}])) == []


def test_without_observations_there_are_no_traps() -> None:
    assert traps(having(observations=[])) == []


# --- cards


def shown(ledger: Ledger) -> BeautifulSoup:
    return BeautifulSoup(trap_cards(traps(ledger), ledger).data, "html.parser")


def test_a_card_shows_the_figures_who_prints_them_and_what_may_explain_it() -> None:
    rise = observation("d", "12", unit="percent", measure="growth", base="2023", address="https://x.org")
    (card,) = shown(having(trap("sums", "a", "b", "d"), observations=[ONE, OTHER, rise])).find_all("article")
    assert (card["id"], card.h3.text) == ("sums", "Two sums")
    assert [(row.a["href"], row.get_text("|")) for row in card.find_all("li")] == [
        ("../evidence/official.html#a", "5 USD| Total trade; Aland → Bland; 2024|Office (read from a page)"),
        ("../evidence/official.html#b", "9 USD| Total trade; Aland → Bland; 2024|Two (read from a page)"),
        ("../evidence/official.html#d",
         "12 %| Total trade; Aland → Bland; growth over 2023; 2024|Office| (read from a page)"),
    ]  # fmt: skip
    what, arithmetic, why = card.find_all("p")
    assert (what.text, arithmetic["class"]) == ("They differ.", ["arithmetic"])
    assert arithmetic.text.endswith("both cannot hold.")
    assert why.text == "What may explain it. Nobody knows."


def test_a_card_without_arithmetic_has_no_empty_line() -> None:
    (card,) = shown(having(trap("sums", "a", "b", kind="method"))).find_all("article")
    assert card.select(".arithmetic") == []
    assert len(card.find_all("p")) == 2


def test_links_of_a_card_lead_to_the_root_from_where_the_page_is() -> None:
    assert shown(having(trap("sums", "a", "b"))).a["href"] == "../evidence/official.html#a"


def test_hostile_text_stays_text() -> None:
    bad = {"publisher": "<u>Two</u>", "original_source": "<u>Bureau</u>", "address": 'https://x.org/"><u>'}
    ledger = having(
        trap('"><u>', "a", "b", title="<u>Two</u>", what="<u>They</u>", explanation="<u>Why</u>"),
        observations=[ONE, OTHER | bad],
        metrics=[OWN | row for row in ({**METRICS[0], "name": "Total <u>trade</u>"}, *METRICS[1:])],
        places=[{**PLACES[0], "name": "<u>Aland</u>"}, *PLACES[1:]],
    )
    soup = shown(ledger)
    assert soup.find("u") is None
    (card,) = soup.find_all("article")
    assert card["id"] == '"><u>'
    for text in ("<u>Two</u>", "<u>They</u>", "<u>Why</u>", "Total <u>trade</u>", "<u>Aland</u>", "<u>Bureau</u>"):
        assert text in card.text
    assert "<u>Two</u> prints 9 USD" in card.select(".arithmetic")[0].text


def test_no_traps_are_no_cards() -> None:
    assert trap_cards([], having()).data == ""
