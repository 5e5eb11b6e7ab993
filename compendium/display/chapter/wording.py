"""Numbers, times and lists as a reader says them, so that a page needs no formatting of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compendium.analysis.explanations import format_list
from compendium.display.chapter.amounts import Amount
from compendium.values.formatting import format_signed
from compendium.values.periods import format_period, read_period

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
"""Numbers that are written as words."""


class Wording:
    """The ways to say a value; every method returns text."""

    def period(self, period: str | int) -> str:
        """Return a period or day: `2025-01/2025-04` as `January–April 2025`."""
        return format_period(str(period))

    def day(self, period: str) -> str:
        """Return the day up to which something is counted, without the word until: `../2025-09-01`."""
        return format_period(period).removeprefix("until ")

    def days_between(self, earlier: str, later: str) -> str:
        """Return the days from the last day of a period to the first of a later one: `12 days`."""
        return f"{(read_period(later).first - read_period(earlier).last).days} days"

    def percent(self, part: float, digits: int = 0) -> str:
        """Return a part of one in percent: `0.345` as `34%`, with so many decimals."""
        return f"{part:.{digits}%}"

    def percents(self, found: Amount, digits: int = 0) -> str:
        """Return a multiple, an interval of parts of one, in percent: `27%–31%`."""
        return f"{float(found.low):.{digits}%}–{float(found.high):.{digits}%}"

    def score(self, score: float) -> str:
        """Return a score with its sign: `+3.4`, `−5.0`."""
        return format_signed(score)

    def number(self, count: int) -> str:
        """Return a whole number: in words up to nine, then in digits with separators."""
        return SMALL[count] if 0 < count < len(SMALL) else f"{count:,}"

    def count(self, count: int, one: str, many: str = "") -> str:
        """Return how many there are of something: `no figures`, `one figure`, `12 figures`."""
        said = self.number(count) if count else SMALL[0]
        return f"{said} {one if count == 1 else many or one + 's'}"

    def list(self, parts: Iterable[Any]) -> str:
        """Return several things as a list: `a, b and c`."""
        return format_list(map(str, parts))

    def days_apart(self, earlier: str, later: str) -> str:
        """Return the fewest and the most days that can lie between two periods: `14–75 days`."""
        first, second = read_period(earlier), read_period(later)
        return f"{(second.first - first.last).days}–{(second.last - first.first).days} days"
