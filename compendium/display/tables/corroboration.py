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

from compendium.analysis.corroboration import POINTS, TIMES, Checked, Held
from compendium.analysis.explanations import Names, listed, relations, said
from compendium.display import attachments
from compendium.display.outputs import Shown, link, table
from compendium.display.tables.ledger import claims_data, described, stacked, with_ends
from compendium.ledger.claims import figure
from compendium.ledger.observations import of_series
from compendium.ledger.records import keyed
from compendium.reconciliation.verdicts import AGREES, BESIDE, DIFFERS, NOT_COMPARABLE
from compendium.values.intervals import affine
from compendium.values.periods import span, spoken

CLASSES = {"machine": "parsed from a data file", "page": "read from a page"}


# --- sentences


def told(held: Held, observations: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    """Return one thing that was held against a claim as a sentence: who says what, and what it says of the claim."""
    what = given(held, observations, names)
    if held.derived:
        return f"{what}: {judged(held)}."
    if held.verdict != NOT_COMPARABLE:
        return f"{what}, read as {ranged(held.interval, held.unit)}: {judged(held)}."
    reason = names.reasons[held.reason]
    why = held.why or reason["sentence"]
    return f"{what}. Not comparable ({reason['name']}): {why} {MEETS[held.meets]}".rstrip()


def given(held: Held, observations: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    """Return what was held against a claim, without a full stop: who gives what for when, or what follows from whom."""
    if held.derived:
        return _following(held, observations, names)
    row = observations[held.observations[0]]
    when = dated(row)
    gives = "says that it" if row["hedge"] in VERBS else "gives"
    return f"{credited(row)} {gives} {row['figure']}{f' ({when})' if when else ''}"


def ranged(interval: portion.Interval, unit: str) -> str:
    """Return a range for a reader; that an amount is not below nothing goes without saying."""
    return said(
        interval.replace(left=portion.OPEN, lower=-portion.inf) if interval.lower == 0 < interval.upper else interval,
        unit,
    )


VERBS = {"exceeds"}
"""Hedges that are verbs, so that nobody gives them."""
MEETS = {True: "Otherwise the two would agree.", False: "The two figures differ, too.", None: ""}


def _following(held: Held, observations: Mapping[str, Mapping[str, Any]], names: Names) -> str:
    parts = [f"{observations[name]['figure']} ({dated(observations[name])})" for name in held.observations]
    rule = relations(held.rules, names).rstrip(".")
    return f"From {listed(parts)} follows {ranged(held.interval, held.unit)}{f' ({rule})' if rule else ''}"


def judged(held: Held) -> str:
    """Return a verdict in words, with by how much the claim is more or less than the observation."""
    if held.verdict == AGREES:
        return "agrees"
    far = distance(held)
    return f"differs, {far}" if far else "differs"


def distance(held: Held) -> str:
    """Return by how much a claim and an observation that differs are apart, as a person says it."""
    if held.verdict != DIFFERS or held.apart is None:
        return ""
    low, high = held.apart.lower, held.apart.upper
    if held.apart_in == TIMES and low > 0:
        times = held.apart if low >= 1 else portion.closed(1 / high, 1 / low)
        return f"the claim being {said(times, 'times')} {'as much' if low >= 1 else 'less'}"
    if held.apart_in == TIMES:
        return "the claim being less"
    unit = f" {POINTS}" if held.apart_in == POINTS else ""
    far = said(portion.closed(*sorted(map(abs, (low, high)))), "" if unit else held.unit)
    return f"the claim being {far}{unit} {'higher' if low >= 0 else 'lower'}"


def credited(observation: Mapping[str, Any]) -> str:
    """Return who prints an observation and whom they credit."""
    source, publisher = observation["original_source"], observation["publisher"]
    return f"{publisher}, for {source}," if source and source != publisher else str(publisher)


def dated(observation: Mapping[str, Any]) -> str:
    """Return the time an observation speaks of, or when it was said."""
    if observation["period"]:
        return spoken(observation["period"])
    return f"said {spoken(observation['stated_on'])}" if observation["stated_on"] else ""


# --- tables


def checked_table(
    checked: Iterable[Checked], claims: pd.DataFrame, observations: pd.DataFrame, names: Names, caption: str,
    *, up: str = "..",
) -> Shown:  # fmt: skip
    """Return claims with what was held against each: publisher, class, verdict, and how far apart.

    Takes checked claims, the claims as `compendium.ledger.claims.read_claims` returns them indexed by id, and the
    observations as `compendium.ledger.observations.read_observations` does.
    """
    rows_by_id = keyed(observations, "observation_id")
    checked, rows = list(checked), []
    for one in checked:
        claim = claims.loc[one.claim_id]
        rows.append(
            {
                "Claim": stacked(
                    link("claim", one.claim_id, figure(claim), up=up),
                    link("source", claim["source_id"], claim["author"], up=up),
                    described(claim),
                    spoken(claim["period"]) or "no period given",
                ),
                "Independent figures": Markup("").join(_shown(held, rows_by_id, names, up) for held in one.held),
            }
        )
    shown = pd.DataFrame(rows, columns=["Claim", "Independent figures"])
    return table(shown, caption, css="roomy", data=checked_data(checked, claims, rows_by_id, names))


HELD = ["publisher", "original_source", "quality", "address"]


def checked_data(
    checked: Iterable[Checked], claims: pd.DataFrame, observations: Mapping[str, Mapping[str, Any]], names: Names
) -> pd.DataFrame:
    """Return claims for other programs, a row each figure that was held against one; one that met none has one row.

    The ends are in the unit beside them; `apart` says by how much the claim is more, in `apart_in`, or in that unit.
    """
    cells = []
    for one in checked:
        head: dict[str, Any] = {"claim_id": one.claim_id, "verdict_on_claim": one.verdict}
        for held in one.held:
            by = [observations[name] for name in held.observations]
            cells.append(
                head
                | {"observations": list(held.observations), "figures": [row["figure"] for row in by]}
                | {f"held_{end}": cell for end, cell in attachments.ends(held.interval).items()}
                | {"held_unit": held.unit, "verdict": held.verdict}
                | {"reason": names.reasons[held.reason]["name"] if held.reason else "", "why": held.why}
                | {f"apart_{end}": cell for end, cell in attachments.ends(held.apart).items()}
                | {"apart_in": held.apart_in, "derived": "yes" if held.derived else "no"}
                | {name: list(dict.fromkeys(row[name] for row in by if row[name])) for name in HELD}
            )
        if not one.held:
            cells.append(head)
    found = pd.DataFrame(cells, columns=None if cells else ["claim_id"])
    return claims_data(claims.reset_index(drop="claim_id" in claims)).merge(
        found, on="claim_id", how="right", sort=False
    )


def _shown(held: Held, observations: Mapping[str, Mapping[str, Any]], names: Names, up: str) -> Markup:
    """Return what was held against a claim, as a paragraph of a cell."""
    badge = Markup('<span class="verdict {}">{}</span>').format(held.verdict.replace(" ", "-"), held.verdict)
    if held.derived:
        parts = Markup(", ").join(
            link("observation", name, observations[name]["figure"], up=up) for name in held.observations
        )
        rule = relations(held.rules, names)
        text = Markup("{}: follows from {}").format(ranged(held.interval, held.unit), parts)
        below: list[Any] = [rule, distance(held)]
    else:
        row = observations[held.observations[0]]
        text = link("observation", row["observation_id"], row["figure"], up=up)
        below = [Markup("{}; {}").format(dated(row), source(row)) if dated(row) else source(row)]
        if held.verdict == NOT_COMPARABLE:
            reason = names.reasons[held.reason]
            below.append(f"{reason['name']}: {held.why or reason['sentence']} {MEETS[held.meets]}".rstrip())
        else:
            below += [distance(held), row["note"]]
    return Markup("<div>{}</div>").format(stacked(Markup("{} {}").format(badge, text), *filter(None, below)))


def source(observation: Mapping[str, Any]) -> Markup:
    """Return who prints an observation, linked, and its class."""
    publisher, address = observation["publisher"], observation["address"]
    if address.startswith(("https://", "http://")):
        publisher = Markup('<a href="{}" rel="nofollow">{}</a>').format(address.split(" ")[0], publisher)
    credit = observation["original_source"]
    credit = f" for {credit}" if credit and credit != observation["publisher"] else ""
    return Markup("{}{} ({})").format(publisher, credit, CLASSES[observation["quality"]])


def observations_table(
    observations: pd.DataFrame, names: Names, caption: str, *, up: str = "..", places: bool = True
) -> Shown:
    """Return observations in the order given: figure, what and when, who prints it for whom, and of what class."""
    rows = []
    for row in observations.to_dict("records"):
        what = names.metrics[row["metric_id"]]["name"]
        where = names.between(row) if places else ""
        rows.append(
            {
                "Figure": stacked(link("observation", row["observation_id"], row["figure"], up=up), measured(row)),
                "What it measures": stacked(what, where, dated(row), row["population"], _status(row)),
                "Who prints it": stacked(source(row), row["note"]),
            }
        )
    shown = pd.DataFrame(rows, columns=["Figure", "What it measures", "Who prints it"])
    return table(shown, caption, css="roomy", data=observations_data(observations, names))


PRINTED = ["reporter", "publisher", "original_source", "address", "licence", "quality", "stated_on", "note"]
COUNTED = ["metric_id", "metric", "ref_area", "counterpart_area", "period", "population", "measure"]


def observations_data(observations: pd.DataFrame, names: Names | None = None) -> pd.DataFrame:
    """Return observations in the order given for other programs: how each is printed and read, of what, and by whom.

    The ends are in `in_unit`, which is the unit printed unless the ledger converts that.
    """
    called = [names.metrics[name]["name"] for name in observations["metric_id"]] if names else ""
    named = observations.assign(metric=called)
    read = with_ends(named[["observation_id", "figure", "unit", "interval", "in_unit"]])
    rest = named[[*COUNTED, "base_metric_id", "base_area", "base_counterpart", "base_period", "obs_status", *PRINTED]]
    return pd.concat([read, rest], axis=1)


def figures_table(observations: pd.DataFrame, names: Names, caption: str, *, up: str = "..") -> Shown:
    """Return observations in the order given in two columns: the figure with what and when, and who prints it.

    What all of them share, metric and areas, is left to the caption.
    """
    one_metric = observations["metric_id"].nunique() == 1
    one_place = len(observations[["ref_area", "counterpart_area"]].drop_duplicates()) == 1
    rows = []
    for row in observations.to_dict("records"):
        what = "" if one_metric else names.metrics[row["metric_id"]]["name"]
        where = "" if one_place else names.between(row)
        figure = link("observation", row["observation_id"], row["figure"], up=up)
        rows.append(
            {
                "Figure": stacked(figure, measured(row), what, where, dated(row), row["population"], _status(row)),
                "Who prints it": stacked(source(row), row["note"]),
            }
        )
    shown = pd.DataFrame(rows, columns=["Figure", "Who prints it"])
    return table(shown, caption, data=observations_data(observations, names))


def by_period(
    columns: Mapping[str, pd.DataFrame], caption: str, *, follows: Mapping[tuple[str, str], Markup] | None = None,
    up: str = "..",
) -> Shown:  # fmt: skip
    """Return observations by the period they speak of, a row each in order of time, one column for each group.

    Parameters
    ----------
    columns
        by the head of a column, the observations that belong there; more than one may be of the same period.
    follows
        by column and period, what to write beneath, where a figure is not printed but follows from others.
    """
    cells: dict[tuple[str, str], list[Markup]] = {}
    for head, observations in columns.items():
        for row in observations.to_dict("records"):
            text = link("observation", row["observation_id"], row["figure"], up=up)
            cell = stacked(text, " ".join(filter(None, [measured(row), _status(row)])), source(row))
            cells.setdefault((head, row["period"]), []).append(cell)
    for key, text in (follows or {}).items():
        cells.setdefault(key, []).append(text)
    periods = sorted({period for _, period in cells}, key=lambda period: (span(period), period))
    rows = [
        {"Period": spoken(period), **{head: _below(cells.get((head, period), [])) for head in columns}}
        for period in periods
    ]
    data = _by_period_data(columns, follows or {})
    return table(pd.DataFrame(rows, columns=["Period", *columns]), caption, data=data)


ANCHOR = re.compile(r'href="[^"#]*#([^"]+)"')


def _by_period_data(columns: Mapping[str, pd.DataFrame], follows: Mapping[tuple[str, str], Markup]) -> pd.DataFrame:
    """Return observations by column, and below them what follows for a period with the names of what it rests on."""
    parts = [observations_data(own).assign(column=head) for head, own in columns.items() if len(own)]
    following = [
        {"column": head, "period": period, "follows": text, "rests_on": list(map(unescape, ANCHOR.findall(text)))}
        for (head, period), text in follows.items()
    ]
    data = pd.concat([*parts, pd.DataFrame(following, columns=None if following else ["column"])])
    data.insert(0, "column", data.pop("column"))
    return data


def _below(cells: Sequence[Markup]) -> Markup | str:
    """Return what stands in one cell, a paragraph each; a dash where nothing does."""
    return Markup("").join(Markup("<div>{}</div>").format(cell) for cell in cells) if cells else "–"


def measured(observation: Mapping[str, Any]) -> str:
    """Return how an observation measures, where it is no level: `growth over 2023`, `share`."""
    if observation["measure"] == "growth":
        return f"growth over {spoken(observation['base_period'])}"
    if observation["measure"] == "multiple":
        return f"multiple of {spoken(observation['base_period'])}"
    return "" if observation["measure"] == "level" else str(observation["measure"])


def _status(row: Mapping[str, Any]) -> str:
    return "" if row["obs_status"] == "normal" else str(row["obs_status"])


def series_table(observations: pd.DataFrame, names: Names, caption: str) -> Shown:
    """Return observations grouped into series, each value at its permanent address, with who prints it."""
    rows = []
    for group in of_series(observations):
        first = group.iloc[0]
        values = Markup("; ").join(
            Markup('<span id="{}"><small>{}</small> {}</span>').format(row["observation_id"], dated(row), row["figure"])
            for row in group.to_dict("records")
        )
        notes = _notes([note for note in dict.fromkeys(group["note"]) if note])
        rows.append(
            {
                "Series": stacked(
                    names.metrics[first["metric_id"]]["name"], names.between(first), measured_alike(group),
                    first["population"],
                ),
                "Values": stacked(values, *notes),
                "Who prints it": stacked(source(first), first["licence"]),
            }
        )  # fmt: skip
    shown = pd.DataFrame(rows, columns=["Series", "Values", "Who prints it"])
    return table(shown, caption, css="roomy", data=observations_data(observations, names))


MOST_NOTES = 3


def _notes(notes: Sequence[str]) -> list[Markup | str]:
    """Return the notes of a series, folded away where they are many."""
    if len(notes) <= MOST_NOTES:
        return list(notes)
    items = Markup("").join(Markup("<li>{}</li>").format(note) for note in notes)
    return [Markup("<details><summary>{} notes</summary><ul>{}</ul></details>").format(len(notes), items)]


def measured_alike(group: pd.DataFrame) -> str:
    """Return how the observations of a series measure, where none is a level."""
    first = group.iloc[0]
    return (
        measured(first)
        if len(group) == 1
        else {"level": "", "growth": "growth over a year"}.get(first["measure"], first["measure"])
    )


def missing_table(missing: pd.DataFrame, names: Names, caption: str) -> Shown:
    """Return what was looked for and not found, with the reason."""
    rows = [
        {
            "What": stacked(names.metrics[row["metric_id"]]["name"], names.between(row), spoken(row["period"])),
            "Why there is no figure": row["note"],
            "observation_id": row["observation_id"],
        }
        for row in missing.to_dict("records")
    ]
    shown = pd.DataFrame(rows, columns=["What", "Why there is no figure", "observation_id"])
    data = missing[["observation_id", *(name for name in COUNTED if name != "metric"), "note"]].copy()
    data.insert(2, "metric", [names.metrics[name]["name"] for name in missing["metric_id"]])
    return table(shown, caption, ids="observation_id", data=data)


def records_table(records: pd.DataFrame, caption: str) -> Shown:
    """Return dated records in order of time: when, what happened and how it is labelled, who prints it."""
    rows = [
        {
            "When": spoken(row["date"]),
            "What happened": stacked(row["name"], f"labelled {row['label']}"),
            "Who prints it": stacked(source({**row, "original_source": ""}), row["note"]),
        }
        for row in records.sort_values("date").to_dict("records")
    ]
    shown = pd.DataFrame(rows, columns=["When", "What happened", "Who prints it"])
    return table(shown, caption, css="roomy", data=records.sort_values("date"))


# --- counts, and the ranges of what differs


def counted(checked: Mapping[str, Checked], by: pd.Series) -> pd.DataFrame:
    """Return how many claims got each verdict, by what a series says of each claim; a row of all at the end.

    Parameters
    ----------
    by
        a name (an author, a chapter) by claim id.
    """
    frame = pd.DataFrame({"by": [by[name] for name in checked], "verdict": [one.verdict for one in checked.values()]})
    grid = pd.crosstab(frame["by"], frame["verdict"]).reindex(columns=list(BESIDE), fill_value=0)
    grid.loc["All"] = grid.sum()
    return grid


def differing(checked: Iterable[Checked]) -> Iterator[tuple[Checked, Held]]:
    """Yield what differs from a claim, is above nothing and has an upper end, each value once."""
    for one in checked:
        seen: set[portion.Interval] = set()
        for held in one.held:
            drawable = held.apart is not None and held.interval.lower >= 0 < held.interval.upper
            if held.verdict == DIFFERS and drawable and held.interval not in seen:
                seen.add(held.interval)
                yield one, held


def relative(one: Checked, held: Held) -> tuple[portion.Interval, portion.Interval]:
    """Return a claim and what is observed in percent of the latter, so that figures of several units share an axis.

    A hundred is the middle of what is observed, or its upper end where it only has that.
    """
    low, high = held.interval.lower, held.interval.upper
    whole = high if low == 0 else (low + high) / Fraction(2)
    return affine(one.claimed, 100 / whole), affine(held.interval, 100 / whole)
