"""Benchmarks of builds of a book, compared with a floor measured on the same machine in the same run.

The floor is the time of the notebooks' cells in preloaded processes on all cores, and of Sphinx alone on their pages.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from benchmarks.books import Book
from benchmarks.warm import PreloadedProcess

EDITED = ("build_benchmarks", "machine")
"""A table that a single page shows, and a column of it."""
WHAT = {
    "cold": ("The whole book, every notebook executed", 1.25, "times",
             "the cells in warm processes on all cores, and bare Sphinx"),
    "plain": ("The whole book again, against Jupyter Book as it comes", 0.5, "times",
              "Jupyter Book as it comes, executing the same notebooks"),
    "nothing": ("Nothing changed", 2.0, "seconds", "Python's start and the imports of the command line"),
    "prose": ("A sentence added to a chapter", 2.5, "seconds", "bare Sphinx, after the same edit"),
    "data": (f"A cell edited in the table {EDITED[0]}, which one page shows", 3.0, "seconds beyond the cells",
             "the cells of what shows it in warm processes, and bare Sphinx on it"),
}  # fmt: skip
"""By part: description, target, unit of the target, and description of the floor."""


SIDES = [(part, side) for part in WHAT for side in ("itself", "floor", "cells")]
SIDES = [(part, side) for part, side in SIDES if side != "cells" or part in ("cold", "data")]


@pytest.mark.parametrize(("part", "side"), SIDES)
def test_building(measure: Callable[..., None], book: Book, part: str, side: str) -> None:
    """Time a side of a part on a book that has been built once."""
    made_up, many = (book.root / "book" / "chapter-1.md").is_file(), len(book.chapters)
    if made_up and part in ("plain", "data"):
        pytest.skip("only this book is built by plain Jupyter Book, or has a table that one page shows")
    what, aim, unit, against = WHAT[part]
    row = {"what": what, "against": against, "chapters": many}
    row |= {"part": "chapters"} if made_up else {"part": part, "aim": aim, "aim_unit": unit}
    words: list[str] = []

    def edit() -> None:
        words.append(book.edit_cell(*EDITED) if part == "data" else book.add_sentence())

    def edit_and_update_bare() -> None:
        edit()
        book.update_bare(words[-1])

    book.build()
    if part in ("prose", "data") and side == "floor":
        book.bare.sphinx()
    options: dict[str, Any] = {"rounds": 1} if part in ("cold", "plain") or side == "cells" else {}
    match part, side:
        case "cold" | "plain", "itself":
            work, options["setup"] = lambda: book.build("--fresh"), book.clean
        case "cold", "cells":
            work = PreloadedProcess(book, "cells", *map(str, book.chapters)).run
        case "cold", "floor":
            work, options["setup"] = book.bare.sphinx, book.bare.clean
        case "plain", "floor":
            work, options["setup"] = book.plain.jupyter_book, book.plain.clean
        case "nothing", "floor":
            work = partial(book.run, "-c", "import compendium.cli.app")
        case _, "cells":
            edit()
            work = PreloadedProcess(book, "cells", *book.update_bare(words[-1])).run
        case _, "floor":
            work, options["setup"] = book.bare.sphinx, edit_and_update_bare
        case _:
            work, options["setup"] = book.build, None if part == "nothing" else edit
    measure(f"chapters-{many}-{part}" if made_up else part, side, work, **options, **row)
    if words:
        book.notebooks_showing(words[-1])
