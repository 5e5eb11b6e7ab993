"""Ids that a ledger knows, by column, to tell a mistyped value from one that merely has no rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from compendium.ledger.loader import Ledger
from compendium.project.problems import describe_choices

Column = tuple[str, str]
"""A column by the name of its table and its own."""
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
    return values_in(ledger, [id_column(ledger, table)])


def id_column(ledger: Ledger, table: str) -> Column:
    """Return the column with the ids of a table."""
    return table, ledger.schema[table].primary_key[0]


def values_in(ledger: Ledger, columns: Iterable[Column]) -> set[str]:
    """Return what some columns hold, but for nothing."""
    return {str(value) for table, column in columns for value in ledger.frames[table][column]} - {""}


def unknown_values(ledger: Ledger, columns: Sequence[Column], values: Iterable[str]) -> list[str]:
    """Return the values that none of some columns holds.

    The columns are asked in turn, and no further than a value is found: a page depends on the tables that its code
    reads.
    """
    return [
        value for value in values if not any((ledger.frames[table][name] == value).any() for table, name in columns)
    ]


def key_columns(ledger: Ledger, column: str) -> list[Column]:
    """Return where the values that a column can hold stand; nowhere if it is no key, and any text may be right.

    A key is a column that refers to a table, or is the key of one, in every table that has it.
    """
    having = [table for table in ledger.schema.values() if column in table.columns]
    if column == CHAPTER:
        return [(table.name, column) for table in having]
    targets: dict[Column, None] = {}
    for table in having:
        own = [(key.table, key.target) for key in table.foreign_keys if key.column == column]
        if table.primary_key == (column,):
            own.append((table.name, column))
        if not own:
            return []
        targets |= dict.fromkeys(own)
    return list(targets)


def require_known(ledger: Ledger, column: str, wanted: Iterable[str], present: Collection[str]) -> None:
    """Raise `UnknownIdError` where a value is neither `present` nor one that the column can hold."""
    absent = [value for value in wanted if value and value not in present]
    columns = key_columns(ledger, column) if absent else []
    if columns and (wrong := unknown_values(ledger, columns, absent)):
        kind = KINDS.get(column, column.removesuffix("_id").replace("_", " "))
        raise unknown(kind, wrong, values_in(ledger, columns))
