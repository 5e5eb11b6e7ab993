"""How states voted in an assembly: a grid of resolutions and states, counts, and tables with who says so.

A vote that is disputed, one looked for and not found, and one that the ledger does not hold are no absences; nothing
is filled in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.display import HTML
from markupsafe import Markup

from compendium.analysis.explanations import format_list
from compendium.display.outputs import rows_table
from compendium.display.tables.cells import stacked_cell
from compendium.display.tables.observations import publisher_link
from compendium.ledger.records import keyed
from compendium.ledger.votes import ABSENT, ABSTAINED, NO, VOTE_MARKS, YES, count_votes
from compendium.values.periods import format_period

TALLY_COLUMNS = (("yes", YES), ("no", NO), ("abstain", ABSTAINED), ("absent", ABSENT))


def vote_counts_table(
    votes: pd.DataFrame, names: Mapping[str, str], subject_areas: Sequence[str], caption: str
) -> HTML:
    """Return a table of states: how often each voted which way on the resolutions about each of some areas.

    `names` gives the states in order, by id.
    """
    columns = {"State": lambda area: names[area]} | {
        f"On {names.get(own, own)}": lambda area, own=own: _in_words(count_votes(votes, area, own))
        for own in subject_areas
    }
    return rows_table(names, columns, caption)


def _in_words(counts: Mapping[str, int]) -> str:
    said = [f"{counts[word]} {word}" for word in VOTE_MARKS if counts[word]]
    return format_list(said) if said else "–"


def votes_table(votes: pd.DataFrame, resolutions: pd.DataFrame, names: Mapping[str, str], caption: str) -> HTML:
    """Return a table of resolutions in order of time: tally, and the votes of some states with who reports them.

    Parameters
    ----------
    votes
        as `read_votes` returns.
    resolutions
        the table of resolutions.
    names
        the states to show in order, by id.
    """
    tallies = resolutions.set_index("resolution_id")

    def resolution(group: pd.DataFrame) -> Markup:
        first = group.iloc[0]
        tally = _tally(tallies.loc[first["resolution_id"]])
        return stacked_cell(first["title"], first["symbol"], format_period(first["date"]), *tally)

    def voted(group: pd.DataFrame) -> Markup | str:
        held = keyed(group, "area")
        return _together({names[area]: held[area] for area in names if area in held})

    groups = (group for _, group in votes.groupby("resolution_id", sort=False))
    return rows_table(groups, {"Resolution": resolution, "How states voted": voted}, caption)


def _tally(resolution: Mapping[str, Any]) -> list[Markup | str]:
    """Return how many states did what, with who says so, and the note; only the note where nobody gives a tally."""
    if not resolution["tally_publisher"]:
        return [resolution["note"]]
    said = [f"{resolution[column]} {word}" for column, word in TALLY_COLUMNS if not pd.isna(resolution[column])]
    by = {"publisher": "tally_publisher", "address": "tally_address", "quality": "tally_quality"}
    who = publisher_link({**{name: resolution[column] for name, column in by.items()}, "original_source": ""})
    return [Markup("{}: {}").format(", ".join(said), who), resolution["note"]]


def _together(votes: Mapping[str, Mapping[str, Any]]) -> Markup | str:
    """Return what several states did, those that are known from one place together; a dash where there are none."""
    groups: dict[tuple[Markup, str], list[str]] = {}
    for name, vote in votes.items():
        groups.setdefault(_known_from(vote), []).append(f"{name} {vote['outcome']}")
    cells = [Markup("<div>{}</div>").format(stacked_cell("; ".join(said), *known)) for known, said in groups.items()]
    return Markup("").join(cells) if cells else "–"


def _known_from(vote: Mapping[str, Any]) -> tuple[Markup, str]:
    """Return on what basis a vote is known and from whom, and the note on it; empty for one that was not found."""
    found = vote["publisher"] != ""
    return Markup("{} by {}").format(vote["basis"], publisher_link(vote)) if found else Markup(), vote["note"]
