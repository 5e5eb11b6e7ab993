"""The ledger as the author of a chapter has it: selections of its rows, charts, tables, numbers for the prose, guards.

A page begins with `ledger = open_ledger()` and needs nothing else. What a selection shows is the last value of a cell.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Rational
from typing import Any, Protocol

import pandas as pd
import portion
from IPython.display import HTML
from markupsafe import Markup

from compendium.analysis.citation_audit import OFF_TOPIC_REFERENCE
from compendium.analysis.conflicts import filter_by_subject
from compendium.analysis.sensitivity import implied_key_finding
from compendium.display import outputs
from compendium.display.cards import conflicts as conflict_cards
from compendium.display.chapter.amounts import Amount
from compendium.display.chapter.charts import Charts
from compendium.display.chapter.claims import Claims
from compendium.display.chapter.events import Events, Records
from compendium.display.chapter.given import Change, Given
from compendium.display.chapter.known_ids import (
    CHAPTER,
    UnknownIdError,
    id_column,
    ids_of,
    key_columns,
    unknown,
    unknown_values,
    values_in,
)  # fmt: skip
from compendium.display.chapter.observations import Missing, Observations, firm_of_side
from compendium.display.chapter.selections import Entry, Wanted, matching, picked
from compendium.display.chapter.shelf import Shelf
from compendium.display.chapter.statements import Stances, Statements
from compendium.display.chapter.wording import Wording
from compendium.display.chapter.yearly import Yearly
from compendium.display.charts import style
from compendium.display.links import link
from compendium.display.outputs import RichOutput
from compendium.display.tables import cells
from compendium.display.tables import claims as claim_tables
from compendium.display.tables import derived as derived_tables
from compendium.display.tables import sources as source_tables
from compendium.ledger.claims import to_fraction
from compendium.ledger.loader import Ledger, load
from compendium.ledger.observations import OBSERVATION_ID
from compendium.project.paths import PAGE_BY_KIND


class UntrueSentenceError(AssertionError):
    """A sentence of a page is no longer true; the message repeats it."""


GLUED = (
    "text, a whole number, an Amount, a list or a change; a score is text by ledger.say.score(…), a part of one by "
    "ledger.say.percent(…)"
)
"""What `OpenLedger.glue` takes."""
SUBJECTS = "claims, events, statements, stances, or the id of a metric, event, statement or chapter"
"""What `OpenLedger.conflicts` takes."""


class Touching(Protocol):
    """A selection that conflicts can touch."""

    @property
    def subjects(self) -> list[str]:
        """Return the ids of what conflicts touch."""


def open_ledger() -> OpenLedger:
    """Return the ledger for a chapter, and set the style of its charts."""
    style.use()
    return OpenLedger(Shelf(load()))


@dataclass(frozen=True, repr=False)
class OpenLedger:
    """A ledger with selections of its rows; `ledger["metrics"]` is a table of the data as a DataFrame."""

    shelf: Shelf

    def __getitem__(self, table: str) -> pd.DataFrame:
        """Return a copy of a table of the data; raise `KeyError` naming those that are near where there is none."""
        if table not in self.shelf.tables.frames:
            raise unknown("table", [table], self.shelf.tables.frames)
        return self.shelf.tables[table]

    def __repr__(self) -> str:
        """Return how many tables there are."""
        return f"OpenLedger: {len(self.shelf.tables.frames)} tables"

    @property
    def tables(self) -> Ledger:
        """Return the tables as the engine takes them."""
        return self.shelf.tables

    @cached_property
    def charts(self) -> Charts:
        """Return the charts that a page can show."""
        return Charts(self.shelf)

    @cached_property
    def say(self) -> Wording:
        """Return the ways to say numbers, times and lists."""
        return Wording()

    # --- selections

    def claims(self, *names: str, **keys: Wanted) -> Claims:
        """Return claims: those with these ids, in this order, or of these metrics, whose columns hold what is asked.

        Without any, all. Columns may be called for short: `metric`, `area`, `partner`, `source`, `status`.
        """
        return Claims(self.shelf, _chosen(self.tables, self.shelf.claims, names, keys))

    def observations(self, *names: str, **keys: Wanted) -> Observations:
        """Return figures of independent publishers: by id, or by metric and what columns hold, then in order of period.

        Raises
        ------
        KeyError
            where there is no such id or column.
        """
        return Observations(self.shelf, _in_order(self.tables, self.shelf.observations, names, keys))

    def missing(self, *names: str, **keys: Wanted) -> Missing:
        """Return what was looked for and not found, selected as observations are."""
        return Missing(self.shelf, _in_order(self.tables, self.shelf.missing, names, keys))

    def events(self, *names: str, **keys: Wanted) -> Events:
        """Return events: by id, in this order, or by what columns hold, in order of time."""
        return Events(self.shelf, _chosen(self.tables, self.shelf.events, names, keys))

    def records(self, *names: str, **keys: Wanted) -> Records:
        """Return independent dated records of events, selected as events are."""
        records = self["records"].set_index("record_id", drop=False).rename_axis(None)
        return Records(self.shelf, _chosen(self.tables, records, names, keys))

    def statements(self, *names: str, **keys: Wanted) -> Statements:
        """Return statements of the debate, in the order of the data, by id or by what columns hold (`chapter`)."""
        rows = self["propositions"].set_index("proposition_id", drop=False).rename_axis(None)
        asked = {**keys, **({"proposition_id": names} if names else {})}
        return Statements(self.shelf, matching(self.tables, rows, asked))

    def stances(self, *statements: str, **keys: Wanted) -> Stances:
        """Return the places where sources take up some statements, by their ids or by what columns hold (`source`).

        Without any, all.
        """
        return self.statements(*statements).stances.where(**keys)

    def given(self, reporter: str, *, plus: Collection[str] = (), **keys: Wanted) -> Given:
        """Return what follows from the firm figures of one side's authorities alone, narrowed down by `keys`.

        Parameters
        ----------
        reporter
            whose authorities count.
        plus
            ids of claims and observations that are taken besides.
        """
        return firm_of_side(self.observations(**keys), reporter).given(plus=plus)

    def entry(self, name: str) -> Entry:
        """Return one claim, observation, event or dated record by its id: its cells by name, its amount, its time."""
        frames = (self.shelf.claims, self.shelf.observations, self.shelf.events, self.records().frame)
        for frame in frames:
            if name in frame.index:
                return Entry(frame.loc[name])
        known = [one for frame in frames for one in frame.index]
        raise unknown("claim, observation, event or record", [name], known)

    def amount(self, name: str, unit: str = "") -> Amount:
        """Return the figure of a claim or observation by its id, in its own unit or in another."""
        found = self.entry(name).amount
        return found.to(unit) if unit else found

    def amounts(self, *names: str) -> list[Amount]:
        """Return the figures of some claims and observations by their ids, each in its own unit."""
        return [self.amount(name) for name in names]

    def conversion(self, name: str) -> Amount:
        """Return what one unit is in another, by the id of a conversion: `tonnes * conversion` is in the other."""
        row = self.tables.row("conversions", name)
        return Amount(portion.closed(to_fraction(row["low"]), to_fraction(row["high"])), row["to_unit"])

    def key_finding(self, name: str) -> Amount:
        """Return what all claims leave to the quantity, or to the ratio, of a headline."""
        row = self.tables.row("headlines", name)
        unit = "times" if row["over_metric_id"] else self.shelf.names.metrics[row["metric_id"]]["unit"]
        found = implied_key_finding(self.tables, name)
        return Amount(found.interval, str(unit), tuple(found.claims))

    # --- what is shown of several selections

    def conflicts(self, *subjects: str | Touching) -> HTML:
        """Show everything that cannot all be true and touches some selections, or ids of metrics, events, chapters."""
        wanted: set[str] = set()
        for one in subjects:
            if not isinstance(one, str) and not hasattr(one, "subjects"):
                raise TypeError(f"conflicts: found {type(one).__name__}; expected {SUBJECTS}")
            wanted.update(self._known_subjects([one]) if isinstance(one, str) else one.subjects)
        return conflict_cards.conflict_cards(filter_by_subject(self.shelf.families, wanted), self.tables)

    def _known_subjects(self, names: list[str]) -> list[str]:
        """Return the ids; raise `KeyError` naming those that are near where one is of nothing that conflicts touch."""
        absent = [name for name in names if not any(name in family.subjects for family in self.shelf.families)]
        columns = [id_column(self.tables, table) for table in ("metrics", "events", "propositions")]
        columns += key_columns(self.tables, CHAPTER)
        if wrong := unknown_values(self.tables, columns, absent):
            raise unknown("metric, event, statement or chapter", wrong, values_in(self.tables, columns))
        return names

    def changes(self, found: Sequence[Change], heads: Sequence[str], caption: str) -> HTML:
        """Show stretches of time with both years, under their heads, the growth, and the figures it follows from."""
        stretches = [one.stretch for one in found]
        return derived_tables.period_comparison_table(stretches, self.tables, found[0].unit, heads, caption)

    def table(self, frame: Any, caption: str, columns: Sequence[str] = (), **look: Any) -> RichOutput:
        """Show a table of your own, its columns named for the reader.

        Parameters
        ----------
        frame
            a DataFrame, or what makes one: columns by name, or rows, whose cells `columns` names.
        look
            `numeric` names the columns to align at the right, `data` is the table for other programs, `css` a class.
        """
        if not isinstance(frame, pd.DataFrame):
            frame = pd.DataFrame(frame, columns=list(columns) or None)
        return outputs.captioned_table(frame, caption, **look)

    def years_table(self, columns: Mapping[str, Yearly], caption: str, digits: int = 3) -> RichOutput:
        """Show several series in columns, under their heads, for the years that all have, with so many digits."""
        years = Yearly.shared(*columns.values())
        cells = {head: [series[year].rounded(digits) for year in years] for head, series in columns.items()}
        return self.table({"Year": list(map(str, years))} | cells, caption, numeric=list(cells))

    def misplaced_references(self, names: Sequence[str], caption: str) -> RichOutput:
        """Show references that are about something else than the sentence they stand under, each with the reason."""
        citations = self["citations"].set_index("citation_id", drop=False).rename_axis(None)
        rows = picked(citations, names)
        rows = rows.assign(entry=rows["entry_id"], verdict=OFF_TOPIC_REFERENCE, reason=rows["about_reason"])
        return source_tables.citations_table(rows, citations, self["sources"], caption)

    def counts(self, grid: Any, caption: str) -> RichOutput:
        """Show counts by metric id, a column each of what is counted, as a DataFrame or by head; none is a dash."""
        return claim_tables.gaps_table(pd.DataFrame(grid), self["metrics"], caption)

    def link(self, kind: str, name: str, text: str = "") -> Markup:
        """Return a link to the permanent place of a `claim`, `event`, `source`, `observation`, for a cell.

        Raises
        ------
        KeyError
            where there is no such place or no such row; the message names those that are near.
        """
        if kind not in PAGE_BY_KIND:
            raise unknown("permanent place of a", [kind], PAGE_BY_KIND)
        tables = {"source": "sources", "citation": "citations", "headline": "headlines"}
        frames = {"claim": "claims", "event": "events", "observation": "observations"}
        if kind in frames:
            picked(getattr(self.shelf, frames[kind]), [name], kind)
        elif kind in tables and name not in (known := ids_of(self.tables, tables[kind])):
            raise unknown(kind, [name], known)
        return link(kind, name, text)

    def lines(self, first: str, *below: str) -> Markup:
        """Return several lines for one cell of a table, the first at full size."""
        return cells.stacked_cell(first, *below)

    def name(self, key: str) -> str:
        """Return what the ledger calls a place, metric or source."""
        return self.shelf.name(key)

    # --- the prose

    def require(self, sentence: str, condition: Any) -> None:
        """Hold a sentence of the page to be true.

        Raises
        ------
        UntrueSentenceError
            where the condition is not; the message repeats the sentence.
        """
        if not condition:
            raise UntrueSentenceError(f"no longer true: {sentence}")

    def glue(self, **values: Any) -> None:
        """Make values known to the prose, which shows them by {glue:text}`NAME`.

        Text stays as it is; whole numbers get separators; amounts are rounded as far as their ends can be told apart.
        Of a list comes `a, b and c`. A change makes two: `NAME`, its months, and `NAME_growth`, what became of them.

        Raises
        ------
        TypeError
            where a value is anything else; the message names it and its type.
        """
        for name, value in values.items():
            if isinstance(value, Change):
                outputs.glue_values(**{name: value.when, f"{name}_growth": value.text})
            elif isinstance(value, list):
                outputs.glue_values(**{name: self.say.list(value)})
            elif isinstance(value, Rational) and value.denominator == 1 and not isinstance(value, bool):
                outputs.glue_values(**{name: f"{int(value.numerator):,}"})
            elif isinstance(value, str | Amount):
                outputs.glue_values(**{name: str(value)})
            else:
                raise TypeError(f"glue: {name} is of type {type(value).__name__}; expected {GLUED}")


def _chosen(ledger: Ledger, frame: pd.DataFrame, names: Collection[str], keys: Mapping[str, Wanted]) -> pd.DataFrame:
    if _metrics(ledger, frame, names):
        return matching(ledger, frame, {"metric_id": names, **keys})
    others = ids_of(ledger, "metrics") if names and "metric_id" in frame and not set(names) <= set(frame.index) else ()
    return matching(ledger, picked(frame, names, others=others) if names else frame, keys)


def _in_order(ledger: Ledger, frame: pd.DataFrame, names: Collection[str], keys: Mapping[str, Wanted]) -> pd.DataFrame:
    found = _chosen(ledger, frame, names, keys)
    return found.sort_values(["period", OBSERVATION_ID]) if keys or _metrics(ledger, frame, names) else found


def _metrics(ledger: Ledger, frame: pd.DataFrame, names: Collection[str]) -> bool:
    """Return whether names are those of metrics, of which there are figures, and not ids.

    Raises
    ------
    KeyError
        where some are metrics and some are ids.
    """
    if not names or "metric_id" not in frame or set(names) <= set(frame.index):
        return False
    metrics = {*frame["metric_id"]}
    if not set(names) <= metrics:
        metrics = ids_of(ledger, "metrics")
    ids, of_metrics = [name for name in names if name in frame.index], [name for name in names if name in metrics]
    if ids and of_metrics:
        raise UnknownIdError(f"{ids[0]!r} is the id of a row, {of_metrics[0]!r} a metric; name rows alone, or metrics")
    return set(names) <= metrics
