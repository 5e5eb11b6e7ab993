"""What the live preview asks of a build that others do not: one page before all else, and to stop half way.

One page is written over a book that is already built. What other pages hold stays as it was, in the site and in the
environment that Sphinx keeps, so that a build after it does all that there is to do, as if this had not been. A build
that was stopped leaves a site that is only to be thrown away. Both are said by whoever builds, in this process.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line imports this, and does without Sphinx
    from sphinx.builders.html import StandaloneHTMLBuilder

_wanted: list[str] = []
_asked: list[Callable[[], bool]] = []


class BuildStoppedError(BaseException):
    """The build was stopped; no fault, so that nothing on its way takes it for one."""


@contextmanager
def only_page_built(page: str) -> Iterator[None]:
    """Let builds within the block write one page, named as Sphinx does: `book/part/chapter`; all where it is `""`."""
    _wanted.append(page)
    try:
        yield
    finally:
        _wanted.pop()


def requested_page() -> str:
    """Return the one page that is wanted, `""` where all are."""
    return _wanted[-1] if _wanted else ""


@contextmanager
def stop_when(should_stop: Callable[[], bool]) -> Iterator[None]:
    """Let what runs within the block stop where this answers that it should."""
    _asked.append(should_stop)
    try:
        yield
    finally:
        _asked.pop()


def is_live_preview() -> bool:
    """Say whether somebody looks at the site while it is built: what runs can be stopped then, and no page may go."""
    return bool(_asked)


def raise_if_stopped() -> None:
    """Do nothing; raise `BuildStoppedError` where the build should stop."""
    if _asked and _asked[-1]():
        raise BuildStoppedError


def write_page(builder: StandaloneHTMLBuilder, page: str) -> None:
    """Read and write one page, and end the build there: with code 1 where there was any warning.

    Raises
    ------
    SystemExit
        always: what follows in a build (indexes, archives, what else has changed) is left to the next.
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
