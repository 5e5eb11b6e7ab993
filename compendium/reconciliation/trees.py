"""Solves a group of bindings that form a tree, by exact arithmetic alone.

Where no two ways lead from one quantity to another, intervals passed along the bindings, once towards a root and
once back, give the tightest bounds of every quantity (Freuder 1982; Faltings 1994 for intervals), and what reaches
a claim from its surroundings is what all others say about it. Most groups of a ledger are trees, and this is a
hundred times quicker than asking a solver. It leaves all else (circles, contradictions, claims that bind twice) to
`compendium.reconciliation.z3_solver`, and its answers are held against it in the tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import portion

from compendium.reconciliation.constraints import Constraint, Quantity

ZERO = Fraction(0)


class End(NamedTuple):
    """One end of what a quantity can be; `None` is endless. With the claims and identities that put it there."""

    value: Fraction | None
    open: bool = False
    claims: frozenset[str] = frozenset()
    rules: frozenset[Constraint] = frozenset()

    def times(self, factor: Fraction) -> End:
        """Return the end with its value multiplied."""
        return self if self.value is None else self._replace(value=self.value * factor)


class Range(NamedTuple):
    """What a quantity can be, with the reasons for both ends."""

    low: End
    high: End

    @property
    def empty(self) -> bool:
        """Tell whether no value is left."""
        low, high = self.low.value, self.high.value
        if low is None or high is None:
            return False
        return low > high or (low == high and (self.low.open or self.high.open))

    @property
    def interval(self) -> portion.Interval:
        """Return the interval without its reasons."""
        low, high = self.low, self.high
        return portion.Interval.from_atomic(
            portion.OPEN if low.open or low.value is None else portion.CLOSED,
            -portion.inf if low.value is None else low.value,
            portion.inf if high.value is None else high.value,
            portion.OPEN if high.open or high.value is None else portion.CLOSED,
        )


Answer = tuple[portion.Interval, tuple[str, ...], tuple[Constraint, ...]]
"""An interval, the claims it rests on, the identities it rests on."""
ENDLESS = End(None)


def solve(
    bindings: Sequence[Constraint], domains: Mapping[Quantity, portion.Interval]
) -> tuple[dict[Quantity, Answer], dict[str, tuple[Constraint, Answer]]] | None:
    """Return the bounds of every quantity, and for every claim that others bear on what they leave to it.

    `None` where the bindings are no tree of the kind read here, or leave no value to some quantity.
    """
    found = _solved(bindings, domains)
    if found is None:
        return None
    bounds, to_binding = found
    tests: dict[str, tuple[Constraint, Answer]] = {}
    for place, binding in enumerate(bindings):
        others = _left_to(binding, [to_binding[place, quantity] for quantity in binding.quantities])
        if others.low.claims or others.high.claims:
            tests.update((name, (binding, _answer(others))) for name in binding.claims)
    return {quantity: _answer(found) for quantity, found in bounds.items()}, tests


def holds(bindings: Sequence[Constraint], domains: Mapping[Quantity, portion.Interval]) -> bool:
    """Tell whether the bindings are a tree of the kind read here, and leave some value to every quantity."""
    return _solved(bindings, domains) is not None


def is_tree(bindings: Sequence[Constraint], domains: Mapping[Quantity, portion.Interval]) -> bool:
    """Tell whether bindings and quantities, which hang together, form a tree, and each claim binds once."""
    edges = sum(len(binding.quantities) for binding in bindings)
    often = Counter(name for binding in bindings for name in binding.claims)
    return (
        edges == len(bindings) + len(domains) - 1
        and max(often.values(), default=0) <= 1
        and all(_simple(binding, domains) for binding in bindings)
    )


def _simple(binding: Constraint, domains: Mapping[Quantity, portion.Interval]) -> bool:
    """Tell whether a ratio is of two quantities that are never negative, and no factor is below zero."""
    if not binding.base:
        return True
    positive = all(domains[quantity].lower >= 0 for quantity in binding.quantities)
    (_, factor), *more = binding.terms
    return positive and not more and factor == 1 and binding.interval.lower >= 0 and binding.interval.upper > 0


Passed = dict[tuple[int, Quantity], Range]


def _solved(
    bindings: Sequence[Constraint], domains: Mapping[Quantity, portion.Interval]
) -> tuple[dict[Quantity, Range], Passed] | None:
    """Return the bounds of every quantity, and what each says to each of its bindings; `None` as `solve` does."""
    if not is_tree(bindings, domains):
        return None
    passed = _passed(bindings, domains)
    if passed is None:
        return None
    to_quantity, to_binding = passed
    around: dict[Quantity, list[Range]] = {quantity: [_of(domain)] for quantity, domain in domains.items()}
    for (_, quantity), found in to_quantity.items():
        around[quantity].append(found)
    bounds = {quantity: _meet(ranges) for quantity, ranges in around.items()}
    return None if any(found.empty for found in bounds.values()) else (bounds, to_binding)


def _passed(
    bindings: Sequence[Constraint], domains: Mapping[Quantity, portion.Interval]
) -> tuple[Passed, Passed] | None:
    """Return what each binding says to each of its quantities, and each quantity to each binding, of all beyond."""
    at: dict[Quantity, list[int]] = {quantity: [] for quantity in domains}
    for place, binding in enumerate(bindings):
        for quantity in binding.quantities:
            at[quantity].append(place)
    to_quantity: Passed = {}
    to_binding: Passed = {}

    def from_quantity(quantity: Quantity, place: int) -> None:
        heard = [to_quantity[other, quantity] for other in at[quantity] if other != place]
        to_binding[place, quantity] = _meet([_of(domains[quantity]), *heard])

    def from_binding(place: int, quantity: Quantity) -> None:
        to_quantity[place, quantity] = _to(bindings[place], quantity, to_binding, place)

    steps = list(_steps(bindings, at))
    for place, parent, children in reversed(steps):  # from the leaves towards the root
        for child in children:
            from_quantity(child, place)
        if any(to_binding[place, child].empty for child in children):
            return None
        from_binding(place, parent)
    for place, parent, children in steps:  # and back
        from_quantity(parent, place)
        if to_binding[place, parent].empty:
            return None
        for child in children:
            from_binding(place, child)
    return to_quantity, to_binding


def _steps(
    bindings: Sequence[Constraint], at: Mapping[Quantity, Sequence[int]]
) -> Iterator[tuple[int, Quantity, list[Quantity]]]:
    """Yield each binding with the quantity through which it is reached from the first one, and the others."""
    waiting, seen = [next(iter(at))], set()
    for quantity in waiting:
        for place in at[quantity]:
            if place not in seen:
                seen.add(place)
                children = [other for other in bindings[place].quantities if other != quantity]
                waiting += children
                yield place, quantity, children


# --- arithmetic of ranges


def _of(interval: portion.Interval, binding: Constraint | None = None) -> Range:
    """Return an interval as a range, its ends for the reason of a binding, or for none."""
    claims = frozenset(binding.claims) if binding else frozenset()
    rules = frozenset([binding]) if binding and not binding.claims else frozenset()
    low, high = interval.lower, interval.upper
    return Range(
        ENDLESS if low == -portion.inf else End(low, interval.left is portion.OPEN, claims, rules),
        ENDLESS if high == portion.inf else End(high, interval.right is portion.OPEN, claims, rules),
    )


def _meet(ranges: Iterable[Range]) -> Range:
    """Return what all ranges leave; the first reason is kept where several put an end at one place."""
    first, *more = ranges
    low, high = first
    for found in more:
        if found.low.value is not None and (
            low.value is None or (found.low.value, found.low.open) > (low.value, low.open)
        ):
            low = found.low
        if found.high.value is not None and (
            high.value is None or (found.high.value, not found.high.open) < (high.value, not high.open)
        ):
            high = found.high
    return Range(low, high)


def _sum(parts: Iterable[End]) -> End:
    total, open_ = ZERO, False
    claims: frozenset[str] = frozenset()
    rules: frozenset[Constraint] = frozenset()
    for part in parts:
        if part.value is None:
            return ENDLESS
        total, open_ = total + part.value, open_ or part.open
        claims, rules = claims | part.claims, rules | part.rules
    return End(total, open_, claims, rules)


def _scaled(found: Range, factor: Fraction) -> Range:
    low, high = found.low.times(factor), found.high.times(factor)
    return Range(low, high) if factor > 0 else Range(high, low)


def _to(binding: Constraint, quantity: Quantity, to_binding: Passed, place: int) -> Range:
    """Return what a binding leaves to one of its quantities, given what is beyond the others."""
    own = _of(binding.interval, binding)
    if binding.base:
        (above, _), below = binding.terms[0], binding.base
        if quantity == above:
            return _product(own, to_binding[place, below])
        found = _quotient(to_binding[place, above], own)
        return found if found.low.value else found._replace(low=End(ZERO, True))  # a base is above zero
    factor = next(factor for other, factor in binding.terms if other == quantity)
    rest = [_scaled(to_binding[place, other], -by) for other, by in binding.terms if other != quantity]
    found = Range(_sum([own.low, *(part.low for part in rest)]), _sum([own.high, *(part.high for part in rest)]))
    return _scaled(found, 1 / factor)


def _left_to(binding: Constraint, beyond: Sequence[Range]) -> Range:
    """Return what lies beyond a binding's quantities leaves to what it states: to its sum, or to its ratio."""
    if binding.base:
        above, below = beyond
        return above if above.high.value == 0 else _quotient(above, below)
    parts = [_scaled(found, factor) for found, (_, factor) in zip(beyond, binding.terms, strict=True)]
    return Range(_sum(part.low for part in parts), _sum(part.high for part in parts))


def _both(one: End, other: End) -> dict[str, frozenset]:
    return {"claims": one.claims | other.claims, "rules": one.rules | other.rules}


def _product(factor: Range, base: Range) -> Range:
    """Return a factor times a base above zero, neither of them negative; zero needs no reason."""
    low, high = ENDLESS, ENDLESS
    (one, other) = factor.low, base.low
    if one.value and other.value:
        low = End(one.value * other.value, one.open or other.open, **_both(one, other))
    else:
        low = End(ZERO, one.open or bool(one.value))
    (one, other) = factor.high, base.high
    if one.value is not None and other.value is not None:
        high = End(one.value * other.value, one.open or other.open, **_both(one, other))
    return Range(low, high)


def _quotient(above: Range, below: Range) -> Range:
    """Return one quantity divided by another above zero, neither of them negative; zero needs no reason."""
    one, other = above.low, below.high
    if one.value and other.value is not None:
        low = End(one.value / other.value, one.open or other.open, **_both(one, other))
    else:
        low = End(ZERO, one.open or bool(one.value))
    one, other = above.high, below.low
    high = ENDLESS
    if one.value is not None and other.value:
        high = End(one.value / other.value, one.open or other.open, **_both(one, other))
    return Range(low, high)


def _answer(found: Range) -> Answer:
    claims = tuple(sorted(found.low.claims | found.high.claims))
    rules = sorted(found.low.rules | found.high.rules, key=lambda binding: (binding.kind, binding.terms))
    return found.interval, claims, tuple(rules)
