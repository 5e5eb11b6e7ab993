"""The edition as `CITATION.cff` describes it, and citations of the book or one of its pages (plain text, BibTeX).

That file is the only source of authors, version and date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from compendium.project.paths import ROOT

CITATION = "CITATION.cff"
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
"""Literal, because `calendar` follows the locale of the machine."""
BIBTEX_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TEX_ESCAPES = str.maketrans(
    {
        # BibTeX counts an escaped brace as one when it looks for the end of a field: braces are named.
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
        **{mark: f"\\{mark}" for mark in "&%$#_"},
    }
)  # fmt: skip


@dataclass(frozen=True)
class Edition:
    """Bibliographic data of one edition of the book."""

    title: str
    version: str
    released: date
    authors: tuple[str, ...]
    licences: tuple[str, ...]

    @property
    def short_title(self) -> str:
        """The title up to its colon."""
        return self.title.partition(": ")[0]

    @property
    def subtitle(self) -> str:
        """The title after its colon, capitalised; `""` if it has none."""
        after = self.title.partition(": ")[2]
        return after[:1].upper() + after[1:]

    @property
    def date_text(self) -> str:
        """The release date in English: `3 May 2026`."""
        return f"{self.released.day} {MONTH_NAMES[self.released.month - 1]} {self.released.year}"

    @property
    def author_line(self) -> str:
        """The authors, separated by semicolons."""
        return "; ".join(self.authors)


def read_edition(root: Path = ROOT) -> Edition:
    """Return the edition that the citation file of a project describes.

    Raises
    ------
    ValueError
        with one line for each fault, or the reason why the file cannot be read.
    """
    path = root / CITATION
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"{CITATION}: {' '.join(str(error).split())}") from None
    if problems := list(check_citation(content)):
        raise ValueError("\n".join(problems))
    licences = content["license"] if isinstance(content["license"], list) else [content["license"]]
    authors = tuple(map(_author, content["authors"]))
    return Edition(content["title"], content["version"], content["date-released"], authors, tuple(licences))


def check_citation(content: Any) -> Iterator[str]:
    """Yield a message for each key of a parsed citation file that is required or used, and missing or malformed."""
    if not isinstance(content, dict):
        yield f"{CITATION}: found {content!r}; expected keys and values"
        return
    for key in ("cff-version", "message", "title", "version"):
        if not isinstance(content.get(key), str) or not content[key].strip():
            yield f"{CITATION}: {key}: found {content.get(key)!r}; expected a text"
    if type(content.get("date-released")) is not date:
        yield f"{CITATION}: date-released: found {content.get('date-released')!r}; expected a date, YYYY-MM-DD"
    licence = content.get("license")
    if not licence or not all(isinstance(one, str) for one in (licence if isinstance(licence, list) else [licence])):
        yield f"{CITATION}: license: found {licence!r}; expected an SPDX identifier, or a list of them"
    authors = content.get("authors")
    if not isinstance(authors, list) or not authors:
        yield f"{CITATION}: authors: found {authors!r}; expected a list with at least one"
        return
    for place, author in enumerate(authors, 1):
        if not isinstance(author, dict) or not _author(author):
            yield f"{CITATION}: authors: {place}: found {author!r}; expected a name, or family-names and given-names"


def _author(author: dict[str, str]) -> str:
    """Return an author as `Family, Given`, or the name of an organisation."""
    if author.get("name"):
        return str(author["name"])
    return ", ".join(author[part] for part in ("family-names", "given-names") if author.get(part))


def format_citation(edition: Edition, page_title: str = "", address: str = "") -> str:
    """Return a plain-text citation of the book, or of the page with the given title."""
    of_page = f"“{page_title}”, in: {edition.short_title}" if page_title else edition.title
    text = f"{edition.author_line} ({edition.released.year}): {of_page}, edition {edition.version}, {edition.date_text}"
    return f"{text}, {address}" if address else f"{text}."


def format_bibtex(edition: Edition, page_title: str = "", address: str = "", entry_suffix: str = "") -> str:
    """Return a BibTeX entry of the book, or of the page with the given title; special characters are escaped.

    Parameters
    ----------
    entry_suffix
        end of the entry's key, to tell pages of the book apart.
    """
    bodies = [author if ", " in author else f"{{{author}}}" for author in (_tex(one) for one in edition.authors)]
    fields = {
        "author": " and ".join(bodies),
        "title": f"{{{_tex(page_title or edition.title)}}}",
        "booktitle": _tex(edition.short_title) if page_title else "",
        "edition": _tex(edition.version),
        "year": str(edition.released.year),
        "url": re.sub(r"[{}\\]", "", address),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    month = f"  month = {BIBTEX_MONTHS[edition.released.month - 1]}\n"
    name = ":".join(filter(None, (_slug(edition.short_title), _slug(entry_suffix))))
    return f"@{'incollection' if page_title else 'misc'}{{{name},\n{''.join(lines)}{month}}}"


def _tex(text: str) -> str:
    return " ".join(text.split()).translate(TEX_ESCAPES)


def _slug(text: str) -> str:
    """Return a text reduced to lower-case ASCII letters, digits and hyphens."""
    bare = unicodedata.normalize("NFKD", text.replace("–", "-")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")
