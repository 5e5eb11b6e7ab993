"""Files offered for download beside a page, as text: tables as CSV, charts as SVG.

The name of a file contains a digest of its content, so that a link identifies the content. No file is written here: a
notebook holds the content, and `compendium.builder.sphinx_ext.downloads` puts it beside the page.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, Inexact
from fractions import Fraction
from html import escape, unescape
from html.parser import HTMLParser
from io import StringIO
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from compendium.ledger.csv_safety import escape_formula
from compendium.project.checksums import sha256

if TYPE_CHECKING:  # the building of pages uses this module, and needs neither
    import pandas as pd
    import portion

FILES_FOLDER = "files"
CSV_TYPE = "text/csv"
CSV_LIST_TYPE = "application/vnd.ledger.csv+json"
"""MIME type of a list of CSV texts, for an output that shows several tables."""
MAX_SLUG_LENGTH = 48
MAX_DECIMAL_DIGITS = 15
"""Significant digits of an end that has no finite decimal form: what a spreadsheet keeps."""
ITEM_SEPARATOR = "; "


# --- names


def file_name(caption: str, content: str, extension: str) -> str:
    """Return the name of a file from its caption and a digest of its content: `imports-by-year-1a2b3c.csv`."""
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", caption) if not unicodedata.combining(sign))
    slug = re.sub(r"[^a-z0-9]+", "-", letters.lower().replace("'", "").replace("’", "")).strip("-")
    if len(slug) > MAX_SLUG_LENGTH:
        slug = slug[:MAX_SLUG_LENGTH].rpartition("-")[0] or slug[:MAX_SLUG_LENGTH]
    return f"{slug or 'file'}-{content_digest(content)}.{extension}"


def content_digest(content: str) -> str:
    """Return the first six hexadecimal digits of the SHA-256 of a content."""
    return sha256(content)[:6]


def file_link(caption: str, content: str, extension: str) -> str:
    """Return the HTML of a download link to a file beside the page, with the caption as its accessible name."""
    kind = extension.upper()
    label = escape(f"{kind}: {caption}")
    return f'<a href="{FILES_FOLDER}/{file_name(caption, content, extension)}" download aria-label="{label}">{kind}</a>'


# --- tables

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def as_csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV: missing values are empty, markup is removed, formulas are escaped."""
    from compendium.ledger.records import records

    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(_cell, frame.columns))
    writer.writerows(map(_cell, row.values()) for row in records(frame))
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, Markup):
        return escape_formula(strip_markup(value))
    if isinstance(value, str):
        return escape_formula(CONTROL_CHARACTERS.sub(" ", value).strip())
    if isinstance(value, list | tuple | set | frozenset):
        return _cell(ITEM_SEPARATOR.join(map(str, value)))
    return "" if value is None or value != value else value  # what is not a number is unlike itself


class _Text(HTMLParser):
    """Parser that collects the text of a cell by lines and paragraphs."""

    LINES = frozenset({"small", "p", "div", "li", "br", "summary", "details", "ul", "ol", "tr"})

    def __init__(self) -> None:
        super().__init__()
        self.parts = [""]

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in self.LINES:
            self.parts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.LINES:
            self.parts.append("")

    def handle_data(self, data: str) -> None:
        self.parts[-1] += data


def strip_markup(markup: str) -> str:
    """Return the text of markup on one line: links and entities as text, lines joined by `; `."""
    read = _Text()
    read.feed(str(markup))  # a part of `Markup` would be escaped again
    read.close()
    parts = (" ".join(part.split()) for part in read.parts)
    return ITEM_SEPARATOR.join(part for part in parts if part)


def interval_cells(interval: portion.Interval | None) -> dict[str, str]:
    """Return an interval as cells: `low` and `high` as decimals, empty where it is unbounded, and `ends` as `[)`.

    An end without a finite decimal form (a third) is rounded outwards at the 15th significant digit. All three are
    empty for `None` and for the empty interval.
    """
    import portion

    if interval is None or interval.empty:
        return {"low": "", "high": "", "ends": ""}
    brackets = "[" if interval.left is portion.CLOSED else "(", "]" if interval.right is portion.CLOSED else ")"
    low, high = _decimal(interval.lower, ROUND_FLOOR), _decimal(interval.upper, ROUND_CEILING)
    return {"low": low, "high": high, "ends": "".join(brackets)}


def _decimal(end: Any, rounding: str) -> str:
    if not isinstance(end, Fraction | int | float):  # unbounded
        return ""
    value = Fraction(str(end)) if isinstance(end, float) else Fraction(end)
    try:
        exact = Context(prec=100, traps=[Inexact]).divide(Decimal(value.numerator), Decimal(value.denominator))
    except Inexact:
        context = Context(prec=max(MAX_DECIMAL_DIGITS, len(str(abs(int(value))))), rounding=rounding)
        exact = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    digits = f"{exact:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


# --- figures

CHART_PATTERN = re.compile(r"(<svg\b.*?</svg>)\s*<figcaption>(.*?)</figcaption>", re.DOTALL)


def standalone_svg(svg: str, caption: str) -> str:
    """Return a chart of a page as a file: with a title and a white background."""
    head, _, rest = svg.partition(">")
    return f'{head}><title>{escape(caption)}</title><rect width="100%" height="100%" fill="#fff"/>{rest}\n'


# --- what an output holds


def linked_files(mime_bundle: dict[str, Any]) -> dict[str, str]:
    """Return the files that an output's HTML links to, by name, from its CSV forms and the charts in it.

    A name whose content is not there is left out; `linked_names` tells them all.
    """
    html = join_lines(mime_bundle.get("text/html", ""))
    texts = [join_lines(mime_bundle[CSV_TYPE])] if CSV_TYPE in mime_bundle else []
    texts += mime_bundle.get(CSV_LIST_TYPE, [])
    texts += [standalone_svg(svg, unescape(caption)) for svg, caption in CHART_PATTERN.findall(html)]
    known = {content_digest(text): text for text in texts}
    return {named: known[stamp] for named, stamp in linked_names(html) if stamp in known}


def linked_names(html: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each file that a page links to, and the digest of its content."""
    return (
        (found[1], found[2]) for found in re.finditer(rf'href="{FILES_FOLDER}/([\w-]+-([0-9a-f]{{6}})\.\w+)"', html)
    )


def join_lines(text: str | list[str]) -> str:
    """Return a text of a notebook, which may be stored as a list of lines."""
    return text if isinstance(text, str) else "".join(text)
