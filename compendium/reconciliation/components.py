"""One group of claims that hang together: what it implies, how each claim stands to the others, what cannot be.

It judges by arithmetic alone; which claims hang together is the office of `compendium.reconciliation.reconcile`.
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
"""With more ways than this of deciding between claims in conflict, bounds rest on the undisputed ones alone."""
CACHE_SIZE = 64
"""How many groups are kept as they were explored, for those who ask the same again."""


@dataclass(frozen=True)
class Component:
    """Bindings that hang together, and the domain of every quantity in them."""

    constraints: tuple[Constraint, ...]
    domains: Mapping[Quantity, portion.Interval]
    forecasts: frozenset[str] = frozenset()
    """The claims that speak of what was still to come."""


@dataclass(frozen=True)
class ConsistencyCheck:
    """One claim held against all others: what it binds, and what the others leave to that."""

    claim: str
    constraint: Constraint
    implied_by_others: ImpliedBounds


@dataclass(frozen=True)
class Conflict:
    """A minimal set of claims that cannot all be true, the identities it takes, and one claim against the rest.

    `assumed` marks one that needs two sides of a flow to count alike.
    """

    claims: tuple[str, ...]
    identities: tuple[Constraint, ...]
    check: ConsistencyCheck
    constraint_kinds: tuple[ConstraintKind, ...]
    """How the claims bind in it: a claim may bind in more ways than one."""
    assumed: bool = False


@dataclass(frozen=True)
class Solution:
    """All there is to say of one group."""

    bounds: dict[Quantity, ImpliedBounds] = field(default_factory=dict)
    checks: dict[str, ConsistencyCheck] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    complete: bool = True
    """Whether every conflict was found; false where a group has too many to look through."""
    minimum_removals: tuple[frozenset[str], ...] = ()
    """The smallest sets of claims that need give way for all others to hold, forecasts included; none if unknown."""


UNBOUNDED = portion.open(-portion.inf, portion.inf)


def solve_component(component: Component) -> Solution:
    """Return what one group implies, how each claim stands to the others, and every minimal conflict.

    Where claims are in conflict, a bound is what holds if as few of them as can be give way, whichever these are: the
    hull over every largest set that can hold together. A forecast that claims about the past contradict gives way to
    them, for it says nothing about the past. An assumed identity is used only for what does not follow without it;
    where the claims contradict it, it is set aside, and the contradiction is kept as an assumed conflict.
    """
    explored = analyse_component(component)
    undisputed = sorted(frozenset.intersection(*explored.maximal_consistent_sets))
    bounds, tests = _bounds_and_checks(
        explored.certain_system, explored.maximal_consistent_sets, list(component.domains), undisputed
    )
    if explored.effective_system is not explored.certain_system:
        unknown = [quantity for quantity, held in bounds.items() if not held.claims]
        untested = [name for name in undisputed if name not in tests]
        more_bounds, more_tests = _bounds_and_checks(
            explored.effective_system, explored.maximal_consistent_sets, unknown, untested
        )
        bounds, tests = bounds | more_bounds, tests | more_tests
    every = set(explored.certain_system.claims)
    known = explored.minimal_conflicts and explored.is_exhaustive
    giving = tuple(frozenset(every - world) for world in explored.maximal_consistent_sets) if known else ()
    return Solution(bounds, tests, explored.conflicts, explored.complete, giving)


def component_conflicts(component: Component) -> tuple[Conflict, ...]:
    """Return every minimal conflict of a group, and nothing else."""
    return analyse_component(component).conflicts


def query_bounds(component: Component, queries: Sequence[Constraint]) -> list[ImpliedBounds]:
    """Return what the claims of a group leave to sums of its quantities, or to their multiples of others.

    Where claims are in conflict, that is what holds if as few as can be give way, whichever these are; an assumed
    identity is used only where nothing follows without it.
    """
    explored = analyse_component(component)
    answers = []
    for question in queries:
        found = _hull_over_sets(explored.certain_system, explored.maximal_consistent_sets, [question])[0]
        answers.append(
            found
            if found.claims
            else _hull_over_sets(explored.effective_system, explored.maximal_consistent_sets, [question])[0]
        )
    return answers


class ComponentAnalysis:
    """Which claims of a group can hold together, which cannot, and the systems that say so.

    `firm` knows only what surely holds; `whole` also the assumed identities, unless the claims contradict them.
    `worlds` are the largest sets of claims that can hold together, so that as few as can be give way; forecasts
    that claims about the past contradict are left out.
    """

    def __init__(self, component: Component) -> None:
        """Explore a group."""
        self.certain_system = ConstraintSystem(
            [binding for binding in component.constraints if not binding.assumed], component.domains
        )
        self.minimal_conflicts, self.maximal_consistent_sets = self.certain_system.enumerate_sets()
        against_others = (claims for claims in self.minimal_conflicts if not component.forecasts.issuperset(claims))
        doubtful = {name for claims in against_others for name in claims} & component.forecasts
        believed = set(self.certain_system.claims) - doubtful
        if doubtful and self.certain_system.complete:
            self.maximal_consistent_sets = restrict_maximal_sets(self.maximal_consistent_sets, believed)
        elif doubtful:
            _, self.maximal_consistent_sets = self.certain_system.enumerate_sets(believed)
        self.maximal_consistent_sets = [
            world for world in self.maximal_consistent_sets if len(world) == len(self.maximal_consistent_sets[0])
        ]
        self.is_exhaustive = True
        if len(self.maximal_consistent_sets) > MAX_CONSISTENT_SETS or not self.certain_system.complete:
            among = (claims for claims in self.minimal_conflicts if believed.issuperset(claims))
            disputed = {name for claims in among for name in claims}
            self.maximal_consistent_sets, self.is_exhaustive = (
                [self.certain_system.grow(set(), sorted(believed - disputed))],
                False,
            )
        assuming = len(self.certain_system.constraints) < len(component.constraints)
        self.extended_system = (
            ConstraintSystem(component.constraints, component.domains) if assuming else self.certain_system
        )
        self.assumed_conflicts: list[tuple[str, ...]] = []
        self.effective_system = self.extended_system
        if not all(self.extended_system.linear_system(world).is_feasible for world in self.maximal_consistent_sets):
            self.effective_system = self.certain_system
            more, _ = self.extended_system.enumerate_sets(believed)
            self.assumed_conflicts = [
                names for names in more if not any(set(core) <= set(names) for core in self.minimal_conflicts)
            ]

    @property
    def complete(self) -> bool:
        """Tell whether every conflict was found."""
        return self.certain_system.complete and self.extended_system.complete

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The minimal conflicts, each with the claim that shows it best; the assumed ones last."""
        firm = (build_conflict(self.certain_system, claims) for claims in self.minimal_conflicts)
        return (
            *firm,
            *(build_conflict(self.extended_system, claims, assumed=True) for claims in self.assumed_conflicts),
        )


def analyse_component(component: Component) -> ComponentAnalysis:
    """Return what is known of a group, explored once for all groups that say the same, limits included.

    What binds nothing is left out: a question changes no answer to another.
    """
    binding = tuple(one for one in component.constraints if one.claims or one.base or one.interval != UNBOUNDED)
    limits = MAX_CONSISTENT_SETS, z3_solver.MAX_SEEDS
    return _analyse(binding, tuple(component.domains.items()), component.forecasts, limits)


@lru_cache(maxsize=CACHE_SIZE)
def _analyse(
    bindings: tuple[Constraint, ...], domains: tuple[tuple[Quantity, portion.Interval], ...], forecasts: frozenset[str],
    limits: tuple[int, int],
) -> ComponentAnalysis:  # fmt: skip
    return ComponentAnalysis(Component(bindings, dict(domains), forecasts))


def disjoint_component_conflicts(component: Component) -> list[tuple[str, ...]]:
    """Return minimal conflicts of a group that share no claim, without which the rest can hold; looked for once."""
    return list(_disjoint_conflicts(component.constraints, tuple(component.domains.items())))


@lru_cache(maxsize=CACHE_SIZE)
def _disjoint_conflicts(
    bindings: tuple[Constraint, ...], domains: tuple[tuple[Quantity, portion.Interval], ...]
) -> tuple[tuple[str, ...], ...]:
    system = ConstraintSystem(bindings, dict(domains))
    return tuple(system.disjoint_unsat_cores(system.claims))


def _bounds_and_checks(
    system: ConstraintSystem, worlds: Sequence[frozenset[str]], quantities: Sequence[Quantity], names: Iterable[str]
) -> tuple[dict[Quantity, ImpliedBounds], dict[str, ConsistencyCheck]]:
    """Return the bounds of some quantities, and some claims each held against all others."""
    asked = [Constraint(ConstraintKind.SAME, ((quantity, ONE),), NON_NEGATIVE) for quantity in quantities]
    bounds = dict(zip(quantities, _hull_over_sets(system, worlds, asked), strict=True)) if asked else {}
    tests = (_check_claim(system, worlds, name) for name in names)
    return bounds, {test.claim: test for test in tests if test}


def _hull_over_sets(
    system: ConstraintSystem, worlds: Sequence[frozenset[str]], asked: Sequence[Constraint], without: str = ""
) -> list[ImpliedBounds]:
    """Return what holds of each asked sum or ratio whichever world is the true one, with the reasons in all of them.

    A claim can be left `without` which no world is then said to believe.
    """
    found: list[ImpliedBounds] | None = None
    for world in worlds:
        linear = system.linear_system(world)
        here = [linear.implied_bounds(binding.terms, binding.base, without) for binding in asked]
        found = [_hull(one, other) for one, other in zip(found, here, strict=True)] if found else here
    # Where some world leaves everything open, the claims of the others explain nothing.
    return [
        held
        if _is_informative(held.interval, prior_interval(binding.terms, binding.base, system.domains))
        else ImpliedBounds(held.interval, ())
        for held, binding in zip(found or [], asked, strict=True)
    ]


def _is_informative(found: portion.Interval, known: portion.Interval) -> bool:
    """Tell whether an implied interval says more than was known before any claim."""
    return found.empty or (found.lower, found.upper) != (known.lower, known.upper)


def _hull(one: ImpliedBounds, other: ImpliedBounds) -> ImpliedBounds:
    return ImpliedBounds(
        (one.interval | other.interval).enclosure,
        tuple(sorted({*one.claims, *other.claims})),
        tuple(dict.fromkeys((*one.identities, *other.identities))),
    )


def _check_claim(system: ConstraintSystem, worlds: Sequence[frozenset[str]], name: str) -> ConsistencyCheck | None:
    """Return one claim held against the others, `None` where no other claim bears on it."""
    for binding in system.constraints:
        if name in binding.claims:
            found = _hull_over_sets(system, worlds, [binding], name)[0]
            if found.claims:
                return ConsistencyCheck(name, binding, found)
    return None


def build_conflict(system: ConstraintSystem, claims: tuple[str, ...], *, assumed: bool = False) -> Conflict:
    """Return a minimal conflict with the identities it takes and the claim that shows it best.

    That is one whose figure the others contradict by themselves, a level before a ratio, the latest period first.
    """
    rules, ways = tuple(system.minimal_identities(claims)), _kinds_needed(system, claims)
    first = {name: next(binding for binding in system.constraints if name in binding.claims) for name in claims}

    def order(name: str) -> tuple[bool, str, str]:
        return (first[name].base is None, first[name].terms[0][0].period, name)

    tests = []
    for name in sorted(claims, key=order, reverse=True):
        test = _check_claim(system, [frozenset(claims)], name)
        if test and (test.implied_by_others.interval & test.constraint.interval).empty:
            return Conflict(claims, rules, test, ways, assumed)
        tests += [test] if test else []
    if tests:
        return Conflict(claims, rules, tests[0], ways, assumed)
    # It is not the other claims that contradict it, but what its metric can be.
    name = claims[-1]
    others = _hull_over_sets(system, [frozenset(claims) - {name}], [first[name]])[0]
    return Conflict(claims, rules, ConsistencyCheck(name, first[name], others), ways, assumed)


def _kinds_needed(system: ConstraintSystem, claims: tuple[str, ...]) -> tuple[ConstraintKind, ...]:
    """Return the ways of binding that a conflict needs; one that it can do without is none of its rules."""
    every = set(claims)
    standing = [binding for binding in system.constraints if binding.claims and every.issuperset(binding.claims)]
    often = Counter(name for binding in standing for name in binding.claims)
    for binding in [binding for binding in standing if any(often[name] > 1 for name in binding.claims)]:
        rest = [other for other in standing if other is not binding]
        own = {name for other in rest for name in other.claims}
        if own.issuperset(claims) and not system.build_linear_system(rest).is_feasible:
            standing = rest
    return tuple(sorted({binding.kind for binding in standing}))
