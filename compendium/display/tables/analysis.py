"""Tables of what the analyses found: implied quantities, verdicts, gaps, headlines, witnesses.

Each takes results and returns one table with a caption, its claims linked to their permanent places.
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
from compendium.display.outputs import RichOutput, captioned_table, link
from compendium.display.tables.ledger import split_intervals, stacked_cell
from compendium.ledger.claims import author_names, format_figure, read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.reconciliation.constraints import ImpliedBounds, Quantity, canonical_period, claim_quantity
from compendium.reconciliation.reconcile import Reconciliation
from compendium.values.intervals import affine
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
    """Return quantities with their implied bounds and the claims that these rest on."""
    rows, data = [], []
    for quantity in quantities:
        held, metric = reconciliation.bounds[quantity], names.metrics[quantity.metric_id]
        rows.append(
            {
                "Quantity": stacked_cell(metric["name"], names.format_areas(quantity), format_period(quantity.period)),
                "Implied": stacked_cell(
                    format_range(held.interval, metric["unit"]), SYMMETRY_ASSUMPTION if held.assumed else ""
                ),
                "Rests on": claim_links([reconciliation.claims[name] for name in held.claims], names),
                "id": quantity_id(quantity),
            }
        )
        data.append(
            quantity._asdict()
            | {"metric": metric["name"]}
            | attachments.interval_cells(held.interval)
            | {"unit": metric["unit"], "assumed": "yes" if held.assumed else "no", "claims": list(held.claims)}
        )
    shown = pd.DataFrame(rows, columns=["Quantity", "Implied", "Rests on", "id"])
    told = pd.DataFrame(data, columns=None if data else Quantity._fields)
    return captioned_table(shown, caption, id_column="id", css_class="roomy", data=told)


def quantity_id(quantity: Quantity) -> str:
    """Return the permanent name of a quantity: its metric, areas, period and population, as far as it has them."""
    return ".".join(part.replace(" ", "-") for part in quantity if part)


def claim_links(claims: Iterable[Mapping[str, Any]], names: Names, *, template: str = "<p>{}: {}</p>") -> Markup:
    """Return claims as links, those of one source together under its author, each source in a `template` of this form."""
    by_source: dict[str, list[Markup]] = {}
    for claim in claims:
        by_source.setdefault(claim["source_id"], []).append(link("claim", claim["claim_id"], format_figure(claim)))
    parts = (Markup(template).format(names.authors[own], Markup(", ").join(links)) for own, links in by_source.items())
    return Markup("").join(parts)


def verdicts_table(reconciliation: Reconciliation, names: Names, verdict: str, caption: str) -> RichOutput:
    """Return the claims that got one verdict, each with the rule that fired and the arithmetic or the reason."""
    rows, data = [], []
    for name, (own, _) in reconciliation.verdicts.items():
        if own == verdict:
            row, claim = verdict_row(name, reconciliation, names), reconciliation.claims[name]
            rows.append(
                {
                    "Claim": stacked_cell(
                        link("claim", name, format_figure(claim)),
                        link("source", claim["source_id"], names.authors[claim["source_id"]]),
                    ),
                    "By": row["rule"],
                    "How": row["explanation"],
                }
            )
            where = {key: claim[key] for key in ("source_id", "paragraph", "metric_id", "period", "unit")}
            data.append(row | {"figure": format_figure(claim), "author": names.authors[claim["source_id"]]} | where)
    columns = ["claim_id", "figure", "unit", "metric_id", "period", "source_id", "author", "paragraph", "verdict",
               "rule", "reason", "explanation"]  # fmt: skip
    shown = pd.DataFrame(rows, columns=["Claim", "By", "How"])
    return captioned_table(shown, caption, css_class="roomy", data=pd.DataFrame(data, columns=columns))


# --- gaps

STATED, FORECAST, RATIO_ONLY, PART_OF_YEAR, NOT_STATED = "stated", "forecast", "only as a ratio", "in part", "–"
COVERAGE_KEYS = ["metric_id", "ref_area", "counterpart_area"]
NO_YEAR = "No year"


def coverage(reconciliation: Reconciliation, names: Names, years: Sequence[str]) -> pd.DataFrame:
    """Return, for every flow that is claimed, its directions and each year, who says how much.

    A flow has two directions where its metric is counted from two sides, or is the sum of such.

    Returns
    -------
    pandas.DataFrame
        `metric_id`, `ref_area`, `counterpart_area`, a column a year (`stated`, `forecast`, `unprinted_bounds` with the bounds,
        `only as a ratio`, `in part` where only a part of the year is spoken of, or a dash where nobody says), and
        how many claims name no year.
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
    """Return the grid that `coverage` returns, with names for metrics and areas."""
    shown = grid.drop(columns=COVERAGE_KEYS)
    heads = [
        stacked_cell(
            names.metrics[row["metric_id"]]["name"],
            names.format_areas(Quantity(row["metric_id"], row["ref_area"], row["counterpart_area"], "", "")),
        )
        for row in grid.to_dict("records")
    ]
    shown.insert(0, "Metric", heads)
    data = grid.copy()
    data.insert(1, "metric", [names.metrics[name]["name"] for name in grid["metric_id"]])
    return captioned_table(shown, caption, css_class="roomy", data=data)


# --- headlines and witnesses

VERDICT_MARKS = {HOLDS: "✓", UNDECIDED: "?", FAILS: "✗"}


def sensitivity_table(frame: pd.DataFrame, ledger: Ledger, caption: str) -> RichOutput:
    """Return every headline with its verdict from all sources, and with each of them left out."""
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
    """Return a verdict with its mark, and the assumption where it rests on one."""
    return stacked_cell(
        f"{VERDICT_MARKS[answer['verdict']]} {answer['verdict']}",
        *below,
        SYMMETRY_ASSUMPTION if answer["assumed"] else "",
    )


def format_key_finding_range(headline: Mapping[str, Any], interval: portion.Interval, names: Names) -> str:
    """Return what was found for a headline: an amount, a share of a whole, or a multiple."""
    if not headline["over_metric_id"]:
        return format_range(interval, names.metrics[headline["metric_id"]]["unit"])
    if interval.upper == portion.inf and interval.lower <= 0:
        return "any amount"
    if interval.upper > 1:
        return format_range(interval, "times")
    return format_range(affine(interval, 100), "percent")


def origins_by_quantity_table(quantities: pd.DataFrame, claims: pd.DataFrame, names: Names, caption: str) -> RichOutput:
    """Return the things of which several figures are printed: figures, sources, and distinct origins."""
    by_id = claims.set_index("claim_id", drop=False)
    rows = []
    for row in quantities.to_dict("records"):
        behind = "; ".join(names.authors.get(who, who) for who in row["origins"])
        how = ", ".join(filter(None, [row["measure"], format_period(row["period"])]))
        rows.append(
            {
                "What": stacked_cell(names.metrics[row["metric_id"]]["name"], how),
                "Figures": claim_links((by_id.loc[name] for name in row["claims"]), names),
                "Sources": len(row["sources"]),
                "Origins": stacked_cell(str(len(row["origins"])), behind),
            }
        )
    shown = pd.DataFrame(rows, columns=["What", "Figures", "Sources", "Origins"])
    return captioned_table(shown, caption, numeric=["Sources"], data=quantities)


def claims_by_origin_table(origins: pd.DataFrame, claims: pd.DataFrame, names: Names, caption: str) -> RichOutput:
    """Return whom the texts credit, and for which figures."""
    by_id = claims.set_index("claim_id", drop=False)
    rows = [
        {
            "Origin": row["origin"],
            "Figures": Markup(", ").join(link("claim", name, format_figure(by_id.loc[name])) for name in row["claims"]),
            "Through": ", ".join(names.authors[source] for source in row["sources"]),
        }
        for row in origins.to_dict("records")
    ]
    return captioned_table(pd.DataFrame(rows, columns=["Origin", "Figures", "Through"]), caption, data=origins)


# --- beside independent figures


def resolution_table(
    resolutions: Iterable[Resolution],
    groups_by_claims: Mapping[tuple[str, ...], InconsistencyGroup],
    ledger: Ledger,
    caption: str,
) -> RichOutput:
    """Return conflicts beside independent figures: which claims would give way, and which figures say so.

    Parameters
    ----------
    resolutions
        as `compendium.analysis.resolution.resolve_conflicts` returns.
    groups_by_claims
        the family of conflicts that each set of claims stands for.
    """
    names, claims = Names.from_ledger(ledger), read_claims(ledger).set_index("claim_id", drop=False)
    observations = read_observations(ledger)
    rows, data = [], []
    for one in resolutions:
        family = groups_by_claims[one.conflict.claims]
        by = dict.fromkeys(name for observed in one.contradicting_observations.values() for name in observed)
        figures = Markup(", ").join(
            link(
                "observation",
                name,
                f"{observations.loc[name, 'figure']} ({format_period(observations.loc[name, 'period'])})",
            )
            for name in by
        )
        rows.append(
            {
                "Conflict": link("conflict", family.name, family.title),
                "Beside the figures of": stacked_cell(
                    names.places.get(one.side, "nobody"), f"{len(one.relevant_observations)} that bear on it"
                )
                if one.side
                else "nobody: none bears on it",
                "What would give way": stacked_cell(
                    _giving(one, claims), figures and Markup("because of {}").format(figures)
                ),
            }
        )
        data.append(
            {
                "conflict": family.name,
                "title": family.title,
                "claims": list(one.conflict.claims),
                "side": one.side,
                "bearing": list(one.relevant_observations),
                "narrowed": "yes" if one.is_narrowed else "no",
                "giving": " or ".join(attachments.ITEM_SEPARATOR.join(sorted(names)) for names in one.minimum_removals),
                "because_of": list(by),
            }
        )
    shown = pd.DataFrame(rows, columns=["Conflict", "Beside the figures of", "What would give way"])
    return captioned_table(shown, caption, css_class="roomy", data=pd.DataFrame(data))


def _giving(one: Resolution, claims: pd.DataFrame) -> Markup | str:
    """Return the claims that would give way, each set of them in turn."""
    if not one.is_narrowed:
        return "any one of its claims, as without them"
    sets = (
        Markup(" with ").join(link("claim", name, format_figure(claims.loc[name])) for name in sorted(names))
        for names in one.minimum_removals
    )
    return Markup(", or ").join(sets)


def dates_table(date_comparisons: pd.DataFrame, ledger: Ledger, caption: str) -> RichOutput:
    """Return events with an independent dated record: the ledger's date, the recorded one, whether they can be one.

    Takes what `compendium.analysis.corroboration.corroborate_dates` returns.
    """
    events = ledger["events"].set_index("event_id")["name"]
    records = ledger["records"].set_index("record_id")
    rows = []
    for row in date_comparisons.to_dict("records"):
        record = records.loc[row["record_id"]]
        by = f"{row['days']} {'day' if row['days'] == 1 else 'days'} apart" if row["days"] else ""
        rows.append(
            {
                "Event": link("event", row["event_id"], events[row["event_id"]]),
                "In the sources": format_period(row["date"]) or "no date",
                "Recorded": stacked_cell(format_period(row["recorded"]), record["publisher"], record["note"]),
                "Verdict": stacked_cell(row["verdict"], by),
            }
        )
    shown = pd.DataFrame(rows, columns=["Event", "In the sources", "Recorded", "Verdict"])
    about = date_comparisons["record_id"].map(records["publisher"]), date_comparisons["record_id"].map(records["note"])
    data = date_comparisons.assign(event=date_comparisons["event_id"].map(events), publisher=about[0], note=about[1])
    return captioned_table(shown, caption, css_class="roomy", data=data)
