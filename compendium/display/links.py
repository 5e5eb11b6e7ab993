"""Small pieces of HTML that more than one part of the book needs: links to permanent places, verdicts, locators.

It imports nothing that takes time, so that the building of pages can use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from compendium.project.paths import PAGE_BY_KIND


def link(kind: str, key: str, text: str | None = None, *, up: str = "..") -> Markup:
    """Return a link to the permanent place of a claim, source or event, for a cell of a table.

    `up` leads from the page to the root of the book: `..` from a chapter's folder, `.` from the front page.
    """
    return Markup('<a href="{}/{}.html#{}">{}</a>').format(up, PAGE_BY_KIND[kind], key, text or key)


def verdict_badge(verdict: str) -> Markup:
    """Return a verdict as a word with its mark."""
    return Markup('<span class="verdict {}">{}</span>').format(verdict.replace(" ", "-"), verdict)


def locator(row: Mapping[str, Any]) -> str:
    """Return where in its source a row stands: its paragraph, and whether that is in the list of references."""
    return f"¶ {row['paragraph']}{', list of references' if row['scope'] == 'reference' else ''}"


def stance_badge(stance: str) -> Markup:
    """Return the stance of a source on a proposition as a word with its mark."""
    return Markup('<span class="stance {0}">{0}</span>').format(stance)
