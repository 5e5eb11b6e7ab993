"""Whether wrong cells are noticed: by a check, by a verdict that changes, or by an output that changes.

It works in a copy of the repository, whose ledger it spoils one cell at a time: `python -m compendium.quality.guarded` is run
there by `tried`, and says what became of each corruption, a line of JSON each. Outputs are compared as nbval compares
them, with those of the sound ledger. Nothing of the repository itself is written.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from compendium.builder.read_tracking import ALL_FILES
from compendium.project.paths import BOOK, CACHE, DATA, ROOT, find_chapters, format_path, notebook_path
from compendium.quality.corruption import KINDS, Corruption, Corruptions, spoilt
from compendium.quality.outputs import Outputs, outputs, prepared
from compendium.quality.strength import STAGES, place

CHECK, VERDICT, OUTPUT, COPY, SURVIVED = STAGES
LIKELY = 4
"""How many notebooks a wrong cell is looked for on its own, before all that are left are looked for together."""
MISSED = 2
"""After how many wrong cells of a column that no likely notebook shows the others are looked for together at once."""
TIMEOUT = 120
"""Seconds that one notebook may take."""
COPIED = ("compendium", "data", "book")
ERRORS, LAST_LINES = "errors.txt", 12
SAME, OTHER, COPIED_ONLY = 0, 1, 2
"""How a process that runs one notebook ends: it shows the same, something else, or only other copies of tables."""


@dataclass(frozen=True)
class Outcome:
    """What noticed a corruption, which of its kind (the first problem, the verdicts, the notebook), and how soon."""

    corruption: Corruption
    stage: str
    by: str
    seconds: float


class GuardError(RuntimeError):
    """The corruptions could not be tried; the message says why, for a person."""


# --- in the copy


@dataclass
class Notebook:
    """A notebook: its code, the tables it reads, what it shows with the sound ledger, and how long that takes.

    `copies` are the cells, counted from nought, that show nothing but tables as they lie in the data.
    """

    path: Path
    code: list[str]
    reads: frozenset[str]
    text: str
    copies: frozenset[int] = frozenset()
    shown: Outputs = dataclasses.field(default_factory=list)
    seconds: float = 0.0


def notebooks(book: Path = BOOK) -> list[Notebook]:
    """Return the notebooks of a book that read something of the ledger, without what they show."""
    found = []
    for chapter in find_chapters(book):
        path = notebook_path(chapter)
        if not path.is_file():
            raise GuardError(f"{format_path(path)}: missing; `make notebooks` makes it")
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        cells = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
        copies = frozenset(n for n, cell in enumerate(cells) if COPY in cell["metadata"].get("tags", ()))
        reads = frozenset(content["metadata"]["ledger"]["reads"])
        if reads:
            found.append(Notebook(path, ["".join(cell["source"]) for cell in cells], reads, text, copies))
    return found


def verdicts(data: Path) -> tuple[Any, frozenset[str]]:
    """Return all verdicts of a ledger, and the tables that they rest on.

    They are those of claims among each other, with the conflicts they have a part in; of claims beside independent
    figures; of dates beside independent records; and of headlines with each source left out.
    """
    from compendium.analysis.conflicts import find_inconsistencies, group_inconsistencies
    from compendium.analysis.corroboration import corroborate, corroborate_dates
    from compendium.analysis.sensitivity import sensitivity
    from compendium.ledger.loader import load
    from compendium.reconciliation.reconcile import reconcile

    ledger = load(data)
    found = reconcile(ledger)
    conflicts = group_inconsistencies(ledger, find_inconsistencies(ledger, found.conflicts))
    days, headlines = corroborate_dates(ledger), sensitivity(ledger)
    said = (
        found.verdicts,
        [(family.name, [finding.items for finding in family.members]) for family in conflicts],
        {
            name: (one.verdict, one.reason, [(held.verdict, held.observations) for held in one.comparisons])
            for name, one in corroborate(ledger).items()
        },
        list(zip(days["record_id"], days["verdict"], strict=True)),
        list(zip(headlines["headline_id"], headlines["without"], headlines["verdict"], strict=True)),
    )
    return said, frozenset(cast(Any, ledger.frames)._made)


class Guard:
    """A copy of the ledger and of the book, with what they say while nothing is wrong."""

    def __init__(self, data: Path = DATA, book: Path = BOOK) -> None:
        """Work out the verdicts and run every notebook once.

        Raises
        ------
        GuardError
            where a notebook fails with the sound ledger: then nothing can be said of a wrong one.
        """
        self.data = data
        self.shell = prepared()
        self.said, self.tables = verdicts(data)
        self.notebooks = notebooks(book)
        self.noticed: Counter[tuple[str, str, Path]] = Counter()
        self.missed: Counter[tuple[str, str]] = Counter()
        for notebook in self.notebooks:
            start = time.perf_counter()
            notebook.shown = _forked(self.shell, notebook)
            notebook.seconds = time.perf_counter() - start
            if notebook.shown and _failed(notebook.shown[-1]):
                raise GuardError(f"{notebook.path.name} fails with the sound ledger: {notebook.shown[-1][-1]}")

    def outcomes(self, corruptions: Iterable[Corruption]) -> Iterator[Outcome]:
        """Make cells wrong, one at a time, and yield what notices each; last those that nothing seems to notice."""
        left: list[tuple[Corruption, float]] = []
        for corruption in corruptions:
            start = time.perf_counter()
            with spoilt(self.data, corruption):
                stage, by = self._noticed(corruption)
            seconds = time.perf_counter() - start
            if stage == SURVIVED:
                left.append((corruption, seconds))
            else:
                yield Outcome(corruption, stage, by, seconds)
        for one, (stage, by) in self._together([corruption for corruption, _ in left]).items():
            yield Outcome(one, stage, by, dict(left)[one])

    def _noticed(self, corruption: Corruption) -> tuple[str, str]:
        from compendium.curation.validation import validate

        problems = validate(self.data)
        if problems:
            return CHECK, str(problems[0])
        if corruption.table in self.tables:
            try:
                said, _ = verdicts(self.data)
            except Exception as error:  # what checks let pass and an analysis cannot bear is noticed by who runs it
                return VERDICT, f"{type(error).__name__}: {error}"
            if said != self.said:
                return VERDICT, ""
        column = corruption.table, corruption.column
        if self.missed[column] >= MISSED:
            return SURVIVED, ""
        for notebook in self._likeliest(corruption)[:LIKELY]:
            if _shown(self.shell, notebook) == OTHER:
                self.noticed[*column, notebook.path] += 1
                self.missed[column] = -MISSED  # a column that some page shows is always looked for on its own
                return OUTPUT, format_path(notebook.path)
        self.missed[column] += 1
        return SURVIVED, ""

    def _likeliest(self, corruption: Corruption) -> list[Notebook]:
        """Return the notebooks that read a table: first those that showed such a cell before, or show this one now."""

        def rank(notebook: Notebook) -> tuple[int, bool, float]:
            known = self.noticed[corruption.table, corruption.column, notebook.path]
            return -known, corruption.old not in notebook.text, notebook.seconds

        return sorted((notebook for notebook in self.notebooks if _reads(notebook, corruption)), key=rank)

    def _together(self, corruptions: Sequence[Corruption]) -> dict[Corruption, tuple[str, str]]:
        """Return what notices wrong cells that no likely notebook shows: the copy of their table, or any notebook.

        Copies are asked for first and one by one, for nearly every cell has one; such a cell is told as seen in a copy
        alone, even if some unlikely notebook shows it, too. What has none is looked for in every notebook, all of it
        in the ledger at once: a notebook that shows nothing else with all of them shows nothing else with any. Where
        it does, they are halved until it is known for which; a cell that is noticed only in company counts as not
        noticed.
        """
        found = dict.fromkeys(corruptions, (SURVIVED, ""))
        for notebook in (one for one in self.notebooks if one.copies):
            for one in self._left(found, notebook):
                with spoilt(self.data, one):
                    if _shown(self.shell, notebook) == COPIED_ONLY:
                        found[one] = COPY, format_path(notebook.path)
        for notebook in self.notebooks:
            found |= dict.fromkeys(
                self._halved(notebook, self._left(found, notebook)), (OUTPUT, format_path(notebook.path))
            )
        return found

    def _left(self, found: Mapping[Corruption, tuple[str, str]], notebook: Notebook) -> list[Corruption]:
        return [one for one, (stage, _) in found.items() if stage == SURVIVED and _reads(notebook, one)]

    def _halved(self, notebook: Notebook, corruptions: Sequence[Corruption]) -> list[Corruption]:
        if not corruptions:
            return []
        with contextlib.ExitStack() as stack:
            cells: set[str] = set()
            for one in corruptions:
                if place(one) not in cells:  # twice the same cell cannot be wrong in two ways; it is as seen as once
                    stack.enter_context(spoilt(self.data, one))
                cells.add(place(one))
            if _shown(self.shell, notebook) != OTHER:
                return []
        if len(corruptions) == 1:
            return list(corruptions)
        half = len(corruptions) // 2
        return [*self._halved(notebook, corruptions[:half]), *self._halved(notebook, corruptions[half:])]


def _reads(notebook: Notebook, corruption: Corruption) -> bool:
    return bool({f"data/{corruption.file}", ALL_FILES} & notebook.reads)


def _failed(shown: Sequence[Any]) -> bool:
    """Say whether the outputs of a cell end in an error: after the two texts, all but an error are bundles."""
    return len(shown) > 2 and isinstance(shown[-1], str)


def _forked(shell: Any, notebook: Notebook) -> Outputs:
    """Return what a notebook shows, run in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            os.close(reading)
            shown = outputs(shell, notebook.code, notebook.path.parent)
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(shown, pipe)
        os._exit(SAME)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    os.waitpid(child, 0)
    if not content:
        raise GuardError(f"{notebook.path.name} ended without an answer")
    return cast(Outputs, pickle.loads(content))


def _shown(shell: Any, notebook: Notebook) -> int:
    """Return how a notebook differs from what it shows with the sound ledger; one that fails or hangs does."""
    child = os.fork()
    if not child:
        code = OTHER
        with contextlib.suppress(BaseException):
            signal.alarm(TIMEOUT)
            among = [None if n in notebook.copies else own for n, own in enumerate(notebook.shown)]
            with contextlib.redirect_stderr(io.StringIO()):
                shown = outputs(shell, notebook.code, notebook.path.parent, among)
            if len(shown) == len(among) and all(a is None or a == b for a, b in zip(among, shown, strict=True)):
                code = SAME if shown == notebook.shown else COPIED_ONLY
        os._exit(code)
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    return ended if ended in (SAME, COPIED_ONLY) else OTHER


# --- from the repository


def tried(seed: int, numbers: Sequence[int], processes: int = 1) -> Iterator[Outcome]:
    """Try the corruptions of a seed that have these numbers, and yield what became of each as it ends.

    Raises
    ------
    GuardError
        where a process of the work ends early.
    """
    with tempfile.TemporaryDirectory(prefix="corrupt") as folder, contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(_process(copied(Path(folder, str(n))), seed, numbers[n::processes]))
            for n in range(processes)
        ]
        waiting = Counter({n: len(numbers[n::processes]) for n in range(processes)})
        while +waiting:
            n = waiting.most_common(1)[0][0]
            line = cast(IO[str], running[n].stdout).readline()
            if not line:
                said = (Path(folder, str(n)) / ERRORS).read_text(encoding="utf-8").strip().splitlines()
                raise GuardError("\n".join(["the work ended early:", *said[-LAST_LINES:]]))
            waiting[n] -= 1
            yield _read(json.loads(line))


def _read(line: Mapping[str, Any]) -> Outcome:
    return Outcome(Corruption(**line["corruption"]), line["stage"], line["by"], line["seconds"])


def copied(into: Path) -> Path:
    """Copy what the work needs of the repository into a folder, as it lies."""
    for name in COPIED:
        shutil.copytree(ROOT / name, into / name, ignore=shutil.ignore_patterns("__pycache__", "_static", ".*"))
    return into


@contextlib.contextmanager
def _process(root: Path, seed: int, numbers: Sequence[int]) -> Iterator[subprocess.Popen[str]]:
    words = [
        sys.executable,
        "-m",
        "compendium.quality.guarded",
        str(root.resolve()),
        str(seed),
        json.dumps(list(numbers)),
    ]
    environment = os.environ | {"PYTHONPATH": str(root), "PYTHONHASHSEED": "0", "MPLBACKEND": "agg",
                                "MPLCONFIGDIR": str(CACHE / "matplotlib"),
                                "IPYTHONDIR": str(root / "ipython")}  # fmt: skip
    # Into a file: nobody reads a pipe of errors while the work goes on, and a full one would stop it.
    with (root / ERRORS).open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            words, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8"
        )
        with process:
            try:
                yield process
            finally:
                process.kill()


def main(seed: int, numbers: Collection[int]) -> None:
    """Try corruptions in this repository, which must be a copy, and print what became of each."""
    # What notebooks print and warn of is none of this program's answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    corruptions, guard = Corruptions(DATA), Guard()
    for outcome in guard.outcomes(corruptions.corruption(seed, number) for number in numbers):
        print(json.dumps(dataclasses.asdict(outcome)), file=answers, flush=True)


__all__ = ["CHECK", "KINDS", "OUTPUT", "STAGES", "SURVIVED", "VERDICT", "GuardError", "Outcome", "tried"]

if __name__ == "__main__":
    if str(ROOT) != sys.argv[1]:  # the repository itself must never be spoilt, not even for a moment
        sys.exit(f"{sys.argv[1]} has no package of its own")
    main(int(sys.argv[2]), json.loads(sys.argv[3]))
