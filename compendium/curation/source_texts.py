"""Source texts, and the check of every located row against them: hash, paragraph, printed words, numbers without a row.

Texts are only read; no sentence of a source is ever printed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pandas as pd

from compendium.ledger.corrections import RETIRE_HINT, text_guards
from compendium.ledger.loader import CORRECTIONS, Ledger
from compendium.ledger.schema import Table
from compendium.project.checksums import sha256
from compendium.project.problems import Problem
from compendium.values.number_parsing import FRACTION_WORDS, NUMBER_WORDS

_NUMBER_WORDS = sorted([*NUMBER_WORDS, *FRACTION_WORDS], key=len, reverse=True)
# Digits inside a word (a hash, a name like Q1) are no number; only the ending of an ordinal may follow them.
NUMBER_PATTERN = re.compile(rf"(?<!\w)\d+(?:[.,]\d+)*(?=(?:st|nd|rd|th)?\b)|\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.I)
NUMBER_COLUMNS = ("as_printed", "period", "base_period", "title", "address", "published")
"""Columns whose numbers count as covered in the paragraph of their row."""
LOCATOR_COLUMNS = {"source_id", "paragraph", "as_printed"}
"""Columns that locate a row in a source text."""


@dataclass(frozen=True)
class Text:
    """A source text: file name, SHA-256 of the file, paragraphs (the first is number 1)."""

    name: str
    sha256: str
    paragraphs: tuple[str, ...]


def read_text(path: Path) -> Text:
    """Return the text in a file; a paragraph is a line that is not blank."""
    content = path.read_bytes()
    lines = content.decode("utf-8", errors="replace").split("\n")
    return Text(path.name, sha256(content), tuple(s for line in lines if (s := line.strip())))


def find_texts(ledger: Ledger, folder: Path, source_ids: Collection[str] = ()) -> tuple[dict[str, Text], list[Problem]]:
    """Return the texts in a folder by source id, matched by SHA-256, and the problems of sources without one.

    Parameters
    ----------
    source_ids
        the sources to look for; by default all.
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
    """Return every row that is not found where it is located, and every distinct number of a paragraph without a row.

    Parameters
    ----------
    ledger
        the ledger as typed (`load(…, corrected=False)`), since a text has its own errors.
    folder
        folder with the texts as `*.txt`, recognised by their hash, not by their name.
    source_ids
        the sources to check; by default all.
    """
    texts, problems = find_texts(ledger, folder, source_ids)
    problems.extend(_misplaced_rows(ledger, texts))
    problems.extend(_unaccounted_numbers(ledger, texts))
    problems.extend(_obsolete_corrections(ledger, texts))
    return sorted(problems)


def located_tables(ledger: Ledger) -> list[Table]:
    """Return the tables whose rows are located in a source text."""
    return [table for table in ledger.schema.values() if set(table.columns) >= LOCATOR_COLUMNS]


def count_located_rows(ledger: Ledger, source_ids: Collection[str]) -> dict[str, int]:
    """Return the number of rows of some sources in each located table, by table."""
    tables = (table.name for table in located_tables(ledger))
    return {name: int(ledger.frames[name]["source_id"].isin(set(source_ids)).sum()) for name in tables}


def _misplaced_rows(ledger: Ledger, texts: dict[str, Text]) -> Iterator[Problem]:
    for table in located_tables(ledger):
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
    """Yield a problem for every correction whose source no longer prints the error."""
    for line, words, source, paragraph in text_guards(ledger):
        text = texts.get(source)
        if text and 1 <= paragraph <= len(text.paragraphs) and not occurs_in(words, text.paragraphs[paragraph - 1]):
            right = f"words of {source}, paragraph {paragraph}; where the source itself is mended, {RETIRE_HINT}"
            yield Problem(ledger.schema[CORRECTIONS].path, line, "expect", words, right)


def occurs_in(printed: str, paragraph: str) -> bool:
    """Return whether words occur in a paragraph, other than inside a longer number or word."""
    before = r"(?<![\d.,])" if printed[:1].isdigit() else r"(?<!\w)" if printed[:1].isalpha() else ""
    after = r"(?!\d|[.,]\d)" if printed[-1:].isdigit() else r"(?!\w)" if printed[-1:].isalpha() else ""
    for text in (paragraph, unquote(paragraph)):
        if re.search(before + re.escape(printed) + after, text):
            return True
    # Percent-encoded words run into each other, so a figure has no word boundary there.
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
                    expected = "a claim, a dated mention, a citation or set_aside"
                    yield Problem(f"{source}, paragraph {number}", 0, "", token, expected)


def _accounted_numbers(ledger: Ledger) -> dict[tuple[str, int], set[str]]:
    """Return the numbers covered by some row, by source and paragraph."""
    known: dict[tuple[str, int], set[str]] = {}
    for table in located_tables(ledger):
        columns = [name for name in NUMBER_COLUMNS if name in table.columns]
        for row in ledger[table.name].to_dict("records"):
            tokens = known.setdefault((row["source_id"], row["paragraph"]), set())
            for column in columns:
                tokens.update(find_numbers(row[column]) if row[column] else ())
    return known


def find_numbers(text: str) -> list[str]:
    """Return the distinct numbers of a text in digits or words, in order, in lower case."""
    return list(dict.fromkeys(match.group().lower() for match in NUMBER_PATTERN.finditer(unquote(text))))
