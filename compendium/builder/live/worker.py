"""Builds round after round in one process: first the page that the author looks at, then whatever else follows.

It is asked by a line on its standard input and answers by lines on its standard output, each one JSON. Whoever asks
again stops what is still being built: the page on view goes first. A round that fails says why and leaves the pages
that are there; the next takes up all that has changed since the last whole build.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from compendium.builder import partial_build, pipeline
from compendium.builder.pipeline import BuildPlan
from compendium.project.paths import ROOT
from compendium.project.problems import LedgerError

BuildAnswer = dict[str, Any]
"""`{"state": …, "ran": how many notebooks were executed, "said": what is wrong}`.

The state is one of `first` (the page on view is there), `whole` (all is), `broken`, `same` (nothing was to be done),
`stopped` (somebody has asked again).
"""


class StoppedBetweenNotebooksError(partial_build.BuildStoppedError):
    """The build was stopped between two notebooks, before anything of the site was written."""


class IncrementalBuilder:
    """What was built last, in whole, so that each round knows what has changed since."""

    def __init__(self) -> None:
        """Begin with what the last build left, whoever made it."""
        self.last_inputs: dict[str, str] = {}
        self.needs_clean_build = False
        if pipeline.FRONT_PAGE.is_file():
            self._take_up()

    def _take_up(self) -> None:
        """Take what was built last as what the next round begins with; pages left over disturb nobody here."""
        made = pipeline.last_inputs()
        self.last_inputs, self.needs_clean_build = (
            {name: made[name] for name in made if name != pipeline.LEFTOVER_KEY},
            False,
        )

    def rebuild(self, viewed_page: str, should_stop: Callable[[], bool]) -> Iterator[BuildAnswer]:
        """Build what has changed; yield an answer when the page on view is there, and one when all is.

        Parameters
        ----------
        viewed_page
            the page that is on view, below the site's folder without its ending: `book/index`; `""` where none is.
        should_stop
            says whether somebody has asked again.
        """
        now = pipeline.current_inputs()
        touched = frozenset(
            path for path in now.keys() | self.last_inputs.keys() if now.get(path) != self.last_inputs.get(path)
        )
        if not touched - pipeline.NON_PAGE_INPUTS:
            yield _answer("same")
            return
        ran = 0
        try:
            change = BuildPlan(now, touched, fresh=False)
            with partial_build.stop_when(should_stop):
                if (chapter := _first(change, viewed_page)) is not None:
                    ran = pipeline.run_page_build(change, chapter, _watched)
                    yield _answer("first", ran)
                    change = replace(change, data_checked=True)
                ran += pipeline.run_build(
                    replace(change, needs_clean_build=self.needs_clean_build), None, progress=_watched, log=_nothing
                )
            self._take_up()
            yield _answer("whole", ran)
        except (LedgerError, pipeline.BuildError) as error:
            self.needs_clean_build |= isinstance(error, pipeline.BuildError)
            yield _answer("broken", said=str(error))
        except partial_build.BuildStoppedError as stopped:
            self.needs_clean_build |= not isinstance(stopped, StoppedBetweenNotebooksError)
            yield _answer("stopped", ran)


def _answer(state: str, ran: int = 0, said: str = "") -> BuildAnswer:
    return {"state": state, "ran": ran, "said": said}


def _first(change: BuildPlan, looked_at: str) -> Path | None:
    """Return the chapter on view, where a change asks to look at it and there is a page to write over."""
    if change.chapters is None or not pipeline.FRONT_PAGE.is_file():
        return None
    return next((path for path in change.chapters if str(path.relative_to(ROOT).with_suffix("")) == looked_at), None)


def _watched(done: Iterator[Any], number: int) -> Iterator[Any]:
    """Hand on notebooks as they end, and stop between two of them where somebody has asked again."""
    for one in done:
        yield one
        try:
            partial_build.raise_if_stopped()
        except partial_build.BuildStoppedError:
            raise StoppedBetweenNotebooksError from None


def _nothing(_: str) -> None:
    pass


def import_dependencies() -> None:
    """Import all that a round needs, and begin the process that kernels are forked from."""
    import frictionless  # noqa: F401 - what checks the data; the others come with it

    from compendium.builder import (
        forked_kernels,  # noqa: F401
        html_site,
        kernel_environment,
    )

    kernel_environment.prepare_environment()
    forked_kernels.start_fork_server("compendium.builder.live.preload")
    html_site.import_dependencies()


def main(requests: IO[str], answers: IO[str]) -> None:
    """Answer line by line until nobody asks any more; of several lines that wait, the last."""
    lines: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in requests:
            lines.put(line)
        lines.put("")

    def tell(answer: BuildAnswer) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    threading.Thread(target=listen, daemon=True).start()
    import_dependencies()
    rounds = IncrementalBuilder()
    tell(_answer("ready"))
    while line := lines.get():
        if not lines.empty():
            tell(_answer("stopped"))
            continue
        for answer in rounds.rebuild(json.loads(line)["page"], lambda: not lines.empty()):
            tell(answer)


if __name__ == "__main__":
    # Whatever a library prints goes where errors go: standard output belongs to the answers.
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    main(sys.stdin, own)
