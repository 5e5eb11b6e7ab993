"""The workflows: pinned, of least privilege, free of what a stranger could inject, and of nothing that is not there."""

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import ClickException, Context
from packaging.specifiers import SpecifierSet

from compendium.cli.app import main
from compendium.project.paths import ROOT

FORGE = ROOT / ".github"
WORKFLOWS = sorted((FORGE / "workflows").glob("*.yml"))
BIN = Path(sys.executable).parent
USES = re.compile(r"^\s*(?:- )?uses:")
PINNED = re.compile(r"^\s*(?:- )?uses: ([\w.-]+/[\w./-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$")
REVIEWED = {"actions"}
"""Whose actions are used: the forge's own."""
HARMLESS = {"read", "none"}
LINTERS = {
    "zizmor": ["zizmor", "--offline", "--no-progress", "--strict-collection", "--persona=pedantic", str(FORGE)],
    "schema of workflows": ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)],
    "schema of updates": ["check-jsonschema", "--builtin-schema", "vendor.dependabot", str(FORGE / "dependabot.yml")],
}

named = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def read(path: Path) -> dict[Any, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    return read(path)["jobs"]


def steps(path: Path, action: str = "") -> list[dict[str, Any]]:
    """Return the steps of all jobs of a workflow; those alone that use an action, where one is named."""
    found = [step for job in jobs(path).values() for step in job["steps"]]
    return [step for step in found if step.get("uses", "").startswith(f"{action}@")] if action else found


def commands(path: Path) -> Iterator[str]:
    """Yield every line of shell of a workflow, a line that goes on in the next as one."""
    for step in steps(path):
        yield from step.get("run", "").replace("\\\n", " ").splitlines()


def words(line: str, command: str) -> Iterator[list[str]]:
    """Yield, for each time that a line of shell runs a command, the words that it is given."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    given, program = list(lexer), command.split()
    ends = [number for number, word in enumerate(given) if set(word) <= set("();<>|&")] + [len(given)]
    for number in range(len(given)):
        if given[number : number + len(program)] == program:
            yield given[number + len(program) : next(end for end in ends if end > number)]


def test_there_is_a_workflow_for_each_office() -> None:
    offices = {"test", "pages", "release", "preview", "preview-comment", "nightly", "links"}
    assert {path.stem for path in WORKFLOWS} == offices


# --- what linters say


@pytest.mark.parametrize("linter", LINTERS)
def test_linter(linter: str) -> None:
    program, *given = LINTERS[linter]
    run = subprocess.run([BIN / program, *given], capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("tool", ["zizmor", "check-jsonschema"])
def test_a_linter_is_the_locked_one(tool: str) -> None:
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert re.search(rf"^{tool}==(\S+)", lock, re.MULTILINE)[1] == metadata.version(tool)


# --- what is used


@named
def test_every_action_is_pinned_by_commit_with_its_version_beside_it(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if USES.match(line)]
    assert len(lines) == sum("uses" in step for step in steps(path))
    for line in lines:
        pinned = PINNED.match(line)
        assert pinned, line
        assert pinned[1].partition("/")[0] in REVIEWED


def test_an_action_has_one_pin_everywhere() -> None:
    lines = [line for path in WORKFLOWS for line in path.read_text(encoding="utf-8").splitlines()]
    pins = {match[1]: set() for line in lines if (match := PINNED.match(line))}
    for line in lines:
        if match := PINNED.match(line):
            pins[match[1]].add(line.split("uses: ")[1])
    assert len(pins) > 5
    assert [pin for pin in pins.values() if len(pin) > 1] == []


# --- what a job may do


@named
def test_nothing_is_allowed_but_what_a_job_asks_for(path: Path) -> None:
    assert read(path)["permissions"] == {}
    for job in jobs(path).values():
        assert job["permissions"]
        assert job["permissions"].keys().isdisjoint({"write-all", "read-all"})


@named
def test_a_job_that_may_write_runs_nothing_of_the_repository(path: Path) -> None:
    for job in jobs(path).values():
        if not set(job["permissions"].values()) <= HARMLESS:
            used = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
            assert "actions/checkout" not in used
            shell = "\n".join(step.get("run", "") for step in job["steps"])
            assert not re.search(r"\b(make|python\d?|sh|bash|source|eval)\b|\./", shell)


@named
def test_no_checkout_leaves_its_token_behind(path: Path) -> None:
    for step in steps(path, "actions/checkout"):
        assert step["with"]["persist-credentials"] is False
        assert "ref" not in step["with"]


@named
def test_no_expression_is_put_into_a_script(path: Path) -> None:
    assert [line for line in commands(path) if "${{" in line] == []


@named
def test_every_job_has_a_name_and_an_end(path: Path) -> None:
    assert read(path)["name"]
    for job in jobs(path).values():
        assert job["name"]
        assert 0 < job["timeout-minutes"] <= 180


@named
def test_a_newer_run_takes_the_place_of_an_older_one_or_waits(path: Path) -> None:
    assert isinstance(read(path)["concurrency"]["cancel-in-progress"], bool)


def test_a_stranger_gets_a_token_that_reads_and_no_secret() -> None:
    for path in WORKFLOWS:
        on = read(path)[True]  # YAML takes `on` for a truth
        assert "pull_request_target" not in on
        assert "secrets." not in path.read_text(encoding="utf-8")
        if "pull_request" in on:
            assert all(job["permissions"] == {"contents": "read"} for job in jobs(path).values())


# --- what is run


def test_all_supported_pythons_are_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    supported = SpecifierSet(project["requires-python"])
    (job,) = jobs(FORGE / "workflows" / "test.yml").values()
    tested = job["strategy"]["matrix"]["python"]
    minors = [int(version.removeprefix("3.")) for version in tested]
    assert minors == list(range(minors[0], minors[-1] + 1))
    assert all(supported.contains(f"{version}.99") for version in tested)
    assert not supported.contains(f"3.{minors[0] - 1}.99")
    assert len(tested) >= 4
    assert job["strategy"]["fail-fast"] is False


def test_what_is_kept_is_built_with_the_oldest_python() -> None:
    (job,) = jobs(FORGE / "workflows" / "test.yml").values()
    oldest = job["strategy"]["matrix"]["python"][0]
    others = [path for path in WORKFLOWS if path.stem != "test"]
    used = [step["with"]["python-version"] for path in others for step in steps(path, "actions/setup-python")]
    assert len(used) > 5
    assert set(used) == {oldest}


def test_ci_runs_what_people_run() -> None:
    assert list(commands(FORGE / "workflows" / "test.yml")) == [".ci/run"]
    made = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if line[:5] == "make "]
    assert made == ["make lint", "make test LINT="]  # the second leaves out what the first has run


@named
def test_every_target_of_make_exists(path: Path) -> None:
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in commands(path):
        for given in words(line, "make"):
            for target in (word for word in given if "=" not in word):
                assert re.search(rf"^{target}:", made, re.MULTILINE), line


@named
def test_every_command_exists_with_the_options_that_it_is_given(path: Path) -> None:
    for line in commands(path):
        for name, *given in words(line, ".venv/bin/python -m compendium"):
            assert name in main.commands, line
            command = main.commands[name]
            try:
                command.make_parser(Context(command)).parse_args(given)  # only read: nothing is run
            except ClickException as error:
                pytest.fail(f"{line}: {error.format_message()}")


@named
def test_every_file_that_is_run_exists(path: Path) -> None:
    for line in commands(path):
        for name in re.findall(r"(?:tests|\.ci)/[\w./]+", line):
            assert (ROOT / name).is_file(), line


@named
def test_a_workflow_that_another_one_names_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"\b[\w-]+\.yml\b", text):
        assert (FORGE / "workflows" / name).is_file(), name
    followed = (read(path)[True] or {}).get("workflow_run", {}).get("workflows", [])
    assert set(followed) <= {read(other)["name"] for other in WORKFLOWS}


@named
def test_what_one_job_takes_another_has_left(path: Path) -> None:
    left = {step["with"]["name"] for step in steps(path, "actions/upload-artifact")}
    taken = {step["with"]["name"] for step in steps(path, "actions/download-artifact")}
    assert taken <= left


def test_the_comment_takes_what_the_preview_has_left() -> None:
    left = {step["with"]["name"] for step in steps(FORGE / "workflows" / "preview.yml", "actions/upload-artifact")}
    taken = re.findall(r"gh run download .* --name (\w+)", "\n".join(commands(FORGE / "workflows/preview-comment.yml")))
    assert taken
    assert set(taken) <= left


def test_broken_addresses_block_nothing() -> None:
    path = FORGE / "workflows" / "links.yml"
    assert set(read(path)[True]) == {"schedule", "workflow_dispatch"}
    (asking,) = [step for step in steps(path) if "make links" in step.get("run", "")]
    assert asking["continue-on-error"] is True
