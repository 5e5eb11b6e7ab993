from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from compendium.analysis import explanations
from compendium.display.tables import claims as claim_tables
from compendium.display.tables import data_package as data_package_tables
from compendium.display.tables import events as event_tables
from compendium.display.tables import positions as position_tables
from compendium.ledger.claims import competing_figures, read_claims, source_counts
from compendium.ledger.events import read_events
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


def test_every_mention_is_shown_with_its_event(small: Ledger) -> None:
    shown = event_tables.mentions_table(read_events(small), small["mentions"], small["sources"], "c")
    text = soup(shown).get_text()
    assert all(says in text for says in small["mentions"]["says"])


def test_passages_keep_the_order_asked_for(small: Ledger) -> None:
    events = read_events(small).set_index("event_id", drop=False).loc[["harvest-strike-ends", "grain-treaty"]]
    found = body(event_tables.passages_table(events, small["mentions"], small["sources"], "c"))
    assert [row.split(" ")[0] for row in found] == [name.split(" ")[0] for name in events["name"]]


def test_positions_stand_in_the_order_the_sources_were_written(small: Ledger) -> None:
    shown = position_tables.positions_table(small["stances"], small["propositions"], small["sources"], "c")
    heads = [th.text for th in soup(shown).select("thead th")]
    years = [head.rsplit(" ", 1)[1] for head in heads[1:]]
    assert years == sorted(years)
    assert len(body(shown)) == len(small["propositions"])


def test_a_silent_source_has_a_dash() -> None:
    propositions = pd.DataFrame({"proposition_id": ["p"], "statement": ["It is so."]})
    stances = pd.DataFrame(
        {
            "proposition_id": ["p"],
            "source_id": ["a"],
            "scope": "body",
            "stance": ["denies"],
            "paragraph": [3],
            "says": [""],
        }
    )
    sources = pd.DataFrame(
        {"source_id": ["a", "b"], "author": ["A", "B"], "publisher": "", "written": ["2024", "2023"]}
    )
    assert body(position_tables.positions_table(stances, propositions, sources, "c")) == ["It is so. – denies ¶ 3"]


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


def test_the_dictionary_names_every_column(small: Ledger) -> None:
    text = soup(data_package_tables.data_dictionary(small.schema, dict.fromkeys(small.schema, 0))).get_text(" ")
    assert all(field.name in text and field.description in text for t in small.schema.values() for field in t.fields)


def test_tables_of_one_form_are_described_together(small: Ledger) -> None:
    shown = soup(
        data_package_tables.data_dictionary(
            small.schema, {name: 1000 + place for place, name in enumerate(small.schema)}
        )
    )
    forms = {table.fields for table in small.schema.values()}
    assert len(shown.select("table")) == len(forms) < len(small.schema)
    alike = [table for table in small.schema.values() if table.primary_key == ("observation_id",)]
    alike = [table for table in alike if "metric_id" in table.columns]
    captions = [caption.text for caption in shown.select("caption")]
    assert captions.count(f"Columns of each of these {len(alike)} tables") == 1
    for place, table in enumerate(small.schema.values(), 1000):
        (head,) = shown.select(f"#table-{table.name}")
        assert head.text == table.title
        told = head.find_next("p").text
        assert told == table.description + (f" ({table.path}: {place} rows)" if table in alike else "")


def test_a_table_of_its_own_form_has_its_rows_in_the_caption_and_its_keys_below(small: Ledger) -> None:
    schema = {name: small.schema[name] for name in ("votes", "claims")}
    shown = soup(data_package_tables.data_dictionary(schema, {"votes": 12, "claims": 73}))
    assert [caption.text for caption in shown.select("caption")] == [
        "official/votes.csv: 12 rows",
        "claims.csv: 73 rows",
    ]
    keys = [tag.text for tag in shown.select("p > small")]
    assert keys[0] == "Key: vote_id. Refers to: resolution_id → resolutions.resolution_id; area → places.place_id"


def test_tables_of_another_form_are_not_taken_together(small: Ledger) -> None:
    one, other = [table for table in small.schema.values() if table.primary_key == ("observation_id",)][:2]
    apart = replace(other, fields=other.fields[:-1])
    for second, count in ((other, 1), (apart, 2)):
        shown = soup(data_package_tables.data_dictionary({"one": one, "other": second}, {one.name: 1, other.name: 2}))
        assert len(shown.select("table")) == count
