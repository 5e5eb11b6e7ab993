"""Measures how reconciliation grows with the number of claims: `python -m compendium.bench`.

Each size is measured in a process of its own, so that the memory it took is its own; what the ledger is made of is
the office of `compendium.synthetic`. It prints rows for the table of benchmarks, and how the time grew.
"""

from __future__ import annotations

import csv
import io
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from datetime import date
from itertools import pairwise
from typing import Any

from compendium.ledger.schema import read_schema
from compendium.project.paths import DATA, ROOT
from compendium.reconciliation.reconcile import build_components, constraints_from_ledger, reconcile
from compendium.synthetic import world

SIZES = (10**2, 10**3, 10**4, 10**5)
SEED = 1
PLANTED = 100
"""Of so many claims one conflict is planted."""
WORTH_IT = 10**3
"""With fewer claims than this, other processes cost more time than they save."""
TABLE = "benchmarks"


def run(
    sizes: Iterable[int] = SIZES, processes: Sequence[int] = (1, 2), say: Callable[[str], None] = print
) -> list[dict[str, Any]]:
    """Measure each size with each number of processes; say each row as CSV, then how the time a claim grew.

    Raises
    ------
    subprocess.CalledProcessError
        where a measurement ends in an error; what it said stands on the error stream.
    """
    columns = read_schema(DATA)[TABLE].columns
    say(",".join(columns))
    rows = []
    for number in processes:
        for claims in sizes:
            if number == 1 or claims >= WORTH_IT:
                command = [sys.executable, "-m", "compendium.bench", str(claims), str(number)]
                line = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
                say(line)
                rows.append(dict(zip(columns, next(csv.reader([line])), strict=True)))
    for line in summary(rows):
        say(line)
    return rows


def measured(claims: int, processes: int) -> dict[str, Any]:
    """Return one row of the table of benchmarks: a made-up ledger of so many claims, reconciled once.

    The time is that from a table of claims to bounds, conflicts and verdicts. Other processes are started before,
    while this one is small: one that starts as a copy of a large one pays for every page that it touches.
    """
    with ProcessPoolExecutor(processes) if processes > 1 else nullcontext() as executor:
        if executor:
            list(executor.map(abs, range(processes)))
        made = world(claims, seed=SEED, planted=claims // PLANTED)
        start = time.perf_counter()
        conflicts = reconcile(made.ledger, executor).conflicts
        seconds = time.perf_counter() - start
    # Linux counts in kilobytes, macOS in bytes.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    found, planted = {frozenset(conflict.claims) for conflict in conflicts}, set(made.planted)
    return {
        "benchmark": f"reconcile-{claims}-claims-{processes}-process{'es' if processes > 1 else ''}",
        "claims": claims,
        "groups": len(build_components(constraints_from_ledger(made.ledger)[1], made.ledger)),
        "planted": len(planted),
        "found": len(found),
        "invented": len(found - planted),
        "seconds": round(seconds, 2),
        "megabytes": round(most),
        "processes": processes,
        "measured": date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    }


def summary(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return in words how the time a claim takes grew from size to size: a factor near 1 is linear growth."""
    lines = []
    for number in dict.fromkeys(int(row["processes"]) for row in rows):
        own = [row for row in rows if int(row["processes"]) == number]
        each = [1000 * float(row["seconds"]) / int(row["claims"]) for row in own]
        factors = ["", *(f", {after / before:.2f} times that of the size before" for before, after in pairwise(each))]
        lines += [
            f"{row['claims']} claims, {number} process{'es' if number > 1 else ''}: {float(row['seconds']):.1f} s, "
            f"{row['megabytes']} MB, {took:.2f} ms a claim{factor}"
            for row, took, factor in zip(own, each, factors, strict=True)
        ]
    return lines


def _line(cells: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(_line(measured(*map(int, sys.argv[1:3])).values()))
    else:
        run()
