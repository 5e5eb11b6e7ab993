"""Sphinx extension: HTML that screen readers need where Sphinx and MyST-NB write other markup.

A folded cell has an accessible name, and an entry of the bibliography the ARIA role that its list requires. The text of
pages does not change.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from markupsafe import escape
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx


def _unfold(translator: Any, node: HideCodeCellNode) -> None:
    # MyST-NB labels every folded cell “Toggle hidden content”, whatever its visible text.
    show, hide = escape(node["prompt_show"]), escape(node["prompt_hide"])
    translator.body.append(f'<details class="fold"><summary><span>{show}</span> <span>{hide}</span></summary>\n')


def _fold(translator: Any, node: HideCodeCellNode) -> None:
    translator.body.append("</details>\n")


def _begin_entry(translator: Any, node: nodes.citation) -> None:
    # Docutils gives entries the deprecated role doc-biblioentry inside a list, which may only contain list items.
    type(translator).visit_citation(translator, node)
    translator.body[-1] = translator.body[-1].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the HTML visitors of both nodes with Sphinx."""
    app.add_node(HideCodeCellNode, override=True, html=(_unfold, _fold))
    app.add_node(nodes.citation, override=True, html=(_begin_entry, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
