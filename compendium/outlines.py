"""Coasts and borders cut to what a map shows: lines inside a box, their points thinned, and the water as areas.

Plane geometry on longitude and latitude, for drawing only; it knows no projection and names nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import numpy as np

Box = tuple[float, float, float, float]
"""West, east, south and north, in degrees."""


def points(text: str) -> np.ndarray:
    """Return the points of a line as written in a table, `49.1 40.2, 49.3 40.4`: longitude and latitude by row."""
    return np.array([point.split() for point in text.split(", ")], dtype=float)


def is_ring(line: np.ndarray) -> bool:
    """Tell whether a line ends where it begins."""
    return len(line) > 2 and bool((line[0] == line[-1]).all())


def thinned(line: np.ndarray, tolerance: float) -> np.ndarray:
    """Return a line with as few of its points as keep it within a tolerance (Ramer 1972, Douglas and Peucker 1973).

    Its ends are kept, so that lines that met still meet.
    """
    kept = np.zeros(len(line), dtype=bool)
    kept[[0, -1]] = True
    waiting = [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        apart = _from_chord(line[first + 1 : last], line[first], line[last])
        if apart.max() > tolerance:
            middle = first + 1 + int(apart.argmax())
            kept[middle] = True
            waiting += [(first, middle), (middle, last)]
    return line[kept]


def _from_chord(line: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return how far points are from the segment between two others, which may be one and the same."""
    chord = other - one
    length = float(chord @ chord)
    along = np.clip((line - one) @ chord / length, 0, 1) if length else np.zeros(len(line))
    return np.linalg.norm(line - one - along[:, None] * chord, axis=1)


def within(line: np.ndarray, box: Box) -> list[np.ndarray]:
    """Return the parts of a line that lie in a box, cut at its edges; a ring is broken only where it leaves the box."""
    west, east, south, north = box
    inside = (line[:, 0] >= west) & (line[:, 0] <= east) & (line[:, 1] >= south) & (line[:, 1] <= north)
    if is_ring(line) and not inside.all():
        start = int(np.argmin(inside))
        line = np.vstack([line[start:-1], line[: start + 1]])
    parts: list[list[np.ndarray]] = []
    for one, other in itertools.pairwise(line):
        cut = _cut(one, other, box)
        if cut is None:
            continue
        enters, leaves = cut
        if not parts or (parts[-1][-1] != enters).any():
            parts.append([enters])
        parts[-1].append(leaves)
    return [np.array(part) for part in parts]


def _cut(one: np.ndarray, other: np.ndarray, box: Box) -> tuple[np.ndarray, np.ndarray] | None:
    """Return what of a segment lies in a box (Liang and Barsky 1984), `None` where nothing does."""
    low, high = 0.0, 1.0
    step = other - one
    for axis, least, most in ((0, box[0], box[1]), (1, box[2], box[3])):
        if step[axis] == 0:
            if not least <= one[axis] <= most:
                return None
            continue
        ends = sorted(((least - one[axis]) / step[axis], (most - one[axis]) / step[axis]))
        low, high = max(low, ends[0]), min(high, ends[1])
    if low >= high:
        return None
    return (one if low == 0 else one + low * step, other if high == 1 else one + high * step)


def water(coasts: Iterable[np.ndarray], box: Box) -> list[np.ndarray]:
    """Return the water of a box as rings, islands turning the other way, so that they stay free when all are filled.

    Parameters
    ----------
    coasts
        lines that have the land at their right hand, as rings or in pieces that share their ends; where one ends
        without a piece to follow, it ends at the edge of the box.
    """
    parts = [part for line in joined(coasts) for part in within(line, box)]
    rings = [part for part in parts if is_ring(part)]
    through = [part for part in parts if not is_ring(part)]
    if rings and not through and _area(max(rings, key=lambda ring: abs(_area(ring)))) < 0:  # islands in open water
        rings.append(np.array([_corner(place, box) for place in (0, 1, 2, 3, 0)]))
    return rings + list(_closed(through, box))


def joined(lines: Iterable[np.ndarray]) -> list[np.ndarray]:
    """Return lines, those put together of which one begins where another ends; no two may begin at one point."""
    rings, pieces = [], {}
    for line in lines:
        if is_ring(line):
            rings.append(line)
        else:
            pieces[tuple(line[0])] = line
    ends = {tuple(line[-1]) for line in pieces.values()}
    heads = [start for start in pieces if start not in ends]
    while pieces:
        chain = [pieces.pop(heads.pop(0) if heads else next(iter(pieces)))]
        while tuple(chain[-1][-1]) in pieces:
            chain.append(pieces.pop(tuple(chain[-1][-1])))
        rings.append(np.vstack([chain[0], *(piece[1:] for piece in chain[1:])]))
    return rings


def _closed(through: list[np.ndarray], box: Box) -> Iterator[np.ndarray]:
    """Yield as rings lines that cross a box with the water at their left, closed along the edge, against the clock."""
    waiting = sorted(through, key=lambda line: _along(line[0], box))
    while waiting:
        ring = [waiting.pop(0)]
        start = _along(ring[0][0], box)
        while True:
            at = _along(ring[-1][-1], box)
            ahead = [((_along(line[0], box) - at) % 4, place) for place, line in enumerate(waiting)]
            way, place = min([*ahead, ((start - at) % 4, -1)])
            ring += [_corner(corner, box)[None, :] for corner in range(int(at) + 1, int(at + way) + 1)]
            if place < 0:
                break
            ring.append(waiting.pop(place))
        yield np.vstack([*ring, ring[0][:1]])


def _along(point: np.ndarray, box: Box) -> float:
    """Return how far along the edge of a box a point of it lies, from the southwest against the clock: 0 to 4."""
    west, east, south, north = box
    across, up = (point[0] - west) / (east - west), (point[1] - south) / (north - south)
    sides = {abs(up): across, abs(1 - across): 1 + up, abs(1 - up): 3 - across, abs(across): 4 - up}
    return float(sides[min(sides)]) % 4


def _corner(place: int, box: Box) -> np.ndarray:
    """Return a corner of a box, counted as `_along` does."""
    west, east, south, north = box
    return np.array(((west, south), (east, south), (east, north), (west, north))[place % 4])


def _area(ring: np.ndarray) -> float:
    """Return the area of a ring, below nothing where it turns with the clock."""
    x, y = ring[:, 0], ring[:, 1]
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2
