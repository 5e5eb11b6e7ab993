"""Holds every locator against the texts: is the figure in its paragraph, is the text the one that was read,
and is any number of a text left without a row?

It reads the texts and writes nothing; no sentence of a source ever leaves it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pandas as pd

from compendium.ledger.corrections import RETIRE_HINT, text_guards
from compendium.ledger.loader import CORRECTIONS, Ledger
from compendium.project.problems import Problem
from compendium.values.number_parsing import FRACTION_WORDS, NUMBER_WORDS

_NUMBER_WORDS = sorted([*NUMBER_WORDS, *FRACTION_WORDS], key=len, reverse=True)
# Digits inside a word (a hash, a name like Q1) are that word's; only an ordinal's ending may follow them.
NUMBER_PATTERN = re.compile(rf"(?<!\w)\d+(?:[.,]\d+)*(?=(?:st|nd|rd|th)?\b)|\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.I)


NUMBER_COLUMNS = ("as_printed", "period", "base_period", "title", "address", "published")
"""Columns whose numbers a row accounts for, in its own paragraph."""


@dataclass(frozen=True)
class Text:
    """A source text as read: its name on disk, its hash, its paragraphs (number 1 first)."""

    name: str
    sha256: str
    paragraphs: tuple[str, ...]


def read_text(path: Path) -> Text:
    """Return a text with its hash; a paragraph is a line that is not blank once white space is stripped."""
    content = path.read_bytes()
    lines = content.decode("utf-8", errors="replace").split("\n")
    return Text(path.name, hashlib.sha256(content).hexdigest(), tuple(s for line in lines if (s := line.strip())))


def find_texts(ledger: Ledger, folder: Path, source_ids: Collection[str] = ()) -> tuple[dict[str, Text], list[Problem]]:
    """Return the text of each source found in a folder, by its hash, and a problem for each that is not.

    Parameters
    ----------
    source_ids
        the sources to look for; without them, all.
    """
    texts = {text.sha256: text for text in map(read_text, sorted(folder.glob("*.txt")))}
    found, problems = {}, []
    path = ledger.schema["sources"].path
    for line, row in enumerate(ledger["sources"].to_dict("records"), 2):
        text = texts.get(row["sha256"])
        if source_ids and row["source_id"] not in source_ids:
            continue
        if text is None:
            problems.append(Problem(path, line, "sha256", row["sha256"], f"the hash of one of the {len(texts)} texts"))
            continue
        found[row["source_id"]] = text
        if len(text.paragraphs) != row["paragraphs"]:
            count = str(len(text.paragraphs))
            problems.append(Problem(path, line, "paragraphs", str(row["paragraphs"]), f"{count}, as counted"))
    return found, problems


def verify(ledger: Ledger, folder: Path, source_ids: Collection[str] = ()) -> list[Problem]:
    """Return every row that does not stand where it says, and every distinct number of a paragraph without a row.

    Parameters
    ----------
    ledger
        the ledger as typed (`load(…, corrected=False)`): a text prints its slips.
    folder
        the folder with the texts, as `*.txt`; they are recognised by their hash, not by their name.
    source_ids
        the sources to hold against their texts; without them, all.
    """
    texts, problems = find_texts(ledger, folder, source_ids)
    problems.extend(_misplaced_rows(ledger, texts))
    problems.extend(_unaccounted_numbers(ledger, texts))
    problems.extend(_obsolete_corrections(ledger, texts))
    return sorted(problems)


def _misplaced_rows(ledger: Ledger, texts: dict[str, Text]) -> Iterator[Problem]:
    for table in ledger.schema.values():
        if not {"source_id", "paragraph", "as_printed"} <= set(table.columns):
            continue
        columns = [name for name in ("as_printed", "hedge") if name in table.columns]
        for line, row in enumerate(ledger[table.name].to_dict("records"), 2):
            text = texts.get(row["source_id"])
            if text is None:
                continue
            if pd.isna(row["paragraph"]) or not 1 <= row["paragraph"] <= len(text.paragraphs):
                yield Problem(table.path, line, "paragraph", str(row["paragraph"]), f"1 to {len(text.paragraphs)}")
                continue
            paragraph = text.paragraphs[row["paragraph"] - 1]
            for column in columns:
                if row[column] and not occurs_in(row[column], paragraph):
                    yield Problem(table.path, line, column, row[column], _where(row[column], text, row["paragraph"]))


def _obsolete_corrections(ledger: Ledger, texts: dict[str, Text]) -> Iterator[Problem]:
    """Yield every correction whose source no longer prints what is wrong."""
    for line, words, source, paragraph in text_guards(ledger):
        text = texts.get(source)
        if text and 1 <= paragraph <= len(text.paragraphs) and not occurs_in(words, text.paragraphs[paragraph - 1]):
            right = f"words of {source}, paragraph {paragraph}; where the source itself is mended, {RETIRE_HINT}"
            yield Problem(ledger.schema[CORRECTIONS].path, line, "expect", words, right)


def occurs_in(printed: str, paragraph: str) -> bool:
    """Tell whether words stand in a paragraph, not as a piece of a longer number or word."""
    before = r"(?<![\d.,])" if printed[:1].isdigit() else r"(?<!\w)" if printed[:1].isalpha() else ""
    after = r"(?!\d|[.,]\d)" if printed[-1:].isdigit() else r"(?!\w)" if printed[-1:].isalpha() else ""
    for text in (paragraph, unquote(paragraph)):
        if re.search(before + re.escape(printed) + after, text):
            return True
    # Percent-encoded words run into each other: there a figure has no border of its own.
    return bool(re.search(r"%[0-9A-Fa-f]{2}", printed)) and printed in paragraph


def _where(printed: str, text: Text, paragraph: int) -> str:
    elsewhere = [str(n) for n, other in enumerate(text.paragraphs, 1) if n != paragraph and occurs_in(printed, other)]
    hint = f"; it stands in {', '.join(elsewhere)}" if elsewhere else "; it stands nowhere in the text"
    return f"words of paragraph {paragraph}{hint}"


def _unaccounted_numbers(ledger: Ledger, texts: dict[str, Text]) -> Iterator[Problem]:
    accounted = _accounted_numbers(ledger)
    for source, text in texts.items():
        for number, paragraph in enumerate(text.paragraphs, 1):
            for token in find_numbers(paragraph):
                if token not in accounted.get((source, number), set()):
                    yield Problem(
                        f"{source}, paragraph {number}",
                        0,
                        "",
                        token,
                        "a claim, a dated mention, a citation or set_aside",
                    )


def _accounted_numbers(ledger: Ledger) -> dict[tuple[str, int], set[str]]:
    """Return the numbers that some row accounts for, by source and paragraph."""
    known: dict[tuple[str, int], set[str]] = {}
    for table in ledger.schema.values():
        if not {"source_id", "paragraph", "as_printed"} <= set(table.columns):
            continue
        columns = [name for name in NUMBER_COLUMNS if name in table.columns]
        for row in ledger[table.name].to_dict("records"):
            tokens = known.setdefault((row["source_id"], row["paragraph"]), set())
            for column in columns:
                tokens.update(find_numbers(row[column]) if row[column] else ())
    return known


def find_numbers(text: str) -> list[str]:
    """Return the numbers of a text in order, in digits or words, each once, folded to lower case."""
    return list(dict.fromkeys(match.group().lower() for match in NUMBER_PATTERN.finditer(unquote(text))))
