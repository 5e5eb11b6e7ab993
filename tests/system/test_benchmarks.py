"""The benchmarks can be collected, what they measure becomes rows of the tables, and pages tell of these rows truly."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib import pyplot

from benchmarks.books import Book, generate_book
from benchmarks.record import record
from compendium.curation.validation import validate
from compendium.display.charts import ledger as ledger_charts
from compendium.display.charts import style
from compendium.display.tables import build_times
from compendium.display.tables.build_times import BEYOND, TIMES
from compendium.ledger.loader import load
from compendium.project.paths import ROOT

pytestmark = pytest.mark.slow

SECONDS = "seconds"


def test_every_benchmark_can_be_collected() -> None:
    command = [sys.executable, "-m", "pytest", "benchmarks", "--collect-only", "-q", "-n0", "-p", "no:nbval"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "test_building[this-book-cold-itself]" in run.stdout
    assert "test_reconciled[100000-2]" in run.stdout


def test_a_generated_book_is_built_and_shows_an_edit(tmp_path: Path) -> None:
    book = generate_book(tmp_path / "book", 1)
    book.build()
    page = book.html / "book" / "chapter-1.html"
    assert "Some claims of a made-up ledger" in page.read_text(encoding="utf-8")
    word = book.add_sentence()
    with pytest.raises(RuntimeError, match="did not reach"):
        book.notebooks_showing(word)
    book.build()
    assert book.notebooks_showing(word) == [book.root / "book" / "chapter-1.ipynb"]


def test_a_command_that_fails_says_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="exit code 1\na cell raised"):
        Book(tmp_path).run("-c", "raise SystemExit('a cell raised')")


# --- from a result to rows


def side(row: str, name: str, median: float, **cells: Any) -> dict[str, Any]:
    """What pytest-benchmark keeps of one side of a row."""
    stats = {"median": median, "min": median - 0.5, "max": median + 0.5, "rounds": 3}
    return {"extra_info": {"row": row, "side": name, "cells": cells}, "stats": stats}


NOTHING = {"part": "nothing", "what": "Nothing changed", "against": "a start", "chapters": 3}
COLD = NOTHING | {"part": "cold", "aim": 1.25, "aim_unit": TIMES}
COUNTS = {"claims": 100, "processes": 1, "groups": 51, "planted": 1, "found": 1, "invented": 0, "megabytes": 99}


def recorded(data: Path, *sides: dict[str, Any]) -> list[str]:
    """Write the result of these sides into the tables of a folder; return the names of the rows."""
    machine = {"python_version": "3.11.7", "machine": "x86_64", "cpu": {"count": 2}}
    result = {"datetime": "2026-11-29T10:00:00", "machine_info": machine, "benchmarks": sides}
    path = data.parent / "result.json"
    path.write_text(json.dumps(result), encoding="utf-8")
    return list(record(path, data))


def test_rows_take_the_place_of_those_of_their_name_and_fit_the_schema(small_data: Path) -> None:
    earlier = [side("nothing", "itself", 9.0, **NOTHING), side("nothing", "floor", 3.0)]
    assert recorded(small_data, *earlier) == ["nothing"]
    sides = [
        side("nothing", "itself", 1.006, **NOTHING),
        side("nothing", "floor", 0.334),
        side("cold", "floor", 2.0),
        side("cold", "cells", 3.0),
        side("cold", "itself", 6.0, **COLD),
        side("reconcile-100-claims-1-process", "itself", 0.2, **COUNTS),
    ]
    assert sorted(recorded(small_data, *sides)) == ["cold", "nothing", "reconcile-100-claims-1-process"]
    assert [str(problem) for problem in validate(small_data)] == []
    rows = load(small_data)["build_benchmarks"].set_index("name")
    assert list(rows.loc["nothing", ["seconds", "against_seconds", "ratio", "spread_seconds"]]) == [1.01, 0.33, 3.06, 1]
    assert list(rows.loc["cold", ["seconds", "cells_seconds", "against_seconds", "ratio"]]) == [6, 3, 5, 1.2]
    assert list(rows.loc["cold", ["aim", "aim_unit", "machine"]]) == [1.25, TIMES, "2 cores, x86_64, Python 3.11.7"]
    assert sorted(rows.index) == ["cold", "nothing"]
    assert (
        load(small_data)["benchmarks"].set_index("benchmark").loc["reconcile-100-claims-1-process", "megabytes"] == 99
    )


def test_a_row_of_which_a_side_is_missing_stays_as_it_was(small_data: Path) -> None:
    whole = [side("cold", name, seconds, **COLD) for name, seconds in (("itself", 6), ("floor", 2), ("cells", 3))]
    assert recorded(small_data, *whole) == ["cold"]
    before = (small_data / "build_benchmarks.csv").read_bytes()
    assert recorded(small_data, side("cold", "itself", 9.0, **COLD), side("cold", "floor", 2.0)) == []
    assert (small_data / "build_benchmarks.csv").read_bytes() == before


# --- what a page tells of rows


def row(**cells: Any) -> dict[str, Any]:
    made = {"name": "a", "part": "prose", "what": "What", "seconds": 3.0, "ratio": 1.5, "aim": None, "aim_unit": ""}
    return made | cells


@pytest.mark.parametrize(
    ("aim", "unit", "cells", "met"),
    [
        (3.0, SECONDS, None, True),
        (2.9, SECONDS, None, False),
        (2.0, BEYOND, 1.0, True),
        (1.9, BEYOND, 1.0, False),
        (1.5, TIMES, None, True),
        (1.4, TIMES, None, False),
        (None, "", None, None),
    ],
)
def test_an_aim_is_met_or_missed_by_computation(aim: float, unit: str, cells: float, met: bool | None) -> None:
    assert build_times.met(row(aim=aim, aim_unit=unit, cells_seconds=cells)) is met


def test_growth_is_told_by_how_it_stands_to_the_size() -> None:
    said = [build_times.grows({10: 1.0, 100: last}) for last in (1.1, 4.0, 10.0, 20.0)]
    assert said == ["hardly at all", "more slowly than in proportion", "in proportion", "faster than in proportion"]


def test_lines_of_growth_have_the_sizes_that_are_measured_here() -> None:
    built = [row(name=f"chapters-{size}-{kind}", part="chapters", chapters=size, seconds=size / 2)
             for size in (10, 2) for kind in ("cold", "nothing", "prose")]  # fmt: skip
    frame = pd.DataFrame([*built, row(name="read", part="ledger", claims=100)])
    assert next(iter(build_times.by_chapters(frame).items())) == ("everything executed", {2: 1, 10: 5})
    reconciled = pd.DataFrame({"processes": [1, 1, 2], "claims": [100, 1000, 100], "seconds": [0.2, 0.8, 0.1]})
    assert build_times.by_claims(frame, reconciled) == {"reconciling": {100: 0.2}, "reading, checking": {100: 3.0}}


def test_runs_are_apart_as_far_as_those_of_the_least_steady_measurement() -> None:
    assert build_times.apart(pd.DataFrame({"spread_seconds": [0.5, 1.0, 0.0], "seconds": [5.0, 4.0, 1.0]})) == 0.25


def test_a_figure_of_growth_names_every_line_at_its_end_and_apart() -> None:
    style.use()
    axes = ledger_charts.scaling_chart(
        {"a": {10: 1, 100: 5}, "b": {10: 2, 100: 5.01}}, size_label="things", unit="seconds"
    ).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    places = {text.get_text(): text.xy for text in axes.texts}
    assert set(places) == {"a", "b", "in proportion"}
    assert places["b"][1] > places["a"][1] * 1.05
    assert places["in proportion"] == (100, 10)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["10", "100"]
    pyplot.close("all")
