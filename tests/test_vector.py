"""Matplotlib's SVG made fit for a page: the same drawing, shorter and without inline style."""

import itertools
import re
from io import StringIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from matplotlib import pyplot

from compendium.display.charts import style
from compendium.display.charts import svg as display_svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn() -> str:
    style.use()
    figure, axes = pyplot.subplots()
    axes.plot([1, 2, 3], [2, 1, 1.2345], "D--", color=style.SERIES_COLOURS[0], label="a & b")
    axes.fill_between([1, 2], [1, 2], color=style.FAINT, alpha=0.65)
    axes.text(1, 1.5, "upright", rotation=90)
    axes.set_title("Two\nlines")
    axes.legend()
    out = StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    return out.getvalue()


@pytest.fixture(scope="module")
def before() -> Element:
    return ElementTree.fromstring(drawn())


@pytest.fixture(scope="module")
def after() -> Element:
    return ElementTree.fromstring(display_svg.compact_svg(drawn(), 'Falls "from" <2>'))


def points(path: str) -> list[tuple[float, float]]:
    """Follow a path of absolute or relative commands; return every point it names."""
    found, at, start = [], (0.0, 0.0), (0.0, 0.0)
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        base = at if command.islower() else (0.0, 0.0)
        ends = [(base[0] + x, base[1] + y) for x, y in zip(values[::2], values[1::2], strict=True)]
        found += ends
        at = ends[-1] if ends else start
        start = at if command in "Mm" else start
    return found


def test_nothing_is_styled_inline(after: Element) -> None:
    assert not [element.tag for element in after.iter() if "style" in element.attrib or element.tag == f"{SVG}style"]
    assert {element.get("fill-opacity") for element in after.iter()} >= {"0.65"}


def test_it_is_named_and_keeps_its_measures(after: Element) -> None:
    assert (after.tag, after.get("role"), after.get("aria-label")) == (f"{SVG}svg", "img", 'Falls "from" <2>')
    assert (after.get("width"), after.get("height"), after.get("viewBox")) == ("388.8pt", "230.4pt", "0 0 388.8 230.4")


def test_it_shows_the_colours_of_the_style_wherever_it_is_opened(after: Element) -> None:
    colours = {element.get(name) for element in after.iter() for name in ("fill", "stroke")} - {None, "none"}
    assert colours <= set(style.CSS_VARIABLES)
    assert style.SERIES_COLOURS[0] in colours


def test_every_text_stays(before: Element, after: Element) -> None:
    texts = [[text.text for text in svg.iter(f"{SVG}text")] for svg in (before, after)]
    assert texts[0] == texts[1]
    assert {"a & b", "upright", "Two", "lines"} <= set(texts[1])
    assert next(text.get("transform") for text in after.iter(f"{SVG}text") if text.text == "upright").endswith("(-90)")


def test_the_words_of_two_texts_stay_apart(after: Element) -> None:
    words = "".join(after.itertext()).split()
    assert {"Two", "lines", "upright"} <= set(words)


def test_every_path_that_is_seen_keeps_its_points_to_the_tenth(before: Element, after: Element) -> None:
    seen = [path for path in before.iter(f"{SVG}path") if path.get("style") != "fill: none"]
    kept = list(after.iter(f"{SVG}path"))
    assert len(seen) == len(kept) > 5
    for path, other in zip(seen, kept, strict=True):
        far = 0.0051 if other.get("id") else 0.051
        turns = [point for point, _ in itertools.groupby(points(path.get("d", "")))]
        for point, end in zip(turns, points(other.get("d", "")), strict=True):
            assert point == pytest.approx(end, abs=far)


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("M 10 20 \nL 10.04 20.44 \nL 9.5 20.44 \nz\n", "m10 20l0 .4l-.5 0z"),
        ("M 1 1 L 2 2 z M 3 3 L 4 3", "m1 1l1 1zm2 2l1 0"),
        ("M 0 0 C 1 0 2 1 2 2 Q 3 3 4 2", "m0 0c1 0 2 1 2 2q1 1 2 0"),
        ("M 5 5 L 5 5", "m5 5l0 0"),
        ("M 5 5 L 6 5 L 6.01 5 L 6.06 5", "m5 5l1 0l.1 0"),
    ],
)
def test_a_path_is_written_in_steps(path: str, short: str) -> None:
    assert display_svg._path(path, 1) == short


def test_rounding_never_adds_up_along_a_path() -> None:
    steps = [(0.04 * place, 0.0) for place in range(1000)]
    path = "M 0 0 " + " ".join(f"L {x} {y}" for x, y in steps)
    assert points(display_svg._path(path, 1))[-1][0] == pytest.approx(steps[-1][0], abs=0.051)


def test_only_ids_that_are_used_stay_and_each_is_its_own(after: Element) -> None:
    ids = [element.get("id") for element in after.iter() if element.get("id")]
    text = ElementTree.tostring(after, encoding="unicode")
    assert len(ids) == len(set(ids)) > 1
    assert set(re.findall(r"(?:url\(|href=\")#([^)\"]+)", text)) == set(ids)


def test_a_marker_takes_its_colours_from_where_it_is_used(after: Element) -> None:
    markers = [path for path in after.iter(f"{SVG}path") if path.get("id")]
    assert markers
    assert not [path.attrib for path in markers if set(path.attrib) != {"id", "d"}]
    assert all(use.get("fill") and use.get("stroke") for use in after.iter(f"{SVG}use"))


def test_the_family_of_the_text_is_said_once(after: Element) -> None:
    assert "DejaVu Sans" in after.get("font-family", "")
    assert not [text for text in after.iter(f"{SVG}text") if "font-family" in text.attrib]


def test_families_that_differ_stay_where_they_are() -> None:
    texts = [Element("text", {"font-family": name}) for name in ("serif", "sans-serif")]
    assert display_svg._family(texts) == {}
    assert [text.get("font-family") for text in texts] == ["serif", "sans-serif"]


def test_the_same_drawing_gives_the_same_text() -> None:
    assert display_svg.compact_svg(drawn(), "x") == display_svg.compact_svg(drawn(), "x")
