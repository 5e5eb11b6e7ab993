"""What the project measured of itself: how reconciliation scales, how long building takes, what notices wrong cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from IPython.display import HTML

from compendium.display.chapter.charts import Chart
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.selections import Entry
from compendium.display.outputs import RichOutput, captioned_table
from compendium.display.tables import build_times

CHAPTERS, LEDGERS = "chapters", "ledger"
"""Parts of the build times besides this book: generated books by their chapters, made-up ledgers by their claims."""
NOTICED = {
    "check": "A check", "verdict": "A verdict", "output": "An output", "copy": "A copy", "survived": "Nothing",
}  # fmt: skip
"""What can notice a wrong cell, by the column that counts it, and its head."""
SHOWN = ("check", "verdict", "output")
"""What refuses a wrong cell, or shows it where a reader looks."""


@dataclass(frozen=True)
class ReconciliationRuns:
    """Runs of reconciliation on made-up ledgers in which conflicts were planted."""

    rows: pd.DataFrame

    @property
    def all_found(self) -> bool:
        """Return whether every run found each conflict that was planted, and invented none."""
        return bool((self.rows["found"] == self.rows["planted"]).all() and (self.rows["invented"] == 0).all())

    @property
    def quickest(self) -> Entry:
        """Return the quickest run on the largest ledger."""
        most = self.rows[self.rows["claims"] == self.rows["claims"].max()]
        return Entry(most.sort_values("seconds").iloc[0])

    def spread(self, least: int) -> float:
        """Return by what factor the time of one claim differs between runs with so many claims or more."""
        large = self.rows[self.rows["claims"] >= least]
        each = large["seconds"] / large["claims"]
        return float(each.max() / each.min())

    @property
    def measured(self) -> str:
        """Return when and on what machine the runs were measured."""
        return f"{self.rows['measured'].max()} on {self.rows['machine'].iloc[0]}"

    def table(self, caption: str) -> RichOutput:
        """Show every run, by processes and size: what it found, its time, the time of one claim, its memory."""
        rows = self.rows.sort_values(["processes", "claims"])
        counts = {name.capitalize(): rows[name] for name in
                  ("claims", "processes", "groups", "planted", "found", "invented")}  # fmt: skip
        each = 1000 * rows["seconds"] / rows["claims"]
        times = {
            "Seconds": rows["seconds"].map("{:.1f}".format),
            "A claim, ms": each.map("{:.2f}".format),
            "Memory, MB": rows["megabytes"].map("{:.0f}".format),
        }
        shown = pd.DataFrame(counts | times)
        return captioned_table(shown, caption, numeric=list(shown))


@dataclass(frozen=True)
class BuildTimes:
    """Build times with what each is held against, and the runs of reconciliation beside which they are drawn."""

    ledger: OpenLedger
    rows: pd.DataFrame
    reconciled: pd.DataFrame

    @property
    def book(self) -> pd.DataFrame:
        """Return the rows of this book, without generated books and ledgers."""
        return self.rows[~self.rows["part"].isin([CHAPTERS, LEDGERS])]

    def __getitem__(self, name: str) -> Entry:
        """Return what was measured under a name: its `seconds`, its `ratio`, …"""
        return Entry(self.rows.set_index("name").loc[name])

    def time(self, name: str) -> str:
        """Return how long something took, for a reader."""
        return build_times.seconds(self[name].seconds)

    def listed(self, names: list[str]) -> str:
        """Return what is met or missed as a sentence lists it; `none` where nothing is."""
        return build_times.listed(names)

    @property
    def aims(self) -> int:
        """Return how many rows of this book have an aim."""
        return int((self.book["aim"] > 0).sum())

    @property
    def met(self) -> list[str]:
        """Return what is within its aim."""
        return build_times.named(self.book, True)

    @property
    def missed(self) -> list[str]:
        """Return what is not within its aim."""
        return build_times.named(self.book, False)

    @property
    def measured(self) -> str:
        """Return on which days and machines building was measured."""
        days = sorted({self.rows["measured"].min(), self.rows["measured"].max()})
        return f"{' to '.join(days)} on {' and '.join(self.rows['machine'].unique())}"

    @property
    def apart(self) -> str:
        """Return how far apart the runs of one measurement lay at most, in percent of their median."""
        return f"{build_times.apart(self.rows):.0%}"

    @property
    def measured_once(self) -> int:
        """Return how many rows rest on a single run."""
        return int((self.rows["runs"] == 1).sum())

    @property
    def by_chapters(self) -> Growth:
        """Return how building generated books grows with their chapters."""
        return Growth(
            self.ledger, self.rows[self.rows["part"] == CHAPTERS], CHAPTERS, build_times.by_chapters(self.rows)
        )

    @property
    def by_claims(self) -> Growth:
        """Return how reading and reconciling made-up ledgers grow with their claims."""
        lines = build_times.by_claims(self.rows, self.reconciled)
        return Growth(self.ledger, self.rows[self.rows["part"] == LEDGERS], "claims", lines)

    def table(self, caption: str) -> HTML:
        """Show the rows of this book: time, what it is held against, aim, and whether that is met."""
        return build_times.aims_table(self.book, caption)


@dataclass(frozen=True)
class Growth:
    """Times by size, a line each of what was measured."""

    ledger: OpenLedger
    rows: pd.DataFrame
    size: str
    lines: Mapping[str, Mapping[float, float]]

    @property
    def phrases(self) -> list[str]:
        """Return in words how each line grows between the smallest and the largest size, in their order."""
        return [build_times.grows(values) for values in self.lines.values()]

    @property
    def chart(self) -> Chart:
        """Return the lines on logarithmic axes."""
        return self.ledger.charts.growth(self.lines, across=self.size, unit="seconds")

    def table(self, caption: str) -> HTML:
        """Show each size against the one before."""
        return build_times.growth_table(self.rows, self.size, caption)


@dataclass(frozen=True)
class Faults:
    """Cells that were made wrong, a row a kind, with how many of them what noticed."""

    rows: pd.DataFrame

    @property
    def counted(self) -> dict[str, int]:
        """Return how many were tried, and how many each noticed, by column."""
        return {name: int(self.rows[name].sum()) for name in ("tried", *NOTICED)}

    @property
    def shown(self) -> int:
        """Return how many were refused or came to light where a reader looks."""
        return sum(self.counted[name] for name in SHOWN)

    @property
    def share(self) -> str:
        """Return the same in percent of those that were tried."""
        return f"{self.shown / self.counted['tried']:.1%}"

    @property
    def measured(self) -> str:
        """Return the day on which they were tried."""
        return str(self.rows["measured"].max())

    def table(self, caption: str) -> RichOutput:
        """Show wrong cells by kind, and what noticed them."""
        heads = {"kind": "What was wrong", "tried": "Tried", **NOTICED}
        shown = self.rows[list(heads)].rename(columns=heads)
        return captioned_table(shown, caption, numeric=list(shown)[1:], data=self.rows)


def open_reconciliation_runs(ledger: OpenLedger) -> ReconciliationRuns:
    """Return the runs of reconciliation that a ledger keeps."""
    return ReconciliationRuns(ledger["benchmarks"])


def open_build_times(ledger: OpenLedger) -> BuildTimes:
    """Return the build times that a ledger keeps."""
    return BuildTimes(ledger, ledger["build_benchmarks"], ledger["benchmarks"])


def open_faults(ledger: OpenLedger) -> Faults:
    """Return the wrong cells that were tried."""
    return Faults(ledger["corruptions"])
