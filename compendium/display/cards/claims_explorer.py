"""The table of all claims with a form to search, filter and sort it.

The table is complete without scripts; `book/_static/ledger.js` shows the form and hides the rows that do not match. A
row is laid out as a grid of its own, so that a browser can skip those out of sight, and ARIA roles restore the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import pandas as pd
from markupsafe import Markup

from compendium.display.attachments import as_csv
from compendium.display.cards.hover import claim_hover_cards, with_cards
from compendium.display.claim_records import ClaimRecord
from compendium.display.links import link, locator, verdict_badge
from compendium.display.mime_types import CLAIM_RECORDS
from compendium.display.outputs import RichOutput, download_links
from compendium.display.tables.cells import stacked_cell
from compendium.values.periods import read_period

HEADS = ("Figure", "Claim", "Who says so", "How it stands")
NO_PERIOD = "none given"
TABLE_HTML = Markup(
    '<form class="filters" role="search" aria-label="Filter the claims">{words}'
    '<p><output>{count} claims</output> <button type="reset">Show all</button></p>'
    "<details><summary>Filter and sort</summary><div>{filters}</div></details></form>\n"
    '<table class="ledger claims" role="table"><caption>{caption}</caption>\n'
    '<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n<tbody role="rowgroup">\n{rows}\n</tbody></table>'
)
HEAD_HTML = Markup('<th role="columnheader" scope="col">{}</th>')
ROW_HTML = Markup(
    '<tr role="row" id="{id}"{data}><th role="rowheader" scope="row">{figure}</th>\n'
    '<td role="cell">{claim}</td>\n<td role="cell">{who}</td>\n<td role="cell">{stands}</td></tr>'
)
SELECT_HTML = Markup('<label>{label} <select name="{name}"><option value="">any</option>{options}</select></label>\n')
SEARCH_HTML = Markup('<label>Words <input name="q" type="search" autocomplete="off"></label>\n')
OPTION_HTML = Markup('<option value="{}">{}</option>')


def period_years(record: ClaimRecord) -> list[str]:
    """Return the years that the period of a claim touches, of an open one that of its end; `NO_PERIOD` for none."""
    if not record["period"]:
        return [NO_PERIOD]
    found = read_period(record["period"])
    ends = [day.year for day in (found.first, found.last) if day not in (date.min, date.max)]
    return [str(year) for year in range(min(ends), max(ends) + 1)]


FACETS: dict[str, tuple[str, Callable[[ClaimRecord], list[str]]]] = {
    "source": ("Source", lambda one: [one["source_id"]]),
    "chapter": ("Chapter", lambda one: [one["chapter"]]),
    "metric": ("Metric", lambda one: [one["metric_id"]]),
    "period": ("Year", period_years),
    "verdict": ("Among the claims", lambda one: [one["reconciled"]["verdict"]]),
    "checked": ("Independent figures", lambda one: [one["checked"]["verdict"]]),
}
"""By URL parameter: the label of a filter, and a function that returns the values of a claim."""
SORT_ORDERS = {"": "as in the ledger", "source": "source", "metric": "metric", "period": "year", "verdict": "verdict"}


def explorer_table(claim_records: Mapping[str, ClaimRecord], caption: str) -> RichOutput:
    """Return the table of all claims with its form; cards and claim records are added as forms of the output."""
    rows = Markup("\n").join(_row(one) for one in claim_records.values())
    heads = Markup("").join(HEAD_HTML.format(head) for head in HEADS)
    filters = Markup("").join(_filters(claim_records.values()))
    html = TABLE_HTML.format(
        words=SEARCH_HTML, filters=filters, count=f"{len(claim_records):,}", caption=caption, heads=heads, rows=rows
    )
    shown = RichOutput.combine(html, download_links(caption, as_csv(claim_records_data(claim_records.values()))))
    return with_cards(shown, claim_hover_cards(claim_records)).add_form(CLAIM_RECORDS, dict(claim_records))


CSV_COLUMNS = (
    "claim_id", "source_id", "author", "paragraph", "scope", "figure", "as_printed", "hedge", "unit", "low", "high",
    "ends", "metric_id", "ref_area", "counterpart_area", "period", "population", "measure", "obs_status", "origin",
    "reliability", "summary", "note", "rank", "rank_reason",
)  # fmt: skip
"""Columns of the CSV, before the verdicts."""


def claim_records_data(claim_records: Iterable[ClaimRecord]) -> pd.DataFrame:
    """Return claims for other programs: what is printed, how it is read, by whom, and the verdicts with their rules."""
    verdicts = {
        "among_the_claims": ("reconciled", "verdict"),
        "by_rule": ("reconciled", "rule"),
        "beside_independent_figures": ("checked", "verdict"),
        "because_of": ("checked", "reason"),
    }
    rows = [
        {name: one[name] for name in CSV_COLUMNS} | {name: one[by][what] for name, (by, what) in verdicts.items()}
        for one in claim_records
    ]
    return pd.DataFrame(rows, columns=[*CSV_COLUMNS, *verdicts])


def _filters(found: Iterable[ClaimRecord]) -> Iterable[Markup]:
    claims = list(found)
    for name, (label, values) in FACETS.items():
        options = {value: _option(name, value, one) for one in claims for value in values(one)}
        chosen = sorted(options.items(), key=lambda item: item[1] if name != "period" else item[0])
        yield SELECT_HTML.format(
            name=name, label=label, options=Markup("").join(OPTION_HTML.format(*item) for item in chosen)
        )
    orders = Markup("").join(OPTION_HTML.format(*item) for item in SORT_ORDERS.items())
    yield Markup('<label>Sort by <select name="sort">{}</select></label>\n').format(orders)
    yield Markup('<label><input name="down" type="checkbox" value="1"> backwards</label>\n')


def _option(name: str, value: str, one: ClaimRecord) -> str:
    """Return the label of a value of a filter."""
    if name == "source":
        return f"{one['author']} ({one['written'][:4]})"
    return {"metric": one["metric"], "chapter": value.replace("_", " ").capitalize()}.get(name, value)


def _row(one: ClaimRecord) -> Markup:
    data = Markup("").join(
        Markup(' data-{}="{}"').format(name, "|".join(values(one))) for name, (_, values) in FACETS.items()
    )
    notes = [one[key] for key in ("note", "bounds_reason", "rank_reason") if one[key]]
    notes += [f"Corrected: {said}" for said in one["corrections"]]
    return ROW_HTML.format(
        id=one["claim_id"],
        data=data,
        figure=stacked_cell(
            Markup('<a href="../claim/{}.html">{}</a>').format(one["claim_id"], one["figure"]), one["read_as"]
        ),
        claim=stacked_cell(one["summary"], f"{one['measures']}; {one['when']}", *notes),
        who=stacked_cell(
            link("source", one["source_id"], one["author"]), locator(one), f"credits {one['origin'] or 'nobody'}"
        ),
        stands=stacked_cell(verdict_badge(one["reconciled"]["verdict"]), "among the claims")
        + stacked_cell(verdict_badge(one["checked"]["verdict"]), "beside independent figures"),
    )
