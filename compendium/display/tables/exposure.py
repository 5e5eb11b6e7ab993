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

from compendium.analysis.exposure import Assumptions, Stake
from compendium.display.outputs import table
from compendium.display.tables.derived import figures
from compendium.display.tables.ledger import stacked
from compendium.values.formatting import amount


def assumptions_table(assumed: Assumptions, spoken: Mapping[str, str], caption: str) -> HTML:
    """Return every assumption with its value and what it means; `spoken` names the codes of areas."""
    rows = [
        {
            "Assumption": one.name.replace("_", " ").capitalize(),
            "Set to": _value(getattr(assumed, one.name), spoken),
            "What it means": one.metadata["means"],
        }
        for one in fields(assumed)
    ]
    return table(pd.DataFrame(rows), caption)


def _value(value: object, spoken: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{spoken.get(side, side)}: {_value(ends, spoken)}" for side, ends in value.items()) or "none"
    return "–".join(f"{end:g}" for end in value) if isinstance(value, tuple) else spoken.get(str(value), str(value))


def stakes_table(
    found: Iterable[Stake], claims: pd.DataFrame, observations: pd.DataFrame, unit: str, caption: str,
    names: Mapping[str, str] | None = None,
) -> HTML:  # fmt: skip
    """Return stakes of one side, one a row: the amount, its shares, and what is left without another way."""
    rows = [
        {
            "What": stacked((names or {}).get(one.what, one.what.capitalize()), *_basis(one, claims, observations)),
            "At stake in the year": told(one.amount, unit),
            "That is": shares(one.shares) or one.why or "–",
            "Left if replaced as assumed": stacked(told(one.left, unit), shares(one.left_shares)),
        }
        for one in found
    ]
    return table(pd.DataFrame(rows), caption)


def _basis(one: Stake, claims: pd.DataFrame, observations: pd.DataFrame) -> list[Markup]:
    return [Markup("from {}").format(figures(one.rests_on, claims, observations))] if one.rests_on else []


DIGITS = 3


def told(found: portion.Interval | None, unit: str, *, unknown: str = "–") -> str:
    """Return an amount or a share for a reader, or that it is unknown; that it is not negative is not said."""
    if found is None:
        return unknown
    if found.lower == 0 < found.upper:
        found = found.replace(left=portion.OPEN, lower=-portion.inf)
    return amount(found, unit, digits=DIGITS)


def shares(found: Mapping[str, portion.Interval]) -> str:
    """Return shares in percent with the name of each whole."""
    return "; ".join(f"{told(part, 'percent')} of {name}" for name, part in found.items())
