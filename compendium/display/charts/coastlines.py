"""Coastlines and borders clipped to a map: simplified lines inside a box, and water as polygons.

Plane geometry on longitude and latitude, for drawing only, without a projection.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import shapely
from shapely import LineString, MultiLineString, Polygon

Box = tuple[float, float, float, float]
"""West, south, east and north, in degrees."""


def parse_lines(texts: Iterable[str]) -> MultiLineString:
    """Return lines parsed from `49.1 40.2, 49.3 40.4`: longitude and latitude by point."""
    return _read(tuple(texts))


@lru_cache(maxsize=8)
def _read(texts: tuple[str, ...]) -> MultiLineString:
    """Parse lines once for all maps of a page; geometries are immutable."""
    return MultiLineString([[tuple(map(float, point.split())) for point in text.split(", ")] for text in texts])


def clip_lines(lines: MultiLineString, box: Box, tolerance: float) -> list[LineString]:
    """Return the parts of lines inside a box, simplified within a tolerance in degrees."""
    west, south, east, north = box
    if west >= east or south >= north:
        return []
    inside = shapely.clip_by_rect(lines, *box)
    return list(shapely.get_parts(inside.simplify(tolerance, preserve_topology=False)))


def water_polygons(coasts: MultiLineString, box: Box, tolerance: float) -> list[Polygon]:
    """Return the water of a box as simplified polygons, exteriors counter-clockwise and islands clockwise.

    Parameters
    ----------
    coasts
        lines with the land at their right, as rings or in pieces that share their ends; an open end lies at the edge
        of the box.
    """
    inside = MultiLineString(clip_lines(shapely.line_merge(coasts, directed=True), box, tolerance))
    edges = shapely.union_all([inside, shapely.box(*box).exterior])  # broken wherever they meet
    faces = shapely.orient_polygons(shapely.get_parts(shapely.polygonize([edges])))
    return [face for face in faces if _at_left(inside, face)]


def _at_left(coasts: MultiLineString, face: Polygon) -> bool:
    """Return whether a face is at the left of its coasts: whether these run as its own boundary does."""
    same, opposite = shapely.get_parts(shapely.shared_paths(coasts, face.boundary))
    return bool(same.length > opposite.length)  # by length, as thinned coasts may cross a little
