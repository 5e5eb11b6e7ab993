"""The whole ledger as one archive: CSV as it is kept, Parquet, SQLite, and what it takes to open them.

The same data give the same bytes, at any time and in any folder. Types, keys and descriptions are those of the Data
Package; nothing is added to the data, and an empty cell is NULL wherever there is such a thing.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from textwrap import fill
from typing import Any

from compendium.ledger import schema as schemas
from compendium.ledger.schema import DESCRIPTOR, SEPARATOR, Field, Table, read_descriptor, read_schema, sql_name
from compendium.project import zip_archives
from compendium.project.paths import DATA, ROOT
from compendium.project.zip_archives import pack

LEDGER_ARCHIVE = "ledger.zip"
SQLITE, METADATA, PARQUET = "ledger.sqlite", "metadata.json", "parquet"
AS_WRITTEN_SUFFIX = "_as_written"
"""Ends the name of a column that keeps figures as they are written: their digits say how finely they are known."""


def build_archive(data: Path = DATA, extra_members: Mapping[str, bytes] | None = None) -> bytes:
    """Return the archive of a ledger.

    Parameters
    ----------
    data
        folder of the ledger.
    extra_members
        more members, by name.

    Raises
    ------
    LedgerError
        where the descriptor or a schema cannot be read.
    ValueError
        where a member of `extra_members` has the name of another.
    """
    known = read_schema(data)
    members = _sources(data) | {
        "README.txt": format_readme(data).encode(),
        METADATA: _metadata(data, known).encode(),
        SQLITE: sqlite_database(data),
        **{f"{PARQUET}/{name}.parquet": content for name, content in parquet_files(data).items()},
    }
    taken = sorted(members.keys() & (extra_members or {}).keys())
    if taken:
        raise ValueError(f"the archive has a member {taken[0]} already; give the extra one another name")
    return pack(members | dict(extra_members or {}))


def cached_archive(cache_folder: Path, data: Path = DATA, extra_members: Mapping[str, bytes] | None = None) -> bytes:
    """Return the archive as `build_archive` does, rebuilt only where its inputs have changed.

    The cache key hashes the files of the package, the extra members, the modules that write the archive and the
    versions of DuckDB and SQLite. The two latest archives stay, so that an edit and its reversal cost one build.
    """
    modules = (__file__, schemas.__file__, zip_archives.__file__)
    makers = {Path(path).name: Path(path).read_bytes() for path in modules}
    made_from = {**_sources(data), **(extra_members or {}), **makers}
    digest = hashlib.sha256(f"{version('duckdb')} {sqlite3.sqlite_version}".encode())
    for name, content in sorted(made_from.items()):
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    path = cache_folder / f"{digest.hexdigest()}.zip"
    if path.is_file():
        return path.read_bytes()
    content = build_archive(data, extra_members)
    cache_folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(cache_folder.glob("*.zip"), key=lambda own: own.stat().st_mtime if own.exists() else 0)[:-1]:
        old.unlink(missing_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_bytes(content)
    partial.replace(path)
    return content


def _sources(data: Path) -> dict[str, bytes]:
    """Return the files of the Data Package as they lie, by path: the descriptor, what it names, and the licences."""
    resources = read_descriptor(data)["resources"]
    names = {DESCRIPTOR, *(own["path"] for own in resources)}
    names |= {own["schema"] for own in resources if isinstance(own["schema"], str)}
    found = {name: (data / name).read_bytes() for name in sorted(names)}
    licence = data.parent / "LICENSE"
    return found | ({"LICENSE.txt": licence.read_bytes()} if licence.is_file() else {})


# --- what is in it, in words

README_TEMPLATE = """\
{title}, edition {version}
{line}

{description}

Licence: {licences}.
LICENSE.txt names what is not ours, and its terms.

What is here
------------
datapackage.json  describes every table and column: types, units, keys, vocabularies (a Data Package of Frictionless
                  Data); beside it lie the tables as CSV in UTF-8, {tables} of them with {rows:,} rows, one a line.
parquet/          the same tables, typed.
ledger.sqlite     the same tables as one database, with keys that are enforced, indexes, and descriptions.
metadata.json     the descriptions for Datasette.

An empty cell is NULL in Parquet and SQLite. Where a number is kept as it is written, because its digits say how finely
it is known, a column of that name with "{written}" at its end has the text. Cells that hold several things, apart by
"; ", stand in SQLite a second time: as a table of their own, one row a thing. Every cell is as typed: where a row of
the corrections, of the kind "source", names a misprint, the cell has the misprint, and that row what is right.

How to open it
--------------
Python    pandas.read_csv("{example_path}")
DuckDB    SELECT * FROM 'parquet/{example}.parquet';
SQLite    sqlite3 ledger.sqlite "SELECT * FROM {example}"
          Keys are enforced where a connection says: PRAGMA foreign_keys = ON;
Datasette datasette ledger.sqlite --metadata metadata.json
Checking  frictionless validate datapackage.json
"""


def format_readme(data: Path) -> str:
    """Return what the archive says of itself: what it holds, under which licence, how to open it."""
    about, known = read_descriptor(data), read_schema(data)
    first = next(iter(known.values()))
    title = f"{about['title']}, edition {about['version']}"
    licences = ", ".join(f"{own['title']} ({own['path']})" for own in about["licenses"])
    rows = sum(1 for table in known.values() for _ in _rows(data, table))
    return README_TEMPLATE.format(
        title=about["title"], version=about["version"], line="=" * len(title),
        description=fill(about["description"], 118),
        licences=licences, tables=len(known), rows=rows, written=AS_WRITTEN_SUFFIX, example=sql_name(first),
        example_path=first.path,
    )  # fmt: skip


def _metadata(data: Path, known: Mapping[str, Table]) -> str:
    """Return the descriptions of database, tables and columns as Datasette reads them."""
    about = read_descriptor(data)
    licence = about["licenses"][0]
    described = {
        sql_name(table): {
            "title": table.title,
            "description": table.description,
            "columns": {field.name: field.description for field in table.fields},
        }
        for table in known.values()
    }
    database = {"title": about["title"], "tables": described}
    told = {
        "title": about["title"],
        "description": about["description"],
        "license": licence["title"],
        "license_url": licence["path"],
        "databases": {Path(SQLITE).stem: database},
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _rows(data: Path, table: Table) -> Iterator[list[str]]:
    with (data / table.path).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows, None)
        yield from rows


# --- Parquet

DUCKDB_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"}


def parquet_files(data: Path) -> dict[str, bytes]:
    """Return every table as a Parquet file, by name; columns have the types of the schema, empty cells are NULL.

    They are written by a process of their own: DuckDB complains where one ends that does not look for garbage.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "compendium.ledger.archive", str(data.resolve()), folder]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(f"Parquet could not be written: {run.stderr.strip()}")
        return {path.stem: path.read_bytes() for path in Path(folder).iterdir()}


def _write_parquet(data: Path, folder: Path) -> None:
    import duckdb

    with duckdb.connect() as database:
        # One thread, so that rows keep their order and groups of rows their borders.
        database.execute("SET threads = 1")
        for table in read_schema(data).values():
            into = folder / f"{sql_name(table)}.parquet"
            columns = ", ".join(f"{_quote_identifier(field.name)}: 'VARCHAR'" for field in table.fields)
            form = "header = true, auto_detect = false, nullstr = '', quote = '\"', escape = '\"'"
            read = f"read_csv(?, columns = {{{columns}}}, {form})"
            about = ", ".join(f"{key}: {_quote_text(value)}" for key, value in _table_metadata(table).items())
            database.execute(
                f"COPY (SELECT {', '.join(_select_columns(table))} FROM {read}) TO {_quote_text(str(into))} "
                f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{about}}})",
                [str(data / table.path)],
            )


def _select_columns(table: Table) -> Iterator[str]:
    """Yield the columns of a table as DuckDB selects them from text."""
    for field in table.fields:
        name = _quote_identifier(field.name)
        yield f"CAST({name} AS {DUCKDB_TYPES[field.type]}) AS {name}"
        if field.cell_type == "figure":
            yield f"{name} AS {_quote_identifier(field.name + AS_WRITTEN_SUFFIX)}"


def _table_metadata(table: Table) -> dict[str, str]:
    columns = {field.name: field.description for field in table.fields}
    return {
        "title": table.title,
        "description": table.description,
        "columns": json.dumps(columns, ensure_ascii=False),
    }


# --- SQLite

SQLITE_TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL"}


def sqlite_database(data: Path) -> bytes:
    """Return all tables as one SQLite database.

    Tables are strict; keys, required and unique columns and vocabularies are constraints, each foreign key has an
    index. A column that holds a list has a table of its own besides, with one row a thing: `TABLE_COLUMN`. Tables of
    one form with one key are united in a view named after it: all that have an `x_id`, in `xs`. Descriptions are the
    comments of the statements that made the tables.
    """
    known = read_schema(data)
    database = sqlite3.connect(":memory:", isolation_level=None)
    try:
        database.execute("PRAGMA page_size = 4096")
        database.execute("BEGIN")
        for table in known.values():
            database.execute(_create_table(table, known))
            places = ", ".join("?" for field in table.fields for _ in range(1 + (field.cell_type == "figure")))
            rows = [_row_values(table, row) for row in _rows(data, table)]
            database.executemany(f"INSERT INTO {_quote_identifier(sql_name(table))} VALUES ({places})", rows)
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


def _create_table(table: Table, known: Mapping[str, Table]) -> str:
    parts = [(_column(table, field), field.description) for field in table.fields]
    for place, field in reversed(list(enumerate(table.fields, 1))):
        if field.cell_type == "figure":
            parts.insert(
                place, (f"{_quote_identifier(field.name + AS_WRITTEN_SUFFIX)} TEXT", f"{field.name} as it is written.")
            )
    keys = [_primary_key(table.primary_key)] if table.primary_key else []
    for own, other, column in table.foreign_keys:
        keys.append(_foreign_key(own, sql_name(known[other]), column))
    lines = [f"  {part}," + (f" -- {_on_one_line(said)}" if said else "") for part, said in parts]
    lines += [f"  {key}," for key in keys]
    last = lines[-1]
    lines[-1] = last.replace(", -- ", " -- ", 1) if ", -- " in last else last.removesuffix(",")
    head = f"CREATE TABLE {_quote_identifier(sql_name(table))} ( -- {_on_one_line(table.description)}"
    return "\n".join([head, *lines, ") STRICT"])


def _column(table: Table, field: Field) -> str:
    parts = [_quote_identifier(field.name), SQLITE_TYPES[field.type]]
    if field.required or field.name in table.primary_key:
        parts.append("NOT NULL")
    if field.unique and table.primary_key != (field.name,):
        parts.append("UNIQUE")
    if field.vocabulary:
        parts.append(f"CHECK ({_quote_identifier(field.name)} IN ({', '.join(map(_quote_text, field.vocabulary))}))")
    return " ".join(parts)


def _primary_key(columns: Iterable[str]) -> str:
    return f"PRIMARY KEY ({', '.join(map(_quote_identifier, columns))})"


def _foreign_key(column: str, target: str, target_column: str) -> str:
    """Return a constraint; every name is quoted."""
    own, table, other = map(_quote_identifier, (column, target, target_column))
    return f"FOREIGN KEY ({own}) REFERENCES {table} ({other})"


def _index(table: str, column: str) -> str:
    name, on, of = map(_quote_identifier, (f"{table}.{column}", table, column))
    return f"CREATE INDEX {name} ON {on} ({of})"


def _row_values(table: Table, row: list[str]) -> list[Any]:
    values: list[Any] = []
    for field, cell in zip(table.fields, row, strict=True):
        values.append(cell or None)  # a strict table makes the number of it
        if field.cell_type == "figure":
            values.append(cell or None)
    return values


def _list_tables(data: Path, known: Mapping[str, Table]) -> Iterator[tuple[str, tuple[str, list[list[Any]]] | None]]:
    """Yield the tables that hold one row a thing of a list, each with how it is filled, and their indexes."""
    for table in known.values():
        for place, field in enumerate(table.fields):
            if not field.semantic_type.startswith("list") or len(table.primary_key) != 1:
                continue
            (key,) = table.primary_key
            name, at = f"{sql_name(table)}_{field.name}", table.columns.index(key)
            refers = [_foreign_key(key, sql_name(table), key)]
            if field.semantic_type.startswith("list of "):
                other, column = field.semantic_type.removeprefix("list of ").split(".")
                refers.append(_foreign_key("item", sql_name(known[other]), column))
            yield (
                f"CREATE TABLE {_quote_identifier(name)} ( "
                f"-- One row a thing of {table.name}.{field.name}, in its order.\n"
                f"  {_quote_identifier(key)} TEXT NOT NULL, place INTEGER NOT NULL, item TEXT NOT NULL,\n"
                f"  {_primary_key([key, 'place'])}, {', '.join(refers)}\n) STRICT",
                (
                    f"INSERT INTO {_quote_identifier(name)} VALUES (?, ?, ?)",
                    [
                        [row[at], number, item]
                        for row in _rows(data, table)
                        for number, item in enumerate(filter(None, row[place].split(SEPARATOR)), 1)
                    ],
                ),
            )
            yield _index(name, "item"), None


def _indexes(known: Mapping[str, Table]) -> Iterator[str]:
    for table in known.values():
        for own, _, _ in table.foreign_keys:
            if table.primary_key[:1] != (own,):  # a key begins with it, and finds it as well
                yield _index(sql_name(table), own)


def _views(known: Mapping[str, Table]) -> Iterator[str]:
    """Yield views that unite the tables of one form, each row with the name of its table."""
    alike: dict[tuple[Any, ...], list[Table]] = {}
    for table in known.values():
        alike.setdefault((table.primary_key, table.fields), []).append(table)
    names = set(map(sql_name, known.values()))
    for (key, _), united in alike.items():
        name = "_".join(key).removesuffix("_id") + "s"
        if len(united) > 1 and name not in names:
            names.add(name)
            parts = (
                f'SELECT {_quote_text(sql_name(own))} AS "table", * FROM {_quote_identifier(sql_name(own))}'
                for own in united
            )
            yield f"CREATE VIEW {_quote_identifier(name)} AS\n" + "\nUNION ALL ".join(parts)


def _quote_identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quote_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _on_one_line(said: str) -> str:
    return " ".join(said.split())


if __name__ == "__main__":
    _write_parquet(Path(sys.argv[1]), Path(sys.argv[2]))
