from dataclasses import replace
from typing import Any

import pytest
from small import SCHEMA, claim, frame, growth, small

from compendium.analysis.reference_check import (
    ANOTHER_FIGURE,
    ANOTHER_MEASURE,
    ANOTHER_PERIOD,
    ANOTHER_SUBJECT,
    SAME_FIGURE,
    compare_with_titles,
)
from compendium.ledger.claims import read_claims

CITATIONS = (
    {"citation_id": "cite", "entry_id": "ref", "kind": "in-text"},
    {"citation_id": "other-cite", "entry_id": "other-ref", "kind": "in-text"},
    {"citation_id": "credit", "entry_id": "", "kind": "narrative"},
    {"citation_id": "ref", "entry_id": "", "kind": "entry"},
    {"citation_id": "other-ref", "entry_id": "", "kind": "entry"},
)


def sentence(name: str, as_printed: str, *words: Any, **cells: Any) -> dict[str, Any]:
    """Return a claim of a sentence that cites the first entry."""
    return claim(name, as_printed, *words, **{"citation_id": "cite"} | cells)


def title(name: str, as_printed: str, *words: Any, **cells: Any) -> dict[str, Any]:
    """Return a claim that stands in the title of the first entry."""
    return claim(name, as_printed, *words, **{"citation_id": "ref", "scope": "reference"} | cells)


def beside(*claims: dict[str, Any]) -> list[tuple[str, str, str]]:
    ledger = small(*claims)
    rows = frame(SCHEMA["citations"], CITATIONS)
    ledger = replace(ledger, frames=ledger.frames | {"citations": rows})
    found = compare_with_titles(read_claims(ledger), ledger["citations"])
    assert list(found.columns) == ["citation_id", "claim_id", "title_claim_id", "verdict"]
    return [(row["claim_id"], row["title_claim_id"], row["verdict"]) for row in found.to_dict("records")]


def verdict(own: dict[str, Any], its: dict[str, Any]) -> str:
    ((_, _, found),) = beside(own, its)
    return found


@pytest.mark.parametrize(
    ("own", "its"),
    [
        ({"as_printed": "4.4"}, {"as_printed": "4.4"}),
        ({"as_printed": "4.4"}, {"as_printed": "4"}),  # within the rounding
        ({"as_printed": "4.8", "hedge": "almost"}, {"as_printed": "4.77"}),
        ({"as_printed": "5", "hedge": "more than"}, {"as_printed": "700"}),
        ({"as_printed": "5"}, {"as_printed": "5", "period": ""}),  # a title that names no period
        ({"as_printed": "5"}, {"as_printed": "5", "period": "2024-01/2024-12"}),
    ],
)
def test_a_title_can_carry_the_same_figure(own: dict[str, Any], its: dict[str, Any]) -> None:
    assert verdict(sentence("own", **own), title("its", **its)) == SAME_FIGURE


def test_a_figure_outside_the_rounding_is_another() -> None:
    assert verdict(sentence("own", "4.4"), title("its", "4.5")) == ANOTHER_FIGURE
    assert verdict(sentence("own", "4.4"), title("its", "4.5", period="")) == ANOTHER_FIGURE


def test_a_figure_of_another_period_is_not_compared() -> None:
    assert verdict(sentence("own", "5"), title("its", "5", period="2023")) == ANOTHER_PERIOD
    assert verdict(sentence("own", "5"), title("its", "5", period="2024-01/2024-03")) == ANOTHER_PERIOD


def test_a_figure_measured_in_another_way_is_not_compared() -> None:
    assert verdict(sentence("own", "5"), title("its", "5%", measure="growth", unit="percent")) == ANOTHER_MEASURE


@pytest.mark.parametrize("cells", [{"metric": "oil"}, {"ref_area": "C"}, {"counterpart_area": "C"}])
def test_a_figure_of_another_subject_is_not_compared(cells: dict[str, Any]) -> None:
    assert verdict(sentence("own", "5"), title("its", "5", **cells)) == ANOTHER_SUBJECT


def test_figures_of_other_subjects_are_left_out_where_one_is_of_the_sentences_own() -> None:
    own = sentence("own", "5")
    strange = [title("oil", "5", "oil"), title("elsewhere", "5", ref_area="C")]
    assert [name for _, name, _ in beside(own, *strange)] == ["oil", "elsewhere"]
    assert beside(own, *strange, title("its", "6")) == [("own", "its", ANOTHER_FIGURE)]
    assert beside(own, *strange, title("past", "6", period="2023")) == [("own", "past", ANOTHER_PERIOD)]


def test_every_figure_of_the_subject_is_compared() -> None:
    found = beside(sentence("own", "5"), title("its", "5"), title("past", "3", period="2023"))
    assert found == [("own", "its", SAME_FIGURE), ("own", "past", ANOTHER_PERIOD)]


def test_every_figure_of_a_sentence_has_its_own_answer() -> None:
    found = beside(sentence("own", "5"), sentence("tank", "7", "oil"), title("its", "5"))
    assert found == [("own", "its", SAME_FIGURE), ("tank", "its", ANOTHER_SUBJECT)]


def test_a_figure_is_held_only_against_the_title_of_what_its_sentence_cites() -> None:
    assert beside(sentence("own", "5"), title("its", "5", citation_id="other-ref")) == []
    own = sentence("own", "5", citation_id="other-cite")
    assert beside(own, title("its", "5", citation_id="other-ref")) == [("own", "its", SAME_FIGURE)]


def test_what_is_withdrawn_cites_nothing_or_is_credited_without_an_entry_is_left_out() -> None:
    its = title("its", "5")
    assert beside(sentence("own", "5", rank="deprecated"), its) == []
    assert beside(sentence("own", "5"), title("its", "5", rank="deprecated")) == []
    assert beside(sentence("own", "5", citation_id=""), its) == []
    assert beside(sentence("own", "5", citation_id="credit"), its) == []
    assert beside() == []


def test_a_title_that_belongs_to_no_entry_is_carried_by_no_citation() -> None:
    assert beside(sentence("own", "5", citation_id="credit"), title("its", "5", citation_id="")) == []


def test_a_growth_over_another_base_is_not_the_same_figure() -> None:
    own = growth("own", "5%", citation_id="cite")
    its = growth("its", "5%", base="2020", citation_id="ref", scope="reference")
    assert verdict(own, its) != SAME_FIGURE


def test_a_figure_of_other_people_is_not_the_same_figure() -> None:
    adults = sentence("own", "5", population="adults")
    assert verdict(adults, title("its", "5", population="children")) != SAME_FIGURE


def test_a_figure_by_the_day_is_not_compared_with_one_of_the_year_as_printed() -> None:
    own = sentence("own", "100", "oil", unit="bbl/day")
    assert verdict(own, title("its", "36,600", "oil")) != ANOTHER_FIGURE
    assert verdict(own, title("its", "100", "oil")) != SAME_FIGURE
