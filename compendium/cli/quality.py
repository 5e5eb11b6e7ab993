"""The commands that measure what was built, and how well it is guarded."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from compendium.cli.common import FOLDER, end
from compendium.project.paths import DATA
from compendium.project.problems import LedgerError

if TYPE_CHECKING:
    from compendium.benches.mutants import Mutants


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--write", is_flag=True, help="Put the rows into the data; without it, they are only shown.")
def bench(names: tuple[str, ...], write: bool) -> None:
    """Measure how long the book takes to build, and how that grows: all parts, or those named.

    The parts are cold, plain, nothing, prose, data, claims, test, chapters, ledger and reconciliation. All work in
    copies of the repository; the rows of a part are written when it has ended, and not where it has failed.
    """
    from compendium.benches.parts import PARTS
    from compendium.benches.run import run
    from compendium.project.problems import one_of

    for name in names:
        if name not in PARTS:
            raise click.BadParameter(f"no part is called {name}; {one_of(PARTS, name)}", param_hint="NAME")
    failed = run(names or tuple(PARTS), DATA if write else None, click.echo)
    for line in failed:
        click.echo(line, err=True)
    sys.exit(1 if failed else 0)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--against", type=click.Path(exists=True, path_type=Path), help="A manifest, or another folder.")
def manifest(folder: Path, against: Path | None) -> None:
    """Print the SHA-256 of every file of a folder, as `sha256sum -c` reads it; or name what differs from another."""
    from compendium.project import checksums as manifests

    if against is None:
        for line in manifests.lines(manifests.manifest(folder)):
            click.echo(line)
        return
    try:
        found = manifests.compared(folder, against) if against.is_dir() else manifests.listed(folder, against)
    except LedgerError as error:
        end(error.problems, "")
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
        end(error.problems, "")
        return
    except (fault_injection.FaultInjectionError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(fault_injection.counted(outcomes).to_string())
    survivors = [outcome.fault for outcome in outcomes if outcome.stage == fault_injection.SURVIVED]
    for fault in survivors:
        click.echo(f"nothing notices {fault}", err=True)
    sys.exit(1 if survivors else 0)


@click.command()
@click.argument("modules", nargs=-1, metavar="[MODULE]...")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many work side by side."
)
@click.option("--least", type=click.FloatRange(0, 1), default=0.0, help="The score below which a module fails.")
@click.option("--show", is_flag=True, help="Print every change that nothing noticed.")
@click.option("--write", is_flag=True, help="Put the counts of each module into the data.")
def mutate(modules: tuple[str, ...], processes: int, least: float, show: bool, write: bool) -> None:
    """Change the engine one operator at a time, and see whether a test fails: all modules chosen for it, or some.

    mutmut makes the changes, in a copy; `make authors` installs it. Which modules are changed, and which tests run for
    each, stands in pyproject.toml. Counts are written as soon as a module has ended; a module takes some minutes.
    """
    from compendium.benches import mutants

    try:
        asked = mutants.chosen(modules)
    except mutants.MutationError as error:
        raise click.BadParameter(str(error), param_hint="MODULE") from None
    found = []
    try:
        for module, tests in asked.items():
            found.append(_mutated(module, tests, processes))
            if write:
                mutants.write(found[-1], DATA)
    except LedgerError as error:
        end(error.problems, "")
        return
    except (mutants.MutationError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    for one in found if show else ():
        click.echo("\n\n".join([*one.passed, ""]), nl=False)
    for line in mutants.table(found):
        click.echo(line)
    weak = [one.module for one in found if one.score < least]
    if weak:
        click.echo(f"below {least:.0%}: {', '.join(weak)}", err=True)
    sys.exit(1 if weak else 0)


def _mutated(module: str, tests: tuple[str, ...], processes: int) -> Mutants:
    from compendium.benches import mutants

    tool = mutants.program()
    with TemporaryDirectory() as folder, click.progressbar(length=1, label=f"{module:<14}", file=sys.stderr) as bar:

        def tell(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        return mutants.tried(module, mutants.prepared(module, tests, Path(folder)), tool, processes, tell)


COMMANDS = (bench, manifest, corrupt, mutate)
