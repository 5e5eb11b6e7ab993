"""Rows read a column at a time are the rows that pandas gives."""

from typing import Any

import pandas as pd
import pytest

from compendium.ledger.events import read_events
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.ledger.records import keyed, records


def same(frame: pd.DataFrame) -> None:
    """Hold rows against those of pandas: the same names in the same order, equal values of the same types."""

    def told(rows: list[dict[Any, Any]]) -> list[list[tuple[str, type, str]]]:
        return [[(name, type(value), repr(value)) for name, value in row.items()] for row in rows]

    assert told(records(frame)) == told(frame.to_dict("records"))


def test_every_table_of_a_ledger_is_read_alike(small: Ledger) -> None:
    for name in small.schema:
        same(small[name])


def test_what_a_page_adds_to_tables_is_read_alike(small: Ledger) -> None:
    same(read_observations(small))
    same(read_observations(small, missing=True))
    same(read_events(small))


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "str", "float64", "object"])
def test_an_empty_cell_is_read_alike(dtype: str) -> None:
    values = ["one", None] if dtype == "str" else [1, None]
    same(pd.DataFrame({"cell": pd.Series(values, dtype=dtype)}))


def test_a_table_without_rows_has_none() -> None:
    assert records(pd.DataFrame(columns=["one", "other"])) == []
    assert records(pd.DataFrame()) == []


def test_rows_by_a_column_keep_their_order_and_the_first_of_two() -> None:
    frame = pd.DataFrame({"id": ["b", "a", "b"], "size": pd.array([1, None, 3], dtype="Int64")})
    assert keyed(frame, "id") == {"b": {"id": "b", "size": 1}, "a": {"id": "a", "size": None}}
    assert list(keyed(frame, "id")) == ["b", "a"]
