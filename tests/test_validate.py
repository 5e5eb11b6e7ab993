import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from compendium.ledger import DATA
from compendium.validate import validate

CLAIM = "guluzade2025.turnover-2024"
EVENT = "plane-crash-2024"
MENTION = "avdaliani2025.plane-crash-2024.p7"


def test_the_ledger_is_sound() -> None:
    assert [str(problem) for problem in validate(DATA)] == []


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "right"),
    [
        ("claims", CLAIM, "unit", "USDD", "USD"),
        ("claims", CLAIM, "metric_id", "goods-turnovr", "goods-turnover"),
        ("claims", CLAIM, "source_id", "guluzade2024", "guluzade2025"),
        ("claims", CLAIM, "counterpart_area", "RUSS", "RUS"),
        ("claims", CLAIM, "period", "2024-13", "EDTF"),
        ("claims", CLAIM, "period", "", "note that says why"),
        ("claims", CLAIM, "as_printed", "much", "one figure or range"),
        ("claims", CLAIM, "hedge", "allmost", "almost"),
        ("claims", CLAIM, "paragraph", "seven", "whole number"),
        ("claims", CLAIM, "paragraph", "700", "a number up to"),
        ("claims", CLAIM, "measure", "growth", "percent"),
        ("claims", CLAIM, "unit", "t", "a unit in which USD"),
        ("claims", CLAIM, "low", "5", "a reason where bounds are replaced"),
        ("claims", CLAIM, "rank", "deprecated", "a reason where the claim is deprecated"),
        ("claims", CLAIM, "summary", "", "a value"),
        ("claims", CLAIM, "summary", " spaced ", "no white space"),
        ("claims", CLAIM, "summary", "two\nlines", "one line"),
        ("claims", CLAIM, "paragraph", "99999999999999999999", "a whole number"),
        ("claims", CLAIM, "paragraph", "1_0", "a whole number"),
        ("claims", CLAIM, "low", "inf", "a number"),
        ("claims", CLAIM, "low", "NaN", "a number"),
        ("claims", CLAIM, "period", "0000", "EDTF"),
        ("claims", CLAIM, "period", "2024-21", "EDTF"),
        ("claims", CLAIM, "as_printed", "-13.7%", "one figure"),
        ("claims", "stear2025.non-oil-russia-to-turkey-2024", "base_period", "", "measured against"),
        ("mentions", MENTION, "date", "", "the date that"),
        ("mentions", MENTION, "after_event_id", "plane-crash-2024", "another event"),
        ("mentions", MENTION, "paragraph", "8", "EVENT.p8"),
        ("events", "valuev-banned", "date_reason", "", "from what the date is inferred"),
        ("claims", CLAIM, "summary", "hidden\x1b[31m", "no control"),
        ("claims", CLAIM, "note", "turned \u202e round", "no control"),
        ("claims", CLAIM, "claim_id", "stear2025.other", "begins with"),
        ("claims", CLAIM, "citation_id", "guluzade2025.cite-1-p77", "guluzade2025.cite-1-p7"),
        ("events", EVENT, "code", "9999", "known values"),
        ("events", EVENT, "date", "", "unknown exactly where"),
        ("events", EVENT, "place_id", "aktaw", "aktau"),
        ("metrics", "goods-turnover", "sum_of", "goods-exports; goods-import", "goods-imports"),
        ("citations", "guluzade2025.cite-1-p7", "entry_id", "guluzade2025.ref-2", "guluzade2025.ref-1"),
        ("sources", "guluzade2025", "reliability", "G", "one of"),
        ("sources", "guluzade2025", "sha256", "abc", "of the form"),
    ],
)
def test_a_wrong_cell_is_found_where_it_stands(
    data: Path, spoil: Callable[..., int], table: str, key: str, column: str, value: str, right: str
) -> None:
    line = spoil(table, key, column, value)
    problems = validate(data)
    in_row = [str(problem) for problem in problems if problem.file == f"{table}.csv" and problem.row == line]
    assert any(right in said for said in in_row), "\n".join(map(str, problems))


def test_all_faults_are_named_at_once(data: Path, spoil: Callable[..., int]) -> None:
    lines = {spoil("claims", CLAIM, "period", "never"), spoil("claims", "stear2025.turnover-2021", "unit", "EUR")}
    lines.add(spoil("claims", "stear2025.turnover-2023", "metric_id", "nothing"))
    assert lines <= {problem.row for problem in validate(data) if problem.file == "claims.csv"}


def test_a_repeated_key_is_found(data: Path) -> None:
    path = data / "claims.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.split("\n")[1] + "\n", encoding="utf-8")
    assert any(problem.row == len(text.split("\n")) for problem in validate(data))


def test_a_repeated_source_and_an_unknown_key_elsewhere_are_both_named(data: Path, spoil: Callable[..., int]) -> None:
    spoil("claims", CLAIM, "metric_id", "goods-turnovr")
    path = data / "sources.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.split("\n")[1] + "\n", encoding="utf-8")
    said = "\n".join(map(str, validate(data)))
    assert "sources.csv" in said
    assert "perhaps 'goods-turnover'" in said


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
