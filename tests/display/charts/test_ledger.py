import itertools
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pandas as pd
import portion
import pytest
from matplotlib import dates, pyplot
from matplotlib.text import Text

from compendium.display.charts import ledger as ledger_charts
from compendium.display.charts import maps, style
from compendium.values.periods import read_period


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    style.use()
    yield
    pyplot.close("all")


def markers(axes: pyplot.Axes) -> list[str]:
    return [str(line.get_marker()) for line in axes.lines]


def test_an_interval_is_a_bar_a_point_or_an_arrow() -> None:
    ranges = [portion.closed(Fraction(1), Fraction(3)), portion.singleton(2), portion.open(2, portion.inf)]
    axes = ledger_charts.interval_chart(["a", "b", "c"], ranges, unit="x").axes[0]
    assert [list(map(float, line.get_xdata())) for line in axes.lines][:2] == [[1.0, 3.0], [2.0]]
    assert markers(axes) == ["None", "o", "None", ">"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]


def test_an_interval_open_below_has_its_arrow_at_the_left() -> None:
    axes = ledger_charts.interval_chart(["a"], [portion.openclosed(-portion.inf, 5)], unit="x").axes[0]
    assert "<" in markers(axes)


def test_bars_are_in_the_scale_of_the_axis() -> None:
    axes = ledger_charts.interval_chart(["a"], [portion.closed(1, 2)], unit="billion").axes[0]
    assert list(map(float, axes.lines[0].get_xdata())) == [1.0, 2.0]


def test_notes_stand_beside_the_upper_end_of_each_bar() -> None:
    ranges = [portion.closed(Fraction(1, 2), Fraction(3, 2)), portion.closed(1, 2)]
    axes = ledger_charts.interval_chart(["a", "b"], ranges, unit="x", notes=["1–3", "2–4"]).axes[0]
    assert [(text.get_text(), *text.xy) for text in axes.texts] == [("1–3", 1.5, 0), ("2–4", 2.0, 1)]


def test_a_note_on_an_endless_bar_stands_beside_its_arrow() -> None:
    ranges = [portion.closed(Fraction(1), Fraction(3)), portion.open(Fraction(2), portion.inf)]
    axes = ledger_charts.interval_chart(["a", "b"], ranges, unit="x", notes=["", "more than 2"]).axes[0]
    assert axes.texts[1].xy == (axes.get_xlim()[1], 1)


def test_bars_have_no_notes_unless_they_are_given() -> None:
    ranges = [portion.closed(Fraction(1, 2), Fraction(3, 2)), portion.closed(1, 2)]
    assert list(ledger_charts.interval_chart(["a", "b"], ranges, unit="x").axes[0].texts) == []
    assert len(ledger_charts.interval_chart(["a", "b"], ranges, unit="x", notes=["first"]).axes[0].texts) == 1


def events() -> pd.DataFrame:
    rows = [
        ("First", read_period("2024-01"), 5.0),
        ("Second", read_period("2024-03/2024-05"), -5.0),
        ("Undated", None, 1.0),
    ]
    return pd.DataFrame(rows, columns=["name", "span", "goldstein"])


def test_a_timeline_shows_every_dated_event_in_the_colour_of_its_score() -> None:
    axes = ledger_charts.timeline_chart(events()).axes[0]
    assert [line.get_color() for line in axes.lines] == [style.COOPERATION, style.CONFLICT]
    assert [text.get_text() for text in axes.texts] == ["First", "Second"]


def test_scores_leave_out_what_has_no_date() -> None:
    assert (
        len([line for line in ledger_charts.event_scores_chart(events()).axes[0].lines if line.get_marker() == "o"])
        == 2
    )


def test_ties_share_their_axes() -> None:
    table = pd.DataFrame({"cooperation": [1.0, 2.0], "conflict": [-3.0, 0.0]}, index=[2023, 2024])
    drawn = ledger_charts.tie_scores_chart({"one": table, "other": table * 2})
    assert drawn.axes[0].get_ylim() == drawn.axes[1].get_ylim()
    assert [text.get_text() for text in drawn.axes[0].texts] == ["+1.0", "+2.0", "−3.0"]


def test_no_name_on_a_map_covers_another() -> None:
    stops = pd.DataFrame(
        {
            "route_id": ["r"] * 6,
            "place_id": list("abcdef"),
            "name": ["Alphaville", "Betatown", "Gammastadt", "Deltaport", "Epsilon", "Zeta City"],
            "latitude": [40.0, 40.2, 40.4, 40.6, 45.0, 45.1],
            "longitude": [50.0, 50.1, 50.2, 50.3, 48.0, 47.9],
        }
    )
    drawn = maps.route_map(stops, [maps.Route("r", style.SERIES_COLOURS[0])])
    drawn.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in drawn.axes[0].texts]
    assert len(boxes) == 6
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


def test_a_schematic_names_every_stop_and_rings_shared_ones() -> None:
    drawn = maps.route_diagram({"First line": ["A", "B"], "Second line": ["B", "C"]}, style.SERIES_COLOURS[:2])
    axes = drawn.axes[0]
    assert [text.get_text() for text in axes.texts] == ["First line", "A", "B", "Second line", "B", "C"]
    faces = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "o"]
    assert [face == style.PAPER for face in faces] == [False, True, True, False]


def test_two_ways_draws_turnover_above_and_scores_below() -> None:
    scores = pd.DataFrame({"cooperation": [1.0], "conflict": [-2.0]}, index=[2024])
    drawn = ledger_charts.amounts_and_scores_chart({"claims": {2023: portion.closed(1, 2)}}, scores, unit="Turnover")
    above, below = drawn.axes
    assert above.get_title(loc="left") == "Turnover"
    assert [patch.get_height() for patch in below.patches] == [1.0, -2.0]


def test_others_stand_beside_the_bars_by_year_each_with_its_mark() -> None:
    scores = pd.DataFrame({"cooperation": [1.0], "conflict": [-2.0]}, index=[2024])
    others = {
        "one": {2023: portion.closed(2, 4)},
        "other": {2023: portion.open(9, portion.inf), 2025: portion.closed(1, 1)},
    }
    drawn = ledger_charts.amounts_and_scores_chart({"claimed": {2023: portion.closed(1, 2)}} | others, scores, unit="x")
    above, below = drawn.axes
    marks = [
        (line.get_marker(), float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in above.lines
        if line.get_marker() != "None" and len(line.get_xdata())
    ]
    assert [(mark, height) for mark, _, height in marks] == [("o", 3), ("^", 9), ("D", 1)]  # an open end is a triangle
    assert [round(at) for _, at, _ in marks] == [2023, 2023, 2025]
    assert 2023 < marks[0][1] < marks[1][1]  # neither on the bar nor on each other
    assert above.get_ylim()[1] > 9
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["one", "other", "claimed"]
    assert list(below.get_xticks()) == [2023, 2024, 2025]


def test_what_others_record_is_a_diamond_on_the_bar() -> None:
    known = events().assign(event_id=["one", "two", "none"])
    recorded = {"one": [read_period("2024-01-10")], "two": [read_period("2024-04-01"), read_period("2024-06-30")]}
    axes = ledger_charts.timeline_chart(known, recorded).axes[0]
    diamonds = [(dates.num2date(line.get_xdata()[0]).date(), line.get_ydata()[0])
                for line in axes.lines if line.get_marker() == "D"]  # fmt: skip
    assert [(str(day), row) for day, row in diamonds] == [("2024-01-10", 0), ("2024-04-01", 1), ("2024-06-30", 1)]
    assert (
        dates.num2date(axes.get_xlim()[1]).date() == read_period("2024-06-30").last
    )  # the axis reaches the last of them


# --- coasts and borders beneath the routes

SQUARE = pd.DataFrame(
    {"route_id": ["r"] * 2, "place_id": list("ab"), "name": ["One", "Two"], "latitude": [0.0, 10.0],
     "longitude": [0.0, 10.0]}
)  # fmt: skip
WEST_COAST = "5 -30, 5 30"  # northwards, the land at its right: the water is the west
OUTLINES = pd.DataFrame(
    [("coast", WEST_COAST), ("border", "-30 2, 30 2"), ("disputed", "-30 8, 30 8"),
     ("coast", "25 25, 26 25, 26 26, 25 25")],
    columns=["kind", "line"],
)  # fmt: skip


def mapped(outlines: pd.DataFrame | None) -> pyplot.Axes:
    return maps.route_map(SQUARE, [maps.Route("r", style.SERIES_COLOURS[0])], outlines=outlines).axes[0]


def test_the_water_is_one_area_beneath_the_routes() -> None:
    axes = mapped(OUTLINES)
    (sea,) = axes.patches
    assert (sea.get_zorder() < 1, sea.get_fill()) == (True, True)
    assert sea.get_path().contains_point((2, 5))  # west of the coast
    assert not sea.get_path().contains_point((8, 5))
    routes = [line for line in axes.lines if line.get_color() == style.SERIES_COLOURS[0]]
    assert all(line.get_zorder() > sea.get_zorder() for line in routes)


def test_what_is_disputed_is_dotted_and_what_is_not_is_a_line() -> None:
    borders = {line.get_linestyle(): line for line in mapped(OUTLINES).lines if line.get_color() == style.MUTED}
    assert borders.keys() == {"-", ":"}
    heights = {dashes: np.nanmean(line.get_ydata()) for dashes, line in borders.items()}
    assert heights == {"-": pytest.approx(2), ":": pytest.approx(8)}
    assert all(line.get_zorder() < 1 for line in borders.values())


def test_outlines_reach_to_the_edge_of_the_map_and_not_beyond() -> None:
    plain, axes = mapped(None), mapped(OUTLINES)
    assert (axes.get_xlim(), axes.get_ylim()) == (plain.get_xlim(), plain.get_ylim())  # the routes set the frame
    west, east = axes.get_xlim()
    for line in axes.lines:
        if line.get_color() == style.MUTED:
            assert (np.nanmin(line.get_xdata()), np.nanmax(line.get_xdata())) == pytest.approx((west, east))
    (sea,) = axes.patches
    assert not sea.get_path().contains_point((west - 1, 5))


def test_pieces_of_a_border_are_not_joined_by_a_line() -> None:
    pieces = pd.DataFrame({"kind": "border", "line": ["1 1, 2 1", "8 9, 9 9"]})
    (border,) = (line for line in mapped(pieces).lines if line.get_color() == style.MUTED)
    xs = border.get_xdata()
    assert [*np.isnan(xs)] == [False, False, True, False, False, True]


def test_a_map_without_outlines_has_no_water_and_one_without_coasts_neither() -> None:
    assert not mapped(None).patches
    assert not mapped(OUTLINES[OUTLINES["kind"] != "coast"]).patches


def test_a_map_with_outlines_still_names_its_places() -> None:
    axes = mapped(OUTLINES)
    assert [text.get_text() for text in axes.texts] == ["One", "Two"]


def test_a_name_stops_looking_where_nothing_further_away_can_be_freer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names stand where they would if every place around a point were tried."""
    places = [(f"p{turn}", f"Place {turn}", turn % 4, turn * 7 % 5) for turn in range(9)]
    rows = [("one", *place) for place in places]
    stops = pd.DataFrame(rows, columns=["route_id", "place_id", "name", "longitude", "latitude"])

    def placed() -> list[tuple[str, tuple[float, float]]]:
        (axes,) = maps.route_map(stops, [maps.Route("one", style.SERIES_COLOURS[0])]).axes
        return [(text.get_text(), text.xyann) for text in axes.texts]

    soon = placed()
    monkeypatch.setattr(ledger_charts, "any", lambda _: False, raising=False)  # never stop
    assert placed() == soon
    assert len({far for _, far in soon}) > 3  # it is crowded
