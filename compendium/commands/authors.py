"""The commands that help an author: a new source, a new chapter, one claim explained."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
