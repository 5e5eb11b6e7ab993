"""Solves bindings of any shape by the simplex method, in whole numbers: what they leave to a sum or a ratio, and why.

A dictionary in the sense of Chvátal (1983) writes some of the unknowns and of the slacks of all rows as sums of the
others, which are zero. Its entries are integers over one denominator a row, so that nothing is rounded; an open end
is an end moved by something infinitely small, which has a column of its own (Dutertre and de Moura 2006). All is
written homogeneously: one column stands for 1, and a ratio is asked for by letting its base take that column
(Charnes and Cooper 1962). Where an end cannot be moved further, the slacks that still stand in its row are its
reasons.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import Enum, auto
from fractions import Fraction
from typing import Any

import portion

from compendium.reconciliation.constraints import Binding, Quantity

Terms = tuple[tuple[Quantity, Fraction], ...]
Answer = tuple[portion.Interval, tuple[str, ...], tuple[Binding, ...]]
"""An interval, the claims it rests on, the identities it rests on."""
PATIENCE = 40
"""After so many steps that gain nothing the choice of steps is one that cannot go in circles (Bland 1977)."""
UNIT, SMALL = 0, 1
"""The columns of 1 and of the infinitely small."""


class Kind(Enum):
    """What an unknown or a slack can be."""

    POSITIVE = auto()
    ZERO = auto()
    FREE = auto()


class Dictionary:
    """Rows of integers by column: each says what one unknown is, `den` times, as a sum of those of the columns."""

    def __init__(self) -> None:
        """Start with the two columns of the constants."""
        self.kinds: list[Kind] = [Kind.POSITIVE, Kind.POSITIVE]
        self.columns: list[int] = [UNIT, SMALL]
        self.basis: list[int] = []
        self.rows: list[dict[int, int]] = []
        self.dens: list[int] = []

    def copy(self, without: Iterable[int] = ()) -> Dictionary:
        """Return a dictionary that can be changed without changing this one, and in which some slacks bind nothing."""
        other = Dictionary.__new__(Dictionary)
        other.kinds, other.columns, other.basis = self.kinds[:], self.columns[:], self.basis[:]
        # Rows are replaced, never changed, so that the copy may share them.
        other.rows, other.dens = self.rows[:], self.dens[:]
        for slack in without:
            other.kinds[slack] = Kind.FREE
        return other

    def unknown(self, kind: Kind) -> int:
        """Add an unknown as a column, before any row; return its number."""
        self.kinds.append(kind)
        self.columns.append(len(self.kinds) - 1)
        return len(self.kinds) - 1

    def slacks(self, more: Iterable[tuple[Kind, Mapping[int, int]]]) -> list[int]:
        """Add slacks that are so much of each unknown, up to a factor above zero; return their numbers."""
        column = {name: place for place, name in enumerate(self.columns)}
        at = {name: place for place, name in enumerate(self.basis) if name not in column}
        first = len(self.kinds)
        for kind, row in more:
            total: dict[int, int] = {}
            den = 1
            for name, factor in row.items():
                if name in column:
                    own, by = {column[name]: 1}, 1
                else:
                    own, by = self.rows[at[name]], self.dens[at[name]]
                common = math.gcd(den, by)
                if (times := by // common) != 1:
                    total, den = {c: times * part for c, part in total.items()}, den * times
                factor *= den // by
                for c, part in own.items():
                    total[c] = total.get(c, 0) + factor * part
            total, den = _reduced({c: part for c, part in total.items() if part}, den)
            self.kinds.append(kind)
            self.basis.append(len(self.kinds) - 1)
            self.rows.append(total)
            self.dens.append(den)
        return list(range(first, len(self.kinds)))

    def pivot(self, place: int, column: int) -> None:
        """Let the unknown of a row and that of a column change places."""
        rows, dens = self.rows, self.dens
        own, by = rows[place], rows[place][column]
        new = {c: -part for c, part in own.items()} if by > 0 else own.copy()
        new[column] = dens[place] if by > 0 else -dens[place]
        new, by = rows[place], dens[place] = _reduced(new, abs(by))
        for other, row in enumerate(rows):
            if column in row and other != place:
                factor = row[column]
                common = math.gcd(factor, by)
                factor, times = factor // common, by // common
                mixed = {c: times * part for c, part in row.items()} if times != 1 else row.copy()
                del mixed[column]
                for c, part in new.items():
                    if total := mixed.get(c, 0) + factor * part:
                        mixed[c] = total
                    else:
                        del mixed[c]
                den = dens[other] * times
                rows[other], dens[other] = _reduced(mixed, den) if den != 1 else (mixed, 1)
        self.columns[column], self.basis[place] = self.basis[place], self.columns[column]

    def add(self, terms: Mapping[int, Fraction]) -> int:
        """Add a sum of unknowns as a row that is free; return its place."""
        at = {name: place for place, name in enumerate(self.basis)}
        total: dict[int, Fraction] = {}
        for name, factor in terms.items():
            row, den = (self.rows[at[name]], self.dens[at[name]]) if name in at else ({self.columns.index(name): 1}, 1)
            for column, part in row.items():
                total[column] = total.get(column, 0) + factor * Fraction(part, den)
        den = math.lcm(*(part.denominator for part in total.values()))
        self.kinds.append(Kind.FREE)
        self.basis.append(len(self.kinds) - 1)
        self.rows.append({c: part.numerator * (den // part.denominator) for c, part in total.items() if part})
        self.dens.append(den)
        return len(self.basis) - 1

    def turn(self, place: int) -> None:
        """Turn a free row into what is as much below zero as it was above."""
        self.rows[place] = {column: -part for column, part in self.rows[place].items()}

    def solve_equations(self, first: int = 0) -> None:
        """Bring every slack that is zero, from some row on, out of the rows, as far as it says anything new."""
        for place, name in list(enumerate(self.basis))[first:]:
            if self.kinds[name] is Kind.ZERO:
                row = self.rows[place]
                found = [c for c in row if c > SMALL and self.kinds[self.columns[c]] is not Kind.ZERO]
                if found:
                    self.pivot(place, min(found, key=lambda column: abs(row[column])))

    def make_feasible(self) -> bool:
        """Find values that all rows allow; tell whether there are any."""
        while True:
            place = self._first_wrong()
            if place is None:
                return True
            row = self.rows[place]
            up = _constant(row) < (0, 0)
            columns = [c for c, part in row.items() if c > SMALL and self._helps(c, part > 0 if up else part < 0)]
            if not columns:
                return False
            self.pivot(place, min(columns, key=self.columns.__getitem__))

    def _first_wrong(self) -> int | None:
        """Return the row of the first unknown by number whose value is not allowed, `None` where all are."""
        kinds, found, first = self.kinds, None, len(self.kinds)
        for place, name in enumerate(self.basis):
            if name < first and (kind := kinds[name]) is not Kind.FREE:
                row = self.rows[place]
                unit = row.get(UNIT, 0) or row.get(SMALL, 0)  # the infinitely small counts where there is nothing else
                if unit < 0 or (unit and kind is Kind.ZERO):
                    found, first = place, name
        return found

    def _helps(self, column: int, rising: bool) -> bool:
        kind = self.kinds[self.columns[column]]
        return kind is Kind.FREE or (kind is Kind.POSITIVE and rising)

    def maximise(self, place: int) -> tuple[Fraction, int] | None:
        """Make a free row as large as can be; return its value and how it lies beside it, `None` where endless."""
        idle, before = 0, self.value(place)
        while step := self._step(place, bland=idle > PATIENCE):
            leaving, column = step
            if leaving is None:
                return None
            self.pivot(leaving, column)
            after = self.value(place)
            idle, before = (idle + 1, before) if after == before else (0, after)
        return before

    def can_exceed(self, place: int) -> bool:
        """Tell whether a free row can be larger than it is; stop at the first step that shows it."""
        idle, before = 0, self.value(place)
        while step := self._step(place, bland=idle > PATIENCE):
            leaving, column = step
            if leaving is None or UNIT in self.rows[leaving]:
                return True
            self.pivot(leaving, column)
            idle += 1
            if self.value(place) > before:
                return True
        return False

    def _step(self, place: int, *, bland: bool) -> tuple[int | None, int] | None:
        """Return the row and the column to exchange so that a row grows, `None` where it is as large as can be."""
        row = self.rows[place]
        columns = [c for c, part in row.items() if c > SMALL and self._helps(c, part > 0)]
        if not columns:
            return None
        column = min(columns, key=self.columns.__getitem__) if bland else max(columns, key=lambda c: abs(row[c]))
        return self._blocking(column, row[column] > 0), column

    def value(self, place: int) -> tuple[Fraction, int]:
        """Return the value of a row, and -1, 0 or 1 for a value infinitely little below, at or above that."""
        unit, small = _constant(self.rows[place])
        return Fraction(unit, self.dens[place]), (small > 0) - (small < 0)

    def _blocking(self, column: int, rising: bool) -> int | None:
        """Return the row that first stops the unknown of a column, `None` where none does."""
        found, unit, small, by = None, 0, 0, 1
        for place, row in enumerate(self.rows):
            if column not in row:
                continue
            kind, part = self.kinds[self.basis[place]], row[column] if rising else -row[column]
            if kind is Kind.FREE or (kind is Kind.POSITIVE and part > 0):
                continue
            part = abs(part)
            own_unit, own_small = _constant(row)
            if found is not None:
                less = own_unit * by - unit * part or own_small * by - small * part
                if less > 0 or (less == 0 and self.basis[place] > self.basis[found]):
                    continue
            found, unit, small, by = place, own_unit, own_small, part
        return found

    def standing(self, place: int) -> list[int]:
        """Return what stands in a row besides the constants: the slacks by which it cannot be larger."""
        return [self.columns[column] for column in self.rows[place] if column > SMALL]

    def replaceable(self, place: int) -> set[int]:
        """Return those of the slacks in a row in whose stead others may stop it where they do."""
        found = {column for column in self.rows[place] if column > SMALL}
        tied: set[int] = set()
        for other, row in enumerate(self.rows):
            if other != place and UNIT not in row and self.kinds[self.basis[other]] is not Kind.FREE:
                tied |= found & row.keys()
        return {self.columns[column] for column in tied}

    def measure_by(self, name: int) -> bool:
        """Let an unknown take the column of 1, so that all is measured in it; tell whether that can be."""
        if name in self.basis:
            place = self.basis.index(name)
            row = self.rows[place]
            column = next((c for c in sorted(row) if c != SMALL), None)
            if column is None:
                return False
            self.pivot(place, column)
        column = self.columns.index(name)
        swapped = {UNIT: column, column: UNIT}
        self.rows = [{swapped.get(c, c): part for c, part in row.items()} for row in self.rows]
        self.columns[UNIT], self.columns[column] = self.columns[column], self.columns[UNIT]
        return self.make_feasible()


def _constant(row: Mapping[int, int]) -> tuple[int, int]:
    return row.get(UNIT, 0), row.get(SMALL, 0)


def _reduced(row: dict[int, int], den: int) -> tuple[dict[int, int], int]:
    common = math.gcd(den, *row.values())
    return ({column: part // common for column, part in row.items()}, den // common) if common > 1 else (row, den)


NO_REASON: tuple[frozenset[str], tuple[Binding, ...]] = (frozenset(), ())


class Start:
    """What is the same for every choice of bindings: what quantities can be, and bindings that always stand.

    Their equations are solved once, and the rows of any other binding are worked out once.
    """

    def __init__(self, domains: Mapping[Quantity, portion.Interval], always: Iterable[Binding] = ()) -> None:
        """Take the domain of every quantity, and the bindings that stand with any others."""
        self.domains, self.dictionary = domains, Dictionary()
        self.at = {
            quantity: self.dictionary.unknown(Kind.POSITIVE if domain.lower >= 0 else Kind.FREE)
            for quantity, domain in domains.items()
        }
        self._known: dict[int, tuple[Binding, list[tuple[Kind, dict[int, int]]]]] = {}
        # Wherever something else is measured by, 1 is above zero.
        self.dictionary.slacks([_row({UNIT: Fraction(1)}, opened=True)])
        for quantity, domain in domains.items():
            inner = domain.replace(left=portion.OPEN, lower=-portion.inf) if domain.lower == 0 else domain
            self.dictionary.slacks(_rows({self.at[quantity]: Fraction(1)}, inner, UNIT))
        self.reason = self.add(self.dictionary, always)

    def add(self, dictionary: Dictionary, bindings: Iterable[Binding]) -> dict[int, Binding]:
        """Add bindings to a dictionary that this one began, and solve their equations; return them by their slacks."""
        first, reason = len(dictionary.basis), {}
        for binding in bindings:
            reason.update(dict.fromkeys(dictionary.slacks(self._of(binding)), binding))
        dictionary.solve_equations(first)
        return reason

    def _of(self, binding: Binding) -> list[tuple[Kind, dict[int, int]]]:
        """Return the rows of a binding; it is kept beside them, so that its place in memory is no other's."""
        if id(binding) not in self._known:
            terms: dict[int, Fraction] = {}
            for quantity, factor in binding.terms:
                terms[self.at[quantity]] = terms.get(self.at[quantity], Fraction(0)) + factor
            per = self.at[binding.per] if binding.per else UNIT
            rows = _rows(terms, binding.interval, per)
            if binding.per:  # a base that something is measured against is not zero
                rows.append(_row({per: Fraction(1)}, opened=True))
            self._known[id(binding)] = (binding, rows)
        return self._known[id(binding)][1]


def _rows(terms: Mapping[int, Fraction], interval: portion.Interval, per: int) -> list[tuple[Kind, dict[int, int]]]:
    """Return what it says that a sum lies in an interval, times an unknown."""
    low, high = interval.lower, interval.upper
    if low == high:
        return [_row(_less(terms, low, per), kind=Kind.ZERO)]
    rows = []
    if low != -portion.inf:
        rows.append(_row(_less(terms, low, per), opened=interval.left is portion.OPEN))
    if high != portion.inf:
        negative = {name: -part for name, part in _less(terms, high, per).items()}
        rows.append(_row(negative, opened=interval.right is portion.OPEN))
    return rows


def _row(row: dict[int, Fraction], *, opened: bool = False, kind: Kind = Kind.POSITIVE) -> tuple[Kind, dict[int, int]]:
    """Return a row in whole numbers."""
    whole = {**row, SMALL: Fraction(-1)} if opened else row
    scale = math.lcm(*(part.denominator for part in whole.values()))
    return kind, {name: part.numerator * (scale // part.denominator) for name, part in whole.items() if part}


class Linear:
    """Bindings among quantities, all of them standing, as the rows of a dictionary."""

    def __init__(
        self, bindings: Iterable[Binding], domains: Mapping[Quantity, portion.Interval], start: Start | None = None
    ) -> None:
        """Take bindings and the domain of every quantity in them; tell in `feasible` whether they can hold together.

        Parameters
        ----------
        start
            what always stands among the same quantities, and need not be among the bindings.
        """
        start = start or Start(domains)
        self.domains, self._at, self._dictionary = domains, start.at, start.dictionary.copy()
        self._reason = start.reason | start.add(self._dictionary, bindings)
        self.feasible = self._dictionary.make_feasible()
        self._slacks: dict[str, list[int]] = {}
        for slack, binding in self._reason.items():
            for name in binding.claims:
                self._slacks.setdefault(name, []).append(slack)

    def implied(self, terms: Terms, per: Quantity | None = None, without: str = "") -> Answer:
        """Return what is left to a sum of quantities, or to its multiple of one, and what both ends rest on.

        Parameters
        ----------
        without
            a claim that is not believed for once.

        Returns
        -------
        tuple
            the interval, empty where the base of a ratio can only be nothing; claims and identities, none of them idle.

        Raises
        ------
        ValueError
            where these bindings cannot hold together.
        """
        # A copy, so that no answer depends on what was asked before.
        dictionary = self._dictionary.copy(self._slacks.get(without, ()))
        if not self.feasible and not (without and dictionary.make_feasible()):
            raise ValueError("these bindings cannot hold together")
        if per and not dictionary.measure_by(self._at[per]):
            return portion.empty(), *self._why_nothing(per, without)
        place = dictionary.add({self._at[quantity]: factor for quantity, factor in terms})
        known = before(terms, per, self.domains)
        high, above = self._end(dictionary, place, known.upper)
        dictionary.turn(place)
        low, below = self._end(dictionary, place, -known.lower)
        interval = portion.Interval.from_atomic(
            portion.OPEN if low is None or low[1] else portion.CLOSED,
            -portion.inf if low is None else -low[0],
            portion.inf if high is None else high[0],
            portion.OPEN if high is None or high[1] else portion.CLOSED,
        )
        rules = sorted({*below[1], *above[1]}, key=lambda binding: (binding.rule, binding.terms))
        return interval, tuple(sorted(below[0] | above[0])), tuple(rules)

    def _why_nothing(self, per: Quantity, without: str) -> tuple[tuple[str, ...], tuple[Binding, ...]]:
        """Return the reasons for which a quantity cannot be above zero, so that there is no ratio to it."""
        dictionary = self._dictionary.copy(self._slacks.get(without, ()))
        dictionary.make_feasible()
        place = dictionary.add({self._at[per]: Fraction(1)})
        dictionary.maximise(place)
        names, rules = self._reasons(dictionary, place)
        return tuple(sorted(names)), rules

    def _end(
        self, dictionary: Dictionary, place: int, known: Any
    ) -> tuple[tuple[Fraction, int] | None, tuple[frozenset[str], tuple[Binding, ...]]]:
        """Return the upper end of a row, and the reasons for it unless it is `known` without any."""
        found = dictionary.maximise(place)
        return found, NO_REASON if found is None or found[0] == known else self._reasons(dictionary, place)

    def _reasons(self, dictionary: Dictionary, place: int) -> tuple[frozenset[str], tuple[Binding, ...]]:
        """Return claims and identities, none of them idle, by which a row cannot be larger than it is.

        Where several sets of claims would do, it is as few claims as one step at a time finds, the first by name.
        """
        dictionary = self._with_fewer(dictionary, place)
        every = self._names(dictionary, place)
        others = [slack for name, slacks in self._slacks.items() if name not in every for slack in slacks]
        dictionary = dictionary.copy(others)
        for name in every:
            dictionary = self._perhaps_without(dictionary, place, self._slacks[name])
        used = [slack for slack in dictionary.standing(place) if self._is_rule(slack)]
        dictionary = dictionary.copy(slack for slack in self._reason if self._is_rule(slack) and slack not in used)
        for slack in used:
            dictionary = self._perhaps_without(dictionary, place, [slack])
        rules = tuple(self._reason[slack] for slack in dictionary.standing(place) if self._is_rule(slack))
        return frozenset(self._names(dictionary, place)), rules

    def _with_fewer(self, dictionary: Dictionary, place: int) -> Dictionary:
        """Return a dictionary in whose row fewer claims stand, where leaving out one of them shows one."""
        names, rest = self._names(dictionary, place), True
        while rest:
            rest = False
            for name in names:
                trial = self._perhaps_without(dictionary, place, self._slacks[name])
                others = self._names(trial, place)
                if (len(others), others) < (len(names), names):
                    dictionary, names, rest = trial, others, True
                    break
        return dictionary

    def _perhaps_without(self, dictionary: Dictionary, place: int, slacks: Iterable[int]) -> Dictionary:
        """Return a dictionary in which some slacks bind nothing, where a row can then be no larger; else as it is."""
        standing = set(slacks).intersection(dictionary.standing(place))
        if standing <= dictionary.replaceable(place):
            trial = dictionary.copy(slacks)
            if not trial.can_exceed(place):
                return trial
        return dictionary

    def _names(self, dictionary: Dictionary, place: int) -> list[str]:
        """Return the claims whose slacks stand in a row."""
        slacks = dictionary.standing(place)
        return sorted({name for slack in slacks if slack in self._reason for name in self._reason[slack].claims})

    def _is_rule(self, slack: int) -> bool:
        return slack in self._reason and not self._reason[slack].claims


def _less(terms: Mapping[int, Fraction], end: Fraction, per: int) -> dict[int, Fraction]:
    row = dict(terms)
    row[per] = row.get(per, Fraction(0)) - Fraction(end)
    return row


def before(terms: Terms, per: Quantity | None, domains: Mapping[Quantity, portion.Interval]) -> portion.Interval:
    """Return what a sum or ratio can be without any claim: what its ends then are needs no reason."""
    if per:
        return portion.closedopen(Fraction(0), portion.inf)
    return domains[terms[0][0]] if len(terms) == 1 else portion.open(-portion.inf, portion.inf)
