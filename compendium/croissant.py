"""Describes the ledger in Croissant, the format by which tools for machine learning find and load data.

It says of the Data Package what `data/datapackage.json` and `CITATION.cff` say, in other words: a file for each table
with its check sum, a set of records for each file, a typed field for each column, keys and references. The description
lies beside the descriptor of the Data Package, and its paths count from there. It adds nothing and reads no cell.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from compendium.ledger.schema import SEPARATOR, Field, Table, read_descriptor, read_schema
from compendium.project.citation import Edition, format_bibtex

NAME = "croissant.json"
CONFORMS = "http://mlcommons.org/croissant/1.1"
TYPES = {"string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float"}
OWN = ("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileObject",
       "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
       "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator",
       "source", "subField", "transform")  # fmt: skip
"""Terms of Croissant's own; all others are those of schema.org."""
CONTEXT: dict[str, Any] = dict(
    sorted(
        {
            "@language": "en",
            "@vocab": "https://schema.org/",
            "sc": "https://schema.org/",
            "cr": "http://mlcommons.org/croissant/",
            "rai": "http://mlcommons.org/croissant/RAI/",
            "dct": "http://purl.org/dc/terms/",
            "conformsTo": "dct:conformsTo",
            "data": {"@id": "cr:data", "@type": "@json"},
            "examples": {"@id": "cr:examples", "@type": "@json"},
            "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
            "name": {"@container": "@language"},
            "description": {"@container": "@language"},
            **{term: f"cr:{term}" for term in OWN},
        }.items()
    )
)
"""What the terms mean, in the form that readers of Croissant ask for; a test holds it against theirs."""


def described(data: Path, book: Edition | None = None, address: str = "") -> str:
    """Return the description of a ledger, the same for the same data.

    Parameters
    ----------
    data
        folder of the ledger.
    book
        who made it and how it is cited, where that is known.
    address
        where the book is published, where that is known.

    Raises
    ------
    LedgerError
        where the descriptor or a schema cannot be read.
    """
    about, known = read_descriptor(data), read_schema(data)
    told: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS,
        "name": about["name"],
        "alternateName": about["title"],
        "description": about["description"],
        "license": [own["path"] for own in about["licenses"]],
        "version": about["version"],
        "isLiveDataset": False,
    }
    if book:
        told["creator"] = [{"@type": "Organization" if ", " not in one else "Person", "name": one}
                           for one in book.authors]  # fmt: skip
        told |= {"datePublished": book.released.isoformat(), "citeAs": format_bibtex(book, address=address)}
    if address:
        told["url"] = address
    files = [_file(data, table) for table in known.values()]
    records = [_records(table, known) for table in known.values()]
    whole = told | {"distribution": files, "recordSet": records}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _file(data: Path, table: Table) -> dict[str, Any]:
    content = (data / table.path).read_bytes()
    return {
        "@type": "cr:FileObject",
        "@id": table.path,
        "name": table.path,
        "description": table.title,
        "contentUrl": table.path,
        "contentSize": f"{len(content)} B",
        "encodingFormat": "text/csv",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _records(table: Table, known: dict[str, Table]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"{table.title}: {table.description}",
        "field": [_field(table, field, known) for field in table.fields],
    }
    if table.primary_key:
        keys = [{"@id": f"{table.name}/{column}"} for column in table.primary_key]
        found["key"] = keys if len(keys) > 1 else keys[0]
    return found


def _field(table: Table, field: Field, known: dict[str, Table]) -> dict[str, Any]:
    name = f"{table.name}/{field.name}"
    source: dict[str, Any] = {"fileObject": {"@id": table.path}, "extract": {"column": field.name}}
    found: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": name,
        "name": field.name,
        "description": _said(field),
        "dataType": TYPES[field.type],
        "source": source,
    }
    for own, other, column in table.foreign_keys:
        # The column of the other file is named, not the field: the reader of MLCommons follows references to a field
        # no further than one table. Of one that leads back into its own table it makes nothing, so that is left out.
        if own == field.name and other != table.name:
            found["references"] = {"fileObject": {"@id": known[other].path}, "extract": {"column": column}}
    return found


def _said(field: Field) -> str:
    parts = [field.description]
    if field.unit:
        parts.append(f"Unit: {field.unit}.")
    if field.vocabulary:
        parts.append(f"One of: {', '.join(field.vocabulary)}.")
    if field.semantic_type.startswith("list"):
        parts.append(f"Several stand apart by “{SEPARATOR}”.")
    return " ".join(filter(None, parts))
