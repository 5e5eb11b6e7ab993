"""Build process of the live preview: on each request builds the page on view first, then the rest of the book.

Requests are lines of JSON on standard input, answers (`BuildAnswer`) lines of JSON on standard output. A new request
stops the current build. A build that fails leaves the existing pages; the next one covers all changes since the last
complete build.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, Literal

from compendium.builder import partial_build, pipeline
from compendium.builder.pipeline import BuildPlan
from compendium.project.paths import ROOT
from compendium.project.problems import LedgerError

State = Literal["ready", "first", "whole", "broken", "same", "stopped", "fallen"]


@dataclass(frozen=True)
class BuildAnswer:
    """Progress of a build."""

    state: State
    """`ready`: the process has started; `first`: the page on view is built; `whole`: the book is; `broken`: the build
    failed; `same`: nothing has changed; `stopped`: a newer request came in; `fallen`: the process has ended."""
    ran: int = 0
    """Number of notebooks executed."""
    said: str = ""
    """Message of the errors."""


class StoppedBetweenNotebooksError(partial_build.BuildStoppedError):
    """The build was stopped between two notebooks, before anything of the site was written."""


class IncrementalBuilder:
    """State between builds: the inputs of the last complete one, and what later, incomplete ones may have changed."""

    def __init__(self) -> None:
        """Start from the record of the last build, by this or another process."""
        self.last_inputs: dict[str, str] = {}
        self.needs_clean_build = False
        self.unfinished: frozenset[str] = frozenset()
        """Changes in builds that did not finish: they may be in the site even where a later save reverts them."""
        if pipeline.FRONT_PAGE.is_file():
            self._read_last_build()

    def _read_last_build(self) -> None:
        """Read the record of the last build, ignoring that outdated pages may be left."""
        made = pipeline.last_inputs()
        self.last_inputs = {name: made[name] for name in made if name != pipeline.LEFTOVER_KEY}
        self.needs_clean_build = False
        self.unfinished = frozenset()

    def rebuild(self, viewed_page: str, should_stop: Callable[[], bool]) -> Iterator[BuildAnswer]:
        """Build what has changed; yield an answer when the page on view is built, and one at the end.

        Parameters
        ----------
        viewed_page
            path of the page on view below the site without suffix: `book/index`; `""` without any.
        should_stop
            returns whether there is a newer request.
        """
        now = pipeline.current_inputs()
        changed = self.unfinished = pipeline.changed_keys(now, self.last_inputs) | self.unfinished
        if not changed - pipeline.NON_PAGE_INPUTS:
            yield BuildAnswer("same")
            return
        ran = 0
        try:
            plan = BuildPlan(now, changed, fresh=False)
            with partial_build.stop_when(should_stop):
                if (chapter := _first_chapter(plan, viewed_page)) is not None:
                    ran = pipeline.run_page_build(plan, chapter, _stoppable)
                    yield BuildAnswer("first", ran)
                    plan = replace(plan, data_checked=True)
                plan = replace(plan, needs_clean_build=self.needs_clean_build)
                ran += pipeline.run_build(plan, None, progress=_stoppable, log=lambda _: None)
            self._read_last_build()
            yield BuildAnswer("whole", ran)
        except (LedgerError, pipeline.BuildError) as error:
            self.needs_clean_build |= isinstance(error, pipeline.BuildError)
            yield BuildAnswer("broken", said=str(error))
        except partial_build.BuildStoppedError as stopped:
            self.needs_clean_build |= not isinstance(stopped, StoppedBetweenNotebooksError)
            yield BuildAnswer("stopped", ran)


def _first_chapter(plan: BuildPlan, viewed_page: str) -> Path | None:
    """Return the chapter on view if it is to be updated and the site exists; else `None`."""
    if plan.chapters is None or not pipeline.FRONT_PAGE.is_file():
        return None
    return next((path for path in plan.chapters if str(path.relative_to(ROOT).with_suffix("")) == viewed_page), None)


def _stoppable(done: Iterator[Any], number: int) -> Iterator[Any]:
    """Yield runs of notebooks as they end; raise between two of them where the build should stop."""
    for one in done:
        yield one
        try:
            partial_build.raise_if_stopped()
        except partial_build.BuildStoppedError:
            raise StoppedBetweenNotebooksError from None


def import_dependencies() -> None:
    """Import everything that a build needs, and start the process that kernels are forked from."""
    import frictionless  # noqa: F401 - validates the data, and imports pandas

    from compendium.builder import forked_kernels, html_site, kernel_environment

    kernel_environment.prepare_environment()
    forked_kernels.start_fork_server("compendium.builder.live.preload")
    html_site.import_dependencies()


def main(requests: IO[str], answers: IO[str]) -> None:
    """Answer requests until the end of their stream; of several waiting requests only the last is built."""
    lines: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in requests:
            lines.put(line)
        lines.put("")

    def send(answer: BuildAnswer) -> None:
        print(json.dumps(asdict(answer)), file=answers, flush=True)

    threading.Thread(target=listen, daemon=True).start()
    import_dependencies()
    builder = IncrementalBuilder()
    send(BuildAnswer("ready"))
    while line := lines.get():
        if not lines.empty():
            send(BuildAnswer("stopped"))
            continue
        for answer in builder.rebuild(json.loads(line)["page"], lambda: not lines.empty()):
            send(answer)


if __name__ == "__main__":
    # Output printed by libraries is redirected to standard error: standard output is for answers only.
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    main(sys.stdin, own)
