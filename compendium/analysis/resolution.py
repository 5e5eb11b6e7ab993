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
from compendium.ledger.observations import facts, joined, of_side, read_observations, sides
from compendium.reconciliation.components import Conflict
from compendium.reconciliation.reconcile import at_odds, bound_by, clashing, groups
from compendium.reconciliation.z3_solver import System


@dataclass(frozen=True)
class Settled:
    """A conflict of the sources, beside the observations of one side.

    `giving` are the smallest sets of its claims without which the rest can hold beside those observations: without
    any observation, each single claim of a minimal conflict is such a set. `bearing` are the observations that hang
    together with its claims; `by` are, for each claim that they contradict by themselves, those it takes.
    """

    conflict: Conflict
    side: str
    giving: tuple[frozenset[str], ...]
    bearing: tuple[str, ...]
    by: Mapping[str, tuple[str, ...]]

    @property
    def narrowed(self) -> bool:
        """Tell whether the observations leave other ways out than any one claim giving way."""
        return set(self.giving) != {frozenset({name}) for name in self.conflict.claims}


def settled(ledger: Ledger, conflicts: Iterable[Conflict]) -> list[Settled]:
    """Return, for each conflict, which of its claims would give way beside the observations of each side that has any.

    Observations that contradict each other are left out: they settle nothing. A conflict on which no observation
    of any side bears is returned once, with an empty side.
    """
    wanted = [conflict for conflict in conflicts if not conflict.assumed]
    metric = dict(zip(ledger.frames["claims"]["claim_id"], ledger.frames["claims"]["metric_id"], strict=True))
    bearing_on = {metric[name] for conflict in wanted for name in conflict.claims}
    found = [one for side in sides(ledger, bearing_on) for one in _beside(ledger, side, wanted)]
    told = {one.conflict.claims for one in found}
    found += _beside(ledger, "", [one for one in wanted if one.claims not in told])
    told = {one.conflict.claims for one in found}
    return found + [
        Settled(one, "", tuple(frozenset({name}) for name in one.claims), (), {})
        for one in wanted
        if one.claims not in told
    ]


def _beside(ledger: Ledger, side: str, wanted: list[Conflict]) -> Iterator[Settled]:
    chosen = firm(ledger, side)
    own = set(chosen.index[chosen["reporter"] == side])
    beside = joined(ledger, chosen)
    _, bound, _ = bound_by(beside)
    for group in groups(bound, beside):
        names = {name for binding in group.bindings for name in binding.claims}
        inside = [conflict for conflict in wanted if names.issuperset(conflict.claims)]
        if inside and names & own:
            system = System([binding for binding in group.bindings if not binding.assumed], group.domains)
            bearing = names.intersection(chosen.index)
            for one in inside:
                yield Settled(
                    one, side, _giving(system, one, bearing), tuple(sorted(bearing)), _by(system, one, bearing)
                )


def reliable(ledger: Ledger, side: str) -> pd.DataFrame:
    """Return the observations of a side, and of publishers of none, that are facts."""
    return facts(of_side(read_observations(ledger), side))


def clashes(ledger: Ledger, side: str) -> list[Conflict]:
    """Return observations of one side, or of it and publishers of none, that cannot all be right."""
    return clashing(joined(ledger, reliable(ledger, side), alone=True))


def firm(ledger: Ledger, side: str) -> pd.DataFrame:
    """Return the observations of a side that can all hold: those of a contradiction are set aside."""
    chosen = reliable(ledger, side)
    return chosen[~chosen.index.isin(list(at_odds(joined(ledger, chosen, alone=True))))]


def _giving(system: System, conflict: Conflict, bearing: set[str]) -> tuple[frozenset[str], ...]:
    claims = set(conflict.claims)
    for size in range(1, len(claims) + 1):
        found = [
            frozenset(gone)
            for gone in itertools.combinations(sorted(claims), size)
            if system.feasible(sorted(bearing | (claims - set(gone))))
        ]
        if found:
            return tuple(found)
    return ()


def _by(system: System, conflict: Conflict, bearing: set[str]) -> dict[str, tuple[str, ...]]:
    """Return, by claim that the observations contradict without any other claim, the observations it takes."""
    found = {}
    for name in conflict.claims:
        if not system.feasible([*bearing, name]):
            core, _ = system.core([*bearing, name])
            found[name] = tuple(one for one in core if one != name)
    return found
