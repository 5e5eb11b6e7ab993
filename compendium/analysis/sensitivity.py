"""Recomputes each headline with one source left out: which conclusions hang on one text?

A headline is a quantity, or a ratio of two, that lies in a range; what the claims leave possible decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import portion

from compendium.ledger.claims import to_fraction
from compendium.ledger.loader import Ledger
from compendium.reconciliation.constraints import (
    NON_NEGATIVE,
    ONE,
    Constraint,
    ConstraintKind,
    ImpliedBounds,
    Quantity,
    canonical_period,
)
from compendium.reconciliation.reconcile import implied_bounds

HOLDS, FAILS, UNDECIDED = "holds", "fails", "cannot be said"


def key_finding_constraint(key_finding: Mapping[str, Any]) -> Constraint:
    """Return what a headline asks for: a quantity, or its multiple of another."""
    period, population = canonical_period(key_finding["period"]), key_finding["population"]
    own = Quantity(
        key_finding["metric_id"], key_finding["ref_area"], key_finding["counterpart_area"], period, population
    )
    over = None
    if key_finding["over_metric_id"]:
        over = Quantity(
            key_finding["over_metric_id"], key_finding["over_ref_area"], key_finding["over_counterpart_area"],
            canonical_period(key_finding["over_period"]), population,
        )  # fmt: skip
    return Constraint(ConstraintKind.MULTIPLE if over else ConstraintKind.SAME, ((own, ONE),), NON_NEGATIVE, over)


def implied_key_finding(ledger: Ledger, key_finding_id: str) -> ImpliedBounds:
    """Return what all claims leave to the quantity or ratio of a headline; raise `KeyError` where there is none."""
    return implied_bounds(ledger, [key_finding_constraint(ledger.row("headlines", key_finding_id))])[0]


def required_range(key_finding: Mapping[str, Any]) -> portion.Interval:
    """Return the values for which a headline is right; its ends are not among them: more than one is growth."""
    low, high = key_finding["low"], key_finding["high"]
    return portion.open(
        -portion.inf if pd.isna(low) else to_fraction(low), portion.inf if pd.isna(high) else to_fraction(high)
    )


def key_finding_verdict(implied_range: portion.Interval, required: portion.Interval) -> str:
    """Return what an implied interval says of a headline: it holds, it fails, or it cannot be said."""
    if implied_range in required:
        return HOLDS
    return UNDECIDED if implied_range.overlaps(required) else FAILS


def sensitivity(ledger: Ledger) -> pd.DataFrame:
    """Return every headline with all sources, and with each left out in turn.

    Returns
    -------
    pandas.DataFrame
        one row a headline and source left out (`""` for none): `headline_id`, `without`, `interval` (of the
        quantity in its unit, or of the ratio), `claims` that it rests on, `assumed`, `verdict`.
    """
    headlines = ledger["headlines"].to_dict("records")
    asked = [key_finding_constraint(headline) for headline in headlines]
    rows = []
    for source in ["", *ledger["sources"]["source_id"]]:
        answers = implied_bounds(ledger.without_source(source) if source else ledger, asked)
        rows += [
            {
                "headline_id": headline["headline_id"],
                "without": source,
                "interval": answer.interval,
                "claims": list(answer.claims),
                "assumed": answer.assumed,
                "verdict": key_finding_verdict(answer.interval, required_range(headline)),
            }
            for headline, answer in zip(headlines, answers, strict=True)
        ]
    return pd.DataFrame(rows, columns=["headline_id", "without", "interval", "claims", "assumed", "verdict"])
