"""Tables of what would be at stake: assumptions, amounts, and what they rest on.

It computes no stake; see `compendium.analysis.exposure`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

import pandas as pd
import portion
from IPython.display import HTML
from markupsafe import Markup

from compendium.analysis.exposure import Assumptions, Exposure
from compendium.display.outputs import captioned_table
from compendium.display.tables.derived import linked_figures
from compendium.display.tables.ledger import stacked_cell
from compendium.values.formatting import format_amount


def assumptions_table(assumptions: Assumptions, area_names: Mapping[str, str], caption: str) -> HTML:
    """Return every assumption with its value and what it means; `area_names` names the codes of areas."""
    rows = [
        {
            "Assumption": one.name.replace("_", " ").capitalize(),
            "Set to": _value(getattr(assumptions, one.name), area_names),
            "What it means": one.metadata["means"],
        }
        for one in fields(assumptions)
    ]
    return captioned_table(pd.DataFrame(rows), caption)


def _value(value: object, spoken: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{spoken.get(side, side)}: {_value(ends, spoken)}" for side, ends in value.items()) or "none"
    return "–".join(f"{end:g}" for end in value) if isinstance(value, tuple) else spoken.get(str(value), str(value))


def exposures_table(
    exposures: Iterable[Exposure], claims: pd.DataFrame, observations: pd.DataFrame, unit: str, caption: str,
    labels: Mapping[str, str] | None = None,
) -> HTML:  # fmt: skip
    """Return stakes of one side, one a row: the amount, its shares, and what is left without another way."""
    rows = [
        {
            "What": stacked_cell(
                (labels or {}).get(one.flow, one.flow.capitalize()), *_basis(one, claims, observations)
            ),
            "At stake in the year": format_exposure(one.amount, unit),
            "That is": format_shares(one.shares) or one.missing_reason or "–",
            "Left if replaced as assumed": stacked_cell(
                format_exposure(one.unreplaced, unit), format_shares(one.unreplaced_shares)
            ),
        }
        for one in exposures
    ]
    return captioned_table(pd.DataFrame(rows), caption)


def _basis(one: Exposure, claims: pd.DataFrame, observations: pd.DataFrame) -> list[Markup]:
    return (
        [Markup("from {}").format(linked_figures(one.evidence_ids, claims, observations))] if one.evidence_ids else []
    )


SIGNIFICANT_DIGITS = 3


def format_exposure(interval: portion.Interval | None, unit: str, *, unknown: str = "–") -> str:
    """Return an amount or a share for a reader, or that it is unknown; that it is not negative is not said."""
    if interval is None:
        return unknown
    if interval.lower == 0 < interval.upper:
        interval = interval.replace(left=portion.OPEN, lower=-portion.inf)
    return format_amount(interval, unit, digits=SIGNIFICANT_DIGITS)


def format_shares(shares_by_whole: Mapping[str, portion.Interval]) -> str:
    """Return shares in percent with the name of each whole."""
    return "; ".join(f"{format_exposure(part, 'percent')} of {name}" for name, part in shares_by_whole.items())
