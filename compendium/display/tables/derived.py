"""Tables of derived quantities: what follows from chosen observations and claims, cell by cell.

It computes no quantity; see `compendium.analysis.derived_quantities`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
from IPython.display import HTML
from markupsafe import Markup

from compendium.analysis.derived_quantities import PeriodComparison, describe_growth
from compendium.analysis.explanations import format_range
from compendium.display.outputs import captioned_table, link
from compendium.display.tables.ledger import stacked_cell
from compendium.ledger.claims import format_figure, read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.reconciliation.constraints import ImpliedBounds
from compendium.values.periods import format_period


def period_comparison_table(
    comparisons: Sequence[PeriodComparison], ledger: Ledger, unit: str, column_heads: Sequence[str], caption: str
) -> HTML:
    """Return stretches of time with both years, the growth between them, and the figures that it follows from.

    `column_heads` name the columns of the other year and of this one.
    """
    claims = read_claims(ledger).set_index("claim_id", drop=False)
    observations = read_observations(ledger)
    rows = [
        {
            "Time": stacked_cell(
                format_period(one.period),
                Markup("from {}").format(linked_figures(one.evidence_ids, claims, observations)),
            ),
            column_heads[0]: format_range(one.previous.interval, unit),
            column_heads[1]: format_range(one.current.interval, unit),
            "Change": describe_growth(one.growth),
        }
        for one in comparisons
    ]
    return captioned_table(pd.DataFrame(rows, columns=["Time", *column_heads, "Change"]), caption)


def implied_cell(implied: ImpliedBounds, unit: str, claims: pd.DataFrame, observations: pd.DataFrame) -> Markup:
    """Return what follows, for a cell of a table, with the figures that it follows from."""
    return stacked_cell(
        format_range(implied.interval, unit),
        Markup("follows from {}").format(linked_figures(implied.claims, claims, observations)),
    )


def linked_figures(ids: Iterable[str], claims: pd.DataFrame, observations: pd.DataFrame, *, up: str = "..") -> Markup:
    """Return observations and claims by their figures, each linked to its place and with the time it speaks of.

    Takes claims and observations indexed by id, as they are read.
    """
    parts = []
    for name in ids:
        if name in claims.index:
            kind, row, text = (
                "claim",
                claims.loc[name],
                f"{format_figure(claims.loc[name])}, {claims.loc[name, 'author']}",
            )
        else:
            kind, row, text = "observation", observations.loc[name], observations.loc[name, "figure"]
        parts.append(Markup("{} ({})").format(link(kind, name, text, up=up), format_period(row["period"])))
    return Markup("; ").join(parts)
