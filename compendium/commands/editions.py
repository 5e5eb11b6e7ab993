"""The commands that make an edition, say what changed since another, and repeat one."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
