"""Orders of two events that sources claim, and which of them the sources' own dates contradict."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from compendium.analysis.corroboration import corroborate_order
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.selections import Selection
from compendium.display.links import link
from compendium.display.outputs import RichOutput, captioned_table
from compendium.display.tables.cells import stacked_cell
from compendium.values.periods import Span, format_period, read_period


@dataclass(frozen=True, repr=False)
class Orders(Selection):
    """Mentions that place their event (`event_id`) after another (`after_event_id`), in the order of the data."""

    def broken(self) -> Orders:
        """Return those whose event certainly ends before the other begins, by the dates that the sources print."""
        events = self.shelf.events["span"]
        owns, others = map(self._own, self.ids), (events[name] for name in self.frame["after_event_id"])
        broken = [bool(own and other) and own.precedes(other) for own, other in zip(owns, others, strict=True)]
        return Orders(self.shelf, self.frame[broken])

    def recorded(self) -> Orders:
        """Return those of which both events have a record: `recorded`, `recorded_after`, and the `verdict` on each."""
        found = corroborate_order(self.shelf.tables).set_index("mention_id")[["recorded", "recorded_after", "verdict"]]
        return Orders(self.shelf, self.frame.join(found, how="inner"))

    def table(self, caption: str) -> RichOutput:
        """Show which event is said to come after which, with both dates and the place in the source."""
        events = self.shelf.events
        rows = [
            {
                "Said to come after": link("event", one.after_event_id, events.loc[one.after_event_id, "name"]),
                "What": link("event", one.event_id, events.loc[one.event_id, "name"]),
                "Dates": f"{format_period(one.date)}, after {format_period(events.loc[one.after_event_id, 'date'])}",
                "Source": stacked_cell(link("source", one.source_id), f"¶ {one.paragraph}"),
            }
            for one in self
        ]
        return captioned_table(pd.DataFrame(rows), caption)

    def _own(self, mention: str) -> Span:
        """Return the days that a mention gives to its event, those of the event where it gives none."""
        row = self.frame.loc[mention]
        return read_period(row["date"]) if row["date"] else self.shelf.events.loc[row["event_id"], "span"]


def open_orders(ledger: OpenLedger) -> Orders:
    """Return all orders that the sources of a ledger claim."""
    mentions = ledger["mentions"].set_index("mention_id", drop=False).rename_axis(None)
    return Orders(ledger.shelf, mentions[mentions["after_event_id"] != ""])
