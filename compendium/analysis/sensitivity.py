"""Sensitivity of the key findings: the verdict on each with every source left out in turn.

A key finding states that a quantity, or a ratio of two, lies in a range.
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
    """Return the query for a key finding: a quantity, or its ratio to another."""
    base = _quantity(key_finding, "over_") if key_finding["over_metric_id"] else None
    kind = ConstraintKind.MULTIPLE if base else ConstraintKind.SAME
    return Constraint(kind, ((_quantity(key_finding), ONE),), NON_NEGATIVE, base)


def _quantity(key_finding: Mapping[str, Any], prefix: str = "") -> Quantity:
    """Return the quantity of a key finding, or that of its base with the prefix of the columns."""
    metric, area, counterpart, period = (
        key_finding[f"{prefix}{name}"] for name in ("metric_id", "ref_area", "counterpart_area", "period")
    )
    return Quantity(metric, area, counterpart, canonical_period(period), key_finding["population"])


def implied_key_finding(ledger: Ledger, key_finding_id: str) -> ImpliedBounds:
    """Return the bounds that all claims imply for a key finding; raise `KeyError` for an unknown id."""
    return implied_bounds(ledger, [key_finding_constraint(ledger.row("headlines", key_finding_id))])[0]


def required_range(key_finding: Mapping[str, Any]) -> portion.Interval:
    """Return the open interval of values for which a key finding is true."""
    low, high = key_finding["low"], key_finding["high"]
    return portion.open(
        -portion.inf if pd.isna(low) else to_fraction(low), portion.inf if pd.isna(high) else to_fraction(high)
    )


def key_finding_verdict(implied_range: portion.Interval, required: portion.Interval) -> str:
    """Return whether a key finding holds, fails or is undecided, given the implied bounds."""
    if implied_range in required:
        return HOLDS
    return UNDECIDED if implied_range.overlaps(required) else FAILS


def sensitivity(ledger: Ledger) -> pd.DataFrame:
    """Return the verdict on every key finding with all sources, and with each left out in turn.

    Returns
    -------
    pandas.DataFrame
        one row a key finding and source left out (`""` for none): `headline_id`, `without`, `interval` (of the
        quantity in its unit, or of the ratio), `claims` that it rests on, `assumed`, `verdict`.
    """
    key_findings = ledger["headlines"].to_dict("records")
    constraints = [key_finding_constraint(key_finding) for key_finding in key_findings]
    rows = []
    for source in ["", *ledger["sources"]["source_id"]]:
        answers = implied_bounds(ledger.without_source(source) if source else ledger, constraints)
        rows += [
            {
                "headline_id": key_finding["headline_id"],
                "without": source,
                "interval": answer.interval,
                "claims": list(answer.claims),
                "assumed": answer.assumed,
                "verdict": key_finding_verdict(answer.interval, required_range(key_finding)),
            }
            for key_finding, answer in zip(key_findings, answers, strict=True)
        ]
    return pd.DataFrame(rows, columns=["headline_id", "without", "interval", "claims", "assumed", "verdict"])
