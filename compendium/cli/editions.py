"""The commands that make an edition, say what changed since another, and repeat one."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import click

from compendium.cli import book
from compendium.cli.common import EXISTING_FOLDER, exit_with_problems
from compendium.project.paths import BUILD


def _version(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from compendium.project.changelog import VERSION_PATTERN

    if not VERSION_PATTERN.fullmatch(value):
        raise click.BadParameter(f"found {value!r}; expected three numbers, such as 1.10.0")
    return value


@click.command()
@click.argument("version", callback=_version)
@click.option("--draft", is_flag=True, envvar="DRAFT",
              help="Only for a look: no tag, and neither tree nor tags stand in the way.")  # fmt: skip
@click.option("--address", envvar="ADDRESS", default="", metavar="URL", help="As for `build`.")
def release(version: str, draft: bool, address: str) -> None:
    """Make the bundle of an edition in _build/release, and tag the commit.

    All notebooks are executed afresh, site, PDF and EPUB built from nothing; the bundle is a folder, and the same as
    one archive with its check sum. The same commit, address and Chromium give the same bytes. Exit code 1 where
    anything stands in the way, all of which is named before anything is done; then nothing is made and no tag set.
    """
    from compendium.builder import notebooks, pipeline
    from compendium.publish import print_book
    from compendium.publish import release as releases

    start = time.perf_counter()
    _exit_if_refused(releases.obstacles(version, draft=draft, find_stale=notebooks.stale_notebooks))
    book.build_book(not draft, address, "")
    try:
        print_book.make_print_files(pipeline.last_inputs(), log=click.echo)
    except print_book.PrintError as error:
        _exit_if_refused([str(error)])
    book.build_book(False, address, "")  # the site offers them now
    # Executed afresh, a notebook that does not come out as it is committed shows in the tree.
    _exit_if_refused(releases.obstacles(version, draft=draft, find_stale=notebooks.stale_notebooks))
    click.echo("Packing …")
    try:
        made = releases.make_release(
            releases.plan_release(address=address, draft=draft),
            BUILD / "html",
            BUILD / "print",
            releases.RELEASE_FOLDER,
        )
    except releases.ReleaseError as error:
        _exit_if_refused(error.reasons)
        return
    for path in made.paths:
        click.echo(f"{path}" + (f" ({path.stat().st_size / 1_000_000:.1f} MB)" if path.suffix == ".zip" else ""))
    said = f"the tag {made.tag} is set: git push origin {made.tag} sends it" if made.tag else "a draft, no tag is set"
    click.echo(f"{made.files} files, {time.perf_counter() - start:.0f} seconds; {said}")


def _exit_if_refused(reasons: list[str]) -> None:
    """End the command by everything that stands in its way, if anything does."""
    if reasons:
        for reason in reasons:
            click.echo(reason, err=True)
        click.echo("Nothing was released.", err=True)
        sys.exit(1)


BUNDLE = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("bundle", type=BUNDLE)
@click.option("--execute", is_flag=True, help="Execute all notebooks and build the site anew: runs code of the bundle.")
@click.option("--print", "printing", is_flag=True, help="With --execute: print the book, too; needs its Chromium.")
@click.option("--keep", type=click.Path(path_type=Path), help="A folder to build in, which is kept.  [default: none]")
def repeat(bundle: Path, execute: bool, printing: bool, keep: Path | None) -> None:
    """Hold a bundle, a folder or an archive, against its check sums; with --execute, repeat all that it says was done.

    Then its sources are unpacked, an environment set up from their lock, all notebooks executed afresh and the site
    built anew; each file that comes out otherwise is named. It takes minutes, and asks the package index.
    """
    from compendium.project.zip_archives import ArchiveError
    from compendium.publish import reproduce as repeats

    if printing and not execute:
        raise click.UsageError("--print needs --execute")
    if keep is not None and keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise click.BadParameter(f"{keep}: is there already; name a folder that is empty or not there yet",
                                 param_hint="--keep")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="repeat-") as name:
        try:
            found = repeats.archive_problems(bundle)
            folder = repeats.open_bundle(bundle, Path(name) / "bundle")
            found += repeats.bundle_problems(folder)
            if found:
                exit_with_findings(found, "is not sound; nothing of it was run")
            count = sum(path.is_file() for path in folder.rglob("*"))
            click.echo(f"{count} files, all as their check sums and the crate say")
            if execute:
                into = keep or Path(name) / "again"
                into.mkdir(parents=True, exist_ok=True)
                found = repeats.reproduction_differences(folder, into, click.echo, printing=printing)
                exit_with_findings(found, "did not come out the same")
                click.echo("every notebook and every file of the site came out the same")
        except ArchiveError as error:
            exit_with_findings(error.problems, "cannot be unpacked")
        except repeats.ReproduceError as error:
            exit_with_findings([str(error)], "could not be repeated")
        except OSError as error:
            exit_with_findings([f"{error.filename or bundle}: {error.strerror}"], "cannot be read")


def exit_with_findings(findings: list[str], outcome: str) -> None:
    """End the command by what was found, a line each, if anything was."""
    if findings:
        for line in findings:
            click.echo(line, err=True)
        click.echo(f"the bundle {outcome}: {len(findings)} {'lines' if len(findings) > 1 else 'line'} above", err=True)
        sys.exit(1)


@click.command()
@click.argument("into", type=click.Path(path_type=Path))
@click.option(
    "--editions", type=EXISTING_FOLDER, required=True, help="Folder with the bundles of editions, as archives."
)
@click.option("--site", type=EXISTING_FOLDER, help="Folder of the built site.  [default: _build/html]")
def publish(into: Path, editions: Path, site: Path | None) -> None:
    """Lay out what is to be published: the site, earlier editions with a notice, and permanent addresses.

    INTO must not be there yet, or be empty. The site lies at its root, each edition in editions/VERSION, a list of them
    in editions/. id/CLAIM leads to the page of a claim, and id/KIND/ID to each other thing that any edition holds: in
    the site, or in the newest edition that still has it. No link needs to know where INTO will be published.
    """
    from compendium.project.citation import read_edition
    from compendium.publish import editions as publish_editions

    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise click.BadParameter(f"{into}: is there already; name a folder that is empty or not there yet")
    bundles = sorted(editions.glob("*.zip"))
    try:
        with click.progressbar(bundles, label="Laying out", item_show_func=lambda one: one.stem if one else "") as bar:
            said = publish_editions.lay_out_site(into, site or BUILD / "html", read_edition(), bar)
    except publish_editions.PublishError as error:
        for line in error.problems:
            click.echo(line, err=True)
        click.echo("Nothing was laid out.", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"{error.filename or into}: {error.strerror}", err=True)
        sys.exit(1)
    exit_with_problems([], f"{into}: {said}")


COMMANDS: tuple[click.Command, ...] = (release, repeat, publish)
