"""Changes of the engine: what is chosen, prepared, counted and kept; a stand-in speaks for mutmut."""

import csv
import json
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compendium.benches import mutants
from compendium.benches.mutants import Mutants, MutationError, chosen, counted, lines, modules, survivors, uncached
from compendium.cli.app import main
from compendium.ledger.schema import read_schema
from compendium.project.paths import ROOT
from compendium.quality.strength import score

COUNTS = {
    "killed": 5, "survived": 2, "total": 10, "no_tests": 1, "skipped": 0, "suspicious": 0, "timeout": 2,
    "check_was_interrupted_by_user": 0, "segfault": 0,
}  # fmt: skip
SOME = Mutants("units", killed=5, survived=2, timeout=2, untested=1, version="9.9.9", passed=("one\n-a\n+b",))


# --- what is changed


def test_every_module_that_is_changed_and_every_test_of_it_is_there() -> None:
    found = modules()
    assert {"figures", "intervals", "periods", "units"} <= found.keys()
    assert [name for name in found if not (ROOT / "compendium" / f"{name}.py").is_file()] == []
    assert [name for tests in found.values() for name in tests if not (ROOT / f"tests/test_{name}.py").is_file()] == []
    assert all(found.values())


def test_modules_stand_in_their_order_whatever_the_order_of_names() -> None:
    assert list(chosen(["units", "figures"])) == ["figures", "units"]
    assert chosen([]) == modules()


def test_a_module_that_is_not_changed_is_refused_with_what_is_meant() -> None:
    with pytest.raises(MutationError, match="no module 'interval' is changed; perhaps 'intervals'"):
        chosen(["interval"])


def test_what_the_tool_copies_is_there() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    assert [path for path in settings["also_copy"] if not (ROOT / path).exists()] == []


# --- the copy

CODE = """\
from functools import cache, lru_cache

@cache
def one(a): return a

@lru_cache(
    maxsize=3,
)
def two(a, b): return b

@cache
def nothing(): return []

@property
def said(self): return 1

@cache
def asked(a): return a
"""


def test_functions_keep_no_results_but_those_that_must() -> None:
    bare = uncached(CODE, "module.asked.cache_clear()")
    kept = [line for line in bare.splitlines() if line]
    assert kept == [
        "from functools import cache, lru_cache",
        "def one(a): return a",
        "def two(a, b): return b",
        "@cache",
        "def nothing(): return []",
        "@property",
        "def said(self): return 1",
        "@cache",
        "def asked(a): return a",
    ]
    assert len(bare.splitlines()) == len(CODE.splitlines()), "every line stays where it was"
    assert "@cache\ndef asked" not in uncached(CODE)


def test_the_copy_names_one_module_and_its_tests_and_the_repository_stays_as_it_is(tmp_path: Path) -> None:
    root = tmp_path / "root"
    files = {"pyproject.toml": "[tool.mutmut]\ndebug = true\n", "compendium/values/units.py": "@cache\ndef f(a): ...\n"}
    files |= {"tests/test_units.py": "", "tests/test_rates.py": ""}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    made = mutants.prepared("units", ["units", "rates"], tmp_path / "copy", root)
    assert tomllib.loads((made / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"] == {
        "only_mutate": ["compendium/values/units.py"],
        "pytest_add_cli_args_test_selection": ["tests/test_units.py", "tests/test_rates.py"],
        "debug": True,
    }
    assert (made / "compendium" / "units.py").read_text(encoding="utf-8") == "\ndef f(a): ...\n"
    assert {name: (root / name).read_text(encoding="utf-8") for name in files} == files


# --- the run


def tool(folder: Path, run: str, counts: dict[str, int] = COUNTS) -> Path:
    """Write a program that speaks as mutmut does, and return where it is."""
    answers = {
        "--version": "print('mutmut, version 9.9.9')",
        "export-cicd-stats": f"os.makedirs('mutants'); open('mutants/mutmut-cicd-stats.json', 'w').write('''"
        f"{json.dumps(counts)}''')",
        "results": "print('    compendium.values.units.x_f__mutmut_1: survived\\n    a.x_f__mutmut_2: timeout')",
        "show": "print('# ' + sys.argv[2] + ': survived\\n--- a\\n+++ b\\n@@ -1 +1 @@\\n def f(a):\\n-    1\\n+    2')",
        "run": run,
    }
    path = folder / "mutmut"
    code = "".join(f"if sys.argv[1] == {word!r}:\n    {answer}\n" for word, answer in answers.items())
    path.write_text(f"#!{sys.executable}\nimport os, sys\n{code}", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_run_tells_how_far_it_is_and_what_became_of_the_changes(tmp_path: Path) -> None:
    told = []
    speaks = tool(tmp_path, "print('done\\n⠏ 0/10  🎉 0\\r⠋ 7/10  🎉 6\\r⠹ 10/10  🎉 7')")
    found = mutants.tried("units", tmp_path, speaks, 1, lambda *at: told.append(at))
    assert told == [(0, 10), (7, 10), (10, 10)]
    assert found == Mutants(
        "units", 5, 2, 2, 1, "9.9.9", ("compendium.values.units.x_f__mutmut_1: survived\n-    1\n+    2",)
    )


def test_a_run_that_fails_says_the_last_that_was_said(tmp_path: Path) -> None:
    speaks = tool(tmp_path, "print('⠏ Running stats\\rFailed to run clean test'); sys.exit(3)")
    with pytest.raises(MutationError) as raised:
        mutants.tried("units", tmp_path, speaks, 1, lambda *_: None)
    assert str(raised.value) == "units: mutmut ended with exit code 3\nFailed to run clean test"


def test_a_run_leads_to_no_other_copy_of_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    mutants.tried("units", tmp_path, tool(tmp_path, "sys.exit('PYTHONPATH' in os.environ)"), 1, lambda *_: None)


def test_a_crash_is_noticed_and_what_has_no_name_passed() -> None:
    found = counted("units", {**COUNTS, "killed": 3, "segfault": 2, "survived": 1, "suspicious": 1}, "1")
    assert (found.killed, found.survived, found.tried) == (5, 2, 10)


def test_a_run_that_was_broken_off_counts_for_nothing() -> None:
    with pytest.raises(MutationError, match="units: only 10 of 11 changes have been tried"):
        counted("units", {**COUNTS, "total": 11}, "1")
    assert counted("units", {**COUNTS, "total": 11, "skipped": 1}, "1").tried == 10


def test_what_passed_is_named_and_shown_by_the_lines_that_change() -> None:
    results = "    a.x_f__mutmut_1: survived\n    a.x_f__mutmut_2: no tests\n    a.x_f__mutmut_3: timeout\n\n"
    assert survivors(results) == ["a.x_f__mutmut_1", "a.x_f__mutmut_2"]
    shown = "# a.x_f__mutmut_1: survived\n--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n def f():\n-    a\n+    b\n"
    assert lines(shown) == "a.x_f__mutmut_1: survived\n-    a\n+    b"


# --- kept and shown


def test_counts_take_the_place_of_those_of_their_module(data: Path) -> None:
    path = data / read_schema(data)["mutations"].path
    mutants.write(Mutants("units", 1, 1, 1, 1, "1"), data)
    mutants.write(Mutants("zones", 1, 0, 0, 0, "1"), data)
    mutants.write(SOME, data)
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["module"] in ("units", "zones")]
    assert rows == [SOME.record(), Mutants("zones", 1, 0, 0, 0, "1").record()]
    assert list(rows[0]) == list(read_schema(data)["mutations"].columns)


def test_the_score_is_the_share_that_is_noticed() -> None:
    assert SOME.score == score({"mutants": 10, "killed": 5, "timeout": 2}) == 0.7


def command(monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    """Run the command with canned results in place of a run."""
    monkeypatch.setattr(mutants, "program", lambda: Path("mutmut"))
    monkeypatch.setattr(mutants, "prepared", lambda module, tests, into: into)
    monkeypatch.setattr(mutants, "tried", lambda module, *_: SOME)
    return CliRunner().invoke(main, ["mutate", "units", *words])


def test_the_command_prints_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    result = command(monkeypatch)
    heads, row = (line.split() for line in result.stdout.splitlines())
    assert dict(zip(heads, row, strict=True)) == {
        "module": "units", "mutants": "10", "killed": "5", "survived": "2", "timeout": "2", "untested": "1",
        "score": "70%",
    }  # fmt: skip
    assert result.exit_code == 0


def test_the_command_shows_what_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert command(monkeypatch, "--show").stdout.startswith("one\n-a\n+b\n\nmodule ")


@pytest.mark.parametrize(("least", "code"), [("0.7", 0), ("0.71", 1)])
def test_the_command_fails_below_the_least_score(monkeypatch: pytest.MonkeyPatch, least: str, code: int) -> None:
    result = command(monkeypatch, "--least", least)
    assert result.exit_code == code
    assert ("below 71%: units" in result.stderr) is bool(code)


def test_the_command_writes_only_where_it_is_told_to(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    monkeypatch.setattr("compendium.cli.quality.DATA", data)
    path, head = data / "mutations.csv", ",".join(SOME.record())
    path.write_text(f"{head}\n", encoding="utf-8")
    command(monkeypatch)
    assert path.read_text(encoding="utf-8").splitlines() == [head]
    command(monkeypatch, "--write")
    assert path.read_text(encoding="utf-8").splitlines() == [head, ",".join(SOME.record().values())]


def test_without_the_tool_the_command_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(MutationError, match="mutmut is not installed: `make authors`"):
        mutants.program(tmp_path)
    authors = tmp_path / ".venv-authors" / "bin"
    authors.mkdir(parents=True)
    there = tool(authors, "pass")
    assert mutants.program(tmp_path) == there


def test_a_run_that_fails_ends_the_command_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(module: str, *_: object) -> Mutants:
        raise MutationError(f"{module}: mutmut ended with exit code 1")

    monkeypatch.setattr(mutants, "program", lambda: Path("mutmut"))
    monkeypatch.setattr(mutants, "prepared", lambda module, tests, into: into)
    monkeypatch.setattr(mutants, "tried", fail)
    result = CliRunner().invoke(main, ["mutate", "units"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == "units: mutmut ended with exit code 1"


def test_a_wrong_name_ends_the_command_without_a_traceback() -> None:
    result = CliRunner().invoke(main, ["mutate", "nonsense"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "MODULE: no module 'nonsense' is changed" in result.stderr
