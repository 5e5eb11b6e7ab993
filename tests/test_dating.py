from dataclasses import replace
from typing import Any

import pytest
from small import SCHEMA, SOURCES, frame, small

from compendium.analysis.date_conflicts import (
    CIRCULAR_ORDER,
    DATED_DIFFERENTLY,
    LATER_THAN_SOURCE,
    ORDER_AGAINST_DATES,
    RULES,
    SAME_DAY,
    DateConflict,
    find_date_conflicts,
)
from compendium.ledger.loader import Ledger

SOURCE = dict(zip(("one", "two"), SOURCES, strict=True))


def mention(event: str, source: str = "one", paragraph: int = 1, **cells: str) -> dict[str, Any]:
    """Return a row of the mentions: `date`, `after` and `same_day` say what the source says of the time."""
    return {
        "mention_id": f"{source}2024.{event}.p{paragraph}", "event_id": event, "source_id": f"{source}2024",
        "paragraph": paragraph, "scope": "body", "date": cells.get("date", ""),
        "after_event_id": cells.get("after", ""), "same_day_as": cells.get("same_day", ""), "says": "-",
    }  # fmt: skip


def told(*mentions: dict[str, Any], written: str = "2030", **dates: str) -> Ledger:
    """Return a ledger of mentions; `dates` are those that the ledger itself gives, `written` is the first source's."""
    names = {row["event_id"] for row in mentions} | {row["after_event_id"] for row in mentions}
    names |= {row["same_day_as"] for row in mentions} | set(dates)
    events = [
        {"event_id": name, "name": f"The {name}", "date": dates.get(name, ""), "chapter": "corridors"}
        for name in sorted(names - {""})
    ]
    sources = [SOURCE["one"] | {"written": written}, SOURCE["two"] | {"written": "2030"}]
    rows = {"events": events, "mentions": mentions, "sources": sources}
    ledger = small()
    return replace(ledger, frames=ledger.frames | {name: frame(SCHEMA[name], own) for name, own in rows.items()})


def found(*mentions: dict[str, Any], **given: str) -> list[DateConflict]:
    return find_date_conflicts(told(*mentions, **given))


def rules(*mentions: dict[str, Any], **given: str) -> list[str]:
    return [clash.rule for clash in found(*mentions, **given)]


# --- one event, two dates


def test_one_event_dated_differently_by_two_mentions_is_a_clash() -> None:
    (clash,) = found(mention("fire", date="2023-05"), mention("fire", "two", 7, date="2023-06-01"))
    assert clash.rule == DATED_DIFFERENTLY
    assert clash.mentions == ("one2024.fire.p1", "two2024.fire.p7")
    assert clash.events == ("fire",)
    assert clash.explanation == "Ann One (¶ 1) dates “The fire” May 2023, Two Press (¶ 7) 1 June 2023."


def test_one_source_can_date_an_event_differently_in_two_places() -> None:
    assert rules(mention("fire", date="2023"), mention("fire", paragraph=2, date="2024")) == [DATED_DIFFERENTLY]


def test_each_pair_of_dates_is_told_once() -> None:
    dated = [mention("fire", paragraph=place, date=str(2020 + place)) for place in (1, 2, 3)]
    pairs = [clash.mentions for clash in found(*dated)]
    assert [tuple(name[-1] for name in pair) for pair in pairs] == [("1", "2"), ("1", "3"), ("2", "3")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2023", "2023-05-07"),  # another precision
        ("2023-05", "2023-05-07"),
        ("2023-05-07/2023-05-09", "2023-05-09/2023-06"),  # a day in common
        ("2023-05/..", "2024"),
        ("../2024", "2023"),
        ("2025-02~", "2025-03-31"),  # approximate, and could overlap
        ("2025-02~", "2025-01"),
        ("2023", ""),
        ("", ""),
    ],
)
def test_dates_that_can_both_be_right_stay_silent(one: str, other: str) -> None:
    assert rules(mention("fire", date=one), mention("fire", "two", date=other)) == []


def test_an_approximate_date_too_far_away_is_another_date() -> None:
    assert rules(mention("fire", date="2025-02~"), mention("fire", "two", date="2025-04")) == [DATED_DIFFERENTLY]


def test_two_events_may_have_two_dates() -> None:
    assert rules(mention("fire", date="2023"), mention("flood", "two", date="2024")) == []


# --- later than its source


def test_what_happened_after_a_text_was_written_cannot_stand_in_it_by_its_own_date() -> None:
    (clash,) = found(mention("fire", date="2024-03"), written="2024-02")
    assert (clash.rule, clash.mentions, clash.events) == (LATER_THAN_SOURCE, ("one2024.fire.p1",), ("fire",))
    said = "Ann One (¶ 1) was written February 2024 and speaks of “The fire”, which is dated March 2024."
    assert clash.explanation == said


def test_the_date_that_a_source_gives_elsewhere_holds_for_all_of_it() -> None:
    both = found(mention("fire"), mention("fire", paragraph=2, date="2025"), written="2024")
    assert [(clash.rule, clash.mentions) for clash in both] == [
        (LATER_THAN_SOURCE, ("one2024.fire.p1",)),
        (LATER_THAN_SOURCE, ("one2024.fire.p2",)),
    ]


def test_the_date_of_the_ledger_counts_where_a_source_gives_none() -> None:
    assert rules(mention("fire"), written="2024", fire="2025") == [LATER_THAN_SOURCE]
    assert rules(mention("fire", date="2023"), written="2024", fire="2025") == []  # the source has a date of its own


def test_a_date_of_another_source_is_no_date_of_this_one() -> None:
    assert rules(mention("fire"), mention("fire", "two", date="2025"), written="2024") == []


@pytest.mark.parametrize("date", ["2024-02", "2024", "2024-03~", "2023/..", "2024-02/..", ""])
def test_what_may_have_happened_before_a_text_was_written_stays_silent(date: str) -> None:
    assert rules(mention("fire", date=date), written="2024-02") == []


def test_a_text_whose_own_date_is_vague_may_be_later() -> None:
    assert rules(mention("fire", date="2024-12"), written="2024") == []
    assert rules(mention("fire", date="2025-01"), written="2024~") == []
    assert rules(mention("fire", date="2025-01"), written="2024") == [LATER_THAN_SOURCE]


# --- orders


def test_an_order_that_the_dates_contradict_is_a_clash() -> None:
    (clash,) = found(mention("flood", date="2023-05", after="fire"), fire="2023-06")
    assert (clash.rule, clash.mentions, clash.events) == (ORDER_AGAINST_DATES, ("one2024.flood.p1",), ("flood", "fire"))
    said = (
        "Ann One (¶ 1) puts “The flood” after “The fire”, "
        "but the first is dated May 2023 (¶ 1) and the second June 2023."  # which the ledger dates
    )
    assert clash.explanation == said


def test_a_date_that_the_source_gives_elsewhere_is_told_with_its_paragraph() -> None:
    dated = mention("flood", paragraph=3, date="2023-05"), mention("fire", paragraph=4, date="2023-06")
    (clash,) = found(mention("flood", after="fire"), *dated, mention("fire", "two", 9, date="2023-06"))
    assert clash.explanation.endswith(", but the first is dated May 2023 (¶ 3) and the second June 2023 (¶ 4).")


def test_an_order_is_held_against_the_dates_of_its_own_source_first() -> None:
    order = mention("flood", date="2023-05", after="fire")
    assert rules(order, mention("fire", paragraph=2, date="2023-04"), fire="2023-04/2023-06") == []
    assert rules(order, mention("fire", paragraph=2, date="2023-06"), fire="2023-04/2023-06") == [ORDER_AGAINST_DATES]


@pytest.mark.parametrize(
    ("flood", "fire"),
    [
        ("2023-06", "2023-05"),  # as it is said
        ("2023", "2023-05"),  # left open
        ("2023-05", "2023"),
        ("2023-05-07", "2023-05-07"),  # on one day, one can come after the other
        ("2025-02~", "2025-03"),
        ("2023-05/..", "2024"),
        ("", "2023"),  # unknown
        ("2023", ""),
        ("", ""),
    ],
)
def test_an_order_that_the_dates_allow_or_leave_open_stays_silent(flood: str, fire: str) -> None:
    assert rules(mention("flood", after="fire"), flood=flood, fire=fire) == []


def test_two_orders_in_a_circle_are_reported_once() -> None:
    (clash,) = found(mention("flood", after="fire"), mention("fire", "two", 4, after="flood"))
    assert clash.rule == CIRCULAR_ORDER
    assert clash.events == ("fire", "flood")
    assert clash.mentions == ("two2024.fire.p4", "one2024.flood.p1")
    said = "Two Press (¶ 4) puts “The fire” after “The flood”; Ann One (¶ 1) puts “The flood” after “The fire”."
    assert clash.explanation == said


def test_three_orders_in_a_circle_are_reported_once() -> None:
    circle = mention("b", after="a"), mention("c", "two", after="b"), mention("a", paragraph=3, after="c")
    (clash,) = found(*circle)
    assert clash.rule == CIRCULAR_ORDER
    assert clash.events == ("a", "c", "b")
    assert clash.mentions == ("one2024.a.p3", "two2024.c.p1", "one2024.b.p1")


def test_a_circle_is_one_report_however_often_its_orders_are_told() -> None:
    said = [mention("flood", paragraph=place, after="fire") for place in (1, 2)]
    assert rules(*said, mention("fire", "two", after="flood")) == [CIRCULAR_ORDER]


def test_two_circles_are_two_reports() -> None:
    one = mention("b", after="a"), mention("a", after="b")
    other = mention("d", after="c"), mention("c", after="d")
    assert [clash.events for clash in found(*other, *one)] == [("a", "b"), ("c", "d")]


def test_orders_in_a_row_are_no_circle() -> None:
    assert rules(mention("b", after="a"), mention("c", after="b"), mention("c", "two", after="a")) == []


# --- the same day


def test_the_same_day_that_is_not_is_a_clash() -> None:
    (clash,) = found(mention("flood", date="2023-05-07", same_day="fire"), fire="2023-05-08")
    assert (clash.rule, clash.mentions, clash.events) == (SAME_DAY, ("one2024.flood.p1",), ("flood", "fire"))
    assert "on the same day as “The fire”, but the first is dated 7 May 2023 and the second 8 May" in clash.explanation


@pytest.mark.parametrize(("flood", "fire"), [("2023-05", "2023-05-08"), ("2023", "2023-05"), ("", "2023"), ("", "")])
def test_a_day_that_can_be_the_same_stays_silent(flood: str, fire: str) -> None:
    assert rules(mention("flood", same_day="fire"), flood=flood, fire=fire) == []


# --- all together


def test_no_clash_without_mentions() -> None:
    assert rules() == []
    assert rules(fire="2023") == []


def test_clashes_come_in_the_order_of_rules_and_mentions() -> None:
    rows = [
        mention("f", same_day="g"),
        mention("d", after="e"),
        mention("e", after="d"),
        mention("b", after="c"),
        mention("a", "two", date="2022"),
        mention("a", date="2023"),
        mention("h"),
    ]
    dates = {"b": "2001", "c": "2002", "f": "2001", "g": "2002", "h": "2031"}
    assert rules(*rows, **dates) == rules(*rows[::-1], **dates) == list(RULES)


def test_an_order_through_an_event_without_a_date_is_held_against_the_dates_at_its_ends() -> None:
    chain = mention("c", after="b"), mention("b", after="a")
    (clash,) = found(*chain, a="2023", c="2022")
    assert (clash.rule, clash.events) == (ORDER_AGAINST_DATES, ("c", "a"))
    assert clash.mentions == ("one2024.c.p1", "one2024.b.p1")
    assert clash.explanation.endswith("but the first is dated 2022 and the last 2023.")
    assert rules(*chain, a="2022", c="2023") == rules(*chain, c="2023") == []


def test_an_order_through_an_event_with_a_date_is_two_orders() -> None:
    chain = mention("c", after="b"), mention("b", after="a")
    assert rules(*chain, a="2021", b="2022", c="2023") == []
    assert [clash.events for clash in found(*chain, a="2023", b="2022", c="2021")] == [("b", "a"), ("c", "b")]
