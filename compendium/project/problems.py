"""What is wrong with the ledger, said so that somebody can mend it.

Nothing here decides what is wrong; other modules do, and hand over all they found at once.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

INVISIBLE_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories of characters that a reader does not see."""


@dataclass(frozen=True, order=True)
class Problem:
    """One fault at one place.

    `row` is the line of the file as an editor counts it (the header is line 1), 0 for the file as a whole.
    """

    file: str
    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        """Say it in one line: `file:row:column: found …; expected …`."""
        place = ":".join([self.file, *([str(self.row)] if self.row else []), *([self.column] if self.column else [])])
        return escape_invisible(f"{place}: found {quote_value(self.found)}; expected {self.expected}")


class LedgerError(ValueError):
    """The ledger cannot be read as it is; carries every problem, not the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in order of place."""
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def is_invisible(character: str) -> bool:
    """Say whether a reader does not see a character: controls, direction marks, separators, halves of characters."""
    return unicodedata.category(character) in INVISIBLE_CATEGORIES


def escape_invisible(text: str) -> str:
    """Return a text whose invisible characters are escaped, so that a terminal shows them and does nothing else."""
    if text.isprintable():
        return text
    return "".join(sign.encode("unicode_escape").decode() if is_invisible(sign) else sign for sign in text)


def quote_value(value: str, max_length: int = 80) -> str:
    """Quote a value for a message, visibly cut where it is long, control characters escaped."""
    return repr(value) if len(value) <= max_length else f"{value[:max_length]!r}… ({len(value)} characters)"


def format_count(number: int, singular: str, plural: str = "") -> str:
    """Return a number with the word for what is counted: `1 row`, `2 rows`; `plural` where an `s` does not make it."""
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"


def describe_choices(choices: Iterable[str], found: str) -> str:
    """Say which values would be right: the nearest ones where there are many."""
    known = sorted(choices)
    if not known:
        return "a value that is known, and none is yet"
    near = difflib.get_close_matches(found, known, n=3, cutoff=0.5)
    if near:
        return "perhaps " + " or ".join(map(repr, near))
    return "one of " + ", ".join(map(repr, known)) if len(known) <= 12 else f"one of {len(known)} known values"
