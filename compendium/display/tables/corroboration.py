"""What corroboration found, for a reader: sentences, tables, counts, and the ranges of what differs.

It takes verdicts as they are and shows the class and the publisher of every figure; it judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from html import unescape
from typing import Any

import pandas as pd
import portion
from markupsafe import Markup

from compendium.analysis.corroboration import POINTS, TIMES, Comparison, Corroboration
from compendium.analysis.explanations import Names, describe_identities, format_list, format_range
from compendium.display import attachments
from compendium.display.outputs import RichOutput, captioned_table, link
from compendium.display.tables.ledger import claims_data, describe_claim_quantity, split_intervals, stacked_cell
from compendium.ledger.claims import format_figure
from compendium.ledger.observations import split_into_series
from compendium.ledger.records import records
from compendium.reconciliation.verdicts import AGREES, CORROBORATION_VERDICTS, DIFFERS, NOT_COMPARABLE
from compendium.values.periods import format_period, read_period

QUALITY_LABELS = {"machine": "parsed from a data file", "page": "read from a page"}


# --- sentences


def comparison_sentence(comparison: Comparison, observations: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    """Return one thing that was held against a claim as a sentence: who says what, and what it says of the claim."""
    what = comparison_clause(comparison, observations, names)
    if comparison.is_derived:
        return f"{what}: {describe_verdict(comparison)}."
    if comparison.verdict != NOT_COMPARABLE:
        return f"{what}, read as {format_amount_range(comparison.interval, comparison.unit)}: {describe_verdict(comparison)}."
    reason = names.reasons[comparison.reason]
    why = comparison.remark or reason["sentence"]
    return f"{what}. Not comparable ({reason['name']}): {why} {AGREEMENT_NOTES[comparison.would_agree]}".rstrip()


def comparison_clause(comparison: Comparison, observations: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    """Return what was held against a claim, without a full stop: who gives what for when, or what follows from whom."""
    if comparison.is_derived:
        return _following(comparison, observations, names)
    row = observations[comparison.observations[0]]
    when = describe_time(row)
    gives = "says that it" if row["hedge"] in VERB_HEDGES else "gives"
    return f"{describe_publisher(row)} {gives} {row['figure']}{f' ({when})' if when else ''}"


def format_amount_range(interval: portion.Interval, unit: str) -> str:
    """Return a range for a reader; that an amount is not below nothing goes without saying."""
    return format_range(
        interval.replace(left=portion.OPEN, lower=-portion.inf) if interval.lower == 0 < interval.upper else interval,
        unit,
    )


VERB_HEDGES = {"exceeds"}
"""Hedges that are verbs, so that nobody gives them."""
AGREEMENT_NOTES = {True: "Otherwise the two would agree.", False: "The two figures differ, too.", None: ""}


def _following(held: Comparison, observations: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    parts = [f"{observations[name]['figure']} ({describe_time(observations[name])})" for name in held.observations]
    rule = describe_identities(held.identities, names).rstrip(".")
    return f"From {format_list(parts)} follows {format_amount_range(held.interval, held.unit)}{f' ({rule})' if rule else ''}"


def describe_verdict(comparison: Comparison) -> str:
    """Return a verdict in words, with by how much the claim is more or less than the observation."""
    if comparison.verdict == AGREES:
        return "agrees"
    far = describe_difference(comparison)
    return f"differs, {far}" if far else "differs"


def describe_difference(comparison: Comparison) -> str:
    """Return by how much a claim and an observation that differs are apart, as a person says it."""
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


def describe_publisher(observation: Mapping[str, Any]) -> str:
    """Return who prints an observation and whom they credit."""
    source, publisher = observation["original_source"], observation["publisher"]
    return f"{publisher}, for {source}," if source and source != publisher else str(publisher)


def describe_time(observation: Mapping[str, Any]) -> str:
    """Return the time an observation speaks of, or when it was said."""
    if observation["period"]:
        return format_period(observation["period"])
    return f"said {format_period(observation['stated_on'])}" if observation["stated_on"] else ""


# --- tables


def corroboration_table(
    corroborations: Iterable[Corroboration], claims: pd.DataFrame, observations: pd.DataFrame, names: Names, caption: str,
    *, up: str = "..",
) -> RichOutput:  # fmt: skip
    """Return claims with what was held against each: publisher, class, verdict, and how far apart.

    Takes checked claims, the claims as `compendium.ledger.claims.read_claims` returns them indexed by id, and the
    observations as `compendium.ledger.observations.read_observations` does.
    """
    rows_by_id = {row["observation_id"]: row for row in records(observations)}
    corroborations, rows = list(corroborations), []
    for one in corroborations:
        claim = claims.loc[one.claim_id]
        rows.append(
            {
                "Claim": stacked_cell(
                    link("claim", one.claim_id, format_figure(claim), up=up),
                    link("source", claim["source_id"], claim["author"], up=up),
                    describe_claim_quantity(claim),
                    format_period(claim["period"]) or "no period given",
                ),
                "Independent figures": Markup("").join(_shown(held, rows_by_id, names, up) for held in one.comparisons),
            }
        )
    shown = pd.DataFrame(rows, columns=["Claim", "Independent figures"])
    return captioned_table(
        shown, caption, css_class="roomy", data=corroboration_data(corroborations, claims, rows_by_id, names)
    )


PUBLISHER_COLUMNS = ["publisher", "original_source", "quality", "address"]


def corroboration_data(
    corroborations: Iterable[Corroboration],
    claims: pd.DataFrame,
    observations: Mapping[str, Mapping[str, Any]],
    names: Names,
) -> pd.DataFrame:
    """Return claims for other programs, a row each figure that was held against one; one that met none has one row.

    The ends are in the unit beside them; `apart` says by how much the claim is more, in `apart_in`, or in that unit.
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


def _shown(held: Comparison, observations: Mapping[str, Mapping[str, Any]], names: Names, up: str) -> Markup:
    """Return what was held against a claim, as a paragraph of a cell."""
    badge = Markup('<span class="verdict {}">{}</span>').format(held.verdict.replace(" ", "-"), held.verdict)
    if held.is_derived:
        parts = Markup(", ").join(
            link("observation", name, observations[name]["figure"], up=up) for name in held.observations
        )
        rule = describe_identities(held.identities, names)
        text = Markup("{}: follows from {}").format(format_amount_range(held.interval, held.unit), parts)
        below: list[Any] = [rule, describe_difference(held)]
    else:
        row = observations[held.observations[0]]
        text = link("observation", row["observation_id"], row["figure"], up=up)
        below = [
            Markup("{}; {}").format(describe_time(row), publisher_link(row))
            if describe_time(row)
            else publisher_link(row)
        ]
        if held.verdict == NOT_COMPARABLE:
            reason = names.reasons[held.reason]
            below.append(
                f"{reason['name']}: {held.remark or reason['sentence']} {AGREEMENT_NOTES[held.would_agree]}".rstrip()
            )
        else:
            below += [describe_difference(held), row["note"]]
    return Markup("<div>{}</div>").format(stacked_cell(Markup("{} {}").format(badge, text), *filter(None, below)))


def publisher_link(observation: Mapping[str, Any]) -> Markup:
    """Return who prints an observation, linked, and its class."""
    publisher, address = observation["publisher"], observation["address"]
    if address.startswith(("https://", "http://")):
        publisher = Markup('<a href="{}" rel="nofollow">{}</a>').format(address.split(" ")[0], publisher)
    credit = observation["original_source"]
    credit = f" for {credit}" if credit and credit != observation["publisher"] else ""
    return Markup("{}{} ({})").format(publisher, credit, QUALITY_LABELS[observation["quality"]])


def observations_table(
    observations: pd.DataFrame, names: Names, caption: str, *, up: str = "..", show_areas: bool = True
) -> RichOutput:
    """Return observations in the order given: figure, what and when, who prints it for whom, and of what class."""
    rows = []
    for row in observations.to_dict("records"):
        what = names.metrics[row["metric_id"]]["name"]
        where = names.format_row_areas(row) if show_areas else ""
        rows.append(
            {
                "Figure": stacked_cell(
                    link("observation", row["observation_id"], row["figure"], up=up), describe_measure(row)
                ),
                "What it measures": stacked_cell(what, where, describe_time(row), row["population"], _status(row)),
                "Who prints it": stacked_cell(publisher_link(row), row["note"]),
            }
        )
    shown = pd.DataFrame(rows, columns=["Figure", "What it measures", "Who prints it"])
    return captioned_table(shown, caption, css_class="roomy", data=observations_data(observations, names))


PUBLICATION_COLUMNS = ["reporter", "publisher", "original_source", "address", "licence", "quality", "stated_on", "note"]
QUANTITY_COLUMNS = ["metric_id", "metric", "ref_area", "counterpart_area", "period", "population", "measure"]


def observations_data(observations: pd.DataFrame, names: Names | None = None) -> pd.DataFrame:
    """Return observations in the order given for other programs: how each is printed and read, of what, and by whom.

    The ends are in `in_unit`, which is the unit printed unless the ledger converts that.
    """
    called = [names.metrics[name]["name"] for name in observations["metric_id"]] if names else ""
    named = observations.assign(metric=called)
    read = split_intervals(named[["observation_id", "figure", "unit", "interval", "in_unit"]])
    rest = named[
        [
            *QUANTITY_COLUMNS,
            "base_metric_id",
            "base_area",
            "base_counterpart",
            "base_period",
            "obs_status",
            *PUBLICATION_COLUMNS,
        ]
    ]
    return pd.concat([read, rest], axis=1)


def compact_observations_table(observations: pd.DataFrame, names: Names, caption: str, *, up: str = "..") -> RichOutput:
    """Return observations in the order given in two columns: the figure with what and when, and who prints it.

    What all of them share, metric and areas, is left to the caption.
    """
    one_metric = observations["metric_id"].nunique() == 1
    one_place = len(observations[["ref_area", "counterpart_area"]].drop_duplicates()) == 1
    rows = []
    for row in observations.to_dict("records"):
        what = "" if one_metric else names.metrics[row["metric_id"]]["name"]
        where = "" if one_place else names.format_row_areas(row)
        figure = link("observation", row["observation_id"], row["figure"], up=up)
        rows.append(
            {
                "Figure": stacked_cell(
                    figure, describe_measure(row), what, where, describe_time(row), row["population"], _status(row)
                ),
                "Who prints it": stacked_cell(publisher_link(row), row["note"]),
            }
        )
    shown = pd.DataFrame(rows, columns=["Figure", "Who prints it"])
    return captioned_table(shown, caption, data=observations_data(observations, names))


def observations_by_period_table(
    columns: Mapping[str, pd.DataFrame], caption: str, *, implied_cells: Mapping[tuple[str, str], Markup] | None = None,
    up: str = "..",
) -> RichOutput:  # fmt: skip
    """Return observations by the period they speak of, a row each in order of time, one column for each group.

    Parameters
    ----------
    columns
        by the head of a column, the observations that belong there; more than one may be of the same period.
    implied_cells
        by column and period, what to write beneath, where a figure is not printed but follows from others.
    """
    cells: dict[tuple[str, str], list[Markup]] = {}
    for head, observations in columns.items():
        for row in observations.to_dict("records"):
            text = link("observation", row["observation_id"], row["figure"], up=up)
            cell = stacked_cell(
                text, " ".join(filter(None, [describe_measure(row), _status(row)])), publisher_link(row)
            )
            cells.setdefault((head, row["period"]), []).append(cell)
    for key, text in (implied_cells or {}).items():
        cells.setdefault(key, []).append(text)
    periods = sorted({period for _, period in cells}, key=lambda period: (read_period(period), period))
    rows = [
        {"Period": format_period(period), **{head: _below(cells.get((head, period), [])) for head in columns}}
        for period in periods
    ]
    data = _by_period_data(columns, implied_cells or {})
    return captioned_table(pd.DataFrame(rows, columns=["Period", *columns]), caption, data=data)


ANCHOR_PATTERN = re.compile(r'href="[^"#]*#([^"]+)"')


def _by_period_data(columns: Mapping[str, pd.DataFrame], follows: Mapping[tuple[str, str], Markup]) -> pd.DataFrame:
    """Return observations by column, and below them what follows for a period with the names of what it rests on."""
    parts = [observations_data(own).assign(column=head) for head, own in columns.items() if len(own)]
    following = [
        {
            "column": head,
            "period": period,
            "follows": text,
            "rests_on": list(map(unescape, ANCHOR_PATTERN.findall(text))),
        }
        for (head, period), text in follows.items()
    ]
    data = pd.concat([*parts, pd.DataFrame(following, columns=None if following else ["column"])])
    data.insert(0, "column", data.pop("column"))
    return data


def _below(cells: Sequence[Markup]) -> Markup | str:
    """Return what stands in one cell, a paragraph each; a dash where nothing does."""
    return Markup("").join(Markup("<div>{}</div>").format(cell) for cell in cells) if cells else "–"


def describe_measure(observation: Mapping[str, Any]) -> str:
    """Return how an observation measures, where it is no level: `growth over 2023`, `share`."""
    if observation["measure"] == "growth":
        return f"growth over {format_period(observation['base_period'])}"
    if observation["measure"] == "multiple":
        return f"multiple of {format_period(observation['base_period'])}"
    return "" if observation["measure"] == "level" else str(observation["measure"])


def _status(row: Mapping[str, Any]) -> str:
    return "" if row["obs_status"] == "normal" else str(row["obs_status"])


def series_table(observations: pd.DataFrame, names: Names, caption: str) -> RichOutput:
    """Return observations grouped into series, each value at its permanent address, with who prints it."""
    rows = []
    for group in split_into_series(observations):
        first = group.iloc[0]
        values = Markup("; ").join(
            Markup('<span id="{}"><small>{}</small> {}</span>').format(
                row["observation_id"], describe_time(row), row["figure"]
            )
            for row in group.to_dict("records")
        )
        notes = _notes([note for note in dict.fromkeys(group["note"]) if note])
        rows.append(
            {
                "Series": stacked_cell(
                    names.metrics[first["metric_id"]]["name"], names.format_row_areas(first), describe_series_measure(group),
                    first["population"],
                ),
                "Values": stacked_cell(values, *notes),
                "Who prints it": stacked_cell(publisher_link(first), first["licence"]),
            }
        )  # fmt: skip
    shown = pd.DataFrame(rows, columns=["Series", "Values", "Who prints it"])
    return captioned_table(shown, caption, css_class="roomy", data=observations_data(observations, names))


MAX_NOTES = 3


def _notes(notes: Sequence[str]) -> list[Markup | str]:
    """Return the notes of a series, folded away where they are many."""
    if len(notes) <= MAX_NOTES:
        return list(notes)
    items = Markup("").join(Markup("<li>{}</li>").format(note) for note in notes)
    return [Markup("<details><summary>{} notes</summary><ul>{}</ul></details>").format(len(notes), items)]


def describe_series_measure(group: pd.DataFrame) -> str:
    """Return how the observations of a series measure, where none is a level."""
    first = group.iloc[0]
    return (
        describe_measure(first)
        if len(group) == 1
        else {"level": "", "growth": "growth over a year"}.get(first["measure"], first["measure"])
    )


def missing_table(missing: pd.DataFrame, names: Names, caption: str) -> RichOutput:
    """Return what was looked for and not found, with the reason."""
    rows = [
        {
            "What": stacked_cell(
                names.metrics[row["metric_id"]]["name"], names.format_row_areas(row), format_period(row["period"])
            ),
            "Why there is no figure": row["note"],
            "observation_id": row["observation_id"],
        }
        for row in missing.to_dict("records")
    ]
    shown = pd.DataFrame(rows, columns=["What", "Why there is no figure", "observation_id"])
    data = missing[["observation_id", *(name for name in QUANTITY_COLUMNS if name != "metric"), "note"]].copy()
    data.insert(2, "metric", [names.metrics[name]["name"] for name in missing["metric_id"]])
    return captioned_table(shown, caption, id_column="observation_id", data=data)


def records_table(records: pd.DataFrame, caption: str) -> RichOutput:
    """Return dated records in order of time: when, what happened and how it is labelled, who prints it."""
    rows = [
        {
            "When": format_period(row["date"]),
            "What happened": stacked_cell(row["name"], f"labelled {row['label']}"),
            "Who prints it": stacked_cell(publisher_link({**row, "original_source": ""}), row["note"]),
        }
        for row in records.sort_values("date").to_dict("records")
    ]
    shown = pd.DataFrame(rows, columns=["When", "What happened", "Who prints it"])
    return captioned_table(shown, caption, css_class="roomy", data=records.sort_values("date"))


# --- counts, and the ranges of what differs


def verdict_counts(corroborations: Mapping[str, Corroboration], groups: pd.Series) -> pd.DataFrame:
    """Return how many claims got each verdict, by what a series says of each claim; a row of all at the end.

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
    """Yield what differs from a claim, is above nothing and has an upper end, each value once."""
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
    """Return a claim and what is observed in percent of the latter, so that figures of several units share an axis.

    A hundred is the middle of what is observed, or its upper end where it only has that.
    """
    low, high = comparison.interval.lower, comparison.interval.upper
    whole = high if low == 0 else (low + high) / Fraction(2)
    claimed, observed = (
        found.replace(lower=lambda end: end / whole * 100, upper=lambda end: end / whole * 100)
        for found in (corroboration.claimed, comparison.interval)
    )
    return claimed, observed
