"""Holds what a reference carries in its own title or address against the sentence that cites it.

Only figures that stand in the ledger are compared, and only as printed: the works themselves are not opened.
"""

from __future__ import annotations

import pandas as pd

from compendium.bindings import canonical

SAME_FIGURE = "the same figure"
ANOTHER_FIGURE = "another figure"
ANOTHER_PERIOD = "another period"
ANOTHER_MEASURE = "another way of measuring"
ANOTHER_SUBJECT = "another subject"
AREAS = ["ref_area", "counterpart_area"]


def carried(claims: pd.DataFrame, citations: pd.DataFrame) -> pd.DataFrame:
    """Return every figure of a sentence beside every figure in the title or address of what it cites.

    Parameters
    ----------
    claims
        as `compendium.claims.read_claims` returns them; `scope` says which stand in a list of references.
    citations
        the citations of a ledger, with the entry that each belongs to.

    Returns
    -------
    pandas.DataFrame
        `citation_id`, `claim_id` (of the sentence), `title_claim_id`, `verdict`. Where a title has a figure of the
        sentence's own subject, figures of another subject in it are left out.
    """
    entry = dict(zip(citations["citation_id"], citations["entry_id"], strict=True))
    standing = claims[claims["rank"] == "normal"]
    titles = standing[standing["scope"] == "reference"].to_dict("records")
    rows = []
    for claim in standing[(standing["scope"] == "body") & (standing["citation_id"] != "")].to_dict("records"):
        beside = [title for title in titles if title["citation_id"] == entry[claim["citation_id"]]]
        verdicts = [(title, _verdict(claim, title)) for title in beside]
        near = [pair for pair in verdicts if pair[1] != ANOTHER_SUBJECT]
        rows += [
            {
                "citation_id": claim["citation_id"],
                "claim_id": claim["claim_id"],
                "title_claim_id": title["claim_id"],
                "verdict": verdict,
            }
            for title, verdict in near or verdicts
        ]
    return pd.DataFrame(rows, columns=["citation_id", "claim_id", "title_claim_id", "verdict"])


def _verdict(claim: dict, title: dict) -> str:
    if claim["metric_id"] != title["metric_id"] or any(claim[area] != title[area] for area in AREAS):
        return ANOTHER_SUBJECT
    periods = {canonical(row["period"]) for row in (claim, title)} - {""}
    if len(periods) > 1:
        return ANOTHER_PERIOD
    if claim["measure"] != title["measure"]:
        return ANOTHER_MEASURE
    return SAME_FIGURE if claim["interval"].overlaps(title["interval"]) else ANOTHER_FIGURE
