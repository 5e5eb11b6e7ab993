"""Sensitivity of the key findings: the verdict on each with every source left out in turn.

A key finding states that a quantity, or a ratio of two, lies in a range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class KeyFinding:
    """The statement that a quantity, or its ratio to another, lies in a range."""

    key_finding_id: str
    quantity: Quantity
    base: Quantity | None
    """The quantity of which it is a multiple, `None` for an amount."""
    required: portion.Interval
    """The values for which it is true; the ends are open: a ratio above one is growth."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> KeyFinding:
        """Return the key finding in a row of the `headlines` table."""
        low = -portion.inf if pd.isna(row["low"]) else to_fraction(row["low"])
        high = portion.inf if pd.isna(row["high"]) else to_fraction(row["high"])
        base = _quantity(row, "over_") if row["over_metric_id"] else None
        return cls(row["headline_id"], _quantity(row), base, portion.open(low, high))

    @property
    def query(self) -> Constraint:
        """Return the query for the bounds of the quantity or ratio."""
        kind = ConstraintKind.MULTIPLE if self.base else ConstraintKind.SAME
        return Constraint(kind, ((self.quantity, ONE),), NON_NEGATIVE, self.base)

    def verdict(self, implied: portion.Interval) -> str:
        """Return whether it holds, fails or is undecided, given the implied bounds of the quantity or ratio."""
        if implied in self.required:
            return HOLDS
        return UNDECIDED if implied.overlaps(self.required) else FAILS


def _quantity(row: Mapping[str, Any], prefix: str = "") -> Quantity:
    """Return the quantity of a key finding, or that of its base with the prefix of the columns."""
    metric, area, counterpart, period = (
        row[f"{prefix}{name}"] for name in ("metric_id", "ref_area", "counterpart_area", "period")
    )
    return Quantity(metric, area, counterpart, canonical_period(period), row["population"])


def implied_key_finding(ledger: Ledger, key_finding_id: str) -> ImpliedBounds:
    """Return the bounds that all claims imply for a key finding; raise `KeyError` for an unknown id."""
    return implied_bounds(ledger, [KeyFinding.from_row(ledger.row("headlines", key_finding_id)).query])[0]


def sensitivity(ledger: Ledger) -> pd.DataFrame:
    """Return the verdict on every key finding with all sources, and with each left out in turn.

    Returns
    -------
    pandas.DataFrame
        one row a key finding and source left out (`""` for none): `headline_id`, `without`, `interval` (of the
        quantity in its unit, or of the ratio), `claims` that it rests on, `assumed`, `verdict`.
    """
    key_findings = [KeyFinding.from_row(row) for row in ledger["headlines"].to_dict("records")]
    queries = [one.query for one in key_findings]
    rows = []
    for source in ["", *ledger["sources"]["source_id"]]:
        answers = implied_bounds(ledger.without_source(source) if source else ledger, queries)
        for one, answer in zip(key_findings, answers, strict=True):
            verdict, interval = one.verdict(answer.interval), answer.interval
            rows.append((one.key_finding_id, source, interval, list(answer.claims), answer.assumed, verdict))
    return pd.DataFrame(rows, columns=["headline_id", "without", "interval", "claims", "assumed", "verdict"])
