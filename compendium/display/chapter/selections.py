"""Selections: some rows of a ledger as a DataFrame, with ways to narrow them down that need no pandas.

`.frame` is the DataFrame. What no method gives, pandas does: `selection.where(selection.frame.period > "2020")`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import pandas as pd

from compendium.display.chapter.amounts import Amount, exactly, total
from compendium.display.chapter.known_ids import UnknownIdError, require_known, unknown
from compendium.display.chapter.shelf import Shelf
from compendium.display.chapter.yearly import Yearly
from compendium.display.tables.observations import describe_time
from compendium.ledger.loader import Ledger
from compendium.project.problems import describe_choices, format_count
from compendium.values.periods import Span, format_period, read_period

SHORT = {
    "metric": ("metric_id",),
    "area": ("ref_area",),
    "partner": ("counterpart_area",),
    "source": ("source_id",),
    "status": ("obs_status",),
    "event": ("event_id",),
    "actor": ("actor_id", "actor_area"),
    "target": ("target_id", "target_area"),
    "place": ("place_id",),
    "proposition": ("proposition_id",),
}
"""What a column may be called for short: the first of these that there is."""
NAMING = ("name", "summary", "statement", "says")
"""Columns that say in words what a row is; the first that there is."""
Wanted = str | Collection[str]
SHOWN_IDS = 5
"""Ids that a selection names where its repr is asked for."""


def column(columns: pd.Index, name: str) -> str:
    """Return the column that a name means: `metric` is `metric_id` where there is one.

    Raises
    ------
    KeyError
        where there is none; the message names those that there are.
    """
    for found in (*SHORT.get(name, ()), name):
        if found in columns:
            return found
    short = {found: one for one, own in SHORT.items() for found in own if found in columns}
    known = [f"{short[found]} ({found})" if found in short else found for found in map(str, columns)]
    near = describe_choices({*short.values(), *map(str, columns)}, name)
    hint = f"{near}; " if near.startswith("perhaps") else ""
    raise UnknownIdError(f"no column {name!r}; {hint}there are {', '.join(known)}")


def matching(ledger: Ledger, frame: pd.DataFrame, keys: Mapping[str, Wanted]) -> pd.DataFrame:
    """Return the rows whose columns hold what is asked for: one text, or any of several.

    Raises
    ------
    KeyError
        where there is no such column, or the ledger knows no such id; the message names those that are near.
    """
    for name, wanted in keys.items():
        own = column(frame.columns, name)
        values = [wanted] if isinstance(wanted, str) else list(wanted)
        require_known(ledger, own, values, set(frame[own]))
        frame = frame[frame[own].isin(values)]
    return frame


def picked(frame: pd.DataFrame, names: Collection[str], kind: str = "row", others: Iterable[str] = ()) -> pd.DataFrame:
    """Return the rows with some ids, in the order given.

    Raises
    ------
    KeyError
        where there is no such row; the message names those that are near, and `others` that might have been meant.
    """
    absent = [name for name in names if name not in frame.index]
    if absent:
        raise unknown(kind, absent, [*map(str, frame.index), *others])
    return frame.loc[list(names)]


@dataclass(frozen=True, repr=False)
class Entry:
    """One row: its cells by name (`entry.publisher`), and its figure as an amount."""

    cells: pd.Series[Any]

    def __repr__(self) -> str:
        """Return the id of the row, and the columns that it has."""
        return f"Entry: {self.id} ({', '.join(map(str, self.cells.index))})"

    def __getattr__(self, name: str) -> Any:
        """Return a cell by the name of its column."""
        if name.startswith("__") or name == "cells":
            raise AttributeError(name)
        try:
            return self.cells[column(self.cells.index, name)]
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    @property
    def id(self) -> str:
        """Return the id of the row."""
        return str(self.cells.name)

    @property
    def amount(self) -> Amount:
        """Return the figure as an amount, in the unit in which it is read."""
        unit = self.cells["in_unit"] if "in_unit" in self.cells else self.cells["unit"]
        return Amount(self.cells["interval"], unit, (self.id,))

    @property
    def when(self) -> str:
        """Return the time that the row speaks of or was said, or that a record gives, for a reader."""
        if "recorded" in self.cells:
            return format_period(self.cells["recorded"])
        if "stated_on" in self.cells:
            return describe_time({str(name): cell for name, cell in self.cells.items()})
        return format_period(self.cells["period"] if "period" in self.cells else self.cells["date"])

    @property
    def span(self) -> Span:
        """Return the days of the time that the row speaks of."""
        return self.cells["span"] if "span" in self.cells else read_period(self.cells["period"])


@dataclass(frozen=True, repr=False)
class Selection:
    """Some rows of a ledger, in order, with the DataFrame that holds them."""

    shelf: Shelf
    frame: pd.DataFrame

    def where(self, mask: Any = None, /, **keys: Wanted) -> Self:
        """Return the rows for which a mask of pandas is true, or whose columns hold what is asked for."""
        frame = self.frame if mask is None else self.frame[mask]
        return replace(self, frame=matching(self.shelf.tables, frame, keys))

    def excluding(self, **keys: Wanted) -> Self:
        """Return the rows but those where any of some columns holds what is named."""
        out: set[Any] = set()
        for name, unwanted in keys.items():
            out.update(matching(self.shelf.tables, self.frame, {name: unwanted}).index)
        return replace(self, frame=self.frame[~self.frame.index.isin(out)])

    def pick(self, *names: str) -> Self:
        """Return the rows with these ids, in this order."""
        return replace(self, frame=picked(self.frame, names))

    def without(self, *names: str) -> Self:
        """Return the rows but those with these ids; one that is no row of the selection changes nothing."""
        return replace(self, frame=self.frame[~self.frame.index.isin(names)])

    def as_if(self, **cells: str) -> Self:
        """Return the rows with other cells: what one side sells, taken as what the other buys."""
        return replace(self, frame=self.frame.assign(**{self._column(name): cell for name, cell in cells.items()}))

    def sorted(self, *columns: str) -> Self:
        """Return the rows in the order of some columns."""
        return replace(self, frame=self.frame.sort_values(list(map(self._column, columns))))

    def in_order_of(self, name: str, values: Collection[str]) -> Self:
        """Return the rows whose column holds one of some values, in the order of the values."""
        order = {value: place for place, value in enumerate(values)}
        rows = self.where(**{name: values}).frame
        return replace(
            self, frame=rows.sort_values(self._column(name), key=lambda cells: cells.map(order), kind="stable")
        )

    def split(self, name: str, values: Iterable[str]) -> list[Self]:
        """Return, for each of some values of a column, its rows; raise `ValueError` where there are none."""
        parts = {value: self.where(**{name: value}) for value in values}
        empty = [value for value, rows in parts.items() if not len(rows)]
        if empty:
            raise ValueError(f"no row has {name} {', '.join(empty)}")
        return list(parts.values())

    def __add__(self, other: Self) -> Self:
        """Return the rows of both, those of the first before those of the second, each once."""
        frame = pd.concat([self.frame, other.frame])
        return replace(self, frame=frame[~frame.index.duplicated()])

    def __getitem__(self, name: str) -> Entry:
        """Return one row by its id."""
        return Entry(picked(self.frame, [name]).iloc[0])

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.frame)

    def __iter__(self) -> Iterator[Entry]:
        """Yield the rows in order."""
        return (Entry(row) for _, row in self.frame.iterrows())

    @property
    def first(self) -> Entry:
        """Return the first row."""
        return Entry(self.frame.iloc[0])

    @property
    def last(self) -> Entry:
        """Return the last row."""
        return Entry(self.frame.iloc[-1])

    @property
    def ids(self) -> list[str]:
        """Return the ids in order."""
        return list(map(str, self.frame.index))

    def _column(self, name: str) -> str:
        return column(self.frame.columns, name)

    def each(self, name: str) -> list[Any]:
        """Return what a column holds, each value once, in order of appearance."""
        return list(dict.fromkeys(self.frame[self._column(name)]))

    def only(self, name: str) -> Any:
        """Return the one value that a column holds; raise `ValueError` where it holds none or several."""
        values = self.each(name)
        if len(values) != 1:
            raise ValueError(f"{name} holds {', '.join(map(str, values)) or 'nothing'}, and one value was expected")
        return values[0]

    def counts_of(self, name: str, values: Collection[str]) -> pd.Series[int]:
        """Return how many rows have each of some values in a column, in the order of the values."""
        return self.frame[self._column(name)].value_counts().reindex(list(values), fill_value=0)

    def naming(self, words: str) -> Self:
        """Return the rows that some words name, in capitals or not: by `name`, `summary`, `statement` or `says`."""
        own = next((name for name in NAMING if name in self.frame), "")
        if not own:
            raise TypeError(f"naming: {type(self).__name__} have no column in words ({', '.join(NAMING)})")
        return self.where(self.frame[own].str.contains(words, case=False, regex=False))

    def __repr__(self) -> str:
        """Return the kind of the selection, how many rows it has, and the first ids."""
        rows = format_count(len(self), "row")
        return f"{type(self).__name__}: {rows} ({first_ids(self)})" if len(self) else f"{type(self).__name__}: {rows}"

    def _repr_html_(self) -> str | None:
        """Return the DataFrame as a notebook shows it, for whoever tries things out."""
        shown: Any = self.frame
        return shown._repr_html_()  # pandas declares it to notebooks alone


def first_ids(rows: Selection) -> str:
    """Return the first ids of a selection for a message, with an ellipsis where there are more."""
    return ", ".join(rows.ids[:SHOWN_IDS]) + (", …" if len(rows) > SHOWN_IDS else "")


WHOLE_YEAR = r"\d{4}"


@dataclass(frozen=True, repr=False)
class Figures(Selection):
    """Rows with figures: claims, or observations."""

    @property
    def amounts(self) -> list[Amount]:
        """Return the figures as amounts, in order, each in the unit in which it is read."""
        return [entry.amount for entry in self]

    def amount(self, name: str, unit: str = "") -> Amount:
        """Return the figure of one row, in its own unit or in another."""
        found = self[name].amount
        return found.to(unit) if unit else found

    def levels(self) -> Self:
        """Return the rows that state an amount: no growth, share or multiple."""
        return self.where(measure="level")

    def years(self) -> Self:
        """Return the rows that speak of a whole year."""
        return self.where(self.frame["period"].str.fullmatch(WHOLE_YEAR))

    def in_years(self, unit: str = "") -> list[tuple[int, Amount]]:
        """Return the figures of whole years with their year, in order of time; a year may have several.

        With a unit, only levels, converted into it.
        """
        rows = (self.levels() if unit else self).years().sorted("period")
        return [(int(one.period), one.amount.to(unit) if unit else one.amount) for one in rows]

    def by_year(self, unit: str = "") -> Yearly:
        """Return the figures of whole years by year, as `in_years` does; the last of several."""
        return Yearly(self.in_years(unit))

    def exact_by_year(self) -> Yearly:
        """Return the values of whole years as they are printed, by year, as if each were known exactly."""
        return Yearly({int(one.period): exactly(float(one.value), one.in_unit) for one in self.years()})

    def never_falls(self) -> bool:
        """Return whether every figure of a whole year is certainly no less than every figure of an earlier one."""
        found = self.in_years()
        return all(own >= earlier for at, own in found for before, earlier in found if before < at)

    def by(self, name: str) -> dict[str, Amount]:
        """Return the figures by what a column holds, in order of appearance; the first of several.

        Their units are without words that scale them.
        """
        own = self._column(name)
        first = replace(self, frame=self.frame.drop_duplicates(own))
        return {str(one.cells[own]): one.amount.unscaled for one in first}

    def grid(self, row: str, name: str) -> dict[str, dict[str, Amount]]:
        """Return the figures by what one column holds, and within that by what another does, as `by` does."""
        return {own: self.where(**{row: own}).by(name) for own in self.each(row)}

    @property
    def sum(self) -> Amount:
        """Return the sum of all figures, in the unit of the first."""
        return total(self.amounts)

    def above(self, other: Figures) -> bool:
        """Return whether each is certainly more than each of others."""
        return all(one > than for one in self.amounts for than in other.amounts)

    def largest_first(self) -> Self:
        """Return the rows in the order of their lower ends, the highest first, whatever units they are read in."""
        lows = [found.to(self.first.amount.unit).low for found in self.amounts]
        order = sorted(range(len(lows)), key=lows.__getitem__, reverse=True)
        return replace(self, frame=self.frame.iloc[order])

    def parts_of(self, metric: str) -> Self:
        """Return the rows whose metric is a part of another."""
        metrics = self.shelf.tables["metrics"]
        return self.where(metric=metrics.loc[metrics["part_of"] == metric, "metric_id"])

    def yearly(self, *metrics: str) -> list[Yearly]:
        """Return, for each of some metrics, the figures of whole years by year, in the unit in which they are read."""
        return [rows.by_year() for rows in self.split("metric", metrics)]

    def meeting(self, amount: Amount) -> Self:
        """Return the rows whose figure and another amount can both be true."""
        return self.where([found.meets(amount) for found in self.amounts])

    def between(self, one: str, other: str) -> Self:
        """Return the rows that speak of two areas, either towards the other."""
        pair = [one, other]
        areas = self.frame[["ref_area", "counterpart_area"]]
        require_known(self.shelf.tables, "ref_area", pair, set(areas.to_numpy().ravel()))
        return self.where(areas.isin(pair).all(axis=1))

    def by_end(self) -> Self:
        """Return the rows in order of the last day that their periods cover, then of id."""
        ends = self.frame["period"].map(lambda period: read_period(period).last)
        return replace(self, frame=self.frame.assign(end=ends).sort_index().sort_values("end", kind="stable"))

    def value_grid(self, rows: str, columns: str) -> pd.DataFrame:
        """Return the values as printed, a row for each value of one column, a column for each of another."""
        named = {"index": self._column(rows), "columns": self._column(columns), "values": "value"}
        return self.frame.astype({"value": float}).pivot(**named)

    def yearly_of(self, *areas: str) -> dict[str, Yearly]:
        """Return, for each of some areas, the figures of whole years by year, as `by_year` does."""
        return {area: self.where(area=area).by_year() for area in areas}
