"""The description of the ledger in Croissant, as the validator of those who make the format reads it."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from compendium import croissant
from compendium.ledger import archive
from compendium.ledger.schema import read_schema
from compendium.project.citation import read_edition
from compendium.project.paths import DATA
from compendium.project.zip_archives import pack, unpack

# The validator's own ways with its libraries are its makers' office.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
ADDRESS = "https://x.example/book/"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables and their description, beside each other as they lie in every archive."""
    folder = tmp_path_factory.mktemp("ledger")
    held = archive._sources(DATA) | {croissant.NAME: croissant.described(DATA, read_edition(), ADDRESS).encode()}
    (folder / "a.zip").write_bytes(pack(held))
    unpack(folder / "a.zip", folder / "ledger")
    return folder / "ledger"


@pytest.fixture(scope="module")
def dataset(unpacked: Path) -> Any:
    import mlcroissant  # takes seconds, so that it is read here alone

    return mlcroissant.Dataset(str(unpacked / croissant.NAME))


def test_the_validator_finds_no_fault_and_warns_of_nothing(dataset: Any) -> None:
    issues = dataset.metadata.ctx.issues
    assert (sorted(issues.errors), sorted(issues.warnings)) == ([], [])
    assert dataset.metadata.version == read_edition().version
    assert dataset.metadata.license
    assert dataset.metadata.cite_as


def test_it_would_find_one(unpacked: Path, tmp_path: Path) -> None:
    import mlcroissant

    told = json.loads((unpacked / croissant.NAME).read_text(encoding="utf-8"))
    told |= {"recordSet": told["recordSet"][:1], "distribution": told["distribution"][:1]}
    told["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "nowhere.csv"
    (tmp_path / croissant.NAME).write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(mlcroissant.ValidationError, match=r"nowhere\.csv"):
        mlcroissant.Dataset(str(tmp_path / croissant.NAME))


def test_the_terms_are_those_of_the_format(dataset: Any) -> None:
    from mlcroissant._src.core.rdf import make_context

    assert make_context(dataset.metadata.ctx) == croissant.CONTEXT


def test_every_table_is_read_through_it_and_none_of_its_rows_is_missing(dataset: Any, unpacked: Path) -> None:
    told = {}
    for records in dataset.metadata.record_sets:
        rows = list(dataset.records(records.id))
        told[records.id] = (len(rows), {name.partition("/")[2] for row in rows[:1] for name in row})
    expected = {}
    for table in read_schema(DATA).values():
        with (unpacked / table.path).open(encoding="utf-8", newline="") as file:
            count = sum(1 for _ in csv.reader(file)) - 1
        expected[table.name] = (count, set(table.columns) if count else set())
    assert told == expected


def test_keys_references_and_check_sums_are_those_of_the_ledger(unpacked: Path) -> None:
    told = json.loads((unpacked / croissant.NAME).read_text(encoding="utf-8"))
    claims = next(one for one in told["recordSet"] if one["@id"] == "claims")
    fields = {field["name"]: field for field in claims["field"]}
    assert claims["key"] == {"@id": "claims/claim_id"}
    assert fields["source_id"]["references"] == {
        "fileObject": {"@id": "sources.csv"},
        "extract": {"column": "source_id"},
    }
    assert {field["dataType"] for field in fields.values()} <= set(croissant.TYPES.values())
    assert fields["paragraph"]["dataType"] == "sc:Integer"
    assert (told["url"], told["isLiveDataset"]) == (ADDRESS, False)
    assert len({own["sha256"] for own in told["distribution"]}) == len(told["distribution"])


def test_without_makers_and_address_it_tells_of_none() -> None:
    told = json.loads(croissant.described(DATA))
    assert told.keys() & {"creator", "citeAs", "url", "datePublished"} == set()
