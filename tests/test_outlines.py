import numpy as np
import pytest

from compendium.ledger import load
from compendium.outlines import is_ring, joined, points, thinned, water, within

BOX = (0.0, 10.0, 0.0, 10.0)


def line(*pairs: tuple[float, float]) -> np.ndarray:
    return np.array(pairs, dtype=float)


def area(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2


def test_a_written_line_is_read_as_points() -> None:
    assert points("49.1 40.2, 49.3 40.4").tolist() == [[49.1, 40.2], [49.3, 40.4]]


def test_thinning_keeps_ends_and_corners() -> None:
    drawn = line((0, 0), (1, 0.01), (2, 0), (2, 2))
    assert thinned(drawn, 0.1).tolist() == [[0, 0], [2, 0], [2, 2]]
    assert thinned(drawn, 0.001).tolist() == drawn.tolist()


def test_a_thinned_ring_stays_a_ring() -> None:
    turned = np.linspace(0, 2 * np.pi, 200)
    ring = np.column_stack([np.cos(turned), np.sin(turned)])
    ring[-1] = ring[0]
    thin = thinned(ring, 0.05)
    assert is_ring(thin)
    assert 8 <= len(thin) < 40


def test_a_line_is_cut_at_the_edges_of_a_box() -> None:
    assert [part.tolist() for part in within(line((-5, 5), (5, 5), (5, 15)), BOX)] == [[[0, 5], [5, 5], [5, 10]]]
    assert within(line((-5, 5), (-1, 5)), BOX) == []
    assert len(within(line((5, 5), (15, 5), (15, 6), (5, 6)), BOX)) == 2


def test_a_ring_is_not_broken_at_the_point_where_it_begins() -> None:
    parts = within(line((8, 4), (12, 4), (12, 6), (8, 6), (8, 4)), BOX)
    assert [part.tolist() for part in parts] == [[[10, 6], [8, 6], [8, 4], [10, 4]]]


def test_pieces_are_joined_where_they_meet() -> None:
    pieces = [line((1, 1), (2, 2)), line((5, 5), (6, 6)), line((2, 2), (3, 3)), line((0, 0), (1, 1))]
    found = {tuple(map(tuple, part.tolist())) for part in joined(pieces)}
    assert found == {((0, 0), (1, 1), (2, 2), (3, 3)), ((5, 5), (6, 6))}


def test_pieces_that_go_round_become_a_ring() -> None:
    found = joined([line((0, 0), (1, 0)), line((1, 0), (1, 1), (0, 0))])
    assert len(found) == 1
    assert is_ring(found[0])


@pytest.mark.parametrize(
    ("coasts", "expected"),
    [
        ([line((4, 0), (4, 10))], 40),  # northwards, land at the right: the water is the west
        ([line((4, 10), (4, 0))], 60),
        ([line((4, 0), (4, 10)), line((8, 10), (8, 0))], 60),  # an isthmus between them
        ([line((4, 10), (4, 0)), line((8, 0), (8, 10))], 40),  # a strait between them
        ([line((0, 4), (4, 0))], 92),  # around a corner
        ([line((4, 0), (0, 4))], 8),
        ([line((2, 2), (4, 2), (4, 4), (2, 4), (2, 2))], 4),  # a lake
        ([line((2, 2), (2, 4), (4, 4), (4, 2), (2, 2))], 96),  # an island in open water
        ([line((5, 0), (5, 10)), line((1, 1), (1, 2), (2, 2), (2, 1), (1, 1))], 49),  # an island off a coast
        ([line((-5, 5), (15, 5))], 50),
        ([], 0),
    ],
)
def test_the_water_is_what_lies_at_the_left_of_the_coasts(coasts: list[np.ndarray], expected: float) -> None:
    assert sum(area(ring) for ring in water(coasts, BOX)) == pytest.approx(expected)


def test_the_coasts_of_the_ledger_have_the_land_at_their_right() -> None:
    outlines = load()["outlines"]
    coasts = joined(points(text) for text in outlines.loc[outlines["kind"] == "coast", "line"])
    rings = sorted((ring for ring in coasts if is_ring(ring)), key=len)
    assert rings
    assert all(area(ring) < 0 for ring in rings[:-1])  # islands, but for the longest, the shore of an inland sea
    assert area(rings[-1]) > 0
