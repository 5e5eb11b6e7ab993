import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from compendium.analysis.corroboration import Corroboration
from compendium.cli import analyses
from compendium.cli.app import main
from compendium.curation.validation import validate
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.project.paths import ROOT
from compendium.reconciliation.reconcile import Reconciliation
from compendium.reconciliation.verdicts import CORROBORATION_VERDICTS, NOT_COMPARABLE
from tests.support.small import OFFICIAL, SCHEMA, claim, observation
from tests.support.small import small as made_of


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_every_command_says_what_it_does() -> None:
    for command in main.commands:
        result = run(command, "--help")
        assert result.exit_code == 0
        assert len(result.output.splitlines()) > 3


def test_the_help_lists_every_command_with_what_it_does() -> None:
    result = run("--help")
    assert (result.exit_code, result.stderr) == (0, "")
    listed = [line.split() for line in result.stdout.partition("Commands:")[2].splitlines() if line.startswith("  ")]
    assert [words[0] for words in listed] == sorted(main.commands)
    assert {"check", "verify", "reconcile", "corroborate", "refresh", "build"} <= main.commands.keys()
    assert all(len(words) > 4 for words in listed)


def test_check_passes_on_a_sound_ledger(small: Ledger) -> None:
    result = run("check", "--data", str(small.data))
    assert result.exit_code == 0
    assert "no problem" in result.output


def test_check_names_file_row_and_column(small_data: Path, spoil_small: Callable[..., int]) -> None:
    line = spoil_small("claims", "ames2024.turnover-2022", "unit", "USDD")
    result = run("check", "--data", str(small_data))
    assert result.exit_code == 1
    assert f"claims.csv:{line}:unit: found 'USDD'; expected perhaps 'USD'" in result.output


def test_verify_fails_where_the_texts_are_others(small: Ledger, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("Another text.", encoding="utf-8")
    result = run("verify", "--sources", str(tmp_path), "--data", str(small.data))
    assert result.exit_code == 1
    assert "sources.csv:2:sha256" in result.output


def test_verify_reports_a_broken_ledger_without_a_traceback(small_data: Path, tmp_path: Path) -> None:
    (small_data / "claims.csv").write_text("nonsense", encoding="utf-8")
    result = run("verify", "--sources", str(tmp_path), "--data", str(small_data))
    assert result.exit_code == 1
    assert "claims.csv:1" in result.output


@pytest.mark.parametrize("words", [["verify"], ["check", "--data", "nowhere"], ["nothing"]])
def test_a_wrong_call_is_told_so(words: list[str]) -> None:
    assert run(*words).exit_code == 2


def test_every_target_of_the_makefile_is_listed_with_a_line() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = next(line for line in makefile.splitlines() if line.startswith(".PHONY:")).split()[1:]
    described = [line.split(":")[0] for line in makefile.splitlines() if " ## " in line and line[0].isalpha()]
    assert phony == described


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert commands[-1] == "make test LINT="


# --- analyses

KEYS = {
    "reconcile": {
        "bounds": {"metric", "ref_area", "counterpart_area", "period", "unit", "low", "high", "claims"},
        "conflicts": {"claims", "rule", "explanation"},
        "verdicts": {"claim_id", "verdict", "rule", "reason"},
    },
    "chronology": {"clashes": {"rule", "mentions", "events", "explanation"}},
    "independence": {
        "witnesses": {"metric_id", "period", "claims", "sources", "origins"},
        "origins": {"origin", "claims", "sources"},
        "hosts": {"host", "entries", "sources"},
    },
    "sensitivity": {"headlines": {"headline_id", "statement", "without", "verdict", "low", "high", "claims"}},
}


@pytest.fixture(scope="module")
def answers(small: Ledger, small_reconciled: Reconciliation) -> dict[str, Result]:
    """What each analysis says of the ledger, as JSON; each must have asked whether the ledger is sound."""
    asked: list[Path] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compendium.curation.validation.validate", lambda data: asked.append(data) or [])
        patch.setattr("compendium.reconciliation.reconcile.reconcile", lambda ledger, executor: small_reconciled)
        answers = {command: run(command, "--data", str(small.data), "--format", "json") for command in KEYS}
    assert asked == [small.data] * len(KEYS)
    return answers


@pytest.mark.parametrize("command", KEYS)
def test_an_analysis_answers_in_json_and_well_whatever_it_found(answers: dict[str, Result], command: str) -> None:
    assert (answers[command].exit_code, answers[command].stderr) == (0, "")
    report: dict[str, Any] = json.loads(answers[command].stdout)
    assert KEYS[command].keys() <= report.keys()
    for name, keys in KEYS[command].items():
        assert report[name], name
        assert all(keys <= row.keys() for row in report[name]), name


def test_conflicts_are_no_fault_of_the_command(answers: dict[str, Result], small: Ledger) -> None:
    report = json.loads(answers["reconcile"].stdout)
    assert report["complete"] is True
    claims = set(small["claims"].loc[small["claims"]["rank"] == "normal", "claim_id"])
    assert all(len(row["claims"]) > 1 and claims.issuperset(row["claims"]) for row in report["conflicts"])
    assert {row["claim_id"] for row in report["verdicts"]} == claims
    assert {row["verdict"] for row in report["verdicts"]} == {"consistent", "in conflict", "single", "not comparable"}
    assert all(bool(row["reason"]) == (row["verdict"] == "not comparable") for row in report["verdicts"])
    ends = [(row["low"], row["high"]) for row in report["bounds"]]
    assert all(low is not None or high is not None for low, high in ends)
    assert all(low <= high for low, high in ends if None not in (low, high))


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the data for sound: they are checked in other tests, and each check takes its time."""
    monkeypatch.setattr("compendium.curation.validation.validate", lambda data: [])


@pytest.fixture(scope="module")
def few(small: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the ledger with the claims of one source only: quick to reconcile."""
    folder = Path(shutil.copytree(small.data, tmp_path_factory.mktemp("few") / "data"))
    cut(folder, "claims", keep=lambda row: row[1] == "cole2024")
    return folder


def cut(folder: Path, table: str, keep: Callable[[list[str]], bool]) -> None:
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *filter(keep, rows)])


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("reconcile", ["0 minimal sets of claims that cannot all be true", "quantities that no claim prints"]),
        ("chronology", ["3 clashes of time", "    by: order against dates"]),
        ("independence", ["things of which more than one figure is printed", "origins that a text credits", "sites"]),
        ("sensitivity", ["  holds with all sources", "  cannot be said without "]),
    ],
)
def test_an_analysis_answers_in_plain_lines(few: Path, command: str, told: list[str]) -> None:
    result = run(command, "--data", str(few))
    assert (result.exit_code, result.stderr) == (0, "")
    assert [part for part in told if part not in result.stdout] == []
    assert not result.stdout.startswith("{")


@pytest.mark.usefixtures("unchecked")
def test_an_analysis_of_another_folder_is_of_that_folder(small_data: Path) -> None:
    cut(small_data, "mentions", keep=lambda row: False)
    assert json.loads(run("chronology", "--data", str(small_data), "--format", "json").stdout) == {"clashes": []}


def test_nothing_is_computed_on_unsound_data(
    small_data: Path, spoil_small: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = spoil_small("claims", "ames2024.turnover-2022", "unit", "USDD")
    other = spoil_small("metrics", "gdp", "part_of", "gdp")
    problems = validate(small_data)
    monkeypatch.setattr(
        "compendium.curation.validation.validate", lambda folder: problems if folder == small_data else []
    )
    for command in (*KEYS, "corroborate"):
        result = run(command, "--data", str(small_data), "--format", "json")
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"claims.csv:{line}:unit: found 'USDD'; expected perhaps 'USD'" in result.stderr
        assert f"metrics.csv:{other}:part_of: found 'gdp → gdp'" in result.stderr
        assert "nothing was computed" in result.stderr
        assert isinstance(result.exception, SystemExit)


def test_data_that_cannot_be_read_end_an_analysis_without_a_traceback(small_data: Path) -> None:
    (small_data / "claims.csv").write_text("nonsense", encoding="utf-8")
    result = run("reconcile", "--data", str(small_data))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "claims.csv:1" in result.stderr
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("command", [*KEYS, "corroborate"])
def test_a_form_that_is_none_is_a_wrong_call(command: str) -> None:
    result = run(command, "--format", "yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'yaml' is not one of 'text', 'json'" in result.stderr


# --- beside independent figures


@pytest.fixture(scope="module")
def corroborated(small: Ledger, small_corroborated: dict[str, Corroboration]) -> dict[str, Result]:
    """What is said of every claim of the ledger in either form; it is worked out once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compendium.curation.validation.validate", lambda data: [])
        patch.setattr("compendium.display.reports.corroborate", lambda ledger: small_corroborated)
        return {form: run("corroborate", "--data", str(small.data), "--format", form) for form in ("text", "json")}


def test_every_claim_is_held_against_independent_figures_in_json(
    corroborated: dict[str, Result], small: Ledger
) -> None:
    assert (corroborated["json"].exit_code, corroborated["json"].stderr) == (0, "")
    report: list[dict[str, Any]] = json.loads(corroborated["json"].stdout)
    claims, observations = small["claims"], read_observations(small)
    assert [row["claim_id"] for row in report] == list(claims.loc[claims["rank"] == "normal", "claim_id"])
    assert {row["verdict"] for row in report} <= set(CORROBORATION_VERDICTS)
    assert all(bool(row["reason"]) == (row["verdict"] == NOT_COMPARABLE) for row in report)
    assert all({"claim_id", "verdict", "reason", "claimed", "observations"} <= row.keys() for row in report)
    assert all({"low", "high", "unit"} <= row["claimed"].keys() for row in report)
    held = [own for row in report for own in row["observations"]]
    assert held
    wanted = {"low", "high", "unit", "period", "publisher", "quality", "address"}
    assert all(wanted <= own.keys() for own in held)
    assert {name for own in held for name in own["observation_ids"]} <= set(observations.index)
    assert all(own["publisher"] and own["address"] for own in held)
    assert {word for own in held for word in own["quality"].split("; ")} <= {"machine", "page"}


def test_every_claim_is_held_against_independent_figures_in_lines(
    corroborated: dict[str, Result], small: Ledger
) -> None:
    text, report = corroborated["text"], json.loads(corroborated["json"].stdout)
    assert (text.exit_code, text.stderr) == (0, "")
    assert text.stdout.startswith(f"{len(report)} claims, {len(read_observations(small))} independent figures: ")
    heads = [line.partition(": ") for line in text.stdout.splitlines()[1:] if line and not line.startswith(" ")]
    assert [(name, told.partition(" (")[0]) for name, _, told in heads] == [
        (row["claim_id"], row["verdict"]) for row in report
    ]


@pytest.mark.usefixtures("unchecked")
def test_a_figure_can_join_the_claims(few: Path) -> None:
    words = ["reconcile", "--data", str(few), "--format", "json"]
    alone, beside = (json.loads(run(*words, *more).stdout) for more in ((), ("--beside", "crossing.turnover-2022")))
    known = [{row["claim_id"] for row in report["verdicts"]} for report in (alone, beside)]
    assert known[1] - known[0] == {"crossing.turnover-2022"}
    (row,) = (row for row in beside["verdicts"] if row["claim_id"] == "crossing.turnover-2022")
    assert row["verdict"] != "single"  # it bears on what the claims say
    told = run(*words[:-2], "--beside", "crossing.turnover-2022")
    assert (told.exit_code, told.stderr) == (0, "")
    assert "\n  crossing.turnover-2022: " in told.stdout


@pytest.mark.usefixtures("unchecked")
def test_a_figure_that_nobody_knows_is_a_wrong_call_that_names_the_nearest(small: Ledger) -> None:
    beside = "--beside", "crossing.turnover-2022", "--beside", "crossing.turnovr-2022"
    result = run("reconcile", *beside, "--format", "json", "--data", str(small.data))
    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        "--beside: no independent figure is called crossing.turnovr-2022; perhaps 'crossing.turnover-2022'"
        in result.stderr
    )
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("wanted", "joined"),
    [
        ((), []),
        (("o",), ["o"]),
        (("B",), ["p"]),  # a side, by its area
        (("Two Office",), ["q"]),  # a publisher
        (("first-table",), ["o", "p", "q"]),
        (("p", "Two Office"), ["p", "q"]),
        (("o", "o", "A"), ["o", "q"]),
    ],
)
def test_figures_join_by_id_side_publisher_or_table(wanted: tuple[str, ...], joined: list[str]) -> None:
    rows = observation("o", "5"), observation("p", "6", reporter="B"), observation("q", "7", publisher="Two Office")
    beside = analyses._with_observations(
        made_of(claim("c", "5"), observations=rows), tuple(stem(name) for name in wanted)
    )
    assert list(beside["claims"]["claim_id"]) == ["c", *joined]


def stem(name: str) -> str:
    """Return a name as it is; for the first table of observations, the name of its file."""
    return Path(SCHEMA[OFFICIAL].path).stem if name == "first-table" else name


def test_nothing_asks_for_a_publisher_of_no_side_by_an_empty_word() -> None:
    ledger = made_of(observations=[observation("o", "5", reporter="")])
    with pytest.raises(click.BadParameter):
        analyses._with_observations(ledger, ("",))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    "error",
    [
        TimeoutError("timed out"),
        OSError("refused"),
        ValueError("unknown address scheme"),
        TypeError("TLS expects a `ssl_context`"),  # tls://host:8786 without a certificate
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_cluster_that_cannot_be_reached_is_a_wrong_call(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def client(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("distributed.Client", client)
    result = run("reconcile", "--scheduler", "tcp://nowhere:8786")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Invalid value for --scheduler: no cluster answers at tcp://nowhere:8786" in result.stderr


def test_an_unknown_address_of_a_cluster_ends_without_a_traceback(small: Ledger) -> None:
    """In a process of its own, which must end in order, too."""
    code = "import compendium.curation.validation as v, compendium.cli.app as c; v.validate = lambda data: []; c.main()"
    words = [sys.executable, "-c", code, "reconcile", "--data", str(small.data), "--scheduler", "nowhere"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no cluster answers at nowhere" in done.stderr
    assert "Traceback" not in done.stderr
