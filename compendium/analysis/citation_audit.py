"""Audit of the citations of a text against its own list of references.

Printed text is compared with printed text. Whether a reference is about its sentence is a judgment, kept with its
reason in the data and only reported here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable
from typing import Any

import pandas as pd

MIN_NAME_SIMILARITY = 0.6
"""Ratio of matching letters (Ratcliff and Obershelp) from which two names of one year count as one misprinted: a
third of the letters may differ. It joins Meier with Meyer (0.80) and keeps Braun from Brecht (0.36)."""

CITED_NOT_LISTED = "cited but not listed"
WRONG_NAME = "cited under another name than listed"
WRONG_YEAR = "cited with another year than listed"
LISTED_NOT_CITED = "listed but never cited"
OFF_TOPIC_REFERENCE = "reference about something else"


def exact_entries(citations: pd.DataFrame) -> list[str]:
    """Return, for every row of `citations`, the id of the entry it matches exactly, `""` where there is none.

    A numbered citation matches the entry of its number; one by name and year the entry of the same text whose
    first name and year are the same.
    """
    entries = {
        (entry["source_id"], _key(entry)): entry["citation_id"]
        for entry in citations[citations["kind"] == "entry"].to_dict("records")
    }
    return [
        entries.get((row["source_id"], _key(row)), "") if row["kind"] == "in-text" else ""
        for row in citations.to_dict("records")
    ]


def audit_citations(citations: pd.DataFrame) -> pd.DataFrame:
    """Return the findings of the audit, one row each.

    Parameters
    ----------
    citations
        one row a citation or entry, with the columns `citation_id`, `source_id`, `paragraph`, `kind`,
        `as_printed`, `author`, `year`, `marker`, `about`, `about_reason`.

    Returns
    -------
    pandas.DataFrame
        `finding`, `source_id`, `paragraph`, `citation_id`, `as_printed`, `nearest_id` (the entry that was
        probably meant, or the one judged), `detail`.
    """
    rows: list[tuple[object, ...]] = []

    def report(finding: str, row: dict[Hashable, Any], nearest: str = "", detail: str = "") -> None:
        printed = (row[name] for name in ("source_id", "paragraph", "citation_id", "as_printed"))
        rows.append((finding, *printed, nearest, detail))

    match = dict(zip(citations["citation_id"], exact_entries(citations), strict=True))
    as_printed = dict(zip(citations["citation_id"], citations["as_printed"], strict=True))
    entries = citations[citations["kind"] == "entry"]
    meant: set[str] = set()
    for row in citations[citations["kind"] == "in-text"].to_dict("records"):
        if not match[row["citation_id"]]:
            finding, nearest = _nearest(row, entries[entries["source_id"] == row["source_id"]])
            meant.add(nearest)
            report(finding, row, nearest, as_printed.get(nearest, ""))
        elif row["about"] == "other":
            report(OFF_TOPIC_REFERENCE, row, match[row["citation_id"]], row["about_reason"])
    for row in entries[~entries["citation_id"].isin([*match.values(), *meant])].to_dict("records"):
        report(LISTED_NOT_CITED, row)
    columns = ["finding", "source_id", "paragraph", "citation_id", "as_printed", "nearest_id", "detail"]
    return pd.DataFrame(rows, columns=columns)


def _nearest(row: dict[Hashable, Any], entries: pd.DataFrame) -> tuple[str, str]:
    """Return the finding for an unmatched citation and the id of the entry that was probably meant."""
    name = _name(row["author"])
    for entry in entries.to_dict("records"):
        if name and _name(entry["author"]) == name:
            return WRONG_YEAR, entry["citation_id"]
    for entry in entries.to_dict("records"):
        ratio = difflib.SequenceMatcher(None, name, _name(entry["author"])).ratio()
        if name and ratio >= MIN_NAME_SIMILARITY and entry["year"] == row["year"]:
            return WRONG_NAME, entry["citation_id"]
    return CITED_NOT_LISTED, ""


def _key(row: dict[Hashable, Any]) -> tuple[str, str]:
    """Return what an exact match compares: the number of a numbered citation, else the first name and the year."""
    if row["marker"]:
        return ("number", row["marker"])
    return (_name(row["author"]), row["year"])


def _name(author: str) -> str:
    """Return the first family name or organisation in lower case, without apostrophes, punctuation and spaces."""
    return re.sub(r"[^\w]", "", author.split(";")[0]).casefold()
