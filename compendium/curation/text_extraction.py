"""A saved text on its way into the ledger: every number, date and name of it, as draft rows for an author to complete.

What it says of units, hedges, periods and names are guesses, made from words of languages and from the ledger's own
lists; it knows no subject. It writes into a folder for review and nowhere else, never over what is there, and drafts
stay drafts: what enters the ledger is `compendium.curation.draft_entry`'s office, and the author's decision.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from compendium.curation.source_texts import NUMBER_PATTERN, Text, occurs_in, read_text
from compendium.ledger.claims import author_names
from compendium.ledger.loader import Ledger
from compendium.ledger.schema import SEPARATOR, Table
from compendium.project.problems import LedgerError, Problem, format_count
from compendium.values import units
from compendium.values.date_parsing import MONTH_PATTERN, DateMatch, find_dates
from compendium.values.number_parsing import MAGNITUDE_SUFFIXES, MAGNITUDES

CONTEXT_LENGTH = 60
"""Characters around a number that its guesses are made from, and that the list for review shows half of."""
MIN_SHARED_ROWS = 0.5
"""Part of a source's located rows that must stand in a text for it to look like another saving of that source."""
DRAFTS = ("sources", "claims", "mentions", "set_aside")
REVIEW = "review.md"

# --- words of languages: what stands beside a figure and says what it counts

_UNITS: dict[str, str] = {
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
_UNIT = [(re.compile(rf"(?<![^\W\d_])(?:{words})", re.I), unit) for words, unit in _UNITS.items()]
_RATE = re.compile(r"(?:\s+(?:of\s+)?[\w-]+)?\s+(?:a|per)\s+(day|year|month)\b|\s+(?:annually|в год)\b", re.I)
_GROWTH = re.compile(
    r"\b(?:gr[eo]w\w*|growth|increas\w*|rose|ris(?:e|es|en|ing)\b|up by|jump\w*|surg\w*|fell|fall\w*|declin\w*|"
    r"(?:more|less|higher|lower) than (?:the|in|a) |"
    r"decreas\w*|drop\w*|shr[aiu]nk\w*|рост\w*|вырос\w*|увелич\w*|сниз\w*|сократ\w*|art(?:ım|ıb|mış)\w*|azal\w*)", re.I,
)  # fmt: skip
_SHARE = re.compile(r"^\W*(?:of\b|от\b|из\b)|\bshare\b|\bдол[яюие]\b|\bpayı\b", re.I)
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)\b", re.I)
_RANKS = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "largest",
          "biggest"}  # fmt: skip
_IDIOMS = {"one", "once", "first", "second", "largest", "biggest"}
"""Words that seldom count: as a rule they are set aside as a manner of speaking."""
_MARK = re.compile(r"[\[(]\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*[\])]|^\d{1,3}[.)\]](?=\s)")
"""What stands in brackets, or before the first word, is a mark: of a citation, of an item of a list."""
_ADDRESS = re.compile(r"(?:https?://|www\.|\b[\w-]+\.[a-z]{2,6}/)\S*", re.I)

_MONEY = r"(?:US\s?\$|[$€£₽₼¥])\s?"
_DIGITS = r"\d+(?:[.,]\d+)*"
_MAGNITUDE = "|".join(sorted(MAGNITUDES, key=len, reverse=True))
FIGURE = re.compile(
    rf"[-−+]?(?:{_MONEY})?{_DIGITS}(?:(?:st|nd|rd|th)\b)?(?:\s?[–—-]\s?(?:{_MONEY})?{_DIGITS})?"
    rf"(?:[\s\xa0]*(?:{_MAGNITUDE})\b|[{''.join(MAGNITUDE_SUFFIXES)}]\b)?"
    r"(?:\s?(?:%|per\s?cent\b|percent\b))?",
    re.I,
)
"""A figure as a text prints it: with sign and currency, the other end of its range, magnitude and percent."""
_SENTENCE = re.compile(r"(?<=[.!?…])[”\"’»)\]]*\s+|[•:]\s|\n|[“\"«(]")
_STEM = 5


@dataclass(frozen=True)
class Number:
    """A number of a text, and what it seems to be."""

    paragraph: int
    as_printed: str
    hedge: str
    unit: str
    measure: str
    period: str
    metrics: tuple[str, ...]
    context: str
    set_aside_reason: str
    """Why it seems to be no figure: a reason for setting it aside, `""` where it may be one."""


@dataclass(frozen=True)
class Name:
    """A name in a text: as it is written, in which paragraphs, and the row of the ledger that it seems to be."""

    text: str
    paragraphs: tuple[int, ...]
    ledger_row: str


@dataclass
class Extraction:
    """All that was found in a text, paragraph by paragraph."""

    text: Text
    numbers: list[Number] = field(default_factory=list)
    dates: list[tuple[int, DateMatch]] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)


# --- reading


def open_text(path: Path) -> Text:
    """Return a saved text; raise `LedgerError` where it is no text in UTF-8, or has nothing in it."""
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
    """Return the source of a ledger that this very text is, by its hash; `""` where it is new."""
    sources = ledger.frames["sources"]
    return next(iter(sources.loc[sources["sha256"] == text.sha256, "source_id"]), "")


def similar_sources(text: Text, ledger: Ledger) -> list[tuple[str, int, int]]:
    """Return the sources of which this may be another saving: each with how many of its rows stand here, of how many.

    The ledger holds no text, so that its located words are all there is to go by; each is looked for in the
    paragraph where it stood.
    """
    held: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for table in ledger.schema.values():
        if not {"source_id", "paragraph", "as_printed"} <= set(table.columns):
            continue
        frame = ledger.frames[table.name]
        for source, number, words in zip(frame["source_id"], frame["paragraph"], frame["as_printed"], strict=True):
            if words and not pd.isna(number):
                rows[source] += 1
                held[source] += number <= len(text.paragraphs) and occurs_in(words, text.paragraphs[number - 1])
    return [(name, held[name], rows[name]) for name in rows if held[name] > MIN_SHARED_ROWS * rows[name]]


def extract(text: Text, ledger: Ledger, numbered_paragraphs: Iterable[tuple[int, str]] | None = None) -> Extraction:
    """Return every number, date and name of a text, each with what it seems to be.

    Parameters
    ----------
    numbered_paragraphs
        the paragraphs by number, for whoever wants to watch them pass; without it, those of the text.
    """
    found = Extraction(text)
    guess = _Guesser(ledger)
    names: dict[str, list[int]] = {}
    for number, paragraph in numbered_paragraphs or enumerate(text.paragraphs, 1):
        addresses = [one.span() for one in _ADDRESS.finditer(paragraph)]
        own = [one for one in find_dates(paragraph) if not any(first <= one.start < last for first, last in addresses)]
        found.dates += [(number, one) for one in own]
        found.numbers += guess.numbers(number, paragraph, own)
        for name in guess.names(paragraph):
            names.setdefault(name, []).append(number)
    small = {word for word in _WORD.findall(" ".join(text.paragraphs)) if word[:1].islower()}
    found.names = [
        Name(name, tuple(dict.fromkeys(numbers)), guess.known.get(_fold_name(name), ""))
        for name, numbers in names.items()
        if _fold_name(name) in guess.known or not is_ordinary_word(name, small)
    ]
    return found


class _SpanIndex:
    """Stretches of a text with a word for each, to be asked about places in it; of a long line there are thousands."""

    def __init__(self, stretches: Iterable[tuple[int, int, str]]) -> None:
        self._held = sorted(stretches)
        self._starts = [start for start, _, _ in self._held]

    def at(self, place: int) -> str:
        """Return the word of the stretch that a place is in, `""` where it is in none."""
        last = bisect_right(self._starts, place)
        return next((word for _, end, word in self._held[max(0, last - 2) : last] if place < end), "")


def _start(one: DateMatch) -> int:
    return one.start


class _Guesser:
    """What a ledger's own lists let one guess of a text: its hedges, units, metrics, names."""

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
            for word in _stems(row["name"]):
                self._metrics.setdefault(word, set()).add(row["metric_id"])
        self.known = _folded_ledger_names(ledger)
        words = sorted({name for name in self.known if len(name) > 2}, key=len, reverse=True)
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words)) or '(?!)'})(?!\w)", re.I)
        self._exact = {name for name in _ledger_names(ledger) if name.isupper()}

    def numbers(self, paragraph: int, text: str, own: list[DateMatch]) -> Iterator[Number]:
        """Yield the numbers of a paragraph that are no part of a date."""
        marks = [(*found.span(), "list number") for found in _MARK.finditer(text)]
        marks += [(*found.span(), "address") for found in _ADDRESS.finditer(text)]
        asides, taken = _SpanIndex(marks), _SpanIndex((one.start, one.end, one.period) for one in own)
        covered = 0
        for token in NUMBER_PATTERN.finditer(text):
            begin, end = token.span()
            if begin < covered or taken.at(begin):
                continue
            start, aside = begin - len(_sign_and_currency(text, begin)), asides.at(begin)
            if aside:
                start = begin
            else:
                figure = FIGURE.match(text, start) if token.group()[0].isdigit() else None
                end = max(end, figure.end()) if figure else _end_of_number_words(text, end)
            covered = end
            yield self._number(paragraph, text, start, end, own, aside)

    def _number(self, paragraph: int, text: str, start: int, end: int, own: list[DateMatch], aside: str) -> Number:
        before, after = text[max(0, start - CONTEXT_LENGTH) : start], text[end : end + CONTEXT_LENGTH]
        unit, more = ("", 0) if aside else self._unit(text[start:end], after)
        end, after = end + more, after[more:]
        printed = text[start:end].strip()
        if _ORDINAL.search(printed) or printed.lower() in _RANKS:
            unit = "rank"
        hedge = self._before.search(before)
        named = self._hedges[hedge[1].lower()] if hedge else ""
        suffix = next((one for one in self._after if after.lower().startswith(one)), "")
        first, last = _sentence(text, start, end)
        sentence = text[first:last]
        beside = own[bisect_left(own, first, key=_start) : bisect_left(own, last, key=_start)]
        near = min(beside, key=lambda one: min(abs(one.start - end), abs(start - one.end)), default=None)
        return Number(
            paragraph,
            printed,
            named or suffix,
            unit,
            _measure(unit, sentence, after),
            near.period if near else "",
            self._candidates(sentence, unit),
            f"…{before[-CONTEXT_LENGTH // 2 :]}[{printed}]{after[: CONTEXT_LENGTH // 2]}…",
            aside or ("idiom" if printed.lower() in _IDIOMS and unit in ("", "rank") else ""),
        )

    def _unit(self, printed: str, after: str) -> tuple[str, int]:
        """Return the unit of a figure, and how many characters after it belong to what is printed: `tons per year`."""
        near = re.split(r"[.,;:!?](?:\s|$)|\d", after, maxsplit=1)[0]
        within = next((unit for form, unit in _UNIT if form.search(printed)), "")
        if within:
            return within, 0
        beside = [(found.start(), unit, found.end()) for form, unit in _UNIT if (found := form.search(near[:30]))]
        place, unit, end = min(beside, default=(0, "", 0))
        if not unit or place > 25 or not units.is_known(unit):
            return "", 0
        rate = _RATE.match(near, end)
        if rate and f"{unit}/{rate[1] or 'year'}" in self._units:
            unit, end = f"{unit}/{rate[1] or 'year'}", rate.end()
        together = place <= 1 and unit not in ("person", "percent")
        return unit, end if together else 0

    def _candidates(self, sentence: str, unit: str) -> tuple[str, ...]:
        """Return up to three metrics whose names share most words with a sentence, those of its unit first."""
        votes: Counter[str] = Counter()
        for word in _stems(sentence):
            votes.update(self._metrics.get(word, ()))
        # A growth is in percent, whatever grew: there the unit tells nothing of the metric.
        alike = {name for name in votes if unit == "percent" or units.unscaled(self._of_unit[name]) == unit}
        ranked = sorted(votes, key=lambda name: (name not in alike, -votes[name], name))
        return tuple(ranked[:3])

    def names(self, text: str) -> Iterator[str]:
        """Yield the names of a paragraph: those that the ledger knows, and capitalised words inside a sentence."""
        spans: list[tuple[int, int]] = []
        for found in self._names.finditer(text):
            known = found.group()
            if known[0].isupper() and (not self._looks_like_a_word(known)):
                spans.append(found.span())
                yield known
        for sentence in _SENTENCE.split(text):
            for found in CAPITALISED.finditer(sentence):
                if found.start() > 0 and not self._names.search(found.group()):
                    yield found.group()

    def _looks_like_a_word(self, known: str) -> bool:
        """Tell whether a code in capitals, such as one of a country, was met as an ordinary word."""
        return known.upper() in self._exact and known not in self._exact


_WORD = re.compile(r"[^\W\d_][\w’'-]*")


def is_ordinary_word(name: str, lowercase_words: set[str]) -> bool:
    """Tell whether a capitalised word is one that the text has in small letters, too, or a month, or one letter."""
    return len(name) < 2 or (
        " " not in name and (name.lower() in lowercase_words or bool(MONTH_PATTERN.fullmatch(name)))
    )


_CAPITAL = r"[^\W\d_a-zа-яёəıçğöşü][\w’'-]*"
CAPITALISED = re.compile(rf"(?<![\w.])(?=[^\W\d_]){_CAPITAL}(?:\s+{_CAPITAL})*")
"""Words that begin with a capital, one after the other; in a script without capitals there are none."""


def _sign_and_currency(text: str, begin: int) -> str:
    """Return the sign and the currency that a figure begins with; a hyphen or dash after a word is no sign."""
    found = re.search(rf"(?:(?<![^\s(])[-−+])?(?:{_MONEY})?$", text[max(0, begin - 7) : begin])
    return found.group() if found else ""


def _end_of_number_words(text: str, end: int) -> int:
    """Return where a number in words ends, with the magnitude or the word for percent that follows it."""
    more = re.compile(rf"[\s-]+(?:(?:{_MAGNITUDE})\b|per\s?cent\b|percent\b)", re.I).match(text, end)
    return more.end() if more else end


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence around a place begins and ends, as far as marks tell."""
    first = max((found.end() for found in _SENTENCE.finditer(text, max(0, start - 400), start)), default=0)
    after = _SENTENCE.search(text, end, end + 400)
    return max(first, start - 400), after.start() if after else end + 400


def _measure(unit: str, sentence: str, after: str) -> str:
    """Return what a figure seems to be: a growth, a share, a multiple, a rank, or a level."""
    if unit in ("times", "rank"):
        return {"times": "multiple"}.get(unit, unit)
    if unit == "percent":
        if _SHARE.search(after[:20]):
            return "share"
        return "growth" if _GROWTH.search(sentence) else "share" if _SHARE.search(sentence) else "level"
    return "level"


def _stems(text: str) -> set[str]:
    """Return the beginnings of the longer words of a text, so that plurals and cases meet."""
    return {word[:_STEM] for word in re.findall(r"[^\W\d_]{4,}", text.lower())}


def _fold_name(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


NAME_TABLES = ("actors", "places", "routes")


def _ledger_names(ledger: Ledger) -> dict[str, str]:
    """Return every name that the ledger has for actors, places, routes and authors, with the row it is of."""
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


# --- drafts


def suggest_source_id(path: Path) -> str:
    """Return the id that a file's name suggests: its letters and a year, or `""` where it has none of them."""
    plain = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode().lower()
    letters, year = re.sub(r"[^a-z]", "", plain), re.search(r"(?:19|20)\d\d", plain)
    return f"{letters[:20]}{year.group()}" if letters and year else ""


def drafts(extraction: Extraction, source_id: str, ledger: Ledger) -> dict[str, str]:
    """Return the draft tables of a source, by file name: the columns of the ledger's own, what is known filled in."""
    rows: dict[str, list[dict[str, str]]] = {
        "sources": [_source(extraction.text, source_id)],
        "claims": _claims(extraction, source_id),
        "mentions": _mentions(extraction, source_id),
        "set_aside": _set_aside(extraction, source_id),
    }
    return {f"{table}.csv": _csv(ledger.schema[table], rows[table]) for table in DRAFTS}


def _csv(table: Table, rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, table.columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: " ".join(cell.split()) for name, cell in row.items()} for row in rows)
    return out.getvalue()


def _source(text: Text, source: str) -> dict[str, str]:
    return {
        "source_id": source,
        "title": text.paragraphs[0][:200],
        "language": _language("".join(text.paragraphs[:50])),
        "sha256": text.sha256,
        "paragraphs": f"{len(text.paragraphs)}",
    }


def _language(text: str) -> str:
    """Return the language that the letters of a text point to, `""` where they do not say."""
    letters = [char for char in text if char.isalpha()]
    scripts = Counter(unicodedata.name(char, "").partition(" ")[0] for char in letters)
    script = next(iter(scripts.most_common(1)), ("", 0))[0]
    if script == "CYRILLIC":
        return "uk" if re.search("[іїєґ]", text) else "ru"
    if script == "LATIN":
        return "az" if "ə" in text.lower() else "en" if re.search(r"\bthe\b", text) else ""
    return ""


def _claims(found: Extraction, source: str) -> list[dict[str, str]]:
    rows, seen = [], Counter[str]()
    for one in found.numbers:
        if one.set_aside_reason:
            continue
        about = one.metrics[0] if one.metrics and one.unit else f"figure-p{one.paragraph}"
        when = re.sub(r"[^0-9]+", "-", one.period).strip("-")
        name = "-".join(filter(None, [about, {"level": "", "share": ""}.get(one.measure, one.measure), when]))
        seen[name] += 1
        name += f"-{seen[name]}" if seen[name] > 1 else ""
        rows.append(
            {
                "claim_id": f"{source}.{name}",
                "source_id": source,
                "paragraph": f"{one.paragraph}",
                "scope": "body",
                "as_printed": one.as_printed,
                "hedge": one.hedge,
                "unit": one.unit,
                "period": one.period,
                "measure": one.measure,
                "obs_status": "normal",
                "rank": "normal",
            }
        )
    return rows


def _set_aside(found: Extraction, source: str) -> list[dict[str, str]]:
    """Return what seems to be no figure, each once a paragraph: a word that points, a mark, a piece of an address."""
    rows = {
        (one.paragraph, one.as_printed): {
            "source_id": source, "paragraph": f"{one.paragraph}", "as_printed": one.as_printed, "reason": one.set_aside_reason,
        }
        for one in found.numbers
        if one.set_aside_reason
    }  # fmt: skip
    return list(rows.values())


def _mentions(found: Extraction, source: str) -> list[dict[str, str]]:
    return [
        {
            "mention_id": f"{source}..p{paragraph}",
            "source_id": source,
            "paragraph": f"{paragraph}",
            "scope": "body",
            "as_printed": one.text,
            "date": one.period,
        }
        for paragraph, one in found.dates
    ]


def review(extraction: Extraction, source_id: str, path: Path, similar: Iterable[tuple[str, int, int]] = ()) -> str:
    """Return the list that an author goes through: each number, date and name, where it is and what it seems to be."""
    text = extraction.text
    out = [
        f"# {source_id}: for review",
        "",
        "Drafts, not for the repository: this list shows words of the text. All that it says is a guess.",
        "",
        f"- file `{path.name}`, {format_count(len(text.paragraphs), 'paragraph')}, SHA-256 `{text.sha256}`",
        *(f"- looks like another saving of `{name}`: {held} of its {of} rows stand here" for name, held, of in similar),
        "",
        f"## Numbers ({len(extraction.numbers)})",
        "",
        "| ¶ | as printed | hedge | unit | seems a | period near | metrics with such words | around it |",
        "|---|---|---|---|---|---|---|---|",
        *(_line(one.paragraph, one.as_printed, one.hedge, one.unit, one.set_aside_reason or one.measure, one.period,
                ", ".join(one.metrics), one.context) for one in extraction.numbers),
        "",
        f"## Dates ({len(extraction.dates)})",
        "",
        "| ¶ | as printed | in EDTF |",
        "|---|---|---|",
        *(_line(paragraph, one.text, one.period) for paragraph, one in extraction.dates),
        "",
        f"## Names ({len(extraction.names)})",
        "",
        "| name | ¶ | in the ledger |",
        "|---|---|---|",
        *(_line(one.text, ", ".join(map(str, one.paragraphs)), one.ledger_row) for one in extraction.names),
        "",
    ]  # fmt: skip
    return "\n".join(out)


def _line(*cells: object) -> str:
    plain = (" ".join(str(cell).split()).replace("|", "\\|") for cell in cells)
    shown = ("".join(" " if unicodedata.category(char) in ("Cc", "Cf") else char for char in cell) for cell in plain)
    return f"| {' | '.join(shown)} |"


def write_drafts(folder: Path, files: Mapping[str, str]) -> None:
    """Write drafts into a folder of their own, whole or not at all.

    Raises
    ------
    LedgerError
        where the folder is there already, whatever is in it, or cannot be made.
    """
    if folder.exists():
        raise LedgerError([Problem(str(folder), 0, "", "drafts", "no folder yet; to begin anew, move this one away")])
    partial = folder.with_name(f".{folder.name}.{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}")
    try:
        partial.mkdir(parents=True)
        for name, content in files.items():
            (partial / name).write_text(content, encoding="utf-8", newline="")
        partial.rename(folder)
    except OSError as error:
        raise LedgerError([Problem(str(folder), 0, "", error.strerror or str(error), "a folder to write to")]) from None
