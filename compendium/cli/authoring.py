"""Commands for authors: draft and enter rows of a source, explain a claim, new chapter, prose check, permanent ids."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compendium.cli.common import (
    DATA_OPTION,
    EXISTING_FOLDER,
    FORMAT_OPTION,
    exit_with_lines,
    exit_with_problems,
    load_valid_ledger,
)
from compendium.project.paths import DATA, ROOT
from compendium.project.problems import LedgerError, Problem, describe_choices, format_count

if TYPE_CHECKING:
    from compendium.curation.source_texts import Text
    from compendium.ledger.loader import Ledger

INBOX = ROOT / "_review"
COLOURS = {
    "consistent": "green", "agrees": "green", "in conflict": "red", "differs": "red", "withdrawn": "yellow",
    "not comparable": "yellow",
}  # fmt: skip
PROGRESS_THRESHOLD = 2000
"""Number of paragraphs from which a progress bar is shown."""


@click.command("add-source")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--id", "source", default="", metavar="ID", help="Id of the source: letters, then the year it was "
              "written.  [default: from the name of the file]")  # fmt: skip
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default=INBOX, help="Folder that the folder "
              "of drafts is made in.  [default: _review, which git ignores]")  # fmt: skip
@DATA_OPTION
def add_source(file: Path, source: str, into: Path, data: Path) -> None:
    """Draft the rows of a source text for review; nothing enters the ledger.

    review.md lists every number, date and name of the text with its paragraph and guesses. Drafts beside it have the
    columns of the ledger's tables: complete or delete their rows, then `enter` them.

    Exit codes: 0, drafts were written; 1, the text cannot be read, is in the ledger, or has drafts already; 2, called
    wrongly, or the ledger is invalid.
    """
    from compendium.curation import draft_files, text_extraction
    from compendium.ledger.loader import load

    text, ledger = text_extraction.open_text(file), load(data, corrected=False).load_all()
    name = source or draft_files.suggest_source_id(file)
    _require_new_source(text, name, ledger, file)
    similar = text_extraction.similar_sources(text, ledger)
    number = len(text.paragraphs)
    hidden = number < PROGRESS_THRESHOLD
    with click.progressbar(enumerate(text.paragraphs, 1), number, "Reading", hidden=hidden) as paragraphs:
        found = text_extraction.extract(text, ledger, paragraphs)
    drafts = draft_files.drafts(found, name, ledger)
    review = draft_files.review(found, name, file, similar)
    draft_files.write_drafts(into / name, {draft_files.REVIEW: review, **drafts})
    for one in similar:
        click.echo(
            f"It looks like another copy of {one.source_id}: {one.shared} of its {one.rows} rows occur here.", err=True
        )
    kinds = {"paragraph": number, "number": len(found.numbers), "date": len(found.dates), "name": len(found.names)}
    click.echo(f"{name}: {', '.join(format_count(count, what) for what, count in kinds.items())}")
    click.echo(f"Drafts are in {_short(into / name)}; begin with {draft_files.REVIEW}. Nothing has entered the ledger.")


def _require_new_source(text: Text, name: str, ledger: Ledger, file: Path) -> None:
    """Raise `LedgerError` if a text is in the ledger already, or its id is taken or malformed."""
    from compendium.curation.text_extraction import find_same_text

    same = find_same_text(text, ledger)
    if same:
        raise LedgerError([Problem(file.name, 0, "", same, "a text that is not in the ledger yet; this one is")])
    field = next(field for field in ledger.schema["sources"].fields if field.name == "source_id")
    if not re.fullmatch(field.pattern, name):
        right = f"an id of the form {field.pattern}, letters and a year; give one with --id"
        raise LedgerError([Problem(file.name, 0, "source_id", name, right)])
    if name in set(ledger.frames["sources"]["source_id"]):
        raise LedgerError([Problem(file.name, 0, "source_id", name, "an id that no source has; give one with --id")])


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.resolve().is_relative_to(Path.cwd()) else str(path)


@click.command()
@click.argument("folder", type=EXISTING_FOLDER)
@click.option(
    "--write", is_flag=True, help="Append the complete rows to the ledger; without it, they are only checked."
)
@DATA_OPTION
def enter(folder: Path, write: bool, data: Path) -> None:
    """Check the complete rows of a folder of drafts with the ledger and, with --write, append them.

    A row is complete if every required column has a value. All complete rows enter, or none: if the ledger would be
    invalid with them, every problem is named at its place in the drafts. Incomplete rows are named and left out; drafts
    are never changed, and no row is entered twice.

    Exit codes: 0, valid, and with --write entered; 1, problems were named, nothing was written; 2, called wrongly.
    """
    from compendium.curation.draft_entry import enter_drafts, read_drafts

    drafts = read_drafts(folder, data)
    number = enter_drafts(drafts, data, write=write)
    for draft in drafts:
        for problem in draft.incomplete:
            click.echo(str(problem), err=True)
        counts = f"{len(draft.complete)} complete, {len(draft.incomplete)} left out"
        click.echo(f"{draft.table.path}: {counts}, {draft.already_entered} in the ledger already")
    click.echo(
        f"{format_count(number, 'row')} entered"
        if write
        else f"{format_count(number, 'row')} sound; --write enters them"
    )


@click.command()
@click.argument("claim")
@FORMAT_OPTION
@DATA_OPTION
def explain(claim: str, form: str, data: Path) -> None:
    """Print all about one claim: printed words, interpretation, verdicts, arithmetic.

    Exit codes: 0, whatever the verdicts; 2, there is no such claim, or the data are invalid.
    """
    from compendium.builder.stored_outputs import current_claim_records
    from compendium.display import terminal

    found = current_claim_records() if data.resolve() == DATA else {}
    known = found or _claim_ids(data)
    if claim not in known:
        raise click.BadParameter(f"no claim is called {claim!r}; {describe_choices(known, claim)}", param_hint="CLAIM")
    if not found:
        from compendium.display.claim_records import build_claim_records

        click.echo("Working it out, since the notebook of the claims is not up to date …", err=True)
        found = build_claim_records(load_valid_ledger(data))
    if form == "json":
        click.echo(json.dumps(found[claim], ensure_ascii=False, indent=2))
        return
    colour = False if "NO_COLOR" in os.environ else None  # click removes them where there is no terminal
    width = min(shutil.get_terminal_size().columns, 100)
    for line in terminal.card_lines(
        found[claim], width, lambda text, verdict: click.style(text, fg=COLOURS.get(verdict))
    ):
        click.echo(line, color=colour)


def _claim_ids(data: Path) -> list[str]:
    """Return the ids of the claims of a ledger, or end the command with the problems of their table."""
    from compendium.ledger.loader import load

    try:
        return list(load(data)["claims"]["claim_id"])
    except LedgerError as error:
        exit_with_lines(map(str, error.problems), 2)


@click.command("new-chapter")
@click.argument("name")
@click.option("--title", default="", help="Short name of the page.  [default: from its name]")
def new_chapter(name: str, title: str) -> None:
    """Write a new page from a template that passes every test, as part/page, and list it in the table of contents.

    Exit codes: 0, the page was written; 1, its name or title cannot be, and nothing was written; 2, called wrongly.
    """
    from compendium.builder.new_chapter import SOURCE_PART, create_chapter
    from compendium.ledger.loader import load

    title = title or name.rpartition("/")[2].replace("_", " ").capitalize()
    try:
        sources = set(load()["sources"]["source_id"]) if name.startswith(f"{SOURCE_PART}/") else None
        page = create_chapter(name, title, ROOT, sources)
    except OSError as error:
        exit_with_problems([Problem(name, 0, "", str(error), "a book")])
    where = page.relative_to(ROOT).with_suffix("")
    click.echo(f"{where}.md is written, and listed in _toc.yml. Next:")
    for command, why in (("make book", "executes it and builds the site"), ("make test", "checks it with all else")):
        click.echo(f"  {command:<46}  {why}")


@click.command()
@click.option("--write", is_flag=True, help="Append them; without it, they are only shown.")
@click.option("--version", "edition_", default="", help="Edition that is the first to have them.  [default: this one]")
@DATA_OPTION
def register(write: bool, edition_: str, data: Path) -> None:
    """List the ids that are not registered as permanent; with --write, register them, before a release.

    Exit codes: 0, listed or registered; 1, the table cannot be read or written; 2, called wrongly, or invalid data.
    """
    from compendium.ledger.permanent_ids import register_ids
    from compendium.project.citation import read_edition

    try:
        load_valid_ledger(data)
        found = register_ids(data, edition_ or read_edition().version, write=write)
    except LedgerError:
        raise
    except ValueError as error:
        exit_with_lines([str(error)], 2)
    for line in found:
        click.echo(line)
    what = "kept from now on" if write else "not kept yet; --write does it"
    click.echo(f"{len(found)} new ids, {what}" if found else "every id is kept already")


@click.command()
@click.argument("pages", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="[PAGE]...")
def prose(pages: tuple[Path, ...]) -> None:
    """Name every number, in digits or words, that is typed in the prose of chapters: of these files, or of all.

    Exit codes: 0, there is none; 1, each has been named; 2, called wrongly.
    """
    from compendium.builder.prose_lint import numbers_in_prose
    from compendium.project.paths import find_chapters

    found = []
    for page in pages or find_chapters():
        try:
            found += numbers_in_prose(page)
        except UnicodeDecodeError as error:
            found.append(Problem(page.name, 0, "", str(error), "text in UTF-8"))
    if found:
        exit_with_problems(found)
    click.echo(f"{format_count(len(pages or find_chapters()), 'chapter')}, no number in prose")


COMMANDS = (add_source, enter, explain, new_chapter, prose, register)
