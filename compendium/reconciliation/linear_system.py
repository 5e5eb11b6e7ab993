"""Constraints as a system of linear rows: is it feasible, which interval does it imply, and for which reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import portion

from compendium.reconciliation.constraints import Constraint, ImpliedBounds, Quantity, Terms
from compendium.reconciliation.simplex import EPSILON_COLUMN, UNIT_COLUMN, Dictionary, VariableKind

NO_REASON: tuple[frozenset[str], tuple[Constraint, ...]] = (frozenset(), ())
"""No claims and no identities: the reasons of an end that is that of the domain."""


class InitialDictionary:
    """Tableau with the domains and the permanent constraints, shared by all systems over the same quantities.

    Equations of permanent constraints are solved once, and the rows of any other constraint are computed once.
    """

    def __init__(self, domains: Mapping[Quantity, portion.Interval], permanent: Iterable[Constraint] = ()) -> None:
        """Take the domain of every quantity, and the constraints that apply in every system."""
        self.domains, self.dictionary = domains, Dictionary()
        self.variables = {
            quantity: self.dictionary.add_variable(VariableKind.POSITIVE if domain.lower >= 0 else VariableKind.FREE)
            for quantity, domain in domains.items()
        }
        self._rows_by_id: dict[int, tuple[Constraint, list[tuple[VariableKind, dict[int, int]]]]] = {}
        # 1 is above zero, also when rows are ratios to another variable.
        self.dictionary.add_slacks([_row({UNIT_COLUMN: Fraction(1)}, opened=True)])
        for quantity, domain in domains.items():
            inner = domain.replace(left=portion.OPEN, lower=-portion.inf) if domain.lower == 0 else domain
            self.dictionary.add_slacks(_rows({self.variables[quantity]: Fraction(1)}, inner, UNIT_COLUMN))
        self.constraint_by_slack = self.add_constraints(self.dictionary, permanent)

    def add_constraints(self, dictionary: Dictionary, constraints: Iterable[Constraint]) -> dict[int, Constraint]:
        """Add constraints to a copy of this dictionary, with equations solved; return them by slack."""
        first, reason = len(dictionary.basis), {}
        for constraint in constraints:
            reason.update(dict.fromkeys(dictionary.add_slacks(self._constraint_rows(constraint)), constraint))
        dictionary.solve_equations(first)
        return reason

    def _constraint_rows(self, constraint: Constraint) -> list[tuple[VariableKind, dict[int, int]]]:
        """Return the rows of a constraint, cached by its id; it is kept with them, so that no other gets that id."""
        if id(constraint) not in self._rows_by_id:
            terms: dict[int, Fraction] = {}
            for quantity, factor in constraint.terms:
                terms[self.variables[quantity]] = terms.get(self.variables[quantity], Fraction(0)) + factor
            base = self.variables[constraint.base] if constraint.base else UNIT_COLUMN
            rows = _rows(terms, constraint.interval, base)
            if constraint.base:  # the base of a ratio is not zero
                rows.append(_row({base: Fraction(1)}, opened=True))
            self._rows_by_id[id(constraint)] = (constraint, rows)
        return self._rows_by_id[id(constraint)][1]


def _rows(
    terms: Mapping[int, Fraction], interval: portion.Interval, base: int
) -> list[tuple[VariableKind, dict[int, int]]]:
    """Return the rows for: a linear combination lies in an interval, times the variable `base`."""
    low, high = interval.lower, interval.upper
    if low == high:
        return [_row(_minus_end(terms, low, base), kind=VariableKind.ZERO)]
    rows = []
    if low != -portion.inf:
        rows.append(_row(_minus_end(terms, low, base), opened=interval.left is portion.OPEN))
    if high != portion.inf:
        negative = {name: -part for name, part in _minus_end(terms, high, base).items()}
        rows.append(_row(negative, opened=interval.right is portion.OPEN))
    return rows


def _row(
    row: dict[int, Fraction], *, opened: bool = False, kind: VariableKind = VariableKind.POSITIVE
) -> tuple[VariableKind, dict[int, int]]:
    """Return a row with integer coefficients, open by an infinitesimal if asked."""
    whole = {**row, EPSILON_COLUMN: Fraction(-1)} if opened else row
    scale = math.lcm(*(part.denominator for part in whole.values()))
    return kind, {name: part.numerator * (scale // part.denominator) for name, part in whole.items() if part}


class LinearSystem:
    """A set of constraints that all apply, as a tableau: feasibility, implied bounds and their reasons."""

    def __init__(
        self,
        constraints: Iterable[Constraint],
        domains: Mapping[Quantity, portion.Interval],
        start: InitialDictionary | None = None,
    ) -> None:
        """Add constraints to the tableau; `is_feasible` says whether they have a solution.

        Parameters
        ----------
        domains
            the domain of every quantity in the constraints.
        start
            a tableau over the same quantities whose permanent constraints apply, too.
        """
        start = start or InitialDictionary(domains)
        self.domains, self._variables, self._dictionary = domains, start.variables, start.dictionary.copy()
        self._constraint_by_slack = start.constraint_by_slack | start.add_constraints(self._dictionary, constraints)
        self.is_feasible = self._dictionary.make_feasible()
        self._slacks_by_claim: dict[str, list[int]] = {}
        for slack, constraint in self._constraint_by_slack.items():
            for name in constraint.claims:
                self._slacks_by_claim.setdefault(name, []).append(slack)

    def implied_bounds(self, terms: Terms, base: Quantity | None = None, excluded_claim: str = "") -> ImpliedBounds:
        """Return the bounds of a sum of quantities, or of its ratio to one, with the reasons for both ends.

        The interval is empty where the base of a ratio can only be zero.

        Parameters
        ----------
        excluded_claim
            a claim whose constraints do not apply for this query.

        Raises
        ------
        ValueError
            where the constraints have no solution.
        """
        # A copy, so that no answer depends on earlier queries.
        dictionary = self._dictionary.copy(self._slacks_by_claim.get(excluded_claim, ()))
        if not self.is_feasible and not (excluded_claim and dictionary.make_feasible()):
            raise ValueError("these constraints are inconsistent")
        if base and not dictionary.normalise_by(self._variables[base]):
            return ImpliedBounds(portion.empty(), *self._reasons_for_zero_base(base, excluded_claim))
        place = dictionary.add_free_row({self._variables[quantity]: factor for quantity, factor in terms})
        known = prior_interval(terms, base, self.domains)
        high, above = self._upper_end(dictionary, place, known.upper)
        dictionary.negate_row(place)
        low, below = self._upper_end(dictionary, place, -known.lower)
        interval = portion.Interval.from_atomic(
            portion.OPEN if low is None or low[1] else portion.CLOSED,
            -portion.inf if low is None else -low[0],
            portion.inf if high is None else high[0],
            portion.OPEN if high is None or high[1] else portion.CLOSED,
        )
        identities = sorted({*below[1], *above[1]}, key=lambda constraint: (constraint.kind, constraint.terms))
        return ImpliedBounds(interval, tuple(sorted(below[0] | above[0])), tuple(identities))

    def _reasons_for_zero_base(self, base: Quantity, without: str) -> tuple[tuple[str, ...], tuple[Constraint, ...]]:
        """Return the claims and identities by which a quantity cannot be above zero: there is no ratio to it."""
        dictionary = self._dictionary.copy(self._slacks_by_claim.get(without, ()))
        dictionary.make_feasible()
        place = dictionary.add_free_row({self._variables[base]: Fraction(1)})
        dictionary.maximise(place)
        names, identities = self._reasons(dictionary, place)
        return tuple(sorted(names)), identities

    def _upper_end(
        self, dictionary: Dictionary, place: int, known: Any
    ) -> tuple[tuple[Fraction, int] | None, tuple[frozenset[str], tuple[Constraint, ...]]]:
        """Return the supremum of a row, and its reasons unless it is that of the domain."""
        found = dictionary.maximise(place)
        return found, NO_REASON if found is None or found[0] == known else self._reasons(dictionary, place)

    def _reasons(self, dictionary: Dictionary, place: int) -> tuple[frozenset[str], tuple[Constraint, ...]]:
        """Return claims and identities, none of them redundant, by which a row cannot exceed its value.

        Among several sets of claims it is a small one, found greedily, the first by name.
        """
        dictionary = self._with_fewer_claims(dictionary, place)
        every = self._claims_in_row(dictionary, place)
        others = [slack for name, slacks in self._slacks_by_claim.items() if name not in every for slack in slacks]
        dictionary = dictionary.copy(others)
        for name in every:
            dictionary = self._drop_if_redundant(dictionary, place, self._slacks_by_claim[name])
        used = [slack for slack in dictionary.slacks_in_row(place) if self._is_identity(slack)]
        dictionary = dictionary.copy(
            slack for slack in self._constraint_by_slack if self._is_identity(slack) and slack not in used
        )
        for slack in used:
            dictionary = self._drop_if_redundant(dictionary, place, [slack])
        identities = tuple(
            self._constraint_by_slack[slack] for slack in dictionary.slacks_in_row(place) if self._is_identity(slack)
        )
        return frozenset(self._claims_in_row(dictionary, place)), identities

    def _with_fewer_claims(self, dictionary: Dictionary, place: int) -> Dictionary:
        """Return a dictionary whose row rests on fewer claims, as long as leaving out one of them finds such a one."""
        names, rest = self._claims_in_row(dictionary, place), True
        while rest:
            rest = False
            for name in names:
                trial = self._drop_if_redundant(dictionary, place, self._slacks_by_claim[name])
                others = self._claims_in_row(trial, place)
                if (len(others), others) < (len(names), names):
                    dictionary, names, rest = trial, others, True
                    break
        return dictionary

    def _drop_if_redundant(self, dictionary: Dictionary, place: int, slacks: Iterable[int]) -> Dictionary:
        """Return a dictionary with some slacks free if the row cannot grow without them; else the same dictionary."""
        present = set(slacks).intersection(dictionary.slacks_in_row(place))
        if present <= dictionary.replaceable_slacks(place):
            trial = dictionary.copy(slacks)
            if not trial.can_exceed(place):
                return trial
        return dictionary

    def _claims_in_row(self, dictionary: Dictionary, place: int) -> list[str]:
        """Return the claims whose slacks have a coefficient in a row."""
        slacks = dictionary.slacks_in_row(place)
        return sorted(
            {
                name
                for slack in slacks
                if slack in self._constraint_by_slack
                for name in self._constraint_by_slack[slack].claims
            }
        )

    def _is_identity(self, slack: int) -> bool:
        return slack in self._constraint_by_slack and not self._constraint_by_slack[slack].claims


def _minus_end(terms: Mapping[int, Fraction], end: Fraction, base: int) -> dict[int, Fraction]:
    """Return the terms minus an end of an interval times the base."""
    row = dict(terms)
    row[base] = row.get(base, Fraction(0)) - Fraction(end)
    return row


def prior_interval(
    terms: Terms, base: Quantity | None, domains: Mapping[Quantity, portion.Interval]
) -> portion.Interval:
    """Return the range of a sum or ratio without any claim: its ends need no reason."""
    if base:
        return portion.closedopen(Fraction(0), portion.inf)
    return domains[terms[0][0]] if len(terms) == 1 else portion.open(-portion.inf, portion.inf)
