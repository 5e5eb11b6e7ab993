"""Every fault that a table of observations can have beyond its schema is named where it stands."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small import OFFICIAL, OFFICIAL_TOO, SCHEMA, claim, frame, observation, small
from spoiling import spoilt_copy

from compendium.curation import observation_checks
from compendium.curation.observation_checks import PROVENANCE
from compendium.curation.validation import validate
from compendium.ledger.loader import Ledger, load
from compendium.project.problems import LedgerError, Problem

PATH = SCHEMA[OFFICIAL].path
STEM, STEM_TOO = (Path(SCHEMA[name].path).stem for name in (OFFICIAL, OFFICIAL_TOO))
Row = dict[str, Any]


def sound(value: str = "5", metric: str = "total", name: str = "o", **cells: Any) -> Row:
    """Return an observation with which nothing is wrong, unless the cells say otherwise."""
    own = {"address": "https://x.org", "licence": "free"}
    return observation(f"{STEM}.{name}", value, metric, **own | cells)


def problems(*rows: Row, conversions: Iterable[Any] = (), **tables: Sequence[Row]) -> list[Problem]:
    ledger = small(claim("c", "5"), observations=rows, conversions=conversions)
    frames = {name: frame(SCHEMA[name], own) for name, own in tables.items()}
    return found(replace(ledger, frames=ledger.frames | frames))


def found(ledger: Ledger) -> list[Problem]:
    return [problem for check in observation_checks.CHECKS for problem in check(ledger)]


def expected(*rows: Row, **tables: Any) -> list[tuple[int, str, str]]:
    """Return of each fault in the first table its line, its column and what would be right there."""
    told = problems(*rows, **tables)
    assert {problem.file for problem in told} <= {PATH}
    return [(problem.row, problem.column, problem.expected) for problem in told]


GROWTH = {"unit": "percent", "measure": "growth", "base": "2023"}


@pytest.mark.parametrize(
    "row",
    [
        sound(),
        sound("-5", "balance"),
        sound("0"),
        sound("4.4", unit="billion USD", hedge="about"),
        sound("12", **GROWTH),
        sound("-12", **GROWTH),
        sound("1.5", **GROWTH | {"unit": "times", "measure": "multiple"}),
        sound("30", measure="share", unit="percent", base="2024", base_metric_id="first"),
        sound("30", "opinion", measure="share", base="2024", base_metric_id="answers"),
        sound("3", "place"),
        sound("100", "answers"),
        sound("0", "answers"),
        sound("5", "oil", unit="bbl/day"),
        sound("5", period="", stated_on="2024-05-07"),
        sound("5", period="", note="It holds at no set time."),
        sound("", obs_status="missing", note="Nobody counts it.", publisher="", address="", licence="", quality=""),
    ],
    ids=lambda row: f"{row['metric_id']} {row['measure']} {row['value'] or '-'} {row['unit']}",
)
def test_a_sound_observation_has_no_fault(row: Row) -> None:
    assert problems(row) == []


def test_an_id_says_its_table() -> None:
    (problem,) = problems(sound() | {"observation_id": f"{STEM_TOO}.o"})
    assert problem == Problem(PATH, 2, "observation_id", f"{STEM_TOO}.o", f"an id that begins with {STEM}.")
    assert str(problem).startswith(f"{PATH}:2:observation_id: found '{STEM_TOO}.o'; expected an id that")


def test_a_table_whose_name_only_begins_alike_is_another() -> None:
    assert expected(sound() | {"observation_id": f"{STEM}s.o"}) == [
        (2, "observation_id", f"an id that begins with {STEM}.")
    ]


def test_what_is_missing_has_no_value_and_a_reason() -> None:
    assert expected(sound("5", obs_status="missing", note="-")) == [
        (2, "value", "nothing, where the status is missing")
    ]
    assert expected(sound("", obs_status="missing")) == [
        (2, "note", "why there is no value: what was looked for, and where")
    ]


def test_what_was_found_has_a_value() -> None:
    assert expected(sound(), sound("", name="p")) == [(3, "value", "a value, or the status missing")]


@pytest.mark.parametrize("column", PROVENANCE)
def test_what_was_found_has_its_provenance(column: str) -> None:
    assert expected(sound(**{column: ""})) == [(2, column, "a value, as for everything that was found")]


def test_provenance_is_publisher_address_licence_and_quality() -> None:
    assert set(PROVENANCE) == {"publisher", "address", "licence", "quality"}


def test_what_has_no_date_has_a_note() -> None:
    assert expected(sound(period="")) == [
        (2, "period", "a period, or the day of the statement, or a note that says why there is neither")
    ]


@pytest.mark.parametrize(("measure", "unit"), [("growth", "percent"), ("multiple", "times")])
def test_growth_and_multiple_are_measured_against_something(measure: str, unit: str) -> None:
    assert expected(sound(unit=unit, measure=measure)) == [
        (2, "base_metric_id", f"what the {measure} is measured against")
    ]


def test_a_share_has_its_whole_unless_its_metric_is_a_share() -> None:
    assert expected(sound(unit="percent", measure="share")) == [
        (2, "base_metric_id", "the whole that it is a share of: its metric is not itself a share in percent")
    ]
    assert expected(sound("5", "answers", measure="share")) == []


def test_a_base_is_of_the_same_kind_and_has_a_period() -> None:
    assert expected(sound(**GROWTH, base_metric_id="oil")) == [(2, "base_metric_id", "a metric in USD, like its own")]
    (fault,) = expected(sound(**GROWTH | {"base": ""}, base_metric_id="total"))
    assert fault[:2] == (2, "base_period")


def test_a_level_is_measured_against_nothing() -> None:
    (fault,) = expected(sound(base="2023", base_metric_id="total"))
    assert fault == (2, "base_metric_id", "nothing, for a level, which is measured against nothing")


def test_nothing_is_measured_against_itself() -> None:
    (fault,) = expected(sound(**GROWTH | {"base": "2024"}))
    assert fault[:2] == (2, "base_metric_id")


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (GROWTH | {"unit": "USD"}, "one of 'percent' for a growth"),
        (GROWTH | {"unit": "percent", "measure": "multiple"}, "one of 'times' for a multiple"),
        ({"unit": "t"}, "a unit in which USD can be given, or a row of the conversions"),
        ({"unit": "percent"}, "a unit in which USD can be given, or a row of the conversions"),
        ({"unit": "t", "measure": "difference", "base": "2023"},
         "a unit in which USD can be given, or a row of the conversions"),
        ({"measure": "rank", "unit": "USD"}, "one of 'rank' for a rank"),
    ],
    ids=str,
)  # fmt: skip
def test_a_unit_fits_its_measure_and_its_metric(cells: Row, right: str) -> None:
    assert expected(sound(**cells)) == [(2, "unit", right)]


def test_a_unit_fits_by_a_conversion_of_its_metric() -> None:
    row = sound("5", "oil", unit="million t")
    assert [fault[1] for fault in expected(row)] == ["unit"]
    assert expected(row, conversions=[("oil", "t", "bbl", 6.5, 7.9)]) == []
    assert [fault[1] for fault in expected(row, conversions=[("total", "t", "USD", 6.5, 7.9)])] == ["unit"]
    assert [fault[1] for fault in expected(row, conversions=[("oil", "m^3", "bbl", 6, 7)])] == ["unit"]


@pytest.mark.parametrize(
    "row",
    [
        sound("-5"),
        sound("-0.6", hedge="about"),
        sound("120", "answers"),
        sound("-3", "answers"),
        sound("120", measure="share", unit="percent", base="2024", base_metric_id="first"),
        sound("0", "place"),
        sound("-1", "victims"),
    ],
    ids=lambda row: f"{row['metric_id']} {row['measure']} {row['value']}",
)
def test_a_value_lies_where_its_metric_can_be(row: Row) -> None:
    assert expected(row) == [(2, "value", "a value that its metric can have")]


def test_what_the_schema_tells_is_not_told_again() -> None:
    assert problems(sound(unit="quux")) == []
    assert problems(sound(hedge="allmost")) == []  # codespell:ignore allmost
    assert problems(sound(metric="total") | {"metric_id": "nothing"}) == []


# --- what refers to observations


@pytest.mark.parametrize("table", ["comparisons", "revisions"])
def test_who_names_an_observation_names_one_that_there_is(table: str) -> None:
    rows = [{"observation_id": f"{STEM}.one"}, {"observation_id": f"{STEM}.onee"}]
    (problem,) = problems(sound(name="one"), sound(name="other"), **{table: rows})
    assert problem == Problem(f"{SCHEMA[table].path}", 3, "observation_id", f"{STEM}.onee", problem.expected)
    assert problem.expected.startswith(f"perhaps '{STEM}.one'")


def test_a_trap_is_about_observations_that_there_are() -> None:
    rows = [{"observations": f"{STEM}.one; {STEM}.other"}, {"observations": f"{STEM}.one; {STEM}.otherr; nobody"}]
    told = problems(sound(name="one"), sound(name="other"), traps=rows)
    assert [(problem.file, problem.row, problem.column, problem.found) for problem in told] == [
        ("traps.csv", 3, "observations", f"{STEM}.otherr"), ("traps.csv", 3, "observations", "nobody"),
    ]  # fmt: skip
    assert told[0].expected.startswith(f"perhaps '{STEM}.other'")


def test_what_was_not_found_can_be_named() -> None:
    gone = sound("", "oil", name="gone", obs_status="missing", note="Nobody counts it.")
    assert problems(gone, comparisons=[{"observation_id": f"{STEM}.gone"}]) == []


@pytest.mark.parametrize(("low", "high"), [(7.9, 6.5), (0, 7), (-1, 7), (-2, -1)])
def test_a_conversion_rises_from_above_nothing(low: float, high: float) -> None:
    (problem,) = problems(conversions=[("oil", "t", "bbl", low, high)])
    path = SCHEMA["conversions"].path
    wanted = "an end that is not below the other, both above nothing"
    assert (problem.file, problem.row, problem.column, problem.expected) == (path, 2, "high", wanted)
    assert float(problem.found) == high


def test_a_conversion_without_an_end_is_left_to_the_schema() -> None:
    assert problems(conversions=[("oil", "t", "bbl", None, 7), ("oil", "t", "bbl", 6, None)]) == []


def test_a_conversion_may_be_exact() -> None:
    assert problems(conversions=[("oil", "t", "bbl", 7, 7)]) == []


def test_a_conversion_ends_in_the_unit_of_its_metric() -> None:
    (problem,) = problems(conversions=[("total", "t", "bbl", 6, 7)])
    assert problem == Problem(SCHEMA["conversions"].path, 2, "to_unit", "bbl", "USD, the unit of its metric")


# --- all of it spoiled in one copy of the ledger, each cell in a row of its own

SPOILT = [
    ("official/gas", "gas.exports-europe-2021", "observation_id", "oil.exports-europe-2021", "begins with gas."),
    ("official/gas", "gas.exports-europe-2022", "metric_id", "gas-exprts", "perhaps 'gas-exports'"),
    ("official/gas", "gas.exports-europe-2023", "counterpart_area", "europ", "'europe'"),
    ("official/oil", "oil.btc-2024", "value", "", "a value, or the status missing"),
    ("official/oil", "oil.main-pipelines-2024", "publisher", "", "a value, as for everything that was found"),
    ("official/arms", "arms.deliveries-all-2000-2010", "address", "", "a value, as for everything that was found"),
    ("official/arms", "arms.deliveries-belarus-2000-2010", "licence", "", "a value, as for everything that was found"),
    ("official/aid", "aid.provided-2023-10-30", "quality", "", "a value, as for everything that was found"),
    ("official/economy", "economy.gdp-growth-aze-2010", "unit", "t", "a unit in which percent can be given"),
    ("official/opinion", "opinion.attitude-like-very-much-tur", "value", "140", "a value that its metric can have"),
    ("official/trade", "trade.turnover-2014-jan-aug", "value", "-1219.7", "a value that its metric can have"),
    ("official/trade", "trade.turnover-2014-jan-jul-russian", "period", "2014-13", "EDTF"),
    ("official/trade", "trade.turnover-growth-2023-russian", "base_metric_id", "", "what the growth is measured"),
    ("official/conversions", "crude-oil-tonnes-to-barrels", "high", "6.40", "not below the other"),
    ("official/conversions", "manat-to-dollars", "to_unit", "AZN", "USD, the unit of its metric"),
    ("official/trade", "trade.turnover-growth-2023", "value", "-150", "a value that its metric can have"),
    ("official/trade", "trade.turnover-ratio-2021-2023", "value", "-2", "a value that its metric can have"),
    ("comparisons", "stear2025.crash-deaths", "observation_id", "rupture.crash-deathss", "'rupture.crash-deaths'"),
]  # fmt: skip


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[tuple[str, str, str], int], list[Problem]]:
    """Spoil every cell of `SPOILT` in one copy; return by cell the line it stands in, and all problems."""
    data, lines = spoilt_copy(tmp_path_factory.mktemp("spoilt"), (cell[:4] for cell in SPOILT))
    return lines, validate(data)


@pytest.mark.parametrize(("table", "key", "column", "right"), [(*cell[:3], cell[4]) for cell in SPOILT])
def test_a_spoilt_cell_is_named_by_file_row_and_column(
    spoilt: tuple[dict[tuple[str, str, str], int], list[Problem]], table: str, key: str, column: str, right: str
) -> None:
    lines, told = spoilt
    place = (f"{table}.csv", lines[table, key, column], column)
    own = [str(problem) for problem in told if (problem.file, problem.row, problem.column) == place]
    assert any(right in said for said in own), own


def test_only_what_was_spoilt_is_named(
    spoilt: tuple[dict[tuple[str, str, str], int], list[Problem]],
) -> None:
    lines, told = spoilt
    places = {(f"{table}.csv", line) for (table, _, _), line in lines.items()}
    strange = [problem for problem in told if (problem.file, problem.row) not in places]
    # Who named the observation by its old id is told so, too.
    assert [str(problem) for problem in strange if problem.found != "gas.exports-europe-2021"] == []


@pytest.mark.parametrize("value", ["sixty", "1,200", "1e3", "4.4 billion", "+5", ".5"])
def test_a_value_is_a_number_as_the_tables_write_it(spoil: Callable[..., int], data: Path, value: str) -> None:
    line = spoil("official/rupture", "rupture.crash-aboard", "value", value)
    with pytest.raises(LedgerError) as error:
        load(data).load_all()
    (problem,) = error.value.problems
    assert (problem.file, problem.row, problem.column, problem.found) == (
        "official/rupture.csv", line, "value", value,
    )  # fmt: skip
    assert problem.expected == "a number, with a point before its decimals"
