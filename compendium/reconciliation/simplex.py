"""Simplex tableau in integer arithmetic, with open ends: pivoting, feasibility and maximisation.

A dictionary in the sense of Chvátal (1983) writes its basic variables as linear combinations of the others, which are
zero. Entries are integers over one denominator a row, so nothing is rounded. An open end is an end moved by an
infinitesimal, which has a column of its own (Dutertre and de Moura 2006). All is homogeneous: one column stands for
1, and a ratio is maximised by giving its base that column (Charnes and Cooper 1962).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import Enum, auto
from fractions import Fraction

MAX_IDLE_STEPS = 40
"""Number of steps without gain after which pivots follow Bland's rule (1977), which cannot cycle."""
UNIT_COLUMN, EPSILON_COLUMN = 0, 1
"""The columns of the number 1 and of the infinitesimal."""


class VariableKind(Enum):
    """The sign that a variable or slack may have: not negative, zero, or any."""

    POSITIVE = auto()
    ZERO = auto()
    FREE = auto()


class Dictionary:
    """Tableau: by row the integer coefficients by column of one basic variable, and their common denominator."""

    def __init__(self) -> None:
        """Start with the two constant columns and no row."""
        self.kinds: list[VariableKind] = [VariableKind.POSITIVE, VariableKind.POSITIVE]
        self.columns: list[int] = [UNIT_COLUMN, EPSILON_COLUMN]
        self.basis: list[int] = []
        self.rows: list[dict[int, int]] = []
        self.denominators: list[int] = []

    def copy(self, freed_slacks: Iterable[int] = ()) -> Dictionary:
        """Return an independent copy in which some slacks are free, so that their constraints do not apply."""
        other = Dictionary.__new__(Dictionary)
        other.kinds, other.columns, other.basis = self.kinds[:], self.columns[:], self.basis[:]
        # Rows are replaced, never changed, so that the copy may share them.
        other.rows, other.denominators = self.rows[:], self.denominators[:]
        for slack in freed_slacks:
            other.kinds[slack] = VariableKind.FREE
        return other

    def add_variable(self, kind: VariableKind) -> int:
        """Add a variable as a column, before any row is added; return its number."""
        self.kinds.append(kind)
        self.columns.append(len(self.kinds) - 1)
        return len(self.kinds) - 1

    def add_slacks(self, rows: Iterable[tuple[VariableKind, Mapping[int, int]]]) -> list[int]:
        """Add slacks as rows, each a combination of variables up to a positive factor; return their numbers."""
        column = {name: place for place, name in enumerate(self.columns)}
        at = {name: place for place, name in enumerate(self.basis) if name not in column}
        first = len(self.kinds)
        for kind, row in rows:
            total: dict[int, int] = {}
            den = 1
            for name, factor in row.items():
                if name in column:
                    own, by = {column[name]: 1}, 1
                else:
                    own, by = self.rows[at[name]], self.denominators[at[name]]
                common = math.gcd(den, by)
                if (times := by // common) != 1:
                    total, den = {c: times * part for c, part in total.items()}, den * times
                factor *= den // by
                for c, part in own.items():
                    total[c] = total.get(c, 0) + factor * part
            total, den = _reduce({c: part for c, part in total.items() if part}, den)
            self.kinds.append(kind)
            self.basis.append(len(self.kinds) - 1)
            self.rows.append(total)
            self.denominators.append(den)
        return list(range(first, len(self.kinds)))

    def pivot(self, place: int, column: int) -> None:
        """Exchange the basic variable of a row with the variable of a column."""
        rows, dens = self.rows, self.denominators
        own, by = rows[place], rows[place][column]
        new = {c: -part for c, part in own.items()} if by > 0 else own.copy()
        new[column] = dens[place] if by > 0 else -dens[place]
        new, by = rows[place], dens[place] = _reduce(new, abs(by))
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
                rows[other], dens[other] = _reduce(mixed, den) if den != 1 else (mixed, 1)
        self.columns[column], self.basis[place] = self.basis[place], self.columns[column]

    def add_free_row(self, terms: Mapping[int, Fraction]) -> int:
        """Add a linear combination of variables as a free row; return its place."""
        at = {name: place for place, name in enumerate(self.basis)}
        total: dict[int, Fraction] = {}
        for name, factor in terms.items():
            row, den = (
                (self.rows[at[name]], self.denominators[at[name]]) if name in at else ({self.columns.index(name): 1}, 1)
            )
            for column, part in row.items():
                total[column] = total.get(column, 0) + factor * Fraction(part, den)
        den = math.lcm(*(part.denominator for part in total.values()))
        self.kinds.append(VariableKind.FREE)
        self.basis.append(len(self.kinds) - 1)
        self.rows.append({c: part.numerator * (den // part.denominator) for c, part in total.items() if part})
        self.denominators.append(den)
        return len(self.basis) - 1

    def negate_row(self, place: int) -> None:
        """Negate a free row."""
        self.rows[place] = {column: -part for column, part in self.rows[place].items()}

    def solve_equations(self, first: int = 0) -> None:
        """Pivot every zero slack from row `first` on out of the basis, unless its equation is redundant."""
        for place, name in list(enumerate(self.basis))[first:]:
            if self.kinds[name] is VariableKind.ZERO:
                row = self.rows[place]
                found = [c for c in row if c > EPSILON_COLUMN and self.kinds[self.columns[c]] is not VariableKind.ZERO]
                if found:
                    self.pivot(place, min(found, key=lambda column: abs(row[column])))

    def make_feasible(self) -> bool:
        """Pivot until all rows have allowed values; return whether there is a solution."""
        while True:
            place = self._first_infeasible_row()
            if place is None:
                return True
            row = self.rows[place]
            up = constants(row) < (0, 0)
            columns = [
                c for c, part in row.items() if c > EPSILON_COLUMN and self._can_enter(c, part > 0 if up else part < 0)
            ]
            if not columns:
                return False
            self.pivot(place, min(columns, key=self.columns.__getitem__))

    def _first_infeasible_row(self) -> int | None:
        """Return the row of the lowest-numbered variable whose value is not allowed, `None` where all are."""
        kinds, found, first = self.kinds, None, len(self.kinds)
        for place, name in enumerate(self.basis):
            if name < first and (kind := kinds[name]) is not VariableKind.FREE:
                row = self.rows[place]
                # The infinitesimal decides where the coefficient of 1 is zero.
                unit = row.get(UNIT_COLUMN, 0) or row.get(EPSILON_COLUMN, 0)
                if unit < 0 or (unit and kind is VariableKind.ZERO):
                    found, first = place, name
        return found

    def _can_enter(self, column: int, rising: bool) -> bool:
        """Return whether the variable of a column can rise or fall from zero."""
        kind = self.kinds[self.columns[column]]
        return kind is VariableKind.FREE or (kind is VariableKind.POSITIVE and rising)

    def maximise(self, place: int) -> tuple[Fraction, int] | None:
        """Maximise a free row; return its supremum and its infinitesimal as in `value`, `None` if unbounded."""
        idle, before = 0, self.value(place)
        while step := self._choose_pivot(place, bland=idle > MAX_IDLE_STEPS):
            leaving, column = step
            if leaving is None:
                return None
            self.pivot(leaving, column)
            after = self.value(place)
            idle, before = (idle + 1, before) if after == before else (0, after)
        return before

    def can_exceed(self, place: int) -> bool:
        """Return whether a free row can exceed its present value; stops at the first step that shows it."""
        idle, before = 0, self.value(place)
        while step := self._choose_pivot(place, bland=idle > MAX_IDLE_STEPS):
            leaving, column = step
            if leaving is None or UNIT_COLUMN in self.rows[leaving]:
                return True
            self.pivot(leaving, column)
            idle += 1
            if self.value(place) > before:
                return True
        return False

    def _choose_pivot(self, place: int, *, bland: bool) -> tuple[int | None, int] | None:
        """Return the row and column to exchange so that a row grows, `None` where it is at its maximum."""
        row = self.rows[place]
        columns = [c for c, part in row.items() if c > EPSILON_COLUMN and self._can_enter(c, part > 0)]
        if not columns:
            return None
        column = min(columns, key=self.columns.__getitem__) if bland else max(columns, key=lambda c: abs(row[c]))
        return self._leaving_row(column, row[column] > 0), column

    def value(self, place: int) -> tuple[Fraction, int]:
        """Return the value of a row, and -1, 0 or 1 for an infinitesimal below, at or above it."""
        unit, small = constants(self.rows[place])
        return Fraction(unit, self.denominators[place]), (small > 0) - (small < 0)

    def _leaving_row(self, column: int, rising: bool) -> int | None:
        """Return the row that first limits the variable of a column, `None` where none does (ratio test)."""
        found, unit, small, by = None, 0, 0, 1
        for place, row in enumerate(self.rows):
            if column not in row:
                continue
            kind, part = self.kinds[self.basis[place]], row[column] if rising else -row[column]
            if kind is VariableKind.FREE or (kind is VariableKind.POSITIVE and part > 0):
                continue
            part = abs(part)
            own_unit, own_small = constants(row)
            if found is not None:
                less = own_unit * by - unit * part or own_small * by - small * part
                if less > 0 or (less == 0 and self.basis[place] > self.basis[found]):
                    continue
            found, unit, small, by = place, own_unit, own_small, part
        return found

    def slacks_in_row(self, place: int) -> list[int]:
        """Return the variables with a coefficient in a row: the slacks by which it cannot be larger."""
        return [self.columns[column] for column in self.rows[place] if column > EPSILON_COLUMN]

    def replaceable_slacks(self, place: int) -> set[int]:
        """Return those slacks in a row that a degenerate pivot could replace with others."""
        found = {column for column in self.rows[place] if column > EPSILON_COLUMN}
        tied: set[int] = set()
        for other, row in enumerate(self.rows):
            if other != place and UNIT_COLUMN not in row and self.kinds[self.basis[other]] is not VariableKind.FREE:
                tied |= found & row.keys()
        return {self.columns[column] for column in tied}

    def normalise_by(self, name: int) -> bool:
        """Give a variable the unit column, so that all rows are ratios to it; return whether that is feasible."""
        if name in self.basis:
            place = self.basis.index(name)
            row = self.rows[place]
            column = next((c for c in sorted(row) if c != EPSILON_COLUMN), None)
            if column is None:
                return False
            self.pivot(place, column)
        column = self.columns.index(name)
        swapped = {UNIT_COLUMN: column, column: UNIT_COLUMN}
        self.rows = [{swapped.get(c, c): part for c, part in row.items()} for row in self.rows]
        self.columns[UNIT_COLUMN], self.columns[column] = self.columns[column], self.columns[UNIT_COLUMN]
        return self.make_feasible()


def constants(row: Mapping[int, int]) -> tuple[int, int]:
    """Return the coefficients of a row in the unit column and in that of the infinitesimal."""
    return row.get(UNIT_COLUMN, 0), row.get(EPSILON_COLUMN, 0)


def _reduce(row: dict[int, int], den: int) -> tuple[dict[int, int], int]:
    """Return a row and its denominator divided by their common divisor."""
    common = math.gcd(den, *row.values())
    return ({column: part // common for column, part in row.items()}, den // common) if common > 1 else (row, den)
