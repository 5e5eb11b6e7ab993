"""Independent figures that contradict each other or mislead: what a person wrote of each, and what the engine finds.

A trap is a row of its table with the observations it is about. Where it says that they contradict each other the
engine must find so; where the engine finds a contradiction without a row, it is shown as one that nobody has
explained. It never says which of two publishers is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from IPython.display import HTML
from markupsafe import Markup

from compendium.analysis.explanations import Names, explained
from compendium.analysis.resolution import reliable
from compendium.checked import dated, measured, source
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import joined, read_observations, sides
from compendium.ledger.records import records
from compendium.ledger.schema import SEPARATOR
from compendium.present import link
from compendium.reconciliation.components import Conflict
from compendium.reconciliation.reconcile import bound_by, find_conflicts

CONTRADICTIONS = ("contradiction", "misprint")
"""The kinds of trap whose figures cannot all be right."""
UNEXPLAINED = "Found by the engine; nobody has explained it yet."


@dataclass(frozen=True)
class Trap:
    """A row of the traps, or a contradiction without one, with the arithmetic where the engine has it."""

    name: str
    kind: str
    title: str
    observations: tuple[str, ...]
    what: str
    explanation: str
    arithmetic: str


def traps(ledger: Ledger) -> list[Trap]:
    """Return every trap of a ledger in the order of its table, then what the engine finds besides."""
    found = []
    rows = ledger["traps"].to_dict("records")
    for row in rows:
        names = tuple(row["observations"].split(SEPARATOR))
        told = " ".join(contradictions(ledger, names)) if row["kind"] in CONTRADICTIONS else ""
        found.append(Trap(row["trap_id"], row["kind"], row["title"], names, row["what"], row["explanation"], told))
    return found + [_unexplained(ledger, conflict) for conflict in unexplained(ledger, rows)]


def contradictions(ledger: Ledger, names: Sequence[str]) -> list[str]:
    """Return why some observations cannot all be right, a sentence for each minimal set of them."""
    observations = read_observations(ledger)
    beside = joined(ledger, observations.loc[list(names)], alone=True)
    claims, _, _ = bound_by(beside)
    words = Names.of(beside)
    return [explained(conflict, claims, words) for conflict in find_conflicts(beside) if not conflict.assumed]


def unexplained(ledger: Ledger, rows: Sequence[Mapping[str, Any]]) -> Iterator[Conflict]:
    """Yield the minimal contradictions among a side's observations that share no two of them with a trap."""
    known = [set(row["observations"].split(SEPARATOR)) for row in rows]
    told: set[tuple[str, ...]] = set()
    for side in sides(ledger):
        for conflict in find_conflicts(joined(ledger, reliable(ledger, side), alone=True)):
            fresh = conflict.claims not in told and not conflict.assumed
            if fresh and not any(len(own.intersection(conflict.claims)) > 1 for own in known):
                told.add(conflict.claims)
                yield conflict


def _unexplained(ledger: Ledger, conflict: Conflict) -> Trap:
    told = " ".join(contradictions(ledger, conflict.claims))
    name = "+".join(conflict.claims)
    return Trap(name, CONTRADICTIONS[0], "A contradiction", conflict.claims, "", UNEXPLAINED, told)


CARD = Markup(
    '<article class="conflict" id="{id}"><h3>{title}</h3><ul>{rows}</ul><p>{what}</p>{told}'
    "<p><strong>What may explain it.</strong> {why}</p></article>"
)
ROW = Markup("<li><strong>{}</strong> {}<small>{}</small></li>")


def cards(found: Sequence[Trap], ledger: Ledger, *, up: str = "..") -> HTML:
    """Return traps as cards: the figures with who prints them, what is odd, the arithmetic, what may explain it."""
    observations = {row["observation_id"]: row for row in records(read_observations(ledger))}
    names = Names.of(ledger)
    return HTML(Markup("\n").join(_card(trap, observations, names, up) for trap in found))


def _card(trap: Trap, observations: Mapping[str, Mapping[str, Any]], names: Names, up: str) -> Markup:
    rows = []
    for name in trap.observations:
        row = observations[name]
        figure = link("observation", name, row["figure"], up=up)
        metric = names.metrics[row["metric_id"]]["name"]
        parts = (metric, names.between(row), measured(row), dated(row))
        rows.append(ROW.format(figure, "; ".join(filter(None, parts)), source(row)))
    told = Markup('<p class="arithmetic">{}</p>').format(trap.arithmetic) if trap.arithmetic else Markup("")
    return CARD.format(
        id=trap.name, title=trap.title, rows=Markup("").join(rows), what=trap.what, told=told, why=trap.explanation
    )
