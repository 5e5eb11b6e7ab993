"""The ledger as one archive: the same bytes each time, and the same values in every form of it."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner
from frictionless import Package

from compendium.cli.app import main
from compendium.display import json_ld
from compendium.display.claim_records import build_claim_records
from compendium.ledger import archive as ledger_archive
from compendium.ledger import schema
from compendium.ledger.loader import Ledger, load
from compendium.ledger.schema import Table
from compendium.project.citation import read_edition
from compendium.project.paths import DATA, ROOT


@pytest.fixture(scope="module")
def archive(ledger: Ledger) -> bytes:
    return ledger_archive.build_archive(
        extra_members={
            json_ld.JSON_LD_FILE: json_ld.claims_document(
                build_claim_records(ledger), read_edition().short_title
            ).encode()
        }
    )


@pytest.fixture(scope="module")
def unpacked(archive: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked") / "ledger"
    zipfile.ZipFile(io.BytesIO(archive)).extractall(folder)
    return folder


@pytest.fixture
def database(unpacked: Path) -> Iterator[sqlite3.Connection]:
    """The database as it came, opened so that nothing can be written to it but what is taken back."""
    opened = sqlite3.connect(unpacked / ledger_archive.SQLITE)
    opened.execute("PRAGMA foreign_keys = ON")
    yield opened
    opened.rollback()
    opened.close()


@pytest.fixture(scope="module")
def typed() -> Ledger:
    """The ledger with the slips of its sources: the archive holds what is printed, and the corrections beside it."""
    return load(corrected=False)


def held(ledger: Ledger, table: Table) -> list[list[Any]]:
    """The rows of a table as the ledger reads them, an empty cell as None, a figure both as number and as written."""
    columns: list[list[Any]] = []
    for field in table.fields:
        cells = [None if pd.isna(cell) or cell == "" else cell for cell in ledger.frames[table.name][field.name]]
        if field.cell_type == "figure":
            columns.append([None if cell is None else float(cell) for cell in cells])
        columns.append(cells)
    return [list(row) for row in zip(*columns, strict=True)]


# --- the archive


def test_the_same_data_give_the_same_bytes_from_another_folder_in_another_process(
    archive: bytes, tmp_path: Path
) -> None:
    data = shutil.copytree(DATA, tmp_path / "elsewhere" / "data")
    for name in ("LICENSE", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path / "elsewhere")
    file = tmp_path / "a.zip"
    command = [sys.executable, "-m", "compendium", "bundle", str(file), "--data", str(data)]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"TZ": "Asia/Tokyo"}
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert file.read_bytes() == archive


def test_members_are_sorted_and_tell_no_time_and_no_owner(archive: bytes) -> None:
    members = zipfile.ZipFile(io.BytesIO(archive)).infolist()
    names = [member.filename for member in members]
    assert names == sorted(names)
    assert {(member.date_time, member.external_attr >> 16, member.create_system) for member in members} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644, 3)
    }


def test_the_tables_lie_there_as_they_are_in_the_data(unpacked: Path) -> None:
    files = sorted(path.relative_to(DATA) for path in DATA.rglob("*") if path.suffix in {".csv", ".json"})
    assert len(files) > 20
    assert [path for path in files if (unpacked / path).read_bytes() != (DATA / path).read_bytes()] == []


def test_frictionless_finds_the_unpacked_package_sound(unpacked: Path) -> None:
    package = Package.from_descriptor(json.loads((unpacked / "datapackage.json").read_text()), basepath=str(unpacked))
    report = package.validate()
    assert report.valid, report.flatten(["taskNumber", "rowNumber", "fieldNumber", "note"])
    assert len(report.tasks) > 20


def test_it_says_what_it_is_and_under_which_licence(unpacked: Path, ledger: Ledger) -> None:
    said = (unpacked / "README.txt").read_text(encoding="utf-8")
    about = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    rows = sum(map(len, ledger.frames.values()))
    for expected in (about["title"], about["version"], about["licenses"][0]["path"], f"{rows:,} rows"):
        assert expected in said
    assert (unpacked / "LICENSE.txt").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert max(map(len, said.splitlines())) <= 120


def test_more_members_go_in_and_none_takes_the_place_of_another(data: Path, archive: bytes) -> None:
    found = zipfile.ZipFile(io.BytesIO(ledger_archive.build_archive(data, {"more/a.jsonld": b"{}"})))
    assert found.read("more/a.jsonld") == b"{}"
    with pytest.raises(ValueError, match=r"a member claims\.csv already"):
        ledger_archive.build_archive(data, {"claims.csv": b""})


# --- Parquet and CSV


def test_duckdb_reads_the_values_of_the_ledger_from_parquet_and_from_csv(unpacked: Path, typed: Ledger) -> None:
    ledger = typed
    kinds = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"}
    for table in ledger.schema.values():
        read = duckdb.sql(f"SELECT * FROM '{unpacked}/parquet/{schema.sql_name(table)}.parquet'")
        assert [list(row) for row in read.fetchall()] == held(ledger, table), table.name
        types = dict(zip(read.columns, map(str, read.types), strict=True))
        assert {field.name: types[field.name] for field in table.fields} == {
            field.name: kinds[field.type] for field in table.fields
        }
        written = duckdb.sql(f"SELECT * FROM read_csv('{unpacked / table.path}', all_varchar = true, nullstr = '')")
        numbers = [place for place, field in enumerate(table.fields) if field.cell_type in ("integer", "number")]
        expected = [row for row in ledger.frames[table.name].itertuples(index=False, name=None)]
        for row, cells in zip(written.fetchall(), expected, strict=True):
            for place, (cell, own) in enumerate(zip(row, cells, strict=True)):
                own = None if pd.isna(own) or own == "" else own
                assert (float(cell) if place in numbers and cell else cell) == own, (table.name, place)


def test_parquet_says_what_its_columns_hold(unpacked: Path, ledger: Ledger) -> None:
    said = duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{unpacked}/parquet/claims.parquet')").fetchall()
    about = {key.decode(): value.decode() for key, value in said}
    assert about["title"] == ledger.schema["claims"].title
    assert json.loads(about["columns"])["claim_id"] == ledger.schema["claims"].fields[0].description


# --- SQLite


def test_sqlite_holds_the_values_of_the_ledger(database: sqlite3.Connection, typed: Ledger) -> None:
    ledger = typed
    for table in ledger.schema.values():
        found = database.execute(f"SELECT * FROM {schema.sql_name(table)} ORDER BY rowid").fetchall()
        assert [list(row) for row in found] == held(ledger, table), table.name


def test_every_key_of_the_schema_is_one_of_the_database_and_holds(database: sqlite3.Connection, ledger: Ledger) -> None:
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    count = 0
    for table in ledger.schema.values():
        name = schema.sql_name(table)
        found = {
            (own, other, column)
            for _, _, other, own, column, *_ in database.execute(f"PRAGMA foreign_key_list({name})")
        }
        assert found == {(own, schema.sql_name(ledger.schema[other]), col) for own, other, col in table.foreign_keys}
        keyed = [(row[5], row[1]) for row in database.execute(f"PRAGMA table_info({name})") if row[5]]
        assert [column for _, column in sorted(keyed)] == list(table.primary_key)
        begins = {
            database.execute(f"PRAGMA index_info('{index[1]}')").fetchall()[0][2]
            for index in database.execute(f"PRAGMA index_list({name})").fetchall()
        }
        assert {own for own, _, _ in table.foreign_keys} <= begins, name
        count += len(found)
    assert count > 50


SOUND = {
    "claim_id": "a.b", "source_id": "SOURCE", "paragraph": 1, "scope": "body", "as_printed": "5", "unit": "percent",
    "metric_id": "METRIC", "measure": "level", "obs_status": "normal", "rank": "normal", "summary": "Five.",
}  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"source_id": "nobody"}, "FOREIGN KEY"),
        ({"base_area": "nowhere"}, "FOREIGN KEY"),
        ({"scope": "margin"}, "CHECK"),
        ({"paragraph": "first"}, "cannot store TEXT value in INTEGER column"),
        ({"summary": None}, "NOT NULL"),
        ({"claim_id": None}, "NOT NULL"),
        ({"claim_id": "TAKEN"}, "UNIQUE"),
    ],
)
def test_a_wrong_row_is_refused(database: sqlite3.Connection, ledger: Ledger, cells: dict[str, Any], said: str) -> None:
    real = {"SOURCE": "sources", "METRIC": "metrics", "TAKEN": "claims"}
    known = {word: ledger.frames[table].iloc[0, 0] for word, table in real.items()}
    row = {name: known.get(cell, cell) for name, cell in SOUND.items()}
    insert = f"INSERT INTO claims ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
    database.execute(insert, list(row.values()))
    database.rollback()
    row |= {name: known.get(cell, cell) for name, cell in cells.items()}
    insert = f"INSERT INTO claims ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
    with pytest.raises(sqlite3.IntegrityError, match=said):
        database.execute(insert, list(row.values()))


def test_a_list_has_a_row_for_each_thing_and_refers_where_the_schema_says_so(
    database: sqlite3.Connection, ledger: Ledger
) -> None:
    metrics = ledger.frames["metrics"]
    sums = {row["metric_id"]: row["sum_of"].split("; ") for row in metrics.to_dict("records") if row["sum_of"]}
    found: dict[str, list[str]] = {}
    for name, _, item in database.execute("SELECT * FROM metrics_sum_of ORDER BY metric_id, place"):
        found.setdefault(name, []).append(item)
    assert found == sums != {}
    keys = database.execute("PRAGMA foreign_key_list(metrics_sum_of)").fetchall()
    assert {(row[2], row[3]) for row in keys} == {("metrics", "metric_id"), ("metrics", "item")}
    assert database.execute("SELECT count(*) FROM claims_origin").fetchone()[0] > 10


def test_tables_of_one_form_are_one_view(database: sqlite3.Connection, ledger: Ledger) -> None:
    tables = [table for table in ledger.schema.values() if table.primary_key == ("observation_id",)]
    rows = sum(len(ledger.frames[table.name]) for table in tables)
    assert database.execute('SELECT count(*), count(DISTINCT "table") FROM observations').fetchone() == (
        rows,
        len(tables),
    )


def test_the_database_tells_what_each_column_holds(database: sqlite3.Connection, ledger: Ledger) -> None:
    for table in ledger.schema.values():
        (made,) = database.execute("SELECT sql FROM sqlite_schema WHERE name = ?", [schema.sql_name(table)]).fetchone()
        assert all(field.description in made for field in table.fields), table.name


def test_datasette_serves_it_with_its_descriptions(unpacked: Path, ledger: Ledger) -> None:
    def get(address: str) -> str:
        command = [
            sys.executable,
            "-m",
            "datasette",
            ledger_archive.SQLITE,
            "--metadata",
            ledger_archive.METADATA,
            "--get",
            address,
        ]
        run = subprocess.run(command, cwd=unpacked, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        return run.stdout

    claims = json.loads(get("/ledger/claims.json?_shape=objects&_size=1000&_sort=claim_id"))
    assert [row["claim_id"] for row in claims["rows"]] == sorted(ledger.frames["claims"]["claim_id"])
    page = get("/ledger/claims?_size=1")
    assert f"<dd>{ledger.schema['claims'].fields[0].description}</dd>" in page
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in page
    assert f"/ledger/sources/{claims['rows'][0]['source_id']}" in page  # a key leads to its row


# --- kept, and on the command line


def test_it_is_made_again_where_something_changed_and_only_there(
    data: Path, tmp_path: Path, spoil: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr(ledger_archive, "build_archive", lambda *of: made.append(of) or str(len(made)).encode())
    folder = tmp_path / "kept"
    assert [ledger_archive.cached_archive(folder, data) for _ in range(2)] == [b"1", b"1"]
    assert ledger_archive.cached_archive(folder, data, {"a": b"x"}) == b"2"
    assert ledger_archive.cached_archive(folder, data, {"a": b"y"}) == b"3"
    spoil("sources", "guluzade2025", "title", "Another title")
    assert ledger_archive.cached_archive(folder, data, {"a": b"y"}) == b"4"
    assert ledger_archive.cached_archive(folder, data, {"a": b"y"}) == b"4"
    assert len(list(folder.iterdir())) == 2


def test_a_command_writes_it_and_says_what_it_holds(tmp_path: Path, archive: bytes) -> None:
    file = tmp_path / "a.zip"
    result = CliRunner().invoke(main, ["bundle", str(file)])
    assert (result.exit_code, file.read_bytes()) == (0, archive)
    assert f"{len(archive):,} bytes" in result.output


def test_no_archive_is_made_of_unsound_data_nor_where_it_cannot_lie(
    data: Path, tmp_path: Path, spoil: Callable[..., int]
) -> None:
    result = CliRunner().invoke(main, ["bundle", str(tmp_path / "none" / "a.zip"), "--data", str(data)])
    assert (result.exit_code, result.stderr) == (
        1,
        f"{tmp_path}/none/a.zip: cannot be written: No such file or directory\n",
    )
    spoil("sources", "guluzade2025", "paragraphs", "many")
    result = CliRunner().invoke(main, ["bundle", str(tmp_path / "a.zip"), "--data", str(data)])
    assert result.exit_code == 2
    assert "sources.csv:" in result.stderr
    assert not (tmp_path / "a.zip").exists()
