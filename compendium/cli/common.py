"""What the commands of the command line share: how a problem is told, where the ledger lies, how a command ends.

Each module beside this one holds the commands of one office and lists them in `COMMANDS`; `compendium.cli.app` collects
them. A command reads its options, asks the engine and tells what it said; it works nothing out itself.

Exit codes are the same for all. 0: all is well, whatever the sources say; 1: something is wrong and has been named;
2: the command was called wrongly, or the data that an analysis would rest on are unsound.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compendium.project.paths import DATA
from compendium.project.problems import Problem, format_count

if TYPE_CHECKING:
    from compendium.ledger.loader import Ledger

EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def exit_with_problems(problems: list[Problem], success_message: str) -> None:
    """Name every problem and end the command by them, or say that all is well."""
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        click.echo(format_count(len(problems), "problem"), err=True)
        sys.exit(1)
    click.echo(success_message)


def describe_size(data: Path) -> str:
    """Return how many tables and rows a ledger has, in words."""
    from compendium.ledger.loader import load

    frames = load(data).frames
    return f"{len(frames)} tables, {sum(map(len, frames.values()))} rows"


def analysis_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of an analysis: the folder of the ledger, and the form of the answer."""
    form = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
    folder = click.option("--data", type=EXISTING_FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
    return form(folder(command))


def load_valid_ledger(data: Path) -> Ledger:
    """Return the ledger of a folder, or end the command with every problem: nothing is computed on unsound data."""
    from compendium.curation.validation import validate
    from compendium.ledger.loader import load

    problems = validate(data)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        click.echo(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}; nothing was computed", err=True)
        sys.exit(2)
    return load(data)


def print_report(
    output_format: str, make_report: Callable[[], object], make_lines: Callable[[], Iterator[str]]
) -> None:
    """Tell what an analysis found, in the form that was asked for."""
    if output_format == "json":
        click.echo(json.dumps(make_report(), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        for line in make_lines():
            click.echo(line)


@contextmanager
def open_executor(scheduler_address: str) -> Iterator[Executor | None]:
    """Yield where to compute: here, or on the Dask cluster at an address."""
    if not scheduler_address:
        yield None
        return
    from distributed import Client

    try:
        client = Client(scheduler_address, timeout="10s")
    except Exception as error:  # what is raised depends on the protocol that the address names
        reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise click.BadParameter(
            f"no cluster answers at {scheduler_address} ({reason[0]})", param_hint="--scheduler"
        ) from None
    with client:
        yield client.get_executor()
