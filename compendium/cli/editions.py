"""Commands for editions: make, reproduce and publish them, and list what changed since an earlier one."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import click

from compendium.cli import book
from compendium.cli.common import EXISTING_FOLDER, exit_with_lines, require_empty
from compendium.project.paths import BUILD, DATA
from compendium.project.problems import format_count


def _version(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from compendium.project.changelog import VERSION_PATTERN

    if not VERSION_PATTERN.fullmatch(value):
        raise click.BadParameter(f"found {value!r}; expected three numbers, such as 1.10.0")
    return value


@click.command()
@click.argument("version", callback=_version)
@click.option("--draft", is_flag=True, envvar="DRAFT",
              help="Only for a look: no tag, whatever the state of tree and tags.")  # fmt: skip
@click.option("--address", envvar="ADDRESS", default="", metavar="URL", help="As for `build`.")
def release(version: str, draft: bool, address: str) -> None:
    """Make the bundle of an edition in _build/release, and tag the commit.

    All notebooks are executed, site and PDF built from nothing; the bundle is a folder, and the same as an archive
    with its checksum. The same commit, address and Chromium give the same bytes. Exit code 1 if there is any obstacle;
    all are named first, nothing is made and no tag set.
    """
    from compendium.builder import pipeline
    from compendium.publish import print_book
    from compendium.publish import release as releases
    from compendium.publish.release_bundle import ReleaseError

    start = time.perf_counter()
    _require_no_obstacle(version, draft)
    book.build_book(not draft, address, "")
    try:
        print_book.make_print_files(pipeline.last_inputs(), log=click.echo)
    except print_book.PrintError as error:
        _refuse([str(error)])
    book.build_book(False, address, "")  # the site offers them now
    _require_no_obstacle(version, draft)  # again: a notebook that differs from the committed one now shows in the tree
    click.echo("Packing …")
    try:
        made = releases.make_release(
            releases.plan_release(address=address, draft=draft),
            BUILD / "html",
            BUILD / "print",
            releases.RELEASE_FOLDER,
        )
    except ReleaseError as error:
        _refuse(error.reasons)
    for path in made.paths:
        click.echo(f"{path}" + (f" ({path.stat().st_size / 1_000_000:.1f} MB)" if path.suffix == ".zip" else ""))
    tag = f"the tag {made.tag} is set: git push origin {made.tag} sends it" if made.tag else "a draft, no tag is set"
    click.echo(f"{made.files} files, {time.perf_counter() - start:.0f} seconds; {tag}")


def _require_no_obstacle(version: str, draft: bool) -> None:
    """End the command with every obstacle of a release, if there is any."""
    from compendium.builder import notebooks
    from compendium.publish.release_obstacles import obstacles

    if found := obstacles(version, draft=draft, find_stale=notebooks.stale_notebooks):
        _refuse(found)


def _refuse(reasons: Iterable[str]) -> NoReturn:
    exit_with_lines([*reasons, "Nothing was released."])


BUNDLE = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("bundle", type=BUNDLE)
@click.option("--execute", is_flag=True, help="Execute all notebooks and build the site anew: runs code of the bundle.")
@click.option("--print", "printing", is_flag=True, help="With --execute: print the book, too; needs its Chromium.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    callback=require_empty,
    help="A folder to build in, which is kept.  [default: none]",
)
def repeat(bundle: Path, execute: bool, printing: bool, keep: Path | None) -> None:
    """Verify the checksums of a bundle, a folder or an archive; with --execute, reproduce it.

    Then its sources are unpacked, an environment is set up from their lock file, all notebooks are executed and the
    site is built; each file that differs is named. It takes minutes, and uses the package index.
    """
    from compendium.project.zip_archives import ArchiveError
    from compendium.publish import reproduce

    if printing and not execute:
        raise click.UsageError("--print needs --execute")
    with tempfile.TemporaryDirectory(prefix="repeat-") as name:
        try:
            found = reproduce.archive_problems(bundle)
            folder = reproduce.open_bundle(bundle, Path(name) / "bundle")
            found += reproduce.bundle_problems(folder)
            if found:
                exit_with_findings(found, "is not sound; nothing of it was run")
            count = sum(path.is_file() for path in folder.rglob("*"))
            click.echo(f"{count} files, all as their check sums and the crate say")
            if execute:
                into = keep or Path(name) / "again"
                into.mkdir(parents=True, exist_ok=True)
                found = reproduce.reproduction_differences(folder, into, click.echo, printing=printing)
                exit_with_findings(found, "did not come out the same")
                click.echo("every notebook and every file of the site came out the same")
        except ArchiveError as error:
            exit_with_findings(error.problems, "cannot be unpacked")
        except reproduce.ReproduceError as error:
            exit_with_findings([str(error)], "could not be repeated")
        except OSError as error:
            exit_with_findings([f"{error.filename or bundle}: {error.strerror}"], "cannot be read")


def exit_with_findings(findings: list[str], outcome: str) -> None:
    """End the command with the findings, if there are any."""
    if findings:
        exit_with_lines([*findings, f"the bundle {outcome}: {format_count(len(findings), 'line')} above"])


@click.command()
@click.argument("into", type=click.Path(path_type=Path), callback=require_empty)
@click.option(
    "--editions", type=EXISTING_FOLDER, required=True, help="Folder with the bundles of editions, as archives."
)
@click.option("--site", type=EXISTING_FOLDER, help="Folder of the built site.  [default: _build/html]")
def publish(into: Path, editions: Path, site: Path | None) -> None:
    """Write the tree to publish: the site, earlier editions with a notice, and permanent addresses.

    INTO must not exist or be empty. The site is at its root, each edition in editions/VERSION, their list in editions/.
    id/CLAIM leads to the page of a claim, id/KIND/ID to everything else in any edition: in the site, or in the newest
    edition that still has it. All links are relative, so that INTO can be published at any address.
    """
    from compendium.project.citation import read_edition
    from compendium.publish import editions as publish_editions

    bundles = sorted(editions.glob("*.zip"))
    try:
        with click.progressbar(bundles, label="Laying out", item_show_func=lambda one: one.stem if one else "") as bar:
            summary = publish_editions.lay_out_site(into, site or BUILD / "html", read_edition(), bar)
    except publish_editions.PublishError as error:
        exit_with_lines([*error.problems, "Nothing was laid out."])
    except OSError as error:
        exit_with_lines([f"{error.filename or into}: {error.strerror}"])
    click.echo(f"{into}: {summary}")


@click.command()
@click.option(
    "--since", default="", metavar="REF", help="A tag, branch or commit.  [default: the last edition but this]"
)
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--write", is_flag=True, help="Record the changes as those of the edition in CITATION.cff.")
@click.option("--data", type=EXISTING_FOLDER, default=DATA, help="Folder of the record.  [default: data]")
def changes(since: str, form: str, write: bool, data: Path) -> None:
    """List what changed since an earlier state: claims, verdicts with their cause, tables, pages."""
    from compendium.ledger.atomic_write import replace_rows
    from compendium.publish import changes as changing
    from compendium.publish import snapshots

    now = snapshots.working_tree_snapshot()
    known = [
        tag
        for tag in snapshots.edition_tags()
        if snapshots.version_numbers(tag) != snapshots.version_numbers(now.edition)
    ]
    if not since and not known:
        exit_with_lines(["no edition is tagged in this copy; name a state with --since"], 2)
    try:
        before = snapshots.snapshot_at(since or known[-1])
    except snapshots.UnknownSnapshotError as error:
        raise click.BadParameter(str(error), param_hint="--since") from None
    found = changing.find_changes(before, now)
    if form == "json":
        click.echo(json.dumps([asdict(change) for change in found], ensure_ascii=False, indent=2))
    elif form == "markdown":
        click.echo(changing.as_markdown(found, before, now))
    else:
        for line in changing.as_lines(found, before, now):
            click.echo(line)
    if write:
        records = changing.as_records(found, now.edition, before.edition)
        replace_rows(data, changing.CHANGES_TABLE, records, lambda row: row["edition"] == now.edition)


COMMANDS: tuple[click.Command, ...] = (release, repeat, publish, changes)
