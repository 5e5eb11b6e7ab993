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
from compendium.display.links import link
from compendium.display.outputs import rows_table
from compendium.display.tables.cells import stacked_cell
from compendium.ledger.claims import read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.reconciliation.constraints import ImpliedBounds
from compendium.values.number_parsing import format_figure
from compendium.values.periods import format_period


def period_comparison_table(
    comparisons: Sequence[PeriodComparison], ledger: Ledger, unit: str, column_heads: Sequence[str], caption: str
) -> HTML:
    """Return a table of periods with the levels of both years, the growth, and the figures that it follows from.

    `column_heads` name the columns of the other year and of this one.
    """
    claims = read_claims(ledger).set_index("claim_id", drop=False)
    observations = read_observations(ledger)
    columns = {
        "Time": lambda one: stacked_cell(
            format_period(one.period),
            Markup("from {}").format(linked_figures(one.evidence_ids, claims, observations)),
        ),
        column_heads[0]: lambda one: format_range(one.previous.interval, unit),
        column_heads[1]: lambda one: format_range(one.current.interval, unit),
        "Change": lambda one: describe_growth(one.growth),
    }
    return rows_table(comparisons, columns, caption)


def implied_cell(implied: ImpliedBounds, unit: str, claims: pd.DataFrame, observations: pd.DataFrame) -> Markup:
    """Return an implied interval for a cell of a table, with the figures that it follows from."""
    return stacked_cell(
        format_range(implied.interval, unit),
        Markup("follows from {}").format(linked_figures(implied.claims, claims, observations)),
    )


def linked_figures(ids: Iterable[str], claims: pd.DataFrame, observations: pd.DataFrame) -> Markup:
    """Return observations and claims by their figures, each linked to its permanent place and with its period.

    Takes claims and observations indexed by id, as they are read.
    """
    parts = []
    for name in ids:
        kind, row = ("claim", claims.loc[name]) if name in claims.index else ("observation", observations.loc[name])
        text = f"{format_figure(row)}, {row['author']}" if kind == "claim" else row["figure"]
        parts.append(Markup("{} ({})").format(link(kind, name, text), format_period(row["period"])))
    return Markup("; ").join(parts)
