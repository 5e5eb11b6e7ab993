"""Checks of observations that a schema cannot express: ids, values, units, conversions, and references to them.

Every check yields problems and changes nothing; no observation is compared with a claim here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from compendium.curation.claim_checks import (
    UNITS_BY_MEASURE,
    RowProblems,
    check_base,
    is_impossible,
    rows_with_problems,
)
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import MISSING, find_conversion, observation_interval, observation_tables
from compendium.ledger.records import keyed
from compendium.ledger.schema import SEPARATOR
from compendium.project.problems import Problem, describe_choices
from compendium.values import units
from compendium.values.number_parsing import UnreadableFigureError

PROVENANCE = ("publisher", "address", "licence", "quality")
"""Columns required of every observation that has a value."""


def _check_observations(ledger: Ledger) -> Iterator[Problem]:
    """Yield problems of observations: id and table, base, value or reason without one; and unknown ids elsewhere."""
    metrics = keyed(ledger.frames["metrics"], "metric_id")
    ids: set[str] = set()
    for table in observation_tables(ledger.schema):
        prefix = f"{Path(table.path).stem}."
        for row, problem_at in rows_with_problems(ledger, table.name):
            if not row["observation_id"].startswith(prefix):
                yield problem_at("observation_id", f"an id that begins with {prefix}")
            yield from check_base(row, metrics, problem_at)
            if row["measure"] == "level" and row["base_metric_id"]:
                yield problem_at("base_metric_id", "nothing, for a level, which is measured against nothing")
            yield from _check_value_present(row, problem_at)
            ids.add(row["observation_id"])
            if row["value"] and row["metric_id"] in metrics:
                yield from _check_value_possible(row, metrics[row["metric_id"]], ledger, problem_at)
    for name, column in (("comparisons", "observation_id"), ("revisions", "observation_id"), ("traps", "observations")):
        for line, cell in enumerate(ledger.frames[name][column], 2):
            for one in cell.split(SEPARATOR):
                if one not in ids:
                    yield Problem(ledger.schema[name].path, line, column, one, describe_choices(ids, one))


def _check_value_present(row: Mapping[str, Any], problem_at: RowProblems) -> Iterator[Problem]:
    """Yield an observation without value and provenance, or a missing one without a reason."""
    missing = row["obs_status"] == MISSING
    if bool(row["value"]) == missing:
        expected = "nothing, where the status is missing" if missing else "a value, or the status missing"
        yield problem_at("value", expected)
    if missing and not row["note"]:
        yield problem_at("note", "why there is no value: what was looked for, and where")
    for column in () if missing else PROVENANCE:
        if not row[column]:
            yield problem_at(column, "a value, as for everything that was found")
    if not row["period"] and not row["stated_on"] and not row["note"]:
        yield problem_at("period", "a period, or the day of the statement, or a note that says why there is neither")


def _check_value_possible(
    row: Mapping[str, Any], metric: Mapping[str, Any], ledger: Ledger, problem_at: RowProblems
) -> Iterator[Problem]:
    """Yield the unit and the value of an observation if its metric cannot have them."""
    allowed = UNITS_BY_MEASURE.get(row["measure"])
    if not units.is_known(row["unit"]):
        return  # an unknown unit is a problem of its own cell
    if allowed and row["unit"] not in allowed:
        yield problem_at("unit", f"{describe_choices(allowed, row['unit'])} for a {row['measure']}")
    amount = row["measure"] in ("level", "difference")
    if amount and not (units.is_convertible_or_rate(row["unit"], metric["unit"]) or find_conversion(row, ledger)):
        yield problem_at("unit", f"a unit in which {metric['unit']} can be given, or a row of the conversions")
    try:
        found = observation_interval(row)
    except (UnreadableFigureError, KeyError):
        return  # an unreadable figure or hedge is a problem of its own cell
    if row["measure"] == "level" and units.is_convertible(row["unit"], metric["unit"]):
        found, row = units.convert_interval(found, row["unit"], metric["unit"]), {**row, "unit": metric["unit"]}
    if found.empty or is_impossible(row, metric, found):
        yield problem_at("value", "a value that its metric can have")


def _check_conversions(ledger: Ledger) -> Iterator[Problem]:
    """Yield conversions whose ends are not 0 < low ≤ high, or that do not end in the unit of their metric."""
    unit = dict(zip(ledger.frames["metrics"]["metric_id"], ledger.frames["metrics"]["unit"], strict=True))
    for row, problem_at in rows_with_problems(ledger, "conversions"):
        complete = not (pd.isna(row["low"]) or pd.isna(row["high"]))  # a missing end is a problem of the schema
        if complete and not 0 < row["low"] <= row["high"]:
            yield problem_at("high", "an end that is not below the other, both above nothing")
        if unit.get(row["metric_id"], row["to_unit"]) != row["to_unit"]:
            yield problem_at("to_unit", f"{unit[row['metric_id']]}, the unit of its metric")


CHECKS = (_check_observations, _check_conversions)
