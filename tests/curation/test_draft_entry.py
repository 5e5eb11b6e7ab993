"""Drafts enter the ledger when they are complete and sound, all or none, and never twice."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compendium.cli.app import main
from compendium.ledger.loader import load
from compendium.ledger.schema import read_schema
from tests.support.making import small_folder

EVENT = {"event_id": "made-up", "name": "Something happens", "date": "2025-01-02", "date_basis": "stated",
         "chapter": "travel"}  # fmt: skip
MENTION = {"mention_id": "ames2024.made-up.p7", "event_id": "made-up", "source_id": "ames2024", "paragraph": "7",
           "scope": "body", "says": "Says so"}  # fmt: skip


SCHEMA = read_schema(small_folder())


def draft(folder: Path, table: str, *rows: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{table}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, SCHEMA[table].columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def enter(*words: Any) -> Result:
    return CliRunner().invoke(main, ["enter", *map(str, words)])


def contents(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in data.rglob("*") if path.is_file()}


def test_complete_rows_are_shown_first_and_entered_where_told_to(small_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    draft(folder, "events", EVENT, {**EVENT, "event_id": "unfinished", "name": ""})
    drafts = draft(folder, "mentions", MENTION).read_bytes()
    before = contents(small_data)
    ran = enter(folder, "--data", small_data)
    assert ran.exit_code == 0, ran.output
    assert "events.csv: 1 complete, 1 left out, 0 in the ledger already" in ran.output
    assert "events.csv:3:name: found ''; expected a value, and in name (left out)" in ran.output
    assert "2 rows sound; --write enters them" in ran.output
    assert contents(small_data) == before
    assert "2 rows entered" in enter(folder, "--write", "--data", small_data).output
    after = contents(small_data)
    assert after["events.csv"].startswith(before["events.csv"])
    assert load(small_data).row("events", "made-up")["name"] == "Something happens"
    assert {name for name in after if after[name] != before[name]} == {"events.csv", "mentions.csv"}
    assert (folder / "mentions.csv").read_bytes() == drafts
    again = enter(folder, "--write", "--data", small_data)
    assert "events.csv: 0 complete, 1 left out, 1 in the ledger already" in again.output
    assert contents(small_data) == after


def test_a_problem_is_told_at_its_place_in_the_draft_and_nothing_enters(small_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    draft(folder, "events", EVENT)
    path = draft(folder, "mentions", {**MENTION, "says": ""}, {**MENTION, "event_id": "mad-up"})
    before = contents(small_data)
    ran = enter(folder, "--write", "--data", small_data)
    assert ran.exit_code == 1
    assert f"{path}:3:event_id: found 'mad-up'; expected perhaps 'made-up'" in ran.output
    assert contents(small_data) == before


def test_a_row_that_waits_for_another_is_told_what_that_one_lacks(small_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    event = draft(folder, "events", {**EVENT, "name": ""})
    path = draft(folder, "mentions", MENTION)
    ran = enter(folder, "--data", small_data)
    assert ran.exit_code == 1
    assert f"{path}:2:event_id: found 'made-up'; expected a row of that id; it is left out" in ran.output
    assert f"as long as {event}:2:name has no value" in ran.output


def test_an_id_that_is_taken_by_another_row_does_not_enter(small_data: Path, tmp_path: Path) -> None:
    known = next(csv.DictReader(io.StringIO((small_data / "events.csv").read_text(encoding="utf-8"))))
    draft(tmp_path / "r", "events", {**known, "name": "Another thing"})
    ran = enter(tmp_path / "r", "--write", "--data", small_data)
    assert (ran.exit_code, "events.csv:2" in ran.output) == (1, True)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("event.csv", b"event_id\n", "expected perhaps 'events.csv'"),
        ("events.csv", b"event_id\n", "expected event_id,name,date"),
        ("events.csv", b"caf\xe9", "expected a CSV file in UTF-8"),
        ("review.md", b"-", "found 'no draft'"),
    ],
)
def test_what_is_no_draft_is_told(small_data: Path, tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / name).write_bytes(content)
    ran = enter(tmp_path / "r", "--data", small_data)
    assert (ran.exit_code, said in ran.output) == (1, True), ran.output
