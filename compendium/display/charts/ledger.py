"""Charts of claims and events: intervals as bars, scores by year, timelines, growth with size.

Each function takes values in the unit of the axis and returns a Matplotlib figure with the table of its marks attached
(`compendium.display.charts.style.attach_table`).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pandas as pd
import portion
from matplotlib import dates, pyplot
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from compendium.display.charts import style
from compendium.values.formatting import format_signed
from compendium.values.periods import Span


def interval_chart(
    labels: Sequence[str], ranges: Sequence[portion.Interval], *, unit: str, colours: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Figure:  # fmt: skip
    """Draw one horizontal bar a row, from the lower to the upper bound; an unbounded end becomes an arrow.

    Parameters
    ----------
    labels, ranges
        the label at the left of each bar, or above it where one is long, and the interval, first row at the top.
    unit
        label of the axis.
    colours
        one for each row; the first of `style.SERIES_COLOURS` where none are given.
    notes
        one for each row, written beside the bar, e.g. the ends of a bar that is too narrow to read them off.
    """
    ends = [float(end) for r in ranges for end in (r.lower, r.upper) if end not in (portion.inf, -portion.inf)]
    reach = (max(ends) - min(0, *ends)) * 1.15 or 1
    named = [style.single_line(label) for label in labels]
    above = max(map(len, named), default=0) > MAX_SIDE_LABEL_LENGTH
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.7 + (0.46 if above else 0.36) * len(ranges)))
    for row, (found, colour) in enumerate(zip(ranges, colours or [style.SERIES_COLOURS[0]] * len(ranges), strict=True)):
        _horizontal_bar(axes, row, found, (min(ends), reach), colour)
    for row, (found, note) in enumerate(zip(ranges, notes, strict=False)):
        end = reach if found.upper == portion.inf else float(found.upper)
        axes.annotate(note, (end, row), (7, 0), textcoords="offset points", va="center")
    if above:
        axes.spines["left"].set_visible(False)
        for row, name in enumerate(named):
            axes.annotate(name, (0, row), (0, 8), xycoords=("axes fraction", "data"), textcoords="offset points")
    axes.set_yticks([] if above else range(len(labels)), [] if above else named)
    axes.set_ylim(len(labels) - (0.6 if above else 0.5), -0.95 if above else -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlim(left=min(0, *ends), right=reach)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(unit)
    rows = [
        {"label": label, **style.interval_ends(found), "unit": unit, "note": style.single_line(note)}
        for label, found, note in itertools.zip_longest(named, ranges, notes, fillvalue="")
    ]
    return style.attach_table(drawn, pd.DataFrame(rows))


MAX_SIDE_LABEL_LENGTH = 22
"""Characters of a label beside its bar; a longer one would leave the bars too little room."""


def _horizontal_bar(axes: Axes, row: int, found: portion.Interval, limits: tuple[float, float], colour: str) -> None:
    """Draw an interval as a bar, or as a dot where it is too narrow; unbounded ends reach the limits, with an arrow."""
    least, reach = limits
    low = least if found.lower == -portion.inf else float(found.lower)
    high = reach if found.upper == portion.inf else float(found.upper)
    if high - low < reach / 150:
        axes.plot([(low + high) / 2], [row], "o", color=colour, markersize=7)
    else:
        axes.plot([low, high], [row, row], color=colour, linewidth=7, solid_capstyle="butt")
    if found.upper == portion.inf:
        axes.plot([reach], [row], ">", color=colour, markersize=8, clip_on=False)
    if found.lower == -portion.inf:
        axes.plot([low], [row], "<", color=colour, markersize=8, clip_on=False)


IntervalsByYear = Mapping[int, portion.Interval]


def amounts_and_scores_chart(
    amounts: Mapping[str, IntervalsByYear], scores: pd.DataFrame, *, unit: str, colours: Mapping[str, str] | None = None
) -> Figure:
    """Draw a quantity by year as intervals above, cooperation and conflict by year below, on one axis of time.

    Parameters
    ----------
    amounts
        by the name of a series, an interval by year. The first series is drawn as labelled bars, the others as marks
        beside them; an unbounded end becomes a triangle. A single series gets no legend.
    scores
        `cooperation` and `conflict` by year, as `compendium.ledger.events.scores_by_year` returns.
    colours
        by the name of a series after the first; those of the style in order where left out.
    """
    drawn, (above, below) = pyplot.subplots(2, 1, sharex=True, figsize=(style.WIDTH, 3.4), height_ratios=(1, 1))
    (bars_name, bars), *others = amounts.items()
    top = _labelled_bars(above, bars)
    keys: list[Artist] = []
    for place, (name, values) in enumerate(others):
        colour = (colours or {}).get(name, style.SERIES_COLOURS[place])
        top = max(top, _marks_beside(above, values, place, colour))
        keys.append(Line2D([], [], marker="oD"[place % 2], linestyle="", color=colour, markersize=6))
    if others:
        keys.append(Line2D([], [], marker="s", linestyle="", color=style.CLAIMED, markersize=8))
        drawn.legend(keys, [*(name for name, _ in others), bars_name], loc="outside upper left", ncols=3,
                     handletextpad=0, columnspacing=0.8, handlelength=1.4, borderpad=0)  # fmt: skip
    above.set_ylim(bottom=0, top=top * 1.25)
    above.set_title(unit)
    below.bar(scores.index, scores["cooperation"], color=style.COOPERATION, width=0.6)
    below.bar(scores.index, scores["conflict"], color=style.CONFLICT, width=0.6)
    below.axhline(0, color=style.MUTED, linewidth=0.8)
    below.set_title(SCORES_TITLE)
    years = sorted({*scores.index, *(year for values in amounts.values() for year in values)})
    below.set_xticks(range(years[0], years[-1] + 1))
    rows = [
        {"panel": unit, "series": name, "year": year, **style.interval_ends(found), "unit": unit}
        for name, values in amounts.items()
        for year, found in values.items()
    ]
    rows += [
        {"panel": SCORES_TITLE, "series": name, "year": year, "low": value, "high": value, "unit": "points"}
        for name in ("cooperation", "conflict")
        for year, value in scores[name].astype(float).items()
    ]
    return style.attach_table(drawn, pd.DataFrame(rows))


def _labelled_bars(axes: Axes, values: IntervalsByYear) -> float:
    """Draw intervals by year as upright bars with their ends above, and return the highest end."""
    for year, found in values.items():
        low, high = float(found.lower), float(found.upper)
        axes.plot([year, year], [low, high], color=style.CLAIMED, linewidth=9, solid_capstyle="butt")
        axes.annotate(f"{low:.3g}–{high:.3g}", (year, high), (0, 5), textcoords="offset points", ha="center")
    return max(float(found.upper) for found in values.values())


def _marks_beside(axes: Axes, values: IntervalsByYear, place: int, colour: str) -> float:
    """Draw intervals by year as marks at the right of the bars, and return the highest end."""
    aside, top = 0.24 + 0.16 * place, 0.0
    for year, found in values.items():
        low, unbounded = float(found.lower), found.upper == portion.inf
        high = low if unbounded else float(found.upper)
        axes.plot([year + aside] * 2, [low, high], color=colour, linewidth=3, solid_capstyle="butt")
        mark = "^" if unbounded else "oD"[place % 2]
        axes.plot([year + aside], [(low + high) / 2], mark, color=colour, markersize=6)
        top = max(top, high)
    return top


SCORES_TITLE = "Scores: cooperation above, conflict below"


def tie_scores_chart(scores: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the cooperation and conflict scores of several pairs of areas, a panel each, with the same axes.

    Parameters
    ----------
    scores
        by the name of a pair: `cooperation` and `conflict`, as `compendium.ledger.events.scores_by_year` returns;
        all with the same index, whose labels (years, or a text for events without one) are written below the bars.
    """
    labels = [str(label) for label in next(iter(scores.values())).index]
    drawn, panels = pyplot.subplots(
        len(scores), 1, sharex=True, sharey=True, squeeze=False, figsize=(style.WIDTH, 0.5 + 2 * len(scores))
    )
    for axes, (name, table) in zip(panels[:, 0], scores.items(), strict=True):
        for column, colour, lift in (("cooperation", style.COOPERATION, 3), ("conflict", style.CONFLICT, -3)):
            axes.bar(range(len(labels)), table[column], color=colour, width=0.6)
            for place, value in enumerate(table[column]):
                if abs(value) >= 0.05:  # what rounds to nothing gets no label
                    axes.annotate(format_signed(value), (place, value), (0, lift), textcoords="offset points",
                                  ha="center", va="bottom" if lift > 0 else "top")  # fmt: skip
        axes.axhline(0, color=style.MUTED, linewidth=0.8)
        axes.margins(y=0.24)
        axes.set_title(name)
    panels[-1, 0].set_xticks(range(len(labels)), labels)
    rows = [
        {"tie": name, "year": label, "series": column, "value": float(value), "unit": "points"}
        for name, table in scores.items()
        for column in ("cooperation", "conflict")
        for label, value in table[column].items()
    ]
    return style.attach_table(drawn, pd.DataFrame(rows))


def timeline_chart(events: pd.DataFrame, recorded_spans: Mapping[str, Sequence[Span]] | None = None) -> Figure:
    """Draw one bar an event, in the order given, from its first to its last possible day, its name above it.

    The colour says cooperation or conflict by the sign of the score; an event without a date, or with an open one,
    is left out.

    Parameters
    ----------
    recorded_spans
        by event id, the spans recorded elsewhere, each drawn as a diamond on the bar.
    """
    known = events[[bool(found) and found.is_bounded for found in events["span"]]]
    if known.empty:
        raise ValueError("a timeline of no event that has a beginning and an end")
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.5 + 0.42 * len(known)))
    first = min(found.first for found in known["span"])
    last = max(found.last for found in known["span"])
    least = (last - first) / 100 or timedelta(days=1)  # a single day is still seen
    for row, event in enumerate(known.to_dict("records")):
        found, colour = event["span"], style.score_colour(event["goldstein"])
        axes.plot([found.first, max(found.last, found.first + least)], [row, row], color=colour, linewidth=4)
        for days in recorded_spans.get(event["event_id"], ()) if recorded_spans else ():
            middle = dates.date2num(days.first + (days.last - days.first) / 2)
            axes.plot([middle], [row], "D", color=style.INK, markersize=6, clip_on=False)
            first, last = min(first, days.first), max(last, days.last)
        axes.annotate(event["name"], (0, row), (0, 6), xycoords=("axes fraction", "data"), textcoords="offset points")
    if first == last:  # the day itself, from its beginning to its end
        last += timedelta(days=1)
    axes.set(xlim=(first, last), ylim=(len(known) - 0.5, -0.9), yticks=[])
    locator = _date_locator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", visible=False)
    rows = []
    for event in known.to_dict("records"):
        about = {"event": event["name"], "kind": _kind(event["goldstein"])}
        about["score"] = float("nan") if pd.isna(event["goldstein"]) else float(event["goldstein"])
        others = (recorded_spans or {}).get(event.get("event_id", ""), ())
        rows += [
            {**about, "by": who, "first": str(days.first), "last": str(days.last)}
            for who, days in [("the sources", event["span"]), *(("others", days) for days in others)]
        ]
    return style.attach_table(drawn, pd.DataFrame(rows))


def _date_locator() -> dates.AutoDateLocator:
    """Return a locator of at most five dates, for spans of any length.

    The steps of Matplotlib leave a gap where it warns and guesses: between two and five years a step of six months is
    too short, between two and five days one of twelve hours.
    """
    locator = dates.AutoDateLocator(maxticks=5)
    locator.intervald[dates.MONTHLY] = [*locator.intervald[dates.MONTHLY], 12, 24]  # both: each January
    locator.intervald[dates.HOURLY] = [*locator.intervald[dates.HOURLY], 24, 48]  # both: each midnight
    return locator


def _kind(score: float) -> str:
    """Return the kind of an event by the sign of its score."""
    if pd.isna(score):
        return "not scored"
    return "cooperative" if score > 0 else "conflicting" if score < 0 else "neither"


def event_scores_chart(events: pd.DataFrame) -> Figure:
    """Draw every dated, scored event as a line over its span of time at the height of its score."""
    known = events[events["goldstein"].notna() & events["span"].notna()]
    known = known[[found.is_bounded for found in known["span"]]]
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 3.4))
    for event in known.to_dict("records"):
        found, score = event["span"], float(event["goldstein"])
        colour = style.score_colour(score)
        axes.plot([found.first, found.last], [score, score], color=colour, linewidth=1.2, alpha=0.6)
        middle = found.first + (found.last - found.first) / 2
        axes.plot([middle], [score], "o", color=colour, markersize=4, alpha=0.8)
    axes.axhline(0, color=style.MUTED, linewidth=0.8)
    axes.set_ylim(-11, 11)
    axes.set_ylabel("Goldstein score")
    rows = [
        {"event": event["name"], "kind": _kind(event["goldstein"]), "score": float(event["goldstein"]),
         "first": str(event["span"].first), "last": str(event["span"].last)}
        for event in known.to_dict("records")
    ]  # fmt: skip
    return style.attach_table(drawn, pd.DataFrame(rows))


def scaling_chart(lines: Mapping[str, Mapping[float, float]], *, size_label: str, unit: str) -> Figure:
    """Draw how times grow with a size, both on logarithmic axes, each line with its name at its end.

    A faint line shows growth in proportion.

    Parameters
    ----------
    lines
        by name, a positive value by size.
    size_label, unit
        label of the axis of sizes, and unit of the values.
    """
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 3.4))
    axes.set(xscale="log", yscale="log", xlabel=size_label)
    axes.set_title(unit)
    sizes = sorted({size for values in lines.values() for size in values})
    for place, values in enumerate(lines.values()):
        points = sorted(values.items())
        axes.plot(
            *zip(*points, strict=True), "osD^vP"[place % 6] + "-", color=style.SERIES_COLOURS[place], markersize=6
        )
    low = min(value for values in lines.values() for value in values.values())
    axes.plot([sizes[0], sizes[-1]], [low, low * sizes[-1] / sizes[0]], ":", color=style.MUTED, linewidth=1, zorder=1)
    axes.set_xticks(sizes, [f"{size:,g}" for size in sizes])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    ends = [(values[max(values)], max(values), name, style.SERIES_COLOURS[place])
            for place, (name, values) in enumerate(lines.items())]  # fmt: skip
    _name_ends(axes, [*ends, (low * sizes[-1] / sizes[0], sizes[-1], "in proportion", style.MUTED)])
    rows = [
        {"series": style.single_line(name), "size": size, "of": size_label, "value": value, "unit": unit}
        for name, values in lines.items()
        for size, value in sorted(values.items())
    ]
    return style.attach_table(drawn, pd.DataFrame(rows))


def _name_ends(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Write the names of lines beside their last values, moved apart where they would overlap."""
    bottom, top = axes.get_ylim()
    apart = (top / bottom) ** (1 / 14)
    taken: dict[float, float] = {}
    for value, size, name, colour in sorted(ends):
        taken[size] = max(value, taken.get(size, 0) * apart)
        axes.annotate(name, (size, taken[size]), (9, 0), textcoords="offset points", va="center", color=colour,
                      annotation_clip=False)  # fmt: skip
