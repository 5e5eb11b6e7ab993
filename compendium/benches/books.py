"""Generated books on a made-up ledger, and edits to a book as an author makes them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from compendium.benches.copies import BenchError, Copy, copied
from compendium.benches.ledgers import made_up
from compendium.project.paths import ROOT

CLAIMS = 60
"""Claims in the ledger of a generated book; a chapter shows so many of them."""
SHOWN = 6
ENGINE = (
    "compendium",
    "_config.yml",
    "CITATION.cff",
    "requirements.txt",
    "book/_static",
    "book/_templates",
    "book/references.bib",
)
"""What a generated book takes from the repository."""
HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---
"""
CHAPTER = """
# Chapter {number}

```{{code-cell}} ipython3
import portion

from compendium import draw, load, present, style
from compendium.claims import read_claims

style.use()
ledger = load()
claims = read_claims(ledger)
own = claims.iloc[[({start} + place) % len(claims) for place in range({shown})]]
```

```{{code-cell}} ipython3
closed = own[[found.lower != -portion.inf and found.upper != portion.inf for found in own["interval"]]]
middles = [float(found.lower + found.upper) / 2 for found in closed["interval"]]
present.numbers(own=len(own), closed=len(closed), most=f"{{max(middles, default=0):.3g}}")
```

{{.lead}}
This page shows {{glue:text}}`own` claims, of which {{glue:text}}`closed` have two ends.
The largest is {{glue:text}}`most`.

They are made up, so that nothing here is about anything.
The text is as long as that of a short chapter, and says the same on every page.
What a claim says stands in the table, and how wide it is in the figure.

```{{code-cell}} ipython3
shown = own[["claim_id", "as_printed", "hedge", "unit", "period", "summary"]]
present.table(shown, "Some claims of a made-up ledger")
```

## How wide they are

```{{code-cell}} ipython3
drawn = draw.intervals(list(own["claim_id"]), list(own["interval"]), unit="as printed")
present.figure(drawn, "Some made-up intervals, one bar a claim, each in the unit in which it is printed", "Intervals")
```

The [first chapter](chapter-1) shows others.
"""


def generated(into: Path, chapters: int, *, root: Path = ROOT) -> Copy:
    """Write a repository with a book of so many chapters on a made-up ledger, with the engine and the look of another.

    Every chapter has prose, a table, a figure and a few cells.
    """
    copied(root, into, ENGINE)
    made_up(CLAIMS, into / "data")
    names = [f"chapter-{number}" for number in range(1, chapters + 1)]
    book = into / "book"
    (book / "index.md").write_text(f"{HEAD}\n# A made-up book\n\nIt begins with its chapters.\n", encoding="utf-8")
    for number, name in enumerate(names, 1):
        text = HEAD + CHAPTER.format(start=(number - 1) * SHOWN, shown=SHOWN, number=number)
        (book / f"{name}.md").write_text(text, encoding="utf-8")
    contents = {"format": "jb-book", "root": "book/index", "chapters": [{"file": f"book/{name}"} for name in names]}
    # JSON is YAML, too.
    (into / "_toc.yml").write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")
    return Copy(into)


# --- edits


def chapters(copy: Copy) -> list[Path]:
    """Return the chapters of a copy that have code, in the order of their paths."""
    book = copy.root / "book"
    found = [path for path in book.rglob("*.md") if not any(part[0] in "._" for part in path.relative_to(book).parts)]
    return sorted(path for path in found if "{code-cell}" in path.read_text(encoding="utf-8"))


def middling(copy: Copy) -> Path:
    """Return the chapter of middle length."""
    ordered = sorted(chapters(copy), key=lambda path: (path.stat().st_size, path))
    return ordered[len(ordered) // 2]


def add_sentence(chapter: Path, word: str) -> None:
    """Add a paragraph with a word at the end of a chapter."""
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(f"{text.rstrip()}\n\nOne more sentence says {word}.\n", encoding="utf-8")


def edit_cell(copy: Copy, table: str, column: str, word: str) -> None:
    """Add a word to a cell of text: the column named, in the first row of a table.

    Raises
    ------
    BenchError
        where the ledger has no such table, no such column or no row.
    """
    path = copy.root / "data" / f"{table}.csv"
    try:
        header, first, *rest = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
        place = header.index(column)
    except (OSError, ValueError):
        raise BenchError(f"data/{table}.csv: no row with a column {column!r} that could be edited") from None
    first[place] = f"{first[place]} {word}".strip()
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, first, *rest])
    path.write_text(out.getvalue(), encoding="utf-8")


def must_show(copy: Copy, word: str, pages: Iterable[Path]) -> None:
    """Raise `BenchError` unless a word stands on every one of some built pages; at least one must be named."""
    named = list(pages)
    without = [page for page in named if not page.is_file() or word not in page.read_text(encoding="utf-8")]
    if without or not named:
        missing = ", ".join(str(page.relative_to(copy.html)) for page in without) or "any page"
        raise BenchError(f"the edit did not reach {missing}: the build ended well, but built what was there before")


def page_of(copy: Copy, chapter: Path) -> Path:
    """Return the page that a chapter becomes."""
    return (copy.html / chapter.relative_to(copy.root)).with_suffix(".html")


def naming(copy: Copy, word: str) -> list[Path]:
    """Return the chapters whose notebooks have a word in them."""
    notebooks = (copy.root / "book").rglob("*.ipynb")
    return sorted(path.with_suffix(".md") for path in notebooks if word in path.read_text(encoding="utf-8"))


def contents(copy: Copy) -> dict[Path, Any]:
    """Return what a reader would see of each notebook: its cells and their outputs, its metadata left out."""
    found = {}
    for path in sorted((copy.root / "book").rglob("*.ipynb")):
        read = json.loads(path.read_text(encoding="utf-8"))
        shown = [[cell["cell_type"], cell["source"], cell.get("outputs")] for cell in read["cells"]]
        found[path.relative_to(copy.root)] = shown
    return found


def changed(before: dict[Path, Any], after: dict[Path, Any]) -> list[Path]:
    """Return the notebooks that a reader would see changed."""
    return [path for path, shown in after.items() if before.get(path) != shown]
