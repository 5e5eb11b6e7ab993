"""A small made-up figure of every kind, for tests of what stands behind figures."""

from collections.abc import Callable
from fractions import Fraction

import pandas as pd
import portion
from matplotlib.figure import Figure

from compendium.display.charts import ledger as ledger_charts
from compendium.display.charts import maps, style
from compendium.display.charts import series as series_charts
from compendium.values.periods import read_period

POINT = portion.singleton
OPEN = portion.open(2, portion.inf)
SCORES = pd.DataFrame({"cooperation": [1.0, 2.0], "conflict": [-3.0, 0.0]}, index=[2023, 2024])
STOPS = pd.DataFrame(
    {"route_id": ["r", "r", "s", "s"], "place_id": ["a", "b", "b", "c"], "name": ["One", "Two", "Two", "Three"],
     "latitude": [0.0, 10.0, 10.0, 5.0], "longitude": [0.0, 10.0, 10.0, 3.0]}
)  # fmt: skip
EVENTS = pd.DataFrame(
    [("First", "e1", read_period("2024-01"), 5.0), ("Second", "e2", read_period("2024-03/2024-05"), -5.0),
     ("No date", "e3", None, 1),
     ("No score", "e4", read_period("2024-06-01"), pd.NA)],
    columns=["name", "event_id", "span", "goldstein"],
)  # fmt: skip

DRAWN: dict[str, tuple[Callable[[], Figure], str]] = {
    "interval_chart": (
        lambda: ledger_charts.interval_chart(
            ["a\nlong", "b"], [portion.closed(2, 7), portion.open(4, portion.inf)], unit="x", notes=["one"]
        ),
        """
        label,low,high,unit,note
        a long,2.0,7.0,x,one
        b,4.0,,x,
        """,
    ),
    "amounts_and_scores_chart": (
        lambda: ledger_charts.amounts_and_scores_chart(
            {"claims": {2023: portion.closed(1, 2)}, "other": {2024: OPEN}}, SCORES, unit="sums"
        ),
        f"""
        panel,series,year,low,high,unit
        sums,claims,2023,1.0,2.0,sums
        sums,other,2024,2.0,,sums
        "{ledger_charts.SCORES_TITLE}",cooperation,2023,1.0,1.0,points
        "{ledger_charts.SCORES_TITLE}",cooperation,2024,2.0,2.0,points
        "{ledger_charts.SCORES_TITLE}",conflict,2023,-3.0,-3.0,points
        "{ledger_charts.SCORES_TITLE}",conflict,2024,0.0,0.0,points
        """,
    ),
    "tie_scores_chart": (
        lambda: ledger_charts.tie_scores_chart({"one": SCORES}),
        """
        tie,year,series,value,unit
        one,2023,cooperation,1.0,points
        one,2024,cooperation,2.0,points
        one,2023,conflict,-3.0,points
        one,2024,conflict,0.0,points
        """,
    ),
    "timeline_chart": (
        lambda: ledger_charts.timeline_chart(EVENTS, {"e1": [read_period("2024-01-10")]}),
        """
        event,kind,score,by,first,last
        First,cooperative,5.0,the sources,2024-01-01,2024-01-31
        First,cooperative,5.0,others,2024-01-10,2024-01-10
        Second,conflicting,-5.0,the sources,2024-03-01,2024-05-31
        No score,not scored,,the sources,2024-06-01,2024-06-01
        """,
    ),
    "route_map": (
        lambda: maps.route_map(
            STOPS, [maps.Route("r", style.SERIES_COLOURS[0], "Red"), maps.Route("s", style.SERIES_COLOURS[1], "Sea")]
        ),
        """
        route,stop,place,latitude,longitude
        Red,1,One,0.0,0.0
        Red,2,Two,10.0,10.0
        Sea,1,Two,10.0,10.0
        Sea,2,Three,5.0,3.0
        """,
    ),
    "route_diagram": (
        lambda: maps.route_diagram({"Red": ["A", "B"], "Sea": ["B"]}, style.SERIES_COLOURS[:2]),
        """
        route,stop,place,routes
        Red,1,A,1
        Red,2,B,2
        Sea,1,B,2
        """,
    ),
    "event_scores_chart": (
        lambda: ledger_charts.event_scores_chart(EVENTS),
        """
        event,kind,score,first,last
        First,cooperative,5.0,2024-01-01,2024-01-31
        Second,conflicting,-5.0,2024-03-01,2024-05-31
        """,
    ),
    "scaling_chart": (
        lambda: ledger_charts.scaling_chart(
            {"one": {20: 5, 10: 2.5}, "two": {10: 1}}, size_label="rows", unit="seconds"
        ),
        """
        series,size,of,value,unit
        one,10,rows,2.5,seconds
        one,20,rows,5.0,seconds
        two,10,rows,1.0,seconds
        """,
    ),
    "time_series_chart": (
        lambda: series_charts.time_series_chart(
            {"one": {2022: portion.closed(2, 6), 2021: POINT(Fraction(1, 2))}}, unit="kt"
        ),
        """
        series,year,low,high,unit
        one,2021,0.5,0.5,kt
        one,2022,2.0,6.0,kt
        """,
    ),
    "grouped_intervals_chart": (
        lambda: series_charts.grouped_intervals_chart(
            {"T": {"one": [(1, OPEN), (2, POINT(4))]}}, {"one": style.SERIES_COLOURS[0]}, ticks={1: "May", 2: "June"}
        ),
        """
        panel,series,place,low,high
        T,one,May,2.0,
        T,one,June,4.0,4.0
        """,
    ),
    "word_grid_chart": (
        lambda: series_charts.word_grid_chart(
            {"First\nrow": {"A": "yes", "B": "no"}}, {"yes": style.SERIES_COLOURS[0]}
        ),
        """
        row,column,word
        First row,A,yes
        First row,B,no
        """,
    ),
    "stacked_bar_chart": (
        lambda: series_charts.stacked_bar_chart({"First": {"a": 5, "b": 3.5}, "Second": {"b": 4}}, unit="tonnes"),
        """
        row,part,value,unit
        First,a,5.0,tonnes
        First,b,3.5,tonnes
        Second,b,4.0,tonnes
        """,
    ),
    "claimed_observed_chart": (
        lambda: series_charts.claimed_observed_chart(
            ["A", "B"], [POINT(1), POINT(2)], [portion.closed(3, 4), POINT(5)], ["n", "m"], unit="%"
        ),
        """
        label,series,low,high,unit,note
        A,claimed,1.0,1.0,%,n
        A,independent figure,3.0,4.0,%,n
        B,claimed,2.0,2.0,%,m
        B,independent figure,5.0,5.0,%,m
        """,
    ),
    "capacity_use_chart": (
        lambda: series_charts.capacity_use_chart(
            ["A"], [POINT(1)], [portion.open(Fraction(1, 500), portion.inf)], ["n"], unit="kt"
        ),
        """
        label,series,low,high,unit,note
        A,carried,1.0,1.0,kt,n
        A,stated capacity,0.002,,kt,n
        """,
    ),
}  # fmt: skip
"""By function: what draws a figure, and the table behind it as CSV, worked out by hand."""
