"""The citations of all sources: what the audit found, counts by source, bare names, the entries of the lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from compendium.analysis.citation_audit import OFF_TOPIC_REFERENCE, audit_citations, exact_entries
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.links import link
from compendium.display.outputs import RichOutput, captioned_table
from compendium.display.tables import sources as source_tables
from compendium.display.tables.cells import stacked_cell
from compendium.ledger.claims import author_names


@dataclass(frozen=True)
class Citations:
    """Citations in the texts, entries of their lists, and authorities that are named without a reference."""

    rows: pd.DataFrame
    sources: pd.DataFrame

    def of_kind(self, kind: str) -> pd.DataFrame:
        """Return the rows of one kind: `in-text`, `entry`, `narrative`."""
        return self.rows[self.rows["kind"] == kind]

    @property
    def matched(self) -> int:
        """Return how many citations have exactly one entry."""
        return sum(map(bool, exact_entries(self.rows)))

    @property
    def unclear(self) -> int:
        """Return of how many citations it cannot be told what their reference is about."""
        return int((self.of_kind("in-text")["about"] == "cannot tell").sum())

    @property
    def findings(self) -> pd.DataFrame:
        """Return what the audit found, as `compendium.analysis.citation_audit.audit_citations` does."""
        return audit_citations(self.rows)

    def under(self, source: str, sections: Mapping[str, str], head: str) -> pd.DataFrame:
        """Return how many references stand under sections of a source, and how many are seen to fit.

        `sections` has the words in which a section begins in the data, and what it is called below `head`.
        """
        cited = self.of_kind("in-text").query("source_id == @source")
        rows = []
        for start, name in sections.items():
            own = cited[cited["cited_for"].str.startswith(start)]
            rows.append((name, len(own), int((own["about"] == "fits").sum())))
        return pd.DataFrame(rows, columns=[head, "References", "Seen to fit"])

    def findings_table(self, caption: str) -> RichOutput:
        """Show where citation and list part, or a reference is about something else."""
        found = self.findings.rename(columns={"finding": "verdict", "nearest_id": "entry", "detail": "reason"})
        found["reason"] = found["reason"].where(found["verdict"] == OFF_TOPIC_REFERENCE, "")
        return source_tables.citations_table(found, self.rows.set_index("citation_id"), self.sources, caption)

    def counts_table(self, caption: str) -> RichOutput:
        """Show how many citations, entries and bare names each source has, in the order in which they were written."""
        kinds = self.rows.groupby(["source_id", "kind"]).size().unstack(fill_value=0)
        order = self.sources.sort_values("written")["source_id"]
        heads = {"in-text": "Citations", "entry": "Entries", "narrative": "Named without reference"}
        counts = kinds.reindex(order).fillna(0).astype(int).rename(columns=heads)
        counts.insert(0, "Source", author_names(self.sources))
        return captioned_table(counts, caption, numeric=counts.columns[1:])

    def named_table(self, caption: str) -> RichOutput:
        """Show the authorities that a text names without a reference, and for what."""
        names = author_names(self.sources)
        rows = [
            {
                "Named": row.as_printed,
                "For what": row.cited_for,
                "Where": stacked_cell(link("source", row.source_id, names[row.source_id]), f"¶ {row.paragraph}"),
                "citation_id": row.citation_id,
            }
            for row in self.of_kind("narrative").itertuples()
        ]
        return captioned_table(pd.DataFrame(rows), caption, id_column="citation_id")

    def entries_table(self, caption: str) -> RichOutput:
        """Show the entries of the lists of references."""
        rows = [
            {
                "Entry": stacked_cell(row.as_printed, row.publisher),
                "Title": row.title,
                "Source": link("source", row.source_id),
                "citation_id": row.citation_id,
            }
            for row in self.of_kind("entry").itertuples()
        ]
        return captioned_table(pd.DataFrame(rows), caption, id_column="citation_id")


def open_citations(ledger: OpenLedger) -> Citations:
    """Return all citations of a ledger."""
    return Citations(ledger["citations"], ledger["sources"])
