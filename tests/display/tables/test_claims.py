import pytest
from bs4 import BeautifulSoup

from compendium.analysis import explanations
from compendium.display.tables import claims as claim_tables
from compendium.ledger.claims import competing_figures, read_claims, source_counts
from compendium.ledger.loader import Ledger


def soup(shown: object) -> BeautifulSoup:
    return BeautifulSoup(str(getattr(shown, "data")), "html.parser")  # noqa: B009


def body(shown: object) -> list[str]:
    return [row.get_text(" ", strip=True) for row in soup(shown).select("tbody tr")]


def test_claims_are_shown_with_reading_source_and_credit(small: Ledger) -> None:
    claims = read_claims(small)
    own = claims[claims["claim_id"] == "ames2024.growth-2020-2022"]
    assert body(claim_tables.claims_table(own, "c")) == [
        "50% read as 45–55 % Trade turnover, Ardania with Belmora, growth over 2020 2022 Ada Ames credits Orr"
    ]


def test_a_direction_is_described_by_the_way_and_its_base(small: Ledger) -> None:
    claims = read_claims(small).set_index("claim_id")
    own = claims.loc["cole2024.exports-rise-2024"].to_dict()
    assert claim_tables.describe_claim_quantity(own) == "Exports, Ardania to Belmora, rises from 2023"
    assert claim_tables.describe_claim_quantity(own | {"base_period": ""}) == "Exports, Ardania to Belmora, rises"


@pytest.mark.parametrize(
    ("one", "other", "relation", "told"),
    [
        ("North", "South", "to", "North to South"),
        ("North", "South", "from", "North from South"),
        ("North", "South", "", "North → South"),
        ("North", "", "to", "North"),
        ("", "", "to", ""),
    ],
)
def test_two_areas_stand_with_the_word_of_their_metric(one: str, other: str, relation: str, told: str) -> None:
    assert explanations.format_area_pair(one, other, relation) == told


def test_a_gap_is_a_dash_and_a_count_a_number(small: Ledger) -> None:
    grid = source_counts(read_claims(small), ["passengers", "gdp"], ["2022", "2023"])
    assert body(claim_tables.gaps_table(grid, small["metrics"], "c")) == [
        "Ferry passengers 2 –",
        "Gross domestic product – –",
    ]


def test_figures_without_a_common_value_say_so(small: Ledger) -> None:
    claims = read_claims(small)
    pairs = competing_figures(claims)
    shown = body(claim_tables.rivals_table(pairs, claims, "c"))
    assert [row.endswith("no value") for row in shown] == list(~pairs["agree"])
