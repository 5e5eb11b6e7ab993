"""Schema of the tables, parsed from the Data Package descriptor `data/datapackage.json`.

Besides the standard properties a field may have `holds`, the semantic type of its text: `edtf`, `figure`, `unit`,
`address`, or `list of TABLE.FIELD` (items separated by "; ").
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from compendium.project.problems import LedgerError, Problem, describe_choices

DESCRIPTOR = "datapackage.json"
SEPARATOR = "; "
AS_WRITTEN_SUFFIX = "_as_written"
"""Suffix of the additional text column (SQLite, Parquet) of a number whose digits express its precision."""


@dataclass(frozen=True)
class Field:
    """One column: name, type, description, constraints and semantic type."""

    name: str
    type: str
    description: str
    required: bool
    unique: bool
    vocabulary: tuple[str, ...]
    pattern: str
    unit: str
    semantic_type: str

    @property
    def cell_type(self) -> str:
        """Key of `loader.CELL_TYPES`: the type, or `figure` for a number that is kept as written."""
        return "figure" if self.type == "number" and self.semantic_type == "figure" else self.type


class ForeignKey(NamedTuple):
    """Reference of a column to the column `target` of a table (by name)."""

    column: str
    table: str
    target: str


@dataclass(frozen=True)
class Table:
    """One table: path relative to the data folder, description, fields and keys."""

    name: str
    path: str
    title: str
    description: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def columns(self) -> list[str]:
        """Names of the columns in order."""
        return [field.name for field in self.fields]


def read_descriptor(data: Path) -> dict[str, Any]:
    """Return the parsed descriptor; raise `LedgerError` if it is missing or not JSON."""
    return _json(data, DESCRIPTOR, f"a Data Package in {data.name}/")


def read_schema_file(data: Path, name: str) -> dict[str, Any]:
    """Return the parsed schema in a file beside the descriptor; raise `LedgerError` if it is missing or not JSON."""
    return _json(data, name, "the schema that the Data Package names")


def _json(data: Path, name: str, expected: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads((data / name).read_text(encoding="utf-8"))
    except OSError:
        raise LedgerError([Problem(name, 0, "", "no such file", expected)]) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        place = getattr(error, "lineno", 0)
        raise LedgerError([Problem(name, place, "", str(error), "well-formed JSON in UTF-8")]) from None
    return content


def read_schema(data: Path) -> dict[str, Table]:
    """Return the tables by name, in the order of the descriptor.

    Raises
    ------
    LedgerError
        if the descriptor lacks a property that this module reads, or has an unknown type or list target.
    """
    content = read_descriptor(data)
    try:
        found = {resource["name"]: _table(resource, data) for resource in content["resources"]}
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        expected = "resources with name, path, title, description and a schema whose fields have name and type"
        raise LedgerError([Problem(DESCRIPTOR, 0, "", f"{type(error).__name__}: {error}", expected)]) from None
    problems = [
        Problem(DESCRIPTOR, 0, f"{table.name}.{field.name}", actual, expected)
        for table in found.values()
        for field in table.fields
        for actual, expected in _field_problems(field, found)
    ]
    if problems:
        raise LedgerError(problems)
    return found


FIELD_TYPES = ("string", "integer", "number")


def _field_problems(field: Field, known: dict[str, Table]) -> Iterator[tuple[str, str]]:
    """Yield (actual, expected) for a type or list target of a field that does not exist."""
    if field.type not in FIELD_TYPES:
        yield field.type, describe_choices(FIELD_TYPES, field.type)
    if field.semantic_type.startswith("list of "):
        named = field.semantic_type.removeprefix("list of ")
        columns = {f"{table.name}.{other.name}" for table in known.values() for other in table.fields}
        if named not in columns:
            yield named, describe_choices(columns, named)


def _table(resource: dict[str, Any], data: Path) -> Table:
    schema = resource["schema"]
    if isinstance(schema, str):  # tables with the same fields share a schema file
        schema = read_schema_file(data, schema)
    key = schema.get("primaryKey", [])
    return Table(
        name=resource["name"],
        path=resource["path"],
        title=resource["title"],
        description=resource["description"],
        fields=tuple(map(_field, schema["fields"])),
        primary_key=tuple([key] if isinstance(key, str) else key),
        foreign_keys=tuple(
            ForeignKey(own["fields"], own["reference"]["resource"] or resource["name"], own["reference"]["fields"])
            for own in schema.get("foreignKeys", [])
        ),
    )


def _field(field: dict[str, Any]) -> Field:
    constraints = field.get("constraints", {})
    return Field(
        name=field["name"],
        type=field["type"],
        description=field["description"],
        required=constraints.get("required", False),
        unique=constraints.get("unique", False),
        vocabulary=tuple(constraints.get("enum", ())),
        pattern=constraints.get("pattern", ""),
        unit=field.get("unit", ""),
        semantic_type=field.get("holds", ""),
    )


def sql_name(table: Table) -> str:
    """Return the name of a table in SQL: with underscores for hyphens, which would need quotes."""
    return table.name.replace("-", "_")


def quote_identifier(name: str) -> str:
    """Return a name as an SQL identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(value: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
