"""Partial builds for the live preview: write a single page, and stop a build before it ends.

A single page is written into an existing site; other pages, and their entries in Sphinx's environment, stay as they
were, so that the next build treats them as if this one had not happened. The site of a build that was stopped must be
built again from nothing. Both are requested through context managers that apply to builds in this process.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line imports this module and must not import Sphinx
    from sphinx.builders.html import StandaloneHTMLBuilder

_pages: list[str] = []
_stop_conditions: list[Callable[[], bool]] = []


class BuildStoppedError(BaseException):
    """The build was stopped on request; a `BaseException`, so that no `except Exception` on the way catches it."""


@contextmanager
def only_page_built(page: str) -> Iterator[None]:
    """Limit builds within the block to one page (`book/part/chapter`); `""`: no limit."""
    _pages.append(page)
    try:
        yield
    finally:
        _pages.pop()


def requested_page() -> str:
    """Return the page that builds are limited to, `""` without a limit."""
    return _pages[-1] if _pages else ""


@contextmanager
def stop_when(should_stop: Callable[[], bool]) -> Iterator[None]:
    """Stop builds within the block once `should_stop` returns True."""
    _stop_conditions.append(should_stop)
    try:
        yield
    finally:
        _stop_conditions.pop()


def is_live_preview() -> bool:
    """Return whether this build is for a live preview: it can be stopped, and must not delete pages on view."""
    return bool(_stop_conditions)


def raise_if_stopped() -> None:
    """Raise `BuildStoppedError` where the build should stop."""
    if _stop_conditions and _stop_conditions[-1]():
        raise BuildStoppedError


def write_page(builder: StandaloneHTMLBuilder, page: str) -> None:
    """Read and write one page, then end the build.

    Raises
    ------
    SystemExit
        always, with code 1 where there was any warning: the rest of a build (indexes, archives, other changed pages) is
        left to the next.
    """
    from sphinx.util import logging
    from sphinx.util.build_phase import BuildPhase

    app, env = builder.app, builder.env
    env.find_files(builder.config, builder)
    with logging.pending_warnings():
        app.phase = BuildPhase.READING
        app.emit("env-purge-doc", env, page)
        env.clear_doc(page)
        builder.read_doc(page)
        builder.prepare_writing({page})
        app.phase = BuildPhase.RESOLVING
        doctree = env.get_and_resolve_doctree(page, builder)
        app.phase = BuildPhase.WRITING
        builder.write_doc_serialized(page, doctree)
        builder.write_doc(page, doctree)
    builder.copy_image_files()
    builder.copy_download_files()
    sys.exit(1 if app._warncount else 0)
