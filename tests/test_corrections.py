"""A correction is a row: applied where it must be, shown where it matters, and told as soon as it no longer stands."""

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from compendium.curation.source_texts import verify
from compendium.curation.validation import validate
from compendium.display.cards.hover import claim_hover_cards
from compendium.display.claim_records import build_claim_records
from compendium.ledger import corrections
from compendium.ledger.loader import CORRECTIONS, Ledger, load
from compendium.project.paths import DATA
from compendium.values.periods import format_period

CLAIM = "guluzade2025.turnover-2024"
NEXT = len((DATA / "corrections.csv").read_text(encoding="utf-8").splitlines()) + 1
"""The line of the first correction that a test appends."""
Write = Callable[..., None]


@pytest.fixture
def correct(data: Path) -> Write:
    """Append a correction to the copied ledger: of a period, unless the cells say otherwise."""

    def write(**cells: str) -> None:
        row = {
            "correction_id": "made-up", "kind": "source", "table": "claims", "row_id": CLAIM, "column": "period",
            "old": "2024", "new": "2023", "why": "The text names another year.", "corrected_on": "2026-01-02",
            "evidence": "a page", "expect": "2024", "retired_on": "",
        } | cells  # fmt: skip
        with (data / "corrections.csv").open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, list(row), lineterminator="\n").writerow(row)

    return write


def said(data: Path) -> str:
    return "\n".join(map(str, validate(data)))


def test_a_slip_of_a_source_is_right_for_who_computes_and_stays_in_the_file(data: Path, correct: Write) -> None:
    before = (data / "claims.csv").read_bytes()
    correct()
    assert load(data).row("claims", CLAIM)["period"] == "2023"
    assert load(data, corrected=False).row("claims", CLAIM)["period"] == "2024"
    assert (data / "claims.csv").read_bytes() == before


def test_a_slip_of_our_own_and_a_retired_correction_change_nothing(data: Path, correct: Write) -> None:
    correct(kind="ours", old="2022", new="2024")
    correct(correction_id="other", retired_on="2026-02-03")
    assert load(data).row("claims", CLAIM)["period"] == "2024"


def test_a_number_is_read_as_one_when_it_is_corrected(data: Path, correct: Write) -> None:
    correct(column="paragraph", old="7", new="8", expect="7")
    assert load(data).row("claims", CLAIM)["paragraph"] == 8


def test_what_nobody_prints_is_no_matter_of_a_source(data: Path, correct: Write) -> None:
    correct(table="metrics", row_id="goods-turnover", column="unit", old="USD", new="person", expect="USD")
    assert load(data).row("metrics", "goods-turnover")["unit"] == "USD"
    assert "corrections.csv:54:table: found 'metrics'; expected a table that holds what a source or publisher" in said(
        data
    )


WRONG = {
    "a table that is none": ({"table": "claim"}, "table: found 'claim'; expected perhaps 'claims'"),
    "a row that is none": ({"row_id": f"{CLAIM}x"}, f"row_id: found '{CLAIM}x'; expected perhaps '{CLAIM}'"),
    "a column that is none": ({"column": "perod"}, "column: found 'perod'; expected perhaps 'period'"),
    "an id": ({"column": "claim_id"}, "column: found 'claim_id'; expected a column that is no id"),
    "no change": ({"new": "2024"}, "new: found '2024'; expected another value than the old one"),
    "a word that is none": ({"column": "measure", "old": "level", "new": "growht"}, "expected perhaps 'growth'"),
    "an id of nothing": ({"column": "metric_id", "old": "goods-turnover", "new": "goods-export"}, "'goods-exports'"),
    "no number": ({"column": "paragraph", "old": "7", "new": "seven"}, "new: found 'seven'; expected a whole number"),
    "nothing where something must be": ({"column": "summary", "new": ""}, "expected a value, which the column must"),
    "no guard": ({"expect": ""}, "expect: found ''; expected words that the source must still print"),
    "no date": ({"corrected_on": "yesterday"}, "corrected_on: found 'yesterday'; expected a date or period in EDTF"),
    "a mended source": ({"old": "2025"}, "old: found '2025'; expected '2024', which the cell holds now; where"),
    "a guard of other words": ({"expect": "2022"}, "expect: found '2022'; expected words of the cell, '2024'"),
    "a cell that moved on": ({"kind": "ours"}, "new: found '2023'; expected '2024', which the cell holds now; else"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_correction_that_does_not_stand_is_told(data: Path, correct: Write, case: str) -> None:
    cells, expected = WRONG[case]
    correct(**cells)
    found = list(corrections.check_corrections(load(data, corrected=False)))
    told = found if case != "no date" else validate(data)
    assert any(str(problem).startswith(f"corrections.csv:{NEXT}:") and expected in str(problem) for problem in told), (
        told
    )


def test_corrections_of_one_cell_follow_each_other(data: Path, correct: Write) -> None:
    correct(kind="ours", old="2021", new="2022", correction_id="first")
    correct(kind="ours", old="2022", new="2024", correction_id="second")
    assert list(corrections.check_corrections(load(data, corrected=False))) == []
    correct(kind="ours", old="2023", new="2024", correction_id="third")
    assert "corrections.csv:56:old: found '2023'; expected '2024', as the correction before it left the cell" in said(
        data
    )


def test_two_corrections_in_force_are_one_too_many(data: Path, correct: Write) -> None:
    correct()
    correct(correction_id="other", new="2022")
    assert f"corrections.csv:{NEXT + 1}:row_id" in said(data)


def test_what_a_correction_says_must_make_sense_too(data: Path, correct: Write) -> None:
    correct(new="2024-13")
    assert "claims.csv:" in said(data)
    assert "'2024-13'; expected a date or period in EDTF" in said(data)


def test_a_sound_correction_leaves_a_sound_ledger(data: Path, correct: Write) -> None:
    correct(row_id="stear2025.turnover-2023", column="obs_status", old="normal", new="estimate", expect="normal")
    assert said(data) == ""


def test_the_guard_fails_once_the_text_is_mended(tmp_path: Path) -> None:
    text = "The turnover of 2024 was $4.8 billion.\n"
    data, texts = tmp_path / "data", tmp_path / "texts"
    data.mkdir()
    texts.mkdir()
    tables = {
        "sources": {"source_id": "one2024", "sha256": "", "paragraphs": "1"},
        "claims": {"claim_id": "c", "source_id": "one2024", "paragraph": "1", "as_printed": "$4.8 billion",
                   "period": "2024"},
        "corrections": {"correction_id": "c", "kind": "source", "table": "claims", "row_id": "c", "column": "period",
                        "old": "2024", "new": "2023", "expect": "2024", "retired_on": ""},
    }  # fmt: skip
    resources = [
        {"name": name, "path": f"{name}.csv", "title": "", "description": "", "schema": {
            "primaryKey": next(iter(row)), "fields": [{"name": column, "description": "",
                "type": "integer" if column.startswith("paragraph") else "string"} for column in row]}}
        for name, row in tables.items()
    ]  # fmt: skip
    (data / "datapackage.json").write_text(json.dumps({"resources": resources}), encoding="utf-8")

    def told(content: str) -> list[str]:
        (texts / "a.txt").write_text(content, encoding="utf-8")
        tables["sources"]["sha256"] = hashlib.sha256(content.encode()).hexdigest()
        for name, row in tables.items():
            (data / f"{name}.csv").write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
        return [str(problem) for problem in verify(load(data, corrected=False), texts)]

    assert told(text) == []
    (mended,) = [line for line in told(text.replace("2024", "2023")) if line.startswith("corrections.csv")]
    assert mended.startswith(
        "corrections.csv:2:expect: found '2024'; expected words of one2024, paragraph 1; where the"
    )


def test_a_dossier_and_a_card_tell_of_corrections(data: Path, correct: Write) -> None:
    correct(kind="ours", column="origin", old="Nobody", new="Finmarket", expect="")
    found = build_claim_records(load(data))
    (told,) = found[CLAIM]["corrections"]
    assert told == "2 January 2026, origin: “Nobody” became “Finmarket”. The text names another year."
    assert told in claim_hover_cards(found)[CLAIM]["card"]


# --- those of this ledger


def test_every_correction_of_a_claim_is_in_its_dossier(ledger: Ledger) -> None:
    rows = ledger[CORRECTIONS]
    told = corrections.corrections_by_row(ledger, "claims")
    assert sum(map(len, told.values())) == (rows["table"] == "claims").sum() > 0


def test_what_is_printed_and_what_is_right_are_both_there(ledger: Ledger) -> None:
    typed = load(corrected=False)
    rows = ledger[CORRECTIONS]
    for row in rows[rows["kind"] == "source"].to_dict("records"):
        assert typed.row(row["table"], row["row_id"])[row["column"]] == row["old"]
        assert ledger.row(row["table"], row["row_id"])[row["column"]] == row["new"]
        assert format_period(row["corrected_on"])


def test_a_ledger_without_the_table_is_read_all_the_same(tmp_path: Path) -> None:
    data = Path(shutil.copytree(DATA, tmp_path / "data"))
    content = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    content["resources"] = [one for one in content["resources"] if one["name"] != CORRECTIONS]
    (data / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    assert corrections.corrections_by_row(load(data), "claims") == {}
    assert any("corrections.correction_id" in str(problem) for problem in validate(data))
