"""Corroboration of claims by observations of independent publishers: agrees, differs, not comparable, none found.

A claim is compared with observations of equal keys: metric, areas, period, population and base. Where there is none,
the bounds that the observations of one side imply together are used; where something is only similar, it is reported
with the reason why it is not comparable. Agreement means that two intervals share a value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
"""Reasons of incomparability with which it still matters whether two figures are equal."""
MAX_NEAREST = 2
"""How many incomparable observations are shown that would agree with a claim if they were comparable."""
POINTS, TIMES = "points", "times"
"""The units of a difference besides that of the pair: percentage points, and a multiple."""


@dataclass(frozen=True)
class Comparison:
    """One observation, or the bounds that several imply together, compared with a claim."""

    observations: tuple[str, ...]
    """The ids of the observations."""
    verdict: str
    interval: portion.Interval
    """The observed interval, in `unit`."""
    unit: str
    would_agree: bool | None
    """Whether the intervals overlap; `None` where the two are not comparable and that would mean nothing."""
    reason: str = ""
    """The code of the reason why it is not comparable."""
    remark: str = ""
    """What a person or the engine notes on that reason."""
    difference: portion.Interval | None = None
    """Claim minus observation in points or `unit`, or claim over observation; `None` where an end is infinite."""
    difference_unit: str = ""
    """`POINTS`, `TIMES` or a unit."""
    identities: tuple[Constraint, ...] = ()
    """The identities that implied bounds take."""
    is_derived: bool = False
    """Whether the interval is implied by several observations."""


@dataclass(frozen=True)
class Corroboration:
    """A claim with its verdict, and every comparison with an observation."""

    claim_id: str
    verdict: str
    reason: str
    """The code of the reason where the claim is not comparable."""
    claimed: portion.Interval
    """The interval of the claim, in `unit`."""
    unit: str
    comparisons: tuple[Comparison, ...]

    @property
    def is_disputed(self) -> bool:
        """Return whether some independent figures agree with the claim and others differ."""
        return len({comparison.verdict for comparison in self.comparisons} & {AGREES, DIFFERS}) > 1


def corroborate(ledger: Ledger, claim_ids: Collection[str] | None = None) -> dict[str, Corroboration]:
    """Return the corroboration of every claim that is not deprecated, by claim.

    A claim agrees if its interval overlaps that of any comparable observation not of low reliability; it differs
    if there are such observations and it overlaps none. If all are of low reliability, it is not comparable.

    Parameters
    ----------
    claim_ids
        the ids of the claims to look at, all of them where left out; this changes no verdict.
    """
    claims = constraints_from_ledger(ledger).claims
    claims = {name: claim for name, claim in claims.items() if claim_ids is None or name in claim_ids}
    index = _EvidenceIndex(ledger)
    direct = {name: list(index.direct_comparisons(claim)) for name, claim in claims.items()}
    answered = {name for name, own in direct.items() if index.without_doubtful(own)} | index.excluded_pairs.keys()
    derived = index.implied_comparisons({name: claim for name, claim in claims.items() if name not in answered})
    return {
        name: index.corroboration_of(claim, [*direct[name], *derived.get(name, ())]) for name, claim in claims.items()
    }


class _EvidenceIndex:
    """The observations by metric, and by claim those that a person has ruled out as not comparable."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.metrics: Mapping[str, Row] = keyed(ledger.frames["metrics"], "metric_id")
        self.rows: Mapping[str, Row] = keyed(read_observations(ledger), "observation_id")
        self.by_metric: dict[str, list[Row]] = {}
        self.excluded_pairs: dict[str, dict[str, Row]] = {}
        for row in self.rows.values():
            self.by_metric.setdefault(row["metric_id"], []).append(row)
        for row in ledger.frames["comparisons"].to_dict("records"):
            if row["observation_id"] in self.rows:
                self.excluded_pairs.setdefault(row["claim_id"], {})[row["observation_id"]] = row

    def direct_comparisons(self, claim: Row) -> Iterator[Comparison]:
        """Yield the comparison of a claim with every observation of equal keys."""
        excluded = self.excluded_pairs.get(claim["claim_id"], {})
        for row in self.by_metric.get(claim["metric_id"], ()):
            if row["observation_id"] not in excluded:
                pair = pair_if_comparable(claim, row, self.metrics[claim["metric_id"]])
                if pair:
                    yield _compare((row["observation_id"],), pair)

    def implied_comparisons(self, claims: Mapping[str, Row]) -> dict[str, list[Comparison]]:
        """Return by claim its comparisons with the bounds that the observations of each side imply together."""
        metric = {name: self.metrics[claim["metric_id"]] for name, claim in claims.items()}
        dated = {name: claim for name, claim in claims.items() if not is_undated(claim, metric[name])}
        queries = {name: constraints_from_claim(claim, metric[name])[0] for name, claim in dated.items()}
        found: dict[str, list[Comparison]] = {}
        metrics = {quantity.metric_id for query in queries.values() for quantity in query.quantities}
        for side in (find_reporters(self.ledger, metrics) or [""]) if queries else ():
            observed = consistent_observations(self.ledger, side)
            alone = add_observations_as_claims(self.ledger, observed, replace_claims=True)
            answers = implied_bounds(alone, list(queries.values()))
            for (name, query), answer in zip(queries.items(), answers, strict=True):
                if _is_informative(answer, query):
                    pair = pair_in_display_unit(claims[name], query, answer.interval, metric[name])
                    comparison = _compare(answer.claims, pair, answer.identities)
                    if comparison not in found.setdefault(name, []):
                        found[name].append(comparison)
        return found

    def corroboration_of(self, claim: Row, comparable: Sequence[Comparison]) -> Corroboration:
        """Return the verdict on a claim with its comparisons: the decisive first, those not comparable last."""
        claimed, unit = to_display_unit(claim, self.metrics[claim["metric_id"]])
        incomparable = [*self._excluded_comparisons(claim)]
        used_ids = {name for comparison in (*comparable, *incomparable) for name in comparison.observations}
        incomparable += self._mirror_comparisons(claim, used_ids)
        if not comparable:
            incomparable += self._nearest_comparisons(claim, used_ids)
        verdict, reason = NONE_FOUND, ""
        decisive = self.without_doubtful(comparable)
        if decisive:
            verdict = AGREES if any(comparison.verdict == AGREES for comparison in decisive) else DIFFERS
        elif comparable:
            verdict, reason = NOT_COMPARABLE, "reliability"
        elif incomparable:
            verdict, reason = NOT_COMPARABLE, incomparable[0].reason
        comparisons = (*sorted(comparable, key=self._sort_key), *incomparable)
        return Corroboration(claim["claim_id"], verdict, reason, claimed, unit, comparisons)

    def without_doubtful(self, comparisons: Sequence[Comparison]) -> list[Comparison]:
        """Return the comparisons that use no observation of low reliability."""
        return [one for one in comparisons if not self._is_doubtful(one)]

    def _sort_key(self, comparison: Comparison) -> tuple[bool, bool, tuple[str, ...]]:
        pages = any(self.rows[name]["quality"] != FROM_DATA_FILE for name in comparison.observations)
        return (self._is_doubtful(comparison), pages, comparison.observations)

    def _is_doubtful(self, comparison: Comparison) -> bool:
        return any(self.rows[name]["obs_status"] == LOW_RELIABILITY for name in comparison.observations)

    def _excluded_comparisons(self, claim: Row) -> list[Comparison]:
        """Return the observations that a person ruled out: those that would agree first, then the nearest in time."""
        rows = self.excluded_pairs.get(claim["claim_id"], {})
        found = [self._incomparable(claim, self.rows[name], row["reason"], row["why"]) for name, row in rows.items()]
        distances = {one.observations: time_distance(claim, self.rows[one.observations[0]]) for one in found}
        return sorted(found, key=lambda one: (not one.would_agree, distances[one.observations]))

    def _mirror_comparisons(self, claim: Row, used_ids: set[str]) -> list[Comparison]:
        """Return the observations of the same flow as the other side counts it, which need not be equal."""
        mirror = self.metrics[claim["metric_id"]]["mirror_of"]
        return [
            self._incomparable(claim, row, "valuation")
            for row in self.by_metric.get(mirror, ())
            if row["observation_id"] not in used_ids and is_mirror_flow(claim, row)
        ]

    def _nearest_comparisons(self, claim: Row, used_ids: set[str]) -> list[Comparison]:
        """Return the nearest observations that are not comparable: some that would agree, one that would not."""
        metric = self.metrics[claim["metric_id"]]
        near: list[tuple[Row, Comparison]] = []
        for row in self.by_metric.get(claim["metric_id"], ()):
            reason, why = ("", "") if row["observation_id"] in used_ids else incomparability_reason(claim, row, metric)
            if reason:
                near.append((row, self._incomparable(claim, row, reason, why)))
        near.sort(key=lambda one: time_distance(claim, one[0]))
        agreeing = [comparison for _, comparison in near if comparison.would_agree][:MAX_NEAREST]
        return [*agreeing, *[comparison for _, comparison in near if not comparison.would_agree][:1]]

    def _incomparable(self, claim: Row, row: Row, reason: str, why: str = "") -> Comparison:
        """Return a comparison that is not comparable, with whether the two would agree if they were."""
        interval, unit = to_display_unit(observation_as_claim(row), self.metrics[row["metric_id"]])
        undated = reason == "period" and is_undated(claim, self.metrics[claim["metric_id"]])
        pair = pair_if_commensurable(claim, row) if reason in INFORMATIVE_REASONS or undated else None
        overlaps = pair.claimed.overlaps(pair.observed) if pair else None
        return Comparison((row["observation_id"],), NOT_COMPARABLE, interval, unit, overlaps, reason, why)


def _compare(names: tuple[str, ...], pair: IntervalPair, rules: tuple[Constraint, ...] | None = None) -> Comparison:
    """Return the comparison of an observed interval with a claimed one."""
    overlaps = pair.claimed.overlaps(pair.observed)
    difference, unit = _distance(pair)
    return Comparison(
        names, AGREES if overlaps else DIFFERS, pair.observed, pair.unit, overlaps,
        difference=difference, difference_unit=unit, identities=rules or (), is_derived=rules is not None,
    )  # fmt: skip


def _distance(pair: IntervalPair) -> tuple[portion.Interval | None, str]:
    """Return the difference of a claim from an observation and its unit; `None` where an end is infinite."""
    one, other = pair.claimed, pair.observed
    ends: list[Any] = [one.lower, one.upper, other.lower, other.upper]
    if portion.inf in ends or -portion.inf in ends:
        return None, ""
    if pair.in_points or min(ends) < 0:
        unit = POINTS if pair.in_points else pair.unit
        return portion.closed(one.lower - other.upper, one.upper - other.lower), unit
    return (quotient(one, other), TIMES) if other.upper > 0 else (None, "")


def _is_informative(answer: ImpliedBounds, query: Constraint) -> bool:
    """Return whether implied bounds are worth a comparison: they contradict the claim, or are narrow.

    They are not where they rest on an assumed identity.
    """
    found = answer.interval
    if not answer.claims or answer.assumed or found.empty:
        return False
    return is_narrow(found) or not found.overlaps(query.interval)


def corroborate_dates(ledger: Ledger) -> pd.DataFrame:
    """Return every event with an independent dated record, and whether the two dates overlap.

    Returns
    -------
    pandas.DataFrame
        one row an event and record: `event_id`, `record_id`, `date` (of the ledger), `recorded`, `verdict` (agrees,
        differs, or not comparable where the ledger has no date), `days` between the two dates.
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
        is before every one of the later, differs where it is the other way round, else not comparable).
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
    """Return the verdict on a date and the days between it and a recorded one."""
    if not date:
        return NOT_COMPARABLE, 0
    own, other = read_period(date), read_period(recorded)
    if own.overlaps(other):
        return AGREES, 0
    earlier, later = sorted((own, other))
    return DIFFERS, (later.first - earlier.last).days
