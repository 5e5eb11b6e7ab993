"""The parts of the benchmark: what each measures, and what it is held against.

Each takes a workshop and returns rows; it neither prints results nor writes them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from compendium import bench
from compendium.benches import books, rivals
from compendium.benches.copies import BenchError, Copy
from compendium.benches.ledgers import made_up
from compendium.benches.rows import BEYOND, SECONDS, TABLE, TIMES, Row
from compendium.benches.timing import in_turns
from compendium.benches.workshop import Workshop, book_of, workshop

CHAPTERS = (10, 50, 200)
CLAIMS = (100, 1_000, 10_000)
START = "Python's start and the imports of the command line"
FLOOR = "the cells in warm processes on all cores, and bare Sphinx"
EDITS = {"data": (TABLE, "machine"), "claims": ("claims", "summary")}
"""Of which table and column a cell is edited: of one that a single notebook shows, and of one that many read."""


def cold(shop: Workshop) -> list[Row]:
    """Measure the whole book, every notebook executed and no site there."""
    taken = in_turns(
        {
            "the whole book": shop.cold,
            "its cells alone": shop.cells,
            "bare Sphinx alone": lambda: rivals.sphinx(shop.bare, fresh=True),
        },
        shop.say,
        rounds=shop.rounds,
    )
    whole, cells, sphinx = taken.values()
    floor = cells.seconds + sphinx.seconds
    what = "The whole book, every notebook executed"
    return [Row("cold", "cold", what, whole, FLOOR, floor, cells.seconds, _many(shop), aim=1.25, unit=TIMES)]


def plain(shop: Workshop) -> list[Row]:
    """Measure the same against Jupyter Book as it comes."""
    shop.built()
    sides = {"the whole book": shop.cold, "plain Jupyter Book": lambda: rivals.jupyter_book(shop.plain)}
    whole, other = in_turns(sides, shop.say, rounds=shop.rounds).values()
    against = "Jupyter Book as it comes, executing the same notebooks"
    what = "The whole book again, against Jupyter Book as it comes"
    return [Row("plain", "plain", what, whole, against, other.seconds, chapters=_many(shop), aim=0.5, unit=TIMES)]


def nothing(shop: Workshop) -> list[Row]:
    """Measure a build where nothing has changed."""
    book = shop.built()
    sides = {
        "nothing changed": lambda: book.python("-m", "compendium", "build").seconds,
        "starting Python": lambda: book.python("-c", "import compendium.cli.app").seconds,
    }
    taken, start = in_turns(sides, shop.say, rounds=shop.rounds).values()
    row = Row("nothing", "nothing", "Nothing changed", taken, START, start.seconds, chapters=_many(shop))
    return [replace(row, aim=2.0, unit=SECONDS)]


def prose(shop: Workshop) -> list[Row]:
    """Measure a sentence added to a chapter."""
    book, bare = shop.built(), shop.bare_built()
    chapter = books.middling(book)

    def ours() -> float:
        word = shop.word()
        books.add_sentence(chapter, word)
        seconds = book.python("-m", "compendium", "build").seconds
        books.must_show(book, word, [books.page_of(book, chapter)])
        return seconds

    def theirs() -> float:
        _follow(book, bare)
        return rivals.sphinx(bare, fresh=False)

    taken, sphinx = in_turns({"a sentence": ours, "bare Sphinx": theirs}, shop.say, rounds=shop.rounds).values()
    against = "bare Sphinx, after the same edit"
    row = Row("prose", "prose", "A sentence added to a chapter", taken, against, sphinx.seconds, chapters=_many(shop))
    return [replace(row, aim=2.5, unit=SECONDS)]


def data(shop: Workshop) -> list[Row]:
    """Measure a cell edited in a table that one notebook shows."""
    row = edited(shop, *EDITS["data"])
    return [replace(row, name="data", part="data", aim=3.0, unit=BEYOND)]


def claims(shop: Workshop) -> list[Row]:
    """Measure a cell edited in the table of claims, which many notebooks read."""
    return [replace(edited(shop, *EDITS["claims"]), name="claims", part="claims")]


def edited(shop: Workshop, table: str, column: str) -> Row:
    """Measure a cell edited in a table, to the right pages on disk; against what those pages take at least."""
    book, bare = shop.built(), shop.bare_built()
    seen: list[Path] = []

    def ours() -> float:
        word = shop.word()
        books.edit_cell(book, table, column, word)
        ended = book.python("-m", "compendium", "build")
        books.must_show(book, word, [books.page_of(book, path) for path in books.naming(book, word)])
        shop.say(f"    {ended.stdout.strip().splitlines()[-1]}")
        return ended.seconds

    def theirs() -> float:
        # What takes long is measured once, and Sphinx more often: it then has the same edit again.
        seen[:] = _follow(book, bare, seen)
        shop.say(f"    shown in {', '.join(str(path) for path in seen)}")
        return rivals.sphinx(bare, fresh=False)

    def cells() -> float:
        return shop.cells([(book.root / path).with_suffix(".md") for path in seen])

    sides = {"a cell of data": ours, "bare Sphinx": theirs, "the cells of what shows it": cells}
    taken, sphinx, own = in_turns(sides, shop.say, rounds=shop.rounds).values()
    shows = "one page shows" if len(seen) == 1 else f"{len(seen)} pages show"
    what = f"A cell edited in the table {table}, which {shows}"
    against = "the cells of what shows it in warm processes, and bare Sphinx on it"
    return Row("", "", what, taken, against, own.seconds + sphinx.seconds, own.seconds, _many(shop))


def _follow(book: Copy, bare: Copy, before: Sequence[Path] = ()) -> list[Path]:
    """Bring the notebooks that a reader would see changed to the twin, or those of before again; return them.

    Raises
    ------
    BenchError
        where there is none.
    """
    found = books.changed(books.contents(bare), books.contents(book)) or list(before)
    if not found:
        raise BenchError("the build ended well, but no notebook shows the edit")
    for path in found:
        shutil.copy(book.root / path, bare.root / path)
    return found


def _many(shop: Workshop) -> int:
    return len(books.chapters(shop.book))


def test(shop: Workshop) -> list[Row]:
    """Measure `make test` against `make book` with nothing there."""
    copy = shop.another("tested")
    # The environment is that of the running interpreter, so that there is none to make.
    given = ("PYTHON=true", f"RUN={sys.executable}")

    def book() -> float:
        shutil.rmtree(copy.root / "_build", ignore_errors=True)
        return copy.command("make", "book", "FRESH=1", *given).seconds

    sides = {"make book": book, "make test": lambda: copy.command("make", "test", *given).seconds}
    other, taken = in_turns(sides, shop.say, rounds=shop.rounds).values()
    against = "make book, every notebook executed"
    return [Row("test", "test", "make test", taken, against, other.seconds, chapters=_many(shop), aim=2.0, unit=TIMES)]


def chapters(shop: Workshop, sizes: Sequence[int] = CHAPTERS) -> list[Row]:
    """Measure generated books of growing size: cold, nothing changed, a sentence added."""
    rows = []
    for size in sizes:
        shop.say(f"  a generated book of {size} chapters")
        with workshop(book_of(size), shop.say, shop.rounds) as own:
            found = [row for measure in (cold, nothing, prose) for row in measure(own)]
        rows += [
            replace(row, name=f"chapters-{size}-{row.name}", part="chapters", aim=None, unit="", chapters=size)
            for row in found
        ]
    return rows


def ledger(shop: Workshop, sizes: Sequence[int] = CLAIMS) -> list[Row]:
    """Measure the checking of made-up ledgers of growing size."""
    rows = []
    for size in sizes:
        folder = made_up(size, shop.folder / f"ledger-{size}")
        sides: dict[str, Callable[[], float]] = {
            f"checking {size} claims": partial(_check, shop.book, folder),
            "starting Python": lambda: (
                shop.book.python("-c", "import compendium.cli.app, compendium.curation.validation").seconds
            ),
        }
        taken, start = in_turns(sides, shop.say, rounds=shop.rounds).values()
        what = "A ledger read and checked"
        against = "Python's start and the imports of the check"
        rows.append(Row(f"ledger-{size}", "ledger", what, taken, against, start.seconds, claims=size))
    return rows


def _check(copy: Copy, folder: Path) -> float:
    return copy.python("-m", "compendium", "check", "--data", str(folder)).seconds


def reconciliation(shop: Workshop) -> list[dict[str, str]]:
    """Measure the reconciliation of made-up ledgers of growing size.

    Raises
    ------
    BenchError
        where a measurement ends in an error; what it said stands on the error stream.
    """
    try:
        return bench.run(say=shop.say)
    except subprocess.CalledProcessError as error:
        raise BenchError(f"a measurement ended with exit code {error.returncode}; its message stands above") from None


@dataclass(frozen=True)
class Part:
    """A part of the benchmark, by what it measures; `table` is where its rows go."""

    measure: Callable[[Workshop], list[Row]] | Callable[[Workshop], list[dict[str, str]]]
    table: str = TABLE


PARTS = {
    "cold": Part(cold),
    "plain": Part(plain),
    "nothing": Part(nothing),
    "prose": Part(prose),
    "data": Part(data),
    "claims": Part(claims),
    "test": Part(test),
    "chapters": Part(chapters),
    "ledger": Part(ledger),
    "reconciliation": Part(reconciliation, bench.TABLE),
}
"""Every part by its name, in the order in which all are measured."""
