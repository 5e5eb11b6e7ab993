"""Shows computed things to a reader: numbers in prose, tables, figures, links to the permanent places.

It formats and escapes; it computes nothing that a table does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from io import StringIO
from typing import Any

import pandas as pd
import portion
from IPython.display import HTML
from markupsafe import Markup, escape
from matplotlib import pyplot
from matplotlib.figure import Figure
from myst_nb import glue

from compendium.periods import spoken
from compendium.style import as_variables

UNITS = {
    "percent": "%",
    "item": "",
    "point": "points",
    "person": "persons",
    "t": "tonnes",
    "t/year": "tonnes a year",
    "m^3": "m³",
    "m^3/day": "m³ a day",
    "bbl/day": "barrels a day",
    "rank": "",
}
SCALES = ((10**9, "billion"), (10**6, "million"))
PAGES = {"claim": "evidence/claims", "source": "evidence/sources", "event": "evidence/timeline"}
"""Where in a book the permanent place of each kind of thing is."""


class _Plain(str):
    """A text that shows itself without quotation marks when glued."""

    def __repr__(self) -> str:
        return str(self)


def numbers(**values: str | int) -> None:
    """Make computed values available to the prose of the page as `{glue:text}`NAME``.

    A text is shown as it is, so format it here; a whole number gets thousands separators.
    """
    for name, value in values.items():
        glue(name, _Plain(f"{value:,}" if isinstance(value, int) else value), display=False)


def amount(interval: portion.Interval, unit: str) -> str:
    """Return an interval as a reader would say it: `4.35–4.45 billion USD`, `more than 30 %`, `38 persons`.

    Ends are rounded for display only; the interval itself stays exact.
    """
    finite = [abs(end) for end in (interval.lower, interval.upper) if end not in (portion.inf, -portion.inf)]
    scale, word = next(((s, w) for s, w in SCALES if finite and max(finite) >= s), (1, ""))
    tail = " ".join(part for part in (word, UNITS.get(unit, unit)) if part)
    low, high = (_digits(end, scale) for end in (interval.lower, interval.upper))
    if interval.lower == interval.upper:
        said = low
    elif interval.upper == portion.inf:
        said = f"{'more than' if interval.left is portion.OPEN else 'at least'} {low}"
    elif interval.lower == -portion.inf:
        said = f"{'less than' if interval.right is portion.OPEN else 'at most'} {high}"
    else:
        said = f"{low}–{high}"
    return f"{said} {tail}".strip()


def _digits(end: Any, scale: int) -> str:
    """Return an end of an interval: exact where it is a short decimal, else to three significant digits."""
    if not isinstance(end, Fraction | int | float):
        return ""
    value = Fraction(end) / scale
    exact = f"{float(value):,.6g}"
    return exact if Fraction(exact.replace(",", "")) == value else f"{float(value):,.3g}"


def link(kind: str, key: str, text: str | None = None, *, up: str = "..") -> Markup:
    """Return a link to the permanent place of a claim, source or event, for a cell of a table.

    `up` leads from the page to the root of the book: `..` from a chapter's folder, `.` from the front page.
    """
    return Markup('<a href="{}/{}.html#{}">{}</a>').format(up, PAGES[kind], key, text or key)


def table(
    frame: pd.DataFrame, caption: str, *, numeric: Iterable[str] = (), ids: str | None = None, css: str = ""
) -> HTML:
    """Return a table with a caption and scoped headers; the first column heads each row.

    Parameters
    ----------
    frame
        what to show, columns named for the reader. Text is escaped; `Markup` is taken as it is.
    numeric
        columns to align at the right.
    ids
        a column that is not shown but becomes the row's permanent address on the page.
    css
        a class of the wrapper, for the stylesheet.
    """
    right = set(numeric)
    shown = [name for name in frame.columns if name != ids]
    out = StringIO()
    label = escape(caption)
    out.write(f'<div class="table-wrapper {css}" role="region" tabindex="0" aria-label="{label}">')
    out.write(f'<table class="ledger"><caption>{label}</caption><thead><tr>')
    out.writelines(f'<th scope="col"{_side(name in right)}>{escape(name)}</th>' for name in shown)
    out.write("</tr></thead>\n<tbody>\n")
    for row in frame.to_dict("records"):
        out.write(f'<tr id="{escape(row[ids])}">' if ids else "<tr>")
        for place, name in enumerate(shown):
            tag = 'th scope="row"' if place == 0 else "td"
            out.write(f"<{tag}{_side(name in right)}>{_cell(row[name])}</{tag[:2]}>")
        out.write("</tr>\n")
    out.write("</tbody></table></div>")
    return HTML(out.getvalue())


def _side(right: bool) -> str:
    return ' class="number"' if right else ""


def _cell(value: Any) -> str:
    if isinstance(value, Markup):
        return str(value)
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    return str(escape(f"{value:,}" if isinstance(value, int) else str(value)))


def figure(drawn: Figure, alt: str, caption: str) -> HTML:
    """Return a figure as inline SVG that takes the page's colours, with its alternative text and caption.

    The text of the figure stays text; the drawing is closed afterwards. The same drawing gives the same bytes.
    """
    out = StringIO()
    drawn.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(drawn)
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*", "", svg, flags=re.S)
    svg = _without_idle_ids(svg)
    head = re.match(r'<svg[^>]*viewBox="([^"]+)"[^>]*>', svg)
    box = head[1] if head else ""
    body = svg[head.end() :] if head else svg
    label = escape(alt)
    svg = f'<svg role="img" aria-label="{label}" viewBox="{box}" xmlns="http://www.w3.org/2000/svg">{body}'
    return HTML(f'<figure class="chart">{as_variables(svg)}<figcaption>{escape(caption)}</figcaption></figure>')


def _without_idle_ids(svg: str) -> str:
    """Drop ids that nothing refers to: two figures on a page would otherwise share `figure_1`, `axes_1` …"""
    used = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", svg))
    svg = svg.replace("xlink:href", "href")
    return re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", svg)


def claims_table(claims: pd.DataFrame, caption: str, *, up: str = "..") -> HTML:
    """Return claims as a reader needs them: figure, what it measures, period, how it is read, who says so.

    Takes the table that `compendium.claims.read_claims` returns, or a part of it; `up` as for `link`.
    """
    rows = [
        {
            "Figure": link("claim", row["claim_id"], row["figure"], up=up),
            "What it measures": described(row),
            "Period": spoken(row["period"]),
            "Read as": amount(row["interval"], row["unit"]),
            "Who says so": link("source", row["source_id"], row["author"], up=up),
            "Credited to": row["origin"] or "nobody",
        }
        for row in claims.to_dict("records")
    ]
    columns = ["Figure", "What it measures", "Period", "Read as", "Who says so", "Credited to"]
    return table(pd.DataFrame(rows, columns=columns), caption)


def described(claim: Mapping[str, Any]) -> str:
    """Return what a claim measures: metric, areas, how (growth over …, share of …), population."""
    areas = " → ".join(part for part in (claim["ref"], claim["counterpart"]) if part)
    return ", ".join(part for part in (claim["metric"], areas, _how(claim), claim["population"]) if part)


def _how(claim: Mapping[str, Any]) -> str:
    base = claim["base_with"] or claim["base_ref"]
    when = spoken(claim["base_period"])
    if claim["measure"] == "growth":
        return f"growth over {when}" if when else "growth, base not named"
    if claim["measure"] == "share":
        return f"share of the total to {base}" if claim["base_with"] else "share"
    if claim["measure"] == "multiple":
        return f"multiple of {when}" if claim["base_with"] == claim["counterpart"] else f"multiple of {base}"
    return "" if claim["measure"] == "level" else claim["measure"]


def provenance(claims: pd.DataFrame, *, up: str = "..") -> HTML:
    """Return where every number of a page comes from: the locator, the credit, the note on how it was read."""
    rows = [
        {
            "Figure": link("claim", row["claim_id"], row["figure"], up=up),
            "Source": link("source", row["source_id"], row["author"], up=up),
            "Paragraph": row["paragraph"],
            "Where": "list of references" if row["scope"] == "reference" else "text",
            "Credited to": row["origin"] or "nobody",
            "What is open": row["note"],
        }
        for row in claims.to_dict("records")
    ]
    columns = ["Figure", "Source", "Paragraph", "Where", "Credited to", "What is open"]
    return table(pd.DataFrame(rows, columns=columns), "Where the numbers on this page come from", numeric=["Paragraph"])


def events_table(events: pd.DataFrame, caption: str, *, up: str = "..") -> HTML:
    """Return events in the order given: date, what happened, kind of act, its score, how many sources name it."""
    rows = [
        {
            "When": spoken(row["date"]) or "unknown",
            "What happened": link("event", row["event_id"], row["name"], up=up),
            "Kind of act": row["code_name"],
            "Score": "" if pd.isna(row["goldstein"]) else f"{row['goldstein']:+.1f}",
            "Sources": row["sources"],
        }
        for row in events.to_dict("records")
    ]
    columns = ["When", "What happened", "Kind of act", "Score", "Sources"]
    return table(pd.DataFrame(rows, columns=columns), caption, numeric=["Score", "Sources"])


STANCES = {"asserts": "asserts", "qualifies": "qualifies", "denies": "denies"}


def positions_table(stances: pd.DataFrame, propositions: pd.DataFrame, sources: pd.DataFrame, caption: str) -> HTML:
    """Return proposition × source, sources in the order they were written; each stance with its paragraph.

    A source that takes a statement up in several ways shows each; one that is silent shows a dash.
    """
    order = sources.sort_values("written")
    rows = []
    for proposition in propositions.to_dict("records"):
        row: dict[str, Any] = {"Statement": proposition["statement"]}
        for source in order.to_dict("records"):
            own = stances[
                (stances["proposition_id"] == proposition["proposition_id"])
                & (stances["source_id"] == source["source_id"])
            ]
            row[f"{source['author'] or source['publisher']}, {source['written'][:4]}"] = _stances(own)
        rows.append(row)
    return table(pd.DataFrame(rows), caption, css="positions")


def _stances(own: pd.DataFrame) -> Markup | str:
    if own.empty:
        return "–"
    parts = []
    for stance in STANCES:
        where = sorted(own.loc[own["stance"] == stance, "paragraph"])
        if where:
            says = "; ".join(own.loc[own["stance"] == stance, "says"])
            parts.append(
                Markup('<span class="stance {}" title="{}">{}</span> <small>¶ {}</small>').format(
                    stance, says, stance, ", ".join(map(str, where))
                )
            )
    return Markup("<br>").join(parts)


def rivals_table(pairs: pd.DataFrame, claims: pd.DataFrame, caption: str, *, up: str = "..") -> HTML:
    """Return the quantities that `compendium.claims.rivals` found: each figure, and what all leave possible."""
    by_id = claims.set_index("claim_id", drop=False)
    rows = []
    for pair in pairs.to_dict("records"):
        own = [by_id.loc[name] for name in pair["claim_ids"]]
        figures = [
            Markup("{} ({})").format(link("claim", row["claim_id"], row["figure"], up=up), row["author"]) for row in own
        ]
        rows.append(
            {
                "Quantity": described(own[0]),
                "Period": spoken(pair["period"]),
                "Figures": Markup("; ").join(figures),
                "All can hold at": amount(pair["common"], pair["unit"]) if pair["agree"] else "no value",
            }
        )
    return table(pd.DataFrame(rows, columns=["Quantity", "Period", "Figures", "All can hold at"]), caption)


def gaps_table(grid: pd.DataFrame, metrics: pd.DataFrame, caption: str) -> HTML:
    """Return a grid of how many sources print a figure, by metric (named) and period; a gap is a dash."""
    names = metrics.set_index("metric_id")["name"]
    shown = grid.map(lambda count: str(count) if count else "–").rename(columns=spoken)
    shown.insert(0, "Metric", [names[metric] for metric in grid.index])
    return table(shown, caption, numeric=list(shown.columns[1:]))
