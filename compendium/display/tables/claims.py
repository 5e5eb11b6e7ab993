"""Tables of claims: figures and how they are read, their places, competing figures, gaps by period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from compendium.analysis.explanations import format_area_pair
from compendium.display import attachments
from compendium.display.links import link, locator
from compendium.display.outputs import RichOutput, captioned_table, rows_table
from compendium.display.tables.cells import QUANTITY_COLUMNS, split_intervals, stacked_cell
from compendium.ledger.claims import DIRECTION_MEASURE
from compendium.values.formatting import format_amount
from compendium.values.periods import format_period


def claims_table(claims: pd.DataFrame, caption: str) -> RichOutput:
    """Return a table of claims: the figure and how it is read, what it measures, who says so.

    Takes the table that `compendium.ledger.claims.read_claims` returns, or a part of it.
    """
    columns = {
        "Figure": lambda row: stacked_cell(
            link("claim", row["claim_id"], row["figure"]), f"read as {format_amount(row['interval'], row['unit'])}"
        ),
        "What it measures": lambda row: stacked_cell(
            describe_claim_quantity(row), format_period(row["period"]) or "no period given"
        ),
        "Who says so": lambda row: stacked_cell(
            link("source", row["source_id"], row["author"]), f"credits {row['origin'] or 'nobody'}"
        ),
    }
    return rows_table(claims, columns, caption, data=claims_data(claims))


CLAIM_BASE_COLUMNS = ["base_metric_id", "base_area", "base_counterpart", "base_period", "direction"]


def claims_data(claims: pd.DataFrame) -> pd.DataFrame:
    """Return claims for other programs: id, figure as printed, how it is read, what it measures, where it is printed.

    `low`, `high` and `ends` are the interval, in the unit printed (`compendium.display.attachments.interval_cells`).
    """
    said = ["source_id", "author", "paragraph", "scope", "origin", "obs_status", "rank", "summary", "note"]
    read = split_intervals(claims[["claim_id", "figure", "unit", "interval"]])
    return pd.concat([read, claims[[*QUANTITY_COLUMNS, *CLAIM_BASE_COLUMNS, *said]]], axis=1)


def describe_claim_quantity(claim: Mapping[str, Any]) -> str:
    """Return what a claim measures: metric, areas, how (growth over …, share of …), population."""
    areas = format_area_pair(claim["ref"], claim["counterpart"], claim["relation"])
    return ", ".join(part for part in (claim["metric"], areas, _measure(claim), claim["population"]) if part)


def _measure(claim: Mapping[str, Any]) -> str:
    base = claim["base_with"] or claim["base_ref"]
    when = format_period(claim["base_period"])
    if claim["measure"] == "growth":
        return f"growth over {when}" if when else "growth, base not named"
    if claim["measure"] == DIRECTION_MEASURE:
        return f"{claim['direction']} from {when}" if when else claim["direction"]
    if claim["measure"] == "share":
        return f"share of the total to {base}" if claim["base_with"] else "share"
    if claim["measure"] == "multiple":
        return f"multiple of {when}" if claim["base_with"] == claim["counterpart"] else f"multiple of {base}"
    return "" if claim["measure"] == "level" else claim["measure"]


def provenance_table(claims: pd.DataFrame) -> RichOutput:
    """Return a table of where each number of a page is printed: locator, credit, note on how it was read."""
    columns = {
        "Figure": lambda row: link("claim", row["claim_id"], row["figure"]),
        "Where": lambda row: stacked_cell(
            link("source", row["source_id"], row["author"]), locator(row), f"credits {row['origin'] or 'nobody'}"
        ),
        "What is open": lambda row: row["note"],
    }
    return rows_table(claims, columns, "Where the numbers on this page come from", data=claims_data(claims))


def rivals_table(rival_sets: pd.DataFrame, claims: pd.DataFrame, caption: str) -> RichOutput:
    """Return a table of quantities with several figures: each figure, and the values that all of them allow.

    Takes what `compendium.ledger.claims.competing_figures` returns.
    """
    by_id = claims.set_index("claim_id", drop=False)

    def figures(pair: Mapping[str, Any]) -> Markup:
        own = (by_id.loc[name] for name in pair["claim_ids"])
        return Markup("; ").join(
            Markup("{} ({})").format(link("claim", row["claim_id"], row["figure"]), row["author"]) for row in own
        )

    columns = {
        "Quantity": lambda pair: describe_claim_quantity(by_id.loc[pair["claim_ids"][0]]),
        "Period": lambda pair: format_period(pair["period"]),
        "Figures": figures,
        "All can hold at": lambda pair: format_amount(pair["common"], pair["unit"]) if pair["agree"] else "no value",
    }
    return rows_table(rival_sets, columns, caption, data=_rivals_data(rival_sets, by_id))


def _rivals_data(pairs: pd.DataFrame, by_id: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each figure, with the number of its quantity and the values that all its figures allow."""
    parts = []
    for number, pair in enumerate(pairs.to_dict("records"), 1):
        common = {f"common_{name}": cell for name, cell in attachments.interval_cells(pair["common"]).items()}
        own = claims_data(by_id.loc[list(pair["claim_ids"])])
        parts.append(own.assign(agree="yes" if pair["agree"] else "no", **common))
        parts[-1].insert(0, "quantity", number)
    return pd.concat(parts) if parts else pd.DataFrame(columns=["quantity"])


def gaps_table(grid: pd.DataFrame, metrics: pd.DataFrame, caption: str) -> RichOutput:
    """Return a grid of how many sources print a figure, by metric (named) and period; a gap is a dash."""
    names = metrics.set_index("metric_id")["name"]
    shown = grid.map(lambda count: str(count) if count else "–").rename(columns=format_period)
    shown.insert(0, "Metric", [names[metric] for metric in grid.index])
    data = grid.rename_axis("metric_id").reset_index()
    data.insert(1, "metric", [names[metric] for metric in grid.index])
    return captioned_table(shown, caption, numeric=list(shown.columns[1:]), data=data)
