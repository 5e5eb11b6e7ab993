"""Commands for checksums of a folder and for fault injection."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compendium.cli.common import EXISTING_FOLDER, exit_with_lines
from compendium.project.paths import DATA


@click.command()
@click.argument("folder", type=EXISTING_FOLDER)
@click.option("--against", type=click.Path(exists=True, path_type=Path), help="A manifest, or another folder.")
def manifest(folder: Path, against: Path | None) -> None:
    """Print the SHA-256 of every file of a folder, as `sha256sum -c` reads it; or name what differs from another."""
    from compendium.project import checksums

    if against is None:
        for line in checksums.manifest_lines(checksums.compute_manifest(folder)):
            click.echo(line)
        return
    compare = checksums.compare_folders if against.is_dir() else checksums.compare_with_manifest
    found = compare(folder, against)
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
    """Change one cell of the data at a time, in a copy, and report what detects it.

    A fault is detected if a check fails, or a verdict or the output of a notebook changes. The exit code is 1 if a
    fault is not detected.
    """
    from compendium.quality import fault_injection

    try:
        outcomes = fault_injection.run_faults(seed, range(number), processes)
        if write:
            fault_injection.write_counts(outcomes, seed, DATA)
    except (fault_injection.FaultInjectionError, OSError) as error:
        exit_with_lines([str(error)])
    click.echo(fault_injection.count_by_stage(outcomes).to_string())
    survivors = [outcome.fault for outcome in outcomes if outcome.stage == fault_injection.SURVIVED]
    for fault in survivors:
        click.echo(f"nothing notices {fault}", err=True)
    sys.exit(1 if survivors else 0)


COMMANDS = (manifest, corrupt)
