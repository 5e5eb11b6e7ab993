import re
from fractions import Fraction

import pandas as pd
import portion
import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup
from matplotlib import pyplot

from compendium.display import outputs
from compendium.display.charts import style
from compendium.project.paths import ROOT
from compendium.values import formatting


@pytest.mark.parametrize(
    ("interval", "unit", "said"),
    [
        (portion.closedopen(Fraction(435, 100), Fraction(445, 100)), "percent", "4.35–4.45 %"),
        (portion.closedopen(4_350_000_000, 4_450_000_000), "USD", "4.35–4.45 billion USD"),
        (portion.open(42_000_000, portion.inf), "USD", "more than 42 million USD"),
        (portion.closed(0, 35_000_000), "t/year", "0–35 million tonnes a year"),
        (portion.singleton(38), "person", "38 persons"),
        (portion.closed(Fraction(10000, 3), 5000), "t", "3,330–5,000 tonnes"),
        (portion.singleton(123_456), "item", "123,456"),
        (portion.closed(Fraction(5, 3) * 10**12, 2 * 10**12), "USD", "1.67–2 trillion USD"),
        (portion.open(-portion.inf, portion.inf), "person", "any amount"),
        (portion.openclosed(-portion.inf, 5), "percent", "at most 5 %"),
        (portion.closed(Fraction(19, 14), Fraction(48, 25)), "times", "1.36–1.92 times"),
    ],
)
def test_amount(interval: portion.Interval, unit: str, said: str) -> None:
    assert formatting.format_amount(interval, unit) == said


def test_brackets_show_which_end_is_included() -> None:
    assert formatting.format_interval(portion.closedopen(Fraction("4.35"), Fraction("4.45"))) == "[4.35, 4.45)"
    assert formatting.format_interval(portion.open(1, portion.inf)) == "(1, ∞)"


def test_a_table_has_caption_scopes_ids_and_escapes() -> None:
    frame = pd.DataFrame(
        {"Name": ["<b>", Markup("<i>kept</i>")], "Count": pd.array([1234, None], dtype="Int64"), "id": ["a.b", "c"]}
    )
    soup = BeautifulSoup(
        outputs.captioned_table(frame, 'A "caption"', numeric=["Count"], id_column="id").data, "html.parser"
    )
    assert soup.caption is not None
    assert soup.caption.text == 'A "caption"'
    assert [th["scope"] for th in soup.find_all("th")] == ["col", "col", "row", "row"]
    assert [tr.get("id") for tr in soup.find_all("tr")] == [None, "a.b", "c"]
    assert soup.find("b") is None
    assert soup.find("i") is not None
    assert [td.text for td in soup.find_all("td")] == ["1,234", ""]
    assert "1,234" in soup.text.split()


def drawn(colour: str) -> str:
    style.use()
    figure, axes = pyplot.subplots()
    axes.plot([1, 2], [2, 1], color=colour)
    style.attach_table(figure, pd.DataFrame({"year": [1, 2], "exports": [2, 1]}))
    return str(outputs.captioned_chart(figure, "A line falls from 2 to 1.", "A <line>").data)


def test_a_figure_is_inline_svg_with_alternative_text_and_caption() -> None:
    soup = BeautifulSoup(drawn(style.SERIES_COLOURS[0]), "html.parser")
    svg = soup.find("svg")
    assert svg is not None
    assert (svg["role"], svg["aria-label"]) == ("img", "A line falls from 2 to 1.")
    assert soup.figcaption is not None
    assert soup.figcaption.text == "A <line>"


def test_no_two_figures_share_an_id_and_the_same_drawing_gives_the_same() -> None:
    first, second = drawn(style.SERIES_COLOURS[0]), drawn(style.SERIES_COLOURS[1])
    ids = [set(re.findall(r' id="([^"]+)"', text)) for text in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert drawn(style.SERIES_COLOURS[0]) == first != second


# --- the stylesheet of the book


STYLESHEET = (ROOT / "book" / "_static" / "ledger.css").read_text(encoding="utf-8")
SCHEMES = [
    dict(re.findall(r"(--[\w-]+):\s*(#\w+)", block)) for block in re.findall(r"\{[^{}]*--ink:[^}]*\}", STYLESHEET)
]


def test_the_stylesheet_gives_every_colour_of_a_figure_that_of_the_page() -> None:
    for colour, name in style.CSS_VARIABLES.items():
        for what in ("fill", "stroke"):
            assert f'.chart [{what}="{colour}"] {{ {what}: var({name}); }}' in STYLESHEET


def test_the_light_scheme_of_the_page_has_the_colours_of_a_figure_on_its_own() -> None:
    for colour, name in style.CSS_VARIABLES.items():
        assert contrast(SCHEMES[0][name], colour) < 1.02, name


def test_the_dark_scheme_is_the_same_whether_asked_for_by_reader_or_system() -> None:
    assert len(SCHEMES) == 3
    assert SCHEMES[1] == SCHEMES[2] != SCHEMES[0]
    assert SCHEMES[0].keys() == SCHEMES[1].keys()


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, after WCAG 2, success criterion 1.4.3."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    whole = colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
    parts = [int(whole[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", SCHEMES[:2], ids=["light", "dark"])
def test_text_code_and_data_stand_out_from_what_they_stand_on(scheme: dict[str, str]) -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    shown = ["--ink", "--muted", "--color-brand-content", "--color-brand-visited", "--color-code-foreground"]
    for name in [*shown, *(f"--series-{place}" for place in range(1, 7))]:
        for ground in ("--paper", "--color-code-background"):
            assert contrast(scheme[name], scheme[ground]) >= 4.5, (name, ground)
