"""Events in chronological order with actors' areas and Goldstein scores, and the scores summed by year.

Scores are those of the event codes; an event without a code has none.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from compendium.ledger.loader import Ledger
from compendium.values.periods import Span, read_period


def read_events(ledger: Ledger) -> pd.DataFrame:
    """Return the table of events in chronological order, with additional columns.

    Returns
    -------
    pandas.DataFrame
        one row an event; added are `span` (`None` if the date is unknown), `year` (if the whole span lies in one),
        `actor_area` and `target_area` (the state that an actor is or belongs to), `code_name`, `goldstein`,
        `quad_class`, `mentions` and `sources` (numbers of each). Rows are ordered by the last day of their span, then
        by the first: an event that may be late does not precede one that is certain.
    """
    events = ledger["events"]
    codes = ledger["event_codes"].set_index("code")
    mentions = ledger["mentions"].groupby("event_id")["source_id"]
    area = _areas(ledger)
    events["span"] = [read_period(date) if date else None for date in events["date"]]
    events["year"] = pd.array([_year(found) for found in events["span"]], dtype="Int64")
    events["actor_area"] = events["actor_id"].map(area).fillna("")
    events["target_area"] = events["target_id"].map(area).fillna("")
    events["code_name"] = events["code"].map(codes["name"]).fillna("")
    events["goldstein"] = events["code"].map(codes["goldstein"])
    events["quad_class"] = events["code"].map(codes["quad_class"]).fillna("")
    events["mentions"] = events["event_id"].map(mentions.size()).fillna(0).astype(int)
    events["sources"] = events["event_id"].map(mentions.nunique()).fillna(0).astype(int)
    return events.iloc[sorted(range(len(events)), key=lambda place: _sort_key(events["span"].iloc[place]))]


def events_between(events: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Return the events between two areas, in either direction."""
    forth = (events["actor_area"] == one) & (events["target_area"] == other)
    back = (events["actor_area"] == other) & (events["target_area"] == one)
    return events[forth | back]


def scores_by_year(events: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of positive and negative Goldstein scores and the number of events, by year.

    An event is distributed over the years by the share of its span's days in each, so that a vague date is neither
    dropped nor assigned to one year. Events without a code or with an open span are left out.

    Returns
    -------
    pandas.DataFrame
        indexed by year, without gaps; columns `cooperation`, `conflict` (at or below zero) and `events`.
    """
    rows = [
        {"year": year, "cooperation": max(score, 0.0) * part, "conflict": min(score, 0.0) * part, "events": part}
        for found, score in zip(events["span"], events["goldstein"], strict=True)
        if found and not pd.isna(score)
        for year, part in _shares_by_year(found).items()
    ]
    table = pd.DataFrame(rows, columns=["year", "cooperation", "conflict", "events"]).groupby("year").sum()
    years = range(int(table.index.min()), int(table.index.max()) + 1) if len(table) else range(0)
    return table.reindex(years).fillna(0.0)


def _shares_by_year(found: Span) -> dict[int, float]:
    """Return the share of a span's days in each year; empty if an end is open."""
    if not found.is_bounded:
        return {}
    days = (found.last - found.first).days + 1
    return {
        year: ((min(found.last, date(year, 12, 31)) - max(found.first, date(year, 1, 1))).days + 1) / days
        for year in range(found.first.year, found.last.year + 1)
    }


def _areas(ledger: Ledger) -> pd.Series:
    actors = ledger["actors"].set_index("actor_id")
    return actors["area"].where(actors["kind"] != "state", actors.index.to_series())


def _year(found: Span | None) -> int | None:
    return found.first.year if found and found.first.year == found.last.year else None


def _sort_key(found: Span | None) -> tuple[int, ...]:
    return (found.last.toordinal(), found.first.toordinal()) if found else (10**9, 10**9)
