"""When a claim and an observation can be held against each other, and why not where they only look as if.

It compares keys, never values: what two intervals say of each other is decided in
`compendium.analysis.corroboration`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import portion

from compendium.ledger.observations import FORECAST
from compendium.reconciliation import constraints as binding_of
from compendium.reconciliation.constraints import Binding, canonical, days
from compendium.values import units
from compendium.values.intervals import affine
from compendium.values.periods import known, span

Row = Mapping[str, Any]
RATIOS = ("growth", "share", "multiple", "direction")
"""Measures whose figure is no amount of what the metric counts."""


RATES = ("growth", "multiple", "direction")
"""Measures that say how much a quantity has changed."""


class Pair(NamedTuple):
    """A claim and an observation in one unit; `points` where their distance is one of percentage points."""

    claimed: portion.Interval
    observed: portion.Interval
    unit: str
    points: bool = False


def as_claim(observation: Row) -> dict[str, Any]:
    """Return an observation with the columns by which a claim binds."""
    return {**observation, "claim_id": observation["observation_id"], "unit": observation["in_unit"], "direction": ""}


def shown(claim: Row, metric: Row) -> tuple[portion.Interval, str]:
    """Return the values of a claim and the unit in which it is shown: percent, times, or that of its metric."""
    if claim["measure"] in RATIOS or not units.same_kind(claim["unit"], metric["unit"]):
        whole = units.unscaled(claim["unit"])
        return units.converted(claim["interval"], claim["unit"], whole), whole
    return units.converted(claim["interval"], claim["unit"], metric["unit"]), metric["unit"]


def equal(claim: Row, observation: Row, metric: Row) -> Pair | None:
    """Return a claim and an observation of one metric in one unit where their keys are equal, else `None`.

    Both need one population and speak of one quantity, measured against one base; two plans that are set for no time
    can be of one kind, too.
    """
    row = as_claim(observation)
    if claim["population"] != row["population"] or _planned(claim) != _planned(row):
        return None
    if claim["period"] == row["period"] == "" and _same_areas(claim, row):
        return _timeless(claim, row, metric)
    if binding_of.undated(claim, metric) or binding_of.undated(row, metric):
        return None
    own, other = (binding_of.of_claim(one, metric)[0] for one in (claim, row))
    if (own.terms, own.per) != (other.terms, other.per):
        return None
    return asked(claim, own, other.interval, metric)


def asked(claim: Row, question: Binding, observed: portion.Interval, metric: Row) -> Pair:
    """Return what a claim binds, beside what is observed of the same sum or ratio, in the unit a reader expects."""
    if not question.per:
        points = metric["unit"] == "percent" or metric["kind"] == "rate"
        return Pair(question.interval, observed, metric["unit"], points)
    if claim["measure"] == "multiple":
        return Pair(question.interval, observed, "times")
    less = 0 if claim["measure"] == "share" else 1
    own, other = (affine(factor, 100, -100 * less) for factor in (question.interval, observed))
    return Pair(own, other, "percent", points=True)


def _same_areas(claim: Row, row: Row) -> bool:
    return all(claim[name] == row[name] for name in ("ref_area", "counterpart_area"))


def _planned(row: Row) -> bool:
    return bool(row["obs_status"] == FORECAST)


def _timeless(claim: Row, row: Row, metric: Row) -> Pair | None:
    """Return two levels that hold at no set time: both planned, or both of what does not add up over time."""
    levels = claim["measure"] == row["measure"] == "level"
    if not (levels and (_planned(claim) or metric["kind"] != "flow") and units.same_kind(claim["unit"], row["unit"])):
        return None
    return Pair(claim["interval"], units.converted(row["interval"], row["unit"], claim["unit"]), claim["unit"])


def as_if(claim: Row, observation: Row) -> Pair | None:
    """Return a claim and an observation as if their keys were equal; `None` where they have no unit in common.

    An amount over a known time and a rate over time have one: barrels a day in a year of so many days are barrels.
    """
    if claim["measure"] != observation["measure"]:
        return None
    own, other, unit, its = claim["interval"], observation["interval"], claim["unit"], observation["in_unit"]
    if claim["measure"] in RATIOS:
        return Pair(own, other, unit)
    if units.same_kind(unit, its):
        return Pair(own, units.converted(other, its, unit), unit)
    if units.is_rate(unit, its) and days(observation["period"]):
        return Pair(units.converted(own, unit, its, days(observation["period"])), other, its)
    if units.is_rate(its, unit) and days(claim["period"]):
        return Pair(own, units.converted(other, its, unit, days(claim["period"])), unit)
    return None


UNDATED = "The claim does not say of what time it speaks."
OTHER_TIME = "The two are of different times."
FAR = ("", "")


def why_not(claim: Row, observation: Row, metric: Row) -> tuple[str, str]:
    """Return why an observation of the claim's metric is not comparable with it: the code, and what it means here.

    Both are empty where it is far off, so that nobody would hold it against the claim: another pair of areas, another
    time, another base, a plan beside what has been.
    """
    undated = binding_of.undated(claim, metric)
    together = undated or _together(claim["period"], observation["period"])
    if _planned(claim) != _planned(observation) or not together or not _same_areas(claim, observation):
        return FAR
    same_measure = claim["measure"] == observation["measure"]
    if claim["population"] != observation["population"]:
        return ("population", "") if same_measure else FAR
    if not same_measure:
        same_time = canonical(claim["period"]) == canonical(observation["period"])
        measures = {claim["measure"], observation["measure"]}
        return ("rate", "") if same_time and "level" in measures and measures & set(RATES) else FAR
    if any(claim[name] != observation[name] for name in ("base_metric_id", "base_area", "base_counterpart")):
        return FAR
    if undated and metric["kind"] == "flow" and claim["measure"] == "level" and not _whole(claim, observation, metric):
        return FAR
    return "period", UNDATED if undated else OTHER_TIME


def _whole(claim: Row, observation: Row, metric: Row) -> bool:
    """Tell whether an observation is of a whole year, or either is a rate: what part of a year brings is no year's."""
    is_year = bool(known(observation["period"])) and len(canonical(observation["period"])) == 4
    return is_year or any(units.is_rate(unit, metric["unit"]) for unit in (claim["unit"], observation["in_unit"]))


def _together(one: str, other: str) -> bool:
    return bool(one and other) and span(one).overlaps(span(other))


def mirrors(claim: Row, observation: Row) -> bool:
    """Tell whether an observation is the same flow from the other side, its metric being the mirror of the claim's."""
    return bool(
        observation["ref_area"] == claim["counterpart_area"]
        and observation["counterpart_area"] == claim["ref_area"]
        and observation["measure"] == claim["measure"]
        and canonical(observation["period"]) == canonical(claim["period"])
    )


def far(claim: Row, observation: Row) -> tuple[int, str]:
    """Return how far in time an observation is from a claim, for sorting: by both ends, the latest first if undated."""
    when = observation["period"] or observation["stated_on"]
    own, other = known(claim["period"]), known(when)
    if own and other:
        return abs((own.first - other.first).days) + abs((own.last - other.last).days), observation["observation_id"]
    return -(span(when).last.toordinal() if when else 0), observation["observation_id"]
