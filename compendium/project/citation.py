"""What this edition is called and how it is cited, as `CITATION.cff` says it: for the foot of a page, for a cover.

It reads that one file and makes text; nothing else says who wrote the book, which edition it is, or of which day.
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
from compendium.values.periods import format_period

CITATION = "CITATION.cff"
BIBTEX_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TEX_ESCAPES = str.maketrans(
    {
        # A brace after a backslash still counts as one where BibTeX looks for the end of a field: braces get names.
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
        **{mark: f"\\{mark}" for mark in "&%$#_"},
    }
)  # fmt: skip


@dataclass(frozen=True)
class Edition:
    """The book as a thing to cite."""

    title: str
    version: str
    released: date
    authors: tuple[str, ...]
    licences: tuple[str, ...]

    @property
    def short_title(self) -> str:
        """Return the title without what comes after its colon."""
        return self.title.partition(": ")[0]

    @property
    def subtitle(self) -> str:
        """Return what comes after the colon of the title, beginning with a capital."""
        after = self.title.partition(": ")[2]
        return after[:1].upper() + after[1:]

    @property
    def date_text(self) -> str:
        """Return the date of the edition as prose has it: `3 May 2026`."""
        return format_period(self.released.isoformat())

    @property
    def author_line(self) -> str:
        """Return the authors in one line."""
        return "; ".join(self.authors)


def read_edition(root: Path = ROOT) -> Edition:
    """Return what the citation file in a folder says of the book; `ValueError` names what is not as it should be."""
    path = root / CITATION
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"{CITATION}: {' '.join(str(error).split())}") from None
    found = list(check_citation(said))
    if found:
        raise ValueError("\n".join(found))
    licences = said["license"] if isinstance(said["license"], list) else [said["license"]]
    authors = tuple(map(_author, said["authors"]))
    return Edition(said["title"], str(said["version"]), said["date-released"], authors, tuple(licences))


def check_citation(content: Any) -> Iterator[str]:
    """Yield, in words, what a citation file lacks: of what its format requires, and of what the book shows of it."""
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
    """Return an author as a list of works has it: `Family, Given`, or the name of a body."""
    if author.get("name"):
        return str(author["name"])
    return ", ".join(author[part] for part in ("family-names", "given-names") if author.get(part))


def format_citation(edition: Edition, page_title: str = "", address: str = "") -> str:
    """Return how the book, or a page of it by its title, is cited in plain text."""
    of_page = f"“{page_title}”, in: {edition.short_title}" if page_title else edition.title
    said = f"{edition.author_line} ({edition.released.year}): {of_page}, edition {edition.version}, {edition.date_text}"
    return f"{said}, {address}" if address else f"{said}."


def format_bibtex(edition: Edition, page_title: str = "", address: str = "", entry_suffix: str = "") -> str:
    """Return how the book, or a page of it by its title, is cited in BibTeX; whatever the title, it is one entry.

    Parameters
    ----------
    entry_suffix
        tells the page from others of the book, in the key of the entry.
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
    """Return a text as a key may have it: small letters of ASCII, digits, hyphens."""
    bare = unicodedata.normalize("NFKD", text.replace("–", "-")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")
