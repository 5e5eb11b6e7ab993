"""A ledger with what is read from it once for a whole page: claims, observations, events, names, conflicts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from compendium.analysis.conflicts import InconsistencyGroup, group_inconsistencies
from compendium.analysis.explanations import Names
from compendium.display.charts import style
from compendium.ledger.claims import read_claims
from compendium.ledger.events import read_events
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations

if TYPE_CHECKING:
    from compendium.analysis.corroboration import Corroboration

COLOURS = {"claimed": style.CLAIMED, "counted": style.OBSERVED, "muted": style.MUTED}
"""Names for colours: what sources claim, figures of no side, what is in the background."""


@dataclass(frozen=True, repr=False)
class Shelf:
    """The tables of a ledger, and what is read from them, each when it is first asked for."""

    tables: Ledger

    def __repr__(self) -> str:
        """Return how many tables there are."""
        return f"Shelf: {len(self.tables.frames)} tables"

    @cached_property
    def claims(self) -> pd.DataFrame:
        """Return the claims as `compendium.ledger.claims.read_claims` does, indexed by id."""
        return read_claims(self.tables).set_index("claim_id", drop=False).rename_axis(None)

    @cached_property
    def observations(self) -> pd.DataFrame:
        """Return the observations of independent publishers, indexed by id."""
        return read_observations(self.tables)

    @cached_property
    def missing(self) -> pd.DataFrame:
        """Return what was looked for and not found, indexed by id."""
        return read_observations(self.tables, missing=True)

    @cached_property
    def events(self) -> pd.DataFrame:
        """Return the events in order of time, indexed by id."""
        return read_events(self.tables).set_index("event_id", drop=False).rename_axis(None)

    @cached_property
    def names(self) -> Names:
        """Return what the ledger calls its metrics, places and sources."""
        return Names.from_ledger(self.tables)

    @cached_property
    def families(self) -> list[InconsistencyGroup]:
        """Return everything that cannot all be true."""
        return group_inconsistencies(self.tables)

    def corroborated(self, claims: Iterable[str]) -> dict[str, Corroboration]:
        """Return how each of some claims stands beside independent figures, in the order given."""
        from compendium.analysis.corroboration import corroborate

        wanted = list(claims)
        found = corroborate(self.tables, set(wanted))
        return {name: found[name] for name in wanted if name in found}

    def name(self, key: str) -> str:
        """Return what the ledger calls a place, metric or source; an id that it does not know stays as it is."""
        if key in self.names.places:
            return self.names.places[key]
        if key in self.names.metrics:
            return str(self.names.metrics[key]["name"])
        return self.names.authors.get(key, key)

    def colours(self, wanted: Iterable[str | int]) -> list[str]:
        """Return colours: of actors by id, of `COLOURS` by name, the n-th of the style, or as given (`#0b62a4`).

        Raises
        ------
        ValueError
            where two actors have the same colour.
        """
        asked = list(wanted)
        known = set(self.tables.frames["actors"]["actor_id"]) if any(map(self._is_id, asked)) else set()
        own = style.actor_colours(self.tables, dict.fromkeys(str(one) for one in asked if one in known))
        return [
            style.SERIES_COLOURS[one] if isinstance(one, int) else own.get(one) or COLOURS.get(one) or one
            for one in asked
        ]

    @staticmethod
    def _is_id(wanted: str | int) -> bool:
        return isinstance(wanted, str) and wanted not in COLOURS and not wanted.startswith("#")
