"""Makes one cell of the ledger wrong at a time, as somebody would mistype it, and says what notices that.

Which cell, and what it becomes, follows from a seed and a number alone. What notices it is a check of the data, a
verdict that changes, an output of a notebook that changes, the copy of its table that readers take away, or nothing.
It happens in copies of the repository, in each of which this module runs as a program; nothing else is changed.
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
"""What notices a fault, the cheapest first; the last stands for nothing, a copy for the table that is taken away."""
CHECK, VERDICT, OUTPUT, COPY, SURVIVED = STAGES
LIKELY = 4  # how many notebooks a fault is looked for in before the copies; all the other notebooks come after these
TIMEOUT = 120  # seconds that one notebook may take
TABLE, LOCATOR = "corruptions", "paragraph"
DIGIT = re.compile(r"[0-9]")
NUMBER = re.compile(r"[-−+]?(?=[0-9])")
DATE = re.compile(r"(?<![0-9])([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?![0-9])")


class FaultInjectionError(RuntimeError):
    """The faults could not be tried; the message says why."""


@dataclass(frozen=True)
class Fault:
    """One cell that is to be wrong: its file, the line as an editor counts it, its column, its content and the new."""

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
class Outcome:
    """What noticed a fault, and which of its kind: the first problem, the error of a verdict, the notebook."""

    fault: Fault
    stage: str
    by: str


# --- which cell becomes wrong, and what it becomes
def faults(data: Path, seed: int, numbers: Collection[int]) -> Iterator[Fault]:
    """Yield the fault of each number: its kind, then a column that can have it, then a cell, each by chance.

    A column counts once however many rows it has, so that small tables are tried as well as large ones.
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
        for kind in kinds_of(table, field, other != (table.name, field.name)):
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
            new = changed(kind, old, random, sorted(others - {""}))
        yield Fault(number, kind, table.path, row + 2, table.columns[at], old, new)


def _lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def _refers_to(table: Table, field: Field) -> tuple[str, str]:
    """Return the table and column whose ids a field holds; its own where it refers to none."""
    keys = {own: (other, column) for own, other, column in table.foreign_keys}
    if field.semantic_type.startswith("list of "):
        other, _, column = field.semantic_type.removeprefix("list of ").partition(".")
        return other, column
    return keys.get(field.name, (table.name, field.name))


def kinds_of(table: Table, field: Field, refers: bool) -> tuple[str, ...]:
    """Return the ways in which the cells of a field can be wrong, as its schema tells."""
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


def changed(kind: str, cell: str, random: Random, known: Sequence[str] = ()) -> str:
    """Return what a cell becomes in a fault of a kind; now and then the same. `known` are values it could hold."""
    if kind in ("unit", "code"):
        return random.choice([value for value in known if value != cell] or [cell])
    if kind == "id":
        items = cell.split(SEPARATOR)
        at = random.randrange(len(items))
        items[at] = changed(random.choice(["code", "letter"]), items[at], random, known)
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
def injected(data: Path, fault: Fault) -> Iterator[None]:
    """Let the ledger of a folder have a fault, and give the file back as it was."""
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


# --- what notices it, in a copy of the repository
class Notebook:
    """A notebook with its code, the tables it reads, the cells that only copy one, and what each cell shows."""

    def __init__(self, path: Path) -> None:
        """Read it as it is stored; what it shows is had by running it."""
        self.path, self.text, self.shown = path, path.read_text(encoding="utf-8"), list[Any]()
        content = json.loads(self.text)
        cells = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
        self.code = ["".join(cell["source"]) for cell in cells]
        self.copies = {n for n, cell in enumerate(cells) if COPY in cell["metadata"].get("tags", ())}
        self.reads = set(content["metadata"]["ledger"]["reads"])


def verdicts(data: Path) -> Any:
    """Return all verdicts of a ledger: among claims, beside independent figures, of dates, of headlines."""
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


class Watched:
    """A ledger and a book with what they say while nothing is wrong; they notice faults of the ledger."""

    def __init__(self, data: Path, book: Path) -> None:
        """Work out the verdicts, and run every notebook once; raise `FaultInjectionError` where one fails."""
        for name in forked_kernels.preloaded_modules():  # once, before processes are forked, as a kernel has it
            importlib.import_module(name)
        self.shell: Any = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        self.data, self.said = data, verdicts(data)
        read = (Notebook(notebook_path(chapter)) for chapter in find_chapters(book))
        self.notebooks = [notebook for notebook in read if notebook.reads]
        self.known: Counter[tuple[str, str, Path]] = Counter()
        for notebook in self.notebooks:
            notebook.shown = _apart(lambda one: list(self._cells(one)), notebook)
            if notebook.shown is None:
                raise FaultInjectionError(f"{notebook.path.name} fails with the sound ledger")

    def outcome(self, fault: Fault) -> Outcome:
        """Return what notices a fault first."""
        with injected(self.data, fault):
            if problems := validate(self.data):
                return Outcome(fault, CHECK, str(problems[0]))
            try:
                said = verdicts(self.data)
            except Exception as error:  # what no check names and an analysis cannot bear is noticed by who runs it
                return Outcome(fault, VERDICT, f"{type(error).__name__}: {error}")
            if said != self.said:
                return Outcome(fault, VERDICT, "")
            for notebook in self._likeliest(fault):
                stage = _apart(self._compared, notebook)
                if stage != SURVIVED:
                    self.known[fault.file, fault.column, notebook.path] += 1
                    return Outcome(fault, stage or OUTPUT, format_path(notebook.path))
        return Outcome(fault, SURVIVED, "")

    def _likeliest(self, fault: Fault) -> list[Notebook]:
        """Return the notebooks that read a table: some that may show the cell, then the copies, then all others."""
        reading = [one for one in self.notebooks if {f"data/{fault.file}", ALL_FILES} & one.reads]
        showing = [one for one in reading if not one.copies]
        column = fault.file, fault.column
        showing.sort(key=lambda one: (-self.known[*column, one.path], fault.old not in one.text))
        return [*showing[:LIKELY], *(one for one in reading if one.copies), *showing[LIKELY:]]

    def _compared(self, notebook: Notebook) -> str:
        """Return how a notebook that runs to its end notices what is wrong."""
        stage = SURVIVED
        for number, shown in enumerate(self._cells(notebook)):
            if shown != notebook.shown[number]:
                if number not in notebook.copies:
                    return OUTPUT
                stage = COPY
        return stage

    def _cells(self, notebook: Notebook) -> Iterator[Any]:
        """Yield what each cell shows as it runs; raise what it raises."""
        os.chdir(notebook.path.parent)
        for source in notebook.code:
            with capture_output() as captured:
                self.shell.display_trap.hook = sys.displayhook  # the last line of a cell goes where `display` puts it
                ended = self.shell.run_cell(source)
            ended.raise_error()
            yield captured.stdout, captured.stderr, [output.data for output in captured.outputs]


def _apart(work: Callable[[Notebook], Any], notebook: Notebook) -> Any:
    """Return what work gives in a forked process, which is as fresh as a kernel; `None` where it fails or hangs."""
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
    """Try faults in this repository, which must be the copy at `root`; print what became of all of them as JSON."""
    if str(ROOT) != root:  # the repository itself must never be spoilt, not even for a moment
        sys.exit(f"{root} has no package of its own")
    answers, sys.stdout = sys.stdout, sys.stderr  # what notebooks print is none of this program's answer
    watched, found = Watched(DATA, BOOK), []
    for fault in faults(DATA, seed, numbers):
        found.append(dataclasses.astuple(watched.outcome(fault)))
        print(f"{fault.number} {fault}: {found[-1][1]} {found[-1][2]}", file=sys.stderr)
    print(json.dumps(found), file=answers)


# --- from the repository
def tried(seed: int, numbers: Sequence[int], processes: int) -> list[Outcome]:
    """Return what became of the faults of a seed that have these numbers, or raise `FaultInjectionError`."""
    with tempfile.TemporaryDirectory(prefix="faults") as folder, ThreadPoolExecutor(processes) as pool:
        parts = pool.map(lambda n: _part(Path(folder, str(n)).resolve(), seed, numbers[n::processes]), range(processes))
        return sorted(chain.from_iterable(parts), key=lambda outcome: outcome.fault.number)


def _part(root: Path, seed: int, numbers: Sequence[int]) -> list[Outcome]:
    """Return what became of some faults, tried by this module as a program of a copy of the repository."""
    for name in ("compendium", "data", "book"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "_static", ".*"))
    own = {"PYTHONPATH": str(root), "PYTHONHASHSEED": "0", "MPLBACKEND": "agg", "IPYTHONDIR": str(root / "ipython")}
    words = [
        sys.executable,
        "-m",
        "compendium.quality.fault_injection",
        str(root),
        str(seed),
        json.dumps(list(numbers)),
    ]
    run = subprocess.run(words, cwd=root, env=os.environ | own, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode:
        raise FaultInjectionError(f"the process for {root.name} ended early, with {run.returncode}")
    return [Outcome(Fault(*fault), stage, by) for fault, stage, by in json.loads(run.stdout)]


def counted(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return how many faults were tried and how many each stage noticed, a row a kind."""
    kinds = pd.Series([outcome.fault.kind for outcome in outcomes], name="kind")
    found = pd.crosstab(kinds, [outcome.stage for outcome in outcomes]).reindex(columns=list(STAGES), fill_value=0)
    found.insert(0, "tried", found.sum(axis=1))
    return found.rename_axis(columns=None)


def write(outcomes: Sequence[Outcome], seed: int, data: Path) -> None:
    """Put the counts into the ledger of a folder, in place of those that stand there."""
    path = read_schema(data)[TABLE].path
    rows = counted(outcomes).reset_index().assign(seed=seed, measured=date.today().isoformat())
    replace_files(
        data, {path: ((data / path).read_text(encoding="utf-8"), rows.to_csv(index=False, lineterminator="\n"))}
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3]))
