import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from compendium.builder import cache_keys, execution, notebooks
from compendium.builder.notebooks import Outcome
from compendium.project.paths import ROOT
from tests.support.chapters import page, write


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    folder.mkdir()
    write(folder / "page.md", "# A page\n\n```{code-cell} ipython3\nprint(6 * 7)\n```\n\nSome prose.\n")
    return folder


def executed(book: Path) -> list[str]:
    return [outcome.chapter.name for outcome in notebooks.update_notebooks(book) if outcome.executed]


def outputs(book: Path) -> list[str]:
    read = nbformat.read(book / "page.ipynb", as_version=4)
    return [output["text"] for cell in read.cells if cell.cell_type == "code" for output in cell.outputs]


def test_a_chapter_becomes_a_notebook_with_outputs_once(book: Path) -> None:
    assert executed(book) == ["page.md"]
    assert outputs(book) == ["42\n"]
    before = (book / "page.ipynb").read_bytes()
    assert executed(book) == []
    assert (book / "page.ipynb").read_bytes() == before
    assert notebooks.stale_notebooks(book) == []


def test_prose_is_renewed_without_executing(book: Path) -> None:
    notebooks.update_notebooks(book)
    path = book / "page.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Some prose", "Other prose"), encoding="utf-8")
    assert "prose" in notebooks.stale_notebooks(book)[0]
    assert executed(book) == []
    assert "Other prose" in (book / "page.ipynb").read_text(encoding="utf-8")
    assert outputs(book) == ["42\n"]


def test_code_is_executed_again(book: Path) -> None:
    notebooks.update_notebooks(book)
    path = book / "page.md"
    path.write_text(path.read_text(encoding="utf-8").replace("6 * 7", "6 * 8"), encoding="utf-8")
    assert "other code" in notebooks.stale_notebooks(book)[0]
    assert executed(book) == ["page.md"]
    assert outputs(book) == ["48\n"]


def test_data_engine_or_lock_make_a_notebook_stale(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebooks.update_notebooks(book)
    monkeypatch.setattr(cache_keys, "cache_key", lambda code, reads: "changed")
    assert "data, engine or lock" in notebooks.stale_notebooks(book)[0]


def test_only_the_chapters_asked_for_are_looked_at(book: Path) -> None:
    page(book / "other.md", "print(1)")
    outcomes = notebooks.update_notebooks(book, notebooks.Selection([book / "other.md"]))
    assert [outcome.chapter.name for outcome in outcomes] == ["other.md"]
    assert not (book / "page.ipynb").exists()


def test_another_version_of_python_is_tried_once_and_leaves_no_trace_where_it_gives_the_same(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebooks, "SAME_OUTPUTS_FOLDER", tmp_path / "held")
    notebooks.update_notebooks(book)
    before = (book / "page.ipynb").read_bytes()
    monkeypatch.setattr(cache_keys, "python_version", lambda: "2.7")
    assert executed(book) == ["page.md"]
    assert executed(book) == []
    assert (book / "page.ipynb").read_bytes() == before
    assert notebooks.stale_notebooks(book) == []


def test_outputs_that_another_version_of_python_changes_are_its_own(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebooks, "SAME_OUTPUTS_FOLDER", tmp_path / "held")
    notebooks.update_notebooks(book)
    path = book / "page.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("42\\n", "of an older version\\n"), encoding="utf-8")
    monkeypatch.setattr(cache_keys, "python_version", lambda: "2.7")
    assert executed(book) == ["page.md"]
    assert outputs(book) == ["42\n"]
    assert nbformat.read(path, as_version=4).metadata["ledger"]["python"] == "2.7"


def test_what_was_made_while_something_was_edited_is_not_kept(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["before", "after"])
    monkeypatch.setattr(cache_keys, "project_digest", lambda: next(names))
    monkeypatch.setattr(execution, "project_digest", lambda: "before")
    assert "edited while it ran" in notebooks.format_failures(notebooks.update_notebooks(book))
    assert not (book / "page.ipynb").exists()


def test_the_slowest_are_named() -> None:
    took = [Outcome(Path(f"{number}.md"), number != 3, float(number)) for number in range(6)]
    assert notebooks.format_slowest(took) == "5.md 5.0 s, 4.md 4.0 s, 2.md 2.0 s"
    assert notebooks.format_slowest([]) == ""


def test_a_chapter_that_cannot_be_read_is_named_and_the_others_go_on(book: Path) -> None:
    (book / "broken.md").write_bytes(b"---\nbad: [\n---\n\xff")
    outcomes = notebooks.update_notebooks(book)
    assert "broken.md: cannot be read as a chapter" in notebooks.format_failures(outcomes)
    assert outputs(book) == ["42\n"]
    assert any("broken.md" in line for line in notebooks.stale_notebooks(book))


def test_a_book_in_a_hidden_folder_is_a_book(tmp_path: Path) -> None:
    folder = tmp_path / "_x" / "book"
    folder.mkdir(parents=True)
    write(folder / "page.md", "# A page\n")
    (folder / "_templates").mkdir()
    write(folder / "_templates" / "not.md", "# None\n")
    assert [path.name for path in notebooks.find_chapters(folder)] == ["page.md"]


def test_a_notebook_that_raises_keeps_its_old_outputs_and_is_named(book: Path) -> None:
    notebooks.update_notebooks(book)
    before = (book / "page.ipynb").read_bytes()
    write(book / "page.md", "# A page\n\n```{code-cell} ipython3\nraise ValueError('on purpose')\n```\n")
    write(book / "sound.md", "# Another\n\n```{code-cell} ipython3\nprint(1)\n```\n")
    outcomes = notebooks.update_notebooks(book)
    assert "on purpose" in notebooks.format_failures(outcomes)
    assert (book / "page.ipynb").read_bytes() == before
    assert (book / "sound.ipynb").is_file()
    assert any("page.ipynb" in line for line in notebooks.stale_notebooks(book))


def test_the_command_fails_where_a_notebook_raises(book: Path) -> None:
    write(book / "page.md", "# A page\n\n```{code-cell} ipython3\n1 / 0\n```\n")
    command = [sys.executable, "-m", "compendium", "notebooks", "--book", str(book)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 1
    assert "ZeroDivisionError" in run.stderr


def test_a_notebook_without_a_chapter_is_stale(book: Path) -> None:
    notebooks.update_notebooks(book)
    (book / "page.ipynb").rename(book / "left.ipynb")
    assert {line.split(": ")[1] for line in notebooks.stale_notebooks(book)} == {"missing", "no chapter beside it"}


def nbval(notebook: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:xdist", "-c", "/dev/null", str(notebook)]
    return subprocess.run(command, capture_output=True, text=True, cwd=notebook.parent, check=False)


def test_a_wrong_figure_in_stored_outputs_turns_the_run_red(book: Path) -> None:
    notebooks.update_notebooks(book)
    path = book / "page.ipynb"
    assert nbval(path).returncode == 0
    path.write_text(path.read_text(encoding="utf-8").replace("42\\n", "43\\n"), encoding="utf-8")
    run = nbval(path)
    assert run.returncode == 1
    assert "43" in run.stdout


def test_every_notebook_of_the_book_is_up_to_date() -> None:
    assert notebooks.stale_notebooks() == []


def test_notebooks_hold_nothing_of_the_machine_that_made_them() -> None:
    for chapter in notebooks.find_chapters():
        text = notebooks.notebook_path(chapter).read_text(encoding="utf-8")
        assert str(ROOT) not in text
        assert not {"execution", "timestamp"} & set(json.loads(text)["metadata"])
