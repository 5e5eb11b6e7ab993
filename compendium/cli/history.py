"""The commands that say what changed since another state, and whether the book comes out the same twice."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click

from compendium.cli.common import EXISTING_FOLDER
from compendium.project.paths import DATA


@click.command()
@click.option(
    "--since", default="", metavar="REF", help="A tag, branch or commit.  [default: the last edition but this]"
)
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--write", is_flag=True, help="Keep the changes as those of the edition that CITATION.cff names.")
@click.option("--data", type=EXISTING_FOLDER, default=DATA, help="Where the record is kept.  [default: data]")
def changes(since: str, form: str, write: bool, data: Path) -> None:
    """Say what changed since an earlier state: claims, verdicts and why, tables, pages."""
    from compendium.benches.rows import put
    from compendium.publish import changes as changing
    from compendium.publish import snapshots

    now = snapshots.working_tree_snapshot()
    known = [
        tag
        for tag in snapshots.edition_tags()
        if snapshots.version_numbers(tag) != snapshots.version_numbers(now.edition)
    ]
    if not since and not known:
        click.echo("no edition is tagged in this copy; name a state with --since", err=True)
        sys.exit(2)
    try:
        before = snapshots.snapshot_at(since or known[-1])
    except snapshots.UnknownSnapshotError as error:
        raise click.BadParameter(str(error), param_hint="--since") from None
    found = changing.find_changes(before, now)
    if form == "json":
        click.echo(json.dumps([asdict(change) for change in found], ensure_ascii=False, indent=2))
    elif form == "markdown":
        click.echo(changing.as_markdown(found, before, now))
    else:
        for line in changing.as_lines(found, before, now):
            click.echo(line)
    if write:
        records = changing.as_records(found, now.edition, before.edition)
        put(data, changing.CHANGES_TABLE, records, lambda row: row["edition"] == now.edition)


@click.command()
@click.option("--write", is_flag=True, help="Keep in the data how each notebook ran and what the comparison found.")
@click.option("--data", type=EXISTING_FOLDER, default=DATA, help="Where the records are kept.  [default: data]")
def twice(write: bool, data: Path) -> None:
    """Build the book twice from nothing, under unlike surroundings, and name every file in which the two differ."""
    from compendium import twice as both
    from compendium.benches.copies import BenchError

    with tempfile.TemporaryDirectory(prefix="twice-") as folder:
        try:
            found = both.twice(Path(folder), click.echo)
        except BenchError as error:
            click.echo(str(error), err=True)
            sys.exit(1)
        if write:
            both.write(data, found, date.today().isoformat())
    for line in found.different:
        click.echo(line, err=True)
    click.echo(f"{len(found.different)} files differ" if found.different else "every file is the same")
    sys.exit(1 if found.different else 0)


COMMANDS = (changes, twice)
