"""Claims with their interval, metric, source and area names; their intervals; figures of one quantity side by side."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache, reduce
from operator import and_
from typing import Any, NamedTuple

import pandas as pd
import portion

from compendium.ledger.loader import Ledger
from compendium.ledger.records import records
from compendium.values import intervals, units
from compendium.values.number_parsing import format_figure

AREA_NAME_COLUMNS = {
    "ref": "ref_area",
    "counterpart": "counterpart_area",
    "base_ref": "base_area",
    "base_with": "base_counterpart",
}
"""Column of `read_claims` with the name of an area, and the column with its id."""
DIRECTION_MEASURE = "direction"
"""Measure of a claim that a quantity rose or fell, without a figure."""
SHARE_DOMAIN = portion.closed(Fraction(0), Fraction(100))
"""Possible values of a share, in percent."""


def author_names(sources: pd.DataFrame) -> pd.Series:
    """Return the author of each source, or its publisher if it names none, indexed by source id."""
    named = sources.set_index("source_id")
    return named["author"].where(named["author"] != "", named["publisher"])


def to_fraction(decimal: float | str) -> Fraction:
    """Return a decimal as the fraction that its shortest text is: 0.1 is 1/10."""
    return Fraction(str(decimal))


class PrintedFigure(NamedTuple):
    """All that the interval of a claim or observation depends on, but for the minimum of its metric."""

    measure: str
    as_printed: str
    hedge: str
    unit: str
    direction: str = ""
    """`rises` or `falls`, only with `DIRECTION_MEASURE`."""
    low: float | None = None
    high: float | None = None


def claim_interval(claim: Mapping[str, Any], minimum: float | None = None) -> portion.Interval:
    """Return the interval of values that a claim leaves possible, in the unit it is printed in; see `figure_interval`.

    Raises
    ------
    UnreadableFigureError, KeyError
        as `compendium.values.intervals.read_interval` does.
    """
    low, high = (None if pd.isna(claim[end]) else claim[end] for end in ("low", "high"))
    direction = claim["direction"] if claim["measure"] == DIRECTION_MEASURE else ""
    printed = (claim["measure"], claim["as_printed"], claim["hedge"], claim["unit"])
    return figure_interval(PrintedFigure(*printed, direction, low, high), minimum)


@lru_cache(maxsize=2**14)  # many rows print alike, and a page reads all of them more than once
def figure_interval(printed: PrintedFigure, minimum: float | None = None) -> portion.Interval:
    """Return the interval of values that a printed figure leaves possible, in its unit.

    Explicit bounds replace the ends from the interval table. A level is at least `minimum` (in the same unit), a share
    is within 0–100. A direction is a growth above or below 0 percent.
    """
    if printed.measure == DIRECTION_MEASURE:
        zero = Fraction(0)
        return portion.open(zero, portion.inf) if printed.direction == "rises" else portion.open(-portion.inf, zero)
    found = intervals.read_interval(printed.as_printed, printed.hedge, exact=units.is_exact(printed.unit))
    low, high = printed.low, printed.high
    if low is not None and high is not None:  # replaced one by one, the ends could cross
        found = portion.closed(to_fraction(low), to_fraction(high))
    elif low is not None:
        found = found.replace(left=portion.CLOSED, lower=to_fraction(low))
    elif high is not None:
        found = found.replace(right=portion.CLOSED, upper=to_fraction(high))
    if printed.measure == "level" and minimum is not None and found.lower < minimum:
        found = found.replace(left=portion.CLOSED, lower=to_fraction(minimum))
    return found & SHARE_DOMAIN if printed.measure == "share" else found


def read_claims(ledger: Ledger) -> pd.DataFrame:
    """Return the table of claims with additional columns.

    Returns
    -------
    pandas.DataFrame
        one row a claim; added are `interval` (in the unit printed), `figure` (`format_figure`), `metric` (its name),
        `relation` (the word between its areas), `chapter`, `author` (`author_names`), `written`, and the names of the
        areas (`AREA_NAME_COLUMNS`).
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
"""Columns that identify the quantity of a claim."""


def competing_figures(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the quantities with more than one figure, and whether the intervals of the figures intersect.

    Claims are grouped by `QUANTITY_KEYS`, measure, base and unit; those without period or of another rank than
    `normal` are left out.

    Returns
    -------
    pandas.DataFrame
        one row a quantity: the key columns, `claim_ids` (a list), `common` (the intersection), `agree` (whether it is
        not empty).
    """
    known = claims[(claims["period"] != "") & (claims["rank"] == "normal")]
    keys = [*QUANTITY_KEYS, "measure", "unit", "base_metric_id", "base_area", "base_counterpart", "base_period"]
    rows = []
    for key, group in known.groupby(keys, sort=False):
        if len(group) > 1:
            common = reduce(and_, group["interval"])
            named = dict(zip(keys, key, strict=True))
            rows.append({**named, "claim_ids": list(group["claim_id"]), "common": common, "agree": not common.empty})
    return pd.DataFrame(rows, columns=[*keys, "claim_ids", "common", "agree"])


def source_counts(claims: pd.DataFrame, metrics: list[str], periods: list[str]) -> pd.DataFrame:
    """Return the number of sources with a figure, by metric (index) and period (columns) in the given order."""
    normal = claims[claims["rank"] == "normal"]
    grid = normal.groupby(["metric_id", "period"])["source_id"].nunique().unstack(fill_value=0)
    return grid.reindex(index=metrics, columns=periods, fill_value=0).fillna(0).astype(int)
