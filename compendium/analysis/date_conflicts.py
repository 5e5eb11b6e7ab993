"""Holds what sources say of times against each other: dates, orders, days, and when the source itself was written.

It compares statements of the ledger among themselves, and never says which of two dates is right.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import networkx

from compendium.ledger.claims import author_names
from compendium.ledger.loader import Ledger
from compendium.values.periods import Span, format_period, read_period

DATED_DIFFERENTLY = "one event, two dates"
LATER_THAN_SOURCE = "later than its source"
ORDER_AGAINST_DATES = "order against dates"
CIRCULAR_ORDER = "orders in a circle"
SAME_DAY = "the same day, two dates"
RULES = (DATED_DIFFERENTLY, LATER_THAN_SOURCE, ORDER_AGAINST_DATES, CIRCULAR_ORDER, SAME_DAY)


@dataclass(frozen=True)
class DateConflict:
    """Mentions whose statements about time cannot all be right, with the events they are about."""

    rule: str
    mentions: tuple[str, ...]
    events: tuple[str, ...]
    explanation: str


def find_date_conflicts(ledger: Ledger) -> list[DateConflict]:
    """Return every clash of times in a ledger, in order of rule and mention."""
    said = _DatedMentions(ledger)
    found = [*_dated_differently(said), *_later(said), *_orders(said), *_circles(said), *_same_days(said)]
    return sorted(found, key=lambda clash: (RULES.index(clash.rule), clash.mentions))


class _DatedMentions:
    """Mentions with their events and sources beside them, and the dates that each source gives."""

    def __init__(self, ledger: Ledger) -> None:
        self.events = {row["event_id"]: row for row in ledger.frames["events"].to_dict("records")}
        self.sources = {row["source_id"]: row for row in ledger.frames["sources"].to_dict("records")}
        self.mentions = ledger.frames["mentions"].to_dict("records")
        self.authors = author_names(ledger.frames["sources"]).to_dict()
        self.dating_mentions: dict[tuple[str, str], dict[str, Any]] = {}
        for mention in self.mentions:
            if mention["date"]:
                self.dating_mentions.setdefault((mention["source_id"], mention["event_id"]), mention)

    def date(self, event: str, mention: dict[str, Any]) -> str:
        """Return when an event was, for one mention: by itself, else by its source, else by the ledger."""
        if mention["event_id"] == event and mention["date"]:
            return mention["date"]
        dating = self.dating_mentions.get((mention["source_id"], event))
        return dating["date"] if dating else self.events[event]["date"]

    def date_with_paragraph(self, event: str, mention: dict[str, Any]) -> str:
        """Return the date of an event in words, with the paragraph of the source that gives it, if it does."""
        own = mention if mention["event_id"] == event and mention["date"] else None
        dating = own or self.dating_mentions.get((mention["source_id"], event))
        place = f" (¶ {dating['paragraph']})" if dating else ""
        return f"{format_period(self.date(event, mention))}{place}"

    def name(self, event: str) -> str:
        return f"“{self.events[event]['name']}”"

    def author_with_paragraph(self, mention: dict[str, Any]) -> str:
        return f"{self.authors[mention['source_id']]} (¶ {mention['paragraph']})"


def _dated_differently(said: _DatedMentions) -> Iterator[DateConflict]:
    dated: dict[str, list[dict[str, Any]]] = {}
    for mention in said.mentions:
        if mention["date"]:
            dated.setdefault(mention["event_id"], []).append(mention)
    for event, mentions in dated.items():
        for one, other in itertools.combinations(mentions, 2):
            if not read_period(one["date"]).overlaps(read_period(other["date"])):
                yield DateConflict(
                    DATED_DIFFERENTLY, (one["mention_id"], other["mention_id"]), (event,),
                    f"{said.author_with_paragraph(one)} dates {said.name(event)} {format_period(one['date'])}, "
                    f"{said.author_with_paragraph(other)} {format_period(other['date'])}.",
                )  # fmt: skip


def _later(said: _DatedMentions) -> Iterator[DateConflict]:
    for mention in said.mentions:
        date, written = said.date(mention["event_id"], mention), said.sources[mention["source_id"]]["written"]
        if date and written and read_period(written).precedes(read_period(date)):
            yield DateConflict(
                LATER_THAN_SOURCE, (mention["mention_id"],), (mention["event_id"],),
                f"{said.author_with_paragraph(mention)} was written {format_period(written)} and speaks of "
                f"{said.name(mention['event_id'])}, which is dated {format_period(date)}.",
            )  # fmt: skip


def _pair(said: _DatedMentions, mention: dict[str, Any], other: str) -> tuple[str, str, Span, Span] | None:
    """Return the dates of a mention's event and of another, as texts and spans; `None` where one is unknown."""
    own, its = said.date(mention["event_id"], mention), said.date(other, mention)
    return (own, its, read_period(own), read_period(its)) if own and its else None


def _orders(said: _DatedMentions) -> Iterator[DateConflict]:
    """Yield claimed orders that the dates at their ends contradict, also through events that nobody dates."""
    for path in _chains(said):
        first, last = path[0], path[-1]
        own, its = said.date(first["event_id"], first), said.date(last["after_event_id"], last)
        if own and its and read_period(own).precedes(read_period(its)):
            event, earlier = first["event_id"], last["after_event_id"]
            yield DateConflict(
                ORDER_AGAINST_DATES, tuple(mention["mention_id"] for mention in path), (event, earlier),
                f"{_describe_chain(said, path)}, but the first is dated {said.date_with_paragraph(event, first)} and "
                f"the {'second' if len(path) == 1 else 'last'} {said.date_with_paragraph(earlier, last)}.",
            )  # fmt: skip


def _chains(said: _DatedMentions) -> Iterator[list[dict[str, Any]]]:
    """Yield each claimed order, and those that it makes with others where only undated events lie between."""
    after: dict[str, list[dict[str, Any]]] = {}
    for mention in said.mentions:
        if mention["after_event_id"]:
            after.setdefault(mention["event_id"], []).append(mention)
    paths = [[mention] for mentions in after.values() for mention in mentions]
    for path in paths:  # which grows
        yield path
        between, passed = path[-1]["after_event_id"], {mention["event_id"] for mention in path}
        if not said.date(between, path[-1]):
            paths += [[*path, more] for more in after.get(between, ()) if more["after_event_id"] not in passed]


def _describe_chain(said: _DatedMentions, path: list[dict[str, Any]]) -> str:
    return "; ".join(
        f"{said.author_with_paragraph(mention)} puts {said.name(mention['event_id'])} "
        f"after {said.name(mention['after_event_id'])}"
        for mention in path
    )


def _circles(said: _DatedMentions) -> Iterator[DateConflict]:
    claimed = networkx.DiGraph()
    for mention in said.mentions:
        if mention["after_event_id"]:
            claimed.add_edge(mention["event_id"], mention["after_event_id"], mention=mention)
    for circle in networkx.simple_cycles(claimed):
        start = circle.index(min(circle))
        circle = circle[start:] + circle[:start]
        steps = [
            claimed.edges[one, other]["mention"] for one, other in zip(circle, circle[1:] + circle[:1], strict=True)
        ]
        yield DateConflict(
            CIRCULAR_ORDER,
            tuple(mention["mention_id"] for mention in steps),
            tuple(circle),
            f"{_describe_chain(said, steps)}.",
        )


def _same_days(said: _DatedMentions) -> Iterator[DateConflict]:
    for mention in said.mentions:
        other, event = mention["same_day_as"], mention["event_id"]
        dates = _pair(said, mention, other) if other else None
        if dates and not dates[2].overlaps(dates[3]):
            yield DateConflict(
                SAME_DAY, (mention["mention_id"],), (event, other),
                f"{said.author_with_paragraph(mention)} puts {said.name(event)} on the same day as {said.name(other)}, "
                f"but the first is dated {format_period(dates[0])} and the second {format_period(dates[1])}.",
            )  # fmt: skip
