"""Validation problems (file, row, column, actual and expected value), the error that carries them, message helpers."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

INVISIBLE_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories of invisible characters: controls, formats, surrogates, line and paragraph separators."""


@dataclass(frozen=True, order=True)
class Problem:
    """One fault at one place: file, row, column, actual and expected value.

    `row` is the line number in the file (the header is line 1), 0 for the file as a whole; `column` may be empty.
    """

    file: str
    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        """Return one line: `file:row:column: found …; expected …`."""
        place = ":".join([self.file, *([str(self.row)] if self.row else []), *([self.column] if self.column else [])])
        return escape_invisible(f"{place}: found {quote_value(self.found)}; expected {self.expected}")


class LedgerError(ValueError):
    """The ledger is invalid; `problems` has all that were found, sorted."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Sort the problems by place and drop duplicates."""
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def is_invisible(character: str) -> bool:
    """Return whether a character is of `INVISIBLE_CATEGORIES`."""
    return unicodedata.category(character) in INVISIBLE_CATEGORIES


def escape_invisible(text: str) -> str:
    """Return a text with its invisible characters escaped, so that a terminal shows them and does not obey them."""
    if text.isprintable():
        return text
    return "".join(sign.encode("unicode_escape").decode() if is_invisible(sign) else sign for sign in text)


def quote_value(value: str, max_length: int = 80) -> str:
    """Return a value in quotes for a message, escaped as by `repr`, shortened beyond `max_length` characters."""
    return repr(value) if len(value) <= max_length else f"{value[:max_length]!r}… ({len(value)} characters)"


def format_count(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: `1 row`, `2 rows`; `plural` only if it is not `singular` + `s`."""
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"


def describe_choices(choices: Iterable[str], found: str) -> str:
    """Return what would be right in place of `found`: similar choices, else all (if over 12, their number)."""
    known = sorted(choices)
    if not known:
        return "a known value, but none is defined"
    near = difflib.get_close_matches(found, known, n=3, cutoff=0.5)
    if near:
        return "perhaps " + " or ".join(map(repr, near))
    return "one of " + ", ".join(map(repr, known)) if len(known) <= 12 else f"one of {len(known)} known values"
