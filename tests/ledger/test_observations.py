"""The figures of independent publishers: read by the same table as claims, and put beside them."""

from fractions import Fraction
from typing import Any

import pandas as pd
import portion
import pytest

from compendium.ledger.claims import claim_interval
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import (
    add_observations_as_claims,
    find_conversion,
    find_reporters,
    format_as_printed,
    format_observation,
    observation_interval,
    observation_tables,
    read_observations,
    select_observations,
    select_reporter,
    split_into_series,
)
from compendium.values import units
from tests.support.small import OFFICIAL, OFFICIAL_TOO, SCHEMA, claim, closed, frame, observation, shuffled, small

BARRELS = ("oil", "t", "bbl", 6.5, 8.0)


def read(*rows: dict[str, Any], **other: Any) -> pd.DataFrame:
    return read_observations(small(observations=rows, **other))


def half_open(low: Any, high: Any) -> portion.Interval:
    return portion.closedopen(Fraction(low), Fraction(high))


# --- reading


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"value": "4.4", "unit": "billion USD"}, half_open("4.35", "4.45")),
        ({"value": "4400", "unit": "million USD"}, half_open(4350, 4450)),  # two digits, as in 4.4 billion
        ({"value": "4400.0", "unit": "million USD"}, half_open("4399.95", "4400.05")),
        ({"value": "38", "unit": "person"}, closed(38, 38)),
        ({"value": "38", "unit": "thousand person"}, half_open("37.5", "38.5")),
        ({"value": "2", "unit": "rank", "measure": "rank"}, closed(2, 2)),
        ({"value": "40", "hedge": "more than"}, portion.open(Fraction(40), portion.inf)),
        ({"value": "40", "hedge": "at least"}, portion.closedopen(Fraction(40), portion.inf)),
        ({"value": "2", "hedge": "up to"}, closed(0, 2)),
        ({"value": "1.2", "hedge": "almost"}, closed("1.15", "1.2")),
        ({"value": "24.5", "hedge": "almost", "measure": "growth"}, closed("24.45", "24.5")),
        ({"value": "40", "hedge": "around", "unit": "person"}, closed(30, 50)),
        ({"value": "2", "hedge": "up to", "measure": "growth"}, portion.openclosed(-portion.inf, Fraction(2))),
        ({"value": "-4.3", "measure": "growth"}, half_open("-4.35", "-4.25")),
        ({"value": "-30", "measure": "growth"}, half_open(-35, -25)),
        ({"value": "96", "hedge": "more than", "measure": "share"}, portion.openclosed(Fraction(96), Fraction(100))),
        ({"value": "100.0", "measure": "share"}, closed("99.95", 100)),
        ({"value": "1.45", "measure": "multiple"}, half_open("1.445", "1.455")),
    ],
)
def test_an_observation_is_read_by_the_table_that_reads_claims(
    cells: dict[str, Any], expected: portion.Interval
) -> None:
    assert observation_interval(observation("o", **cells), minimum=0) == expected


def test_a_level_goes_below_nothing_only_where_its_metric_can() -> None:
    row = observation("o", "2", "balance", hedge="up to")
    assert observation_interval(row) == portion.openclosed(-portion.inf, Fraction(2))
    assert read(row)["interval"].iloc[0] == portion.openclosed(-portion.inf, Fraction(2))
    assert read(observation("o", "2", hedge="up to"))["interval"].iloc[0] == closed(0, 2)


def test_the_interval_stays_in_the_unit_given() -> None:
    found = read(observation("o", "4.4", unit="billion USD")).loc["o"]
    assert (found["interval"], found["in_unit"]) == (half_open("4.35", "4.45"), "billion USD")
    assert found["figure"] == "4.4 billion USD"


def test_what_was_not_found_is_no_observation() -> None:
    rows = [observation("a", "5"), observation("b", "", obs_status="missing", note="nobody counts")]
    assert list(read(*rows).index) == ["a"]
    missing = read_observations(small(observations=rows), missing=True)
    assert list(missing.index) == ["b"]
    assert "interval" not in missing.columns


def test_a_ledger_without_observations_has_none() -> None:
    assert read().empty
    assert find_reporters(small(claim("a", "5"))) == []
    assert observation_tables({"claims": SCHEMA["claims"], "revisions": SCHEMA["revisions"]}) == []


def test_the_observations_of_all_tables_are_read_together() -> None:
    ledger = small(observations=[observation("a", "5")])
    more = {OFFICIAL_TOO: frame(SCHEMA[OFFICIAL_TOO], [observation("b", "6")])}
    found = read_observations(Ledger(ledger.data, ledger.schema, ledger.frames | more))
    assert found["table"].to_dict() == {"a": OFFICIAL, "b": OFFICIAL_TOO}


# --- conversion


def test_tonnes_become_barrels_by_both_ends_of_the_conversion() -> None:
    found = read(observation("o", "668", "oil", unit="thousand t"), conversions=[BARRELS]).loc["o"]
    # 667 500 t · 6.5 bbl/t = 4 338 750 bbl, 668 500 t · 8 bbl/t = 5 348 000 bbl
    assert (found["interval"], found["in_unit"]) == (half_open(4_338_750, 5_348_000), "bbl")
    assert found["figure"] == "668,000 tonnes"  # what the publisher printed


def test_what_is_above_some_tonnes_has_no_upper_end_in_barrels() -> None:
    found = read(observation("o", "2", "oil", unit="million t", hedge="over"), conversions=[BARRELS]).loc["o"]
    assert found["interval"] == portion.open(Fraction(13_000_000), portion.inf)


@pytest.mark.parametrize(
    ("cells", "unit"),
    [
        ({"unit": "thousand bbl"}, "thousand bbl"),  # measures the same already
        ({"unit": "bbl/day"}, "bbl/day"),  # a rate of the same
        ({"unit": "percent", "measure": "growth", "base": "2023"}, "percent"),  # no amount of anything
    ],
)
def test_what_needs_no_conversion_keeps_its_unit(cells: dict[str, Any], unit: str) -> None:
    assert read(observation("o", "5", "oil", **cells), conversions=[BARRELS]).loc["o", "in_unit"] == unit


def test_a_conversion_is_of_its_own_metric_and_unit() -> None:
    row = observation("o", "5", "oil", unit="t")
    for other in (("cargo", *BARRELS[1:]), ("oil", "container", *BARRELS[2:])):
        assert find_conversion(row, small(conversions=[other])) is None
        assert read(row, conversions=[other]).loc["o", "in_unit"] == "t"
    assert find_conversion(row, small(conversions=[BARRELS])) is not None


# --- for a reader


@pytest.mark.parametrize(
    ("cells", "unit", "said"),
    [
        ({"value": "4400", "unit": "million USD"}, "USD", "4.4 billion USD"),
        ({"value": "55", "unit": "billion m^3/year", "hedge": "up to"}, "m^3", "up to 55 billion m³ a year"),
        ({"value": "7600", "unit": "thousand t"}, "t", "7.6 million tonnes"),
        ({"value": "30", "unit": "million AZN", "hedge": "about"}, "USD", "about 30 million AZN"),
        ({"value": "-4.3", "unit": "percent", "measure": "growth"}, "USD", "−4.3 %"),
        ({"value": "1.45", "unit": "times", "measure": "multiple"}, "USD", "1.45 times"),
        ({"value": "2", "unit": "rank", "measure": "rank"}, "rank", "rank 2"),
        ({"value": "1", "unit": "person"}, "person", "1 person"),
    ],
)
def test_a_figure_for_a_reader_is_in_whole_units_with_its_hedge(cells: dict[str, Any], unit: str, said: str) -> None:
    assert format_observation(observation("o", **cells), unit) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("4400", "million USD", "4.4 billion USD"),
        ("4400.0", "million USD", "4400.0 million USD"),  # a short text would say less
        ("496.753", "million USD", "496.753 million USD"),
        ("-4.3", "percent", "-4.3 %"),
        ("43", "item", "43"),
        ("7600", "thousand t", "7.6 million tonnes"),
        ("300", "million m^3/day", "300 million m³ a day"),
    ],
)
def test_a_value_as_a_text_would_print_it(value: str, unit: str, said: str) -> None:
    assert format_as_printed(observation("o", value, unit=unit)) == said


# --- whose they are


def test_a_side_has_its_own_observations_and_those_of_nobody() -> None:
    rows = [observation(name, "5", reporter=side) for name, side in (("a", "A"), ("b", "B"), ("n", ""))]
    ledger = small(observations=rows)
    assert find_reporters(ledger) == ["A", "B"]
    assert list(select_reporter(read_observations(ledger), "A").index) == ["a", "n"]
    assert list(select_reporter(read_observations(ledger), "B").index) == ["b", "n"]


def test_observations_are_found_by_what_they_hold_in_order_of_time() -> None:
    rows = [
        observation("late", "5", period="2024"),
        observation("early", "4", period="2023"),
        observation("of-c", "4", counterpart_area="C"),
        observation("other", "4", "first"),
    ]
    found = read(*rows)
    assert list(select_observations(found, metric_id="total", counterpart_area="B").index) == ["early", "late"]
    assert list(select_observations(found, metric_id=["total", "first"], period="2024").index) == [
        "late",
        "of-c",
        "other",
    ]
    assert select_observations(found, metric_id="nothing").empty


def test_a_series_differs_in_nothing_but_time() -> None:
    rows = [
        observation("b", "5", period="2024"),
        observation("machine", "5", period="2023", quality="machine"),
        observation("a", "4", period="2023", note="revised"),
        observation("other", "4", period="2023", publisher="Press"),
    ]
    assert [list(group.index) for group in split_into_series(read(*rows))] == [["a", "b"], ["machine"], ["other"]]


# --- beside the claims


def test_observations_stand_among_the_claims_as_claims_of_their_publishers() -> None:
    ledger = small(claim("text", "$5 billion"), observations=[observation("o", "4.4", unit="billion USD")])
    both = add_observations_as_claims(ledger, read_observations(ledger))
    assert list(both["claims"]["claim_id"]) == ["text", "o"]
    row = both.row("claims", "o")
    assert (row["source_id"], row["as_printed"], row["unit"]) == ("Office", "4.4 billion USD", "USD")
    assert claim_interval(row, minimum=0) == half_open(4_350_000_000, 4_450_000_000)
    assert both.row("sources", "Office")["publisher"] == "Office"
    assert list(both["claims"].dtypes) == list(ledger["claims"].dtypes)
    assert list(both["sources"].dtypes) == list(ledger["sources"].dtypes)
    assert list(ledger["claims"]["claim_id"]) == ["text"]  # and nothing is changed in place


def test_observations_can_stand_alone() -> None:
    claims = [claim("a", "5"), claim("b", "6")]
    ledger = small(*claims, apart=[("a", "b", "question")], observations=[observation("o", "4")])
    alone = add_observations_as_claims(ledger, read_observations(ledger), replace_claims=True)
    assert list(alone["claims"]["claim_id"]) == ["o"]
    assert alone["incomparable"].empty
    assert len(add_observations_as_claims(ledger, read_observations(ledger))["incomparable"]) == 1


def test_a_publisher_stands_among_the_sources_once() -> None:
    ledger = small(observations=[observation("a", "4"), observation("b", "5"), observation("c", "5", publisher="X")])
    found = list(add_observations_as_claims(ledger, read_observations(ledger))["sources"]["source_id"])
    assert found[-2:] == ["Office", "X"]
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [
        ({"value": "38", "unit": "thousand person", "metric": "victims"}, 37_500, 38_500),  # no exact count
        ({"value": "668", "unit": "thousand t", "metric": "oil"}, 4_338_750, 5_348_000),  # in barrels
        ({"value": "2", "unit": "million t", "metric": "oil", "hedge": "over"}, 13_000_000, portion.inf),
    ],
)
def test_what_is_printed_gives_way_to_what_is_known(cells: dict[str, Any], low: int, high: Any) -> None:
    ledger = small(observations=[observation("o", **cells)], conversions=[BARRELS])
    found = claim_interval(add_observations_as_claims(ledger, read_observations(ledger)).row("claims", "o"), minimum=0)
    assert (found.lower, found.upper) == (low, high)


def test_every_observation_says_the_same_among_the_claims(small: Ledger) -> None:
    found = read_observations(small)
    claims = add_observations_as_claims(small, found, replace_claims=True)["claims"].set_index("claim_id")
    least = small["metrics"].set_index("metric_id")["minimum"]
    assert list(claims.index) == list(found.index)
    for row, own in zip(claims.to_dict("records"), found.to_dict("records"), strict=True):
        minimum = None if pd.isna(least[own["metric_id"]]) else float(least[own["metric_id"]])
        meant, said = units.convert_interval(own["interval"], own["in_unit"], row["unit"]), claim_interval(row, minimum)
        assert (said.lower, said.upper) == (meant.lower, meant.upper), row["claim_id"]


def test_the_order_of_rows_changes_no_reading(small: Ledger) -> None:
    found, again = (read_observations(one)[["interval", "in_unit", "figure"]] for one in (small, shuffled(small, 7)))
    assert found.equals(again.loc[found.index])
