"""Identities: constraints that follow from the meaning of metrics, periods and areas, without any claim.

The relations between metrics are read from their table (`sum_of`, `part_of`, `mirror_of`, `exclusive_over`).
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pandas as pd
import portion

from compendium.ledger.schema import SEPARATOR
from compendium.reconciliation.constraints import NON_NEGATIVE, ONE, ZERO_INTERVAL, Constraint, ConstraintKind, Quantity
from compendium.values.periods import Span, exact_span, format_edtf

ANSWER_SUM_RANGE = portion.openclosed(-portion.inf, Fraction(100))
"""The range of the sum of shares of answers that exclude each other, in percent."""
ADDITIVE_KINDS = ("flow", "stock")
"""The kinds of metric that add up over areas."""


class MetricRelations:
    """Lookup of the relations between metrics and between areas."""

    def __init__(self, metrics: Mapping[str, Mapping[str, Any]], within: Mapping[str, str]) -> None:
        """Take the rows of the metrics by id, and by place the area that contains it (`""` where none does)."""
        self.metrics, self.parent_area = metrics, within
        self.parts = {name: row["sum_of"].split(SEPARATOR) for name, row in metrics.items() if row["sum_of"]}
        self.totals: dict[str, list[str]] = defaultdict(list)
        for total, parts in self.parts.items():
            for part in parts:
                self.totals[part].append(total)

    def containing_quantities(self, quantity: Quantity) -> Iterator[Quantity]:
        """Yield the quantities of which one is a part, by the relations of its metric."""
        metric = self.metrics[quantity.metric_id]
        for name in (metric["part_of"], *self.totals[quantity.metric_id]):
            if name:
                yield quantity._replace(metric_id=name)

    def mirror(self, quantity: Quantity) -> Quantity | None:
        """Return the same flow as the other side counts it, `None` where the metric has no mirror."""
        metric = self.metrics[quantity.metric_id]["mirror_of"]
        if not metric:
            return None
        return quantity._replace(
            metric_id=metric, ref_area=quantity.counterpart_area, counterpart_area=quantity.ref_area
        )

    def is_additive(self, quantity: Quantity) -> bool:
        """Return whether the quantity adds up over areas and cannot be negative."""
        metric = self.metrics[quantity.metric_id]
        return metric["kind"] in ADDITIVE_KINDS and not pd.isna(metric["minimum"]) and metric["minimum"] >= 0


def derive_identities(claimed: Iterable[Quantity], relations: MetricRelations) -> list[Constraint]:
    """Return every identity among the claimed quantities and those that they imply, sorted by kind and terms.

    Quantities that nobody claims are added only where an identity ties them to a claimed one, until nothing is new.
    """
    found: set[Quantity] = set(claimed)
    both_sides = {_reporter_pair(quantity) for quantity in found}
    stretches: dict[Quantity, tuple[Quantity, ...]] = {}
    fresh = found
    while fresh:
        reached = {above for quantity in fresh for above in relations.containing_quantities(quantity)}
        mirrors = (relations.mirror(quantity) for quantity in fresh)
        reached.update(other for other in mirrors if other and _reporter_pair(other) in both_sides)
        for quantity, parts in _periods(found | reached, fresh | reached, relations):
            stretches[quantity] = parts
            reached.update(parts)
        reached.update(_containing_areas(found | reached, relations))
        fresh = reached - found
        found |= reached
    periods = [
        Constraint(ConstraintKind.PERIOD, ((whole, ONE), *((part, -ONE) for part in parts)), ZERO_INTERVAL)
        for whole, parts in stretches.items()
    ]
    every = [*_of_metrics(found, relations), *periods, *_areas(found, relations), *_exclusive(found, relations)]
    return sorted(every, key=lambda identity: (identity.kind, identity.terms))


def _of_metrics(found: set[Quantity], relations: MetricRelations) -> Iterator[Constraint]:
    """Yield sums, parts and mirror flows; a sum only where one of its parts is among the quantities."""
    for quantity in sorted(found):
        metric = relations.metrics[quantity.metric_id]
        parts = [quantity._replace(metric_id=name) for name in relations.parts.get(quantity.metric_id, ())]
        if found.intersection(parts):
            yield Constraint(ConstraintKind.SUM, ((quantity, ONE), *((part, -ONE) for part in parts)), ZERO_INTERVAL)
        if metric["part_of"]:
            whole = quantity._replace(metric_id=metric["part_of"])
            yield Constraint(ConstraintKind.PART, ((whole, ONE), (quantity, -ONE)), NON_NEGATIVE)
        other = relations.mirror(quantity)
        if other in found and (quantity < other or relations.mirror(other) != quantity):
            yield Constraint(ConstraintKind.MIRROR, ((quantity, ONE), (other, -ONE)), ZERO_INTERVAL, assumed=True)


def _reporter_pair(quantity: Quantity) -> tuple[str, str, str]:
    """Return who counts, towards whom, and when: a flow is mirrored only where some claim is of the other side."""
    return (quantity.ref_area, quantity.counterpart_area, quantity.period)


def _series(quantity: Quantity) -> Quantity:
    """Return a quantity without its period, the key of its time series."""
    return quantity._replace(period="")


def _periods(
    found: set[Quantity], touched: Iterable[Quantity], relations: MetricRelations
) -> Iterator[tuple[Quantity, tuple[Quantity, ...]]]:
    """Yield each period of a flow that others lie in or overlap, with the disjoint stretches that it consists of."""
    changed = {_series(quantity) for quantity in touched if relations.metrics[quantity.metric_id]["kind"] == "flow"}
    series: dict[Quantity, dict[Span, Quantity]] = defaultdict(dict)
    for quantity in found:
        if (series_key := _series(quantity)) in changed and relations.is_additive(quantity):
            days = exact_span(quantity.period)
            if days:
                series[series_key][days] = quantity
    for whole, spans in series.items():
        for days, quantity in spans.items():
            cuts = {days.first, days.last + timedelta(days=1)}
            for other in spans:
                if other.overlaps(days):
                    cuts |= {cut for cut in (other.first, other.last + timedelta(days=1)) if _inside(cut, days)}
            if len(cuts) > 2:
                ends = itertools.pairwise(sorted(cuts))
                parts = (format_edtf(Span(first, after - timedelta(days=1))) for first, after in ends)
                yield quantity, tuple(whole._replace(period=part) for part in parts)


def _inside(cut: Any, days: Span) -> bool:
    """Return whether a cut between two days lies inside a span."""
    return days.first < cut <= days.last


def _parts_by_area(found: set[Quantity], relations: MetricRelations) -> dict[Quantity, list[Quantity]]:
    """Return, by the quantity of an area, those of the areas directly in it."""
    inside: dict[Quantity, list[Quantity]] = defaultdict(list)
    for quantity in sorted(found):
        area = relations.parent_area.get(quantity.counterpart_area, "")
        if area and area != quantity.ref_area and relations.is_additive(quantity):
            inside[quantity._replace(counterpart_area=area)].append(quantity)
    return inside


def _containing_areas(found: set[Quantity], relations: MetricRelations) -> Iterator[Quantity]:
    """Yield the quantities of containing areas that have several parts among those found, or occur at another time."""
    spoken_of = {_series(quantity) for quantity in found}
    for whole, parts in _parts_by_area(found, relations).items():
        if len(parts) > 1 or _series(whole) in spoken_of:
            yield whole


def _areas(found: set[Quantity], relations: MetricRelations) -> Iterator[Constraint]:
    """Yield that an area has no less than the areas in it together."""
    for whole, parts in _parts_by_area(found, relations).items():
        if whole in found:
            yield Constraint(ConstraintKind.AREA, ((whole, ONE), *((part, -ONE) for part in parts)), NON_NEGATIVE)


def _exclusive(found: set[Quantity], relations: MetricRelations) -> Iterator[Constraint]:
    """Yield, for questions with one answer per respondent, that the shares sum to at most 100 percent."""
    by_question: dict[Quantity, list[Quantity]] = defaultdict(list)
    for quantity in sorted(found):
        field = relations.metrics[quantity.metric_id]["exclusive_over"]
        if field:
            by_question[quantity._replace(**{field: ""})].append(quantity)
    for answers in by_question.values():
        if len(answers) > 1:
            yield Constraint(ConstraintKind.EXCLUSIVE, tuple((answer, ONE) for answer in answers), ANSWER_SUM_RANGE)
