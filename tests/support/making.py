"""Makes the small made-up compendium of `tests/support/compendium/`: its ledger, or a project that can be built.

Its tables hold only the columns that say something; here each gets all the columns of the schema, which is the
project's own but for the names of chapters and of the tables of observations. So the small compendium has every table
and column that the engine knows, whatever they are.
"""

import csv
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from compendium.ledger import permanent_ids, schema
from compendium.project.paths import DATA, ROOT

SMALL = Path(__file__).parent / "compendium"
TEXTS = SMALL / "texts"
"""The texts of the small compendium's sources, one a file; what is verified against them is verified in full."""
VERSION = "1.0.0"
VOCABULARY_OF_CHAPTERS = "chapter"
ENGINE = ("compendium", "requirements.txt", "requirements-authors.txt", "LICENSE")
"""What a copy takes from the project as it is: the engine, which works on the folder that it lies in, and its locks."""
FRAME = ("_editions", "_print", "_static", "_templates")
"""The folders of the project's book that make pages look as they do."""
PUT_ASIDE = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


# --- the ledger


@cache
def small_folder() -> Path:
    """Return a folder that holds the small ledger, made once in a process; nobody changes what is in it.

    Beside it lie the files of a project that tell who made it, and its licence.
    """
    place = tempfile.TemporaryDirectory(prefix="small-ledger-")
    _kept.append(place)  # goes with the process
    root = Path(shutil.copytree(SMALL / "root", Path(place.name) / "project"))
    shutil.copy(ROOT / "LICENSE", root)
    return make_data(root / "data")


_kept: list[tempfile.TemporaryDirectory[str]] = []


def make_data(folder: Path) -> Path:
    """Write the small ledger into a folder that is not there yet, and return the folder."""
    described = json.loads((SMALL / "package.json").read_text(encoding="utf-8"))
    (folder / "official").mkdir(parents=True)
    for path in DATA.rglob("*.json"):  # schemas that tables of one form share
        if path.name != schema.DESCRIPTOR:
            shutil.copy(path, folder / path.relative_to(DATA))
    package = _package(described)
    (folder / schema.DESCRIPTOR).write_text(json.dumps(package, indent=1, ensure_ascii=False), encoding="utf-8")
    tables = schema.read_schema(folder)
    held = {path.relative_to(SMALL / "data").as_posix() for path in (SMALL / "data").rglob("*.csv")}
    if strange := held - {table.path for table in tables.values()}:
        raise KeyError(f"the schema has no table in {sorted(strange)}")
    for table in tables.values():
        rows = list(_rows(table.path)) if table.path in held else []
        write_rows(folder / table.path, table.columns, rows)
    if permanent_ids.PERMANENT_IDS in tables:
        permanent_ids.register_ids(folder, VERSION, write=True)
    return folder


def _package(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return the project's own descriptor with the small compendium's names, chapters and tables of observations."""
    package = schema.read_descriptor(DATA)
    observed = {table.name for table in schema.read_schema(DATA).values() if table.primary_key == ("observation_id",)}
    pattern = next(resource for resource in package["resources"] if resource["name"] in observed)
    resources: list[dict[str, Any]] = []
    for resource in package["resources"]:
        if resource["name"] not in observed:
            resources.append(resource)
        elif resource is pattern:
            for name, (title, description) in described["observations"].items():
                own = {"name": f"official-{name}", "path": f"official/{name}.csv", "title": title}
                resources.append(pattern | own | {"description": description})
    for resource in resources:
        fields = resource["schema"]["fields"] if isinstance(resource["schema"], dict) else []
        for field in fields:
            if field["name"] == VOCABULARY_OF_CHAPTERS and "enum" in field.get("constraints", {}):
                field["constraints"]["enum"] = described["chapters"]
    named = {name: described[name] for name in ("name", "title", "description")}
    return package | named | {"version": VERSION, "resources": resources}


def _rows(path: str) -> Iterable[dict[str, str]]:
    with (SMALL / "data" / path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            if path == "sources.csv":  # a text is recognised by its hash
                row["sha256"] = hashlib.sha256((TEXTS / f"{row['source_id']}.txt").read_bytes()).hexdigest()
            yield row


def write_rows(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a table with these columns; what a row does not give is empty. A column that is not there is an error."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


# --- the project


def make_project(root: Path) -> Path:
    """Write the small compendium with the engine beside it into a folder that is not there yet; return the folder.

    The engine takes its project from where it lies, so what is run there, by `tests.support.elsewhere.run(root, "-m",
    "compendium", …)`, knows nothing of this project's data and book.
    """
    root.mkdir(parents=True)
    for name in ENGINE:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, root / name, ignore=PUT_ASIDE)
        else:
            shutil.copy(path, root / name)
    make_data(root / "data")
    shutil.copytree(SMALL / "book", root / "book", ignore=PUT_ASIDE)
    for name in FRAME:
        shutil.copytree(ROOT / "book" / name, root / "book" / name)
    shutil.copytree(SMALL / "root", root, dirs_exist_ok=True)
    (root / "_config.yml").write_text(yaml.safe_dump(_config(), sort_keys=False), encoding="utf-8")
    return root


def _config() -> dict[str, Any]:
    """Return the project's own configuration with the names of the small book."""
    config: dict[str, Any] = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    title = json.loads((SMALL / "package.json").read_text(encoding="utf-8"))["title"]
    config |= {"title": title, "author": "The makers", "copyright": "2025 The makers"}
    config["sphinx"]["config"]["html_title"] = title
    return config
