"""Draft rows of a new source, and the list by which an author reviews them, from what its text holds.

It writes into a folder of its own and never over what is there. Completed drafts enter the ledger by
`compendium.curation.draft_entry`.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from compendium.curation.source_texts import Text
from compendium.curation.text_extraction import Extraction, SimilarSource
from compendium.ledger.loader import Ledger
from compendium.ledger.schema import Table
from compendium.project.checksums import sha256
from compendium.project.problems import LedgerError, Problem, format_count

DRAFTS = ("sources", "claims", "mentions", "set_aside")
REVIEW = "review.md"
"""File for the author: all guesses with their context."""


def suggest_source_id(path: Path) -> str:
    """Return the source id that a file name suggests, letters and a year; `""` if either is missing."""
    plain = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode().lower()
    letters, year = re.sub(r"[^a-z]", "", plain), re.search(r"(?:19|20)\d\d", plain)
    return f"{letters[:20]}{year.group()}" if letters and year else ""


def drafts(extraction: Extraction, source_id: str, ledger: Ledger) -> dict[str, str]:
    """Return the draft tables of a source as CSV by file name: columns of the ledger, known cells filled in."""
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
    """Return the language that the script and letters of a text suggest; `""` if they are inconclusive."""
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
        own = {column: getattr(one, column) for column in ("hedge", "unit", "period", "measure")}
        fixed = {"claim_id": f"{source}.{name}", "scope": "body", "obs_status": "normal", "rank": "normal"}
        rows.append({**fixed, **own, **_locator(source, one.paragraph, one.as_printed)})
    return rows


def _locator(source: str, paragraph: int, as_printed: str) -> dict[str, str]:
    """Return the cells that locate a row in its source."""
    return {"source_id": source, "paragraph": f"{paragraph}", "as_printed": as_printed}


def _set_aside(found: Extraction, source: str) -> list[dict[str, str]]:
    """Return the numbers that seem to be no figures, each once per paragraph: idioms, marks, parts of addresses."""
    rows = {
        (one.paragraph, one.as_printed): {
            **_locator(source, one.paragraph, one.as_printed),
            "reason": one.set_aside_reason,
        }
        for one in found.numbers
        if one.set_aside_reason
    }
    return list(rows.values())


def _mentions(found: Extraction, source: str) -> list[dict[str, str]]:
    return [
        {
            **_locator(source, paragraph, one.text),
            "mention_id": f"{source}..p{paragraph}",
            "scope": "body",
            "date": one.period,
        }
        for paragraph, one in found.dates
    ]


def review(extraction: Extraction, source_id: str, path: Path, similar: Iterable[SimilarSource] = ()) -> str:
    """Return the review list in Markdown: each number, date and name with its paragraph and guesses."""
    text = extraction.text
    out = [
        f"# {source_id}: for review",
        "",
        "Drafts, not for the repository: this list shows words of the text. All that it says is a guess.",
        "",
        f"- file `{path.name}`, {format_count(len(text.paragraphs), 'paragraph')}, SHA-256 `{text.sha256}`",
        *(f"- looks like another copy of `{one.source_id}`: {one.shared} of its {one.rows} rows occur here"
          for one in similar),
        *_section("Numbers", "¶, as printed, hedge, unit, seems a, period near, metrics with such words, around it", [
            (one.paragraph, one.as_printed, one.hedge, one.unit, one.set_aside_reason or one.measure, one.period,
             ", ".join(one.metrics), one.context) for one in extraction.numbers]),
        *_section("Dates", "¶, as printed, in EDTF", [(paragraph, one.text, one.period)
                                                      for paragraph, one in extraction.dates]),
        *_section("Names", "name, ¶, in the ledger", [(one.text, ", ".join(map(str, one.paragraphs)), one.ledger_row)
                                                      for one in extraction.names]),
        "",
    ]  # fmt: skip
    return "\n".join(out)


def _section(title: str, columns: str, rows: Sequence[tuple[object, ...]]) -> list[str]:
    """Return the lines of a heading with the number of rows, and a Markdown table."""
    header = columns.split(", ")
    return ["", f"## {title} ({len(rows)})", "", _line(*header), "|---" * len(header) + "|", *(_line(*r) for r in rows)]


def _line(*cells: object) -> str:
    plain = (" ".join(str(cell).split()).replace("|", "\\|") for cell in cells)
    shown = ("".join(" " if unicodedata.category(char) in ("Cc", "Cf") else char for char in cell) for cell in plain)
    return f"| {' | '.join(shown)} |"


def write_drafts(folder: Path, files: Mapping[str, str]) -> None:
    """Write drafts into a new folder, all files or none.

    Raises
    ------
    LedgerError
        if the folder exists, whatever is in it, or cannot be made.
    """
    if folder.exists():
        raise LedgerError([Problem(str(folder), 0, "", "drafts", "no folder yet; to begin anew, move this one away")])
    partial = folder.with_name(f".{folder.name}.{sha256(str(folder))[:8]}")
    try:
        partial.mkdir(parents=True)
        for name, content in files.items():
            (partial / name).write_text(content, encoding="utf-8", newline="")
        partial.rename(folder)
    except OSError as error:
        raise LedgerError([Problem(str(folder), 0, "", error.strerror or str(error), "a folder to write to")]) from None
