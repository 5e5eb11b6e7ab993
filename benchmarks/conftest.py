"""Fixtures of the benchmarks: a book to build, and a timer that labels its result for a row of a table."""

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.books import Book, generate_book
from tests.support import elsewhere

CHAPTERS = (10, 50)
NAMES = ["this-book", *(f"{size}-chapters" for size in CHAPTERS)]


@pytest.fixture(scope="session", params=(0, *CHAPTERS), ids=NAMES)
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """This book, or a generated one with 10 or 50 chapters, not yet built."""
    into = tmp_path_factory.mktemp("bench") / "book"
    return generate_book(into, request.param) if request.param else Book(elsewhere.copied(into))


@pytest.fixture
def measure(benchmark: Any) -> Callable[..., None]:
    """Return a function that times some work and labels the result with a row and a side of it.

    Sides: the thing `itself`, its `floor` (lower bound), and the notebooks' `cells`, which are part of the floor.
    `setup` is not timed. Other columns of the row are given by keyword, or returned by the work as a mapping.
    """

    def timed(row: str, side: str, work: Any, *, setup: Any = None, rounds: int = 3, **cells: Any) -> None:
        benchmark.group = row
        benchmark.extra_info.update(row=row, side=side, cells=cells)
        found = benchmark.pedantic(work, setup=setup, rounds=rounds, iterations=1)
        cells.update(found or {} if side == "itself" else {})

    return timed
