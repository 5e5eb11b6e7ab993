"""Periods as spans of days, parsed from EDTF (ISO 8601-2, level 1), their relations and their text forms.

No date is filled in: an open end stays open, an approximate one is widened by the rule of `read_period`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

_DATE = r"(?!9999)[1-9]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-\d\d)?)?[~?%]?"
EDTF_PATTERN = re.compile(rf"{_DATE}|{_DATE}/(?:{_DATE}|\.\.)|\.\./{_DATE}")
"""The supported part of EDTF level 1: a year, month or day, and intervals of them, closed or open at one end."""
# Literal, because `calendar` follows the locale of the machine.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class UnreadablePeriodError(ValueError):
    """The text is not a supported period in EDTF level 1."""


@dataclass(frozen=True, order=True)
class Span:
    """The days from `first` to `last`, both included; `date.min` and `date.max` are open ends."""

    first: date
    last: date

    @property
    def is_bounded(self) -> bool:
        """Whether both ends are known."""
        return self.first != date.min and self.last != date.max

    def is_within(self, other: Span) -> bool:
        """Return whether every day of this span lies in the other."""
        return other.first <= self.first and self.last <= other.last

    def overlaps(self, other: Span) -> bool:
        """Return whether the two spans share a day."""
        return self.first <= other.last and other.first <= self.last

    def precedes(self, other: Span) -> bool:
        """Return whether the last day of this span is before the first of the other."""
        return self.last < other.first


@cache
def read_period(period: str) -> Span:
    """Return the span of days that an EDTF text leaves possible.

    `2024` is the whole year; `2023/..` has no end. An approximate or uncertain end (`2025-02~`, `2025?`) is moved
    outwards by one of its own unit (day, month or year).

    Raises
    ------
    UnreadablePeriodError
        if the text is not EDTF, not supported (season, set, time of day), or ends before it begins.
    """
    if not EDTF_PATTERN.fullmatch(period):
        raise UnreadablePeriodError(f"{period!r} is not a date or period of the form read here")
    head, _, tail = period.partition("/")
    try:
        first = _first_and_last_day(head)[0] if head != ".." else date.min
        last = _first_and_last_day(tail or head)[1] if tail != ".." else date.max
    except ValueError as error:
        raise UnreadablePeriodError(f"{period!r} is not a date or period in EDTF") from error
    if head[-1:] in "~?%" and first != date.min:
        first -= _precision(head)
    if (tail or head)[-1:] in "~?%" and last != date.max:
        last += _precision(tail or head)
    if first > last:
        raise UnreadablePeriodError(f"{period!r} ends before it begins")
    return Span(first, last)


def _first_and_last_day(text: str) -> tuple[date, date]:
    """Return the first and the last day of a year, month or day that matches `EDTF_PATTERN`."""
    year, month, day = [*map(int, text.rstrip("~?%").split("-")), 0, 0][:3]
    if day:
        return date(year, month, day), date(year, month, day)
    first, last = month or 1, month or 12
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _precision(text: str) -> timedelta:
    return timedelta(days=(366, 31, 1)[min(text.count("-"), 2)])


def exact_span(period: str) -> Span | None:
    """Return the span of a period that is exact and closed at both ends, `None` for any other text."""
    if not period or re.search(r"[~?%]|\.\.", period):
        return None
    return read_period(period)


def format_edtf(span: Span) -> str:
    """Return the shortest EDTF text of a closed span: years, months, or days.

    Raises
    ------
    ValueError
        if an end is open.
    """
    if not span.is_bounded:
        raise ValueError(f"a span with an open end has no closed period: {span}")
    after = span.last + timedelta(days=1)
    first, last = span.first, span.last
    if (first.month, first.day, after.month, after.day) == (1, 1, 1, 1):
        ends = [f"{first:%Y}", f"{last:%Y}"]
    elif first.day == after.day == 1:
        ends = [f"{first:%Y-%m}", f"{last:%Y-%m}"]
    else:
        ends = [f"{first}", f"{last}"]
    return ends[0] if ends[0] == ends[1] else "/".join(ends)


def format_period(period: str) -> str:
    """Return an EDTF period in English: `2025-01/2025-04` → `January–April 2025`; empty stays empty."""
    if not period:
        return ""
    head, slash, tail = period.partition("/")
    if not slash:
        return _format_date(head)
    if head in ("", ".."):
        return f"until {_format_date(tail)}"
    if tail in ("", ".."):
        return f"since {_format_date(head)}"
    first, last = _format_date(head), _format_date(tail)
    for keep in (2, 1):  # a common month and year, or a common year, is written once, at the end
        begin, end = first.split(), last.split()
        if begin[-keep:] == end[-keep:] and len(begin) == len(end) > keep and "about" not in begin + end:
            return f"{' '.join(begin[:-keep])}–{last}"
    return f"{first} – {last}"


def format_event_time(period: str, *, inferred: bool) -> str:
    """Return the time of an event in English: its duration if stated, `some time in …` if `inferred` from a text."""
    text = format_period(period)
    if not inferred or "/" not in period:
        return text
    head, _, tail = period.partition("/")
    if head in ("", ".."):
        return f"some time up to {_format_date(tail)}"
    if tail in ("", ".."):
        return f"some time from {_format_date(head)} on"
    return f"some time in {text}"


def _format_date(text: str) -> str:
    plain, about = text.rstrip("~?%"), text[-1:] in "~?%"
    parts = plain.split("-")
    words = [parts[0]]
    if len(parts) > 1:
        words.insert(0, MONTHS[int(parts[1]) - 1])
    if len(parts) > 2:
        words.insert(0, str(int(parts[2])))
    return ("about " if about else "") + " ".join(words)
