from fractions import Fraction
from typing import Any

import portion
import pytest
from small import bounds, claim, conflicts, quantity, reconciled, small, verdicts

from compendium.reconciliation.constraints import NON_NEGATIVE, ONE, ZERO_INTERVAL, Constraint, ConstraintKind, Quantity
from compendium.reconciliation.identities import ANSWER_SUM_RANGE, MetricRelations, derive_identities


def meaning(**tables: Any) -> MetricRelations:
    ledger = small(**tables)
    metrics = {row["metric_id"]: row for row in ledger["metrics"].to_dict("records")}
    return MetricRelations(metrics, dict(zip(ledger["places"]["place_id"], ledger["places"]["within"], strict=True)))


def found(*claimed: Quantity, **tables: Any) -> list[Constraint]:
    return derive_identities(claimed, meaning(**tables))


def of(whole: Quantity, *parts: Quantity) -> tuple[tuple[Quantity, Fraction], ...]:
    """The terms of a whole less its parts."""
    return ((whole, ONE), *((part, -ONE) for part in parts))


# --- sums and parts


def test_nothing_follows_from_one_quantity_that_is_no_part() -> None:
    assert found(quantity()) == []
    assert found(quantity("cargo"), quantity("capacity")) == []


def test_a_sum_is_the_sum_of_its_parts() -> None:
    summed = Constraint(ConstraintKind.SUM, of(quantity(), quantity("first"), quantity("second")), ZERO_INTERVAL)
    assert found(quantity("first")) == [summed]  # the total and the other part come in
    assert found(quantity(), quantity("first"), quantity("second")) == [summed]


def test_a_part_is_no_larger_than_its_whole() -> None:
    part = Constraint(ConstraintKind.PART, of(quantity("first"), quantity("piece")), NON_NEGATIVE)
    summed = Constraint(ConstraintKind.SUM, of(quantity(), quantity("first"), quantity("second")), ZERO_INTERVAL)
    assert set(found(quantity("piece"))) == {part, summed}


def test_parts_of_another_time_place_or_population_are_no_parts() -> None:
    others = [
        quantity("first", "2023"),
        quantity("first", counterpart="C"),
        quantity("first", area="C"),
        quantity("first")._replace(population="some"),
    ]
    for other in others:
        assert all(quantity() not in identity.quantities for identity in found(quantity(), other, quantity("second"))
                   if other in identity.quantities and identity.kind is ConstraintKind.SUM)  # fmt: skip


def test_levels_of_a_sum_and_its_parts() -> None:
    parts = [claim("b", "$3", "first"), claim("c", "$2", "second")]  # read [2.5, 3.5) and [1.5, 2.5)
    result = reconciled(claim("a", "$4"), *parts)
    assert conflicts(result) == []
    assert bounds(result) == portion.closedopen(4, Fraction("4.5"))
    assert bounds(result, "first") == portion.closedopen(Fraction("2.5"), 3)
    assert bounds(result, "second") == portion.closedopen(Fraction("1.5"), 2)
    assert conflicts(reconciled(claim("a", "$6"), *parts)) == []  # read from 5.5, and the parts are below 6
    assert conflicts(reconciled(claim("a", "$7"), *parts)) == [("a", "b", "c")]
    assert conflicts(reconciled(claim("a", "$3"), *parts)) == [("a", "b", "c")]


def test_a_part_is_subtracted_from_its_sum() -> None:
    assert bounds(reconciled(claim("a", "$4"), claim("b", "$3", "first")), "second") == portion.open(0, 2)


def test_a_part_that_passes_a_whole_two_steps_above() -> None:
    piece = claim("b", "$4", "piece")
    assert conflicts(reconciled(claim("a", "$3"), piece)) == [("a", "b")]  # below 3.5 and from 3.5
    assert conflicts(reconciled(claim("a", "$3", high=3.5), piece)) == []
    (conflict,) = reconciled(claim("a", "$3"), piece).conflicts
    assert {binding.rule for binding in conflict.rules} == {ConstraintKind.SUM, ConstraintKind.PART}


# --- mirrors


def mirrored(figure: str, name: str = "b", **cells: Any) -> dict[str, Any]:
    return claim(name, figure, "mirror", **{"ref_area": "B", "counterpart_area": "A", **cells})


def test_a_flow_is_mirrored_where_the_other_side_is_spoken_of() -> None:
    sold, seen = quantity("sold"), quantity("mirror", area="B", counterpart="A")
    image = Constraint(ConstraintKind.MIRROR, of(*sorted([sold, seen])), ZERO_INTERVAL, assumed=True)
    assert found(sold, seen) == [image]
    assert found(sold) == []
    assert found(sold, quantity("savings", area="B", counterpart="A")) == [image]


def test_a_mirror_image_has_its_areas_exchanged_and_the_same_time() -> None:
    assert found(quantity("sold"), quantity("mirror")) == []
    assert found(quantity("sold"), quantity("mirror", "2023", area="B", counterpart="A")) == []


@pytest.mark.parametrize("name", ["another", "zmetric"])
def test_a_mirror_named_by_one_of_the_two_only_is_a_mirror(name: str) -> None:
    own = quantity(name)
    seen = quantity("total", area="B", counterpart="A")
    identities_ = found(own, seen, metrics=[{"metric_id": name, "mirror_of": "total"}])
    assert [identity.kind for identity in identities_] == [ConstraintKind.MIRROR]


def test_mirror_figures_that_differ_are_not_comparable() -> None:
    result = reconciled(claim("a", "$4", "sold"), mirrored("$5"))
    assert verdicts(result) == {"a": "not comparable: valuation", "b": "not comparable: valuation"}
    assert conflicts(result) == []
    (conflict,) = result.conflicts
    assert (conflict.claims, conflict.assumed) == (("a", "b"), True)
    assert result.beside == {"a": ("b",), "b": ("a",)}
    assert bounds(result, "sold") == portion.closedopen(Fraction("3.5"), Fraction("4.5"))  # the other does not bear


def test_mirror_figures_that_meet_are_consistent() -> None:
    result = reconciled(claim("a", "$4", "sold"), mirrored("$4.3"))
    assert verdicts(result) == {"a": "consistent", "b": "consistent"}
    assert result.tests["a"].others.assumed


def test_a_conflict_on_one_side_stays_a_conflict() -> None:
    result = reconciled(claim("a", "$4", "sold"), claim("c", "$6", "sold"), mirrored("$9"))
    assert conflicts(result) == [("a", "c")]
    assert verdicts(result) == {"a": "in conflict", "b": "not comparable: valuation", "c": "in conflict"}


# --- periods


def test_a_period_consists_of_the_stretch_spoken_of_and_the_rest() -> None:
    year, start = quantity(), quantity(period="2024-01/2024-04")
    assert found(year, start) == [
        Constraint(ConstraintKind.PERIOD, of(year, start, quantity(period="2024-05/2024-12")), ZERO_INTERVAL)
    ]


def test_a_stretch_in_the_middle_leaves_two() -> None:
    middle = quantity(period="2024-05")
    parts = (quantity(period="2024-01/2024-04"), middle, quantity(period="2024-06/2024-12"))
    assert found(quantity(), middle) == [Constraint(ConstraintKind.PERIOD, of(quantity(), *parts), ZERO_INTERVAL)]


def test_periods_that_overlap_share_a_stretch() -> None:
    early, late = quantity(period="2024-01/2024-06"), quantity(period="2024-04/2024-09")
    first, common, last = (quantity(period=p) for p in ("2024-01/2024-03", "2024-04/2024-06", "2024-07/2024-09"))
    assert found(early, late) == [
        Constraint(ConstraintKind.PERIOD, of(early, first, common), ZERO_INTERVAL),
        Constraint(ConstraintKind.PERIOD, of(late, common, last), ZERO_INTERVAL),
    ]


def test_years_consist_of_years() -> None:
    both = quantity(period="2023/2024")
    assert found(both, quantity()) == [
        Constraint(ConstraintKind.PERIOD, of(both, quantity(period="2023"), quantity()), ZERO_INTERVAL)
    ]


def test_periods_that_only_touch_say_nothing_of_each_other() -> None:
    assert found(quantity(period="2024-01/2024-06"), quantity(period="2024-07/2024-12")) == []


@pytest.mark.parametrize("other", ["2024/..", "2024~", "", "../2024"])
def test_a_period_without_known_ends_is_no_part_of_another(other: str) -> None:
    assert found(quantity(period="2024-01/2024-04"), quantity(period=other)) == []


@pytest.mark.parametrize("metric", ["savings", "answers", "victims", "balance"])
def test_only_a_flow_that_is_never_negative_adds_up_over_time(metric: str) -> None:
    assert found(quantity(metric), quantity(metric, "2024-01/2024-04")) == []


def test_part_of_a_year_against_the_year() -> None:
    part = claim("a", "$5", period="2024-01/2024-04")
    assert conflicts(reconciled(part, claim("b", "$4"))) == [("a", "b")]  # from 4.5, and below 4.5
    result = reconciled(part, claim("b", "$6"))
    assert conflicts(result) == []
    assert bounds(result, period="2024-05/2024-12") == portion.open(0, 2)


def test_stretches_that_tile_the_year() -> None:
    halves = [claim("a", "$4", period="2024-01/2024-06"), claim("b", "$5", period="2024-07/2024-12")]
    assert conflicts(reconciled(*halves, claim("c", "$7"))) == [("a", "b", "c")]  # 8 to 10, below 7.5
    result = reconciled(*halves, claim("c", "$9"))
    assert bounds(result) == portion.closedopen(Fraction("8.5"), Fraction("9.5"))
    assert conflicts(reconciled(*halves, claim("c", "$2"))) == [("a", "c"), ("b", "c")]  # each alone is too much


def test_two_overlapping_stretches_in_one_that_holds_both() -> None:
    rows = [claim("a", "$4", period="2024-01/2024-06"), claim("b", "$5", period="2024-04/2024-09")]
    assert conflicts(reconciled(*rows, claim("c", "$5", period="2024-01/2024-09"))) == []  # what they share is 3.5
    assert conflicts(reconciled(*rows, claim("c", "$12", period="2024-01/2024-09"))) == [("a", "b", "c")]  # at most 10


def test_a_piece_in_spring_against_the_total_of_the_year() -> None:
    piece = claim("a", "$5", "piece", period="2024-03/2024-05")
    (conflict,) = reconciled(piece, claim("b", "$4")).conflicts
    assert conflict.claims == ("a", "b")
    assert {binding.rule for binding in conflict.rules} == {
        ConstraintKind.PART,
        ConstraintKind.SUM,
        ConstraintKind.PERIOD,
    }


# --- areas


def test_areas_are_parts_of_the_area_they_lie_in() -> None:
    b, c, world = (quantity(counterpart=place) for place in ("B", "C", "WORLD"))
    inside = Constraint(ConstraintKind.AREA, of(world, b, c), NON_NEGATIVE)
    assert found(b, c, world) == [inside]
    assert found(b, c) == [inside]  # two imply the wider one
    assert found(b) == []
    assert found(b, world) == [Constraint(ConstraintKind.AREA, of(world, b), NON_NEGATIVE)]


def test_an_area_is_no_part_of_what_measures_itself() -> None:
    assert found(quantity(area="WORLD", counterpart="B"), quantity(area="WORLD", counterpart="WORLD")) == []


def test_a_wider_area_that_is_spoken_of_at_another_time_is_reached() -> None:
    wide = claim("b", "$4", period="2023/2024", counterpart_area="WORLD")
    assert conflicts(reconciled(claim("a", "$5"), wide)) == [("a", "b")]
    whole = quantity(counterpart="WORLD")
    assert Constraint(ConstraintKind.AREA, of(whole, quantity()), NON_NEGATIVE) in found(
        quantity(), whole._replace(period="2020")
    )


@pytest.mark.parametrize("metric", ["answers", "victims", "balance", "capacity"])
def test_only_what_adds_up_does_so_over_areas(metric: str) -> None:
    areas = [quantity(metric, counterpart=place) for place in ("B", "C", "WORLD")]
    assert all(identity.kind is not ConstraintKind.AREA for identity in found(*areas))


def test_areas_against_the_world() -> None:
    rows = [claim("a", "$4"), claim("b", "$5", counterpart_area="C")]
    world = {"counterpart_area": "WORLD"}
    assert conflicts(reconciled(*rows, claim("c", "$7", **world))) == [("a", "b", "c")]  # 8 and more
    assert conflicts(reconciled(*rows, claim("c", "$9", **world))) == []
    assert conflicts(reconciled(*rows, claim("c", "$3", **world))) == [("a", "c"), ("b", "c")]
    assert bounds(reconciled(*rows), counterpart="WORLD") == portion.closedopen(8, portion.inf)


def test_stocks_of_areas_against_the_world() -> None:
    rows = claim("a", "$5", "savings"), claim("b", "$4", "savings", counterpart_area="WORLD")
    assert conflicts(reconciled(*rows)) == [("a", "b")]


def test_a_part_of_the_year_in_an_area_against_the_year_in_the_world() -> None:
    world = claim("b", "$4", counterpart_area="WORLD")
    assert conflicts(reconciled(claim("a", "$5", period="2024-01/2024-04"), world)) == [("a", "b")]


# --- answers that exclude each other


def answer(name: str, printed: str, counterpart: str = "B", **cells: Any) -> dict[str, Any]:
    return claim(name, printed, "answers", counterpart_area=counterpart, **cells)


def test_answers_to_one_question_do_not_pass_the_whole() -> None:
    b, c = quantity("answers", counterpart="B"), quantity("answers", counterpart="C")
    assert found(b, c) == [Constraint(ConstraintKind.EXCLUSIVE, ((b, ONE), (c, ONE)), ANSWER_SUM_RANGE)]
    assert found(b) == []
    assert found(b, c._replace(period="2023")) == []
    assert found(b, c._replace(population="some")) == []
    assert found(b._replace(metric_id="opinion"), c._replace(metric_id="opinion")) == []


def test_answers_of_77_and_23_per_cent_can_hold() -> None:
    result = reconciled(answer("a", "77%"), answer("b", "23%", "C"))
    assert verdicts(result) == {"a": "consistent", "b": "consistent"}


def test_answers_that_pass_the_whole_cannot() -> None:
    assert conflicts(reconciled(answer("a", "77%"), answer("b", "25%", "C"))) == [("a", "b")]  # 76.5 + 24.5
    assert conflicts(reconciled(answer("a", "77%"), answer("b", "24%", "C"))) == []  # 76.5 + 23.5 is the whole
    three = [answer("a", "40%", low=40.0), answer("b", "30%", "C", low=30.0), answer("c", "31%", "A", low=31.0)]
    assert conflicts(reconciled(*three)) == [("a", "b", "c")]


def test_an_answer_is_left_what_others_do_not_take() -> None:
    result = reconciled(answer("a", "77%"), answer("b", "20%", "C", hedge="more than"))
    assert bounds(result, "answers", counterpart="C") == portion.openclosed(20, Fraction("23.5"))


def test_opinions_of_many_answers_may_pass_the_whole() -> None:
    rows = claim("a", "77%", "opinion"), claim("b", "70%", "opinion", counterpart_area="C")
    assert verdicts(reconciled(*rows)) == {"a": "single", "b": "single"}


# --- the list itself


def test_identities_do_not_depend_on_the_order_of_quantities() -> None:
    claimed = [
        quantity("piece", "2024-03/2024-05"), quantity(), quantity("second", counterpart="C"), quantity("answers"),
        quantity("sold"), quantity("mirror", area="B", counterpart="A"), quantity("answers", counterpart="C"),
    ]  # fmt: skip
    assert found(*claimed) == found(*reversed(claimed))
    assert len(set(found(*claimed))) == len(found(*claimed))
