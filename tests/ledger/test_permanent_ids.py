"""Ids that were published stay, and name what they named; withdrawn claims stay, and bind nothing."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from compendium.analysis.corroboration import corroborate
from compendium.cli.app import main
from compendium.display.claim_records import build_claim_records
from compendium.ledger import permanent_ids
from compendium.ledger.loader import load
from compendium.ledger.permanent_ids import PERMANENT_IDS, register_ids
from compendium.project.problems import LedgerError, Problem
from compendium.reconciliation.reconcile import reconcile
from tests.support.small import claim, small

CLAIM = "ames2024.turnover-2022"


def told(data: Path) -> list[str]:
    return list(map(str, permanent_ids.check_permanent_ids(load(data, corrected=False))))


def drop(data: Path, table: str, key: str) -> None:
    path = data / load(data).schema[table].path
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(f"{key},")), encoding="utf-8")


def add(data: Path, into: str, **cells: str) -> None:
    path = data / f"{into}.csv"
    columns = next(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns, restval="", lineterminator="\n").writerow(cells)


@pytest.mark.parametrize(
    ("table", "key"), [("claims", CLAIM), ("events", "grain-treaty"), ("official-crossing", "crossing.exports-2022")]
)
def test_an_id_that_is_gone_is_told_with_the_edition_that_had_it(small_data: Path, table: str, key: str) -> None:
    path = load(small_data).schema[table].path
    drop(small_data, table, key)
    (said,) = told(small_data)
    assert f":id: found '{key}'; expected a row of {path}, as in edition 1.0.0:" in said


@pytest.mark.parametrize(
    ("table", "key", "column", "value"),
    [
        ("claims", CLAIM, "period", "2021"),
        ("claims", CLAIM, "metric_id", "exports"),
        ("events", "grain-treaty", "name", "Something else"),
        ("sources", "ames2024", "title", "Another text"),
        ("official-crossing", "crossing.exports-2022", "ref_area", "XCC"),
        ("citations", "birk2023.cite-1-p5", "as_printed", "[9]"),
    ],
)
def test_an_id_that_names_another_thing_is_told_at_its_row(
    small_data: Path, spoil_small: Callable[..., int], table: str, key: str, column: str, value: str
) -> None:
    line = spoil_small(table, key, column, value)
    (said,) = told(small_data)
    assert said.startswith(f"{load(small_data).schema[table].path}:{line}:")
    assert "a new thing takes a new id, a slip a row in corrections" in said


def test_what_a_row_says_of_its_subject_may_change(small_data: Path, spoil_small: Callable[..., int]) -> None:
    spoil_small("claims", CLAIM, "summary", "In other words.")
    spoil_small("claims", CLAIM, "as_printed", "$3.1 billion")
    assert told(small_data) == []


def test_a_correction_covers_what_an_id_named_before(small_data: Path, spoil_small: Callable[..., int]) -> None:
    spoil_small("claims", CLAIM, "period", "2021")
    cells = {"table": "claims", "row_id": CLAIM, "column": "period", "why": "Misread.", "corrected_on": "2026-01-02",
             "evidence": "¶ 4"}  # fmt: skip
    add(small_data, "corrections", correction_id="made-up", kind="ours", old="2022", new="2021", **cells)
    assert told(small_data) == []
    add(small_data, "corrections", correction_id="again", kind="ours", old="2021", new="2020", **cells)
    spoil_small("claims", CLAIM, "period", "2020")
    assert told(small_data) == []


def test_a_misprint_that_is_typed_as_it_stands_is_no_other_thing(
    small_data: Path, spoil_small: Callable[..., int]
) -> None:
    spoil_small("claims", CLAIM, "period", "2202")
    assert len(told(small_data)) == 1
    add(small_data, "corrections", correction_id="made-up", kind="source", table="claims", row_id=CLAIM,
        column="period", old="2202", new="2022", why="-", corrected_on="2026", evidence="-", expect="2202")  # fmt: skip
    assert told(small_data) == []


# --- growing


def test_new_ids_are_shown_and_kept_only_where_told_to(small_data: Path) -> None:
    add(small_data, "events", event_id="made-up", name="Something happens", date_basis="unknown", date_reason="-",
        chapter="travel")  # fmt: skip
    known, before = register_ids(small_data, "1.4.0"), (small_data / "permanent.csv").read_bytes()
    assert "events made-up" in known
    assert register_ids(small_data, "9.9.9", write=True) == known
    after = (small_data / "permanent.csv").read_bytes()
    assert after.startswith(before)
    assert b"events,made-up,9.9.9," in after
    assert register_ids(small_data, "9.9.9") == []
    assert told(small_data) == []


def test_the_command_shows_and_keeps(small_data: Path) -> None:
    known = set(zip(*(load(small_data)[PERMANENT_IDS][name] for name in ("table", "id")), strict=True))
    ran = CliRunner().invoke(main, ["register", "--data", str(small_data)])
    assert (ran.exit_code, "not kept yet" in ran.output or "every id is kept" in ran.output) == (0, True)
    ran = CliRunner().invoke(main, ["register", "--write", "--version", "7.0.0", "--data", str(small_data)])
    assert ran.exit_code == 0
    assert known <= set(zip(*(load(small_data)[PERMANENT_IDS][name] for name in ("table", "id")), strict=True))


def test_a_ledger_without_the_table_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text('{"resources": []}', encoding="utf-8")
    with pytest.raises(LedgerError) as raised:
        register_ids(tmp_path, "1.0.0")
    assert raised.value.problems == [Problem("datapackage.json", 0, "", "no such table", "a table 'permanent'")]


# --- a claim that is withdrawn


def test_a_withdrawn_claim_binds_nothing_and_keeps_its_place() -> None:
    rows = claim("one", "$4"), claim("gone", "$9", rank="deprecated", rank_reason="Misread.")
    made = small(*rows)
    assert reconcile(made).conflicts == ()
    assert list(reconcile(made).verdicts) == ["one"]
    assert "gone" not in corroborate(made)
    found = build_claim_records(made)
    assert list(found) == ["one", "gone"]
    assert (found["gone"]["rank"], found["gone"]["rank_reason"]) == ("deprecated", "Misread.")
    assert found["one"]["rivals"] == []
    assert reconcile(small(rows[0], rows[1] | {"rank": "normal"})).conflicts != ()  # else it would
