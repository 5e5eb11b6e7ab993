"""Sphinx extension: downloads beside each page (notebook, tables as CSV, charts) and the archive of the ledger.

Files come from the outputs of stored notebooks, which the test run has verified. The archive is only made again when
the data have changed. Files that no page links to any more are deleted.
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
"""Sphinx event whose handlers return further members of the archive: content by name."""
logger = logging.getLogger(__name__)


def notebook_files(notebook: str) -> dict[str, str | None]:
    """Return the content of the files that outputs of a notebook link to, by name; `None` where it is missing.

    Parameters
    ----------
    notebook
        a notebook in its JSON form.
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
    """Yield name and path of the notebook of each page that has one."""
    assert app.env is not None, "Sphinx makes one before it builds"
    for page in sorted(app.env.found_docs):
        path = Path(app.env.doc2path(page))
        if path.suffix == ".ipynb":
            yield page, path


def write_downloads(app: Sphinx, failed: Exception | None) -> None:
    """Write the downloads of all pages and delete outdated ones; warn of a link to a file without content."""
    if failed or app.builder.name != "html":
        return
    site = Path(app.outdir)
    wanted: dict[Path, str] = {}
    folders = set()
    for page, path in _notebooks(app):
        text = path.read_text(encoding="utf-8")
        _write_if_changed(site / f"{page}.ipynb", text.encode())
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
        _write_if_changed(path, content.encode())
    _write_if_changed(site / archive.LEDGER_ARCHIVE, _archive(app))


DOWNLOAD_LINE_PATTERN = re.compile(r'<p class="take\b.*?</p>', re.DOTALL)


def remove_download_links(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Remove download links from builds other than the site (the printed book), which have no files beside them."""
    if app.builder.name != "html":
        for node in tree.findall(nodes.raw):
            if DOWNLOAD_LINE_PATTERN.search(text := node.astext()):
                node.children = [nodes.Text(DOWNLOAD_LINE_PATTERN.sub("", text))]


def _write_if_changed(path: Path, content: bytes) -> None:
    """Write a file if its content differs from the existing one."""
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _archive(app: Sphinx) -> bytes:
    extra: dict[str, bytes] = {}
    for more in app.emit(ARCHIVE_EVENT):
        extra |= more or {}
    return archive.cached_archive(CACHE / "bundle", extra_members=extra)


def _add_notebook_link(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    assert app.env is not None, "Sphinx makes one before it writes a page"
    if page in app.env.found_docs and app.env.doc2path(page).endswith(".ipynb"):
        context["notebook"] = f"{posixpath.basename(page)}.ipynb"


def setup(app: Sphinx) -> Mapping[str, bool]:
    """Register the archive event and the event handlers with Sphinx."""
    app.add_event(ARCHIVE_EVENT)
    app.connect("html-page-context", _add_notebook_link)
    app.connect("doctree-resolved", remove_download_links)
    app.connect("build-finished", write_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
