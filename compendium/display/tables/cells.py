"""Cells that several tables share: stacked lines, places in a source, stances, links to the web, ends of intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from compendium.display import attachments
from compendium.display.links import link
from compendium.values.formatting import format_signed

QUANTITY_COLUMNS = ["metric_id", "metric", "ref_area", "counterpart_area", "period", "population", "measure"]


def stacked_cell(first: str, *below: str) -> Markup:
    """Return a cell of several lines, the first at full size; empty ones are left out."""
    lines = Markup("").join(Markup("<small>{}</small>").format(line) for line in below if line)
    return Markup("{}{}").format(first, lines)


def split_intervals(frame: pd.DataFrame, column: str = "interval", prefix: str = "") -> pd.DataFrame:
    """Return a table with the columns `low`, `high` and `ends` in place of a column of intervals."""
    place = list(frame.columns).index(column)
    cells = [attachments.interval_cells(found) for found in frame[column]]
    found = pd.DataFrame(cells, index=frame.index, columns=["low", "high", "ends"]).add_prefix(prefix)
    return pd.concat([frame.iloc[:, :place], found, frame.iloc[:, place + 1 :]], axis=1)


def source_paragraph(row: Mapping[str, Any], authors: Mapping[str, str]) -> Markup:
    """Return the source of a row, linked by its author, and the paragraph."""
    return Markup("{} ¶ {}").format(link("source", row["source_id"], authors[row["source_id"]]), row["paragraph"])


def external_link(address: str, text: str) -> Markup:
    """Return a link to an address of the web."""
    return Markup('<a href="{}" rel="nofollow">{}</a>').format(address, text)


def event_code(event: Mapping[str, Any]) -> str:
    """Return the kind of act of an event with its score; `""` where it has none."""
    return event["code_name"] and f"{event['code_name']}, {format_signed(event['goldstein'])}"
