"""Which claims and observations are comparable, in which unit, and for what reason not.

Keys are compared, never values; `compendium.analysis.corroboration` compares the intervals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import portion

from compendium.ledger.observations import FORECAST
from compendium.reconciliation.constraints import (
    Constraint,
    canonical_period,
    constraints_from_claim,
    count_days,
    is_undated,
)
from compendium.values import units
from compendium.values.intervals import affine
from compendium.values.periods import exact_span, read_period

Row = Mapping[str, Any]
"""A row of the claims or observations, with its `interval`, or a row of the metrics."""
RATIO_MEASURES = ("growth", "share", "multiple", "direction")
"""Measures whose figure is not an amount in the unit of the metric."""


CHANGE_MEASURES = ("growth", "multiple", "direction")
"""Measures of the change of a quantity."""


class IntervalPair(NamedTuple):
    """The intervals of a claim and an observation in one unit."""

    claimed: portion.Interval
    observed: portion.Interval
    unit: str
    in_points: bool = False
    """Whether their difference is one of percentage points."""


def observation_as_claim(observation: Row) -> dict[str, Any]:
    """Return an observation with the columns of a claim."""
    return {**observation, "claim_id": observation["observation_id"], "unit": observation["in_unit"], "direction": ""}


def to_display_unit(claim: Row, metric: Row) -> tuple[portion.Interval, str]:
    """Return the interval of a claim in the unit for display, and that unit: percent, times, or its metric's."""
    if claim["measure"] in RATIO_MEASURES or not units.is_convertible(claim["unit"], metric["unit"]):
        whole = units.unscaled(claim["unit"])
        return units.convert_interval(claim["interval"], claim["unit"], whole), whole
    return units.convert_interval(claim["interval"], claim["unit"], metric["unit"]), metric["unit"]


def pair_if_comparable(claim: Row, observation: Row, metric: Row) -> IntervalPair | None:
    """Return a claim and an observation of one metric in one unit if they are comparable, else `None`.

    They are if the population, the quantity and the base are equal, and both or neither are forecasts; levels without
    any period are comparable if both are forecasts, or if the metric is no flow.
    """
    row = observation_as_claim(observation)
    if claim["population"] != row["population"] or _planned(claim) != _planned(row):
        return None
    if claim["period"] == row["period"] == "" and _same_areas(claim, row):
        return _pair_undated_levels(claim, row, metric)
    if is_undated(claim, metric) or is_undated(row, metric):
        return None
    own, other = (constraints_from_claim(one, metric)[0] for one in (claim, row))
    if (own.terms, own.base) != (other.terms, other.base):
        return None
    return pair_in_display_unit(claim, own, other.interval, metric)


def pair_in_display_unit(claim: Row, constraint: Constraint, observed: portion.Interval, metric: Row) -> IntervalPair:
    """Return the interval of a constraint and an observed one of the same sum or ratio, in the unit for display."""
    if not constraint.base:
        points = metric["unit"] == "percent" or metric["kind"] == "rate"
        return IntervalPair(constraint.interval, observed, metric["unit"], points)
    if claim["measure"] == "multiple":
        return IntervalPair(constraint.interval, observed, "times")
    offset = 0 if claim["measure"] == "share" else 1
    own, other = (affine(factor, 100, -100 * offset) for factor in (constraint.interval, observed))
    return IntervalPair(own, other, "percent", in_points=True)


def _same_areas(claim: Row, row: Row) -> bool:
    return all(claim[name] == row[name] for name in ("ref_area", "counterpart_area"))


def _planned(row: Row) -> bool:
    """Return whether a row is a forecast."""
    return bool(row["obs_status"] == FORECAST)


def _pair_undated_levels(claim: Row, row: Row, metric: Row) -> IntervalPair | None:
    """Return two levels without a period if both are forecasts or the metric is no flow, else `None`."""
    levels = claim["measure"] == row["measure"] == "level"
    if not (
        levels and (_planned(claim) or metric["kind"] != "flow") and units.is_convertible(claim["unit"], row["unit"])
    ):
        return None
    return IntervalPair(
        claim["interval"], units.convert_interval(row["interval"], row["unit"], claim["unit"]), claim["unit"]
    )


def pair_if_commensurable(claim: Row, observation: Row) -> IntervalPair | None:
    """Return a claim and an observation in one unit as if their keys were equal, `None` where no unit fits both.

    An amount over a known period and a rate have one: barrels a day in a year of so many days are barrels.
    """
    if claim["measure"] != observation["measure"]:
        return None
    own, other, unit, its = claim["interval"], observation["interval"], claim["unit"], observation["in_unit"]
    if claim["measure"] in RATIO_MEASURES:
        return IntervalPair(own, other, unit)
    if units.is_convertible(unit, its):
        return IntervalPair(own, units.convert_interval(other, its, unit), unit)
    if units.is_rate(unit, its) and count_days(observation["period"]):
        return IntervalPair(units.convert_interval(own, unit, its, count_days(observation["period"])), other, its)
    if units.is_rate(its, unit) and count_days(claim["period"]):
        return IntervalPair(own, units.convert_interval(other, its, unit, count_days(claim["period"])), unit)
    return None


UNDATED_CLAIM = "The claim does not say of what time it speaks."
"""Remark on a claim without a period."""
DIFFERENT_PERIODS = "The two are of different times."
"""Remark on a claim and an observation of different periods."""
UNRELATED = ("", "")
"""No reason and no remark: the observation is not shown next to the claim."""


def incomparability_reason(claim: Row, observation: Row, metric: Row) -> tuple[str, str]:
    """Return why an observation of the claim's metric is not comparable with it: the code and a remark.

    Both are empty where nobody would compare the two: other areas, a period that does not overlap, another base, a
    forecast with a fact.
    """
    undated = is_undated(claim, metric)
    together = undated or _together(claim["period"], observation["period"])
    if _planned(claim) != _planned(observation) or not together or not _same_areas(claim, observation):
        return UNRELATED
    same_measure = claim["measure"] == observation["measure"]
    if claim["population"] != observation["population"]:
        return ("population", "") if same_measure else UNRELATED
    if not same_measure:
        same_time = canonical_period(claim["period"]) == canonical_period(observation["period"])
        measures = {claim["measure"], observation["measure"]}
        return ("rate", "") if same_time and "level" in measures and measures & set(CHANGE_MEASURES) else UNRELATED
    if any(claim[name] != observation[name] for name in ("base_metric_id", "base_area", "base_counterpart")):
        return UNRELATED
    if (
        undated
        and metric["kind"] == "flow"
        and claim["measure"] == "level"
        and not _covers_whole_year(claim, observation, metric)
    ):
        return UNRELATED
    return "period", UNDATED_CLAIM if undated else DIFFERENT_PERIODS


def _covers_whole_year(claim: Row, observation: Row, metric: Row) -> bool:
    """Return whether an observation is of a whole year or either is a rate: part of a year is no yearly flow."""
    is_year = bool(exact_span(observation["period"])) and len(canonical_period(observation["period"])) == 4
    return is_year or any(units.is_rate(unit, metric["unit"]) for unit in (claim["unit"], observation["in_unit"]))


def _together(one: str, other: str) -> bool:
    """Return whether two periods are known and overlap."""
    return bool(one and other) and read_period(one).overlaps(read_period(other))


def is_mirror_flow(claim: Row, observation: Row) -> bool:
    """Return whether an observation of the mirror metric is the claim's flow as the other side counts it."""
    return bool(
        observation["ref_area"] == claim["counterpart_area"]
        and observation["counterpart_area"] == claim["ref_area"]
        and observation["measure"] == claim["measure"]
        and canonical_period(observation["period"]) == canonical_period(claim["period"])
    )


def time_distance(claim: Row, observation: Row) -> tuple[int, str]:
    """Return a sort key: days between both ends of the periods, or the latest first if one is open; then the id."""
    when = observation["period"] or observation["stated_on"]
    own, other = exact_span(claim["period"]), exact_span(when)
    if own and other:
        return abs((own.first - other.first).days) + abs((own.last - other.last).days), observation["observation_id"]
    return -(read_period(when).last.toordinal() if when else 0), observation["observation_id"]
