"""Claim records: everything known of a claim in one dictionary, ready for JSON.

Cards, the table of claims, the page of a claim and its JSON-LD all show a record and read nothing else. Verdicts are
collected here, not computed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd
import portion

from compendium.analysis.conflicts import InconsistencyGroup, find_inconsistencies, group_inconsistencies
from compendium.analysis.corroboration import Comparison, Corroboration, corroborate
from compendium.analysis.explanations import Names, verdict_row
from compendium.display.attachments import interval_cells
from compendium.display.tables.claims import describe_claim_quantity
from compendium.display.tables.corroboration import comparison_clause, comparison_sentence
from compendium.display.tables.observations import describe_measure
from compendium.ledger.claims import competing_figures, read_claims
from compendium.ledger.corrections import corrections_by_row
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.ledger.records import keyed, records
from compendium.reconciliation.reconcile import Reconciliation, reconcile
from compendium.reconciliation.verdicts import NOT_COMPARABLE, WITHDRAWN
from compendium.values.formatting import format_amount
from compendium.values.periods import format_period

ClaimRecord = dict[str, Any]
CLAIM_COLUMNS = (
    "claim_id", "source_id", "paragraph", "scope", "as_printed", "hedge", "figure", "unit", "metric_id", "metric",
    "ref_area", "counterpart_area", "ref", "counterpart", "period", "population", "measure", "obs_status", "origin",
    "rank", "rank_reason", "bounds_reason", "summary", "note", "author", "chapter", "citation_id",
)  # fmt: skip
"""Columns copied from `compendium.ledger.claims.read_claims`."""


def build_claim_records(ledger: Ledger) -> dict[str, ClaimRecord]:
    """Return the record of every claim of a ledger, by id, in the order of the table."""
    found, checked = reconcile(ledger), corroborate(ledger)
    claims = read_claims(ledger).set_index("claim_id", drop=False)
    names = Names.from_ledger(ledger)
    sources = keyed(ledger.frames["sources"], "source_id")
    metrics = keyed(ledger.frames["metrics"], "metric_id")
    observed = keyed(read_observations(ledger), "observation_id")
    known = group_inconsistencies(ledger, find_inconsistencies(ledger, found.conflicts))
    corrected = corrections_by_row(ledger, "claims")
    beside = _rivals(claims, {name for name, (verdict, _) in found.verdicts.items() if verdict == NOT_COMPARABLE})
    made = {}
    for row in records(claims):
        name = row["claim_id"]
        made[name] = {
            **{key: row[key] for key in CLAIM_COLUMNS},
            **_read(row["interval"], row["unit"]),
            "measures": describe_claim_quantity(row),
            "when": format_period(row["period"]) or "no period given",
            "definition": metrics[row["metric_id"]]["definition"],
            **_source(sources[row["source_id"]]),
            "reconciled": _reconciled(name, row["citation_id"] or name, found, names, known),
            "checked": _checked(checked.get(name), observed, names),
            "rivals": beside.get(name, []),
            "cited": _cited(row["citation_id"], ledger),
            "corrections": corrected.get(name, []),
        }
    return made


def _read(interval: portion.Interval, unit: str) -> ClaimRecord:
    """Return how a figure is read: in words, and as `compendium.display.attachments.interval_cells`."""
    return {"read_as": format_amount(interval, unit), **interval_cells(interval)}


def _source(source: Mapping[str, Any]) -> ClaimRecord:
    return {
        "source_title": source["title"],
        "publisher": source["publisher"],
        "written": source["written"],
        "said": format_period(source["written"]),
        "reliability": source["reliability"],
        "reliability_reason": source["reliability_reason"],
    }


def _reconciled(
    name: str, citation: str, found: Reconciliation, names: Names, known: Iterable[InconsistencyGroup]
) -> ClaimRecord:
    """Return the reconciliation of a claim: verdict, rule, arithmetic, conflicts.

    The conflicts are all that contain the claim, or the citation it is printed with; a claim contradicted only by a
    forecast is in such a set, but its verdict is not that it is in conflict.
    """
    if name not in found.verdicts:
        return {"verdict": WITHDRAWN, "rule": "", "explanation": "", "conflicts": []}
    row = verdict_row(name, found, names)
    touching = [
        {"name": family.name, "title": family.title}
        for family in known
        if any({name, citation} & set(finding.items) for finding in family.members)
    ]
    return {key: row[key] for key in ("verdict", "rule", "explanation")} | {"conflicts": touching}


def _checked(one: Corroboration | None, observed: Mapping[str, Mapping[str, Any]], names: Names) -> ClaimRecord:
    """Return the corroboration of a claim: verdict, reason, and each comparison in a sentence."""
    if one is None:
        return {"verdict": WITHDRAWN, "reason": "", "held": []}
    held = [
        {
            "verdict": against.verdict,
            "given": comparison_clause(against, observed, names),
            "of": _measured(against, observed, names),
            "told": comparison_sentence(against, observed, names),
            "observations": list(against.observations),
        }
        for against in one.comparisons
    ]
    reason = names.reasons[one.reason]["name"] if one.reason else ""
    return {"verdict": one.verdict, "reason": reason, "held": held}


def _measured(against: Comparison, observed: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    """Return the quantity and areas of the first observation of a comparison."""
    row = observed[against.observations[0]]
    parts = (
        names.metrics[row["metric_id"]]["name"],
        names.format_row_areas(row),
        describe_measure(row),
        row["population"],
    )
    return ", ".join(filter(None, parts))


def _rivals(claims: pd.DataFrame, apart: Collection[str]) -> dict[str, list[ClaimRecord]]:
    """Return, by claim, the other claims of the same quantity, each with whether both can be true."""
    found: dict[str, list[ClaimRecord]] = {}
    for row in competing_figures(claims).to_dict("records"):
        for name in row["claim_ids"]:
            found[name] = [
                {
                    "claim_id": other,
                    "figure": claims.loc[other, "figure"],
                    "author": claims.loc[other, "author"],
                    "together": _together(claims.loc[name], claims.loc[other], apart),
                }
                for other in row["claim_ids"]
                if other != name
            ]
    return found


def _together(one: Mapping[str, Any], other: Mapping[str, Any], apart: Collection[str]) -> str:
    """Return whether two figures of one quantity can both be true, or `not comparable` where one of them is not."""
    if {one["claim_id"], other["claim_id"]} & set(apart):
        return "not comparable"
    return "both can hold" if one["interval"].overlaps(other["interval"]) else "not both can hold"


def _cited(name: str, ledger: Ledger) -> ClaimRecord | None:
    """Return the citation that a claim is printed with, and whether it fits; `None` where it has none."""
    if not name:
        return None
    citation = ledger.row("citations", name)
    entry = ledger.row("citations", citation["entry_id"]) if citation["entry_id"] else {"title": "", "address": ""}
    return {
        "citation_id": name,
        "as_printed": citation["as_printed"],
        "about": citation["about"] or "no entry in the list",
        "title": entry["title"],
        "address": entry["address"],
    }
