"""Every claim with all that is known of it, as one table to search, filter and sort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compendium.display.cards import claims_explorer
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.claim_records import ClaimRecord, build_claim_records
from compendium.display.outputs import RichOutput
from compendium.reconciliation.verdicts import AGREES, DIFFERS, IN_CONFLICT


@dataclass(frozen=True)
class Explorer:
    """The record of every claim, as `compendium.display.claim_records` makes it."""

    found: Mapping[str, ClaimRecord]

    @property
    def in_conflict(self) -> int:
        """Return how many claims take part in a conflict with others."""
        return self._with_verdict("reconciled", IN_CONFLICT)

    @property
    def agreeing(self) -> int:
        """Return how many claims agree with independent figures."""
        return self._with_verdict("checked", AGREES)

    @property
    def differing(self) -> int:
        """Return how many claims differ from independent figures."""
        return self._with_verdict("checked", DIFFERS)

    def table(self, caption: str) -> RichOutput:
        """Show every claim, with a form to filter and sort them; pages and linked data are made of what lies beside."""
        return claims_explorer.explorer_table(self.found, caption)

    def _with_verdict(self, by: str, verdict: str) -> int:
        return sum(one[by]["verdict"] == verdict for one in self.found.values())


def open_explorer(ledger: OpenLedger) -> Explorer:
    """Return the records of all claims of a ledger."""
    return Explorer(build_claim_records(ledger.tables))
