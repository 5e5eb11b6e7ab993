"""The coasts of this ledger are drawn so that land and water can be told apart on every map."""

import pytest
import shapely
from shapely import LinearRing, MultiLineString, MultiPolygon

from compendium.display.charts.coastlines import parse_lines, water_polygons
from compendium.ledger.loader import Ledger


@pytest.fixture(scope="module")
def coasts(ledger: Ledger) -> MultiLineString:
    outlines = ledger["outlines"]
    return parse_lines(outlines.loc[outlines["kind"] == "coast", "line"])


@pytest.fixture(scope="module")
def sea(coasts: MultiLineString) -> MultiPolygon:
    return MultiPolygon(water_polygons(coasts, coasts.bounds, 0.08))


def test_the_coasts_of_the_ledger_have_the_land_at_their_right(coasts: MultiLineString) -> None:
    joined = shapely.get_parts(shapely.line_merge(coasts, directed=True))
    rings = sorted((LinearRing(line.coords) for line in joined if line.is_closed), key=lambda ring: len(ring.coords))
    assert rings
    assert not any(ring.is_ccw for ring in rings[:-1])  # islands, but for the longest, the shore of an inland sea
    assert rings[-1].is_ccw


@pytest.mark.parametrize("box", [(13, 17, 54, 47), (18, 47, 63, 63), (25, 34, 55, 48), (44.3, 35.1, 56.7, 47.9)])
def test_the_water_of_the_ledger_is_the_same_on_every_map(
    coasts: MultiLineString, sea: MultiPolygon, box: tuple[float, float, float, float]
) -> None:
    shown = shapely.union_all(water_polygons(coasts, box, 0.08))
    assert shown.symmetric_difference(shapely.clip_by_rect(sea, *box)).area < 0.005 * shapely.box(*box).area
