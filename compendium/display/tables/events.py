"""Tables of events: dates and acts, with what each source says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from compendium.display.links import link
from compendium.display.outputs import RichOutput, rows_table
from compendium.display.tables.cells import event_code, source_paragraph, stacked_cell
from compendium.ledger.claims import author_names
from compendium.values.periods import format_event_time, format_period

EVENT_COLUMNS = ["event_id", "date", "date_basis", "name", "code", "code_name", "goldstein"]
MENTION_COLUMNS = ["mention_id", "source_id", "author", "paragraph", "scope", "as_printed", "says"]


def events_table(events: pd.DataFrame, caption: str) -> RichOutput:
    """Return a table of events in the order given: date, name, kind of act and its score, number of sources."""
    columns = {
        "When": _date_cell,
        "What happened": lambda row: stacked_cell(link("event", row["event_id"], row["name"]), event_code(row)),
        "Sources": lambda row: row["sources"],
    }
    data = events[[*EVENT_COLUMNS, "mentions", "sources"]]
    return rows_table(events, columns, caption, numeric=["Sources"], data=data)


def _date_cell(event: Mapping[str, Any]) -> Markup:
    when = format_event_time(event["date"], inferred=event["date_basis"] != "stated") or "unknown"
    return stacked_cell(when, event["date_basis"])


def mentions_data(events: pd.DataFrame, mentions: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return events in the order given for other programs, one row for each mention in a source.

    `date` is the event's, `date_given` that of the mention.
    """
    said = mentions.assign(author=mentions["source_id"].map(author_names(sources)))
    said = said.rename(columns={"date": "date_given"})[["event_id", *MENTION_COLUMNS, "date_given"]]
    return events[EVENT_COLUMNS].reset_index(drop=True).merge(said, on="event_id", how="left", sort=False)


def mentions_table(events: pd.DataFrame, mentions: pd.DataFrame, sources: pd.DataFrame, caption: str) -> RichOutput:
    """Return a table of events in the order given, each row with its permanent address and what each source says."""
    names = author_names(sources)
    grouped = dict(iter(mentions.groupby("event_id")))
    columns = {
        "When": _date_cell,
        "What happened, and what the sources say": lambda row: stacked_cell(
            link("event", row["event_id"], row["name"]),
            event_code(row),
            *(_mention(mention, names) for mention in grouped[row["event_id"]].to_dict("records")),
        ),
        "event_id": lambda row: row["event_id"],
    }
    data = mentions_data(events, mentions, sources)
    return rows_table(events, columns, caption, id_column="event_id", data=data)


def passages_table(events: pd.DataFrame, mentions: pd.DataFrame, sources: pd.DataFrame, caption: str) -> RichOutput:
    """Return a table of events, each with every passage that mentions it, by source and paragraph."""
    names, once = author_names(sources), events.drop_duplicates("event_id")
    ordered = mentions.sort_values(["source_id", "paragraph"])
    grouped = dict(iter(ordered.groupby("event_id")))
    columns = {
        "What happened": lambda row: stacked_cell(
            link("event", row["event_id"], row["name"]), format_period(row["date"]) or "no date"
        ),
        "What each source says of it": lambda row: Markup("").join(
            Markup("<p>{}</p>").format(_mention(mention, names))
            for mention in grouped[row["event_id"]].to_dict("records")
        ),
    }
    return rows_table(once, columns, caption, data=mentions_data(once, ordered, sources))


def _mention(mention: Mapping[str, Any], names: Mapping[str, str]) -> Markup:
    printed = f", “{mention['as_printed']}”" if mention["as_printed"] else ""
    return Markup("{}{}: {}").format(source_paragraph(mention, names), printed, mention["says"])
