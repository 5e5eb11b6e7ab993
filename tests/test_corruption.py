"""Wrong cells: which there are, that the same seed gives the same, and that what nothing notices is told."""

import csv
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from compendium.cli.app import main
from compendium.ledger.loader import Ledger
from compendium.project.paths import BOOK, DATA
from compendium.quality import guarded, strength
from compendium.quality.corruption import (
    KINDS,
    Corruption,
    Corruptions,
    another_digit,
    another_id,
    another_period,
    another_sign,
    mistyped,
    neighbour,
    spoilt,
)
from compendium.quality.guarded import Guard, Notebook, Outcome
from compendium.quality.outputs import prepared

SAMPLE = 8


@pytest.fixture(scope="module")
def corruptions() -> Corruptions:
    return Corruptions(DATA)


def wrong(number: int = 1, **cells: str) -> Corruption:
    """A cell of the ledger that no page shows and no check holds, to be made wrong."""
    known = Corruption(number, "period", "reasons", "reasons.csv", 2, "name", "definition", "definitions")
    return replace(known, **cells)


# --- what is made wrong


def test_every_kind_is_tried_and_none_more_than_others(corruptions: Corruptions) -> None:
    found = [corruptions.corruption(3, number) for number in range(700)]
    counted = {kind: sum(one.kind == kind for one in found) for kind in KINDS}
    assert min(counted.values()) > 60, counted
    assert len({one.table for one in found}) > 40, "small tables are tried as well as large ones"


def test_a_wrong_cell_follows_from_seed_and_number_alone(corruptions: Corruptions) -> None:
    again = Corruptions(DATA)
    for number in (5, 900, 17):
        assert corruptions.corruption(1, number) == again.corruption(1, number)
    assert corruptions.corruption(1, 5) != corruptions.corruption(2, 5)


def test_a_wrong_cell_differs_from_what_stands_there_and_nothing_else_does(
    data: Path, corruptions: Corruptions
) -> None:
    for number in range(60):
        one = corruptions.corruption(4, number)
        before = (data / one.file).read_bytes()
        with spoilt(data, one):
            old, new = lines(before.decode()), lines((data / one.file).read_text(encoding="utf-8"))
            changed = [(n, a, b) for n, (a, b) in enumerate(zip(old, new, strict=True), 1) if a != b]
            ((line, was, became),) = changed
            assert line == one.row
            assert [pair for pair in zip(was, became, strict=True) if pair[0] != pair[1]] == [(one.old, one.new)]
        assert (data / one.file).read_bytes() == before


def lines(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))


def test_a_cell_that_is_no_longer_what_it_was_is_not_made_wrong(data: Path) -> None:
    with pytest.raises(ValueError, match="the cell holds 'definition'"), spoilt(data, wrong(old="other")):
        pass


@pytest.mark.parametrize("seed", range(6))
def test_a_value_becomes_one_that_somebody_might_have_typed(seed: int) -> None:
    random = Random(seed)
    assert len(another_digit("$4.4 billion", random)) == len("$4.4 billion")
    assert another_sign("13.7%", random) == "-13.7%"
    assert another_sign("-13.7", random) == "13.7"
    assert another_sign("$300 million", random) == "$-300 million"
    assert another_period("2025-01/2025-04~", random) != "2025-01/2025-04~"
    assert another_id(["a", "b"], "a; b", random).count("; ") == 1
    assert mistyped("aa", random) != "aa"
    assert neighbour("1", random) in ("1", "2", "3")


# --- what notices it


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    """A guard that knows one page of its own beside the ledger, and no verdict."""
    book = tmp_path_factory.mktemp("book")
    code = ["from compendium.ledger.loader import load\nfrom pathlib import Path\nledger = load(Path(DATA))",
            "list(ledger.frames['reasons']['name'])",
            "print(ledger.frames['reasons']['sentence'].iloc[0])"]  # fmt: skip
    guard = Guard.__new__(Guard)
    guard.data = Path(guarded.shutil.copytree(DATA, book / "data"))
    code.insert(0, f"DATA = {str(guard.data)!r}")
    guard.shell, guard.said, guard.tables = prepared(), None, frozenset()
    page = Notebook(book / "page.ipynb", code, frozenset({"data/reasons.csv"}), "", frozenset({3}))
    page.shown = guarded._forked(guard.shell, page)
    guard.notebooks, guard.noticed, guard.missed = [page], guarded.Counter(), guarded.Counter()
    return guard


def noticed(guard: Guard, *found: Corruption) -> list[str]:
    return [one.stage for one in sorted(guard.outcomes(found), key=lambda one: one.corruption.number)]


@pytest.fixture
def unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "format_path", str)


def test_each_way_to_notice_a_wrong_cell_is_told_apart(here: Guard, unnamed: None) -> None:
    sentence = "The two count different things under one name, or say that they count differently."
    found = [
        wrong(1, column="reason", new="meaning"),
        wrong(2),
        wrong(3, column="sentence", old=sentence, new=sentence.replace("two", "to")),
        wrong(4, table="propositions", file="propositions.csv", column="question", old=question(), new="Which?"),
    ]
    assert noticed(here, *found) == ["check", "output", "copy", "survived"]


def question() -> str:
    with (DATA / "propositions.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))["question"]


def test_cells_that_are_looked_for_together_are_found_one_by_one(here: Guard, unnamed: None) -> None:
    two = [wrong(1), wrong(2, row="3", old="population", new="populations")]
    two[1] = replace(two[1], row=3)
    quiet = wrong(3, table="propositions", file="propositions.csv", column="question", old=question(), new="Which?")
    found = here._together([*two, quiet])
    assert [stage for stage, _ in found.values()] == ["output", "output", "survived"]


def test_a_page_that_fails_with_a_wrong_cell_has_noticed_it(here: Guard) -> None:
    page = Notebook(here.data / "page.ipynb", ["1 / 0"], frozenset(), "")
    page.shown = [["", ""]]
    assert guarded._shown(here.shell, page) == guarded.OTHER


def test_what_cells_show_is_what_the_book_holds() -> None:
    """The outputs that are compared are those of the stored notebook, which nbval compares."""
    shell = prepared()
    found = next(one for one in guarded.notebooks() if one.path == BOOK / "reference" / "scale.ipynb")
    shown = guarded._forked(shell, found)
    (html,) = [bundle["text/html"] for own in shown for bundle in own[2:] if "text/html" in bundle][:1]
    stored = found.text.replace("\\n", "\n").replace('\\"', '"')
    assert all(line in stored for line in html.splitlines() if len(line) > 20)


def test_the_repository_itself_is_never_spoilt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "copied", lambda into: into.mkdir(parents=True) or into)  # no package to be run
    with pytest.raises(guarded.GuardError, match="has no package of its own"):
        next(guarded.tried(1, range(3)))


# --- what is told of it


def outcome(number: int, stage: str, **cells: str) -> Outcome:
    return Outcome(wrong(number, **cells), stage, "", 0.0)


def test_rates_are_counted_by_kind_and_over_all() -> None:
    said = list(strength.table([outcome(1, "check"), outcome(2, "survived"), outcome(3, "copy", kind="id")]))
    assert [line.split() for line in said] == [
        ["kind", "tried", "check", "verdict", "output", "copy", "survived", "rate"],
        ["id", "1", "0", "0", "0", "1", "0", "100.0%"],
        ["period", "2", "1", "0", "0", "0", "1", "50.0%"],
        ["all", "3", "1", "0", "0", "1", "1", "66.7%"],
    ]


def told(outcomes: Iterable[Outcome], monkeypatch: pytest.MonkeyPatch, data: Path, *words: str) -> tuple[int, str]:
    monkeypatch.setattr(guarded, "tried", lambda *_: iter(list(outcomes)))
    monkeypatch.setattr("compendium.cli.quality.DATA", data)
    ended = CliRunner().invoke(main, ["corrupt", "--number", "2", *words])
    return ended.exit_code, ended.output


def test_a_survivor_is_named_and_ends_the_command(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (data / "corruptions.csv").read_bytes()
    code, said = told([outcome(1, "check"), outcome(2, "survived")], monkeypatch, data)
    assert code == 1
    assert "survived: reasons.csv:2:name: 'definition' -> 'definitions'" in said
    assert (data / "corruptions.csv").read_bytes() == before
    assert told([outcome(1, "check")], monkeypatch, data)[0] == 0


def test_what_is_written_keeps_the_reasons_that_a_person_gave(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told([outcome(1, "survived")], monkeypatch, data, "--write")[0] == 1
    path = data / "survivors.csv"
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "nobody reads it\n", encoding="utf-8")
    code, said = told([outcome(1, "check"), outcome(7, "survived")], monkeypatch, data, "--write")
    assert code == 0
    assert "(nobody reads it)" in said
    assert [line[0] for line in lines(path.read_text(encoding="utf-8"))] == ["number", "7"]
    assert lines((data / "corruptions.csv").read_text(encoding="utf-8"))[1][:7] == [
        "period",
        "2",
        "1",
        "0",
        "0",
        "0",
        "1",
    ]


def test_the_kept_table_has_every_kind_and_no_survivor_without_a_reason(ledger: Ledger) -> None:
    rows, left = ledger["corruptions"], ledger["survivors"]
    assert set(rows["kind"]) in (set(), set(KINDS))
    assert (rows[list(strength.STAGES)].sum(axis=1) == rows["tried"]).all()
    assert rows["survived"].sum() == len(left)
    assert list(left.loc[left["reason"] == "", "place"]) == []


# --- the real thing, a little of it


def test_the_field_of_the_kinds_is_the_vocabulary_of_the_schema(ledger: Ledger) -> None:
    for table in ("corruptions", "survivors"):
        field = next(field for field in ledger.schema[table].fields if field.name == "kind")
        assert field.vocabulary == KINDS


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
def test_some_wrong_cells_of_this_ledger_are_noticed_by_checks(data: Path, corruptions: Corruptions) -> None:
    guard = Guard.__new__(Guard)
    guard.data, guard.tables, guard.notebooks = data, frozenset(), []
    guard.noticed, guard.missed = guarded.Counter(), guarded.Counter()
    found = noticed(guard, *(corruptions.corruption(1, number) for number in range(SAMPLE)))
    assert found.count("check") > SAMPLE / 4
    assert "survived" in found, "with no page and no verdict, some must pass"
