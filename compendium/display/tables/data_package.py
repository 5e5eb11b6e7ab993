"""Tables of a ledger as a data package: its dictionary, the files of its archive, its corrections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from compendium.analysis.source_independence import host
from compendium.display import attachments
from compendium.display.links import link
from compendium.display.outputs import RichOutput, download_links, rows_table, table_markup
from compendium.display.tables.cells import external_link, stacked_cell
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import SERIES_FOLDER
from compendium.ledger.schema import Field, Table, sql_name
from compendium.values.periods import format_period


def corrections_table(corrections: pd.DataFrame, caption: str) -> RichOutput:
    """Return a table of corrections, the latest first: cell, old and new value, reason, date, evidence."""
    frame = corrections.iloc[::-1].sort_values("corrected_on", ascending=False, kind="stable")
    columns = {
        "What": lambda row: stacked_cell(
            _corrected_row(row),
            Markup("{} in {}").format(row["column"], link("table", f"table-{row['table']}", row["table"])),
        ),
        "Was, and is": lambda row: stacked_cell(
            _corrected(row["old"]), Markup("now {}").format(_corrected(row["new"]))
        ),
        "Why": lambda row: stacked_cell(
            row["why"],
            Markup("{}; by {}").format(format_period(row["corrected_on"]), _evidence(row["evidence"])),
            f"must still be printed: {row['expect']}" if row["expect"] else "",
            f"no longer needed since {format_period(row['retired_on'])}" if row["retired_on"] else "",
        ),
        "correction_id": lambda row: row["correction_id"],
    }
    return rows_table(frame, columns, caption, id_column="correction_id", data=frame, css_class="roomy")


def _corrected_row(row: Mapping[str, Any]) -> str:
    """Return the id of a row that was corrected, as a link where such rows have a place of their own."""
    kinds = {"claims": "claim", "events": "event", "citations": "citation"}
    kind = "observation" if row["table"].startswith(f"{SERIES_FOLDER}-") else kinds.get(row["table"], "")
    return link(kind, row["row_id"], row["row_id"]) if kind else row["row_id"]


def _corrected(cell: str) -> str:
    """Return the value of a cell with places to break lines in an address, which has no blanks."""
    return Markup("<wbr>").join(re.split(r"(?<=[/?&=_-])|(?<=\w{24})(?=\w)", cell)) if cell else "nothing"


def _evidence(evidence: str) -> Markup:
    """Return the evidence of a correction: a place as it is, an address as a link named by its host."""
    if not evidence.startswith(("https://", "http://")):
        return escape(evidence)
    return external_link(evidence, host(evidence))


def data_dictionary(schema: Mapping[str, Table], row_counts: Mapping[str, int]) -> RichOutput:
    """Return the tables of a schema with their columns: meaning, type, and constraints.

    Tables with the same columns are described together; the CSV describes every column of every table.
    """
    alike: dict[tuple[Field, ...], list[Table]] = {}
    for described_table in schema.values():
        alike.setdefault(described_table.fields, []).append(described_table)
    data = pd.DataFrame([_column(one, field) for one in schema.values() for field in one.fields])
    parts = (_described(group, row_counts) for group in alike.values())
    return RichOutput.combine(*parts, download_links("Every column of every table", attachments.as_csv(data)))


def archive_table(schema: Mapping[str, Table], row_counts: Mapping[str, int], caption: str) -> RichOutput:
    """Return a table of the archive of a ledger: for each table its rows, columns, and name in each format."""
    columns = {
        "Table": lambda one: link("table", f"table-{one.name}", one.title),
        "Rows": lambda one: row_counts[one.name],
        "Columns": lambda one: len(one.fields),
        "As CSV": lambda one: one.path,
        "As Parquet, in SQLite": sql_name,
    }
    return rows_table(schema.values(), columns, caption, numeric=["Rows", "Columns"])


def table_downloads(ledger: Ledger) -> RichOutput:
    """Return a list of links to every table of a ledger as a CSV file of its own, without those that have no row."""
    texts = {one.name: attachments.as_csv(ledger.frames[one.name]) for one in ledger.schema.values()}
    lines = [
        Markup("<li>{}, {}</li>").format(one.title, Markup(attachments.file_link(one.title, texts[one.name], "csv")))
        for one in ledger.schema.values()
        if len(ledger.frames[one.name])
    ]
    shown = RichOutput(Markup('<ul class="take">{}</ul>').format(Markup("").join(lines)))
    return shown.add_form(attachments.CSV_LIST_TYPE, [text for text in texts.values() if "\n" in text.rstrip("\n")])


def _column(one: Table, field: Field) -> dict[str, Any]:
    """Return a column of a table for other programs, as a row."""
    refers = [f"{other}.{column}" for own, other, column in one.foreign_keys if own == field.name]
    return {
        "table": one.name,
        "path": one.path,
        "column": field.name,
        "description": field.description,
        "type": field.type,
        "unit": field.unit,
        "holds": field.semantic_type,
        "key": "yes" if field.name in one.primary_key else "no",
        "required": "yes" if field.required else "no",
        "unique": "yes" if field.unique else "no",
        "vocabulary": list(field.vocabulary),
        "pattern": field.pattern,
        "refers_to": refers,
    }


def _described(group: list[Table], rows: Mapping[str, int]) -> Markup:
    """Return the description of each of some tables with the same columns, and the columns once."""
    first = group[0]
    frame = pd.DataFrame(
        {
            "Column": [field.name for field in first.fields],
            "What it holds": [field.description for field in first.fields],
            "Form": [_form(field) for field in first.fields],
        }
    )
    counted = [f"{one.path}: {rows[one.name]} rows" for one in group]
    heads = Markup("").join(
        Markup('<h3 id="table-{}">{}</h3><p>{}{}</p>').format(
            one.name, one.title, one.description, f" ({count})" if len(group) > 1 else ""
        )
        for one, count in zip(group, counted, strict=True)
    )
    caption = counted[0] if len(group) == 1 else f"Columns of each of these {len(group)} tables"
    keys = "; ".join(f"{own} → {other}.{column}" for own, other, column in first.foreign_keys)
    return Markup("{}{}<p><small>Key: {}{}</small></p>").format(
        heads,
        table_markup(frame, caption),
        ", ".join(first.primary_key),
        f". Refers to: {keys}" if keys else "",
    )


def _form(field: Field) -> str:
    vocabulary = ", ".join(field.vocabulary) if len(field.vocabulary) <= 12 else f"one of {len(field.vocabulary)} words"
    parts = [
        "EDTF date"
        if field.semantic_type == "edtf"
        else field.semantic_type
        if field.semantic_type.startswith("list")
        else field.type,
        "required" if field.required else "",
        "unique" if field.unique else "",
        f"in {field.unit}" if field.unit else "",
        vocabulary if field.vocabulary else "",
    ]
    return "; ".join(part for part in parts if part)
