"""Routes and their stops: maps over coasts and borders, schematics of the stops in order, the table of the routes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from compendium.display.chapter.charts import Chart, Charts
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.selections import Selection
from compendium.display.charts import maps, style
from compendium.display.outputs import RichOutput, captioned_table
from compendium.display.tables.cells import stacked_cell

EDITION = re.compile(r"\d+(?:\.\d+)+")


@dataclass(frozen=True)
class Outlines:
    """The coasts and borders that maps are drawn over: by whom, in which edition, with which notes."""

    rows: pd.DataFrame

    @property
    def publisher(self) -> str:
        """Return who drew them; raise `ValueError` where several did."""
        return self._only("publisher")

    @property
    def licence(self) -> str:
        """Return under what terms; raise `ValueError` where they differ."""
        return self._only("licence")

    @property
    def edition(self) -> str:
        """Return the version of what they are taken from, the same for all: `5.1.1`."""
        (found,) = {"".join(EDITION.findall(source)[:1]) for source in self.rows["original_source"]}
        return found

    def disputed_as(self, classes: str) -> bool:
        """Return whether the name of each disputed line has one of some words, separated by `|`."""
        return bool(self._disputed["name"].str.contains(classes, case=False).all())

    @property
    def notes(self) -> list[str]:
        """Return what is noted of disputed lines, each note once."""
        return list(self._disputed["note"].unique())

    @property
    def edition_notes(self) -> str:
        """Return those of the notes that speak of the edition."""
        return " ".join(note for note in self.notes if self.edition in note)

    @property
    def _disputed(self) -> pd.DataFrame:
        return self.rows[self.rows["kind"] == "disputed"]

    def _only(self, column: str) -> str:
        (found,) = self.rows[column].unique()
        return str(found)


@dataclass(frozen=True, repr=False)
class Routes(Selection):
    """Routes, a row each, in the order of the data."""

    @cached_property
    def stops(self) -> pd.DataFrame:
        """Return the stops of all routes in order, with their places: `route_id`, `place_id`, `name`, `area`, …"""
        ledger = self.shelf.tables
        return ledger["route_stops"].merge(ledger["places"], on="place_id").sort_values(["route_id", "stop"])

    @property
    def outlines(self) -> Outlines:
        """Return the coasts and borders that the maps are drawn over."""
        return Outlines(self.shelf.tables["outlines"])

    def through(self, area: str) -> list[str]:
        """Return the routes that have a stop in an area."""
        stopping = set(self.stops.loc[self.stops["area"] == area, "route_id"])
        return [name for name in self.ids if name in stopping]

    def places(self, routes: Collection[str], box: tuple[float, float, float, float] | None = None) -> list[str]:
        """Return the places of some routes, each once; those between west, east, south and north where given."""
        own = self.stops[self.stops["route_id"].isin(routes)]
        if box:
            west, east, south, north = box
            own = own[own["longitude"].between(west, east) & own["latitude"].between(south, north)]
        return list(own["place_id"].unique())

    def map(self, labels: Mapping[str, str], names: Sequence[str], around: Sequence[str]) -> Chart:
        """Return the map of some routes over coasts and borders.

        Parameters
        ----------
        labels
            by id of a route, its name below the map.
        names
            the places to name, the most important first; each has to be a stop.
        around
            the places that set what the map shows.
        """
        unknown = set(names) - set(self.stops["place_id"])
        if unknown:
            raise KeyError(f"no stop {', '.join(sorted(unknown))}")
        routes = [
            maps.Route(route, style.SERIES_COLOURS[place], label) for place, (route, label) in enumerate(labels.items())
        ]
        outlines = self.shelf.tables["outlines"]
        return Chart(maps.route_map(self.stops, routes, named_places=names, frame_places=around, outlines=outlines))

    def schematic(self) -> Chart:
        """Return each route as an upright line of its stops in order."""
        by_name = {one.name: list(self.stops.loc[self.stops["route_id"] == one.id, "name"]) for one in self}
        return Charts(self.shelf).schematic(by_name)

    def table(self, caption: str) -> RichOutput:
        """Show the routes: name and mode, other names, what to know."""
        rows = [
            {"Route": stacked_cell(one.name, one.mode), "Other names": one.variants, "What to know": one.note}
            for one in self
        ]
        return captioned_table(pd.DataFrame(rows), caption)


def open_routes(ledger: OpenLedger) -> Routes:
    """Return all routes of a ledger."""
    return Routes(ledger.shelf, ledger["routes"].set_index("route_id", drop=False).rename_axis(None))
