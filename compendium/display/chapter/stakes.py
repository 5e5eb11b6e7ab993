"""What a break between two sides would touch, under assumptions that a reader can change: amounts, shares, tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import portion
from IPython.display import HTML

from compendium.analysis import exposure
from compendium.analysis.derived_quantities import Areas
from compendium.analysis.exposure import (
    ECONOMY,
    EXPORTS,
    IMPORTS,
    PURCHASES,
    SALES,
    TOTAL,
    Assumptions,
    Exposure,
    ExposureIds,
)
from compendium.display.chapter.amounts import Amount
from compendium.display.chapter.charts import Chart
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.observations import Observations
from compendium.display.outputs import RichOutput
from compendium.display.tables import exposure as exposure_tables
from compendium.values.intervals import quotient
from compendium.values.periods import format_period

WHOLES = {EXPORTS: SALES, IMPORTS: PURCHASES, ECONOMY: TOTAL}
"""What is at stake of each whole: sales of exports, purchases of imports, all of the economy."""


@dataclass(frozen=True)
class Stakes:
    """What trade between two sides puts at stake, as `compendium.analysis.exposure` computes it."""

    ledger: OpenLedger
    assumed: Assumptions
    sides: Areas
    kinds: ExposureIds

    @cached_property
    def found(self) -> dict[tuple[str, str], Exposure]:
        """Return the stakes, by side and by what is touched."""
        every = exposure.exposures(self.ledger.tables, self.assumed, self.sides, self.kinds)
        return {(one.side, one.flow): one for one in every}

    def share(self, side: str, whole: str, unknown: str = "–") -> str:
        """Return for a reader what is at stake of a side's `exports`, `imports` or `GDP`, in percent."""
        return exposure_tables.format_exposure(
            self.found[side, WHOLES[whole]].shares.get(whole), "percent", unknown=unknown
        )

    def all(self, side: str, unknown: str = "–") -> str:
        """Return for a reader all that is at stake for a side, in dollars."""
        return exposure_tables.format_exposure(self.found[side, TOTAL].amount, "USD", unknown=unknown)

    def left(self, side: str, unknown: str = "–") -> str:
        """Return for a reader what of it would be left without another way, in dollars."""
        return exposure_tables.format_exposure(self.found[side, TOTAL].unreplaced, "USD", unknown=unknown)

    def left_share(self, side: str, unknown: str = "–") -> str:
        """Return for a reader what would be left, in percent of the side's economy."""
        return exposure_tables.format_exposure(
            self.found[side, TOTAL].unreplaced_shares.get(ECONOMY), "percent", unknown=unknown
        )

    def phrases(self, part: str, amount: str, multiple: str) -> dict[str, str]:
        """Return what is at stake for the prose, with what is said instead of a part, amount or multiple not known.

        Of each side, as `aze_sold`: what is `sold` in percent of exports, `bought` of imports, its `weight` in the
        economy, and `all` of it; of the first side `left`, `left_share`, and `times`.
        """
        wholes = {"sold": EXPORTS, "bought": IMPORTS, "weight": ECONOMY}
        first = self.sides[0]
        return {
            **{f"{side}_{key}".lower(): self.share(side, whole, part)
               for side in self.sides for key, whole in wholes.items()},
            **{f"{side}_all".lower(): self.all(side, amount) for side in self.sides},
            "left": self.left(first, amount),
            "left_share": self.left_share(first, part),
            "times": self.times.rounded(3) if self.times else multiple,
        }  # fmt: skip

    @property
    def times(self) -> Amount | None:
        """Return how many times the first side's economy the second side's is, `None` where it is not known."""
        sizes = [
            self.ledger.observations(
                metric=self.kinds.economy, area=side, period=self.assumed.year, publisher=self.assumed.totals_by
            )
            for side in self.sides
        ]
        if not all(map(len, sizes)):
            return None
        one, other = (own.first.interval for own in sizes)
        return Amount(quotient(other, one), "times")

    def assumptions(self, caption: str) -> HTML:
        """Show every assumption with its value and what it means."""
        return exposure_tables.assumptions_table(self.assumed, self.ledger.shelf.names.places, caption)

    def table(self, side: str, caption: str) -> HTML:
        """Show what is at stake for one side: amounts, shares, and what is left without another way."""
        return self._table([one for one in self.found.values() if one.side == side], caption)

    def _table(self, found: Iterable[Exposure], caption: str, names: Mapping[str, str] | None = None) -> HTML:
        return exposure_tables.exposures_table(found, self.ledger.tables, "USD", caption, names)

    def chart(self) -> Chart | None:
        """Return the chart of what would be left of each whole of each side, `None` where nothing is known."""
        rows = [
            (side, whole, self.found[side, what])
            for side in self.sides
            for whole, what in WHOLES.items()
            if whole in self.found[side, what].shares
        ]
        if not rows:
            return None
        lefts = [(f"{self.ledger.name(side)}: {whole}", one.unreplaced_shares[whole]) for side, whole, one in rows]
        notes = [exposure_tables.format_exposure(one.shares[whole], "percent") for _, whole, one in rows]
        return self.ledger.charts.bars(lefts, "percent", colours=[side for side, _, _ in rows], notes=notes)

    def years_table(self, years: Iterable[int], caption: str) -> RichOutput:
        """Show the shares of each side in several years, of goods alone."""
        return self.ledger.table([self._year(str(year)) for year in years], caption)

    def _year(self, year: str) -> dict[str, str]:
        alone = replace(self.assumed, year=year, remittances=False, transit={})
        found = Stakes(self.ledger, alone, self.sides, self.kinds).found
        row = {"Year": format_period(year)}
        for side in self.sides:
            parts: dict[str, portion.Interval] = {
                whole: found[side, what].shares[whole]
                for whole, what in WHOLES.items()
                if whole in found[side, what].shares
            }
            row[self.ledger.name(side)] = exposure_tables.format_shares(parts) or "–"
        return row

    def groups(self, wider: Collection[str]) -> list[Exposure]:
        """Return what each group of goods that is part of one of `wider` puts at stake."""
        metrics = self.ledger["metrics"]
        names = metrics.loc[metrics["part_of"].isin(wider), "metric_id"]
        return exposure.goods_exposures(self.ledger.tables, self.assumed, self.sides, self.kinds, names)

    def groups_table(self, found: Sequence[Exposure], caption: str, prefix: str = "") -> HTML:
        """Show groups of goods, the largest share first, by the names of their metrics without a common prefix."""
        names = {one.flow: self.ledger.name(one.flow).removeprefix(prefix).capitalize() for one in found}
        return self._table(sorted(found, key=_share, reverse=True), caption, names)

    def rests_on(self, *others: Exposure) -> Observations:
        """Return the figures that all of this, and other stakes, rest on, each once."""
        names = [name for one in (*self.found.values(), *others) for name in one.evidence_ids]
        return self.ledger.observations(*dict.fromkeys(names))


def _share(one: Exposure) -> Any:
    return one.shares[EXPORTS].lower
