"""Resolution of conflicts: for each, the smallest sets of claims to drop once one side's observations are added.

Observations are added as claims of their publishers; which publisher is right is not decided.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from compendium.ledger.loader import Ledger
from compendium.ledger.observations import (
    add_observations_as_claims,
    find_reporters,
    read_observations,
    reliable_actuals,
    select_reporter,
)
from compendium.reconciliation.components import Conflict
from compendium.reconciliation.reconcile import (
    build_components,
    constraints_from_ledger,
    disjoint_conflict_claims,
)
from compendium.reconciliation.z3_solver import ConstraintSystem


@dataclass(frozen=True)
class Resolution:
    """A conflict of claims together with the observations of one side."""

    conflict: Conflict
    side: str
    minimum_removals: tuple[frozenset[str], ...]
    """The smallest sets of its claims without which the rest is consistent with the observations.

    Without any observation, each single claim of a minimal conflict is such a set.
    """
    relevant_observations: tuple[str, ...]
    """The observations in the same component as its claims."""
    contradicting_observations: Mapping[str, tuple[str, ...]]
    """By claim that observations contradict on their own: the observations that it takes."""

    @property
    def is_narrowed(self) -> bool:
        """Return whether the observations leave other removals than any one claim."""
        return set(self.minimum_removals) != {frozenset({name}) for name in self.conflict.claims}


def resolve_conflicts(ledger: Ledger, conflicts: Iterable[Conflict]) -> list[Resolution]:
    """Return, for each conflict, its resolution by the observations of each side that has relevant ones.

    Observations that contradict each other are left out. A conflict without relevant observations is returned once,
    with an empty side.
    """
    wanted = [conflict for conflict in conflicts if not conflict.assumed]
    metric = dict(zip(ledger.frames["claims"]["claim_id"], ledger.frames["claims"]["metric_id"], strict=True))
    metrics = {metric[name] for conflict in wanted for name in conflict.claims}
    found = [one for side in find_reporters(ledger, metrics) for one in _resolutions_of_side(ledger, side, wanted)]
    found += _resolutions_of_side(ledger, "", _without(wanted, found))
    singles = ((one, tuple(frozenset({name}) for name in one.claims)) for one in _without(wanted, found))
    return found + [Resolution(conflict, "", removals, (), {}) for conflict, removals in singles]


def _without(conflicts: Iterable[Conflict], resolved: Iterable[Resolution]) -> list[Conflict]:
    """Return the conflicts that have no resolution yet."""
    done = {one.conflict.claims for one in resolved}
    return [conflict for conflict in conflicts if conflict.claims not in done]


def _resolutions_of_side(ledger: Ledger, side: str, wanted: list[Conflict]) -> Iterator[Resolution]:
    """Yield the resolution of every conflict for which a side has relevant observations."""
    chosen = consistent_observations(ledger, side)
    own = set(chosen.index[chosen["reporter"] == side])
    combined = add_observations_as_claims(ledger, chosen)
    for component in build_components(constraints_from_ledger(combined).constraints, combined):
        names = {name for constraint in component.constraints for name in constraint.claims}
        touching = [conflict for conflict in wanted if names.issuperset(conflict.claims)]
        if touching and names & own:
            certain = [constraint for constraint in component.constraints if not constraint.assumed]
            system = ConstraintSystem(certain, component.domains)
            relevant = names.intersection(chosen.index)
            for one in touching:
                yield Resolution(
                    one,
                    side,
                    _minimum_removals(system, one, relevant),
                    tuple(sorted(relevant)),
                    _contradicting_observations(system, one, relevant),
                )


def reliable_observations(ledger: Ledger, side: str) -> pd.DataFrame:
    """Return the reliable facts among the observations of a side and of publishers without one."""
    return reliable_actuals(select_reporter(read_observations(ledger), side))


def consistent_observations(ledger: Ledger, side: str) -> pd.DataFrame:
    """Return the reliable observations of a side without those that contradict each other."""
    chosen = reliable_observations(ledger, side)
    disputed = disjoint_conflict_claims(add_observations_as_claims(ledger, chosen, replace_claims=True))
    return chosen[~chosen.index.isin(list(disputed))]


def _minimum_removals(system: ConstraintSystem, conflict: Conflict, relevant: set[str]) -> tuple[frozenset[str], ...]:
    """Return the smallest sets of claims without which the conflict is consistent with the observations."""
    claims = set(conflict.claims)
    for size in range(1, len(claims) + 1):
        found = [
            frozenset(gone)
            for gone in itertools.combinations(sorted(claims), size)
            if system.is_feasible(sorted(relevant | (claims - set(gone))))
        ]
        if found:
            return tuple(found)
    return ()


def _contradicting_observations(
    system: ConstraintSystem, conflict: Conflict, relevant: set[str]
) -> dict[str, tuple[str, ...]]:
    """Return, by claim that observations contradict without any other claim, the observations it takes."""
    found = {}
    for name in conflict.claims:
        if not system.is_feasible([*relevant, name]):
            core, _ = system.unsat_core([*relevant, name])
            found[name] = tuple(one for one in core if one != name)
    return found
