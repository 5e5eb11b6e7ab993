"""Selections of events and of dated records: what happened, who tells it, and when others say that it did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import pandas as pd

from compendium.analysis.corroboration import corroborate_dates, corroborate_order
from compendium.display.chapter.charts import Chart, Charts
from compendium.display.chapter.known_ids import require_known
from compendium.display.chapter.selections import Selection, picked
from compendium.display.charts import ledger as ledger_charts
from compendium.display.outputs import RichOutput
from compendium.display.tables import analysis as analysis_tables
from compendium.display.tables import events as event_tables
from compendium.display.tables import observations as observation_tables
from compendium.ledger import events
from compendium.values.periods import Span, read_period


@dataclass(frozen=True, repr=False)
class Events(Selection):
    """Events that the sources tell of, a row each, as `compendium.ledger.events.read_events` describes the columns."""

    def between(self, one: str, other: str) -> Self:
        """Return the events in which one of two states acts towards the other, whoever acts for it."""
        self._require_areas(one, other)
        return replace(self, frame=events.events_between(self.frame, one, other))

    def _require_areas(self, *areas: str) -> None:
        require_known(self.shelf.tables, "area", areas, {*self.frame["actor_area"], *self.frame["target_area"]})

    def since(self, event: str) -> Self:
        """Return the events that certainly begin no earlier than another."""
        first = self._span(event).first
        return self.where([bool(found) and first <= found.first for found in self.frame["span"]])

    def before(self, event: str) -> Self:
        """Return the events that certainly end before another begins."""
        own = self._span(event)
        return self.where([bool(found) and found.precedes(own) for found in self.frame["span"]])

    def _span(self, event: str) -> Span:
        date = picked(self.shelf.events, [event], "event").loc[event, "date"]
        if not date:
            raise ValueError(f"the event {event!r} has no date, and nothing is before or since it")
        return read_period(date)

    def scored(self) -> Self:
        """Return the events whose kind of act has a score."""
        return self.where(self.frame["goldstein"].notna())

    @property
    def scores(self) -> pd.DataFrame:
        """Return `cooperation` and `conflict` by year, as `compendium.ledger.events.scores_by_year` does."""
        return events.scores_by_year(self.frame)

    @property
    def mean_score(self) -> float:
        """Return the mean score of the events that have one."""
        return float(self.frame["goldstein"].mean())

    @property
    def mentions(self) -> pd.DataFrame:
        """Return the places in the sources that tell of these events."""
        mentions = self.shelf.tables["mentions"]
        return mentions[mentions["event_id"].isin(self.frame["event_id"])]

    @property
    def sources(self) -> int:
        """Return how many sources tell of one of them."""
        return int(self.mentions["source_id"].nunique())

    @property
    def dated(self) -> Dates:
        """Return those with an independent dated record: the sources' date, the recorded one, and the verdict."""
        days = corroborate_dates(self.shelf.tables).set_index("record_id", drop=False).rename_axis(None)
        return Dates(self.shelf, days[days["event_id"].isin(self.frame["event_id"])])

    @property
    def ordered(self) -> pd.DataFrame:
        """Return the orders of two events that a source claims, compared with records of their dates."""
        orders = corroborate_order(self.shelf.tables)
        return orders[orders["event_id"].isin(self.frame["event_id"])]

    @property
    def subjects(self) -> list[str]:
        """Return what conflicts of the selection touch: the events."""
        return self.ids

    def table(self, caption: str) -> RichOutput:
        """Show the events in the order given: date, what happened, kind of act and score, number of sources."""
        return event_tables.events_table(self.frame, caption)

    def passages(self, caption: str) -> RichOutput:
        """Show each event with every place where it is told and what is said of it there."""
        return event_tables.passages_table(self.frame, *self._mentions_and_sources(), caption)

    def mentions_table(self, caption: str) -> RichOutput:
        """Show the events in order at their permanent addresses, with what each source says there."""
        return event_tables.mentions_table(self.frame, *self._mentions_and_sources(), caption)

    def timeline(self, *, recorded: bool = False) -> Chart:
        """Return the chart of the events as bars from their first to their last possible day, if they have both.

        With `recorded`, each independent record is a diamond on the bar.
        """
        groups = self.dated.frame.groupby("event_id")["recorded"] if recorded else ()
        return Chart(
            ledger_charts.timeline_chart(
                self.frame, {str(name): [read_period(day) for day in group] for name, group in groups}
            )
        )

    def scores_chart(self) -> Chart:
        """Return the chart of every event with a beginning and an end at the height of its score."""
        return Chart(ledger_charts.event_scores_chart(self.frame))

    def summed_scores(self, label: str) -> pd.DataFrame:
        """Return `cooperation` and `conflict` summed over all events, dated or not, as one row under a label."""
        scores = self.frame["goldstein"]
        sums = {"cooperation": scores.clip(lower=0).sum(), "conflict": scores.clip(upper=0).sum()}
        return pd.DataFrame(sums, index=[label], dtype=float)

    def ties(self, *areas: str, to: str) -> Chart:
        """Return the chart of cooperation and conflict by year between one state and others, a panel for each."""
        self._require_areas(*areas, to)
        names = self.shelf.names.places
        scores = {f"{names[area]} and {names[to]}": self.between(area, to).scores for area in areas}
        return Charts(self.shelf).ties(scores)

    def _mentions_and_sources(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self.shelf.tables["mentions"], self.shelf.tables["sources"]


@dataclass(frozen=True, repr=False)
class Dates(Selection):
    """Events with an independent dated record, by id of the record, as `analysis.corroboration.dated` describes them.

    `date` is the sources', `recorded` the record's, `verdict` says whether they can be one day, `days` by how many
    they miss each other; `when` of an entry is the recorded day for a reader.
    """

    def table(self, caption: str) -> RichOutput:
        """Show the events: the sources' date, the recorded one, the verdict."""
        return analysis_tables.dates_table(self.frame, self.shelf.tables, caption)


@dataclass(frozen=True, repr=False)
class Records(Selection):
    """Independent dated records of what happened, a row each; `event_id` is empty where no source tells of it."""

    def unmentioned(self) -> Self:
        """Return the records of what no source tells."""
        return self.where(self.frame["event_id"] == "")

    def between(self, one: str, other: str) -> Self:
        """Return the records in which one of two states acts towards the other."""
        pair = [one, other]
        areas = self.frame[["actor_area", "target_area"]]
        require_known(self.shelf.tables, "actor_area", pair, set(areas.to_numpy().ravel()))
        return self.where(areas.isin(pair).all(axis=1))

    def days(self) -> dict[str, Span]:
        """Return the days that each record gives, by its id."""
        return {str(name): read_period(date) for name, date in self.frame["date"].items()}

    def after(self, *dates: str) -> Self:
        """Return the records of what certainly happened after each of some dates."""
        latest = max(read_period(date).last for date in dates)
        return self.where([latest < found.first for found in self.days().values()])

    def table(self, caption: str) -> RichOutput:
        """Show the records in order of time: when, what happened and its label, who prints it."""
        return observation_tables.records_table(self.frame, caption)
