from fractions import Fraction
from typing import Any

import portion
import pytest
from small import claim, closed, growth, moved, quantity, small

from compendium.analysis import explanations
from compendium.analysis.explanations import (
    Names,
    bound_as_number,
    conflict_rule,
    describe_claim,
    describe_identities,
    describe_subject,
    explain_conflict,
    format_bounds,
    format_list,
    format_range,
    lowercase_first,
    verdict_row,
)
from compendium.reconciliation.constraints import NON_NEGATIVE, ONE, Constraint, ConstraintKind
from compendium.reconciliation.reconcile import Reconciliation, reconcile
from compendium.values.formatting import format_amount

SEEN = {"metric": "mirror", "ref_area": "B", "counterpart_area": "A"}
NAMES = Names.from_ledger(small())  # `tested` is called by its module: pytest would take it for a test
NOW, BEFORE = quantity(), quantity(period="2023")


def result(*claims: dict[str, Any], **tables: Any) -> Reconciliation:
    return reconcile(small(*claims, **tables))


def row(name: str, *claims: dict[str, Any], **tables: Any) -> dict[str, str]:
    return verdict_row(name, result(*claims, **tables), NAMES)


def known(growth_printed: str) -> list[dict[str, Any]]:
    return [
        claim("level", "$4.4 billion", period="2023"),
        growth("growth", growth_printed),
        claim("almost", "$4.8 billion", hedge="almost"),
    ]


# --- the arithmetic of a sentence


def test_growth_that_just_reaches_almost_the_figure_is_told_with_its_arithmetic() -> None:
    found = result(*known("10.1%"))
    sentence = explanations.explain_check(found.checks["almost"], found.claims, NAMES)
    for part in (
        "$4.4 billion in 2023",
        "rowth of 10.1% from 2023 to 2024",
        "4.79–4.90 billion USD",
        "Ann One prints almost $4.8 billion",
        "both hold at 4.79–4.80 billion USD",
    ):
        assert part in sentence
    assert sentence[0].isupper() or sentence[0] == "$"
    assert sentence.endswith(".")


def test_growth_is_told_as_growth() -> None:
    found = result(*known("10.1%"))
    sentence = explanations.explain_check(found.checks["growth"], found.claims, NAMES)
    assert "the growth of total trade (Aland → Bland, 2024)" in sentence
    assert "6.74–10.3 %" in sentence  # 4.75 : 4.45 up to 4.8 : 4.35
    assert "Ann One prints 10.1%" in sentence


def test_a_contradiction_says_that_both_cannot_hold() -> None:
    found = result(claim("a", "$4 billion"), claim("b", "$9 billion", source_id="two2024"))
    sentence = explain_conflict(found.conflicts[0], found.claims, NAMES)
    assert "$4 billion in 2024 by Ann One puts total trade (Aland → Bland, 2024) at 3.50–4.50 billion USD" in sentence
    assert "Two Press prints $9 billion, which is read as 8.50–9.50 billion USD: both cannot hold." in sentence


def test_a_contradiction_does_not_show_two_ranges_that_seem_to_meet() -> None:
    # From 4.800225 on, against up to 4.8: rounded alike, the sentence would say the opposite of what it proves.
    found = result(*known("10.4%"))
    sentence = explain_conflict(found.conflicts[0], found.claims, NAMES)
    assert "4.80–4.92 billion USD" not in sentence or "4.75–4.80 billion USD" not in sentence


def test_a_claim_that_cannot_be_true_by_itself_is_told_without_others() -> None:
    sentence = row("a", claim("a", "120%", "opinion"))["explanation"]
    assert "Ann One prints 120%" in sentence
    assert sentence.endswith(".")


def test_growth_of_what_was_nothing_is_told_in_words() -> None:
    more = claim("b", "50%", "victims", base="2023", measure="growth", unit="percent")
    sentence = row("b", claim("a", "0", "victims", period="2023"), more)["explanation"]
    assert "– %" not in sentence
    assert "50%" in sentence


def test_ends_that_are_excluded_are_told_apart_from_ends_that_are_not() -> None:
    found = result(claim("a", "$5", hedge="up to"), claim("b", "$5", hedge="more than"))
    sentence = explain_conflict(found.conflicts[0], found.claims, NAMES)
    assert "no more than 5" in sentence or "at most 5" in sentence
    assert "more than 5.00 USD: both cannot hold" in sentence  # no digits can tell apart what touches


@pytest.mark.parametrize("hedge", ["up to", "at least", "more than"])
def test_one_end_alone_reads_as_english(hedge: str) -> None:
    found = result(claim("a", "$5", hedge=hedge), claim("b", "$5", hedge=hedge))
    for test in found.checks.values():
        assert " at at " not in explanations.explain_check(test, found.claims, NAMES)


def test_identities_that_it_takes_are_told() -> None:
    found = result(claim("a", "$3 billion"), claim("b", "$4 billion", "piece"))
    sentence = explain_conflict(found.conflicts[0], found.claims, NAMES)
    assert "otal trade is the sum of first trade and second trade" in sentence
    assert "irst trade include piece of the first" in sentence
    sentence = explain_conflict(result(claim("a", "$4"), claim("b", "$9")).conflicts[0], found.claims, NAMES)
    assert "sum of" not in sentence


def test_a_difference_of_two_is_told_with_its_lower_end() -> None:
    rows = [
        claim("d", "$1", base="2023", measure="difference"),
        claim("a", "$4", period="2023", low=4.0, high=4.0),
        claim("b", "$5", low=4.0, high=6.0),
    ]
    found = result(*rows)
    assert found.checks["d"].implied_by_others.interval == closed(0, 2)
    sentence = explanations.explain_check(found.checks["d"], found.claims, NAMES)
    assert "which agrees" in sentence
    assert "0–2.00 USD" in sentence or "0.00–2.00 USD" in sentence  # a difference can be less than nothing


# --- parts of a sentence


@pytest.mark.parametrize(
    ("row_", "told"),
    [
        (claim("a", "$4 billion"), "$4 billion in 2024"),
        (claim("a", "$4 billion", hedge="almost"), "almost $4 billion in 2024"),
        (claim("a", "$4 billion", period="2024-01/2024-04"), "$4 billion in January–April 2024"),
        (claim("a", "38", period="2024-12-25"), "38 on 25 December 2024"),
        (claim("a", "$4", "savings", period="2024/.."), "$4 since 2024 of savings"),
        (claim("a", "$4", counterpart_area="C"), "$4 in 2024 (Aland → Cland)"),
        (claim("a", "$4", "first"), "$4 in 2024 of first trade"),
        (growth("a", "10%"), "growth of 10% from 2023 to 2024"),
        (claim("a", "second", "place", measure="rank"), "rank “second” in 2024 of place by total trade"),
    ],
)
def test_a_claim_in_a_few_words(row_: dict[str, Any], told: str) -> None:
    assert describe_claim(row_, NAMES, NOW) == told


def test_all_ranges_of_a_sentence_have_one_number_of_digits() -> None:
    found = result(claim("a", "4.7871", low=4.7871, high=4.7879), claim("b", "5", low=3, high=6))
    sentence = explanations.explain_check(found.checks["b"], found.claims, NAMES)
    assert "at 4.787–4.788 USD; " in sentence
    assert "both hold at 4.787–4.788 USD" in sentence
    assert "at 3.000–6.000 USD; " in explanations.explain_check(found.checks["a"], found.claims, NAMES)


def test_a_share_and_a_multiple_name_their_base() -> None:
    share = claim("a", "30%", "first", base="2024", base_metric_id="total", measure="share", unit="percent")
    assert "30% of total trade" in describe_claim(share, NAMES, NOW)
    multiple = claim("a", "1.6 times", base="2023", measure="multiple", unit="times")
    assert "1.6 times" in describe_claim(multiple, NAMES, NOW)
    assert "2023" in describe_claim(multiple, NAMES, NOW)


def test_a_difference_says_that_it_is_one() -> None:
    difference = claim("a", "$1 billion", base="2023", measure="difference")
    assert "$1 billion 2023" not in describe_claim(difference, NAMES, NOW)
    assert "differ" in describe_claim(difference, NAMES, NOW) or "than" in describe_claim(difference, NAMES, NOW)


def test_who_prints_a_figure_is_said_where_several_texts_are_held_together_and_only_there() -> None:
    own = result(claim("a", "$4 billion"), claim("b", "$9 billion"))
    assert " by " not in explain_conflict(own.conflicts[0], own.claims, NAMES)


def test_a_projection_names_its_base() -> None:
    told = describe_claim(claim("a", "$5", base="2023", direction="rises"), NAMES, NOW)
    assert "$5 in 2024" in told
    assert "(read as what it rises to from 2023)" in told


def test_a_direction_is_told_in_its_own_words() -> None:
    fell = moved("a", "slightly decreased", "falls")
    assert describe_claim(fell, NAMES, NOW) == "“slightly decreased” from 2023 to 2024"
    assert describe_claim(fell | {"counterpart_area": "C"}, NAMES, NOW).endswith(" from 2023 to 2024 (Aland → Cland)")
    found = result(fell, growth("b", "5%", source_id="two2024"))
    assert explain_conflict(found.conflicts[0], found.claims, NAMES) == (
        "“slightly decreased” from 2023 to 2024 by Ann One puts the growth of total trade (Aland → Bland, 2024) over "
        "that of 2023 at less than 0.00 %; Two Press prints 5%, which is read as 4.50–5.50 %: both cannot hold."
    )


def test_the_word_between_two_areas_is_that_of_their_metric() -> None:
    relations_ = [{"metric_id": word, "name": word, "relation": word} for word in ("to", "from", "with")]
    names = Names.from_ledger(small(metrics=relations_))
    assert [names.format_areas(quantity(word)) for word in ("to", "from", "with")] == [
        "Aland to Bland", "Aland from Bland", "Aland with Bland",
    ]  # fmt: skip
    assert names.format_areas(quantity("to", counterpart="")) == "Aland"
    assert names.format_areas(quantity()) == "Aland → Bland"  # where a metric gives none


def test_a_quantity_is_named_in_full_or_beside_another() -> None:
    assert NAMES.format_quantity(NOW) == "total trade (Aland → Bland, 2024)"
    assert NAMES.format_quantity(BEFORE, NOW) == "2023"
    assert NAMES.format_quantity(quantity("first"), NOW) == "first trade (2024)"
    assert NAMES.format_quantity(NOW._replace(period="", counterpart_area="")) == "total trade (Aland)"
    assert (
        NAMES.format_quantity(quantity("victims")._replace(population="crew")) == "victims (Aland → Bland, crew, 2024)"
    )


def test_names_inside_a_sentence() -> None:
    assert lowercase_first("Total trade") == "total trade"
    assert lowercase_first("GDP of all") == "GDP of all"
    assert lowercase_first("McTrade abroad") == "McTrade abroad"


def test_lists_are_told_as_such() -> None:
    assert format_list(["a"]) == "a"
    assert format_list(["a", "b"]) == "a and b"
    assert format_list(iter("abc")) == "a, b and c"


@pytest.mark.parametrize(
    ("rule", "interval", "told"),
    [
        (ConstraintKind.GROWTH, closed("1.05", "1.15"), "5.00–15.0 %"),
        (ConstraintKind.GROWTH, closed("0.9", "0.95"), "−10.0–−5.00 %"),
        (ConstraintKind.SHARE, closed("0.25", "0.35"), "25.0–35.0 %"),
        (ConstraintKind.MULTIPLE, closed("1.5", "1.75"), "1.50–1.75 times"),
        (ConstraintKind.GROWTH, portion.open(Fraction("1.3"), portion.inf), "more than 30.0 %"),
        (ConstraintKind.SHARE, portion.closedopen(0, Fraction(1, 2)), "less than 50.0 %"),
    ],
)
def test_a_ratio_is_told_as_it_is_printed(rule: ConstraintKind, interval: portion.Interval, told: str) -> None:
    assert format_bounds(Constraint(rule, ((NOW, ONE),), interval, BEFORE), interval, NAMES) == told


def test_an_amount_from_nothing_up_has_only_its_upper_end() -> None:
    own = Constraint(ConstraintKind.SAME, ((NOW, ONE),), NON_NEGATIVE)
    assert format_bounds(own, closed(0, 5), NAMES) == "at most 5.00 USD"
    assert format_bounds(own, portion.closedopen(0, Fraction(5)), NAMES) == "less than 5.00 USD"


def test_zero_is_an_end_where_less_is_possible() -> None:
    own = Constraint(ConstraintKind.SAME, ((quantity("balance"), ONE),), NON_NEGATIVE)
    assert format_bounds(own, closed(0, 5), NAMES).startswith("0")


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        ("4.787175", "4.901675", "4.79–4.90 USD"),
        ("4.7871", "4.7879", "4.787–4.788 USD"),
        ("4.78711", "4.78719", "4.7871–4.7872 USD"),
        ("100", "200", "100–200 USD"),
        ("1000", "1001", "1,000–1,001 USD"),
        ("4787175000", "4800000000", "4.79–4.80 billion USD"),
        ("4796000000", "4801000000", "4.796–4.801 billion USD"),
        ("5", "5", "5 USD"),
        ("4787500000", "4787500000", "4.7875 billion USD"),
    ],
)
def test_a_range_has_digits_enough_to_tell_its_ends_apart(low: str, high: str, told: str) -> None:
    assert format_range(closed(low, high), "USD") == told


@pytest.mark.parametrize("seed", range(8))
def test_the_ends_of_a_range_never_look_alike(seed: int) -> None:
    low = Fraction(10**6 + 7919 * seed, 3)
    for by in (2, 50, 1000, 20_000):
        found = format_range(portion.closed(low, low + low / by), "USD")
        first, dash, second = found.partition("–")
        assert dash
        assert first != second.split(" ")[0]


def test_ends_without_end_are_told() -> None:
    assert format_range(portion.open(Fraction(4), portion.inf), "USD") == "more than 4.00 USD"
    assert format_range(portion.closedopen(Fraction(4), portion.inf), "USD") == "at least 4.00 USD"
    assert format_range(portion.open(-portion.inf, Fraction(4)), "USD") == "less than 4.00 USD"
    assert format_range(portion.open(-portion.inf, Fraction(4321, 1000)), "USD") == "less than 4.33 USD"
    assert format_range(portion.open(Fraction(4329, 1000), portion.inf), "USD") == "more than 4.32 USD"
    assert format_range(portion.open(-portion.inf, Fraction(-4329, 1000)), "USD") == "less than −4.32 USD"
    assert format_range(portion.open(-portion.inf, portion.inf), "USD") == format_amount(
        portion.open(-portion.inf, portion.inf), "USD"
    )


def test_what_a_binding_speaks_of() -> None:
    one = ((NOW, ONE),)
    assert (
        describe_subject(Constraint(ConstraintKind.SAME, one, NON_NEGATIVE), NAMES)
        == "total trade (Aland → Bland, 2024)"
    )
    assert describe_subject(Constraint(ConstraintKind.GROWTH, one, NON_NEGATIVE, BEFORE), NAMES).startswith(
        "the growth of total trade"
    )
    assert describe_subject(Constraint(ConstraintKind.SHARE, one, NON_NEGATIVE, quantity("first")), NAMES).startswith(
        "the share of total"
    )
    assert describe_subject(Constraint(ConstraintKind.MULTIPLE, one, NON_NEGATIVE, BEFORE), NAMES).startswith(
        "the ratio of total trade"
    )
    both = ((NOW, ONE), (BEFORE, -ONE))
    assert describe_subject(Constraint(ConstraintKind.DIFFERENCE, both, NON_NEGATIVE), NAMES).startswith(
        "the difference of total trade"
    )


# --- relations


def of(rule: ConstraintKind, *quantities: Any) -> Constraint:
    whole, *parts = quantities
    return Constraint(rule, ((whole, ONE), *((part, -ONE) for part in parts)), NON_NEGATIVE)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            of(ConstraintKind.SUM, NOW, quantity("first"), quantity("second")),
            "Total trade is the sum of first trade and second trade.",
        ),
        (of(ConstraintKind.PART, quantity("first"), quantity("piece")), "First trade include piece of the first."),
        (
            of(ConstraintKind.PERIOD, NOW, quantity(period="2024-01/2024-04"), quantity(period="2024-05/2024-12")),
            "2024 consists of January–April 2024 and May–December 2024.",
        ),
        (
            of(ConstraintKind.AREA, quantity(counterpart="WORLD"), NOW, quantity(counterpart="C")),
            "Aland → Bland and Aland → Cland are parts of Aland → World.",
        ),
        (
            of(ConstraintKind.EXCLUSIVE, quantity("answers"), quantity("answers", counterpart="C")),
            "Read as one answer each, the shares cannot pass the whole together.",
        ),
        (
            of(ConstraintKind.MIRROR, quantity("sold"), quantity("mirror", area="B", counterpart="A")),
            "Sold trade and trade seen by the other are taken for one flow seen from its two sides.",
        ),
    ],
)
def test_each_identity_can_be_said(rule: Constraint, told: str) -> None:
    assert describe_identities([rule], NAMES) == told


def test_one_area_is_a_part() -> None:
    told = describe_identities([of(ConstraintKind.AREA, quantity(counterpart="WORLD"), NOW)], NAMES)
    assert told == "Aland → Bland is a part of Aland → World."


def test_relations_are_one_sentence_each_said_once() -> None:
    part = of(ConstraintKind.PART, quantity("first"), quantity("piece"))
    again = of(ConstraintKind.PART, quantity("first", "2023"), quantity("piece", "2023"))
    summed = of(ConstraintKind.SUM, NOW, quantity("first"), quantity("second"))
    assert describe_identities([], NAMES) == ""
    assert describe_identities([part, again, summed], NAMES) == (
        "First trade include piece of the first; total trade is the sum of first trade and second trade."
    )


# --- rows of verdicts


def test_a_single_claim_says_so() -> None:
    found = row("a", claim("a", "$4"))
    assert (found["verdict"], found["rule"], found["reason"]) == ("single", "none", "")
    assert found["explanation"] == "No other claim bears on it."


def test_a_consistent_claim_says_by_which_rule_and_how() -> None:
    found = row("almost", *known("10.1%"))
    assert (found["verdict"], found["rule"]) == ("consistent", "growth over a base")
    assert "4.79–4.90 billion USD" in found["explanation"]


def test_a_claim_in_conflict_says_with_what() -> None:
    found = row("a", claim("a", "$9"), claim("b", "$4", period="2024-01/2024-04"), claim("c", "$3"))
    assert found["verdict"] == "in conflict"
    assert found["rule"] == "same quantity"
    found = row("b", claim("b", "$4", period="2024-01/2024-04"), claim("c", "$3"))
    assert found["rule"] == "stretches of a period"
    assert "2024 consists of January–April 2024 and May–December 2024." in found["explanation"]


def test_the_rule_of_a_conflict_is_the_one_by_which_its_claims_meet() -> None:
    # The projection binds a to 2023 also, but what b contradicts is its level.
    found = result(claim("a", "$4", base="2023", direction="rises"), claim("b", "$9"))
    (conflict,) = found.conflicts
    assert conflict.constraint_kinds == (ConstraintKind.SAME,)
    assert conflict_rule(conflict) == "same quantity"


def test_a_claim_set_apart_is_told_with_its_reason_and_its_neighbour() -> None:
    found = row("a", claim("a", "$4"), claim("b", "$9", source_id="two2024"), apart=[("a", "b", "question")])
    assert (found["verdict"], found["rule"], found["reason"]) == ("not comparable", "another question", "question")
    assert found["explanation"] == "The two differ in question. Beside it: $9 (Two Press)."


@pytest.mark.parametrize(
    ("reason", "claims"),
    [
        ("period", [claim("a", "$4", period=""), claim("b", "$9")]),
        ("population", [claim("a", "4", "victims", population="all"), claim("b", "9", "victims", population="crew")]),
        ("valuation", [claim("a", "$4", "sold"), claim("b", "$9", **SEEN)]),
    ],
)
def test_what_is_not_comparable_names_its_reason_and_what_stands_beside(
    reason: str, claims: list[dict[str, Any]]
) -> None:
    found = row("a", *claims)
    assert (found["verdict"], found["rule"], found["reason"]) == ("not comparable", f"another {reason}", reason)
    assert f"The two differ in {reason}." in found["explanation"]
    assert "9 (Ann One)" in found["explanation"]


def test_a_claim_set_apart_from_one_that_is_withdrawn_names_no_neighbour() -> None:
    rows = claim("a", "$4"), claim("b", "$9", rank="deprecated")
    assert row("a", *rows, apart=[("a", "b", "question")])["explanation"] == "The two differ in question."


@pytest.mark.parametrize(
    ("end", "plain"),
    [(Fraction(4), 4), (Fraction(9, 2), 4.5), (3, 3), (portion.inf, None), (-portion.inf, None), (Fraction(0), 0)],
)
def test_an_end_for_other_programs(end: Any, plain: object) -> None:
    assert bound_as_number(end) == plain
    assert type(bound_as_number(end)) is type(plain)
