"""What a schema cannot say of independent figures: their ids, values, units, conversions, and what refers to them.

It finds faults and mends none, and never holds an observation against a claim.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from compendium.curation.claim_checks import UNITS_BY_MEASURE, check_base, is_impossible, metrics_by_id
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import MISSING, find_conversion, observation_interval, observation_tables
from compendium.ledger.schema import SEPARATOR
from compendium.project.problems import Problem, describe_choices
from compendium.values import units
from compendium.values.number_parsing import UnreadableFigureError

PROVENANCE = ("publisher", "address", "licence", "quality")


def _check_observations(ledger: Ledger) -> Iterator[Problem]:
    """Hold every observation: whose id says its table, that has a value or says why not, and that can be read."""
    metrics = metrics_by_id(ledger)
    ids: dict[str, str] = {}
    for table in observation_tables(ledger.schema):
        prefix = f"{Path(table.path).stem}."
        for line, row in enumerate(ledger.frames[table.name].to_dict("records"), 2):

            def wrong(
                column: str, expected: str, line: int = line, row: dict[str, Any] = row, path: str = table.path
            ) -> Problem:
                return Problem(path, line, column, str(row[column]), expected)

            if not row["observation_id"].startswith(prefix):
                yield wrong("observation_id", f"an id that begins with {prefix}")
            yield from check_base(row, metrics, wrong)
            if row["measure"] == "level" and row["base_metric_id"]:
                yield wrong("base_metric_id", "nothing, for a level, which is measured against nothing")
            yield from _check_value_present(row, wrong)
            ids[row["observation_id"]] = table.path
            if row["value"] and row["metric_id"] in metrics:
                yield from _check_value_possible(row, metrics[row["metric_id"]], ledger, wrong)
    for name in ("comparisons", "revisions"):
        for line, cell in enumerate(ledger.frames[name]["observation_id"], 2):
            if cell not in ids:
                yield Problem(ledger.schema[name].path, line, "observation_id", cell, describe_choices(ids, cell))
    yield from _check_traps(ledger, ids)


def _check_traps(ledger: Ledger, ids: Collection[str]) -> Iterator[Problem]:
    """Hold that a trap is about observations that there are."""
    path = ledger.schema["traps"].path
    for line, cell in enumerate(ledger.frames["traps"]["observations"], 2):
        for name in cell.split(SEPARATOR):
            if name not in ids:
                yield Problem(path, line, "observations", name, describe_choices(ids, name))


def _check_value_present(row: dict[str, Any], problem_at: Any) -> Iterator[Problem]:
    """Hold that what was found has a value and a publisher, and what was not a reason."""
    missing = row["obs_status"] == MISSING
    if bool(row["value"]) == missing:
        yield problem_at(
            "value", "nothing, where the status is missing" if missing else "a value, or the status missing"
        )
    if missing and not row["note"]:
        yield problem_at("note", "why there is no value: what was looked for, and where")
    for column in () if missing else PROVENANCE:
        if not row[column]:
            yield problem_at(column, "a value, as for everything that was found")
    if not row["period"] and not row["stated_on"] and not row["note"]:
        yield problem_at("period", "a period, or the day of the statement, or a note that says why there is neither")


def _check_value_possible(
    row: dict[str, Any], metric: Mapping[str, Any], ledger: Ledger, problem_at: Any
) -> Iterator[Problem]:
    """Hold the unit and the value of an observation against what its metric can be."""
    allowed = UNITS_BY_MEASURE.get(row["measure"])
    if not units.is_known(row["unit"]):
        return  # told where it stands
    if allowed and row["unit"] not in allowed:
        yield problem_at("unit", f"{describe_choices(allowed, row['unit'])} for a {row['measure']}")
    amount = row["measure"] in ("level", "difference")
    if amount and not (units.is_convertible_or_rate(row["unit"], metric["unit"]) or find_conversion(row, ledger)):
        yield problem_at("unit", f"a unit in which {metric['unit']} can be given, or a row of the conversions")
    try:
        found = observation_interval(row)
    except (UnreadableFigureError, KeyError):
        return  # told where it stands
    if row["measure"] == "level" and units.is_convertible(row["unit"], metric["unit"]):
        found, row = units.convert_interval(found, row["unit"], metric["unit"]), {**row, "unit": metric["unit"]}
    if found.empty or is_impossible(row, metric, found):
        yield problem_at("value", "a value that its metric can have")


def _check_conversions(ledger: Ledger) -> Iterator[Problem]:
    """Hold that a conversion rises from its lower to its upper end and ends in the unit of its metric."""
    path = ledger.schema["conversions"].path
    unit = dict(zip(ledger.frames["metrics"]["metric_id"], ledger.frames["metrics"]["unit"], strict=True))
    for line, row in enumerate(ledger.frames["conversions"].to_dict("records"), 2):
        complete = not (pd.isna(row["low"]) or pd.isna(row["high"]))  # that an end is missing is told by the schema
        if complete and not 0 < row["low"] <= row["high"]:
            yield Problem(
                path, line, "high", str(row["high"]), "an end that is not below the other, both above nothing"
            )
        if unit.get(row["metric_id"], row["to_unit"]) != row["to_unit"]:
            yield Problem(path, line, "to_unit", row["to_unit"], f"{unit[row['metric_id']]}, the unit of its metric")


CHECKS = (_check_observations, _check_conversions)
