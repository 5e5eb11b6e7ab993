"""Recomputes each headline with one source left out: which conclusions hang on one text?

A headline is a quantity, or a ratio of two, that lies in a range; what the claims leave possible decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import portion

from compendium.ledger.claims import exactly
from compendium.ledger.loader import Ledger
from compendium.reconciliation.components import Implied
from compendium.reconciliation.constraints import NOT_NEGATIVE, ONE, Binding, Quantity, Rule, canonical
from compendium.reconciliation.reconcile import implied

HOLDS, FAILS, OPEN = "holds", "fails", "cannot be said"


def question(headline: Mapping[str, Any]) -> Binding:
    """Return what a headline asks for: a quantity, or its multiple of another."""
    period, population = canonical(headline["period"]), headline["population"]
    own = Quantity(headline["metric_id"], headline["ref_area"], headline["counterpart_area"], period, population)
    over = None
    if headline["over_metric_id"]:
        over = Quantity(
            headline["over_metric_id"], headline["over_ref_area"], headline["over_counterpart_area"],
            canonical(headline["over_period"]), population,
        )  # fmt: skip
    return Binding(Rule.MULTIPLE if over else Rule.SAME, ((own, ONE),), NOT_NEGATIVE, over)


def headline(ledger: Ledger, name: str) -> Implied:
    """Return what all claims leave to the quantity or ratio of a headline; raise `KeyError` where there is none."""
    return implied(ledger, [question(ledger.row("headlines", name))])[0]


def said(headline: Mapping[str, Any]) -> portion.Interval:
    """Return the values for which a headline is right; its ends are not among them: more than one is growth."""
    low, high = headline["low"], headline["high"]
    return portion.open(-portion.inf if pd.isna(low) else exactly(low), portion.inf if pd.isna(high) else exactly(high))


def decided(found: portion.Interval, right: portion.Interval) -> str:
    """Return what an implied interval says of a headline: it holds, it fails, or it cannot be said."""
    if found in right:
        return HOLDS
    return OPEN if found.overlaps(right) else FAILS


def sensitivity(ledger: Ledger) -> pd.DataFrame:
    """Return every headline with all sources, and with each left out in turn.

    Returns
    -------
    pandas.DataFrame
        one row a headline and source left out (`""` for none): `headline_id`, `without`, `interval` (of the
        quantity in its unit, or of the ratio), `claims` that it rests on, `assumed`, `verdict`.
    """
    headlines = ledger["headlines"].to_dict("records")
    asked = [question(headline) for headline in headlines]
    rows = []
    for source in ["", *ledger["sources"]["source_id"]]:
        answers = implied(ledger.without(source) if source else ledger, asked)
        rows += [
            {
                "headline_id": headline["headline_id"],
                "without": source,
                "interval": answer.interval,
                "claims": list(answer.claims),
                "assumed": answer.assumed,
                "verdict": decided(answer.interval, said(headline)),
            }
            for headline, answer in zip(headlines, answers, strict=True)
        ]
    return pd.DataFrame(rows, columns=["headline_id", "without", "interval", "claims", "assumed", "verdict"])
