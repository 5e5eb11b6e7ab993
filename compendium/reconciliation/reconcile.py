"""What follows from all claims together, and which of them cannot all be true.

Claims and identities fall into groups that share no quantity; each group is solved for itself, here, on other
processes or on a cluster. Nothing here reads a figure, names a metric, or says a sentence; it judges by
arithmetic alone, and a claim that nothing contradicts is not thereby true.

The method is data reconciliation with bounds instead of variances (Narasimhan and Jordache 2000) and the
analysis of infeasible subsets (Chinneck 2008).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import portion
from networkx.utils import UnionFind

from compendium.ledger.claims import SHARE_DOMAIN, claim_interval, to_fraction
from compendium.ledger.loader import Ledger
from compendium.ledger.records import keyed, records
from compendium.reconciliation import constraints as binding_of
from compendium.reconciliation.components import (
    UNBOUNDED,
    Component,
    Conflict,
    ConsistencyCheck,
    Solution,
    build_conflict,
    component_conflicts,
    disjoint_component_conflicts,
    query_bounds,
    solve_component,  # fmt: skip
)
from compendium.reconciliation.constraints import ONE, Constraint, ConstraintKind, ImpliedBounds, Quantity
from compendium.reconciliation.identities import MetricRelations, derive_identities
from compendium.reconciliation.verdicts import CONSISTENT, IN_CONFLICT, NOT_COMPARABLE, SINGLE
from compendium.reconciliation.z3_solver import ConstraintSystem
from compendium.values.periods import read_period

BATCH_SIZE = 16
"""How many groups go to another process at once."""


@dataclass(frozen=True)
class Reconciliation:
    """What `reconcile` found: bounds of quantities, conflicts, a verdict for each claim."""

    claims: dict[str, dict[str, Any]]
    bounds: dict[Quantity, ImpliedBounds]
    checks: dict[str, ConsistencyCheck]
    conflicts: tuple[Conflict, ...]
    verdicts: dict[str, tuple[str, str]]
    """By claim: the verdict, and the code of the reason where it is not comparable."""
    claimed_quantities: frozenset[Quantity]
    """The quantities whose own figure some claim prints."""
    constraint_kinds: dict[str, tuple[ConstraintKind, ...]]
    """By claim: the ways in which it binds."""
    incomparable_notes: dict[str, str]
    """By claim that is set apart: what in its text says so."""
    related_claims: dict[str, tuple[str, ...]]
    """By claim that is not comparable: the claims that a reader would hold it against."""
    complete: bool = True
    """Whether every conflict was found; false where a group has too many to look through."""
    minimum_removals: tuple[tuple[frozenset[str], ...], ...] = ()
    """By group in conflict: the smallest sets of claims that need give way for all others to hold."""


def reconcile(ledger: Ledger, executor: Executor | None = None) -> Reconciliation:
    """Reconcile all claims of a ledger that are not withdrawn.

    Parameters
    ----------
    ledger
        a ledger that `compendium.curation.validation` finds sound.
    executor
        where to solve the groups, any of `concurrent.futures`; here where it is left out.
    """
    claims, bound, open_ = constraints_from_ledger(ledger)
    stated = frozenset(binding.terms[0][0] for binding in bound if not binding.base and len(binding.terms) == 1)
    forecasts = _forecasts(claims)
    solutions = _solve_components(build_components(bound, ledger, forecasts), executor)
    tests = {name: test for solution in solutions for name, test in solution.checks.items()}
    conflicts = tuple(conflict for solution in solutions for conflict in solution.conflicts)
    apart = ledger.frames["incomparable"].set_index("claim_id")
    verdicts, beside = _verdicts(claims, open_, tests, conflicts, forecasts)
    beside |= {name: (other,) for name, other in apart["other_claim_id"].items() if name in claims and other in claims}
    rules: dict[str, tuple[ConstraintKind, ...]] = {}
    for binding in bound:
        rules.update((name, (*rules.get(name, ()), binding.kind)) for name in binding.claims)
    return Reconciliation(
        claims,
        {
            quantity: implied
            for solution in solutions
            for quantity, implied in solution.bounds.items()
            if implied.claims
        },
        tests,
        conflicts,
        verdicts,
        stated,
        rules,
        apart["why"].to_dict(),
        beside,
        all(solution.complete for solution in solutions),
        tuple(solution.minimum_removals for solution in solutions if solution.minimum_removals),
    )


def implied_bounds(ledger: Ledger, queries: Sequence[Constraint]) -> list[ImpliedBounds]:
    """Return what all claims of a ledger leave to sums of quantities, or to their multiples of others.

    Parameters
    ----------
    queries
        each with the quantities whose sum is asked for, and the base where a ratio is; its interval says nothing.
    """
    claims, bound, _ = constraints_from_ledger(ledger)
    # What a question asks for together must hang together, whether or not a claim ties it.
    bound += [
        Constraint(ConstraintKind.SAME, tuple((part, ONE) for part in question.quantities), UNBOUNDED)
        for question in queries
    ]
    home = {
        quantity: group for group in build_components(bound, ledger, _forecasts(claims)) for quantity in group.domains
    }
    shared: dict[int, tuple[Component, list[Constraint]]] = {}
    for question in queries:
        group = home[question.terms[0][0]]
        shared.setdefault(id(group), (group, []))[1].append(question)
    answers = {
        question: answer
        for group, questions in shared.values()
        for question, answer in zip(questions, query_bounds(group, questions), strict=True)
    }
    return [answers[question] for question in queries]


def find_conflicts(ledger: Ledger) -> tuple[Conflict, ...]:
    """Return every minimal set of claims that cannot all be true, without bounds and verdicts: quicker."""
    claims, bound, _ = constraints_from_ledger(ledger)
    return tuple(
        conflict
        for group in build_components(bound, ledger, _forecasts(claims))
        for conflict in component_conflicts(group)
    )


def disjoint_conflicts(ledger: Ledger) -> list[Conflict]:
    """Return conflicts that share no claim, and without whose claims the rest can all hold.

    Quicker than every conflict, where there are many claims and only the rest is wanted.
    """
    return [
        build_conflict(ConstraintSystem(group.constraints, group.domains), names)
        for group, found in _disjoint_conflicts(ledger)
        for names in found
    ]


def disjoint_conflict_claims(ledger: Ledger) -> frozenset[str]:
    """Return the claims of `disjoint_conflicts` conflicts: without them the rest can all hold."""
    return frozenset(name for _, found in _disjoint_conflicts(ledger) for names in found for name in names)


def _disjoint_conflicts(ledger: Ledger) -> Iterator[tuple[Component, list[tuple[str, ...]]]]:
    """Yield every group, without what is assumed, with its clashes."""
    _, bound, _ = constraints_from_ledger(ledger)
    for group in build_components(bound, ledger):
        firm = replace(group, constraints=tuple(binding for binding in group.constraints if not binding.assumed))
        yield firm, disjoint_component_conflicts(firm)


def constraints_from_ledger(ledger: Ledger) -> tuple[dict[str, dict[str, Any]], list[Constraint], dict[str, str]]:
    """Return the claims that stand, by id, what they bind, and the code of the reason for those that bind nothing."""
    claims = _claims(ledger)
    apart = dict(zip(ledger.frames["incomparable"]["claim_id"], ledger.frames["incomparable"]["reason"], strict=True))
    metrics = keyed(ledger.frames["metrics"], "metric_id")
    bound: list[Constraint] = []
    open_: dict[str, str] = {}
    for name, claim in claims.items():
        if name in apart:
            open_[name] = apart[name]
        elif binding_of.is_undated(claim, metrics[claim["metric_id"]]):
            open_[name] = "period"
        else:
            bound += binding_of.constraints_from_claim(claim, metrics[claim["metric_id"]])
    bound += binding_of.constraints_from_ranks((claim for name, claim in claims.items() if name not in open_), metrics)
    return claims, bound, open_


def _forecasts(claims: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(name for name, claim in claims.items() if claim["obs_status"] == "forecast")


def build_components(
    constraints: Sequence[Constraint], ledger: Ledger, forecasts: frozenset[str] = frozenset()
) -> list[Component]:
    """Return the bindings of claims, with every identity that bears on them, in groups that share no quantity."""
    metrics = keyed(ledger.frames["metrics"], "metric_id")
    places = ledger.frames["places"]
    meaning = MetricRelations(metrics, dict(zip(places["place_id"], places["within"], strict=True)))
    every = [
        *constraints,
        *derive_identities({quantity for binding in constraints for quantity in binding.quantities}, meaning),
    ]
    every.sort(key=lambda binding: (binding.claims, binding.kind, binding.terms))  # rows may stand in any order
    tied: UnionFind[Quantity] = UnionFind()
    for binding in every:
        tied.union(*binding.quantities)
    grouped: dict[Quantity, list[Constraint]] = {}
    for binding in every:
        grouped.setdefault(tied[binding.quantities[0]], []).append(binding)
    domains = {name: metric_domain(metric) for name, metric in metrics.items()}
    return [_component(members, domains, forecasts) for members in grouped.values()]


def _component(
    members: list[Constraint], by_metric: Mapping[str, portion.Interval], forecasts: frozenset[str]
) -> Component:
    # A question comes last, so that it changes nothing in the order of what is bound.
    bound = sorted(members, key=lambda binding: binding.interval == UNBOUNDED)
    quantities = dict.fromkeys(quantity for binding in bound for quantity in binding.quantities)
    domains = {quantity: by_metric[quantity.metric_id] for quantity in quantities}
    own = forecasts.intersection(name for binding in members for name in binding.claims)
    return Component(tuple(members), domains, own)


def metric_domain(metric: Mapping[str, Any]) -> portion.Interval:
    """Return what a quantity can be before anything is claimed, from the least value and the kind of its metric."""
    least = metric["minimum"]
    low = (
        portion.open(-portion.inf, portion.inf)
        if pd.isna(least)
        else portion.closedopen(to_fraction(least), portion.inf)
    )
    return low & SHARE_DOMAIN if metric["kind"] == "share" and metric["unit"] == "percent" else low


def _solve_components(parts: list[Component], executor: Executor | None) -> list[Solution]:
    """Return the solution of each group, in the order of the groups."""
    if executor is None:
        return [solve_component(part) for part in parts]
    batches = [parts[start : start + BATCH_SIZE] for start in range(0, len(parts), BATCH_SIZE)]
    return list(itertools.chain.from_iterable(executor.map(_solve_all, batches)))


def _solve_all(parts: list[Component]) -> list[Solution]:
    return [solve_component(part) for part in parts]


def _claims(ledger: Ledger) -> dict[str, dict[str, Any]]:
    """Return the claims that stand, by id, each with its `interval` in the unit printed."""
    frame = ledger.frames["claims"]
    frame = frame[frame["rank"] == "normal"]
    least = dict(zip(ledger.frames["metrics"]["metric_id"], ledger.frames["metrics"]["minimum"], strict=True))
    rows = records(frame)
    for row in rows:
        minimum = least[row["metric_id"]]
        row["interval"] = claim_interval(row, None if pd.isna(minimum) else float(minimum))
    return {row["claim_id"]: row for row in rows}


def _verdicts(
    claims: Mapping[str, Mapping[str, Any]], open_: Mapping[str, str], tests: Mapping[str, ConsistencyCheck],
    conflicts: Sequence[Conflict], forecasts: frozenset[str],
) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, ...]]]:  # fmt: skip
    """Return by claim its verdict, with the code of the reason where it is not comparable, and the claims beside it.

    A conflict with a forecast is the forecast's, not that of the claims about the past.
    """
    firm = {
        name
        for conflict in conflicts
        if not conflict.assumed
        for name in (forecasts.intersection(conflict.claims) or conflict.claims)
    }
    assumed: dict[str, set[str]] = {}
    for conflict in conflicts:
        if conflict.assumed:
            for name in conflict.claims:
                assumed.setdefault(name, set()).update(conflict.claims)
    near: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for claim in claims.values():
        near.setdefault(_subject(claim), []).append(claim)
    verdicts: dict[str, tuple[str, str]] = {}
    beside: dict[str, tuple[str, ...]] = {}
    for name, claim in claims.items():
        if name in firm:
            verdicts[name] = (IN_CONFLICT, "")
        elif name in tests:
            verdicts[name] = (CONSISTENT, "")
        elif name in assumed:
            verdicts[name] = (NOT_COMPARABLE, "valuation")
            beside[name] = tuple(sorted(assumed[name] - {name}))
        else:
            reason, others = _incomparability(claim, near[_subject(claim)], open_)
            verdicts[name] = (NOT_COMPARABLE, reason) if reason else (SINGLE, "")
            beside[name] = others
    return verdicts, beside


def _subject(claim: Mapping[str, Any]) -> tuple[str, ...]:
    return (claim["metric_id"], claim["ref_area"], claim["counterpart_area"])


def _incomparability(
    claim: Mapping[str, Any], near: Sequence[Mapping[str, Any]], open_: Mapping[str, str]
) -> tuple[str, tuple[str, ...]]:
    """Return why a claim that no other tests cannot be compared with those near it, and which these are."""
    name = claim["claim_id"]
    others = [other for other in near if other["claim_id"] != name]
    if open_.get(name, "period") != "period":
        return open_[name], ()
    if name in open_:
        beside = others
    else:
        beside = [
            other for other in others if other["population"] != claim["population"] and _periods_overlap(other, claim)
        ]
        if beside:
            return "population", tuple(other["claim_id"] for other in beside)
        beside = [other for other in others if open_.get(other["claim_id"]) == "period"]
    return ("period" if beside else ""), tuple(other["claim_id"] for other in beside)


def _periods_overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether the periods of two claims are known and share a day."""
    periods = one["period"], other["period"]
    return all(periods) and read_period(periods[0]).overlaps(read_period(periods[1]))
