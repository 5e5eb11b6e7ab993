"""Reconciliation of all claims of a ledger: implied bounds, minimal conflicts, a verdict for each claim.

Constraints are split into components that share no quantity; each is solved alone, in this process, in others or on
a cluster. A verdict is arithmetic: a claim that nothing contradicts is not thereby true.

The method is data reconciliation with bounds instead of variances (Narasimhan and Jordache 2000) and the analysis of
infeasible subsets (Chinneck 2008).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd
import portion
from networkx.utils import UnionFind

from compendium.ledger.claims import SHARE_DOMAIN, claim_interval, to_fraction
from compendium.ledger.loader import Ledger
from compendium.ledger.records import keyed, records
from compendium.reconciliation.components import (
    UNBOUNDED,
    Component,
    Conflict,
    ConsistencyCheck,
    Solution,
    component_conflicts,
    disjoint_component_conflicts,
    query_bounds,
    solve_component,  # fmt: skip
)
from compendium.reconciliation.constraints import (
    ONE,
    Constraint,
    ConstraintKind,
    ImpliedBounds,
    Quantity,
    constraints_from_claim,
    constraints_from_ranks,
    is_undated,
)
from compendium.reconciliation.identities import MetricRelations, derive_identities
from compendium.reconciliation.verdicts import CONSISTENT, IN_CONFLICT, NOT_COMPARABLE, SINGLE
from compendium.values.periods import read_period

BATCH_SIZE = 16
"""How many components are sent to another process at once."""


class Verdict(NamedTuple):
    """The verdict on a claim, one of `RECONCILIATION_VERDICTS`."""

    verdict: str
    reason: str = ""
    """The code of the reason where the claim is not comparable."""


@dataclass(frozen=True)
class Reconciliation:
    """Result of `reconcile`: bounds of quantities, conflicts, a verdict for each claim."""

    claims: dict[str, dict[str, Any]]
    """The rows of the claims by id, each with its `interval`."""
    bounds: dict[Quantity, ImpliedBounds]
    """By quantity that some claim constrains: its implied bounds."""
    checks: dict[str, ConsistencyCheck]
    """By claim that other claims constrain: its check against them."""
    conflicts: tuple[Conflict, ...]
    verdicts: dict[str, Verdict]
    claimed_quantities: frozenset[Quantity]
    """The quantities whose own figure some claim prints."""
    constraint_kinds: dict[str, tuple[ConstraintKind, ...]]
    """By claim: the kinds of the constraints that it states."""
    incomparable_notes: dict[str, str]
    """By claim in the table of incomparable claims: why a person put it there."""
    related_claims: dict[str, tuple[str, ...]]
    """By claim that is not comparable: the claims that a reader would compare it with."""
    complete: bool = True
    """Whether every conflict was found; false where a component reached the limit of the search."""
    minimum_removals: tuple[tuple[frozenset[str], ...], ...] = ()
    """By component in conflict: the smallest sets of claims without which all others are consistent."""


def reconcile(ledger: Ledger, executor: Executor | None = None) -> Reconciliation:
    """Reconcile all claims of a ledger that are not deprecated.

    Parameters
    ----------
    ledger
        a ledger that `compendium.curation.validation` finds valid.
    executor
        where to solve the components, any of `concurrent.futures`; this process where it is left out.
    """
    known = constraints_from_ledger(ledger)
    solutions = _solve_components(build_components(known.constraints, ledger, known.forecasts), executor)
    checks = {name: check for solution in solutions for name, check in solution.checks.items()}
    conflicts = tuple(conflict for solution in solutions for conflict in solution.conflicts)
    incomparable = ledger.frames["incomparable"].set_index("claim_id")
    verdicts, related = _verdicts(known, checks, conflicts)
    for name, other in incomparable["other_claim_id"].items():
        if name in known.claims and other in known.claims:
            related[name] = (other,)
    kinds: dict[str, tuple[ConstraintKind, ...]] = {}
    for constraint in known.constraints:
        kinds.update((name, (*kinds.get(name, ()), constraint.kind)) for name in constraint.claims)
    bounds = (pair for solution in solutions for pair in solution.bounds.items())
    return Reconciliation(
        claims=known.claims,
        bounds={quantity: implied for quantity, implied in bounds if implied.claims},
        checks=checks,
        conflicts=conflicts,
        verdicts=verdicts,
        claimed_quantities=frozenset(
            one.terms[0][0] for one in known.constraints if not one.base and len(one.terms) == 1
        ),
        constraint_kinds=kinds,
        incomparable_notes=incomparable["why"].to_dict(),
        related_claims=related,
        complete=all(solution.complete for solution in solutions),
        minimum_removals=tuple(solution.minimum_removals for solution in solutions if solution.minimum_removals),
    )


def implied_bounds(ledger: Ledger, queries: Sequence[Constraint]) -> list[ImpliedBounds]:
    """Return the bounds that all claims of a ledger imply for sums of quantities, or for ratios of them.

    Parameters
    ----------
    queries
        each with the quantities of the sum, and a base for a ratio; its interval is not used.
    """
    known = constraints_from_ledger(ledger)
    # The quantities of one query must share a component, whether or not a claim ties them.
    ties = [
        Constraint(ConstraintKind.SAME, tuple((part, ONE) for part in one.quantities), UNBOUNDED) for one in queries
    ]
    components = build_components([*known.constraints, *ties], ledger, known.forecasts)
    home = {quantity: place for place, component in enumerate(components) for quantity in component.domains}
    shared: dict[int, list[Constraint]] = {}
    for query in queries:
        shared.setdefault(home[query.terms[0][0]], []).append(query)
    answers: dict[Constraint, ImpliedBounds] = {}
    for place, own in shared.items():
        answers.update(zip(own, query_bounds(components[place], own), strict=True))
    return [answers[query] for query in queries]


def find_conflicts(ledger: Ledger) -> tuple[Conflict, ...]:
    """Return every minimal conflict of a ledger without bounds and verdicts: quicker than `reconcile`."""
    known = constraints_from_ledger(ledger)
    components = build_components(known.constraints, ledger, known.forecasts)
    return tuple(conflict for component in components for conflict in component_conflicts(component))


def disjoint_conflict_claims(ledger: Ledger) -> frozenset[str]:
    """Return claims without which the rest of a ledger is consistent; assumed identities are not used.

    They are those of minimal conflicts that share no claim: quicker than every conflict where there are many claims.
    """
    components = build_components(constraints_from_ledger(ledger).constraints, ledger)
    found = (names for component in components for names in disjoint_component_conflicts(component))
    return frozenset(name for names in found for name in names)


@dataclass(frozen=True)
class LedgerConstraints:
    """The claims of a ledger that are not deprecated, and the constraints they state."""

    claims: dict[str, dict[str, Any]]
    """The rows of the claims by id, each with its `interval` in the unit printed."""
    constraints: list[Constraint]
    incomparable: dict[str, str]
    """By claim that states no constraint: the code of the reason."""

    @cached_property
    def forecasts(self) -> frozenset[str]:
        """The claims about what was still to come when they were made."""
        return frozenset(name for name, claim in self.claims.items() if claim["obs_status"] == "forecast")


def constraints_from_ledger(ledger: Ledger) -> LedgerConstraints:
    """Return the claims of a ledger, the constraints they state, and which of them state none."""
    claims = _claims(ledger)
    listed = dict(zip(ledger.frames["incomparable"]["claim_id"], ledger.frames["incomparable"]["reason"], strict=True))
    metrics = keyed(ledger.frames["metrics"], "metric_id")
    found: list[Constraint] = []
    incomparable: dict[str, str] = {}
    for name, claim in claims.items():
        metric = metrics[claim["metric_id"]]
        if name in listed:
            incomparable[name] = listed[name]
        elif is_undated(claim, metric):
            incomparable[name] = "period"
        else:
            found += constraints_from_claim(claim, metric)
    found += constraints_from_ranks((claim for name, claim in claims.items() if name not in incomparable), metrics)
    return LedgerConstraints(claims, found, incomparable)


def build_components(
    constraints: Sequence[Constraint], ledger: Ledger, forecasts: frozenset[str] = frozenset()
) -> list[Component]:
    """Return constraints of claims and every identity that applies, split into components that share no quantity."""
    metrics = keyed(ledger.frames["metrics"], "metric_id")
    places = ledger.frames["places"]
    relations = MetricRelations(metrics, dict(zip(places["place_id"], places["within"], strict=True)))
    every = [
        *constraints,
        *derive_identities({quantity for constraint in constraints for quantity in constraint.quantities}, relations),
    ]
    every.sort(key=lambda one: (one.claims, one.kind, one.terms))  # whatever the order of the rows
    tied: UnionFind[Quantity] = UnionFind()
    for constraint in every:
        tied.union(*constraint.quantities)
    grouped: dict[Quantity, list[Constraint]] = {}
    for constraint in every:
        grouped.setdefault(tied[constraint.quantities[0]], []).append(constraint)
    domains = {name: metric_domain(metric) for name, metric in metrics.items()}
    return [_component(members, domains, forecasts) for members in grouped.values()]


def _component(
    members: list[Constraint], by_metric: Mapping[str, portion.Interval], forecasts: frozenset[str]
) -> Component:
    # Queries come last, so that they do not change the order of the domains.
    bound = sorted(members, key=lambda constraint: constraint.interval == UNBOUNDED)
    quantities = dict.fromkeys(quantity for constraint in bound for quantity in constraint.quantities)
    domains = {quantity: by_metric[quantity.metric_id] for quantity in quantities}
    own = forecasts.intersection(name for constraint in members for name in constraint.claims)
    return Component(tuple(members), domains, own)


def metric_domain(metric: Mapping[str, Any]) -> portion.Interval:
    """Return the values that a quantity of a metric can take, from the minimum, kind and unit of the metric."""
    least = metric["minimum"]
    low = UNBOUNDED if pd.isna(least) else portion.closedopen(to_fraction(least), portion.inf)
    return low & SHARE_DOMAIN if metric["kind"] == "share" and metric["unit"] == "percent" else low


def _solve_components(parts: list[Component], executor: Executor | None) -> list[Solution]:
    """Return the solution of each component, in the order of the components."""
    if executor is None:
        return _solve_all(parts)
    batches = [parts[start : start + BATCH_SIZE] for start in range(0, len(parts), BATCH_SIZE)]
    return list(itertools.chain.from_iterable(executor.map(_solve_all, batches)))


def _solve_all(parts: list[Component]) -> list[Solution]:
    return [solve_component(part) for part in parts]


def _claims(ledger: Ledger) -> dict[str, dict[str, Any]]:
    """Return the claims that are not deprecated by id, each with its `interval` in the unit printed."""
    frame = ledger.frames["claims"]
    frame = frame[frame["rank"] == "normal"]
    least = dict(zip(ledger.frames["metrics"]["metric_id"], ledger.frames["metrics"]["minimum"], strict=True))
    rows = records(frame)
    for row in rows:
        minimum = least[row["metric_id"]]
        row["interval"] = claim_interval(row, None if pd.isna(minimum) else float(minimum))
    return {row["claim_id"]: row for row in rows}


def _verdicts(
    known: LedgerConstraints, checks: Mapping[str, ConsistencyCheck], conflicts: Sequence[Conflict]
) -> tuple[dict[str, Verdict], dict[str, tuple[str, ...]]]:
    """Return by claim its verdict with the code of the reason if it is not comparable, and the related claims.

    Of a conflict that takes a forecast, only the forecast is in conflict, not the claims about the past.
    """
    in_conflict: set[str] = set()
    assumed: dict[str, set[str]] = {}
    for conflict in conflicts:
        if not conflict.assumed:
            in_conflict.update(known.forecasts.intersection(conflict.claims) or conflict.claims)
            continue
        for name in conflict.claims:
            assumed.setdefault(name, set()).update(conflict.claims)
    by_subject: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for claim in known.claims.values():
        by_subject.setdefault(_subject(claim), []).append(claim)
    verdicts: dict[str, Verdict] = {}
    related: dict[str, tuple[str, ...]] = {}
    for name, claim in known.claims.items():
        if name in in_conflict:
            verdicts[name] = Verdict(IN_CONFLICT)
        elif name in checks:
            verdicts[name] = Verdict(CONSISTENT)
        elif name in assumed:
            verdicts[name] = Verdict(NOT_COMPARABLE, "valuation")
            related[name] = tuple(sorted(assumed[name] - {name}))
        else:
            reason, related[name] = _incomparability(claim, by_subject[_subject(claim)], known.incomparable)
            verdicts[name] = Verdict(NOT_COMPARABLE, reason) if reason else Verdict(SINGLE)
    return verdicts, related


def _subject(claim: Mapping[str, Any]) -> tuple[str, ...]:
    return (claim["metric_id"], claim["ref_area"], claim["counterpart_area"])


def _incomparability(
    claim: Mapping[str, Any], near: Sequence[Mapping[str, Any]], incomparable: Mapping[str, str]
) -> tuple[str, tuple[str, ...]]:
    """Return why a claim without a check cannot be compared with those of its subject, and which these are."""
    name = claim["claim_id"]
    if incomparable.get(name, "period") != "period":
        return incomparable[name], ()
    others = [other for other in near if other["claim_id"] != name]
    reason, related = "period", others
    if name not in incomparable:
        reason = "population"
        related = [
            other for other in others if other["population"] != claim["population"] and _periods_overlap(other, claim)
        ]
        if not related:
            reason, related = "period", [one for one in others if incomparable.get(one["claim_id"]) == "period"]
    return (reason if related else ""), tuple(other["claim_id"] for other in related)


def _periods_overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether the periods of two claims are known and share a day."""
    periods = one["period"], other["period"]
    return all(periods) and read_period(periods[0]).overlaps(read_period(periods[1]))
