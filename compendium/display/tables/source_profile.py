"""One source by itself: what it is, all it claims in its own order, what it says happened, its conflicts and citations.

It selects what the ledger has of a source; what any of it means is said elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from IPython.display import HTML

from compendium.analysis.citation_audit import OFF_TOPIC_REFERENCE, audit_citations
from compendium.analysis.conflicts import InconsistencyGroup, group_inconsistencies
from compendium.display.links import link, locator
from compendium.display.outputs import RichOutput, captioned_table
from compendium.display.tables.ledger import citations_table, describe_claim_quantity, stacked_cell, stances_table
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
        """Return what a page says of a source in numbers."""
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
    """Return all that a ledger has of one source; raise `KeyError` where it has no source of the name."""

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
    """Return what a source is: title, author, publisher, time, kind, how far to be believed, each with the reason."""
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
    """Return all that a source claims in its own order: paragraph, figure and how it is read, what it measures."""
    rows = [
        {
            "Figure": stacked_cell(
                link("claim", row["claim_id"], row["figure"]), format_amount(row["interval"], row["unit"])
            ),
            "Where": stacked_cell(locator(row), f"credits {row['origin'] or 'nobody'}"),
            "What it says": stacked_cell(
                row["summary"],
                "; ".join(
                    filter(None, [describe_claim_quantity(row), format_period(row["period"]) or "no period given"])
                ),
                row["note"],
                row["rank_reason"] and f"withdrawn: {row['rank_reason']}",
            ),
        }
        for row in profile.claims.to_dict("records")
    ]
    return captioned_table(
        pd.DataFrame(rows, columns=["Figure", "Where", "What it says"]), "All it claims, in its own order"
    )


def source_mentions_table(profile: SourceProfile) -> HTML:
    """Return what a source says happened, in its own order."""
    events = profile.ledger["events"].set_index("event_id")["name"]
    rows = [
        {
            "Event": stacked_cell(link("event", row["event_id"], events[row["event_id"]]), locator(row)),
            "What it says": stacked_cell(row["says"], row["as_printed"] and f"“{row['as_printed']}”"),
        }
        for row in profile.mentions.to_dict("records")
    ]
    return captioned_table(
        pd.DataFrame(rows, columns=["Event", "What it says"]), "What it says happened, in its own order"
    )


def source_positions_table(profile: SourceProfile) -> HTML:
    """Return the statements of the debate that a source takes up, and how."""
    ledger = profile.ledger
    return stances_table(profile.stances, ledger["propositions"], ledger["sources"], "Statements that it takes up")


def set_aside_table(profile: SourceProfile) -> HTML:
    """Return the numbers that a source prints and that are no claims, each with the reason, in its own order."""
    rows = [
        {"Printed": stacked_cell(f"“{row['as_printed']}”", f"¶ {row['paragraph']}"), "Why it is no claim": stacked_cell(
            row["reason"], row["note"])}
        for row in profile.set_aside.to_dict("records")
    ]  # fmt: skip
    if not rows:
        return RichOutput("<p>There is none.</p>")
    return captioned_table(pd.DataFrame(rows), "Numbers of the text that are no claims, in its own order")


def source_citations_table(profile: SourceProfile) -> HTML:
    """Return the citations of a source with the entry of its list that each belongs to and whether it fits."""
    cited = profile.citations[profile.citations["kind"] == "in-text"]
    rows = cited.assign(
        entry=cited["entry_id"], verdict=cited["about"].replace("", "no entry"), reason=cited["cited_for"]
    )
    by_id = profile.ledger["citations"].set_index("citation_id")
    return citations_table(rows, by_id, profile.ledger["sources"], "Its citations, and whether title or address fit")


def citation_findings_table(profile: SourceProfile) -> HTML:
    """Return what the audit of citations found in a source."""
    found = audit_citations(profile.ledger["citations"])
    mine = found[found["source_id"] == profile.source["source_id"]]
    if mine.empty:
        return RichOutput("<p>The audit of its citations found nothing.</p>")
    mine = mine.rename(columns={"finding": "verdict", "nearest_id": "entry", "detail": "reason"})
    mine["reason"] = mine["reason"].where(mine["verdict"] == OFF_TOPIC_REFERENCE, "")
    by_id = profile.ledger["citations"].set_index("citation_id")
    return citations_table(mine, by_id, profile.ledger["sources"], "What the audit of its citations found")
