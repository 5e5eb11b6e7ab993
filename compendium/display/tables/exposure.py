"""Tables of exposures: assumptions, amounts and shares, and the figures that they follow from.

It computes no exposure; see `compendium.analysis.exposure`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

import portion
from IPython.display import HTML
from markupsafe import Markup

from compendium.analysis.exposure import Assumptions, Exposure
from compendium.display.outputs import rows_table
from compendium.display.tables.cells import stacked_cell
from compendium.display.tables.derived import linked_figures
from compendium.ledger.claims import read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.values.formatting import format_amount


def assumptions_table(assumptions: Assumptions, area_names: Mapping[str, str], caption: str) -> HTML:
    """Return a table of assumptions with value and meaning; `area_names` names the codes of areas."""
    columns = {
        "Assumption": lambda one: one.name.replace("_", " ").capitalize(),
        "Set to": lambda one: _value(getattr(assumptions, one.name), area_names),
        "What it means": lambda one: one.metadata["means"],
    }
    return rows_table(fields(assumptions), columns, caption)


def _value(value: object, spoken: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{spoken.get(side, side)}: {_value(ends, spoken)}" for side, ends in value.items()) or "none"
    return "–".join(f"{end:g}" for end in value) if isinstance(value, tuple) else spoken.get(str(value), str(value))


def exposures_table(
    exposures: Iterable[Exposure], ledger: Ledger, unit: str, caption: str, labels: Mapping[str, str] | None = None
) -> HTML:
    """Return a table of exposures: the amount, its shares, and what remains after the assumed replacement.

    `labels` names flows; without one a flow is shown by its id, capitalized.
    """
    claims, observations = read_claims(ledger).set_index("claim_id", drop=False), read_observations(ledger)

    def what(one: Exposure) -> Markup:
        label = (labels or {}).get(one.flow, one.flow.capitalize())
        figures = linked_figures(one.evidence_ids, claims, observations)
        return stacked_cell(label, figures and Markup("from {}").format(figures))

    columns = {
        "What": what,
        "At stake in the year": lambda one: format_exposure(one.amount, unit),
        "That is": lambda one: format_shares(one.shares) or one.missing_reason or "–",
        "Left if replaced as assumed": lambda one: stacked_cell(
            format_exposure(one.unreplaced, unit), format_shares(one.unreplaced_shares)
        ),
    }
    return rows_table(exposures, columns, caption)


SIGNIFICANT_DIGITS = 3


def format_exposure(interval: portion.Interval | None, unit: str, *, unknown: str = "–") -> str:
    """Return an amount or a share for a reader, `unknown` for `None`; a lower end of zero is left out."""
    if interval is None:
        return unknown
    if interval.lower == 0 < interval.upper:
        interval = interval.replace(left=portion.OPEN, lower=-portion.inf)
    return format_amount(interval, unit, digits=SIGNIFICANT_DIGITS)


def format_shares(shares_by_whole: Mapping[str, portion.Interval]) -> str:
    """Return shares in percent with the name of each whole."""
    return "; ".join(f"{format_exposure(part, 'percent')} of {name}" for name, part in shares_by_whole.items())
