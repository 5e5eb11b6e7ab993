"""Made-up ledgers as folders of tables, as a compendium has them."""

from __future__ import annotations

import shutil
from pathlib import Path

from compendium.ledger.loader import Ledger
from compendium.project.paths import DATA
from compendium.synthetic import world

SEED = 1


def written(ledger: Ledger, folder: Path) -> Path:
    """Write every table of a ledger into a folder, the description of the tables beside them."""
    for schema in DATA.rglob("*.json"):
        place = folder / schema.relative_to(DATA)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(schema, place)
    for name, table in ledger.schema.items():
        (folder / table.path).parent.mkdir(parents=True, exist_ok=True)
        ledger.frames[name].to_csv(folder / table.path, index=False, lineterminator="\n")
    return folder


def made_up(claims: int, folder: Path) -> Path:
    """Write a made-up ledger of so many claims, all of which can hold together; the same at each call."""
    return written(world(claims, seed=SEED).ledger, folder)
