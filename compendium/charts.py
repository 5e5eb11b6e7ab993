"""Figures of series and of comparisons: values over time, parts of a whole, claims against what is observed.

Each takes numbers that a page has computed and returns a Matplotlib figure; it computes nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import portion
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from compendium import style

Series = Mapping[float, portion.Interval]
"""What is known of a quantity, by the time it speaks of (a year, or a year and a fraction)."""
MARKERS = "osD^vP"
"""How series differ besides their colour."""


def over_time(
    series: Mapping[str, Series], *, unit: str, scale: float = 1, zero: bool = True, height: float = 3.2
) -> Figure:
    """Draw series over time, each value as the interval it is, with its name beside its last value.

    Parameters
    ----------
    series
        by name, an interval by time; values are divided by `scale`. A series of a single value gets no line.
    zero
        whether the axis begins at nothing, as it should for amounts and not for scores.
    """
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, height))
    ends = []
    for place, (name, values) in enumerate(series.items()):
        colour, marker = style.SERIES[place % len(style.SERIES)], MARKERS[place % len(MARKERS)]
        times = sorted(values)
        middles = [float(values[time].lower + values[time].upper) / 2 / scale for time in times]
        wide = [float(values[time].upper - values[time].lower) / 2 / scale for time in times]
        axes.errorbar(times, middles, yerr=wide, color=colour, fmt=f"{marker}-", markersize=5, linewidth=1.5,
                      elinewidth=4, alpha=0.95)  # fmt: skip
        ends.append((middles[-1], times[-1], name, colour))
    _name_lines(axes, ends)
    axes.set_title(unit)
    if zero:
        axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    else:
        axes.axhline(0, color=style.MUTED, linewidth=0.8) if axes.get_ylim()[0] < 0 < axes.get_ylim()[1] else None
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return drawn


def _name_lines(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Write the name of each line at its end, moved apart where they would lie on each other."""
    low, high = axes.get_ylim()
    least, last = (high - low) / 14, max(time for _, time, _, _ in ends)
    at = -float("inf")
    for value, _, name, colour in sorted(ends):
        at = max(value, at + least)
        axes.annotate(name, (last, at), (8, 0), textcoords="offset points", va="center", color=colour, fontsize=10)


def parts(rows: Mapping[str, Mapping[str, float]], *, unit: str) -> Figure:
    """Draw one horizontal bar a row, made of named parts; each part's value stands in it where there is room.

    Parameters
    ----------
    rows
        by label, the parts in order; all rows take their colours from the order of the first mention of a part.
    """
    names = list(dict.fromkeys(name for values in rows.values() for name in values))
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.9 + 0.42 * len(rows)))
    most = max(sum(values.values()) for values in rows.values())
    for place, values in enumerate(rows.values()):
        start = 0.0
        for name, value in values.items():
            colour = style.SERIES[names.index(name) % len(style.SERIES)]
            axes.barh([place], [value], left=[start], color=colour, height=0.62, edgecolor=style.PAPER)
            if value > most / 14:
                axes.annotate(f"{value:g}", (start + value / 2, place), ha="center", va="center",
                              color=style.PAPER, fontsize=9)  # fmt: skip
            start += value
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(unit)
    keys = [Patch(color=style.SERIES[place % len(style.SERIES)]) for place in range(len(names))]
    drawn.legend(keys, names, loc="outside upper left", ncols=min(len(names), 3))
    return drawn


def compared(
    labels: Sequence[str], claimed: Sequence[portion.Interval], observed: Sequence[portion.Interval],
    notes: Sequence[str], *, unit: str,
) -> Figure:  # fmt: skip
    """Draw, a row each, what is claimed above what is observed, in one unit for all, with a note under the label."""
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.9 + 0.95 * len(labels)))
    ends = [float(end) for found in (*claimed, *observed) for end in (found.lower, found.upper)]
    least = (max(ends) - min(0, *ends)) / 120
    for place, pair in enumerate(zip(observed, claimed, strict=True)):
        for found, colour, above in zip(pair, (style.SERIES[2], style.SERIES[1]), (0.12, -0.12), strict=True):
            low, high = float(found.lower), float(found.upper)
            if high - low < least:
                low, high = (low + high - least) / 2, (low + high + least) / 2
            axes.plot([low, high], [place + above] * 2, color=colour, linewidth=7, solid_capstyle="butt")
        axes.annotate(labels[place], (0, place - 0.3), xycoords=("axes fraction", "data"), va="bottom", fontsize=10,
                      fontweight="bold")  # fmt: skip
        axes.annotate(notes[place], (0, place + 0.24), xycoords=("axes fraction", "data"), va="top", fontsize=9)
    axes.set_ylim(len(labels) - 0.3, -0.75)
    axes.set_xlim(left=min(0, *ends), right=max(ends) * 1.04)
    axes.set_yticks([])
    axes.set_xlabel(unit)
    keys = [Patch(color=colour) for colour in (style.SERIES[1], style.SERIES[2])]
    drawn.legend(keys, ["claimed", "independent figure"], loc="outside upper left", ncols=2)
    return drawn
