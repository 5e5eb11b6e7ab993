"""The tables of a ledger as Parquet files, written by DuckDB.

The same data give the same bytes. Empty cells are NULL; descriptions are the metadata of each file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from compendium.ledger.schema import AS_WRITTEN_SUFFIX, Table, quote_identifier, quote_text, read_schema, sql_name
from compendium.project.paths import ROOT

DUCKDB_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"}


def parquet_files(data: Path) -> dict[str, bytes]:
    """Return the Parquet file of every table by its SQL name; columns have the types of the schema.

    A child process writes them: DuckDB complains at the end of a process whose garbage collection is off.

    Raises
    ------
    RuntimeError
        if the child process fails, with its standard error.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "compendium.ledger.parquet_export", str(data.resolve()), folder]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(f"Parquet could not be written: {run.stderr.strip()}")
        return {path.stem: path.read_bytes() for path in Path(folder).iterdir()}


def _write_parquet(data: Path, folder: Path) -> None:
    import duckdb

    with duckdb.connect() as database:
        # One thread: rows keep their order, and row groups their borders.
        database.execute("SET threads = 1")
        for table in read_schema(data).values():
            into = folder / f"{sql_name(table)}.parquet"
            columns = ", ".join(f"{quote_identifier(field.name)}: 'VARCHAR'" for field in table.fields)
            form = "header = true, auto_detect = false, nullstr = '', quote = '\"', escape = '\"'"
            read = f"read_csv(?, columns = {{{columns}}}, {form})"
            about = ", ".join(f"{key}: {quote_text(value)}" for key, value in _table_metadata(table).items())
            database.execute(
                f"COPY (SELECT {', '.join(_select_columns(table))} FROM {read}) TO {quote_text(str(into))} "
                f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{about}}})",
                [str(data / table.path)],
            )


def _select_columns(table: Table) -> Iterator[str]:
    """Yield the SELECT expressions that cast the columns of a table from text."""
    for field in table.fields:
        name = quote_identifier(field.name)
        yield f"CAST({name} AS {DUCKDB_TYPES[field.type]}) AS {name}"
        if field.cell_type == "figure":
            yield f"{name} AS {quote_identifier(field.name + AS_WRITTEN_SUFFIX)}"


def _table_metadata(table: Table) -> dict[str, str]:
    columns = {field.name: field.description for field in table.fields}
    return {
        "title": table.title,
        "description": table.description,
        "columns": json.dumps(columns, ensure_ascii=False),
    }


if __name__ == "__main__":
    _write_parquet(Path(sys.argv[1]), Path(sys.argv[2]))
