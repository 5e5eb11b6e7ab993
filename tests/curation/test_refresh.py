"""A refresh writes what has changed and nothing else, and only where it is told to; in any trouble, nothing."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from compendium.curation.refresh import (
    Difference,
    ObservationChange,
    RefreshOutcome,
    format_change,
    is_same_value,
    refresh,
    rewritten_files,
)
from compendium.curation.series import REVISIONS_FILE, SERIES_FILE, RawTable, SeriesTables, open_series
from compendium.curation.worldbank import Answer, ServiceError, ServiceRequest
from compendium.ledger.loader import load
from compendium.project.problems import LedgerError
from tests.support.publisher import (
    AS_HELD,
    CODE,
    ECONOMY,
    NEWER,
    REPLACED,
    SERIES_ROWS,
    TABLE,
    Call,
    Publisher,
    Reply,
    answers,
    nobody,
    page_of,
    publisher,
    row,
    rows,
    sends,
    small_ledger,
    state,
    waits,
)

TODAY = date(2026, 9, 1)
ENOUGH, SHORT = 60.0, 0.3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_ledger(tmp_path)


@pytest.fixture
def service() -> Iterator[Publisher]:
    with publisher() as server:
        yield server


def asked(
    data: Path, address: str, *, write: bool = False, timeout: float = ENOUGH
) -> tuple[RefreshOutcome, list[str]]:
    """Refresh the series, and return what came of it and the lines that were said."""
    lines: list[str] = []
    request = ServiceRequest(TODAY, address, timeout)
    outcome = refresh(data, "output-growth", request, write=write, log=lines.append)
    return outcome, lines


def refused(data: Path, address: str, timeout: float = ENOUGH) -> str:
    """Refresh, with leave to write, from a service that must be refused; return why, once nothing has changed."""
    before = state(data)
    with pytest.raises(ServiceError) as caught:
        asked(data, address, write=True, timeout=timeout)
    assert state(data) == before
    return str(caught.value)


def unwritten(data: Path, address: str) -> list[str]:
    """Refresh, with leave to write, what cannot be written; return the problems, once nothing has changed."""
    before = state(data)
    with pytest.raises(LedgerError) as caught:
        asked(data, address, write=True)
    assert state(data) == before
    return [str(problem) for problem in caught.value.problems]


# --- a service that answers well


def test_a_difference_is_told_and_not_written(folder: Path, service: Publisher) -> None:
    before = state(folder)
    service.reply = answers(rows(NEWER))
    outcome, lines = asked(folder, service.address)
    assert lines == [
        f"Asking 127.0.0.1:{service.server_port} for {CODE} of AAA, BBB since 2021 …",
        "           observation (percent)           entered       old               new         change",
        "changed    economy.output-growth-aaa-2022  2026-01-02    4.1  4.71234567890123  +0.612 points",
        "new        economy.output-growth-aaa-2023                                  1.1",
        "withdrawn  economy.output-growth-bbb-2021  2026-01-02  -1.25",
        "new        economy.output-growth-bbb-2022                                   12",
        "output-growth: 2 new, 1 changed, 1 withdrawn, 1 unchanged",
        "What the service no longer gives stays as it is.",
        "Nothing was written; --write does it.",
    ]
    assert outcome.written_files == ()
    assert state(folder) == before


def test_what_is_written_is_what_was_told_and_nothing_else(folder: Path, service: Publisher) -> None:
    service.reply = answers(rows(NEWER))
    outcome, lines = asked(folder, service.address, write=True)
    address = f"{service.address}/en/country/AAA;BBB/indicator/{CODE}?date=2021:2026&per_page=1000&format=json"
    before = [f"{line}\n" for line in ECONOMY.removesuffix("\n").split("\n")]
    before[2] = (
        "economy.output-growth-aaa-2022,output,AAA,,2022,,growth,output,AAA,,2021,,4.71234567890123,percent,normal,,"
        f'Bureau,Tables,{address},CC,machine,2026-07-13,2026-09-01,"a first release, says the ""Bureau"""\n'
    )
    assert (folder / TABLE).read_bytes().decode() == "".join(before) + (
        "economy.output-growth-aaa-2023,output,AAA,,2023,,growth,output,AAA,,2022,,1.1,percent,provisional,,"
        f"Bureau,Tables,{address},CC BY 4.0,machine,2026-07-13,2026-09-01,\n"
        "economy.output-growth-bbb-2022,output,BBB,,2022,,growth,output,BBB,,2021,,12,percent,provisional,,"
        f"Office,Tables,{address},CC BY 4.0,machine,2026-07-13,2026-09-01,\n"
    )
    assert (folder / REVISIONS_FILE).read_bytes().decode() == REPLACED + (
        'economy.output-growth-aaa-2022,4.1,2026-01-02,2026-09-01,"file:one, page 2"\n'
    )
    assert (folder / SERIES_FILE).read_bytes().decode() == SERIES_ROWS
    assert outcome.written_files == (TABLE, REVISIONS_FILE)
    assert lines[-1] == f"Wrote {TABLE} and {REVISIONS_FILE}. Run `make check`, then `make notebooks`."
    assert {path.name for path in folder.rglob("*.*")} == {
        "datapackage.json", "economy.csv", "revisions.csv", "series.csv"
    }  # fmt: skip
    load(folder).load_all()


def test_a_second_refresh_finds_only_what_was_withdrawn(folder: Path, service: Publisher) -> None:
    service.reply = answers(rows(NEWER))
    asked(folder, service.address, write=True)
    before = state(folder)
    outcome, _ = asked(folder, service.address, write=True)
    assert str(outcome.difference) == "0 new, 0 changed, 1 withdrawn, 4 unchanged"
    assert outcome.written_files == ()
    assert state(folder) == before


def test_without_a_difference_it_says_so(folder: Path, service: Publisher) -> None:
    before = state(folder)
    service.reply = answers(rows(AS_HELD))
    outcome, lines = asked(folder, service.address, write=True)
    assert lines[1:] == ["output-growth: no difference; 3 values are as the service has them"]
    assert outcome.difference.changes == ()
    assert state(folder) == before


def test_new_values_alone_leave_the_revisions_as_they_are(folder: Path, service: Publisher) -> None:
    service.reply = answers(rows(AS_HELD | {("BBB", 2022): 0.5}))
    outcome, _ = asked(folder, service.address, write=True)
    assert outcome.written_files == (TABLE,)
    assert (folder / REVISIONS_FILE).read_bytes().decode() == REPLACED


def test_a_value_that_was_looked_for_and_not_found_is_filled_in(folder: Path, service: Publisher) -> None:
    text = ECONOMY.replace("4.1,percent,provisional", ",percent,missing")
    (folder / TABLE).write_bytes(text.encode())
    service.reply = answers(rows(AS_HELD))
    outcome, lines = asked(folder, service.address, write=True)
    assert [change.kind for change in outcome.difference.changes] == ["new"]
    assert lines[2].split() == ["new", "economy.output-growth-aaa-2022", "4.1"]
    assert outcome.written_files == (TABLE,)
    found = RawTable.parse(TABLE, (folder / TABLE).read_bytes().decode()).rows
    assert len(found) == text.count("\n") - 1
    assert {name: found[1][name] for name in ("value", "obs_status", "note")} == {
        "value": "4.1", "obs_status": "provisional", "note": ""
    }  # fmt: skip


def test_a_year_that_nobody_has_is_no_difference(folder: Path, service: Publisher) -> None:
    (folder / TABLE).write_bytes(ECONOMY.replace("4.1,percent,provisional", ",percent,missing").encode())
    service.reply = answers(rows(AS_HELD | {("AAA", 2022): None}))
    assert asked(folder, service.address)[0].difference.changes == ()


def test_a_value_is_written_with_every_digit(folder: Path, service: Publisher) -> None:
    body = page_of(rows(AS_HELD)).replace(b"4.1,", b"123456789012345.1,").replace(b"-1.25,", b"-1e-7,")
    service.reply = sends(body)
    asked(folder, service.address, write=True)
    found = {
        row["observation_id"]: row["value"] for row in RawTable.parse(TABLE, (folder / TABLE).read_text("utf-8")).rows
    }
    assert found["economy.output-growth-aaa-2022"] == "123456789012345.1"
    assert found["economy.output-growth-bbb-2021"] == "-0.0000001"


def test_a_refresh_that_was_killed_between_its_files_is_taken_up(folder: Path, service: Publisher) -> None:
    service.reply = answers(rows(AS_HELD | {("AAA", 2022): 4.7}))
    asked(folder, service.address, write=True)
    after = state(folder)
    (folder / TABLE).write_bytes(ECONOMY.encode())
    outcome, _ = asked(folder, service.address, write=True)
    assert outcome.written_files == (TABLE,)
    assert {name: content for name, (content, _) in state(folder).items()} == {
        name: content for name, (content, _) in after.items()
    }


def test_a_last_line_without_an_end_gets_one(folder: Path, service: Publisher) -> None:
    (folder / TABLE).write_bytes(ECONOMY.removesuffix("\n").encode())
    service.reply = answers(rows(AS_HELD | {("BBB", 2022): 0.5}))
    asked(folder, service.address, write=True)
    assert (folder / TABLE).read_bytes().decode().startswith(f"{ECONOMY}economy.output-growth-bbb-2022,")


# --- a service that is refused


BAD: dict[str, tuple[Reply, str]] = {
    "waits": (waits, "found no whole answer within 0.3 seconds"),
    "sends a page": (sends("<html>Down for maintenance</html>"), "no JSON, or not the whole of it"),
    "sends a row too many": (sends(page_of([*rows(NEWER), row("CCC")])), "row 8, countryiso3code: found 'CCC'"),
    "breaks off": (sends(page_of(rows(NEWER)), length=40_000), "broke off"),
}


@pytest.mark.parametrize("how", BAD)
def test_nothing_changes_where_a_service(how: str, folder: Path, service: Publisher) -> None:
    service.reply, expected = BAD[how]
    assert expected in refused(folder, service.address, SHORT if how == "waits" else ENOUGH)


def test_nothing_changes_where_no_service_is_there(folder: Path) -> None:
    with nobody() as address:
        assert "no connection" in refused(folder, address)


def test_nobody_is_asked_where_the_ledger_is_unsound(folder: Path, service: Publisher) -> None:
    (folder / TABLE).write_text("nonsense\n", encoding="utf-8")
    assert "official/economy.csv:1: found 'nonsense'; expected" in unwritten(folder, service.address)[0]
    assert service.asked == []


# --- a ledger that cannot be written


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException, *names: str) -> None:
    """Let the replacement of a file fail where what is moved has one of these names."""
    right = os.replace

    def replaced(source: Any, target: Any) -> None:
        if Path(source).name in names:
            raise error
        right(source, target)

    monkeypatch.setattr(os, "replace", replaced)


def test_a_ledger_that_would_be_unsound_is_not_written(folder: Path, service: Publisher) -> None:
    service.reply = sends(page_of(rows(AS_HELD | {("AAA", 2022): 1e300, ("BBB", 2022): 2e300})))
    problems = unwritten(folder, service.address)
    assert [problem.split(":")[:3] for problem in problems] == [[TABLE, "3", "value"], [TABLE, "7", "value"]]
    assert all(problem.endswith("; nothing was written") for problem in problems)


@pytest.mark.parametrize("name", [".economy.csv.part", ".revisions.csv.part"])
def test_a_replacement_that_fails_leaves_both_files_as_they_were(
    folder: Path, service: Publisher, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    failing(monkeypatch, OSError("no space left"), name)
    service.reply = answers(rows(NEWER))
    assert unwritten(folder, service.address) == [
        f"{path}: found 'no space left'; expected a file that can be replaced; nothing was written"
        for path in (TABLE, REVISIONS_FILE)
    ]


def test_an_interruption_leaves_both_files_as_they_were(
    folder: Path, service: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(folder)
    failing(monkeypatch, KeyboardInterrupt(), ".economy.csv.part")
    service.reply = answers(rows(NEWER))
    with pytest.raises(KeyboardInterrupt):
        asked(folder, service.address, write=True)
    assert state(folder) == before


def test_a_file_that_cannot_be_put_back_is_named_with_its_copy(
    folder: Path, service: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, OSError("no space left"), ".economy.csv.part", ".revisions.csv.before")
    service.reply = answers(rows(NEWER))
    with pytest.raises(LedgerError, match=r"revisions\.csv: found .*; expected what is in \.revisions\.csv\.before"):
        asked(folder, service.address, write=True)
    assert (folder / TABLE).read_bytes().decode() == ECONOMY
    assert (folder / "official" / ".revisions.csv.before").read_bytes().decode() == REPLACED
    assert not (folder / "official" / ".economy.csv.before").exists()


def test_a_file_that_was_edited_meanwhile_is_left_alone(folder: Path, service: Publisher) -> None:
    edited = ECONOMY.replace("needless", "edited")

    def reply(call: Call) -> None:
        (folder / TABLE).write_bytes(edited.encode())
        answers(rows(NEWER))(call)

    service.reply = reply
    with pytest.raises(LedgerError, match=r"economy\.csv: found 'another content'; .* nothing was written"):
        asked(folder, service.address, write=True)
    assert (folder / TABLE).read_bytes().decode() == edited
    assert (folder / REVISIONS_FILE).read_bytes().decode() == REPLACED


def test_permissions_stay(folder: Path, service: Publisher) -> None:
    (folder / TABLE).chmod(0o640)
    service.reply = answers(rows(NEWER))
    asked(folder, service.address, write=True)
    assert (folder / TABLE).stat().st_mode & 0o777 == 0o640


# --- the parts


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("1", "1.0", True),
        ("0", "0.0", True),
        ("0", "0.0000000001", False),
        ("4.78883248761557", "4.78883248761999", True),
        ("4.78883248761", "4.78883248762", False),
        ("78721058823.5294", "78721058823.52", True),
        ("78721058823.5", "78721058824.5", False),
        ("-1.5", "1.5", False),
        ("9.99999999999999", "10", True),
    ],
)
def test_twelve_digits_count(one: str, other: str, alike: bool) -> None:
    assert is_same_value(Decimal(one), Decimal(other)) is alike
    assert is_same_value(Decimal(other), Decimal(one)) is alike


@pytest.mark.parametrize(
    ("old", "new", "unit", "said"),
    [
        ("4.1", "4.7", "percent", "+0.6 points"),
        ("4.1", "-0.123456", "percent", "-4.22 points"),
        ("200", "150", "USD", "-25 %"),
        ("-200", "-150", "USD", "+25 %"),
        ("3", "4", "USD", "+33.3 %"),
        ("0.001", "123.456", "USD", "+12300000 %"),
        ("0", "5", "USD", ""),
        ("0", "5", "percent", "+5 points"),
        ("", "5", "percent", ""),
        ("5", "", "USD", ""),
    ],
)
def test_a_change_in_points_or_percent(old: str, new: str, unit: str, said: str) -> None:
    assert format_change(old, new, unit) == said


@pytest.mark.parametrize(
    ("measure", "metric", "base"),
    [
        ("growth", "output", ("output", "AAA", "WORLD", "2022")),
        ("share", "whole", ("whole", "AAA", "WORLD", "2023")),
        ("level", "", ("", "", "", "")),
    ],
)
def test_a_new_observation_has_the_base_of_its_measure(
    folder: Path, measure: str, metric: str, base: tuple[str, ...]
) -> None:
    series, _, revisions = open_series(folder, "output-growth")
    series = replace(series, measure=measure, base_metric_id=metric, counterpart_area="WORLD")
    before = re.sub(r"((?:AAA|BBB),),(\d+,),growth,output", rf"\1WORLD,\2,{measure},{metric}", ECONOMY)
    change = ObservationChange("economy.output-growth-aaa-2023", "AAA", 2023, "", "7", "", None)
    answer = Answer("here", "", {("AAA", 2023): "7"})
    tables = SeriesTables(series, RawTable.parse(TABLE, before), revisions)
    texts = rewritten_files(tables, Difference((change,), 0), answer, TODAY)
    assert list(texts) == [TABLE]
    new = RawTable.parse(TABLE, texts[TABLE]).rows[-1]
    assert (new["observation_id"], new["measure"], new["value"]) == (change.observation_id, measure, "7")
    assert tuple(new[f"base_{name}"] for name in ("metric_id", "area", "counterpart", "period")) == base
