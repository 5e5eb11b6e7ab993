"""On which sources what is said rests: headlines and conflicts without each, origins, sites that several cite."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from compendium.analysis.conflicts import KINDS, group_inconsistencies
from compendium.analysis.sensitivity import HOLDS, sensitivity
from compendium.analysis.source_independence import claims_by_origin, origins_by_quantity, shared_hosts
from compendium.display.cards import hover as hover_cards
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.outputs import RichOutput, captioned_table
from compendium.display.tables import analysis as analysis_tables
from compendium.ledger.records import records


@dataclass(frozen=True)
class Witnesses:
    """A ledger as it is with all sources, and without each of them."""

    ledger: OpenLedger

    @cached_property
    def headlines(self) -> pd.DataFrame:
        """Return every headline with all sources and without each, as `compendium.analysis.sensitivity.sensitivity` does."""
        return sensitivity(self.ledger.tables)

    @property
    def with_all(self) -> pd.DataFrame:
        """Return the headlines with all sources."""
        return self.headlines[self.headlines["without"] == ""]

    @property
    def fallen(self) -> pd.DataFrame:
        """Return the headlines that do not hold `without` some source, a row each pair."""
        left_out = self.headlines[self.headlines["without"] != ""]
        return left_out[left_out["verdict"] != HOLDS]

    def table(self, caption: str) -> RichOutput:
        """Show the headlines with all sources and without each, at their permanent addresses."""
        shown = analysis_tables.sensitivity_table(self.headlines, self.ledger.tables, caption)
        return hover_cards.with_cards(shown, hover_cards.key_finding_hover_cards(self.headlines, self.ledger.tables))

    def conflicts_table(self, caption: str) -> RichOutput:
        """Show how many conflicts of each kind are left when a source is left out, none first."""
        tables, rows = self.ledger.tables, []
        for source in ("", *tables["sources"]["source_id"]):
            known = group_inconsistencies(tables.without_source(source) if source else tables)
            counts = {kind.capitalize(): sum(family.kind == kind for family in known) for kind in KINDS}
            rows.append({"Left out": self.ledger.name(source) if source else "none", **counts})
        return captioned_table(pd.DataFrame(rows), caption, numeric=[kind.capitalize() for kind in KINDS])

    @cached_property
    def witnesses(self) -> pd.DataFrame:
        """Return the things of which more than one figure is printed, as `compendium.analysis.source_independence.origins_by_quantity` does."""
        claims, apart = self.ledger.claims(), self.ledger["incomparable"]["claim_id"]
        return origins_by_quantity(claims.without(*apart).frame)

    def witnesses_table(self, caption: str) -> RichOutput:
        """Show the things of which more than one figure is printed: figures, sources, origins."""
        shelf = self.ledger.shelf
        return analysis_tables.origins_by_quantity_table(self.witnesses, shelf.claims, shelf.names, caption)

    def origins_table(self, caption: str) -> RichOutput:
        """Show whom the texts credit, and for which figures."""
        shelf = self.ledger.shelf
        return analysis_tables.claims_by_origin_table(
            claims_by_origin(shelf.claims), shelf.claims, shelf.names, caption
        )

    def sites_table(self, caption: str) -> RichOutput:
        """Show the sites that the lists of more than one source lead to, with the entries."""
        citations, authors = self.ledger["citations"].set_index("citation_id"), self.ledger.shelf.names.authors
        titles = citations["as_printed"] + " " + citations["title"]
        rows = [
            {
                "Site": row["host"],
                "Entries": "; ".join(titles[entry].strip() for entry in row["entries"]),
                "Lists of": ", ".join(authors[source] for source in row["sources"]),
            }
            for row in records(shared_hosts(self.ledger["citations"]))
        ]
        return captioned_table(pd.DataFrame(rows), caption)


def open_witnesses(ledger: OpenLedger) -> Witnesses:
    """Return a ledger as it is with all sources, and without each of them."""
    return Witnesses(ledger)
