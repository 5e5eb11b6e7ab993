"""Made-up ledgers of a few claims, for tests whose answers are worked out by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pandas as pd
import portion

from compendium.analysis.corroboration import Corroboration, corroborate
from compendium.ledger.loader import CELL_TYPES, Ledger
from compendium.ledger.observations import observation_tables
from compendium.ledger.schema import Table, read_schema
from compendium.project.paths import DATA
from compendium.reconciliation.constraints import ONE, Constraint, ConstraintKind, Quantity
from compendium.reconciliation.reconcile import Reconciliation, reconcile

SCHEMA = read_schema(DATA)
METRICS: tuple[dict[str, Any], ...] = (
    {"metric_id": "total", "name": "Total trade", "sum_of": "first; second"},
    {"metric_id": "first", "name": "First trade"},
    {"metric_id": "second", "name": "Second trade"},
    {"metric_id": "piece", "name": "Piece of the first", "part_of": "first"},
    {"metric_id": "mirror", "name": "Trade seen by the other", "mirror_of": "sold"},
    {"metric_id": "sold", "name": "Sold trade", "mirror_of": "mirror"},
    {"metric_id": "answers", "name": "Answers", "unit": "percent", "kind": "share",
     "exclusive_over": "counterpart_area"},
    {"metric_id": "opinion", "name": "Opinion", "unit": "percent", "kind": "share"},
    {"metric_id": "place", "name": "Place by total trade", "unit": "rank", "kind": "rank", "minimum": 1,
     "ranks": "total"},
    {"metric_id": "series", "name": "Place in a series", "unit": "rank", "kind": "rank", "minimum": 1},
    {"metric_id": "savings", "name": "Savings", "kind": "stock"},
    {"metric_id": "balance", "name": "Balance", "minimum": None},
    {"metric_id": "oil", "name": "Oil", "unit": "bbl"},
    {"metric_id": "cargo", "name": "Cargo", "unit": "t"},
    {"metric_id": "capacity", "name": "Capacity", "unit": "t/year", "kind": "capacity"},
    {"metric_id": "victims", "name": "Victims", "unit": "person", "kind": "count"},
    {"metric_id": "tenure", "name": "Tenure", "unit": "month", "kind": "duration"},
)  # fmt: skip
PLACES: tuple[dict[str, Any], ...] = (
    *({"place_id": name, "name": f"{name}land", "kind": "country", "within": "WORLD"} for name in "ABC"),
    {"place_id": "WORLD", "name": "World", "kind": "region"},
)
SOURCES: tuple[dict[str, Any], ...] = (
    {"source_id": "one2024", "title": "One", "author": "Ann One", "written": "2024"},
    {"source_id": "two2024", "title": "Two", "publisher": "Two Press", "written": "2024"},
)
REASONS: tuple[dict[str, Any], ...] = tuple(
    {"reason": code, "name": f"another {code}", "sentence": f"The two differ in {code}."}
    for code in ("period", "population", "valuation", "capacity", "question", "definition", "coverage", "rate", "total")
)


def frame(table: Table, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as `compendium.ledger.loader.load` would: a column a field, empty texts, missing numbers."""
    rows = list(rows)
    strange = {name for row in rows for name in row} - set(table.columns)
    if strange:
        raise KeyError(f"{table.name} has no {sorted(strange)}")
    columns = {}
    for field in table.fields:
        dtype = CELL_TYPES[field.cell_type][2]
        empty = "" if dtype == "str" else None
        columns[field.name] = pd.array([row.get(field.name, empty) for row in rows], dtype=dtype)
    return pd.DataFrame(columns)


OWN = {"name": "", "definition": "-", "unit": "USD", "kind": "flow", "minimum": 0, "chapter": "corridors"}
ALWAYS = {name: frame(table, ()) for name, table in SCHEMA.items()} | {
    "metrics": frame(SCHEMA["metrics"], [OWN | row for row in METRICS]),
    "places": frame(SCHEMA["places"], PLACES),
    "sources": frame(SCHEMA["sources"], SOURCES),
    "reasons": frame(SCHEMA["reasons"], REASONS),
}
UNITS = {row["metric_id"]: row.get("unit", "USD") for row in METRICS}


def claim(name: str, as_printed: str, metric: str = "total", period: str = "2024", **cells: Any) -> dict[str, Any]:
    """Return a row of the claims: a level of A's trade with B in 2024 unless the cells say otherwise.

    `base` names the period of the base, which else is the claim's own quantity; a share of another metric gives
    `base_metric_id`, too.
    """
    base = cells.pop("base", None)
    row: dict[str, Any] = {
        "claim_id": name, "source_id": "one2024", "paragraph": 1, "scope": "body", "as_printed": as_printed,
        "unit": UNITS[metric], "metric_id": metric, "ref_area": "A", "counterpart_area": "B",
        "period": period, "measure": "level", "obs_status": "normal", "rank": "normal", "summary": name,
    }  # fmt: skip
    row = {field.name: "" if field.type == "string" else pd.NA for field in SCHEMA["claims"].fields} | row | cells
    return row if base is None else _over(row, base)


def _over(row: dict[str, Any], base: str) -> dict[str, Any]:
    """Return a row measured against its own quantity in another period, as far as it names no other base."""
    own = {"base_metric_id": "metric_id", "base_area": "ref_area", "base_counterpart": "counterpart_area"}
    return row | {name: row[name] or row[same] for name, same in own.items()} | {"base_period": base}


def growth(name: str, as_printed: str, period: str = "2024", base: str = "2023", **cells: Any) -> dict[str, Any]:
    """Return a claim of growth from one period to another, in percent."""
    return claim(name, as_printed, period=period, base=base, unit="percent", measure="growth", **cells)


def moved(name: str, as_printed: str, direction: str, **cells: Any) -> dict[str, Any]:
    """Return a claim from 2023 to 2024 whose words say which way, and print no figure."""
    return claim(
        name, as_printed, **{"base": "2023", "unit": "percent", "measure": "direction", "direction": direction} | cells
    )


OFFICIAL, OFFICIAL_TOO = (table.name for table in observation_tables(SCHEMA)[:2])


def observation(name: str, value: str, metric: str = "total", period: str = "2024", **cells: Any) -> dict[str, Any]:
    """Return a row of the observations: a level of A's trade with B in 2024, by A's office, unless the cells differ.

    `base` names the period of the base, as for claims; a `reporter` of `""` is a publisher of no side.
    """
    base = cells.pop("base", None)
    row: dict[str, Any] = {
        "observation_id": name, "value": value, "unit": UNITS[metric], "metric_id": metric, "ref_area": "A",
        "counterpart_area": "B", "period": period, "measure": "level", "obs_status": "normal", "reporter": "A",
        "publisher": "Office", "quality": "page", "entered": "2025-01-01",
    }  # fmt: skip
    row = dict.fromkeys(SCHEMA[OFFICIAL].columns, "") | row | cells
    return row if base is None else _over(row, base)


def checked(
    claims: Iterable[Mapping[str, Any]], observations: Iterable[Mapping[str, Any]], **tables: Any
) -> dict[str, Corroboration]:
    """Return how each of some claims stands against some observations; tables as for `small`."""
    return corroborate(small(*claims, observations=observations, **tables))


def metric(name: str) -> dict[str, Any]:
    """Return the row of a metric as the engine sees it."""
    return small().row("metrics", name)


def small(
    *claims: Mapping[str, Any],
    apart: Iterable[tuple[str, str, str]] = (),
    metrics: Iterable[Mapping[str, Any]] = (),
    places: Iterable[Mapping[str, Any]] = (),
    observations: Iterable[Mapping[str, Any]] = (),
    typed: Iterable[tuple[str, str, str]] = (),
    conversions: Iterable[tuple[str, str, str, float, float]] = (),
) -> Ledger:
    """Return a ledger of these claims; `apart` holds (claim, other, reason), and metrics and places come on top.

    `typed` holds (claim, observation, reason) and `conversions` (metric, from unit, to unit, low, high).
    """
    frames = {**ALWAYS, "claims": frame(SCHEMA["claims"], claims)}
    if observations:
        frames[OFFICIAL] = frame(SCHEMA[OFFICIAL], observations)
    if typed:
        frames["comparisons"] = _named("comparisons", ("claim_id", "observation_id", "reason"), typed)
    if conversions:
        frames["conversions"] = _named("conversions", ("metric_id", "from_unit", "to_unit", "low", "high"), conversions)
    if apart:
        names = ("claim_id", "other_claim_id", "reason")
        rows = ({**dict(zip(names, row, strict=True)), "why": ""} for row in apart)
        frames["incomparable"] = frame(SCHEMA["incomparable"], rows)
    if metrics:
        frames["metrics"] = frame(SCHEMA["metrics"], [OWN | row for row in (*METRICS, *metrics)])
    if places:
        frames["places"] = frame(SCHEMA["places"], (*PLACES, *places))
    return Ledger(DATA, SCHEMA, frames)


def _named(table: str, names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    return frame(SCHEMA[table], [dict(zip(names, row, strict=True)) for row in rows])


def reconciled(*claims: Mapping[str, Any], **tables: Any) -> Reconciliation:
    """Return what the engine finds in a ledger of these claims."""
    return reconcile(small(*claims, **tables))


def shuffled(ledger: Ledger, seed: int) -> Ledger:
    """Return the ledger with the rows of every table in another order."""
    frames = {name: rows.sample(frac=1, random_state=seed) for name, rows in ledger.frames.items()}
    return replace(ledger, frames=frames)


def conflicts(found: Reconciliation) -> list[tuple[str, ...]]:
    """Return the minimal sets of claims in conflict, in the order of their names."""
    return sorted(conflict.claims for conflict in found.conflicts if not conflict.assumed)


def verdicts(found: Reconciliation) -> dict[str, str]:
    """Return by claim the verdict, followed by the code of the reason where there is one."""
    return {name: ": ".join(filter(None, verdict)) for name, verdict in found.verdicts.items()}


def bounds(found: Reconciliation, metric: str = "total", period: str = "2024", counterpart: str = "B") -> Any:
    """Return what all claims leave to one of A's quantities."""
    return found.bounds[quantity(metric, period, counterpart=counterpart)].interval


def quantity(metric: str = "total", period: str = "2024", area: str = "A", counterpart: str = "B") -> Quantity:
    """Return one of A's quantities."""
    return Quantity(metric, area, counterpart, period, "")


# --- bare bindings, for what needs no ledger


def unknown(name: str) -> Quantity:
    """Return a quantity that stands for nothing but its name."""
    return Quantity(name, "", "", "", "")


X, Y, Z = map(unknown, "xyz")
NOT_NEGATIVE = portion.closedopen(Fraction(0), portion.inf)


def closed(low: Any, high: Any) -> portion.Interval:
    """Return an interval with both its ends, `"4.35"` read as the decimal it is."""
    return portion.closed(Fraction(low), Fraction(high))


def says(name: str, interval: portion.Interval, *terms: Any, per: Quantity | None = None) -> Constraint:
    """Return a claim that a sum of quantities, or its multiple of one, lies in an interval.

    A term is a quantity, or a quantity with its factor; without a name it is an identity.
    """
    given = tuple(term if not isinstance(term, Quantity) else (term, ONE) for term in terms)
    return Constraint(ConstraintKind.SAME, given, interval, per, (name,) if name else ())
