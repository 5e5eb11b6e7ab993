"""The command line: `python -m compendium COMMAND`. Each command says what it found and leaves by its exit code.

0: all is well, whatever the sources say; 1: something is wrong and has been named; 2: the command was called wrongly,
or the data that an analysis would rest on are unsound.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from compendium.ledger import DATA, ROOT, Ledger, load
from compendium.problems import LedgerError, Problem

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
    frames = load(data).frames
    return f"{len(frames)} tables, {sum(map(len, frames.values()))} rows"


@main.command()
@click.option("--sources", type=FOLDER, required=True, help="Folder with the texts, as *.txt.")
@click.option("--data", type=FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
def verify(sources: Path, data: Path) -> None:
    """Hold every locator against the texts: each figure in its paragraph, each text by its hash, no number left."""
    from compendium.verify import verify as verified

    try:
        ledger = load(data)
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


@main.command()
@click.option("--check", "only_check", is_flag=True, help="Say which are stale, execute nothing.")
@click.option("--fresh", is_flag=True, help="Execute all.")
@click.option("--book", type=FOLDER, default=ROOT / "book", help="Folder with the chapters.  [default: book]")
def notebooks(only_check: bool, fresh: bool, book: Path) -> None:
    """Bring every notebook up to date with its chapter, the data and the engine."""
    from compendium.notebooks import failures, stale, update

    if only_check:
        found = stale(book)
        for line in found:
            click.echo(line, err=True)
        click.echo(f"{len(found)} stale" if found else "every notebook is up to date")
        sys.exit(1 if found else 0)
    failed = failures(update(book, fresh=fresh, say=click.echo))
    if failed:
        click.echo(failed, err=True)
        sys.exit(1)


@main.command()
@click.option("--fresh", is_flag=True, envvar="FRESH", help="Execute all notebooks.")
def build(fresh: bool) -> None:
    """Check the data, bring the notebooks up to date, build the site; do nothing where nothing has changed."""
    from compendium.site import fingerprint

    start = time.perf_counter()
    stamp, front = ROOT / "_build" / "built", ROOT / "_build" / "html" / "index.html"
    executed = 0
    if fresh or not (front.is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == fingerprint()):
        stamp.unlink(missing_ok=True)
        executed = _notebooks(fresh)
        # Taken before the site is built: what is edited meanwhile is not in it, and must be built next time.
        made_from = fingerprint()
        _site()
        stamp.write_text(made_from, encoding="utf-8")
    _report(executed, time.perf_counter() - start)


def _notebooks(fresh: bool) -> int:
    """Check the data and bring the notebooks up to date, or end the command; return how many ran."""
    from compendium.notebooks import failures, update
    from compendium.validate import validate

    click.echo("Checking the data …")
    problems = validate()
    if problems:
        _end(problems, "")
    click.echo("Bringing the notebooks up to date …")
    outcomes = update(fresh=fresh, say=click.echo)
    failed = failures(outcomes)
    if failed:
        click.echo(failed, err=True)
        sys.exit(1)
    return sum(outcome.executed for outcome in outcomes)


def _site() -> None:
    """Build the site, or end the command with what Jupyter Book said."""
    from compendium.site import build as build_site

    click.echo("Building the site …")
    built = build_site(ROOT)
    if built.returncode:
        click.echo(built.stdout + built.stderr, err=True)
        sys.exit(1)


def _report(executed: int, seconds: float) -> None:
    from compendium.notebooks import chapters
    from compendium.site import pages

    html = ROOT / "_build" / "html"
    counts = f"{len(chapters())} notebooks ({executed} executed), {len(pages(html))} pages, {seconds:.0f} seconds"
    click.echo(f"{counts}. Open {html / 'index.html'}")


@main.command()
@click.option("--write", is_flag=True, help="Renew the budget from what is there.")
@click.option("--site", type=FOLDER, help="Folder of a built site.  [default: _build/html]")
def weigh(write: bool, site: Path | None) -> None:
    """Weigh every page and asset of the built site over the wire, against book/budget.csv."""
    from compendium import weight

    try:
        found = weight.weigh(site or ROOT / "_build" / "html")
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
