import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from compendium.curation.validation import validate
from compendium.ledger.loader import load
from compendium.project.problems import LedgerError


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
        load(data).load_all()
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
    less = ledger.without_source(source)
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
    assert ledger.without_source(first).without_source(second)["sources"]["source_id"].isin([first, second]).sum() == 0
    assert {name: len(frame) for name, frame in ledger.frames.items()} == rows


def test_a_source_that_nobody_knows_leaves_nothing_out() -> None:
    ledger = load()
    less = ledger.without_source("nobody1900")
    assert all(less[name].equals(ledger[name]) for name in ledger.frames)


def test_a_figure_may_have_twenty_decimals_and_keeps_each(data: Path, spoil: Callable[..., int]) -> None:
    ledger = load(data)
    table = next(
        table for table in ledger.schema.values() if any(field.cell_type == "figure" for field in table.fields)
    )
    column = next(field.name for field in table.fields if field.cell_type == "figure")
    stem, key = table.path.removesuffix(".csv"), ledger[table.name].iloc[0, 0]
    figure = f"0.{'0' * 18}10"
    spoil(stem, key, column, figure)
    assert load(data)[table.name][column][0] == figure
    line = spoil(stem, key, column, f"{figure}0")
    with pytest.raises(LedgerError, match=rf"{table.path}:{line}:{column}: found '{figure}0'; expected a number"):
        load(data).load_all()


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str], Path]:
    """A ledger of one table, in which a number is a figure and another is not."""
    fields = [
        {"name": "value", "type": "number", "description": "-", "holds": "figure"},
        {"name": "weight", "type": "number", "description": "-"},
    ]
    resource = {"name": "own", "path": "own.csv", "title": "-", "description": "-", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [resource]}), encoding="utf-8")

    def write(rows: str) -> Path:
        (tmp_path / "own.csv").write_text(f"value,weight\n{rows}\n", encoding="utf-8")
        return tmp_path

    return write


def test_a_number_that_holds_a_figure_is_kept_as_it_is_written(own: Callable[[str], Path]) -> None:
    found = load(own("4.40,4.40\n-0.50,-0.50\n4400,4400\n,"))["own"]
    assert found["value"].tolist() == ["4.40", "-0.50", "4400", ""]
    assert found["value"].dtype == "str"
    assert found["weight"].dtype == "Float64"
    assert found["weight"].tolist()[:3] == [4.4, -0.5, 4400.0]
    assert pd.isna(found["weight"][3])


@pytest.mark.parametrize("cell", ["4,4", "1e3", "+4", "4.", ".4", "four", "4 ", "٤", "4.4 %", "−4"])
def test_a_figure_is_a_number_all_the_same(own: Callable[[str], Path], cell: str) -> None:
    with pytest.raises(LedgerError, match=r"own\.csv:2:value: found .*expected a number"):
        load(own(f'"{cell}",1')).load_all()


def test_every_value_of_an_observation_keeps_its_last_digit() -> None:
    ledger = load()
    figures = [(table, field.name) for table in ledger.schema.values() for field in table.fields
               if field.cell_type == "figure"]  # fmt: skip
    assert figures
    assert all(ledger[table.name][column].dtype == "str" for table, column in figures)
    assert any(cell.endswith("0") and "." in cell for table, column in figures for cell in ledger[table.name][column])


def test_a_table_is_read_when_it_is_asked_for(data: Path) -> None:
    (data / "events.csv").unlink()
    ledger = load(data)
    more = ledger.with_tables(sources=ledger["sources"].iloc[:1])
    assert "events" in more.frames
    assert list(more.frames) == list(ledger.schema)
    left = more["sources"]["source_id"][0]
    assert set(more.without_source(left)["claims"]["source_id"]) == set(ledger["claims"]["source_id"]) - {left}
    for without_file in (ledger, more, more.without_source(left)):
        with pytest.raises(LedgerError, match=r"events\.csv"):
            without_file["events"]
