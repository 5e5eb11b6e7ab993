"""Exposure of two areas to a break in their trade: amounts a year, and their shares of totals.

Exposure is what a break would affect, not what it would cost; how much could be replaced is an assumption of the
reader. Nothing is forecast; where no figure is found, the reason is given instead.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import pandas as pd
import portion

from compendium.analysis.derived_quantities import Areas, implied_levels, implied_sum, reliable_from, restrict_to, share
from compendium.ledger.claims import to_fraction
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations, select_observations
from compendium.reconciliation.constraints import ImpliedBounds
from compendium.values import units
from compendium.values.intervals import product, total

NOT_FOUND = "The side that counts gives no figure of this year from which it follows."
NOT_COUNTED = "Not counted, by assumption."
NO_AMOUNT = "No amount is assumed, and no figure was found."


Range = tuple[float, float]
"""Two numbers, the smaller first."""
UNKNOWN_SHARE: Range = (0, 100)
"""The percentage range of which nothing is assumed."""


@dataclass(frozen=True)
class Assumptions:
    """The assumptions that a reader may change; the metadata of each field say what it means."""

    year: str = field(metadata={"means": "The year whose trade is taken for what is at stake in a year."})
    counted_by: str = field(metadata={"means": "Whose authorities count the flows between both; sides are not mixed."})
    totals_by: str = field(metadata={"means": "Whose totals of exports, imports and the economy are the wholes."})
    other_buyers: Mapping[str, Range] = field(
        default_factory=dict,
        metadata={"means": "Percent of a side's sales that would find another buyer, by side, from–to."},
    )
    other_sellers: Mapping[str, Range] = field(
        default_factory=dict,
        metadata={"means": "Percent of a side's purchases that could be had elsewhere, by side, from–to."},
    )
    remittances: bool = field(
        default=True,
        metadata={"means": "Whether money that migrants send home is counted; all of it would be touched."},
    )
    transit: Mapping[str, Range] = field(
        default_factory=dict,
        metadata={
            "means": "Fees that a side earns from the other's transit, by side, in million dollars a year, from–to; "
            "not counted where none are given."
        },
    )

    def __post_init__(self) -> None:
        """Raise `ValueError` for a range outside its limits."""
        most = {"other_buyers": 100.0, "other_sellers": 100.0, "transit": math.inf}
        for name, highest in most.items():
            for side, (low, high) in getattr(self, name).items():
                if not 0 <= low <= high <= highest:
                    expected = f"expected numbers from 0 to {highest:g}, the smaller first"
                    raise ValueError(f"{name} of {side}: {low}, {high}; {expected}")


@dataclass(frozen=True)
class ExposureIds:
    """The ids in a ledger of the metrics that are counted, and of the place that contains all others."""

    sales: str
    purchases: str
    economy: str
    remittances: str
    world_area: str


@dataclass(frozen=True)
class Exposure:
    """Exposure of one side in one flow: amount a year, and what is left of it after replacement."""

    side: str
    flow: str
    amount: portion.Interval | None
    """The amount a year, `None` where no figure is found."""
    unreplaced: portion.Interval | None
    """The part of the amount that is not replaced."""
    shares: Mapping[str, portion.Interval] = field(default_factory=dict)
    """The amount in percent of each total, by the name of the total."""
    unreplaced_shares: Mapping[str, portion.Interval] = field(default_factory=dict)
    """The part not replaced in percent of each total."""
    evidence_ids: tuple[str, ...] = ()
    """The ids of the observations that it rests on."""
    missing_reason: str = ""
    """Why there is no amount."""


SALES, PURCHASES, REMITTANCES, TRANSIT = "sales", "purchases", "money sent home", "transit fees"
TOTAL = "all that is counted"
EXPORTS, IMPORTS, ECONOMY = "exports", "imports", "GDP"


def exposures(ledger: Ledger, assumptions: Assumptions, sides: Areas, ids: ExposureIds) -> list[Exposure]:
    """Return the exposure of each of two sides in sales, purchases, remittances and transit fees, and in total.

    Amounts are what the figures of the counting side imply together; the total is the sum of the known amounts.
    """
    observations = read_observations(ledger)
    between = observations[observations["ref_area"].isin(sides) & observations["counterpart_area"].isin(sides)]
    alone = restrict_to(ledger, reliable_from(between, assumptions.counted_by))
    one, other = sides
    sold = implied_levels(alone, ids.sales, (one, other), [assumptions.year])[0]
    bought = implied_levels(alone, ids.purchases, (one, other), [assumptions.year])[0]
    both = implied_sum(alone, [ids.sales, ids.purchases], (one, other), assumptions.year)
    found = []
    for name, partner, sales, purchases in ((one, other, sold, bought), (other, one, bought, sold)):
        side = _Side(name, dict(_totals(observations, assumptions, name, ids)))
        buyers, sellers = (
            every.get(name, UNKNOWN_SHARE) for every in (assumptions.other_buyers, assumptions.other_sellers)
        )
        sent = implied_levels(alone, ids.remittances, (name, partner), [assumptions.year])[0]
        own = [
            side.flow_exposure(SALES, sales, buyers, (EXPORTS, ECONOMY)),
            side.flow_exposure(PURCHASES, purchases, sellers, (IMPORTS, ECONOMY)),
            side.flow_exposure(REMITTANCES, sent, (0, 0), (ECONOMY,))
            if assumptions.remittances
            else Exposure(name, REMITTANCES, None, None, missing_reason=NOT_COUNTED),
            side.transit_exposure(assumptions.transit),
        ]
        found += [*own, side.total_exposure(own, both)]
    return found


@dataclass(frozen=True)
class _Side:
    """One of the two sides, with the observations of its totals by the name of the total."""

    name: str
    totals: Mapping[str, pd.Series]

    def with_shares(
        self, flow: str, amounts: tuple[portion.Interval, portion.Interval], of: Collection[str],
        evidence_ids: Iterable[str] = (),
    ) -> Exposure:  # fmt: skip
        """Return an exposure from an amount and its part that is not replaced, with the shares of both in totals."""
        known = {name: self.totals[name]["interval"] for name in of if name in self.totals}
        shares, unreplaced_shares = (
            {name: share(amount, whole) for name, whole in known.items()} for amount in amounts
        )
        observed = (str(self.totals[name]["observation_id"]) for name in known)
        return Exposure(self.name, flow, *amounts, shares, unreplaced_shares, (*evidence_ids, *observed))

    def flow_exposure(self, flow: str, implied: ImpliedBounds, replaced: Range, of: Collection[str]) -> Exposure:
        """Return the exposure of a flow, without an amount where nothing implies one."""
        if not implied.claims:
            return Exposure(self.name, flow, None, None, missing_reason=NOT_FOUND)
        amounts = implied.interval, after_replacement(implied.interval, replaced)
        return self.with_shares(flow, amounts, of, implied.claims)

    def transit_exposure(self, transit: Mapping[str, Range]) -> Exposure:
        """Return the exposure of assumed transit fees, given in million dollars a year by side."""
        if self.name not in transit:
            return Exposure(self.name, TRANSIT, None, None, missing_reason=NO_AMOUNT)
        fees = portion.closed(*(to_fraction(end) * 10**6 for end in transit[self.name]))
        return self.with_shares(TRANSIT, (fees, fees), (ECONOMY,))

    def total_exposure(self, own: Iterable[Exposure], both: ImpliedBounds) -> Exposure:
        """Return the sum of the known amounts; sales and purchases together can be narrower than each."""
        known = {one.flow: one for one in own if one.amount is not None}
        if not known:
            return Exposure(self.name, TOTAL, None, None, missing_reason=NOT_FOUND)
        rest = [one.amount for name, one in known.items() if name not in (SALES, PURCHASES)]
        every = total([*([both.interval] if both.claims else []), *rest])
        left = total(one.unreplaced for one in known.values()) & portion.closed(Fraction(0), every.upper)
        return self.with_shares(TOTAL, (every, left), (ECONOMY,))


def _totals(
    observations: pd.DataFrame, assumptions: Assumptions, side: str, ids: ExposureIds
) -> Iterator[tuple[str, pd.Series]]:
    """Yield the name and the observation of each total of a side."""
    for name, metric, counterpart in (
        (EXPORTS, ids.sales, ids.world_area), (IMPORTS, ids.purchases, ids.world_area), (ECONOMY, ids.economy, ""),
    ):  # fmt: skip
        rows = select_observations(
            observations, metric_id=metric, ref_area=side, counterpart_area=counterpart, period=assumptions.year,
            publisher=assumptions.totals_by, measure="level",
        )  # fmt: skip
        if len(rows):
            yield name, _in_unscaled_unit(rows.iloc[0])


def _in_unscaled_unit(row: pd.Series) -> pd.Series:
    """Return an observation with its interval in its unit without a scale: USD for USD million."""
    unit = units.unscaled(row["in_unit"])
    return pd.Series(
        {**row, "interval": units.convert_interval(row["interval"], row["in_unit"], unit), "in_unit": unit}
    )


def after_replacement(amount: portion.Interval, replaced_percent: Range) -> portion.Interval:
    """Return what is left of an amount of which a percentage in the given range is replaced."""
    low, high = (1 - to_fraction(end) / 100 for end in reversed(replaced_percent))
    # An unbounded amount times zero is zero, which `product` would leave open.
    return product(amount, portion.closed(low, high)) if high else portion.singleton(Fraction(0))


def goods_exposures(
    ledger: Ledger, assumptions: Assumptions, areas: Areas, ids: ExposureIds, metrics: Iterable[str]
) -> list[Exposure]:
    """Return the exposure in each group of goods that one area sells to the other, as a share of all it sells of them.

    Publishers without a side count, too; groups without a figure for the year are left out.
    """
    one, other = areas
    year = read_observations(ledger)
    year = year[year["period"] == assumptions.year]
    found = []
    for metric in metrics:
        rows = reliable_from(
            select_observations(year, metric_id=metric, ref_area=one, measure="level"), ["", assumptions.counted_by]
        )
        sold, every = (rows[rows["counterpart_area"] == area] for area in (other, ids.world_area))
        if len(sold) and len(every):
            part, whole = _in_unscaled_unit(sold.iloc[0])["interval"], _in_unscaled_unit(every.iloc[0])
            left = after_replacement(part, assumptions.other_buyers.get(one, UNKNOWN_SHARE))
            found.append(_Side(one, {EXPORTS: whole}).with_shares(metric, (part, left), (EXPORTS,), [sold.index[0]]))
    return found
