"""The style of all charts: size, type, colours, and the table attached to each chart.

Charts are drawn in the colours of the light scheme; in the book the stylesheet replaces each by the CSS variable of the
page's scheme, and a chart shown on its own keeps them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pandas as pd
import portion
from cycler import cycler
from matplotlib import pyplot
from matplotlib.artist import Artist
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from compendium.ledger.loader import Ledger

WIDTH = 5.4
"""Width of a figure in inches: narrow enough that its text is still legible on a phone."""
FONT_SIZE = 11
"""Size of every text of a figure in points: on a phone, where a figure is 358 px wide, no less than ten px."""
LINE_LENGTH = 60
"""How many characters of that size a figure is wide."""

INK, MUTED, FAINT, PAPER = "#1b1e23", "#5c6370", "#c9ced6", "#fefefe"
SERIES_COLOURS = ("#0b62a4", "#b8500c", "#0f7b5f", "#8a4b9e", "#7a6a00", "#a3324f")
"""Colours for data, told apart by people who are colour-blind (after Okabe and Ito), dark enough for white."""

COOPERATION, CONFLICT = SERIES_COLOURS[2], SERIES_COLOURS[3]
CLAIMED, OBSERVED = INK, SERIES_COLOURS[2]
"""What sources claim, and independent figures that belong to no side: the same on every figure."""
CSS_VARIABLES = {INK: "--ink", MUTED: "--muted", FAINT: "--faint", PAPER: "--paper"} | {
    colour: f"--series-{place}" for place, colour in enumerate(SERIES_COLOURS, 1)
}


def use() -> None:
    """Set Matplotlib to the book's style; text stays text and the same drawing gives the same bytes."""
    pyplot.rcParams.update(
        {
            "figure.figsize": (WIDTH, 3.2),
            "figure.constrained_layout.use": True,
            "savefig.transparent": True,
            "svg.fonttype": "none",
            "svg.hashsalt": "ledger",
            "font.family": "sans-serif",
            "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
            "font.size": FONT_SIZE,
            "axes.titlesize": FONT_SIZE,
            "axes.labelsize": FONT_SIZE,
            "xtick.labelsize": FONT_SIZE,
            "ytick.labelsize": FONT_SIZE,
            "legend.fontsize": FONT_SIZE,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": MUTED,
            "axes.labelcolor": INK,
            "axes.titlecolor": INK,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.prop_cycle": cycler(color=SERIES_COLOURS),
            "grid.color": FAINT,
            "grid.linewidth": 0.6,
            "text.color": INK,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
            "legend.frameon": False,
        }
    )


def actor_colours(ledger: Ledger, actors: Iterable[str]) -> dict[str, str]:
    """Return the colours that the ledger assigns to actors, by id; actors without one are left out.

    Raises
    ------
    ValueError
        where two of them have the same colour.
    """
    rows = {actor: ledger.row("actors", actor) for actor in actors}
    chosen = {
        actor: SERIES_COLOURS[int(row["colour"]) - 1] for actor, row in rows.items() if not pd.isna(row["colour"])
    }
    for one, other in itertools.combinations(chosen, 2):
        if chosen[one] == chosen[other]:
            raise ValueError(
                f"actors.csv: {one} and {other} both have the colour {int(rows[one]['colour'])}, and one figure shows "
                f"both; give one of them another of 1 to {len(SERIES_COLOURS)}"
            )
    return chosen


def legend(chart: Figure, keys: Sequence[Artist], names: Sequence[str]) -> None:
    """Add a legend above a chart, in as many columns as fit."""
    columns = max(1, LINE_LENGTH // (max(map(len, names), default=1) + 5))
    columns = min(columns, len(names))
    chart.legend(keys, names, loc="outside upper left", ncols=columns, handletextpad=0.5, columnspacing=1.2)


_TABLES: WeakKeyDictionary[Figure, pd.DataFrame] = WeakKeyDictionary()


def attach_table(chart: Figure, frame: pd.DataFrame) -> Figure:
    """Attach the table that a chart shows, a row for each mark, and return the chart."""
    _TABLES[chart] = frame
    return chart


def attached_table(chart: Figure) -> pd.DataFrame:
    """Return the table attached to a chart.

    Raises
    ------
    ValueError
        if there is none.
    """
    if chart not in _TABLES:
        raise ValueError("a chart without the table that it shows; `style.attach_table` attaches one")
    return _TABLES[chart]


def interval_ends(interval: portion.Interval) -> dict[str, float]:
    """Return the ends of an interval for the table of a chart, as `low` and `high`; nan where it is unbounded."""
    return {
        name: float("nan") if end in (portion.inf, -portion.inf) else float(end)
        for name, end in (("low", interval.lower), ("high", interval.upper))
    }


def single_line(text: str) -> str:
    """Return a label of a chart on one line, as its table has it."""
    return " ".join(text.split())


def score_colour(score: float) -> str:
    """Return the colour of an event by the sign of its score; muted for zero and for nan."""
    return MUTED if pd.isna(score) or score == 0 else COOPERATION if score > 0 else CONFLICT
