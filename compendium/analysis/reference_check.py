"""Comparison of the figures in the title or address of a reference with those of the sentence that cites it.

Only figures in the ledger are compared; the cited works themselves are not read.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from compendium.reconciliation.constraints import canonical_period

SAME_FIGURE = "the same figure"
ANOTHER_FIGURE = "another figure"
ANOTHER_PERIOD = "another period"
ANOTHER_MEASURE = "another way of measuring"
ANOTHER_SUBJECT = "another subject"
SUBJECT_COLUMNS = ("metric_id", "ref_area", "counterpart_area", "population")
BASE_COLUMNS = ("base_metric_id", "base_area", "base_counterpart")


def compare_with_titles(claims: pd.DataFrame, citations: pd.DataFrame) -> pd.DataFrame:
    """Return every figure of a sentence paired with every figure in the title or address of what it cites.

    Parameters
    ----------
    claims
        as `compendium.ledger.claims.read_claims` returns them; `scope` says which are in a list of references.
    citations
        the citations of a ledger, with the entry that each belongs to.

    Returns
    -------
    pandas.DataFrame
        `citation_id`, `claim_id` (of the sentence), `title_claim_id`, `verdict`. Where a title has a figure on the
        sentence's own subject, its figures on other subjects are left out.
    """
    entry = dict(zip(citations["citation_id"], citations["entry_id"], strict=True))
    current = claims[claims["rank"] == "normal"]
    titles = current[current["scope"] == "reference"].to_dict("records")
    rows = []
    for claim in current[(current["scope"] == "body") & (current["citation_id"] != "")].to_dict("records"):
        own = entry[claim["citation_id"]]
        titles_of_entry = [title for title in titles if own and title["citation_id"] == own]
        verdicts = [(title, _verdict(claim, title)) for title in titles_of_entry]
        same_subject = [pair for pair in verdicts if pair[1] != ANOTHER_SUBJECT]
        for title, verdict in same_subject or verdicts:
            rows.append((claim["citation_id"], claim["claim_id"], title["claim_id"], verdict))
    return pd.DataFrame(rows, columns=["citation_id", "claim_id", "title_claim_id", "verdict"])


def _verdict(claim: dict[str, Any], title: dict[str, Any]) -> str:
    """Return the verdict on a title's figure; a key that either leaves empty is no difference."""
    if any(claim[column] != title[column] for column in SUBJECT_COLUMNS):
        return ANOTHER_SUBJECT
    if _differ(canonical_period(claim["period"]), canonical_period(title["period"])):
        return ANOTHER_PERIOD
    base = [_differ(claim[column], title[column]) for column in BASE_COLUMNS]
    base.append(_differ(canonical_period(claim["base_period"]), canonical_period(title["base_period"])))
    if claim["measure"] != title["measure"] or claim["unit"] != title["unit"] or any(base):
        return ANOTHER_MEASURE
    return SAME_FIGURE if claim["interval"].overlaps(title["interval"]) else ANOTHER_FIGURE


def _differ(one: str, other: str) -> bool:
    """Return whether two keys are both given and differ."""
    return bool(one and other) and one != other
