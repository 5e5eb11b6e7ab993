"""Shows computed things to a reader: numbers in prose, tables, figures, links to the permanent places.

It formats and escapes; it computes nothing that a table does not hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import Any

import pandas as pd
from IPython.display import HTML
from markupsafe import Markup, escape
from matplotlib import pyplot
from matplotlib.figure import Figure
from myst_nb import glue

from compendium.display import attachments
from compendium.display.charts import style
from compendium.display.charts.svg import lean
from compendium.display.links import link as link


class Shown(HTML):
    """What a cell shows, and beside it the same in other forms, each by its MIME type, for whoever builds the site."""

    def __init__(self, html: str) -> None:
        """Take what is shown; `beside` adds the rest."""
        super().__init__(str(html))
        self.others: dict[str, Any] = {}

    def beside(self, mime: str, content: Any) -> Shown:
        """Put another form beside what is shown, and return this: text, or plain objects under a type of JSON."""
        self.others[mime] = content
        return self

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return all forms, as IPython asks for them."""
        return {"text/html": self.data, **self.others}

    @classmethod
    def together(cls, *parts: str | Shown) -> Shown:
        """Return several things as one that a cell shows, the tables behind each still beside it.

        Text is escaped; `Markup` is taken as it is. Of other forms only CSV is kept: several of them cannot be one.
        """
        whole = cls("".join(part.data if isinstance(part, Shown) else escape(part) for part in parts))
        texts: list[str] = []
        for part in parts:
            if isinstance(part, Shown):
                texts += (
                    [part.others[attachments.CSV]]
                    if attachments.CSV in part.others
                    else part.others.get(attachments.MORE_CSV, [])
                )
        if len(texts) == 1:
            return whole.beside(attachments.CSV, texts[0])
        return whole.beside(attachments.MORE_CSV, texts) if texts else whole


def numbers(**values: str | int) -> None:
    """Make computed values available to the prose of the page as `{glue:text}`NAME``.

    A text is shown as it is, so format it here; a whole number gets thousands separators.
    """
    for name, value in values.items():
        glue(name, f"{value:,}" if isinstance(value, int) else value, display=False)


def table(
    frame: pd.DataFrame, caption: str, *, numeric: Iterable[str] = (), ids: str | None = None, css: str = "",
    data: pd.DataFrame | None = None,
) -> Shown:  # fmt: skip
    """Return a table with a caption and scoped headers, and a link to it as CSV; the first column heads each row.

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
    data
        the same for other programs, a value a cell: ids, figures as printed, low and high ends, units, periods.
        Without it the CSV has the cells that are shown, their markup taken off, the column of ids before them.
    """
    shown = [name for name in frame.columns if name != ids]
    text = attachments.as_csv(frame[[ids, *shown] if ids else shown] if data is None else data)
    return Shown.together(bare_table(frame, caption, numeric=numeric, ids=ids, css=css), taken(caption, text))


def bare_table(
    frame: pd.DataFrame, caption: str, *, numeric: Iterable[str] = (), ids: str | None = None, css: str = ""
) -> Markup:
    """Return a table as `table` does, without its file: a part of something whose file holds all."""
    right = set(numeric)
    shown = [name for name in frame.columns if name != ids]
    out = StringIO()
    label = escape(caption)
    out.write(f'<div class="table-wrapper {css}" role="region" tabindex="0" aria-label="{label}">')
    out.write(f'<table class="ledger"><caption>{label}</caption><thead><tr>')
    out.writelines(f'<th scope="col"{_side(name in right)}>{escape(name)}</th>\n' for name in shown)
    out.write("</tr></thead>\n<tbody>\n")
    for row in frame.to_dict("records"):
        out.write(f'<tr id="{escape(row[ids])}">' if ids else "<tr>")
        for place, name in enumerate(shown):
            tag = 'th scope="row"' if place == 0 else "td"
            # A line's end after each cell keeps its words apart from the next one's in the index of the search.
            out.write(f"<{tag}{_side(name in right)}>{_cell(row[name])}</{tag[:2]}>\n")
        out.write("</tr>\n")
    out.write("</tbody></table></div>")
    return Markup(out.getvalue())


def taken(caption: str, text: str, *before: str) -> Shown:
    """Return the line below a table or figure that leads to its files: its CSV, after the links `before`."""
    line = " ".join([*before, attachments.link(caption, text, "csv")])
    return Shown(f'<p class="take">{line}</p>').beside(attachments.CSV, text)


def _side(right: bool) -> str:
    return ' class="number"' if right else ""


def _cell(value: Any) -> str:
    if isinstance(value, Markup):
        return str(value)
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    return str(escape(f"{value:,}" if isinstance(value, int) else str(value)))


def figure(drawn: Figure, alt: str, caption: str) -> Shown:
    """Return a figure as inline SVG that takes the page's colours, with its alternative text, caption and files.

    The text of the figure stays text; the drawing is closed afterwards. The same drawing gives the same bytes. Its
    files are the figure on its own, and the table that it shows (`compendium.display.charts.style.put_behind`).
    """
    out = StringIO()
    drawn.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(drawn)
    svg = lean(out.getvalue(), alt)
    shown = f'<figure class="chart">{svg}<figcaption>{escape(caption)}</figcaption></figure>'
    text = attachments.as_csv(style.behind(drawn))
    return Shown.together(
        Markup(shown), taken(caption, text, attachments.link(caption, attachments.drawing(svg, caption), "svg"))
    )
