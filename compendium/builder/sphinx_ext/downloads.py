"""Puts beside each page what a reader may take away: its notebook, tables as CSV, figures; and the ledger as one file.

A Sphinx extension. It takes everything from the stored notebooks, which the test run has verified, computes nothing
but the archive of the ledger, and that only when the data have changed; a file that no page names any more goes.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from compendium.display import attachments
from compendium.ledger import archive
from compendium.project.paths import CACHE

ARCHIVE_EVENT = "ledger-bundle"
"""The event by which other extensions give the archive of the ledger members of theirs: bytes by name."""
logger = logging.getLogger(__name__)


def notebook_files(notebook: str) -> dict[str, str | None]:
    """Return the files that the outputs of a notebook link to, by name; `None` where it does not hold the content.

    Parameters
    ----------
    notebook
        the text of a notebook.
    """
    found: dict[str, str | None] = {}
    for cell in json.loads(notebook)["cells"]:
        for output in cell.get("outputs", ()):
            shown = output.get("data", {})
            names = dict.fromkeys(
                name for name, _ in attachments.linked_names(attachments.join_lines(shown.get("text/html", "")))
            )
            if names:
                held = attachments.linked_files(shown)
                found |= {name: held.get(name) for name in names}
    return found


def _notebooks(app: Sphinx) -> Iterator[tuple[str, Path]]:
    """Yield the pages that come from notebooks, by name, with where these lie."""
    assert app.env is not None, "Sphinx makes one before it builds"
    for page in sorted(app.env.found_docs):
        path = Path(app.env.doc2path(page))
        if path.suffix == ".ipynb":
            yield page, path


def write_downloads(app: Sphinx, failed: Exception | None) -> None:
    """Write what belongs beside the pages, and remove what no longer does; say what a page names and nobody holds."""
    if failed or app.builder.name != "html":
        return
    site = Path(app.outdir)
    wanted: dict[Path, str] = {}
    folders = set()
    for page, path in _notebooks(app):
        text = path.read_text(encoding="utf-8")
        _put(site / f"{page}.ipynb", text.encode())
        folder = (site / page).parent / attachments.FILES_FOLDER
        folders.add(folder)
        for name, content in notebook_files(text).items():
            if content is None:
                logger.warning("names a file that no output of the page holds: %s", name, location=page)
            else:
                wanted[folder / name] = content
    for folder in folders:
        for left in set(folder.glob("*")) - wanted.keys():
            left.unlink()
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    for path, content in wanted.items():
        _put(path, content.encode())
    _put(site / archive.LEDGER_ARCHIVE, _archive(app))


DOWNLOAD_LINE_PATTERN = re.compile(r'<p class="take\b.*?</p>', re.DOTALL)


def remove_download_links(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Take the links to files out of what is no site: a book that is printed or read elsewhere has none beside it."""
    if app.builder.name != "html":
        for node in tree.findall(nodes.raw):
            if DOWNLOAD_LINE_PATTERN.search(text := node.astext()):
                node.children = [nodes.Text(DOWNLOAD_LINE_PATTERN.sub("", text))]


def _put(path: Path, content: bytes) -> None:
    """Write a file where it differs from what is there."""
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _archive(app: Sphinx) -> bytes:
    extra: dict[str, bytes] = {}
    for more in app.emit(ARCHIVE_EVENT):
        extra |= more or {}
    return archive.cached_archive(CACHE / "bundle", extra_members=extra)


def _offer(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    assert app.env is not None, "Sphinx makes one before it writes a page"
    if page in app.env.found_docs and app.env.doc2path(page).endswith(".ipynb"):
        context["notebook"] = f"{posixpath.basename(page)}.ipynb"


def setup(app: Sphinx) -> Mapping[str, bool]:
    """Offer the notebook to the template of a page, and write the files when all pages are written."""
    app.add_event(ARCHIVE_EVENT)
    app.connect("html-page-context", _offer)
    app.connect("doctree-resolved", remove_download_links)
    app.connect("build-finished", write_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
