"""Ids that a ledger knows, by column, to tell a mistyped value from one that merely has no rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from compendium.ledger.loader import Ledger
from compendium.project.problems import describe_choices

CHAPTER = "chapter"
"""Column whose values are no rows of a table; those of all tables together are the known ones."""
KINDS = {"ref_area": "area", "counterpart_area": "partner", "obs_status": "status"}
"""What the message calls a column whose name says it badly."""


class UnknownIdError(KeyError):
    """An id that the ledger does not know; the message names the nearest ones."""

    def __str__(self) -> str:
        """Return the message as it is: a `KeyError` would put it into quotes."""
        return str(self.args[0])


def unknown(kind: str, names: Iterable[str], known: Iterable[str]) -> UnknownIdError:
    """Return the error for ids that are not known, each with the nearest known ones."""
    choices = list(known)
    return UnknownIdError("; ".join(f"no {kind} {name!r}; {describe_choices(choices, name)}" for name in names))


def ids_of(ledger: Ledger, table: str) -> set[str]:
    """Return the ids of the rows of a table."""
    return set(ledger.frames[table][ledger.schema[table].primary_key[0]])


def known_values(ledger: Ledger, column: str) -> set[str] | None:
    """Return the values that a column can hold; `None` where it is not a key of the ledger, and any text may be right.

    A key is a column that refers to a table, or is the key of one, in every table that has it.
    """
    having = [table for table in ledger.schema.values() if column in table.columns]
    if column == CHAPTER:
        return {str(value) for table in having for value in ledger.frames[table.name][column]} - {""}
    targets: set[tuple[str, str]] = set()
    for table in having:
        own = {(key.table, key.target) for key in table.foreign_keys if key.column == column}
        if table.primary_key == (column,):
            own.add((table.name, column))
        if not own:
            return None
        targets |= own
    if not targets:
        return None
    return {str(value) for table, target in targets for value in ledger.frames[table][target]}


def require_known(ledger: Ledger, column: str, wanted: Iterable[str], present: Collection[str]) -> None:
    """Raise `UnknownIdError` where a value is neither `present` nor one that the column can hold.

    What is present is asked first: a page depends on the tables that its code reads.
    """
    absent = [value for value in wanted if value and value not in present]
    known = known_values(ledger, column) if absent else None
    wrong = [value for value in absent if known is not None and value not in known]
    if wrong:
        raise unknown(KINDS.get(column, column.removesuffix("_id").replace("_", " ")), wrong, known or ())
