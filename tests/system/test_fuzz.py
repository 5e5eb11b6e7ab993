"""Whatever is in a file, whoever reads it answers or says what is wrong and where; nothing ever ends in a traceback.

Each reader gets mutated copies of a sound file. `FUZZ=10000` in the environment tries that many in all.
"""

import csv
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from compendium.builder import stored_outputs
from compendium.builder.notebooks import UnreadableChapterError, carry_over_outputs, compose_notebook, stale_notebooks
from compendium.builder.pipeline import last_inputs as read_stamp
from compendium.builder.prose_lint import numbers_in_prose
from compendium.curation import series, source_texts
from compendium.curation.validation import validate
from compendium.display import mime_types
from compendium.ledger.loader import load
from compendium.project import checksums, citation
from compendium.project.paths import BOOK, DATA, ROOT, notebook_path
from compendium.project.problems import LedgerError
from compendium.values.intervals import HEDGE_EFFECTS, read_interval
from compendium.values.number_parsing import UnreadableFigureError, read_figure
from compendium.values.periods import UnreadablePeriodError, exact_span, format_period, read_period
from tests.support import mutated

pytestmark = pytest.mark.slow

SEED = 7
NUMBER = int(os.environ.get("FUZZ", "200"))
SMALL = ("reference/strength.md", "reference/scale.md", "evidence/positions.md")
KEPT = {"sources", "metrics", "places", "claims", "events", "mentions", "citations", "reasons", "incomparable",
        "tensions", "headlines", "comparisons", "traps", "records", "conversions", "revisions", "official-aid",
        "resolutions", "propositions", "event_codes", "actors"}  # fmt: skip


@dataclass(frozen=True)
class Reader:
    """Something that reads a file: which it reads, how, with which error it may answer, what part of all it gets."""

    name: str
    sound: Callable[[Path], list[Path]]
    read: Callable[[Path], Any]
    error: type[Exception] | None
    share: float


def in_ledger(path: Path) -> None:
    """Hold a ledger as `check` does, and load it as an analysis does."""
    data = path.parent if (path.parent / "datapackage.json").is_file() else path.parent.parent
    problems = validate(data)
    assert all(problem.file and problem.expected for problem in problems)
    try:
        load(data).load_all()
    except LedgerError as error:
        assert problems, f"cannot be loaded, and no check says so: {error}"


def a_chapter(path: Path) -> None:
    compose_notebook(path)
    numbers_in_prose(path)


def a_notebook(path: Path) -> None:
    """Read a stored notebook by all that read one: as what may be carried over, and as what pages are made of."""
    chapter = path.with_suffix(".md")
    carry_over_outputs(compose_notebook(chapter), chapter)
    assert isinstance(stale_notebooks(path.parent), list)
    assert isinstance(stored_outputs.stored_objects(path, mime_types.CLAIM_RECORDS), dict)


def a_citation_file(path: Path) -> None:
    citation.read_edition(path.parent)


def a_series(path: Path) -> None:
    data = path.parent.parent
    series.open_series(data, "gdp-growth")


def in_a_ledger(folder: Path) -> list[Path]:
    """Make a ledger of the first rows of each table, without the tables that are like others."""
    data = folder / "data"
    (data / "official").mkdir(parents=True)
    content = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    content["resources"] = [one for one in content["resources"] if one["name"] in KEPT]
    for resource in content["resources"]:
        lines = (DATA / resource["path"]).read_text(encoding="utf-8").split("\n")
        (data / resource["path"]).write_text("\n".join([*filter(None, lines[:4]), ""]), encoding="utf-8")
    (data / "datapackage.json").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    shutil.copy(DATA / "official" / "observation.json", data / "official")
    return sorted(path for path in data.rglob("*") if path.is_file())


def the_ledger(folder: Path) -> list[Path]:
    data = Path(shutil.copytree(DATA, folder / "data"))
    return sorted(path for path in data.rglob("*") if path.is_file())


def copies(*paths: Path) -> Callable[[Path], list[Path]]:
    """Return what copies these files into a folder."""
    return lambda folder: [Path(shutil.copy(path, folder)) for path in paths]


def notebooks_with_chapters(folder: Path) -> list[Path]:
    made = []
    for name in SMALL:
        shutil.copy(BOOK / name, folder)
        made.append(Path(shutil.copy(notebook_path(BOOK / name), folder)))
    return made


def a_manifest(folder: Path) -> list[Path]:
    (folder / "one").mkdir()
    (folder / "one" / "a\\b").write_text("x", encoding="utf-8")
    (folder / "sums").write_text(
        "\n".join(checksums.manifest_lines(checksums.compute_manifest(folder / "one"))), encoding="utf-8"
    )
    return [folder / "sums"]


def a_source(folder: Path) -> list[Path]:
    (folder / "source.txt").write_text("A title\n\nTrade grew by 47% in 2023, to $4.4 billion.\n", encoding="utf-8")
    return [folder / "source.txt"]


def a_stamp(folder: Path) -> list[Path]:
    (folder / "stamp.json").write_text('{"book/index.md": "0a1b"}', encoding="utf-8")
    return [folder / "stamp.json"]


def a_refreshed_ledger(folder: Path) -> list[Path]:
    data = Path(shutil.copytree(DATA, folder / "data"))
    return [data / "official" / name for name in ("series.csv", "economy.csv", "revisions.csv")]


READERS = (
    Reader("a ledger of a few rows", in_a_ledger, in_ledger, None, 0.27),
    Reader("the ledger", the_ledger, in_ledger, None, 0.01),
    Reader("a series", a_refreshed_ledger, a_series, LedgerError, 0.01),
    Reader("CITATION.cff", copies(ROOT / "CITATION.cff"), a_citation_file, ValueError, 0.05),
    Reader("a chapter", copies(*(BOOK / name for name in SMALL)), a_chapter, UnreadableChapterError, 0.07),
    Reader("a stored notebook", notebooks_with_chapters, a_notebook, None, 0.03),
    Reader("a manifest", a_manifest, checksums.read_manifest, LedgerError, 0.05),
    Reader("a source text", a_source, source_texts.read_text, None, 0.1),
    Reader("the stamp of a build", a_stamp, read_stamp, None, 0.05),
)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name.replace(" ", "-"))
def test_a_spoilt_file_is_answered_for(reader: Reader, tmp_path: Path) -> None:
    random, paths = Random(SEED), reader.sound(tmp_path)
    sound = {path: path.read_bytes() for path in paths}
    for _ in range(max(5, round(NUMBER * reader.share))):
        path = random.choice(paths)
        path.write_bytes(mutated.content(sound[path], random))
        try:
            reader.read(path)
        except Exception as error:
            assert reader.error and type(error) is reader.error, told(reader, path, error)
            assert any(one.name in str(error) for one in paths), told(reader, path, error)
        path.write_bytes(sound[path])


def told(reader: Reader, path: Path, error: Exception) -> str:
    content = path.read_bytes()
    return f"{reader.name}: {path.name} with {content[:300]!r}…: {type(error).__name__}: {error}"


# --- texts that stand in cells


def cells(column: str) -> list[str]:
    with (DATA / "claims.csv").open(encoding="utf-8", newline="") as file:
        return sorted({row[column] for row in csv.DictReader(file)} - {""})


def test_a_spoilt_figure_is_read_or_refused() -> None:
    random, sound = Random(SEED), [*cells("as_printed"), "1 млрд 100 млн", "25–30 million tons", "half", "2nd", "-3.5%"]
    for _ in range(round(NUMBER * 0.2)):
        printed = mutated.text(random.choice(sound), random)
        for hedge in random.sample(sorted(HEDGE_EFFECTS), 3):
            try:
                read_figure(printed)
                read_interval(printed, hedge)
            except UnreadableFigureError as error:
                assert str(error)


def test_a_spoilt_period_is_read_or_refused() -> None:
    sound = [*cells("period"), "2024-12-25", "2025-01/2025-04", "2025-02~", "2023/..", "../2024?", "0001", "9999-12-31"]
    random = Random(SEED)
    for _ in range(round(NUMBER * 0.16)):
        period = mutated.text(random.choice(sound), random)
        for read in (read_period, exact_span, format_period):
            try:
                read_period(period)  # what a check lets pass is what a page says
                read(period)
            except UnreadablePeriodError as error:
                assert repr(period)[:40] in str(error)


def test_all_that_is_tried_is_what_was_asked_for() -> None:
    assert round(sum(reader.share for reader in READERS) + 0.2 + 0.16, 6) == 1
