"""The engine changed one operator at a time by mutmut, and what the tests of the module say to each change.

It chooses what is changed and counts; the changes are mutmut's. All of it happens in a temporary copy.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from compendium.benches.copies import copied
from compendium.benches.rows import put
from compendium.project.paths import ROOT
from compendium.project.problems import describe_choices
from compendium.quality.strength import score

TOOL = "mutmut"
TABLE = "mutations"
CACHES = ("cache", "lru_cache")
LAST_LINES = 12
_PROGRESS = re.compile(r"(\d+)/(\d+)  ")
_SPINNER = re.compile(r"^[\u2800-\u28ff] ")


class MutationError(RuntimeError):
    """The changes could not be tried; the message says why, for a person."""


@dataclass(frozen=True)
class Mutants:
    """What became of the changes of one module."""

    module: str
    killed: int
    survived: int
    timeout: int
    untested: int
    version: str
    passed: tuple[str, ...] = ()
    """Each change that no test fails on, as the lines that it changes."""

    @property
    def tried(self) -> int:
        """Return how many changes there were."""
        return self.killed + self.survived + self.timeout + self.untested

    @property
    def score(self) -> float:
        """Return the share of them that the tests notice."""
        return score(self.record())

    def record(self) -> dict[str, str]:
        """Return the cells of its line in the table, by column: measured today."""
        cells = {
            "module": self.module,
            "mutants": self.tried,
            "killed": self.killed,
            "survived": self.survived,
            "timeout": self.timeout,
            "untested": self.untested,
            "tool": TOOL,
            "version": self.version,
            "measured_on": date.today().isoformat(),
        }
        return {name: str(value) for name, value in cells.items()}


# --- what is changed


def modules(root: Path = ROOT) -> dict[str, tuple[str, ...]]:
    """Return the modules that are changed, in their order, each with the test modules that hold it."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return {module: tuple(tests) for module, tests in settings["tool"]["mutations"].items()}


def chosen(names: Sequence[str], root: Path = ROOT) -> dict[str, tuple[str, ...]]:
    """Return some of these modules, in their order; without names, all.

    Raises
    ------
    MutationError
        where a name is none of them.
    """
    known = modules(root)
    for name in names:
        if name not in known:
            raise MutationError(f"no module {name!r} is changed; {describe_choices(known, name)}")
    return {module: tests for module, tests in known.items() if not names or module in names}


def program(root: Path = ROOT) -> Path:
    """Return where mutmut is: beside the interpreter of this process, or in the environment of authors.

    Raises
    ------
    MutationError
        where it is in neither.
    """
    for folder in (Path(sys.executable).parent, root / ".venv-authors" / "bin"):
        if found := shutil.which(TOOL, path=folder):
            return Path(found)
    raise MutationError(f"{TOOL} is not installed: `make authors` puts it into .venv-authors")


# --- the copy it happens in


def prepared(module: str, tests: Iterable[str], into: Path, root: Path = ROOT) -> Path:
    """Fill a folder with a copy of the repository in which one module is changed and its tests run; return it."""
    copied(root, into)
    shutil.rmtree(into / ".git", ignore_errors=True)
    held = [f"tests/test_{name}.py" for name in tests]
    settings = into / "pyproject.toml"
    own = (
        f"[tool.{TOOL}]\nonly_mutate = {json.dumps([f'compendium/{module}.py'])}\n"
        f"pytest_add_cli_args_test_selection = {json.dumps(held)}\n"
    )
    settings.write_text(settings.read_text(encoding="utf-8").replace(f"[tool.{TOOL}]\n", own), encoding="utf-8")
    changed = into / "compendium" / f"{module}.py"
    asked = "".join((into / name).read_text(encoding="utf-8") for name in held)
    changed.write_text(uncached(changed.read_text(encoding="utf-8"), asked), encoding="utf-8")
    return into


def uncached(code: str, tests: str = "") -> str:
    """Return a module whose functions keep no results, which is how mutmut changes them: it passes by decorators.

    What takes no argument stays as it is: others rely on getting the same thing. So does what the tests ask for its
    cache (`name.cache_clear()`).
    """
    lines = code.splitlines(keepends=True)
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.FunctionDef) or not (node.args.args or node.args.posonlyargs):
            continue
        if len(node.decorator_list) == 1 and _keeps(node.decorator_list[0]) and f"{node.name}.cache_" not in tests:
            only = node.decorator_list[0]
            for line in range(only.lineno - 1, only.end_lineno or only.lineno):
                lines[line] = "\n"  # as many lines as before, so that a change is named by its place
    return "".join(lines)


def _keeps(decorator: ast.expr) -> bool:
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(named, ast.Name) and named.id in CACHES


# --- the run


def tried(module: str, folder: Path, tool: Path, processes: int, tell: Callable[[int, int], None]) -> Mutants:
    """Try every change in a prepared folder; tell how many of how many have been tried whenever that changes.

    Raises
    ------
    MutationError
        where mutmut fails, or ends before all have been tried.
    """
    words = [str(tool), "run", "--max-children", str(processes)]
    last: list[str] = []
    with subprocess.Popen(
        words, cwd=folder, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        encoding="utf-8", errors="replace",
    ) as running:  # fmt: skip
        for line in running.stdout or ():  # universal newlines: what overwrites itself comes line by line
            if progress := _PROGRESS.search(line):
                tell(int(progress[1]), int(progress[2]))
            elif line.strip() and not _SPINNER.match(line):
                last = [*last, line.rstrip()][-LAST_LINES:]
    if running.returncode:
        raise MutationError("\n".join([f"{module}: {TOOL} ended with exit code {running.returncode}", *last]))
    said = _asked(tool, folder, "--version").split()[-1]
    _asked(tool, folder, "export-cicd-stats")
    counts = json.loads((folder / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    left = survivors(_asked(tool, folder, "results"))
    return counted(module, counts, said, tuple(lines(_asked(tool, folder, "show", name)) for name in left))


def counted(module: str, counts: dict[str, int], version: str, passed: tuple[str, ...] = ()) -> Mutants:
    """Return what mutmut counted for a module in our words.

    A crash of the interpreter is noticed by any test; what mutmut finds no word for counts as passed.

    Raises
    ------
    MutationError
        where changes are missing: it was interrupted.
    """
    found = Mutants(
        module,
        killed=counts["killed"] + counts["segfault"],
        survived=counts["survived"] + counts["suspicious"],
        timeout=counts["timeout"],
        untested=counts["no_tests"],
        version=version,
        passed=passed,
    )
    if found.tried + counts["skipped"] != counts["total"]:
        raise MutationError(f"{module}: only {found.tried} of {counts['total']} changes have been tried")
    return found


def survivors(results: str) -> list[str]:
    """Return the names of the changes that passed, or that no test runs, from what `mutmut results` prints."""
    told = (line.strip().rpartition(": ") for line in results.splitlines())
    return [name for name, _, status in told if status in ("survived", "suspicious", "no tests")]


def lines(shown: str) -> str:
    """Return what `mutmut show` prints of a change without all that it leaves as it was: its name, and both lines."""
    name, *rest = shown.splitlines()
    changed = [line for line in rest if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return "\n".join([name.removeprefix("# "), *changed])


def _asked(tool: Path, folder: Path, *words: str) -> str:
    ended = subprocess.run(
        [str(tool), *words], cwd=folder, env=_environment(), capture_output=True, encoding="utf-8", errors="replace"
    )
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-1:] or [f"exit code {ended.returncode}"]
        raise MutationError(f"{TOOL} {words[0]}: {last[0]}")
    return ended.stdout


def _environment() -> dict[str, str]:
    """Return the variables of this process without those that lead back to the checkout or to a test run."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH" and "PYTEST" not in name}


# --- kept and shown


def write(found: Mutants, data: Path) -> None:
    """Write what became of the changes of a module into the ledger of a folder, in place of what stands there.

    Raises
    ------
    LedgerError
        where the ledger has no such table.
    """
    put(data, TABLE, [found.record()], lambda row: row["module"] == found.module)


def table(found: Sequence[Mutants]) -> Iterator[str]:
    """Yield the lines of a table: by module, what was tried, what became of it, and the score."""
    heads = ["mutants", "killed", "survived", "timeout", "untested"]
    yield f"{'module':<14}" + "".join(f"{head:>10}" for head in [*heads, "score"])
    for one in found:
        counts = one.record()
        cells = [*(counts[head] for head in heads), f"{one.score:.0%}"]
        yield f"{one.module:<14}" + "".join(f"{cell:>10}" for cell in cells)
