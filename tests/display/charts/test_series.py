import itertools
import re
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import portion
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from compendium.display.charts import series as series_charts
from compendium.display.charts import style
from tests.support.small import closed as between

BLUE, ORANGE, GREEN = style.SERIES_COLOURS[:3]
POINT = portion.singleton
ENDLESS = portion.inf


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    style.use()
    yield
    pyplot.close("all")


def written(drawn: Figure) -> list[str]:
    """Return every text that is seen on a figure; a name beyond the edge of its axes is not."""
    out = StringIO()
    drawn.savefig(out, format="svg")
    return re.findall(r"<text[^>]*>([^<]+)</text>", out.getvalue())


def bars(axes: pyplot.Axes) -> list[tuple[str, list[tuple[float, float]], list[tuple[float, float]]]]:
    """Return by series its colour, its places and middles, and the ends of each interval."""
    return [
        (
            to_hex(line.get_color()),
            [(float(x), float(y)) for x, y in line.get_xydata()],
            [(round(float(ends[0, 1]), 9), round(float(ends[1, 1]), 9)) for ends in upright.get_segments()],
        )
        for line, _, (upright,) in axes.containers
    ]


def lines(axes: pyplot.Axes) -> list[tuple[list[float], list[float], str, str]]:
    """Return of every line its abscissas and ordinates, its marker and its colour."""
    return [
        ([float(x) for x in line.get_xdata()], [float(y) for y in line.get_ydata()], str(line.get_marker()),
         to_hex(line.get_color()))
        for line in axes.lines
    ]  # fmt: skip


def keys(drawn: Figure) -> list[str]:
    return [text.get_text() for legend in drawn.legends for text in legend.get_texts()]


def apart(drawn: Figure, names: list[str]) -> bool:
    """Tell whether the names of a figure lie on the figure and none on another."""
    drawn.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for axes in drawn.axes for text in axes.texts if text.get_text() in names]
    assert len(boxes) == len(names)
    inside = all(drawn.bbox.x0 <= box.x0 and box.x1 <= drawn.bbox.x1 for box in boxes)
    return inside and not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


# --- over time


def test_a_series_is_its_intervals_in_order_of_time() -> None:
    series = {"one": {2022: between(2, 6), 2021: between(1, 3)}, "other": {2021.5: POINT(0.5)}}
    axes = series_charts.time_series_chart(series, unit="thousand").axes[0]
    assert bars(axes) == [
        (BLUE, [(2021, 2), (2022, 4)], [(1, 3), (2, 6)]),
        (ORANGE, [(2021.5, 0.5)], [(0.5, 0.5)]),
    ]
    assert axes.get_title(loc="left") == "thousand"


def test_series_differ_by_their_markers_too() -> None:
    axes = series_charts.time_series_chart(
        {name: {2021: POINT(place)} for place, name in enumerate("abcdefgh")}, unit="x"
    ).axes[0]
    marks = [(line.get_marker(), to_hex(line.get_color())) for line, *_ in axes.containers]
    assert len(set(marks[:6])) == len({mark for mark, _ in marks[:6]}) == 6
    assert marks[6:] == marks[:2]  # after the last they begin anew


def test_a_series_has_the_colour_that_it_is_given() -> None:
    series = {name: {2021: POINT(1), 2022: POINT(place)} for place, name in enumerate("ab", 2)}
    axes = series_charts.time_series_chart(series, unit="x", colours={"b": GREEN}).axes[0]
    assert [colour for colour, *_ in bars(axes)] == [BLUE, GREEN]
    assert {text.get_text(): text.get_color() for text in axes.texts} == {"a": BLUE, "b": GREEN}


def test_each_name_stands_at_the_last_time_beside_its_last_value() -> None:
    series = {"long": {2020: POINT(1), 2024: POINT(9)}, "short": {2020: POINT(2), 2021: POINT(3)}}
    axes = series_charts.time_series_chart(series, unit="x").axes[0]
    assert {text.get_text(): text.xy for text in axes.texts} == {"long": (2024, 9), "short": (2024, 3)}


@pytest.mark.parametrize("height", [2.6, 3.2])
@pytest.mark.parametrize("zero", [True, False])
def test_no_name_at_the_end_of_a_line_lies_on_another(height: float, zero: bool) -> None:
    ends = {"Azerbaijan": 50, "Armenia": 50, "Georgia": 50.5, "Russian Federation": 49, "Ukraine": 90}
    series = {name: {2020: POINT(100), 2021: POINT(end)} for name, end in ends.items()}
    drawn = series_charts.time_series_chart(series, unit="x", zero=zero, height=height)
    assert apart(drawn, list(ends))
    assert set(ends) <= set(written(drawn))
    places = {text.get_text(): text.xy[1] for text in drawn.axes[0].texts}
    assert sorted(places, key=places.__getitem__) == [
        "Russian Federation", "Armenia", "Azerbaijan", "Georgia", "Ukraine",
    ]  # fmt: skip
    assert (places["Russian Federation"], places["Ukraine"]) == (49, 90)  # there was room


def test_the_names_of_the_highest_lines_are_seen_too() -> None:
    series = {name: {2020: POINT(10), 2021: POINT(end)} for name, end in (("first", 50), ("second", 49))}
    assert {"first", "second"} <= set(written(series_charts.time_series_chart(series, unit="x")))


def test_amounts_begin_at_nothing_and_scores_need_not() -> None:
    series = {"one": {2020: POINT(60), 2021: POINT(64)}}
    assert series_charts.time_series_chart(series, unit="x").axes[0].get_ylim()[0] == 0
    assert series_charts.time_series_chart(series, unit="x", zero=False).axes[0].get_ylim()[0] > 59


def test_amounts_near_nothing_begin_at_nothing_too() -> None:
    assert (
        series_charts.time_series_chart({"one": {2020: POINT(1), 2021: POINT(50)}}, unit="x").axes[0].get_ylim()[0] == 0
    )


def test_what_is_below_nothing_is_not_cut_off() -> None:
    assert (
        series_charts.time_series_chart({"one": {2020: POINT(-5), 2021: POINT(5)}}, unit="x").axes[0].get_ylim()[0] < -5
    )


def test_scores_on_both_sides_of_nothing_have_a_line_there() -> None:
    def level(*values: int) -> list[list[float]]:
        series = {"one": {2020 + place: POINT(value) for place, value in enumerate(values)}}
        axes = series_charts.time_series_chart(series, unit="x", zero=False).axes[0]
        return [line.get_ydata() for line in axes.lines if line.get_color() == style.MUTED]

    assert level(-5, 5) == [[0, 0]]
    assert level(60, 64) == []


def test_years_are_whole() -> None:
    axes = series_charts.time_series_chart({"one": {2020: POINT(1), 2022: POINT(2)}}, unit="x").axes[0]
    assert all(tick == int(tick) for tick in axes.get_xticks())


def test_a_single_value_is_a_point_with_its_name() -> None:
    drawn = series_charts.time_series_chart({"one": {2021: between(1, 3)}}, unit="x")
    assert bars(drawn.axes[0]) == [(BLUE, [(2021, 2)], [(1, 3)])]
    assert "one" in written(drawn)


# --- abreast


def test_panels_stand_below_each_other_with_a_common_axis_of_places() -> None:
    panels = {name: {"one": [(year, between(1, 2))]} for name, year in (("First", 2021), ("Second", 2024))}
    drawn = series_charts.grouped_intervals_chart(panels, {"one": BLUE})
    assert [axes.get_title(loc="left") for axes in drawn.axes] == ["First", "Second"]
    assert [lines(axes)[0][:2] for axes in drawn.axes] == [([2021, 2021], [1, 2]), ([2024, 2024], [1, 2])]
    (ends,) = {axes.get_xlim() for axes in drawn.axes}
    assert ends[0] < 2021 < 2024 < ends[1]
    heights = [
        series_charts.grouped_intervals_chart(dict(list(panels.items())[:count]), {"one": BLUE}).get_figheight()
        for count in (1, 2)
    ]
    assert heights[1] - heights[0] == pytest.approx(1.9)


def test_an_interval_is_an_upright_bar_with_its_marker_in_the_middle() -> None:
    panels = {"Title": {"one": [(2021, between(1, 3)), (2021, POINT(0.5))]}}
    axes = series_charts.grouped_intervals_chart(panels, {"one": BLUE}).axes[0]
    assert lines(axes) == [
        ([2021, 2021], [1, 3], "None", BLUE), ([2021], [2], "o", BLUE),
        ([2021, 2021], [0.5, 0.5], "None", BLUE), ([2021], [0.5], "o", BLUE),
    ]  # fmt: skip
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylim()[1] > 3


def test_an_interval_without_an_upper_end_is_an_arrow_above_all_others() -> None:
    panels = {"Title": {"one": [(1, portion.open(2, ENDLESS)), (2, between(3, 10))]}}
    axes = series_charts.grouped_intervals_chart(panels, {"one": BLUE}).axes[0]
    assert lines(axes)[:3] == [
        ([1, 1], [2, 11], "None", BLUE), ([1], [2], "o", BLUE), ([1], [11], "^", BLUE),
    ]  # fmt: skip
    assert axes.get_ylim()[1] > 11


def test_series_of_one_place_stand_beside_each_other_in_the_order_of_their_colours() -> None:
    panels = {"Title": {"third": [(2021, POINT(3))], "first": [(2021, POINT(1))], "second": [(2021, POINT(2))]}}
    axes = series_charts.grouped_intervals_chart(panels, {"first": BLUE, "second": ORANGE, "third": GREEN}).axes[0]
    at = {colour: xs[0] for xs, _, marker, colour in lines(axes) if marker != "None"}
    assert at[BLUE] < at[ORANGE] == 2021 < at[GREEN]
    assert at[GREEN] - at[BLUE] < 0.7  # and nearer to each other than to the next place


def test_each_colour_has_its_marker_and_hollow_ones_share_that_of_their_colour() -> None:
    panels = {"Title": {name: [(1, POINT(1))] for name in ("full", "empty", "other")}}
    colours = {"full": BLUE, "empty": BLUE, "other": ORANGE}
    drawn = series_charts.grouped_intervals_chart(panels, colours, hollow=["empty"])
    marks = [
        (line.get_marker(), line.get_markerfacecolor()) for line in drawn.axes[0].lines if line.get_marker() != "None"
    ]
    assert marks == [("o", BLUE), ("o", style.PAPER), ("s", ORANGE)]
    (legend,) = drawn.legends
    assert keys(drawn) == ["full", "empty", "other"]
    assert [line.get_markerfacecolor() for line in legend.get_lines()] == [BLUE, style.PAPER, ORANGE]


def test_a_single_series_has_no_legend() -> None:
    assert series_charts.grouped_intervals_chart({"T": {"one": [(1, POINT(1))]}}, {"one": BLUE}).legends == []


def test_places_are_named_below_the_last_panel() -> None:
    panels = {name: {"one": [(1, POINT(1)), (2.5, POINT(2))]} for name in ("First", "Second")}
    drawn = series_charts.grouped_intervals_chart(panels, {"one": BLUE}, ticks={1: "January", 2.5: "March"})
    drawn.draw_without_rendering()
    assert [tick.get_text() for tick in drawn.axes[1].get_xticklabels()] == ["January", "March"]
    assert list(drawn.axes[1].get_xticks()) == [1, 2.5]


def test_a_series_that_is_empty_in_one_panel_is_no_fault() -> None:
    panels = {"Title": {"none": [], "one": [(1, POINT(2))]}}
    drawn = series_charts.grouped_intervals_chart(panels, {"none": BLUE, "one": ORANGE})
    assert {colour for *_, colour in lines(drawn.axes[0])} == {ORANGE}
    assert keys(drawn) == ["none", "one"]


# --- a grid of words


def test_a_grid_has_its_words_where_row_and_column_meet() -> None:
    cells = {"First\nrow": {"A": "yes", "B": "no"}, "Second": {"B": "?", "A": "no"}}
    drawn = series_charts.word_grid_chart(cells, {"yes": BLUE, "no": ORANGE})
    (axes,) = drawn.axes
    assert [(text.get_text(), *text.xy) for text in axes.texts] == [
        ("yes", 0, 2.75), ("no", 1, 2.75), ("no", 0, 5.5), ("?", 1, 5.5), ("First\nrow", -0.5, 2.13),
        ("Second", -0.5, 4.88),
    ]  # fmt: skip
    assert [label.get_text() for label in axes.get_xticklabels()] == ["A", "B"]
    assert axes.get_ylim() == (6.1, -0.6)  # the first row above


def test_a_word_with_a_colour_stands_on_it_and_stays_legible() -> None:
    axes = series_charts.word_grid_chart({"row": {"A": "yes", "B": "?", "C": "no"}}, {"yes": BLUE, "no": ORANGE}).axes[
        0
    ]
    boxes = [(to_hex(box.get_facecolor()), box.get_x() + box.get_width() / 2) for box in axes.patches]
    assert boxes == [(BLUE, pytest.approx(0)), (ORANGE, pytest.approx(2))]
    assert [text.get_color() for text in axes.texts] == [style.PAPER, style.INK, style.PAPER, style.INK]


def test_the_label_of_a_row_lies_above_its_words_and_on_nothing() -> None:
    cells = {f"Row {row}\nof two lines": {"A": f"yes {row}", "B": f"no {row}"} for row in range(5)}
    drawn = series_charts.word_grid_chart(cells, {f"yes {row}": BLUE for row in range(5)})
    assert apart(drawn, [*cells, *(word for words in cells.values() for word in words.values())])
    boxes = [patch.get_window_extent() for patch in drawn.axes[0].patches]
    labels = [Text.get_window_extent(text) for text in drawn.axes[0].texts if text.get_text() in cells]
    assert not any(label.y0 + 1 < box.y1 and box.y0 < label.y1 - 1 for label in labels for box in boxes)


def test_a_grid_is_as_high_as_its_labels_have_lines() -> None:
    low, high = (
        series_charts.word_grid_chart({"\n".join("x" * count): {"A": "yes"}}, {}).get_figheight() for count in (2, 5)
    )
    assert high - low == pytest.approx(3 * 0.172)


# --- parts of a whole


def test_the_parts_of_a_bar_follow_each_other() -> None:
    drawn = series_charts.stacked_bar_chart({"First": {"a": 5, "b": 3}, "Second": {"b": 4}}, unit="tonnes")
    (axes,) = drawn.axes
    assert [(round(bar.get_y() + bar.get_height() / 2), bar.get_x(), bar.get_width(), to_hex(bar.get_facecolor()))
            for bar in axes.patches] == [(0, 0, 5, BLUE), (0, 5, 3, ORANGE), (1, 0, 4, ORANGE)]  # fmt: skip
    assert [label.get_text() for label in axes.get_yticklabels()] == ["First", "Second"]
    assert axes.get_ylim() == (1.5, -0.5)
    assert axes.get_xlabel() == "tonnes"


def test_a_part_has_its_value_in_its_middle_where_there_is_room() -> None:
    drawn = series_charts.stacked_bar_chart({"First": {"a": 27.5, "b": 0.5}, "Second": {"a": 3, "b": 0.5}}, unit="x")
    assert [(text.get_text(), *text.xy) for text in drawn.axes[0].texts] == [("a 27.5", 13.75, 0), ("3", 1.5, 1)]
    assert keys(drawn) == ["b"]  # which has no room for its name


def test_a_part_is_named_where_it_first_has_room_and_then_no_more() -> None:
    drawn = series_charts.stacked_bar_chart(
        {"First": {"name": 1, "other": 50}, "Second": {"name": 40}, "Third": {"name": 41}}, unit="x"
    )
    assert [text.get_text() for text in drawn.axes[0].texts] == ["other 50", "name 40", "41"]
    assert keys(drawn) == []


def test_no_value_of_a_part_is_wider_than_the_part() -> None:
    rows = {"Row": {f"part {n}": n + 0.25 for n in range(12)}, "Other": {f"part {n}": 12.5 - n for n in range(12)}}
    drawn = series_charts.stacked_bar_chart(rows, unit="x")
    drawn.draw_without_rendering()
    (axes,) = drawn.axes
    bars = {(round(bar.get_y() + 0.33), round(bar.get_x() + bar.get_width() / 2, 6)): bar for bar in axes.patches}
    for text in axes.texts:
        bar, box = bars[text.xy[1], round(text.xy[0], 6)].get_window_extent(), Text.get_window_extent(text)
        assert bar.x0 <= box.x0 and box.x1 <= bar.x1


def test_a_part_has_the_colour_that_it_is_given_and_no_other_takes_it() -> None:
    axes = series_charts.stacked_bar_chart(
        {"Row": {"a": 1, "b": 2, "c": 3}}, unit="x", colours={"c": BLUE, "z": GREEN}
    ).axes[0]
    assert [to_hex(bar.get_facecolor()) for bar in axes.patches] == [ORANGE, GREEN, BLUE]


def test_a_row_without_parts_is_an_empty_row() -> None:
    axes = series_charts.stacked_bar_chart({"First": {"a": 5}, "None": {}}, unit="x").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["First", "None"]
    assert len(axes.patches) == 1


# --- claimed and observed


def test_what_is_claimed_stands_above_what_is_observed_in_one_unit() -> None:
    drawn = series_charts.claimed_observed_chart(
        ["A", "B"], [between(10, 20), between(-30, 50)], [between(40, 60), between(0, 100)],
        ["note of A", "note of B"], unit="percent",
    )  # fmt: skip
    (axes,) = drawn.axes
    seen = {(row, colour): (xs, ys[0]) for (xs, ys, _, colour), row in zip(lines(axes), (0, 0, 1, 1), strict=True)}
    assert {key: xs for key, (xs, _) in seen.items()} == {
        (0, style.CLAIMED): [10, 20], (0, style.OBSERVED): [40, 60],
        (1, style.CLAIMED): [-30, 50], (1, style.OBSERVED): [0, 100],
    }  # fmt: skip
    assert all(
        seen[row, style.CLAIMED][1] < row < seen[row, style.OBSERVED][1] for row in (0, 1)
    )  # the axis runs downwards
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert axes.get_xlim()[0] == -30
    assert axes.get_xlim()[1] >= 100
    assert axes.get_xlabel() == "percent"
    assert [text.get_text() for text in axes.texts] == ["A", "note of A", "B", "note of B"]
    assert keys(drawn) == ["above: claimed", "below: independent figure"]
    assert [to_hex(patch.get_facecolor()) for patch in drawn.legends[0].get_patches()] == [
        style.CLAIMED,
        style.OBSERVED,
    ]


def test_a_single_value_is_still_seen_and_stays_where_it_is() -> None:
    axes = series_charts.claimed_observed_chart(["A"], [POINT(50)], [between(60, 120)], [""], unit="x").axes[0]
    (low, high) = next(xs for xs, _, _, colour in lines(axes) if colour == style.CLAIMED)
    assert 0 < high - low <= 2
    assert (low + high) / 2 == pytest.approx(50)


def test_the_axis_of_a_comparison_begins_at_nothing() -> None:
    assert (
        series_charts.claimed_observed_chart(["A"], [between(5, 6)], [between(7, 8)], [""], unit="x")
        .axes[0]
        .get_xlim()[0]
        == 0
    )


# --- carried and possible


def test_use_is_a_pair_of_bars_from_nothing_with_what_is_open_beside() -> None:
    carried, possible = [portion.closed(2, 4)], [portion.open(6, portion.inf)]
    axes = series_charts.capacity_use_chart(["A line"], carried, possible, ["some of it"], unit="thousand tonnes").axes[
        0
    ]
    assert [(bar.get_x(), bar.get_width()) for bar in axes.patches] == [(0, 2), (2, 2), (0, 6), (6, 0)]
    assert [bar.get_alpha() for bar in axes.patches] == [None, 0.45, None, 0.45]
    assert [text.get_text() for text in axes.texts] == ["A line", "some of it"]
    assert axes.get_xlabel() == "thousand tonnes"
    assert axes.get_xlim()[0] == 0


def test_the_two_bars_of_use_are_told_apart() -> None:
    drawn = series_charts.capacity_use_chart(["A"], [portion.closed(1, 1)], [portion.closed(2, 2)], [""], unit="t")
    assert keys(drawn) == ["above: carried", "below: stated capacity"]
    assert len({bar.get_facecolor()[:3] for bar in drawn.axes[0].patches}) == 2


def test_what_is_carried_stands_above_what_could_be_row_by_row() -> None:
    drawn = series_charts.capacity_use_chart(["A", "B"], [POINT(1), POINT(2)], [POINT(3), POINT(4)], ["", ""], unit="t")
    (axes,) = drawn.axes
    middles = [(bar.get_width(), bar.get_y() + bar.get_height() / 2) for bar in axes.patches if bar.get_width()]
    assert [width for width, _ in middles] == [1, 3, 2, 4]
    assert [place for _, place in middles] == sorted(place for _, place in middles)
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


@pytest.mark.parametrize(
    "draw",
    [
        lambda *rows: series_charts.claimed_observed_chart(*rows, unit="x"),
        lambda *rows: series_charts.capacity_use_chart(*rows, unit="x"),
    ],
    ids=["compared", "used"],
)
def test_labels_and_notes_of_rows_lie_neither_on_each_other_nor_on_the_bars(draw: Callable[..., Any]) -> None:
    for count in (1, 5, 12):
        labels, notes = ([f"{word} {n}" for n in range(count)] for word in ("Label", "Note"))
        drawn = draw(labels, [between(1, 2)] * count, [between(3, 4)] * count, notes)
        names = [text for n in range(count) for text in (f"Label {n}", f"Note {n}")]
        assert apart(drawn, names)
        axes = drawn.axes[0]
        inks = [line.get_window_extent() for line in axes.lines] + [bar.get_window_extent() for bar in axes.patches]
        heights = [(box.y0, box.y1) for box in inks]
        assert not any(
            low < box.y1 - 1 and box.y0 + 1 < high
            for low, high in heights
            for box in (Text.get_window_extent(text) for text in axes.texts)
        )


# --- what they are given stays as it is


def test_no_figure_changes_what_it_is_given() -> None:
    series = {"one": {2022: between(2, 6), 2021: between(1, 3)}}
    cells = {"row": {"A": "yes"}}
    series_charts.time_series_chart(series, unit="x")
    series_charts.word_grid_chart(cells, {})
    assert series == {"one": {2022: between(2, 6), 2021: between(1, 3)}}
    assert list(series["one"]) == [2022, 2021]
    assert cells == {"row": {"A": "yes"}}
