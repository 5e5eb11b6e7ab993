"""Deterministic fault injection: one mistyped cell of the ledger at a time, and the first stage that detects it.

Cell and new content depend on a seed and a number alone. A fault is detected by validation, a changed verdict, a
changed output of a notebook, or a changed copy of its table for readers; otherwise it survives. All of it happens in
copies of the repository, in each of which this module runs as a program.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import importlib
import json
import os
import pickle
import re
import shutil
import signal
import string
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from compendium.analysis.conflicts import find_inconsistencies
from compendium.analysis.corroboration import corroborate, corroborate_dates
from compendium.analysis.sensitivity import sensitivity
from compendium.builder import forked_kernels
from compendium.builder.read_tracking import ALL_FILES
from compendium.curation.validation import validate
from compendium.ledger.atomic_write import replace_files
from compendium.ledger.loader import load
from compendium.ledger.schema import SEPARATOR, Field, Table, read_schema
from compendium.project.paths import BOOK, DATA, ROOT, find_chapters, format_path, notebook_path
from compendium.reconciliation.reconcile import reconcile

KINDS = ("digit", "sign", "unit", "period", "id", "code", "locator")
STAGES = ("check", "verdict", "output", "copy", "survived")
"""Stages that detect a fault, cheapest first; `copy` is a table offered for download, `survived` means undetected."""
CHECK, VERDICT, OUTPUT, COPY, SURVIVED = STAGES
LIKELY = 4
"""Number of notebooks that run before those with copies of the table; the others run after them."""
TIMEOUT = 120
"""Seconds for one notebook."""
TABLE, LOCATOR = "corruptions", "paragraph"
DIGIT = re.compile(r"[0-9]")
NUMBER = re.compile(r"[-−+]?(?=[0-9])")
DATE = re.compile(r"(?<![0-9])([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?![0-9])")


class FaultInjectionError(RuntimeError):
    """The faults could not be injected; the message says why."""


@dataclass(frozen=True)
class Fault:
    """One wrong cell: kind, file in the ledger, line (header is line 1), column, old and new content."""

    number: int
    kind: str
    file: str
    row: int
    column: str
    old: str
    new: str

    def __str__(self) -> str:
        """Return the fault as one line: `file:row:column: old -> new`."""
        return f"{self.file}:{self.row}:{self.column}: {self.old[:60]!r} -> {self.new[:60]!r}"


@dataclass(frozen=True)
class FaultOutcome:
    """Stage that detected a fault, and by what: the first problem, the error of an analysis, or the notebook."""

    fault: Fault
    stage: str
    by: str


# --- faults


def generate_faults(data: Path, seed: int, numbers: Collection[int]) -> Iterator[Fault]:
    """Yield the fault of each number: a random kind, then a column that allows it, then a cell.

    Every column has the same chance however many rows it has, so that small tables are covered.
    """
    schema = read_schema(data)
    rows = {table.name: _lines(data / table.path)[1:] for table in schema.values()}
    columns = {(one.name, field.name): (one, n, field) for one in schema.values() for n, field in enumerate(one.fields)}
    values = {(name, column): {line[at] for line in rows[name]} for (name, column), (_, at, _) in columns.items()}
    units = set[str]().union(*(values[key] for key, (_, _, field) in columns.items() if field.semantic_type == "unit"))
    found: dict[str, list[tuple[Table, int, list[int], set[str]]]] = {kind: [] for kind in KINDS}
    for table, at, field in columns.values():
        other = _refers_to(table, field)
        known = {"unit": units, "id": values[other], "code": set(field.vocabulary)}
        for kind in fault_kinds(table, field, other != (table.name, field.name)):
            fits = DIGIT.search if kind in ("digit", "sign", "period") else bool
            cells = [row for row, line in enumerate(rows[table.name]) if fits(line[at])]
            found[kind] += [(table, at, cells, known.get(kind, set()))] if cells else []
    for number in numbers:
        random, old, new = Random(f"{seed}.{number}"), "", ""
        while new == old:
            kind = random.choice([kind for kind in KINDS if found[kind]])
            table, at, cells, others = random.choice(found[kind])
            row = random.choice(cells)
            old = rows[table.name][row][at]
            new = mutated_cell(kind, old, random, sorted(others - {""}))
        yield Fault(number, kind, table.path, row + 2, table.columns[at], old, new)


def _lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def _refers_to(table: Table, field: Field) -> tuple[str, str]:
    """Return table and column whose ids a field holds; its own if it is no reference."""
    keys = {own: (other, column) for own, other, column in table.foreign_keys}
    if field.semantic_type.startswith("list of "):
        other, _, column = field.semantic_type.removeprefix("list of ").partition(".")
        return other, column
    return keys.get(field.name, (table.name, field.name))


def fault_kinds(table: Table, field: Field, refers: bool) -> tuple[str, ...]:
    """Return the kinds of fault that the cells of a field can have, from its schema."""
    key, printed = field.name in table.primary_key, field.name == "as_printed"
    if field.name == LOCATOR or (field.type == "integer" and key):
        return ("locator",)
    if field.type == "string" and (key or refers) and not printed:
        return ("id",)
    if field.vocabulary:
        return ("code",)
    signed = field.type != "string" or field.semantic_type == "figure" or printed
    return {"unit": ("unit",), "edtf": ("period",)}.get(
        field.semantic_type, ("digit", "sign") if signed else ("digit",)
    )


def mutated_cell(kind: str, cell: str, random: Random, known: Sequence[str] = ()) -> str:
    """Return the content of a cell with a fault, sometimes unchanged; `known` are values that it could hold."""
    if kind in ("unit", "code"):
        return random.choice([value for value in known if value != cell] or [cell])
    if kind == "id":
        items = cell.split(SEPARATOR)
        at = random.randrange(len(items))
        items[at] = mutated_cell(random.choice(["code", "letter"]), items[at], random, known)
        return SEPARATOR.join(items)
    if kind == "letter":
        at = random.randrange(len(cell))
        return (cell[:at] + cell[at] * random.choice([0, 2]) + cell[at + 1 :]) or cell
    if kind == "locator":
        return str(max(1, int(cell) + random.choice([-2, -1, 1, 2])))
    if kind == "period":
        found = random.choice(list(DATE.finditer(cell)))
        parts = [int(part) for part in found.groups() if part]
        at = random.randrange(len(parts))
        parts[at] = parts[at] + random.choice([-2, -1, 1, 2]) if at == 0 else random.randint(1, (12, 28)[at - 1])
        return cell[: found.start()] + "-".join(f"{part:02d}" for part in parts) + cell[found.end() :]
    if kind == "sign":
        number = next(NUMBER.finditer(cell))
        return cell[: number.start()] + ("" if number[0] in ("-", "−") else "-") + cell[number.end() :]
    at = random.choice([digit.start() for digit in DIGIT.finditer(cell)])
    return cell[:at] + random.choice(string.digits) + cell[at + 1 :]


@contextlib.contextmanager
def injected_fault(data: Path, fault: Fault) -> Iterator[None]:
    """Context in which the ledger of a folder has a fault; the file is restored afterwards."""
    path = data / fault.file
    before, lines = path.read_bytes(), _lines(path)
    at = lines[0].index(fault.column)
    lines[fault.row - 1][at] = fault.new
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)
        yield
    finally:
        path.write_bytes(before)


# --- detection, in a copy of the repository


class Notebook:
    """A stored notebook: code cells, files read, numbers of cells that copy a table, outputs when valid."""

    def __init__(self, path: Path) -> None:
        """Read the stored notebook; `shown` is filled by running it."""
        self.path, self.text, self.shown = path, path.read_text(encoding="utf-8"), list[Any]()
        content = json.loads(self.text)
        cells = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
        self.code = ["".join(cell["source"]) for cell in cells]
        self.copies = {n for n, cell in enumerate(cells) if COPY in cell["metadata"].get("tags", ())}
        self.reads = set(content["metadata"]["ledger"]["reads"])


def verdicts(data: Path) -> Any:
    """Return all verdicts of a ledger: reconciliation, corroboration, dates, headlines."""
    ledger = load(data)
    found = reconcile(ledger)
    days, headlines = corroborate_dates(ledger), sensitivity(ledger)
    return (
        found.verdicts,
        [finding.items for finding in find_inconsistencies(ledger, found.conflicts)],
        {name: (one.verdict, one.reason, [(held.verdict, held.observations) for held in one.comparisons])
         for name, one in corroborate(ledger).items()},
        days[["record_id", "verdict"]].to_numpy().tolist(),
        headlines[["headline_id", "without", "verdict"]].to_numpy().tolist(),
    )  # fmt: skip


class FaultDetector:
    """Verdicts and outputs of a valid ledger and its book, with which those of a faulty ledger are compared."""

    def __init__(self, data: Path, book: Path) -> None:
        """Compute the verdicts and run every notebook; raise `FaultInjectionError` if one fails."""
        for name in forked_kernels.preloaded_modules():  # once, before forking
            importlib.import_module(name)
        self.shell: Any = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        self.data, self.verdicts = data, verdicts(data)
        read = (Notebook(notebook_path(chapter)) for chapter in find_chapters(book))
        self.notebooks = [notebook for notebook in read if notebook.reads]
        self.known: Counter[tuple[str, str, Path]] = Counter()
        for notebook in self.notebooks:
            notebook.shown = _in_fork(lambda one: list(self._cells(one)), notebook)
            if notebook.shown is None:
                raise FaultInjectionError(f"{notebook.path.name} fails with the valid ledger")

    def outcome(self, fault: Fault) -> FaultOutcome:
        """Return the first stage that detects a fault."""
        with injected_fault(self.data, fault):
            if problems := validate(self.data):
                return FaultOutcome(fault, CHECK, str(problems[0]))
            try:
                found = verdicts(self.data)
            except Exception as error:  # an analysis that fails detects a fault that no check finds
                return FaultOutcome(fault, VERDICT, f"{type(error).__name__}: {error}")
            if found != self.verdicts:
                return FaultOutcome(fault, VERDICT, "")
            for notebook in self._likeliest(fault):
                stage = _in_fork(self._compared, notebook)
                if stage != SURVIVED:
                    self.known[fault.file, fault.column, notebook.path] += 1
                    return FaultOutcome(fault, stage or OUTPUT, format_path(notebook.path))
        return FaultOutcome(fault, SURVIVED, "")

    def _likeliest(self, fault: Fault) -> list[Notebook]:
        """Return the notebooks that read a table: the likeliest to show the cell, those with copies, all others."""
        reading = [one for one in self.notebooks if {f"data/{fault.file}", ALL_FILES} & one.reads]
        showing = [one for one in reading if not one.copies]
        column = fault.file, fault.column
        showing.sort(key=lambda one: (-self.known[*column, one.path], fault.old not in one.text))
        return [*showing[:LIKELY], *(one for one in reading if one.copies), *showing[LIKELY:]]

    def _compared(self, notebook: Notebook) -> str:
        """Return the stage at which a notebook that runs to its end detects the fault."""
        stage = SURVIVED
        for number, shown in enumerate(self._cells(notebook)):
            if shown != notebook.shown[number]:
                if number not in notebook.copies:
                    return OUTPUT
                stage = COPY
        return stage

    def _cells(self, notebook: Notebook) -> Iterator[Any]:
        """Run the notebook and yield the output of each cell; raise what it raises."""
        os.chdir(notebook.path.parent)
        for source in notebook.code:
            with capture_output() as captured:
                self.shell.display_trap.hook = sys.displayhook  # captures the value of the last line like `display`
                ended = self.shell.run_cell(source)
            ended.raise_error()
            yield captured.stdout, captured.stderr, [output.data for output in captured.outputs]


def _in_fork(work: Callable[[Notebook], Any], notebook: Notebook) -> Any:
    """Return the result of `work` in a forked process, as fresh as a kernel; `None` if it fails or times out."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException), os.fdopen(writing, "wb") as pipe:
            os.close(reading)
            signal.alarm(TIMEOUT)
            pipe.write(pickle.dumps(work(notebook)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(content) if content else None


def main(root: str, seed: int, numbers: Collection[int]) -> None:
    """Inject faults into this repository, which must be the copy at `root`; print the outcomes as JSON."""
    if str(ROOT) != root:  # never change the repository itself
        sys.exit(f"{root} has no package of its own")
    answers, sys.stdout = sys.stdout, sys.stderr  # notebooks must not print into the result
    detector, found = FaultDetector(DATA, BOOK), []
    for fault in generate_faults(DATA, seed, numbers):
        found.append(dataclasses.astuple(detector.outcome(fault)))
        print(f"{fault.number} {fault}: {found[-1][1]} {found[-1][2]}", file=sys.stderr)
    print(json.dumps(found), file=answers)


# --- in the repository


def run_faults(seed: int, numbers: Sequence[int], processes: int) -> list[FaultOutcome]:
    """Return the outcomes of the faults with these numbers; raise `FaultInjectionError` if a process fails."""
    with tempfile.TemporaryDirectory(prefix="faults") as folder, ThreadPoolExecutor(processes) as pool:
        parts = pool.map(lambda n: _part(Path(folder, str(n)).resolve(), seed, numbers[n::processes]), range(processes))
        return sorted(chain.from_iterable(parts), key=lambda outcome: outcome.fault.number)


def _part(root: Path, seed: int, numbers: Sequence[int]) -> list[FaultOutcome]:
    """Return the outcomes of some faults, from this module as a program in a copy of the repository."""
    for name in ("compendium", "data", "book"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "_static", ".*"))
    own = {"PYTHONPATH": str(root), "PYTHONHASHSEED": "0", "MPLBACKEND": "agg", "IPYTHONDIR": str(root / "ipython")}
    program = [sys.executable, "-m", "compendium.quality.fault_injection"]
    arguments = [str(root), str(seed), json.dumps(list(numbers))]
    run = subprocess.run(
        [*program, *arguments], cwd=root, env=os.environ | own, stdout=subprocess.PIPE, text=True, check=False
    )
    if run.returncode:
        raise FaultInjectionError(f"the process for {root.name} ended early, with {run.returncode}")
    return [FaultOutcome(Fault(*fault), stage, by) for fault, stage, by in json.loads(run.stdout)]


def count_by_stage(outcomes: Sequence[FaultOutcome]) -> pd.DataFrame:
    """Return the number of faults and of detections by stage, a row per kind."""
    kinds = pd.Series([outcome.fault.kind for outcome in outcomes], name="kind")
    found = pd.crosstab(kinds, [outcome.stage for outcome in outcomes]).reindex(columns=list(STAGES), fill_value=0)
    found.insert(0, "tried", found.sum(axis=1))
    return found.rename_axis(columns=None)


def write_counts(outcomes: Sequence[FaultOutcome], seed: int, data: Path) -> None:
    """Replace the counts in the ledger of a folder."""
    path = read_schema(data)[TABLE].path
    rows = count_by_stage(outcomes).reset_index().assign(seed=seed, measured=date.today().isoformat())
    before, after = (data / path).read_text(encoding="utf-8"), rows.to_csv(index=False, lineterminator="\n")
    replace_files(data, {path: (before, after)})


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3]))
