"""Charts of series and of comparisons: values over time, parts of a whole, claims against observations.

Each function takes values in the unit of the axis and returns a Matplotlib figure with the table of its marks attached
(`compendium.display.charts.style.attach_table`).
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
import portion
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from compendium.display.charts import style

IntervalsByTime = Mapping[float, portion.Interval]
"""The interval of a quantity by time (a year, or a year and a fraction)."""
MARKERS = "osD^vP"
"""How series differ besides their colour."""


def time_series_chart(
    series: Mapping[str, IntervalsByTime], *, unit: str, zero: bool = True, height: float = 3.2,
    colours: Mapping[str, str] | None = None,
) -> Figure:  # fmt: skip
    """Draw series over time, each value as the interval it is, with its name beside its last value.

    Parameters
    ----------
    series
        by name, an interval by time. A series of a single value gets no line.
    zero
        whether the axis begins at zero, as it should for amounts and not for scores.
    colours
        of `style.SERIES` by name, so that who is on several figures looks alike; in order where a name has none.
    """
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, height))
    ends = []
    for place, (name, values) in enumerate(series.items()):
        colour = (colours or {}).get(name, style.SERIES_COLOURS[place % len(style.SERIES_COLOURS)])
        marker, times = MARKERS[place % len(MARKERS)], sorted(values)
        middles = [float(values[time].lower + values[time].upper) / 2 for time in times]
        wide = [float(values[time].upper - values[time].lower) / 2 for time in times]
        axes.errorbar(times, middles, yerr=wide, color=colour, fmt=f"{marker}-", markersize=5, linewidth=1.5,
                      elinewidth=4, alpha=0.95)  # fmt: skip
        ends.append((middles[-1], times[-1], name, colour))
    axes.set_title(unit)
    if zero:
        least = min((float(found.lower) for values in series.values() for found in values.values()), default=0)
        axes.set_ylim(bottom=0 if least >= 0 else None)
    else:
        axes.axhline(0, color=style.MUTED, linewidth=0.8) if axes.get_ylim()[0] < 0 < axes.get_ylim()[1] else None
    _name_lines(axes, ends)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    rows = [
        {"series": style.single_line(name), "year": time, **style.interval_ends(values[time]), "unit": unit}
        for name, values in series.items()
        for time in sorted(values)
    ]
    return style.attach_table(drawn, pd.DataFrame(rows))


def _name_lines(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Write the name of each line at its end, moved apart where names would overlap."""
    low, high = axes.get_ylim()
    least, last = (high - low) / 13, max(time for _, time, _, _ in ends)
    at = -math.inf
    for value, _, name, colour in sorted(ends):
        at = max(value, at + least)
        axes.annotate(name, (last, at), (8, 0), textcoords="offset points", va="center", color=colour,
                      annotation_clip=False)  # fmt: skip
    axes.set_ylim(top=max(high, at + least * 0.7))  # below the title


IntervalsByPlace = Sequence[tuple[float, portion.Interval]]
"""Intervals of a quantity at places of an axis; a place may have several."""


def grouped_intervals_chart(
    panels: Mapping[str, Mapping[str, IntervalsByPlace]], colours: Mapping[str, str], *,
    hollow: Collection[str] = (), ticks: Mapping[float, str] | None = None, height: float = 1.9,
) -> Figure:  # fmt: skip
    """Draw intervals of several series beside each other, a panel a quantity, all with one axis of places below.

    Parameters
    ----------
    panels
        by title, by the name of a series, its intervals; an unbounded end is an arrow.
    colours
        a colour by the name of a series; each colour also has its own marker.
    hollow
        the series whose markers are empty, to tell them from others of the same colour.
    ticks
        what to write at a place of the axis; whole numbers where left out.
    """
    drawn, rows = pyplot.subplots(
        len(panels), 1, sharex=True, squeeze=False, figsize=(style.WIDTH, 0.7 + height * len(panels))
    )
    names, marks = list(colours), _marks(colours, hollow)
    for axes, (title, series) in zip(rows[:, 0], panels.items(), strict=True):
        ends = [end for points in series.values() for _, found in points for end in (found.lower, found.upper)]
        most = max(float(end) for end in ends if end != portion.inf)
        for name, points in series.items():
            aside = (names.index(name) - (len(names) - 1) / 2) * 0.7 / len(names)
            for at, found in points:
                _upright(axes, at + aside, found, marks[name], most)
        axes.set_title(title)
        axes.set_ylim(bottom=0, top=most * 1.14)
        axes.grid(axis="x", visible=False)
    last = rows[-1, 0]
    last.xaxis.set_major_locator(MaxNLocator(integer=True))
    if ticks:
        last.set_xticks(list(ticks), list(ticks.values()))
    if len(colours) > 1:
        keys = [Line2D([], [], linewidth=3, markersize=6, **marks[name]) for name in names]
        style.legend(drawn, keys, names)
    table = [
        {"panel": style.single_line(title), "series": name, **_at(at, ticks), **style.interval_ends(found)}
        for title, series in panels.items()
        for name, points in series.items()
        for at, found in points
    ]
    return style.attach_table(drawn, pd.DataFrame(table))


def _marks(colours: Mapping[str, str], hollow: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the colour and marker of each series as keywords of Matplotlib, one marker for each colour."""
    kinds = list(dict.fromkeys(colours.values()))
    return {
        name: {
            "color": colour,
            "marker": MARKERS[kinds.index(colour) % len(MARKERS)],
            "markerfacecolor": style.PAPER if name in hollow else colour,
        }
        for name, colour in colours.items()
    }


def _at(place: float, ticks: Mapping[float, str] | None) -> dict[str, Any]:
    """Return the place of a mark as its axis shows it: `place` where ticks are named, else `year`."""
    return {"place": style.single_line(ticks.get(place, f"{place:g}"))} if ticks else {"year": place}


def _upright(axes: Axes, at: float, found: portion.Interval, mark: Mapping[str, Any], most: float) -> None:
    """Draw an interval as an upright bar with a marker in its middle; one unbounded above as an arrow."""
    low, endless = float(found.lower), found.upper == portion.inf
    high = most * 1.1 if endless else float(found.upper)
    axes.plot([at, at], [low, high], color=mark["color"], linewidth=3, solid_capstyle="butt")
    axes.plot([at], [low if endless else (low + high) / 2], markersize=6, **mark)
    if endless:
        axes.plot([at], [high], "^", color=mark["color"], markersize=6)


def word_grid_chart(cells: Mapping[str, Mapping[str, str]], colours: Mapping[str, str]) -> Figure:
    """Draw a grid of words, a row and a column each; a word that has a colour is written on it.

    The label of a row is written above its words, which have the whole width.

    Parameters
    ----------
    cells
        by the label of a row, the words by the name of a column; labels may have several lines of `style.LINE_LENGTH`.
    colours
        a colour of `style.SERIES` by word.
    """
    columns = list(next(iter(cells.values())))
    lines = [label.count("\n") + 1 for label in cells]
    heights = [sum(lines[: row + 1]) + (row + 1) * 1.75 - 1 for row in range(len(lines))]  # in lines, downwards
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.4 + 0.172 * heights[-1]))
    for row, words in zip(heights, cells.values(), strict=True):
        for place, word in enumerate(words[column] for column in columns):
            colour = colours.get(word)
            if colour:
                axes.add_patch(Rectangle((place - 0.48, row - 0.55), 0.96, 1.1, color=colour, linewidth=0))
            axes.annotate(word, (place, row), ha="center", va="center", color=style.PAPER if colour else style.INK)
    for row, label in zip(heights, cells, strict=True):
        axes.annotate(label, (-0.5, row - 0.62), va="bottom")
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks([])
    axes.xaxis.tick_top()
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(heights[-1] + 0.6, -0.6)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    rows = [
        {"row": style.single_line(label), "column": style.single_line(column), "word": words[column]}
        for label, words in cells.items()
        for column in columns
    ]
    return style.attach_table(drawn, pd.DataFrame(rows))


def stacked_bar_chart(
    rows: Mapping[str, Mapping[str, float]], *, unit: str, colours: Mapping[str, str] | None = None
) -> Figure:  # fmt: skip
    """Draw one horizontal bar a row, made of named parts; each part's value is written in it where there is room.

    A part has its name beside its value in the first row that has room for both; what finds none is named above.

    Parameters
    ----------
    rows
        by label, the parts in order.
    colours
        of `style.SERIES` by part; the others take what these leave, in the order of the first mention of a part.
    """
    names = list(dict.fromkeys(name for values in rows.values() for name in values))
    given = {name: colour for name, colour in (colours or {}).items() if name in names}
    free = [colour for colour in style.SERIES_COLOURS if colour not in given.values()] or list(style.SERIES_COLOURS)
    left = [name for name in names if name not in given]
    shades = given | {name: free[place % len(free)] for place, name in enumerate(left)}
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.9 + 0.42 * len(rows)))
    most = max(sum(values.values()) for values in rows.values())
    room = (style.LINE_LENGTH - 4 - max(map(len, rows))) / most  # characters that a bar of one has
    unnamed = list(names)
    for place, values in enumerate(rows.values()):
        start = 0.0
        for name, value in values.items():
            axes.barh([place], [value], left=[start], color=shades[name], height=0.66, edgecolor=style.PAPER)
            said, both = f"{value:g}", f"{name} {value:g}"
            if name in unnamed and len(both) < value * room - 1:
                unnamed.remove(name)
                said = both
            if len(said) < value * room - 0.5:
                axes.annotate(said, (start + value / 2, place), ha="center", va="center", color=style.PAPER)
            start += value
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(unit)
    if unnamed:
        style.legend(drawn, [Patch(color=shades[name]) for name in unnamed], unnamed)
    table = [
        {"row": style.single_line(label), "part": style.single_line(name), "value": float(value), "unit": unit}
        for label, values in rows.items()
        for name, value in values.items()
    ]
    return style.attach_table(drawn, pd.DataFrame(table))


def claimed_observed_chart(
    labels: Sequence[str], claimed: Sequence[portion.Interval], observed: Sequence[portion.Interval],
    notes: Sequence[str], *, unit: str,
) -> Figure:  # fmt: skip
    """Draw, a row each, what is claimed above what is observed, in one unit for all, with a note under the label."""
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.9 + 1.15 * len(labels)))
    ends = [float(end) for found in (*claimed, *observed) for end in (found.lower, found.upper)]
    least = (max(ends) - min(0, *ends)) / 120
    for place, pair in enumerate(zip(observed, claimed, strict=True)):
        for found, colour, above in zip(pair, (style.OBSERVED, style.CLAIMED), (0.09, -0.09), strict=True):
            low, high = float(found.lower), float(found.upper)
            if high - low < least:
                low, high = (low + high - least) / 2, (low + high + least) / 2
            axes.plot([low, high], [place + above] * 2, color=colour, linewidth=7, solid_capstyle="butt")
        _name_pair(axes, place, labels[place], notes[place])
    axes.set_ylim(len(labels) - 0.4, -0.5)
    axes.set_xlim(left=min(0, *ends), right=max(ends) * 1.04)
    axes.set_yticks([])
    axes.set_xlabel(unit)
    keys = [Patch(color=colour) for colour in (style.CLAIMED, style.OBSERVED)]
    style.legend(drawn, keys, ["above: claimed", "below: independent figure"])
    return style.attach_table(drawn, _pairs(labels, {"claimed": claimed, "independent figure": observed}, notes, unit))


def _name_pair(axes: Axes, place: int, label: str, note: str) -> None:
    """Write a label above a pair of bars, in one line or two, and a note below."""
    across = ("axes fraction", "data")
    axes.annotate(textwrap.fill(label, style.LINE_LENGTH - 8), (0, place - 0.17), xycoords=across, va="bottom",
                  fontweight="bold")  # fmt: skip
    axes.annotate(textwrap.fill(note, style.LINE_LENGTH - 2), (0, place + 0.19), xycoords=across, va="top")


def _pairs(
    labels: Sequence[str], pairs: Mapping[str, Sequence[portion.Interval]], notes: Sequence[str], unit: str
) -> pd.DataFrame:
    """Return the table of a chart that has the same rows in several series, row by row."""
    return pd.DataFrame(
        {"label": style.single_line(label), "series": name, **style.interval_ends(ranges[place]), "unit": unit,
         "note": style.single_line(notes[place])}
        for place, label in enumerate(labels)
        for name, ranges in pairs.items()
    )  # fmt: skip


CAPACITY_NAMES = ("carried", "stated capacity")


def capacity_use_chart(
    labels: Sequence[str], amounts: Sequence[portion.Interval], capacities: Sequence[portion.Interval],
    notes: Sequence[str], *, unit: str,
) -> Figure:  # fmt: skip
    """Draw, a row each, what is carried above what could be, as bars from nothing, with a note below the two.

    What lies between the ends of an interval is pale; one without an upper end is drawn to its lower one.
    """
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.9 + 1.15 * len(labels)))
    colours = (style.OBSERVED, style.MUTED)
    for place, pair in enumerate(zip(amounts, capacities, strict=True)):
        for found, colour, at in zip(pair, colours, (place - 0.08, place + 0.08), strict=True):
            low = float(found.lower)
            high = low if found.upper == portion.inf else float(found.upper)
            axes.barh([at], [low], color=colour, height=0.14)
            axes.barh([at], [high - low], left=[low], color=colour, height=0.14, alpha=0.45)
        _name_pair(axes, place, labels[place], notes[place])
    axes.set_ylim(len(labels) - 0.4, -0.5)
    axes.set_xlim(left=0)
    axes.set_yticks([])
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(unit)
    said = [f"{where}: {key}" for where, key in zip(("above", "below"), CAPACITY_NAMES, strict=True)]
    style.legend(drawn, [Patch(color=colour) for colour in colours], said)
    pairs = dict(zip(CAPACITY_NAMES, (amounts, capacities), strict=True))
    return style.attach_table(drawn, _pairs(labels, pairs, notes, unit))
