"""Independent figures that contradict each other or mislead: what a person wrote of each, and what the engine finds.

A trap is a row of its table with the observations it is about. Where it says that they contradict each other the
engine must find so; where the engine finds a contradiction without a row, it is shown as one that nobody has
explained. It never says which of two publishers is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compendium.analysis.explanations import Names, explain_conflict
from compendium.analysis.resolution import reliable_observations
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import add_observations_as_claims, find_reporters, read_observations
from compendium.ledger.schema import SEPARATOR
from compendium.reconciliation.components import Conflict
from compendium.reconciliation.reconcile import constraints_from_ledger, find_conflicts

CONTRADICTION_KINDS = ("contradiction", "misprint")
"""The kinds of trap whose figures cannot all be right."""
UNEXPLAINED = "Found by the engine; nobody has explained it yet."


@dataclass(frozen=True)
class Trap:
    """A row of the traps, or a contradiction without one, with the arithmetic where the engine has it."""

    name: str
    kind: str
    title: str
    observations: tuple[str, ...]
    description: str
    explanation: str
    arithmetic: str


def traps(ledger: Ledger) -> list[Trap]:
    """Return every trap of a ledger in the order of its table, then what the engine finds besides."""
    found = []
    rows = ledger["traps"].to_dict("records")
    for row in rows:
        names = tuple(row["observations"].split(SEPARATOR))
        told = " ".join(explain_contradictions(ledger, names)) if row["kind"] in CONTRADICTION_KINDS else ""
        found.append(Trap(row["trap_id"], row["kind"], row["title"], names, row["what"], row["explanation"], told))
    return found + [_trap_without_row(ledger, conflict) for conflict in unexplained_conflicts(ledger, rows)]


def explain_contradictions(ledger: Ledger, observation_ids: Sequence[str]) -> list[str]:
    """Return why some observations cannot all be right, a sentence for each minimal set of them."""
    observations = read_observations(ledger)
    beside = add_observations_as_claims(ledger, observations.loc[list(observation_ids)], replace_claims=True)
    claims = constraints_from_ledger(beside).claims
    words = Names.from_ledger(beside)
    return [explain_conflict(conflict, claims, words) for conflict in find_conflicts(beside) if not conflict.assumed]


def unexplained_conflicts(ledger: Ledger, trap_rows: Sequence[Mapping[str, Any]]) -> Iterator[Conflict]:
    """Yield the minimal contradictions among a side's observations that share no two of them with a trap."""
    known = [set(row["observations"].split(SEPARATOR)) for row in trap_rows]
    told: set[tuple[str, ...]] = set()
    for side in find_reporters(ledger):
        for conflict in find_conflicts(
            add_observations_as_claims(ledger, reliable_observations(ledger, side), replace_claims=True)
        ):
            fresh = conflict.claims not in told and not conflict.assumed
            if fresh and not any(len(own.intersection(conflict.claims)) > 1 for own in known):
                told.add(conflict.claims)
                yield conflict


def _trap_without_row(ledger: Ledger, conflict: Conflict) -> Trap:
    told = " ".join(explain_contradictions(ledger, conflict.claims))
    name = "+".join(conflict.claims)
    return Trap(name, CONTRADICTION_KINDS[0], "A contradiction", conflict.claims, "", UNEXPLAINED, told)
