"""Quantities and the linear constraints that claims place on them.

A quantity is one unknown value: a metric of an area, towards a counterpart, in a period, of a population. A
constraint says that a linear combination of quantities lies in an interval, or in an interval times another
quantity. Nothing is solved here; constraints that follow from the meaning of metrics, periods and areas are in
`compendium.reconciliation.identities`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import pandas as pd
import portion

from compendium.ledger.claims import DIRECTION_MEASURE, claim_interval
from compendium.values import units
from compendium.values.intervals import PERCENT, affine
from compendium.values.periods import Span, exact_span, format_edtf


class Quantity(NamedTuple):
    """One unknown value; `period` is in canonical form, so that equal periods are equal texts."""

    metric_id: str
    ref_area: str
    counterpart_area: str
    period: str
    population: str


Terms = tuple[tuple[Quantity, Fraction], ...]
"""A linear combination of quantities: each with its factor."""
Domains = Mapping[Quantity, portion.Interval]
"""The values that each quantity can take before any claim is considered."""


class ConstraintKind(StrEnum):
    """Where a constraint comes from: the measure of a claim, or the meaning of metrics, areas and periods."""

    SAME = "same quantity"
    GROWTH = "growth over a base"
    SHARE = "share of a whole"
    MULTIPLE = "multiple of another"
    DIFFERENCE = "difference from another"
    RATE = "rate over a period"
    DIRECTION = "projection against its base"
    RANK = "order of ranks"
    SUM = "sum of its parts"
    PART = "part of a whole"
    PERIOD = "stretches of a period"
    AREA = "areas within an area"
    EXCLUSIVE = "answers that exclude each other"
    MIRROR = "the same flow seen from the other side"


LOGICAL_KINDS = frozenset({ConstraintKind.DIRECTION, ConstraintKind.RANK, ConstraintKind.EXCLUSIVE})
"""Kinds whose conflicts are about the meaning of words, not about amounts."""


@dataclass(frozen=True)
class Constraint:
    """Linear constraint: sum(factor · quantity) lies in interval [× base].

    A constraint of claims applies only if all its `claims` are accepted; an identity has no claims and always applies.
    """

    kind: ConstraintKind
    terms: Terms
    interval: portion.Interval
    base: Quantity | None = None
    """The quantity that the interval is a multiple of, `None` for a plain sum."""
    claims: tuple[str, ...] = ()
    """The claims that state it; empty for an identity."""
    assumed: bool = False
    """Whether it is an identity that holds only if two sides of a flow count alike."""

    @property
    def quantities(self) -> list[Quantity]:
        """Return the quantities in it: those of the terms in order, then the base."""
        return [quantity for quantity, _ in self.terms] + ([self.base] if self.base else [])


@dataclass(frozen=True)
class ImpliedBounds:
    """The interval that some claims imply for a sum or ratio of quantities, with its reasons."""

    interval: portion.Interval
    claims: tuple[str, ...]
    """The claims that it takes, none of them redundant; empty where no claim says anything."""
    identities: tuple[Constraint, ...] = ()
    """The identities that it takes, none of them redundant."""

    @property
    def assumed(self) -> bool:
        """Whether it takes an assumed identity, see `Constraint.assumed`."""
        return any(rule.assumed for rule in self.identities)


ONE, ZERO_INTERVAL = Fraction(1), portion.closed(Fraction(0), Fraction(0))
NON_NEGATIVE = portion.closedopen(Fraction(0), portion.inf)
RATIO_KINDS = {
    "growth": ConstraintKind.GROWTH,
    DIRECTION_MEASURE: ConstraintKind.GROWTH,
    "share": ConstraintKind.SHARE,
    "multiple": ConstraintKind.MULTIPLE,
}


@cache
def canonical_period(period: str) -> str:
    """Return a period in the shortest notation of its days; one that is open or approximate is returned as written."""
    found = exact_span(period)
    return format_edtf(found) if found else period


@cache
def count_days(period: str) -> int:
    """Return the number of days of a closed, exact period; 0 for any other."""
    found: Span | None = exact_span(period)
    return (found.last - found.first).days + 1 if found else 0


def claim_quantity(claim: Mapping[str, Any]) -> Quantity:
    """Return the quantity whose figure a claim prints."""
    return Quantity(
        claim["metric_id"],
        claim["ref_area"],
        claim["counterpart_area"],
        canonical_period(claim["period"]),
        claim["population"],
    )


def base_quantity(claim: Mapping[str, Any]) -> Quantity | None:
    """Return the quantity that a claim measures against, `None` where it names no base."""
    if not claim["base_metric_id"]:
        return None
    period = canonical_period(claim["base_period"])
    return Quantity(claim["base_metric_id"], claim["base_area"], claim["base_counterpart"], period, claim["population"])


def is_undated(claim: Mapping[str, Any], metric: Mapping[str, Any]) -> bool:
    """Return whether a claim states no constraint because its period, or that of its base, is missing.

    A flow or a rate needs a closed period; a stock or a count needs any period, also an open one.
    """
    needed = [claim["period"], *([claim["base_period"]] if claim["base_metric_id"] else [])]
    level = claim["measure"] == "level"
    adds_up = metric["kind"] == "flow" or (level and units.is_rate(claim["unit"], metric["unit"]))
    return not all(count_days(period) if adds_up else period for period in needed)


def constraints_from_claim(claim: Mapping[str, Any], metric: Mapping[str, Any]) -> list[Constraint]:
    """Return the constraints that a claim states, in the unit of its metric.

    Parameters
    ----------
    claim
        a row of the claims; its figure is read by `claim_interval` unless it has an `interval`.
    metric
        the row of its metric: `unit`, `kind`, `minimum`.

    Returns
    -------
    list of Constraint
        one for the figure, and a second where the source also says in which direction the quantity moves.
    """
    own, base, name = claim_quantity(claim), base_quantity(claim), (claim["claim_id"],)
    minimum = None if pd.isna(metric["minimum"]) else float(metric["minimum"])
    found = claim["interval"] if "interval" in claim else claim_interval(claim, minimum)
    measure = claim["measure"]
    if measure in RATIO_KINDS and base:
        factor = _as_factor(found, RATIO_KINDS[measure])
        if minimum is not None and minimum >= 0:
            factor &= NON_NEGATIVE
        bound = [Constraint(RATIO_KINDS[measure], ((own, ONE),), factor, base, name)]
    elif measure == "difference" and base:
        found = units.convert_interval(found, claim["unit"], metric["unit"])
        bound = [Constraint(ConstraintKind.DIFFERENCE, ((own, ONE), (base, -ONE)), found, None, name)]
    else:
        rate = units.is_rate(claim["unit"], metric["unit"])
        found = units.convert_interval(found, claim["unit"], metric["unit"], count_days(claim["period"]) if rate else 0)
        bound = [Constraint(ConstraintKind.RATE if rate else ConstraintKind.SAME, ((own, ONE),), found, None, name)]
    if claim["direction"] and base and measure == "level":
        up = ONE if claim["direction"] == "rises" else -ONE
        bound.append(Constraint(ConstraintKind.DIRECTION, ((own, up), (base, -up)), NON_NEGATIVE, None, name))
    return bound


def _as_factor(found: portion.Interval, rule: ConstraintKind) -> portion.Interval:
    """Return a growth or share in percent, or a multiple, as a factor of the base."""
    return affine(
        found,
        PERCENT if rule in (ConstraintKind.GROWTH, ConstraintKind.SHARE) else 1,
        int(rule is ConstraintKind.GROWTH),
    )


def constraints_from_ranks(
    claims: Iterable[Mapping[str, Any]], metrics: Mapping[str, Mapping[str, Any]]
) -> Iterator[Constraint]:
    """Yield the constraints that ranks in one list imply: of two places, the one with the better rank has no less."""
    lists: dict[Quantity, list[Mapping[str, Any]]] = {}
    for claim in claims:
        if claim["measure"] == "rank" and metrics[claim["metric_id"]]["ranks"]:
            lists.setdefault(claim_quantity(claim)._replace(counterpart_area=""), []).append(claim)
    for ranking, members in lists.items():
        by_rank = [(_rank(claim), claim) for claim in members]
        for (before, one), (after, other) in itertools.permutations(by_rank, 2):
            if before.upper < after.lower and one["counterpart_area"] != other["counterpart_area"]:
                ranked = ranking._replace(metric_id=metrics[one["metric_id"]]["ranks"])
                more, less = (ranked._replace(counterpart_area=row["counterpart_area"]) for row in (one, other))
                names = tuple(sorted((one["claim_id"], other["claim_id"])))
                yield Constraint(ConstraintKind.RANK, ((more, ONE), (less, -ONE)), NON_NEGATIVE, None, names)


def _rank(claim: Mapping[str, Any]) -> portion.Interval:
    return claim["interval"] if "interval" in claim else claim_interval(claim)
