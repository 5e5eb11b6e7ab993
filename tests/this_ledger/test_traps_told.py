"""Every contradiction among the figures of offices is told as a trap of this ledger, and every trap is one."""

import re

import pytest
from bs4 import BeautifulSoup

from compendium.analysis.resolution import reliable_observations
from compendium.analysis.traps import CONTRADICTION_KINDS, UNEXPLAINED, Trap, traps
from compendium.display.cards.traps import trap_cards
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import add_observations_as_claims, find_reporters, read_observations
from compendium.ledger.schema import SEPARATOR
from compendium.reconciliation.components import Conflict
from compendium.reconciliation.reconcile import find_conflicts


@pytest.fixture(scope="module")
def conflicts(ledger: Ledger) -> dict[str, tuple[Conflict, ...]]:
    """By side, every minimal set of its figures, and of those of no side, that cannot all be right."""
    return {side: find_conflicts(beside(ledger, side)) for side in find_reporters(ledger)}


def beside(ledger: Ledger, side: str) -> Ledger:
    return add_observations_as_claims(ledger, reliable_observations(ledger, side), replace_claims=True)


@pytest.fixture(scope="module")
def found(ledger: Ledger, conflicts: dict[str, tuple[Conflict, ...]]) -> list[Trap]:
    """The traps of the ledger; what takes longest, the conflicts of a whole side, is not worked out again."""
    known = {frozenset(beside(ledger, side)["claims"]["claim_id"]): found for side, found in conflicts.items()}

    def looked_up(asked: Ledger) -> tuple[Conflict, ...]:
        names = frozenset(asked["claims"]["claim_id"])
        return known[names] if names in known else find_conflicts(asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compendium.analysis.traps.find_conflicts", looked_up)
        return traps(ledger)


def test_every_trap_that_says_contradiction_is_one(found: list[Trap]) -> None:
    claimed = [one for one in found if one.kind in CONTRADICTION_KINDS]
    assert claimed
    assert [one.name for one in claimed if not one.arithmetic] == []


def test_every_contradiction_is_explained(ledger: Ledger, found: list[Trap]) -> None:
    assert [one.name for one in found if one.explanation == UNEXPLAINED] == []
    assert [one.name for one in found] == list(ledger["traps"]["trap_id"])


def test_every_minimal_contradiction_is_explained(ledger: Ledger, conflicts: dict[str, tuple[Conflict, ...]]) -> None:
    """Unlike the traps, which are told of contradictions that share no figure, this looks for all of them."""
    known = [set(row["observations"].split(SEPARATOR)) for row in ledger["traps"].to_dict("records")]
    told = {conflict.claims for own in conflicts.values() for conflict in own if not conflict.assumed}
    assert told
    assert sorted(names for names in told if not any(len(own.intersection(names)) > 1 for own in known)) == []


def test_a_trap_is_told_in_words_and_its_figures_are_those_of_its_observations(ledger: Ledger) -> None:
    """A number in the text would be a figure that no observation holds."""
    rows = ledger["traps"].to_dict("records")
    assert rows
    texts = [f"{row['trap_id']}: {row[name]}" for row in rows for name in ("title", "what", "explanation")]
    assert [text for text in texts if re.search(r"\d", text.split(": ", 1)[1])] == []


def test_a_trap_is_about_several_observations_each_named_once(ledger: Ledger) -> None:
    known = set(read_observations(ledger)["observation_id"])
    for row in ledger["traps"].to_dict("records"):
        own = row["observations"].split(SEPARATOR)
        assert len(own) == len(set(own)) > 1, row["trap_id"]
        assert known.issuperset(own), row["trap_id"]  # and of each there is a figure


def test_every_trap_of_the_ledger_has_a_card(ledger: Ledger, found: list[Trap]) -> None:
    soup = BeautifulSoup(trap_cards(found, ledger).data, "html.parser")
    assert [card["id"] for card in soup.find_all("article")] == [one.name for one in found]
    assert len(soup.find_all("li")) == sum(len(one.observations) for one in found)
