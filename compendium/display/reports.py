"""Reports of the analyses: plain objects ready for JSON, and the same as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compendium.analysis.corroboration import Comparison, corroborate
from compendium.analysis.date_conflicts import find_date_conflicts
from compendium.analysis.explanations import (
    Names,
    bound_as_number,
    conflict_rule,
    explain_conflict,
    format_range,
    verdict_row,
)
from compendium.analysis.sensitivity import sensitivity
from compendium.analysis.source_independence import MATCH_COLUMNS, claims_by_origin, origins_by_quantity, shared_hosts
from compendium.display.tables.analysis import unprinted_bounds
from compendium.display.tables.corroboration import comparison_sentence
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.ledger.records import keyed
from compendium.ledger.schema import SEPARATOR
from compendium.project.problems import format_count
from compendium.reconciliation.reconcile import Reconciliation
from compendium.reconciliation.verdicts import CORROBORATION_VERDICTS

Report = dict[str, Any]


def reconciliation_report(ledger: Ledger, result: Reconciliation) -> Report:
    """Return `bounds`, `conflicts`, `verdicts`, and whether the conflicts are `complete`.

    An end of a bound is null where it is unbounded.
    """
    names = Names.from_ledger(ledger)
    bounds = [
        {
            "metric": quantity.metric_id,
            "ref_area": quantity.ref_area,
            "counterpart_area": quantity.counterpart_area,
            "period": quantity.period,
            "population": quantity.population,
            "unit": names.metrics[quantity.metric_id]["unit"],
            **_ends(held.interval),
            "claims": list(held.claims),
            "stated": quantity in result.claimed_quantities,
            "assumed": held.assumed,
        }
        for quantity, held in sorted(result.bounds.items())
    ]
    conflicts = [
        {
            "claims": list(conflict.claims),
            "rule": conflict_rule(conflict),
            "explanation": explain_conflict(conflict, result.claims, names),
        }
        for conflict in result.conflicts
        if not conflict.assumed
    ]
    verdicts = [verdict_row(name, result, names) for name in result.verdicts]
    return {"bounds": bounds, "conflicts": conflicts, "verdicts": verdicts, "complete": result.complete}


def _ends(interval: Any) -> dict[str, Any]:
    low, high = bound_as_number(interval.lower), bound_as_number(interval.upper)
    return {
        "low": low,
        "high": high,
        "low_included": low is not None and bool(interval.left.value),
        "high_included": high is not None and bool(interval.right.value),
    }


def reconciliation_lines(ledger: Ledger, result: Reconciliation) -> Iterator[str]:
    """Yield a reconciliation as text: conflicts, implied quantities, verdicts."""
    names = Names.from_ledger(ledger)
    report = reconciliation_report(ledger, result)
    more = "" if result.complete else "; there are more, too many to look through"
    yield f"{format_count(len(report['conflicts']), 'minimal set')} of claims that cannot all be true{more}"
    for conflict in report["conflicts"]:
        yield f"\n  {'  +  '.join(conflict['claims'])}\n    by: {conflict['rule']}\n    {conflict['explanation']}"
    implied = unprinted_bounds(result)
    yield f"\nquantities that no claim prints: {len(implied)}"
    for quantity, held in implied.items():
        assumed = " (if both sides count alike)" if held.assumed else ""
        bounds = format_range(held.interval, names.metrics[quantity.metric_id]["unit"])
        yield f"  {names.format_quantity(quantity)}: {bounds}{assumed}\n    from {', '.join(held.claims)}"
    yield f"\n{format_count(len(report['verdicts']), 'claim')}"
    for row in report["verdicts"]:
        yield f"  {row['claim_id']}: {row['verdict']} ({row['rule']})\n    {row['explanation']}"


def chronology_report(ledger: Ledger) -> Report:
    """Return `clashes`: sets of dated statements that cannot all be true."""
    rows = [
        {
            "rule": clash.rule,
            "mentions": list(clash.mentions),
            "events": list(clash.events),
            "explanation": clash.explanation,
        }
        for clash in find_date_conflicts(ledger)
    ]
    return {"clashes": rows}


def chronology_lines(ledger: Ledger) -> Iterator[str]:
    """Yield the date conflicts as text."""
    found = find_date_conflicts(ledger)
    yield format_count(len(found), "clash", "clashes") + " of time"
    for clash in found:
        yield f"\n  {'  +  '.join(clash.mentions)}\n    by: {clash.rule}\n    {clash.explanation}"


def independence_report(ledger: Ledger) -> Report:
    """Return `witnesses` (quantities with several figures), `origins` (credited), `hosts` (sites cited by several)."""
    claims, citations = ledger["claims"], ledger["citations"]
    return {
        "witnesses": origins_by_quantity(claims).to_dict("records"),
        "origins": claims_by_origin(claims).to_dict("records"),
        "hosts": shared_hosts(citations).to_dict("records"),
    }


def independence_lines(ledger: Ledger) -> Iterator[str]:
    """Yield the independence of sources as text."""
    report = independence_report(ledger)
    yield f"things of which more than one figure is printed: {len(report['witnesses'])}"
    for row in report["witnesses"]:
        thing = " ".join(str(row[column]) for column in MATCH_COLUMNS if row[column])
        counts = [format_count(len(row[f"{what}s"]), what) for what in ("claim", "source", "origin")]
        yield f"  {thing}: {', '.join(counts)}"
        yield f"    {', '.join(row['origins'])}"
    yield f"\norigins that a text credits: {len(report['origins'])}"
    for row in report["origins"]:
        yield f"  {row['origin']}: {format_count(len(row['claims']), 'claim')}, {', '.join(row['sources'])}"
    yield f"\nsites that the lists of several sources lead to: {len(report['hosts'])}"
    for row in report["hosts"]:
        yield f"  {row['host']}: {', '.join(row['entries'])}"


def sensitivity_report(ledger: Ledger) -> Report:
    """Return `headlines`: each key finding with all sources (`without` is empty) and with each source left out."""
    statements = dict(zip(ledger["headlines"]["headline_id"], ledger["headlines"]["statement"], strict=True))
    rows = [
        {
            "headline_id": row["headline_id"],
            "statement": statements[row["headline_id"]],
            "without": row["without"],
            "verdict": row["verdict"],
            **_ends(row["interval"]),
            "claims": row["claims"],
            "assumed": row["assumed"],
        }
        for row in sensitivity(ledger).to_dict("records")
    ]
    return {"headlines": rows}


def sensitivity_lines(ledger: Ledger) -> Iterator[str]:
    """Yield the sensitivity of every key finding as text."""
    rows = sensitivity_report(ledger)["headlines"]
    for headline in dict.fromkeys(row["headline_id"] for row in rows):
        own = [row for row in rows if row["headline_id"] == headline]
        yield f"\n{own[0]['statement']}\n  {own[0]['verdict']} with all sources"
        changed = [row for row in own[1:] if row["verdict"] != own[0]["verdict"]]
        for row in changed:
            yield f"  {row['verdict']} without {row['without']}"
        if not changed:
            yield "  the same whichever source is left out"


def corroboration_report(ledger: Ledger) -> list[Report]:
    """Return every claim with its verdict: `claim_id`, `verdict`, `reason`, `claimed`, `observations`.

    Each observation has the verdict against it, its ends and unit, its period, publisher, quality class and address.
    A figure derived from several is marked `derived` and has all their periods, publishers, classes and addresses.
    """
    rows = keyed(read_observations(ledger), "observation_id")
    return [
        {
            "claim_id": one.claim_id,
            "verdict": one.verdict,
            "reason": one.reason,
            "claimed": {**_ends(one.claimed), "unit": one.unit},
            "observations": [_held(held, rows) for held in one.comparisons],
        }
        for one in corroborate(ledger).values()
    ]


def _held(held: Comparison, rows: dict[str, Any]) -> Report:
    def all_of(column: str) -> str:
        return SEPARATOR.join(dict.fromkeys(rows[name][column] for name in held.observations))

    apart = {} if held.difference is None else {"apart": {**_ends(held.difference), "unit": held.difference_unit}}
    return {
        "observation_ids": list(held.observations),
        "verdict": held.verdict,
        "reason": held.reason,
        "would_agree": held.would_agree,
        "derived": held.is_derived,
        **_ends(held.interval),
        "unit": held.unit,
        "period": all_of("period"),
        "publisher": all_of("publisher"),
        "quality": all_of("quality"),
        "address": all_of("address"),
        **apart,
    }


def corroboration_lines(ledger: Ledger) -> Iterator[str]:
    """Yield the corroboration of claims as text."""
    names, rows = Names.from_ledger(ledger), keyed(read_observations(ledger), "observation_id")
    checked = corroborate(ledger)
    counts = (
        f"{sum(one.verdict == verdict for one in checked.values())} {verdict}" for verdict in CORROBORATION_VERDICTS
    )
    yield f"{format_count(len(checked), 'claim')}, {format_count(len(rows), 'independent figure')}: {', '.join(counts)}"
    for one in checked.values():
        reason = f" ({names.reasons[one.reason]['name']})" if one.reason else ""
        yield f"\n{one.claim_id}: {one.verdict}{reason}"
        for held in one.comparisons:
            yield f"  {comparison_sentence(held, rows, names)}"
