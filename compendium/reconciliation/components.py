"""Connected components of constraints: implied bounds, consistency checks and minimal conflicts of each.

Components share no quantity, so each is solved alone; `compendium.reconciliation.reconcile` builds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import portion

from compendium.reconciliation import z3_solver
from compendium.reconciliation.constraints import (
    NON_NEGATIVE,
    ONE,
    Constraint,
    ConstraintKind,
    ImpliedBounds,
    Quantity,
)
from compendium.reconciliation.linear_system import prior_interval
from compendium.reconciliation.z3_solver import ConstraintSystem, restrict_maximal_sets

MAX_CONSISTENT_SETS = 16
"""With more maximal consistent sets than this, bounds rest on the claims outside every conflict alone."""
CACHE_SIZE = 64
"""How many analysed components are kept for callers that ask about the same one again."""


@dataclass(frozen=True)
class Component:
    """Constraints connected by shared quantities, and the domain of every quantity in them."""

    constraints: tuple[Constraint, ...]
    domains: Mapping[Quantity, portion.Interval]
    forecasts: frozenset[str] = frozenset()
    """The claims about what was still to come."""


@dataclass(frozen=True)
class ConsistencyCheck:
    """One claim against all others: a constraint it states, and the bounds that the other claims imply for the same."""

    claim: str
    constraint: Constraint
    implied_by_others: ImpliedBounds


@dataclass(frozen=True)
class Conflict:
    """A minimal set of claims that cannot all be true, with the identities it takes."""

    claims: tuple[str, ...]
    identities: tuple[Constraint, ...]
    check: ConsistencyCheck
    """One of the claims against the rest, to explain the conflict by."""
    constraint_kinds: tuple[ConstraintKind, ...]
    """The kinds of the constraints by which the claims conflict; a claim may state more than one."""
    assumed: bool = False
    """Whether the conflict takes an assumed identity, see `Constraint.assumed`."""


@dataclass(frozen=True)
class Solution:
    """Result for one component: bounds by quantity, checks by claim, minimal conflicts."""

    bounds: dict[Quantity, ImpliedBounds] = field(default_factory=dict)
    checks: dict[str, ConsistencyCheck] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    complete: bool = True
    """Whether every conflict was found; false where the search reached `z3_solver.MAX_SEEDS`."""
    minimum_removals: tuple[frozenset[str], ...] = ()
    """The smallest sets of claims without which all others are consistent, forecasts included; empty if unknown."""


UNBOUNDED = portion.open(-portion.inf, portion.inf)
"""The interval of all numbers; a constraint with it states nothing and only ties quantities together."""


def solve_component(component: Component) -> Solution:
    """Return the bounds, the consistency checks and every minimal conflict of a component.

    Under conflict, a bound is the hull over the largest maximal consistent sets, that is over every way to drop as few
    claims as possible. A forecast that claims about the past contradict is dropped first. Assumed identities are used
    only for bounds that do not follow without them; where the claims contradict them, they are not used at all, and the
    contradictions are returned as assumed conflicts.
    """
    analysis = analyse_component(component)
    certain, maximal_sets = analysis.certain_system, analysis.maximal_consistent_sets
    undisputed = sorted(frozenset.intersection(*maximal_sets))
    bounds, checks = _bounds_and_checks(certain, maximal_sets, list(component.domains), undisputed)
    if analysis.effective_system is not certain:
        unknown = [quantity for quantity, implied in bounds.items() if not implied.claims]
        unchecked = [name for name in undisputed if name not in checks]
        more_bounds, more_checks = _bounds_and_checks(analysis.effective_system, maximal_sets, unknown, unchecked)
        bounds, checks = bounds | more_bounds, checks | more_checks
    known = analysis.minimal_conflicts and analysis.is_exhaustive
    removals = tuple(frozenset(certain.claims) - one for one in maximal_sets) if known else ()
    return Solution(bounds, checks, analysis.conflicts, analysis.complete, removals)


def component_conflicts(component: Component) -> tuple[Conflict, ...]:
    """Return every minimal conflict of a component, without bounds and checks."""
    return analyse_component(component).conflicts


def query_bounds(component: Component, queries: Sequence[Constraint]) -> list[ImpliedBounds]:
    """Return the bounds that the claims of a component imply for sums of its quantities, or for ratios of them.

    Conflicts and assumed identities are treated as in `solve_component`.
    """
    analysis = analyse_component(component)
    maximal_sets, answers = analysis.maximal_consistent_sets, []
    for query in queries:
        found = _hull_over_sets(analysis.certain_system, maximal_sets, [query])[0]
        if not found.claims:
            found = _hull_over_sets(analysis.effective_system, maximal_sets, [query])[0]
        answers.append(found)
    return answers


class ComponentAnalysis:
    """Minimal conflicts and maximal consistent sets of a component, and the constraint systems that decide them.

    `certain_system` has all constraints but the assumed identities; `extended_system` has all; `effective_system` is
    `extended_system` unless the claims contradict it. `maximal_consistent_sets` are the largest of them, without the
    forecasts that claims about the past contradict; `is_exhaustive` says whether these are all.
    """

    def __init__(self, component: Component) -> None:
        """Enumerate the conflicts and consistent sets of a component."""
        certain = [constraint for constraint in component.constraints if not constraint.assumed]
        self.certain_system = ConstraintSystem(certain, component.domains)
        self.minimal_conflicts, maximal_sets = self.certain_system.enumerate_sets()
        against_others = (claims for claims in self.minimal_conflicts if not component.forecasts.issuperset(claims))
        refuted = {name for claims in against_others for name in claims} & component.forecasts
        admitted = set(self.certain_system.claims) - refuted
        if refuted and self.certain_system.complete:
            maximal_sets = restrict_maximal_sets(maximal_sets, admitted)
        elif refuted:
            _, maximal_sets = self.certain_system.enumerate_sets(admitted)
        self.maximal_consistent_sets = [names for names in maximal_sets if len(names) == len(maximal_sets[0])]
        self.is_exhaustive = len(self.maximal_consistent_sets) <= MAX_CONSISTENT_SETS and self.certain_system.complete
        if not self.is_exhaustive:
            among = (claims for claims in self.minimal_conflicts if admitted.issuperset(claims))
            disputed = {name for claims in among for name in claims}
            self.maximal_consistent_sets = [self.certain_system.grow(set(), sorted(admitted - disputed))]
        self.extended_system = self.effective_system = (
            ConstraintSystem(component.constraints, component.domains)
            if len(certain) < len(component.constraints)
            else self.certain_system
        )
        self.assumed_conflicts: list[tuple[str, ...]] = []
        if not all(self.extended_system.linear_system(one).is_feasible for one in self.maximal_consistent_sets):
            self.effective_system = self.certain_system
            more, _ = self.extended_system.enumerate_sets(admitted)
            self.assumed_conflicts = [
                names for names in more if not any(set(core) <= set(names) for core in self.minimal_conflicts)
            ]

    @property
    def complete(self) -> bool:
        """Whether every conflict was found."""
        return self.certain_system.complete and self.extended_system.complete

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The minimal conflicts, each with the check that explains it best; assumed conflicts last."""
        certain = [build_conflict(self.certain_system, claims) for claims in self.minimal_conflicts]
        more = [build_conflict(self.extended_system, claims, assumed=True) for claims in self.assumed_conflicts]
        return (*certain, *more)


def analyse_component(component: Component) -> ComponentAnalysis:
    """Return the analysis of a component, cached under its constraints and the limits of the search.

    Constraints that state nothing are left out of the key: a query changes no other answer.
    """
    constraint = tuple(one for one in component.constraints if one.claims or one.base or one.interval != UNBOUNDED)
    limits = MAX_CONSISTENT_SETS, z3_solver.MAX_SEEDS
    return _analyse(constraint, tuple(component.domains.items()), component.forecasts, limits)


@lru_cache(maxsize=CACHE_SIZE)
def _analyse(
    constraints: tuple[Constraint, ...],
    domains: tuple[tuple[Quantity, portion.Interval], ...],
    forecasts: frozenset[str],
    limits: tuple[int, int],
) -> ComponentAnalysis:  # fmt: skip
    return ComponentAnalysis(Component(constraints, dict(domains), forecasts))


def disjoint_component_conflicts(component: Component) -> list[tuple[str, ...]]:
    """Return minimal conflicts of a component that share no claim; without them the rest is consistent; cached.

    Assumed identities are not used.
    """
    certain = tuple(constraint for constraint in component.constraints if not constraint.assumed)
    return list(_disjoint_conflicts(certain, tuple(component.domains.items())))


@lru_cache(maxsize=CACHE_SIZE)
def _disjoint_conflicts(
    constraints: tuple[Constraint, ...], domains: tuple[tuple[Quantity, portion.Interval], ...]
) -> tuple[tuple[str, ...], ...]:
    system = ConstraintSystem(constraints, dict(domains))
    return tuple(system.disjoint_unsat_cores(system.claims))


def _bounds_and_checks(
    system: ConstraintSystem,
    maximal_sets: Sequence[frozenset[str]],
    quantities: Sequence[Quantity],
    names: Iterable[str],
) -> tuple[dict[Quantity, ImpliedBounds], dict[str, ConsistencyCheck]]:
    """Return the bounds of some quantities, and the consistency checks of some claims."""
    queries = [Constraint(ConstraintKind.SAME, ((quantity, ONE),), NON_NEGATIVE) for quantity in quantities]
    bounds = dict(zip(quantities, _hull_over_sets(system, maximal_sets, queries), strict=True)) if queries else {}
    checks = (_check_claim(system, maximal_sets, name) for name in names)
    return bounds, {check.claim: check for check in checks if check}


def _hull_over_sets(
    system: ConstraintSystem,
    maximal_sets: Sequence[frozenset[str]],
    queries: Sequence[Constraint],
    excluded_claim: str = "",
) -> list[ImpliedBounds]:
    """Return, per query, the hull of its bounds over some consistent sets, with the reasons in all of them.

    `excluded_claim` is removed from every set.
    """
    found: list[ImpliedBounds] | None = None
    for consistent_set in maximal_sets:
        linear = system.linear_system(consistent_set)
        here = [linear.implied_bounds(constraint.terms, constraint.base, excluded_claim) for constraint in queries]
        found = [_hull(one, other) for one, other in zip(found, here, strict=True)] if found else here
    # Where one set implies nothing, the hull is the domain: the claims of the other sets are no reason for it.
    return [
        implied
        if _is_informative(implied.interval, prior_interval(query.terms, query.base, system.domains))
        else ImpliedBounds(implied.interval, ())
        for implied, query in zip(found or [], queries, strict=True)
    ]


def _is_informative(found: portion.Interval, known: portion.Interval) -> bool:
    """Return whether an implied interval is narrower than the domain."""
    return found.empty or (found.lower, found.upper) != (known.lower, known.upper)


def _hull(one: ImpliedBounds, other: ImpliedBounds) -> ImpliedBounds:
    return ImpliedBounds(
        (one.interval | other.interval).enclosure,
        tuple(sorted({*one.claims, *other.claims})),
        tuple(dict.fromkeys((*one.identities, *other.identities))),
    )


def _check_claim(
    system: ConstraintSystem, maximal_sets: Sequence[frozenset[str]], name: str
) -> ConsistencyCheck | None:
    """Return the check of one claim against all others, `None` where no other claim constrains it."""
    for constraint in system.constraints:
        if name in constraint.claims:
            found = _hull_over_sets(system, maximal_sets, [constraint], name)[0]
            if found.claims:
                return ConsistencyCheck(name, constraint, found)
    return None


def build_conflict(system: ConstraintSystem, claims: tuple[str, ...], *, assumed: bool = False) -> Conflict:
    """Return a minimal conflict with the identities it takes and the check that explains it best.

    Preferred is a claim whose figure the others alone contradict; then a level before a ratio, a late period before an
    early one.
    """
    identities, kinds = tuple(system.minimal_identities(claims)), _kinds_needed(system, claims)
    first = {name: next(one for one in system.constraints if name in one.claims) for name in claims}

    def order(name: str) -> tuple[bool, str, str]:
        return (first[name].base is None, first[name].terms[0][0].period, name)

    checks = []
    for name in sorted(claims, key=order, reverse=True):
        check = _check_claim(system, [frozenset(claims)], name)
        if check and (check.implied_by_others.interval & check.constraint.interval).empty:
            return Conflict(claims, identities, check, kinds, assumed)
        checks += [check] if check else []
    if checks:
        return Conflict(claims, identities, checks[0], kinds, assumed)
    # No other claim contradicts it: its metric cannot take the value.
    name = claims[-1]
    others = _hull_over_sets(system, [frozenset(claims) - {name}], [first[name]])[0]
    return Conflict(claims, identities, ConsistencyCheck(name, first[name], others), kinds, assumed)


def _kinds_needed(system: ConstraintSystem, claims: tuple[str, ...]) -> tuple[ConstraintKind, ...]:
    """Return the kinds of the constraints without which the claims would not conflict."""
    every = set(claims)
    needed = [one for one in system.constraints if one.claims and every.issuperset(one.claims)]
    often = Counter(name for constraint in needed for name in constraint.claims)
    for constraint in [one for one in needed if any(often[name] > 1 for name in one.claims)]:
        rest = [other for other in needed if other is not constraint]
        own = {name for other in rest for name in other.claims}
        if own.issuperset(claims) and not system.build_linear_system(rest).is_feasible:
            needed = rest
    return tuple(sorted({constraint.kind for constraint in needed}))
