"""Amounts beside each other: a claim beside figures, what is carried beside what could be, parts beside their whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from compendium.display.chapter.amounts import Amount, total
from compendium.display.chapter.charts import Chart
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.observations import Observations
from compendium.display.chapter.selections import Entry
from compendium.display.outputs import RichOutput, captioned_table
from compendium.values.periods import format_period
from compendium.values.units import is_rate

MARKS = {"forecast": ", planned", "low reliability": ",\n low reliability"}
"""What stands after the time of a figure in a chart, by its status."""


def daily_rates(figures: Observations) -> dict[str, Amount]:
    """Return the average day of each figure by its time, with a mark where it is planned or in doubt."""
    return {one.when + MARKS.get(one.status, ""): one.amount.rate(one.period) for one in figures}


def claim_chart(
    ledger: OpenLedger, claim: tuple[str, Amount], counted: Mapping[str, Amount], unit: str, *, meeting: str = ""
) -> Chart:
    """Return a claim, with its label, above figures by their labels; `meeting` is the note where both can be true."""
    notes = ["", *(meeting if found.meets(claim[1]) else "" for found in counted.values())] if meeting else ()
    colours = ["claimed", *["counted"] * len(counted)]
    return ledger.charts.bars([claim, *counted.items()], unit, colours=colours, notes=notes)


# --- what is carried, and what could be


@dataclass(frozen=True)
class Use:
    """A figure of what is carried, and one of what could be; `by` is what a unit of the former is in the latter's."""

    flow: Entry
    capacity: Entry
    by: Amount | None = None

    @property
    def carried(self) -> Amount:
        """Return what is carried: the average day of a capacity by the day, else all of the period."""
        found = self.flow.amount
        if self.by:
            found = found.unscaled * self.by
        return found.rate(self.flow.period) if self.capacity.amount.unit.endswith("/day") else found

    @property
    def possible(self) -> Amount:
        """Return what could be carried, in the same unit; a capacity by the year as that of a mean year."""
        found = self.capacity.amount
        return found.in_a_year if is_rate(found.unit, self.carried.unit) else found

    @property
    def percent(self) -> Amount:
        """Return what is carried in percent of what could be."""
        return self.carried.percent_of(self.possible)

    @property
    def note(self) -> str:
        """Return how much is used, and of what times the two figures speak, for a reader."""
        return f"{self.percent} used: {self.flow.when} against the capacity {self.capacity.when}"


def latest_use(ledger: OpenLedger, flow: str, capacity: str, by: Amount | None = None) -> Use:
    """Return the latest full year of a flow against the capacity that was stated last, by their metrics.

    Plans, estimates and what is in doubt do not count.
    """
    carried, possible = (ledger.observations(metric=metric, status="normal").levels() for metric in (flow, capacity))
    return Use(carried.years().last, possible.sorted("stated_on").last, by)


def uses_chart(ledger: OpenLedger, uses: Mapping[str, Use], unit: str) -> Chart:
    """Return the chart of what is carried above what could be, by name, with the part that is used."""
    amounts = {name: (one.carried, one.possible) for name, one in uses.items()}
    return ledger.charts.used(amounts, [one.note for one in uses.values()], unit)


# --- parts and their whole


@dataclass(frozen=True)
class Parts:
    """Figures of the parts of something and of all of it, by period.

    `by` is the column that tells the parts apart, `names` are their values in the order of drawing, by what a reader
    calls them. A period with fewer than `least` of them is not told apart.
    """

    figures: Observations
    totals: Observations
    by: str
    names: Mapping[str, str]
    least: int

    @cached_property
    def rows(self) -> dict[str, dict[str, Amount]]:
        """Return the parts of each period by name, the first figure of several, in order of time."""
        found = self.figures.sorted("period").grid("period", self.by)
        return {
            period: {name: row[part] for part, name in self.names.items() if part in row}
            for period, row in found.items()
        }

    @cached_property
    def separated(self) -> dict[str, dict[str, Amount]]:
        """Return the periods whose parts are told apart."""
        return {period: row for period, row in self.rows.items() if len(row) >= self.least}

    @property
    def last(self) -> str:
        """Return the last period whose parts are told apart and have a total."""
        return self.summed[-1]

    @property
    def sums(self) -> dict[str, Amount]:
        """Return the sum of the parts of each period whose parts are told apart."""
        return {period: total(row.values()) for period, row in self.separated.items()}

    @property
    def whole(self) -> dict[str, Amount]:
        """Return the printed total of each period, the first of several."""
        return self.totals.by("period")

    @property
    def summed(self) -> list[str]:
        """Return the periods for which both the parts and a total are printed."""
        return [period for period in self.separated if period in self.whole]

    def add_up(self) -> bool:
        """Return whether there are such periods, and the parts can add up to each total of them."""
        sums = self.sums
        return bool(self.summed) and all(
            sums[one.period].meets(one.amount) for one in self.totals if one.period in sums
        )

    def shown(self, rest: str = "") -> dict[str, dict[str, Amount]]:
        """Return the parts for a chart, by period as a reader says it.

        With `rest`, periods that are not told apart come too, and what their parts leave of the total bears that name.
        """
        rows = {**self.rows} if rest else self.separated
        for period in [period for period in rows if period in self.whole and period not in self.separated]:
            rows[period] = {**rows[period], rest: self.whole[period] - total(rows[period].values())}
        return {format_period(period): row for period, row in rows.items()}

    def largest(self, name: str) -> bool:
        """Return whether a part is certainly more than each other one wherever they are told apart."""
        return all(row[name] > one for row in self.separated.values() for key, one in row.items() if key != name)

    def share(self, name: str, period: str) -> Amount:
        """Return a part in percent of the printed total."""
        return self.rows[period][name].percent_of(self.whole[period])

    def table(self, caption: str, heads: Sequence[str], beside: Mapping[str, str]) -> RichOutput:
        """Show, a row each period that is told apart: the sum of the parts, each printed total, and what is `beside`.

        Raises
        ------
        ValueError
            where there is not something beside each period, and beside no other.
        """
        if list(beside) != list(self.separated):
            raise ValueError(f"{', '.join(beside)} stands beside {', '.join(self.separated)}")
        rows = [
            (period, found, self.totals.where(period=period).cells(), beside[period])
            for period, found in self.sums.items()
        ]
        return captioned_table(pd.DataFrame(rows, columns=list(heads)), caption)
