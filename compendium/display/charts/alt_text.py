"""Alternative text of charts, computed from the table attached to each: extremes, trends, values.

The page gives the subject of a chart; the rest follows from the numbers. Intervals that overlap are not ordered: no
mark is called the highest of several that may be, and a series that may not have changed has no trend.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import pandas as pd
import portion
from matplotlib.figure import Figure

from compendium.display.charts import style
from compendium.values.formatting import format_amount, format_signed
from compendium.values.periods import Span, format_edtf, format_period

MAX_LENGTH = 600
"""Most characters of a text: a listener cannot skip."""
MAX_LISTED_MARKS = 12
"""Most marks of which all values are given."""


class Mark(NamedTuple):
    """One mark of a chart: its name and the ends of its interval, infinite where it is unbounded."""

    name: str
    low: float
    high: float

    def __str__(self) -> str:
        """Return the value in words."""
        low, high = (None if math.isinf(end) else Fraction(str(end)) for end in (self.low, self.high))
        if low is None and high is None:
            return "any amount"
        if low is None or high is None:
            return f"{'at most' if low is None else 'at least'} {_number(high if low is None else low)}"
        if high - low < abs(high + low) / 400:  # so narrow that its ends would be noise to whoever hears them
            return format_amount(portion.singleton((low + high) / 2), "", digits=0 if low == high else 3)
        return format_amount(portion.closed(low, high), "")


def _number(value: Fraction | None) -> str:
    return format_amount(portion.singleton(value), "")


def describe_chart(chart: Figure, subject: str) -> str:
    """Return the alternative text of a chart: its subject, and sentences on the table attached to it.

    Parameters
    ----------
    chart
        a figure of `compendium.display.charts.ledger` or `compendium.display.charts.series`.
    subject
        the subject, in a few words without a full stop.

    Returns
    -------
    str
        sentences, the most important first, as many as fit into `MAX_LENGTH` characters.

    Raises
    ------
    ValueError
        if the chart has no table, or one of no known kind.
    """
    frame = style.attached_table(chart)
    tell = next((tell for columns, tell in CHART_KINDS if columns <= set(frame.columns)), None)
    if tell is None or frame.empty:
        raise ValueError(
            f"a table of {len(frame)} rows with the columns {', '.join(frame.columns)} is of no known kind"
        )
    said = subject.removesuffix(".") + "."
    for sentence in tell(frame):
        if len(said) + len(sentence) + 1 <= MAX_LENGTH:
            said += f" {sentence}"
    return said


# --- what stands out


def describe_extremes(marks: Sequence[Mark], template: str = "Highest: {}; lowest: {}.") -> str:
    """Return which marks may be the highest and which the lowest, by their intervals; `""` for a single mark."""
    if len(marks) < 2:
        return ""
    least, most = max(mark.low for mark in marks), min(mark.high for mark in marks)
    highest, lowest = [mark for mark in marks if mark.high >= least], [mark for mark in marks if mark.low <= most]
    if len(highest) == len(marks) == len(lowest):
        same = {(mark.low, mark.high) for mark in marks}
        return NO_EXTREME_TEXTS[len(same) == 1].format(marks[0])
    if most <= 0 and all(mark.high <= 0 for mark in marks):  # to be lowest is to be furthest below nothing
        template = template.replace("Highest", "Nearest to nothing").replace("highest", "nearest to nothing")
        template = template.replace("lowest", "furthest below it")
    return template.format(_candidates(highest), _candidates(lowest))


NO_EXTREME_TEXTS = ("Their ranges overlap: none is clearly the highest.", "All are {}.")
"""Texts for marks each of which may be highest and lowest, and for marks that are all the same."""


def _candidates(marks: Sequence[Mark]) -> str:
    if len(marks) == 1:
        return f"{marks[0].name}, {marks[0]}"
    names = [mark.name for mark in marks]
    listed = f"{', '.join(names[:-1])} {{}} {names[-1]}" if len(names) < 4 else f"one of {len(names)}"
    if len({(mark.low, mark.high) for mark in marks}) == 1 and marks[0].low == marks[0].high:
        return f"{listed.format('and')}, {marks[0]}" + ("" if len(names) < 4 else " each")
    return f"{listed.format('or')}, whose ranges overlap"


def describe_trend(marks: Sequence[Mark]) -> str:
    """Return the trend of values in order of time, by what is certain from their intervals.

    Returns
    -------
    str
        `rises` or `falls` where some later value is certainly above or below an earlier one, and none the other way;
        `rises and falls` where both happen, `does not clearly change` where neither does.
    """
    pairs = [(one, other) for place, one in enumerate(marks) for other in marks[place + 1 :]]
    rose = any(other.low > one.high for one, other in pairs)
    fell = any(other.high < one.low for one, other in pairs)
    if rose and fell:
        return "rises and falls"
    return "rises" if rose else "falls" if fell else "does not clearly change"


# --- kinds of figures


def _marks(frame: pd.DataFrame, names: Iterable[str]) -> list[Mark]:
    """Return the marks of rows, which have either `low` and `high` (nan where unbounded) or `value`."""
    low, high = (frame["value"], frame["value"]) if "value" in frame else (frame["low"], frame["high"])
    return [
        Mark(name, float(one), float(other))
        for name, one, other in zip(names, low.fillna(-math.inf), high.fillna(math.inf), strict=True)
    ]


def _listed(marks: Sequence[Mark], glue: str = ", ") -> str:
    return glue.join(f"{mark.name} {mark}" for mark in marks)


def _unit(frame: pd.DataFrame) -> str:
    return f" ({frame['unit'].iloc[0]})" if "unit" in frame else ""


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _bars(frame: pd.DataFrame) -> list[str]:
    marks = _marks(frame, frame["label"])
    return [
        f"{_count(len(marks), 'bar')}{_unit(frame)}.",
        describe_extremes(marks),
        *([f"All: {'; '.join(f'{mark.name}, {mark}' for mark in marks)}."] if len(marks) <= MAX_LISTED_MARKS else []),
    ]


def _pairs(frame: pd.DataFrame) -> list[str]:
    """Return, for two series of the same rows, which is above, and all values where they are few."""
    series = list(dict.fromkeys(frame["series"]))
    by_label = {
        label: dict(zip(group["series"], _marks(group, group["series"]), strict=True))
        for label, group in frame.groupby("label", sort=False)
    }
    one, other = series[:2]
    above = sum(pair[one].low > pair[other].high for pair in by_label.values())
    below = sum(pair[one].high < pair[other].low for pair in by_label.values())
    rows = [f"{label}: {_listed(list(pair.values()))}" for label, pair in by_label.items()]
    return [
        f"{_count(len(by_label), 'pair of bars', 'pairs of bars')}{_unit(frame)}.",
        f"“{one}” is above “{other}” in {above} and below it in {below}.",
        *([f"{'; '.join(rows)}."] if len(frame) <= MAX_LISTED_MARKS else []),
    ]


def _lines(frame: pd.DataFrame) -> list[str]:
    """Return the trend of each series, the values where there is no time, and all values where they are few."""
    group = next((name for name in ("panel", "tie") if name in frame), "")
    keys = [group, "series"] if group else ["series"]
    time = next(name for name in ("year", "size", "place") if name in frame)
    timed = pd.api.types.is_numeric_dtype(frame[time])
    every: list[str] = []
    said: dict[str, list[Mark]] = {}
    for key, rows in frame.groupby(keys, sort=False):
        own = frame["series"] == key[-1]
        if not group or frame.loc[own, group].nunique() == 1:
            name = key[-1]  # no other panel has a series of this name
        else:
            name = key[0] if frame.loc[frame[group] == key[0], "series"].nunique() == 1 else ", ".join(key)
        rows = rows.sort_values(time, kind="stable") if timed else rows
        marks = _marks(rows, [_when(at) for at in rows[time]])
        said[name] = marks
        every.append(f"{name}: {_listed(marks)}")
    listed = timed and len(frame) <= MAX_LISTED_MARKS and any(rows > 2 for rows in frame.groupby(keys).size())
    courses = [
        [f"{name} {how(marks)}." for name, marks in said.items()] for how in (TREND_FORMATTERS if timed else (_listed,))
    ]
    # All series in as many words as there is room for, rather than some in full and nothing of the others.
    course = next((found for found in courses if sum(map(len, found)) < MAX_LENGTH * 0.8), courses[-1])
    return [
        f"{_count(len(frame), 'mark')}{_unit(frame) if not group else ''}.",
        *(f"{sentence[0].upper()}{sentence[1:]}" for sentence in course),
        *([f"All: {'; '.join(every)}."] if listed else []),
    ]


def _course(marks: Sequence[Mark]) -> str:
    """Return the trend of a series with its first and last value, and the extremes between."""
    said = _ends(marks)
    if len(marks) > 2 and describe_trend(marks) == "rises and falls":
        said += describe_extremes(marks, "; highest: {}; lowest: {}")
    return said


def _ends(marks: Sequence[Mark]) -> str:
    """Return the trend of a series with its first and last value."""
    first, last = marks[0], marks[-1]
    if len(marks) == 1:
        return f"is {first} at {first.name}"
    return f"{_trend(marks)}, from {first} in {first.name} to {last} in {last.name}"


def _trend(marks: Sequence[Mark]) -> str:
    how = describe_trend(marks) if len(marks) > 1 else "has a single mark"
    return NEGATIVE_TREND_TEXTS.get(how, how) if max(mark.high for mark in marks) <= 0 else how


TREND_FORMATTERS = (_course, _ends, _trend)
"""Descriptions of the course of a series, the longest first."""


NEGATIVE_TREND_TEXTS = {"rises": "comes nearer to zero", "falls": "goes further below zero"}
"""Trends of values none of which is above zero."""


def _when(at: float | str) -> str:
    """Return a time or a size in words: `2021`, `mid-2021`, `10,000`."""
    if isinstance(at, str):
        return at
    if at == int(at):
        return f"{int(at):,}" if at >= 10_000 else str(int(at))
    return f"mid-{int(at)}" if at % 1 == 0.5 else f"{at:.1f}"


def _events(frame: pd.DataFrame) -> list[str]:
    """Return the number of events by kind, and the first and the last in the order of the chart."""
    events = frame[frame["by"] == "the sources"] if "by" in frame else frame
    kinds = events["kind"].value_counts(sort=False)
    scores = events["score"].dropna()
    others = int((frame["by"] == "others").sum()) if "by" in frame else 0
    every = [f"{row['event']}, {_span(row['first'], row['last'])}" for row in events.to_dict("records")]
    return [
        f"{_count(len(events), 'event')}: {', '.join(f'{count} {kind}' for kind, count in kinds.items())}.",
        f"First: {every[0]}; last: {every[-1]}.",
        *([f"Scores from {format_signed(scores.min())} to {format_signed(scores.max())}."] if len(scores) > 1 else []),
        *([f"Days that others recorded: {others}."] if others else []),
        *([f"All: {'; '.join(every)}."] if 2 < len(events) <= MAX_LISTED_MARKS else []),
    ]


def _span(first: str, last: str) -> str:
    return format_period(format_edtf(Span(date.fromisoformat(first), date.fromisoformat(last))))


def _routes(frame: pd.DataFrame) -> list[str]:
    """Return the places of each route, or its ends where all would be too long."""
    ways = {route: list(group["place"]) for route, group in frame.groupby("route", sort=False)}
    often = frame.drop_duplicates(["route", "place"])["place"].value_counts(sort=False)
    shared = [str(place) for place in often[often > 1].index]
    whole = [f"{route}: {', '.join(places)}." for route, places in ways.items()]
    ends = [
        f"{route}: from {places[0]} to {places[-1]}" + (f" by way of {len(places) - 2} more." if places[2:] else ".")
        for route, places in ways.items()
    ]
    return [
        f"{_count(len(ways), 'route')} through {_count(frame['place'].nunique(), 'place')}.",
        *(whole if sum(map(len, whole)) < MAX_LENGTH - 150 else ends),
        *([f"Shared: {', '.join(shared)}."] if shared else []),
    ]


def _words(frame: pd.DataFrame) -> list[str]:
    """Return how often each word occurs in a column."""
    said = []
    for column, group in frame.groupby("column", sort=False):
        counts = group["word"].value_counts()
        said.append(f"{column}: {', '.join(f'{word} {count}' for word, count in counts.items())}")
    return [
        f"A grid of {_count(frame['row'].nunique(), 'row')}. How often each word stands in a column: {'; '.join(said)}."
    ]


def _parts(frame: pd.DataFrame) -> list[str]:
    """Return all parts of each row where they are few, else the rows in which each part is largest and smallest."""
    rows = frame["row"].nunique()
    count = f"{_count(rows, 'bar')} of {_count(frame['part'].nunique(), 'part')}{_unit(frame)}."
    if len(frame) <= MAX_LISTED_MARKS:
        said = [f"{row}: {_listed(_marks(group, group['part']))}" for row, group in frame.groupby("row", sort=False)]
        return [count, f"{'; '.join(said)}."]
    return [
        count,
        *(
            f"{part}, {describe_extremes(_marks(group, group['row']), 'highest: {}; lowest: {}').removesuffix('.')}."
            for part, group in frame.groupby("part", sort=False)
            if len(group) > 1
        ),
    ]


CHART_KINDS: tuple[tuple[set[str], Callable[[pd.DataFrame], list[str]]], ...] = (
    ({"route", "stop", "place"}, _routes),
    ({"event", "kind", "first", "last"}, _events),
    ({"row", "column", "word"}, _words),
    ({"row", "part", "value"}, _parts),
    ({"label", "series"}, _pairs),
    ({"series"}, _lines),
    ({"label"}, _bars),
)
"""The function that describes a table, by the columns it has; the first match applies."""
