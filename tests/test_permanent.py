"""Ids that were published stay, and name what they named; withdrawn claims stay, and bind nothing."""

import csv
import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from small import claim, small

from compendium.analysis.corroboration import corroborate
from compendium.cli.app import main
from compendium.display.claim_records import build_claim_records
from compendium.ledger import permanent_ids
from compendium.ledger.loader import Ledger, load, row_key
from compendium.ledger.permanent_ids import PERMANENT_IDS, register_ids
from compendium.project.paths import ROOT
from compendium.project.problems import LedgerError, Problem
from compendium.reconciliation.reconcile import reconcile

CLAIM = "guluzade2025.turnover-2024"


def told(data: Path) -> list[str]:
    return list(map(str, permanent_ids.check_permanent_ids(load(data, corrected=False))))


def drop(data: Path, table: str, key: str) -> None:
    path = data / f"{table}.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(f"{key},")), encoding="utf-8")


def add(data: Path, into: str, **cells: str) -> None:
    path = data / f"{into}.csv"
    columns = next(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns, restval="", lineterminator="\n").writerow(cells)


def test_no_id_of_this_ledger_is_lost_or_names_another_thing() -> None:
    assert list(permanent_ids.check_permanent_ids(load(corrected=False))) == []


@pytest.mark.parametrize(
    ("table", "key"), [("claims", CLAIM), ("events", "plane-crash-2024"), ("official/gas", "gas.exports-europe-2021")]
)
def test_an_id_that_is_gone_is_told_with_the_edition_that_had_it(data: Path, table: str, key: str) -> None:
    drop(data, table, key)
    (said,) = told(data)
    assert f":id: found '{key}'; expected a row of {table}.csv, as in edition 1." in said


@pytest.mark.parametrize(
    ("table", "key", "column", "value"),
    [
        ("claims", CLAIM, "period", "2023"),
        ("claims", CLAIM, "metric_id", "goods-exports"),
        ("events", "plane-crash-2024", "name", "Something else"),
        ("sources", "guluzade2025", "title", "Another text"),
        ("official/gas", "gas.exports-europe-2021", "ref_area", "RUS"),
        ("citations", "guluzade2025.cite-1-p7", "as_printed", "(9)"),
    ],
)
def test_an_id_that_names_another_thing_is_told_at_its_row(
    data: Path, spoil: Callable[..., int], table: str, key: str, column: str, value: str
) -> None:
    line = spoil(table, key, column, value)
    (said,) = told(data)
    assert said.startswith(f"{table}.csv:{line}:")
    assert "a new thing takes a new id, a slip a row in corrections" in said


def test_what_a_row_says_of_its_subject_may_change(data: Path, spoil: Callable[..., int]) -> None:
    spoil("claims", CLAIM, "summary", "In other words.")
    spoil("claims", CLAIM, "as_printed", "$4.9 billion")
    assert told(data) == []


def test_a_correction_covers_what_an_id_named_before(data: Path, spoil: Callable[..., int]) -> None:
    spoil("claims", CLAIM, "period", "2023")
    cells = {"table": "claims", "row_id": CLAIM, "column": "period", "why": "Misread.", "corrected_on": "2026-01-02",
             "evidence": "¶ 7"}  # fmt: skip
    add(data, "corrections", correction_id="made-up", kind="ours", old="2024", new="2023", **cells)
    assert told(data) == []
    add(data, "corrections", correction_id="again", kind="ours", old="2023", new="2022", **cells)
    spoil("claims", CLAIM, "period", "2022")
    assert told(data) == []


def test_a_misprint_that_is_typed_as_it_stands_is_no_other_thing(data: Path, spoil: Callable[..., int]) -> None:
    spoil("claims", CLAIM, "period", "2042")
    assert len(told(data)) == 1
    add(data, "corrections", correction_id="made-up", kind="source", table="claims", row_id=CLAIM, column="period",
        old="2042", new="2024", why="-", corrected_on="2026", evidence="-", expect="2042")  # fmt: skip
    assert told(data) == []


# --- growing


def test_new_ids_are_shown_and_kept_only_where_told_to(data: Path) -> None:
    add(data, "events", event_id="made-up", name="Something happens", date_basis="unknown", date_reason="-",
        chapter="political_rupture")  # fmt: skip
    known, before = register_ids(data, "1.4.0"), (data / "permanent.csv").read_bytes()
    assert "events made-up" in known
    assert register_ids(data, "9.9.9", write=True) == known
    after = (data / "permanent.csv").read_bytes()
    assert after.startswith(before)
    assert b"events,made-up,9.9.9," in after
    assert register_ids(data, "9.9.9") == []
    assert told(data) == []


def test_the_command_shows_and_keeps(data: Path) -> None:
    known = set(zip(*(load(data)[PERMANENT_IDS][name] for name in ("table", "id")), strict=True))
    ran = CliRunner().invoke(main, ["register", "--data", str(data)])
    assert (ran.exit_code, "not kept yet" in ran.output or "every id is kept" in ran.output) == (0, True)
    ran = CliRunner().invoke(main, ["register", "--write", "--version", "7.0.0", "--data", str(data)])
    assert ran.exit_code == 0
    assert known <= set(zip(*(load(data)[PERMANENT_IDS][name] for name in ("table", "id")), strict=True))


def test_a_ledger_without_the_table_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text('{"resources": []}', encoding="utf-8")
    with pytest.raises(LedgerError) as raised:
        register_ids(tmp_path, "1.0.0")
    assert raised.value.problems == [Problem("datapackage.json", 0, "", "no such table", "a table 'permanent'")]


def test_every_id_of_every_tagged_edition_is_still_there(ledger: Ledger) -> None:
    """By git, where it knows editions: this does not rest on the table of ids."""
    tags = subprocess.run(["git", "tag", "--list", "v*"], cwd=ROOT, capture_output=True, text=True, check=False)
    for tag in tags.stdout.split():
        for table in permanent_ids.identity_columns(ledger):
            schema = ledger.schema[table]
            shown = subprocess.run(
                ["git", "show", f"{tag}:data/{schema.path}"],
                cwd=ROOT,
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            then = {row_key(schema, row) for row in csv.DictReader(io.StringIO(shown.stdout))}
            now = {row_key(schema, row) for row in ledger[table].to_dict("records")}
            assert then <= now, (tag, table)


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
