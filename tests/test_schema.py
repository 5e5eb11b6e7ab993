"""The schema as the descriptor says it, the tables of one form in a file of their own included."""

import json
from pathlib import Path
from typing import Any

import pytest

from compendium.ledger.loader import load
from compendium.ledger.observations import observation_tables
from compendium.ledger.schema import read_schema
from compendium.project.paths import DATA
from compendium.project.problems import LedgerError

FIELDS = [
    {"name": "row_id", "type": "string", "description": "Name.", "constraints": {"required": True, "unique": True}},
    {"name": "value", "type": "number", "description": "Value.", "holds": "figure"},
    {"name": "weight", "type": "number", "description": "Weight."},
    {"name": "other", "type": "string", "description": "Text.", "holds": "figure"},
]
SHARED = {
    "fields": FIELDS,
    "primaryKey": "row_id",
    "foreignKeys": [{"fields": "other", "reference": {"resource": "", "fields": "row_id"}}],
}


def resource(name: str, schema: Any) -> dict[str, Any]:
    return {"name": name, "path": f"{name}.csv", "title": name, "description": name, "schema": schema}


def written(data: Path, *resources: dict[str, Any], **files: Any) -> Path:
    (data / "datapackage.json").write_text(json.dumps({"resources": resources}), encoding="utf-8")
    (data / "forms").mkdir(exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (data / "forms" / f"{name}.json").write_text(text, encoding="utf-8")
    return data


def test_tables_of_one_form_share_the_file_that_describes_it(tmp_path: Path) -> None:
    rows = resource("one", "forms/shared.json"), resource("two", "forms/shared.json"), resource("own", SHARED)
    found = read_schema(written(tmp_path, *rows, shared=SHARED))
    assert list(found) == ["one", "two", "own"]
    assert found["one"].fields == found["two"].fields == found["own"].fields
    assert found["one"].columns == ["row_id", "value", "weight", "other"]
    assert found["two"].primary_key == ("row_id",)


def test_a_shared_schema_that_refers_to_itself_means_each_table(tmp_path: Path) -> None:
    rows = resource("one", "forms/shared.json"), resource("two", "forms/shared.json")
    found = read_schema(written(tmp_path, *rows, shared=SHARED))
    assert found["one"].foreign_keys == (("other", "one", "row_id"),)
    assert found["two"].foreign_keys == (("other", "two", "row_id"),)


def test_a_number_is_read_as_a_figure_only_where_it_holds_one(tmp_path: Path) -> None:
    found = read_schema(written(tmp_path, resource("one", SHARED)))["one"]
    assert [field.cell_type for field in found.fields] == ["string", "figure", "number", "string"]


def test_a_schema_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"forms/shared\.json: found 'no such file'; expected the schema that"):
        read_schema(written(tmp_path, resource("one", "forms/shared.json")))


@pytest.mark.parametrize("content", ["", "{", "[]x"])
def test_a_schema_that_is_no_json_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(LedgerError, match=r"forms/shared\.json:.*expected well-formed JSON"):
        read_schema(written(tmp_path, resource("one", "forms/shared.json"), shared=content))


@pytest.mark.parametrize("content", [{}, [], {"fields": [{"name": "a"}]}, {"fields": 1}])
def test_a_schema_without_fields_is_a_located_error(tmp_path: Path, content: Any) -> None:
    with pytest.raises(LedgerError, match=r"datapackage\.json: found .*expected resources with name"):
        read_schema(written(tmp_path, resource("one", "forms/shared.json"), shared=content))


def test_what_a_shared_field_asks_for_must_be_known(tmp_path: Path) -> None:
    strange = {"fields": [{"name": "a", "type": "boolean", "description": "-"}]}
    with pytest.raises(LedgerError, match=r"datapackage\.json:one\.a: found 'boolean'"):
        read_schema(written(tmp_path, resource("one", "forms/shared.json"), shared=strange))


def test_all_tables_of_observations_have_one_form() -> None:
    found = observation_tables(read_schema(DATA))
    assert len(found) > 1
    assert len({table.fields for table in found}) == 1
    assert {table.name for table in found} <= set(load().frames)
