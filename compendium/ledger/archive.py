"""The downloadable archive of a ledger: CSV as typed with its Data Package, Parquet, SQLite, metadata, a README.

The same data give the same bytes, at any time and in any folder. Types, keys and descriptions are those of the Data
Package; an empty cell is NULL in Parquet and SQLite.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from textwrap import fill

from compendium.ledger import parquet_export, sqlite_export
from compendium.ledger import schema as schemas
from compendium.ledger.parquet_export import parquet_files
from compendium.ledger.schema import AS_WRITTEN_SUFFIX, DESCRIPTOR, Table, read_descriptor, read_schema, sql_name
from compendium.ledger.sqlite_export import read_cells, sqlite_database
from compendium.project import zip_archives
from compendium.project.checksums import sha256
from compendium.project.paths import DATA
from compendium.project.zip_archives import pack

LEDGER_ARCHIVE = "ledger.zip"
SQLITE, METADATA, PARQUET = "ledger.sqlite", "metadata.json", "parquet"


def build_archive(data: Path = DATA, extra_members: Mapping[str, bytes] | None = None) -> bytes:
    """Return the archive (bytes of a zip file) of the ledger in a folder, with additional members by name.

    Raises
    ------
    LedgerError
        if the descriptor or a schema cannot be read.
    ValueError
        if an additional member has the name of another.
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
    modules = (__file__, parquet_export.__file__, sqlite_export.__file__, schemas.__file__, zip_archives.__file__)
    makers = {Path(path).name: Path(path).read_bytes() for path in modules}
    made_from = {**_sources(data), **(extra_members or {}), **makers}
    digests = [f"{name} {sha256(content)}" for name, content in sorted(made_from.items())]
    path = cache_folder / f"{sha256(chr(10).join([version('duckdb'), sqlite3.sqlite_version, *digests]))}.zip"
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
    """Return the files of the Data Package unchanged, by path: descriptor, tables, schemas, licence."""
    resources = read_descriptor(data)["resources"]
    names = {DESCRIPTOR, *(own["path"] for own in resources)}
    names |= {own["schema"] for own in resources if isinstance(own["schema"], str)}
    found = {name: (data / name).read_bytes() for name in sorted(names)}
    licence = data.parent / "LICENSE"
    return found | ({"LICENSE.txt": licence.read_bytes()} if licence.is_file() else {})


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
    """Return the README of the archive: its contents, licences, and how to open it."""
    about, known = read_descriptor(data), read_schema(data)
    first = next(iter(known.values()))
    title = f"{about['title']}, edition {about['version']}"
    licences = ", ".join(f"{own['title']} ({own['path']})" for own in about["licenses"])
    rows = sum(1 for table in known.values() for _ in read_cells(data, table))
    return README_TEMPLATE.format(
        title=about["title"], version=about["version"], line="=" * len(title),
        description=fill(about["description"], 118),
        licences=licences, tables=len(known), rows=rows, written=AS_WRITTEN_SUFFIX, example=sql_name(first),
        example_path=first.path,
    )  # fmt: skip


def _metadata(data: Path, known: Mapping[str, Table]) -> str:
    """Return the metadata for Datasette (JSON): licence, and descriptions of tables and columns."""
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
    metadata = {
        "title": about["title"],
        "description": about["description"],
        "license": licence["title"],
        "license_url": licence["path"],
        "databases": {Path(SQLITE).stem: database},
    }
    return json.dumps(metadata, ensure_ascii=False, indent=2) + "\n"
