"""The commands that bring notebooks up to date and make the book of them, as a site, on paper, as an archive."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compendium.cli.common import EXISTING_FOLDER, describe_size, exit_with_problems, load_valid_ledger, open_executor
from compendium.project.paths import BOOK, DATA
from compendium.project.problems import LedgerError

if TYPE_CHECKING:
    from compendium.builder.execution import NotebookRun
    from compendium.builder.pipeline import BuildPlan


SCHEDULER = click.option("--scheduler", envvar="SCHEDULER", default="", metavar="ADDRESS",
                         help="Execute on the Dask cluster at an address, e.g. tcp://host:8786.")  # fmt: skip


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Say which are stale, execute nothing.")
@click.option("--fresh", is_flag=True, help="Execute all.")
@click.option("--book", type=EXISTING_FOLDER, default=BOOK, help="Folder with the chapters.  [default: book]")
@SCHEDULER
def notebooks(only_check: bool, fresh: bool, book: Path, scheduler: str) -> None:
    """Bring every notebook up to date with its chapter, the data and the engine."""
    from compendium.builder.notebooks import stale_notebooks

    if only_check:
        found = stale_notebooks(book)
        for line in found:
            click.echo(line, err=True)
        click.echo(f"{len(found)} stale" if found else "every notebook is up to date")
        sys.exit(1 if found else 0)
    _notebooks(book, fresh, scheduler)


@click.command()
@click.option("--fresh", is_flag=True, envvar="FRESH", help="Execute all notebooks, build the site from nothing.")
@click.option("--address", envvar="ADDRESS", default="", metavar="URL",
              help="Where the site will be published: for sitemap, canonical links, previews.")  # fmt: skip
@SCHEDULER
def build(fresh: bool, address: str, scheduler: str) -> None:
    """Check the data, bring the notebooks up to date, build the site; do only what a change asks for."""
    build_book(fresh, address, scheduler)


def build_book(fresh: bool, address: str, scheduler: str) -> None:
    """Build the book, or end the command with what is wrong, and say what was built."""
    from compendium.builder import pipeline
    from compendium.project import site_url

    os.environ[site_url.ADDRESS_VARIABLE] = address  # where Sphinx's part of the build looks for it
    try:
        site_url.read_site_url()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--address") from None

    # Imports and doctrees are all that a short build makes; looking through them for garbage takes a quarter of it.
    gc.disable()
    start = time.perf_counter()
    change = pipeline.plan_build(fresh=fresh)
    executed = 0
    if change:
        with open_executor(scheduler) as executor:
            executed = _run_build(change, executor)
    gc.freeze()  # nor when it ends
    exit_with_problems(
        [],
        f"{pipeline.format_build_summary(executed)}, {time.perf_counter() - start:.1f} seconds. Open {pipeline.FRONT_PAGE}",
    )


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), envvar="PORT", default=8000, show_default=True,
              help="Port of this machine to serve on; 0 takes any that is free.")  # fmt: skip
def serve(port: int) -> None:
    """Show the book in a browser and keep it up with every save; what is wrong with one is told here and on the page.

    The page on view is built first. It ends with Ctrl-C, or when its process is told to end (SIGTERM).
    """
    from compendium.builder.live.watcher import serve as served

    # A shell has what it runs in the background ignore Ctrl-C; told to end there, it tidies up as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        served(port, click.echo)
    except OSError as error:
        raise click.BadParameter(f"port {port}: {error.strerror}; give another", param_hint="--port") from None
    except KeyboardInterrupt:
        click.echo("")


@click.command("print")
@click.option("--address", envvar="ADDRESS", default="", metavar="URL", help="As for `build`.")
@SCHEDULER
def print_book(address: str, scheduler: str) -> None:
    """Build the book, then make a PDF of it in _build/print, which the site offers from then on."""
    from compendium.builder import pipeline
    from compendium.publish import print_book as publish_print_book

    build_book(False, address, scheduler)
    try:
        made = publish_print_book.make_print_files(pipeline.last_inputs(), log=click.echo)
    except publish_print_book.PrintError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"{made} ({made.stat().st_size / 1_000_000:.1f} MB)")
    build_book(False, address, scheduler)  # the site offers it now


def _run_build(change: BuildPlan, executor: Executor | None) -> int:
    """Build what a change asks for, or end the command with what is wrong; return how many notebooks ran."""
    from compendium.builder import pipeline

    try:
        return pipeline.run_build(change, executor, progress=_with_progress_bar, log=click.echo)
    except LedgerError as error:
        exit_with_problems(error.problems, "")
    except pipeline.BuildError as error:
        click.echo(str(error), err=True)
    sys.exit(1)


def _notebooks(book: Path, fresh: bool, scheduler: str) -> None:
    """Bring the notebooks up to date, or end the command with what each failed with."""
    from compendium.builder.notebooks import Runner, Selection, format_failures, format_slowest, update_notebooks

    with open_executor(scheduler) as executor:
        outcomes = update_notebooks(book, Selection(fresh=fresh), Runner(executor, _with_progress_bar))
    failed, ran = format_failures(outcomes), format_slowest(outcomes)
    if ran:
        click.echo(f"Slowest: {ran}")
    if failed:
        click.echo(failed, err=True)
        sys.exit(1)


def _with_progress_bar(finished: Iterator[NotebookRun], total: int) -> Iterator[NotebookRun]:
    """Hand on notebooks as they end, beneath a bar that grows with each."""

    def which(one: NotebookRun | None) -> str:
        return one.chapter.stem if one else ""

    with click.progressbar(finished, total, "Executing", item_show_func=which) as bar:
        yield from bar


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--data", type=EXISTING_FOLDER, default=DATA, help="Folder of the ledger.  [default: data]")
def bundle(file: Path, data: Path) -> None:
    """Write the whole ledger as one archive: CSV, Parquet, SQLite and JSON-LD, with what it takes to open them."""
    from compendium.display import json_ld
    from compendium.display.claim_records import build_claim_records
    from compendium.ledger.archive import build_archive as bundled
    from compendium.ledger.loader import load
    from compendium.project.citation import read_edition

    load_valid_ledger(data)
    claims = json_ld.claims_document(build_claim_records(load(data)), read_edition().short_title)
    content = bundled(data, {json_ld.JSON_LD_FILE: claims.encode()})
    try:
        file.write_bytes(content)
    except OSError as error:
        click.echo(f"{file}: cannot be written: {error.strerror}", err=True)
        sys.exit(1)
    click.echo(f"{file}: {describe_size(data)}, {len(content):,} bytes")


COMMANDS = (notebooks, build, serve, print_book, bundle)
