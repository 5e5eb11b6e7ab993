from pathlib import Path

import pandas as pd
import pytest

from compendium.ledger import load
from compendium.problems import LedgerError
from compendium.validate import validate


def test_empty_cells_stay_empty(data: Path) -> None:
    claims = load(data)["claims"]
    assert (claims["period"] == "").any()
    assert claims["low"].isna().any()
    assert claims["paragraph"].dtype == "Int64"


def test_a_page_cannot_change_what_another_sees(data: Path) -> None:
    ledger = load(data)
    page = ledger["claims"]
    page.loc[0, "as_printed"] = "changed"
    assert ledger["claims"]["as_printed"][0] != "changed"


def test_a_row_by_its_key(data: Path) -> None:
    ledger = load(data)
    name = ledger["sources"]["source_id"][0]
    assert ledger.row("sources", name)["source_id"] == name
    with pytest.raises(KeyError, match="sources has no row 'nobody'"):
        ledger.row("sources", "nobody")


def test_all_faults_of_form_are_named_at_once(data: Path) -> None:
    claims = data / "claims.csv"
    lines = claims.read_text(encoding="utf-8").split("\n")
    lines[3] += ",one cell too many"
    claims.write_text("\n".join(lines), encoding="utf-8")
    (data / "events.csv").unlink()
    metrics = data / "metrics.csv"
    metrics.write_text(metrics.read_text(encoding="utf-8").replace("definition", "meaning", 1), encoding="utf-8")
    with pytest.raises(LedgerError) as caught:
        load(data)
    assert {problem.file for problem in caught.value.problems} == {"claims.csv", "events.csv", "metrics.csv"}
    assert any(problem.file == "claims.csv" and problem.row == 4 for problem in caught.value.problems)


@pytest.mark.parametrize(
    "content", ["", "{", "[]x", "[]", "{}", '{"resources": [{"name": "claims"}]}', '{"resources": 1}']
)
def test_a_broken_descriptor_is_a_located_error(data: Path, content: str) -> None:
    (data / "datapackage.json").write_text(content, encoding="utf-8")
    with pytest.raises(LedgerError, match=r"datapackage\.json"):
        load(data)
    assert [problem.file for problem in validate(data)] == ["datapackage.json"]


def test_frames_follow_the_schema(data: Path) -> None:
    ledger = load(data)
    for name, table in ledger.schema.items():
        assert list(ledger[name].columns) == table.columns
        assert isinstance(ledger[name], pd.DataFrame)


def test_a_ledger_without_a_source_has_none_of_its_rows() -> None:
    ledger = load()
    source = ledger["sources"]["source_id"][0]
    less = ledger.without(source)
    assert list(less.frames) == list(ledger.frames)
    for name, whole in ledger.frames.items():
        if "source_id" in whole:
            assert source in set(whole["source_id"])
            assert list(less[name]["source_id"]) == [row for row in whole["source_id"] if row != source]
            assert list(less[name].dtypes) == list(whole.dtypes)
        else:
            assert less[name].equals(whole)


def test_a_ledger_stays_whole_when_a_source_is_left_out() -> None:
    ledger = load()
    rows = {name: len(frame) for name, frame in ledger.frames.items()}
    first, second, *_ = ledger["sources"]["source_id"]
    assert ledger.without(first).without(second)["sources"]["source_id"].isin([first, second]).sum() == 0
    assert {name: len(frame) for name, frame in ledger.frames.items()} == rows


def test_a_source_that_nobody_knows_leaves_nothing_out() -> None:
    ledger = load()
    less = ledger.without("nobody1900")
    assert all(less[name].equals(ledger[name]) for name in ledger.frames)
