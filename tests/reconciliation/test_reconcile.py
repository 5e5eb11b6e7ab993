import itertools
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from functools import cache
from typing import Any

import portion
import pytest

from compendium.ledger.loader import Ledger
from compendium.project.paths import ROOT
from compendium.reconciliation import reconcile as module
from compendium.reconciliation import z3_solver
from compendium.reconciliation.components import UNBOUNDED, disjoint_component_conflicts
from compendium.reconciliation.constraints import NON_NEGATIVE, ONE, Constraint, ConstraintKind, ImpliedBounds
from compendium.reconciliation.reconcile import (
    Reconciliation,
    build_components,
    constraints_from_ledger,
    disjoint_conflict_claims,
    find_conflicts,
    implied_bounds,
    metric_domain,
    reconcile,
)
from compendium.reconciliation.verdicts import RECONCILIATION_VERDICTS
from compendium.reconciliation.z3_solver import ConstraintSystem
from tests.support.small import (
    bounds,
    claim,
    conflicts,
    growth,
    metric,
    moved,
    quantity,
    reconciled,
    shuffled,
    small,
    verdicts,
)

SEEN = {"metric": "mirror", "ref_area": "B", "counterpart_area": "A"}


def known(growth_printed: str) -> list[dict[str, Any]]:
    """A level, the growth from it, and a figure that the two have to reach."""
    return [
        claim("level", "$4.4 billion", period="2023"),
        growth("growth", growth_printed),
        claim("almost", "$4.8 billion", hedge="almost"),
    ]


# --- near misses


def test_growth_that_just_reaches_almost_the_figure_can_hold() -> None:
    found = reconciled(*known("10.1%"))
    assert set(verdicts(found).values()) == {"consistent"}
    assert bounds(found) == portion.closed(4_787_175_000, 4_800_000_000)  # 4.35 · 1.1005 = 957435/200000
    assert bounds(found, period="2023") == portion.closed(4_350_000_000, Fraction(9_600 * 10**9, 2201))
    assert found.checks["almost"].implied_by_others.interval == portion.closedopen(4_787_175_000, 4_901_675_000)


def test_a_little_more_growth_cannot() -> None:
    found = reconciled(*known("10.4%"))  # 4.35 · 1.1035 = 4.800225
    assert conflicts(found) == [("almost", "growth", "level")]
    assert set(verdicts(found).values()) == {"in conflict"}
    assert found.conflicts[0].check.claim == "almost"
    assert found.conflicts[0].check.implied_by_others.interval == portion.closedopen(4_800_225_000, 4_915_025_000)


def test_half_open_readings_that_touch_are_in_conflict() -> None:
    assert conflicts(reconciled(claim("a", "4.4"), claim("b", "4.5"))) == [("a", "b")]  # below 4.45, from 4.45


def test_closed_ends_that_touch_are_not() -> None:
    found = reconciled(claim("a", "4.4", hedge="almost"), claim("b", "4.4", hedge="at least"))
    assert conflicts(found) == []
    assert bounds(found) == portion.singleton(Fraction("4.4"))
    assert conflicts(reconciled(claim("a", "4.4", hedge="almost"), claim("b", "4.4", hedge="more than"))) == [
        ("a", "b")
    ]


def test_capacity_says_nothing_of_throughput() -> None:
    assert verdicts(reconciled(claim("a", "5", "capacity"), claim("b", "9", "cargo"))) == {"a": "single", "b": "single"}


def test_different_periods_are_not_one() -> None:
    found = reconciled(claim("a", "$4"), claim("b", "$9", period="2023"))
    assert verdicts(found) == {"a": "single", "b": "single"}


def test_different_areas_are_not_one() -> None:
    found = reconciled(claim("a", "4", "victims"), claim("b", "9", "victims", counterpart_area="C"))
    assert verdicts(found) == {"a": "single", "b": "single"}


# --- conflicts


def test_three_levels_that_differ_give_three_pairs() -> None:
    found = reconciled(claim("a", "$4"), claim("b", "$6"), claim("c", "$8"))
    assert conflicts(found) == [("a", "b"), ("a", "c"), ("b", "c")]


def test_two_levels_against_one_give_two_pairs() -> None:
    found = reconciled(claim("a", "$5"), claim("b", "$5"), claim("c", "$7"))
    assert conflicts(found) == [("a", "c"), ("b", "c")]
    assert set(verdicts(found).values()) == {"in conflict"}


def test_bounds_in_conflict_are_the_hull_of_what_can_hold() -> None:
    found = reconciled(claim("a", "$5"), claim("b", "$5"), claim("c", "$7"), growth("g", "15%", low=10.0, high=20.0))
    assert bounds(found) == portion.closedopen(Fraction("4.5"), Fraction("5.5"))  # c gives way to the two others
    assert bounds(found, period="2023") == portion.closedopen(Fraction("3.75"), 5)


def test_as_few_claims_as_can_be_give_way() -> None:
    found = reconciled(claim("a", "$5"), claim("b", "$5"), claim("c", "$7"))
    assert found.minimum_removals == ((frozenset("c"),),)
    assert bounds(found) == portion.closedopen(Fraction("4.5"), Fraction("5.5"))  # that of a and b
    assert found.complete


def test_where_either_of_two_can_give_way_bounds_are_the_hull_of_both() -> None:
    found = reconciled(claim("a", "$5"), claim("c", "$7"))
    assert [set(ways) for ways in found.minimum_removals] == [{frozenset("a"), frozenset("c")}]
    assert bounds(found) == portion.closedopen(Fraction("4.5"), Fraction("7.5"))


def test_what_gives_way_is_told_for_each_group_in_conflict() -> None:
    rows = [claim("a", "$4"), claim("b", "$6"), claim("c", "4", "victims"), claim("d", "9", "oil")]
    found = reconciled(*rows, claim("e", "5", "victims"), claim("f", "5", "victims"))
    assert {frozenset(ways) for ways in found.minimum_removals} == {
        frozenset({frozenset("a"), frozenset("b")}), frozenset({frozenset("c")}),
    }  # fmt: skip
    assert reconciled(claim("a", "$4"), claim("b", "$4")).minimum_removals == ()


def test_a_forecast_is_what_gives_way_to_the_past() -> None:
    forecasts = (claim(name, "$9", obs_status="forecast") for name in ("f", "g"))
    assert reconciled(claim("a", "$4"), *forecasts).minimum_removals == ((frozenset("fg"),),)


def test_a_search_that_was_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = claim("a", "$4"), claim("b", "$6"), claim("c", "$8")
    assert reconciled(*rows).complete
    monkeypatch.setattr(z3_solver, "MAX_SEEDS", 1)
    found = reconciled(*rows)
    assert not found.complete
    assert len(found.conflicts) == 1
    assert reconciled(claim("a", "$4"), claim("b", "$4")).complete  # nothing to look through


# --- a direction without a figure


def test_a_fall_binds_as_growth_below_nothing() -> None:
    fell = moved("fell", "slightly decreased", "falls")
    found = reconciled(fell, claim("a", "$9"))
    assert bounds(found, period="2023") == portion.open(Fraction("8.5"), portion.inf)
    assert conflicts(reconciled(fell, claim("a", "$9"), claim("b", "$7", period="2023"))) == [("a", "b", "fell")]
    assert conflicts(reconciled(fell, claim("a", "$9"), claim("b", "$9", period="2023"))) == []


def test_a_fall_and_a_rise_of_one_thing_cannot_both_be() -> None:
    fell, rose = moved("fell", "slightly decreased", "falls"), moved("rose", "went up", "rises")
    assert conflicts(reconciled(fell, rose)) == [("fell", "rose")]
    assert conflicts(reconciled(fell, moved("again", "shrank", "falls"))) == []
    assert conflicts(reconciled(fell, moved("rose", "went up", "rises", base="2022"))) == []


def test_no_change_is_neither_a_fall_nor_a_rise() -> None:
    same = growth("same", "0%", low=0.0, high=0.0)
    for direction in ("falls", "rises"):
        assert conflicts(reconciled(same, moved("moved", "moved", direction))) == [("moved", "same")]


def test_a_claim_beside_a_conflict_is_not_in_it() -> None:
    rows = [claim("a", "$4"), claim("b", "$6"), claim("c", "$9", hedge="up to"), claim("d", "5", "victims")]
    found = reconciled(*rows)
    assert verdicts(found) == {"a": "in conflict", "b": "in conflict", "c": "consistent", "d": "single"}


def test_every_conflict_cannot_hold_and_needs_each_of_its_claims() -> None:
    ledger = mixed()
    sets = conflicts(once())
    assert len(sets) >= 8
    for group in build_components(constraints_from_ledger(ledger).constraints, ledger):
        system = ConstraintSystem([binding for binding in group.constraints if not binding.assumed], group.domains)
        for claims in sets:
            if set(claims) <= set(system.claims):
                assert not system.is_feasible(claims)
                assert all(system.is_feasible(rest) for rest in itertools.combinations(claims, len(claims) - 1))


def test_a_claim_that_cannot_be_true_by_itself_is_in_conflict() -> None:
    found = reconciled(claim("a", "120%", "opinion"), claim("b", "30%", "opinion"))
    assert conflicts(found) == [("a",)]
    assert verdicts(found) == {"a": "in conflict", "b": "single"}


def test_growth_of_what_was_nothing_is_in_conflict() -> None:
    none = claim("a", "0", "victims", period="2023")
    more = claim("b", "50%", "victims", base="2023", measure="growth", unit="percent")
    assert conflicts(reconciled(none, more)) == [("a", "b")]


# --- verdicts


def test_a_claim_alone_is_single() -> None:
    found = reconciled(claim("a", "$4"))
    assert verdicts(found) == {"a": "single"}
    assert bounds(found) == portion.closedopen(Fraction("3.5"), Fraction("4.5"))
    assert found.checks == {}


def test_nothing_is_found_in_nothing() -> None:
    found = reconciled()
    assert (found.claims, found.bounds, found.conflicts, found.verdicts) == ({}, {}, (), {})


def test_a_withdrawn_claim_is_ignored() -> None:
    found = reconciled(claim("a", "$4"), claim("b", "$9", rank="deprecated"))
    assert verdicts(found) == {"a": "single"}
    assert bounds(found) == portion.closedopen(Fraction("3.5"), Fraction("4.5"))


def test_a_source_that_was_never_read_is_ignored() -> None:
    ledger = small(claim("a", "$4"), claim("b", "$9", source_id="two2024"))
    assert conflicts(reconcile(ledger)) == [("a", "b")]
    assert verdicts(reconcile(ledger.without_source("two2024"))) == {"a": "single"}


@pytest.mark.parametrize("period", ["", "2024/..", "2024~", "../2024"])
def test_a_claim_that_says_too_little_of_its_time_is_not_comparable(period: str) -> None:
    found = reconciled(claim("a", "$4", period=period), claim("b", "$9"))
    assert verdicts(found) == {"a": "not comparable: period", "b": "not comparable: period"}
    assert found.related_claims == {"a": ("b",), "b": ("a",)}
    assert quantity(period=period) not in found.bounds


def test_growth_over_an_unknown_time_is_not_comparable() -> None:
    found = reconciled(growth("a", "10%", base=""), claim("b", "$9"), claim("c", "$9.2"))
    assert verdicts(found) == {"a": "not comparable: period", "b": "consistent", "c": "consistent"}


def test_without_a_neighbour_an_unknown_time_is_no_matter() -> None:
    assert verdicts(reconciled(claim("a", "$4", period=""))) == {"a": "single"}
    assert verdicts(reconciled(claim("a", "$4", period=""), claim("b", "$9", "first"))) == {
        "a": "single",
        "b": "single",
    }


def test_counts_of_different_people_are_not_comparable() -> None:
    found = reconciled(claim("a", "38", "victims", population="all"), claim("b", "2", "victims", population="crew"))
    assert verdicts(found) == {"a": "not comparable: population", "b": "not comparable: population"}
    assert found.related_claims == {"a": ("b",), "b": ("a",)}


def test_counts_of_different_people_at_different_times_are_simply_two() -> None:
    rows = claim("a", "38", "victims", population="all"), claim("b", "2", "victims", population="crew", period="2023")
    assert verdicts(reconciled(*rows)) == {"a": "single", "b": "single"}


def test_the_two_sides_of_a_flow_that_differ_are_not_comparable() -> None:
    found = reconciled(claim("a", "$4", "sold"), claim("b", "$5", **SEEN))
    assert verdicts(found) == {"a": "not comparable: valuation", "b": "not comparable: valuation"}
    assert conflicts(found) == []


def test_each_figure_of_the_other_side_stands_beside_one_that_differs() -> None:
    found = reconciled(
        claim("a", "$4", "sold"), claim("b", "$4", "sold", source_id="two2024"), claim("c", "$5", **SEEN)
    )
    assert verdicts(found) == {"a": "consistent", "b": "consistent", "c": "not comparable: valuation"}
    assert found.related_claims["c"] == ("a", "b")


def test_a_claim_set_apart_by_the_table_has_the_reason_of_the_table() -> None:
    found = reconciled(claim("a", "$4"), claim("b", "$9"), apart=[("a", "b", "question")])
    assert verdicts(found) == {"a": "not comparable: question", "b": "single"}
    assert found.related_claims["a"] == ("b",)
    assert bounds(found) == portion.closedopen(Fraction("8.5"), Fraction("9.5"))


def test_a_claim_set_apart_from_one_that_is_withdrawn_stays_apart() -> None:
    rows = claim("a", "$4"), claim("b", "$9", rank="deprecated"), claim("c", "$9")
    found = reconciled(*rows, apart=[("a", "b", "question")])
    assert verdicts(found) == {"a": "not comparable: question", "c": "single"}
    assert found.related_claims["a"] == ()


def test_a_rank_set_apart_orders_nothing() -> None:
    rows = [
        claim("a", "first", "place", measure="rank"),
        claim("b", "second", "place", measure="rank", counterpart_area="C"),
        claim("x", "$1"),
        claim("y", "$4", counterpart_area="C"),
    ]
    assert conflicts(reconciled(*rows)) == [("a", "b", "x", "y")]
    assert conflicts(reconciled(*rows, apart=[("a", "b", "question")])) == []


def test_a_forecast_against_the_past_is_the_forecasts_conflict() -> None:
    rows = [claim("a", "$4"), claim("f", "$9", obs_status="forecast"), claim("c", "$4.2")]
    found = reconciled(*rows)
    assert conflicts(found) == [("a", "f"), ("c", "f")]
    assert verdicts(found) == {"a": "consistent", "c": "consistent", "f": "in conflict"}
    assert bounds(found) == portion.closedopen(Fraction("4.15"), Fraction("4.25"))
    assert verdicts(reconciled(*rows[:2])) == {"a": "single", "f": "in conflict"}


def test_a_projection_against_its_base_is_the_projections_conflict() -> None:
    rise = claim("f", "$5", base="2023", direction="rises", obs_status="forecast")
    assert verdicts(reconciled(rise, claim("b", "$7", period="2023"))) == {"f": "in conflict", "b": "single"}
    assert verdicts(reconciled(rise, claim("b", "$3", period="2023"))) == {"f": "consistent", "b": "consistent"}


def test_two_forecasts_that_differ_are_both_in_conflict_and_neither_is_set_aside() -> None:
    found = reconciled(*(claim(name, printed, obs_status="forecast") for name, printed in (("e", "$4"), ("f", "$9"))))
    assert verdicts(found) == {"e": "in conflict", "f": "in conflict"}
    assert bounds(found) == portion.closedopen(Fraction("3.5"), Fraction("9.5"))


def test_an_estimate_is_no_forecast() -> None:
    found = reconciled(claim("a", "$4"), claim("b", "$9", obs_status="estimate"))
    assert set(verdicts(found).values()) == {"in conflict"}


# --- bounds


def test_ends_without_end_stay_so() -> None:
    assert bounds(reconciled(claim("a", "$4", hedge="more than"))) == portion.open(4, portion.inf)
    assert bounds(reconciled(claim("a", "$4", hedge="at least"))) == portion.closedopen(4, portion.inf)
    assert bounds(reconciled(claim("a", "$4", "balance", hedge="up to")), "balance") == portion.openclosed(
        -portion.inf, 4
    )


def test_zero_is_a_value() -> None:
    assert bounds(reconciled(claim("a", "0", "victims")), "victims") == portion.singleton(0)
    assert bounds(reconciled(claim("a", "$4", hedge="up to"))) == portion.closed(0, 4)
    assert bounds(reconciled(claim("a", "0"))) == portion.closedopen(0, Fraction(1, 2))


def test_zero_has_all_its_shares_zero() -> None:
    none = claim("a", "0", "victims", low=0.0, high=0.0)
    assert conflicts(reconciled(none, claim("b", "0", "victims"))) == []
    assert conflicts(reconciled(none, claim("b", "1", "victims"))) == [("a", "b")]


def test_a_share_never_passes_its_whole() -> None:
    assert bounds(reconciled(claim("a", "60%", "opinion", hedge="more than")), "opinion") == portion.openclosed(60, 100)


def test_only_what_some_claim_bounds_is_told() -> None:
    found = reconciled(claim("a", "$4", "piece"))
    assert quantity("second") not in found.bounds  # named by the sum, bounded by nobody
    assert bounds(found, "first") == bounds(found) == portion.closedopen(Fraction("3.5"), portion.inf)
    assert found.claimed_quantities == {quantity("piece")}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("total", NON_NEGATIVE),
        ("balance", UNBOUNDED),
        ("opinion", portion.closed(0, 100)),
        ("place", portion.closedopen(1, portion.inf)),
        ("victims", NON_NEGATIVE),
    ],
)
def test_a_metric_says_what_can_be(name: str, expected: portion.Interval) -> None:
    assert metric_domain(metric(name)) == expected


# --- what goes in, and how


def test_claims_that_share_no_quantity_are_in_different_groups() -> None:
    ledger = small(claim("a", "$4"), growth("b", "10%"), claim("c", "5", "victims"), claim("d", "$4", "savings"))
    bound = constraints_from_ledger(ledger).constraints
    names = [
        sorted(name for binding in group.constraints for name in binding.claims)
        for group in build_components(bound, ledger)
    ]
    assert sorted(names) == [["a", "b"], ["c"], ["d"]]


def test_rules_by_which_a_claim_binds() -> None:
    rows = [claim("a", "$4", base="2023", direction="rises"), growth("b", "5%"), claim("c", "5", "oil", unit="bbl/day")]
    assert reconciled(*rows).constraint_kinds == {
        "a": (ConstraintKind.SAME, ConstraintKind.DIRECTION),
        "b": (ConstraintKind.GROWTH,),
        "c": (ConstraintKind.RATE,),
    }


def test_questions_about_a_ledger() -> None:
    ledger = small(
        claim("a", "$4", low=4.0, high=4.0), growth("b", "15%", low=10.0, high=20.0), claim("c", "5", "victims")
    )
    ratio = Constraint(ConstraintKind.MULTIPLE, ((quantity(), ONE),), NON_NEGATIVE, quantity(period="2023"))
    level = Constraint(ConstraintKind.SAME, ((quantity(period="2023"), ONE),), NON_NEGATIVE)
    unheard = Constraint(ConstraintKind.SAME, ((quantity(period="1999"), ONE),), NON_NEGATIVE)
    apart = Constraint(ConstraintKind.MULTIPLE, ((quantity(), ONE),), NON_NEGATIVE, quantity("victims"))
    assert implied_bounds(ledger, [ratio, level, unheard, apart]) == [
        ImpliedBounds(portion.closed(Fraction("1.1"), Fraction("1.2")), ("b",)),
        ImpliedBounds(portion.closed(Fraction(10, 3), Fraction(40, 11)), ("a", "b")),
        ImpliedBounds(NON_NEGATIVE, ()),
        ImpliedBounds(portion.singleton(Fraction(4, 5)), ("a", "c")),  # two that no claim ties
    ]


# --- always the same


def mixed() -> Ledger:
    """A ledger in which most kinds of claim, of conflict and of reason occur, and no two ends fall on one value."""
    return small(
        *known("10.4%"),
        claim("half", "$1.53 billion", period="2023-01/2023-06"),
        claim("first-1", "$3.11 billion", "first"),
        claim("piece-1", "$6 billion", "piece", hedge="more than"),
        claim("rank-1", "first", "place", measure="rank"),
        claim("rank-2", "second", "place", measure="rank", counterpart_area="C"),
        claim("other", "$7.77 billion", counterpart_area="C"),
        claim("world", "$8.02 billion", counterpart_area="WORLD"),
        claim("answer-1", "77%", "answers"),
        claim("answer-2", "26%", "answers", counterpart_area="C"),
        claim("sold-1", "$4", "sold"),
        claim("seen-1", "$5", **SEEN),
        claim("daily", "1000", "oil", unit="bbl/day", low=1000.0, high=1000.0),
        claim("yearly", "365,000", "oil"),
        claim("dead-1", "38", "victims", population="all"),
        claim("dead-2", "2", "victims", population="crew"),
        claim("saved-1", "$4.2", "savings"),
        claim("saved-2", "$5.3", "savings", obs_status="forecast"),
        claim("saved-3", "$4", "savings"),
        claim("alone", "19", "tenure"),
        claim("dateless", "$4", "savings", period=""),
        claim("asked", "$4", "savings", period="2022"),
        apart=[("asked", "saved-1", "question")],
    )


@cache
def once() -> Reconciliation:
    """What is found in the mixed ledger, for tests that only look at it."""
    return reconcile(mixed())


def told(found: Reconciliation) -> dict[str, Any]:
    """All that was found, as plain values without the order of rows."""
    return {
        "bounds": {
            tuple(q): (str(held.interval), held.claims, rules(held.identities)) for q, held in found.bounds.items()
        },
        "tests": {
            name: (
                str(test.implied_by_others.interval),
                test.implied_by_others.claims,
                rules(test.implied_by_others.identities),
            )
            for name, test in found.checks.items()
        },
        "conflicts": sorted((c.claims, c.assumed, c.check.claim, rules(c.identities)) for c in found.conflicts),
        "verdicts": found.verdicts,
        "beside": {name: sorted(others) for name, others in found.related_claims.items()},
    }


def plainly(found: Reconciliation) -> str:
    """All that was found as one text, in the order in which it was found."""
    return str((told(found), list(found.bounds), list(found.checks), [c.identities for c in found.conflicts]))


def rules(bindings: tuple[Constraint, ...]) -> list[str]:
    return sorted(str((binding.kind, binding.terms)) for binding in bindings)


def test_every_verdict_occurs() -> None:
    found = once()
    assert {verdict for verdict, _ in found.verdicts.values()} == set(RECONCILIATION_VERDICTS)
    reasons = {reason for _, reason in found.verdicts.values()}
    assert reasons == {"", "period", "population", "valuation", "question"}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    assert told(reconcile(shuffled(mixed(), seed))) == told(once())


@pytest.mark.parametrize("rows", [["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]])
def test_what_a_result_rests_on_does_not_depend_on_the_order_of_rows(rows: list[str]) -> None:
    claims = {
        "a": claim("a", "$5"),
        "b": claim("b", "$5", source_id="two2024"),
        "c": growth("c", "10%"),
        "d": claim("d", "$9"),
    }
    one, other = (told(reconciled(*(claims[name] for name in order))) for order in (rows, rows[::-1]))
    assert one == other


def test_the_seed_of_hashes_does_not_matter() -> None:
    code = "import tests.reconciliation.test_reconcile as t; print(t.plainly(t.once()))"
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    own = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", code], env=own, cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.rstrip() == plainly(once())


def test_a_second_run_says_the_same_in_the_same_order() -> None:
    ledger = small(
        claim("a", "$8", counterpart_area="WORLD"),
        claim("b", "$7.7", counterpart_area="C"),
        claim("c", "$6", "piece"),
        claim("d", "$3", "first"),
    )
    first = reconcile(ledger)
    assert [reconcile(ledger) == first for _ in range(5)] == [True] * 5


def test_a_whole_ledger_is_reconciled_alike_again(small: Ledger, small_reconciled: Reconciliation) -> None:
    assert plainly(reconcile(small)) == plainly(small_reconciled)


def test_other_processes_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_SIZE", 2)
    with ProcessPoolExecutor(2) as executor:
        there = reconcile(mixed(), executor)
    here = once()
    assert told(there) == told(here)
    assert list(there.bounds) == list(here.bounds)
    assert list(there.verdicts) == list(here.verdicts)


def test_conflicts_can_be_found_by_themselves() -> None:
    whole = once().conflicts
    assert [(c.claims, c.assumed, set(c.identities)) for c in find_conflicts(mixed())] == [
        (c.claims, c.assumed, set(c.identities)) for c in whole
    ]


# --- what clashes


def disjoint_conflicts(ledger: Ledger) -> list[tuple[str, ...]]:
    """Return the conflicts whose claims `disjoint_conflict_claims` returns."""
    components = build_components(constraints_from_ledger(ledger).constraints, ledger)
    return [names for component in components for names in disjoint_component_conflicts(component)]


def test_clashes_share_no_claim_and_leave_what_can_hold() -> None:
    rows = [claim(name, printed) for name, printed in (("a", "$5"), ("b", "$7"), ("c", "$9"), ("d", "$9"))]
    found = disjoint_conflicts(small(*rows))
    names = [name for conflict in found for name in conflict]
    assert len(names) == len(set(names))
    assert find_conflicts(small(*[row for row in rows if row["claim_id"] not in names])) == ()
    assert [len(conflict) for conflict in found] in ([2], [2, 2])


def test_a_clash_is_a_conflict() -> None:
    ledger = small(claim("a", "$8", "first"), claim("b", "$5"))
    assert disjoint_conflicts(ledger) == [conflict.claims for conflict in find_conflicts(ledger)] == [("a", "b")]


def test_what_binds_nothing_or_only_by_assumption_clashes_with_nothing() -> None:
    assert disjoint_conflicts(small(claim("a", "$5", period=""), claim("b", "$9", period=""))) == []
    assert disjoint_conflicts(small(claim("a", "$5", "sold"), claim("b", "$9", **SEEN))) == []
    assert disjoint_conflicts(small(claim("a", "$5"), claim("b", "$9", rank="deprecated", rank_reason="typo"))) == []
    assert disjoint_conflicts(small()) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_sets_nothing_else_aside(seed: int) -> None:
    ledger = mixed()
    assert disjoint_conflicts(shuffled(ledger, seed)) == disjoint_conflicts(ledger)


def test_what_is_at_odds_is_in_the_clashes() -> None:
    ledger = mixed()
    found = disjoint_conflict_claims(ledger)
    assert found == {name for conflict in disjoint_conflicts(ledger) for name in conflict} != set()
    assert disjoint_conflict_claims(small(claim("a", "$5"), claim("b", "$5"))) == set()


def test_asking_for_more_at_once_changes_no_answer() -> None:
    ledger = mixed()
    asked = [Constraint(ConstraintKind.SAME, ((quantity, ONE),), NON_NEGATIVE) for quantity in sorted(once().bounds)]
    together = implied_bounds(ledger, asked)
    for question, answer in list(zip(asked, together, strict=True))[::7]:
        (alone,) = implied_bounds(ledger, [question])
        assert (alone.interval, alone.claims) == (answer.interval, answer.claims), question.terms


def test_a_source_left_out_takes_its_conflicts_with_it() -> None:
    """What was found with all sources answers nothing about the ledger without one of them."""
    rows = (
        claim("a", "$4", source_id="one2024"),
        claim("b", "$6", source_id="two2024"),
        claim("c", "$8", source_id="two2024"),
    )
    ledger = small(*rows)
    assert len(find_conflicts(ledger)) == 3
    assert [conflict.claims for conflict in find_conflicts(ledger.without_source("one2024"))] == [("b", "c")]
    assert find_conflicts(ledger.without_source("two2024")) == ()
    assert len(find_conflicts(ledger)) == 3
