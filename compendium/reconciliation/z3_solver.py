"""Asks z3, in rational arithmetic: can these claims hold together, which cannot, and what do they imply?

A thin adapter between bindings and SMT-LIB. It decides nothing about claims, and knows neither metric nor unit.
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
"""How many sets of claims of one group are looked at, at most: enough for some ten conflicts that are independent."""


class ConstraintSystem:
    """Bindings among quantities, each switched on and off by the claims it stands on.

    Identities are always on for bounds and conflicts; `core` can also say which of them were needed.
    """

    def __init__(self, constraints: Sequence[Constraint], domains: Domains) -> None:
        """Take the bindings of one group and the domain of every quantity in them."""
        self.constraints, self.domains = list(constraints), domains
        self.variable_names = {quantity: f"q{place}" for place, quantity in enumerate(domains)}
        self.claims = sorted({claim for binding in constraints for claim in binding.claims})
        self.identities = [binding for binding in constraints if not binding.claims]
        self.complete = True
        self._label = {name: f"c{place}" for place, name in enumerate(self.claims)}
        self._linear: dict[frozenset[str], LinearSystem] = {}

    @cached_property
    def _context(self) -> z3.Context:
        """A context of its own: what z3 answers, and how fast, would else depend on what it was asked before."""
        return z3.Context()

    @cached_property
    def _claim_switches(self) -> dict[str, z3.BoolRef]:
        return {name: z3.Bool(label, self._context) for name, label in self._label.items()}

    @cached_property
    def _identity_switches(self) -> list[z3.BoolRef]:
        return [z3.Bool(f"i{place}", self._context) for place in range(len(self.identities))]

    def linear_system(self, claims: Iterable[str]) -> LinearSystem:
        """Return these claims and every identity as linear rows, which answer what they imply; built once."""
        on = frozenset(claims)
        if on not in self._linear:
            claimed = (binding for binding in self.constraints if binding.claims)
            self._linear[on] = self.build_linear_system(binding for binding in claimed if on.issuperset(binding.claims))
        return self._linear[on]

    def build_linear_system(self, constraints: Iterable[Constraint]) -> LinearSystem:
        """Return bindings of claims and every identity as linear rows."""
        return LinearSystem(constraints, self.domains, self._initial_dictionary)

    @cached_property
    def _initial_dictionary(self) -> InitialDictionary:
        return InitialDictionary(self.domains, self.identities)

    @cached_property
    def _solver(self) -> z3.Solver:
        solver = z3.Solver(ctx=self._context)
        solver.set("core.minimize", True)
        place, rows = 0, []
        for binding in self.constraints:
            if binding.claims:
                names = " ".join(self._label[name] for name in binding.claims)
                on = f"(and {names})" if len(binding.claims) > 1 else names
            else:
                on, place = f"i{place}", place + 1
            rows += [f"(assert (=> {on} {row}))" for row in self._rows(binding)]
        switches = [*self._label.values(), *(f"i{place}" for place in range(len(self._identity_switches)))]
        declared = "".join(f"(declare-const {switch} Bool)" for switch in switches)
        solver.from_string(self._declarations() + declared + "".join(rows))
        return solver

    def is_feasible(self, claims: Iterable[str]) -> bool:
        """Tell whether these claims and every identity can hold together."""
        return self._is_satisfiable([self._claim_switches[name] for name in sorted(claims)] + self._identity_switches)

    def _is_satisfiable(self, on: Sequence[z3.BoolRef]) -> bool:
        return self._check(on) == z3.sat

    def _check(self, on: Sequence[z3.BoolRef]) -> z3.CheckSatResult:
        """Ask z3 without the conversions of its Python layer, which take most of the time where there are many."""
        asts = (z3.Ast * len(on))(*(one.as_ast() for one in on))
        found = z3.Z3_solver_check_assumptions(self._context.ref(), self._solver.solver, len(on), asts)
        return z3.CheckSatResult(found)

    def unsat_core(self, claims: Iterable[str], extra: Constraint | None = None) -> tuple[list[str], list[Constraint]]:
        """Return claims and identities, none of them idle, that cannot hold together, with one binding besides.

        Raises
        ------
        ValueError
            where all can hold together.
        """
        on = {self._label[name]: name for name in sorted(claims)}
        rules = {f"i{place}": binding for place, binding in enumerate(self.identities)}
        solver = self._solver
        solver.push()
        try:
            if extra:
                solver.from_string("".join(f"(assert {row})" for row in self._rows(extra)))
            if (
                self._check([*(self._claim_switches[name] for name in on.values()), *self._identity_switches])
                != z3.unsat
            ):
                raise ValueError("these claims can hold together")
            found = [part.decl().name() for part in solver.unsat_core()]
        finally:
            solver.pop()
        return sorted(on[name] for name in found if name in on), [rules[name] for name in found if name in rules]

    def minimal_identities(self, claims: Iterable[str]) -> list[Constraint]:
        """Return identities, as few as will do, with which some claims cannot hold together.

        Raises
        ------
        ValueError
            where the claims can hold together with all identities.
        """
        names = sorted(claims)
        _, needed = self.unsat_core(names)
        place = {id(binding): number for number, binding in enumerate(self.identities)}
        for binding in list(needed):
            rest = [other for other in needed if other is not binding]
            on = [self._claim_switches[name] for name in names] + [
                self._identity_switches[place[id(other)]] for other in rest
            ]
            if self._check(on) == z3.unsat:
                needed = rest
        return needed

    def enumerate_sets(self, claims: Iterable[str] | None = None) -> tuple[list[tuple[str, ...]], list[frozenset[str]]]:
        """Return every minimal set of claims that cannot all be true, and every maximal set that can.

        Take one claim from a minimal set, and the rest can hold; add one to a maximal set, and it cannot. The map
        of what has been explored, and the shrinking of seeds, follow MARCO (Liffiton, Previti, Malik and Marques-Silva
        2016); a seed is as large as the minimal sets known so far allow, so that one that can hold is maximal.
        Both lists are in order of size and name.

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
        explored.set("phase_selection", 1)  # seeds as large as can be: the large ones are in conflict
        switch, none = self._claim_switches, z3.BoolVal(False, self._context)
        for _ in range(MAX_SEEDS):
            if explored.check() != z3.sat:
                break
            off = self._claims_left_out(explored.model())
            seed = _extend_seed([name for name in among if name not in off], among, minimal)
            if self.is_feasible(seed):  # whatever more is added completes a set that cannot be true
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
        """Return the claims that a model leaves out, again without z3's Python layer."""
        found, context = set(), self._context.ref()
        for name, switch in self._claim_switches.items():
            value = z3.Z3_model_get_const_interp(context, model.model, z3.Z3_get_app_decl(context, switch.as_ast()))
            if value and z3.Z3_get_bool_value(context, value) == z3.Z3_L_FALSE:
                found.add(name)
        return found

    def grow(self, seed: Iterable[str], among: Iterable[str]) -> frozenset[str]:
        """Return a set of claims that can hold together, grown by all that can be added from some others, in order."""
        grown = set(seed)
        self._grow_by_halves(grown, [name for name in among if name not in grown])
        return frozenset(grown)

    def _grow_by_halves(self, grown: set[str], more: Sequence[str]) -> None:
        """Add what can be added, in order: all at once where that can hold, else each half in turn."""
        if not more:
            return
        if self.is_feasible([*grown, *more]):
            grown.update(more)
        elif len(more) > 1:
            half = len(more) // 2
            self._grow_by_halves(grown, more[:half])
            self._grow_by_halves(grown, more[half:])

    def disjoint_unsat_cores(self, claims: Iterable[str]) -> list[tuple[str, ...]]:
        """Return minimal sets of some claims that cannot hold, each found among what the others before it leave.

        Without them the rest can hold together. They share no claim, so that it is not every conflict that is found,
        but one after the other, and quickly.
        """
        left, found = frozenset(claims), []
        while not self.linear_system(left).is_feasible:
            found.append(self._shrink(left))
            left = left.difference(found[-1])
        return found

    def _shrink(self, seed: Iterable[str]) -> tuple[str, ...]:
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
        parts = [f"(* {_number(factor)} {self.variable_names[quantity]})" for quantity, factor in terms]
        return f"(+ {' '.join(parts)})" if len(parts) > 1 else parts[0]


def restrict_maximal_sets(maximal_sets: Iterable[frozenset[str]], claims: Iterable[str]) -> list[frozenset[str]]:
    """Return the maximal sets among some claims that can hold, given every one among more."""
    some = frozenset(claims)
    inside = {some & names for names in maximal_sets}
    found = [names for names in inside if not any(names < other for other in inside)]
    return sorted(found, key=lambda names: (-len(names), sorted(names)))


def _extend_seed(seed: Iterable[str], among: Iterable[str], apart: Iterable[Sequence[str]]) -> list[str]:
    """Return claims with all that can be added from some others, in order, without completing a set of those apart."""
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
