"""The commands that measure what was built, and how well it is guarded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from compendium.cli.common import EXISTING_FOLDER, exit_with_problems
from compendium.project.paths import BUILD, DATA
from compendium.project.problems import LedgerError

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from compendium.benches.mutants import Mutants
    from compendium.quality.guarded import Outcome


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
    from compendium.project.problems import describe_choices

    for name in names:
        if name not in PARTS:
            raise click.BadParameter(f"no part is called {name}; {describe_choices(PARTS, name)}", param_hint="NAME")
    failed = run(names or tuple(PARTS), DATA if write else None, click.echo)
    for line in failed:
        click.echo(line, err=True)
    sys.exit(1 if failed else 0)


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
@click.argument("pages", nargs=-1)
@click.option("--html", type=EXISTING_FOLDER, default=None, help="Folder of the built site.  [default: _build/html]")
@click.option("--data", type=EXISTING_FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
def audit(pages: tuple[str, ...], html: Path | None, data: Path) -> None:
    """Measure every page of the built site, or some, with Lighthouse and axe; write data/audits.csv.

    A page is named by its address without its ending: book/index. It takes about half a minute a page.
    """
    from compendium.quality.audit import AuditError
    from compendium.quality.audit import audit as audited

    try:
        failures = audited(html or BUILD / "html", data=data, only=pages, say=click.echo)
    except LedgerError as error:
        exit_with_problems(error.problems, "")
        return
    except AuditError as error:
        failures = [str(error)]
    for failure in failures:
        click.echo(failure, err=True)
    sys.exit(1 if failures else 0)


@click.command()
@click.option("--write", is_flag=True, help="Renew the budget from what is there.")
@click.option("--site", type=EXISTING_FOLDER, help="Folder of a built site.  [default: _build/html]")
def weigh(write: bool, site: Path | None) -> None:
    """Weigh every page and asset of the built site over the wire, against book/budget.csv."""
    from compendium.quality import page_weight

    try:
        found = page_weight.weigh(site or BUILD / "html")
        if write:
            page_weight.write_budget(found)
        budget = page_weight.read_budget()
    except (OSError, ValueError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    click.echo(page_weight.table(found, budget))
    heavy = page_weight.problems(found, budget)
    for line in heavy:
        click.echo(line, err=True)
    sys.exit(1 if heavy else 0)


@click.command()
@click.option("--number", type=click.IntRange(1), default=1000, show_default=True, help="How many cells to make wrong.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="What the choice follows from.")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many work side by side."
)
@click.option("--write", is_flag=True, help="Put the rates and the survivors into the data.")
def corrupt(number: int, seed: int, processes: int, write: bool) -> None:
    """Make one cell of the data wrong at a time, and see whether anything notices.

    A wrong cell is noticed where a check fails, or a verdict changes, or what a notebook shows. All of it happens in
    a copy. A survivor that the data hold a reason for is named with it; the exit code is 1 where another is left.
    """
    from compendium.quality import guarded
    from compendium.quality.strength import survivors, table, write_outcomes

    try:
        with _bar(guarded.tried(seed, range(number), processes), number) as bar:
            outcomes = sorted(bar, key=lambda outcome: outcome.corruption.number)
        left = survivors(outcomes, DATA)
        if write:
            write_outcomes(outcomes, seed, DATA)
    except LedgerError as error:
        exit_with_problems(error.problems, "")
        return
    except (guarded.GuardError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    for line in table(outcomes):
        click.echo(line)
    for survivor in left:
        click.echo(str(survivor), err=True)
    sys.exit(1 if any(not survivor.reason for survivor in left) else 0)


def _bar(outcomes: Iterator[Outcome], number: int) -> ProgressBar[Outcome]:
    return click.progressbar(outcomes, length=number, label="Trying wrong cells", file=sys.stderr)


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
        exit_with_problems(error.problems, "")
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


COMMANDS = (bench, manifest, audit, weigh, corrupt, mutate)
