from pathlib import Path

import pytest

from compendium.builder.notebooks import find_chapters
from compendium.builder.prose_lint import numbers_in_prose
from compendium.project.paths import ROOT

HEAD = "---\njupytext:\n  version: 1\n---\n\n"


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("Trade grew by 10 per cent.", ["10"]),
        ("In 2024 it was $4.8 billion.", ["2024", "4.8", "billion"]),
        ("They named two sources.", ["two"]),
        ("It doubled.", ["doubled"]),
        ("One of the sources says so, at first.", []),
        ("It was {claim}`a2025.b-2024`, says {source}`a2025`.", []),
        ("See [the page](page-2) and `make 2`.", []),
        ("```{code-cell} ipython3\nx = 2\n```\nText.", []),
        ("```{note}\nThere are 3.\n```", ["3"]),
        ("{glue:text}`x:.1f` times", []),
        ("## The 43 points", ["43"]),
        (":::{admonition} Trade grew by 47 per cent\nText.\n:::", ["47"]),
        ("It isn`t so: 47.\n\nAnd 48 too, `code`.", ["47", "48"]),
        ("Some thirds of it.", ["thirds"]),
    ],
)
def test_figures_are_found_in_prose_only(tmp_path: Path, prose: str, found: list[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(HEAD + prose + "\n", encoding="utf-8")
    assert [problem.found for problem in numbers_in_prose(page)] == found


def test_the_line_is_the_editors(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(HEAD + "Text.\n\nIn 1999.\n", encoding="utf-8")
    assert [problem.row for problem in numbers_in_prose(page)] == [8]


@pytest.mark.parametrize("chapter", find_chapters(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_number_is_typed_in_a_chapter(chapter: Path) -> None:
    assert [str(problem) for problem in numbers_in_prose(chapter)] == []
