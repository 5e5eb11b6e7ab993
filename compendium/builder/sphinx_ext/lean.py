"""Lighter markup where Sphinx and its extensions write more than a reader sees; nothing is lost but bytes.

Code is coloured in five kinds of words instead of dozens, a folded cell is a plain `<details>` that is called what
it says, and an entry of the bibliography has the role that its list requires. A Sphinx extension; it touches no
finished page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from markupsafe import escape
from myst_nb.sphinx_ import HideCodeCellNode
from pygments.filter import Filter
from pygments.filters import TokenMergeFilter
from pygments.lexer import Lexer
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Text, _TokenType
from sphinx.application import Sphinx

KINDS = (
    (Operator.Word, Keyword),
    (Keyword, Keyword),
    (String.Interpol, Text),
    (String, String),
    (Number, Number),
    (Comment, Comment),
    (Name.Builtin, Name.Builtin),
    (Name.Function, Name.Function),
    (Name.Class, Name.Function),
)
"""What a reader can tell apart in code: the first that a token is a kind of, and as what it is shown; else plain."""


class FewKinds(Filter):  # type: ignore[misc]  # Pygments carries no types
    """Names each token by its kind in `KINDS`."""

    def filter(self, lexer: Lexer, stream: Iterable[tuple[_TokenType, str]]) -> Iterator[tuple[_TokenType, str]]:
        """Yield every token of a stream, its text unchanged."""
        for token, text in stream:
            blank = not text.strip()
            yield Text if blank else next((shown for kind, shown in KINDS if token in kind), Text), text


class LeanPython(PythonLexer):  # type: ignore[misc]
    """Python in few kinds of words, neighbours of one kind together; plain text gets no element of its own."""

    def __init__(self, **options: Any) -> None:
        """Take the options of any lexer."""
        super().__init__(**options)
        self.add_filter(FewKinds())
        self.add_filter(TokenMergeFilter())


def _unfold(translator: Any, node: HideCodeCellNode) -> None:
    show, hide = escape(node["prompt_show"]), escape(node["prompt_hide"])
    translator.body.append(f'<details class="fold"><summary><span>{show}</span> <span>{hide}</span></summary>\n')


def _fold(translator: Any, node: HideCodeCellNode) -> None:
    translator.body.append("</details>\n")


def _begin_entry(translator: Any, node: nodes.citation) -> None:
    # Docutils puts entries with a role of their own, by now deprecated, into a list that may only hold list items.
    type(translator).visit_citation(translator, node)
    translator.body[-1] = translator.body[-1].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app: Sphinx) -> dict[str, bool]:
    """Put the lighter markup in place of the usual one, in HTML."""
    app.add_lexer("python", LeanPython)
    app.add_node(HideCodeCellNode, override=True, html=(_unfold, _fold))
    app.add_node(nodes.citation, override=True, html=(_begin_entry, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
