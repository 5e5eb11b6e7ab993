"""Figures for a ledger of claims: intervals as intervals, events in time, routes on a map.

Each takes a table and returns a Matplotlib figure; the caption and the alternative text are the page's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import portion
from matplotlib import pyplot
from matplotlib.figure import Figure

from compendium import style


def intervals(
    labels: Sequence[str], ranges: Sequence[portion.Interval], *, unit: str, scale: float = 1,
    colours: Sequence[str] | None = None,
) -> Figure:  # fmt: skip
    """Draw one horizontal bar a row, from the lower to the upper bound; an open end fades into an arrow.

    Parameters
    ----------
    labels, ranges
        what stands at the left of each bar, and the bar, first row at the top.
    unit
        label of the axis; values are divided by `scale`.
    colours
        one a row, from `style.SERIES`; the first of them where none are given.
    """
    ends = [float(end) / scale for r in ranges for end in (r.lower, r.upper) if abs(end) != portion.inf]
    reach = (max(ends) - min(0, *ends)) * 1.15 or 1
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.7 + 0.36 * len(ranges)))
    for row, (found, colour) in enumerate(zip(ranges, colours or [style.SERIES[0]] * len(ranges), strict=True)):
        low = min(ends) if found.lower == -portion.inf else float(found.lower) / scale
        high = reach if found.upper == portion.inf else float(found.upper) / scale
        if high - low < reach / 150:
            axes.plot([(low + high) / 2], [row], "o", color=colour, markersize=7)
        else:
            axes.plot([low, high], [row, row], color=colour, linewidth=7, solid_capstyle="butt")
        if found.upper == portion.inf:
            axes.plot([reach], [row], ">", color=colour, markersize=8, clip_on=False)
        if found.lower == -portion.inf:
            axes.plot([low], [row], "<", color=colour, markersize=8, clip_on=False)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_xlim(left=min(0, *ends), right=reach)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(unit)
    return drawn


def two_ways(turnover: Mapping[int, portion.Interval], scores: pd.DataFrame, *, unit: str, scale: float) -> Figure:
    """Draw a quantity by year as intervals above, cooperation and conflict by year below, on one axis of time.

    Parameters
    ----------
    turnover
        an interval by year, in the unit printed, divided by `scale`.
    scores
        `cooperation` and `conflict` by year, as `compendium.chronology.scores_by_year` returns.
    """
    drawn, (above, below) = pyplot.subplots(2, 1, sharex=True, figsize=(style.WIDTH, 4.4), height_ratios=(1, 1))
    for year, found in turnover.items():
        low, high = float(found.lower) / scale, float(found.upper) / scale
        above.plot([year, year], [low, high], color=style.SERIES[2], linewidth=9, solid_capstyle="butt")
        above.annotate(f"{low:.3g}–{high:.3g}", (year, high), (0, 5), textcoords="offset points", ha="center")
    above.set_ylim(bottom=0, top=max(float(found.upper) for found in turnover.values()) / scale * 1.25)
    above.set_title(unit)
    below.bar(scores.index, scores["cooperation"], color=style.COOPERATION, width=0.6)
    below.bar(scores.index, scores["conflict"], color=style.CONFLICT, width=0.6)
    below.axhline(0, color=style.MUTED, linewidth=0.8)
    below.set_title("Goldstein scores, summed: cooperation above, conflict below")
    years = sorted({*turnover, *scores.index})
    below.set_xticks(range(years[0], years[-1] + 1))
    return drawn


def timeline(events: pd.DataFrame, *, names: str = "name") -> Figure:
    """Draw one line an event, earliest at the top, from its first to its last possible day.

    The colour says cooperation or conflict by the sign of the score; events without a date are left out.
    """
    known = events[events["span"].notna()]
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.6 + 0.3 * len(known)))
    first = min(found.first for found in known["span"])
    last = max(found.last for found in known["span"])
    for row, event in enumerate(known.to_dict("records")):
        score = event["goldstein"]
        colour = style.MUTED if pd.isna(score) or score == 0 else style.COOPERATION if score > 0 else style.CONFLICT
        found = event["span"]
        axes.plot([found.first, found.last], [row, row], color=colour, linewidth=5, solid_capstyle="round")
        axes.annotate(event[names], (found.last, row), (6, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_ylim(len(known) - 0.5, -0.5)
    axes.set_xlim(first, last + (last - first) * 1.1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", visible=False)
    return drawn


def route_map(stops: pd.DataFrame, colours: Mapping[str, str], *, names: Sequence[str] = ()) -> Figure:
    """Draw routes as lines through their stops, by longitude and latitude, with some of the places named.

    Parameters
    ----------
    stops
        one row a stop in order: `route_id`, `place_id`, `name`, `latitude`, `longitude`.
    colours
        a colour of the style by route id; its keys are the routes drawn.
    names
        the place ids to name; all where empty.
    """
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 4.6))
    shown = stops[stops["route_id"].isin(colours)].dropna(subset=["latitude", "longitude"])
    for route, colour in colours.items():
        line = shown[shown["route_id"] == route]
        axes.plot(line["longitude"], line["latitude"], "-o", color=colour, linewidth=2, markersize=4)
    for place in shown.drop_duplicates("place_id").to_dict("records"):
        if not names or place["place_id"] in names:
            at = (place["longitude"], place["latitude"])
            axes.annotate(place["name"], at, (5, 4), textcoords="offset points", fontsize=8.5)
    # One degree of longitude is shorter than one of latitude by the cosine of the latitude: near 40° about 3/4.
    axes.set_aspect(1 / 0.76, adjustable="datalim")
    axes.set_xlabel("longitude, °E")
    axes.set_ylabel("latitude, °N")
    return drawn


def schematic(routes: Mapping[str, Sequence[str]], colours: Sequence[str]) -> Figure:
    """Draw each route as a straight line of equally spaced, named stops, one below the other: order, not distance."""
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.4 + 0.95 * len(routes)))
    for row, ((route, places), colour) in enumerate(zip(routes.items(), colours, strict=True)):
        across = [place / max(1, len(places) - 1) for place in range(len(places))]
        axes.plot(across, [row] * len(places), "-o", color=colour, linewidth=3, markersize=6)
        axes.annotate(route, (0, row), (0, 12), textcoords="offset points", fontweight="bold", fontsize=9)
        for at, place in zip(across, places, strict=True):
            axes.annotate(place, (at, row), (0, -7), textcoords="offset points", rotation=-28, fontsize=7.5, va="top")
    axes.set_ylim(len(routes) - 0.3, -0.4)
    axes.set_xlim(-0.03, 1.12)
    axes.axis("off")
    return drawn


def scores(events: pd.DataFrame) -> Figure:
    """Draw every dated, scored event as a line over its span of time at the height of its score."""
    known = events[events["goldstein"].notna() & events["span"].notna()]
    known = known[[found.first.year > 1 and found.last.year < 9999 for found in known["span"]]]
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 3.4))
    for event in known.to_dict("records"):
        found, score = event["span"], float(event["goldstein"])
        colour = style.MUTED if score == 0 else style.COOPERATION if score > 0 else style.CONFLICT
        axes.plot([found.first, found.last], [score, score], color=colour, linewidth=1.2, alpha=0.6)
        middle = found.first + (found.last - found.first) / 2
        axes.plot([middle], [score], "o", color=colour, markersize=4, alpha=0.8)
    axes.axhline(0, color=style.MUTED, linewidth=0.8)
    axes.set_ylim(-11, 11)
    axes.set_ylabel("Goldstein score")
    return drawn
