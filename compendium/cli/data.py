"""The commands that hold the data against their schema, their meaning, the texts and the publishers."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from compendium.cli.common import EXISTING_FOLDER, describe_size, exit_with_problems
from compendium.project.paths import DATA
from compendium.project.problems import LedgerError, describe_choices, format_count


@click.command()
@click.option("--data", type=EXISTING_FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
def check(data: Path) -> None:
    """Hold every table against its schema and its meaning; print every problem."""
    from compendium.curation.validation import validate

    problems = validate(data)
    exit_with_problems(problems, "" if problems else f"{data.name}: {describe_size(data)}, no problem")


@click.command()
@click.option("--sources", type=EXISTING_FOLDER, required=True, help="Folder with the texts, as *.txt.")
@click.option(
    "--only", multiple=True, metavar="SOURCE", help="Hold the rows of one source. Can be given more than once."
)
@click.option("--data", type=EXISTING_FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
def verify(sources: Path, only: tuple[str, ...], data: Path) -> None:
    """Hold every locator against the texts: each figure in its paragraph, each text by its hash, no number left."""
    from compendium.curation.source_texts import verify as verified
    from compendium.ledger.loader import load

    try:
        ledger = load(data, corrected=False).load_all()
    except LedgerError as error:
        exit_with_problems(error.problems, "")
        return
    known = list(ledger["sources"]["source_id"])
    for name in only:
        if name not in known:
            raise click.BadParameter(
                f"no source is called {name!r}; {describe_choices(known, name)}", param_hint="--only"
            )
    held = set(only or known)
    rows = {
        table.name: int(ledger.frames[table.name]["source_id"].isin(held).sum())
        for table in ledger.schema.values()
        if {"source_id", "paragraph", "as_printed"} <= set(table.columns)
    }
    exit_with_problems(
        verified(ledger, sources, only),
        f"{format_count(len(held), 'text')}, {format_count(sum(rows.values()), 'located row')} "
        f"({format_count(rows['claims'], 'claim')}): all stand as said",
    )


@click.command()
@click.argument("name")
@click.option("--write", is_flag=True, help="Write the difference; without it, it is only shown.")
@click.option("--data", type=EXISTING_FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
@click.option("--service", default="", metavar="URL", help="Address of the service.  [default: the publisher's own]")
@click.option("--timeout", type=click.FloatRange(0, 3600, min_open=True), default=30.0, show_default=True,
              help="Seconds for the whole answer.")  # fmt: skip
def refresh(name: str, write: bool, data: Path, service: str, timeout: float) -> None:
    """Ask a publisher for the newer figures of a series; show what has changed, write it where told to."""
    from compendium.curation.refresh import refresh as refreshed
    from compendium.curation.worldbank import ServiceError

    try:
        refreshed(data, name, write=write, service_url=service, timeout=timeout, today=date.today(), log=click.echo)
    except LedgerError as error:
        exit_with_problems(error.problems, "")
    except ServiceError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


COMMANDS = (check, verify, refresh)
