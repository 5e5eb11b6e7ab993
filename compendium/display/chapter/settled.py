"""Conflicts of figures among the sources, beside independent figures: which of them these settle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from IPython.display import HTML

from compendium.analysis.conflicts import LOGIC, NUMBERS, InconsistencyGroup
from compendium.analysis.resolution import Resolution, resolve_conflicts
from compendium.display.cards import conflicts as conflict_cards
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.outputs import RichOutput
from compendium.display.tables import analysis as analysis_tables
from compendium.reconciliation.reconcile import find_conflicts


@dataclass(frozen=True)
class Settlement:
    """Each family of conflicting figures, its shortest conflict, and what independent figures say of it."""

    ledger: OpenLedger

    @cached_property
    def families(self) -> dict[tuple[str, ...], InconsistencyGroup]:
        """Return the families of conflicting figures by the claims of their shortest conflict."""
        known = {conflict.claims for conflict in find_conflicts(self.ledger.tables)}
        own = (family for family in self.ledger.shelf.families if family.kind in (NUMBERS, LOGIC))
        return {family.members[0].items: family for family in own if family.members[0].items in known}

    @cached_property
    def found(self) -> list[Resolution]:
        """Return what independent figures say of each of these conflicts."""
        conflicts = {conflict.claims: conflict for conflict in find_conflicts(self.ledger.tables)}
        return resolve_conflicts(self.ledger.tables, [conflicts[items] for items in self.families])

    @cached_property
    def decided(self) -> list[InconsistencyGroup]:
        """Return the families that independent figures narrow down."""
        narrowed = {one.conflict.claims for one in self.found if one.is_narrowed}
        return [family for items, family in self.families.items() if items in narrowed]

    def table(self, caption: str) -> RichOutput:
        """Show the conflicts: which claims would have to be wrong, and which figures say so."""
        return analysis_tables.resolution_table(self.found, self.families, self.ledger.tables, caption)

    def cards(self) -> HTML:
        """Show the conflicts that independent figures narrow down."""
        return conflict_cards.conflict_cards(self.decided, self.ledger.tables)


def open_settlement(ledger: OpenLedger) -> Settlement:
    """Return what independent figures say of the conflicts of the sources."""
    return Settlement(ledger)
