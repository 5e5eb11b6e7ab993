"""Tables of the results of analyses: implied quantities, verdicts, coverage, sensitivity, origins, resolutions, dates.

Each takes results and returns one captioned table, its claims linked to their permanent places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import portion
from markupsafe import Markup

from compendium.analysis.conflicts import InconsistencyGroup
from compendium.analysis.explanations import Names, format_range, verdict_row
from compendium.analysis.resolution import Resolution
from compendium.analysis.sensitivity import FAILS, HOLDS, UNDECIDED
from compendium.display import attachments
from compendium.display.links import link
from compendium.display.outputs import RichOutput, captioned_table, rows_table
from compendium.display.tables.cells import split_intervals, stacked_cell
from compendium.ledger.claims import author_names, read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.reconciliation.constraints import ImpliedBounds, Quantity, canonical_period, claim_quantity
from compendium.reconciliation.reconcile import Reconciliation
from compendium.values.intervals import affine
from compendium.values.number_parsing import format_figure
from compendium.values.periods import exact_span, format_period, read_period

SYMMETRY_ASSUMPTION = "if both sides count alike"


def unprinted_bounds(reconciliation: Reconciliation) -> dict[Quantity, ImpliedBounds]:
    """Return the bounds of the quantities that no claim prints, by metric, areas and period."""
    return {
        quantity: held
        for quantity, held in sorted(reconciliation.bounds.items())
        if quantity not in reconciliation.claimed_quantities
    }


def implied_table(
    reconciliation: Reconciliation, names: Names, quantities: Iterable[Quantity], caption: str
) -> RichOutput:
    """Return a table of quantities with their implied bounds and the claims that these follow from."""
    every, bounds = list(quantities), reconciliation.bounds
    metrics = {quantity: names.metrics[quantity.metric_id] for quantity in every}
    columns = {
        "Quantity": lambda one: stacked_cell(metrics[one]["name"], names.format_areas(one), format_period(one.period)),
        "Implied": lambda one: stacked_cell(
            format_range(bounds[one].interval, metrics[one]["unit"]), SYMMETRY_ASSUMPTION if bounds[one].assumed else ""
        ),
        "Rests on": lambda one: claim_links([reconciliation.claims[name] for name in bounds[one].claims], names),
        "id": quantity_id,
    }
    data = [
        one._asdict()
        | {"metric": metrics[one]["name"]}
        | attachments.interval_cells(bounds[one].interval)
        | {"unit": metrics[one]["unit"], "assumed": "yes" if bounds[one].assumed else "no"}
        | {"claims": list(bounds[one].claims)}
        for one in every
    ]
    for_programs = pd.DataFrame(data, columns=None if data else Quantity._fields)
    return rows_table(every, columns, caption, id_column="id", css_class="roomy", data=for_programs)


def quantity_id(quantity: Quantity) -> str:
    """Return the permanent name of a quantity: its metric, areas, period and population, as far as it has them."""
    return ".".join(part.replace(" ", "-") for part in quantity if part)


def claim_links(claims: Iterable[Mapping[str, Any]], names: Names, *, template: str = "<p>{}: {}</p>") -> Markup:
    """Return claims as links, grouped by source: `template` formats the author and the links of each."""
    by_source: dict[str, list[Markup]] = {}
    for claim in claims:
        by_source.setdefault(claim["source_id"], []).append(link("claim", claim["claim_id"], format_figure(claim)))
    parts = (Markup(template).format(names.authors[own], Markup(", ").join(links)) for own, links in by_source.items())
    return Markup("").join(parts)


def verdicts_table(reconciliation: Reconciliation, names: Names, verdict: str, caption: str) -> RichOutput:
    """Return a table of the claims with one verdict, each with the rule applied and the arithmetic or the reason."""
    claims = reconciliation.claims
    rows = [
        verdict_row(name, reconciliation, names) for name, (own, _) in reconciliation.verdicts.items() if own == verdict
    ]
    columns = {
        "Claim": lambda row: stacked_cell(
            link("claim", row["claim_id"], format_figure(claims[row["claim_id"]])),
            link("source", source := claims[row["claim_id"]]["source_id"], names.authors[source]),
        ),
        "By": lambda row: row["rule"],
        "How": lambda row: row["explanation"],
    }
    data = []
    for row in rows:
        claim = claims[row["claim_id"]]
        where = {key: claim[key] for key in ("source_id", "paragraph", "metric_id", "period", "unit")}
        data.append(row | {"figure": format_figure(claim), "author": names.authors[claim["source_id"]]} | where)
    heads = ["claim_id", "figure", "unit", "metric_id", "period", "source_id", "author", "paragraph", "verdict",
             "rule", "reason", "explanation"]  # fmt: skip
    return rows_table(rows, columns, caption, css_class="roomy", data=pd.DataFrame(data, columns=heads))


# --- gaps

STATED, FORECAST, RATIO_ONLY, PART_OF_YEAR, NOT_STATED = "stated", "forecast", "only as a ratio", "in part", "–"
COVERAGE_KEYS = ["metric_id", "ref_area", "counterpart_area"]
NO_YEAR = "No year"


def coverage(reconciliation: Reconciliation, names: Names, years: Sequence[str]) -> pd.DataFrame:
    """Return how every flow that is claimed is known, by direction and year.

    A flow has two directions where its metric is counted from two sides, or is the sum of such.

    Returns
    -------
    pandas.DataFrame
        `metric_id`, `ref_area`, `counterpart_area`, a column for each year (`stated`, `forecast`, `implied` with
        the bounds, `only as a ratio`, `in part` where claims cover only a part of the year, or a dash), and the number
        of claims that name no year.
    """
    claimed: dict[Quantity, list[Mapping[str, Any]]] = {}
    for claim in reconciliation.claims.values():
        if names.metrics[claim["metric_id"]]["kind"] == "flow":
            claimed.setdefault(_series(claim_quantity(claim)), []).append(claim)
    for own in list(claimed):
        metric = names.metrics[own.metric_id]
        if own.counterpart_area and (metric["mirror_of"] or metric["sum_of"]):
            claimed.setdefault(own._replace(ref_area=own.counterpart_area, counterpart_area=own.ref_area), [])
    rows = []
    for own, claims in sorted(claimed.items()):
        cells = {year: _cell(reconciliation, names, own._replace(period=year), claims) for year in years}
        undated = sum(exact_span(claim["period"]) is None for claim in claims)
        rows.append({**dict(zip(COVERAGE_KEYS, own[:3], strict=True)), **cells, NO_YEAR: undated})
    return pd.DataFrame(rows, columns=[*COVERAGE_KEYS, *years, NO_YEAR])


def _series(quantity: Quantity) -> Quantity:
    return quantity._replace(period="", population="")


def _cell(found: Reconciliation, names: Names, quantity: Quantity, claims: Sequence[Mapping[str, Any]]) -> str:
    own = [claim for claim in claims if canonical_period(claim["period"]) == quantity.period]
    levels = [claim for claim in own if claim["measure"] == "level"]
    if levels:
        return FORECAST if all(claim["obs_status"] == "forecast" for claim in levels) else STATED
    held = found.bounds.get(quantity)
    if held:
        return f"implied: {format_range(held.interval, names.metrics[quantity.metric_id]['unit'])}"
    if own:
        return RATIO_ONLY
    year = read_period(quantity.period)
    inside = [days for claim in claims if (days := exact_span(claim["period"])) and days.is_within(year)]
    return PART_OF_YEAR if inside else NOT_STATED


def coverage_table(grid: pd.DataFrame, names: Names, caption: str) -> RichOutput:
    """Return the grid of `coverage` as a table, with names for metrics and areas."""
    shown = grid.drop(columns=COVERAGE_KEYS)
    metrics = [names.metrics[name]["name"] for name in grid["metric_id"]]
    keys = zip(grid["metric_id"], grid["ref_area"], grid["counterpart_area"], strict=True)
    areas = [names.format_areas(Quantity(metric, area, other, "", "")) for metric, area, other in keys]
    shown.insert(0, "Metric", list(map(stacked_cell, metrics, areas)))
    data = grid.copy()
    data.insert(1, "metric", metrics)
    return captioned_table(shown, caption, css_class="roomy", data=data)


# --- headlines and witnesses

VERDICT_MARKS = {HOLDS: "✓", UNDECIDED: "?", FAILS: "✗"}


def sensitivity_table(frame: pd.DataFrame, ledger: Ledger, caption: str) -> RichOutput:
    """Return a table of key findings with the verdict from all sources, and with each source left out."""
    names, headlines = Names.from_ledger(ledger), ledger["headlines"]
    order = ledger["sources"].sort_values("written")
    named = author_names(order)
    named = named.where(~named.duplicated(keep=False), named + " (" + named.index + ")")
    found = frame.set_index(["headline_id", "without"])
    rows = []
    for headline in headlines.to_dict("records"):
        row: dict[str, Any] = {"Headline": headline["statement"]}
        own = found.loc[headline["headline_id"], ""]
        row["With all"] = _marked(own, format_key_finding_range(headline, own["interval"], names))
        for source in order["source_id"]:
            row[f"Without {named[source]}"] = _marked(found.loc[headline["headline_id"], source])
        row["headline_id"] = headline["headline_id"]
        rows.append(row)
    statements = headlines.set_index("headline_id")["statement"]
    data = split_intervals(frame.assign(assumed=frame["assumed"].map({True: "yes", False: "no"})))
    data.insert(1, "statement", frame["headline_id"].map(statements))
    return captioned_table(pd.DataFrame(rows), caption, id_column="headline_id", css_class="roomy", data=data)


def _marked(answer: Mapping[str, Any], *below: str) -> Markup:
    """Return a verdict with its mark, and the assumption where it depends on one."""
    return stacked_cell(
        f"{VERDICT_MARKS[answer['verdict']]} {answer['verdict']}",
        *below,
        SYMMETRY_ASSUMPTION if answer["assumed"] else "",
    )


def format_key_finding_range(headline: Mapping[str, Any], interval: portion.Interval, names: Names) -> str:
    """Return the interval of a key finding: an amount, a share in percent, or a multiple."""
    if not headline["over_metric_id"]:
        return format_range(interval, names.metrics[headline["metric_id"]]["unit"])
    if interval.upper == portion.inf and interval.lower <= 0:
        return "any amount"
    if interval.upper > 1:
        return format_range(interval, "times")
    return format_range(affine(interval, 100), "percent")


def origins_by_quantity_table(quantities: pd.DataFrame, claims: pd.DataFrame, names: Names, caption: str) -> RichOutput:
    """Return a table of quantities with several figures: the figures, the number of sources, the distinct origins."""
    by_id = claims.set_index("claim_id", drop=False)
    columns = {
        "What": lambda row: stacked_cell(
            names.metrics[row["metric_id"]]["name"],
            ", ".join(filter(None, [row["measure"], format_period(row["period"])])),
        ),
        "Figures": lambda row: claim_links((by_id.loc[name] for name in row["claims"]), names),
        "Sources": lambda row: len(row["sources"]),
        "Origins": lambda row: stacked_cell(
            str(len(row["origins"])), "; ".join(names.authors.get(who, who) for who in row["origins"])
        ),
    }
    return rows_table(quantities, columns, caption, numeric=["Sources"], data=quantities)


def claims_by_origin_table(origins: pd.DataFrame, claims: pd.DataFrame, names: Names, caption: str) -> RichOutput:
    """Return a table of the origins that sources credit, with the figures and the sources that credit each."""
    by_id = claims.set_index("claim_id", drop=False)
    columns = {
        "Origin": lambda row: row["origin"],
        "Figures": lambda row: Markup(", ").join(
            link("claim", name, format_figure(by_id.loc[name])) for name in row["claims"]
        ),
        "Through": lambda row: ", ".join(names.authors[source] for source in row["sources"]),
    }
    return rows_table(origins, columns, caption, data=origins)


# --- beside independent figures


def resolution_table(
    resolutions: Iterable[Resolution],
    groups_by_claims: Mapping[tuple[str, ...], InconsistencyGroup],
    ledger: Ledger,
    caption: str,
) -> RichOutput:
    """Return a table of conflicts with the smallest sets of claims to drop once independent figures are added.

    Parameters
    ----------
    resolutions
        as `compendium.analysis.resolution.resolve_conflicts` returns.
    groups_by_claims
        the group of inconsistencies that each minimal inconsistent set of claims belongs to.
    """
    claims = read_claims(ledger).set_index("claim_id", drop=False)
    observations, places, every = read_observations(ledger), Names.from_ledger(ledger).places, list(resolutions)

    def group(one: Resolution) -> InconsistencyGroup:
        return groups_by_claims[one.conflict.claims]

    def beside(one: Resolution) -> Markup | str:
        if not one.side:
            return "nobody: none bears on it"
        return stacked_cell(places.get(one.side, "nobody"), f"{len(one.relevant_observations)} that bear on it")

    def removals(one: Resolution) -> Markup:
        figures = Markup(", ").join(
            link("observation", name, f"{row['figure']} ({format_period(row['period'])})")
            for name, row in ((name, observations.loc[name]) for name in _contradicting(one))
        )
        return stacked_cell(_removals(one, claims), figures and Markup("because of {}").format(figures))

    columns = {
        "Conflict": lambda one: link("conflict", group(one).name, group(one).title),
        "Beside the figures of": beside,
        "What would give way": removals,
    }
    data = pd.DataFrame([_resolution_data(one, group(one)) for one in every])
    return rows_table(every, columns, caption, css_class="roomy", data=data)


def _resolution_data(one: Resolution, group: InconsistencyGroup) -> dict[str, Any]:
    """Return a resolution for other programs."""
    return {
        "conflict": group.name,
        "title": group.title,
        "claims": list(one.conflict.claims),
        "side": one.side,
        "bearing": list(one.relevant_observations),
        "narrowed": "yes" if one.is_narrowed else "no",
        "giving": " or ".join(attachments.ITEM_SEPARATOR.join(sorted(names)) for names in one.minimum_removals),
        "because_of": _contradicting(one),
    }


def _contradicting(one: Resolution) -> list[str]:
    """Return the ids of the observations that contradict some claim of a conflict, each once."""
    return list(dict.fromkeys(name for observed in one.contradicting_observations.values() for name in observed))


def _removals(one: Resolution, claims: pd.DataFrame) -> Markup | str:
    """Return the minimum sets of claims to drop, each set in turn."""
    if not one.is_narrowed:
        return "any one of its claims, as without them"
    sets = (
        Markup(" with ").join(link("claim", name, format_figure(claims.loc[name])) for name in sorted(names))
        for names in one.minimum_removals
    )
    return Markup(", or ").join(sets)


def dates_table(date_comparisons: pd.DataFrame, ledger: Ledger, caption: str) -> RichOutput:
    """Return a table of events with an independent dated record: both dates, and whether they can be the same day.

    Takes what `compendium.analysis.corroboration.corroborate_dates` returns.
    """
    events = ledger["events"].set_index("event_id")["name"]
    records = ledger["records"].set_index("record_id")

    def recorded(row: Mapping[str, Any]) -> Markup:
        record = records.loc[row["record_id"]]
        return stacked_cell(format_period(row["recorded"]), record["publisher"], record["note"])

    columns = {
        "Event": lambda row: link("event", row["event_id"], events[row["event_id"]]),
        "In the sources": lambda row: format_period(row["date"]) or "no date",
        "Recorded": recorded,
        "Verdict": lambda row: stacked_cell(
            row["verdict"], f"{row['days']} {'day' if row['days'] == 1 else 'days'} apart" if row["days"] else ""
        ),
    }
    data = date_comparisons.assign(
        event=date_comparisons["event_id"].map(events),
        publisher=date_comparisons["record_id"].map(records["publisher"]),
        note=date_comparisons["record_id"].map(records["note"]),
    )
    return rows_table(date_comparisons, columns, caption, css_class="roomy", data=data)
