"""The figures of independent publishers, under the same keys as claims, and the ledger with them beside the claims.

It reads and converts; whether a claim agrees with an observation is the office of `compendium.corroborate`. Where
nobody has a figure there is a row without a value, which no computation sees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import networkx
import pandas as pd
import portion

from compendium import intervals, units
from compendium.claims import WHOLE, exactly
from compendium.claims import bounds as claim_bounds
from compendium.figures import UnreadableFigureError, read_figure
from compendium.ledger import Ledger
from compendium.present import UNITS, amount
from compendium.schema import SEPARATOR, Table

KEY = "observation_id"
MISSING, FORECAST, LOW = "missing", "forecast", "low reliability"
MACHINE, PAGE = "machine", "page"
QUALITIES = (MACHINE, PAGE)
SCOPE = "observation"
"""What stands in place of body or reference where an observation stands among claims."""


def tables(schema: Mapping[str, Table]) -> list[Table]:
    """Return the tables of a ledger that hold observations."""
    return [table for table in schema.values() if table.primary_key == (KEY,) and "metric_id" in table.columns]


def read_observations(ledger: Ledger, *, missing: bool = False) -> pd.DataFrame:
    """Return the observations of all tables, one row each, indexed by id.

    Parameters
    ----------
    missing
        whether to return what was looked for and not found instead of what was found.

    Returns
    -------
    pandas.DataFrame
        the columns of the tables, `table`, and for what was found `interval` and `in_unit` (in the unit given, or in
        that of the metric where the two do not measure the same and the ledger knows a conversion) and `figure`.
    """
    parts = [ledger.frames[table.name].assign(table=table.name) for table in tables(ledger.schema)]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[KEY, "obs_status"])
    frame = frame[(frame["obs_status"] == MISSING) == missing].set_index(KEY, drop=False)
    frame.index.name = None  # a column has the same name
    if missing or frame.empty:
        return frame
    metrics = ledger.frames["metrics"].set_index("metric_id")
    rows = frame.to_dict("records")
    read = [_converted(row, metrics.loc[row["metric_id"]], ledger) for row in rows]
    frame["interval"] = pd.Series([found for found, _ in read], index=frame.index, dtype=object)
    frame["in_unit"] = [unit for _, unit in read]
    frame["figure"] = [figure(row, metrics.loc[row["metric_id"], "unit"]) for row in rows]
    return frame


def bounds(observation: Mapping[str, Any], minimum: float | None = None) -> portion.Interval:
    """Return the values that an observation leaves possible, in its own unit, by the table that reads claims.

    Raises
    ------
    UnreadableFigureError, KeyError
        as `compendium.intervals.interval` does.
    """
    exact = units.is_exact(observation["unit"])
    read = intervals.interval(observation["value"], observation["hedge"], exact=exact)
    if observation["measure"] == "level" and minimum is not None and read.lower < minimum:
        read = read.replace(left=portion.CLOSED, lower=exactly(minimum))
    return read & WHOLE if observation["measure"] == "share" else read


def _converted(row: Mapping[str, Any], metric: Mapping[str, Any], ledger: Ledger) -> tuple[portion.Interval, str]:
    found = bounds(row, None if pd.isna(metric["minimum"]) else float(metric["minimum"]))
    if row["measure"] not in ("level", "difference") or units.fits(row["unit"], metric["unit"]):
        return found, row["unit"]
    conversion = conversion_of(row, ledger)
    if conversion is None:
        return found, row["unit"]
    found = units.converted(found, row["unit"], conversion["from_unit"])
    each = portion.closed(exactly(conversion["low"]), exactly(conversion["high"]))
    return intervals.product(found, each), str(conversion["to_unit"])


def conversion_of(row: Mapping[str, Any], ledger: Ledger) -> dict[str, Any] | None:
    """Return the row that converts an observation into the unit of its metric, `None` where there is none."""
    if "conversions" not in ledger.frames:
        return None
    for conversion in ledger.frames["conversions"].to_dict("records"):
        if conversion["metric_id"] == row["metric_id"] and units.same_kind(row["unit"], conversion["from_unit"]):
            return {str(name): value for name, value in conversion.items()}
    return None


def figure(observation: Mapping[str, Any], unit: str) -> str:
    """Return an observation's figure for a reader, with its hedge, in whole units: `almost 5 billion USD`."""
    exact = portion.singleton(exactly(observation["value"]))
    if unit == "rank" == observation["unit"]:
        return f"rank {observation['value']}"
    if units.same_kind(observation["unit"], unit):
        said = amount(units.converted(exact, observation["unit"], unit), unit)
    else:
        whole = units.unscaled(observation["unit"])
        said = amount(units.converted(exact, observation["unit"], whole), whole)
    return f"{observation['hedge']} {said}".strip()


# --- beside the claims


def sides(ledger: Ledger, bearing_on: Collection[str] | None = None) -> list[str]:
    """Return whose authorities are among the observations: each counts in its own way.

    Parameters
    ----------
    bearing_on
        metrics; only sides are wanted that count something which hangs together with one of them by its meaning.
    """
    found = read_observations(ledger)
    if found.empty:
        return []
    if bearing_on is not None:
        found = found[found["metric_id"].isin(_related(ledger, bearing_on))]
    return sorted(set(found["reporter"]) - {""})


def _related(ledger: Ledger, names: Collection[str]) -> set[str]:
    """Return metrics with all that are parts, sums or mirrors of them, in however many steps."""
    ties = networkx.Graph()
    ties.add_nodes_from(names)
    for row in ledger.frames["metrics"].to_dict("records"):
        others = [row["part_of"], row["mirror_of"], row["ranks"], *row["sum_of"].split(SEPARATOR)]
        ties.add_edges_from((row["metric_id"], other) for other in others if other)
    return set().union(*(networkx.node_connected_component(ties, name) for name in names))


def of_side(observations: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return the observations of one side's authorities, and those of publishers of no side."""
    return observations[observations["reporter"].isin(["", side])]


def facts(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the observations that say what has been and are not in doubt: no plans, none of low reliability."""
    return observations[~observations["obs_status"].isin([LOW, FORECAST])]


def joined(ledger: Ledger, chosen: pd.DataFrame, *, alone: bool = False) -> Ledger:
    """Return the ledger with some observations standing among the claims, as claims of their publishers.

    Parameters
    ----------
    chosen
        rows of `read_observations`.
    alone
        whether the claims of the sources are left out.
    """
    rows = pd.DataFrame(list(_as_claims(chosen)), columns=ledger.frames["claims"].columns)
    claims = ledger.frames["claims"].iloc[:0] if alone else ledger.frames["claims"]
    apart = {"incomparable": ledger.frames["incomparable"].iloc[:0]} if alone else {}
    return ledger.replaced(claims=_under(claims, rows), sources=_with_publishers(ledger, chosen), **apart)


def _under(above: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    if below.empty:
        return above
    return pd.concat([above, below.astype(above.dtypes.to_dict())], ignore_index=True)


def _as_claims(chosen: pd.DataFrame) -> Iterator[dict[str, Any]]:
    shared = ("metric_id", "ref_area", "counterpart_area", "period", "population", "measure", "hedge", "note",
              "base_metric_id", "base_area", "base_counterpart", "base_period", "obs_status")  # fmt: skip
    for row in chosen.to_dict("records"):
        whole = units.unscaled(row["in_unit"])
        claim = {
            **{name: row[name] for name in shared},
            "claim_id": row[KEY], "source_id": row["publisher"], "scope": SCOPE, "as_printed": printed(row),
            "unit": whole, "direction": "", "origin": row["original_source"], "citation_id": "",
            "rank": "normal", "rank_reason": "", "bounds_reason": "", "summary": "", "low": pd.NA, "high": pd.NA,
        }  # fmt: skip
        meant = units.converted(row["interval"], row["in_unit"], whole)
        if row["in_unit"] != row["unit"] or claim_bounds(claim) != meant:  # what is printed says less than is known
            ends = {"low": meant.lower, "high": meant.upper}
            claim |= {name: float(end) for name, end in ends.items() if end not in (portion.inf, -portion.inf)}
        yield claim


def printed(observation: Mapping[str, Any]) -> str:
    """Return an observation's value as a text would print it: `4.4 billion USD`, `-4.3 %`.

    A short text is taken only where it says neither more nor less than the value in its unit.
    """
    scale, _, name = observation["unit"].rpartition(" ")
    if observation["value"].startswith("-") and name != "percent":  # a text prints no negative amount that can be read
        below = units.factor(observation["unit"], name) * exactly(observation["value"])
        return str(below if below.denominator == 1 else float(below))
    full = " ".join(part for part in (observation["value"], scale, UNITS.get(name, name)) if part)
    whole = portion.singleton(exactly(observation["value"]))
    short = amount(units.converted(whole, observation["unit"], name), name).replace("−", "-")
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
    return _under(sources, pd.DataFrame(rows, columns=sources.columns).assign(**dict.fromkeys(numbers, pd.NA)))


def found_for(observations: pd.DataFrame, **keys: str | Collection[str]) -> pd.DataFrame:
    """Return the observations whose columns hold what is asked for, in order of period: `metric_id="gdp"`."""
    for name, wanted in keys.items():
        values = [wanted] if isinstance(wanted, str) else list(wanted)
        observations = observations[observations[name].isin(values)]
    return observations.sort_values(["period", KEY])


SERIES = ["metric_id", "ref_area", "counterpart_area", "population", "measure", "base_metric_id", "reporter",
          "publisher", "original_source", "address", "quality"]  # fmt: skip


def of_series(observations: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield observations that differ in nothing but their time, in order of time; series in order of appearance."""
    for _, group in observations.groupby(SERIES, sort=False, dropna=False):
        yield group.sort_values(["period", "stated_on", KEY])
