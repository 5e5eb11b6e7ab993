"""What the benchmarks share: a book to build, and how a time is named for the row of a table that it goes into."""

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.books import Book, generated
from tests.support import elsewhere

CHAPTERS = (10, 50)
NAMES = ["this-book", *(f"{size}-chapters" for size in CHAPTERS)]


@pytest.fixture(scope="session", params=(0, *CHAPTERS), ids=NAMES)
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """This book, or a generated one of so many chapters, not yet built."""
    into = tmp_path_factory.mktemp("bench") / "book"
    return generated(into, request.param) if request.param else Book(elsewhere.copied(into))


@pytest.fixture
def measure(benchmark: Any) -> Callable[..., None]:
    """Time some work, three times where it is not told otherwise; what `setup` does is not counted.

    `side` says what the time is in the row: that of the thing `itself`, of its `floor`, or of the notebooks' `cells`,
    which belong to the floor. What else a row says is given by column, or is a mapping that the work returns.
    """

    def timed(row: str, side: str, work: Any, *, setup: Any = None, rounds: int = 3, **cells: Any) -> None:
        benchmark.group = row
        benchmark.extra_info.update(row=row, side=side, cells=cells)
        found = benchmark.pedantic(work, setup=setup, rounds=rounds, iterations=1)
        cells.update(found or {} if side == "itself" else {})

    return timed
