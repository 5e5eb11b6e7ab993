"""What is measured beside each other is measured in turns, so that a slow minute of the machine meets all sides."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

ROUNDS = 3
LONG = 20.0
"""Seconds from which on something is measured once."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Taken:
    """The times of one thing, in seconds, in the order in which they were measured."""

    times: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """Return the median."""
        return median(self.times)

    @property
    def spread(self) -> float:
        """Return how far apart the quickest and the slowest time are."""
        return max(self.times) - min(self.times)


def in_turns(sides: Mapping[str, Callable[[], float]], say: Say, *, rounds: int = ROUNDS) -> dict[str, Taken]:
    """Measure every side once a round, in their order; one whose first time was long is measured once.

    Parameters
    ----------
    sides
        by name, what measures itself and returns seconds: whatever it prepares before is not counted.
    """
    times: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(rounds):
        for name, once in sides.items():
            if turn and times[name][0] >= LONG:
                continue
            times[name].append(once())
            say(f"    {name}: {times[name][-1]:.2f} s")
    return {name: Taken(tuple(found)) for name, found in times.items()}


def cores() -> int:
    """Return how many cores this process may use, where the system tells; else how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine() -> str:
    """Return the machine, as far as it matters: cores, architecture, Python."""
    number = cores()
    return f"{number} core{'s' if number > 1 else ''}, {platform.machine()}, Python {platform.python_version()}"
