"""Conflicts between the dates, orders and days that sources state, and the dates of the sources themselves.

Statements of the ledger are compared with each other; which of two dates is right is not decided.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields

import networkx

from compendium.ledger.claims import author_names
from compendium.ledger.loader import Ledger
from compendium.values.periods import format_period, read_period

DATED_DIFFERENTLY = "one event, two dates"
LATER_THAN_SOURCE = "later than its source"
ORDER_AGAINST_DATES = "order against dates"
CIRCULAR_ORDER = "orders in a circle"
SAME_DAY = "the same day, two dates"
RULES = (DATED_DIFFERENTLY, LATER_THAN_SOURCE, ORDER_AGAINST_DATES, CIRCULAR_ORDER, SAME_DAY)


@dataclass(frozen=True)
class DateConflict:
    """Mentions whose statements about time cannot all be true, with their events and an explanation."""

    rule: str
    mentions: tuple[str, ...]
    events: tuple[str, ...]
    explanation: str


def find_date_conflicts(ledger: Ledger) -> list[DateConflict]:
    """Return every conflict of dates in a ledger, sorted by rule and mention."""
    known = _DatedMentions(ledger)
    rules = (_dated_differently, _later_than_source, _contradicted_orders, _circular_orders, _same_days)
    found = [conflict for rule in rules for conflict in rule(known)]
    return sorted(found, key=lambda conflict: (RULES.index(conflict.rule), conflict.mentions))


@dataclass(frozen=True)
class Mention:
    """A row of the mentions: what a paragraph of a source states about the time of an event."""

    mention_id: str
    event_id: str
    source_id: str
    paragraph: int
    date: str
    """The date that it gives, empty where it gives none."""
    after_event_id: str
    """The event that it puts before this one, empty for none."""
    same_day_as: str
    """The event that it puts on the same day, empty for none."""


class _DatedMentions:
    """Lookup of the mentions, their events and sources, and the dates that each source gives."""

    def __init__(self, ledger: Ledger) -> None:
        events, sources = ledger.frames["events"], ledger.frames["sources"]
        self.event_names = dict(zip(events["event_id"], events["name"], strict=True))
        self.event_dates = dict(zip(events["event_id"], events["date"], strict=True))
        self.written = dict(zip(sources["source_id"], sources["written"], strict=True))
        rows = ledger.frames["mentions"][[one.name for one in fields(Mention)]]
        self.mentions = [Mention(*row) for row in rows.itertuples(index=False, name=None)]
        self.authors = author_names(sources).to_dict()
        self.dating_mentions: dict[tuple[str, str], Mention] = {}
        for mention in self.mentions:
            if mention.date:
                self.dating_mentions.setdefault((mention.source_id, mention.event_id), mention)

    def date(self, event: str, mention: Mention) -> str:
        """Return the date of an event for a mention: its own, else that of its source, else that of the ledger."""
        if mention.event_id == event and mention.date:
            return mention.date
        dating = self.dating_mentions.get((mention.source_id, event))
        return dating.date if dating else self.event_dates[event]

    def date_with_paragraph(self, event: str, mention: Mention) -> str:
        """Return the date of an event in words, with the paragraph of the source that gives it."""
        own = mention if mention.event_id == event and mention.date else None
        dating = own or self.dating_mentions.get((mention.source_id, event))
        place = f" (¶ {dating.paragraph})" if dating else ""
        return f"{format_period(self.date(event, mention))}{place}"

    def name(self, event: str) -> str:
        """Return the name of an event in quotation marks."""
        return f"“{self.event_names[event]}”"

    def author_with_paragraph(self, mention: Mention) -> str:
        """Return the author of a mention with its paragraph."""
        return f"{self.authors[mention.source_id]} (¶ {mention.paragraph})"


def _dated_differently(known: _DatedMentions) -> Iterator[DateConflict]:
    """Yield two mentions of one event with dates that do not overlap."""
    dated: dict[str, list[Mention]] = {}
    for mention in known.mentions:
        if mention.date:
            dated.setdefault(mention.event_id, []).append(mention)
    for event, mentions in dated.items():
        for one, other in itertools.combinations(mentions, 2):
            if not read_period(one.date).overlaps(read_period(other.date)):
                yield DateConflict(
                    DATED_DIFFERENTLY, (one.mention_id, other.mention_id), (event,),
                    f"{known.author_with_paragraph(one)} dates {known.name(event)} {format_period(one.date)}, "
                    f"{known.author_with_paragraph(other)} {format_period(other.date)}.",
                )  # fmt: skip


def _later_than_source(known: _DatedMentions) -> Iterator[DateConflict]:
    """Yield mentions of events that are dated after the source was written."""
    for mention in known.mentions:
        date, written = known.date(mention.event_id, mention), known.written[mention.source_id]
        if date and written and read_period(written).precedes(read_period(date)):
            yield DateConflict(
                LATER_THAN_SOURCE, (mention.mention_id,), (mention.event_id,),
                f"{known.author_with_paragraph(mention)} was written {format_period(written)} and speaks of "
                f"{known.name(mention.event_id)}, which is dated {format_period(date)}.",
            )  # fmt: skip


def _contradicted_orders(known: _DatedMentions) -> Iterator[DateConflict]:
    """Yield claimed orders, also through undated events, that the dates at their ends contradict."""
    for path in _chains(known):
        first, last = path[0], path[-1]
        own, its = known.date(first.event_id, first), known.date(last.after_event_id, last)
        if own and its and read_period(own).precedes(read_period(its)):
            event, earlier = first.event_id, last.after_event_id
            yield DateConflict(
                ORDER_AGAINST_DATES, tuple(mention.mention_id for mention in path), (event, earlier),
                f"{_describe_chain(known, path)}, but the first is dated {known.date_with_paragraph(event, first)} and "
                f"the {'second' if len(path) == 1 else 'last'} {known.date_with_paragraph(earlier, last)}.",
            )  # fmt: skip


def _chains(known: _DatedMentions) -> Iterator[list[Mention]]:
    """Yield each claimed order, and those that it forms with others through undated events."""
    after: dict[str, list[Mention]] = {}
    for mention in known.mentions:
        if mention.after_event_id:
            after.setdefault(mention.event_id, []).append(mention)
    paths = [[mention] for mentions in after.values() for mention in mentions]
    for path in paths:  # the list grows in the loop
        yield path
        between, passed = path[-1].after_event_id, {mention.event_id for mention in path}
        if not known.date(between, path[-1]):
            paths += [[*path, more] for more in after.get(between, ()) if more.after_event_id not in passed]


def _describe_chain(known: _DatedMentions, path: list[Mention]) -> str:
    return "; ".join(
        f"{known.author_with_paragraph(mention)} puts {known.name(mention.event_id)} "
        f"after {known.name(mention.after_event_id)}"
        for mention in path
    )


def _circular_orders(known: _DatedMentions) -> Iterator[DateConflict]:
    """Yield claimed orders that form a cycle."""
    claimed = networkx.DiGraph()
    for mention in known.mentions:
        if mention.after_event_id:
            claimed.add_edge(mention.event_id, mention.after_event_id, mention=mention)
    for cycle in networkx.simple_cycles(claimed):
        start = cycle.index(min(cycle))
        cycle = cycle[start:] + cycle[:start]
        steps = [claimed.edges[one, other]["mention"] for one, other in zip(cycle, cycle[1:] + cycle[:1], strict=True)]
        yield DateConflict(
            CIRCULAR_ORDER,
            tuple(mention.mention_id for mention in steps),
            tuple(cycle),
            f"{_describe_chain(known, steps)}.",
        )


def _same_days(known: _DatedMentions) -> Iterator[DateConflict]:
    """Yield mentions that put two events on one day whose dates do not overlap."""
    for mention in known.mentions:
        other, event = mention.same_day_as, mention.event_id
        own, its = known.date(event, mention), known.date(other, mention) if other else ""
        if own and its and not read_period(own).overlaps(read_period(its)):
            yield DateConflict(
                SAME_DAY, (mention.mention_id,), (event, other),
                f"{known.author_with_paragraph(mention)} puts {known.name(event)} on the same day as "
                f"{known.name(other)}, but the first is dated {format_period(own)} and the second "
                f"{format_period(its)}.",
            )  # fmt: skip
