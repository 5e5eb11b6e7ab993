"""Maps of routes with coasts and borders, and schematic diagrams of routes.

It reads no data.
"""

from __future__ import annotations

import itertools
import math
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib import colors, pyplot
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from compendium.display.charts import style


@dataclass(frozen=True)
class Route:
    """How a route is drawn on a map."""

    id: str
    """The `route_id` of its stops."""
    colour: str
    """A colour of the style."""
    label: str = ""
    """Its name in the legend."""


def route_map(
    stops: pd.DataFrame, routes: Sequence[Route], *, named_places: Sequence[str] = (),
    frame_places: Sequence[str] = (), outlines: pd.DataFrame | None = None,
) -> Figure:  # fmt: skip
    """Draw routes as lines through their stops, by longitude and latitude, with some of the places named.

    Where routes share a stretch all remain visible: the first line is the widest, and each has its own dashes.

    Parameters
    ----------
    stops
        one row for each stop in order: `route_id`, `place_id`, `name`, `latitude`, `longitude` (degrees).
    routes
        the routes to draw; those with a label are named in a legend below the map.
    named_places
        the place ids to name, the most important first; all where empty.
    frame_places
        place ids that the map has to show; every stop drawn where empty.
    outlines
        coasts and borders to draw beneath, `kind` (coast, border, disputed) and `line` (longitude and latitude in
        degrees, `49.1 40.2, 49.3 40.4`); coasts have the land at their right; disputed borders are dotted.
    """
    ids, named = [route.id for route in routes], [route for route in routes if route.label]
    shown = stops[stops["route_id"].isin(ids)].dropna(subset=["latitude", "longitude"])
    west, east, south, north = _frame(shown[shown["place_id"].isin(frame_places)] if frame_places else shown)
    stretch = 1 / math.cos(math.radians((south + north) / 2))
    # The axis labels and the legend take what is left beside and below the map.
    height = (style.WIDTH - 0.75) * (north - south) * stretch / (east - west) + 0.6 + 0.2 * len(named)
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, height))
    axes.set(xlim=(west, east), ylim=(south, north), xlabel="longitude, °E", ylabel="latitude, °N", aspect=stretch)
    if outlines is not None:
        _outline(axes, outlines)
    lines = _draw_routes(axes, shown, routes)
    if named:
        drawn.legend([lines[route.id] for route in named], [route.label for route in named],
                     loc="outside lower left", handlelength=3)  # fmt: skip
    inside = shown["longitude"].between(west, east) & shown["latitude"].between(south, north)
    places = shown.drop_duplicates("place_id").set_index("place_id", drop=False)
    within = set(shown.loc[inside, "place_id"])
    wanted = [name for name in (named_places or places.index) if name in within]
    drawn.draw_without_rendering()
    _name_places(axes, places.loc[wanted], [np.asarray(line.get_xydata()) for line in lines.values()])
    rows = [
        {"route": style.single_line(route.label or route.id), "stop": stop, "place": found["name"],
         "latitude": float(found["latitude"]), "longitude": float(found["longitude"])}
        for route in routes
        for stop, (at, found) in enumerate(shown[shown["route_id"] == route.id].iterrows(), 1)
        if inside[at]
    ]  # fmt: skip
    return style.attach_table(drawn, pd.DataFrame(rows))


def _draw_routes(axes: Axes, stops: pd.DataFrame, routes: Sequence[Route]) -> dict[str, Line2D]:
    """Draw the lines of routes and their stops, and return the lines by id."""
    lines = {}
    for place, route in enumerate(routes):
        own = stops[stops["route_id"] == route.id]
        width, dashes = 2 + 1.3 * (len(routes) - 1 - place), DASHES[place % len(DASHES)]
        (lines[route.id],) = axes.plot(own["longitude"], own["latitude"], dashes, color=route.colour, linewidth=width)
        axes.plot(own["longitude"], own["latitude"], "o", color=route.colour, markersize=4.5)
    return lines


BORDERS = {"border": ("-", 0.5), "disputed": (":", 1.3)}
"""Line style and width of the borders beneath the routes."""


def _outline(axes: Axes, outlines: pd.DataFrame) -> None:
    """Draw water as an area and borders as lines as far as they reach into the map, each kind as one path."""
    import shapely  # only maps need it, and most pages have none

    from compendium.display.charts.coastlines import clip_lines, parse_lines, water_polygons

    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    lines = {kind: parse_lines(rows["line"]) for kind, rows in outlines.groupby("kind")}
    known = shapely.total_bounds(list(lines.values()))
    box = (*np.maximum((west, south), known[:2]), *np.minimum((east, north), known[2:]))
    fine = (east - west) / MAP_RESOLUTION
    axes.grid(visible=False)
    axes.spines[:].set_visible(True)
    sea = water_polygons(lines["coast"], box, fine) if "coast" in lines else []
    if sea:
        rings = [Path(ring.coords, closed=True) for area in sea for ring in (area.exterior, *area.interiors)]
        pale = colors.to_rgba(style.FAINT, 0.65)
        axes.add_patch(PathPatch(Path.make_compound_path(*rings), fc=pale, ec=style.MUTED, linewidth=0.5, zorder=0.4))
    for kind, (dashes, width) in BORDERS.items():
        inside = clip_lines(lines[kind], (west, south, east, north), fine) if kind in lines else []
        if inside:
            gap = np.full((1, 2), np.nan)
            path = np.vstack([part for line in inside for part in (line.coords, gap)])
            axes.plot(path[:, 0], path[:, 1], dashes, color=style.MUTED, linewidth=width, zorder=0.5)


MAP_RESOLUTION = 500
"""Map width divided by the smallest detail drawn: less than a point."""

DASHES = ("-", "--", ":", "-.")
"""How the lines of a map differ besides their colour."""


def _frame(places: pd.DataFrame) -> tuple[float, float, float, float]:
    """Return west, east, south and north of some places, with a margin for their names."""
    across, along = places["longitude"], places["latitude"]
    edge = 0.08 * max(across.max() - across.min(), along.max() - along.min())
    return (across.min() - edge, across.max() + edge, along.min() - edge, along.max() + edge)


def _name_places(axes: Axes, places: pd.DataFrame, lines: Sequence[np.ndarray]) -> None:
    """Write each name where it covers least: no other name, no edge, then as little of the lines as possible.

    Places are named in the order given; each tries a ring of positions around its point, then a wider one, and
    a name that had to move away gets a thin line to its point.
    """
    to_screen, edge = axes.transData.transform, axes.get_window_extent()
    renderer = FigureCanvasAgg(axes.get_figure(root=True)).get_renderer()
    drawn_over = np.vstack([_dense(to_screen(line)) for line in lines])
    taken = [Bbox.from_extents(*(at - 4), *(at + 4)) for at in to_screen(places[["longitude", "latitude"]].to_numpy())]
    for place in places.to_dict("records"):
        tries: list[tuple[float, int, Text, Bbox]] = []
        for far, turn in itertools.product((8, 18, 30, 44), range(0, 360, 30)):
            if any(cost <= far / 2 for cost, *_ in tries):  # what lies further away costs more, however free it stands
                break
            aside, up = math.cos(math.radians(turn)), math.sin(math.radians(turn))
            text = axes.annotate(
                place["name"], (place["longitude"], place["latitude"]), (far * aside, far * up),
                textcoords="offset points", ha=_towards(aside, "left", "right"), va=_towards(up, "bottom", "top"),
                arrowprops={"arrowstyle": "-", "color": style.MUTED, "linewidth": 0.7} if far > 8 else None,
            )  # fmt: skip
            text.set_in_layout(False)
            # The extent of an annotation would include its thin line, that of its text needs the place renewed first.
            text.update_positions(renderer)
            box = Text.get_window_extent(text, renderer)
            hidden = box.count_contains(drawn_over)
            clash = sum(box.overlaps(other) for other in taken) + (box.count_contains(edge.corners()) > 0)
            outside = not (edge.x0 <= box.x0 and box.x1 <= edge.x1 and edge.y0 <= box.y0 and box.y1 <= edge.y1)
            tries.append(((clash + outside) * 1000 + 4 * hidden + far / 2, len(tries), text, box))
        best = min(tries, key=lambda attempt: attempt[:2])
        taken.append(best[3])
        for attempt in tries:
            if attempt is not best:
                attempt[2].remove()


def _towards(part: float, ahead: str, behind: str) -> str:
    return "center" if abs(part) < 0.3 else ahead if part > 0 else behind


def _dense(corners: np.ndarray) -> np.ndarray:
    """Return points along a line, closer together than the height of a name."""
    return np.vstack([np.linspace(one, other, 60) for one, other in itertools.pairwise(corners)])


def route_diagram(routes: Mapping[str, Sequence[str]], colours: Sequence[str], *, columns: int = 2) -> Figure:
    """Draw each route as an upright line of equally spaced, named stops: order, not distance.

    Routes are arranged in `columns`; a stop that several of them name is drawn as a ring.
    """
    often = Counter(place for places in routes.values() for place in set(places))
    titles = [textwrap.wrap(route, 52 // columns) for route in routes]
    rows = [len(title) + 0.4 + len(places) for title, places in zip(titles, routes.values(), strict=True)]
    tops, bottom = [], 0.0
    for first in range(0, len(rows), columns):
        tops += [bottom] * len(rows[first : first + columns])
        bottom += max(rows[first : first + columns]) + 0.8
    drawn, axes = pyplot.subplots(figsize=(style.WIDTH, 0.215 * bottom))
    for place, (title, stops, colour) in enumerate(zip(titles, routes.values(), colours, strict=True)):
        x, top = place % columns, tops[place]
        start = top + len(title) + 0.7
        axes.text(x - 0.03, top, "\n".join(title), fontweight="bold", va="top")
        axes.plot([x, x], [start, start + len(stops) - 1], color=colour, linewidth=3)
        for row, stop in enumerate(stops):
            face = style.PAPER if often[stop] > 1 else colour
            axes.plot([x], [start + row], "o", color=colour, markerfacecolor=face, markersize=7, markeredgewidth=2)
            axes.text(x + 0.06, start + row, stop, va="center_baseline")
    axes.set(xlim=(-0.04, columns), ylim=(bottom, 0))
    axes.axis("off")
    named = [
        {"route": style.single_line(route), "stop": stop, "place": place, "routes": often[place]}
        for route, places in routes.items()
        for stop, place in enumerate(places, 1)
    ]
    return style.attach_table(drawn, pd.DataFrame(named))
