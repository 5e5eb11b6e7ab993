"""Tables of sources and of the citations in them."""

from __future__ import annotations

import pandas as pd

from compendium.display.outputs import RichOutput, rows_table
from compendium.display.tables.cells import source_paragraph, stacked_cell
from compendium.ledger.claims import author_names
from compendium.values.periods import format_period


def sources_table(sources: pd.DataFrame, caption: str) -> RichOutput:
    """Return a table of sources in the order they were written, each row with its permanent address."""
    names, ordered = author_names(sources), sources.sort_values("written")
    columns = {
        "Source": lambda row: stacked_cell(names[row["source_id"]], row["title"]),
        "What it is": lambda row: stacked_cell(
            row["kind"], f"{format_period(row['written'])} ({row['written_basis']})", row["written_reason"]
        ),
        "Reliability": lambda row: stacked_cell(row["reliability"], row["reliability_reason"], row["note"]),
        "source_id": lambda row: row["source_id"],
    }
    described = ["source_id", "title", "author", "publisher", "kind", "written", "written_basis", "written_reason"]
    data = ordered[[*described, "reliability", "reliability_reason", "address", "note"]]
    return rows_table(ordered, columns, caption, id_column="source_id", data=data)


def citations_table(
    rows: pd.DataFrame, by_id: pd.DataFrame, sources: pd.DataFrame, caption: str, *, is_permanent_place: bool = False
) -> RichOutput:
    """Return a table of citations, each with the entry of the list of references it refers to and a verdict on it.

    Parameters
    ----------
    rows
        `source_id`, `paragraph`, `as_printed`, `entry` (an id or empty), `verdict`, `reason`.
    by_id
        the whole table of citations, indexed by id.
    is_permanent_place
        whether each row has its permanent address here, which needs the column `citation_id`.
    """
    names = author_names(sources)
    columns = {
        "As printed": lambda row: stacked_cell(row["as_printed"], source_paragraph(row, names)),
        "Entry": lambda row: stacked_cell(
            by_id["as_printed"].get(row["entry"], "–"), by_id["title"].get(row["entry"], "")
        ),
        "Verdict": lambda row: stacked_cell(row["verdict"], row["reason"]),
    } | ({"citation_id": lambda row: row["citation_id"]} if is_permanent_place else {})
    data = rows[["source_id", "paragraph", "as_printed", "entry", "verdict", "reason"]].assign(
        author=rows["source_id"].map(names),
        entry_as_printed=rows["entry"].map(by_id["as_printed"]),
        entry_title=rows["entry"].map(by_id["title"]),
    )
    return rows_table(rows, columns, caption, id_column="citation_id" if is_permanent_place else None, data=data)
