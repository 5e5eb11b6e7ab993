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
from compendium.reconciliation.constraints import NOT_NEGATIVE, ONE, Binding, Quantity, Rule
from compendium.reconciliation.simplex import before
from compendium.reconciliation.z3_solver import System, narrowed

MOST_WORLDS = 16
"""With more ways than this of deciding between claims in conflict, bounds rest on the undisputed ones alone."""
KEPT = 64
"""How many groups are kept as they were explored, for those who ask the same again."""


@dataclass(frozen=True)
class Group:
    """Bindings that hang together, and the domain of every quantity in them."""

    bindings: tuple[Binding, ...]
    domains: Mapping[Quantity, portion.Interval]
    forecasts: frozenset[str] = frozenset()
    """The claims that speak of what was still to come."""


@dataclass(frozen=True)
class Implied:
    """What some claims leave possible, the claims and the rules that it takes to say so."""

    interval: portion.Interval
    claims: tuple[str, ...]
    rules: tuple[Binding, ...] = ()

    @property
    def assumed(self) -> bool:
        """Tell whether it takes an identity that holds only as far as two sides count alike."""
        return any(rule.assumed for rule in self.rules)


@dataclass(frozen=True)
class Test:
    """One claim held against all others: what it binds, and what the others leave to that."""

    claim: str
    binding: Binding
    others: Implied


@dataclass(frozen=True)
class Conflict:
    """A minimal set of claims that cannot all be true, the identities it takes, and one claim against the rest.

    `assumed` marks one that needs two sides of a flow to count alike.
    """

    claims: tuple[str, ...]
    rules: tuple[Binding, ...]
    test: Test
    ways: tuple[Rule, ...]
    """How the claims bind in it: a claim may bind in more ways than one."""
    assumed: bool = False


@dataclass(frozen=True)
class Solution:
    """All there is to say of one group."""

    bounds: dict[Quantity, Implied] = field(default_factory=dict)
    tests: dict[str, Test] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    complete: bool = True
    """Whether every conflict was found; false where a group has too many to look through."""
    giving: tuple[frozenset[str], ...] = ()
    """The smallest sets of claims that need give way for all others to hold, forecasts included; none if unknown."""


EVERYTHING = portion.open(-portion.inf, portion.inf)


def solve(group: Group) -> Solution:
    """Return what one group implies, how each claim stands to the others, and every minimal conflict.

    Where claims are in conflict, a bound is what holds if as few of them as can be give way, whichever these are: the
    hull over every largest set that can hold together. A forecast that claims about the past contradict gives way to
    them, for it says nothing about the past. An assumed identity is used only for what does not follow without it;
    where the claims contradict it, it is set aside, and the contradiction is kept as an assumed conflict.
    """
    explored = explored_once(group)
    undisputed = sorted(frozenset.intersection(*explored.worlds))
    bounds, tests = _beheld(explored.firm, explored.worlds, list(group.domains), undisputed)
    if explored.whole is not explored.firm:
        unknown = [quantity for quantity, held in bounds.items() if not held.claims]
        untested = [name for name in undisputed if name not in tests]
        more_bounds, more_tests = _beheld(explored.whole, explored.worlds, unknown, untested)
        bounds, tests = bounds | more_bounds, tests | more_tests
    every = set(explored.firm.claims)
    known = explored.minimal and explored.fewest
    giving = tuple(frozenset(every - world) for world in explored.worlds) if known else ()
    return Solution(bounds, tests, explored.conflicts, explored.complete, giving)


def conflicts_of(group: Group) -> tuple[Conflict, ...]:
    """Return every minimal conflict of a group, and nothing else."""
    return explored_once(group).conflicts


def ask(group: Group, questions: Sequence[Binding]) -> list[Implied]:
    """Return what the claims of a group leave to sums of its quantities, or to their multiples of others.

    Where claims are in conflict, that is what holds if as few as can be give way, whichever these are; an assumed
    identity is used only where nothing follows without it.
    """
    explored = explored_once(group)
    answers = []
    for question in questions:
        found = _held(explored.firm, explored.worlds, [question])[0]
        answers.append(found if found.claims else _held(explored.whole, explored.worlds, [question])[0])
    return answers


class Explored:
    """Which claims of a group can hold together, which cannot, and the systems that say so.

    `firm` knows only what surely holds; `whole` also the assumed identities, unless the claims contradict them.
    `worlds` are the largest sets of claims that can hold together, so that as few as can be give way; forecasts
    that claims about the past contradict are left out.
    """

    def __init__(self, group: Group) -> None:
        """Explore a group."""
        self.firm = System([binding for binding in group.bindings if not binding.assumed], group.domains)
        self.minimal, self.worlds = self.firm.explore()
        against_others = (claims for claims in self.minimal if not group.forecasts.issuperset(claims))
        doubtful = {name for claims in against_others for name in claims} & group.forecasts
        believed = set(self.firm.claims) - doubtful
        if doubtful and self.firm.complete:
            self.worlds = narrowed(self.worlds, believed)
        elif doubtful:
            _, self.worlds = self.firm.explore(believed)
        self.worlds = [world for world in self.worlds if len(world) == len(self.worlds[0])]
        self.fewest = True
        if len(self.worlds) > MOST_WORLDS or not self.firm.complete:
            among = (claims for claims in self.minimal if believed.issuperset(claims))
            disputed = {name for claims in among for name in claims}
            self.worlds, self.fewest = [self.firm.grown(set(), sorted(believed - disputed))], False
        assuming = len(self.firm.bindings) < len(group.bindings)
        self.assuming = System(group.bindings, group.domains) if assuming else self.firm
        self.assumed: list[tuple[str, ...]] = []
        self.whole = self.assuming
        if not all(self.assuming.linear(world).feasible for world in self.worlds):
            self.whole = self.firm
            more, _ = self.assuming.explore(believed)
            self.assumed = [names for names in more if not any(set(core) <= set(names) for core in self.minimal)]

    @property
    def complete(self) -> bool:
        """Tell whether every conflict was found."""
        return self.firm.complete and self.assuming.complete

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The minimal conflicts, each with the claim that shows it best; the assumed ones last."""
        firm = (conflict_of(self.firm, claims) for claims in self.minimal)
        return (*firm, *(conflict_of(self.assuming, claims, assumed=True) for claims in self.assumed))


def explored_once(group: Group) -> Explored:
    """Return what is known of a group, explored once for all groups that say the same, limits included.

    What binds nothing is left out: a question changes no answer to another.
    """
    binding = tuple(one for one in group.bindings if one.claims or one.per or one.interval != EVERYTHING)
    limits = MOST_WORLDS, z3_solver.MOST_SEEDS
    return _explored(binding, tuple(group.domains.items()), group.forecasts, limits)


@lru_cache(maxsize=KEPT)
def _explored(
    bindings: tuple[Binding, ...], domains: tuple[tuple[Quantity, portion.Interval], ...], forecasts: frozenset[str],
    limits: tuple[int, int],
) -> Explored:  # fmt: skip
    return Explored(Group(bindings, dict(domains), forecasts))


def clashes_of(group: Group) -> list[tuple[str, ...]]:
    """Return minimal conflicts of a group that share no claim, without which the rest can hold; looked for once."""
    return list(_clashes(group.bindings, tuple(group.domains.items())))


@lru_cache(maxsize=KEPT)
def _clashes(
    bindings: tuple[Binding, ...], domains: tuple[tuple[Quantity, portion.Interval], ...]
) -> tuple[tuple[str, ...], ...]:
    system = System(bindings, dict(domains))
    return tuple(system.clashing(system.claims))


def _beheld(
    system: System, worlds: Sequence[frozenset[str]], quantities: Sequence[Quantity], names: Iterable[str]
) -> tuple[dict[Quantity, Implied], dict[str, Test]]:
    """Return the bounds of some quantities, and some claims each held against all others."""
    asked = [Binding(Rule.SAME, ((quantity, ONE),), NOT_NEGATIVE) for quantity in quantities]
    bounds = dict(zip(quantities, _held(system, worlds, asked), strict=True)) if asked else {}
    tests = (_test(system, worlds, name) for name in names)
    return bounds, {test.claim: test for test in tests if test}


def _held(
    system: System, worlds: Sequence[frozenset[str]], asked: Sequence[Binding], without: str = ""
) -> list[Implied]:
    """Return what holds of each asked sum or ratio whichever world is the true one, with the reasons in all of them.

    A claim can be left `without` which no world is then said to believe.
    """
    found: list[Implied] | None = None
    for world in worlds:
        linear = system.linear(world)
        here = [Implied(*linear.implied(binding.terms, binding.per, without)) for binding in asked]
        found = [_either(one, other) for one, other in zip(found, here, strict=True)] if found else here
    # Where some world leaves everything open, the claims of the others explain nothing.
    return [
        held if _says(held.interval, before(binding.terms, binding.per, system.domains)) else Implied(held.interval, ())
        for held, binding in zip(found or [], asked, strict=True)
    ]


def _says(found: portion.Interval, known: portion.Interval) -> bool:
    """Tell whether an implied interval says more than was known before any claim."""
    return found.empty or (found.lower, found.upper) != (known.lower, known.upper)


def _either(one: Implied, other: Implied) -> Implied:
    return Implied(
        (one.interval | other.interval).enclosure,
        tuple(sorted({*one.claims, *other.claims})),
        tuple(dict.fromkeys((*one.rules, *other.rules))),
    )


def _test(system: System, worlds: Sequence[frozenset[str]], name: str) -> Test | None:
    """Return one claim held against the others, `None` where no other claim bears on it."""
    for binding in system.bindings:
        if name in binding.claims:
            found = _held(system, worlds, [binding], name)[0]
            if found.claims:
                return Test(name, binding, found)
    return None


def conflict_of(system: System, claims: tuple[str, ...], *, assumed: bool = False) -> Conflict:
    """Return a minimal conflict with the identities it takes and the claim that shows it best.

    That is one whose figure the others contradict by themselves, a level before a ratio, the latest period first.
    """
    rules, ways = tuple(system.relations(claims)), _ways(system, claims)
    first = {name: next(binding for binding in system.bindings if name in binding.claims) for name in claims}

    def order(name: str) -> tuple[bool, str, str]:
        return (first[name].per is None, first[name].terms[0][0].period, name)

    tests = []
    for name in sorted(claims, key=order, reverse=True):
        test = _test(system, [frozenset(claims)], name)
        if test and (test.others.interval & test.binding.interval).empty:
            return Conflict(claims, rules, test, ways, assumed)
        tests += [test] if test else []
    if tests:
        return Conflict(claims, rules, tests[0], ways, assumed)
    # It is not the other claims that contradict it, but what its metric can be.
    name = claims[-1]
    others = _held(system, [frozenset(claims) - {name}], [first[name]])[0]
    return Conflict(claims, rules, Test(name, first[name], others), ways, assumed)


def _ways(system: System, claims: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the ways of binding that a conflict needs; one that it can do without is none of its rules."""
    every = set(claims)
    standing = [binding for binding in system.bindings if binding.claims and every.issuperset(binding.claims)]
    often = Counter(name for binding in standing for name in binding.claims)
    for binding in [binding for binding in standing if any(often[name] > 1 for name in binding.claims)]:
        rest = [other for other in standing if other is not binding]
        own = {name for other in rest for name in other.claims}
        if own.issuperset(claims) and not system.standing(rest).feasible:
            standing = rest
    return tuple(sorted({binding.rule for binding in standing}))
