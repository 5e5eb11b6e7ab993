"""Linter for numbers typed into the prose of chapters: a number belongs in the data and reaches a page by a role.

The Markdown source is checked; code cells, roles, inline code and addresses are not prose.
"""

from __future__ import annotations

import re
from pathlib import Path

from compendium.project.problems import Problem

_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million "
    "millions billion billions zero half thirds double doubled triple twice thrice dozen dozens percent"
)
# Without "one", "first" and "second", which seldom count anything.
PROSE_NUMBER_PATTERN = re.compile(rf"\d+(?:[.,]\d+)*|\b(?:{'|'.join(_WORDS.split())})\b", re.I)
_NOT_PROSE = (
    re.compile(r"\A---\n.*?\n---\n", re.S),  # front matter
    re.compile(r"^(`{3,}|~{3,})\{code-cell\}.*?^\1\s*$", re.S | re.M),
    re.compile(r"^[`:~]{3,}(?:\{[\w:-]+\})?", re.M),  # opening and closing of directives; a title after them is prose
    re.compile(r"^:[\w-]+:.*$", re.M),  # their options
    re.compile(r"\{[\w:.+-]+\}`[^`]*`"),  # roles
    re.compile(r"(`+)(?!`)[^\n]*?(?<!`)\1(?!`)"),  # inline code, which ends on its own line
    re.compile(r"\]\([^)\s]*\)|<https?://[^>]*>"),  # targets of links
    re.compile(r"^\([\w-]+\)=$|^\{[.#][^}]*\}$", re.M),  # labels and attributes
)


def numbers_in_prose(chapter: Path) -> list[Problem]:
    """Return a problem for every number, in digits or words, in the prose of a chapter, in order of line."""
    text = chapter.read_text(encoding="utf-8")
    for pattern in _NOT_PROSE:
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    expected = "a role that takes it from the data: {claim}, {date} or {glue:text}"
    return [
        Problem(chapter.name, text.count("\n", 0, found.start()) + 1, "", found[0], expected)
        for found in PROSE_NUMBER_PATTERN.finditer(text)
    ]
