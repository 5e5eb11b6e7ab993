"""The commands that measure what was built, and how well it is guarded."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compendium.cli.common import EXISTING_FOLDER, exit_with_problems
from compendium.project.paths import DATA
from compendium.project.problems import LedgerError


@click.command()
@click.argument("folder", type=EXISTING_FOLDER)
@click.option("--against", type=click.Path(exists=True, path_type=Path), help="A manifest, or another folder.")
def manifest(folder: Path, against: Path | None) -> None:
    """Print the SHA-256 of every file of a folder, as `sha256sum -c` reads it; or name what differs from another."""
    from compendium.project import checksums as manifests

    if against is None:
        for line in manifests.manifest_lines(manifests.compute_manifest(folder)):
            click.echo(line)
        return
    try:
        found = (
            manifests.compare_folders(folder, against)
            if against.is_dir()
            else manifests.compare_with_manifest(folder, against)
        )
    except LedgerError as error:
        exit_with_problems(error.problems, "")
        return
    for line in found:
        click.echo(line, err=True)
    click.echo(f"{len(found)} files differ" if found else "every file is the same")
    sys.exit(1 if found else 0)


@click.command()
@click.option("--number", type=click.IntRange(1), default=1000, show_default=True, help="How many cells to make wrong.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="What the choice follows from.")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many work side by side."
)
@click.option("--write", is_flag=True, help="Put the counts into the data.")
def corrupt(number: int, seed: int, processes: int, write: bool) -> None:
    """Make one cell of the data wrong at a time, and see whether anything notices.

    A wrong cell is noticed where a check fails, or a verdict changes, or what a notebook shows. All of it happens in
    a copy; each cell is told as it is known. The exit code is 1 where nothing notices one.
    """
    from compendium.quality import fault_injection

    try:
        outcomes = fault_injection.tried(seed, range(number), processes)
        if write:
            fault_injection.write(outcomes, seed, DATA)
    except LedgerError as error:
        exit_with_problems(error.problems, "")
        return
    except (fault_injection.FaultInjectionError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(fault_injection.counted(outcomes).to_string())
    survivors = [outcome.fault for outcome in outcomes if outcome.stage == fault_injection.SURVIVED]
    for fault in survivors:
        click.echo(f"nothing notices {fault}", err=True)
    sys.exit(1 if survivors else 0)


COMMANDS = (manifest, corrupt)
