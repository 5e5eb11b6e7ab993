"""Folded code is called what it says, and the bibliography is a list."""

from types import SimpleNamespace

from bs4 import BeautifulSoup
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode

from compendium.builder.sphinx_ext import accessible_markup


def test_folded_code_is_called_what_it_says() -> None:
    page = SimpleNamespace(body=[])
    node = HideCodeCellNode(prompt_show="Show <it>", prompt_hide="Hide it")
    accessible_markup._unfold(page, node)
    accessible_markup._fold(page, node)
    soup = BeautifulSoup("".join(page.body), "html.parser")
    assert soup.details is not None
    assert [span.text for span in soup.details.summary.find_all("span")] == ["Show <it>", "Hide it"]
    assert not soup.find_all(attrs={"aria-label": True})


class Translator:
    """What docutils' own does with an entry of a bibliography, in brief."""

    def __init__(self) -> None:
        self.body: list[str] = []

    def visit_citation(self, node: nodes.citation) -> None:
        self.body += ['<div role="list">', '<div id="a" role="doc-biblioentry">']


def test_an_entry_of_the_bibliography_is_an_item_of_its_list() -> None:
    page = Translator()
    accessible_markup._begin_entry(page, nodes.citation())
    assert page.body == ['<div role="list">', '<div id="a" role="listitem">']
