import math
from collections.abc import Iterator

import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from compendium.display.charts import alt_text, maps, style
from compendium.display.charts import ledger as ledger_charts
from compendium.display.charts import series as series_charts
from compendium.display.charts.alt_text import Mark
from tests.support.drawings import DRAWN, POINT
from tests.support.small import closed as between


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    style.use()
    yield
    pyplot.close("all")


def marks(*ends: tuple[float, float]) -> list[Mark]:
    return [Mark(name, *pair) for name, pair in zip("abcdefgh", ends, strict=False)]


# --- what stands out


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ([(1, 1), (3, 3), (2, 2)], "Highest: b, 3; lowest: a, 1."),
        ([(1, 2), (3, 4), (2.5, 3.5)], "Highest: b or c, whose ranges overlap; lowest: a, 1–2."),
        ([(1, 2), (2, 3), (2.5, 3)], "Highest: b or c, whose ranges overlap; lowest: a or b, whose ranges overlap."),
        ([(5, 5), (5, 5), (1, 1)], "Highest: a and b, 5; lowest: c, 1."),
        ([(5, 5), (5, 5)], "All are 5."),
        ([(1, 3), (2, 4)], "Their ranges overlap: none is clearly the highest."),
        ([(1, 1), (2, math.inf)], "Highest: b, at least 2; lowest: a, 1."),
        ([(1, 9), (-math.inf, 0)], "Highest: a, 1–9; lowest: b, at most 0."),
        ([(9, 9)] * 4 + [(1, 1)], "Highest: one of 4, 9 each; lowest: e, 1."),
        ([(-3, -3), (2, 2)], "Highest: b, 2; lowest: a, −3."),
        ([(1, 1)], ""),
    ],
)
def test_the_highest_and_the_lowest_are_told_as_far_as_intervals_do(ends: list[tuple[float, float]], said: str) -> None:
    assert alt_text.describe_extremes(marks(*ends)) == said


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ([(1, 1), (2, 2), (3, 3)], "rises"),
        ([(3, 3), (3, 3), (1, 1)], "falls"),
        ([(1, 1), (3, 3), (2, 2)], "rises and falls"),
        ([(1, 3), (2, 4), (2.5, 4)], "does not clearly change"),  # each overlaps each
        ([(1, 2), (1.5, 2.5), (2.1, 3)], "rises"),  # none is above the one before, the last is above the first
        ([(1, 3), (3, 4)], "does not clearly change"),  # where they touch, they may be equal
        ([(1, 1), (5, math.inf), (2, 2)], "rises and falls"),
        ([(1, 1), (0, math.inf)], "does not clearly change"),
    ],
)
def test_a_trend_is_what_intervals_leave_no_doubt_of(ends: list[tuple[float, float]], said: str) -> None:
    assert alt_text.describe_trend(marks(*ends)) == said


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((1234.5, 1234.5), "1,234.5"),
        ((4.35, 4.45), "4.35–4.45"),
        ((4.1185, 4.1195), "4.12"),  # to hear both ends would tell less
        ((-2, -1), "−2–−1"),
        ((-math.inf, math.inf), "any amount"),
    ],
)
def test_a_value_is_said_as_a_reader_would(ends: tuple[float, float], said: str) -> None:
    assert str(Mark("a", *ends)) == said


# --- kinds of figures

SAID = {
    "interval_chart": "2 bars (x). Their ranges overlap: none is clearly the highest. All: a long, 2–7; b, at least 4.",
    "amounts_and_scores_chart": (
        "6 marks. Claims is 1–2 at 2023. Other is at least 2 at 2024. Cooperation rises, from 1 in 2023 to 2 in 2024. "
        "Conflict comes nearer to zero, from −3 in 2023 to 0 in 2024."
    ),
    "tie_scores_chart": (
        "4 marks. Cooperation rises, from 1 in 2023 to 2 in 2024. "
        "Conflict comes nearer to zero, from −3 in 2023 to 0 in 2024."
    ),
    "timeline_chart": (
        "3 events: 1 cooperative, 1 conflicting, 1 not scored. "
        "First: First, January 2024; last: No score, 1 June 2024. "
        "Scores from −5.0 to +5.0. Days that others recorded: 1. "
        "All: First, January 2024; Second, March–May 2024; No score, 1 June 2024."
    ),
    "route_map": "2 routes through 3 places. Red: One, Two. Sea: Two, Three. Shared: Two.",
    "route_diagram": "2 routes through 2 places. Red: A, B. Sea: B. Shared: B.",
    "event_scores_chart": (
        "2 events: 1 cooperative, 1 conflicting. First: First, January 2024; last: Second, March–May 2024. "
        "Scores from −5.0 to +5.0."
    ),
    "scaling_chart": "3 marks (seconds). One rises, from 2.5 in 10 to 5 in 20. Two is 1 at 10.",
    "time_series_chart": "2 marks (kt). One rises, from 0.5 in 2021 to 2–6 in 2022.",
    "grouped_intervals_chart": "2 marks. One May at least 2, June 4.",
    "word_grid_chart": "A grid of 1 row. How often each word stands in a column: A: yes 1; B: no 1.",
    "stacked_bar_chart": "2 bars of 2 parts (tonnes). First: a 5, b 3.5; Second: b 4.",
    "claimed_observed_chart": (
        "2 pairs of bars (%). “claimed” is above “independent figure” in 0 and below it in 2. "
        "A: claimed 1, independent figure 3–4; B: claimed 2, independent figure 5."
    ),
    "capacity_use_chart": (
        "1 pair of bars (kt). “carried” is above “stated capacity” in 0 and below it in 0. "
        "A: carried 1, stated capacity at least 0.002."
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_says_what_its_table_says(name: str) -> None:
    assert alt_text.describe_chart(DRAWN[name][0](), "It shows this.") == f"It shows this. {SAID[name]}"


def test_values_are_read_out_where_they_are_few_and_else_are_not() -> None:
    def bars(count: int) -> str:
        names = [f"row {n}" for n in range(count)]
        return alt_text.describe_chart(
            ledger_charts.interval_chart(names, [POINT(n) for n in range(count)], unit="x"), "Bars"
        )

    assert "All: row 0, 0; row 1, 1;" in bars(12)
    assert "All" not in bars(13)
    assert bars(13) == "Bars. 13 bars (x). Highest: row 12, 12; lowest: row 0, 0."


def test_a_series_that_rises_and_falls_has_its_peaks_told() -> None:
    drawn = series_charts.time_series_chart(
        {"one": {2020 + n: POINT(value) for n, value in enumerate([3, 9, 1, 4])}}, unit="x"
    )
    assert (
        "One rises and falls, from 3 in 2020 to 4 in 2023; highest: 2021, 9; lowest: 2022, 1."
        in alt_text.describe_chart(drawn, "T")
    )


def test_series_of_one_name_are_told_apart_by_their_panels() -> None:
    panels = {"Up": {"one": [(1, POINT(1)), (2, POINT(2))]}, "Down": {"one": [(1, POINT(2)), (2, POINT(1))]}}
    said = alt_text.describe_chart(
        series_charts.grouped_intervals_chart(panels, {"one": style.SERIES_COLOURS[0]}), "Panels"
    )
    assert "Up rises, from 1 in 1 to 2 in 2. Down falls, from 2 in 1 to 1 in 2." in said


def test_many_parts_are_told_by_the_rows_in_which_they_are_most_and_least() -> None:
    rows = {f"row {n}": {"a": float(n), "b": 20.0 - n} for n in range(1, 9)}
    assert alt_text.describe_chart(series_charts.stacked_bar_chart(rows, unit="x"), "Many") == (
        "Many. 8 bars of 2 parts (x). a, highest: row 8, 8; lowest: row 1, 1. b, highest: row 1, 19; lowest: row 8, 12."
    )


def zigzag(series: int) -> Figure:
    values = {2000 + year: between(year * 7 % 5 * 1000, year * 7 % 5 * 1000 + 900) for year in range(20)}
    return series_charts.time_series_chart(
        {f"a series of a long name, number {n}": values for n in range(series)}, unit="x"
    )


def test_no_text_is_longer_than_can_be_listened_to_and_no_series_falls_silent() -> None:
    lengths = {count: len(alt_text.describe_chart(zigzag(count), "Many")) for count in (1, 4, 8)}
    assert all(100 < length <= alt_text.MAX_LENGTH for length in lengths.values())
    assert all(f"number {n} rises and falls" in alt_text.describe_chart(zigzag(8), "Many") for n in range(8))


def test_long_routes_are_told_by_their_ends() -> None:
    routes = {name: [f"{name}, a place of a long name {n}" for n in range(12)] for name in ("Red", "Sea")}
    said = alt_text.describe_chart(maps.route_diagram(routes, style.SERIES_COLOURS[:2]), "Routes")
    assert "Red: from Red, a place of a long name 0 to Red, a place of a long name 11 by way of 10 more." in said


def test_what_is_of_no_known_kind_is_refused_in_words() -> None:
    drawn = style.attach_table(Figure(), pd.DataFrame({"colour": ["red"]}))
    with pytest.raises(ValueError, match="columns colour is of no known kind"):
        alt_text.describe_chart(drawn, "Nothing")
    with pytest.raises(ValueError, match="a table of 0 rows"):
        alt_text.describe_chart(style.attach_table(Figure(), pd.DataFrame({"series": [], "year": []})), "Nothing")
    with pytest.raises(ValueError, match="attach_table"):
        alt_text.describe_chart(Figure(), "Nothing")
