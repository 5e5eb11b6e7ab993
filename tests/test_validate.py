import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from spoiling import spoilt_copy

from compendium.curation.validation import validate
from compendium.project.paths import DATA
from compendium.project.problems import Problem

CLAIM = "guluzade2025.turnover-2024"
EVENT = "plane-crash-2024"
FALL = "guluzade2025.exports-fall-2025-jan-apr"  # its words say which way, and print no figure
MENTION = "avdaliani2025.plane-crash-2024.p7"


def test_the_ledger_is_sound() -> None:
    assert [str(problem) for problem in validate(DATA)] == []


# --- one cell wrong at a time, as somebody would err: each row has one fault, so that one copy holds many

Cell = tuple[str, str, str, str, str]
"""Table, key of the row, column, value, and what is said to be right."""

WRONG: list[Cell] = [
    ("claims", CLAIM, "unit", "USDD", "USD"),
    ("claims", "guluzade2025.turnover-2023", "metric_id", "goods-turnovr", "goods-turnover"),
    ("claims", "guluzade2025.turnover-2024-higher", "source_id", "guluzade2024", "guluzade2025"),
    ("claims", "guluzade2025.turnover-2025-jan-apr", "counterpart_area", "RUSS", "RUS"),
    ("claims", "stear2025.turnover-2021", "period", "2024-13", "EDTF"),
    ("claims", "avdaliani2025.exports-russia-2024", "period", "", "note that says why"),
    ("claims", "stear2025.non-oil-exports-russia-2024", "as_printed", "much", "one figure or range"),
    ("claims", "stear2025.non-oil-exports-turkey-2024", "hedge", "allmost", "almost"),  # codespell:ignore allmost
    ("claims", "stear2025.crash-deaths", "paragraph", "700", "a number up to"),
    ("claims", "canback2023.lukoil-socar-deal", "measure", "growth", "percent"),
    ("claims", "guluzade2025.non-oil-exports-2025-jan-apr", "unit", "t", "a unit in which USD"),
    ("claims", "avdaliani2025.exports-russia-azerbaijan-2024", "low", "5", "a reason where bounds are replaced"),
    ("claims", "stear2025.turnover-2023", "rank", "deprecated", "a reason where the claim is deprecated"),
    ("claims", "avdaliani2025.crash-deaths", "summary", "", "a value"),
    ("claims", "stear2025.reuters-sources", "summary", " spaced ", "no white space"),
    ("claims", "overview2025.yekaterinburg-deaths", "period", "0000", "EDTF"),
    ("claims", "canback2023.declaration-points", "period", "2024-21", "EDTF"),
    ("claims", "canback2023.mediation-formats", "period", "9999", "EDTF"),
    ("claims", "canback2023.ceasefire-parties", "period", "0999", "EDTF"),
    ("claims", "overview2025.aid-ukraine", "as_printed", "-13.7%", "one figure"),
    ("claims", "stear2025.non-oil-russia-to-turkey-2024", "base_period", "", "measured against"),
    ("claims", "stear2025.peacekeepers-early-exit", "summary", "hidden\x1b[31m", "no control"),
    ("claims", "stear2025.youth-growth", "note", "turned \u202e round", "no control"),
    ("claims", "guluzade2025.baku-port-2024", "claim_id", "stear2025.other", "begins with"),
    ("claims", "stear2025.india-trade-rank", "citation_id", "guluzade2025.cite-1-p77", "guluzade2025.cite-1-p7"),
    ("claims", "stear2025.turnover-growth-2021-2023", "base_metric_id", "qqqqqq", "one of "),
    ("mentions", MENTION, "date", "", "the date that"),
    ("mentions", "stear2025.plane-crash-2024.p8", "after_event_id", EVENT, "another event"),
    ("mentions", "stear2025.freight-agreement.p8", "paragraph", "9", "EVENT.p9"),
    ("events", EVENT, "code", "9999", "known values"),
    ("events", "valuev-banned", "date_reason", "", "from what the date is inferred"),
    ("events", "russian-house-closed", "date", "", "unknown exactly where"),
    ("events", "freight-agreement", "place_id", "aktaw", "aktau"),
    ("metrics", "goods-turnover", "sum_of", "goods-exports; goods-import", "goods-imports"),
    ("citations", "guluzade2025.cite-1-p7", "entry_id", "guluzade2025.ref-2", "guluzade2025.ref-1"),
    ("sources", "guluzade2025", "reliability", "G", "one of"),
    ("sources", "stear2025", "sha256", "abc", "of the form"),
    ("places", "RUS", "within", "RUS", "no place that lies in itself, in however many steps"),
    # keys of tables of every kind, those of one form among them
    ("official/oil", "oil.btc-2024", "metric_id", "btc-oill", "perhaps 'btc-oil'"),
    ("official/votes", "62-243.aze", "resolution_id", "62-234", "perhaps '62-243'"),
    ("official/records", "peacekeeping-statement-2020", "event_id", "agreement-2020-war-ends",
     "perhaps 'agreement-2020-war-end'"),
    ("official/series", "gdp-growth", "metric_id", "gdp-grwth", "perhaps 'gdp-growth'"),
    ("comparisons", "stear2025.india-trade-rank", "reason", "perod", "perhaps 'period'"),
]  # fmt: skip
UNREADABLE: list[Cell] = [
    ("claims", CLAIM, "paragraph", "seven", "whole number"),
    ("claims", "guluzade2025.turnover-2023", "paragraph", "99999999999999999999", "a whole number"),
    ("claims", "stear2025.turnover-2021", "paragraph", "1_0", "a whole number"),
    ("claims", "stear2025.turnover-2023", "low", "inf", "a number"),
    ("claims", "avdaliani2025.crash-deaths", "low", "NaN", "a number"),
    ("claims", "canback2023.mediation-formats", "unit", "itm", "item"),  # is told all the same
]
"""Cells without which the ledger cannot be loaded, so that what it means is not looked at."""


def told_of(cells: list[Cell], folder: Path) -> dict[tuple[str, str], list[Problem]]:
    """Spoil cells, each in a row of its own, in one copy; return by table and key what is told of the row."""
    assert len({cell[:2] for cell in cells}) == len(cells)
    data, lines = spoilt_copy(folder, (cell[:4] for cell in cells))
    problems = validate(data)
    return {
        (table, key): [problem for problem in problems if (problem.file, problem.row) == (f"{table}.csv", line)]
        for (table, key, _), line in lines.items()
    }


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[Problem]]:
    return told_of(WRONG, tmp_path_factory.mktemp("wrong"))


@pytest.fixture(scope="module")
def unreadable(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[Problem]]:
    return told_of(UNREADABLE, tmp_path_factory.mktemp("unreadable"))


def names(cell: Cell) -> str:
    return f"{cell[0]}-{cell[2]}-{cell[3]!r}"


@pytest.mark.parametrize("cell", WRONG, ids=names)
def test_a_wrong_cell_is_found_where_it_stands(wrong: dict[tuple[str, str], list[Problem]], cell: Cell) -> None:
    table, key, _, _, right = cell
    assert any(right in str(problem) for problem in wrong[table, key]), wrong[table, key]


@pytest.mark.parametrize("cell", UNREADABLE, ids=names)
def test_a_cell_that_cannot_be_read_is_found_where_it_stands(
    unreadable: dict[tuple[str, str], list[Problem]], cell: Cell
) -> None:
    table, key, column, _, right = cell
    own = [problem for problem in unreadable[table, key] if problem.column == column]
    assert any(right in str(problem) for problem in own), unreadable[table, key]


def test_a_key_that_is_not_known_is_told_by_its_column_and_the_nearest_one(
    wrong: dict[tuple[str, str], list[Problem]],
) -> None:
    for table, key, column, value, right in WRONG:
        if right.startswith(("perhaps", "one of ")) and column.endswith(("_id", "reason")):
            own = [(problem.column, problem.found) for problem in wrong[table, key] if right in problem.expected]
            assert (column, value) in own


def test_a_cell_is_one_line(data: Path, spoil: Callable[..., int]) -> None:
    line = spoil("claims", CLAIM, "summary", "two\nlines")
    in_row = [str(problem) for problem in validate(data) if (problem.file, problem.row) == ("claims.csv", line)]
    assert any("one line" in said for said in in_row)


QUIET: list[Cell] = [
    ("claims", "canback2023.shah-deniz-lukoil", "as_printed", "120 %", "a value that its metric can have"),
    ("claims", CLAIM, "as_printed", "slightly decreased", "one figure or range"),
    ("claims", "stear2025.turnover-2023", "period", "never", "EDTF"),
    ("claims", FALL, "as_printed", "came down a good deal", ""),  # a direction need not be a figure
]


def test_nothing_is_told_but_what_is_wrong(tmp_path: Path) -> None:
    data, lines = spoilt_copy(tmp_path, (cell[:4] for cell in QUIET))
    problems = validate(data)
    faults = {("claims.csv", lines[cell[:3]], cell[2]) for cell in QUIET if cell[4]}
    # Whoever changes the period of a claim that was published has made another claim of it.
    faults.add(("claims.csv", lines["claims", "stear2025.turnover-2023", "period"], "claim_id"))
    assert {(problem.file, problem.row, problem.column) for problem in problems} == faults
    for table, key, column, _, right in QUIET:
        place = (lines[table, key, column], column)
        own = [problem for problem in problems if (problem.row, problem.column) == place]
        assert all(right in problem.expected for problem in own)
        assert bool(own) == bool(right)


def test_repeated_keys_and_an_unknown_one_are_all_named_at_once(data: Path, spoil: Callable[..., int]) -> None:
    spoil("claims", CLAIM, "metric_id", "goods-turnovr")
    ends = []
    for table in ("sources", "metrics", "claims"):
        path = data / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        path.write_text(text + text.split("\n")[1] + "\n", encoding="utf-8")
        ends.append((f"{table}.csv", text.count("\n") + 1))
    problems = validate(data)
    assert set(ends) <= {(problem.file, problem.row) for problem in problems}
    repeated = [problem for problem in problems if (problem.file, problem.row) in ends]
    assert {problem.expected for problem in repeated} == {"a key that no other row has; row 2 has it"}
    assert "perhaps 'goods-turnover'" in "\n".join(map(str, problems))


def test_a_number_below_what_it_can_be_is_told_the_least(data: Path, spoil: Callable[..., int]) -> None:
    line = spoil("claims", CLAIM, "paragraph", "-1")
    assert [str(problem) for problem in validate(data)] == [
        f"claims.csv:{line}:paragraph: found '-1'; expected at least 1"
    ]


@pytest.mark.parametrize(
    ("change", "row", "told"),
    [
        (lambda text: text + "a,b\n", True, "found '2 cells'"),
        (lambda text: text.replace("claim_id", "claimid", 1), False, "found 'claimid,"),
        (lambda _: "", False, "found ''"),
    ],
)
def test_what_has_not_the_form_of_a_table_is_told_once(
    data: Path, change: Callable[[str], str], row: bool, told: str
) -> None:
    path = data / "claims.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(change(text), encoding="utf-8")
    (problem,) = validate(data)
    assert (problem.file, problem.row) == ("claims.csv", text.count("\n") + 1 if row else 1)
    assert told in str(problem)


def test_a_ragged_row_does_not_shift_the_lines_after_it(data: Path, spoil: Callable[..., int]) -> None:
    line = spoil("claims", CLAIM, "paragraph", "seven")
    path = data / "claims.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[3] += ",one cell too many"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert {p.row for p in validate(data) if p.column == "paragraph" and "seven" in p.found} == {line}


@pytest.mark.parametrize("change", ["rank_reason", "claims", "date", "list of nothing.x"])
def test_a_descriptor_that_the_engine_cannot_use_is_told_so(data: Path, change: str) -> None:
    path = data / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    claims = next(r for r in package["resources"] if r["name"] == "claims")
    if change == "claims":
        package["resources"].remove(claims)
    elif change == "rank_reason":
        claims["schema"]["fields"] = [f for f in claims["schema"]["fields"] if f["name"] != change]
        with (data / "claims.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        place = header.index(change)
        with (data / "claims.csv").open("w", encoding="utf-8", newline="") as file:
            cut = [row[:place] + row[place + 1 :] for row in (header, *rows)]
            csv.writer(file, lineterminator="\n").writerows(cut)
    else:
        claims["schema"]["fields"][0]["type" if change == "date" else "holds"] = change
    path.write_text(json.dumps(package), encoding="utf-8")
    assert any(problem.file == "datapackage.json" for problem in validate(data))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'"unclosed\n', b"a,b\n1,2\n"])
def test_bad_input_gives_located_errors_never_a_traceback(data: Path, content: bytes) -> None:
    (data / "claims.csv").write_bytes(content)
    assert any(problem.file == "claims.csv" for problem in validate(data))


# --- what claims and metrics mean together: all of it spoiled in one copy, each cell in a row of its own

SENSELESS = [
    ("claims", "guluzade2025.turnover-growth-2023", "base_metric_id", "", "what the growth is measured against"),
    ("claims", "guluzade2025.imports-multiple-2025-jan-apr", "base_metric_id", "", "what the multiple is measured"),
    ("claims", "avdaliani2025.exports-russia-share-2024", "base_metric_id", "", "the whole that it is a share of"),
    ("claims", "stear2025.turnover-growth-2021-2023", "base_metric_id", "port-throughput", "a metric in USD, like its"),
    ("claims", "guluzade2025.turnover-growth-2024", "direction", "rises", "exactly where a level has a base, or"),
    ("claims", "guluzade2025.turnover-2023", "direction", "falls", "exactly where a level has a base, or"),
    ("claims", FALL, "direction", "", "rises or falls exactly where a level has a base, or where that is all"),
    ("claims", FALL, "unit", "USD", "'percent' for a direction"),
    ("claims", "guluzade2025.turnover-2026", "direction", "grows", "'falls', 'rises'"),
    ("claims", CLAIM, "period", "2025/2024", "a date or period in EDTF"),
    ("claims", "guluzade2025.investment-growth", "base_period", "2025-05/2025-04", "a date or period in EDTF"),
    ("claims", "guluzade2025.baku-port-2024", "unit", "USD", "a unit in which t or a rate of it can be given"),
    ("claims", "stear2025.peacekeepers-early-exit", "unit", "USD", "a unit in which month or a rate of it"),
    ("claims", "guluzade2025.turnover-2025-jan-apr", "unit", "t/year", "a unit in which USD or a rate of it"),
    ("claims", "canback2023.threat-russia", "unit", "USD", "'percent' for a share"),
    ("claims", "stear2025.turnover-2021", "as_printed", "as much as ever", "one figure or range"),
    ("claims", "stear2025.turnover-2023", "as_printed", "4.4.2", "one figure or range"),
    ("claims", "canback2023.peacekeepers-2020", "low", "3000", "bounds that leave a value possible"),
    ("metrics", "gdp", "part_of", "gdp", "no metric that is part of itself"),
    ("metrics", "agricultural-exports", "part_of", "oil-gas-exports", "no metric that is part of itself"),
    ("metrics", "oil-gas-exports", "part_of", "agricultural-exports", ""),
    (
        "metrics",
        "remittances-received",
        "sum_of",
        "oil-deal-value; investment-flow",
        "no metric that is part of itself",
    ),
    ("metrics", "oil-deal-value", "sum_of", "remittances-received; investment-flow", ""),
    ("metrics", "goods-turnover", "part_of", "non-oil-exports", "no metric that is part of itself"),
    ("metrics", "baku-novorossiysk-oil", "part_of", "gas-exports", "a metric in bbl, like its own"),
    ("metrics", "port-throughput", "sum_of", "north-south-cargo; media-staff", "a metric in t, like its own"),
    ("metrics", "north-south-cargo", "mirror_of", "crash-deaths", "a metric in t, like its own"),
    ("metrics", "crash-deaths", "exclusive_over", "counterpart_area", "nothing, unless in percent"),
    ("metrics", "mediation-formats", "ranks", "goods-exports", "nothing, unless its kind is rank"),
    ("metrics", "investment-stock", "part_of", "investmentstock", "perhaps 'investment-stock'"),
    ("headlines", "turnover-grew-2022", "period", "2022/2021", "a date or period in EDTF"),
    ("headlines", "turnover-grew-2022", "over_period", "the year before", "a date or period in EDTF"),
    ("headlines", "turnover-grew-2021-2024", "low", "", "an end of the range in which the headline holds"),
    ("headlines", "turnover-grew-2023-2024", "over_period", "", "a period exactly where there is a ratio"),
    ("headlines", "imports-exceed-exports-2024", "over_metric_id", "port-throughput", "a metric in USD, like its own"),
    ("headlines", "peacekeepers-left-early", "over_period", "2024", "a period exactly where there is a ratio"),
    ("mentions", MENTION, "after_event_id", EVENT, "another event than its own"),
    ("mentions", MENTION, "same_day_as", EVENT, "another event than its own"),
    (
        "incomparable",
        "guluzade2025.investment-growth",
        "other_claim_id",
        "guluzade2025.investment-growth",
        "another claim than the one set apart",
    ),
    ("events", EVENT, "date", "2024-12/2024-11", "a date or period in EDTF"),
    ("tensions", "threat-answers-pass-the-whole", "reason", "", "a value"),
    ("incomparable", "stear2025.youth-security", "reason", "questions", "perhaps 'question'"),
    ("incomparable", "guluzade2025.baku-port-2024", "other_claim_id", "guluzade2025.north-south", "perhaps"),
]


@pytest.fixture(scope="module")
def senseless(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], list[Problem]]:
    """Spoil every cell of `SENSELESS` in one copy; return by cell the problems that are found there."""
    data, lines = spoilt_copy(tmp_path_factory.mktemp("spoilt"), (cell[:4] for cell in SENSELESS))
    problems = validate(data)
    return {
        (table, key, column): [
            problem for problem in problems
            if (problem.file, problem.row, problem.column) == (f"{table}.csv", line, column)
        ]
        for (table, key, column), line in lines.items()
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "key", "column", "right"),
    [(table, key, column, right) for table, key, column, _, right in SENSELESS if right],
)
def test_what_makes_no_sense_is_found_where_it_stands(
    senseless: dict[tuple[str, str, str], list[Problem]], table: str, key: str, column: str, right: str
) -> None:
    assert any(right in problem.expected for problem in senseless[table, key, column]), senseless[table, key, column]


def test_a_circle_of_parts_is_told_once_and_whole(senseless: dict[tuple[str, str, str], list[Problem]]) -> None:
    circles = [
        problem.found for found in senseless.values() for problem in found if "part of itself" in problem.expected
    ]
    assert [len(told.split(" → ")) for told in sorted(circles, key=len)] == [2, 3, 3, 4]
    assert all(told.split(" → ")[0] == told.split(" → ")[-1] for told in circles)
    assert "gdp → gdp" in circles
    assert sorted(next(told for told in circles if told.startswith("goods-turnover")).split(" → ")[1:]) == [
        "goods-exports", "goods-turnover", "non-oil-exports",
    ]  # fmt: skip


# --- tensions are held against what reconciliation finds

TENSION = "threat-answers-pass-the-whole"


def test_a_tension_whose_conflict_is_gone_fails(data: Path, spoil: Callable[..., int]) -> None:
    spoil("claims", "canback2023.threat-russia", "as_printed", "20%")
    line = spoil("tensions", TENSION, "title", "A title")
    problems = validate(data)
    assert {(problem.file, problem.row) for problem in problems} == {("tensions.csv", line)}
    (gone,) = [problem for problem in problems if problem.column == "expect"]
    assert gone.found == "answers that exclude each other"
    assert gone.expected.startswith("the rule of a conflict of these items: ")


def test_a_tension_with_an_unknown_item_and_one_of_another_rule_are_told_the_nearest(
    data: Path, spoil: Callable[..., int]
) -> None:
    line = spoil("tensions", TENSION, "items", "canback2023.threat-armenia; canback2023.threat-rusia")
    other = spoil("tensions", "turnover-2026-below-present", "expect", "projection against a base")
    problems = validate(data)
    told = {(problem.row, problem.column): problem for problem in problems}
    assert told.keys() == {(other, "expect"), (line, "expect"), (line, "items")}
    assert [problem.file for problem in problems] == ["tensions.csv"] * 3
    assert "perhaps 'projection against its base'" in told[other, "expect"].expected
    assert told[line, "items"].found == "canback2023.threat-rusia"
    assert "perhaps 'canback2023.threat-russia'" in told[line, "items"].expected


# --- never a traceback


def test_an_unknown_metric_that_is_both_part_and_whole_is_found(data: Path, spoil: Callable[..., int]) -> None:
    spoil("metrics", "gdp", "part_of", "nothing")
    line = spoil("metrics", "gdp", "sum_of", "nothing; oil-gas-value-added")
    assert any((problem.file, problem.row) == ("metrics.csv", line) for problem in validate(data))


# --- keys are checked by our own code, and tables of one form share the file that describes it


def test_a_table_that_cannot_be_read_is_told_and_not_by_everybody_who_refers_to_it(data: Path) -> None:
    (data / "metrics.csv").write_bytes(b"\xff\xfe")
    assert {problem.file for problem in validate(data)} == {"metrics.csv"}


SHARED = "official/observation.json"


@pytest.mark.parametrize(
    ("content", "file", "right"),
    [
        (None, SHARED, "the schema that the Data Package names"),
        ("{nonsense", SHARED, "well-formed JSON in UTF-8"),
        ("", SHARED, "well-formed JSON in UTF-8"),
        ("[]", "datapackage.json", "a schema whose fields have name and type"),
        ("{}", "datapackage.json", "a schema whose fields have name and type"),
        ('{"fields": [{"type": "string"}]}', "datapackage.json", "a schema whose fields have name and type"),
    ],
    ids=["missing", "no JSON", "empty", "a list", "no fields", "no name"],
)
def test_a_schema_that_tables_share_is_told_where_it_is_unfit(
    data: Path, content: str | None, file: str, right: str
) -> None:
    if content is None:
        (data / SHARED).unlink()
    else:
        (data / SHARED).write_text(content, encoding="utf-8")
    (problem,) = validate(data)
    assert problem.file == file
    assert right in problem.expected


def test_a_schema_that_is_no_text_is_told_so(data: Path) -> None:
    (data / SHARED).write_bytes(b"\xff\xfe")
    (problem,) = validate(data)
    assert (problem.file, problem.expected) == (SHARED, "well-formed JSON in UTF-8")
