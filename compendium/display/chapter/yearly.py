"""What is known of one quantity year by year, with what pages ask of such a series."""

from __future__ import annotations

from itertools import pairwise

from compendium.display.chapter.amounts import Amount


class Yearly(dict[int, Amount]):
    """Amounts by year. A comparison of two series is over the years that both have, and a certain one."""

    @property
    def first_year(self) -> str:
        """Return the first year, as text."""
        return str(min(self))

    @property
    def last_year(self) -> str:
        """Return the last year, as text."""
        return str(max(self))

    @property
    def first(self) -> Amount:
        """Return the amount of the first year."""
        return self[min(self)]

    @property
    def last(self) -> Amount:
        """Return the amount of the last year."""
        return self[max(self)]

    @property
    def highest(self) -> Amount:
        """Return the amount with the highest upper end."""
        return max(self.values(), key=lambda found: found.high)

    @property
    def lowest(self) -> Amount:
        """Return the amount with the lowest upper end."""
        return min(self.values(), key=lambda found: found.high)

    @property
    def highest_year(self) -> str:
        """Return the year of the highest amount, as text; the first of several."""
        return str(max(sorted(self), key=lambda at: self[at].high))

    @property
    def lowest_year(self) -> str:
        """Return the year of the lowest amount, as text; the first of several."""
        return str(min(sorted(self), key=lambda at: self[at].high))

    def since(self, year: int) -> Yearly:
        """Return the series from a year on."""
        return Yearly({at: found for at, found in self.items() if at >= year})

    def until(self, year: int) -> Yearly:
        """Return the series up to a year."""
        return Yearly({at: found for at, found in self.items() if at <= year})

    def to(self, unit: str) -> Yearly:
        """Return the series in another unit."""
        return Yearly({at: found.to(unit) for at, found in self.items()})

    def percent_of(self, whole: Yearly) -> Yearly:
        """Return, by year, in percent of another series."""
        return Yearly({at: self[at].percent_of(whole[at]) for at in self.shared(whole)})

    def less_share(self, percent: Yearly) -> Yearly:
        """Return, by year, what is left without a part that is so many percent."""
        return Yearly({at: self[at].less_share(percent[at]) for at in self.shared(percent)})

    def shared(self, *others: Yearly) -> list[int]:
        """Return the years that this and others have, in order."""
        return sorted(set(self).intersection(*others))

    def above(self, other: Yearly) -> list[int]:
        """Return the years in which this is certainly more."""
        return [at for at in self.shared(other) if self[at] > other[at]]

    def always_above(self, *others: Yearly) -> bool:
        """Return whether this is certainly more than each of some others in every year that both have."""
        return all(self.above(other) == self.shared(other) for other in others)

    def always_below(self, *others: Yearly) -> bool:
        """Return whether this is certainly less than each of some others in every year that both have."""
        return all(other.always_above(self) for other in others)

    def above_since(self, other: Yearly) -> int | None:
        """Return the year from which on this is certainly more, up to the last; `None` where it is not in the last."""
        since = None
        for at in reversed(self.shared(other)):
            if not self[at] > other[at]:
                break
            since = at
        return since

    def never_rises(self) -> bool:
        """Return whether every year is certainly no more than the one before it."""
        found = self._in_order()
        return all(later <= earlier for earlier, later in pairwise(found))

    def never_falls(self) -> bool:
        """Return whether every year is certainly no less than the one before it."""
        found = self._in_order()
        return all(later >= earlier for earlier, later in pairwise(found))

    @property
    def peak(self) -> int | None:
        """Return the last year up to which it never falls and after which it never rises; `None` without one."""
        found = [at for at in self if self.until(at).never_falls() and self.since(at).never_rises()]
        return max(found, default=None)

    def falls(self) -> list[int]:
        """Return the years whose own amount, a growth, is certainly below nothing."""
        return [at for at in sorted(self) if self[at] < 0]

    def distance(self, other: Yearly) -> dict[int, float]:
        """Return, by year, how far apart the middles of the two are."""
        return {at: abs(self[at].middle - other[at].middle) for at in self.shared(other)}

    def always_nearer(self, one: Yearly, other: Yearly) -> bool:
        """Return whether this is nearer to one series than to another in every year that all have."""
        near, far = self.distance(one), self.distance(other)
        return all(near[at] < far[at] for at in self.shared(one, other))

    def rounding_to(self, whole: Yearly) -> list[int]:
        """Return the years whose middle, rounded to a whole number, is that of another series."""
        return [at for at in self.shared(whole) if round(self[at].middle) == whole[at].middle]

    def meeting(self, amount: Amount) -> list[int]:
        """Return the years whose amount and another can both be true."""
        return [at for at in sorted(self) if self[at].meets(amount)]

    def _in_order(self) -> list[Amount]:
        return [self[at] for at in sorted(self)]
