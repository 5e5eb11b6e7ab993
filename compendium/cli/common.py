"""Options, error handling and output shared by all commands.

Each other module holds the commands of one subject and lists them in `COMMANDS`; `compendium.cli.app` collects them.

Exit codes: 0, no problem, whatever the sources say; 1, problems were named; 2, called wrongly, or an analysis was
asked for on invalid data.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from compendium.project.paths import DATA
from compendium.project.problems import LedgerError, Problem, format_count

if TYPE_CHECKING:
    from compendium.ledger.loader import Ledger

EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
DATA_OPTION = click.option("--data", type=EXISTING_FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
FORMAT_OPTION = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


class LedgerGroup(click.Group):
    """Command group that ends a command with exit code 1 and all problems of a `LedgerError`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except LedgerError as error:
            exit_with_problems(error.problems)


def exit_with_lines(lines: Iterable[str], code: int = 1) -> NoReturn:
    """Print lines to standard error and end the command."""
    for line in lines:
        click.echo(line, err=True)
    sys.exit(code)


def exit_with_problems(problems: list[Problem], code: int = 1, ending: str = "") -> NoReturn:
    """Print every problem, their number and an ending, and end the command."""
    exit_with_lines([*map(str, problems), f"{format_count(len(problems), 'problem')}{ending}"], code)


def require_empty(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    """Return the folder of a parameter; raise `BadParameter` if there is a file, or a folder that is not empty."""
    if value is not None and value.exists() and (not value.is_dir() or any(value.iterdir())):
        raise click.BadParameter(f"{value}: is there already; name a folder that is empty or not there yet")
    return value


def describe_size(data: Path) -> str:
    """Return the number of tables and rows of a ledger, in words."""
    from compendium.ledger.loader import load

    frames = load(data).frames
    return f"{len(frames)} tables, {sum(map(len, frames.values()))} rows"


def analysis_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with the options of an analysis: folder of the ledger, and output format."""
    return FORMAT_OPTION(DATA_OPTION(command))


def load_valid_ledger(data: Path) -> Ledger:
    """Return the ledger of a folder, or end the command with exit code 2 and every problem."""
    from compendium.curation.validation import validate
    from compendium.ledger.loader import load

    problems = validate(data)
    if problems:
        exit_with_problems(problems, 2, "; nothing was computed")
    return load(data)


def print_report(
    output_format: str, make_report: Callable[[], object], make_lines: Callable[[], Iterator[str]]
) -> None:
    """Print the result of an analysis as JSON or as text lines."""
    if output_format == "json":
        click.echo(json.dumps(make_report(), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        for line in make_lines():
            click.echo(line)


@contextmanager
def open_executor(scheduler_address: str) -> Iterator[Executor | None]:
    """Yield the executor of the Dask cluster at an address, or `None` to compute on this machine."""
    if not scheduler_address:
        yield None
        return
    from distributed import Client

    try:
        client = Client(scheduler_address, timeout="10s")
    except Exception as error:  # the type depends on the protocol of the address
        reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise click.BadParameter(
            f"no cluster answers at {scheduler_address} ({reason[0]})", param_hint="--scheduler"
        ) from None
    with client:
        yield client.get_executor()
