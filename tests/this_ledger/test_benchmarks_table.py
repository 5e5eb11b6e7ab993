"""The table of benchmarks of this ledger: its ratios are those of its times, and a new result replaces its rows."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.record import record
from compendium.ledger.loader import Ledger, load
from compendium.project.paths import DATA


def test_every_ratio_of_the_table_is_that_of_its_times(ledger: Ledger) -> None:
    frame = ledger["build_benchmarks"]
    assert len(frame)
    for one in frame.to_dict("records"):
        assert one["ratio"] == pytest.approx(one["seconds"] / one["against_seconds"], abs=0.006), one["name"]
        assert (one["aim_unit"] == "") == pd.isna(one["aim"])


def test_a_result_of_a_row_of_the_table_takes_its_place(ledger: Ledger, tmp_path: Path) -> None:
    data = Path(shutil.copytree(DATA, tmp_path / "data"))
    stats = {"median": 3.0, "min": 2.5, "max": 3.5, "rounds": 3}
    cells = {"part": "nothing", "what": "Nothing changed", "against": "a start", "chapters": 3}
    told = [{"row": "nothing", "side": name, "cells": cells} for name in ("itself", "floor")]
    machine = {"python_version": "3.11.7", "machine": "x86_64", "cpu": {"count": 2}}
    result = {"datetime": "2026-11-29T10:00:00", "machine_info": machine,
              "benchmarks": [{"extra_info": one, "stats": stats} for one in told]}  # fmt: skip
    (tmp_path / "result.json").write_text(json.dumps(result), encoding="utf-8")
    assert list(record(tmp_path / "result.json", data)) == ["nothing"]
    after = load(data)["build_benchmarks"].set_index("name")
    assert set(after.index) == set(ledger["build_benchmarks"]["name"])
    assert after.loc["nothing", "ratio"] == 1
