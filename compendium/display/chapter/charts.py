"""Charts of a chapter: each takes amounts by name and returns a chart, which `show` puts on the page.

Amounts are in the unit of the metric; the axis is scaled by what its label says: with `billion USD`, amounts in dollars
are divided by a thousand million. Colours are ids of actors, names (`claimed`, `counted`, `muted`), places in the
colours of the style (`0`, `1`, …), or values.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, TypedDict, Unpack

import pandas as pd
import portion
from matplotlib.figure import Figure

from compendium.display.chapter.amounts import Amount
from compendium.display.chapter.selections import Entry
from compendium.display.chapter.shelf import Shelf
from compendium.display.charts import alt_text as alternative
from compendium.display.charts import ledger as ledger_charts
from compendium.display.charts import maps, style
from compendium.display.charts import series as series_charts
from compendium.display.outputs import RichOutput, captioned_chart

Shade = str | int
Value: TypeAlias = Amount | portion.Interval
Points: TypeAlias = Mapping[float, Value] | Mapping[int, Value] | Iterable[tuple[float, Value]]
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}


@dataclass(frozen=True, repr=False)
class Chart:
    """A drawing with the table of its marks behind it."""

    drawn: Figure

    def __repr__(self) -> str:
        """Return what is still to be said of it: a page shows no chart without its words."""
        return "Chart: .show(alt, caption) puts it on the page"

    def show(self, alt: str, caption: str) -> RichOutput:
        """Show the chart, its files below it.

        Parameters
        ----------
        alt
            what a reader who cannot see it is told that it shows; the values follow by themselves.
        caption
            what stands below it.
        """
        return captioned_chart(self.drawn, alternative.describe_chart(self.drawn, alt), caption)


class Lines(TypedDict, total=False):
    """How lines over time may look: whether the axis begins at nothing, height in inches, colours by series."""

    zero: bool
    height: float
    colours: Mapping[str, Shade]


class Panels(TypedDict, total=False):
    """How panels may look: series with empty markers, words below the axis, the height of each."""

    hollow: Collection[str]
    ticks: Mapping[float, str]
    height: float


@dataclass(frozen=True)
class Charts:
    """The charts that a chapter can show."""

    shelf: Shelf

    def bars(
        self, values: Mapping[str, Value] | Iterable[tuple[str, Value]], unit: str, *,
        colours: Shade | Sequence[Shade] = "claimed", notes: Sequence[str] = (),
    ) -> Chart:  # fmt: skip
        """Return one horizontal bar a row from the low to the high end, with a note beside it.

        `values` by label, or pairs of both where two labels are alike; one colour for all rows, or one a row.
        """
        rows = list(values.items() if isinstance(values, Mapping) else values)
        wanted = [colours] * len(rows) if isinstance(colours, str | int) else list(colours)
        return Chart(
            ledger_charts.interval_chart(
                [label for label, _ in rows], [_scaled(value, unit) for _, value in rows], unit=unit,
                colours=self.shelf.colours(wanted), notes=notes,
            )
        )  # fmt: skip

    def figures(self, rows: Iterable[tuple[str, Entry]], unit: str) -> Chart:
        """Return one bar a row of a claim or observation, its figure as printed beside it, coloured by who gives it."""
        named = list(rows)
        colours = ["claimed" if "claim_id" in one.cells else "counted" for _, one in named]
        notes = [str(one.figure) for _, one in named]
        return self.bars([(label, one.amount) for label, one in named], unit, colours=colours, notes=notes)

    def lines(
        self, series: Mapping[str, Mapping[float, Value]], unit: str, *, label: str = "{}", **look: Unpack[Lines]
    ) -> Chart:
        """Return a line over time for each series, its name at its end; a series of one value is a point.

        A series under the id of a place bears its name, put into `label`, and the colour of the actor of that id.
        """
        places, shades = self.shelf.names.places, dict(look.pop("colours", {}))
        named = {key: label.format(places[key]) if key in places else key for key in series}
        own = {key: shades.get(key, key) for key in series if key in shades or key in places}
        colours = dict(zip((named[key] for key in own), self.shelf.colours(own.values()), strict=True))
        drawn = {
            named[key]: {time: _scaled(value, unit) for time, value in values.items()} for key, values in series.items()
        }
        return Chart(series_charts.time_series_chart(drawn, unit=unit, colours=colours, **_without_colours(look)))

    def panels(
        self, panels: Mapping[str, Mapping[str, Points]], colours: Mapping[str, Shade],
        **look: Unpack[Panels],
    ) -> Chart:  # fmt: skip
        """Return intervals of several series, a panel a quantity by its title; values by place, or pairs, by series.

        Each panel is scaled by what its title says. `colours` has a colour for each series.
        """
        drawn = {
            title: {
                name: [(at, _scaled(value, title)) for at, value in _pairs(points)] for name, points in series.items()
            }
            for title, series in panels.items()
        }
        shades = dict(zip(colours, self.shelf.colours(colours.values()), strict=True))
        return Chart(series_charts.grouped_intervals_chart(drawn, shades, **look))

    def parts(
        self, rows: pd.DataFrame | Mapping[str, Mapping[str, float | Amount]], unit: str,
        colours: Mapping[str, Shade] | None = None, digits: int = 1,
    ) -> Chart:  # fmt: skip
        """Return one bar a row made of named parts; a part under the id of a place bears its name and colour.

        The rows by label, or a DataFrame of them; a row under the id of a place bears its name too. Places without a
        colour of their own, and parts that `colours` does not name, get what is left. Of an amount the middle is
        drawn, scaled by what `unit` says and rounded to so many decimals.
        """
        places, given = self.shelf.names.places, dict(colours or {})
        actors = set(self.shelf.tables.frames["actors"]["actor_id"]) if "actors" in self.shelf.tables.frames else set()
        if isinstance(rows, pd.DataFrame):
            rows = {str(label): dict(row) for label, row in rows.iterrows()}
        parts = list(dict.fromkeys(part for row in rows.values() for part in row))
        own = {part: given.get(part, part) for part in parts if part in given or part in actors}
        shades = dict(zip((places.get(part, part) for part in own), self.shelf.colours(own.values()), strict=True))
        named = {
            places.get(label, label): {
                places.get(part, part): _drawn(value, unit, digits) for part, value in row.items()
            }
            for label, row in rows.items()
        }
        return Chart(series_charts.stacked_bar_chart(named, unit=unit, colours=shades))

    def used(self, rows: Mapping[str, tuple[Value, Value]], notes: Sequence[str], unit: str) -> Chart:
        """Return, by row, what is carried above what could be, with a note below the two."""
        carried, possible = zip(*rows.values(), strict=True)
        return Chart(
            series_charts.capacity_use_chart(
                list(rows), [_scaled(one, unit) for one in carried], [_scaled(one, unit) for one in possible], notes,
                unit=unit,
            )
        )  # fmt: skip

    def words(self, rows: Mapping[str, Mapping[str, str]], colours: Mapping[str, Shade]) -> Chart:
        """Return a grid of words, a row and a column each; words that have a colour stand on it."""
        return Chart(
            series_charts.word_grid_chart(rows, dict(zip(colours, self.shelf.colours(colours.values()), strict=True)))
        )

    def scores_and_amounts(
        self, amounts: Mapping[int, Value], scores: pd.DataFrame, unit: str, *, claimed: str,
        observed: Mapping[str, Mapping[int, Value]],
    ) -> Chart:  # fmt: skip
        """Return amounts by year above, as claimed and as others count them, and scores of events by year below.

        `observed` has the others' amounts by the id of whose count it is, or by a name of theirs; `claimed` names the
        claims. `scores` as `Events.scores` returns them.
        """
        places = self.shelf.names.places
        named = {f"{places[side]}'s side" if side in places else side: values for side, values in observed.items()}
        shades = dict(zip(named, self.shelf.colours(side for side in observed if side in places), strict=False))
        every = {claimed: amounts, **named}
        return Chart(
            ledger_charts.amounts_and_scores_chart(
                {name: {year: _scaled(one, unit) for year, one in own.items()} for name, own in every.items()}, scores,
                unit=unit, colours=shades,
            )
        )  # fmt: skip

    def ties(self, scores: Mapping[str, pd.DataFrame]) -> Chart:
        """Return cooperation and conflict by year, a panel for each tie by its name, with the same years."""
        years = sorted(set().union(*(table.index for table in scores.values())))
        return Chart(
            ledger_charts.tie_scores_chart({name: table.reindex(years).fillna(0.0) for name, table in scores.items()})
        )

    def schematic(self, lines: Mapping[str, Sequence[str]]) -> Chart:
        """Return each route as an upright line of its stops in order."""
        return Chart(maps.route_diagram(lines, style.SERIES_COLOURS[: len(lines)]))

    def growth(self, lines: Mapping[str, Mapping[float, float]], *, across: str, unit: str) -> Chart:
        """Return how times grow with a size, both on logarithmic axes."""
        return Chart(ledger_charts.scaling_chart(lines, size_label=across, unit=unit))


def _pairs(points: Points) -> Iterable[tuple[float, Value]]:
    return points.items() if isinstance(points, Mapping) else points


def _interval(value: Value) -> portion.Interval:
    """Return an interval in a unit without a word that scales it: of `million t` in `t`."""
    return value.unscaled.interval if isinstance(value, Amount) else value


def _drawn(value: float | Amount, label: str, digits: int) -> float:
    if not isinstance(value, Amount):
        return value
    found = _interval(value)
    return round(float((found.lower + found.upper) / 2 / Fraction(_scale(label))), digits)


def _scaled(value: Value, label: str) -> portion.Interval:
    by = Fraction(_scale(label))
    return _interval(value).replace(lower=lambda end: end / by, upper=lambda end: end / by, ignore_inf=True)


def _scale(unit: str) -> float:
    """Return by what amounts are divided to be in the unit that a label names: `billion USD`, a thousand million."""
    found = re.search(rf"\b({'|'.join(SCALES)})\b", unit)
    return SCALES[found[1]] if found else 1


class _Axis(TypedDict, total=False):
    zero: bool
    height: float


def _without_colours(look: Lines) -> _Axis:
    return {name: look[name] for name in ("zero", "height") if name in look}  # type: ignore[return-value]
