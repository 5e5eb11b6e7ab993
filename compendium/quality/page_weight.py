"""What the pages of a built site weigh over the wire, and what each may weigh.

A file weighs what gzip makes of it. A page weighs itself and all that it loads at first, each once; it is weighed
with its figures and without. Everything is read from the built files; nothing is fetched, nothing run, and no page
is changed.
"""

from __future__ import annotations

import csv
import gzip
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from compendium.display.attachments import FILES_FOLDER
from compendium.project.paths import ROOT, ROW_PAGES_FOLDER

PUBLISHED = ("_prints", "_previews", "sitemap.xml")
"""What only some builds have: the book as one file, and what is for whoever links to a page."""
BUDGET = ROOT / "book" / "budget.csv"
HEADER = ["path", "bytes", "bytes_with_figures"]
BARE, WHOLE = 60_000, 150_000
"""What no chapter may pass over the wire, in bytes: without its figures, and with them."""
SPARE = 10
"""How far above what is measured a new budget lies, in percent."""
LOADED = {
    "link": "href",
    "script": "src",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "object": "data",
    "embed": "src",
}
LINKED = {"stylesheet", "icon", "manifest", "preload", "modulepreload"}
"""Which links load something, rather than lead somewhere."""


@dataclass(frozen=True)
class Weight:
    """Bytes over the wire: of a page with all it loads, without and with figures; of an asset, the first alone."""

    bare: int
    whole: int | None = None
    parts: Mapping[str, int] = field(default_factory=dict)
    """Of a page: the bytes of itself and of each file it loads, by path."""


def weigh(html: Path) -> dict[str, Weight]:
    """Return the weight of every page and asset of a built site, by its path in the site.

    A hash in a file's name is written `*`, so that the path stays when the content changes; of the pages that are made
    of rows, the heaviest stands for all. Hidden files are of the build, not of the site, and what lies there to be
    taken away, and no page loads, has no weight.

    Raises
    ------
    FileNotFoundError
        where there is no site, or a page loads a file of the site that is not there.
    """
    root = html.resolve()
    loaded = (path for path in sorted(root.rglob("*")) if path.is_file() and not _taken(path, root))
    sizes = {path: squeezed(path.read_bytes()) for path in loaded}
    shown = {path: size for path, size in sizes.items() if path.name[0] != "."}
    if not shown:
        raise FileNotFoundError(f"{html}: no built site; `make book` builds one")
    found: dict[str, Weight] = {}
    for path, size in shown.items():
        name, weight = _stable(path, root), _page(path, root, sizes) if path.suffix == ".html" else Weight(size)
        if name not in found or weight.bare > found[name].bare:
            found[name] = weight
    return found


def _taken(path: Path, root: Path) -> bool:
    """Say whether a file is one that readers take away: the files of tables and figures, notebooks, archives."""
    parts = path.relative_to(root).parts
    return FILES_FOLDER in parts[1:-1] or parts[0] in PUBLISHED or path.suffix in (".ipynb", ".zip")


def _stable(path: Path, root: Path) -> str:
    name = path.relative_to(root).as_posix()
    if name.startswith(f"{ROW_PAGES_FOLDER}/") and path.suffix == ".html":
        return f"{ROW_PAGES_FOLDER}/*.html"
    return re.sub(r"\b[0-9a-f]{16,}\b", "*", name)


def squeezed(content: bytes) -> int:
    """Return how many bytes of a content go over the wire: gzip at level 6, without a time."""
    return len(gzip.compress(content, 6, mtime=0))


def _page(path: Path, root: Path, sizes: Mapping[Path, int]) -> Weight:
    text = path.read_text(encoding="utf-8")
    read = Page(text)
    outside, inside = (_assets(names, path.parent) for names in (read.loads, read.loads_in_figures))
    for asset in outside | inside:
        if asset not in sizes:
            raise FileNotFoundError(f"{path.relative_to(root)}: loads {asset.name}, which is not in the site")
    loaded = {_stable(asset, root): sizes[asset] for asset in sorted(outside)}
    bare, drawn = squeezed(read.without_figures().encode()), sum(sizes[asset] for asset in inside - outside)
    parts = {_stable(path, root): bare} | loaded
    return Weight(sum(parts.values()), sizes[path] + sum(loaded.values()) + drawn, parts)


def _assets(addresses: set[str], folder: Path) -> set[Path]:
    """Return the files of the site that addresses name, with those that a stylesheet among them names in turn."""
    found: set[Path] = set()
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        asset = (folder / unquote(parts.path)).resolve()
        found.add(asset)
        if asset.suffix == ".css" and asset.is_file():
            named = re.findall(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", asset.read_text(encoding="utf-8"))
            found |= _assets({one or other for one, other in named}, asset.parent)
    return found


class Page(HTMLParser):
    """The addresses that a page loads at first, in figures and elsewhere, and where its figures stand."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.text = text
        self.loads: set[str] = set()
        self.loads_in_figures: set[str] = set()
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._begun: list[int] = []
        self._figures: list[tuple[int, int]] = []
        self.feed(text)

    def without_figures(self) -> str:
        """Return the page without its figures."""
        kept, at = [], 0
        for begin, end in self._figures:
            kept.append(self.text[at:begin])
            at = end
        return "".join([*kept, self.text[at:]])

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of what an element loads, and of a figure that begins."""
        given = {name: value or "" for name, value in attrs}
        if tag == "figure":
            self._begun.append(self._place())
        elif tag == "link" and not LINKED & set(given.get("rel", "").split()):
            return
        elif tag in LOADED and given.get(LOADED[tag]):
            (self.loads_in_figures if self._begun else self.loads).add(given[LOADED[tag]])

    def handle_endtag(self, tag: str) -> None:
        """Take note of a figure that ends; one inside another is part of it."""
        if tag == "figure" and self._begun:
            begin = self._begun.pop()
            if not self._begun:
                self._figures.append((begin, self._place() + len("</figure>")))


def _is_chapter(path: str) -> bool:
    return path.startswith("book/") and not path.startswith(("book/evidence/", "book/reference/", "book/source/"))


def allowance(path: str, weight: Weight) -> Weight:
    """Return what a page or asset may weigh from now on: a little more than it does, a chapter never too much."""
    bare, whole = (BARE, WHOLE) if _is_chapter(path) else (None, None)
    return Weight(_spare(weight.bare, bare), None if weight.whole is None else _spare(weight.whole, whole))


def _spare(measured: int, ceiling: int | None) -> int:
    above = math.ceil(measured * (100 + SPARE) / 10_000) * 100
    return above if ceiling is None else min(above, ceiling)


def read_budget(path: Path | None = None) -> dict[str, Weight]:
    """Return what every page and asset may weigh, by path; the book's own budget where no file is given.

    Raises
    ------
    ValueError
        where a row is not a path, bytes and, for a page, bytes with figures; the message names file, row and value.
    """
    path = path or BUDGET
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name}: found what is no text ({error}); expected a CSV file in UTF-8") from None
    if rows[:1] != [HEADER]:
        raise ValueError(
            f"{path.name}:1: found {','.join(rows[0]) if rows else 'nothing'}; expected {','.join(HEADER)}"
        )
    budget: dict[str, Weight] = {}
    for number, row in enumerate(rows[1:], 2):
        if len(row) != 3 or not row[1].isdecimal() or not (row[2].isdecimal() or not row[2]):
            raise ValueError(
                f"{path.name}:{number}: found {','.join(row)}; expected a path and one or two whole numbers"
            )
        if row[0] in budget:
            raise ValueError(f"{path.name}:{number}:path: found {row[0]} again; expected one row for each path")
        budget[row[0]] = Weight(int(row[1]), int(row[2]) if row[2] else None)
    return budget


def write_budget(found: Mapping[str, Weight], path: Path | None = None) -> None:
    """Renew the budget from what was measured."""
    with (path or BUDGET).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for name, weight in sorted(found.items()):
            may = allowance(name, weight)
            writer.writerow([name, may.bare, "" if may.whole is None else may.whole])


def problems(found: Mapping[str, Weight], budget: Mapping[str, Weight]) -> list[str]:
    """Return, in words, what weighs more than it may, has no row or a row of nothing, and budgets that are too high."""
    said = []
    for path in sorted({*found, *budget}):
        if path not in budget:
            said.append(f"{path}: {found[path].bare} bytes, and no row in {BUDGET.name}; `weigh --write` adds it")
        elif path not in found:
            said.append(
                f"{path}: a row in {BUDGET.name}, and nothing like it in the site; `weigh --write` takes it out"
            )
        else:
            said += _excess(path, found[path], budget[path])
    return said


def _excess(path: str, weight: Weight, may: Weight) -> list[str]:
    said = []
    heaviest = sorted(weight.parts.items(), key=lambda part: -part[1])[:3]
    made_of = f"; the heaviest of it: {', '.join(f'{name} {size}' for name, size in heaviest)}" if heaviest else ""
    if weight.bare > may.bare:
        said.append(f"{path}: {weight.bare} bytes, budget {may.bare}{made_of}")
    if weight.whole is not None and weight.whole > (may.whole or 0):
        said.append(f"{path}: {weight.whole} bytes with figures, budget {may.whole or 'none'}{made_of}")
    if _is_chapter(path) and (may.bare > BARE or (may.whole or 0) > WHOLE):
        said.append(f"{path}: budget {may.bare}, {may.whole} with figures; expected at most {BARE}, {WHOLE}")
    return said


def table(found: Mapping[str, Weight], budget: Mapping[str, Weight]) -> str:
    """Return what is there against the budget as lines of text, the heaviest first."""
    none = Weight(0, 0)
    lines = [f"{'bytes':>8} {'budget':>8} {'figures':>8} {'budget':>8}  path"]
    for path, weight in sorted(found.items(), key=lambda item: (-(item[1].whole or 0), -item[1].bare)):
        may = budget.get(path, none)
        cells = [weight.bare, may.bare or "none", *(("", "") if weight.whole is None else (weight.whole, may.whole))]
        lines.append(" ".join(f"{cell:>8}" for cell in map(str, cells)) + f"  {path}")
    return "\n".join(lines)
