"""Misleading figures: observations that contradict each other or are easily misread, with their explanation.

A trap is a row of the `traps` table. If its kind is a contradiction, the engine must find it; a contradiction without
a row is reported as unexplained. Which of two publishers is right is not decided.
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
    """A misleading figure: a row of the traps, or a contradiction that has none."""

    name: str
    """The id of the row, or the ids of the observations."""
    kind: str
    title: str
    observations: tuple[str, ...]
    description: str
    explanation: str
    arithmetic: str
    """Why the figures cannot all be right, empty if it is not a contradiction."""


def traps(ledger: Ledger) -> list[Trap]:
    """Return every row of the traps in order, then the contradictions that have no row."""
    found = []
    rows = ledger["traps"].to_dict("records")
    for row in rows:
        names = tuple(row["observations"].split(SEPARATOR))
        sentences = explain_contradictions(ledger, names) if row["kind"] in CONTRADICTION_KINDS else []
        written = row["title"], names, row["what"], row["explanation"]
        found.append(Trap(row["trap_id"], row["kind"], *written, " ".join(sentences)))
    for conflict in unexplained_conflicts(ledger, rows):
        arithmetic = " ".join(explain_contradictions(ledger, conflict.claims))
        described = "A contradiction", conflict.claims, "", UNEXPLAINED
        found.append(Trap("+".join(conflict.claims), CONTRADICTION_KINDS[0], *described, arithmetic))
    return found


def explain_contradictions(ledger: Ledger, observation_ids: Sequence[str]) -> list[str]:
    """Return why some observations cannot all be right, one sentence for each minimal conflict."""
    observations = read_observations(ledger)
    observed = add_observations_as_claims(ledger, observations.loc[list(observation_ids)], replace_claims=True)
    claims = constraints_from_ledger(observed).claims
    words = Names.from_ledger(observed)
    return [explain_conflict(conflict, claims, words) for conflict in find_conflicts(observed) if not conflict.assumed]


def unexplained_conflicts(ledger: Ledger, trap_rows: Sequence[Mapping[str, Any]]) -> Iterator[Conflict]:
    """Yield the minimal conflicts among a side's observations that share fewer than two of them with any trap."""
    known = [set(row["observations"].split(SEPARATOR)) for row in trap_rows]
    yielded: set[tuple[str, ...]] = set()
    for side in find_reporters(ledger):
        observed = add_observations_as_claims(ledger, reliable_observations(ledger, side), replace_claims=True)
        for conflict in find_conflicts(observed):
            fresh = conflict.claims not in yielded and not conflict.assumed
            if fresh and not any(len(own.intersection(conflict.claims)) > 1 for own in known):
                yielded.add(conflict.claims)
                yield conflict
