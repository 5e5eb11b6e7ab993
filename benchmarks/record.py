"""Writes results of pytest-benchmark into the tables of the ledger: `python -m benchmarks.record RESULT.json`.

A row replaces the one with its name. A row of which a side failed or was not measured is left as it is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compendium.ledger.atomic_write import replace_rows
from compendium.project.paths import DATA

WITH_CELLS = ("cold", "data")
"""Parts whose floor includes the time of the notebooks' cells."""


def rows(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield table and cells of every complete row in a result of pytest-benchmark."""
    made = result["machine_info"]
    on = f"{made['cpu']['count']} cores, {made['machine']}, Python {made['python_version']}"
    sides: dict[str, dict[str, Any]] = {}
    for one in result["benchmarks"]:
        sides.setdefault(one["extra_info"]["row"], {})[one["extra_info"]["side"]] = one
    for name, found in sides.items():
        needed = {"itself", "floor", *(["cells"] if name.endswith(WITH_CELLS) else [])}
        cells = found["itself"]["extra_info"]["cells"] if "itself" in found else {}
        if "processes" in cells:
            table, times = "benchmarks", {"benchmark": name, "seconds": round(found["itself"]["stats"]["median"], 2)}
        elif needed <= set(found):
            table, times = "build_benchmarks", {"name": name, **_times(found)}
        else:
            continue
        row = {**cells, **times, "measured": result["datetime"][:10], "machine": on}
        yield table, {column: str(value) for column, value in row.items()}


def _times(found: dict[str, Any]) -> dict[str, Any]:
    """Return the times of a row in seconds and their ratio to the floor, rounded as stored."""
    stats, median = found["itself"]["stats"], {side: one["stats"]["median"] for side, one in found.items()}
    seconds, floor = round(stats["median"], 2), round(median["floor"] + median.get("cells", 0), 2)
    times = {"seconds": seconds, "spread_seconds": round(stats["max"] - stats["min"], 2), "runs": stats["rounds"]}
    cells = {"cells_seconds": round(median["cells"], 2)} if "cells" in median else {}
    return {**times, **cells, "against_seconds": floor, "ratio": round(seconds / floor, 2)}


def record(result: Path, data: Path) -> Iterator[str]:
    """Write every complete row of a result into the tables of a ledger; yield their names."""
    for table, row in rows(json.loads(result.read_text(encoding="utf-8"))):
        key = "name" if "name" in row else "benchmark"
        replace_rows(data, table, [row], lambda old, row=row, key=key: old[key] == row[key])
        yield row[key]


if __name__ == "__main__":
    print("\n".join(record(Path(sys.argv[1]), DATA)))
