"""Amounts beside each other, on a made-up ledger: a claim and figures, a line and its capacity, parts and a whole."""

from typing import Any

import pytest

from compendium.display.chapter.amounts import Amount, exactly
from compendium.display.chapter.charts import Chart
from compendium.display.chapter.compared import Parts, claim_chart, daily_rates, latest_use, uses_chart
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.shelf import Shelf
from compendium.display.chapter.yearly import Yearly
from tests.support.small import closed, observation, small

CARGO: dict[str, Any] = {"metric": "cargo", "unit": "million t"}
FIGURES = [
    observation("o.2022", "3.0", period="2022", **CARGO),
    observation("o.2023", "4.0", period="2023", **CARGO),
    observation("o.2023-again", "4.1", period="2023", **CARGO),
    observation("o.plan", "9.0", period="2030", obs_status="forecast", **CARGO),
    observation("o.room", "8000", metric="capacity", period="", unit="thousand t/year", stated_on="2024-05"),
    observation("o.a", "1.0", metric="first", period="2023", unit="billion USD"),
    observation("o.b", "2.0", metric="second", period="2023", unit="billion USD"),
    observation("o.only", "1.0", metric="first", period="2022", unit="billion USD"),
    observation("o.all", "3.0", metric="total", period="2023", unit="billion USD"),
    observation("o.all-2022", "5.0", metric="total", period="2022", unit="billion USD"),
]


@pytest.fixture(scope="module")
def ledger() -> OpenLedger:
    return OpenLedger(Shelf(small(observations=FIGURES)))


@pytest.fixture(scope="module")
def parts(ledger: OpenLedger) -> Parts:
    names = {"second": "Two", "first": "One"}
    return Parts(ledger.observations("first", "second"), ledger.observations("total"), "metric", names, least=2)


def text(shown: Any) -> str:
    return str(shown.data)


def written(chart: Chart) -> str:
    return "|".join(word.get_text() for word in chart.drawn.axes[0].texts)


def test_rates_and_rests() -> None:
    rate = Amount(closed("2", "2"), "thousand t/day")
    assert rate.in_a_year.unit == "t" and float(rate.in_a_year.low) == 2000 * 365.25
    assert exactly(366, "t").rate("2024") == exactly(1, "t/day")
    assert exactly(2, "million t").unscaled == exactly(2_000_000, "t") and exactly(2, "t").unscaled == exactly(2, "t")
    left = Amount(closed("5", "6"), "t") - Amount(closed("1", "2"), "t")
    assert left == Amount(closed("3", "5"), "t")


def test_the_year_in_which_a_series_turns() -> None:
    def peak(*levels: int) -> int | None:
        return Yearly({2020 + place: exactly(level) for place, level in enumerate(levels)}).peak

    assert (peak(1, 2, 1), peak(1, 2, 3), peak(2, 1, 2)) == (2021, 2022, None)


def test_figures_by_what_columns_hold(ledger: OpenLedger) -> None:
    figures = ledger.observations("cargo")
    assert figures.ids == ["o.2022", "o.2023", "o.2023-again", "o.plan"] == ledger.observations(metric="cargo").ids
    found = figures.by("period")
    assert found["2023"] == figures["o.2023"].amount.unscaled and found["2023"].unit == "t"
    assert ledger.observations("first", "second").grid("metric", "period")["second"].keys() == {"2023"}
    assert figures.without("o.plan").never_falls() and not ledger.observations("total").never_falls()
    assert str(figures.first.span.last) == "2022-12-31"


def test_cells_of_figures(ledger: OpenLedger) -> None:
    figures = ledger.observations("cargo")
    assert "2022" in figures.cell("o.2022").replace("o.2022", "") and figures.cell("o.2022", "so").endswith(
        "<small>so</small>"
    )
    assert figures.cells().count("<div>") == 4


def test_a_claim_above_figures(ledger: OpenLedger) -> None:
    rates = daily_rates(ledger.observations("cargo").without("o.2023-again"))
    assert list(rates) == ["2022", "2023", "2030, planned"] and rates["2022"].unit == "million t/day"
    claim = Amount(closed("8000", "9000"), "t/day")
    chart = claim_chart(ledger, ("said", claim), rates, "thousand tonnes a day", meeting="fits")
    assert "Bars. 4 bars" in text(chart.show("Bars", "C")) and written(chart).count("fits") == 1


def test_what_is_carried_against_what_could_be(ledger: OpenLedger) -> None:
    use = latest_use(ledger, "cargo", "capacity")
    assert use.flow.id == "o.2023-again" and use.possible.unit == "t"
    assert exactly(51, "percent") in use.percent and use.note.endswith("against the capacity said May 2024")
    assert use.note in written(uses_chart(ledger, {"Port": use}, "million tonnes"))


def test_parts_beside_their_whole(parts: Parts, ledger: OpenLedger) -> None:
    assert list(parts.rows) == ["2022", "2023"] and parts.summed == [parts.last] and parts.add_up()
    assert list(parts.separated["2023"]) == ["Two", "One"] and parts.largest("Two") and not parts.largest("One")
    assert list(parts.shown()) == ["2023"] and parts.shown("rest")["2022"]["rest"].middle == 4e9
    assert "Two 2" in text(ledger.charts.parts(parts.shown(), "billion USD").show("Parts", "C"))
    assert parts.share("One", "2023").meets(exactly(33, "percent"))
    table = text(parts.table("T", ["Year", "Sum", "Total", "Beside"], {"2023": "more"}))
    assert "<caption>T</caption>" in table and "o.all" in table and "more" in table
    with pytest.raises(ValueError, match="stands beside 2023"):
        parts.table("T", ["Year", "Sum", "Total", "Beside"], {})
