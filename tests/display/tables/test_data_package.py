from dataclasses import replace

from bs4 import BeautifulSoup

from compendium.display.tables import data_package as data_package_tables
from compendium.ledger.loader import Ledger


def soup(shown: object) -> BeautifulSoup:
    return BeautifulSoup(str(getattr(shown, "data")), "html.parser")  # noqa: B009


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
