"""Tables that are the permanent place of their rows: each row has its address and the card that links to it open."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from compendium.display.cards import hover as hover_cards
from compendium.display.chapter.events import Events
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.outputs import RichOutput, captioned_table
from compendium.display.tables import data_package as data_package_tables
from compendium.display.tables import observations as observation_tables
from compendium.display.tables import sources as source_tables
from compendium.ledger import corrections
from compendium.ledger.records import records


def observations_table(ledger: OpenLedger, subject: str) -> RichOutput:
    """Show the independent figures of one table of the data, `official-SUBJECT`, as series."""
    described, shelf = ledger.tables.schema[f"official-{subject}"], ledger.shelf
    own = shelf.observations[shelf.observations["table"] == described.name]
    corrected = corrections.corrections_by_row(ledger.tables, described.name)
    shown = observation_tables.series_table(own, shelf.names, described.description)
    return hover_cards.with_cards(shown, hover_cards.observation_hover_cards(own, shelf.names, corrected))


def events_table(ledger: OpenLedger, events: Events, caption: str) -> RichOutput:
    """Show events in order, each with what the sources say of it."""
    recorded = hover_cards.differing_record_dates(ledger.tables)
    cards = hover_cards.event_hover_cards(events.frame, ledger["mentions"], ledger["sources"], recorded)
    return hover_cards.with_cards(events.mentions_table(caption), cards)


def sources_table(ledger: OpenLedger, claims: Mapping[str, int], caption: str) -> RichOutput:
    """Show the sources in the order they were written; `claims` has the number of claims of each by id."""
    sources = ledger["sources"].sort_values("written")
    return hover_cards.with_cards(
        source_tables.sources_table(sources, caption), hover_cards.source_hover_cards(sources, claims)
    )


def citations_table(ledger: OpenLedger, caption: str) -> RichOutput:
    """Show every citation in the texts, with what it stands for."""
    citations, sources = ledger["citations"], ledger["sources"]
    formal = citations[citations["kind"] == "in-text"]
    every = formal.assign(
        entry=formal["entry_id"], verdict=formal["about"].replace("", "no entry"), reason=formal["cited_for"]
    )
    shown = source_tables.citations_table(
        every, citations.set_index("citation_id"), sources, caption, is_permanent_place=True
    )
    return hover_cards.with_cards(shown, hover_cards.citation_hover_cards(citations, sources))


def conversions_table(ledger: OpenLedger, caption: str) -> RichOutput:
    """Show what one unit is in another, where that hangs on the thing measured, as ranges, and who says so."""
    rows = [
        {
            "From": row["from_unit"],
            "Into": f"{row['low']:g}–{row['high']:g} {row['to_unit']}",
            "For": ledger.name(row["metric_id"]),
            "By": observation_tables.publisher_link({**row, "original_source": ""}),
        }
        for row in records(ledger["conversions"])
    ]
    return captioned_table(pd.DataFrame(rows), caption)


def corrections_table(ledger: OpenLedger, kind: str, caption: str) -> RichOutput:
    """Show the corrections of one kind, the latest first: `ours` are slips of the ledger, `source` of what it cites."""
    rows = ledger["corrections"]
    return data_package_tables.corrections_table(rows[rows["kind"] == kind], caption)


def data_dictionary(ledger: OpenLedger) -> RichOutput:
    """Show every table of the data with its columns: what each holds, its type, what is required of it."""
    return data_package_tables.data_dictionary(ledger.tables.schema, row_counts(ledger))


def archive_table(ledger: OpenLedger, caption: str) -> RichOutput:
    """Show what the archive of the ledger holds of each table, and under which names."""
    return data_package_tables.archive_table(ledger.tables.schema, row_counts(ledger), caption)


def table_downloads(ledger: OpenLedger) -> RichOutput:
    """Show links to every table as a file of its own."""
    return data_package_tables.table_downloads(ledger.tables)


def row_counts(ledger: OpenLedger) -> dict[str, int]:
    """Return how many rows each table of the data has, by its name."""
    return {name: len(frame) for name, frame in ledger.tables.frames.items()}
