"""What holds for every figure: the table behind it, the size of its text, the colours of who is on it."""

import inspect
import re
import textwrap
from collections.abc import Iterator
from io import StringIO

import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from compendium.display.charts import ledger as ledger_charts
from compendium.display.charts import maps, style
from compendium.display.charts import series as series_charts
from compendium.ledger.loader import Ledger
from compendium.ledger.schema import read_descriptor
from tests.support.drawings import DRAWN


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    style.use()
    yield
    pyplot.close("all")


def test_every_function_that_draws_is_tried_here() -> None:
    found = {
        name
        for module in (ledger_charts, series_charts, maps)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and name[0] != "_"
        and inspect.signature(function, eval_str=True).return_annotation is Figure
    }
    assert found == DRAWN.keys()


@pytest.mark.parametrize("name", DRAWN)
def test_a_table_is_behind_a_figure_with_a_row_for_each_mark(name: str) -> None:
    drawing, rows = DRAWN[name]
    assert style.attached_table(drawing()).to_csv(index=False) == textwrap.dedent(rows).lstrip("\n")


PHONE = 358
"""How wide a figure is on a phone 390 px wide, in px."""


@pytest.mark.parametrize("name", DRAWN)
def test_every_text_of_a_figure_is_legible_on_a_phone(name: str) -> None:
    out = StringIO()
    drawn = DRAWN[name][0]()
    drawn.savefig(out, format="svg")
    sizes = [float(size) for size in re.findall(r"font(?:-size: |: (?:\w+ )*)([\d.]+)px", out.getvalue())]
    assert sizes, "no text was found"
    assert min(sizes) * PHONE / (drawn.get_figwidth() * 72) >= 10


# --- colours of actors


def test_the_ledger_gives_actors_their_colours(small: Ledger) -> None:
    found = style.actor_colours(small, ["XBB", "XAA", "farmers-union"])
    assert found == {
        "XBB": style.SERIES_COLOURS[1],
        "XAA": style.SERIES_COLOURS[0],
    }  # in the order asked for; none for who has none


def test_actors_of_one_colour_cannot_stand_on_one_figure(small: Ledger) -> None:
    actors = small["actors"]
    actors["colour"] = 3
    with pytest.raises(ValueError, match=r"actors\.csv: XAA and XBB both have the colour 3"):
        style.actor_colours(small.with_tables(actors=actors), ["XAA", "XBB"])


def test_there_is_a_colour_for_each_that_the_data_may_name(small: Ledger) -> None:
    actors = next(table for table in read_descriptor(small.data)["resources"] if table["name"] == "actors")
    (field,) = (field for field in actors["schema"]["fields"] if field["name"] == "colour")
    assert (field["constraints"]["minimum"], field["constraints"]["maximum"]) == (1, len(style.SERIES_COLOURS))
