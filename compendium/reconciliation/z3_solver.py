"""Satisfiability of sets of claims by z3, in rational arithmetic: unsat cores, conflicts, maximal consistent sets.

An adapter between constraints and SMT-LIB that knows neither metric nor unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property

import portion
import z3

from compendium.reconciliation.constraints import Constraint, Domains, Terms
from compendium.reconciliation.linear_system import InitialDictionary, LinearSystem

MAX_SEEDS = 1000
"""Limit on the sets of claims that are looked at per component: enough for about ten independent conflicts."""


class ConstraintSystem:
    """Constraints over the same quantities, each switched on by the claims that state it.

    Identities are always on; `unsat_core` also says which of them it took. `complete` is false once `enumerate_sets`
    reached `MAX_SEEDS`.
    """

    def __init__(self, constraints: Sequence[Constraint], domains: Domains) -> None:
        """Take the constraints of a component and the domain of every quantity in them."""
        self.constraints, self.domains = list(constraints), domains
        self.variable_names = {quantity: f"q{place}" for place, quantity in enumerate(domains)}
        self.claims = sorted({claim for constraint in constraints for claim in constraint.claims})
        self.identities = [constraint for constraint in constraints if not constraint.claims]
        self.complete = True
        self._label = {name: f"c{place}" for place, name in enumerate(self.claims)}
        self._linear: dict[frozenset[str], LinearSystem] = {}

    @cached_property
    def _context(self) -> z3.Context:
        """A context of its own: answers and speed of z3 would else depend on earlier queries."""
        return z3.Context()

    @cached_property
    def _claim_switches(self) -> dict[str, z3.BoolRef]:
        return {name: z3.Bool(label, self._context) for name, label in self._label.items()}

    @cached_property
    def _identity_switches(self) -> list[z3.BoolRef]:
        return [z3.Bool(f"i{place}", self._context) for place in range(len(self.identities))]

    def linear_system(self, claims: Iterable[str]) -> LinearSystem:
        """Return some claims and every identity as a linear system; cached."""
        on = frozenset(claims)
        if on not in self._linear:
            active = (one for one in self.constraints if one.claims and on.issuperset(one.claims))
            self._linear[on] = self.build_linear_system(active)
        return self._linear[on]

    def build_linear_system(self, constraints: Iterable[Constraint]) -> LinearSystem:
        """Return constraints of claims and every identity as a linear system."""
        return LinearSystem(constraints, self.domains, self._initial_dictionary)

    @cached_property
    def _initial_dictionary(self) -> InitialDictionary:
        return InitialDictionary(self.domains, self.identities)

    @cached_property
    def _solver(self) -> z3.Solver:
        solver = z3.Solver(ctx=self._context)
        solver.set("core.minimize", True)
        place, rows = 0, []
        for constraint in self.constraints:
            if constraint.claims:
                names = " ".join(self._label[name] for name in constraint.claims)
                on = f"(and {names})" if len(constraint.claims) > 1 else names
            else:
                on, place = f"i{place}", place + 1
            rows += [f"(assert (=> {on} {row}))" for row in self._rows(constraint)]
        switches = [*self._label.values(), *(f"i{place}" for place in range(len(self._identity_switches)))]
        declared = "".join(f"(declare-const {switch} Bool)" for switch in switches)
        solver.from_string(self._declarations() + declared + "".join(rows))
        return solver

    def is_feasible(self, claims: Iterable[str]) -> bool:
        """Return whether some claims and every identity are consistent."""
        return self._is_satisfiable([self._claim_switches[name] for name in sorted(claims)] + self._identity_switches)

    def _is_satisfiable(self, on: Sequence[z3.BoolRef]) -> bool:
        return self._check(on) == z3.sat

    def _check(self, on: Sequence[z3.BoolRef]) -> z3.CheckSatResult:
        """Call z3 without the conversions of its Python layer, which take most of the time on many switches."""
        asts = (z3.Ast * len(on))(*(one.as_ast() for one in on))
        found = z3.Z3_solver_check_assumptions(self._context.ref(), self._solver.solver, len(on), asts)
        return z3.CheckSatResult(found)

    def unsat_core(self, claims: Iterable[str], extra: Constraint | None = None) -> tuple[list[str], list[Constraint]]:
        """Return claims and identities, none of them redundant, that are inconsistent with an extra constraint.

        Raises
        ------
        ValueError
            where all are consistent.
        """
        on = {self._label[name]: name for name in sorted(claims)}
        identities = {f"i{place}": constraint for place, constraint in enumerate(self.identities)}
        solver = self._solver
        solver.push()
        try:
            if extra:
                solver.from_string("".join(f"(assert {row})" for row in self._rows(extra)))
            switches = [*(self._claim_switches[name] for name in on.values()), *self._identity_switches]
            if self._check(switches) != z3.unsat:
                raise ValueError("these claims are consistent")
            found = [part.decl().name() for part in solver.unsat_core()]
        finally:
            solver.pop()
        claimed = sorted(on[name] for name in found if name in on)
        return claimed, [identities[name] for name in found if name in identities]

    def minimal_identities(self, claims: Iterable[str]) -> list[Constraint]:
        """Return a minimal set of identities with which some claims are inconsistent.

        Raises
        ------
        ValueError
            where the claims are consistent with all identities.
        """
        names = sorted(claims)
        _, needed = self.unsat_core(names)
        place = {id(constraint): number for number, constraint in enumerate(self.identities)}
        for constraint in list(needed):
            rest = [other for other in needed if other is not constraint]
            claimed = (self._claim_switches[name] for name in names)
            if self._check([*claimed, *(self._identity_switches[place[id(other)]] for other in rest)]) == z3.unsat:
                needed = rest
        return needed

    def enumerate_sets(self, claims: Iterable[str] | None = None) -> tuple[list[tuple[str, ...]], list[frozenset[str]]]:
        """Return the minimal conflicts and the maximal consistent sets of claims, each list in order of size and name.

        The search with a map of explored sets and the shrinking of seeds follow MARCO (Liffiton, Previti, Malik and
        Marques-Silva 2016); a seed is as large as the minimal conflicts known so far allow, so that a consistent one is
        maximal.

        Parameters
        ----------
        claims
            the claims to look at, all of them where left out.
        """
        among = self.claims if claims is None else sorted(claims)
        if self.linear_system(among).is_feasible:
            return [], [frozenset(among)]
        minimal: list[tuple[str, ...]] = []
        maximal: list[frozenset[str]] = []
        explored = z3.Solver(ctx=self._context)
        explored.set("phase_selection", 1)  # large seeds: these are the ones in conflict
        switch, none = self._claim_switches, z3.BoolVal(False, self._context)
        for _ in range(MAX_SEEDS):
            if explored.check() != z3.sat:
                break
            off = self._claims_left_out(explored.model())
            seed = _extend_seed([name for name in among if name not in off], among, minimal)
            if self.is_feasible(seed):  # and maximal: any other claim completes a conflict
                maximal.append(frozenset(seed))
                explored.add(z3.Or(none, *(switch[name] for name in among if name not in maximal[-1])))
            else:
                minimal.append(self._shrink(seed))
                explored.add(z3.Or([z3.Not(switch[name]) for name in minimal[-1]]))
        else:
            self.complete = self.complete and explored.check() != z3.sat
        minimal.sort(key=lambda names: (len(names), names))
        maximal.sort(key=lambda names: (-len(names), sorted(names)))
        return minimal, maximal

    def _claims_left_out(self, model: z3.ModelRef) -> set[str]:
        """Return the claims that a model switches off, without the Python layer of z3."""
        found, context = set(), self._context.ref()
        for name, switch in self._claim_switches.items():
            value = z3.Z3_model_get_const_interp(context, model.model, z3.Z3_get_app_decl(context, switch.as_ast()))
            if value and z3.Z3_get_bool_value(context, value) == z3.Z3_L_FALSE:
                found.add(name)
        return found

    def grow(self, seed: Iterable[str], among: Iterable[str]) -> frozenset[str]:
        """Return a consistent set of claims: a seed and all claims of `among` that can be added in order."""
        grown = set(seed)
        self._grow_by_halves(grown, [name for name in among if name not in grown])
        return frozenset(grown)

    def _grow_by_halves(self, grown: set[str], more: Sequence[str]) -> None:
        """Add what can be added, in order: all at once if consistent, else each half in turn."""
        if not more:
            return
        if self.is_feasible([*grown, *more]):
            grown.update(more)
        elif len(more) > 1:
            half = len(more) // 2
            self._grow_by_halves(grown, more[:half])
            self._grow_by_halves(grown, more[half:])

    def disjoint_unsat_cores(self, claims: Iterable[str]) -> list[tuple[str, ...]]:
        """Return minimal conflicts that share no claim, each found among the claims that the earlier ones leave.

        Without their claims the rest is consistent.
        """
        left, found = frozenset(claims), []
        while not self.linear_system(left).is_feasible:
            found.append(self._shrink(left))
            left = left.difference(found[-1])
        return found

    def _shrink(self, seed: Iterable[str]) -> tuple[str, ...]:
        """Return a minimal conflict within an inconsistent set of claims."""
        core, _ = self.unsat_core(seed)
        for name in list(core):
            rest = [other for other in core if other != name]
            if not self.is_feasible(rest):
                core = rest
        return tuple(core)

    def _declarations(self) -> str:
        """Return every quantity as a real number in its domain, in SMT-LIB."""
        text = "".join(f"(declare-const {name} Real)" for name in self.variable_names.values())
        named = ((self.variable_names[quantity], domain) for quantity, domain in self.domains.items())
        return text + "".join(f"(assert {row})" for name, domain in named for row in _interval_rows(name, domain))

    def _rows(self, constraint: Constraint) -> list[str]:
        """Return a constraint as SMT-LIB formulas; the base of a ratio is above zero."""
        total = self._sum(constraint.terms)
        if not constraint.base:
            return _interval_rows(total, constraint.interval)
        base = self.variable_names[constraint.base]
        return [*_interval_rows(total, constraint.interval, base), f"(> {base} 0)"]

    def _sum(self, terms: Terms) -> str:
        """Return a linear combination in SMT-LIB."""
        parts = [f"(* {_number(factor)} {self.variable_names[quantity]})" for quantity, factor in terms]
        return f"(+ {' '.join(parts)})" if len(parts) > 1 else parts[0]


def restrict_maximal_sets(maximal_sets: Iterable[frozenset[str]], claims: Iterable[str]) -> list[frozenset[str]]:
    """Return the maximal consistent sets among some claims, given those among more claims."""
    some = frozenset(claims)
    inside = {some & names for names in maximal_sets}
    found = [names for names in inside if not any(names < other for other in inside)]
    return sorted(found, key=lambda names: (-len(names), sorted(names)))


def _extend_seed(seed: Iterable[str], among: Iterable[str], apart: Iterable[Sequence[str]]) -> list[str]:
    """Return claims with all of `among` that can be added in order without completing a set of `apart`."""
    wide = set(seed)
    rest: dict[str, list[set[str]]] = {}
    for names in apart:
        for name in names:
            rest.setdefault(name, []).append({other for other in names if other != name})
    for name in among:
        if not any(wide.issuperset(others) for others in rest.get(name, ())):
            wide.add(name)
    return sorted(wide)


def _interval_rows(text: str, interval: portion.Interval, scale: str = "") -> list[str]:
    """Return that a term lies in an interval, times the unknown `scale` where one is given, in SMT-LIB."""
    rows = []
    if interval.lower != -portion.inf:
        sign = ">=" if interval.left is portion.CLOSED else ">"
        rows.append(f"({sign} {text} {_scaled(interval.lower, scale)})")
    if interval.upper != portion.inf:
        sign = "<=" if interval.right is portion.CLOSED else "<"
        rows.append(f"({sign} {text} {_scaled(interval.upper, scale)})")
    return rows


def _scaled(number: Fraction, scale: str) -> str:
    return f"(* {_number(number)} {scale})" if scale else _number(number)


def _number(number: Fraction) -> str:
    found = Fraction(number)
    text = f"(/ {abs(found.numerator)}.0 {found.denominator}.0)"
    return f"(- {text})" if found < 0 else text
