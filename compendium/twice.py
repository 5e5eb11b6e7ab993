"""Builds the whole book twice from nothing, under unlike surroundings, and says where the two are not the same.

Each build happens in a copy of its own: every notebook is executed, the site is made. The repository itself stays as
it is; only the records of it, where they are asked for, are written.
"""

from __future__ import annotations

import csv
import hashlib
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compendium.benches.copies import Copy, copied
from compendium.benches.rows import put
from compendium.benches.timing import machine
from compendium.builder.provenance import PROVENANCE_FILE, read_provenance, source_provenance_json
from compendium.project.checksums import compare_folders, compute_manifest
from compendium.project.paths import BOOK, ROOT, find_chapters, notebook_path

RUNS = "runs"
UNLIKE = "folder, home, locale, time zone, seed of hashes, width of the terminal"
FIRST = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "120", "PYTHONHASHSEED": "0"}
SECOND = {"LC_ALL": "C", "TZ": "Asia/Kathmandu", "COLUMNS": "40", "PYTHONHASHSEED": "4711"}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """One of the two builds: where it lies, how long it took, how each notebook ran."""

    root: Path
    seconds: float
    runs: list[dict[str, str]]


@dataclass(frozen=True)
class Twice:
    """Both builds, and one line for each file in which they differ, or differ from what is committed."""

    first: Built
    second: Built
    different: list[str]


def twice(into: Path, say: Say) -> Twice:
    """Build the repository twice in a folder that is empty, and compare.

    Raises
    ------
    compendium.benches.copies.BenchError
        where a build fails, with the last of what it said.
    """
    first = _built(into / "one", FIRST, say)
    second = _built(into / "another folder, of a longer name — ə", SECOND, say)
    say("Comparing …")
    sites = compare_folders(first.root / "_build" / "html", second.root / "_build" / "html")
    notebooks = compare_folders(first.root / "book", second.root / "book", "*.ipynb")
    kept = [f"{line} (committed and built)" for line in compare_folders(BOOK, first.root / "book", "*.ipynb")]
    return Twice(first, second, [*sites, *notebooks, *kept])


def _built(folder: Path, variables: Mapping[str, str], say: Say) -> Built:
    say(f"Building from nothing in “{folder.name}” …")
    home = folder / "home"
    home.mkdir(parents=True)
    root = folder / "copy"
    copied(ROOT, root)
    (root / PROVENANCE_FILE).write_text(source_provenance_json(), encoding="utf-8")
    start = time.perf_counter()
    ended = Copy(root).command(sys.executable, "-m", "compendium.twice", HOME=str(home), **variables)
    runs = json.loads(ended.stdout.strip().splitlines()[-1])
    return Built(root, time.perf_counter() - start, runs)


def main() -> None:
    """Build the repository that this runs in, every notebook executed, and print how each ran as one line of JSON."""
    from compendium.builder import pipeline
    from compendium.builder.notebooks import format_failures, update_notebooks

    outcomes = update_notebooks(fresh=True)
    if failed := format_failures(outcomes):
        sys.exit(failed)
    change = pipeline.plan_build()
    if change is not None:
        pipeline.run_build(change, None, progress=lambda done, number: done, log=lambda line: None)
    seconds = {outcome.chapter: outcome.seconds for outcome in outcomes}
    print(json.dumps([_run(chapter, seconds[chapter]) for chapter in find_chapters(BOOK) if seconds[chapter]]))


def _run(chapter: Path, seconds: float) -> dict[str, str]:
    notebook: dict[str, Any] = json.loads(notebook_path(chapter).read_text(encoding="utf-8"))
    made = notebook["metadata"]["ledger"]
    # What shows this record cannot be named in it.
    shows = {f"data/{RUNS}.csv", "*"} & set(made["reads"])
    return {
        "notebook": chapter.relative_to(BOOK).with_suffix("").as_posix(),
        "seconds": f"{seconds:.1f}",
        "inputs": "" if shows else made["key"],
        "outputs": "" if shows else outputs(notebook),
    }


def outputs(notebook: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all that the code of a notebook has put out, in its order."""
    held = [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return hashlib.sha256(json.dumps(held, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def outdated(data: Path) -> Iterator[str]:
    """Yield, by name, the notebooks that are not recorded, or whose record is not that of what is stored now."""
    with (data / f"{RUNS}.csv").open(encoding="utf-8", newline="") as file:
        recorded = {row["notebook"]: row for row in csv.DictReader(file)}
    for chapter in find_chapters(BOOK):
        notebook = json.loads(notebook_path(chapter).read_text(encoding="utf-8"))
        if not any(cell["cell_type"] == "code" for cell in notebook["cells"]):
            continue
        name = chapter.relative_to(BOOK).with_suffix("").as_posix()
        row = recorded.get(name)
        if row is None or (row["outputs"] and row["outputs"] != outputs(notebook)):
            yield name


def write(data: Path, found: Twice, today: str) -> None:
    """Put a comparison into the records of a data folder: the runs of the first build replace those that are there."""
    sizes = [content.size or 0 for content in compute_manifest(found.first.root / "_build" / "html").values()]
    row = {
        "built_on": today,
        "commit": read_provenance().commit,
        "python": platform.python_version(),
        "machine": machine(),
        "unlike": UNLIKE,
        "notebooks": str(len(found.first.runs)),
        "files": str(len(sizes)),
        "bytes": str(sum(sizes)),
        "differing": str(len(found.different)),
        "first_seconds": f"{found.first.seconds:.0f}",
        "second_seconds": f"{found.second.seconds:.0f}",
    }
    put(data, "rebuilds", [row], lambda old: (old["built_on"], old["commit"]) == (today, row["commit"]))
    put(data, "runs", found.first.runs, lambda old: True)


if __name__ == "__main__":
    main()
