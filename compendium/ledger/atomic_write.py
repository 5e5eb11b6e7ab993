"""Atomic replacement of several files of a ledger (all or none), and of rows of one table.

Nothing is written if the result could not be loaded or a file has been edited since it was read. If a failed swap
cannot be undone, the error names the files concerned and their backups.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from compendium.ledger.loader import load
from compendium.ledger.schema import read_schema
from compendium.project.problems import LedgerError, Problem

Replacements = Mapping[str, tuple[str, str]]
"""(text as read, new text) by path relative to the folder of the ledger."""


def replace_files(data: Path, replacements: Replacements) -> None:
    """Replace files of a ledger, all or none, in order of the mapping.

    Raises
    ------
    LedgerError
        if the new ledger could not be loaded, a file has changed since it was read, or one cannot be written. No file
        has changed then, except those that a problem names as not restored, with their backup.
    """
    spare = {path: (_sibling(data / path, "part"), _sibling(data / path, "before")) for path in replacements}
    stuck: list[str] = []
    try:
        _refuse_stale(data, replacements)
        _refuse_unsound(data, replacements)
        for path, (part, before) in spare.items():
            shutil.copy2(data / path, before)
            shutil.copy2(data / path, part)  # for its permissions
            part.write_bytes(replacements[path][1].encode())
        _swap_files(data, spare, stuck)
    except OSError as error:
        raise LedgerError(_write_problems(spare, stuck, error)) from None
    finally:
        for path, (part, before) in spare.items():
            part.unlink(missing_ok=True)
            if path not in stuck:
                before.unlink(missing_ok=True)


def _sibling(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}.{what}")


def _refuse_stale(data: Path, texts: Replacements) -> None:
    """Raise `LedgerError` if a file has changed since it was read."""
    stale = [path for path, (before, _) in texts.items() if (data / path).read_bytes() != before.encode()]
    if stale:
        expected = "the file as it was read; nothing was written"
        raise LedgerError(Problem(path, 0, "", "another content", expected) for path in stale)


def _refuse_unsound(data: Path, texts: Replacements) -> None:
    """Raise `LedgerError` if a copy of the ledger with the new texts cannot be loaded."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(data, Path(folder) / "data"))
        for path, (_, after) in texts.items():
            (copy / path).write_bytes(after.encode())
        try:
            load(copy).load_all()
        except LedgerError as error:
            refused = [replace(one, expected=f"{one.expected}; nothing was written") for one in error.problems]
            raise LedgerError(refused) from None


def _swap_files(data: Path, spare: Mapping[str, tuple[Path, Path]], stuck: list[str]) -> None:
    """Move each part to its file; on failure restore the files moved so far, and add to `stuck` those that fail."""
    done: list[str] = []
    try:
        for path, (part, _) in spare.items():
            part.replace(data / path)
            done.append(path)
    except BaseException:  # also on an interruption
        for path in done:
            try:
                spare[path][1].replace(data / path)
            except OSError:
                stuck.append(path)
        raise


def _write_problems(spare: Mapping[str, tuple[Path, Path]], stuck: list[str], error: OSError) -> Iterator[Problem]:
    for path in stuck:
        right = f"what is in {spare[path][1].name} in the same folder; move that back"
        yield Problem(path, 0, "", "a new file beside old ones", right)
    if not stuck:
        for path in spare:
            yield Problem(path, 0, "", str(error), "a file that can be replaced; nothing was written")


def replace_rows(
    data: Path, table: str, records: Iterable[Mapping[str, str]], replaced: Callable[[Mapping[str, str]], bool]
) -> None:
    """Replace the rows of a table for which `replaced` is true by `records`, atomically.

    The new rows are put where the first replaced one was, else at the end.

    Raises
    ------
    LedgerError
        if the data package of the folder is invalid.
    KeyError
        if it has no such table.
    """
    described = read_schema(data)[table]
    path = data / described.path
    with path.open(encoding="utf-8", newline="") as file:
        before = list(csv.DictReader(file))
    first = next((place for place, record in enumerate(before) if replaced(record)), len(before))
    kept = [record for record in before[first:] if not replaced(record)]
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, described.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*before[:first], *records, *kept])
    partial.replace(path)
