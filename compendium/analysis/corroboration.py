"""Holds each claim against the figures of independent publishers: agrees, differs, not comparable, none found.

A claim meets an observation only on equal keys: metric, areas, period, population, and what it is measured against.
Where none has them, what the observations of one side imply together may answer; where something else only looks
like it, that is shown with the reason why it does not count. An agreement says that two intervals share a value,
never that either is true.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import portion

from compendium.analysis.comparability import (
    IntervalPair,
    Row,
    incomparability_reason,
    is_mirror_flow,
    observation_as_claim,
    pair_if_commensurable,
    pair_if_comparable,
    pair_in_display_unit,
    time_distance,
    to_display_unit,
)
from compendium.analysis.resolution import consistent_observations
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import (
    FROM_DATA_FILE,
    LOW_RELIABILITY,
    add_observations_as_claims,
    find_reporters,
    read_observations,
)
from compendium.ledger.records import keyed
from compendium.reconciliation.constraints import Constraint, ImpliedBounds, constraints_from_claim, is_undated
from compendium.reconciliation.reconcile import constraints_from_ledger, implied_bounds
from compendium.reconciliation.verdicts import AGREES, DIFFERS, NONE_FOUND, NOT_COMPARABLE
from compendium.values.intervals import is_narrow, quotient
from compendium.values.periods import read_period

INFORMATIVE_REASONS = ("definition", "population", "valuation")
"""Reasons not to compare with which it still says something that two figures are equal, or that they are not."""
MAX_NEAREST = 2
"""How many observations are shown that would agree with a claim if they were comparable."""
POINTS, TIMES = "points", "times"


@dataclass(frozen=True)
class Comparison:
    """One observation, or what several imply together, held against a claim.

    Where the two are not comparable, `meets` tells whether they would agree if they were, `None` where that would
    say nothing: a part of a year never meets the whole.
    """

    observations: tuple[str, ...]
    verdict: str
    interval: portion.Interval
    unit: str
    would_agree: bool | None
    reason: str = ""
    """The code of why it is not comparable."""
    remark: str = ""
    """What a person wrote about that."""
    difference: portion.Interval | None = None
    """By how much the claim is more than the observation: as a multiple, or in points where both are percentages."""
    difference_unit: str = ""
    identities: tuple[Constraint, ...] = ()
    """The identities that a derived figure takes."""
    is_derived: bool = False
    """Whether it is no publisher's figure, but follows from those of several."""


@dataclass(frozen=True)
class Corroboration:
    """A claim with its verdict, and everything that was held against it."""

    claim_id: str
    verdict: str
    reason: str
    claimed: portion.Interval
    unit: str
    comparisons: tuple[Comparison, ...]

    @property
    def is_disputed(self) -> bool:
        """Tell whether independent figures disagree with each other about the claim."""
        return len({held.verdict for held in self.comparisons} & {AGREES, DIFFERS}) > 1


def corroborate(ledger: Ledger, claim_ids: Collection[str] | None = None) -> dict[str, Corroboration]:
    """Return, by claim that stands, how it stands against the figures of independent publishers.

    A claim agrees where it meets any observation of equal keys that is not of low reliability; all are kept, each with
    its own verdict. It differs where there are such observations and it meets none. Where all are of low reliability it
    is not comparable.

    Parameters
    ----------
    claim_ids
        the ids of the claims to look at, all of them where left out; which others are looked at changes no verdict.
    """
    claims = constraints_from_ledger(ledger).claims
    claims = {name: claim for name, claim in claims.items() if claim_ids is None or name in claim_ids}
    index = _EvidenceIndex(ledger)
    direct = {name: list(index.direct_comparisons(claim)) for name, claim in claims.items()}
    answered = {name for name, held in direct.items() if index.without_doubtful(held)} | index.excluded_pairs.keys()
    derived = index.implied_comparisons({name: claim for name, claim in claims.items() if name not in answered})
    return {
        name: index.corroboration_of(claim, [*direct[name], *derived.get(name, ())]) for name, claim in claims.items()
    }


@dataclass
class _EvidenceIndex:
    """What claims are held against: the observations, by metric, and the pairs that must not be compared."""

    ledger: Ledger
    metrics: Mapping[str, Row] = field(init=False)
    observations: pd.DataFrame = field(init=False)
    rows: Mapping[str, Row] = field(init=False)
    by_metric: dict[str, list[Row]] = field(init=False)
    excluded_pairs: dict[str, dict[str, Row]] = field(init=False)

    def __post_init__(self) -> None:
        self.metrics = keyed(self.ledger.frames["metrics"], "metric_id")
        self.observations = read_observations(self.ledger)
        self.rows = keyed(self.observations, "observation_id")
        self.by_metric, self.excluded_pairs = {}, {}
        for row in self.rows.values():
            self.by_metric.setdefault(row["metric_id"], []).append(row)
        for row in self.ledger.frames["comparisons"].to_dict("records"):
            if row["observation_id"] in self.rows:
                self.excluded_pairs.setdefault(row["claim_id"], {})[row["observation_id"]] = row

    def direct_comparisons(self, claim: Row) -> Iterator[Comparison]:
        """Yield every observation of the claim's own keys, held against it."""
        excluded = self.excluded_pairs.get(claim["claim_id"], {})
        for row in self.by_metric.get(claim["metric_id"], ()):
            pair = (
                None
                if row["observation_id"] in excluded
                else pair_if_comparable(claim, row, self.metrics[claim["metric_id"]])
            )
            if pair:
                yield _compare((row["observation_id"],), pair)

    def implied_comparisons(self, claims: Mapping[str, Row]) -> dict[str, list[Comparison]]:
        """Return what the observations of each side imply together for claims that have none of equal keys."""
        metric = {name: self.metrics[claim["metric_id"]] for name, claim in claims.items()}
        questions = {
            name: constraints_from_claim(claim, metric[name])[0]
            for name, claim in claims.items()
            if not is_undated(claim, metric[name])
        }
        found: dict[str, list[Comparison]] = {}
        asked_of = {quantity.metric_id for question in questions.values() for quantity in question.quantities}
        for side in (find_reporters(self.ledger, asked_of) or [""]) if questions else ():
            chosen = add_observations_as_claims(
                self.ledger, consistent_observations(self.ledger, side), replace_claims=True
            )
            answers = implied_bounds(chosen, list(questions.values()))
            for (name, question), answer in zip(questions.items(), answers, strict=True):
                if _is_informative(answer, question):
                    pair = pair_in_display_unit(claims[name], question, answer.interval, metric[name])
                    held = _compare(answer.claims, pair, answer.identities)
                    if held not in found.setdefault(name, []):
                        found[name].append(held)
        return found

    def corroboration_of(self, claim: Row, comparable: Sequence[Comparison]) -> Corroboration:
        """Return a claim with its verdict, what decided it first, then what only looks like it."""
        claimed, unit = to_display_unit(claim, self.metrics[claim["metric_id"]])
        beside = [*self._excluded_comparisons(claim)]
        used_ids = {name for held in (*comparable, *beside) for name in held.observations}
        beside += self._mirror_comparisons(claim, used_ids)
        if not comparable:
            beside += self._nearest_comparisons(claim, used_ids)
        verdict, reason = NONE_FOUND, ""
        decisive = self.without_doubtful(comparable)
        if decisive:
            verdict = AGREES if any(held.verdict == AGREES for held in decisive) else DIFFERS
        elif comparable:
            verdict, reason = NOT_COMPARABLE, "reliability"
        elif beside:
            verdict, reason = NOT_COMPARABLE, beside[0].reason
        held = (*sorted(comparable, key=self._sort_key), *beside)
        return Corroboration(claim["claim_id"], verdict, reason, claimed, unit, held)

    def without_doubtful(self, held: Sequence[Comparison]) -> list[Comparison]:
        """Return what was held against a claim without what is of low reliability."""
        return [one for one in held if not self._is_doubtful(one)]

    def _sort_key(self, held: Comparison) -> tuple[bool, bool, tuple[str, ...]]:
        pages = any(self.rows[name]["quality"] != FROM_DATA_FILE for name in held.observations)
        return (self._is_doubtful(held), pages, held.observations)

    def _is_doubtful(self, held: Comparison) -> bool:
        return any(self.rows[name]["obs_status"] == LOW_RELIABILITY for name in held.observations)

    def _excluded_comparisons(self, claim: Row) -> list[Comparison]:
        """Return what a person has set apart from a claim: what would agree first, then the nearest in time."""
        rows = self.excluded_pairs.get(claim["claim_id"], {})
        found = [self._incomparable(claim, self.rows[name], row["reason"], row["why"]) for name, row in rows.items()]
        return sorted(
            found, key=lambda held: (not held.would_agree, time_distance(claim, self.rows[held.observations[0]]))
        )

    def _mirror_comparisons(self, claim: Row, used_ids: set[str]) -> list[Comparison]:
        """Return the same flow as the other side records it, which need not be equal."""
        mirror = self.metrics[claim["metric_id"]]["mirror_of"]
        return [
            self._incomparable(claim, row, "valuation")
            for row in self.by_metric.get(mirror, ())
            if row["observation_id"] not in used_ids and is_mirror_flow(claim, row)
        ]

    def _nearest_comparisons(self, claim: Row, used_ids: set[str]) -> list[Comparison]:
        """Return what a reader would hold a claim against: the nearest that would agree, and one that would not."""
        metric = self.metrics[claim["metric_id"]]
        near: list[tuple[Row, Comparison]] = []
        for row in self.by_metric.get(claim["metric_id"], ()):
            reason, why = ("", "") if row["observation_id"] in used_ids else incomparability_reason(claim, row, metric)
            if reason:
                near.append((row, self._incomparable(claim, row, reason, why)))
        near.sort(key=lambda one: time_distance(claim, one[0]))
        meeting = [held for _, held in near if held.would_agree][:MAX_NEAREST]
        return [*meeting, *[held for _, held in near if not held.would_agree][:1]]

    def _incomparable(self, claim: Row, row: Row, reason: str, why: str = "") -> Comparison:
        """Return an observation that is not comparable, with whether it would agree if it were."""
        interval, unit = to_display_unit(observation_as_claim(row), self.metrics[row["metric_id"]])
        undated = reason == "period" and is_undated(claim, self.metrics[claim["metric_id"]])
        pair = pair_if_commensurable(claim, row) if reason in INFORMATIVE_REASONS or undated else None
        meets = pair.claimed.overlaps(pair.observed) if pair else None
        return Comparison((row["observation_id"],), NOT_COMPARABLE, interval, unit, meets, reason, why)


def _compare(names: tuple[str, ...], pair: IntervalPair, rules: tuple[Constraint, ...] | None = None) -> Comparison:
    """Return the verdict of an observed interval on a claimed one, and by how much the two are apart."""
    meets = pair.claimed.overlaps(pair.observed)
    apart, apart_in = _distance(pair)
    return Comparison(
        names, AGREES if meets else DIFFERS, pair.observed, pair.unit, meets,
        difference=apart, difference_unit=apart_in, identities=rules or (), is_derived=rules is not None,
    )  # fmt: skip


def _distance(pair: IntervalPair) -> tuple[portion.Interval | None, str]:
    """Return by how much a claim is more than what is observed; `None` where one of them has no end."""
    one, other = pair.claimed, pair.observed
    ends: list[Any] = [one.lower, one.upper, other.lower, other.upper]
    if portion.inf in ends or -portion.inf in ends:
        return None, ""
    if pair.in_points or min(ends) < 0:
        unit = POINTS if pair.in_points else pair.unit
        return portion.closed(one.lower - other.upper, one.upper - other.lower), unit
    return (quotient(one, other), TIMES) if other.upper > 0 else (None, "")


def _is_informative(answer: ImpliedBounds, question: Constraint) -> bool:
    """Tell whether what follows for a claim is worth holding against it.

    It is where it contradicts the claim, or where it is narrow; not where it takes two sides to count alike.
    """
    found = answer.interval
    if not answer.claims or answer.assumed or found.empty:
        return False
    return is_narrow(found) or not found.overlaps(question.interval)


# --- dates


def corroborate_dates(ledger: Ledger) -> pd.DataFrame:
    """Return every event for which there is an independent dated record, and whether both can be of one day.

    Returns
    -------
    pandas.DataFrame
        one row an event and record: `event_id`, `record_id`, `date` (of the ledger), `recorded`, `verdict` (agrees,
        differs, or not comparable where the ledger has no date), `days` (by how many the two miss each other).
    """
    dates = ledger.frames["events"].set_index("event_id")["date"]
    rows = []
    for record in ledger.frames["records"].to_dict("records"):
        if record["event_id"]:
            date = dates[record["event_id"]]
            verdict, missed = _dates(date, record["date"])
            rows.append((record["event_id"], record["record_id"], date, record["date"], verdict, missed))
    return pd.DataFrame(rows, columns=["event_id", "record_id", "date", "recorded", "verdict", "days"])


def corroborate_order(ledger: Ledger) -> pd.DataFrame:
    """Return every claimed order of two events that both have independent dated records.

    Returns
    -------
    pandas.DataFrame
        one row a mention that claims an order: `mention_id`, `event_id`, `after_event_id`, `recorded` and
        `recorded_after` (the first recorded date of each), `verdict` (agrees where every record of the earlier event
        lies before every one of the later, differs where it is the other way round, else not comparable).
    """
    recorded: dict[str, list[str]] = {}
    for record in ledger.frames["records"].to_dict("records"):
        recorded.setdefault(record["event_id"], []).append(record["date"])
    rows = []
    for mention in ledger.frames["mentions"].to_dict("records"):
        names = mention["event_id"], mention["after_event_id"]
        if all(name and name in recorded for name in names):
            own, earlier = (sorted(read_period(date) for date in recorded[name]) for name in names)
            holds = all(one.precedes(other) for one in earlier for other in own)
            fails = all(other.precedes(one) for one in earlier for other in own)
            verdict = AGREES if holds else DIFFERS if fails else NOT_COMPARABLE
            rows.append((mention["mention_id"], *names, *(min(recorded[name]) for name in names), verdict))
    columns = ["mention_id", "event_id", "after_event_id", "recorded", "recorded_after", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def _dates(date: str, recorded: str) -> tuple[str, int]:
    if not date:
        return NOT_COMPARABLE, 0
    own, other = read_period(date), read_period(recorded)
    if own.overlaps(other):
        return AGREES, 0
    earlier, later = sorted((own, other))
    return DIFFERS, (later.first - earlier.last).days
