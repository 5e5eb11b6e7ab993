"""Observations (figures of independent publishers): loading, conversion, selection, and their form as claims.

They have the same keys as claims. Rows of status `missing` record that no figure was found and have no value; they are
excluded unless asked for. Claims are compared with observations in `compendium.analysis.corroboration`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

import networkx
import pandas as pd
import portion

from compendium.ledger.claims import PrintedFigure, figure_interval, to_fraction
from compendium.ledger.loader import Ledger
from compendium.ledger.records import keyed, records
from compendium.ledger.schema import SEPARATOR, Table
from compendium.values import intervals, units
from compendium.values.formatting import UNIT_LABELS, format_amount
from compendium.values.number_parsing import UnreadableFigureError, read_figure

SERIES_FOLDER = "official"
OBSERVATION_ID = "observation_id"
MISSING, FORECAST, LOW_RELIABILITY = "missing", "forecast", "low reliability"
FROM_DATA_FILE, FROM_PAGE = "machine", "page"
SCOPE = "observation"
"""Value of `scope` for an observation among the claims."""
_CACHE_SIZE = 2**14  # many rows print alike, and a page reads all of them more than once


def observation_tables(schema: Mapping[str, Table]) -> list[Table]:
    """Return the tables of a schema that contain observations (key `observation_id`, a column `metric_id`)."""
    return [
        table for table in schema.values() if table.primary_key == (OBSERVATION_ID,) and "metric_id" in table.columns
    ]


def read_observations(ledger: Ledger, *, missing: bool = False) -> pd.DataFrame:
    """Return the observations of all tables, one row each, indexed by id.

    Parameters
    ----------
    missing
        whether to return the rows of status `missing` instead of all others.

    Returns
    -------
    pandas.DataFrame
        the columns of the tables, `table` (its name) and, for what was found, `interval` with its unit `in_unit` (the
        unit given, or that of the metric where the two are not convertible and the ledger has a conversion) and
        `figure` (`format_observation`).
    """
    parts = [ledger.frames[table.name].assign(table=table.name) for table in observation_tables(ledger.schema)]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[OBSERVATION_ID, "obs_status"])
    frame = frame[(frame["obs_status"] == MISSING) == missing].set_index(OBSERVATION_ID, drop=False)
    frame.index.name = None  # a column has the same name
    if missing or frame.empty:
        return frame
    metrics = keyed(ledger.frames["metrics"], "metric_id")
    rows = records(frame)
    read = [_converted(row, metrics[row["metric_id"]], ledger) for row in rows]
    frame["interval"] = pd.Series([found for found, _ in read], index=frame.index, dtype=object)
    frame["in_unit"] = [unit for _, unit in read]
    frame["figure"] = [format_observation(row, metrics[row["metric_id"]]["unit"]) for row in rows]
    return frame


def observation_interval(observation: Mapping[str, Any], minimum: float | None = None) -> portion.Interval:
    """Return the interval of values that an observation leaves possible, in its own unit; see `figure_interval`.

    Raises
    ------
    UnreadableFigureError, KeyError
        as `compendium.values.intervals.read_interval` does.
    """
    printed = (observation[name] for name in ("measure", "value", "hedge", "unit"))
    return figure_interval(PrintedFigure(*printed), minimum)


Row = Mapping[str, Any]


def _converted(row: Row, metric: Row, ledger: Ledger) -> tuple[portion.Interval, str]:
    """Return the interval of an observation and its unit: that of the metric if a conversion is needed and known."""
    found = observation_interval(row, metric["minimum"])
    if row["measure"] not in ("level", "difference") or units.is_convertible_or_rate(row["unit"], metric["unit"]):
        return found, row["unit"]
    conversion = find_conversion(row, ledger)
    if conversion is None:
        return found, row["unit"]
    found = units.convert_interval(found, row["unit"], conversion["from_unit"])
    each = portion.closed(to_fraction(conversion["low"]), to_fraction(conversion["high"]))
    return intervals.product(found, each), str(conversion["to_unit"])


def find_conversion(row: Row, ledger: Ledger) -> dict[str, Any] | None:
    """Return the first row of `conversions` that fits an observation (metric and unit), `None` if there is none."""
    rows = records(ledger.frames["conversions"]) if "conversions" in ledger.frames else []
    own = (one for one in rows if one["metric_id"] == row["metric_id"])
    return next((one for one in own if units.is_convertible(row["unit"], one["from_unit"])), None)


def format_observation(observation: Row, metric_unit: str) -> str:
    """Return an observation's figure for readers, with hedge and unit: `almost 5 billion USD`."""
    return f"{observation['hedge']} {_amount(observation['value'], observation['unit'], metric_unit)}".strip()


@lru_cache(maxsize=_CACHE_SIZE)
def _amount(value: str, own: str, unit: str) -> str:
    """Return a value in unscaled units, in those of the metric if convertible."""
    if unit == "rank" == own:
        return f"rank {value}"
    whole = unit if units.is_convertible(own, unit) else units.unscaled(own)
    return format_amount(units.convert_interval(portion.singleton(to_fraction(value)), own, whole), whole)


# --- as claims


def find_reporters(ledger: Ledger, related_to: Collection[str] | None = None) -> list[str]:
    """Return the areas whose authorities report observations, sorted.

    Parameters
    ----------
    related_to
        ids of metrics; only observations of these and of metrics related to them (part, sum, mirror, rank) count.
    """
    found = read_observations(ledger)
    if found.empty:
        return []
    if related_to is not None:
        found = found[found["metric_id"].isin(_related_metrics(ledger, related_to))]
    return sorted(set(found["reporter"]) - {""})


def _related_metrics(ledger: Ledger, names: Collection[str]) -> set[str]:
    """Return metrics with all that are connected to them as part, sum, mirror or rank, transitively."""
    ties = networkx.Graph()
    ties.add_nodes_from(names)
    for row in records(ledger.frames["metrics"]):
        others = [row["part_of"], row["mirror_of"], row["ranks"], *row["sum_of"].split(SEPARATOR)]
        ties.add_edges_from((row["metric_id"], other) for other in others if other)
    return set().union(*(networkx.node_connected_component(ties, name) for name in names))


def select_reporter(observations: pd.DataFrame, reporter: str) -> pd.DataFrame:
    """Return the observations of one reporter's authorities, and those without reporter."""
    return observations[observations["reporter"].isin(["", reporter])]


def reliable_actuals(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the observations that are neither forecasts nor of low reliability."""
    return observations[~observations["obs_status"].isin([LOW_RELIABILITY, FORECAST])]


def add_observations_as_claims(ledger: Ledger, observations: pd.DataFrame, *, replace_claims: bool = False) -> Ledger:
    """Return the ledger with observations added to its claims, as claims of their publishers.

    Parameters
    ----------
    observations
        rows of `read_observations`.
    replace_claims
        whether to drop the claims of the sources.
    """
    rows = pd.DataFrame(list(_as_claims(observations)), columns=ledger.frames["claims"].columns)
    claims = ledger.frames["claims"].iloc[:0] if replace_claims else ledger.frames["claims"]
    apart = {"incomparable": ledger.frames["incomparable"].iloc[:0]} if replace_claims else {}
    return ledger.with_tables(
        claims=_append_rows(claims, rows), sources=_with_publishers(ledger, observations), **apart
    )


def _append_rows(above: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    if below.empty:
        return above
    return pd.concat([above, below.astype(above.dtypes.to_dict())], ignore_index=True)


def _as_claims(chosen: pd.DataFrame) -> Iterator[dict[str, Any]]:
    shared = ("metric_id", "ref_area", "counterpart_area", "period", "population", "measure", "hedge", "note",
              "base_metric_id", "base_area", "base_counterpart", "base_period", "obs_status")  # fmt: skip
    for row in records(chosen):
        claim = {
            **{name: row[name] for name in shared},
            "claim_id": row[OBSERVATION_ID], "source_id": row["publisher"], "scope": SCOPE,
            "as_printed": format_as_printed(row), "unit": units.unscaled(row["in_unit"]), "direction": "",
            "origin": row["original_source"],
            "citation_id": "", "rank": "normal", "rank_reason": "", "bounds_reason": "", "summary": "",
        }  # fmt: skip
        printed = PrintedFigure(*(claim[name] for name in ("measure", "as_printed", "hedge", "unit")))
        yield claim | _explicit_bounds(printed, row["interval"], row["in_unit"], row["unit"])


@lru_cache(maxsize=_CACHE_SIZE)
def _explicit_bounds(printed: PrintedFigure, interval: portion.Interval, in_unit: str, unit: str) -> dict[str, Any]:
    """Return `low` and `high` of an observation as a claim: NA if the printed figure alone gives its interval."""
    exact, none = units.convert_interval(interval, in_unit, printed.unit), {"low": pd.NA, "high": pd.NA}
    if in_unit == unit and figure_interval(printed) == exact:
        return none
    ends = {"low": exact.lower, "high": exact.upper}
    return none | {name: float(end) for name, end in ends.items() if end not in (portion.inf, -portion.inf)}


def format_as_printed(observation: Mapping[str, Any]) -> str:
    """Return an observation's value as text: `4.4 billion USD`, `-4.3 %`; shortened only without loss of precision."""
    return _format_as_printed(observation["value"], observation["unit"])


@lru_cache(maxsize=_CACHE_SIZE)
def _format_as_printed(value: str, unit: str) -> str:
    scale, _, name = unit.rpartition(" ")
    if value.startswith("-") and name != "percent":  # `read_figure` has no negative amounts with a unit
        below = units.conversion_factor(unit, name) * to_fraction(value)
        return str(below if below.denominator == 1 else float(below))
    full = " ".join(part for part in (value, scale, UNIT_LABELS.get(name, name)) if part)
    whole = portion.singleton(to_fraction(value))
    short = format_amount(units.convert_interval(whole, unit, name), name).replace("−", "-")
    try:
        return short if read_figure(short) == read_figure(full) else full
    except UnreadableFigureError:
        return full


def _with_publishers(ledger: Ledger, chosen: pd.DataFrame) -> pd.DataFrame:
    sources = ledger.frames["sources"]
    rows = [
        {name: publisher if name in ("source_id", "publisher") else "" for name in sources.columns}
        for publisher in dict.fromkeys(chosen["publisher"])
    ]
    numbers = [name for name, dtype in sources.dtypes.items() if dtype != "str"]
    return _append_rows(sources, pd.DataFrame(rows, columns=sources.columns).assign(**dict.fromkeys(numbers, pd.NA)))


def select_observations(observations: pd.DataFrame, **keys: str | Collection[str]) -> pd.DataFrame:
    """Return the observations with given values of columns (`metric_id="gdp"`), in order of period."""
    for name, wanted in keys.items():
        values = [wanted] if isinstance(wanted, str) else list(wanted)
        observations = observations[observations[name].isin(values)]
    return observations.sort_values(["period", OBSERVATION_ID])


SERIES_COLUMNS = ["metric_id", "ref_area", "counterpart_area", "population", "measure", "base_metric_id", "reporter",
          "publisher", "original_source", "address", "quality"]  # fmt: skip


def split_into_series(observations: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield groups of observations that are equal in `SERIES_COLUMNS`, each in order of period."""
    for _, group in observations.groupby(SERIES_COLUMNS, sort=False, dropna=False):
        yield group.sort_values(["period", "stated_on", OBSERVATION_ID])
