"""A selection of independent figures: tables of them, what they say by year, and what follows from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self, TypeAlias

import pandas as pd
from markupsafe import Markup

from compendium.analysis.derived_quantities import reliable_from
from compendium.display.chapter.amounts import Amount
from compendium.display.chapter.given import Given
from compendium.display.chapter.known_ids import require_known
from compendium.display.chapter.selections import Figures, Selection, Wanted, first_ids, matching, picked
from compendium.display.links import link
from compendium.display.outputs import RichOutput
from compendium.display.tables import derived as derived_tables
from compendium.display.tables import observations as observation_tables
from compendium.display.tables.cells import stacked_cell
from compendium.ledger.observations import reliable_actuals
from compendium.project.problems import format_count
from compendium.reconciliation.constraints import ImpliedBounds
from compendium.values.periods import format_period

Column: TypeAlias = "str | Observations"
"""What belongs into a column: a metric, or figures."""


@dataclass(frozen=True, repr=False)
class Observations(Figures):
    """Figures of independent publishers, a row each, as `ledger.observations.read_observations` describes them."""

    def of_side(self, *reporters: str) -> Self:
        """Return the firm figures of some sides' authorities; `""` is a publisher of no side."""
        return replace(self, frame=reliable_from(self.frame, reporters))

    def firm(self) -> Self:
        """Return those that say what has been and are not in doubt: no plans, none of low reliability."""
        return replace(self, frame=reliable_actuals(self.frame))

    def table(self, caption: str, *, places: bool = True) -> RichOutput:
        """Show the figures in the order given: what and when, who prints it for whom, of what class."""
        return observation_tables.observations_table(self.frame, self.shelf.names, caption, show_areas=places)

    def short_table(self, caption: str) -> RichOutput:
        """Show the figures in two columns; what all of them share, metric and areas, is left to the caption."""
        return observation_tables.compact_observations_table(self.frame, self.shelf.names, caption)

    def series_table(self, caption: str) -> RichOutput:
        """Show the figures grouped into series, all values of one in a row."""
        return observation_tables.series_table(self.frame, self.shelf.names, caption)

    def by_period(
        self, columns: Mapping[str, Column], caption: str, follows: Mapping[str, Mapping[Any, Amount]] | None = None
    ) -> RichOutput:
        """Show the figures by period, a row each in order of time, in columns.

        Parameters
        ----------
        columns
            by head: the metric whose figures belong there, or a selection of figures.
        follows
            by head, or by the metric of a column, and by period: what no figure says but others imply.
        """
        chosen: dict[str, pd.DataFrame] = {}
        cells: dict[tuple[str, str], Markup] = {}
        for head, own in columns.items():
            keys: Mapping[str, Wanted] = {"metric": own} if isinstance(own, str) else {}
            chosen[head] = own.frame if isinstance(own, Observations) else matching(self.shelf.tables, self.frame, keys)
            names = [head, own] if isinstance(own, str) else [head]
            for found in [follows[name] for name in names if name in follows] if follows else ():
                cells |= {(head, str(period)): self._follows(one) for period, one in found.items()}
        return observation_tables.observations_by_period_table(chosen, caption, implied_cells=cells)

    def _follows(self, found: Amount) -> Markup:
        implied = ImpliedBounds(found.interval, found.rests_on)
        return derived_tables.implied_cell(implied, found.unit, self.shelf.claims, self.shelf.observations)

    def given(self, *, plus: Collection[str] = (), between: tuple[str, str] | None = None) -> Given:
        """Return what follows from these figures alone, and from some claims or observations beside them.

        Parameters
        ----------
        plus
            ids of claims and observations that are taken as well.
        between
            whose quantities are asked for, and towards whom; the only pair of the selection where left out.
        """
        if self.frame.empty:
            raise ValueError("given: the selection has no rows, and nothing follows from none")
        every, claims = self.shelf.observations, [name for name in plus if name in self.shelf.claims.index]
        beside = [name for name in plus if name not in claims]
        others = picked(every, beside, "claim or observation", self.shelf.claims.index)
        chosen = pd.concat([self.frame, others]) if beside else self.frame
        pair = between or (self.only("area"), self.only("partner"))
        return Given(self.shelf, chosen, tuple(claims), pair)

    def parts(self, named: Collection[str], whole: str, others: str = "others") -> pd.DataFrame:
        """Return, by period for a reader, the values towards some partners, towards `others`, and towards the `whole`.

        What no figure says is nothing.
        """
        grid = self.value_grid("period", "partner").fillna(0.0).rename(format_period)
        rest = (grid[whole] - grid[list(named)].sum(axis=1)).round(2)
        return grid[list(named)].assign(**{others: rest, whole: grid[whole]})

    def cell(self, name: str, *below: str) -> Markup:
        """Return one figure for a cell of a table: linked to its place, with its time and who prints it.

        Lines `below` who prints it come instead of the time, which the row has.
        """
        one = self[name]
        source = observation_tables.publisher_link(self.frame.loc[name].to_dict())
        return stacked_cell(link("observation", name, one.figure), "" if below else one.when, source, *below)

    def cells(self) -> Markup:
        """Return all figures for one cell, below each other, each with who prints it; the row has the time."""
        return Markup("").join(Markup("<div>{}</div>").format(self.cell(name, "")) for name in self.ids)


@dataclass(frozen=True, repr=False)
class Missing(Selection):
    """What was looked for and not found, a row each, with the reason in `note`."""

    def table(self, caption: str) -> RichOutput:
        """Show what was looked for and not found, with the reason."""
        return observation_tables.missing_table(self.frame, self.shelf.names, caption)


def firm_of_side(found: Observations, reporter: str) -> Observations:
    """Return the firm figures of one side's authorities among some figures.

    Raises
    ------
    ValueError
        where there are none; the message says which rows are not taken, and why.
    """
    own = found.of_side(reporter)
    if len(own):
        return own
    require_known(found.shelf.tables, "reporter", [reporter], found.each("reporter"))
    of_side = found.frame["reporter"] == reporter
    left = {f"of others than {reporter}": found.where(~of_side), "plans or in doubt": found.where(of_side)}
    out = [f"{format_count(len(rows), 'row')} {why} ({first_ids(rows)})" for why, rows in left.items() if len(rows)]
    raise ValueError(f"no firm figures of {reporter}; not taken: {'; '.join(out) or 'nothing, as no row is selected'}")
