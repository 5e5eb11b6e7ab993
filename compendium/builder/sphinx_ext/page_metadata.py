"""A Sphinx extension: what a published site has besides its text. How to cite a page, what links to it show, a map.

Each page gets its citation and its description; where the address of the site is told, a preview image and a canonical
address as well, and the site a list of its pages. It adds files to the site and values for templates; the text of no
page is touched.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective

from compendium.builder import print_files
from compendium.builder.pipeline import input_digests
from compendium.project import citation, site_url

SITEMAP, PREVIEWS, PRINTS = "sitemap.xml", "_previews", "_prints"
LONGEST = 200
"""Of a description, in characters: more is cut by whoever shows it."""


def address(app: Sphinx, config: Config) -> None:
    """Take the address of the site from where the build was told it; what a template needs hangs on this setting."""
    try:
        config.html_baseurl = site_url.read_site_url()
    except ValueError as error:
        raise ConfigError(str(error)) from None


def describe(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Offer a page's template what it says of itself: title, description, citation, preview, the root of the site.

    A page that no chapter becomes may bring a `description` of its own; a citation have chapters, and what says that it
    is `citable`.
    """
    book, site = citation.read_edition(), str(app.config.html_baseurl)
    front = pagename == app.config.root_doc
    title = str(app.config.html_title) if front else Markup(context.get("title", "")).striptags()
    said = lead(doctree) if doctree is not None else ""
    context["plain_title"] = title
    context["site_root"] = site_url.base_path(site)
    context["edition"] = book
    if said or "description" not in context:
        context["description"] = said
    if doctree is None and not context.get("citable"):
        return
    page, name = "" if front else title, pagename.removeprefix(f"{app.config.root_doc.partition('/')[0]}/")
    at = str(context.get("pageurl") or "")
    context["cited"] = (
        citation.format_citation(book, page, at),
        citation.format_bibtex(book, page, at, "" if front else name),
    )
    if site:
        path = f"{PREVIEWS}/{pagename.replace('/', '-')}.png"
        context["preview"] = {"url": site + path, "size": _drawn(Path(app.outdir) / path, context, front)}


def _drawn(path: Path, context: dict[str, Any], front: bool) -> tuple[int, int]:
    """Draw the picture of a page from what it says of itself, and return its size."""
    # Imported late: Matplotlib takes long to import, and only a site with an address has pictures.
    from compendium.builder.sphinx_ext import previews

    book = context["edition"]
    previews.write_preview(path, context["plain_title"], context["description"], book.subtitle if front else book.name)
    return previews.SIZE


def lead(doctree: nodes.document) -> str:
    """Return what the lead of a page says, as plain text and as many whole sentences as fit; `""` without one."""
    paragraph = next((node for node in doctree.findall(nodes.paragraph) if "lead" in node["classes"]), None)
    return shortened(paragraph.astext()) if paragraph is not None else ""


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return the sentences of a text that fit, or what fits of the first, at the end of a word."""
    text = " ".join(text.split())
    ends = [found.end() for found in re.finditer(r"[.?!][”)]?(?= |$)", text)]
    whole = [end for end in ends if end <= longest]
    if whole or len(text) <= longest:
        return text if len(text) <= longest else text[: whole[-1]]
    return text[: longest - 1].rpartition(" ")[0] + " …"


def map_pages(app: Sphinx, exception: Exception | None) -> None:
    """Write the list of pages, where there is an address to list them at; leave none of an earlier build elsewhere."""
    if exception is not None or app.builder.format != "html":
        return
    html, site = Path(app.outdir), str(app.config.html_baseurl)
    (html / SITEMAP).unlink(missing_ok=True)
    named = {
        f"{page.relative_to(html).with_suffix('').as_posix().replace('/', '-')}.png" for page in html.rglob("*.html")
    }
    for picture in (html / PREVIEWS).glob("*.png"):
        if not site or picture.name not in named:
            picture.unlink()
    if site:
        (html / SITEMAP).write_text(site_url.sitemap(html, site), encoding="utf-8")


# --- the book as one file


def renew(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Let Sphinx write, where other files are to be offered than in the last build: without this it may do nothing."""
    found = print_files.current_print_files(_made(app), input_digests)
    before, env.offered = getattr(env, "offered", {}), found  # type: ignore[attr-defined]  # kept with the environment
    return [] if found == before else [str(app.config.root_doc)]


def offer(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Tell templates which files the book can be had as: of each its path in the site, its kind and its size."""
    found = getattr(app.env, "offered", {})
    context["prints"] = [
        {"path": f"{PRINTS}/{name}", "kind": Path(name).suffix[1:].upper(), "size": _size(_made(app) / name)}
        for name in sorted(found, reverse=True)
    ]


def put(app: Sphinx, exception: Exception | None) -> None:
    """Put the files that are offered into the site, and take away those of an earlier build."""
    if exception is not None or app.builder.format != "html":
        return
    into = Path(app.outdir) / PRINTS
    shutil.rmtree(into, ignore_errors=True)
    for name in getattr(app.env, "offered", {}):
        into.mkdir(exist_ok=True)
        shutil.copyfile(_made(app) / name, into / name)


def _made(app: Sphinx) -> Path:
    """Return the folder where the files of the book lie beside its site."""
    return Path(app.outdir).parent / print_files.PRINT_FOLDER.name


def _size(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{size // 1000} KB"


class WholeCertificate(SphinxDirective):
    """`{certificate}`: the place for all that a page certifies; filled when the site is there, empty on paper."""

    def run(self) -> list[nodes.Node]:
        """Return the empty place."""
        return [nodes.raw("", '<div class="certified-whole on-screen"></div>', format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect all this with Sphinx."""
    app.add_directive("certificate", WholeCertificate)
    app.connect("config-inited", address)
    app.connect("html-page-context", describe)
    app.connect("build-finished", map_pages)
    app.connect("env-get-outdated", renew)
    app.connect("html-page-context", offer)
    app.connect("build-finished", put)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
