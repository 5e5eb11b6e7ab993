"""The command `refresh`: what it shows, what it writes and where, and how it ends."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compendium.cli.app import main
from compendium.curation.series import REVISIONS_FILE
from compendium.ledger.loader import load
from compendium.project.paths import DATA, ROOT
from tests.support.publisher import (
    AS_HELD,
    CODE,
    ECONOMY,
    NEWER,
    REPLACED,
    TABLE,
    Publisher,
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_ledger(tmp_path)


@pytest.fixture
def service() -> Iterator[Publisher]:
    with publisher() as server:
        yield server


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["refresh", *words, "--data", str(data)])


def run_outside(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, which must end in order, too."""
    command = [sys.executable, "-m", "compendium", "refresh", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def refused(result: Result, *told: str) -> None:
    """Hold that a command ended with a reason and no traceback."""
    assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True)
    assert [part for part in told if part not in result.stderr] == []


def test_a_difference_is_shown_and_not_written(folder: Path, service: Publisher) -> None:
    before = state(folder)
    service.reply = answers(rows(NEWER))
    result = run(folder, "output-growth", "--service", service.address)
    assert (result.exit_code, result.stderr) == (0, "")
    first, *shown = result.stdout.splitlines()
    assert first == f"Asking 127.0.0.1:{service.server_port} for {CODE} of AAA, BBB since 2021 …"
    assert "changed    economy.output-growth-aaa-2022  2026-01-02    4.1  4.71234567890123  +0.612 points" in shown
    assert "output-growth: 2 new, 1 changed, 1 withdrawn, 1 unchanged" in shown
    assert shown[-1] == "Nothing was written; --write does it."
    assert state(folder) == before


def test_without_a_difference_nothing_is_written(folder: Path, service: Publisher) -> None:
    before = state(folder)
    service.reply = answers(rows(AS_HELD))
    result = run(folder, "output-growth", "--write", "--service", service.address)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1:] == ["output-growth: no difference; 3 values are as the service has them"]
    assert state(folder) == before


def test_what_is_to_be_written_is_written_to_that_folder_alone(folder: Path, service: Publisher) -> None:
    before, ledger = state(folder), state(DATA)
    service.reply = answers(rows(NEWER))
    done = run_outside("output-growth", "--write", "--data", str(folder), "--service", service.address)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"Wrote {TABLE} and {REVISIONS_FILE}. Run `make check`, then `make notebooks`.\n")
    after = state(folder)
    assert after.keys() == before.keys()
    assert {path for path in after if after[path] != before[path]} == {TABLE, REVISIONS_FILE}
    assert len(load(folder)["economy"]) == len(ECONOMY.split("\n")) - 2 + 2
    assert (folder / REVISIONS_FILE).read_text(encoding="utf-8").startswith(REPLACED)
    assert state(DATA) == ledger


def test_a_second_run_has_nothing_more_to_write(folder: Path, service: Publisher) -> None:
    service.reply = answers(rows(NEWER))
    assert run(folder, "output-growth", "--write", "--service", service.address).exit_code == 0
    before = state(folder)
    result = run(folder, "output-growth", "--write", "--service", service.address)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "What the service no longer gives stays as it is.")
    assert "output-growth: 0 new, 0 changed, 1 withdrawn, 4 unchanged" in result.stdout
    assert state(folder) == before


def test_an_unknown_series_is_named_with_the_nearest(folder: Path) -> None:
    before = state(folder)
    expected = "official/series.csv:series_id: found 'output-grwth'; expected perhaps 'output-growth'"
    refused(run(folder, "output-grwth", "--write"), expected, "1 problem\n")
    assert state(folder) == before


def test_a_ledger_that_is_unsound_is_named_and_nobody_asked(folder: Path, service: Publisher) -> None:
    (folder / TABLE).write_text("nonsense\n", encoding="utf-8")
    refused(run(folder, "output-growth", "--service", service.address), f"{TABLE}:1: found 'nonsense'")
    assert service.asked == []


def test_a_service_that_answers_badly_is_named_with_every_fault(folder: Path, service: Publisher) -> None:
    before = state(folder)
    service.reply = sends(page_of([row("CCC"), row(value="much")]))
    result = run(folder, "output-growth", "--write", "--service", service.address)
    host = f"127.0.0.1:{service.server_port}"
    refused(result, f"{host}: row 1, countryiso3code: found 'CCC'", f"{host}: row 2, value: found 'much'")
    assert state(folder) == before


def test_an_absent_service_leaves_the_ledger_as_it_is(folder: Path) -> None:
    before = state(folder)
    with nobody() as address:
        done = run_outside("output-growth", "--write", "--data", str(folder), "--service", address)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{address.split('/')[2]}: no connection, or one that broke (")
    assert "Traceback" not in done.stderr
    assert state(folder) == before


def test_a_silent_service_is_given_so_long_and_the_command_ends(folder: Path, service: Publisher) -> None:
    """In a process of its own: what still waits for an answer there must not hold it."""
    before = state(folder)
    service.reply = waits
    done = run_outside("output-growth", "--data", str(folder), "--service", service.address, "--timeout", "0.3")
    assert (done.returncode, done.stderr) == (
        1, f"127.0.0.1:{service.server_port}: found no whole answer within 0.3 seconds\n"
    )  # fmt: skip
    assert state(folder) == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Missing argument 'NAME'"),
        (["output-growth", "--timeout", "0"], "Invalid value for '--timeout'"),
        (["output-growth", "--timeout", "3601"], "Invalid value for '--timeout'"),
        (["output-growth", "--data", "nowhere"], "Invalid value for '--data'"),
        (["output-growth", "--wirte"], "No such option"),
    ],
)
def test_a_wrong_call_is_told_so(folder: Path, words: list[str], told: str) -> None:
    result = CliRunner().invoke(main, ["refresh", "--data", str(folder), *words])
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


@pytest.mark.parametrize("address", ["nonsense", "file:///etc/passwd", "http://me:secret@host/"])
def test_an_address_that_is_none_is_told_so(folder: Path, address: str) -> None:
    refused(run(folder, "output-growth", "--service", address), "expected an address such as https://host/path")


def test_a_timeout_that_is_no_number_is_told_so(folder: Path) -> None:
    refused(run(folder, "output-growth", "--timeout", "nan"), "found a timeout of nan; expected seconds, 3600 at most")
