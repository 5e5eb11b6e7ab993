"""Plain-text formatting of intervals with unit and scale, of signed scores, and of intervals in brackets."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import portion

UNIT_LABELS = {
    "percent": "%",
    "item": "",
    "rank": "",
    "person": "persons",
    "container": "containers",
    "month": "months",
    "year": "years",
    "t": "tonnes",
    "t/year": "tonnes a year",
    "bbl": "barrels",
    "bbl/day": "barrels a day",
    "m^3": "m³",
    "m^3/day": "m³ a day",
    "m^3/year": "m³ a year",
    "bbl/year": "barrels a year",
    "TEU/year": "TEU a year",
    "score": "points",
    "dimensionless": "",
}
"""Label of a unit for readers, where it differs from the unit in the data."""

SINGULAR_UNITS = ("person", "container", "month", "year")
"""Units whose label is singular (as in the data) after the number 1."""

SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


def format_amount(interval: portion.Interval, unit: str, *, digits: int = 0) -> str:
    """Return an interval as text: `4.35–4.45 billion USD`, `more than 30 %`, `38 persons`.

    `digits` is the number of significant digits; with 0, an end that is a decimal of at most six digits is given in
    full and any other to three digits.
    """
    finite = [abs(end) for end in (interval.lower, interval.upper) if end not in (portion.inf, -portion.inf)]
    scale, word = next(((s, w) for s, w in SCALES if finite and max(finite) >= s), (1, ""))
    single = interval.lower == interval.upper == 1 and not word
    tail = " ".join(
        part for part in (word, unit if single and unit in SINGULAR_UNITS else UNIT_LABELS.get(unit, unit)) if part
    )
    if interval.lower == -portion.inf and interval.upper == portion.inf:
        return "any amount"
    low, high = (_format_number(end, scale, digits) for end in (interval.lower, interval.upper))
    if interval.lower == interval.upper:
        text = low
    elif interval.upper == portion.inf:
        text = f"{'more than' if interval.left is portion.OPEN else 'at least'} {low}"
    elif interval.lower == -portion.inf:
        text = f"{'less than' if interval.right is portion.OPEN else 'at most'} {high}"
    else:
        text = low if low == high else f"{low}–{high}"
    return re.sub(r"-(?=\d)", "−", f"{text} {tail}".strip())


def _format_number(end: Any, scale: int, digits: int = 0) -> str:
    if not isinstance(end, Fraction | int | float):
        return ""
    value = Fraction(end) / scale
    exact = f"{float(value):,.6f}".rstrip("0").rstrip(".")
    if not digits and len(re.sub(r"\D", "", exact)) <= 6 and Fraction(exact.replace(",", "")) == value:
        return exact
    magnitude = math.floor(math.log10(abs(value))) if value else 0
    places = (digits or 3) - 1 - magnitude
    return f"{float(round(value, places)):,.{max(0, places)}f}"


def format_signed(score: float) -> str:
    """Return a score with sign and one decimal; the minus is U+2212: `+3.4`, `−5.0`."""
    return f"{score:+.1f}".replace("-", "−")


def format_interval(interval: portion.Interval) -> str:
    """Return an interval in mathematical notation, `[4.35, 4.45)`, its ends rounded for display."""
    low = "−∞" if interval.lower == -portion.inf else _format_number(interval.lower, 1)
    high = "∞" if interval.upper == portion.inf else _format_number(interval.upper, 1)
    opening = "[" if interval.left is portion.CLOSED else "("
    return f"{opening}{low}, {high}{']' if interval.right is portion.CLOSED else ')'}"
