"""Implied bounds by z3's own optimiser: too slow for a whole ledger, the oracle for the simplex method."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import portion
import z3

from compendium.reconciliation.constraints import Quantity, Terms
from compendium.reconciliation.z3_solver import ConstraintSystem


def optimise_bounds(
    system: ConstraintSystem, claims: Iterable[str], targets: Sequence[Terms], base: Quantity | None = None
) -> list[portion.Interval]:
    """Return the exact interval that some claims imply for each sum of quantities, or for its ratio to `base`.

    A ratio becomes linear when all quantities are measured in its base (Charnes and Cooper 1962); where the base
    can only be zero, there is no ratio, and the interval is empty. Raises `ValueError` where the claims conflict.
    """
    on, context = set(claims), z3.Context()
    unknown = {quantity: z3.Real(name, context) for quantity, name in system.variable_names.items()}
    scale = z3.Real("scale", context) if base else z3.RealVal(1, context)
    optimiser = z3.Optimize(ctx=context)
    optimiser.set(priority="box")  # each objective for itself
    optimiser.add(scale > 0)
    for quantity, domain in system.domains.items():
        optimiser.add(_within(unknown[quantity], domain, scale))
    for constraint in system.constraints:
        if on.issuperset(constraint.claims):
            own_scale = unknown[constraint.base] if constraint.base else scale
            optimiser.add(_within(_total(constraint.terms, unknown), constraint.interval, own_scale))
            optimiser.add(own_scale > 0)
    if base:
        optimiser.add(unknown[base] == 1)
    totals = [_total(target, unknown) for target in targets]
    handles = [(optimiser.minimize(total), optimiser.maximize(total)) for total in totals]
    if optimiser.check() != z3.sat:
        if base and system.is_feasible(on):
            return [portion.empty()] * len(targets)
        raise ValueError("these claims cannot hold together")
    return [_interval(low.lower_values(), high.upper_values()) for low, high in handles]


def _total(terms: Terms, unknown: dict[Quantity, z3.ArithRef]) -> Any:
    return z3.Sum([_number(factor, unknown[quantity].ctx) * unknown[quantity] for quantity, factor in terms])


def _number(number: Fraction, context: z3.Context) -> Any:
    return z3.RealVal(str(Fraction(number)), context)


def _within(total: Any, interval: portion.Interval, scale: Any) -> list[Any]:
    rows = []
    if interval.lower != -portion.inf:
        end = _number(interval.lower, total.ctx) * scale
        rows.append(total >= end if interval.left is portion.CLOSED else total > end)
    if interval.upper != portion.inf:
        end = _number(interval.upper, total.ctx) * scale
        rows.append(total <= end if interval.right is portion.CLOSED else total < end)
    return rows


def _interval(low: Any, high: Any) -> portion.Interval:
    """Read z3's answer: for each end a multiple of infinity, a value, and a multiple of the infinitesimal."""
    (lower, left), (upper, right) = (_end(*(Fraction(part.as_string()) for part in end)) for end in (low, high))
    return portion.Interval.from_atomic(left, lower, upper, right)


def _end(endless: Fraction, value: Fraction, beyond: Fraction) -> tuple[Any, portion.Bound]:
    if endless:
        return (portion.inf if endless > 0 else -portion.inf), portion.OPEN
    return value, portion.OPEN if beyond else portion.CLOSED
