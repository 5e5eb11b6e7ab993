"""Independent figures that contradict each other or mislead, by kind, as cards."""

from __future__ import annotations

from dataclasses import dataclass

from IPython.display import HTML

from compendium.analysis.traps import CONTRADICTION_KINDS, Trap, traps
from compendium.display.cards.traps import trap_cards
from compendium.display.chapter.ledger import OpenLedger


@dataclass(frozen=True)
class Traps:
    """The traps of a ledger, those that a person described before those that the engine found besides."""

    ledger: OpenLedger
    found: tuple[Trap, ...]

    def of_kind(self, *kinds: str) -> list[Trap]:
        """Return the traps of some kinds, kind after kind."""
        return [trap for kind in kinds for trap in self.found if trap.kind == kind]

    @property
    def contradictions(self) -> list[Trap]:
        """Return those whose figures cannot all be right."""
        return self.of_kind(*CONTRADICTION_KINDS)

    @property
    def figures(self) -> int:
        """Return how many independent figures take part in any."""
        return len({name for trap in self.found for name in trap.observations})

    def cards(self, *kinds: str) -> HTML:
        """Show the traps of some kinds: the figures, what is odd, the arithmetic, what may explain it."""
        return trap_cards(self.of_kind(*kinds), self.ledger.tables)


def open_traps(ledger: OpenLedger) -> Traps:
    """Return every trap of a ledger."""
    return Traps(ledger, tuple(traps(ledger.tables)))
