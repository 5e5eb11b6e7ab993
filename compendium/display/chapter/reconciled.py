"""What all claims say together: verdicts, conflicts, what they imply, and where nobody says anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import portion

from compendium.analysis.conflicts import InconsistencyGroup, find_inconsistencies, group_inconsistencies
from compendium.display.cards import conflicts as conflict_cards
from compendium.display.cards import hover as hover_cards
from compendium.display.chapter.amounts import Amount
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.links import link
from compendium.display.outputs import RichOutput, captioned_table
from compendium.display.tables import analysis as analysis_tables
from compendium.display.tables.cells import stacked_cell
from compendium.reconciliation.constraints import Quantity
from compendium.reconciliation.reconcile import Reconciliation, reconcile
from compendium.reconciliation.verdicts import CONSISTENT, IN_CONFLICT, NOT_COMPARABLE, SINGLE
from compendium.values.number_parsing import format_figure


@dataclass(frozen=True)
class Reconciled:
    """The claims of a ledger as reconciled, with the conflicts of all kinds."""

    ledger: OpenLedger
    found: Reconciliation

    @cached_property
    def conflicts(self) -> list[InconsistencyGroup]:
        """Return everything that cannot all be true, as families of findings."""
        return group_inconsistencies(self.ledger.tables, find_inconsistencies(self.ledger.tables, self.found.conflicts))

    def of_kind(self, kind: str) -> list[InconsistencyGroup]:
        """Return the families of one kind: `numbers`, `time`, `logic`, `reference`."""
        return [family for family in self.conflicts if family.kind == kind]

    def cards(self, kind: str) -> RichOutput:
        """Show the families of one kind at their permanent addresses."""
        own = self.of_kind(kind)
        return hover_cards.with_cards(
            conflict_cards.conflict_cards(own, self.ledger.tables, is_permanent_place=True),
            hover_cards.conflict_hover_cards(own),
        )

    def with_verdict(self, verdict: str) -> int:
        """Return how many claims got a verdict; what is none of the others is in conflict."""
        counts = {
            one: sum(own == one for own, _ in self.found.verdicts.values())
            for one in (CONSISTENT, NOT_COMPARABLE, SINGLE)
        }
        counts[IN_CONFLICT] = len(self.found.verdicts) - sum(counts.values())
        return counts[verdict]

    @property
    def of_several_texts(self) -> dict[str, int]:
        """Return, by name, the families that need more than one text, with how many."""
        texts = {
            family.name: len({item.split(".")[0] for item in family.members[0].items if "." in item})
            for family in self.conflicts
        }
        return {name: count for name, count in texts.items() if count > 1}

    @property
    def tested_by_own_text(self) -> list[str]:
        """Return the claims that are held against none but claims of their own source."""
        claims = self.found.claims
        return [
            name
            for name, test in self.found.checks.items()
            if {claims[other]["source_id"] for other in test.implied_by_others.claims} == {claims[name]["source_id"]}
        ]

    def verdicts_table(self, verdict: str, caption: str) -> RichOutput:
        """Show the claims with one verdict, each with the rule and the arithmetic or the reason."""
        return analysis_tables.verdicts_table(self.found, self.ledger.shelf.names, verdict, caption)

    def giving_table(self, caption: str) -> RichOutput:
        """Show the fewest claims that would have to be wrong for all others to hold together."""
        rows = [
            {
                "Claim": stacked_cell(link("claim", name, format_figure(self.found.claims[name])), self._author(name)),
                "Takes part in": "; ".join(self._titles(name)),
                "Choice": "the only one" if len(ways) == 1 else "this or the other of the card",
            }
            for ways in self.found.minimum_removals
            for way in ways
            for name in sorted(way)
        ]
        return captioned_table(pd.DataFrame(rows), caption, css_class="roomy")

    def _author(self, name: str) -> str:
        return self.ledger.shelf.names.authors[self.found.claims[name]["source_id"]]

    def _titles(self, name: str) -> list[str]:
        return [one.title for one in self.conflicts if any(name in finding.items for finding in one.members)]

    # --- what nobody printed

    @cached_property
    def implied(self) -> dict[Quantity, Amount]:
        """Return the quantities that nobody printed and that the claims bound, by quantity."""
        metrics = self.ledger.shelf.names.metrics
        return {
            quantity: Amount(own.interval, str(metrics[quantity.metric_id]["unit"]), tuple(own.claims))
            for quantity, own in analysis_tables.unprinted_bounds(self.found).items()
        }

    @property
    def narrow(self) -> list[Quantity]:
        """Return those of them that are known to within a factor of two."""
        return [
            quantity
            for quantity, own in self.implied.items()
            if own.low > 0 and own.high != portion.inf and own.high <= own.low * 2
        ]

    def implied_table(self, quantities: Iterable[Quantity], caption: str, *, home: bool = False) -> RichOutput:
        """Show implied quantities with their bounds; at `home` each keeps the card that links to it open."""
        shown = analysis_tables.implied_table(self.found, self.ledger.shelf.names, list(quantities), caption)
        return (
            hover_cards.with_cards(shown, hover_cards.implied_hover_cards(self.found, self.ledger.shelf.names))
            if home
            else shown
        )

    def coverage(self, years: Sequence[str]) -> pd.DataFrame:
        """Return for every flow and year who says how much, as `compendium.display.tables.analysis.coverage` does."""
        return analysis_tables.coverage(self.found, self.ledger.shelf.names, years)

    def coverage_table(self, grid: pd.DataFrame, caption: str) -> RichOutput:
        """Show what `coverage` returns."""
        return analysis_tables.coverage_table(grid, self.ledger.shelf.names, caption)


def open_reconciled(ledger: OpenLedger) -> Reconciled:
    """Return what all claims of a ledger say together."""
    return Reconciled(ledger, reconcile(ledger.tables))
