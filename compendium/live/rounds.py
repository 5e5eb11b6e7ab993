"""Builds round after round in one process: first the page that the author looks at, then whatever else follows.

It is asked by a line on its standard input and answers by lines on its standard output, each one JSON. A round that
fails says why and leaves the site as it was; the next one takes up all that has changed since the last whole build.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from compendium import building
from compendium.building import Change
from compendium.home import BUILT, ROOT
from compendium.problems import LedgerError

Answer = dict[str, Any]
"""`{"state": "first" | "whole" | "broken" | "same", "ran": notebooks executed, "said": what is wrong}`."""


class Rounds:
    """What was built last, in whole, so that each round knows what has changed since."""

    def __init__(self) -> None:
        """Begin with what the last build left, whoever made it."""
        self.before = building.made_from() if building.FRONT.is_file() else {}

    def round(self, looked_at: str) -> Iterator[Answer]:
        """Build what has changed; yield an answer when the page on view is there, and one when all is.

        Parameters
        ----------
        looked_at
            the page that is on view, below the site's folder without its ending: `book/index`; `""` where none is.
        """
        now = building.inputs_now()
        touched = frozenset(path for path in now.keys() | self.before.keys() if now.get(path) != self.before.get(path))
        if not touched - building.BESIDES:
            yield {"state": "same", "ran": 0, "said": ""}
            return
        change = Change(now, touched, fresh=False)
        try:
            ran = 0
            for chapter in _first(change, looked_at):
                ran = building.build(change, None, watch=_quiet, say=_nothing, only=chapter)
                yield {"state": "first", "ran": ran, "said": ""}
                change = replace(change, checked=True)
            ran += building.build(change, None, watch=_quiet, say=_nothing)
        except (LedgerError, building.BuildError) as error:
            yield {"state": "broken", "ran": 0, "said": str(error)}
            return
        self.before = building.made_from()
        yield {"state": "whole", "ran": ran, "said": ""}


def _first(change: Change, looked_at: str) -> list[Path]:
    """Return the chapter on view, where this is one of several that a change asks to look at."""
    chapters = change.chapters or []
    return [path for path in chapters if str(path.relative_to(ROOT).with_suffix("")) == looked_at][: len(chapters) - 1]


def _quiet(done: Iterator[Any], number: int) -> Iterable[Any]:
    return done


def _nothing(_: str) -> None:
    pass


def get_ready() -> None:
    """Import all that a round needs, and begin the process that kernels are forked from."""
    import frictionless  # noqa: F401 - what checks the data; the others come with it

    from compendium import kernels, site, validate, warm  # noqa: F401

    kernels.prepare()
    warm.use()
    warm.begin()
    site.get_ready()


def main(asked: IO[str], answers: IO[str]) -> None:
    """Answer line by line until nobody asks any more."""
    get_ready()
    rounds = Rounds()
    print(json.dumps({"state": "ready", "ran": 0, "said": ""}), file=answers, flush=True)
    for line in asked:
        for answer in rounds.round(json.loads(line)["page"]):
            print(json.dumps(answer), file=answers, flush=True)
    if not building.STAMP.is_file():
        # The last round did not end well: the next build begins from nothing.
        (BUILT / "html" / "index.html").unlink(missing_ok=True)


if __name__ == "__main__":
    # Whatever a library prints goes where errors go: standard output belongs to the answers.
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    main(sys.stdin, own)
