"""Coasts and borders cut to what a map shows: lines inside a box, their points thinned, and the water as areas.

Plane geometry on longitude and latitude, for drawing only; it knows no projection and names nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import shapely
from shapely import LineString, MultiLineString, Polygon

Box = tuple[float, float, float, float]
"""West, south, east and north, in degrees."""


def parse_lines(texts: Iterable[str]) -> MultiLineString:
    """Return lines as a table writes them, each as `49.1 40.2, 49.3 40.4`: longitude and latitude by point."""
    return _read(tuple(texts))


@lru_cache(maxsize=8)
def _read(texts: tuple[str, ...]) -> MultiLineString:
    """Read lines once for all maps of a page; what is read cannot be changed."""
    return MultiLineString([[tuple(map(float, point.split())) for point in text.split(", ")] for text in texts])


def clip_lines(lines: MultiLineString, box: Box, tolerance: float) -> list[LineString]:
    """Return the parts of lines that lie in a box, with as few points as keep them within a tolerance."""
    west, south, east, north = box
    if west >= east or south >= north:
        return []
    inside = shapely.clip_by_rect(lines, *box)
    return list(shapely.get_parts(inside.simplify(tolerance, preserve_topology=False)))


def water_polygons(coasts: MultiLineString, box: Box, tolerance: float) -> list[Polygon]:
    """Return the water of a box as areas, thinned alike, their edges against the clock and islands the other way.

    Shapely knows areas but not the side of a line: that is what is told here.

    Parameters
    ----------
    coasts
        lines that have the land at their right hand, as rings or in pieces that share their ends; where one ends
        without a piece to follow, it ends at the edge of the box.
    """
    inside = MultiLineString(clip_lines(shapely.line_merge(coasts, directed=True), box, tolerance))
    edges = shapely.union_all([inside, shapely.box(*box).exterior])  # broken wherever they meet
    faces = shapely.orient_polygons(shapely.get_parts(shapely.polygonize([edges])))
    return [face for face in faces if _at_left(inside, face)]


def _at_left(coasts: MultiLineString, face: Polygon) -> bool:
    """Tell whether an area is at the left of its coasts, as it is of its own edge: whether they run the same way."""
    same, opposite = shapely.get_parts(shapely.shared_paths(coasts, face.boundary))
    return bool(same.length > opposite.length)  # by length, as thinned coasts may cross a little
