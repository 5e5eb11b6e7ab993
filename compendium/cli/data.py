"""Commands that validate the ledger, verify it against source texts, and refresh series."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from compendium.cli.common import DATA_OPTION, EXISTING_FOLDER, describe_size, exit_with_lines, exit_with_problems
from compendium.project.problems import describe_choices, format_count


@click.command()
@DATA_OPTION
def check(data: Path) -> None:
    """Validate every table, schema and meaning; print every problem."""
    from compendium.curation.validation import validate

    problems = validate(data)
    if problems:
        exit_with_problems(problems)
    click.echo(f"{data.name}: {describe_size(data)}, no problem")


@click.command()
@click.option("--sources", type=EXISTING_FOLDER, required=True, help="Folder with the texts, as *.txt.")
@click.option(
    "--only", multiple=True, metavar="SOURCE", help="Verify the rows of one source. Can be given more than once."
)
@DATA_OPTION
def verify(sources: Path, only: tuple[str, ...], data: Path) -> None:
    """Verify every located row against the source texts: hash, paragraph, words, and numbers without a row."""
    from compendium.curation import source_texts
    from compendium.ledger.loader import load

    ledger = load(data, corrected=False).load_all()
    known = list(ledger["sources"]["source_id"])
    for name in only:
        if name not in known:
            raise click.BadParameter(
                f"no source is called {name!r}; {describe_choices(known, name)}", param_hint="--only"
            )
    problems = source_texts.verify(ledger, sources, only)
    if problems:
        exit_with_problems(problems)
    rows = source_texts.count_located_rows(ledger, only or known)
    click.echo(
        f"{format_count(len(set(only or known)), 'text')}, {format_count(sum(rows.values()), 'located row')} "
        f"({format_count(rows['claims'], 'claim')}): all found where the ledger says"
    )


@click.command()
@click.argument("name")
@click.option("--write", is_flag=True, help="Write the difference; without it, it is only shown.")
@DATA_OPTION
@click.option("--service", default="", metavar="URL", help="Address of the service.  [default: the publisher's own]")
@click.option("--timeout", type=click.FloatRange(0, 3600, min_open=True), default=30.0, show_default=True,
              help="Seconds for the whole answer.")  # fmt: skip
def refresh(name: str, write: bool, data: Path, service: str, timeout: float) -> None:
    """Fetch a series from its publisher; show what has changed and, with --write, write it."""
    from compendium.curation.refresh import refresh as run_refresh
    from compendium.curation.worldbank import ServiceError, ServiceRequest

    try:
        run_refresh(data, name, ServiceRequest(date.today(), service, timeout), write=write, log=click.echo)
    except ServiceError as error:
        exit_with_lines([str(error)])


COMMANDS = (check, verify, refresh)
