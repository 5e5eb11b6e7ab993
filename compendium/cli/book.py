"""Commands that execute notebooks and build the book: site, live preview, PDF, archive of the ledger."""

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

from compendium.cli.common import (
    DATA_OPTION,
    EXISTING_FOLDER,
    describe_size,
    exit_with_lines,
    load_valid_ledger,
    open_executor,
)
from compendium.project.paths import BOOK

if TYPE_CHECKING:
    from compendium.builder.execution import NotebookRun
    from compendium.builder.pipeline import BuildPlan


SCHEDULER = click.option("--scheduler", envvar="SCHEDULER", default="", metavar="ADDRESS",
                         help="Execute on the Dask cluster at an address, e.g. tcp://host:8786.")  # fmt: skip


@click.command()
@click.option("--check", "only_check", is_flag=True, help="List the stale ones, execute nothing.")
@click.option("--fresh", is_flag=True, help="Execute all.")
@click.option("--book", type=EXISTING_FOLDER, default=BOOK, help="Folder with the chapters.  [default: book]")
@SCHEDULER
def notebooks(only_check: bool, fresh: bool, book: Path, scheduler: str) -> None:
    """Execute every notebook that is older than its chapter, the data or the engine."""
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
    """Validate the data, execute stale notebooks, build the site; only what a change requires."""
    build_book(fresh, address, scheduler)


def build_book(fresh: bool, address: str, scheduler: str) -> None:
    """Build the book and print a summary, or end the command with the problems."""
    from compendium.builder import pipeline
    from compendium.project import site_url

    os.environ[site_url.ADDRESS_VARIABLE] = address  # read by the Sphinx extensions
    try:
        site_url.read_site_url()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--address") from None

    # A short build creates little but modules and doctrees; garbage collection would take a quarter of its time.
    gc.disable()
    start = time.perf_counter()
    change = pipeline.plan_build(fresh=fresh)
    executed = 0
    if change:
        with open_executor(scheduler) as executor:
            executed = _run_build(change, executor)
    gc.freeze()  # nor at exit
    summary = f"{pipeline.format_build_summary(executed)}, {time.perf_counter() - start:.1f} seconds"
    click.echo(f"{summary}. Open {pipeline.FRONT_PAGE}")


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), envvar="PORT", default=8000, show_default=True,
              help="Port of this machine to serve on; 0 takes any that is free.")  # fmt: skip
def serve(port: int) -> None:
    """Serve the book and rebuild it with every save; problems are shown here and on the page.

    The open page is built first. Ctrl-C or SIGTERM ends the command.
    """
    from compendium.builder.live import watcher

    # A shell makes background processes ignore Ctrl-C, so SIGTERM must end the command with the same clean-up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        watcher.serve(port, click.echo)
    except OSError as error:
        raise click.BadParameter(f"port {port}: {error.strerror}; give another", param_hint="--port") from None
    except KeyboardInterrupt:
        click.echo("")


@click.command("print")
@click.option("--address", envvar="ADDRESS", default="", metavar="URL", help="As for `build`.")
@SCHEDULER
def print_book(address: str, scheduler: str) -> None:
    """Build the book and a PDF of it in _build/print, which the site then offers."""
    from compendium.builder import pipeline
    from compendium.publish import print_book as publish_print_book

    build_book(False, address, scheduler)
    try:
        made = publish_print_book.make_print_files(pipeline.last_inputs(), log=click.echo)
    except publish_print_book.PrintError as error:
        exit_with_lines([str(error)])
    click.echo(f"{made} ({made.stat().st_size / 1_000_000:.1f} MB)")
    build_book(False, address, scheduler)  # the site offers it now


def _run_build(change: BuildPlan, executor: Executor | None) -> int:
    """Run a build and return the number of executed notebooks, or end the command with the problems."""
    from compendium.builder import pipeline

    try:
        return pipeline.run_build(change, executor, progress=_with_progress_bar, log=click.echo)
    except pipeline.BuildError as error:
        exit_with_lines([str(error)])


def _notebooks(book: Path, fresh: bool, scheduler: str) -> None:
    """Bring the notebooks up to date, or end the command with what each failed with."""
    from compendium.builder.notebooks import Runner, Selection, format_failures, format_slowest, update_notebooks

    with open_executor(scheduler) as executor:
        outcomes = update_notebooks(book, Selection(fresh=fresh), Runner(executor, _with_progress_bar))
    failed, ran = format_failures(outcomes), format_slowest(outcomes)
    if ran:
        click.echo(f"Slowest: {ran}")
    if failed:
        exit_with_lines([failed])


def _with_progress_bar(finished: Iterator[NotebookRun], total: int) -> Iterator[NotebookRun]:
    """Yield notebooks as they finish, and show a progress bar."""

    def which(one: NotebookRun | None) -> str:
        return one.chapter.stem if one else ""

    with click.progressbar(finished, total, "Executing", item_show_func=which) as bar:
        yield from bar


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@DATA_OPTION
def bundle(file: Path, data: Path) -> None:
    """Write the whole ledger as one archive: CSV, Parquet, SQLite and JSON-LD, with their schema."""
    from compendium.display import json_ld
    from compendium.display.claim_records import build_claim_records
    from compendium.ledger.archive import build_archive
    from compendium.ledger.loader import load
    from compendium.project.citation import read_edition

    load_valid_ledger(data)
    claims = json_ld.claims_document(build_claim_records(load(data)), read_edition().short_title)
    content = build_archive(data, {json_ld.JSON_LD_FILE: claims.encode()})
    try:
        file.write_bytes(content)
    except OSError as error:
        exit_with_lines([f"{file}: cannot be written: {error.strerror}"])
    click.echo(f"{file}: {describe_size(data)}, {len(content):,} bytes")


COMMANDS = (notebooks, build, serve, print_book, bundle)
