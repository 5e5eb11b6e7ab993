from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from compendium.analysis import explanations
from compendium.display.tables import ledger as ledger_tables
from compendium.ledger.claims import competing_figures, read_claims, source_counts
from compendium.ledger.events import read_events
from compendium.ledger.loader import Ledger


def soup(shown: object) -> BeautifulSoup:
    return BeautifulSoup(str(getattr(shown, "data")), "html.parser")  # noqa: B009


def body(shown: object) -> list[str]:
    return [row.get_text(" ", strip=True) for row in soup(shown).select("tbody tr")]


def test_claims_are_shown_with_reading_source_and_credit(ledger: Ledger) -> None:
    claims = read_claims(ledger)
    own = claims[claims["claim_id"] == "guluzade2025.turnover-2024"]
    assert body(ledger_tables.claims_table(own, "c")) == [
        "almost $4.8 billion read as 4.75–4.8 billion USD Goods trade turnover, Azerbaijan with Russia 2024 "
        "Alihüseyin Guluzade credits Finmarket"
    ]


def test_a_direction_is_described_by_the_way_and_its_base(ledger: Ledger) -> None:
    claims = read_claims(ledger).set_index("claim_id")
    own = claims.loc["guluzade2025.exports-fall-2025-jan-apr"].to_dict()
    assert (
        ledger_tables.describe_claim_quantity(own)
        == "Goods exports, Azerbaijan to Russia, falls from January–April 2024"
    )
    assert (
        ledger_tables.describe_claim_quantity(own | {"base_period": ""}) == "Goods exports, Azerbaijan to Russia, falls"
    )


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


def test_every_mention_is_shown_with_its_event(ledger: Ledger) -> None:
    shown = ledger_tables.mentions_table(read_events(ledger), ledger["mentions"], ledger["sources"], "c")
    text = soup(shown).get_text()
    assert all(says in text for says in ledger["mentions"]["says"])


def test_passages_keep_the_order_asked_for(ledger: Ledger) -> None:
    events = read_events(ledger).set_index("event_id", drop=False).loc[["valuev-banned", "plane-crash-2024"]]
    found = body(ledger_tables.passages_table(events, ledger["mentions"], ledger["sources"], "c"))
    assert [row.split(" ")[0] for row in found] == [name.split(" ")[0] for name in events["name"]]


def test_positions_stand_in_the_order_the_sources_were_written(ledger: Ledger) -> None:
    shown = ledger_tables.positions_table(ledger["stances"], ledger["propositions"], ledger["sources"], "c")
    heads = [th.text for th in soup(shown).select("thead th")]
    years = [head.rsplit(" ", 1)[1] for head in heads[1:]]
    assert years == sorted(years)
    assert len(body(shown)) == len(ledger["propositions"])


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
    assert body(ledger_tables.positions_table(stances, propositions, sources, "c")) == ["It is so. – denies ¶ 3"]


def test_a_gap_is_a_dash_and_a_count_a_number(ledger: Ledger) -> None:
    grid = source_counts(read_claims(ledger), ["goods-turnover", "gdp"], ["2023", "2022"])
    assert body(ledger_tables.gaps_table(grid, ledger["metrics"], "c")) == [
        "Goods trade turnover 2 –",
        "Gross domestic product – –",
    ]


def test_figures_without_a_common_value_say_so(ledger: Ledger) -> None:
    claims = read_claims(ledger)
    pairs = competing_figures(claims)
    shown = body(ledger_tables.rivals_table(pairs, claims, "c"))
    assert [row.endswith("no value") for row in shown] == list(~pairs["agree"])


def test_the_dictionary_names_every_column(ledger: Ledger) -> None:
    text = soup(ledger_tables.data_dictionary(ledger.schema, dict.fromkeys(ledger.schema, 0))).get_text(" ")
    assert all(field.name in text and field.description in text for t in ledger.schema.values() for field in t.fields)


def test_tables_of_one_form_are_described_together(ledger: Ledger) -> None:
    shown = soup(
        ledger_tables.data_dictionary(ledger.schema, {name: 1000 + place for place, name in enumerate(ledger.schema)})
    )
    forms = {table.fields for table in ledger.schema.values()}
    assert len(shown.select("table")) == len(forms) < len(ledger.schema)
    alike = [table for table in ledger.schema.values() if table.primary_key == ("observation_id",)]
    alike = [table for table in alike if "metric_id" in table.columns]
    captions = [caption.text for caption in shown.select("caption")]
    assert captions.count(f"Columns of each of these {len(alike)} tables") == 1
    for place, table in enumerate(ledger.schema.values(), 1000):
        (head,) = shown.select(f"#table-{table.name}")
        assert head.text == table.title
        told = head.find_next("p").text
        assert told == table.description + (f" ({table.path}: {place} rows)" if table in alike else "")


def test_a_table_of_its_own_form_has_its_rows_in_the_caption_and_its_keys_below(ledger: Ledger) -> None:
    schema = {name: ledger.schema[name] for name in ("votes", "claims")}
    shown = soup(ledger_tables.data_dictionary(schema, {"votes": 12, "claims": 73}))
    assert [caption.text for caption in shown.select("caption")] == [
        "official/votes.csv: 12 rows",
        "claims.csv: 73 rows",
    ]
    keys = [small.text for small in shown.select("p > small")]
    assert keys[0] == "Key: vote_id. Refers to: resolution_id → resolutions.resolution_id; area → places.place_id"


def test_tables_of_another_form_are_not_taken_together(ledger: Ledger) -> None:
    one, other = [table for table in ledger.schema.values() if table.primary_key == ("observation_id",)][:2]
    apart = replace(other, fields=other.fields[:-1])
    for second, count in ((other, 1), (apart, 2)):
        shown = soup(ledger_tables.data_dictionary({"one": one, "other": second}, {one.name: 1, other.name: 2}))
        assert len(shown.select("table")) == count
