"""Series abreast and tables by period."""

from collections.abc import Iterator

import portion
import pytest
from markupsafe import Markup
from matplotlib import pyplot
from small import observation, small

from compendium import charts, checked, style
from compendium.observations import read_observations


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    style.use()
    yield
    pyplot.close("all")


COLOURS = {"follows": style.SERIES[0], "one": style.SERIES[0], "other": style.SERIES[1]}


def test_series_stand_abreast_at_their_place_a_panel_a_quantity() -> None:
    panels = {
        "Up": {"one": [(2021, portion.closed(2000, 4000))], "other": [(2021, portion.closed(1000, 1000))]},
        "Down": {"follows": [(2022, portion.open(3000, portion.inf))]},
    }
    above, below = charts.abreast(panels, COLOURS, scale=1e3, hollow=["follows"]).axes
    bars = [line for line in above.lines if line.get_marker() == "None"]
    assert [list(map(float, bar.get_ydata())) for bar in bars] == [[2, 4], [1, 1]]
    assert bars[0].get_xdata()[0] < bars[1].get_xdata()[0]
    marks = [line.get_marker() for line in above.lines if line.get_marker() != "None"]
    assert len(set(marks)) == 2
    assert [line.get_marker() for line in below.lines][-1] == "^"
    assert below.lines[1].get_markerfacecolor() == style.PAPER
    assert [axes.get_title(loc="left") for axes in (above, below)] == ["Up", "Down"]


def test_series_of_one_colour_share_a_marker_and_are_named_above() -> None:
    drawn = charts.abreast({"": {"one": [(0, portion.closed(1, 2))]}}, COLOURS, ticks={0: "Jan–Apr"})
    keys = drawn.legends[0]
    assert [text.get_text() for text in keys.get_texts()] == list(COLOURS)
    assert keys.get_lines()[0].get_marker() == keys.get_lines()[1].get_marker() != keys.get_lines()[2].get_marker()
    assert [label.get_text() for label in drawn.axes[0].get_xticklabels()] == ["Jan–Apr"]


def test_a_single_series_needs_no_name() -> None:
    assert not charts.abreast({"": {"one": [(0, portion.closed(1, 2))]}}, COLOURS, legend=False).legends


def test_observations_by_period_stand_in_order_of_time_with_a_dash_for_none() -> None:
    rows = [
        observation("o.late", "3", period="2024", unit="million USD"),
        observation("o.early", "2", period="2023-01/2023-06", unit="million USD", reporter="B"),
        observation("o.rise", "5", period="2024", base="2023", measure="growth", unit="percent"),
    ]
    found = read_observations(small(observations=rows))
    columns = {"A": found[found["reporter"] == "A"], "B": found[found["reporter"] == "B"]}
    shown = checked.by_period(columns, "By time", follows={("B", "2024"): Markup("<b>follows</b>")}).data
    assert shown.index("January–June 2023") < shown.index(">2024<")
    assert "growth over 2023" in shown
    assert "<b>follows</b>" in shown
    assert "<td>–</td>" in shown
