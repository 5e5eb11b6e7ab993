"""Wrong cells: the same seed gives the same, each stage that notices one is told apart, and none goes unnoticed."""

import csv
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from IPython.core.interactiveshell import InteractiveShell

from compendium.cli.app import main
from compendium.project.paths import ROOT
from compendium.quality import fault_injection
from compendium.quality.fault_injection import (
    KINDS,
    STAGES,
    Fault,
    FaultDetector,
    FaultOutcome,
    generate_faults,
    injected_fault,
    mutated_cell,
)
from tests.support.making import small_folder


def fault(number: int = 1, **cells: Any) -> Fault:
    """A cell of the ledger that no check holds, to be made wrong."""
    return replace(Fault(number, "digit", "reasons.csv", 2, "name", "definition", "definitions"), **cells)


def lines(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


# --- what is made wrong


def test_every_kind_is_tried_and_small_tables_as_well_as_large_ones() -> None:
    found = list(generate_faults(small_folder(), 3, range(700)))
    counted = Counter(one.kind for one in found)
    assert set(counted) == set(KINDS)
    assert min(counted.values()) > 60, counted
    assert len({one.file for one in found}) > 25


def test_a_fault_follows_from_seed_and_number_alone() -> None:
    assert list(generate_faults(small_folder(), 1, [5, 900, 17]))[1:] == list(
        generate_faults(small_folder(), 1, [900, 17])
    )
    assert list(generate_faults(small_folder(), 1, [5])) != list(generate_faults(small_folder(), 2, [5]))


def test_a_fault_differs_from_what_stands_there_and_nothing_else_does(small_data: Path) -> None:
    for one in generate_faults(small_data, 4, range(60)):
        path = small_data / one.file
        before, old = path.read_bytes(), lines(path)
        with injected_fault(small_data, one):
            differing = [(n, a, b) for n, (a, b) in enumerate(zip(old, lines(path), strict=True), 1) if a != b]
        ((line, was, became),) = differing
        assert line == one.row
        assert [pair for pair in zip(was, became, strict=True) if pair[0] != pair[1]] == [(one.old, one.new)]
        assert path.read_bytes() == before


@pytest.mark.parametrize("seed", range(6))
def test_a_value_becomes_one_that_somebody_might_have_typed(seed: int) -> None:
    random = Random(seed)
    assert len(mutated_cell("digit", "$4.4 billion", random)) == len("$4.4 billion")
    assert mutated_cell("sign", "13.7%", random) == "-13.7%"
    assert mutated_cell("sign", "-13.7", random) == "13.7"
    assert mutated_cell("sign", "$300 million", random) == "$-300 million"
    assert len(mutated_cell("period", "2025-01/2025-04~", random)) == len("2025-01/2025-04~")
    assert mutated_cell("id", "a; b", random, ["a", "b"]).count("; ") == 1
    assert mutated_cell("code", "a", random, ["a", "b"]) == "b"
    assert mutated_cell("locator", "1", random) in ("1", "2", "3")


# --- what notices it


def page(folder: Path, *code: str, copies: tuple[int, ...] = ()) -> Any:
    return SimpleNamespace(
        path=folder / "page.ipynb", code=list(code), copies=set(copies), reads={"data/reasons.csv"}, text="", shown=[]
    )


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FaultDetector:
    """A ledger with one page of its own, which shows some cells and copies others, and no verdict."""
    monkeypatch.setattr(fault_injection, "format_path", str)
    monkeypatch.setattr(fault_injection, "verdicts", lambda data: None)
    found = FaultDetector.__new__(FaultDetector)
    found.data, found.verdicts, found.known = Path(shutil.copytree(small_folder(), tmp_path / "data")), None, Counter()
    found.shell = InteractiveShell.instance()
    read = f"import csv; rows = list(csv.DictReader(open({str(found.data / 'reasons.csv')!r}, encoding='utf-8')))"
    only = page(tmp_path, read, "[row['name'] for row in rows]", "print(rows[0]['sentence'])", copies=(2,))
    only.shown = fault_injection._in_fork(lambda one: list(found._cells(one)), only)
    found.notebooks = [only]
    return found


def test_each_way_to_notice_a_fault_is_told_apart(watched: FaultDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence, code = (
        lines(small_folder() / "reasons.csv")[1][lines(small_folder() / "reasons.csv")[0].index("sentence")],
        fault(3),
    )
    question = lines(small_folder() / "propositions.csv")[1][
        lines(small_folder() / "propositions.csv")[0].index("question")
    ]
    copied = fault(2, column="sentence", old=sentence, new=f"{sentence} More.")
    unread = fault(4, file="propositions.csv", column="question", old=question, new="Which?")
    refused = fault(5, column="reason", old="definition", new="meaning")
    assert [watched.outcome(one).stage for one in (refused, code, copied, unread)] == [
        "check", "output", "copy", "survived",
    ]  # fmt: skip
    monkeypatch.setattr(fault_injection, "verdicts", lambda data: "another")
    assert watched.outcome(unread).stage == "verdict"


def test_a_page_that_fails_or_hangs_with_a_fault_has_noticed_it(
    watched: FaultDetector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fault_injection, "TIMEOUT", 1)
    for code in ("1 / 0", "import time; time.sleep(60)"):
        watched.notebooks = [page(tmp_path, code)]
        assert watched.outcome(fault()).stage == "output"


def test_the_repository_itself_is_never_spoilt(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "compendium.quality.fault_injection", str(tmp_path), "1", "[0]"]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, f"{tmp_path} has no package of its own\n")


# --- what is told of it


def told(outcomes: list[FaultOutcome], monkeypatch: pytest.MonkeyPatch, data: Path, *words: str) -> tuple[int, str]:
    monkeypatch.setattr(fault_injection, "run_faults", lambda *_: outcomes)
    monkeypatch.setattr("compendium.cli.quality.DATA", data)
    ended = CliRunner().invoke(main, ["corrupt", "--number", "2", *words])
    return ended.exit_code, ended.output


def test_what_nothing_notices_is_named_and_ends_the_command(small_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (small_data / "corruptions.csv").read_bytes()
    noticed, survived = FaultOutcome(fault(1), "check", ""), FaultOutcome(fault(2), "survived", "")
    code, said = told([noticed, survived], monkeypatch, small_data)
    assert code == 1
    assert "nothing notices reasons.csv:2:name: 'definition' -> 'definitions'" in said
    assert (small_data / "corruptions.csv").read_bytes() == before
    assert told([noticed], monkeypatch, small_data)[0] == 0


def test_counts_are_written_by_kind(small_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [
        FaultOutcome(fault(1), "check", ""),
        FaultOutcome(fault(2), "copy", ""),
        FaultOutcome(fault(3, kind="id"), "check", ""),
    ]
    assert told(outcomes, monkeypatch, small_data, "--write")[0] == 0
    head, *rows = lines(small_data / "corruptions.csv")
    assert head[:-2] == ["kind", "tried", *STAGES]
    assert [row[:-1] for row in rows] == [
        ["digit", "2", "1", "0", "0", "1", "0", "1"], ["id", "1", "1", "0", "0", "0", "0", "1"],
    ]  # fmt: skip
