from typing import Any

import portion
import pytest

from compendium.analysis import exposure
from compendium.analysis.exposure import (
    ECONOMY,
    EXPORTS,
    IMPORTS,
    PURCHASES,
    REMITTANCES,
    SALES,
    TOTAL,
    TRANSIT,
    Assumptions,
    ExposureIds,
)
from compendium.display.tables import exposure as exposure_tables
from compendium.ledger.loader import Ledger
from tests.support.small import closed, observation, small

KINDS = ExposureIds("sold", "mirror", "economy", "sent", "WORLD")
METRICS = (
    {"metric_id": "economy", "name": "Economy"},
    {"metric_id": "sent", "name": "Money sent home"},
    {"metric_id": "fruit", "name": "Fruit", "part_of": "sold"},
)
ASSUMED = Assumptions("2024", counted_by="A", totals_by="Bank")


def row(name: str, value: str, metric: str, area: str, counterpart: str, **cells: Any) -> dict[str, Any]:
    return observation(
        f"o.{name}", value, ref_area=area, counterpart_area=counterpart, **{"metric_id": metric, "unit": "USD"} | cells
    ) | {"metric_id": metric}


def bank(name: str, value: str, metric: str, area: str, counterpart: str = "") -> dict[str, Any]:
    return row(name, value, metric, area, counterpart, publisher="Bank", reporter="")


ROWS = (
    row("sold", "10.0", "total", "A", "B") | {"metric_id": "sold"},
    row("bought", "30.0", "total", "A", "B") | {"metric_id": "mirror"},
    row("sent", "5.0", "total", "A", "B") | {"metric_id": "sent"},
    *(
        bank(f"{metric}-{area.lower()}", value, "total", area, counterpart) | {"metric_id": metric}
        for area, value in (("A", "1000.0"), ("B", "9000.0"))
        for metric, counterpart in (("sold", "WORLD"), ("mirror", "WORLD"), ("economy", ""))
    ),
)


def ledger(*rows: dict[str, Any]) -> Ledger:
    return small(observations=rows or ROWS, metrics=METRICS)


def found(assumed: Assumptions = ASSUMED, *rows: dict[str, Any]) -> dict[tuple[str, str], exposure.Exposure]:
    return {(one.side, one.flow): one for one in exposure.exposures(ledger(*rows), assumed, ("A", "B"), KINDS)}


def middle(interval: portion.Interval) -> float:
    return round(float(interval.lower + interval.upper) / 2, 3)


def test_one_sides_sales_are_the_others_purchases() -> None:
    stakes = found()
    assert middle(stakes["A", SALES].amount) == middle(stakes["B", PURCHASES].amount) == 10
    assert middle(stakes["A", PURCHASES].amount) == middle(stakes["B", SALES].amount) == 30


def test_shares_are_of_each_sides_own_wholes() -> None:
    stakes = found()
    assert middle(stakes["A", SALES].shares[EXPORTS]) == 1
    assert middle(stakes["A", PURCHASES].shares[IMPORTS]) == 3
    assert middle(stakes["B", SALES].shares[EXPORTS]) == pytest.approx(30 / 90, abs=1e-3)
    assert middle(stakes["A", TOTAL].shares[ECONOMY]) == 4.5


def test_of_which_nothing_is_assumed_nothing_or_all_is_left() -> None:
    one = found()["A", SALES]
    assert one.unreplaced is not None
    assert (one.unreplaced.lower, one.unreplaced.upper) == (0, one.amount.upper)


def test_what_finds_another_way_is_not_left() -> None:
    one = found(Assumptions("2024", "A", "Bank", other_buyers={"A": (40, 60)}))["A", SALES]
    assert one.unreplaced == portion.closedopen(one.amount.lower * 2 / 5, one.amount.upper * 3 / 5)
    gone = found(Assumptions("2024", "A", "Bank", other_sellers={"A": (100, 100)}))["A", PURCHASES]
    assert gone.unreplaced == portion.singleton(0)


def test_the_sum_takes_what_is_known_and_is_what_turnover_leaves() -> None:
    assert middle(found()["A", TOTAL].amount) == 45
    assert middle(found()["B", TOTAL].amount) == 40
    turnover = row("turnover", "40.0", "total", "A", "B") | {"metric_id": "turnover"}
    metrics = ({"metric_id": "turnover", "name": "Turnover", "sum_of": "sold; mirror"}, *METRICS)
    only = small(observations=[turnover, *ROWS[3:]], metrics=metrics)
    stakes = {(one.side, one.flow): one for one in exposure.exposures(only, ASSUMED, ("A", "B"), KINDS)}
    assert stakes["A", SALES].amount.lower == 0
    assert middle(stakes["A", TOTAL].amount) == 40


def test_money_sent_home_counts_only_where_it_is_assumed_and_known() -> None:
    assert found()["B", REMITTANCES].missing_reason == exposure.NOT_FOUND
    assert (
        found(Assumptions("2024", "A", "Bank", remittances=False))["A", REMITTANCES].missing_reason
        == exposure.NOT_COUNTED
    )


def test_fees_of_transit_are_what_is_assumed_for_a_side() -> None:
    stakes = found(Assumptions("2024", "A", "Bank", transit={"A": (1, 2)}))
    assert stakes["A", TRANSIT].amount == closed(10**6, 2 * 10**6)
    assert (stakes["B", TRANSIT].amount, stakes["B", TRANSIT].missing_reason) == (None, exposure.NO_AMOUNT)


@pytest.mark.parametrize("assumed", [Assumptions("2023", "A", "Bank"), Assumptions("2024", "B", "Bank")])
def test_what_the_counting_side_does_not_print_stays_empty(assumed: Assumptions) -> None:
    assert {one.amount for (_, what), one in found(assumed).items() if what in (SALES, PURCHASES, TOTAL)} == {None}


def test_without_a_whole_there_is_no_share() -> None:
    assert found(Assumptions("2024", "A", "Nobody"))["A", SALES].shares == {}


@pytest.mark.parametrize(
    "cells", [{"other_buyers": {"A": (60, 40)}}, {"other_sellers": {"A": (0, 101)}}, {"transit": {"B": (-1, 2)}}]
)
def test_a_range_that_cannot_be_is_refused(cells: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(cells))} of [AB]: .*expected numbers from 0"):
        Assumptions("2024", "A", "Bank", **cells)


def test_goods_are_weighed_within_their_own_exports() -> None:
    rows = [
        row("fruit", "8.0", "total", "A", "B", reporter="", unit="million USD") | {"metric_id": "fruit"},
        row("all-fruit", "10.0", "total", "A", "WORLD", reporter="", unit="million USD") | {"metric_id": "fruit"},
    ]
    (one,) = exposure.goods_exposures(ledger(*rows), ASSUMED, ("A", "B"), KINDS, ["fruit", "sold"])
    assert middle(one.amount) == 8 * 10**6
    assert middle(one.shares[EXPORTS]) == pytest.approx(80, abs=0.1)


def test_a_table_shows_the_reason_where_there_is_no_amount() -> None:
    shown = exposure_tables.exposures_table(found().values(), ledger(), "USD", "Stakes").data
    assert exposure.NO_AMOUNT in shown
    assert "of exports" in shown


def test_every_assumption_is_shown_with_what_it_means() -> None:
    shown = exposure_tables.assumptions_table(
        Assumptions("2024", "A", "Bank", other_buyers={"A": (0, 50)}), {"A": "Aland"}, "Assumed"
    ).data
    assert "Aland: 0–50" in shown
    assert shown.count("<tr>") == 8


def test_unknown_and_endless_amounts_are_said() -> None:
    assert exposure_tables.format_exposure(None, "USD") == "–"
    assert exposure_tables.format_exposure(None, "USD", unknown="unknown") == "unknown"
    assert exposure_tables.format_exposure(portion.closed(0, 5), "USD") == "at most 5.00 USD"
