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
from compendium.builder.pipeline import Change
from compendium.project.paths import ROOT
from compendium.project.problems import LedgerError

Answer = dict[str, Any]
"""`{"state": …, "ran": how many notebooks were executed, "said": what is wrong}`.

The state is one of `first` (the page on view is there), `whole` (all is), `broken`, `same` (nothing was to be done),
`stopped` (somebody has asked again).
"""


class BetweenError(partial_build.StoppedError):
    """The build was stopped between two notebooks, before anything of the site was written."""


class Rounds:
    """What was built last, in whole, so that each round knows what has changed since."""

    def __init__(self) -> None:
        """Begin with what the last build left, whoever made it."""
        self.before: dict[str, str] = {}
        self.spoilt = False
        self.unfinished: frozenset[str] = frozenset()
        """What differed in rounds that did not end: it may be in the site, even where the next save undoes it."""
        if pipeline.FRONT.is_file():
            self._take_up()

    def _take_up(self) -> None:
        """Take what was built last as what the next round begins with; pages left over disturb nobody here."""
        made = pipeline.made_from()
        self.before, self.spoilt = {name: made[name] for name in made if name != pipeline.LEFT_OVER}, False
        self.unfinished = frozenset()

    def round(self, looked_at: str, stop: Callable[[], bool]) -> Iterator[Answer]:
        """Build what has changed; yield an answer when the page on view is there, and one when all is.

        Parameters
        ----------
        looked_at
            the page that is on view, below the site's folder without its ending: `book/index`; `""` where none is.
        stop
            says whether somebody has asked again.
        """
        now = pipeline.inputs_now()
        differ = frozenset(path for path in now.keys() | self.before.keys() if now.get(path) != self.before.get(path))
        touched = self.unfinished = differ | self.unfinished
        if not touched - pipeline.BESIDES:
            yield _answer("same")
            return
        ran = 0
        try:
            change = Change(now, touched, fresh=False)
            with partial_build.stoppable(stop):
                if (chapter := _first(change, looked_at)) is not None:
                    ran = pipeline.build_first(change, chapter, _watched)
                    yield _answer("first", ran)
                    change = replace(change, checked=True)
                ran += pipeline.build(replace(change, spoilt=self.spoilt), None, watch=_watched, say=_nothing)
            self._take_up()
            yield _answer("whole", ran)
        except (LedgerError, pipeline.BuildError) as error:
            self.spoilt |= isinstance(error, pipeline.BuildError)
            yield _answer("broken", said=str(error))
        except partial_build.StoppedError as stopped:
            self.spoilt |= not isinstance(stopped, BetweenError)
            yield _answer("stopped", ran)


def _answer(state: str, ran: int = 0, said: str = "") -> Answer:
    return {"state": state, "ran": ran, "said": said}


def _first(change: Change, looked_at: str) -> Path | None:
    """Return the chapter on view, where a change asks to look at it and there is a page to write over."""
    if change.chapters is None or not pipeline.FRONT.is_file():
        return None
    return next((path for path in change.chapters if str(path.relative_to(ROOT).with_suffix("")) == looked_at), None)


def _watched(done: Iterator[Any], number: int) -> Iterator[Any]:
    """Hand on notebooks as they end, and stop between two of them where somebody has asked again."""
    for one in done:
        yield one
        try:
            partial_build.go_on()
        except partial_build.StoppedError:
            raise BetweenError from None


def _nothing(_: str) -> None:
    pass


def get_ready() -> None:
    """Import all that a round needs, and begin the process that kernels are forked from."""
    import frictionless  # noqa: F401 - what checks the data; the others come with it

    from compendium.builder import forked_kernels, html_site, kernel_environment

    kernel_environment.prepare()
    forked_kernels.begin("compendium.builder.live.preload")
    html_site.get_ready()


def main(asked: IO[str], answers: IO[str]) -> None:
    """Answer line by line until nobody asks any more; of several lines that wait, the last."""
    lines: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in asked:
            lines.put(line)
        lines.put("")

    def tell(answer: Answer) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    threading.Thread(target=listen, daemon=True).start()
    get_ready()
    rounds = Rounds()
    tell(_answer("ready"))
    while line := lines.get():
        if not lines.empty():
            tell(_answer("stopped"))
            continue
        for answer in rounds.round(json.loads(line)["page"], lambda: not lines.empty()):
            tell(answer)


if __name__ == "__main__":
    # Whatever a library prints goes where errors go: standard output belongs to the answers.
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    main(sys.stdin, own)
