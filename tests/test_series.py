"""A series is read whole and found as it says it is, or everything that is wrong with it is named at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from publisher import ECONOMY, REPLACED, TABLE, describe, small_ledger

from compendium.curation.series import (
    COLUMNS,
    OBSERVATION_COLUMNS,
    REVISIONS_FILE,
    RawTable,
    open_series,
    row_by_area_year,
)
from compendium.project.problems import LedgerError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_ledger(tmp_path)


def problems(data: Path, name: str = "output-growth") -> list[str]:
    """Return what is wrong with a series that cannot be read."""
    with pytest.raises(LedgerError) as caught:
        open_series(data, name)
    return [str(problem) for problem in caught.value.problems]


def test_a_series_with_the_tables_it_is_in(folder: Path) -> None:
    series, table, revisions = open_series(folder, "output-growth")
    assert (series.path, series.areas, series.measure) == (TABLE, ("AAA", "BBB"), "growth")
    assert (table.text, revisions.text) == (ECONOMY, REPLACED)
    assert row_by_area_year(series, table) == {("AAA", 2021): 0, ("AAA", 2022): 1, ("BBB", 2021): 3}


def test_the_name_of_an_observation_says_its_area_and_year(folder: Path) -> None:
    series, _, _ = open_series(folder, "output-growth")
    assert series.parse_observation_id(series.observation_id("BBB", 2021)) == ("BBB", 2021)
    others = ("economy.output-growth-ccc-2021", "economy.output-aaa-2022", "economyXoutput-growth-aaa-2021", "")
    assert [series.parse_observation_id(other) for other in others] == [None] * len(others)


def test_a_table_is_written_as_it_was_read() -> None:
    sheet = RawTable.parse(TABLE, ECONOMY)
    assert sheet.with_rows({}, []) == ECONOMY
    assert RawTable.parse(TABLE, ECONOMY.removesuffix("\n")).with_rows({}, []) == ECONOMY
    lines = sheet.with_rows({1: sheet.rows[1] | {"value": "4.2"}}, [{"observation_id": "more", "note": "a, b"}])
    assert lines.split("\n") == [
        *(line.replace(",4.1,", ",4.2,") for line in ECONOMY.split("\n")[:-1]),
        f'more{"," * (len(sheet.header) - 1)}"a, b"',
        "",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("output-grwth", ["official/series.csv:series_id: found 'output-grwth'; expected perhaps 'output-growth' or"]),
        (
            "nobody",
            ["official/series.csv:series_id: found 'nobody'; expected one of 'lost', 'never-observed', 'output'"],
        ),
        ("", ["official/series.csv:series_id: found ''; expected one of"]),
        (
            "lost",
            [
                "official/series.csv:4:areas: found 'AAA; aaa'; expected codes of three capitals",
                "official/series.csv:4:code: found 'AB CD'; expected the service's own code",
                "official/series.csv:4:service: found 'elsewhere'; expected one of 'worldbank'",
                "official/series.csv:4:table: found '../economy'; expected the name of a table in official/",
            ],
        ),
        ("unknown-table", ["official/society.csv: found 'no such table'; expected it in the descriptor, or perhaps"]),
        ("never-observed", ["official/economy.csv:observation_id: found 'none of never-observed'; expected an observ"]),
    ],
)
def test_a_series_that_cannot_be_asked_for(name: str, expected: list[str], folder: Path) -> None:
    for problem, beginning in zip(problems(folder, name), expected, strict=True):
        assert problem.startswith(beginning)


def test_observations_that_are_not_of_their_series(folder: Path) -> None:
    text = ECONOMY.replace("aaa-2021,output,AAA,,2021,,growth", "aaa-2021,input,BBB,,2020,,level", 1)
    text = text.replace("-1.25,percent", "-1.25,times")
    (folder / TABLE).write_bytes((text + text.split("\n")[2] + "\n").encode())
    assert [problem.split(", as its")[0] for problem in problems(folder)] == [
        "official/economy.csv:2:measure: found 'level'; expected 'growth'",
        "official/economy.csv:2:metric_id: found 'input'; expected 'output'",
        "official/economy.csv:2:period: found '2020'; expected '2021'",
        "official/economy.csv:2:ref_area: found 'BBB'; expected 'AAA'",
        "official/economy.csv:5:unit: found 'times'; expected 'percent'",
        "official/economy.csv:7:observation_id: found 'economy.output-growth-aaa-2022'; expected each id once",
    ]


@pytest.mark.parametrize("value", ["much", "NaN"])
def test_an_observation_that_is_no_number(folder: Path, value: str) -> None:
    table = RawTable.parse(TABLE, ECONOMY.replace("-1.25", value))
    series, _, _ = open_series(folder, "output-growth")
    with pytest.raises(LedgerError, match=rf"economy\.csv:5:value: found '{value}'; expected a decimal number"):
        row_by_area_year(series, table)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda data: (data / TABLE).unlink(), "economy.csv: found"),
        (lambda data: (data / "datapackage.json").unlink(), "datapackage.json: found 'no such file'"),
        (lambda data: (data / TABLE).write_text("nonsense\n"), "economy.csv:1: found 'nonsense'"),
        (lambda data: (data / TABLE).write_bytes(ECONOMY.replace("\n", "\r\n").encode()), r"economy.csv: found '\r'"),
        (
            lambda data: (data / REVISIONS_FILE).write_bytes(b"observation_id\n") and describe(data),
            "revisions.csv:1:value",
        ),
    ],
)
def test_a_ledger_that_is_unsound(folder: Path, spoil: Callable[[Path], Any], expected: str) -> None:
    spoil(folder)
    assert any(expected in problem for problem in problems(folder))


def test_the_columns_that_are_needed_are_those_of_the_tables(folder: Path) -> None:
    for path, names in (COLUMNS | {TABLE: OBSERVATION_COLUMNS}).items():
        header = (folder / path).read_text(encoding="utf-8").split("\n")[0].split(",")
        assert [name for name in header if name not in ("note", "hedge")] == [
            name for name in names.split() if name != "note"
        ]
