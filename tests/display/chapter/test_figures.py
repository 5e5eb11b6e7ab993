"""Figures taken together: selections split, summed and compared, series in a table, bars with what is printed."""

import pytest

from compendium.display.chapter.amounts import Amount, exactly
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.shelf import Shelf
from tests.support.small import claim, closed, observation, small


@pytest.fixture(scope="module")
def ledger() -> OpenLedger:
    figures = [
        observation("o.2022", "4.0", "first", period="2022", unit="billion USD"),
        observation("o.2023", "5.0", "first", period="2023", unit="billion USD"),
        observation("o.second", "1000", "second", period="2023", unit="million USD"),
        observation("o.piece", "1.0", "piece", period="2024", unit="billion USD"),
    ]
    return OpenLedger(Shelf(small(claim("one2024.a", "$2.0 billion", metric="first"), observations=figures)))


def test_figures_are_split_and_summed_and_compared(ledger: OpenLedger) -> None:
    every = ledger.observations()
    first, second = every.split("metric", ["first", "second"])
    assert (first.ids, second.ids) == (["o.2022", "o.2023"], ["o.second"])
    assert first.above(second) and not second.above(first)
    assert first.sum.meets(Amount(closed(9, 9), "billion USD"))
    assert [list(series) for series in every.yearly("first", "second")] == [[2022, 2023], [2023]]
    assert every.largest_first().ids[:2] == ["o.2023", "o.2022"], "a thousand million are less than five billion"
    with pytest.raises(ValueError, match="no row has metric cargo"):
        every.split("metric", ["first", "cargo"])


def test_parts_of_a_metric(ledger: OpenLedger) -> None:
    assert ledger.observations().parts_of("first").ids == ["o.piece"]


def test_amounts_of_several_rows(ledger: OpenLedger) -> None:
    claimed, counted = ledger.amounts("one2024.a", "o.2022")
    assert claimed < counted
    assert (exactly(6, "t/year") / exactly(3, "t").a_year) == exactly(2)


def test_series_in_a_table(ledger: OpenLedger) -> None:
    first, second = ledger.observations().yearly("first", "second")
    shown = str(ledger.years_table({"Firsts": first, "Seconds": second}, "Both").data)
    assert "Both" in shown and "2023" in shown and "2022" not in shown and "Firsts" in shown


def test_bars_with_what_is_printed(ledger: OpenLedger) -> None:
    rows = [("Claimed", ledger.entry("one2024.a")), ("Counted", ledger.entry("o.2022"))]
    words = [word.get_text() for word in ledger.charts.figures(rows, "billion USD").drawn.axes[0].texts]
    assert words == [one.figure for _, one in rows] and words[0] == "$2.0 billion"
