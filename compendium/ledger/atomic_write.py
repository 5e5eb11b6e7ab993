"""Puts new texts in the place of some files of a ledger: all of them, or none.

What is in the texts is not its affair. It never writes what would leave a ledger that cannot be loaded, or over a
file that somebody has edited meanwhile; and where it fails, it never leaves one file new beside another that is old
without saying so, and where the copy is.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from compendium.ledger.loader import load
from compendium.project.problems import LedgerError, Problem

Replacements = Mapping[str, tuple[str, str]]
"""By path, as seen from the folder of the ledger: what was read, and what is to be there."""


def replace_files(data: Path, replacements: Replacements) -> None:
    """Write some files of a ledger, all or none, in their order.

    Raises
    ------
    LedgerError
        where the ledger would be unsound, a file is no longer as it was read, or one cannot be written. Nothing has
        changed then, unless the problem itself names a file that could not be put back, and its copy.
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
    """Raise `LedgerError` where a file is no longer as it was read."""
    stale = [path for path, (before, _) in texts.items() if (data / path).read_bytes() != before.encode()]
    if stale:
        expected = "the file as it was when the service was asked; nothing was written"
        raise LedgerError(Problem(path, 0, "", "another content", expected) for path in stale)


def _refuse_unsound(data: Path, texts: Replacements) -> None:
    """Raise `LedgerError` where a copy of the ledger with the new texts cannot be loaded."""
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
    """Put each part in the place of its file; where one cannot be, put back those that were, noting what stays."""
    done: list[str] = []
    try:
        for path, (part, _) in spare.items():
            part.replace(data / path)
            done.append(path)
    except BaseException:  # an interruption, too, must not leave one file without the other
        for path in done:
            try:
                spare[path][1].replace(data / path)
            except OSError:
                stuck.append(path)
        raise


def _write_problems(spare: Mapping[str, tuple[Path, Path]], stuck: list[str], error: OSError) -> Iterator[Problem]:
    for path in stuck:
        yield Problem(path, 0, "", "half of a refresh", f"what is in {spare[path][1].name} beside it; put that back")
    if not stuck:
        for path in spare:
            yield Problem(path, 0, "", str(error), "a file that can be replaced; nothing was written")
