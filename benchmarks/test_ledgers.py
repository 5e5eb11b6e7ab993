"""Benchmarks of validation and reconciliation of synthetic ledgers, by number of claims."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.books import Book
from benchmarks.warm import PreloadedProcess
from compendium.project.paths import ROOT
from tests.support.synthetic import world, write_ledger

SIZES = (100, 1_000, 10_000, 100_000)


@pytest.mark.parametrize("side", ["itself", "floor"])
@pytest.mark.parametrize("claims", SIZES[:3])
def test_checked(measure: Callable[..., None], tmp_path: Path, claims: int, side: str) -> None:
    """Time `check` on a ledger without conflicts."""
    words = ("-c", "import compendium.cli.app, compendium.curation.validation")
    if side == "itself":
        words = ("-m", "compendium", "check", "--data", str(write_ledger(world(claims, seed=1).ledger, tmp_path)))
    row = {"part": "ledger", "what": "A ledger read and checked", "claims": claims}
    against = "Python's start and the imports of the check"
    measure(f"ledger-{claims}", side, lambda: Book(ROOT).run(*words), against=against, **row)


# With fewer claims, other processes cost more time than they save.
@pytest.mark.parametrize(("claims", "processes"), [*((size, 1) for size in SIZES), *((size, 2) for size in SIZES[1:])])
def test_reconciled(measure: Callable[..., None], claims: int, processes: int) -> None:
    """Time a reconciliation in a process of its own, so that its peak memory can be measured."""
    process = PreloadedProcess(Book(ROOT), "reconcile", str(claims), str(processes))
    name = f"reconcile-{claims}-claims-{processes}-process{'es' if processes > 1 else ''}"
    measure(name, "itself", process.run, rounds=1, claims=claims, processes=processes)
