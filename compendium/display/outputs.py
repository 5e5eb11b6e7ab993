"""Outputs of notebook cells: values for the prose, captioned tables and charts with their files.

It formats and escapes; it computes nothing that a table does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from typing import Any, TypedDict, Unpack

import pandas as pd
from IPython.display import HTML
from markupsafe import Markup, escape
from matplotlib import pyplot
from matplotlib.figure import Figure
from myst_nb import glue

from compendium.display import attachments
from compendium.display.charts import style
from compendium.display.charts.svg import compact_svg


class RichOutput(HTML):
    """HTML that a cell shows, with other forms of the same content by their MIME type, which the builder reads."""

    def __init__(self, html: str) -> None:
        """Take the HTML; `add_form` adds the rest."""
        super().__init__(str(html))
        self.other_forms: dict[str, Any] = {}

    def add_form(self, mime: str, content: Any) -> RichOutput:
        """Add a form (text, or plain objects under a type of JSON) and return this output."""
        self.other_forms[mime] = content
        return self

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return all forms, as IPython asks for them."""
        return {"text/html": self.data, **self.other_forms}

    @classmethod
    def combine(cls, *parts: str | RichOutput) -> RichOutput:
        """Return several outputs as one, with the CSV of each.

        Text is escaped; `Markup` is inserted as it is. Other forms than CSV are dropped: they cannot be joined.
        """
        whole = cls("".join(part.data if isinstance(part, RichOutput) else escape(part) for part in parts))
        texts: list[str] = []
        for part in parts:
            if isinstance(part, RichOutput):
                texts += (
                    [part.other_forms[attachments.CSV_TYPE]]
                    if attachments.CSV_TYPE in part.other_forms
                    else part.other_forms.get(attachments.CSV_LIST_TYPE, [])
                )
        if len(texts) == 1:
            return whole.add_form(attachments.CSV_TYPE, texts[0])
        return whole.add_form(attachments.CSV_LIST_TYPE, texts) if texts else whole


def glue_values(**values: str | int) -> None:
    """Make computed values available to the prose of the page as `{glue:text}`NAME``.

    A text is inserted as it is; a whole number gets thousands separators.
    """
    for name, value in values.items():
        glue(name, f"{value:,}" if isinstance(value, int) else value, display=False)


class TableLook(TypedDict, total=False):
    """How a table is laid out, each part of it left out where it is not wanted."""

    numeric: Iterable[str]
    """Columns to align at the right."""
    id_column: str | None
    """A column that is not shown; it holds the permanent address of each row on the page."""
    css_class: str
    """A class of the wrapper, for the stylesheet."""


def captioned_table(
    frame: pd.DataFrame, caption: str, *, data: pd.DataFrame | None = None, **look: Unpack[TableLook]
) -> RichOutput:
    """Return a table with a caption and scoped headers, and a link to it as CSV; the first column heads each row.

    Parameters
    ----------
    frame
        what to show, columns named for the reader. Text is escaped; `Markup` is inserted as it is.
    data
        the same for other programs, a value a cell: ids, figures as printed, low and high ends, units, periods.
        Without it the CSV has the cells that are shown, their markup removed, the column of ids before them.
    look
        as `TableLook` says.
    """
    id_column = look.get("id_column")
    shown = [name for name in frame.columns if name != id_column]
    text = attachments.as_csv(frame[[id_column, *shown] if id_column else shown] if data is None else data)
    return RichOutput.combine(table_markup(frame, caption, **look), download_links(caption, text))


def rows_table(
    rows: pd.DataFrame | Iterable[Any], columns: Mapping[str, Callable[[Any], Any]], caption: str, *,
    data: pd.DataFrame | None = None, **look: Unpack[TableLook],
) -> RichOutput:  # fmt: skip
    """Return a captioned table with one row for each of `rows`, whose cells are computed by its columns.

    Parameters
    ----------
    rows
        a table, whose rows are passed to the columns as dictionaries, or any objects.
    columns
        by the head of a column, a function that returns the cell for a row.
    data, look
        as for `captioned_table`.
    """
    every = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else rows
    cells = [{head: cell(row) for head, cell in columns.items()} for row in every]
    return captioned_table(pd.DataFrame(cells, columns=list(columns)), caption, data=data, **look)


def table_markup(
    frame: pd.DataFrame, caption: str, *, numeric: Iterable[str] = (), id_column: str | None = None, css_class: str = ""
) -> Markup:
    """Return the HTML of a table as in `captioned_table`, without the link to its CSV."""
    right = set(numeric)
    shown = [name for name in frame.columns if name != id_column]
    out = StringIO()
    label = escape(caption)
    out.write(f'<div class="table-wrapper {css_class}" role="region" tabindex="0" aria-label="{label}">')
    out.write(f'<table class="ledger"><caption>{label}</caption><thead><tr>')
    out.writelines(f'<th scope="col"{_side(name in right)}>{escape(name)}</th>\n' for name in shown)
    out.write("</tr></thead>\n<tbody>\n")
    for row in frame.to_dict("records"):
        out.write(f'<tr id="{escape(row[id_column])}">' if id_column else "<tr>")
        for place, name in enumerate(shown):
            tag = 'th scope="row"' if place == 0 else "td"
            # A line's end after each cell keeps its words apart from the next one's in the index of the search.
            out.write(f"<{tag}{_side(name in right)}>{_cell(row[name])}</{tag[:2]}>\n")
        out.write("</tr>\n")
    out.write("</tbody></table></div>")
    return Markup(out.getvalue())


def download_links(caption: str, csv_text: str, *other_links: str) -> RichOutput:
    """Return the line below a table or figure with the links to its files: `other_links`, then its CSV."""
    line = " ".join([*other_links, attachments.file_link(caption, csv_text, "csv")])
    return RichOutput(f'<p class="take">{line}</p>').add_form(attachments.CSV_TYPE, csv_text)


def _side(right: bool) -> str:
    return ' class="number"' if right else ""


def _cell(value: Any) -> str:
    if isinstance(value, Markup):
        return str(value)
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    return str(escape(f"{value:,}" if isinstance(value, int) else str(value)))


def captioned_chart(chart: Figure, alt: str, caption: str) -> RichOutput:
    """Return a chart as inline SVG that takes the page's colours, with its alternative text, caption and files.

    Text stays text in the SVG, and the same drawing gives the same bytes; the drawing is closed afterwards. The files
    are the chart as SVG and the table attached to it (`compendium.display.charts.style.attach_table`) as CSV.
    """
    out = StringIO()
    chart.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(chart)
    svg = compact_svg(out.getvalue(), alt)
    shown = f'<figure class="chart">{svg}<figcaption>{escape(caption)}</figcaption></figure>'
    text = attachments.as_csv(style.attached_table(chart))
    return RichOutput.combine(
        Markup(shown),
        download_links(caption, text, attachments.file_link(caption, attachments.standalone_svg(svg, caption), "svg")),
    )
