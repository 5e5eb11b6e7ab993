"""The command that says what changed since another state."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
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
    from compendium.ledger.atomic_write import replace_rows
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
        replace_rows(data, changing.CHANGES_TABLE, records, lambda row: row["edition"] == now.edition)


COMMANDS = (changes,)
