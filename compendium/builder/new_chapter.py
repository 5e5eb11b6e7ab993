"""Creation of chapter pages from a template, with their entry in the table of contents.

A new page passes every test as it is. The page of a source (part `source`) is named by the id of the source and shows
its rows of the ledger. Existing pages are never overwritten, and the table of contents only gains lines.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from importlib import resources
from pathlib import Path

import yaml

from compendium.project.problems import LedgerError, Problem, describe_choices

NAME_PATTERN = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
TOC = "_toc.yml"
SOURCE_PART = "source"
"""Part of the book whose pages are named by ids of sources."""


def create_chapter(name: str, title: str, root: Path, source_ids: Collection[str] | None = None) -> Path:
    """Write the page of a new chapter and add it to the table of contents; return its path.

    Parameters
    ----------
    name
        path in the book without suffix, `part/page`; the part must exist.
    title
        short name for the side bar, from which the heading is made.
    root
        folder of the project.
    source_ids
        allowed names of pages of sources; `None`: any.

    Raises
    ------
    LedgerError
        where the name has another form, exists, is in no part of the book or is not the id of a source, or the title
        has a number; nothing is written then.
    """
    from compendium.builder.prose_lint import numbers_in_prose

    page, toc = root / "book" / f"{name}.md", root / TOC
    listed = toc.read_text(encoding="utf-8")
    check_new_page(name, title, page, listed, source_ids)
    after = toc_with_page(listed, name, title)
    part, own = name.split("/")
    form = "source.md" if part == SOURCE_PART else "chapter.md"
    template = resources.files("compendium.builder").joinpath("templates", form).read_text(encoding="utf-8")
    page.parent.mkdir(exist_ok=True)
    page.write_text(template.replace("TITLE", title).replace("SOURCE", own), encoding="utf-8")
    wrong = numbers_in_prose(page)
    if wrong:
        page.unlink()
        raise LedgerError([Problem("title", 0, "", title, f"no figure, in digits or words: {wrong[0].found!r}")])
    toc.write_text(after, encoding="utf-8")
    return page


def check_new_page(name: str, title: str, page: Path, toc_text: str, source_ids: Collection[str] | None = None) -> None:
    """Raise `LedgerError` with every reason why a new page cannot have this name or title."""
    chapters = [found for part in yaml.safe_load(toc_text)["parts"] for found in part["chapters"]]
    files = [found["file"] for chapter in chapters for found in (chapter, *chapter.get("sections", ()))]
    parts, own = {file.split("/")[1] for file in files}, name.split("/")[0]
    problems = []
    if not NAME_PATTERN.fullmatch(name):
        problems.append(Problem("name", 0, "", name, "part/page, in small letters, digits and underscores"))
    elif own not in parts:
        problems.append(Problem("name", 0, "", own, f"a part of the book: {describe_choices(parts, own)}"))
    elif page.exists() or f"book/{name}\n" in toc_text:
        problems.append(Problem(f"book/{name}.md", 0, "", "a page", "a name that is not taken"))
    if not title.strip() or not title.isprintable() or any(mark in title for mark in '#`{}[]<>"\\'):
        problems.append(Problem("title", 0, "", title, "words, without marks that mean something in Markdown or YAML"))
    if not problems and own == SOURCE_PART and source_ids is not None and name.rpartition("/")[2] not in source_ids:
        right = f"the id of a source: {describe_choices(source_ids, name.rpartition('/')[2])}"
        problems.append(Problem("name", 0, "", name.rpartition("/")[2], right))
    if problems:
        raise LedgerError(problems)


def toc_with_page(toc_text: str, name: str, title: str) -> str:
    """Return the text of the table of contents with a page added as the last of its part."""
    lines = toc_text.splitlines(keepends=True)
    part = name.split("/")[0]
    last = max(number for number, line in enumerate(lines) if re.match(rf"\s*- file: book/{re.escape(part)}/", line))
    indent = lines[last][: len(lines[last]) - len(lines[last].lstrip())]
    after = last + 1
    # Title and sections of the preceding page are indented further.
    while after < len(lines) and len(lines[after]) - len(lines[after].lstrip()) > len(indent):
        after += 1
    plain = re.fullmatch(r"[^\W\d][\w ,’-]*", title) and yaml.safe_load(title) == title  # not so: On, No, Null
    shown = title if plain else yaml.safe_dump(title, allow_unicode=True).splitlines()[0]
    lines[after:after] = [f"{indent}- file: book/{name}\n", f"{indent}  title: {shown}\n"]
    return "".join(lines)
