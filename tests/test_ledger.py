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
