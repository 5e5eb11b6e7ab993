"""Which conflicts of the sources among themselves an independent figure settles.

Observations stand beside the claims as claims of their publishers, side by side; nobody is called right: it only
says which claims would have to give way if the observations hold.
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
    """A conflict of the sources, beside the observations of one side.

    `giving` are the smallest sets of its claims without which the rest can hold beside those observations: without
    any observation, each single claim of a minimal conflict is such a set. `bearing` are the observations that hang
    together with its claims; `by` are, for each claim that they contradict by themselves, those it takes.
    """

    conflict: Conflict
    side: str
    minimum_removals: tuple[frozenset[str], ...]
    relevant_observations: tuple[str, ...]
    contradicting_observations: Mapping[str, tuple[str, ...]]

    @property
    def is_narrowed(self) -> bool:
        """Tell whether the observations leave other ways out than any one claim giving way."""
        return set(self.minimum_removals) != {frozenset({name}) for name in self.conflict.claims}


def resolve_conflicts(ledger: Ledger, conflicts: Iterable[Conflict]) -> list[Resolution]:
    """Return, for each conflict, which of its claims would give way beside the observations of each side that has any.

    Observations that contradict each other are left out: they settle nothing. A conflict on which no observation
    of any side bears is returned once, with an empty side.
    """
    wanted = [conflict for conflict in conflicts if not conflict.assumed]
    metric = dict(zip(ledger.frames["claims"]["claim_id"], ledger.frames["claims"]["metric_id"], strict=True))
    bearing_on = {metric[name] for conflict in wanted for name in conflict.claims}
    found = [one for side in find_reporters(ledger, bearing_on) for one in _resolutions_of_side(ledger, side, wanted)]
    told = {one.conflict.claims for one in found}
    found += _resolutions_of_side(ledger, "", [one for one in wanted if one.claims not in told])
    told = {one.conflict.claims for one in found}
    return found + [
        Resolution(one, "", tuple(frozenset({name}) for name in one.claims), (), {})
        for one in wanted
        if one.claims not in told
    ]


def _resolutions_of_side(ledger: Ledger, side: str, wanted: list[Conflict]) -> Iterator[Resolution]:
    chosen = consistent_observations(ledger, side)
    own = set(chosen.index[chosen["reporter"] == side])
    beside = add_observations_as_claims(ledger, chosen)
    for component in build_components(constraints_from_ledger(beside).constraints, beside):
        names = {name for constraint in component.constraints for name in constraint.claims}
        inside = [conflict for conflict in wanted if names.issuperset(conflict.claims)]
        if inside and names & own:
            certain = [constraint for constraint in component.constraints if not constraint.assumed]
            system = ConstraintSystem(certain, component.domains)
            bearing = names.intersection(chosen.index)
            for one in inside:
                yield Resolution(
                    one,
                    side,
                    _minimum_removals(system, one, bearing),
                    tuple(sorted(bearing)),
                    _contradicting_observations(system, one, bearing),
                )


def reliable_observations(ledger: Ledger, side: str) -> pd.DataFrame:
    """Return the observations of a side, and of publishers of none, that are facts."""
    return reliable_actuals(select_reporter(read_observations(ledger), side))


def consistent_observations(ledger: Ledger, side: str) -> pd.DataFrame:
    """Return the observations of a side that can all hold: those of a contradiction are set aside."""
    chosen = reliable_observations(ledger, side)
    return chosen[
        ~chosen.index.isin(
            list(disjoint_conflict_claims(add_observations_as_claims(ledger, chosen, replace_claims=True)))
        )
    ]


def _minimum_removals(system: ConstraintSystem, conflict: Conflict, bearing: set[str]) -> tuple[frozenset[str], ...]:
    claims = set(conflict.claims)
    for size in range(1, len(claims) + 1):
        found = [
            frozenset(gone)
            for gone in itertools.combinations(sorted(claims), size)
            if system.is_feasible(sorted(bearing | (claims - set(gone))))
        ]
        if found:
            return tuple(found)
    return ()


def _contradicting_observations(
    system: ConstraintSystem, conflict: Conflict, bearing: set[str]
) -> dict[str, tuple[str, ...]]:
    """Return, by claim that the observations contradict without any other claim, the observations it takes."""
    found = {}
    for name in conflict.claims:
        if not system.is_feasible([*bearing, name]):
            core, _ = system.unsat_core([*bearing, name])
            found[name] = tuple(one for one in core if one != name)
    return found
