"""What the cells of a notebook show, had without a kernel: the outputs that nbval compares, of this process.

Each run wants a process of its own, forked from one that has imported what notebooks import (`prepared`); it is as
fresh as a kernel, and costs nothing to start. Nothing is written.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

Outputs = list[list[Any]]
"""By code cell, its outputs: text that was printed, and bundles of MIME types; last of all an error, where one was."""


class Kept(DisplayHook):
    """Keeps what the last line of a cell shows, where IPython's own would print it."""

    def start_displayhook(self) -> None:
        """Print nothing before it."""

    def write_output_prompt(self) -> None:
        """Print no number before it."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        """Keep what is shown, by MIME type."""
        self.kept = [format_dict]

    def finish_displayhook(self) -> None:
        """Print nothing after it."""


class Shell(InteractiveShell):
    """A shell that keeps what cells show."""

    displayhook_class = Kept


def prepared() -> Any:
    """Import what notebooks import and return the shell that their cells run in; to be called before forking."""
    from compendium.builder import forked_kernels

    for name in forked_kernels.preloaded_modules():
        importlib.import_module(name)
    settings = Config()
    settings.HistoryManager.enabled = False
    return Shell.instance(config=settings)


def outputs(shell: Any, code: Sequence[str], folder: Path, among: Sequence[list[Any] | None] = ()) -> Outputs:
    """Run cells in a shell that has run none, in a folder; return what they show.

    Parameters
    ----------
    among
        what they show otherwise: at the first cell that shows something else the run ends; a cell with `None` may.
    """
    os.chdir(folder)
    shown: Outputs = []
    for number, source in enumerate(code):
        shell.displayhook.kept = []
        with capture_output() as captured:
            ended = shell.run_cell(source)
        error = ended.error_before_exec or ended.error_in_exec
        own: list[Any] = [
            captured.stdout,
            captured.stderr,
            *(output.data for output in captured.outputs),
            *shell.displayhook.kept,
        ]
        shown.append([*own, f"{type(error).__name__}: {error}"] if error else own)
        if error or (among and among[number] is not None and shown[number] != among[number]):
            break
    return shown
