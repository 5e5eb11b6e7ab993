"""Numbers, dates and names of a source text, each with a guess of its unit, hedge, measure, period and metric.

The guesses rest on `compendium.curation.figure_patterns` and on the vocabularies and names of the ledger. Nothing is
written here; `compendium.curation.draft_files` makes draft rows of an extraction.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path

import pandas as pd

from compendium.curation.figure_patterns import (
    ADDRESS,
    CAPITALISED,
    FIGURE,
    IDIOMS,
    ORDINAL,
    RANKS,
    RATE,
    REFERENCE_MARK,
    SENTENCE_END,
    UNITS,
    WORD,
    end_of_number_words,
    guess_measure,
    sentence_span,
    sign_and_currency,
    stems,
)
from compendium.curation.source_texts import NUMBER_PATTERN, Text, located_tables, occurs_in, read_text
from compendium.ledger.claims import author_names
from compendium.ledger.loader import Ledger
from compendium.ledger.schema import SEPARATOR
from compendium.project.problems import LedgerError, Problem
from compendium.values import units
from compendium.values.date_parsing import MONTH_PATTERN, DateMatch, find_dates

CONTEXT_LENGTH = 60
"""Characters on each side of a number that the guesses use; the review list shows half of them."""
MIN_SHARED_ROWS = 0.5
"""Share of a source's located rows that must occur in a text for it to count as another copy of that source."""


@dataclass(frozen=True)
class Number:
    """One number of a text, with guesses for the columns of a claim."""

    paragraph: int
    as_printed: str
    hedge: str
    unit: str
    measure: str
    period: str
    metrics: tuple[str, ...]
    context: str
    set_aside_reason: str
    """Id of the reason for setting it aside; `""` where it may be a figure."""


@dataclass(frozen=True)
class Name:
    """One name of a text: spelling, paragraphs, and the ledger row that it seems to name (`table id`, or `""`)."""

    text: str
    paragraphs: tuple[int, ...]
    ledger_row: str


@dataclass(frozen=True)
class SimilarSource:
    """A source of the ledger of which a text may be another copy."""

    source_id: str
    shared: int
    """Located rows whose words occur in the same paragraph of the text."""
    rows: int
    """All located rows of the source."""


@dataclass
class Extraction:
    """Numbers, dates and names of a text, in order of paragraph."""

    text: Text
    numbers: list[Number] = field(default_factory=list)
    dates: list[tuple[int, DateMatch]] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)


# --- reading


def open_text(path: Path) -> Text:
    """Return a source text; raise `LedgerError` if the file cannot be read, is not UTF-8, or is blank."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LedgerError(
            [Problem(str(path), 0, "", error.strerror or str(error), "a file that can be read")]
        ) from None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        found = f"byte 0x{content[error.start]:02x} at place {place}"
        raise LedgerError([Problem(path.name, line, "", found, "text in UTF-8; save it so")]) from None
    text = read_text(path)
    if not text.paragraphs:
        raise LedgerError([Problem(path.name, 0, "", "no paragraph", "a text: lines that are not blank")])
    return text


def find_same_text(text: Text, ledger: Ledger) -> str:
    """Return the id of the source with the same SHA-256; `""` if there is none."""
    sources = ledger.frames["sources"]
    return next(iter(sources.loc[sources["sha256"] == text.sha256, "source_id"]), "")


def similar_sources(text: Text, ledger: Ledger) -> list[SimilarSource]:
    """Return the sources of which a text may be another copy.

    The ledger holds no texts, so the printed words of its located rows are compared, each in its own paragraph.
    """
    shared: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for table in located_tables(ledger):
        frame = ledger.frames[table.name]
        for source, number, words in zip(frame["source_id"], frame["paragraph"], frame["as_printed"], strict=True):
            if words and not pd.isna(number):
                rows[source] += 1
                shared[source] += number <= len(text.paragraphs) and occurs_in(words, text.paragraphs[number - 1])
    found = (SimilarSource(name, shared[name], number) for name, number in rows.items())
    return [one for one in found if one.shared > MIN_SHARED_ROWS * one.rows]


def extract(text: Text, ledger: Ledger, numbered_paragraphs: Iterable[tuple[int, str]] | None = None) -> Extraction:
    """Return every number, date and name of a text, with guesses of what they are.

    Parameters
    ----------
    numbered_paragraphs
        paragraphs with their numbers, e.g. an iterator that shows progress; by default those of the text.
    """
    found = Extraction(text)
    guess = _Guesser(ledger)
    names: dict[str, list[int]] = {}
    for number, paragraph in numbered_paragraphs or enumerate(text.paragraphs, 1):
        addresses = [one.span() for one in ADDRESS.finditer(paragraph)]
        own = [one for one in find_dates(paragraph) if not any(first <= one.start < last for first, last in addresses)]
        found.dates += [(number, one) for one in own]
        found.numbers += guess.numbers(number, paragraph, own)
        for name in guess.names(paragraph):
            names.setdefault(name, []).append(number)
    small = {word for word in WORD.findall(" ".join(text.paragraphs)) if word[:1].islower()}
    found.names = [
        Name(name, tuple(dict.fromkeys(numbers)), guess.known.get(_fold_name(name), ""))
        for name, numbers in names.items()
        if _fold_name(name) in guess.known or not is_ordinary_word(name, small)
    ]
    return found


class _SpanIndex:
    """Labelled spans of a text, looked up by position with a binary search; a long line has thousands."""

    def __init__(self, spans: Iterable[tuple[int, int, str]]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _, _ in self._spans]

    def at(self, place: int) -> str:
        """Return the label of the span that contains a position, `""` if there is none."""
        last = bisect_right(self._starts, place)
        return next((label for _, end, label in self._spans[max(0, last - 2) : last] if place < end), "")


class _Guesser:
    """Guesses from the vocabularies of a ledger: hedges, units, metrics, names."""

    def __init__(self, ledger: Ledger) -> None:
        fields = {one.name: one for one in ledger.schema["claims"].fields}
        hedges = [hedge for hedge in fields["hedge"].vocabulary if hedge]
        before = sorted((hedge for hedge in hedges if not hedge.startswith("-")), key=len, reverse=True)
        self._before = re.compile(rf"(?:^|(?<=\W))({'|'.join(map(re.escape, before)) or '(?!)'})\W{{0,2}}$", re.I)
        self._after = [hedge for hedge in hedges if hedge.startswith("-")]
        self._hedges = {hedge.lower(): hedge for hedge in hedges}
        self._units = set(fields["unit"].vocabulary)
        self._metrics: dict[str, set[str]] = {}
        self._of_unit = {row["metric_id"]: row["unit"] for row in ledger.frames["metrics"].to_dict("records")}
        for row in ledger.frames["metrics"].to_dict("records"):
            for word in stems(row["name"]):
                self._metrics.setdefault(word, set()).add(row["metric_id"])
        self.known = _folded_ledger_names(ledger)
        words = sorted({name for name in self.known if len(name) > 2}, key=len, reverse=True)
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words)) or '(?!)'})(?!\w)", re.I)
        self._exact = {name for name in _ledger_names(ledger) if name.isupper()}

    def numbers(self, paragraph: int, text: str, dates: list[DateMatch]) -> Iterator[Number]:
        """Yield the numbers of a paragraph that are not part of a date."""
        marks = [(*found.span(), "list number") for found in REFERENCE_MARK.finditer(text)]
        marks += [(*found.span(), "address") for found in ADDRESS.finditer(text)]
        asides, taken = _SpanIndex(marks), _SpanIndex((one.start, one.end, one.period) for one in dates)
        covered = 0
        for token in NUMBER_PATTERN.finditer(text):
            begin, end = token.span()
            if begin < covered or taken.at(begin):
                continue
            start, aside = begin - len(sign_and_currency(text, begin)), asides.at(begin)
            if aside:
                start = begin
            else:
                figure = FIGURE.match(text, start) if token.group()[0].isdigit() else None
                end = max(end, figure.end()) if figure else end_of_number_words(text, end)
            covered = end
            yield replace(self._number(text, start, end, dates, aside), paragraph=paragraph)

    def _number(self, text: str, start: int, end: int, dates: list[DateMatch], aside: str) -> Number:
        """Return the number at a span, without its paragraph; `aside` says why it is no figure."""
        before, after = text[max(0, start - CONTEXT_LENGTH) : start], text[end : end + CONTEXT_LENGTH]
        unit, more = ("", 0) if aside else self._unit(text[start:end], after)
        end, after = end + more, after[more:]
        printed = text[start:end].strip()
        if ORDINAL.search(printed) or printed.lower() in RANKS:
            unit = "rank"
        hedge = self._before.search(before)
        named = self._hedges[hedge[1].lower()] if hedge else ""
        suffix = next((one for one in self._after if after.lower().startswith(one)), "")
        first, last = sentence_span(text, start, end)
        sentence = text[first:last]
        start_of = attrgetter("start")
        beside = dates[bisect_left(dates, first, key=start_of) : bisect_left(dates, last, key=start_of)]
        near = min(beside, key=lambda one: min(abs(one.start - end), abs(start - one.end)), default=None)
        return Number(
            0,
            printed,
            named or suffix,
            unit,
            guess_measure(unit, sentence, after),
            near.period if near else "",
            self._candidates(sentence, unit),
            f"…{before[-CONTEXT_LENGTH // 2 :]}[{printed}]{after[: CONTEXT_LENGTH // 2]}…",
            aside or ("idiom" if printed.lower() in IDIOMS and unit in ("", "rank") else ""),
        )

    def _unit(self, printed: str, after: str) -> tuple[str, int]:
        """Return the unit of a figure, and how many characters after it belong to it (`tons per year`)."""
        near = re.split(r"[.,;:!?](?:\s|$)|\d", after, maxsplit=1)[0]
        within = next((unit for form, unit in UNITS if form.search(printed)), "")
        if within:
            return within, 0
        beside = [(found.start(), unit, found.end()) for form, unit in UNITS if (found := form.search(near[:30]))]
        place, unit, end = min(beside, default=(0, "", 0))
        if not unit or place > 25 or not units.is_known(unit):
            return "", 0
        rate = RATE.match(near, end)
        if rate and f"{unit}/{rate[1] or 'year'}" in self._units:
            unit, end = f"{unit}/{rate[1] or 'year'}", rate.end()
        together = place <= 1 and unit not in ("person", "percent")
        return unit, end if together else 0

    def _candidates(self, sentence: str, unit: str) -> tuple[str, ...]:
        """Return up to three metrics whose names share most word stems with a sentence, those of its unit first."""
        votes: Counter[str] = Counter()
        for word in stems(sentence):
            votes.update(self._metrics.get(word, ()))
        # Every growth is in percent, so there the unit says nothing about the metric.
        alike = {name for name in votes if unit == "percent" or units.unscaled(self._of_unit[name]) == unit}
        ranked = sorted(votes, key=lambda name: (name not in alike, -votes[name], name))
        return tuple(ranked[:3])

    def names(self, text: str) -> Iterator[str]:
        """Yield the names of a paragraph: names in the ledger, and capitalised words inside a sentence."""
        spans: list[tuple[int, int]] = []
        for found in self._names.finditer(text):
            known = found.group()
            if known[0].isupper() and (not self._looks_like_a_word(known)):
                spans.append(found.span())
                yield known
        for sentence in SENTENCE_END.split(text):
            for found in CAPITALISED.finditer(sentence):
                if found.start() > 0 and not self._names.search(found.group()):
                    yield found.group()

    def _looks_like_a_word(self, known: str) -> bool:
        """Return whether a code in capitals, such as a country code, occurs as an ordinary word."""
        return known.upper() in self._exact and known not in self._exact


def is_ordinary_word(name: str, lowercase_words: set[str]) -> bool:
    """Return whether a capitalised word also occurs in lower case, or is a month or a single letter."""
    return len(name) < 2 or (
        " " not in name and (name.lower() in lowercase_words or bool(MONTH_PATTERN.fullmatch(name)))
    )


def _fold_name(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


NAME_TABLES = ("actors", "places", "routes")
"""Tables whose names and variants are recognised, where the ledger has them."""


def _ledger_names(ledger: Ledger) -> dict[str, str]:
    """Return each name of actors, places, routes and authors in the ledger, with its row as `table id`."""
    found: dict[str, str] = {}
    for table in NAME_TABLES:
        if table not in ledger.schema:
            continue
        key = ledger.schema[table].primary_key[0]
        for row in ledger.frames[table].to_dict("records"):
            for name in (row["name"], *str(row.get("variants", "")).split(SEPARATOR)):
                if name:
                    found.setdefault(name, f"{table} {row[key]}")
    for source, name in author_names(ledger.frames["sources"]).items():
        found.setdefault(str(name), f"sources {source}")
    return found


def _folded_ledger_names(ledger: Ledger) -> dict[str, str]:
    return {_fold_name(name): row for name, row in _ledger_names(ledger).items() if name}
