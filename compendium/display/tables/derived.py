"""Tables of derived quantities: what follows from chosen observations and claims, cell by cell.

It computes no quantity; see `compendium.analysis.derived_quantities`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
from IPython.display import HTML
from markupsafe import Markup

from compendium.analysis.derived_quantities import Stretch, changed
from compendium.analysis.explanations import said
from compendium.display.outputs import link, table
from compendium.display.tables.ledger import stacked
from compendium.ledger.claims import figure, read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.reconciliation.components import Implied
from compendium.values.periods import spoken


def stretches_table(found: Sequence[Stretch], ledger: Ledger, unit: str, heads: Sequence[str], caption: str) -> HTML:
    """Return stretches of time with both years, the growth between them, and the figures that it follows from.

    `heads` name the columns of the other year and of this one.
    """
    claims = read_claims(ledger).set_index("claim_id", drop=False)
    observations = read_observations(ledger)
    rows = [
        {
            "Time": stacked(spoken(one.period), Markup("from {}").format(figures(one.rests_on, claims, observations))),
            heads[0]: said(one.before.interval, unit),
            heads[1]: said(one.now.interval, unit),
            "Change": changed(one.growth),
        }
        for one in found
    ]
    return table(pd.DataFrame(rows, columns=["Time", *heads, "Change"]), caption)


def cell(found: Implied, unit: str, claims: pd.DataFrame, observations: pd.DataFrame) -> Markup:
    """Return what follows, for a cell of a table, with the figures that it follows from."""
    return stacked(
        said(found.interval, unit), Markup("follows from {}").format(figures(found.claims, claims, observations))
    )


def figures(names: Iterable[str], claims: pd.DataFrame, observations: pd.DataFrame, *, up: str = "..") -> Markup:
    """Return observations and claims by their figures, each linked to its place and with the time it speaks of.

    Takes claims and observations indexed by id, as they are read.
    """
    parts = []
    for name in names:
        if name in claims.index:
            kind, row, text = "claim", claims.loc[name], f"{figure(claims.loc[name])}, {claims.loc[name, 'author']}"
        else:
            kind, row, text = "observation", observations.loc[name], observations.loc[name, "figure"]
        parts.append(Markup("{} ({})").format(link(kind, name, text, up=up), spoken(row["period"])))
    return Markup("; ").join(parts)
