"""Markup that people who hear a page need, where Sphinx and MyST-NB write another; a Sphinx extension.

A folded cell is called what it says, and an entry of the bibliography has the role that its list requires. No text of
a page changes.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from markupsafe import escape
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx


def _unfold(translator: Any, node: HideCodeCellNode) -> None:
    # MyST-NB names every folded cell “Toggle hidden content”, whatever stands there to be read.
    show, hide = escape(node["prompt_show"]), escape(node["prompt_hide"])
    translator.body.append(f'<details class="fold"><summary><span>{show}</span> <span>{hide}</span></summary>\n')


def _fold(translator: Any, node: HideCodeCellNode) -> None:
    translator.body.append("</details>\n")


def _begin_entry(translator: Any, node: nodes.citation) -> None:
    # Docutils puts entries with a role of their own, by now deprecated, into a list that may only hold list items.
    type(translator).visit_citation(translator, node)
    translator.body[-1] = translator.body[-1].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app: Sphinx) -> dict[str, bool]:
    """Put this markup in place of the usual one, in HTML."""
    app.add_node(HideCodeCellNode, override=True, html=(_unfold, _fold))
    app.add_node(nodes.citation, override=True, html=(_begin_entry, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
