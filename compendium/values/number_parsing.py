"""Parser of printed figures: `$4.4 billion`, `25–30 million tons`, `1,6 раза`, `double`, `2nd`.

Its vocabulary belongs to languages (en, ru, az), not to a subject. The interval of values behind a
figure is the matter of `compendium.values.intervals`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

_CARDINALS = (
    "zero one two three four five six seven eight nine ten eleven twelve "
    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
)
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
NUMBER_WORDS: dict[str, int] = (
    {word: value for value, word in enumerate(_CARDINALS.split())}
    | {word: 10 * value for value, word in enumerate(_TENS.split(), 3)}
    | {word: value for value, word in enumerate(_ORDINALS.split(), 1)}
    | {"largest": 1, "biggest": 1, "once": 1, "twice": 2, "double": 2, "triple": 3}
)
FRACTION_WORDS = {"half": Fraction(1, 2)}
# `bcm` is a billion and its unit in one word; read as a unit alone, it would make a figure a billion times too small.
_MAGNITUDE_FORMS = {
    10**3: "thousand thousands kt тыс тысяча тысячи тысяч",
    10**6: "million millions mn mln mcm mmt млн миллион миллиона миллионов milyon",
    10**9: "billion billions bn bcm mlrd млрд миллиард миллиарда миллиардов milyard",
    10**12: "trillion trillions trn tn tcm трлн триллион триллиона триллионов",
}
MAGNITUDE_SUFFIXES = {"k": 10**3, "m": 10**6, "b": 10**9}
"""Letters that are multipliers directly after digits (`$5m`); elsewhere they may be units."""
MAGNITUDES: dict[str, int] = {form: value for value, forms in _MAGNITUDE_FORMS.items() for form in forms.split()}

_MAGNITUDE = "|".join(sorted(MAGNITUDES, key=len, reverse=True))
_WORD = "|".join([*NUMBER_WORDS, *FRACTION_WORDS])
# A comma before exactly three digits groups thousands, unless only a zero stands before it: `0,125` is a decimal.
_GROUPED = r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"
_DIGITS = rf"{_GROUPED}(?!\d)|\d+(?:[.,]\d+)?"
_TERM = re.compile(
    rf"(?:(?P<digits>{_DIGITS})(?:(?:st|nd|rd|th)\b)?|\b(?P<word>{_WORD})\b)"
    rf"(?:\s*(?P<magnitude>{_MAGNITUDE})\b|(?P<glued>[{''.join(MAGNITUDE_SUFFIXES)}])\b)?",
    re.I,
)
# Parts that would change the value if they were skipped: a sign, a further number, a fraction, an unknown multiplier,
# a unit that contains one and is ambiguous (`mt` is a tonne, and a million of them).
_MINUS = re.compile(r"^\s*[-–−]\s*\D?\d")
_NEGATIVE = re.compile(r"-(\d+(?:\.\d+)?)(?: %)?", re.ASCII)
_FRACTION = re.compile(r"\ba\s+(?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b", re.I)
_UNREAD = re.compile(r"\d|\b(?:hundreds?|dozens?|scores?|thirds|quarters?|fourths|fifths|сотн\w*|десятк\w*)\b", re.I)
_SCALED = re.compile(r"\d\s*(?:[mg]t|mtpa|mtoe|[mk]b[/p]?d|[kmgt]wh?)\b", re.I)
_DASH = re.compile(r"^\s*[–—-]\s*\D?\s*$")

MAX_SHORT_WORD_LENGTH, MISSPELLING_CUTOFF = 5, 0.85
"""Words longer than so many letters count as misspelt multipliers from this `difflib` similarity on."""
MAX_TEXT_LENGTH = 1000
"""Maximum number of characters that are parsed; longer digit strings exceed Python's limit for `int`."""


class UnreadableFigureError(ValueError):
    """The text contains no figure, a part that is not understood, or several figures that do not combine."""


@dataclass(frozen=True)
class Figure:
    """A parsed figure, in the unit it is printed in.

    `low` and `high` are equal unless a range was printed. `step`, the precision, is one unit of the last significant
    digit (`4.4` → 1/10, `300` → 100, `1,1 млрд` → 10⁸).
    """

    low: Fraction
    high: Fraction
    step: Fraction

    @property
    def is_range(self) -> bool:
        """Whether two bounds were printed."""
        return self.low != self.high


def read_figure(as_printed: str) -> Figure:
    """Return the figure in a text.

    A magnitude word applies to both ends of a range (`1–1.2 billion`); descending magnitudes are added
    (`1 млрд 100 млн`). Percent-encoding is decoded first.

    Raises
    ------
    UnreadableFigureError
        if there is no figure, several that are neither a range nor a sum, or a part that is not understood.
    """
    if len(as_printed) > MAX_TEXT_LENGTH:
        raise UnreadableFigureError(f"{len(as_printed)} characters, beginning with {as_printed[:20]!r}")
    text = unquote(as_printed).replace("\xa0", " ")
    below = _NEGATIVE.fullmatch(text)
    if below:  # only before a bare number or percentage is a dash surely a minus
        above = read_figure(below[1])
        return Figure(-above.high, -above.low, above.step)
    terms = list(_TERM.finditer(text))
    if not terms:
        raise UnreadableFigureError(f"no figure in {as_printed!r}")
    rest = _TERM.sub(" ", text)
    if any((_MINUS.match(text), _FRACTION.search(text), _UNREAD.search(rest), _SCALED.search(text))):
        raise UnreadableFigureError(f"a sign, fraction or multiplier that is not read, in {as_printed!r}")
    if left := next(filter(_resembles_magnitude, re.findall(r"[^\W\d_]+", rest.lower())), ""):
        raise UnreadableFigureError(
            f"{left!r}, a multiplier that is misspelt or not beside its digits, in {as_printed!r}"
        )
    last = _scale(terms[-1])
    if len(terms) == 2 and _DASH.match(text[terms[0].end() : terms[1].start()]):
        own = terms[0]["magnitude"] or terms[0]["glued"]
        low = _value(terms[0]) * (_scale(terms[0]) if own else last)
        high = _value(terms[1]) * last
        if low >= high:
            raise UnreadableFigureError(f"the range {as_printed!r} does not rise")
        return Figure(low, high, _step(terms[1]) * last)
    if len(terms) > 1 and not _has_descending_magnitudes(terms):
        raise UnreadableFigureError(f"more than one figure in {as_printed!r}")
    total = sum((_value(term) * _scale(term) for term in terms), Fraction(0))
    return Figure(total, total, _step(terms[-1]) * last)


def _scale(term: re.Match[str]) -> int:
    if term["glued"]:
        return MAGNITUDE_SUFFIXES[term["glued"].lower()]
    return MAGNITUDES[term["magnitude"].lower()] if term["magnitude"] else 1


@cache
def _resembles_magnitude(word: str) -> bool:
    """Return whether an unparsed word is a multiplier, possibly misspelt: skipping it would change the value."""
    return word in MAGNITUDES or (
        len(word) > MAX_SHORT_WORD_LENGTH and bool(get_close_matches(word, MAGNITUDES, n=1, cutoff=MISSPELLING_CUTOFF))
    )


def _has_descending_magnitudes(terms: list[re.Match[str]]) -> bool:
    scales = [_scale(term) for term in terms]
    return all(later < earlier for earlier, later in pairwise(scales)) and scales[-1] > 1


def _value(term: re.Match[str]) -> Fraction:
    if term["word"]:
        word = term["word"].lower()
        return FRACTION_WORDS.get(word) or Fraction(NUMBER_WORDS[word])
    return Fraction(_normalise_digits(term["digits"]))


def _step(term: re.Match[str]) -> Fraction:
    if term["word"]:
        return Fraction(1, 10) if term["word"].lower() in FRACTION_WORDS else Fraction(1)
    whole, _, decimals = _normalise_digits(term["digits"]).partition(".")
    if decimals:
        return Fraction(1, 10 ** len(decimals))
    return Fraction(10 ** (len(whole) - len(whole.rstrip("0")))) if whole.strip("0") else Fraction(1)


def _normalise_digits(digits: str) -> str:
    return digits.replace(",", "" if re.fullmatch(_GROUPED, digits) else ".")


def format_figure(claim: Mapping[str, Any]) -> str:
    """Return a claim's figure with its hedge: `almost $4.8 billion`."""
    printed, hedge = unquote(claim["as_printed"]), claim["hedge"]
    if hedge.startswith("-"):  # a suffix in the language of the source
        return f"{printed}{hedge}"
    return f"{hedge} {printed}".strip()
