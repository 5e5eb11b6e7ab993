"""The command line: `python -m compendium COMMAND`. Each command says what it found and leaves by its exit code.

0: all is well, whatever the sources say; 1: something is wrong and has been named; 2: the command was called wrongly,
or the data that an analysis would rest on are unsound.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compendium.home import BOOK, BUILT, DATA
from compendium.problems import LedgerError, Problem

if TYPE_CHECKING:
    from compendium.building import Change
    from compendium.ledger import Ledger
    from compendium.runner import Done

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Check, verify and build a compendium of claims."""


def _end(problems: list[Problem], well: str) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        click.echo(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}", err=True)
        sys.exit(1)
    click.echo(well)


@main.command()
@click.option("--data", type=FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
def check(data: Path) -> None:
    """Hold every table against its schema and its meaning; print every problem."""
    from compendium.validate import validate

    problems = validate(data)
    _end(problems, "" if problems else f"{data.name}: {_size(data)}, no problem")


def _size(data: Path) -> str:
    from compendium.ledger import load

    frames = load(data).frames
    return f"{len(frames)} tables, {sum(map(len, frames.values()))} rows"


@main.command()
@click.option("--sources", type=FOLDER, required=True, help="Folder with the texts, as *.txt.")
@click.option("--data", type=FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
def verify(sources: Path, data: Path) -> None:
    """Hold every locator against the texts: each figure in its paragraph, each text by its hash, no number left."""
    from compendium.ledger import load
    from compendium.verify import verify as verified

    try:
        ledger = load(data).whole()
    except LedgerError as error:
        _end(error.problems, "")
        return
    located = sum(
        len(ledger.frames[table.name])
        for table in ledger.schema.values()
        if {"paragraph", "as_printed"} <= set(table.columns)
    )
    _end(
        verified(ledger, sources),
        f"{len(ledger['sources'])} texts, {located} located rows ({len(ledger['claims'])} claims): all stand as said",
    )


# --- analyses


def analysis(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of an analysis: the folder of the ledger, and the form of the answer."""
    form = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
    folder = click.option("--data", type=FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
    return form(folder(command))


def _sound(data: Path) -> Ledger:
    """Return the ledger of a folder, or end the command with every problem: nothing is computed on unsound data."""
    from compendium.ledger import load
    from compendium.validate import validate

    problems = validate(data)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        click.echo(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}; nothing was computed", err=True)
        sys.exit(2)
    return load(data)


def _answer(form: str, report: Callable[[], object], lines: Callable[[], Iterator[str]]) -> None:
    if form == "json":
        click.echo(json.dumps(report(), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        for line in lines():
            click.echo(line)


@contextmanager
def _executor(scheduler: str) -> Iterator[Executor | None]:
    """Yield where to compute: here, or on the Dask cluster at an address."""
    if not scheduler:
        yield None
        return
    from distributed import Client

    try:
        client = Client(scheduler, timeout="10s")
    except Exception as error:  # what is raised depends on the protocol that the address names
        reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise click.BadParameter(f"no cluster answers at {scheduler} ({reason[0]})", param_hint="--scheduler") from None
    with client:
        yield client.get_executor()


@main.command()
@analysis
@click.option("--scheduler", default="", help="Address of a Dask cluster to compute on, e.g. tcp://host:8786.")
@click.option("--beside", multiple=True, metavar="WHICH", help="Let independent figures join: of a side, by its area; "
              "of a publisher; of a table; or one, by its id. Can be given more than once.")  # fmt: skip
def reconcile(form: str, data: Path, scheduler: str, beside: tuple[str, ...]) -> None:
    """Say what follows from all claims together, and which of them cannot all be true."""
    from compendium import reports
    from compendium.reconcile import reconcile as reconciled

    ledger = _beside(_sound(data), beside)
    with _executor(scheduler) as executor:
        found = reconciled(ledger, executor)
    _answer(
        form,
        lambda: reports.reconciliation(ledger, found),
        lambda: reports.reconciliation_lines(ledger, found),
    )


def _beside(ledger: Ledger, wanted: tuple[str, ...]) -> Ledger:
    """Return a ledger with some observations among its claims, or end the command and name the nearest there are."""
    from compendium.observations import joined, read_observations
    from compendium.problems import one_of

    if not wanted:
        return ledger
    found = read_observations(ledger)
    columns = found[["observation_id", "reporter", "publisher"]].assign(table=found["table"].map(_stem(ledger)))
    known = set(columns.to_numpy().ravel()) - {""}
    for name in wanted:
        if name not in known:
            raise click.BadParameter(
                f"no independent figure is called {name}; {one_of(known, name)}", param_hint="--beside"
            )
    return joined(ledger, found[columns.isin(wanted).any(axis=1)])


def _stem(ledger: Ledger) -> dict[str, str]:
    return {name: Path(table.path).stem for name, table in ledger.schema.items()}


@main.command()
@analysis
def corroborate(form: str, data: Path) -> None:
    """Say how every claim stands against the figures of independent publishers."""
    from compendium import reports

    ledger = _sound(data)
    _answer(form, lambda: reports.corroboration(ledger), lambda: reports.corroboration_lines(ledger))


@main.command()
@analysis
def chronology(form: str, data: Path) -> None:
    """Say which statements about time cannot all be right."""
    from compendium import reports

    ledger = _sound(data)
    _answer(form, lambda: reports.chronology(ledger), lambda: reports.chronology_lines(ledger))


@main.command()
@analysis
def independence(form: str, data: Path) -> None:
    """Say which figures go back to one origin, and count witnesses by origin."""
    from compendium import reports

    ledger = _sound(data)
    _answer(form, lambda: reports.independence(ledger), lambda: reports.independence_lines(ledger))


@main.command()
@analysis
def sensitivity(form: str, data: Path) -> None:
    """Recompute each headline with one source left out."""
    from compendium import reports

    ledger = _sound(data)
    _answer(form, lambda: reports.sensitivity_report(ledger), lambda: reports.sensitivity_lines(ledger))


# --- what is taken away


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--data", type=FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
def bundle(file: Path, data: Path) -> None:
    """Write the whole ledger as one archive: CSV, Parquet, SQLite and JSON-LD, with what it takes to open them."""
    from compendium import linked
    from compendium.bundle import bundle as bundled
    from compendium.dossiers import dossiers
    from compendium.edition import edition
    from compendium.ledger import load

    _sound(data)
    claims = linked.document(dossiers(load(data)), edition().name)
    content = bundled(data, {linked.NAME: claims.encode()})
    try:
        file.write_bytes(content)
    except OSError as error:
        click.echo(f"{file}: cannot be written: {error.strerror}", err=True)
        sys.exit(1)
    click.echo(f"{file}: {_size(data)}, {len(content):,} bytes")


# --- the publishers


@main.command()
@click.argument("name")
@click.option("--write", is_flag=True, help="Write the difference; without it, it is only shown.")
@click.option("--data", type=FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
@click.option("--service", default="", metavar="URL", help="Address of the service.  [default: the publisher's own]")
@click.option("--timeout", type=click.FloatRange(0, 3600, min_open=True), default=30.0, show_default=True,
              help="Seconds for the whole answer.")  # fmt: skip
def refresh(name: str, write: bool, data: Path, service: str, timeout: float) -> None:
    """Ask a publisher for the newer figures of a series; show what has changed, write it where told to."""
    from compendium.refresh import refresh as refreshed
    from compendium.services import ServiceError

    try:
        refreshed(data, name, write=write, service=service, timeout=timeout, today=date.today(), say=click.echo)
    except LedgerError as error:
        _end(error.problems, "")
    except ServiceError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


# --- the book


SCHEDULER = click.option("--scheduler", envvar="SCHEDULER", default="", metavar="ADDRESS",
                         help="Execute on the Dask cluster at an address, e.g. tcp://host:8786.")  # fmt: skip


@main.command()
@click.option("--check", "only_check", is_flag=True, help="Say which are stale, execute nothing.")
@click.option("--fresh", is_flag=True, help="Execute all.")
@click.option("--book", type=FOLDER, default=BOOK, help="Folder with the chapters.  [default: book]")
@SCHEDULER
def notebooks(only_check: bool, fresh: bool, book: Path, scheduler: str) -> None:
    """Bring every notebook up to date with its chapter, the data and the engine."""
    from compendium.notebooks import stale

    if only_check:
        found = stale(book)
        for line in found:
            click.echo(line, err=True)
        click.echo(f"{len(found)} stale" if found else "every notebook is up to date")
        sys.exit(1 if found else 0)
    _notebooks(book, fresh, scheduler)


@main.command()
@click.option("--fresh", is_flag=True, envvar="FRESH", help="Execute all notebooks, build the site from nothing.")
@click.option("--address", envvar="ADDRESS", default="", metavar="URL",
              help="Where the site will be published: for sitemap, canonical links, previews.")  # fmt: skip
@SCHEDULER
def build(fresh: bool, address: str, scheduler: str) -> None:
    """Check the data, bring the notebooks up to date, build the site; do only what a change asks for."""
    _build(fresh, address, scheduler)


def _build(fresh: bool, address: str, scheduler: str) -> None:
    """Build the book, or end the command with what is wrong, and say what was built."""
    from compendium import addresses, building

    os.environ[addresses.VARIABLE] = address  # where Sphinx's part of the build looks for it
    try:
        addresses.address()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--address") from None

    # Imports and doctrees are all that a short build makes; looking through them for garbage takes a quarter of it.
    gc.disable()
    start = time.perf_counter()
    change = building.change(fresh=fresh)
    executed = 0
    if change:
        with _executor(scheduler) as executor:
            executed = _built(change, executor)
    gc.freeze()  # nor when it ends
    _end([], f"{building.said(executed)}, {time.perf_counter() - start:.1f} seconds. Open {building.FRONT}")


@main.command("print")
@click.option("--address", envvar="ADDRESS", default="", metavar="URL", help="As for `build`.")
@SCHEDULER
def print_book(address: str, scheduler: str) -> None:
    """Build the book, then make a PDF and an EPUB of it in _build/print, which the site offers from then on."""
    from compendium import building, prints

    _build(False, address, scheduler)
    try:
        made = prints.make(building.made_from(), say=click.echo)
    except prints.PrintError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    for path in made:
        click.echo(f"{path} ({path.stat().st_size / 1_000_000:.1f} MB)")
    _build(False, address, scheduler)  # the site offers them now


def _built(change: Change, executor: Executor | None) -> int:
    """Build what a change asks for, or end the command with what is wrong; return how many notebooks ran."""
    from compendium import building

    try:
        return building.build(change, executor, watch=_watched, say=click.echo)
    except LedgerError as error:
        _end(error.problems, "")
    except building.BuildError as error:
        click.echo(str(error), err=True)
    sys.exit(1)


def _notebooks(book: Path, fresh: bool, scheduler: str) -> None:
    """Bring the notebooks up to date, or end the command with what each failed with."""
    from compendium.notebooks import failures, slowest, update

    with _executor(scheduler) as executor:
        outcomes = update(book, fresh=fresh, executor=executor, watch=_watched)
    failed, ran = failures(outcomes), slowest(outcomes)
    if ran:
        click.echo(f"Slowest: {ran}")
    if failed:
        click.echo(failed, err=True)
        sys.exit(1)


def _watched(done: Iterator[Done], number: int) -> Iterator[Done]:
    """Hand on notebooks as they end, beneath a bar that grows with each."""

    def which(one: Done | None) -> str:
        return one.chapter.stem if one else ""

    with click.progressbar(done, number, "Executing", item_show_func=which) as bar:
        yield from bar


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--write", is_flag=True, help="Put the rows into the data; without it, they are only shown.")
def bench(names: tuple[str, ...], write: bool) -> None:
    """Measure how long the book takes to build, and how that grows: all parts, or those named.

    The parts are cold, plain, nothing, prose, data, claims, test, chapters, ledger and reconciliation. All work in
    copies of the repository; the rows of a part are written when it has ended, and not where it has failed.
    """
    from compendium.benches.parts import PARTS
    from compendium.benches.run import run
    from compendium.problems import one_of

    for name in names:
        if name not in PARTS:
            raise click.BadParameter(f"no part is called {name}; {one_of(PARTS, name)}", param_hint="NAME")
    failed = run(names or tuple(PARTS), DATA if write else None, click.echo)
    for line in failed:
        click.echo(line, err=True)
    sys.exit(1 if failed else 0)


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--against", type=click.Path(exists=True, path_type=Path), help="A manifest, or another folder.")
def manifest(folder: Path, against: Path | None) -> None:
    """Print the SHA-256 of every file of a folder, as `sha256sum -c` reads it; or name what differs from another."""
    from compendium import manifest as manifests

    if against is None:
        for line in manifests.lines(manifests.manifest(folder)):
            click.echo(line)
        return
    try:
        found = manifests.compared(folder, against) if against.is_dir() else manifests.listed(folder, against)
    except LedgerError as error:
        _end(error.problems, "")
        return
    for line in found:
        click.echo(line, err=True)
    click.echo(f"{len(found)} files differ" if found else "every file is the same")
    sys.exit(1 if found else 0)


@main.command()
@click.argument("pages", nargs=-1)
@click.option("--html", type=FOLDER, default=None, help="Folder of the built site.  [default: _build/html]")
@click.option("--data", type=FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
def audit(pages: tuple[str, ...], html: Path | None, data: Path) -> None:
    """Measure every page of the built site, or some, with Lighthouse and axe; write data/audits.csv.

    A page is named by its address without its ending: book/index. It takes about half a minute a page.
    """
    from compendium.audit import AuditError
    from compendium.audit import audit as audited

    try:
        failures = audited(html or BUILT / "html", data=data, only=pages, say=click.echo)
    except LedgerError as error:
        _end(error.problems, "")
        return
    except AuditError as error:
        failures = [str(error)]
    for failure in failures:
        click.echo(failure, err=True)
    sys.exit(1 if failures else 0)


@main.command()
@click.option("--write", is_flag=True, help="Renew the budget from what is there.")
@click.option("--site", type=FOLDER, help="Folder of a built site.  [default: _build/html]")
def weigh(write: bool, site: Path | None) -> None:
    """Weigh every page and asset of the built site over the wire, against book/budget.csv."""
    from compendium import weight

    try:
        found = weight.weigh(site or BUILT / "html")
        if write:
            weight.write_budget(found)
        budget = weight.read_budget()
    except (OSError, ValueError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    click.echo(weight.table(found, budget))
    heavy = weight.problems(found, budget)
    for line in heavy:
        click.echo(line, err=True)
    sys.exit(1 if heavy else 0)
