"""Sphinx extension: reproducible builds. The same chapters give the same bytes, in clean and in incremental builds.

No file of the site depends on the machine, the user's home or the time, and an incremental build writes the pages that
a clean build would. After a change that Sphinx does not track (configuration, table of contents, template, static file,
engine, lock) and after a failed build, a clean build is required (`compendium.builder.pipeline`).
"""

from __future__ import annotations

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
from compendium.project.checksums import sha256


class SearchIndex(type(js_index)):  # type: ignore[misc]  # the class has no public name
    """Serializer of the search index that drops words without pages, left by incremental builds."""

    def dumps(self, data: dict[str, Any]) -> str:
        """Return the index as JavaScript."""
        kept = {part: {word: at for word, at in data[part].items() if at != []} for part in ("terms", "titleterms")}
        return str(super().dumps({**data, **kept}))


class HTMLBuilder(StandaloneHTMLBuilder):
    """HTML builder whose output does not depend on earlier builds or on the folder, with partial builds."""

    indexer_format = SearchIndex()

    def write_buildinfo(self) -> None:
        """Write no build info: its hash of the configuration depends on paths."""

    # Final in Sphinx; overridden because a build of a single page must be diverted here.
    def build_update(self) -> None:  # type: ignore[misc]
        """Build what has changed, or the one page of `partial_build.only_page_built`."""
        if page := partial_build.requested_page():
            partial_build.write_page(self, page)
        super().build_update()

    def handle_page(self, *page: Any, **how: Any) -> None:
        """Write a page, unless the build should stop."""
        partial_build.raise_if_stopped()
        super().handle_page(*page, **how)

    def load_indexer(self, docnames: Iterable[str]) -> None:
        """Load the search index of the pages that are not rewritten, with their index entries restored.

        Sphinx stores these entries but does not load them. They are fed first, as pages without title and words, which
        loading then replaces.
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
    """Return the SHA-256 of all that pages show of one another: titles, order, link targets, cited works."""
    domains = [env.domains[name] for name in sorted(env.domains)]
    std, cited = env.get_domain("std").data, env.domaindata.get("cite", {}).get("citations", [])
    glued = getattr(env, "nb_metadata", {})
    parts: list[Any] = [
        sorted((name, title.astext()) for name, title in env.longtitles.items()),
        sorted((name, title.astext()) for name, title in env.titles.items()),
        sorted((name, toc.pformat()) for name, toc in env.tocs.items()),
        sorted(env.toc_secnumbers.items()),
        # Without the first item of a target, its line, which moves with the prose above.
        sorted((name, [at[1:] for at in data.get("myst_slugs", {}).values()]) for name, data in env.metadata.items()),
        [(domain.name, sorted(map(str, domain.get_objects()))) for domain in domains],
        [sorted(map(str, std.get(kind, {}).items())) for kind in ("labels", "anonlabels", "terms")],
        [(work.citation_id, str(work.bibliography_key), work.key, repr(work.entry)) for work in cited],
        sorted((name, repr(glued[name].get("glue"))) for name in glued),
    ]
    return sha256(repr(parts))


def pages_to_rewrite(_: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return every page where `cross_page_digest` has changed, none else, for Sphinx to write besides changed ones."""
    # Sphinx pickles the environment right after this event.
    before, now = getattr(env, "seen_of_one_another", ""), cross_page_digest(env)
    env.seen_of_one_another = now  # type: ignore[attr-defined]
    return [] if now == before else sorted(env.found_docs)


def remove_static_files(_: Sphinx, builder: Builder) -> None:
    """Delete the static files of an earlier build before they are copied.

    Sphinx adds a checksum to the URL of a style sheet that exists when a page is written; one that an extension copies
    at the end would otherwise change every page in the second build.
    """
    shutil.rmtree(Path(builder.outdir) / "_static", ignore_errors=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register builder and event handlers with Sphinx; neutralize the user's environment."""
    # Sphinx takes the year of the copyright from this variable.
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    # Empty: no configuration files of docutils, neither the machine's nor the user's.
    os.environ["DOCUTILSCONFIG"] = ""
    app.add_builder(HTMLBuilder, override=True)
    app.connect("env-updated", pages_to_rewrite)
    app.connect("write-started", remove_static_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
