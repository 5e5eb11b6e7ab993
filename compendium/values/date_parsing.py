"""Dates in running text (en, ru, az) and their EDTF form.

Month names belong to languages, not to a subject. A date without a printed year is not returned: no year is inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from compendium.values.periods import MONTHS, UnreadablePeriodError, read_period

_RUSSIAN = ["январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"]
_AZERBAIJANI = [
    *("yanvar", "fevral", "mart", "aprel", "may", "iyun"),
    *("iyul", "avqust", "sentyabr", "oktyabr", "noyabr", "dekabr"),
]
_MONTH_NUMBERS = {
    **{name.lower(): number for number, name in enumerate(MONTHS, 1)},
    **{name[:3].lower(): number for number, name in enumerate(MONTHS, 1)},
    **{name: number for number, name in enumerate(_AZERBAIJANI, 1)},
}
_ENDINGS = ("ь", "я", "е", "ю", "й", "а", "у", "")
_MONTH_NUMBERS |= {
    f"{stem}{end}": number for number, stem in enumerate(_RUSSIAN, 1) for end in _ENDINGS if stem + end != "ма"
}
_MONTH = rf"(?P<{{0}}>{'|'.join(sorted(map(re.escape, _MONTH_NUMBERS), key=len, reverse=True))})\.?"
MONTH_PATTERN = re.compile(_MONTH.format("m"), re.I)
"""Matches the name of a month in any of the languages."""
_YEAR = r"(?P<{0}>(?:19|20)\d\d)"
_DAY = r"(?P<{0}>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_NOT_A_YEAR = r"(?!\w|[.,]\d|\s*(?:%|percent\b|per\s?cent\b|tons?\b|tonnes?\b|people\b|million\b|billion\b))"


def _date_pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("".join(parts), re.I)


_MONTH_1, _MONTH_2 = _MONTH.format("m"), _MONTH.format("n")
_YEAR_1, _YEAR_2 = _YEAR.format("y"), _YEAR.format("z")
DATE_PATTERNS = (
    _date_pattern(r"(?<!\w)", _YEAR_1, r"-(?P<mm>0[1-9]|1[0-2])(?:-(?P<dd>0[1-9]|[12]\d|3[01]))?(?!\w)"),
    _date_pattern(r"(?<!\w)(?P<dd>0?[1-9]|[12]\d|3[01])\.(?P<mm>0?[1-9]|1[0-2])\.", _YEAR_1, r"(?!\w)"),
    _date_pattern(r"(?<!\w)", _DAY.format("d"), r"\s+(?:of\s+)?", _MONTH_1, r",?\s+", _YEAR_1, r"(?!\w)"),
    _date_pattern(r"(?<!\w)", _MONTH_1, r"\s+", _DAY.format("d"), r",?\s+", _YEAR_1, r"(?!\w)"),
    _date_pattern(r"(?<!\w)", _MONTH_1, r"\s*(?:[–—-]|to|until)\s*", _MONTH_2, r",?\s+(?:of\s+)?", _YEAR_1, r"(?!\w)"),
    _date_pattern(r"(?<!\w)", _MONTH_1, r",?\s+(?:of\s+)?", _YEAR_1, r"(?!\w)"),
    _date_pattern(r"(?<![\w.,$€£])", _YEAR_1, r"\s*(?:[–—/-]|to|and|и)\s*", _YEAR_2, _NOT_A_YEAR),
    _date_pattern(r"(?<![\w.,$€£])", _YEAR_1, _NOT_A_YEAR),
)
"""Patterns of dates, the most specific first: characters that one has matched are not matched again."""


@dataclass(frozen=True)
class DateMatch:
    """A date in a text: character offsets (`end` exclusive), the text as printed, the period in EDTF."""

    start: int
    end: int
    text: str
    period: str


def find_dates(text: str) -> Iterator[DateMatch]:
    """Yield the dates of a text in order of position: years, months of a year, days, ranges of years or months."""
    taken: dict[int, DateMatch] = {}
    covered = bytearray(len(text))
    for form in DATE_PATTERNS:
        for found in form.finditer(text):
            start, end = found.span()
            period = "" if any(covered[start:end]) else _to_edtf(found.groupdict())
            if period:
                taken[start] = DateMatch(start, end, found.group(), period)
                covered[start:end] = b"\1" * (end - start)
    yield from (taken[start] for start in sorted(taken))


def _to_edtf(part: dict[str, str | None]) -> str:
    """Return the groups of a match in EDTF, `""` where the calendar has no such day."""
    year, month = part["y"], part.get("mm") or _MONTH_NUMBERS.get((part.get("m") or "").lower(), "")
    day, other = part.get("dd") or part.get("d"), _MONTH_NUMBERS.get((part.get("n") or "").lower())
    first = "-".join([str(year), *(f"{int(value):02d}" for value in (month, day) if value)])
    last = part.get("z") or (f"{year}-{other:02d}" if other else "")
    found = f"{first}/{last}" if last else first
    try:
        read_period(found)
    except UnreadablePeriodError:
        return ""
    return found
