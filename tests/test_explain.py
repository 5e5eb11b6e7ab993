"""One claim in the terminal: what the dossier says, as wide as the terminal, and nothing that a terminal would obey."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compendium.builder import cache_keys
from compendium.cli import authoring
from compendium.cli.app import main
from compendium.display import terminal as explained
from compendium.display.claim_records import ClaimRecord, build_claim_records
from compendium.display.mime_types import CLAIM_RECORDS
from compendium.ledger.loader import Ledger
from compendium.reconciliation.verdicts import IN_CONFLICT

CLAIM = "guluzade2025.turnover-2024"


@pytest.fixture(scope="module")
def found(ledger: Ledger) -> dict[str, ClaimRecord]:
    return build_claim_records(ledger)


READ = explained.stored


@pytest.fixture(autouse=True)
def stored(monkeypatch: pytest.MonkeyPatch, found: dict[str, ClaimRecord]) -> None:
    monkeypatch.setattr(explained, "stored", lambda: found)


def ask(*words: str, **more: str) -> Result:
    return CliRunner(env=more).invoke(main, ["explain", *words])


def test_the_card_says_all_that_the_dossier_does(found: dict[str, ClaimRecord]) -> None:
    for one in found.values():
        said = " ".join(" ".join(explained.card_lines(one, 100)).split())
        held = [own["told"] for own in one["checked"]["held"]]
        conflicts = [own["title"] for own in one["reconciled"]["conflicts"]]
        rivals = [own["claim_id"] for own in one["rivals"]]
        for part in (one["figure"], one["claim_id"], one["measures"], one["summary"], one["source_title"],
                     one["reliability_reason"], one["read_as"], one["definition"], one["note"], one["bounds_reason"],
                     one["reconciled"]["explanation"], *conflicts, *held, *rivals, *one["corrections"]):  # fmt: skip
            assert " ".join(part.split()) in said, (one["claim_id"], part)


def test_lines_are_as_wide_as_the_terminal_and_no_wider(found: dict[str, ClaimRecord]) -> None:
    for width in (40, 72, 100):
        for line in explained.card_lines(found[CLAIM], width):
            assert len(line) <= width or " " not in line.strip(), line  # an address is not cut


def test_colours_only_where_there_is_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in ask(CLAIM).output
    coloured = CliRunner().invoke(main, ["explain", CLAIM], color=True).output
    assert "\x1b[32m" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in CliRunner().invoke(main, ["explain", CLAIM], color=True).output


def test_json_is_the_dossier(found: dict[str, ClaimRecord]) -> None:
    assert json.loads(ask(CLAIM, "--format", "json").output) == found[CLAIM]


def test_a_mistyped_id_is_told_with_the_nearest() -> None:
    ran = ask(f"{CLAIM}x")
    assert ran.exit_code == 2
    assert f"perhaps '{CLAIM}'" in ran.output


def test_nothing_reaches_the_terminal_that_it_would_obey(found: dict[str, ClaimRecord]) -> None:
    evil = found[CLAIM] | {"summary": "red \x1b[31m turned \u202e round"}
    said = "\n".join(explained.card_lines(evil, 100))
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert r"red \x1b[31m turned \u202e round" in said


def test_a_withdrawn_claim_says_so_first(found: dict[str, ClaimRecord]) -> None:
    gone = found[CLAIM] | {"rank": "deprecated", "rank_reason": "Misread."}
    assert list(explained.card_lines(gone, 80))[3].split() == ["Withdrawn", "Misread."]


def test_a_rule_is_named_for_every_claim(found: dict[str, ClaimRecord]) -> None:
    almost = " ".join("\n".join(explained.card_lines(found[CLAIM], 100)).split())
    assert "“almost” is read from half a unit below the figure up to the figure itself" in almost


def test_it_is_worked_out_where_nothing_is_stored(
    monkeypatch: pytest.MonkeyPatch, data: Path, found: dict[str, ClaimRecord]
) -> None:
    monkeypatch.setattr("compendium.display.claim_records.build_claim_records", lambda ledger: found)
    monkeypatch.setattr(authoring, "load_valid_ledger", lambda folder: folder)
    ran = ask(CLAIM, "--data", str(data))
    assert (ran.exit_code, "Working it out" in ran.output, CLAIM in ran.output) == (0, True, True)


def test_unsound_data_are_told_and_explain_nothing(data: Path) -> None:
    (data / "claims.csv").write_text("nonsense\n", encoding="utf-8")
    ran = ask(CLAIM, "--data", str(data))
    assert (ran.exit_code, "claims.csv:1" in ran.output) == (2, True)


def test_only_dossiers_that_are_up_to_date_are_taken_from_the_notebook(tmp_path: Path) -> None:
    code = "print(1)"
    made = {"key": cache_keys.cache_key([code], []), "reads": []}
    bundle = {CLAIM_RECORDS: {"a.b": {"claim_id": "a.b"}}}
    cell = {"cell_type": "code", "source": [code], "outputs": [{"data": bundle}]}
    path = tmp_path / "claims.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {"ledger": made}}), encoding="utf-8")
    assert list(READ(path)) == ["a.b"]
    path.write_text(path.read_text(encoding="utf-8").replace("print(1)", "print(2)"), encoding="utf-8")
    assert READ(path) == {}
    assert READ(tmp_path / "none.ipynb") == {}


def test_a_figure_is_told_the_rule_that_it_was_read_by(found: dict[str, ClaimRecord]) -> None:
    told = {name: explained._reading(one) for name, one in found.items()}
    assert "[2500000000, 3500000000) USD: a bare figure is read half a unit" in told["stear2025.turnover-2021"]
    assert told["canback2023.granada-first-talk"] == "; exactly [1, 1] rank: a bare count or rank is read as it stands"
    ranges = [said for said in told.values() if "a bare range is read as it stands" in said]
    assert all("[" in said and "half a unit" not in said for said in ranges)


def test_a_claim_that_holds_has_a_part_in_a_conflict_and_is_not_told_to_be_in_one(
    found: dict[str, ClaimRecord],
) -> None:
    for one in found.values():
        lines = list(explained.card_lines(one, 100))
        own, verdict = one["reconciled"]["conflicts"], one["reconciled"]["verdict"]
        assert any(line.startswith("Conflict") for line in lines) == (bool(own) and verdict == IN_CONFLICT)
        assert any(line.startswith("Bears on") for line in lines) == (bool(own) and verdict != IN_CONFLICT)
