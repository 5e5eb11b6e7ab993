"""Corroboration for a reader: sentences, the table of verdicts with the figures compared, counts, relative ranges.

It shows verdicts as `compendium.analysis.corroboration` returns them and judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd
import portion
from markupsafe import Markup

from compendium.analysis.corroboration import POINTS, TIMES, Comparison, Corroboration
from compendium.analysis.explanations import Names, describe_identities, format_list, format_range
from compendium.display import attachments
from compendium.display.links import link, verdict_badge
from compendium.display.outputs import RichOutput, rows_table
from compendium.display.tables.cells import stacked_cell
from compendium.display.tables.claims import claims_data, describe_claim_quantity
from compendium.display.tables.observations import describe_publisher, describe_time, publisher_link
from compendium.ledger.records import keyed
from compendium.reconciliation.verdicts import AGREES, CORROBORATION_VERDICTS, DIFFERS, NOT_COMPARABLE
from compendium.values.intervals import affine
from compendium.values.number_parsing import format_figure
from compendium.values.periods import format_period

# --- sentences


def comparison_sentence(comparison: Comparison, observations: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    """Return a comparison as a sentence: publisher, figure, and verdict on the claim."""
    what = comparison_clause(comparison, observations, names)
    if comparison.is_derived:
        return f"{what}: {describe_verdict(comparison)}."
    if comparison.verdict != NOT_COMPARABLE:
        read_as = format_amount_range(comparison.interval, comparison.unit)
        return f"{what}, read as {read_as}: {describe_verdict(comparison)}."
    reason = names.reasons[comparison.reason]
    why = comparison.remark or reason["sentence"]
    return f"{what}. Not comparable ({reason['name']}): {why} {AGREEMENT_NOTES[comparison.would_agree]}".rstrip()


def comparison_clause(comparison: Comparison, observations: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    """Return the figure compared as a clause: publisher, figure and period, or the figures that it is derived from."""
    if comparison.is_derived:
        return _following(comparison, observations, names)
    row = observations[comparison.observations[0]]
    when = describe_time(row)
    gives = "says that it" if row["hedge"] in VERB_HEDGES else "gives"
    return f"{describe_publisher(row)} {gives} {row['figure']}{f' ({when})' if when else ''}"


def format_amount_range(interval: portion.Interval, unit: str) -> str:
    """Return a range for a reader; a lower end of zero is left out, since amounts are not negative."""
    return format_range(
        interval.replace(left=portion.OPEN, lower=-portion.inf) if interval.lower == 0 < interval.upper else interval,
        unit,
    )


VERB_HEDGES = {"exceeds"}
"""Hedges that are verbs: `says that it exceeds 5`, not `gives exceeds 5`."""
AGREEMENT_NOTES = {True: "Otherwise the two would agree.", False: "The two figures differ, too.", None: ""}


def _following(held: Comparison, observations: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    parts = [f"{observations[name]['figure']} ({describe_time(observations[name])})" for name in held.observations]
    rule = describe_identities(held.identities, names).rstrip(".")
    follows = format_amount_range(held.interval, held.unit)
    return f"From {format_list(parts)} follows {follows}{f' ({rule})' if rule else ''}"


def describe_verdict(comparison: Comparison) -> str:
    """Return `agrees` or `differs`, the latter with the difference."""
    if comparison.verdict == AGREES:
        return "agrees"
    far = describe_difference(comparison)
    return f"differs, {far}" if far else "differs"


def describe_difference(comparison: Comparison) -> str:
    """Return the difference of a claim and an observation in words; `""` unless the verdict is that they differ."""
    if comparison.verdict != DIFFERS or comparison.difference is None:
        return ""
    low, high = comparison.difference.lower, comparison.difference.upper
    if comparison.difference_unit == TIMES and low > 0:
        times = comparison.difference if low >= 1 else portion.closed(1 / high, 1 / low)
        return f"the claim being {format_range(times, 'times')} {'as much' if low >= 1 else 'less'}"
    if comparison.difference_unit == TIMES:
        return "the claim being less"
    unit = f" {POINTS}" if comparison.difference_unit == POINTS else ""
    far = format_range(portion.closed(*sorted(map(abs, (low, high)))), "" if unit else comparison.unit)
    return f"the claim being {far}{unit} {'higher' if low >= 0 else 'lower'}"


def _not_comparable_sentence(comparison: Comparison, names: Names) -> str:
    """Return why two figures cannot be compared, and whether they would agree otherwise."""
    reason = names.reasons[comparison.reason]
    why = comparison.remark or reason["sentence"]
    return f"{reason['name']}: {why} {AGREEMENT_NOTES[comparison.would_agree]}".rstrip()


# --- tables


def corroboration_table(
    corroborations: Iterable[Corroboration], claims: pd.DataFrame, observations: pd.DataFrame, names: Names,
    caption: str,
) -> RichOutput:  # fmt: skip
    """Return a table of claims with each independent figure compared: publisher, quality class, verdict, difference.

    Parameters
    ----------
    claims
        as `compendium.ledger.claims.read_claims` returns them, indexed by id.
    observations
        as `compendium.ledger.observations.read_observations` returns them.
    """
    rows_by_id, every = keyed(observations, "observation_id"), list(corroborations)

    def claim_cell(one: Corroboration) -> Markup:
        claim = claims.loc[one.claim_id]
        return stacked_cell(
            link("claim", one.claim_id, format_figure(claim)),
            link("source", claim["source_id"], claim["author"]),
            describe_claim_quantity(claim),
            format_period(claim["period"]) or "no period given",
        )

    columns = {
        "Claim": claim_cell,
        "Independent figures": lambda one: Markup("").join(
            _comparison_cell(held, rows_by_id, names) for held in one.comparisons
        ),
    }
    data = corroboration_data(every, claims, rows_by_id, names)
    return rows_table(every, columns, caption, css_class="roomy", data=data)


PUBLISHER_COLUMNS = ["publisher", "original_source", "quality", "address"]


def corroboration_data(
    corroborations: Iterable[Corroboration],
    claims: pd.DataFrame,
    observations: Mapping[str, Mapping[str, Any]],
    names: Names,
) -> pd.DataFrame:
    """Return claims for other programs, one row for each comparison, or one row where a claim has none.

    The ends are in `held_unit`; `apart_low` to `apart_high` is the difference (claim minus, or over, observation) in
    `apart_in`, or in that unit.
    """
    cells = []
    for one in corroborations:
        head: dict[str, Any] = {"claim_id": one.claim_id, "verdict_on_claim": one.verdict}
        for held in one.comparisons:
            by = [observations[name] for name in held.observations]
            cells.append(
                head
                | {"observations": list(held.observations), "figures": [row["figure"] for row in by]}
                | {f"held_{end}": cell for end, cell in attachments.interval_cells(held.interval).items()}
                | {"held_unit": held.unit, "verdict": held.verdict}
                | {"reason": names.reasons[held.reason]["name"] if held.reason else "", "why": held.remark}
                | {f"apart_{end}": cell for end, cell in attachments.interval_cells(held.difference).items()}
                | {"apart_in": held.difference_unit, "derived": "yes" if held.is_derived else "no"}
                | {name: list(dict.fromkeys(row[name] for row in by if row[name])) for name in PUBLISHER_COLUMNS}
            )
        if not one.comparisons:
            cells.append(head)
    found = pd.DataFrame(cells, columns=None if cells else ["claim_id"])
    return claims_data(claims.reset_index(drop="claim_id" in claims)).merge(
        found, on="claim_id", how="right", sort=False
    )


def _comparison_cell(held: Comparison, observations: Mapping[str, Mapping[str, Any]], names: Names) -> Markup:
    """Return one comparison as a paragraph of a cell."""
    below: list[Any]
    figures = Markup(", ").join(link("observation", name, observations[name]["figure"]) for name in held.observations)
    if held.is_derived:
        text = Markup("{}: follows from {}").format(format_amount_range(held.interval, held.unit), figures)
        below = [describe_identities(held.identities, names), describe_difference(held)]
    else:
        text, row = figures, observations[held.observations[0]]
        when, publisher = describe_time(row), publisher_link(row)
        below = [Markup("{}; {}").format(when, publisher) if when else publisher]
        if held.verdict == NOT_COMPARABLE:
            below.append(_not_comparable_sentence(held, names))
        else:
            below += [describe_difference(held), row["note"]]
    first = Markup("{} {}").format(verdict_badge(held.verdict), text)
    return Markup("<div>{}</div>").format(stacked_cell(first, *below))


# --- counts, and the ranges of what differs


def verdict_counts(corroborations: Mapping[str, Corroboration], groups: pd.Series) -> pd.DataFrame:
    """Return the number of claims by group and verdict, with a row `All` at the end.

    Parameters
    ----------
    groups
        a name (an author, a chapter) by claim id.
    """
    frame = pd.DataFrame(
        {"by": [groups[name] for name in corroborations], "verdict": [one.verdict for one in corroborations.values()]}
    )
    grid = pd.crosstab(frame["by"], frame["verdict"]).reindex(columns=list(CORROBORATION_VERDICTS), fill_value=0)
    grid.loc["All"] = grid.sum()
    return grid


def differing_comparisons(corroborations: Iterable[Corroboration]) -> Iterator[tuple[Corroboration, Comparison]]:
    """Yield the comparisons that differ and have a finite, positive interval, each interval once for a claim."""
    for one in corroborations:
        seen: set[portion.Interval] = set()
        for held in one.comparisons:
            drawable = held.difference is not None and held.interval.lower >= 0 < held.interval.upper
            if held.verdict == DIFFERS and drawable and held.interval not in seen:
                seen.add(held.interval)
                yield one, held


def percent_of_observed(
    corroboration: Corroboration, comparison: Comparison
) -> tuple[portion.Interval, portion.Interval]:
    """Return the intervals of claim and observation in percent of the observation, so that units can share an axis.

    100 percent is the middle of the observed interval, or its upper end where the lower one is zero.
    """
    low, high = comparison.interval.lower, comparison.interval.upper
    whole = high if low == 0 else (low + high) / Fraction(2)
    return affine(corroboration.claimed, 100 / whole), affine(comparison.interval, 100 / whole)
