"""The command line: `python -m compendium COMMAND`. Each command says what it found and leaves by its exit code.

0: all is well, whatever the sources say; 1: something is wrong and has been named; 2: the command was called wrongly,
or the data that an analysis would rest on are unsound.
"""

from __future__ import annotations

import click

from compendium.cli import analyses, authoring, book, data, editions, history, quality


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Check, verify and build a compendium of claims.

    Exit codes: 0, all is well, whatever the sources say; 1, something is wrong and has been named; 2, the command was
    called wrongly, or the data that an analysis would rest on are unsound.
    """


for _office in (data, analyses, book, authoring, editions, history, quality):
    for _command in _office.COMMANDS:
        main.add_command(_command)
