"""Sphinx extension: metadata of pages (citation, description, preview image), sitemap and printed book.

Preview images, canonical URLs and the sitemap need the public address of the site. The extension adds files to the
site and values to the context of templates; it does not change the text of pages.
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
MAX_DESCRIPTION_LENGTH = 200
"""In characters; services that show links cut longer descriptions."""


def set_base_url(app: Sphinx, config: Config) -> None:
    """Set Sphinx's `html_baseurl` to the public address of the site; raise `ConfigError` where it is not valid."""
    try:
        config.html_baseurl = site_url.read_site_url()
    except ValueError as error:
        raise ConfigError(str(error)) from None


def add_page_metadata(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Add title, description, citation, preview image and root of the site to the context of a page's template.

    A page without a chapter may set `description` itself; chapters have a citation, and so have pages with `citable`.
    """
    book, site = citation.read_edition(), str(app.config.html_baseurl)
    front = pagename == app.config.root_doc
    title = str(app.config.html_title) if front else Markup(context.get("title", "")).striptags()
    description = lead_text(doctree) if doctree is not None else ""
    context["plain_title"] = title
    context["site_root"] = site_url.base_path(site)
    context["edition"] = book
    if description or "description" not in context:
        context["description"] = description
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
        context["preview"] = {"url": site + path, "size": _write_preview(Path(app.outdir) / path, context, front)}


def _write_preview(path: Path, context: dict[str, Any], front: bool) -> tuple[int, int]:
    """Write the preview image of a page; return its width and height in pixels."""
    # Imported late: Matplotlib takes long to import, and only a site with an address has pictures.
    from compendium.builder.sphinx_ext import previews

    book = context["edition"]
    previews.write_preview(
        path, context["plain_title"], context["description"], book.subtitle if front else book.short_title
    )
    return previews.SIZE


def lead_text(doctree: nodes.document) -> str:
    """Return the paragraph of class `lead` as plain text, shortened to whole sentences; `""` without one."""
    paragraph = next((node for node in doctree.findall(nodes.paragraph) if "lead" in node["classes"]), None)
    return shorten(paragraph.astext()) if paragraph is not None else ""


def shorten(text: str, max_length: int = MAX_DESCRIPTION_LENGTH) -> str:
    """Return the leading sentences of a text that fit, or the first one cut at the end of a word."""
    text = " ".join(text.split())
    ends = [found.end() for found in re.finditer(r"[.?!][”)]?(?= |$)", text)]
    whole = [end for end in ends if end <= max_length]
    if whole or len(text) <= max_length:
        return text if len(text) <= max_length else text[: whole[-1]]
    return text[: max_length - 1].rpartition(" ")[0] + " …"


def write_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """Write the sitemap if the site has an address; delete outdated preview images and an outdated sitemap."""
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


def update_print_files(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Store which printed files to offer; return the front page as outdated where they have changed."""
    found = print_files.current_print_files(_print_folder(app), input_digests)
    before, env.offered = getattr(env, "offered", {}), found  # type: ignore[attr-defined]  # kept with the environment
    return [] if found == before else [str(app.config.root_doc)]


def add_print_links(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Add the printed files to the context of templates: path in the site, kind and size of each."""
    found = getattr(app.env, "offered", {})
    context["prints"] = [
        {"path": f"{PRINTS}/{name}", "kind": Path(name).suffix[1:].upper(), "size": _size(_print_folder(app) / name)}
        for name in sorted(found, reverse=True)
    ]


def copy_print_files(app: Sphinx, exception: Exception | None) -> None:
    """Copy the printed files into the site and delete those of an earlier build."""
    if exception is not None or app.builder.format != "html":
        return
    into = Path(app.outdir) / PRINTS
    shutil.rmtree(into, ignore_errors=True)
    for name in getattr(app.env, "offered", {}):
        into.mkdir(exist_ok=True)
        shutil.copyfile(_print_folder(app) / name, into / name)


def _print_folder(app: Sphinx) -> Path:
    """Return the folder of the printed files."""
    return Path(app.outdir).parent / print_files.PRINT_FOLDER.name


def _size(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{size // 1000} KB"


class CertificateDirective(SphinxDirective):
    """Directive `{certificate}`: placeholder for the full provenance, filled when the site is built, empty in print."""

    def run(self) -> list[nodes.Node]:
        """Return the empty placeholder."""
        return [nodes.raw("", '<div class="certified-whole on-screen"></div>', format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the event handlers with Sphinx."""
    app.add_directive("certificate", CertificateDirective)
    app.connect("config-inited", set_base_url)
    app.connect("html-page-context", add_page_metadata)
    app.connect("build-finished", write_sitemap)
    app.connect("env-get-outdated", update_print_files)
    app.connect("html-page-context", add_print_links)
    app.connect("build-finished", copy_print_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
