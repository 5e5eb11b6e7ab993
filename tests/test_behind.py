"""Behind every figure stands the table that it was drawn from, a row for each mark."""

import inspect
import textwrap
from collections.abc import Iterator

import pytest
from drawings import DRAWN
from matplotlib import pyplot
from matplotlib.figure import Figure

from compendium import charts, draw, style


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    style.use()
    yield
    pyplot.close("all")


def test_every_function_that_draws_is_tried_here() -> None:
    found = {
        name
        for module in (draw, charts)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and name[0] != "_"
        and inspect.signature(function, eval_str=True).return_annotation is Figure
    }
    assert found == DRAWN.keys()


@pytest.mark.parametrize("name", DRAWN)
def test_a_table_is_behind_a_figure_with_a_row_for_each_mark(name: str) -> None:
    drawing, rows = DRAWN[name]
    assert style.behind(drawing()).to_csv(index=False) == textwrap.dedent(rows).lstrip("\n")
