"""What binds quantities besides claims: what metrics mean, how periods and areas lie in each other.

It reads the meaning of metrics from their table (sum of, part of, mirror of, exclusive over) and never knows one
by name. It adds a quantity that nobody claims only where one that is claimed bears on it.
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
ADDITIVE_KINDS = ("flow", "stock")


class MetricRelations:
    """The relations between metrics and between areas, looked up quickly."""

    def __init__(self, metrics: Mapping[str, Mapping[str, Any]], within: Mapping[str, str]) -> None:
        """Take the rows of the metrics by id, and by place the area it lies in (`""` where none)."""
        self.metrics, self.parent_area = metrics, within
        self.parts = {name: row["sum_of"].split(SEPARATOR) for name, row in metrics.items() if row["sum_of"]}
        self.totals: dict[str, list[str]] = defaultdict(list)
        for total, parts in self.parts.items():
            for part in parts:
                self.totals[part].append(total)

    def containing_quantities(self, quantity: Quantity) -> Iterator[Quantity]:
        """Yield the quantities of which one is a part by what its metric means."""
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
        """Tell whether the quantity adds up over areas and never is negative."""
        metric = self.metrics[quantity.metric_id]
        return metric["kind"] in ADDITIVE_KINDS and not pd.isna(metric["minimum"]) and metric["minimum"] >= 0


def derive_identities(claimed: Iterable[Quantity], relations: MetricRelations) -> list[Constraint]:
    """Return every identity that bears on the claimed quantities, on what they imply included."""
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


def _of_metrics(found: set[Quantity], meaning: MetricRelations) -> Iterator[Constraint]:
    """Yield sums, parts and mirror images; a sum only where one of its parts is among the quantities."""
    for quantity in sorted(found):
        metric = meaning.metrics[quantity.metric_id]
        parts = [quantity._replace(metric_id=name) for name in meaning.parts.get(quantity.metric_id, ())]
        if found.intersection(parts):
            yield Constraint(ConstraintKind.SUM, ((quantity, ONE), *((part, -ONE) for part in parts)), ZERO_INTERVAL)
        if metric["part_of"]:
            whole = quantity._replace(metric_id=metric["part_of"])
            yield Constraint(ConstraintKind.PART, ((whole, ONE), (quantity, -ONE)), NON_NEGATIVE)
        other = meaning.mirror(quantity)
        if other in found and (quantity < other or meaning.mirror(other) != quantity):
            yield Constraint(ConstraintKind.MIRROR, ((quantity, ONE), (other, -ONE)), ZERO_INTERVAL, assumed=True)


def _reporter_pair(quantity: Quantity) -> tuple[str, str, str]:
    """Return who counts towards whom, and when: a flow is mirrored only where the other side is spoken of, too."""
    return (quantity.ref_area, quantity.counterpart_area, quantity.period)


def _series(quantity: Quantity) -> Quantity:
    return quantity._replace(period="")


def _periods(
    found: set[Quantity], touched: Iterable[Quantity], meaning: MetricRelations
) -> Iterator[tuple[Quantity, tuple[Quantity, ...]]]:
    """Yield each flow's period that others lie in or overlap, with the stretches that it consists of."""
    changed = {_series(quantity) for quantity in touched if meaning.metrics[quantity.metric_id]["kind"] == "flow"}
    series: dict[Quantity, dict[Span, Quantity]] = defaultdict(dict)
    for quantity in found:
        if (kept := _series(quantity)) in changed and meaning.is_additive(quantity):
            days = exact_span(quantity.period)
            if days:
                series[kept][days] = quantity
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
    return days.first < cut <= days.last


def _parts_by_area(found: set[Quantity], meaning: MetricRelations) -> dict[Quantity, list[Quantity]]:
    """Return, by the quantity of an area, those of the areas that lie directly in it."""
    inside: dict[Quantity, list[Quantity]] = defaultdict(list)
    for quantity in sorted(found):
        area = meaning.parent_area.get(quantity.counterpart_area, "")
        if area and area != quantity.ref_area and meaning.is_additive(quantity):
            inside[quantity._replace(counterpart_area=area)].append(quantity)
    return inside


def _containing_areas(found: set[Quantity], meaning: MetricRelations) -> Iterator[Quantity]:
    """Yield the quantities of wider areas that several of those found lie in, or that are found at another time."""
    spoken_of = {_series(quantity) for quantity in found}
    for whole, parts in _parts_by_area(found, meaning).items():
        if len(parts) > 1 or _series(whole) in spoken_of:
            yield whole


def _areas(found: set[Quantity], meaning: MetricRelations) -> Iterator[Constraint]:
    for whole, parts in _parts_by_area(found, meaning).items():
        if whole in found:
            yield Constraint(ConstraintKind.AREA, ((whole, ONE), *((part, -ONE) for part in parts)), NON_NEGATIVE)


def _exclusive(found: set[Quantity], meaning: MetricRelations) -> Iterator[Constraint]:
    """Yield the questions to which each respondent gives one answer: the shares do not pass the whole."""
    questions: dict[Quantity, list[Quantity]] = defaultdict(list)
    for quantity in sorted(found):
        field = meaning.metrics[quantity.metric_id]["exclusive_over"]
        if field:
            questions[quantity._replace(**{field: ""})].append(quantity)
    for answers in questions.values():
        if len(answers) > 1:
            yield Constraint(ConstraintKind.EXCLUSIVE, tuple((answer, ONE) for answer in answers), ANSWER_SUM_RANGE)
