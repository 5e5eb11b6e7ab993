"""The engine knows no country, no source, no chapter: another compendium is made by changing data and book."""

import re
from pathlib import Path

import pytest

from compendium.builder.notebooks import BOOK
from compendium.ledger.loader import Ledger
from compendium.project.paths import ROOT

MODULES = sorted((ROOT / "compendium").rglob("*.py"))
EVERYDAY = {"evidence", "reference", "source"}  # parts that every compendium has


@pytest.fixture(scope="module")
def names(ledger: Ledger) -> set[str]:
    found: set[str] = set()
    for table in ("places", "actors", "routes"):
        for column in ("name", "variants"):
            for cell in ledger[table][column]:
                found.update(part.strip() for part in cell.split(";"))
    found |= set(ledger["sources"]["source_id"])
    found |= {name for cell in ledger["sources"]["author"] for name in cell.split()}
    found |= {folder.name for folder in BOOK.iterdir() if folder.is_dir() and folder.name[0] not in "._"} - EVERYDAY
    return {name for name in found if len(name) > 3} | ids(ledger)


def ids(ledger: Ledger) -> set[str]:
    """Keys that cannot be mistaken for plain English: those with a capital or a hyphen."""
    keys = {
        str(key)
        for name, table in ledger.schema.items()
        if len(table.primary_key) == 1
        for key in ledger[name][table.primary_key[0]]
    }
    return {key for key in keys if key != key.lower() or "-" in key}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_names_nothing_of_this_ledger(module: Path, names: set[str]) -> None:
    text = module.read_text(encoding="utf-8")
    near = [name for name in names if name in text]  # most are not; only for these do borders of words matter
    assert [name for name in near if re.search(rf"\b{re.escape(name)}(?![A-Z])", text)] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_says_what_it_is_for(module: Path) -> None:
    assert module.read_text(encoding="utf-8").startswith('"""')
