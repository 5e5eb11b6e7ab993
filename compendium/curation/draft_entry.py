"""Drafts of an author on their way into the ledger: only rows that are complete, only where all is sound with them.

It works on a copy first and puts nothing into the ledger that `compendium.curation.validation` would complain of. It never changes
or takes away a row that is there, and leaves the drafts as they are.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from compendium.curation.validation import validate
from compendium.ledger.atomic_write import replace_files
from compendium.ledger.loader import row_key
from compendium.ledger.schema import Table, read_schema
from compendium.project.problems import LedgerError, Problem, describe_choices

Row = dict[str, str]


@dataclass(frozen=True)
class Draft:
    """The draft of one table: its rows that can enter, each with its line, and what keeps the others out."""

    table: Table
    file: Path
    complete: tuple[tuple[int, Row], ...]
    incomplete: tuple[Problem, ...]
    incomplete_by_key: Mapping[str, Problem]
    """By key, what the rows that are left out lack."""
    already_entered: int
    """How many rows are in the ledger already, as they are here."""


def read_drafts(folder: Path, data: Path) -> list[Draft]:
    """Return the drafts of a folder, in the order of the ledger's tables.

    Raises
    ------
    LedgerError
        where there is none, or a file is no draft of a table: of another name, with other columns, ragged, not UTF-8.
    """
    known = {Path(table.path).name: table for table in read_schema(data).values()}
    files = {path.name: path for path in sorted(folder.glob("*.csv"))}
    strange = [
        Problem(str(path), 0, "", name, describe_choices(known, name))
        for name, path in files.items()
        if name not in known
    ]
    if strange or not files:
        raise LedgerError(strange or [Problem(str(folder), 0, "", "no draft", "tables such as claims.csv")])
    return [_draft(table, files[name], data) for name, table in known.items() if name in files]


def _draft(table: Table, path: Path, data: Path) -> Draft:
    rows = list(_rows(path, table))
    held = {row_key(table, row): row for _, row in _rows(data / table.path, table)}
    required = [field.name for field in table.fields if field.required]
    complete, lacking, waiting, there = [], [], {}, 0
    for line, row in rows:
        empty = [name for name in required if not row[name]]
        if held.get(row_key(table, row)) == row:
            there += 1
        elif empty:
            lacking.append(Problem(str(path), line, empty[0], "", f"a value, and in {', '.join(empty)} (left out)"))
            waiting[row_key(table, row)] = lacking[-1]
        else:
            complete.append((line, row))
    return Draft(table, path, tuple(complete), tuple(lacking), waiting, there)


def _rows(path: Path, table: Table) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a file with their lines; raise `LedgerError` where it has not the form of the table."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file, strict=True)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LedgerError([Problem(str(path), 0, "", str(error), "a CSV file in UTF-8")]) from None
    if header != table.columns:
        raise LedgerError([Problem(str(path), 1, "", ",".join(header), ",".join(table.columns))])
    for line, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise LedgerError([Problem(str(path), line, "", f"{len(row)} cells", f"{len(header)} cells")])
        yield line, dict(zip(header, row, strict=True))


def check_drafts(drafts: list[Draft], data: Path) -> int:
    """Return how many rows of some drafts would enter; raise `LedgerError` as `enter_drafts` does. Nothing is written."""
    texts = _texts(drafts, data)
    if texts:
        _refuse_unsound(drafts, texts, data)
    return sum(len(draft.complete) for draft in drafts)


def enter_drafts(drafts: list[Draft], data: Path) -> int:
    """Append the complete rows of some drafts to the ledger, all or none; return how many.

    Raises
    ------
    LedgerError
        where the ledger would not be sound with them, each problem at its place in the drafts where it is about
        one of them; or where a file cannot be written. Nothing has changed then.
    """
    texts = _texts(drafts, data)
    if texts:
        _refuse_unsound(drafts, texts, data)
        replace_files(data, texts)
    return sum(len(draft.complete) for draft in drafts)


def _texts(drafts: list[Draft], data: Path) -> dict[str, tuple[str, str]]:
    """Return, by table, its text as it is and with the complete rows of its draft below."""
    texts = {}
    for draft in drafts:
        if draft.complete:
            before = (data / draft.table.path).read_bytes().decode("utf-8")
            out = io.StringIO()
            rows = (row for _, row in draft.complete)
            csv.DictWriter(out, draft.table.columns, lineterminator="\n").writerows(rows)
            ended = before if before.endswith("\n") else f"{before}\n"
            texts[draft.table.path] = (before, ended + out.getvalue())
    return texts


def _refuse_unsound(drafts: list[Draft], texts: dict[str, tuple[str, str]], data: Path) -> None:
    """Raise `LedgerError` where a copy of the ledger with the new rows is not sound."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(data, Path(folder) / data.name))
        for path, (_, after) in texts.items():
            (copy / path).write_text(after, encoding="utf-8", newline="")
        problems = validate(copy)
    if problems:
        places = {draft.table.path: (_lines(texts[draft.table.path][0]), draft) for draft in drafts if draft.complete}
        waiting = {key: problem for draft in drafts for key, problem in draft.incomplete_by_key.items()}
        raise LedgerError(_explain_missing_row(_located_in_draft(problem, places), waiting) for problem in problems)


def _explain_missing_row(problem: Problem, waiting: Mapping[str, Problem]) -> Problem:
    """Return a problem about an id that no row has so that it tells where its row waits to be completed."""
    left_out = waiting.get(problem.found)
    if left_out is None or problem.file == left_out.file:
        return problem
    where = f"{left_out.file}:{left_out.row}:{left_out.column}"
    return replace(problem, expected=f"a row of that id; it is left out as long as {where} has no value")


def _lines(text: str) -> int:
    return sum(1 for _ in csv.reader(io.StringIO(text)))


def _located_in_draft(problem: Problem, places: dict[str, tuple[int, Draft]]) -> Problem:
    """Return a problem at its place in the drafts, where it is about a row of them."""
    last, draft = places.get(problem.file, (0, None))
    if draft is None or problem.row <= last:
        return problem
    return replace(problem, file=str(draft.file), row=draft.complete[problem.row - last - 1][0])
