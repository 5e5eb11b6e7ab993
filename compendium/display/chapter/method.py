"""The rules by which everything is read and compared, as tables that say what each means."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from compendium.display.outputs import RichOutput, captioned_table
from compendium.reconciliation.constraints import ConstraintKind
from compendium.reconciliation.verdicts import (
    AGREES,
    CONSISTENT,
    DIFFERS,
    IN_CONFLICT,
    NONE_FOUND,
    NOT_COMPARABLE,
    SINGLE,
)
from compendium.values.formatting import format_interval
from compendium.values.intervals import APPROXIMATE_WIDTH_FACTOR, HEDGE_RULES, NARROW_DENOMINATOR, read_interval

SAID = {
    ConstraintKind.SAME: "a level, of whatever source, is the quantity itself",
    ConstraintKind.GROWTH: (
        "growth ties a quantity to the same at its base period; so does a rise or a fall without a figure"
    ),
    ConstraintKind.SHARE: "a share ties a part to its whole",
    ConstraintKind.MULTIPLE: "a multiple ties a quantity to another",
    ConstraintKind.DIFFERENCE: "a difference ties a quantity to another",
    ConstraintKind.RATE: "a rate over time, such as barrels a day, is summed over the days of its period",
    ConstraintKind.DIRECTION: "a level that is said to be reached by rising is not below its base",
    ConstraintKind.RANK: "what stands before another in a list does not have less of what the list is ordered by",
    ConstraintKind.SUM: "a metric that is the sum of others is their sum, for the same areas and period",
    ConstraintKind.PART: "a metric that is part of another is not larger",
    ConstraintKind.PERIOD: "a period of a flow is the sum of its stretches, so that four months are within their year",
    ConstraintKind.AREA: "what goes to several areas within a wider one is not more than what goes to that one",
    ConstraintKind.EXCLUSIVE: "shares that exclude each other do not pass the whole",
    ConstraintKind.MIRROR: "what one side sells the other buys; only assumed, because the two sides seldom count alike",
}
"""What each rule that ties quantities together says."""
AMONG_CLAIMS = {
    CONSISTENT: "other claims bear on it, and what they leave shares values with the printed interval",
    IN_CONFLICT: "it belongs to a minimal set of claims that cannot all be true",
    NOT_COMPARABLE: "a claim stands beside it that seems to be of the same thing, and is not, "
    "for one of the reasons below",
    SINGLE: "no other claim bears on it",
}
"""When a claim gets each verdict among the claims; the reasons why two are not compared stand below."""
BESIDE_FIGURES = {
    AGREES: "the claim and an observation of equal keys share a value",
    DIFFERS: "there are observations of equal keys, and the claim shares a value with none that is reliable",
    NOT_COMPARABLE: "an observation looks like the one wanted and is not, for one of the reasons above",
    NONE_FOUND: "there is none",
}
"""When a claim gets each verdict beside independent figures, once the reasons have been told."""
WIDER, NARROW_PART = str(APPROXIMATE_WIDTH_FACTOR), f"{1 / NARROW_DENOMINATOR:.0%}"
"""How many times wider an approximate figure is read; within what part of each other ends are near, for a reader."""


def intervals_table(caption: str) -> RichOutput:
    """Show how figures are read: each kind of hedge, the reading, an example with its interval."""
    rows = [
        {
            "Hedge": ", ".join(word for word in rule.words if word) or "none",
            "Read as": rule.description,
            "Example": " ".join(rule.example[::-1]).strip(),
            "Interval": format_interval(read_interval(*rule.example)),
        }
        for rule in HEDGE_RULES
    ]
    return captioned_table(pd.DataFrame(rows), caption)


def rules_table(caption: str) -> RichOutput:
    """Show the rules that tie quantities together, with what each says."""
    return _table({rule.value: SAID[rule] for rule in ConstraintKind}, ("Rule", "What it says"), caption)


def claim_verdicts_table(caption: str) -> RichOutput:
    """Show the verdicts on a claim among the claims, with when it gets each."""
    return _table(AMONG_CLAIMS, ("Verdict", "When"), caption)


def evidence_verdicts_table(caption: str) -> RichOutput:
    """Show the verdicts on a claim beside independent figures, with when it gets each."""
    return _table(BESIDE_FIGURES, ("Verdict", "When"), caption)


def reasons_table(reasons: pd.DataFrame, caption: str) -> RichOutput:
    """Show why two figures are not compared: each reason by name, with what it means."""
    named = dict(zip(reasons["name"], reasons["sentence"], strict=True))
    return _table(named, ("Reason", "What it means"), caption)


def _table(said: Mapping[str, str], heads: tuple[str, str], caption: str) -> RichOutput:
    return captioned_table(pd.DataFrame(list(said.items()), columns=list(heads)), caption)
