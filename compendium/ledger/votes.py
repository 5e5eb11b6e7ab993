"""Votes of states in an assembly: one row a vote, a grid by resolution and state, counts by outcome.

Disputed votes, votes that were not found and votes that the ledger does not contain are not absences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from compendium.ledger.loader import Ledger
from compendium.ledger.records import records
from compendium.values.periods import read_period

YES, NO, ABSTAINED, ABSENT = "yes", "no", "abstained", "absent"
INFERRED, DISPUTED, NOT_FOUND, NOT_RECORDED = "inferred", "disputed", "not found", "not held"
VOTE_WORDS = {"yes": YES, "no": NO, "abstain": ABSTAINED, "absent": ABSENT}
"""Outcome by value of the column `vote`."""
VOTE_MARKS = {
    YES: "yes",
    NO: "no",
    ABSTAINED: "abst.",
    ABSENT: "absent",
    DISPUTED: "disp.",
    NOT_FOUND: "?",
    NOT_RECORDED: "·",
}
"""Abbreviation of each outcome for narrow cells."""


def read_votes(ledger: Ledger) -> pd.DataFrame:
    """Return the table of votes with `symbol`, `title`, `date` and `about` of their resolution, and `outcome`.

    `outcome` is a key of `VOTE_MARKS`. Rows are ordered by date; a date known only to the year is the last of its year.
    """
    resolutions = ledger["resolutions"][["resolution_id", "symbol", "title", "date", "about"]]
    votes = ledger["votes"].merge(resolutions, on="resolution_id", validate="many_to_one")
    # Without a vote, the basis says whether it is disputed or was not found.
    votes["outcome"] = votes["vote"].map(VOTE_WORDS).fillna(votes["basis"])
    order = sorted(range(len(votes)), key=lambda place: read_period(votes["date"].iloc[place]).last)
    return votes.iloc[order].reset_index(drop=True)


def vote_grid(votes: pd.DataFrame, areas: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the mark of each vote by resolution id (in order of `votes`) and area; a dot if there is no row."""
    marks = {(row["resolution_id"], row["area"]): vote_mark(row) for row in records(votes)}
    resolutions = dict.fromkeys(votes["resolution_id"])
    return {name: {area: marks.get((name, area), VOTE_MARKS[NOT_RECORDED]) for area in areas} for name in resolutions}


def vote_mark(vote: Mapping[str, Any]) -> str:
    """Return the abbreviation of a vote's outcome, in brackets if the vote is inferred."""
    mark = VOTE_MARKS[vote["outcome"]]
    return f"({mark})" if vote["basis"] == INFERRED else mark


def count_votes(votes: pd.DataFrame, area: str, about: str) -> dict[str, int]:
    """Return the number of votes of a state by outcome (the keys of `VOTE_MARKS`), over resolutions about one area.

    `all` is the number of those resolutions.
    """
    own = votes[votes["about"] == about]
    every = own["resolution_id"].nunique()
    found = own[own["area"] == area]
    counts = {word: int((found["outcome"] == word).sum()) for word in VOTE_MARKS}
    return {**counts, NOT_RECORDED: every - len(found), "all": every}
