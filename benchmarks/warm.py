"""Work in a process that has started and imported beforehand: it prints `ready` and waits for a line of input.

`python -m benchmarks.warm cells CHAPTER…` executes the code of chapters, each in a fork of its own, on all cores;
`python -m benchmarks.warm reconcile CLAIMS PROCESSES` reconciles a synthetic ledger.
"""

from __future__ import annotations

import ast
import contextlib
import json
import multiprocessing
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.books import Book

Work = Callable[[], dict[str, Any]]


class PreloadedProcess:
    """A started process; `run` is to be timed."""

    def __init__(self, book: Book, *words: str) -> None:
        """Start the process in the folder of a book and wait until it is ready."""
        command = book.command("-m", "benchmarks.warm", *words)
        self.process = subprocess.Popen(**command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{' '.join(words)[:80]}: not ready; see its message above")

    def run(self) -> dict[str, Any]:
        """Let the process do its work; return its result."""
        output, _ = self.process.communicate("go\n")
        if self.process.returncode:
            raise RuntimeError("the work failed; see its message above")
        return json.loads(output)


def cells(chapters: Sequence[str]) -> Work:
    """Return work that executes the cells of chapters; their imports are done when this returns."""
    from compendium.builder.notebooks import compose_notebook

    paths = [Path(name).resolve() for name in chapters]
    code = [[cell.source for cell in compose_notebook(path).cells if cell.cell_type == "code"] for path in paths]
    for source in (source for sources in code for source in sources):
        with contextlib.suppress(SyntaxError):  # a cell with IPython magics
            for node in ast.parse(source).body:
                if isinstance(node, ast.Import | ast.ImportFrom):
                    exec(ast.unparse(node), {})
    pool = multiprocessing.get_context("fork").Pool(os.cpu_count(), maxtasksperchild=1)
    return lambda: {"executed": len(pool.starmap(_execute, zip(paths, code, strict=True), chunksize=1))}


def _execute(chapter: Path, code: Sequence[str]) -> None:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    os.chdir(chapter.parent)
    for source in code:
        with capture_output():
            ended = shell.run_cell(source)
        if not ended.success:
            raise RuntimeError(f"{chapter.name}: {ended.error_before_exec or ended.error_in_exec}")


def reconcile(words: Sequence[str]) -> Work:
    """Return work that reconciles a synthetic ledger with a planted conflict for every hundred claims."""
    from compendium.reconciliation.reconcile import build_components, constraints_from_ledger
    from compendium.reconciliation.reconcile import reconcile as reconciled
    from tests.support.synthetic import world

    claims, processes = map(int, words)
    executor = ProcessPoolExecutor(processes) if processes > 1 else None
    if executor:  # fork while this process is small: copies of a large one pay for every page they write
        list(executor.map(abs, range(processes)))
    made = world(claims, seed=1, planted=claims // 100)
    counts = {
        "groups": len(build_components(constraints_from_ledger(made.ledger).constraints, made.ledger)),
        "planted": len(made.planted),
    }

    def work() -> dict[str, Any]:
        found = {frozenset(conflict.claims) for conflict in reconciled(made.ledger, executor).conflicts}
        # Linux counts in kilobytes, macOS in bytes.
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        return counts | {"found": len(found), "invented": len(found - set(made.planted)), "megabytes": round(most)}

    return work


if __name__ == "__main__":
    work = {"cells": cells, "reconcile": reconcile}[sys.argv[1]](sys.argv[2:])
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(work()))
