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
from compendium.reconciliation.constraints import NONE, NOT_NEGATIVE, ONE, Binding, Quantity, Rule
from compendium.values.periods import Span, known, written

WHOLE_OF_ANSWERS = portion.openclosed(-portion.inf, Fraction(100))
ADDITIVE = ("flow", "stock")


class Meaning:
    """The relations between metrics and between areas, looked up quickly."""

    def __init__(self, metrics: Mapping[str, Mapping[str, Any]], within: Mapping[str, str]) -> None:
        """Take the rows of the metrics by id, and by place the area it lies in (`""` where none)."""
        self.metrics, self.within = metrics, within
        self.parts = {name: row["sum_of"].split(SEPARATOR) for name, row in metrics.items() if row["sum_of"]}
        self.totals: dict[str, list[str]] = defaultdict(list)
        for total, parts in self.parts.items():
            for part in parts:
                self.totals[part].append(total)

    def above(self, quantity: Quantity) -> Iterator[Quantity]:
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

    def adds_up(self, quantity: Quantity) -> bool:
        """Tell whether the quantity adds up over areas and never is negative."""
        metric = self.metrics[quantity.metric_id]
        return metric["kind"] in ADDITIVE and not pd.isna(metric["minimum"]) and metric["minimum"] >= 0


def identities(claimed: Iterable[Quantity], meaning: Meaning) -> list[Binding]:
    """Return every identity that bears on the claimed quantities, on what they imply included."""
    found: set[Quantity] = set(claimed)
    both_sides = {_sides(quantity) for quantity in found}
    stretches: dict[Quantity, tuple[Quantity, ...]] = {}
    fresh = found
    while fresh:
        reached = {above for quantity in fresh for above in meaning.above(quantity)}
        mirrors = (meaning.mirror(quantity) for quantity in fresh)
        reached.update(other for other in mirrors if other and _sides(other) in both_sides)
        for quantity, parts in _periods(found | reached, fresh | reached, meaning):
            stretches[quantity] = parts
            reached.update(parts)
        reached.update(_wider(found | reached, meaning))
        fresh = reached - found
        found |= reached
    periods = [
        Binding(Rule.PERIOD, ((whole, ONE), *((part, -ONE) for part in parts)), NONE)
        for whole, parts in stretches.items()
    ]
    every = [*_of_metrics(found, meaning), *periods, *_areas(found, meaning), *_exclusive(found, meaning)]
    return sorted(every, key=lambda identity: (identity.rule, identity.terms))


def _of_metrics(found: set[Quantity], meaning: Meaning) -> Iterator[Binding]:
    """Yield sums, parts and mirror images; a sum only where one of its parts is among the quantities."""
    for quantity in sorted(found):
        metric = meaning.metrics[quantity.metric_id]
        parts = [quantity._replace(metric_id=name) for name in meaning.parts.get(quantity.metric_id, ())]
        if found.intersection(parts):
            yield Binding(Rule.SUM, ((quantity, ONE), *((part, -ONE) for part in parts)), NONE)
        if metric["part_of"]:
            whole = quantity._replace(metric_id=metric["part_of"])
            yield Binding(Rule.PART, ((whole, ONE), (quantity, -ONE)), NOT_NEGATIVE)
        other = meaning.mirror(quantity)
        if other in found and (quantity < other or meaning.mirror(other) != quantity):
            yield Binding(Rule.MIRROR, ((quantity, ONE), (other, -ONE)), NONE, assumed=True)


def _sides(quantity: Quantity) -> tuple[str, str, str]:
    """Return who counts towards whom, and when: a flow is mirrored only where the other side is spoken of, too."""
    return (quantity.ref_area, quantity.counterpart_area, quantity.period)


def _series(quantity: Quantity) -> Quantity:
    return quantity._replace(period="")


def _periods(
    found: set[Quantity], touched: Iterable[Quantity], meaning: Meaning
) -> Iterator[tuple[Quantity, tuple[Quantity, ...]]]:
    """Yield each flow's period that others lie in or overlap, with the stretches that it consists of."""
    changed = {_series(quantity) for quantity in touched if meaning.metrics[quantity.metric_id]["kind"] == "flow"}
    series: dict[Quantity, dict[Span, Quantity]] = defaultdict(dict)
    for quantity in found:
        if (kept := _series(quantity)) in changed and meaning.adds_up(quantity):
            days = known(quantity.period)
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
                parts = (written(Span(first, after - timedelta(days=1))) for first, after in ends)
                yield quantity, tuple(whole._replace(period=part) for part in parts)


def _inside(cut: Any, days: Span) -> bool:
    return days.first < cut <= days.last


def _siblings(found: set[Quantity], meaning: Meaning) -> dict[Quantity, list[Quantity]]:
    """Return, by the quantity of an area, those of the areas that lie directly in it."""
    inside: dict[Quantity, list[Quantity]] = defaultdict(list)
    for quantity in sorted(found):
        area = meaning.within.get(quantity.counterpart_area, "")
        if area and area != quantity.ref_area and meaning.adds_up(quantity):
            inside[quantity._replace(counterpart_area=area)].append(quantity)
    return inside


def _wider(found: set[Quantity], meaning: Meaning) -> Iterator[Quantity]:
    """Yield the quantities of wider areas that several of those found lie in, or that are found at another time."""
    spoken_of = {_series(quantity) for quantity in found}
    for whole, parts in _siblings(found, meaning).items():
        if len(parts) > 1 or _series(whole) in spoken_of:
            yield whole


def _areas(found: set[Quantity], meaning: Meaning) -> Iterator[Binding]:
    for whole, parts in _siblings(found, meaning).items():
        if whole in found:
            yield Binding(Rule.AREA, ((whole, ONE), *((part, -ONE) for part in parts)), NOT_NEGATIVE)


def _exclusive(found: set[Quantity], meaning: Meaning) -> Iterator[Binding]:
    """Yield the questions to which each respondent gives one answer: the shares do not pass the whole."""
    questions: dict[Quantity, list[Quantity]] = defaultdict(list)
    for quantity in sorted(found):
        field = meaning.metrics[quantity.metric_id]["exclusive_over"]
        if field:
            questions[quantity._replace(**{field: ""})].append(quantity)
    for answers in questions.values():
        if len(answers) > 1:
            yield Binding(Rule.EXCLUSIVE, tuple((answer, ONE) for answer in answers), WHOLE_OF_ANSWERS)
