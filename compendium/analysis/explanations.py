"""Says what reconciliation found, in sentences that a reader can check: the arithmetic, the rules, the verdicts.

It judges nothing and knows no topic: every sentence is put together from the tables' own names and figures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import portion

from compendium.ledger.claims import DIRECTION, authors, figure
from compendium.ledger.loader import Ledger
from compendium.ledger.records import keyed
from compendium.reconciliation.components import Conflict, Test
from compendium.reconciliation.constraints import Binding, Quantity, Rule, base_of, quantity_of
from compendium.reconciliation.reconcile import Reconciliation
from compendium.reconciliation.verdicts import CONSISTENT, IN_CONFLICT, NOT_COMPARABLE
from compendium.values.formatting import amount
from compendium.values.intervals import affine
from compendium.values.periods import spoken

DIGITS = 3
"""Significant digits of a computed bound in a sentence; the comparison itself is exact."""
MOST_DIGITS = 6
RELATIONS = {
    Rule.SUM: "{metric} is the sum of {metrics}",
    Rule.PART: "{metric} include {metrics}",
    Rule.PERIOD: "{period} consists of {periods}",
    Rule.AREA: "{areas} {are} of {area}",
    Rule.EXCLUSIVE: "read as one answer each, the shares cannot pass the whole together",
    Rule.MIRROR: "{metric} and {metrics} are taken for one flow seen from its two sides",
}
"""How an identity is said: of its first quantity, and of the others."""


@dataclass(frozen=True)
class Names:
    """What a ledger calls its metrics, places and sources, and its reasons for not comparing."""

    metrics: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, str]
    authors: Mapping[str, str]
    reasons: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, ledger: Ledger) -> Names:
        """Take the names from a ledger."""
        return cls(
            keyed(ledger.frames["metrics"], "metric_id"),
            dict(zip(ledger.frames["places"]["place_id"], ledger.frames["places"]["name"], strict=True)),
            authors(ledger.frames["sources"]).to_dict(),
            {row["reason"]: row for row in ledger.frames["reasons"].to_dict("records")},
        )

    def areas(self, quantity: Quantity) -> str:
        """Return whose quantity it is and towards whom: `North to South`, `North from South`, by its metric."""
        one, other = (self.places.get(place, place) for place in (quantity.ref_area, quantity.counterpart_area))
        return between(one, other, self.metrics[quantity.metric_id]["relation"])

    def between(self, row: Mapping[str, Any]) -> str:
        """Return whose figure a row of claims or observations is, and towards whom."""
        return self.areas(Quantity(row["metric_id"], row["ref_area"], row["counterpart_area"], "", ""))

    def quantity(self, quantity: Quantity, beside: Quantity | None = None) -> str:
        """Return a quantity in words; beside another, only what differs from that one, its time always."""
        metric, where = "", []
        if not beside or quantity.metric_id != beside.metric_id:
            metric = in_text(self.metrics[quantity.metric_id]["name"])
        if not beside or quantity[1:3] != beside[1:3]:
            where.append(self.areas(quantity))
        if quantity.population and (not beside or quantity.population != beside.population):
            where.append(quantity.population)
        where.append(spoken(quantity.period))
        told = ", ".join(part for part in where if part)
        return f"{metric} ({told})" if metric and told else metric or told


def in_text(name: str) -> str:
    """Return a name as it stands inside a sentence: its first letter small unless the word has another capital."""
    word = name.split(" ", 1)[0]
    return name if word[1:] != word[1:].lower() else name[:1].lower() + name[1:]


def claimed(claim: Mapping[str, Any], names: Names, beside: Quantity) -> str:
    """Return what a claim says, in a few words, beside the quantity that the sentence is about."""
    own, base = quantity_of(claim), base_of(claim)
    what, when = figure(claim), _when(own.period)
    of = names.quantity(own._replace(period=""), beside)
    of = f" of {of}" if own.metric_id != beside.metric_id else f" ({of})" if of else ""
    if base is None:
        rank = "rank “{}”" if claim["measure"] == "rank" else "{}"
        return f"{rank.format(what)} {when}".strip() + of
    if claim["measure"] == DIRECTION:
        return f"“{what}” from {spoken(base.period)} to {spoken(own.period)}{of}"
    if claim["measure"] == "growth":
        return f"growth of {what} from {spoken(base.period)} to {spoken(own.period)}{of}"
    if claim["measure"] == "level":
        return f"{what} {when}{of} (read as what it {claim['direction']} to from {spoken(base.period)})"
    # Of two quantities of one time, the time is said once; of one metric, what is counted is not said again.
    against = names.quantity(base._replace(period="") if base.period == own.period else base, own)
    times = "{} that of {}" if base.metric_id == own.metric_id and against else "{} {}"
    said = {"share": "a share of {} of {}", "multiple": times, "difference": "a difference of {} to {}"}
    return f"{said[claim['measure']].format(what, against)} {when}".strip() + of


def _when(period: str) -> str:
    """Return a period with the preposition that it takes."""
    said = spoken(period)
    if not said or said.startswith(("since", "until")):
        return said
    return f"on {said}" if re.fullmatch(r"\d{4}-\d\d-\d\d", period) else f"in {said}"


def listed(parts: Iterable[str]) -> str:
    """Return a list as it is said: `a, b and c`."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def left(binding: Binding, interval: portion.Interval, names: Names, digits: int = DIGITS) -> str:
    """Return a computed interval of what a binding states: an amount, a growth or share in percent, a multiple."""
    return said(*_shown(binding, interval, names), digits)


def _shown(binding: Binding, interval: portion.Interval, names: Names) -> tuple[portion.Interval, str]:
    """Return an interval of what a binding states in the unit in which a reader expects it, and that unit."""
    metric = names.metrics[binding.terms[0][0].metric_id]
    unit, less, by = metric["unit"], 0, 1
    if binding.per:
        unit = "times" if binding.rule is Rule.MULTIPLE else "percent"
        less, by = int(binding.rule is Rule.GROWTH), 1 if binding.rule is Rule.MULTIPLE else 100
    never_less = binding.per or (len(binding.terms) == 1 and metric["minimum"] == 0)
    if never_less and interval.lower == 0 and interval.upper > 0:  # that end says nothing
        interval = interval.replace(left=portion.OPEN, lower=-portion.inf)
    return affine(interval, by, -less * by), unit


def said(interval: portion.Interval, unit: str, digits: int = DIGITS) -> str:
    """Return a computed interval with as many digits as it takes to tell its ends apart, at least `digits`.

    A single end is rounded outwards: what is less than 4.321 is not said to be less than 4.32.
    """
    if interval.lower == interval.upper:
        return amount(interval, unit)
    digits = max(digits, _apart(interval))
    if portion.inf in (interval.upper, -interval.lower):
        interval = interval.replace(
            lower=lambda end: _outwards(end, digits, math.floor),
            upper=lambda end: _outwards(end, digits, math.ceil),
            ignore_inf=True,
        )
    return amount(interval, unit, digits=digits)


def _outwards(end: Any, digits: int, towards: Callable[[Fraction], int]) -> Fraction:
    """Return an end rounded to so many significant digits, up or down."""
    if not end:
        return Fraction(0)
    step = Fraction(10) ** (math.floor(math.log10(abs(end))) - digits + 1)
    return towards(Fraction(end) / step) * step


def _apart(interval: portion.Interval) -> int:
    """Return how many digits it takes to tell the ends of an interval apart, in the scale of the larger one."""
    if portion.inf in (interval.upper, -interval.lower) or interval.lower == interval.upper:
        return DIGITS
    first = DIGITS - 1 - math.floor(math.log10(max(abs(interval.lower), abs(interval.upper))))
    for more in range(MOST_DIGITS - DIGITS):
        if round(interval.lower, first + more) != round(interval.upper, first + more):
            return DIGITS + more
    return MOST_DIGITS


def _at(bounds: str) -> str:
    """Return an amount as it stands after “at”."""
    return bounds.replace("at most", "no more than").replace("at least", "no less than")


def _telling(one: portion.Interval, other: portion.Interval) -> int:
    """Return how many digits it takes to see that two intervals do not meet."""
    above, below = (one, other) if one.lower >= other.upper else (other, one)
    if above.lower == below.upper:  # they touch, and only one of them has that end
        return DIGITS
    for digits in range(DIGITS, MOST_DIGITS):
        low, high = (f"{float(end):.{digits - 1}e}" for end in (above.lower, below.upper))
        if low != high:
            return digits
    return MOST_DIGITS


def subject(binding: Binding, names: Names) -> str:
    """Return what a binding speaks of: a quantity, its growth or share, the difference of two."""
    own = binding.terms[0][0]
    if binding.rule is Rule.GROWTH and binding.per:
        return f"the growth of {names.quantity(own)} over that of {spoken(binding.per.period)}"
    if binding.per:
        word = "share" if binding.rule is Rule.SHARE else "ratio"
        return f"the {word} of {names.quantity(own)} to {names.quantity(binding.per, own)}"
    if len(binding.terms) > 1:
        return f"the difference of {names.quantity(own)} and {names.quantity(binding.terms[1][0], own)}"
    return names.quantity(own)


def tested(test: Test, claims: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    """Return a claim held against the others, as a sentence with its arithmetic."""
    binding, found, claim = test.binding, test.others.interval, claims[test.claim]
    words = f"“{figure(claim)}”" if claim["measure"] == DIRECTION else figure(claim)
    about, printed = subject(binding, names), f"{_author(claim, names)} prints {words}"
    common = found & binding.interval
    # One number of digits for all that is shown of one thing, so that what lies inside is seen to lie inside.
    shown = [_shown(binding, own, names)[0] for own in (found, binding.interval, common) if not own.empty]
    digits = max(map(_apart, shown))
    if common.empty and not found.empty:
        digits = max(digits, _telling(*shown[:2]))
    others = [claimed(claims[name], names, binding.terms[0][0]) for name in test.others.claims]
    if len({claims[name]["source_id"] for name in (test.claim, *test.others.claims)}) > 1:  # who says which
        by = (_author(claims[name], names) for name in test.others.claims)
        others = [f"{told} by {who}" for told, who in zip(others, by, strict=True)]
    verb = "puts" if len(others) == 1 else "put"
    if found.empty:
        put = f"{listed(others)} {'leaves' if len(others) == 1 else 'leave'} nothing that {about} could be measured by"
    elif others:
        put = f"{listed(others)} {verb} {about} at {_at(left(binding, found, names, digits))}"
    else:
        put = f"{about} can only be {left(binding, found, names, digits)}"
    if len(binding.terms) > 1:
        printed += " for it" if claim["measure"] == "difference" else ""
        ending = "which cannot be" if common.empty else "which agrees"
    elif common.empty:
        ending = f"which is read as {left(binding, binding.interval, names, digits)}: both cannot hold"
    else:
        ending = f"and both hold at {_at(left(binding, common, names, digits))}"
    return capital(f"{put}; {printed}, {ending}.")


def capital(sentence: str) -> str:
    """Return a sentence with a capital at its head."""
    return sentence[:1].upper() + sentence[1:]


def relations(rules: Sequence[Binding], names: Names) -> str:
    """Return the identities that a result takes, as one sentence; empty where it takes none."""
    parts = dict.fromkeys(_relation(rule, names) for rule in rules)
    return capital(f"{'; '.join(parts)}.") if parts else ""


def _relation(rule: Binding, names: Names) -> str:
    metrics = [in_text(names.metrics[quantity.metric_id]["name"]) for quantity in rule.quantities]
    periods = [spoken(quantity.period) for quantity in rule.quantities]
    areas = [names.areas(quantity) for quantity in rule.quantities]
    return RELATIONS[rule.rule].format(
        metric=metrics[0], metrics=listed(metrics[1:]),
        period=periods[0], periods=listed(periods[1:]),
        area=areas[0], areas=listed(areas[1:]), are="is a part" if len(areas) == 2 else "are parts",
    )  # fmt: skip


def explained(conflict: Conflict, claims: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    """Return why the claims of a conflict cannot all be true."""
    parts = [tested(conflict.test, claims, names), relations(conflict.rules, names)]
    return " ".join(part for part in parts if part)


def _rule_of_test(test: Test, found: Reconciliation) -> str:
    """Return the rules by which a claim and others were held together: how they measure, and the identities."""
    ways = {rule for name in test.others.claims for rule in found.rules[name]}
    return _joined({test.binding.rule, *ways, *(rule.rule for rule in test.others.rules)})


def _joined(rules: set[Rule]) -> str:
    return "; ".join(sorted(rules - {Rule.SAME})) or str(Rule.SAME)


def verdict_row(name: str, found: Reconciliation, names: Names) -> dict[str, str]:
    """Return the verdict on one claim: `claim_id`, `verdict`, `rule`, `reason` (a code), `explanation`.

    The rule is the one that fired; where a claim is not comparable it is the name of the reason.
    """
    verdict, code = found.verdicts[name]
    rule, told = "none", "No other claim bears on it."
    if verdict == NOT_COMPARABLE:
        rule = names.reasons[code]["name"]
        beside = [
            f"{figure(found.claims[other])} ({_author(found.claims[other], names)})"
            for other in found.beside.get(name, ())
        ]
        told = found.why.get(name) or names.reasons[code]["sentence"]
        told += f" Beside it: {listed(beside)}." if beside else ""
    elif verdict == IN_CONFLICT:
        touching = [conflict for conflict in found.conflicts if name in conflict.claims and not conflict.assumed]
        rule, told = rule_of_conflict(touching[0]), explained(touching[0], found.claims, names)
    elif verdict == CONSISTENT:
        test = found.tests[name]
        rule = _rule_of_test(test, found)
        told = " ".join(filter(None, [tested(test, found.claims, names), relations(test.others.rules, names)]))
    return {"claim_id": name, "verdict": verdict, "rule": rule, "reason": code, "explanation": told}


def _author(claim: Mapping[str, Any], names: Names) -> str:
    return names.authors[claim["source_id"]]


def rule_of_conflict(conflict: Conflict) -> str:
    """Return the rules by which the claims of a conflict meet."""
    return _joined({*conflict.ways, *(rule.rule for rule in conflict.rules)})


def number(end: Any) -> int | float | None:
    """Return an end of an interval for other programs: a whole number, a decimal, or nothing where it is endless."""
    if not isinstance(end, Fraction | int):
        return None
    return int(end) if Fraction(end).denominator == 1 else float(end)


def between(one: str, other: str, relation: str) -> str:
    """Return two areas with the word between them that a metric gives; an arrow where it gives none."""
    if not (one and other):
        return one or other
    return f"{one} {relation} {other}" if relation else f"{one} → {other}"
