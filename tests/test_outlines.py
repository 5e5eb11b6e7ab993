import pytest
import shapely
from shapely import LinearRing, MultiLineString, MultiPolygon, Point

from compendium.display.charts.coastlines import clip_lines, parse_lines, water_polygons
from compendium.ledger.loader import load

BOX = (0.0, 0.0, 10.0, 10.0)


def cut(text: str, tolerance: float = 0) -> list[list[tuple[float, ...]]]:
    return [list(part.coords) for part in clip_lines(parse_lines([text]), BOX, tolerance)]


@pytest.fixture(scope="module")
def coasts() -> MultiLineString:
    outlines = load()["outlines"]
    return parse_lines(outlines.loc[outlines["kind"] == "coast", "line"])


@pytest.fixture(scope="module")
def sea(coasts: MultiLineString) -> MultiPolygon:
    return MultiPolygon(water_polygons(coasts, coasts.bounds, 0.08))


def test_lines_are_read_as_longitude_and_latitude() -> None:
    (line,) = parse_lines(["49.1 40.2, 49.3 40.4"]).geoms
    assert list(line.coords) == [(49.1, 40.2), (49.3, 40.4)]


def test_thinning_keeps_ends_and_corners() -> None:
    text = "0 1, 1 1.01, 2 1, 2 3"
    assert cut(text, 0.1) == [[(0, 1), (2, 1), (2, 3)]]
    assert len(cut(text, 0.001)[0]) == 4


def test_a_thinned_ring_stays_a_ring() -> None:
    round_ = MultiLineString([Point(5, 5).buffer(1, quad_segs=50).exterior])
    (thin,) = clip_lines(round_, BOX, 0.05)
    assert thin.is_ring
    assert 8 <= len(thin.coords) < 40


def test_lines_are_cut_at_the_edges_of_a_box() -> None:
    assert cut("-5 5, 5 5, 5 15") == [[(0, 5), (5, 5), (5, 10)]]
    assert cut("-5 5, -1 5") == []
    assert len(cut("5 5, 15 5, 15 6, 5 6")) == 2


@pytest.mark.parametrize("box", [(0, 0, 0, 10), (0, 5, 10, 5), (4, 0, 3, 10)])
def test_a_box_without_an_inside_has_neither_lines_nor_water(box: tuple[float, float, float, float]) -> None:
    coast = parse_lines(["5 -5, 5 15"])
    assert clip_lines(coast, box, 0) == water_polygons(coast, box, 0) == []


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["4 0, 4 10"], 40),  # northwards, land at the right: the water is the west
        (["4 10, 4 0"], 60),
        (["4 0, 4 10", "8 10, 8 0"], 60),  # an isthmus between them
        (["4 10, 4 0", "8 0, 8 10"], 40),  # a strait between them
        (["0 4, 4 0"], 92),  # around a corner
        (["4 0, 0 4"], 8),
        (["0 0, 10 10"], 50),  # from corner to corner
        (["2 2, 4 2, 4 4, 2 4, 2 2"], 4),  # a lake
        (["9 4, 12 4, 12 6, 8 6, 8 4, 9 4"], 4),  # a lake cut by the edge, its ring begun inside
        (["2 2, 2 4, 4 4, 4 2, 2 2"], 96),  # an island in open water
        (["2 2, 2 4, 4 4", "4 4, 4 2, 2 2"], 96),  # in two pieces
        (["5 0, 5 10", "1 1, 1 2, 2 2, 2 1, 1 1"], 49),  # an island off a coast
        (["5 0, 5 10", "4 1, 4 2, 6 2, 6 1, 4 1"], 49),  # an island drawn so coarsely that it runs into the coast
        (["-1 4, -1 6, 1 6, 1 4, -1 4"], 98),  # an island cut by the edge
        (["0 4, 0 6, 1 6, 1 4, 0 4"], 98),  # an island that lies on the edge
        (["2 0, 5 10, 8 0"], 70),  # a headland that touches the edge
        (["8 0, 5 10, 2 0"], 30),  # a bay that does
        (["-5 5, 15 5"], 50),
        (["-5 5, 3 5", "3 5, 15 5"], 50),
        (["20 0, 20 10"], 0),  # out of sight, nothing tells water from land
        ([], 0),
    ],
)
def test_the_water_is_what_lies_at_the_left_of_the_coasts(texts: list[str], expected: float) -> None:
    found = water_polygons(parse_lines(texts), BOX, 0)
    assert sum(area.area for area in found) == pytest.approx(expected)


def test_islands_turn_the_other_way_than_the_water_around_them() -> None:
    (sea,) = water_polygons(parse_lines(["5 0, 5 10", "1 1, 1 2, 2 2, 2 1, 1 1"]), BOX, 0)
    assert (sea.exterior.is_ccw, [island.is_ccw for island in sea.interiors]) == (True, [False])


def test_an_island_too_small_to_be_seen_is_left_out() -> None:
    (sea,) = water_polygons(parse_lines(["5 0, 5 10", "1 1, 1 1.1, 1.1 1.1, 1.1 1, 1 1"]), BOX, 0.2)
    assert not sea.interiors


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
