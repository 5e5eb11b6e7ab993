"""The tables of a ledger as one SQLite database, with keys, constraints, indexes, list tables and views.

The same data give the same bytes. Empty cells are NULL; descriptions are comments of the CREATE statements.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from compendium.ledger.schema import (
    AS_WRITTEN_SUFFIX,
    SEPARATOR,
    Field,
    Table,
    quote_identifier,
    quote_text,
    read_schema,
    sql_name,
)

SQLITE_TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL"}


def sqlite_database(data: Path) -> bytes:
    """Return all tables as one SQLite database (the bytes of its file).

    Tables are strict; keys, required and unique columns and vocabularies are constraints; each foreign key has an
    index. A list column has an additional table with one row an item, `TABLE_COLUMN`. Tables with equal fields and key
    `x_id` are united in the view `xs`.
    """
    known = read_schema(data)
    database = sqlite3.connect(":memory:", isolation_level=None)
    try:
        database.execute("PRAGMA page_size = 4096")
        database.execute("BEGIN")
        for table in known.values():
            database.execute(_create_table(table, known))
            places = ", ".join("?" for field in table.fields for _ in range(1 + (field.cell_type == "figure")))
            rows = [_row_values(table, row) for row in read_cells(data, table)]
            database.executemany(f"INSERT INTO {quote_identifier(sql_name(table))} VALUES ({places})", rows)
        for statement, lists in _list_tables(data, known):
            database.execute(statement)
            if lists:
                database.executemany(*lists)
        for statement in [*_indexes(known), *_views(known)]:
            database.execute(statement)
        database.execute("COMMIT")
        database.execute("VACUUM")
        return database.serialize()
    finally:
        database.close()


def read_cells(data: Path, table: Table) -> Iterator[list[str]]:
    """Yield the rows of a table as typed, without the header."""
    with (data / table.path).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows, None)
        yield from rows


def _create_table(table: Table, known: Mapping[str, Table]) -> str:
    parts: list[tuple[str, str]] = []
    for field in table.fields:
        parts.append((_column(table, field), field.description))
        if field.cell_type == "figure":
            name = quote_identifier(field.name + AS_WRITTEN_SUFFIX)
            parts.append((f"{name} TEXT", f"{field.name} as it is written."))
    keys = [_primary_key(table.primary_key)] if table.primary_key else []
    keys += [_foreign_key(own, sql_name(known[other]), column) for own, other, column in table.foreign_keys]
    lines = [f"  {part}," + (f" -- {_on_one_line(text)}" if text else "") for part, text in parts]
    lines += [f"  {key}," for key in keys]
    last = lines[-1]
    lines[-1] = last.replace(", -- ", " -- ", 1) if ", -- " in last else last.removesuffix(",")
    head = f"CREATE TABLE {quote_identifier(sql_name(table))} ( -- {_on_one_line(table.description)}"
    return "\n".join([head, *lines, ") STRICT"])


def _column(table: Table, field: Field) -> str:
    parts = [quote_identifier(field.name), SQLITE_TYPES[field.type]]
    if field.required or field.name in table.primary_key:
        parts.append("NOT NULL")
    if field.unique and table.primary_key != (field.name,):
        parts.append("UNIQUE")
    if field.vocabulary:
        parts.append(f"CHECK ({quote_identifier(field.name)} IN ({', '.join(map(quote_text, field.vocabulary))}))")
    return " ".join(parts)


def _primary_key(columns: Iterable[str]) -> str:
    return f"PRIMARY KEY ({', '.join(map(quote_identifier, columns))})"


def _foreign_key(column: str, target: str, target_column: str) -> str:
    """Return the constraint, its names quoted."""
    own, table, other = map(quote_identifier, (column, target, target_column))
    return f"FOREIGN KEY ({own}) REFERENCES {table} ({other})"


def _index(table: str, column: str) -> str:
    name, on, of = map(quote_identifier, (f"{table}.{column}", table, column))
    return f"CREATE INDEX {name} ON {on} ({of})"


def _row_values(table: Table, row: list[str]) -> list[Any]:
    """Return the values to insert: a figure twice, as number (a strict table converts it) and as written."""
    cells = zip(table.fields, row, strict=True)
    return [cell or None for field, cell in cells for _ in range(1 + (field.cell_type == "figure"))]


def _list_tables(data: Path, known: Mapping[str, Table]) -> Iterator[tuple[str, tuple[str, list[list[Any]]] | None]]:
    """Yield statements for the tables of list columns, one row an item: CREATE with its INSERT and values, indexes."""
    for table in known.values():
        for place, field in enumerate(table.fields):
            if not field.semantic_type.startswith("list") or len(table.primary_key) != 1:
                continue
            (key,) = table.primary_key
            name, at = f"{sql_name(table)}_{field.name}", table.columns.index(key)
            constraints = [_primary_key([key, "place"]), _foreign_key(key, sql_name(table), key)]
            if field.semantic_type.startswith("list of "):
                other, column = field.semantic_type.removeprefix("list of ").split(".")
                constraints.append(_foreign_key("item", sql_name(known[other]), column))
            created = (
                f"CREATE TABLE {quote_identifier(name)} ( "
                f"-- One row a thing of {table.name}.{field.name}, in its order.\n"
                f"  {quote_identifier(key)} TEXT NOT NULL, place INTEGER NOT NULL, item TEXT NOT NULL,\n"
                f"  {', '.join(constraints)}\n) STRICT"
            )
            values = [
                [row[at], number, item]
                for row in read_cells(data, table)
                for number, item in enumerate(filter(None, row[place].split(SEPARATOR)), 1)
            ]
            yield created, (f"INSERT INTO {quote_identifier(name)} VALUES (?, ?, ?)", values)
            yield _index(name, "item"), None


def _indexes(known: Mapping[str, Table]) -> Iterator[str]:
    """Yield an index for each foreign key of every table."""
    for table in known.values():
        for own, _, _ in table.foreign_keys:
            if table.primary_key[:1] != (own,):  # else the index of the primary key serves
                yield _index(sql_name(table), own)


def _views(known: Mapping[str, Table]) -> Iterator[str]:
    """Yield the view of each group of tables with equal fields and key; its column `table` names the table."""
    alike: dict[tuple[Any, ...], list[Table]] = {}
    for table in known.values():
        alike.setdefault((table.primary_key, table.fields), []).append(table)
    names = set(map(sql_name, known.values()))
    for (key, _), united in alike.items():
        name = "_".join(key).removesuffix("_id") + "s"
        if len(united) > 1 and name not in names:
            names.add(name)
            parts = (
                f'SELECT {quote_text(sql_name(own))} AS "table", * FROM {quote_identifier(sql_name(own))}'
                for own in united
            )
            yield f"CREATE VIEW {quote_identifier(name)} AS\n" + "\nUNION ALL ".join(parts)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
