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


class InitialDictionary:
    """What is the same for every choice of bindings: what quantities can be, and bindings that always stand.

    Their equations are solved once, and the rows of any other binding are worked out once.
    """

    def __init__(self, domains: Mapping[Quantity, portion.Interval], permanent: Iterable[Constraint] = ()) -> None:
        """Take the domain of every quantity, and the bindings that stand with any others."""
        self.domains, self.dictionary = domains, Dictionary()
        self.variables = {
            quantity: self.dictionary.add_variable(VariableKind.POSITIVE if domain.lower >= 0 else VariableKind.FREE)
            for quantity, domain in domains.items()
        }
        self._rows_by_id: dict[int, tuple[Constraint, list[tuple[VariableKind, dict[int, int]]]]] = {}
        # Wherever something else is measured by, 1 is above zero.
        self.dictionary.add_slacks([_row({UNIT_COLUMN: Fraction(1)}, opened=True)])
        for quantity, domain in domains.items():
            inner = domain.replace(left=portion.OPEN, lower=-portion.inf) if domain.lower == 0 else domain
            self.dictionary.add_slacks(_rows({self.variables[quantity]: Fraction(1)}, inner, UNIT_COLUMN))
        self.constraint_by_slack = self.add_constraints(self.dictionary, permanent)

    def add_constraints(self, dictionary: Dictionary, constraints: Iterable[Constraint]) -> dict[int, Constraint]:
        """Add bindings to a dictionary that this one began, and solve their equations; return them by their slacks."""
        first, reason = len(dictionary.basis), {}
        for binding in constraints:
            reason.update(dict.fromkeys(dictionary.add_slacks(self._constraint_rows(binding)), binding))
        dictionary.solve_equations(first)
        return reason

    def _constraint_rows(self, binding: Constraint) -> list[tuple[VariableKind, dict[int, int]]]:
        """Return the rows of a binding; it is kept beside them, so that its place in memory is no other's."""
        if id(binding) not in self._rows_by_id:
            terms: dict[int, Fraction] = {}
            for quantity, factor in binding.terms:
                terms[self.variables[quantity]] = terms.get(self.variables[quantity], Fraction(0)) + factor
            per = self.variables[binding.base] if binding.base else UNIT_COLUMN
            rows = _rows(terms, binding.interval, per)
            if binding.base:  # a base that something is measured against is not zero
                rows.append(_row({per: Fraction(1)}, opened=True))
            self._rows_by_id[id(binding)] = (binding, rows)
        return self._rows_by_id[id(binding)][1]


def _rows(
    terms: Mapping[int, Fraction], interval: portion.Interval, per: int
) -> list[tuple[VariableKind, dict[int, int]]]:
    """Return what it says that a sum lies in an interval, times an unknown."""
    low, high = interval.lower, interval.upper
    if low == high:
        return [_row(_minus_end(terms, low, per), kind=VariableKind.ZERO)]
    rows = []
    if low != -portion.inf:
        rows.append(_row(_minus_end(terms, low, per), opened=interval.left is portion.OPEN))
    if high != portion.inf:
        negative = {name: -part for name, part in _minus_end(terms, high, per).items()}
        rows.append(_row(negative, opened=interval.right is portion.OPEN))
    return rows


def _row(
    row: dict[int, Fraction], *, opened: bool = False, kind: VariableKind = VariableKind.POSITIVE
) -> tuple[VariableKind, dict[int, int]]:
    """Return a row in whole numbers."""
    whole = {**row, EPSILON_COLUMN: Fraction(-1)} if opened else row
    scale = math.lcm(*(part.denominator for part in whole.values()))
    return kind, {name: part.numerator * (scale // part.denominator) for name, part in whole.items() if part}


class LinearSystem:
    """Bindings among quantities, all of them standing, as the rows of a dictionary."""

    def __init__(
        self,
        constraints: Iterable[Constraint],
        domains: Mapping[Quantity, portion.Interval],
        start: InitialDictionary | None = None,
    ) -> None:
        """Take bindings and the domain of every quantity in them; tell in `feasible` whether they can hold together.

        Parameters
        ----------
        start
            what always stands among the same quantities, and need not be among the bindings.
        """
        start = start or InitialDictionary(domains)
        self.domains, self._variables, self._dictionary = domains, start.variables, start.dictionary.copy()
        self._constraint_by_slack = start.constraint_by_slack | start.add_constraints(self._dictionary, constraints)
        self.is_feasible = self._dictionary.make_feasible()
        self._slacks_by_claim: dict[str, list[int]] = {}
        for slack, binding in self._constraint_by_slack.items():
            for name in binding.claims:
                self._slacks_by_claim.setdefault(name, []).append(slack)

    def implied_bounds(self, terms: Terms, base: Quantity | None = None, excluded_claim: str = "") -> ImpliedBounds:
        """Return what is left to a sum of quantities, or to its multiple of one, and what both ends rest on.

        Parameters
        ----------
        excluded_claim
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
        dictionary = self._dictionary.copy(self._slacks_by_claim.get(excluded_claim, ()))
        if not self.is_feasible and not (excluded_claim and dictionary.make_feasible()):
            raise ValueError("these bindings cannot hold together")
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
        rules = sorted({*below[1], *above[1]}, key=lambda binding: (binding.kind, binding.terms))
        return ImpliedBounds(interval, tuple(sorted(below[0] | above[0])), tuple(rules))

    def _reasons_for_zero_base(self, per: Quantity, without: str) -> tuple[tuple[str, ...], tuple[Constraint, ...]]:
        """Return the reasons for which a quantity cannot be above zero, so that there is no ratio to it."""
        dictionary = self._dictionary.copy(self._slacks_by_claim.get(without, ()))
        dictionary.make_feasible()
        place = dictionary.add_free_row({self._variables[per]: Fraction(1)})
        dictionary.maximise(place)
        names, rules = self._reasons(dictionary, place)
        return tuple(sorted(names)), rules

    def _upper_end(
        self, dictionary: Dictionary, place: int, known: Any
    ) -> tuple[tuple[Fraction, int] | None, tuple[frozenset[str], tuple[Constraint, ...]]]:
        """Return the upper end of a row, and the reasons for it unless it is `known` without any."""
        found = dictionary.maximise(place)
        return found, NO_REASON if found is None or found[0] == known else self._reasons(dictionary, place)

    def _reasons(self, dictionary: Dictionary, place: int) -> tuple[frozenset[str], tuple[Constraint, ...]]:
        """Return claims and identities, none of them idle, by which a row cannot be larger than it is.

        Where several sets of claims would do, it is as few claims as one step at a time finds, the first by name.
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
        rules = tuple(
            self._constraint_by_slack[slack] for slack in dictionary.slacks_in_row(place) if self._is_identity(slack)
        )
        return frozenset(self._claims_in_row(dictionary, place)), rules

    def _with_fewer_claims(self, dictionary: Dictionary, place: int) -> Dictionary:
        """Return a dictionary in whose row fewer claims stand, where leaving out one of them shows one."""
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
        """Return a dictionary in which some slacks bind nothing, where a row can then be no larger; else as it is."""
        standing = set(slacks).intersection(dictionary.slacks_in_row(place))
        if standing <= dictionary.replaceable_slacks(place):
            trial = dictionary.copy(slacks)
            if not trial.can_exceed(place):
                return trial
        return dictionary

    def _claims_in_row(self, dictionary: Dictionary, place: int) -> list[str]:
        """Return the claims whose slacks stand in a row."""
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


def _minus_end(terms: Mapping[int, Fraction], end: Fraction, per: int) -> dict[int, Fraction]:
    row = dict(terms)
    row[per] = row.get(per, Fraction(0)) - Fraction(end)
    return row


def prior_interval(
    terms: Terms, base: Quantity | None, domains: Mapping[Quantity, portion.Interval]
) -> portion.Interval:
    """Return what a sum or ratio can be without any claim: what its ends then are needs no reason."""
    if base:
        return portion.closedopen(Fraction(0), portion.inf)
    return domains[terms[0][0]] if len(terms) == 1 else portion.open(-portion.inf, portion.inf)
