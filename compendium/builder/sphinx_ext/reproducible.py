"""A Sphinx extension: the same chapters give the same bytes, wherever, whenever and over whatever they are built.

What it holds: no file of the site hangs on the machine, its user's home or its clock; and pages written over a site
that is already there are those that a clean build would write.

It changes nothing that Sphinx has written, and sees no more than Sphinx does: after a change of configuration, table of
contents, template, static file, engine or lock, or after a build that failed, only a clean build is right.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sphinx.addnodes import index
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.search import js_index
from sphinx.util.docutils import new_document

from compendium.builder import partial_build


class SearchIndex(type(js_index)):  # type: ignore[misc]  # the class has no public name
    """The form of the search index, without the words that no page has any more."""

    def dumps(self, data: dict[str, Any]) -> str:
        """Return the index as JavaScript."""
        kept = {part: {word: at for word, at in data[part].items() if at != []} for part in ("terms", "titleterms")}
        return str(super().dumps({**data, **kept}))


class HTMLBuilder(StandaloneHTMLBuilder):
    """Sphinx's own builder of pages, its site free of what was there before and of the folder it was built in."""

    indexer_format = SearchIndex()

    def write_buildinfo(self) -> None:
        """Write nothing: a hash of the configuration, paths included, is of no use to a reader."""

    # Sphinx would have it final; but a build that is asked for one page alone is asked for here.
    def build_update(self) -> None:  # type: ignore[misc]
        """Build what has changed; or one page, where the preview wants it first."""
        if page := partial_build.requested_page():
            partial_build.write_page(self, page)
        super().build_update()

    def handle_page(self, *page: Any, **how: Any) -> None:
        """Write a page; not where the build should stop."""
        partial_build.raise_if_stopped()
        super().handle_page(*page, **how)

    def load_indexer(self, docnames: Iterable[str]) -> None:
        """Read the search index of the pages that are kept, and give it back their entries of the index.

        Sphinx writes these entries and does not read them. They are fed first: what is fed besides them (no title, no
        words) is replaced by what is read.
        """
        written = set(docnames)
        assert self.indexer is not None, "Sphinx makes one before it loads one"
        entries = self.env.get_domain("index").data.get("entries", {})
        for name in sorted(self.env.found_docs - written):
            hidden = {"nosearch", "no-search"} & self.env.metadata.get(name, {}).keys()
            if name in self.env.longtitles and not hidden:
                page = new_document("")
                page += index(entries=entries.get(name, []))
                self.indexer.feed(name, "", "", page)
        super().load_indexer(written)


def cross_page_digest(env: BuildEnvironment) -> str:
    """Return the name of all that pages can see of one another: titles, order, places to link to, works cited."""
    domains = [env.domains[name] for name in sorted(env.domains)]
    std, cited = env.get_domain("std").data, env.domaindata.get("cite", {}).get("citations", [])
    glued = getattr(env, "nb_metadata", {})
    parts: list[Any] = [
        sorted((name, title.astext()) for name, title in env.longtitles.items()),
        sorted((name, title.astext()) for name, title in env.titles.items()),
        sorted((name, toc.pformat()) for name, toc in env.tocs.items()),
        sorted(env.toc_secnumbers.items()),
        # The first of a place is its line, which moves with the prose above it.
        sorted((name, [at[1:] for at in told.get("myst_slugs", {}).values()]) for name, told in env.metadata.items()),
        [(domain.name, sorted(map(str, domain.get_objects()))) for domain in domains],
        [sorted(map(str, std.get(kind, {}).items())) for kind in ("labels", "anonlabels", "terms")],
        [(work.citation_id, str(work.bibliography_key), work.key, repr(work.entry)) for work in cited],
        sorted((name, repr(glued[name].get("glue"))) for name in glued),
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def pages_to_rewrite(_: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to write besides those that were read: all, where what they see of one another has changed."""
    # Kept with the environment, which is stored right after this event.
    before, now = getattr(env, "seen_of_one_another", ""), cross_page_digest(env)
    env.seen_of_one_another = now  # type: ignore[attr-defined]
    return [] if now == before else sorted(env.found_docs)


def remove_static_files(_: Sphinx, builder: Builder) -> None:
    """Remove the static files of an earlier build, just before they are copied anew.

    The address of a style sheet tells its check sum where the file is there already: an extension that copies its own
    at the end would change every page with the second build.
    """
    shutil.rmtree(Path(builder.outdir) / "_static", ignore_errors=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the builder and the two steps with Sphinx; forget what the user's surroundings would do to a page."""
    # Sphinx puts the year of this variable into the copyright.
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    # An empty list of files: neither the machine's settings of docutils nor those in the user's home.
    os.environ["DOCUTILSCONFIG"] = ""
    app.add_builder(HTMLBuilder, override=True)
    app.connect("env-updated", pages_to_rewrite)
    app.connect("write-started", remove_static_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
