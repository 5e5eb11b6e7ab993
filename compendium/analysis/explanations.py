"""Explanations in sentences of what reconciliation found: bounds, checks, conflicts, identities, verdicts.

Every sentence is composed of the names and figures in the tables of the ledger.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import portion

from compendium.ledger.claims import DIRECTION_MEASURE, author_names
from compendium.ledger.loader import Ledger
from compendium.ledger.records import keyed
from compendium.reconciliation.components import Conflict, ConsistencyCheck
from compendium.reconciliation.constraints import Constraint, ConstraintKind, Quantity, base_quantity, claim_quantity
from compendium.reconciliation.reconcile import Reconciliation
from compendium.reconciliation.verdicts import CONSISTENT, IN_CONFLICT, NOT_COMPARABLE
from compendium.values.formatting import format_amount
from compendium.values.intervals import affine
from compendium.values.number_parsing import format_figure
from compendium.values.periods import format_period

DIGITS = 3
"""Significant digits of a computed bound in a sentence; comparisons themselves are exact."""
MAX_DIGITS = 6
"""The most digits that are shown to tell two bounds apart."""
IDENTITY_TEMPLATES = {
    ConstraintKind.SUM: "{metric} is the sum of {metrics}",
    ConstraintKind.PART: "{metric} include {metrics}",
    ConstraintKind.PERIOD: "{period} consists of {periods}",
    ConstraintKind.AREA: "{areas} {are} of {area}",
    ConstraintKind.EXCLUSIVE: "read as one answer each, the shares cannot pass the whole together",
    ConstraintKind.MIRROR: "{metric} and {metrics} are taken for one flow seen from its two sides",
}
"""Sentence of an identity by kind, with the names of its first quantity and of the others."""


@dataclass(frozen=True)
class Names:
    """The names of metrics, places, authors and reasons in a ledger."""

    metrics: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, str]
    authors: Mapping[str, str]
    reasons: Mapping[str, Mapping[str, str]]

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Names:
        """Read the names from the tables of a ledger."""
        return cls(
            keyed(ledger.frames["metrics"], "metric_id"),
            dict(zip(ledger.frames["places"]["place_id"], ledger.frames["places"]["name"], strict=True)),
            author_names(ledger.frames["sources"]).to_dict(),
            {row["reason"]: row for row in ledger.frames["reasons"].to_dict("records")},
        )

    def format_areas(self, quantity: Quantity) -> str:
        """Return the areas of a quantity with the relation of its metric: `North to South`, `North from South`."""
        one, other = (self.places.get(place, place) for place in (quantity.ref_area, quantity.counterpart_area))
        return format_area_pair(one, other, self.metrics[quantity.metric_id]["relation"])

    def format_row_areas(self, row: Mapping[str, Any]) -> str:
        """Return the areas of a row of claims or observations with the relation of its metric."""
        return self.format_areas(Quantity(row["metric_id"], row["ref_area"], row["counterpart_area"], "", ""))

    def format_quantity(self, quantity: Quantity, relative_to: Quantity | None = None) -> str:
        """Return a quantity in words; relative to another, only what differs, and always the period."""
        metric, where = "", []
        if not relative_to or quantity.metric_id != relative_to.metric_id:
            metric = lowercase_first(self.metrics[quantity.metric_id]["name"])
        if not relative_to or quantity[1:3] != relative_to[1:3]:
            where.append(self.format_areas(quantity))
        if quantity.population and (not relative_to or quantity.population != relative_to.population):
            where.append(quantity.population)
        where.append(format_period(quantity.period))
        text = ", ".join(part for part in where if part)
        return f"{metric} ({text})" if metric and text else metric or text


def lowercase_first(name: str) -> str:
    """Return a name for use inside a sentence: first letter in lower case unless the word has another capital."""
    word = name.split(" ", 1)[0]
    return name if word[1:] != word[1:].lower() else name[:1].lower() + name[1:]


def describe_claim(claim: Mapping[str, Any], names: Names, relative_to: Quantity) -> str:
    """Return the content of a claim in a few words, relative to the quantity that the sentence is about."""
    own, base = claim_quantity(claim), base_quantity(claim)
    what, when = format_figure(claim), _period_phrase(own.period)
    of = names.format_quantity(own._replace(period=""), relative_to)
    of = f" of {of}" if own.metric_id != relative_to.metric_id else f" ({of})" if of else ""
    if base is None:
        rank = "rank “{}”" if claim["measure"] == "rank" else "{}"
        return f"{rank.format(what)} {when}".strip() + of
    if claim["measure"] == DIRECTION_MEASURE:
        return f"“{what}” from {format_period(base.period)} to {format_period(own.period)}{of}"
    if claim["measure"] == "growth":
        return f"growth of {what} from {format_period(base.period)} to {format_period(own.period)}{of}"
    if claim["measure"] == "level":
        return f"{what} {when}{of} (read as what it {claim['direction']} to from {format_period(base.period)})"
    # An equal period is written once, an equal metric is not repeated.
    against = names.format_quantity(base._replace(period="") if base.period == own.period else base, own)
    times = "{} that of {}" if base.metric_id == own.metric_id and against else "{} {}"
    templates = {"share": "a share of {} of {}", "multiple": times, "difference": "a difference of {} to {}"}
    return f"{templates[claim['measure']].format(what, against)} {when}".strip() + of


def _period_phrase(period: str) -> str:
    """Return a period with its preposition."""
    text = format_period(period)
    if not text or text.startswith(("since", "until")):
        return text
    return f"on {text}" if re.fullmatch(r"\d{4}-\d\d-\d\d", period) else f"in {text}"


def format_list(parts: Iterable[str]) -> str:
    """Return texts as a list: `a, b and c`."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def format_bounds(constraint: Constraint, interval: portion.Interval, names: Names, digits: int = DIGITS) -> str:
    """Return an interval of a constraint as text: an amount, a growth or share in percent, a multiple."""
    return format_range(*_shown(constraint, interval, names), digits)


def _shown(constraint: Constraint, interval: portion.Interval, names: Names) -> tuple[portion.Interval, str]:
    """Return an interval in the unit for display, and that unit; an end that is the domain's is dropped."""
    metric = names.metrics[constraint.terms[0][0].metric_id]
    unit, less, by = metric["unit"], 0, 1
    if constraint.base:
        unit = "times" if constraint.kind is ConstraintKind.MULTIPLE else "percent"
        less, by = (
            int(constraint.kind is ConstraintKind.GROWTH),
            1 if constraint.kind is ConstraintKind.MULTIPLE else 100,
        )
    never_less = constraint.base or (len(constraint.terms) == 1 and metric["minimum"] == 0)
    if never_less and interval.lower == 0 and interval.upper > 0:  # the minimum says nothing
        interval = interval.replace(left=portion.OPEN, lower=-portion.inf)
    return affine(interval, by, -less * by), unit


def format_range(interval: portion.Interval, unit: str, digits: int = DIGITS) -> str:
    """Return an interval as text, with as many digits as it takes to tell its ends apart, at least `digits`.

    A single end is rounded outwards: what is less than 4.321 is not shown as less than 4.32.
    """
    if interval.lower == interval.upper:
        return format_amount(interval, unit)
    digits = max(digits, _digits_to_separate_ends(interval))
    if portion.inf in (interval.upper, -interval.lower):
        interval = interval.replace(
            lower=lambda end: _round_outwards(end, digits, math.floor),
            upper=lambda end: _round_outwards(end, digits, math.ceil),
            ignore_inf=True,
        )
    return format_amount(interval, unit, digits=digits)


def _round_outwards(end: Any, digits: int, towards: Callable[[Fraction], int]) -> Fraction:
    """Return an end rounded to so many significant digits, up or down."""
    if not end:
        return Fraction(0)
    step = Fraction(10) ** (math.floor(math.log10(abs(end))) - digits + 1)
    return towards(Fraction(end) / step) * step


def _digits_to_separate_ends(interval: portion.Interval) -> int:
    """Return how many digits tell the ends of an interval apart, in the scale of the larger one."""
    if portion.inf in (interval.upper, -interval.lower) or interval.lower == interval.upper:
        return DIGITS
    first = DIGITS - 1 - math.floor(math.log10(max(abs(interval.lower), abs(interval.upper))))
    for more in range(MAX_DIGITS - DIGITS):
        if round(interval.lower, first + more) != round(interval.upper, first + more):
            return DIGITS + more
    return MAX_DIGITS


def _at(bounds: str) -> str:
    """Return bounds as they are written after “at”."""
    return bounds.replace("at most", "no more than").replace("at least", "no less than")


def _digits_to_separate(one: portion.Interval, other: portion.Interval) -> int:
    """Return how many digits show that two intervals do not overlap."""
    above, below = (one, other) if one.lower >= other.upper else (other, one)
    if above.lower == below.upper:  # they share an end that only one includes
        return DIGITS
    for digits in range(DIGITS, MAX_DIGITS):
        low, high = (f"{float(end):.{digits - 1}e}" for end in (above.lower, below.upper))
        if low != high:
            return digits
    return MAX_DIGITS


def describe_subject(constraint: Constraint, names: Names) -> str:
    """Return what a constraint is about: a quantity, its growth or share, or the difference of two."""
    own = constraint.terms[0][0]
    if constraint.kind is ConstraintKind.GROWTH and constraint.base:
        return f"the growth of {names.format_quantity(own)} over that of {format_period(constraint.base.period)}"
    if constraint.base:
        word = "share" if constraint.kind is ConstraintKind.SHARE else "ratio"
        return f"the {word} of {names.format_quantity(own)} to {names.format_quantity(constraint.base, own)}"
    if len(constraint.terms) > 1:
        other = names.format_quantity(constraint.terms[1][0], own)
        return f"the difference of {names.format_quantity(own)} and {other}"
    return names.format_quantity(own)


def explain_check(check: ConsistencyCheck, claims: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    """Return a sentence with the arithmetic of a claim against the bounds implied by others."""
    constraint, found, claim = check.constraint, check.implied_by_others.interval, claims[check.claim]
    words = f"“{format_figure(claim)}”" if claim["measure"] == DIRECTION_MEASURE else format_figure(claim)
    about, printed = describe_subject(constraint, names), f"{_author(claim, names)} prints {words}"
    common = found & constraint.interval
    # The same digits for all intervals, so that one inside another is seen to be inside.
    shown = [_shown(constraint, own, names)[0] for own in (found, constraint.interval, common) if not own.empty]
    digits = max(map(_digits_to_separate_ends, shown))
    if common.empty and not found.empty:
        digits = max(digits, _digits_to_separate(*shown[:2]))
    others = [describe_claim(claims[name], names, constraint.terms[0][0]) for name in check.implied_by_others.claims]
    sources = {claims[name]["source_id"] for name in (check.claim, *check.implied_by_others.claims)}
    if len(sources) > 1:
        by = (_author(claims[name], names) for name in check.implied_by_others.claims)
        others = [f"{text} by {who}" for text, who in zip(others, by, strict=True)]
    verb = "puts" if len(others) == 1 else "put"
    if found.empty:
        leave = "leaves" if len(others) == 1 else "leave"
        put = f"{format_list(others)} {leave} nothing that {about} could be measured by"
    elif others:
        put = f"{format_list(others)} {verb} {about} at {_at(format_bounds(constraint, found, names, digits))}"
    else:
        put = f"{about} can only be {format_bounds(constraint, found, names, digits)}"
    if len(constraint.terms) > 1:
        printed += " for it" if claim["measure"] == "difference" else ""
        ending = "which cannot be" if common.empty else "which agrees"
    elif common.empty:
        ending = f"which is read as {format_bounds(constraint, constraint.interval, names, digits)}: both cannot hold"
    else:
        ending = f"and both hold at {_at(format_bounds(constraint, common, names, digits))}"
    return capitalize_first(f"{put}; {printed}, {ending}.")


def capitalize_first(sentence: str) -> str:
    """Return a sentence with its first letter in upper case."""
    return sentence[:1].upper() + sentence[1:]


def describe_identities(identities: Sequence[Constraint], names: Names) -> str:
    """Return the identities that a result takes as one sentence, empty where it takes none."""
    parts = dict.fromkeys(_relation(rule, names) for rule in identities)
    return capitalize_first(f"{'; '.join(parts)}.") if parts else ""


def _relation(rule: Constraint, names: Names) -> str:
    metrics = [lowercase_first(names.metrics[quantity.metric_id]["name"]) for quantity in rule.quantities]
    periods = [format_period(quantity.period) for quantity in rule.quantities]
    areas = [names.format_areas(quantity) for quantity in rule.quantities]
    return IDENTITY_TEMPLATES[rule.kind].format(
        metric=metrics[0], metrics=format_list(metrics[1:]),
        period=periods[0], periods=format_list(periods[1:]),
        area=areas[0], areas=format_list(areas[1:]), are="is a part" if len(areas) == 2 else "are parts",
    )  # fmt: skip


def explain_conflict(conflict: Conflict, claims: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    """Return why the claims of a conflict cannot all be true."""
    return _explain(conflict.check, conflict.identities, claims, names)


def _explain(
    check: ConsistencyCheck, identities: Sequence[Constraint], claims: Mapping[str, Mapping[str, Any]], names: Names
) -> str:
    return f"{explain_check(check, claims, names)} {describe_identities(identities, names)}".strip()


def _check_rule(check: ConsistencyCheck, found: Reconciliation) -> str:
    """Return the kinds of the constraints and identities that a check takes, as one text."""
    kinds = {kind for name in check.implied_by_others.claims for kind in found.constraint_kinds[name]}
    return _joined({check.constraint.kind, *kinds, *(rule.kind for rule in check.implied_by_others.identities)})


def _joined(rules: set[ConstraintKind]) -> str:
    """Return kinds as one text, without the plain `SAME` unless it is the only one."""
    return "; ".join(sorted(rules - {ConstraintKind.SAME})) or str(ConstraintKind.SAME)


def verdict_row(claim_id: str, reconciliation: Reconciliation, names: Names) -> dict[str, str]:
    """Return the verdict on one claim: `claim_id`, `verdict`, `rule`, `reason` (a code), `explanation`.

    The rule is the kinds of constraint that decided; for a claim that is not comparable, the name of the reason.
    """
    verdict, code = reconciliation.verdicts[claim_id]
    rule, text = "none", "No other claim bears on it."
    if verdict == NOT_COMPARABLE:
        rule = names.reasons[code]["name"]
        related = [
            f"{format_figure(reconciliation.claims[other])} ({_author(reconciliation.claims[other], names)})"
            for other in reconciliation.related_claims.get(claim_id, ())
        ]
        text = reconciliation.incomparable_notes.get(claim_id) or names.reasons[code]["sentence"]
        text += f" Beside it: {format_list(related)}." if related else ""
    elif verdict == IN_CONFLICT:
        first = next(one for one in reconciliation.conflicts if claim_id in one.claims and not one.assumed)
        rule, text = conflict_rule(first), explain_conflict(first, reconciliation.claims, names)
    elif verdict == CONSISTENT:
        check = reconciliation.checks[claim_id]
        rule = _check_rule(check, reconciliation)
        text = _explain(check, check.implied_by_others.identities, reconciliation.claims, names)
    return {"claim_id": claim_id, "verdict": verdict, "rule": rule, "reason": code, "explanation": text}


def _author(claim: Mapping[str, Any], names: Names) -> str:
    return names.authors[claim["source_id"]]


def conflict_rule(conflict: Conflict) -> str:
    """Return the kinds of the constraints and identities that a conflict takes, as one text."""
    return _joined({*conflict.constraint_kinds, *(rule.kind for rule in conflict.identities)})


def bound_as_number(bound: Any) -> int | float | None:
    """Return an end of an interval as a number for JSON, `None` where it is infinite."""
    if not isinstance(bound, Fraction | int):
        return None
    return int(bound) if Fraction(bound).denominator == 1 else float(bound)


def format_area_pair(one: str, other: str, relation: str) -> str:
    """Return two areas with the relation of a metric between them, an arrow where it has none."""
    if not (one and other):
        return one or other
    return f"{one} {relation} {other}" if relation else f"{one} → {other}"
