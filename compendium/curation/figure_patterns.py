"""Patterns of figures, units, measures and names in running text, in some languages (en, ru, az).

They look at characters alone; which unit or name a ledger has is for `compendium.curation.text_extraction`.
"""

from __future__ import annotations

import re

from compendium.values.number_parsing import MAGNITUDE_SUFFIXES, MAGNITUDES

_UNIT_WORDS: dict[str, str] = {
    r"%|per\s?cent\b|percent\b|percentage points?\b|процент\w*|faiz\w*": "percent",
    r"(?:US\s?)?\$|dollars?\b|USD\b|доллар\w*|долл\b|dollar\w*": "USD",
    r"₼|manats?\b|AZN\b|манат\w*": "AZN",
    r"(?:tons?|tonnes?)\b|тонн\w*": "t",
    r"barrels?\b|баррел\w*|barel\w*": "bbl",
    r"(?:cubic met(?:er|re)s?|bcm|m3|m³)(?!\w)|куб\w*": "m^3",
    r"(?:times|fold)\b|раза?\b|dəfə\b": "times",
    r"months?\b|месяц\w*|ay\b": "month",
    r"years?\b|лет\b|год\w*|il\b": "year",
    r"containers?\b|контейнер\w*|konteyner\w*": "container",
    r"TEU\b": "TEU",
    r"(?:people|persons?|passengers?|deaths?|dead|killed|injured|workers|employees|troops|soldiers)\b|человек\w*|nəfər\b":
        "person",
}  # fmt: skip
# A unit may follow its digits at once, but no letter.
UNITS = [(re.compile(rf"(?<![^\W\d_])(?:{words})", re.I), unit) for words, unit in _UNIT_WORDS.items()]
RATE = re.compile(r"(?:\s+(?:of\s+)?[\w-]+)?\s+(?:a|per)\s+(day|year|month)\b|\s+(?:annually|в год)\b", re.I)
_GROWTH = re.compile(
    r"\b(?:gr[eo]w\w*|growth|increas\w*|rose|ris(?:e|es|en|ing)\b|up by|jump\w*|surg\w*|fell|fall\w*|declin\w*|"
    r"(?:more|less|higher|lower) than (?:the|in|a) |"
    r"decreas\w*|drop\w*|shr[aiu]nk\w*|рост\w*|вырос\w*|увелич\w*|сниз\w*|сократ\w*|art(?:ım|ıb|mış)\w*|azal\w*)", re.I,
)  # fmt: skip
_SHARE = re.compile(r"^\W*(?:of\b|от\b|из\b)|\bshare\b|\bдол[яюие]\b|\bpayı\b", re.I)
ORDINAL = re.compile(r"\d(?:st|nd|rd|th)\b", re.I)
RANKS = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "largest",
          "biggest"}  # fmt: skip
IDIOMS = {"one", "once", "first", "second", "largest", "biggest"}
"""Number words that are mostly idioms; proposed for setting aside."""
REFERENCE_MARK = re.compile(r"[\[(]\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*[\])]|^\d{1,3}[.)\]](?=\s)")
"""Number in brackets or before the first word: a citation mark or the number of a list item."""
ADDRESS = re.compile(r"(?:https?://|www\.|\b[\w-]+\.[a-z]{2,6}/)\S*", re.I)

_MONEY = r"(?:US\s?\$|[$€£₽₼¥])\s?"
_DIGITS = r"\d+(?:[.,]\d+)*"
_MAGNITUDE = "|".join(sorted(MAGNITUDES, key=len, reverse=True))
FIGURE = re.compile(
    rf"[-−+]?(?:{_MONEY})?{_DIGITS}(?:(?:st|nd|rd|th)\b)?(?:\s?[–—-]\s?(?:{_MONEY})?{_DIGITS})?"
    rf"(?:[\s\xa0]*(?:{_MAGNITUDE})\b|[{''.join(MAGNITUDE_SUFFIXES)}]\b)?"
    r"(?:\s?(?:%|per\s?cent\b|percent\b))?",
    re.I,
)
"""Figure as printed: sign, currency, other end of a range, magnitude and percent."""
SENTENCE_END = re.compile(r"(?<=[.!?…])[”\"’»)\]]*\s+|[•:]\s|\n|[“\"«(]")
STEM_LENGTH = 5
WORD = re.compile(r"[^\W\d_][\w’'-]*")

_CAPITAL = r"[^\W\d_a-zа-яёəıçğöşü][\w’'-]*"
CAPITALISED = re.compile(rf"(?<![\w.])(?=[^\W\d_]){_CAPITAL}(?:\s+{_CAPITAL})*")
"""Consecutive capitalised words; a script without capitals has none."""


def sign_and_currency(text: str, begin: int) -> str:
    """Return the sign and currency before the digits at `begin`; a hyphen or dash after a word is no sign."""
    found = re.search(rf"(?:(?<![^\s(])[-−+])?(?:{_MONEY})?$", text[max(0, begin - 7) : begin])
    return found.group() if found else ""


def end_of_number_words(text: str, end: int) -> int:
    """Return the end of a number in words, including a magnitude or the word for percent after it."""
    more = re.compile(rf"[\s-]+(?:(?:{_MAGNITUDE})\b|per\s?cent\b|percent\b)", re.I).match(text, end)
    return more.end() if more else end


def sentence_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return start and end of the sentence around a span, at most 400 characters to each side."""
    first = max((found.end() for found in SENTENCE_END.finditer(text, max(0, start - 400), start)), default=0)
    after = SENTENCE_END.search(text, end, end + 400)
    return max(first, start - 400), after.start() if after else end + 400


def guess_measure(unit: str, sentence: str, after: str) -> str:
    """Return the likely measure of a figure: growth, share, multiple, rank or level."""
    if unit == "times":
        return "multiple"
    if unit == "rank":
        return "rank"
    if unit == "percent":
        if _SHARE.search(after[:20]):
            return "share"
        return "growth" if _GROWTH.search(sentence) else "share" if _SHARE.search(sentence) else "level"
    return "level"


def stems(text: str) -> set[str]:
    """Return the first letters of the longer words of a text, so that plurals and cases match."""
    return {word[:STEM_LENGTH] for word in re.findall(r"[^\W\d_]{4,}", text.lower())}
