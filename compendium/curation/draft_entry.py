"""Complete draft rows appended to the ledger, all or none, once a copy of the ledger with them passes validation.

Existing rows are never changed or removed, nor are the drafts.
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
    """Draft of one table: complete rows with their lines, and the problems of incomplete ones."""

    table: Table
    file: Path
    complete: tuple[tuple[int, Row], ...]
    incomplete: tuple[Problem, ...]
    incomplete_by_key: Mapping[str, Problem]
    """The same problems by the key of their row."""
    already_entered: int
    """Number of rows that the ledger already has, cell for cell."""


def read_drafts(folder: Path, data: Path) -> list[Draft]:
    """Return the drafts of a folder, in the order of the ledger's tables.

    Raises
    ------
    LedgerError
        if there is none, or a file is no draft of a table: other name or columns, ragged, not UTF-8.
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
    entered = {row_key(table, row): row for _, row in _rows(data / table.path, table)}
    required = [field.name for field in table.fields if field.required]
    complete, lacking, waiting, there = [], [], {}, 0
    for line, row in rows:
        empty = [name for name in required if not row[name]]
        if entered.get(row_key(table, row)) == row:
            there += 1
        elif empty:
            lacking.append(Problem(str(path), line, empty[0], "", f"a value, and in {', '.join(empty)} (left out)"))
            waiting[row_key(table, row)] = lacking[-1]
        else:
            complete.append((line, row))
    return Draft(table, path, tuple(complete), tuple(lacking), waiting, there)


def _rows(path: Path, table: Table) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a file with their lines; raise `LedgerError` if it does not have the form of the table."""
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


def enter_drafts(drafts: list[Draft], data: Path, *, write: bool) -> int:
    """Check the complete rows of drafts and, with `write`, append them to the ledger; return their number.

    Raises
    ------
    LedgerError
        if the ledger would be invalid with them, with problems of draft rows located in the drafts, or if a file
        cannot be written. Nothing has changed then.
    """
    texts = _texts(drafts, data)
    if texts:
        _require_valid(drafts, texts, data)
        if write:
            replace_files(data, texts)
    return sum(len(draft.complete) for draft in drafts)


def _texts(drafts: list[Draft], data: Path) -> dict[str, tuple[str, str]]:
    """Return, by path of the table, its text before and after the complete rows are appended."""
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


def _require_valid(drafts: list[Draft], texts: dict[str, tuple[str, str]], data: Path) -> None:
    """Raise `LedgerError` if a copy of the ledger with the new rows is invalid."""
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
    """Return a problem about a missing id, naming the incomplete draft row of that id if there is one."""
    left_out = waiting.get(problem.found)
    if left_out is None or problem.file == left_out.file:
        return problem
    where = f"{left_out.file}:{left_out.row}:{left_out.column}"
    return replace(problem, expected=f"a row of that id; it is left out as long as {where} has no value")


def _lines(text: str) -> int:
    return sum(1 for _ in csv.reader(io.StringIO(text)))


def _located_in_draft(problem: Problem, places: dict[str, tuple[int, Draft]]) -> Problem:
    """Return a problem with its place in the drafts if it is about one of their rows."""
    last, draft = places.get(problem.file, (0, None))
    if draft is None or problem.row <= last:
        return problem
    return replace(problem, file=str(draft.file), row=draft.complete[problem.row - last - 1][0])
