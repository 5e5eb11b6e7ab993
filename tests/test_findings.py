from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from small import SCHEMA, claim, frame, growth, small

from compendium.analysis.citation_audit import OFF_TOPIC_REFERENCE
from compendium.analysis.conflicts import (
    ASSERTED_AND_DENIED,
    KINDS,
    LOGIC,
    NUMBERS,
    REFERENCE,
    TIME,
    Inconsistency,
    check_tensions,
    filter_by_subject,
    find_inconsistencies,
    group_inconsistencies,
)
from compendium.analysis.date_conflicts import ORDER_AGAINST_DATES
from compendium.ledger.loader import Ledger
from compendium.reconciliation.constraints import ConstraintKind
from compendium.reconciliation.reconcile import find_conflicts

RATES = (growth("one", "1.2%"), growth("other", "18%"))
ANSWERS = (claim("yes", "77%", "answers", measure="share"),
           claim("no", "73%", "answers", measure="share", counterpart_area="C"))  # fmt: skip
EVENTS = (
    {"event_id": "fire", "name": "The fire", "date": "2023-06", "chapter": "corridors"},
    {"event_id": "flood", "name": "The flood", "date": "2023-05", "chapter": "routes"},
)
MENTION = {"mention_id": "flood.p1", "event_id": "flood", "source_id": "one2024", "paragraph": 1, "scope": "body",
           "after_event_id": "fire", "says": "-"}  # fmt: skip
PROPOSITION = {"proposition_id": "warm", "chapter": "routes", "statement": "It gets warm."}
CITATIONS = (
    {"citation_id": "cite", "source_id": "one2024", "paragraph": 2, "scope": "body", "kind": "in-text",
     "as_printed": "[1]", "marker": "1", "entry_id": "ref", "about": "other", "about_reason": "It is about C."},
    {"citation_id": "ref", "source_id": "one2024", "paragraph": 9, "scope": "reference", "kind": "entry",
     "as_printed": "1. Title", "marker": "1"},
)  # fmt: skip


def stance(kind: str, paragraph: int, source: str = "one2024") -> dict[str, Any]:
    return {"proposition_id": "warm", "source_id": source, "paragraph": paragraph, "scope": "body", "stance": kind}


def tension(name: str, items: str, expect: str) -> dict[str, Any]:
    own = {"tension_id": name, "title": f"Title of {name}", "items": items, "expect": expect}
    return own | {"would_give": f"What {name} would give.", "reason": f"Why {name} stands."}


def having(*claims: dict[str, Any], **rows: Sequence[dict[str, Any]]) -> Ledger:
    ledger = small(*claims)
    return replace(ledger, frames=ledger.frames | {name: frame(SCHEMA[name], own) for name, own in rows.items()})


def everything(**rows: Sequence[dict[str, Any]]) -> Ledger:
    """Return a ledger with one finding of every kind, and two of logic."""
    return having(
        *ANSWERS, *RATES, events=EVENTS, mentions=[MENTION], propositions=[PROPOSITION], citations=CITATIONS,
        stances=[stance("asserts", 3), stance("denies", 5)], **rows,
    )  # fmt: skip


# --- what is found


def test_a_sound_ledger_has_no_findings() -> None:
    assert find_inconsistencies(having(claim("a", "5"), claim("b", "5"))) == []
    assert group_inconsistencies(having()) == []


def test_findings_are_of_numbers_time_logic_and_reference() -> None:
    found = {(finding.kind, finding.rule): finding.items for finding in find_inconsistencies(everything())}
    assert found == {
        (NUMBERS, "growth over a base"): ("one", "other"),
        (LOGIC, "answers that exclude each other"): ("no", "yes"),
        (LOGIC, ASSERTED_AND_DENIED): ("warm", "one2024"),
        (TIME, ORDER_AGAINST_DATES): ("flood.p1",),
        (REFERENCE, OFF_TOPIC_REFERENCE): ("cite",),
    }


def test_a_conflict_of_numbers_touches_its_metrics_and_chapters() -> None:
    (finding,) = find_inconsistencies(having(*RATES))
    assert finding.subjects == {"total", "corridors"}
    assert finding.explanation.endswith(": both cannot hold.")


def test_a_projection_against_its_base_is_of_logic() -> None:
    forecast = claim("goal", "3", period="2026", base="2024", direction="rises", obs_status="forecast")
    (finding,) = find_inconsistencies(having(forecast, claim("now", "5")))
    assert (finding.kind, finding.rule) == (LOGIC, str(ConstraintKind.DIRECTION))
    assert finding.items == ("goal", "now")


def test_an_order_of_ranks_is_of_logic() -> None:
    ranks = (claim("first", "first", "place", measure="rank"),
             claim("second", "second", "place", measure="rank", counterpart_area="C"))  # fmt: skip
    (finding,) = find_inconsistencies(having(*ranks, claim("a", "3"), claim("b", "7", counterpart_area="C")))
    assert finding.kind == LOGIC
    assert set(finding.items) == {"first", "second", "a", "b"}


def test_what_needs_two_sides_to_count_alike_is_no_finding() -> None:
    sold = claim("sold", "5", "sold", ref_area="B", counterpart_area="A")
    ledger = having(sold, claim("bought", "9", "mirror"))
    assert [conflict.assumed for conflict in find_conflicts(ledger)] == [True]
    assert find_inconsistencies(ledger) == []


def test_conflicts_that_are_known_already_are_not_looked_for_again() -> None:
    ledger = having(*RATES)
    assert find_inconsistencies(ledger, find_conflicts(ledger)) == find_inconsistencies(ledger)
    assert find_inconsistencies(ledger, []) == []


def test_a_clash_of_time_touches_its_events_and_their_chapters() -> None:
    (finding,) = find_inconsistencies(having(events=EVENTS, mentions=[MENTION]))
    assert finding.subjects == {"fire", "flood", "corridors", "routes"}


def test_a_source_that_asserts_and_denies_is_found_with_both_places() -> None:
    stances = [stance("asserts", 7), stance("denies", 5), stance("asserts", 3)]
    (finding,) = find_inconsistencies(having(propositions=[PROPOSITION], stances=stances))
    assert finding.explanation == "Ann One denies in ¶ 5 and asserts in ¶ 3, 7 the statement “It gets warm”."
    assert finding.subjects == {"warm", "routes"}


def test_sources_may_disagree_and_one_may_qualify() -> None:
    stances = [stance("asserts", 3), stance("qualifies", 5), stance("denies", 1, "two2024")]
    assert find_inconsistencies(having(propositions=[PROPOSITION], stances=stances)) == []


def test_a_reference_about_something_else_tells_why() -> None:
    (finding,) = find_inconsistencies(having(citations=CITATIONS))
    assert (finding.explanation, finding.subjects) == ("It is about C.", frozenset())


def test_a_reference_about_something_else_shows_the_figures_that_differ() -> None:
    own = claim("own", "5", citation_id="cite")
    past = claim("past", "$4 million", period="2023", citation_id="ref", scope="reference")
    growing = growth("growing", "3%", citation_id="ref", scope="reference")
    wrong = claim("wrong", "9", citation_id="ref", scope="reference", period="")
    found = [
        f for f in find_inconsistencies(having(own, past, growing, wrong, citations=CITATIONS)) if f.kind == REFERENCE
    ]
    told = (
        "It is about C. The title carries $4 million (2023), for another period; the sentence prints 5 (2024). "
        "The title carries 3% (2024), measured in another way; the sentence prints 5 (2024). "
        "The title carries 9, of the same thing; the sentence prints 5 (2024)."
    )
    assert [finding.explanation for finding in found] == [told]
    assert found[0].subjects == {"total", "corridors"}


def test_a_reference_that_carries_the_same_figure_shows_only_the_reason() -> None:
    own = claim("own", "5", citation_id="cite")
    its = claim("its", "5", citation_id="ref", scope="reference")
    (finding,) = find_inconsistencies(having(own, its, citations=CITATIONS))
    assert finding.explanation == "It is about C."


def test_figures_of_another_subject_are_not_set_side_by_side() -> None:
    own = claim("own", "5", citation_id="cite")
    its = claim("its", "9", "oil", citation_id="ref", scope="reference")
    (finding,) = find_inconsistencies(having(own, its, citations=CITATIONS))
    assert finding.explanation == "It is about C."


# --- families


def test_a_conflict_without_a_tension_is_its_own_family() -> None:
    known = group_inconsistencies(everything())
    assert [family.kind for family in known] == [NUMBERS, TIME, LOGIC, LOGIC, REFERENCE]
    assert all(family.tension is None and len(family.members) == 1 for family in known)
    assert (known[0].name, known[0].title) == ("one+other", "Growth over a base")
    assert KINDS == (NUMBERS, TIME, LOGIC, REFERENCE)


def test_a_tension_accepts_a_conflict_and_names_it() -> None:
    known = group_inconsistencies(everything(tensions=[tension("rates", "one; other", "growth over a base")]))
    (own,) = [family for family in known if family.tension]
    assert (own.name, own.title, own.kind) == ("rates", "Title of rates", NUMBERS)
    assert len(known) == 5


def test_one_tension_accepts_every_conflict_that_its_items_take_part_in_the_shortest_first() -> None:
    forecast = claim("goal", "3", period="2026", base="2024", direction="rises", obs_status="forecast")
    grew = growth("grew", "10%"), claim("past", "5", period="2023")
    rows = [tension("goal", "goal", str(ConstraintKind.DIRECTION))]
    (family,) = group_inconsistencies(having(forecast, *grew, claim("now", "5"), claim("again", "5"), tensions=rows))
    assert [finding.items for finding in family.members] == [("again", "goal"), ("goal", "now"),
                                                              ("goal", "grew", "past")]  # fmt: skip
    assert family.subjects == {"total", "corridors"}


def test_a_tension_does_not_accept_a_conflict_by_another_rule_or_of_other_items() -> None:
    for row in (tension("t", "one; other", "same quantity"), tension("t", "one; third", "growth over a base")):
        assert [family.tension for family in group_inconsistencies(having(*RATES, tensions=[row]))] == [None]


def test_one_rule_among_several_is_enough() -> None:
    """That a total less than its part cannot be takes a growth and a part of a whole."""
    claims = claim("small", "3", period="2023"), growth("grew", "10%"), claim("part", "9", "first")
    (finding,) = find_inconsistencies(having(*claims))
    assert finding.rule == "growth over a base; sum of its parts"
    for rule in finding.rule.split("; "):
        (family,) = group_inconsistencies(having(*claims, tensions=[tension("t", "part", rule)]))
        assert family.name == "t"


def test_a_conflict_belongs_to_the_first_tension_that_accepts_it() -> None:
    rows = [tension("first", "one", "growth over a base"), tension("late", "other", "growth over a base")]
    assert [family.name for family in group_inconsistencies(having(*RATES, tensions=rows))] == ["first"]


def test_findings_that_are_known_already_are_grouped_as_they_are() -> None:
    made_up = Inconsistency(TIME, ORDER_AGAINST_DATES, ("a",), "-", frozenset({"x"}))
    assert [family.members for family in group_inconsistencies(having(*RATES), [made_up])] == [(made_up,)]


def test_families_are_chosen_by_what_they_touch() -> None:
    known = group_inconsistencies(everything())
    assert [family.name for family in filter_by_subject(known, ["fire"])] == ["flood.p1"]
    assert [family.name for family in filter_by_subject(known, ["warm", "total"])] == ["one+other", "warm+one2024"]
    assert filter_by_subject(known, ["elsewhere"]) == filter_by_subject(known, []) == []


# --- tensions whose conflict is gone


def problems(*claims: dict[str, Any], tensions: Sequence[dict[str, Any]]) -> list[tuple[int, str, str]]:
    found = list(check_tensions(having(*claims, tensions=tensions)))
    assert all(problem.file == "tensions.csv" for problem in found)
    return [(problem.row, problem.column, problem.found) for problem in found]


def test_a_tension_whose_conflict_is_there_is_no_problem() -> None:
    rows = [tension("rates", "one; other", "growth over a base")]
    assert problems(*RATES, tensions=rows) == []
    assert problems(tensions=[]) == []


def test_a_tension_whose_conflict_is_gone_is_named_by_its_line() -> None:
    rows = [tension("rates", "one; other", "growth over a base"),
            tension("answers", "yes; no", "answers that exclude each other")]  # fmt: skip
    assert problems(*ANSWERS, *RATES, tensions=rows) == []
    assert problems(*ANSWERS, RATES[0], growth("other", "1%"), tensions=rows) == [
        (2, "items", "one"),
        (2, "items", "other"),
        (2, "expect", "growth over a base"),
    ]


def test_a_tension_that_expects_another_rule_is_told_the_rules_there_are() -> None:
    (problem,) = check_tensions(having(*RATES, tensions=[tension("rates", "one; other", "growth over the base")]))
    assert (problem.row, problem.column) == (2, "expect")
    assert "perhaps 'growth over a base'" in problem.expected


def test_a_tension_of_items_that_nobody_knows_is_told_the_nearest() -> None:
    first, *_ = check_tensions(having(*RATES, tensions=[tension("rates", "one; otter", "growth over a base")]))
    assert (first.column, first.found) == ("items", "otter")
    assert "perhaps 'other'" in first.expected


def test_items_of_two_conflicts_are_no_conflict() -> None:
    rows = [tension("mixed", "one; yes", "growth over a base")]
    assert problems(*ANSWERS, *RATES, tensions=rows) == [(2, "expect", "growth over a base")]


def test_every_kind_of_conflict_can_be_accepted() -> None:
    rows = [
        tension("a", "one; other", "growth over a base"),
        tension("b", "yes; no", "answers that exclude each other"),
        tension("c", "flood.p1", ORDER_AGAINST_DATES),
        tension("d", "warm; one2024", ASSERTED_AND_DENIED),
        tension("e", "cite", OFF_TOPIC_REFERENCE),
    ]
    ledger = everything(tensions=rows)
    assert list(check_tensions(ledger)) == []
    assert sorted(family.name for family in group_inconsistencies(ledger)) == list("abcde")


def test_where_nothing_conflicts_a_tension_is_told_so_in_plain_words() -> None:
    said = [str(problem) for problem in check_tensions(having(tensions=[tension("t", "one", "growth over a base")]))]
    assert len(said) == 2
    assert not any(line.removesuffix(")").endswith("one of ") for line in said), said


def test_a_rule_that_is_offered_is_one_that_is_accepted() -> None:
    claims = claim("small", "3", period="2023"), growth("grew", "10%"), claim("part", "9", "first")
    both = "growth over a base; sum of its parts"
    offered = [problem.expected for problem in check_tensions(having(*claims, tensions=[tension("t", "part", both)]))]
    assert not any(both in line for line in offered), offered
