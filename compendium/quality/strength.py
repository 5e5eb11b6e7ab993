"""How well the ledger is guarded, as rows: what became of wrong cells, by kind, and which of them nothing noticed.

It counts, writes and shows; what noticed a wrong cell is found by `compendium.quality.guarded`. The reason why nothing can
notice a cell is a person's: it is kept with the cell, and never made up here.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from compendium.display.outputs import RichOutput
from compendium.display.outputs import captioned_table as shown_table

if TYPE_CHECKING:  # what makes cells wrong is nothing that a page needs
    from compendium.quality.corruption import Corruption
    from compendium.quality.guarded import Outcome

STAGES = ("check", "verdict", "output", "copy", "survived")
"""What notices a wrong cell, the cheapest first; the last stands for nothing.

A copy is the table itself, to be taken away: it shows that a cell has changed, and nothing that follows from it.
"""
SURVIVED = STAGES[-1]
LONGEST = 120
"""Signs of a cell that are kept of it."""


@dataclass(frozen=True)
class Survivor:
    """A wrong cell that nothing noticed, and why nothing can; without a reason it is a fault of the book."""

    corruption: Corruption
    reason: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"survived: {self.corruption}" + (f" ({self.reason})" if self.reason else "")


def place(corruption: Corruption) -> str:
    """Return where a cell stands: `file:row:column`."""
    return f"{corruption.file}:{corruption.row}:{corruption.column}"


def survivors(outcomes: Sequence[Outcome], data: Path) -> list[Survivor]:
    """Return the wrong cells that nothing noticed, with the reasons that the ledger of a folder holds.

    A reason is about a column of a file: whoever reads one cell of it reads all.
    """
    known = {_column(row["place"]): row["reason"] for row in _kept(data, "survivors") if row["reason"]}
    return [
        Survivor(one.corruption, known.get(_column(place(one.corruption)), ""))
        for one in outcomes
        if one.stage == SURVIVED
    ]


def _column(at: str) -> tuple[str, str]:
    file, _, column = at.split(":")
    return file, column


def counted(outcomes: Sequence[Outcome]) -> dict[str, Counter[str]]:
    """Return by kind how many wrong cells each stage noticed."""
    found: dict[str, Counter[str]] = {}
    for one in outcomes:
        found.setdefault(one.corruption.kind, Counter())[one.stage] += 1
    return found


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the lines of a table: by kind, what was tried, what noticed it, and the rate."""
    heads = ["kind", "tried", *STAGES, "rate"]
    found = counted(outcomes)
    whole = sum(found.values(), Counter())
    yield "".join(f"{head:>10}" for head in heads)
    for kind, own in [*sorted(found.items()), ("all", whole)]:
        noticed = f"{rate(own.total(), own[SURVIVED]):.1%}"
        yield "".join(f"{cell:>10}" for cell in [kind, own.total(), *(own[stage] for stage in STAGES), noticed])


def rate(tried: int, survived: int) -> float:
    """Return the share that was noticed; of nothing, all."""
    return (tried - survived) / tried if tried else 1.0


# --- kept in the ledger


def write_outcomes(outcomes: Sequence[Outcome], seed: int, data: Path) -> None:
    """Write what became of wrong cells into the ledger of a folder, in place of what stands there.

    Raises
    ------
    LedgerError
        where the ledger has no such tables.
    """
    from compendium.benches.rows import put

    left = survivors(outcomes, data)
    today = date.today().isoformat()
    rows = [
        {"kind": kind, "tried": str(sum(own.values())), "seed": str(seed), "measured": today}
        | {stage: str(own[stage]) for stage in STAGES}
        for kind, own in counted(outcomes).items()
    ]
    put(data, "corruptions", rows, lambda _: True)
    put(data, "survivors", map(_row, left), lambda _: True)


def _row(survivor: Survivor) -> dict[str, str]:
    one = survivor.corruption
    return {
        "number": str(one.number),
        "kind": one.kind,
        "place": place(one),
        "old": one.old[:LONGEST].strip(),
        "new": one.new[:LONGEST].strip(),
        "reason": survivor.reason,
    }


def _kept(data: Path, name: str) -> list[dict[str, str]]:
    from compendium.ledger.schema import read_schema

    with (data / read_schema(data)[name].path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- shown

NONE = RichOutput("<p>None.</p>")


def tried_table(rows: pd.DataFrame, caption: str) -> RichOutput:
    """Return what became of wrong cells, by kind, as a table for a page; where there is none, it says so."""
    if rows.empty:
        return NONE
    return shown_table(
        pd.DataFrame(
            [
                {"What was wrong": row["kind"], "Tried": int(row["tried"]), "A check": int(row["check"]),
                 "A verdict": int(row["verdict"]), "An output": int(row["output"]),
                 "A copy": int(row["copy"]), "Nothing": int(row["survived"]),
                 "Noticed": f"{rate(row['tried'], row['survived']):.1%}"}
                for row in rows.to_dict("records")
            ]
        ),
        caption,
        numeric=["Tried", "A check", "A verdict", "An output", "A copy", "Nothing", "Noticed"],
        data=rows,
    )  # fmt: skip


def survivors_table(rows: pd.DataFrame, caption: str) -> RichOutput:
    """Return the wrong cells that nothing noticed as a table for a page; where there is none, it says so."""
    if rows.empty:
        return NONE
    return shown_table(
        pd.DataFrame(
            [
                {"Cell": row["place"], "Of the kind": row["kind"], "Holds": row["old"], "Was made": row["new"],
                 "Why nothing can notice it": row["reason"] or "no reason: a fault of this book"}
                for row in rows.to_dict("records")
            ]
        ),
        caption,
        data=rows,
    )  # fmt: skip


def score(row: Mapping[str, Any]) -> float:
    """Return the share of the changes of a module that the tests notice; one that does not end is noticed."""
    tried = int(row["mutants"])
    return (int(row["killed"]) + int(row["timeout"])) / tried if tried else 1.0


def mutations_table(rows: pd.DataFrame, caption: str) -> RichOutput:
    """Return how many changes of each module the tests notice, as a table for a page; the weakest module first."""
    if rows.empty:
        return NONE
    ordered = sorted(rows.to_dict("records"), key=lambda row: (score(row), row["module"]))
    return shown_table(
        pd.DataFrame(
            [
                {"Module": row["module"], "Changes": int(row["mutants"]), "Noticed": int(row["killed"]),
                 "Not ended": int(row["timeout"]), "Passed": int(row["survived"]), "In no test": int(row["untested"]),
                 "Score": f"{score(row):.0%}"}
                for row in ordered
            ]
        ),
        caption,
        numeric=["Changes", "Noticed", "Not ended", "Passed", "In no test", "Score"],
        data=rows,
    )  # fmt: skip
