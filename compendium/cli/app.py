"""The command group of `python -m compendium COMMAND`, with every module's commands."""

from __future__ import annotations

import click

from compendium.cli import analyses, authoring, book, data, editions, quality
from compendium.cli.common import LedgerGroup


@click.group(cls=LedgerGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Check, verify and build a compendium of claims.

    Exit codes: 0, all is well, whatever the sources say; 1, something is wrong and has been named; 2, the command was
    called wrongly, or an analysis was asked for on invalid data.
    """


for _module in (data, analyses, book, authoring, editions, quality):
    for _command in _module.COMMANDS:
        main.add_command(_command)
