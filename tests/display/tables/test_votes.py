"""Votes on made-up resolutions: what a state did, what is disputed, not found, or not in the ledger."""

from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup

from compendium.display.tables.votes import vote_counts_table, votes_table
from compendium.ledger.loader import Ledger
from compendium.ledger.votes import count_votes, read_votes, vote_grid, vote_mark
from tests.support.small import SCHEMA, frame, small

TALLY = {"yes": 3, "no": 1, "tally_publisher": "Press", "tally_quality": "page"}
STATES = {"A": "Aland", "B": "Bland", "C": "Cland"}


def resolution(name: str, date: str, about: str = "B", **cells: Any) -> dict[str, Any]:
    return {"resolution_id": name, "title": f"On {name}", "date": date, "about": about} | cells


def vote(resolution: str, area: str, vote: str, basis: str = "recorded", **cells: Any) -> dict[str, Any]:
    who = {"publisher": "Office", "address": "https://office.example", "quality": "machine"} if vote else {}
    named = {"vote_id": f"{resolution}.{area.lower()}", "resolution_id": resolution, "area": area}
    return {**named, "vote": vote, "basis": basis, **who, **cells}


def having(resolutions: list[dict[str, Any]], votes: list[dict[str, Any]]) -> Ledger:
    frames = {
        "resolutions": frame(SCHEMA["resolutions"], resolutions),
        "votes": frame(SCHEMA["votes"], votes),
    }
    ledger = small()
    return replace(ledger, frames={**ledger.frames, **frames})


@pytest.fixture
def ledger() -> Ledger:
    return having(
        [
            resolution("late", "2024-02-24", **TALLY),
            resolution("early", "2014-03-27"),
            resolution("own", "2008-03-14", "A"),
        ],
        [
            vote("late", "A", "absent", "inferred", note="In none of the lists."),
            vote("late", "B", "", "disputed", note="Two pages."),
            vote("early", "A", "yes"),
            vote("early", "B", "", "not found"),
            vote("own", "B", "abstain", "reported"),
        ],
    )


def test_votes_stand_in_order_of_their_day(ledger: Ledger) -> None:
    assert list(dict.fromkeys(read_votes(ledger)["resolution_id"])) == ["own", "early", "late"]


def test_a_year_stands_after_the_days_in_it() -> None:
    found = having(
        [resolution("year", "2023"), resolution("day", "2023-02-23")], [vote("year", "A", "no"), vote("day", "A", "no")]
    )
    assert list(read_votes(found)["resolution_id"]) == ["day", "year"]


def test_the_grid_shows_absence_and_ignorance_apart(ledger: Ledger) -> None:
    assert vote_grid(read_votes(ledger), ["A", "B", "C"]) == {
        "own": {"A": "·", "B": "abst.", "C": "·"},
        "early": {"A": "yes", "B": "?", "C": "·"},
        "late": {"A": "(absent)", "B": "disp.", "C": "·"},
    }


def test_only_what_is_inferred_is_bracketed() -> None:
    assert vote_mark({"outcome": "yes", "basis": "reported"}) == "yes"
    assert vote_mark({"outcome": "absent", "basis": "inferred"}) == "(absent)"


def test_counts_add_up_to_all_resolutions_about_a_state(ledger: Ledger) -> None:
    votes = read_votes(ledger)
    for area in STATES:
        counts = count_votes(votes, area, "B")
        assert counts["all"] == 2
        assert sum(number for word, number in counts.items() if word != "all") == 2
    assert count_votes(votes, "A", "B")["absent"] == count_votes(votes, "A", "B")["yes"] == 1
    assert count_votes(votes, "B", "B")["disputed"] == count_votes(votes, "B", "B")["not found"] == 1
    assert count_votes(votes, "C", "B")["not held"] == 2


def test_the_table_of_counts_says_them_in_words(ledger: Ledger) -> None:
    text = vote_counts_table(read_votes(ledger), STATES, ["B"], "Counts").data
    assert "1 yes and 1 absent" in text
    assert "2 not held" in text


def test_the_table_tells_the_tally_the_votes_and_who_says_so(ledger: Ledger) -> None:
    text = votes_table(read_votes(ledger), ledger["resolutions"], STATES, "Votes").data
    rows = BeautifulSoup(text, "html.parser").select("tbody tr")
    assert [row.th.get_text("|").split("|")[0] for row in rows] == ["On own", "On early", "On late"]
    last = rows[-1].get_text(" ", strip=True)
    assert "3 yes, 1 no : Press (read from a page)" in last.replace("no:", "no :")
    assert "yes," not in rows[0].get_text()
    assert "Aland absent" in last and "inferred by Office" in last and "In none of the lists." in last
    assert "Bland disputed" in last and "Two pages." in last
    assert "Cland" not in text


def test_hostile_text_is_escaped() -> None:
    found = having([resolution("x", "2024", title="<b>x</b>")], [vote("x", "A", "yes", note="<script>")])
    text = votes_table(read_votes(found), found["resolutions"], STATES, "<i>").data
    assert "<script>" not in text and "<b>x" not in text and "<i>" not in text
