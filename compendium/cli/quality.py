"""The commands that measure what was built, and how well it is guarded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compendium.cli.common import FOLDER, end
from compendium.project.paths import BUILT, DATA
from compendium.project.problems import LedgerError

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from compendium.quality.guarded import Outcome


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
@click.argument("pages", nargs=-1)
@click.option("--html", type=FOLDER, default=None, help="Folder of the built site.  [default: _build/html]")
@click.option("--data", type=FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
def audit(pages: tuple[str, ...], html: Path | None, data: Path) -> None:
    """Measure every page of the built site, or some, with Lighthouse and axe; write data/audits.csv.

    A page is named by its address without its ending: book/index. It takes about half a minute a page.
    """
    from compendium.quality.audit import AuditError
    from compendium.quality.audit import audit as audited

    try:
        failures = audited(html or BUILT / "html", data=data, only=pages, say=click.echo)
    except LedgerError as error:
        end(error.problems, "")
        return
    except AuditError as error:
        failures = [str(error)]
    for failure in failures:
        click.echo(failure, err=True)
    sys.exit(1 if failures else 0)


@click.command()
@click.option("--write", is_flag=True, help="Renew the budget from what is there.")
@click.option("--site", type=FOLDER, help="Folder of a built site.  [default: _build/html]")
def weigh(write: bool, site: Path | None) -> None:
    """Weigh every page and asset of the built site over the wire, against book/budget.csv."""
    from compendium.quality import page_weight

    try:
        found = page_weight.weigh(site or BUILT / "html")
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
        end(error.problems, "")
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


COMMANDS = (manifest, audit, weigh, corrupt)
