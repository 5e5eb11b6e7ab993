"""Tables of observations, printed by publishers outside the sources, and of dated records; words for one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

import pandas as pd
from markupsafe import Markup

from compendium.analysis.explanations import Names
from compendium.display.links import link
from compendium.display.outputs import RichOutput, captioned_table, rows_table
from compendium.display.tables.cells import QUANTITY_COLUMNS, external_link, split_intervals, stacked_cell
from compendium.ledger.observations import split_into_series
from compendium.values.periods import format_period, read_period

QUALITY_LABELS = {"machine": "parsed from a data file", "page": "read from a page"}
PUBLICATION_COLUMNS = ["reporter", "publisher", "original_source", "address", "licence", "quality", "stated_on", "note"]
OBSERVATION_BASE_COLUMNS = ["base_metric_id", "base_area", "base_counterpart", "base_period", "obs_status"]


# --- words for one observation


def describe_publisher(observation: Mapping[str, Any]) -> str:
    """Return the publisher of an observation and the original source, where that is another."""
    source, publisher = observation["original_source"], observation["publisher"]
    return f"{publisher}, for {source}," if source and source != publisher else str(publisher)


def describe_time(observation: Mapping[str, Any]) -> str:
    """Return the period that an observation refers to, or else the date it was stated on."""
    if observation["period"]:
        return format_period(observation["period"])
    return f"said {format_period(observation['stated_on'])}" if observation["stated_on"] else ""


def publisher_link(observation: Mapping[str, Any]) -> Markup:
    """Return the publisher of an observation, linked, with the original source and the quality class."""
    publisher, address = observation["publisher"], observation["address"]
    if address.startswith(("https://", "http://")):
        publisher = external_link(address.split(" ")[0], publisher)
    credit = observation["original_source"]
    credit = f" for {credit}" if credit and credit != observation["publisher"] else ""
    return Markup("{}{} ({})").format(publisher, credit, QUALITY_LABELS[observation["quality"]])


def describe_measure(observation: Mapping[str, Any]) -> str:
    """Return the measure of an observation, `""` for a level: `growth over 2023`, `share`."""
    if observation["measure"] == "growth":
        return f"growth over {format_period(observation['base_period'])}"
    if observation["measure"] == "multiple":
        return f"multiple of {format_period(observation['base_period'])}"
    return "" if observation["measure"] == "level" else str(observation["measure"])


def _status(row: Mapping[str, Any]) -> str:
    return "" if row["obs_status"] == "normal" else str(row["obs_status"])


def _figure_link(row: Mapping[str, Any]) -> Markup:
    return link("observation", row["observation_id"], row["figure"])


# --- tables


def observations_table(
    observations: pd.DataFrame, names: Names, caption: str, *, show_areas: bool = True
) -> RichOutput:
    """Return a table of observations in the order given: figure, quantity and period, publisher and quality class."""
    columns = {
        "Figure": lambda row: stacked_cell(_figure_link(row), describe_measure(row)),
        "What it measures": lambda row: stacked_cell(
            names.metrics[row["metric_id"]]["name"], names.format_row_areas(row) if show_areas else "",
            describe_time(row), row["population"], _status(row),
        ),
        "Who prints it": lambda row: stacked_cell(publisher_link(row), row["note"]),
    }  # fmt: skip
    return rows_table(observations, columns, caption, css_class="roomy", data=observations_data(observations, names))


def observations_data(observations: pd.DataFrame, names: Names | None = None) -> pd.DataFrame:
    """Return observations in the order given for other programs: as printed and as read, quantity, publication.

    The ends are in `in_unit`, which is the unit printed unless the ledger converts that. Without `names` the column
    `metric` is empty.
    """
    metrics = [names.metrics[name]["name"] for name in observations["metric_id"]] if names else ""
    named = observations.assign(metric=metrics)
    read = split_intervals(named[["observation_id", "figure", "unit", "interval", "in_unit"]])
    rest = named[[*QUANTITY_COLUMNS, *OBSERVATION_BASE_COLUMNS, *PUBLICATION_COLUMNS]]
    return pd.concat([read, rest], axis=1)


def compact_observations_table(observations: pd.DataFrame, names: Names, caption: str) -> RichOutput:
    """Return a table of observations in the order given in two columns: figure with quantity and period, publisher.

    A metric or areas that all of them share are left out; the caption has to name them.
    """
    one_metric = observations["metric_id"].nunique() == 1
    one_place = len(observations[["ref_area", "counterpart_area"]].drop_duplicates()) == 1
    columns = {
        "Figure": lambda row: stacked_cell(
            _figure_link(row), describe_measure(row), "" if one_metric else names.metrics[row["metric_id"]]["name"],
            "" if one_place else names.format_row_areas(row), describe_time(row), row["population"], _status(row),
        ),
        "Who prints it": lambda row: stacked_cell(publisher_link(row), row["note"]),
    }  # fmt: skip
    return rows_table(observations, columns, caption, data=observations_data(observations, names))


def observations_by_period_table(
    columns: Mapping[str, pd.DataFrame], caption: str, *, implied_cells: Mapping[tuple[str, str], Markup] | None = None
) -> RichOutput:
    """Return a table of observations by period, a row each in order of time, with one column for each group.

    Parameters
    ----------
    columns
        by the head of a column, its observations; several may refer to the same period.
    implied_cells
        by column and period, a cell to add where a figure is not printed but follows from others.
    """
    cells: dict[tuple[str, str], list[Markup]] = {}
    for head, observations in columns.items():
        for row in observations.to_dict("records"):
            measure = " ".join(filter(None, [describe_measure(row), _status(row)]))
            cell = stacked_cell(_figure_link(row), measure, publisher_link(row))
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
    """Return observations by column, then the implied cells with the ids of the figures that they link to."""
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
    """Return the contents of one cell, a paragraph each; a dash where there are none."""
    return Markup("").join(Markup("<div>{}</div>").format(cell) for cell in cells) or "–"


def series_table(observations: pd.DataFrame, names: Names, caption: str) -> RichOutput:
    """Return a table of observations grouped into series, each value with its permanent address, and the publisher."""

    def what(group: pd.DataFrame) -> Markup:
        first = group.iloc[0]
        metric, areas = names.metrics[first["metric_id"]]["name"], names.format_row_areas(first)
        return stacked_cell(metric, areas, describe_series_measure(group), first["population"])

    def values(group: pd.DataFrame) -> Markup:
        every = (
            Markup('<span id="{}"><small>{}</small> {}</span>').format(
                row["observation_id"], describe_time(row), row["figure"]
            )
            for row in group.to_dict("records")
        )
        return stacked_cell(Markup("; ").join(every), *_notes([note for note in dict.fromkeys(group["note"]) if note]))

    columns = {
        "Series": what,
        "Values": values,
        "Who prints it": lambda group: stacked_cell(publisher_link(group.iloc[0]), group.iloc[0]["licence"]),
    }
    data = observations_data(observations, names)
    return rows_table(split_into_series(observations), columns, caption, css_class="roomy", data=data)


MAX_NOTES = 3


def _notes(notes: Sequence[str]) -> list[Markup | str]:
    """Return the notes of a series, in a closed `<details>` where they are more than `MAX_NOTES`."""
    if len(notes) <= MAX_NOTES:
        return list(notes)
    items = Markup("").join(Markup("<li>{}</li>").format(note) for note in notes)
    return [Markup("<details><summary>{} notes</summary><ul>{}</ul></details>").format(len(notes), items)]


def describe_series_measure(group: pd.DataFrame) -> str:
    """Return the measure that the observations of a series share, `""` for levels."""
    first = group.iloc[0]
    return (
        describe_measure(first)
        if len(group) == 1
        else {"level": "", "growth": "growth over a year"}.get(first["measure"], first["measure"])
    )


def missing_table(missing: pd.DataFrame, names: Names, caption: str) -> RichOutput:
    """Return a table of observations that were looked for and not found, with the reason."""
    columns = {
        "What": lambda row: stacked_cell(
            names.metrics[row["metric_id"]]["name"], names.format_row_areas(row), format_period(row["period"])
        ),
        "Why there is no figure": lambda row: row["note"],
        "observation_id": lambda row: row["observation_id"],
    }
    data = missing[["observation_id", *(name for name in QUANTITY_COLUMNS if name != "metric"), "note"]].copy()
    data.insert(2, "metric", [names.metrics[name]["name"] for name in missing["metric_id"]])
    return rows_table(missing, columns, caption, id_column="observation_id", data=data)


def records_table(records: pd.DataFrame, caption: str) -> RichOutput:
    """Return a table of dated records in order of time: date, name and label, publisher."""
    ordered = records.sort_values("date")
    columns = {
        "When": lambda row: format_period(row["date"]),
        "What happened": lambda row: stacked_cell(row["name"], f"labelled {row['label']}"),
        "Who prints it": lambda row: stacked_cell(publisher_link({**row, "original_source": ""}), row["note"]),
    }
    return rows_table(ordered, columns, caption, css_class="roomy", data=ordered)
