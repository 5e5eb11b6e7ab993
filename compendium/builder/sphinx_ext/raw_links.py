"""Sphinx extension: makes the link check see links in raw HTML, where tables have most of them."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class RawLinks(SphinxPostTransform):
    """Transform for the link check builder: adds a reference node for every external link in raw HTML."""

    builders = ("linkcheck",)
    default_priority = 1
    """Before MyST-NB selects outputs by builder, which would give the link check plain text."""

    def run(self, **kwargs: Any) -> None:
        """Add the references at the end of the page."""
        for raw in list(self.document.findall(nodes.raw)):
            for address in external_links(raw.astext()):
                reference = nodes.reference("", "", refuri=address)
                reference.line = raw.line
                self.document += nodes.paragraph("", "", reference)


def external_links(html: str) -> list[str]:
    """Return the http and https URLs of the links of HTML, in order."""
    links = BeautifulSoup(html, "html.parser").find_all("a", href=True)
    return [str(link["href"]) for link in links if str(link["href"]).startswith(("http://", "https://"))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform with Sphinx."""
    app.add_post_transform(RawLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
