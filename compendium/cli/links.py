"""The command that asks whether the addresses outside, which the book points to, still answer."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compendium.cli.common import EXISTING_FOLDER
from compendium.project.paths import ROOT


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True)
@click.option("--root", type=EXISTING_FOLDER, default=ROOT, help="Folder of the repository.  [default: this one]")
def links(form: str, root: Path) -> None:
    """Ask every address outside that data, chapters and references name whether it still answers; needs the network.

    Exit code 1 where one is broken or could not be asked. One that answers late, or from another place, is named and
    does not count. It takes minutes: servers are asked a few at a time.
    """
    from compendium import linkcheck

    try:
        found = linkcheck.addresses(root)
        with click.progressbar(length=len(found), label="Asking", file=sys.stderr) as bar:
            answers = linkcheck.check(found, told=lambda: bar.update(1))
    except (linkcheck.LinkCheckError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if form == "markdown":
        click.echo(linkcheck.as_markdown(answers), nl=False)
    else:
        for line in linkcheck.lines(answers):
            click.echo(line)
        click.echo(linkcheck.summary(answers))
    sys.exit(1 if any(answer.kind in (linkcheck.BROKEN, linkcheck.UNASKED) for answer in answers) else 0)


COMMANDS = (links,)
