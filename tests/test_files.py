"""What tables and figures are as files: names, CSV that is safe to open, drawings of their own."""

import csv
from fractions import Fraction
from io import StringIO
from xml.etree import ElementTree

import pandas as pd
import portion
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from compendium.display import attachments, outputs
from compendium.display.outputs import RichOutput
from compendium.ledger import csv_safety

A = pd.DataFrame({"What": ["a"], "Count": [1]})
B = pd.DataFrame({"What": ["b"], "Count": [2]})


def read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))


# --- names


def test_a_name_tells_what_is_shown_and_changes_with_the_content() -> None:
    assert attachments.file_name("Trade – İmports of “Bakı”", "x", "csv").startswith("trade-imports-of-bak")
    assert attachments.file_name("A caption", "x", "csv") == "a-caption-2d7116.csv"
    assert attachments.file_name("A caption", "y", "csv") != attachments.file_name("A caption", "x", "csv")
    assert attachments.file_name("„–“", "x", "svg") == "file-2d7116.svg"


def test_a_long_caption_is_cut_between_words() -> None:
    assert attachments.file_name("word " * 30, "x", "csv") == f"{'word-' * 9}2d7116.csv"
    assert len(attachments.file_name("w" * 200, "x", "csv")) == 48 + len("-2d7116.csv")


# --- CSV


def test_markup_is_taken_off_and_lines_stand_apart() -> None:
    cell = Markup('<a href="x#y">5 &amp; <b>6</b></a><small>read as\n five</small><small></small><p>by “A”</p>')
    assert attachments.strip_markup(cell) == "5 & 6; read as five; by “A”"
    assert read(attachments.as_csv(pd.DataFrame({"Figure": [cell, "<b>"]}))) == [
        ["Figure"], ["5 & 6; read as five; by “A”"], ["<b>"],
    ]  # fmt: skip


def test_numbers_stay_numbers_lists_are_joined_and_gaps_are_empty() -> None:
    frame = pd.DataFrame(
        {"n": pd.array([1234567, None], dtype="Int64"), "f": [0.5, float("nan")], "l": [["a", "b"], []]}
    )
    assert read(attachments.as_csv(frame)) == [["n", "f", "l"], ["1234567", "0.5", "a; b"], ["", "", ""]]


@pytest.mark.parametrize("cell", ["=1+1", "+A1", "-A1", "@SUM(A1)", "-2+3", "--1", "+", "＝1", '=HYPERLINK("x")'])
def test_a_cell_that_a_spreadsheet_would_compute_is_text(cell: str) -> None:
    for frame in (pd.DataFrame({"a": [cell]}), pd.DataFrame({cell: ["a"]}), pd.DataFrame({"a": [[cell]]})):
        assert f"'{cell}" in [found for row in read(attachments.as_csv(frame)) for found in row]


@pytest.mark.parametrize("cell", ["-5", "+3.4", "-.5", "-1e-7", "-5 %", "+5%", "a=1", "–", "−5", ""])
def test_a_number_with_a_sign_and_other_text_are_left_alone(cell: str) -> None:
    assert csv_safety.escape_formula(cell) == cell


def test_markup_hides_no_formula() -> None:
    assert read(attachments.as_csv(pd.DataFrame({"a": [Markup("<b>=1+1</b>")]})))[1] == ["'=1+1"]


@given(st.lists(st.text(), min_size=1))
def test_no_cell_whatever_its_text_begins_a_formula(cells: list[str]) -> None:
    found = read(attachments.as_csv(pd.DataFrame({"a": [f"{cell}!" for cell in cells]}, dtype=object)))
    assert len(found) == len(cells) + 1
    assert all(cell[0] not in "=+-@\t\r\n" for (cell,) in found)


@pytest.mark.parametrize("cell", ["\t=1", "\r=1", "\n=1", " =1", "\r\n\t =1"])
def test_nothing_unseen_stands_before_a_formula(cell: str) -> None:
    assert read(attachments.as_csv(pd.DataFrame({"a": [cell, Markup(cell)]})))[1:] == [["'=1"], ["'=1"]]


# --- ends


@pytest.mark.parametrize(
    ("found", "cells"),
    [
        (portion.closedopen(Fraction(435, 100), Fraction(445, 100)), ["4.35", "4.45", "[)"]),
        (portion.open(42_000_000, portion.inf), ["42000000", "", "()"]),
        (portion.openclosed(-portion.inf, Fraction(-1, 8)), ["", "-0.125", "(]"]),
        (portion.closed(Fraction(1, 3), Fraction(2, 3)), ["0.333333333333333", "0.666666666666667", "[]"]),
        (portion.closed(Fraction(-2, 3), Fraction(10**20, 3)), ["-0.666666666666667", str(10**20 // 3 + 1), "[]"]),
        (portion.singleton(0.1), ["0.1", "0.1", "[]"]),
        (portion.singleton(0), ["0", "0", "[]"]),
        (portion.empty(), ["", "", ""]),
        (None, ["", "", ""]),
    ],
)
def test_an_interval_is_two_exact_ends(found: portion.Interval | None, cells: list[str]) -> None:
    assert list(attachments.interval_cells(found).values()) == cells


@given(st.fractions(), st.fractions())
def test_what_is_written_holds_what_is_meant(one: Fraction, other: Fraction) -> None:
    low, high = sorted((one, other))
    written = attachments.interval_cells(portion.closed(low, high))
    assert Fraction(written["low"]) <= low
    assert Fraction(written["high"]) >= high
    assert abs(Fraction(written["low"]) - low) <= abs(low) / 10**13


# --- tables and figures that are shown


def bundled(shown: RichOutput) -> dict[str, object]:
    return shown._repr_mimebundle_()


def test_a_table_has_its_csv_beside_it_and_a_link_that_says_which() -> None:
    found = bundled(outputs.captioned_table(A, 'What & "how"', numeric=["Count"]))
    ((name, content),) = attachments.linked_files(found).items()
    assert content == found[attachments.CSV_TYPE] == "What,Count\na,1\n"
    assert f'<a href="files/{name}" download aria-label="CSV: What &amp; &quot;how&quot;">CSV</a>' in str(
        found["text/html"]
    )


def test_ids_come_before_what_is_shown_and_other_data_instead_of_it() -> None:
    frame = A.assign(key=["a.1"])
    assert (
        bundled(outputs.captioned_table(frame, "c", id_column="key"))[attachments.CSV_TYPE]
        == "key,What,Count\na.1,a,1\n"
    )
    assert (
        bundled(outputs.captioned_table(frame, "c", id_column="key", data=B))[attachments.CSV_TYPE]
        == "What,Count\nb,2\n"
    )


def test_what_is_shown_together_keeps_every_table() -> None:
    one, other = outputs.captioned_table(A, "One"), outputs.captioned_table(B, "Other")
    alone = bundled(RichOutput.combine(Markup("<p>before</p>"), one, "<after>"))
    assert alone[attachments.CSV_TYPE] == "What,Count\na,1\n"
    assert str(alone["text/html"]).startswith("<p>before</p>")
    assert str(alone["text/html"]).endswith("&lt;after&gt;")
    both = bundled(RichOutput.combine(RichOutput.combine(one, other), one))
    assert attachments.CSV_TYPE not in both
    assert sorted(attachments.linked_files(both).values()) == ["What,Count\na,1\n", "What,Count\nb,2\n"]
    assert bundled(RichOutput.combine("text")) == {"text/html": "text"}


def test_a_notebook_may_keep_texts_as_lines() -> None:
    found = bundled(outputs.captioned_table(A, "c"))
    lines = {mime: str(text).splitlines(keepends=True) for mime, text in found.items()}
    assert attachments.linked_files(lines) == attachments.linked_files(found) != {}


def test_a_link_without_its_content_is_linked_and_not_held() -> None:
    found = bundled(outputs.captioned_table(A, "c"))
    del found[attachments.CSV_TYPE]
    assert attachments.linked_files(found) == {}
    assert [name for name, _ in attachments.linked_names(str(found["text/html"]))] == [
        attachments.file_name("c", "What,Count\na,1\n", "csv")
    ]


def test_a_drawing_of_its_own_is_whole_and_has_a_title_and_paper() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="5pt" height="4pt" viewBox="0 0 5 4"><path d="m0 0"/></svg>'
    root = ElementTree.fromstring(attachments.standalone_svg(svg, "A <b> & “c”"))
    title, paper, path = root
    assert (title.tag.rpartition("}")[2], title.text) == ("title", "A <b> & “c”")
    assert (paper.get("width"), paper.get("fill"), path.get("d")) == ("100%", "#fff", "m0 0")
    assert (root.get("width"), root.get("height")) == ("5pt", "4pt")
