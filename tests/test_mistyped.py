"""Whatever column refers to another row: an id that is mistyped in it is told with the one that was meant."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from compendium.curation.validation import validate
from compendium.ledger.loader import Ledger
from compendium.ledger.schema import SEPARATOR, Table
from compendium.project.paths import DATA
from compendium.project.problems import Problem

WITHOUT_A_KEY = {
    ("comparisons", "observation_id"), ("revisions", "observation_id"), ("traps", "observations"),
    ("corrections", "table"), ("corrections", "row_id"), ("corrections", "column"), ("permanent", "table"),
}  # fmt: skip
"""Columns that refer to rows of more than one table, which a schema cannot say."""
Place = tuple[str, int, str]


def referring(table: Table) -> Iterator[str]:
    keys = {own for own, _, _ in table.foreign_keys}
    for field in table.fields:
        if (
            field.name in keys
            or field.semantic_type.startswith("list of ")
            or (table.name, field.name) in WITHOUT_A_KEY
        ):
            yield field.name


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def found(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[str, list[Problem]]]:
    """By column: the id that was meant, and what is told of its cell; one copy holds a slip of every column."""
    data = Path(shutil.copytree(DATA, tmp_path_factory.mktemp("mistyped") / "data"))
    spoilt: dict[tuple[str, str], tuple[str, Place]] = {}
    for table in ledger.schema.values():
        rows = read(data / table.path)
        slips = [0] * len(rows)  # as few as can be in a row, lest one hides another
        for column in referring(table):
            filled = [place for place, row in enumerate(rows) if len(row[column]) > 2]
            if filled:
                place = min(filled, key=slips.__getitem__)
                slips[place] += 1
                meant = rows[place][column].split(SEPARATOR)[-1]
                rows[place][column] += meant[-1]  # the last key struck twice
                spoilt[table.name, column] = meant, (table.path, place + 2, column)
        with (data / table.path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, table.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    told: dict[Place, list[Problem]] = {}
    for problem in validate(data):
        told.setdefault((problem.file, problem.row, problem.column), []).append(problem)
    return {name: (meant, told.get(place, [])) for name, (meant, place) in spoilt.items()}


def test_every_column_that_refers_is_tried(ledger: Ledger, found: dict[tuple[str, str], object]) -> None:
    every = {(table.name, column) for table in ledger.schema.values() for column in referring(table)}
    filled = {(name, column) for name, column in every if (ledger[name][column].astype(str).str.len() > 2).any()}
    assert filled - found.keys() == set()
    assert len(found) > 60


def test_a_mistyped_id_is_told_at_its_place_with_the_one_that_was_meant(
    found: dict[tuple[str, str], tuple[str, list[Problem]]],
) -> None:
    for (table, column), (meant, told) in found.items():
        assert any(repr(meant) in str(problem) for problem in told), (table, column, meant, [*map(str, told)])
