"""Tables of what the analyses found: implied quantities, verdicts, gaps, headlines, witnesses.

Each takes results and returns one table with a caption, its claims linked to their permanent places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import portion
from markupsafe import Markup

from compendium.analysis.conflicts import Family
from compendium.analysis.explanations import Names, said, verdict_row
from compendium.analysis.resolution import Settled
from compendium.analysis.sensitivity import FAILS, HOLDS, OPEN
from compendium.display import attachments
from compendium.display.outputs import Shown, link, table
from compendium.display.tables.ledger import stacked, with_ends
from compendium.ledger.claims import authors, figure, read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.reconciliation.components import Implied
from compendium.reconciliation.constraints import Quantity, canonical, quantity_of
from compendium.reconciliation.reconcile import Reconciliation
from compendium.values.intervals import affine
from compendium.values.periods import known, span, spoken

ASSUMING = "if both sides count alike"


def implied(found: Reconciliation) -> dict[Quantity, Implied]:
    """Return the bounds of the quantities that no claim prints, by metric, areas and period."""
    return {quantity: held for quantity, held in sorted(found.bounds.items()) if quantity not in found.stated}


def implied_table(found: Reconciliation, names: Names, quantities: Iterable[Quantity], caption: str) -> Shown:
    """Return quantities with their implied bounds and the claims that these rest on."""
    rows, data = [], []
    for quantity in quantities:
        held, metric = found.bounds[quantity], names.metrics[quantity.metric_id]
        rows.append(
            {
                "Quantity": stacked(metric["name"], names.areas(quantity), spoken(quantity.period)),
                "Implied": stacked(said(held.interval, metric["unit"]), ASSUMING if held.assumed else ""),
                "Rests on": cited([found.claims[name] for name in held.claims], names),
                "id": quantity_id(quantity),
            }
        )
        data.append(
            quantity._asdict()
            | {"metric": metric["name"]}
            | attachments.ends(held.interval)
            | {"unit": metric["unit"], "assumed": "yes" if held.assumed else "no", "claims": list(held.claims)}
        )
    shown = pd.DataFrame(rows, columns=["Quantity", "Implied", "Rests on", "id"])
    told = pd.DataFrame(data, columns=None if data else Quantity._fields)
    return table(shown, caption, ids="id", css="roomy", data=told)


def quantity_id(quantity: Quantity) -> str:
    """Return the permanent name of a quantity: its metric, areas, period and population, as far as it has them."""
    return ".".join(part.replace(" ", "-") for part in quantity if part)


def cited(claims: Iterable[Mapping[str, Any]], names: Names, *, line: str = "<p>{}: {}</p>") -> Markup:
    """Return claims as links, those of one source together under its author, each source in a `line` of this form."""
    by_source: dict[str, list[Markup]] = {}
    for claim in claims:
        by_source.setdefault(claim["source_id"], []).append(link("claim", claim["claim_id"], figure(claim)))
    parts = (Markup(line).format(names.authors[own], Markup(", ").join(links)) for own, links in by_source.items())
    return Markup("").join(parts)


def verdicts_table(found: Reconciliation, names: Names, verdict: str, caption: str) -> Shown:
    """Return the claims that got one verdict, each with the rule that fired and the arithmetic or the reason."""
    rows, data = [], []
    for name, (own, _) in found.verdicts.items():
        if own == verdict:
            row, claim = verdict_row(name, found, names), found.claims[name]
            rows.append(
                {
                    "Claim": stacked(
                        link("claim", name, figure(claim)),
                        link("source", claim["source_id"], names.authors[claim["source_id"]]),
                    ),
                    "By": row["rule"],
                    "How": row["explanation"],
                }
            )
            where = {key: claim[key] for key in ("source_id", "paragraph", "metric_id", "period", "unit")}
            data.append(row | {"figure": figure(claim), "author": names.authors[claim["source_id"]]} | where)
    columns = ["claim_id", "figure", "unit", "metric_id", "period", "source_id", "author", "paragraph", "verdict",
               "rule", "reason", "explanation"]  # fmt: skip
    shown = pd.DataFrame(rows, columns=["Claim", "By", "How"])
    return table(shown, caption, css="roomy", data=pd.DataFrame(data, columns=columns))


# --- gaps

STATED, FORECAST, RATIO, PARTLY, NOBODY = "stated", "forecast", "only as a ratio", "in part", "–"
AREAS = ["metric_id", "ref_area", "counterpart_area"]
UNDATED = "No year"


def coverage(found: Reconciliation, names: Names, years: Sequence[str]) -> pd.DataFrame:
    """Return, for every flow that is claimed, its directions and each year, who says how much.

    A flow has two directions where its metric is counted from two sides, or is the sum of such.

    Returns
    -------
    pandas.DataFrame
        `metric_id`, `ref_area`, `counterpart_area`, a column a year (`stated`, `forecast`, `implied` with the bounds,
        `only as a ratio`, `in part` where only a part of the year is spoken of, or a dash where nobody says), and
        how many claims name no year.
    """
    claimed: dict[Quantity, list[Mapping[str, Any]]] = {}
    for claim in found.claims.values():
        if names.metrics[claim["metric_id"]]["kind"] == "flow":
            claimed.setdefault(_series(quantity_of(claim)), []).append(claim)
    for own in list(claimed):
        metric = names.metrics[own.metric_id]
        if own.counterpart_area and (metric["mirror_of"] or metric["sum_of"]):
            claimed.setdefault(own._replace(ref_area=own.counterpart_area, counterpart_area=own.ref_area), [])
    rows = []
    for own, claims in sorted(claimed.items()):
        cells = {year: _cell(found, names, own._replace(period=year), claims) for year in years}
        undated = sum(known(claim["period"]) is None for claim in claims)
        rows.append({**dict(zip(AREAS, own[:3], strict=True)), **cells, UNDATED: undated})
    return pd.DataFrame(rows, columns=[*AREAS, *years, UNDATED])


def _series(quantity: Quantity) -> Quantity:
    return quantity._replace(period="", population="")


def _cell(found: Reconciliation, names: Names, quantity: Quantity, claims: Sequence[Mapping[str, Any]]) -> str:
    own = [claim for claim in claims if canonical(claim["period"]) == quantity.period]
    levels = [claim for claim in own if claim["measure"] == "level"]
    if levels:
        return FORECAST if all(claim["obs_status"] == "forecast" for claim in levels) else STATED
    held = found.bounds.get(quantity)
    if held:
        return f"implied: {said(held.interval, names.metrics[quantity.metric_id]['unit'])}"
    if own:
        return RATIO
    year = span(quantity.period)
    inside = [days for claim in claims if (days := known(claim["period"])) and days.within(year)]
    return PARTLY if inside else NOBODY


def coverage_table(grid: pd.DataFrame, names: Names, caption: str) -> Shown:
    """Return the grid that `coverage` returns, with names for metrics and areas."""
    shown = grid.drop(columns=AREAS)
    heads = [
        stacked(
            names.metrics[row["metric_id"]]["name"],
            names.areas(Quantity(row["metric_id"], row["ref_area"], row["counterpart_area"], "", "")),
        )
        for row in grid.to_dict("records")
    ]
    shown.insert(0, "Metric", heads)
    data = grid.copy()
    data.insert(1, "metric", [names.metrics[name]["name"] for name in grid["metric_id"]])
    return table(shown, caption, css="roomy", data=data)


# --- headlines and witnesses

MARKS = {HOLDS: "✓", OPEN: "?", FAILS: "✗"}


def sensitivity_table(frame: pd.DataFrame, ledger: Ledger, caption: str) -> Shown:
    """Return every headline with its verdict from all sources, and with each of them left out."""
    names, headlines = Names.of(ledger), ledger["headlines"]
    order = ledger["sources"].sort_values("written")
    named = authors(order)
    named = named.where(~named.duplicated(keep=False), named + " (" + named.index + ")")
    found = frame.set_index(["headline_id", "without"])
    rows = []
    for headline in headlines.to_dict("records"):
        row: dict[str, Any] = {"Headline": headline["statement"]}
        own = found.loc[headline["headline_id"], ""]
        row["With all"] = _marked(own, asked(headline, own["interval"], names))
        for source in order["source_id"]:
            row[f"Without {named[source]}"] = _marked(found.loc[headline["headline_id"], source])
        row["headline_id"] = headline["headline_id"]
        rows.append(row)
    statements = headlines.set_index("headline_id")["statement"]
    data = with_ends(frame.assign(assumed=frame["assumed"].map({True: "yes", False: "no"})))
    data.insert(1, "statement", frame["headline_id"].map(statements))
    return table(pd.DataFrame(rows), caption, ids="headline_id", css="roomy", data=data)


def _marked(answer: Mapping[str, Any], *below: str) -> Markup:
    """Return a verdict with its mark, and the assumption where it rests on one."""
    return stacked(f"{MARKS[answer['verdict']]} {answer['verdict']}", *below, ASSUMING if answer["assumed"] else "")


def asked(headline: Mapping[str, Any], interval: portion.Interval, names: Names) -> str:
    """Return what was found for a headline: an amount, a share of a whole, or a multiple."""
    if not headline["over_metric_id"]:
        return said(interval, names.metrics[headline["metric_id"]]["unit"])
    if interval.upper == portion.inf and interval.lower <= 0:
        return "any amount"
    if interval.upper > 1:
        return said(interval, "times")
    return said(affine(interval, 100), "percent")


def witnesses_table(witnesses: pd.DataFrame, claims: pd.DataFrame, names: Names, caption: str) -> Shown:
    """Return the things of which several figures are printed: figures, sources, and distinct origins."""
    by_id = claims.set_index("claim_id", drop=False)
    rows = []
    for row in witnesses.to_dict("records"):
        behind = "; ".join(names.authors.get(who, who) for who in row["origins"])
        how = ", ".join(filter(None, [row["measure"], spoken(row["period"])]))
        rows.append(
            {
                "What": stacked(names.metrics[row["metric_id"]]["name"], how),
                "Figures": cited((by_id.loc[name] for name in row["claims"]), names),
                "Sources": len(row["sources"]),
                "Origins": stacked(str(len(row["origins"])), behind),
            }
        )
    shown = pd.DataFrame(rows, columns=["What", "Figures", "Sources", "Origins"])
    return table(shown, caption, numeric=["Sources"], data=witnesses)


def origins_table(origins: pd.DataFrame, claims: pd.DataFrame, names: Names, caption: str) -> Shown:
    """Return whom the texts credit, and for which figures."""
    by_id = claims.set_index("claim_id", drop=False)
    rows = [
        {
            "Origin": row["origin"],
            "Figures": Markup(", ").join(link("claim", name, figure(by_id.loc[name])) for name in row["claims"]),
            "Through": ", ".join(names.authors[source] for source in row["sources"]),
        }
        for row in origins.to_dict("records")
    ]
    return table(pd.DataFrame(rows, columns=["Origin", "Figures", "Through"]), caption, data=origins)


# --- beside independent figures


def settled_table(
    found: Iterable[Settled], families: Mapping[tuple[str, ...], Family], ledger: Ledger, caption: str
) -> Shown:
    """Return conflicts beside independent figures: which claims would give way, and which figures say so.

    Parameters
    ----------
    found
        as `compendium.analysis.resolution.settled` returns.
    families
        the family of conflicts that each set of claims stands for.
    """
    names, claims = Names.of(ledger), read_claims(ledger).set_index("claim_id", drop=False)
    observations = read_observations(ledger)
    rows, data = [], []
    for one in found:
        family = families[one.conflict.claims]
        by = dict.fromkeys(name for observed in one.by.values() for name in observed)
        figures = Markup(", ").join(
            link(
                "observation", name, f"{observations.loc[name, 'figure']} ({spoken(observations.loc[name, 'period'])})"
            )
            for name in by
        )
        rows.append(
            {
                "Conflict": link("conflict", family.name, family.title),
                "Beside the figures of": stacked(
                    names.places.get(one.side, "nobody"), f"{len(one.bearing)} that bear on it"
                )
                if one.side
                else "nobody: none bears on it",
                "What would give way": stacked(
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
                "bearing": list(one.bearing),
                "narrowed": "yes" if one.narrowed else "no",
                "giving": " or ".join(attachments.APART.join(sorted(names)) for names in one.giving),
                "because_of": list(by),
            }
        )
    shown = pd.DataFrame(rows, columns=["Conflict", "Beside the figures of", "What would give way"])
    return table(shown, caption, css="roomy", data=pd.DataFrame(data))


def _giving(one: Settled, claims: pd.DataFrame) -> Markup | str:
    """Return the claims that would give way, each set of them in turn."""
    if not one.narrowed:
        return "any one of its claims, as without them"
    sets = (
        Markup(" with ").join(link("claim", name, figure(claims.loc[name])) for name in sorted(names))
        for names in one.giving
    )
    return Markup(", or ").join(sets)


def dates_table(days: pd.DataFrame, ledger: Ledger, caption: str) -> Shown:
    """Return events with an independent dated record: the ledger's date, the recorded one, whether they can be one.

    Takes what `compendium.analysis.corroboration.dated` returns.
    """
    events = ledger["events"].set_index("event_id")["name"]
    records = ledger["records"].set_index("record_id")
    rows = []
    for row in days.to_dict("records"):
        record = records.loc[row["record_id"]]
        by = f"{row['days']} {'day' if row['days'] == 1 else 'days'} apart" if row["days"] else ""
        rows.append(
            {
                "Event": link("event", row["event_id"], events[row["event_id"]]),
                "In the sources": spoken(row["date"]) or "no date",
                "Recorded": stacked(spoken(row["recorded"]), record["publisher"], record["note"]),
                "Verdict": stacked(row["verdict"], by),
            }
        )
    shown = pd.DataFrame(rows, columns=["Event", "In the sources", "Recorded", "Verdict"])
    about = days["record_id"].map(records["publisher"]), days["record_id"].map(records["note"])
    data = days.assign(event=days["event_id"].map(events), publisher=about[0], note=about[1])
    return table(shown, caption, css="roomy", data=data)
