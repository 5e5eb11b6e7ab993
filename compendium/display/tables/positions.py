"""Tables of propositions and the stances that sources take on them."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from compendium.display.links import stance_badge
from compendium.display.outputs import RichOutput, rows_table
from compendium.display.tables.cells import source_paragraph, stacked_cell
from compendium.ledger.claims import author_names

STANCES = ("asserts", "qualifies", "denies")


def positions_table(
    stances: pd.DataFrame, propositions: pd.DataFrame, sources: pd.DataFrame, caption: str
) -> RichOutput:
    """Return a table of proposition × source, sources in the order they were written; each stance with its paragraph.

    A source that takes several stances on a proposition has each in its cell; one that takes none has a dash.
    """
    order, names = sources.sort_values("written"), author_names(sources)
    grouped = dict(iter(stances.groupby(["proposition_id", "source_id"])))
    columns = {"Statement": lambda row: row["statement"]} | {
        f"{names[source]}, {written[:4]}": lambda row, source=source: _stances(
            grouped.get((row["proposition_id"], source), stances.iloc[:0])
        )
        for source, written in zip(order["source_id"], order["written"], strict=True)
    }
    data = stances_data(stances, propositions, order)
    return rows_table(propositions, columns, caption, css_class="positions", data=data)


def stances_data(stances: pd.DataFrame, propositions: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return propositions for other programs, one row for each stance of a source, or one where there is none.

    The stances on a proposition are in the order of the sources given.
    """
    order = {name: place for place, name in enumerate(sources["source_id"])}
    own = stances.assign(author=stances["source_id"].map(author_names(sources)))
    own = own.sort_values(["source_id", "paragraph"], key=lambda of: of.map(order) if of.name == "source_id" else of)
    own = own[["proposition_id", "source_id", "author", "paragraph", "scope", "stance", "says"]]
    return propositions[["proposition_id", "statement"]].merge(own, on="proposition_id", how="left", sort=False)


def _stances(own: pd.DataFrame) -> Markup | str:
    parts = []
    for stance in STANCES:
        of_kind = own[own["stance"] == stance]
        if len(of_kind):
            where = ", ".join(map(str, sorted(of_kind["paragraph"])))
            badge = Markup('<span class="stance {}" title="{}">{}</span> <small>¶ {}</small>')
            parts.append(badge.format(stance, "; ".join(of_kind["says"]), stance, where))
    return Markup("<br>").join(parts) or "–"


def stances_table(stances: pd.DataFrame, propositions: pd.DataFrame, sources: pd.DataFrame, caption: str) -> RichOutput:
    """Return a table of stances, each with its place and why the passage counts as that stance."""
    names = author_names(sources)
    statements = propositions.set_index("proposition_id")["statement"]
    columns = {
        "Statement": lambda row: statements[row["proposition_id"]],
        "Stance": lambda row: stacked_cell(stance_badge(row["stance"]), source_paragraph(row, names)),
        "Why": lambda row: row["says"],
    }
    data = stances.assign(author=stances["source_id"].map(names), statement=stances["proposition_id"].map(statements))
    names_of_data = ["proposition_id", "statement", "source_id", "author", "paragraph", "scope", "stance", "says"]
    return rows_table(stances, columns, caption, data=data[names_of_data])
