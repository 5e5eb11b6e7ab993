import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from compendium.curation.validation import validate
from compendium.ledger.loader import Ledger
from compendium.ledger.schema import read_schema
from compendium.project.problems import Problem
from tests.support.spoiling import spoilt_copy

CLAIM = "ames2024.turnover-2022"
EVENT = "grain-treaty"
RISE = "cole2024.exports-rise-2024"  # its words say which way, and print no figure
MENTION = "ames2024.grain-treaty.p7"


def test_a_sound_ledger_has_no_problems(small: Ledger) -> None:
    assert [str(problem) for problem in validate(small.data)] == []


# --- one cell wrong at a time, as somebody would err: a copy holds many, and of each row one

Cell = tuple[str, str, str, str, str]
"""Table, key of the row, column, value, and what is said to be right."""

WRONG: list[Cell] = [
    ("claims", CLAIM, "unit", "USDD", "USD"),
    ("claims", "ames2024.turnover-2020", "metric_id", "turnovr", "turnover"),
    ("claims", "ames2024.exports-2022", "source_id", "ames2042", "ames2024"),
    ("claims", "ames2024.imports-2022", "counterpart_area", "XBBB", "XBB"),
    ("claims", "ames2024.grain-exports-2022", "period", "2024-13", "EDTF"),
    ("claims", "birk2023.port-2023", "period", "", "note that says why"),
    ("claims", "cole2024.turnover-2030", "as_printed", "much", "one figure or range"),
    ("claims", "birk2023.port-capacity-2023", "hedge", "allmost", "almost"),  # codespell:ignore allmost
    ("claims", "cole2024.passengers-2022", "paragraph", "700", "a number up to"),
    ("claims", "birk2023.passengers-2022", "measure", "growth", "percent"),
    ("claims", CLAIM, "unit", "t", "a unit in which USD"),
    ("claims", "ames2024.exports-2022", "low", "5", "a reason where bounds are replaced"),
    ("claims", "ames2024.turnover-2020", "rank", "deprecated", "a reason where the claim is deprecated"),
    ("claims", "cole2024.envoy-stay", "summary", "", "a value"),
    ("claims", "cole2024.harvest-2023", "summary", " spaced ", "no white space"),
    ("claims", "cole2024.passengers-2022", "period", "0000", "EDTF"),
    ("claims", "birk2023.port-2023", "period", "2024-21", "EDTF"),
    ("claims", "birk2023.passengers-2022", "period", "9999", "EDTF"),
    ("claims", "cole2024.harvest-2023", "period", "0999", "EDTF"),
    ("claims", "cole2024.turnover-2030", "as_printed", "-13.7%", "one figure"),
    ("claims", "cole2024.turnover-multiple-2023", "base_period", "", "measured against"),
    ("claims", "birk2023.trust-belmora-2023", "summary", "hidden\x1b[31m", "no control"),
    ("claims", "birk2023.trust-corvania-2023", "note", "turned \u202e round", "no control"),
    ("claims", "ames2024.imports-2022", "claim_id", "birk2023.other", "begins with"),
    ("claims", "ames2024.growth-2020-2022", "citation_id", "ames2024.cite-orr-2023-p33", "ames2024.cite-orr-2023-p3"),
    ("claims", "cole2024.imports-over-exports-2023", "base_metric_id", "qqqqqq", "one of "),
    ("mentions", MENTION, "date", "", "the date that"),
    ("mentions", "birk2023.grain-treaty.p6", "after_event_id", EVENT, "another event"),
    ("mentions", "birk2023.bridge-opened.p6", "paragraph", "8", "EVENT.p8"),
    ("events", EVENT, "code", "9999", "one of '057'"),
    ("events", "ferry-lands", "date_reason", "", "from what the date is inferred"),
    ("events", "harvest-strike-ends", "date", "", "unknown exactly where"),
    ("events", "bridge-opened", "place_id", "midwaj", "midway"),
    ("metrics", "turnover", "sum_of", "exports; import", "imports"),
    ("citations", "ames2024.cite-orr-2023-p3", "entry_id", "ames2024.ref-quist-2021", "ames2024.ref-orr-2023"),
    ("sources", "ames2024", "reliability", "G", "one of"),
    ("sources", "birk2023", "sha256", "abc", "of the form"),
    ("places", "XBB", "within", "XBB", "no place that lies in itself, in however many steps"),
    # keys of tables of every kind, those of one form among them
    ("official-economy", "economy.gdp-xaa-2023", "metric_id", "gdpp", "perhaps 'gdp'"),
    ("votes", "7-1.xaa", "resolution_id", "7-11", "perhaps '7-1'"),
    ("records", "treaty-2022", "event_id", "grain-treatys", "perhaps 'grain-treaty'"),
    ("series", "gdp", "metric_id", "gddp", "perhaps 'gdp'"),
    ("comparisons", "birk2023.passengers-2022", "reason", "definitionn", "perhaps 'definition'"),
]  # fmt: skip
UNREADABLE: list[Cell] = [
    ("claims", CLAIM, "paragraph", "seven", "whole number"),
    ("claims", "ames2024.turnover-2020", "paragraph", "99999999999999999999", "a whole number"),
    ("claims", "ames2024.exports-2022", "paragraph", "1_0", "a whole number"),
    ("claims", "ames2024.imports-2022", "low", "inf", "a number"),
    ("claims", "cole2024.harvest-2023", "low", "NaN", "a number"),
    ("claims", "birk2023.passengers-2022", "unit", "itm", "item"),  # is told all the same
]
"""Cells without which the ledger cannot be loaded, so that what it means is not looked at."""

Told = dict[Cell, list[Problem]]
"""By cell that is spoiled: what is told of its row."""


def told_of(cells: list[Cell], folder: Path) -> Told:
    """Spoil cells, one of a row in each copy; return by cell what is told of the row."""
    found: Told = {}
    left = cells
    while left:
        own = list({cell[:2]: cell for cell in reversed(left)}.values())
        place = folder / str(len(left))
        place.mkdir()
        data, lines = spoilt_copy(place, (cell[:4] for cell in own))
        problems, schema = validate(data), read_schema(data)
        for cell in own:
            at = (schema[cell[0]].path, lines[cell[:3]])
            found[cell] = [problem for problem in problems if (problem.file, problem.row) == at]
        left = [cell for cell in left if cell not in own]
    return found


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return told_of(WRONG, tmp_path_factory.mktemp("wrong"))


@pytest.fixture(scope="module")
def unreadable(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return told_of(UNREADABLE, tmp_path_factory.mktemp("unreadable"))


def names(cell: Cell) -> str:
    return f"{cell[0]}-{cell[2]}-{cell[3]!r}"


@pytest.mark.parametrize("cell", WRONG, ids=names)
def test_a_wrong_cell_is_found_where_it_stands(wrong: Told, cell: Cell) -> None:
    assert any(cell[4] in str(problem) for problem in wrong[cell]), wrong[cell]


@pytest.mark.parametrize("cell", UNREADABLE, ids=names)
def test_a_cell_that_cannot_be_read_is_found_where_it_stands(unreadable: Told, cell: Cell) -> None:
    own = [problem for problem in unreadable[cell] if problem.column == cell[2]]
    assert any(cell[4] in str(problem) for problem in own), unreadable[cell]


def test_a_key_that_is_not_known_is_told_by_its_column_and_the_nearest_one(wrong: Told) -> None:
    for cell in WRONG:
        _, _, column, value, right = cell
        if right.startswith(("perhaps", "one of ")) and column.endswith(("_id", "reason")):
            own = [(problem.column, problem.found) for problem in wrong[cell] if right in problem.expected]
            assert (column, value) in own


def test_a_cell_is_one_line(small_data: Path, spoil_small: Callable[..., int]) -> None:
    line = spoil_small("claims", CLAIM, "summary", "two\nlines")
    in_row = [str(problem) for problem in validate(small_data) if (problem.file, problem.row) == ("claims.csv", line)]
    assert any("one line" in said for said in in_row)


QUIET: list[Cell] = [
    ("claims", "birk2023.rank-ardania-2022", "as_printed", "zero", "a value that its metric can have"),
    ("claims", CLAIM, "as_printed", "slightly decreased", "one figure or range"),
    ("claims", "ames2024.turnover-2020", "period", "never", "EDTF"),
    ("claims", RISE, "as_printed", "went up a good deal", ""),  # a direction need not be a figure
]


def test_nothing_is_told_but_what_is_wrong(tmp_path: Path) -> None:
    data, lines = spoilt_copy(tmp_path, (cell[:4] for cell in QUIET))
    problems = validate(data)
    faults = {("claims.csv", lines[cell[:3]], cell[2]) for cell in QUIET if cell[4]}
    # Whoever changes the period of a claim that was published has made another claim of it.
    faults.add(("claims.csv", lines["claims", "ames2024.turnover-2020", "period"], "claim_id"))
    assert {(problem.file, problem.row, problem.column) for problem in problems} == faults
    for table, key, column, _, right in QUIET:
        place = (lines[table, key, column], column)
        own = [problem for problem in problems if (problem.row, problem.column) == place]
        assert all(right in problem.expected for problem in own)
        assert bool(own) == bool(right)


def test_repeated_keys_and_an_unknown_one_are_all_named_at_once(
    small_data: Path, spoil_small: Callable[..., int]
) -> None:
    spoil_small("claims", CLAIM, "metric_id", "turnovr")
    ends = []
    for table in ("sources", "metrics", "claims"):
        path = small_data / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        path.write_text(text + text.split("\n")[1] + "\n", encoding="utf-8")
        ends.append((f"{table}.csv", text.count("\n") + 1))
    problems = validate(small_data)
    assert set(ends) <= {(problem.file, problem.row) for problem in problems}
    repeated = [problem for problem in problems if (problem.file, problem.row) in ends]
    assert {problem.expected for problem in repeated} == {"a key that no other row has; row 2 has it"}
    assert "perhaps 'turnover'" in "\n".join(map(str, problems))


def test_a_number_below_what_it_can_be_is_told_the_least(small_data: Path, spoil_small: Callable[..., int]) -> None:
    line = spoil_small("claims", CLAIM, "paragraph", "-1")
    assert [str(problem) for problem in validate(small_data)] == [
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
    small_data: Path, change: Callable[[str], str], row: bool, told: str
) -> None:
    path = small_data / "claims.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(change(text), encoding="utf-8")
    (problem,) = validate(small_data)
    assert (problem.file, problem.row) == ("claims.csv", text.count("\n") + 1 if row else 1)
    assert told in str(problem)


def test_a_ragged_row_does_not_shift_the_lines_after_it(small_data: Path, spoil_small: Callable[..., int]) -> None:
    line = spoil_small("claims", CLAIM, "paragraph", "seven")
    path = small_data / "claims.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[1] += ",one cell too many"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert {p.row for p in validate(small_data) if p.column == "paragraph" and "seven" in p.found} == {line}


@pytest.mark.parametrize("change", ["rank_reason", "claims", "date", "list of nothing.x"])
def test_a_descriptor_that_the_engine_cannot_use_is_told_so(small_data: Path, change: str) -> None:
    path = small_data / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    claims = next(r for r in package["resources"] if r["name"] == "claims")
    if change == "claims":
        package["resources"].remove(claims)
    elif change == "rank_reason":
        claims["schema"]["fields"] = [f for f in claims["schema"]["fields"] if f["name"] != change]
        with (small_data / "claims.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        place = header.index(change)
        with (small_data / "claims.csv").open("w", encoding="utf-8", newline="") as file:
            cut = [row[:place] + row[place + 1 :] for row in (header, *rows)]
            csv.writer(file, lineterminator="\n").writerows(cut)
    else:
        claims["schema"]["fields"][0]["type" if change == "date" else "holds"] = change
    path.write_text(json.dumps(package), encoding="utf-8")
    assert any(problem.file == "datapackage.json" for problem in validate(small_data))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'"unclosed\n', b"a,b\n1,2\n"])
def test_bad_input_gives_located_errors_never_a_traceback(small_data: Path, content: bytes) -> None:
    (small_data / "claims.csv").write_bytes(content)
    assert any(problem.file == "claims.csv" for problem in validate(small_data))


# --- what claims and metrics mean together: all of it spoiled in one copy, each cell in a row of its own

SENSELESS: list[Cell] = [
    ("claims", "ames2024.growth-2020-2022", "base_metric_id", "", "what the growth is measured against"),
    ("claims", "cole2024.turnover-multiple-2023", "base_metric_id", "", "what the multiple is measured"),
    ("claims", "ames2024.grain-share-2022", "base_metric_id", "", "the whole that it is a share of"),
    ("claims", "ames2024.ref-growth-2020-2022", "base_metric_id", "port-throughput", "a metric in USD, like its"),
    ("claims", "ames2024.growth-2020-2022", "direction", "rises", "exactly where a level has a base, or"),
    ("claims", "ames2024.turnover-2020", "direction", "falls", "exactly where a level has a base, or"),
    ("claims", RISE, "direction", "", "rises or falls exactly where a level has a base, or where that is all"),
    ("claims", RISE, "unit", "USD", "'percent' for a direction"),
    ("claims", RISE, "direction", "grows", "'falls', 'rises'"),
    ("claims", CLAIM, "period", "2025/2024", "a date or period in EDTF"),
    ("claims", "cole2024.turnover-multiple-2023", "base_period", "2025-05/2025-04", "a date or period in EDTF"),
    ("claims", "birk2023.port-2023", "unit", "USD", "a unit in which t or a rate of it can be given"),
    ("claims", "cole2024.envoy-stay", "unit", "USD", "a unit in which month or a rate of it"),
    ("claims", "ames2024.exports-2022", "unit", "t/year", "a unit in which USD or a rate of it"),
    ("claims", "birk2023.trust-belmora-2023", "unit", "USD", "'percent' for a share"),
    ("claims", "ames2024.imports-2022", "as_printed", "as much as ever", "one figure or range"),
    ("claims", "ames2024.grain-exports-2022", "as_printed", "4.4.2", "one figure or range"),
    ("claims", "cole2024.passengers-2022", "low", "60000", "bounds that leave a value possible"),
    ("metrics", "gdp", "part_of", "gdp", "no metric that is part of itself"),
    ("metrics", "passengers", "part_of", "envoys", "no metric that is part of itself"),
    ("metrics", "envoys", "part_of", "passengers", ""),
    ("metrics", "turnover", "part_of", "grain-exports", "no metric that is part of itself"),
    ("metrics", "oil-landed", "part_of", "gdp", "a metric in t, like its own"),
    ("metrics", "port-throughput", "sum_of", "grain-output; envoys", "a metric in t, like its own"),
    ("metrics", "grain-output", "mirror_of", "envoys", "a metric in t, like its own"),
    ("metrics", "port-capacity", "exclusive_over", "counterpart_area", "nothing, unless in percent"),
    ("metrics", "envoy-stay", "ranks", "exports", "nothing, unless its kind is rank"),
    ("metrics", "imports", "part_of", "turnovers", "perhaps 'turnover'"),
    ("headlines", "trade-grew-2023", "period", "2022/2021", "a date or period in EDTF"),
    ("headlines", "trade-grew-2020-2022", "over_period", "the year before", "a date or period in EDTF"),
    ("headlines", "trade-grew-2020-2022", "low", "", "an end of the range in which the headline holds"),
    ("headlines", "trade-grew-2023", "over_period", "", "a period exactly where there is a ratio"),
    ("headlines", "trade-grew-2023", "over_metric_id", "port-throughput", "a metric in USD, like its own"),
    ("headlines", "trade-grew-2023", "over_metric_id", "", "a period exactly where there is a ratio"),
    ("mentions", MENTION, "after_event_id", EVENT, "another event than its own"),
    ("mentions", MENTION, "same_day_as", EVENT, "another event than its own"),
    ("incomparable", "birk2023.port-capacity-2023", "other_claim_id", "birk2023.port-capacity-2023", "another claim"),
    ("events", EVENT, "date", "2024-12/2024-11", "a date or period in EDTF"),
    ("tensions", "passengers-counted-twice", "reason", "", "a value"),
    ("incomparable", "birk2023.port-capacity-2023", "reason", "capacitys", "perhaps 'capacity'"),
    ("incomparable", "birk2023.port-capacity-2023", "other_claim_id", "birk2023.port-2032", "perhaps"),
]  # fmt: skip


@pytest.fixture(scope="module")
def senseless(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return told_of(SENSELESS, tmp_path_factory.mktemp("senseless"))


@pytest.mark.parametrize("cell", [cell for cell in SENSELESS if cell[4]], ids=names)
def test_what_makes_no_sense_is_found_where_it_stands(senseless: Told, cell: Cell) -> None:
    # What a ratio needs is told of its period, whichever of the two cells is wrong.
    columns = {cell[2], "over_period"} if cell[0] == "headlines" else {cell[2]}
    own = [problem for problem in senseless[cell] if problem.column in columns]
    assert any(cell[4] in problem.expected for problem in own), senseless[cell]


def test_a_circle_of_parts_is_told_once_and_whole(senseless: Told) -> None:
    circles = [
        problem.found for found in senseless.values() for problem in found if "part of itself" in problem.expected
    ]
    assert sorted(len(told.split(" → ")) for told in circles) == [2, 3, 4]
    assert all(told.split(" → ")[0] == told.split(" → ")[-1] for told in circles)
    assert "gdp → gdp" in circles
    assert sorted(next(told for told in circles if told.startswith("turnover")).split(" → ")[1:]) == [
        "exports", "grain-exports", "turnover",
    ]  # fmt: skip


# --- tensions are held against what reconciliation finds

TENSION = "passengers-counted-twice"


def test_a_tension_whose_conflict_is_gone_fails(small_data: Path, spoil_small: Callable[..., int]) -> None:
    spoil_small("claims", "cole2024.passengers-2022", "as_printed", "41,250")
    line = spoil_small("tensions", TENSION, "title", "A title")
    problems = validate(small_data)
    assert {(problem.file, problem.row) for problem in problems} == {("tensions.csv", line)}
    (gone,) = [problem for problem in problems if problem.column == "expect"]
    assert gone.found == "same quantity"
    assert gone.expected.startswith("the rule of a conflict of these items: ")


def test_a_tension_with_an_unknown_item_and_one_of_another_rule_are_told_the_nearest(
    small_data: Path, spoil_small: Callable[..., int]
) -> None:
    with (small_data / "tensions.csv").open("a", encoding="utf-8") as file:
        file.write("other,Other,ames2024.grain-exports-2022,share of the whole,Something.,Because.\n")
    line = spoil_small("tensions", TENSION, "items", "birk2023.passengers-2022; cole2024.passenger-2022")
    problems = validate(small_data)
    told = {(problem.row, problem.column): problem for problem in problems}
    other = line + 1
    assert told.keys() == {(other, "expect"), (line, "expect"), (line, "items")}
    assert [problem.file for problem in problems] == ["tensions.csv"] * 3
    assert "perhaps 'share of a whole'" in told[other, "expect"].expected
    assert told[line, "items"].found == "cole2024.passenger-2022"
    assert "perhaps 'cole2024.passengers-2022'" in told[line, "items"].expected


# --- never a traceback


def test_an_unknown_metric_that_is_both_part_and_whole_is_found(
    small_data: Path, spoil_small: Callable[..., int]
) -> None:
    spoil_small("metrics", "gdp", "part_of", "nothing")
    line = spoil_small("metrics", "gdp", "sum_of", "nothing; exports")
    assert any((problem.file, problem.row) == ("metrics.csv", line) for problem in validate(small_data))


# --- keys are checked by our own code, and tables of one form share the file that describes it


def test_a_table_that_cannot_be_read_is_told_and_not_by_everybody_who_refers_to_it(small_data: Path) -> None:
    (small_data / "metrics.csv").write_bytes(b"\xff\xfe")
    assert {problem.file for problem in validate(small_data)} == {"metrics.csv"}


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
    small_data: Path, content: str | None, file: str, right: str
) -> None:
    if content is None:
        (small_data / SHARED).unlink()
    else:
        (small_data / SHARED).write_text(content, encoding="utf-8")
    (problem,) = validate(small_data)
    assert problem.file == file
    assert right in problem.expected


def test_a_schema_that_is_no_text_is_told_so(small_data: Path) -> None:
    (small_data / SHARED).write_bytes(b"\xff\xfe")
    (problem,) = validate(small_data)
    assert (problem.file, problem.expected) == (SHARED, "well-formed JSON in UTF-8")
