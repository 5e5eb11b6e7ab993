"""Lighter markup: the same text, less around it."""

from types import SimpleNamespace

from bs4 import BeautifulSoup
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from pygments import highlight
from pygments.formatters import HtmlFormatter

from compendium.builder.sphinx_ext import lean

CODE = """from pathlib import Path

def size(path: Path) -> int:
    # Bytes, not characters.
    return len(path.read_bytes()) + 1 if path is not None else f"{path} is {'none'}\\n"
"""


def coloured() -> BeautifulSoup:
    return BeautifulSoup(highlight(CODE, lean.LeanPython(), HtmlFormatter()), "html.parser")


def test_coloured_code_is_the_same_text() -> None:
    assert coloured().text.strip() == CODE.strip()


def test_each_kind_of_word_is_told_apart_and_nothing_else_has_an_element() -> None:
    told = {(span["class"][0], span.text) for span in coloured().find_all("span") if span.text.strip()}
    assert {("k", "def"), ("nf", "size"), ("c", "# Bytes, not characters."), ("nb", "len"), ("m", "1")} <= told
    assert {("k", "is not"), ("k", "not"), ("k", "None")} & told
    assert {name for name, _ in told} == {"k", "nf", "c", "nb", "m", "s"}
    assert ("nb", "int") in told
    assert not {text for _, text in told} & {"path", "(", "."}


def test_folded_code_is_called_what_it_says() -> None:
    page = SimpleNamespace(body=[])
    node = HideCodeCellNode(prompt_show="Show <it>", prompt_hide="Hide it")
    lean._unfold(page, node)
    lean._fold(page, node)
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
    lean._begin_entry(page, nodes.citation())
    assert page.body == ['<div role="list">', '<div id="a" role="listitem">']
