"""The claims as a reader needs them: each with its interval, its metric and its source beside it.

Nothing here compares claims with each other or with anybody else's figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pandas as pd
import portion

from compendium.ledger.loader import Ledger
from compendium.ledger.records import records
from compendium.values import intervals, units
from compendium.values.number_parsing import format_figure as format_figure


def author_names(sources: pd.DataFrame) -> pd.Series:
    """Return, by source id, the name to print for a source: its author, or its publisher where none is named."""
    named = sources.set_index("source_id")
    return named["author"].where(named["author"] != "", named["publisher"])


AREA_NAME_COLUMNS = {
    "ref": "ref_area",
    "counterpart": "counterpart_area",
    "base_ref": "base_area",
    "base_with": "base_counterpart",
}


DIRECTION_MEASURE = "direction"
"""The measure of a claim that says which way a quantity went, and prints no figure."""
SHARE_DOMAIN = portion.closed(Fraction(0), Fraction(100))
"""No share lies outside its whole, in percent."""


def to_fraction(decimal: float | str) -> Fraction:
    """Return a decimal of a table as the fraction that was written: 0.1 is a tenth."""
    return Fraction(str(decimal))


def claim_interval(claim: Mapping[str, Any], minimum: float | None = None) -> portion.Interval:
    """Return the values a claim leaves possible, in the unit it is printed in.

    The interval table reads the figure; the row's own bounds replace an end where they are given; a level
    cannot fall below the `minimum` of its metric (in the same unit), a share cannot leave its whole. A direction
    without a figure is a growth above or below nothing, in percent.

    Raises
    ------
    UnreadableFigureError, KeyError
        as `compendium.values.intervals.read_interval` does.
    """
    low, high = (None if pd.isna(claim[end]) else claim[end] for end in ("low", "high"))
    direction = claim["direction"] if claim["measure"] == DIRECTION_MEASURE else ""
    printed = (claim["as_printed"], claim["hedge"], claim["unit"])
    return _interval(claim["measure"], direction, *printed, low, high, minimum)


@lru_cache(maxsize=2**14)
def _interval(
    measure: str, direction: str, as_printed: str, hedge: str, unit: str, low: float | None, high: float | None,
    minimum: float | None,
) -> portion.Interval:  # fmt: skip
    """Return the bounds of a claim, read once for all claims that print the same."""
    if measure == DIRECTION_MEASURE:
        nothing = Fraction(0)
        return portion.open(nothing, portion.inf) if direction == "rises" else portion.open(-portion.inf, nothing)
    read = intervals.read_interval(as_printed, hedge, exact=units.is_exact(unit))
    if low is not None and high is not None:  # one end at a time could pass the other on the way
        read = portion.closed(to_fraction(low), to_fraction(high))
    elif low is not None:
        read = read.replace(left=portion.CLOSED, lower=to_fraction(low))
    elif high is not None:
        read = read.replace(right=portion.CLOSED, upper=to_fraction(high))
    if measure == "level" and minimum is not None and read.lower < minimum:
        read = read.replace(left=portion.CLOSED, lower=to_fraction(minimum))
    return read & SHARE_DOMAIN if measure == "share" else read


def read_claims(ledger: Ledger) -> pd.DataFrame:
    """Return one row a claim, with these columns added to those of the table.

    `interval` (in the unit printed), `figure` (hedge and figure as printed), `metric` (its name), `relation` (the word
    between its areas), `chapter`, `author` (or publisher where none is named), `written`, and the names of the areas
    (`ref`, `counterpart`, `base_ref`, `base_with`).
    """
    frame = ledger["claims"]
    metrics = ledger["metrics"].set_index("metric_id")
    sources = ledger["sources"]
    least = frame["metric_id"].map(metrics["minimum"])
    rows = records(frame)
    frame["interval"] = [
        claim_interval(row, None if pd.isna(minimum) else float(minimum))
        for row, minimum in zip(rows, least, strict=True)
    ]
    frame["figure"] = [format_figure(row) for row in rows]
    frame["metric"] = frame["metric_id"].map(metrics["name"])
    frame["relation"] = frame["metric_id"].map(metrics["relation"])
    frame["chapter"] = frame["metric_id"].map(metrics["chapter"])
    frame["author"] = frame["source_id"].map(author_names(sources))
    frame["written"] = frame["source_id"].map(sources.set_index("source_id")["written"])
    places = ledger["places"].set_index("place_id")["name"]
    for name, column in AREA_NAME_COLUMNS.items():
        frame[name] = frame[column].map(places).fillna("")
    return frame


QUANTITY_KEYS = ["metric_id", "ref_area", "counterpart_area", "period", "population"]
"""What makes two claims speak of the same quantity."""


def competing_figures(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the quantities for which more than one figure of a kind is printed, and whether the figures meet.

    Claims are compared only on equal keys (`QUANTITY_KEYS`, measure, base, unit) and only where the period is known.

    Returns
    -------
    pandas.DataFrame
        one row a quantity: the key columns, `claim_ids` (a list), `common` (the values all of them leave
        possible), `agree` (whether there are any).
    """
    known = claims[(claims["period"] != "") & (claims["rank"] == "normal")]
    keys = [*QUANTITY_KEYS, "measure", "unit", "base_metric_id", "base_area", "base_counterpart", "base_period"]
    rows = []
    for key, group in known.groupby(keys, sort=False):
        if len(group) > 1:
            common = group["interval"].iloc[0]
            for interval in group["interval"].iloc[1:]:
                common &= interval
            named = dict(zip(keys, key, strict=True))
            rows.append({**named, "claim_ids": list(group["claim_id"]), "common": common, "agree": not common.empty})
    return pd.DataFrame(rows, columns=[*keys, "claim_ids", "common", "agree"])


def source_counts(claims: pd.DataFrame, metrics: list[str], periods: list[str]) -> pd.DataFrame:
    """Return how many sources print a figure of any kind for each metric in each period: 0 is a gap.

    Returns
    -------
    pandas.DataFrame
        indexed by metric id in the given order, a column a period.
    """
    grid = (
        claims[claims["rank"] == "normal"].groupby(["metric_id", "period"])["source_id"].nunique().unstack(fill_value=0)
    )
    return grid.reindex(index=metrics, columns=periods, fill_value=0).fillna(0).astype(int)
