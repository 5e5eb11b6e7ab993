"""The notebooks' own time: their cells executed in processes that have started and imported before.

`python -m compendium.benches.cells CHAPTER…` prints, as JSON, the seconds that the cells of each chapter take. Every
chapter has a process of its own, a copy of one that has imported what the chapters import; as many run side by side
as there are cores, so that they take from each other what they would take in a build.
"""

from __future__ import annotations

import ast
import contextlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from compendium.benches.timing import cores
from compendium.builder.notebooks import compose_notebook


class FailedCellError(RuntimeError):
    """A cell raised; the message names the chapter and says what."""


def code_of(chapter: Path) -> list[str]:
    """Return the code cells of a chapter."""
    return [cell.source for cell in compose_notebook(chapter).cells if cell.cell_type == "code"]


def imports(cells: Iterable[str]) -> list[str]:
    """Return every import that stands at the outermost level of some cells, once each."""
    found: dict[str, None] = {}
    for source in cells:
        with contextlib.suppress(SyntaxError):  # a cell with a command of IPython is no Python
            nodes = [node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)]
            found.update(dict.fromkeys(map(ast.unparse, nodes)))
    return list(found)


def measured(chapters: Sequence[Path]) -> dict[Path, float]:
    """Return the seconds that the cells of each chapter take.

    Raises
    ------
    FailedCellError
        where a cell raises.
    """
    cells = {chapter: code_of(chapter) for chapter in chapters}
    for line in imports(source for sources in cells.values() for source in sources):
        exec(line, {})
    with multiprocessing.get_context("fork").Pool(cores(), maxtasksperchild=1) as pool:
        return dict(zip(cells, pool.starmap(_seconds, cells.items(), chunksize=1), strict=True))


def _seconds(chapter: Path, cells: Sequence[str]) -> float:
    settings = Config()
    settings.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=settings)
    os.chdir(chapter.parent)
    taken = 0.0
    for source in cells:
        with capture_output():
            start = time.perf_counter()
            ended = shell.run_cell(source)
            taken += time.perf_counter() - start
        error = ended.error_before_exec or ended.error_in_exec
        if error:
            raise FailedCellError(f"{chapter.name}: {type(error).__name__}: {error}")
    return taken


def floor(taken: Mapping[Path, float], among: int) -> float:
    """Return the least time in which cells can be executed on so many cores: none is split between two of them."""
    return max(sum(taken.values()) / among, max(taken.values(), default=0.0))


if __name__ == "__main__":
    try:
        found = measured([Path(name).resolve() for name in sys.argv[1:]])
    except FailedCellError as error:
        sys.exit(str(error))
    print(json.dumps({str(chapter): seconds for chapter, seconds in found.items()}))
