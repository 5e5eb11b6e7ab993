"""Everything that a ledger has of one source, and its tables: details, claims, mentions, stances, citations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from IPython.display import HTML

from compendium.analysis.citation_audit import OFF_TOPIC_REFERENCE, audit_citations
from compendium.analysis.conflicts import InconsistencyGroup, group_inconsistencies
from compendium.display.links import link, locator
from compendium.display.outputs import RichOutput, captioned_table, rows_table
from compendium.display.tables.cells import stacked_cell
from compendium.display.tables.claims import describe_claim_quantity
from compendium.display.tables.positions import stances_table
from compendium.display.tables.sources import citations_table
from compendium.ledger.claims import read_claims
from compendium.ledger.loader import Ledger
from compendium.values.formatting import format_amount
from compendium.values.periods import format_period


@dataclass(frozen=True)
class SourceProfile:
    """The rows of a ledger that are of one source, in the order of its paragraphs."""

    ledger: Ledger
    source: Mapping[str, Any]
    claims: pd.DataFrame
    mentions: pd.DataFrame
    stances: pd.DataFrame
    citations: pd.DataFrame
    set_aside: pd.DataFrame
    conflicts: tuple[InconsistencyGroup, ...]

    @property
    def summary_values(self) -> dict[str, str | int]:
        """Return the values that the page of a source glues, by name."""
        claims = self.claims[self.claims["rank"] == "normal"]
        credited = claims[claims["origin"] != ""]
        return {
            "claims": len(claims),
            "credited": len(credited),
            "conflicts": len(self.conflicts),
            "entries": int((self.citations["kind"] == "entry").sum()),
            "aside": len(self.set_aside),
            "cited": int((self.citations["kind"] == "in-text").sum()),
            "reliability": self.source["reliability"],
            "written": format_period(self.source["written"]),
        }


def read_source_profile(ledger: Ledger, source_id: str) -> SourceProfile:
    """Return everything that a ledger has of one source; raise `KeyError` for an unknown id."""

    def own(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["source_id"] == source_id].sort_values("paragraph", kind="stable")

    claims, mentions, citations = own(read_claims(ledger)), own(ledger["mentions"]), own(ledger["citations"])
    names = {*claims["claim_id"], *mentions["mention_id"], *citations["citation_id"], source_id}
    touched = (
        one for one in group_inconsistencies(ledger) if any(names & set(finding.items) for finding in one.members)
    )
    return SourceProfile(
        ledger, ledger.row("sources", source_id), claims, mentions, own(ledger["stances"]), citations,
        own(ledger["set_aside"]), tuple(touched),
    )  # fmt: skip


def source_details_table(profile: SourceProfile) -> HTML:
    """Return a table of the metadata of a source: title, author, publisher, date, kind, reliability with its reason."""
    row = profile.source
    address = row["address"]
    rows = {
        "Title": row["title"],
        "Author": row["author"] or "none named",
        "Publisher": row["publisher"] or "not in the text",
        "Written": stacked_cell(format_period(row["written"]), row["written_basis"], row["written_reason"]),
        "Kind": stacked_cell(row["kind"], f"language: {row['language']}"),
        "Reliability": stacked_cell(row["reliability"], row["reliability_reason"]),
        "Address": address or "not in the text",
        "Note": row["note"],
    }
    frame = pd.DataFrame({"What": rows.keys(), "As the ledger has it": rows.values()})
    return captioned_table(frame[frame["As the ledger has it"] != ""], "The source")


def source_claims_table(profile: SourceProfile) -> HTML:
    """Return a table of the claims of a source in its own order: figure, reading, paragraph, quantity."""
    columns = {
        "Figure": lambda row: stacked_cell(
            link("claim", row["claim_id"], row["figure"]), format_amount(row["interval"], row["unit"])
        ),
        "Where": lambda row: stacked_cell(locator(row), f"credits {row['origin'] or 'nobody'}"),
        "What it says": lambda row: stacked_cell(
            row["summary"],
            "; ".join(filter(None, [describe_claim_quantity(row), format_period(row["period"]) or "no period given"])),
            row["note"],
            row["rank_reason"] and f"withdrawn: {row['rank_reason']}",
        ),
    }
    return rows_table(profile.claims, columns, "All it claims, in its own order")


def source_mentions_table(profile: SourceProfile) -> HTML:
    """Return a table of the events that a source mentions, in its own order."""
    events = profile.ledger["events"].set_index("event_id")["name"]
    columns = {
        "Event": lambda row: stacked_cell(link("event", row["event_id"], events[row["event_id"]]), locator(row)),
        "What it says": lambda row: stacked_cell(row["says"], row["as_printed"] and f"“{row['as_printed']}”"),
    }
    return rows_table(profile.mentions, columns, "What it says happened, in its own order")


def source_positions_table(profile: SourceProfile) -> HTML:
    """Return a table of the propositions on which a source takes a stance."""
    ledger = profile.ledger
    return stances_table(profile.stances, ledger["propositions"], ledger["sources"], "Statements that it takes up")


def set_aside_table(profile: SourceProfile) -> HTML:
    """Return a table of the numbers of a source that are no claims, with the reason, in its own order."""
    if profile.set_aside.empty:
        return RichOutput("<p>There is none.</p>")
    columns = {
        "Printed": lambda row: stacked_cell(f"“{row['as_printed']}”", f"¶ {row['paragraph']}"),
        "Why it is no claim": lambda row: stacked_cell(row["reason"], row["note"]),
    }
    return rows_table(profile.set_aside, columns, "Numbers of the text that are no claims, in its own order")


def source_citations_table(profile: SourceProfile) -> HTML:
    """Return a table of the citations of a source, each with its entry in the references and whether it fits."""
    cited = profile.citations[profile.citations["kind"] == "in-text"]
    rows = cited.assign(
        entry=cited["entry_id"], verdict=cited["about"].replace("", "no entry"), reason=cited["cited_for"]
    )
    by_id = profile.ledger["citations"].set_index("citation_id")
    return citations_table(rows, by_id, profile.ledger["sources"], "Its citations, and whether title or address fit")


def citation_findings_table(profile: SourceProfile) -> HTML:
    """Return a table of the findings of the citation audit in a source."""
    found = audit_citations(profile.ledger["citations"])
    mine = found[found["source_id"] == profile.source["source_id"]]
    if mine.empty:
        return RichOutput("<p>The audit of its citations found nothing.</p>")
    mine = mine.rename(columns={"finding": "verdict", "nearest_id": "entry", "detail": "reason"})
    mine["reason"] = mine["reason"].where(mine["verdict"] == OFF_TOPIC_REFERENCE, "")
    by_id = profile.ledger["citations"].set_index("citation_id")
    return citations_table(mine, by_id, profile.ledger["sources"], "What the audit of its citations found")
