from fractions import Fraction
from typing import Any

import pandas as pd
import portion
import pytest

from compendium.ledger.claims import (
    QUANTITY_KEYS,
    claim_interval,
    competing_figures,
    read_claims,
    source_counts,
)
from compendium.ledger.loader import Ledger
from compendium.values.number_parsing import format_figure

BARE: dict[str, Any] = {
    "as_printed": "4.4",
    "hedge": "",
    "unit": "USD",
    "measure": "level",
    "low": pd.NA,
    "high": pd.NA,
}


def test_a_count_is_exact_and_a_sum_of_money_is_not() -> None:
    assert claim_interval(BARE | {"as_printed": "38", "unit": "person"}) == portion.singleton(38)
    assert claim_interval(BARE) == portion.closedopen(Fraction("4.35"), Fraction("4.45"))


def test_own_bounds_replace_those_of_the_table() -> None:
    assert claim_interval(BARE | {"low": 4.0}) == portion.closedopen(4, Fraction("4.45"))
    assert claim_interval(BARE | {"low": 4.0, "high": 5.0}) == portion.closed(4, 5)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (5.0, 6.0, portion.closed(5, 6)),  # both above what is read, [4.35, 4.45)
        (1.0, 2.0, portion.closed(1, 2)),  # both below
        (4.4, 4.4, portion.singleton(Fraction("4.4"))),
        (0.1, 0.3, portion.closed(Fraction(1, 10), Fraction(3, 10))),  # the decimals that were written
        (5.0, pd.NA, portion.empty()),  # one end alone past the other leaves nothing, which the checks tell
        (pd.NA, 4.0, portion.empty()),
        (pd.NA, 4.4, portion.closed(Fraction("4.35"), Fraction("4.4"))),
    ],
)
def test_both_bounds_are_replaced_at_once(low: Any, high: Any, expected: portion.Interval) -> None:
    assert claim_interval(BARE | {"low": low, "high": high}) == expected


def test_own_bounds_close_what_has_no_end() -> None:
    above = BARE | {"hedge": "more than"}
    assert claim_interval(above | {"low": 5.0, "high": 6.0}) == portion.closed(5, 6)
    assert claim_interval(above | {"high": 6.0}) == portion.openclosed(Fraction("4.4"), 6)
    assert claim_interval(above | {"low": 5.0}) == portion.closedopen(5, portion.inf)


def test_a_level_stays_above_the_minimum_of_its_metric() -> None:
    up_to = BARE | {"as_printed": "35", "hedge": "up to"}
    assert claim_interval(up_to, minimum=0) == portion.closed(0, 35)
    assert claim_interval(up_to | {"measure": "growth"}, minimum=0).lower == -portion.inf


def test_a_share_stays_within_its_whole() -> None:
    share = BARE | {"as_printed": "30%", "hedge": "more than", "unit": "percent", "measure": "share"}
    assert claim_interval(share) == portion.openclosed(30, 100)
    assert claim_interval(share | {"measure": "growth"}).upper == portion.inf


def test_a_direction_is_read_from_its_column_and_not_from_its_words() -> None:
    words = BARE | {"as_printed": "slightly decreased", "unit": "percent", "measure": "direction"}
    assert claim_interval(words | {"direction": "falls"}) == portion.open(-portion.inf, 0)
    assert claim_interval(words | {"direction": "rises"}) == portion.open(0, portion.inf)
    assert claim_interval(words | {"direction": "falls"}, minimum=0) == portion.open(
        -portion.inf, 0
    )  # of growth, not of sums


@pytest.mark.parametrize(
    ("hedge", "printed", "said"),
    [("almost", "$4.8 billion", "almost $4.8 billion"), ("", "8%20млрд", "8 млрд"), ("-dən çox", "1 %", "1 %-dən çox")],
)
def test_figure_with_its_hedge(hedge: str, printed: str, said: str) -> None:
    assert format_figure({"hedge": hedge, "as_printed": printed}) == said


def rows(*intervals: portion.Interval, **other: str) -> pd.DataFrame:
    base = dict.fromkeys(
        [*QUANTITY_KEYS, "measure", "unit", "base_metric_id", "base_area", "base_counterpart", "base_period"], "x"
    )
    return pd.DataFrame(
        [{**base, "rank": "normal", "claim_id": str(n), "interval": i, **other} for n, i in enumerate(intervals)]
    )


def test_figures_that_share_a_value_agree() -> None:
    pairs = competing_figures(rows(portion.closedopen(1, 3), portion.closed(2, 4)))
    assert pairs["agree"].tolist() == [True]
    assert pairs["common"][0] == portion.closedopen(2, 3)


def test_figures_that_only_touch_at_an_open_end_do_not_agree() -> None:
    assert competing_figures(rows(portion.closedopen(1, 2), portion.closed(2, 3)))["agree"].tolist() == [False]


def test_without_a_period_nothing_is_compared() -> None:
    assert competing_figures(rows(portion.closed(1, 2), portion.closed(5, 6), period="")).empty


def test_a_deprecated_claim_is_not_compared() -> None:
    assert competing_figures(rows(portion.closed(1, 2), portion.closed(5, 6), rank="deprecated")).empty


def test_sources_are_counted_and_gaps_as_zero(small: Ledger) -> None:
    grid = source_counts(read_claims(small), ["passengers", "turnover", "no-such-metric"], ["2022", "1900"])
    assert grid.to_numpy().tolist() == [[2, 0], [1, 0], [0, 0]]  # two texts count passengers, one prints trade thrice


def test_every_claim_of_a_sound_ledger_can_be_read(small: Ledger) -> None:
    claims = read_claims(small)
    assert not any(interval.empty for interval in claims["interval"])
    assert (claims["author"] != "").all()
