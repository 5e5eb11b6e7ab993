"""What a reader takes away from a page, as text: tables as CSV that is safe to open, figures as SVG of their own.

Each file has a name made from its content, so that a page that names it says which content it means. It writes no
file: a notebook holds the content, and `compendium.builder.sphinx_ext.downloads` puts it beside the page.
"""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from collections.abc import Iterator
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
"""A list of CSV texts, for an output that shows several tables: one under the type of CSV could be of one only."""
MAX_SLUG_LENGTH = 48
MAX_DECIMAL_DIGITS = 15
"""Significant digits of an end that no decimal is equal to: what a spreadsheet keeps."""
ITEM_SEPARATOR = "; "


# --- names


def file_name(caption: str, content: str, extension: str) -> str:
    """Return the name of a file by what it shows and what it holds: `imports-by-year-1a2b3c.csv`."""
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", caption) if not unicodedata.combining(sign))
    slug = re.sub(r"[^a-z0-9]+", "-", letters.lower().replace("'", "").replace("’", "")).strip("-")
    if len(slug) > MAX_SLUG_LENGTH:
        slug = slug[:MAX_SLUG_LENGTH].rpartition("-")[0] or slug[:MAX_SLUG_LENGTH]
    return f"{slug or 'file'}-{content_digest(content)}.{extension}"


def content_digest(content: str) -> str:
    """Return the digits of a content that stand in the name of its file."""
    return sha256(content)[:6]


def file_link(caption: str, content: str, extension: str) -> str:
    """Return a link, as HTML, to the file beside the page that holds a content; its name for who hears it is whole."""
    kind = extension.upper()
    label = escape(f"{kind}: {caption}")
    return f'<a href="{FILES_FOLDER}/{file_name(caption, content, extension)}" download aria-label="{label}">{kind}</a>'


# --- tables

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def as_csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV: one row a line, empty where nothing is known, no markup, and no formula."""
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
    """The text of a cell, its lines and paragraphs apart."""

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
    """Return what a cell's markup says, on one line: links and entities as their text, lines apart by `; `."""
    read = _Text()
    read.feed(str(markup))  # a part of `Markup` would be escaped again
    read.close()
    parts = (" ".join(part.split()) for part in read.parts)
    return ITEM_SEPARATOR.join(part for part in parts if part)


def interval_cells(interval: portion.Interval | None) -> dict[str, str]:
    """Return an interval as cells: `low` and `high` as decimals, empty where it is unbounded, and `ends` as `[)`.

    An end that is no decimal (a third) is rounded outwards at the 15th digit, so that what is written holds what is
    meant. All are empty where nothing is known.
    """
    import portion

    if interval is None or interval.empty:
        return {"low": "", "high": "", "ends": ""}
    brackets = "[" if interval.left is portion.CLOSED else "(", "]" if interval.right is portion.CLOSED else ")"
    return {"low": _decimal(interval.lower, down=True), "high": _decimal(interval.upper), "ends": "".join(brackets)}


def _decimal(end: Any, *, down: bool = False) -> str:
    if not isinstance(end, Fraction | int | float):  # endless
        return ""
    value = Fraction(str(end)) if isinstance(end, float) else Fraction(end)
    places = max(_power(value.denominator, 2), _power(value.denominator, 5))
    if value.denominator != 2 ** _power(value.denominator, 2) * 5 ** _power(value.denominator, 5):
        places = max(0, MAX_DECIMAL_DIGITS - 1 - math.floor(math.log10(abs(value))))
    whole = (math.floor if down else math.ceil)(value * 10**places)
    digits = f"{abs(whole):0{places + 1}d}"
    cut = len(digits) - places
    return ("-" if whole < 0 else "") + digits[:cut] + (f".{digits[cut:]}".rstrip("0").rstrip(".") if places else "")


def _power(number: int, prime: int) -> int:
    """Return how often a prime divides a number."""
    power = 0
    while number % prime == 0:
        number, power = number // prime, power + 1
    return power


# --- figures

CHART_PATTERN = re.compile(r"(<svg\b.*?</svg>)\s*<figcaption>(.*?)</figcaption>", re.DOTALL)


def standalone_svg(svg: str, caption: str) -> str:
    """Return a figure of a page as a file of its own: with a title, and with paper beneath its light colours."""
    head, _, rest = svg.partition(">")
    return f'{head}><title>{escape(caption)}</title><rect width="100%" height="100%" fill="#fff"/>{rest}\n'


# --- what an output holds


def linked_files(mime_bundle: dict[str, Any]) -> dict[str, str]:
    """Return the files that an output's HTML links to, by name, from the forms beside it and the figures within it.

    A name whose content is not there is left out; `linked_names` tells them all.
    """
    html = join_lines(mime_bundle.get("text/html", ""))
    texts = [join_lines(mime_bundle[CSV_TYPE])] if CSV_TYPE in mime_bundle else []
    texts += mime_bundle.get(CSV_LIST_TYPE, [])
    texts += [standalone_svg(svg, unescape(caption)) for svg, caption in CHART_PATTERN.findall(html)]
    known = {content_digest(text): text for text in texts}
    return {named: known[stamp] for named, stamp in linked_names(html) if stamp in known}


def linked_names(html: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each file that a page links to, and the digits of its content."""
    return (
        (found[1], found[2]) for found in re.finditer(rf'href="{FILES_FOLDER}/([\w-]+-([0-9a-f]{{6}})\.\w+)"', html)
    )


def join_lines(text: str | list[str]) -> str:
    """Return a text of a notebook, which may lie there as its lines."""
    return text if isinstance(text, str) else "".join(text)
