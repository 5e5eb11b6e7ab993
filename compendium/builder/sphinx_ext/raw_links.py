"""Shows Sphinx's link check the addresses in raw HTML, which it does not look at: tables hold most of them."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class RawLinks(SphinxPostTransform):
    """Adds a reference for every link of raw HTML that leads outside, for the link check alone."""

    builders = ("linkcheck",)
    default_priority = 1
    """Before what is shown of a cell is chosen by the builder: the link check would be given plain text."""

    def run(self, **kwargs: Any) -> None:
        """Add the references at the end of the page."""
        for raw in list(self.document.findall(nodes.raw)):
            for address in outside(raw.astext()):
                reference = nodes.reference("", "", refuri=address)
                reference.line = raw.line
                self.document += nodes.paragraph("", "", reference)


def outside(html: str) -> list[str]:
    """Return the addresses of http and https that HTML links to, in order."""
    links = BeautifulSoup(html, "html.parser").find_all("a", href=True)
    return [str(link["href"]) for link in links if str(link["href"]).startswith(("http://", "https://"))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect this with Sphinx."""
    app.add_post_transform(RawLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
