"""Votes of states in an assembly, read from the ledger: one row a vote, a grid by resolution, counts by state.

A vote that is disputed, one looked for and not found, and one that the ledger does not hold are no absences; nothing
is filled in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from compendium.ledger.loader import Ledger
from compendium.values.periods import read_period

YES, NO, ABSTAINED, ABSENT = "yes", "no", "abstained", "absent"

INFERRED, DISPUTED, NOT_FOUND, NOT_RECORDED = "inferred", "disputed", "not found", "not held"

VOTE_WORDS = {"yes": YES, "no": NO, "abstain": ABSTAINED, "absent": ABSENT}

VOTE_MARKS = {
    YES: "yes",
    NO: "no",
    ABSTAINED: "abst.",
    ABSENT: "absent",
    DISPUTED: "disp.",
    NOT_FOUND: "?",
    NOT_RECORDED: "·",
}
"""What stands for each in a narrow cell; what is inferred is put in brackets."""


def read_votes(ledger: Ledger) -> pd.DataFrame:
    """Return every vote in order of its day, with its resolution's `symbol`, `title`, `date`, `about`, and `said`.

    A resolution of which only the year is known comes last in it.
    """
    resolutions = ledger["resolutions"][["resolution_id", "symbol", "title", "date", "about"]]
    votes = ledger["votes"].merge(resolutions, on="resolution_id", validate="many_to_one")
    votes["said"] = (
        votes["vote"].map(VOTE_WORDS).fillna(votes["basis"])
    )  # no vote: the basis says whether it is disputed
    order = sorted(range(len(votes)), key=lambda place: read_period(votes["date"].iloc[place]).last)
    return votes.iloc[order].reset_index(drop=True)


def vote_grid(votes: pd.DataFrame, areas: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return by resolution in order, by state, the mark for what it did: a dot where the ledger holds nothing."""
    held = {(row["resolution_id"], row["area"]): vote_mark(row) for row in votes.to_dict("records")}
    resolutions = dict.fromkeys(votes["resolution_id"])
    return {name: {area: held.get((name, area), VOTE_MARKS[NOT_RECORDED]) for area in areas} for name in resolutions}


def vote_mark(vote: Mapping[str, Any]) -> str:
    """Return what stands for a vote in a narrow cell."""
    found = VOTE_MARKS[vote["said"]]
    return f"({found})" if vote["basis"] == INFERRED else found


def count_votes(votes: pd.DataFrame, area: str, about: str) -> dict[str, int]:
    """Return the number of votes of a state by outcome (the keys of `VOTE_MARKS`), over resolutions about one area.

    `all` is the number of those resolutions.
    """
    own = votes[votes["about"] == about]
    every = own["resolution_id"].nunique()
    found = own[own["area"] == area]
    counts = {word: int((found["said"] == word).sum()) for word in VOTE_MARKS}
    return {**counts, NOT_RECORDED: every - len(found), "all": every}
