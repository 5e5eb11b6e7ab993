from pathlib import Path

import nbformat
import pytest

from compendium.builder import cache_keys
from compendium.builder.cache_keys import cache_key
from compendium.builder.notebooks import code_sources
from compendium.builder.read_tracking import ALL_FILES
from compendium.project import paths
from compendium.project.paths import ROOT, find_chapters, notebook_path

CODE = ["from compendium import one", "print(1)"]
READS = ["data/a.csv", "book/notes.txt"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("data/a.csv", "data/official/b.csv", "data/c.json", "book/notes.txt", "requirements.txt",
                 "compendium/__init__.py", "compendium/one.py", "compendium/two.py",
                 "compendium/cli/app.py"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("import compendium.two" if path.stem == "one" else "", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("data/a.csv", True),
        ("book/notes.txt", True),
        ("requirements.txt", True),
        ("compendium/one.py", True),
        ("compendium/two.py", True),
        ("compendium/__init__.py", True),
        ("compendium/cli/app.py", False),
        ("data/official/b.csv", False),
        ("data/c.json", False),
    ],
)
def test_a_key_changes_with_what_the_notebook_rests_on(project: Path, name: str, changes: bool) -> None:
    before = cache_key(CODE, READS, project)
    path = project / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert (cache_key(CODE, READS, project) != before) == changes
    if path.suffix in {".csv", ".txt"}:
        path.unlink()
        assert (cache_key(CODE, READS, project) != before) == changes


def test_a_notebook_that_may_read_all_depends_on_all_of_the_data(project: Path) -> None:
    before = cache_key(CODE, [ALL_FILES], project)
    (project / "data" / "official" / "b.csv").write_text("other", encoding="utf-8")
    changed = cache_key(CODE, [ALL_FILES], project)
    (project / "data" / "new.csv").write_text("", encoding="utf-8")
    assert len({before, changed, cache_key(CODE, [ALL_FILES], project)}) == 3
    (project / "data" / ".~lock.a.csv#").write_text("an editor's", encoding="utf-8")
    (project / "data" / ".a.csv").write_text("an editor's", encoding="utf-8")
    assert cache_key(CODE, [ALL_FILES], project) == cache_key(CODE, [ALL_FILES], project)


def test_a_folder_that_was_listed_is_its_names(project: Path) -> None:
    before = cache_key(CODE, ["data"], project)
    (project / "data" / "a.csv").write_text("other", encoding="utf-8")
    assert cache_key(CODE, ["data"], project) == before
    (project / "data" / "new.csv").write_text("", encoding="utf-8")
    assert cache_key(CODE, ["data"], project) != before


def test_a_file_that_was_not_there_counts_once_it_is(project: Path) -> None:
    before = cache_key(CODE, ["data/none.csv"], project)
    (project / "data" / "none.csv").write_text("", encoding="utf-8")
    assert cache_key(CODE, ["data/none.csv"], project) != before


def test_code_that_cannot_be_parsed_rests_on_the_whole_engine(project: Path) -> None:
    before = cache_key(["%magic"], [], project)
    (project / "compendium" / "cli.py").write_text("x = 1", encoding="utf-8")
    assert cache_key(["%magic"], [], project) != before


def test_cells_are_kept_apart_and_prose_has_no_key(project: Path) -> None:
    assert cache_key(["a", "b"], [], project) != cache_key(["a\nb"], [], project)
    assert cache_key([], READS, project) == ""


def test_surroundings_name_every_file_they_should(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {cache_keys.project_digest(project)}
    for name in ("data/a.csv", "data/official/b.csv", "compendium/cli/app.py", "requirements.txt"):
        (project / name).write_text("after", encoding="utf-8")
        seen.add(cache_keys.project_digest(project))
    monkeypatch.setattr(cache_keys, "python_version", lambda: "2.7")
    assert len({*seen, cache_keys.project_digest(project)}) == 6


@pytest.fixture(scope="module")
def pages() -> dict[Path, tuple[list[str], list[str]]]:
    """The code and the reads of every notebook of the book that has code."""
    stored = {path: nbformat.read(notebook_path(path), as_version=4) for path in find_chapters()}
    return {
        path: (code_sources(page), page.metadata["ledger"]["reads"])
        for path, page in stored.items()
        if code_sources(page)
    }


def test_each_file_of_the_data_changed_in_turn_changes_the_keys_of_just_the_pages_that_read_it(
    pages: dict[Path, tuple[list[str], list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = {"\n".join(code): cache_keys.engine_modules("\n".join(code)) for code, _ in pages.values()}
    read = {ROOT / name for _, reads in pages.values() for name in reads}
    files = {*cache_keys.data_files(), *read, ROOT / paths.LOCK, *frozenset().union(*engine.values())}
    contents = {path: cache_keys._content(path) for path in files}
    monkeypatch.setattr(cache_keys, "engine_modules", lambda code, root: engine[code])
    monkeypatch.setattr(cache_keys, "_content", contents.__getitem__)
    before = {path: cache_key(*page) for path, page in pages.items()}
    for table in cache_keys.data_files():
        with monkeypatch.context() as patch:
            patch.setitem(contents, table, "another")
            changed = {path for path, page in pages.items() if cache_key(*page) != before[path]}
        assert changed == {path for path, (_, reads) in pages.items() if str(table.relative_to(ROOT)) in reads}


def test_every_page_says_which_files_it_reads(pages: dict[Path, tuple[list[str], list[str]]]) -> None:
    known = {"_toc.yml", *(str(path.relative_to(ROOT)) for path in cache_keys.data_files())}
    assert all(set(reads) <= known for _, reads in pages.values())
    assert len({tuple(reads) for _, reads in pages.values()}) > 20
