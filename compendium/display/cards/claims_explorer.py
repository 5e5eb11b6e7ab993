"""The table of all claims, made to be searched: every row complete as it stands, with what filters and sorting go by.

The whole table is plain HTML and needs nothing. `book/_static/ledger.js` shows the form above it and hides the rows
that are not asked for. A row is laid out as a grid of its own, so that a browser passes over those out of sight, and
each says by its role what a table says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import pandas as pd
from markupsafe import Markup

from compendium.display.attachments import as_csv
from compendium.display.cards.hover import of_claims, with_cards
from compendium.display.claim_records import Dossier
from compendium.display.links import badge, link, place
from compendium.display.mime_types import DOSSIERS
from compendium.display.outputs import Shown, taken
from compendium.display.tables.ledger import stacked
from compendium.values.periods import span

HEADS = ("Figure", "Claim", "Who says so", "How it stands")
UNDATED = "none given"
TABLE = Markup(
    '<form class="filters" role="search" aria-label="Filter the claims">{words}'
    '<p><output>{count} claims</output> <button type="reset">Show all</button></p>'
    "<details><summary>Filter and sort</summary><div>{filters}</div></details></form>\n"
    '<table class="ledger claims" role="table"><caption>{caption}</caption>\n'
    '<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n<tbody role="rowgroup">\n{rows}\n</tbody></table>'
)
HEAD = Markup('<th role="columnheader" scope="col">{}</th>')
ROW = Markup(
    '<tr role="row" id="{id}"{data}><th role="rowheader" scope="row">{figure}</th>\n'
    '<td role="cell">{claim}</td>\n<td role="cell">{who}</td>\n<td role="cell">{stands}</td></tr>'
)
SELECT = Markup('<label>{label} <select name="{name}"><option value="">any</option>{options}</select></label>\n')
WORDS = Markup('<label>Words <input name="q" type="search" autocomplete="off"></label>\n')
OPTION = Markup('<option value="{}">{}</option>')


def years(one: Dossier) -> list[str]:
    """Return the years that the period of a claim touches, of an open one that of its end; `UNDATED` for none."""
    if not one["period"]:
        return [UNDATED]
    found = span(one["period"])
    ends = [day.year for day in (found.first, found.last) if day not in (date.min, date.max)]
    return [str(year) for year in range(min(ends), max(ends) + 1)]


FACETS: dict[str, tuple[str, Callable[[Dossier], list[str]]]] = {
    "source": ("Source", lambda one: [one["source_id"]]),
    "chapter": ("Chapter", lambda one: [one["chapter"]]),
    "metric": ("Metric", lambda one: [one["metric_id"]]),
    "period": ("Year", years),
    "verdict": ("Among the claims", lambda one: [one["reconciled"]["verdict"]]),
    "checked": ("Independent figures", lambda one: [one["checked"]["verdict"]]),
}
"""By the name in the address: what a reader sees, and the values of a claim."""
ORDERS = {"": "as in the ledger", "source": "source", "metric": "metric", "period": "year", "verdict": "verdict"}


def claims_table(found: Mapping[str, Dossier], caption: str) -> Shown:
    """Return all claims as one table with a form to filter and sort it, and keep cards and dossiers beside it."""
    rows = Markup("\n").join(_row(one) for one in found.values())
    heads = Markup("").join(HEAD.format(head) for head in HEADS)
    filters = Markup("").join(_filters(found.values()))
    html = TABLE.format(words=WORDS, filters=filters, count=f"{len(found):,}", caption=caption, heads=heads, rows=rows)
    shown = Shown.together(html, taken(caption, as_csv(told(found.values()))))
    return with_cards(shown, of_claims(found)).beside(DOSSIERS, dict(found))


COLUMNS = (
    "claim_id", "source_id", "author", "paragraph", "scope", "figure", "as_printed", "hedge", "unit", "low", "high",
    "ends", "metric_id", "ref_area", "counterpart_area", "period", "population", "measure", "obs_status", "origin",
    "reliability", "summary", "note", "rank", "rank_reason",
)  # fmt: skip
"""What the file of the table has of a claim, before the verdicts."""


def told(found: Iterable[Dossier]) -> pd.DataFrame:
    """Return claims for other programs: what is printed, how it is read, by whom, and the verdicts with their rules."""
    verdicts = {
        "among_the_claims": ("reconciled", "verdict"),
        "by_rule": ("reconciled", "rule"),
        "beside_independent_figures": ("checked", "verdict"),
        "because_of": ("checked", "reason"),
    }
    rows = [
        {name: one[name] for name in COLUMNS} | {name: one[by][what] for name, (by, what) in verdicts.items()}
        for one in found
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, *verdicts])


def _filters(found: Iterable[Dossier]) -> Iterable[Markup]:
    claims = list(found)
    for name, (label, values) in FACETS.items():
        options = {value: _option(name, value, one) for one in claims for value in values(one)}
        chosen = sorted(options.items(), key=lambda item: item[1] if name != "period" else item[0])
        yield SELECT.format(name=name, label=label, options=Markup("").join(OPTION.format(*item) for item in chosen))
    orders = Markup("").join(OPTION.format(*item) for item in ORDERS.items())
    yield Markup('<label>Sort by <select name="sort">{}</select></label>\n').format(orders)
    yield Markup('<label><input name="down" type="checkbox" value="1"> backwards</label>\n')


def _option(name: str, value: str, one: Dossier) -> str:
    """Return what a reader sees of a value: the name of what it stands for."""
    if name == "source":
        return f"{one['author']} ({one['written'][:4]})"
    return {"metric": one["metric"], "chapter": value.replace("_", " ").capitalize()}.get(name, value)


def _row(one: Dossier) -> Markup:
    data = Markup("").join(
        Markup(' data-{}="{}"').format(name, "|".join(values(one))) for name, (_, values) in FACETS.items()
    )
    notes = [one[key] for key in ("note", "bounds_reason", "rank_reason") if one[key]]
    notes += [f"Corrected: {said}" for said in one["corrections"]]
    return ROW.format(
        id=one["claim_id"],
        data=data,
        figure=stacked(
            Markup('<a href="../claim/{}.html">{}</a>').format(one["claim_id"], one["figure"]), one["read_as"]
        ),
        claim=stacked(one["summary"], f"{one['measures']}; {one['when']}", *notes),
        who=stacked(
            link("source", one["source_id"], one["author"]), place(one), f"credits {one['origin'] or 'nobody'}"
        ),
        stands=stacked(badge(one["reconciled"]["verdict"]), "among the claims")
        + stacked(badge(one["checked"]["verdict"]), "beside independent figures"),
    )
