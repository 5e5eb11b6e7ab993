import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from compendium import notebooks
from compendium.ledger import ROOT

HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    folder.mkdir()
    write(folder / "page.md", "# A page\n\n```{code-cell} ipython3\nprint(6 * 7)\n```\n\nSome prose.\n")
    return folder


def write(path: Path, body: str) -> None:
    path.write_text(HEAD + body, encoding="utf-8")


def silent(_: str) -> None:
    pass


def executed(book: Path) -> list[str]:
    return [outcome.chapter.name for outcome in notebooks.update(book, say=silent) if outcome.executed]


def outputs(book: Path) -> list[str]:
    read = nbformat.read(book / "page.ipynb", as_version=4)
    return [output["text"] for cell in read.cells if cell.cell_type == "code" for output in cell.outputs]


def test_a_chapter_becomes_a_notebook_with_outputs_once(book: Path) -> None:
    assert executed(book) == ["page.md"]
    assert outputs(book) == ["42\n"]
    before = (book / "page.ipynb").read_bytes()
    assert executed(book) == []
    assert (book / "page.ipynb").read_bytes() == before
    assert notebooks.stale(book) == []


def test_prose_is_renewed_without_executing(book: Path) -> None:
    notebooks.update(book, say=silent)
    page = book / "page.md"
    page.write_text(page.read_text(encoding="utf-8").replace("Some prose", "Other prose"), encoding="utf-8")
    assert "prose" in notebooks.stale(book)[0]
    assert executed(book) == []
    assert "Other prose" in (book / "page.ipynb").read_text(encoding="utf-8")
    assert outputs(book) == ["42\n"]


def test_code_is_executed_again(book: Path) -> None:
    notebooks.update(book, say=silent)
    page = book / "page.md"
    page.write_text(page.read_text(encoding="utf-8").replace("6 * 7", "6 * 8"), encoding="utf-8")
    assert "other code" in notebooks.stale(book)[0]
    assert executed(book) == ["page.md"]
    assert outputs(book) == ["48\n"]


def test_data_engine_or_lock_make_every_notebook_stale(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebooks.update(book, say=silent)
    monkeypatch.setattr(notebooks, "surroundings", lambda: "changed")
    assert "data, engine or lock" in notebooks.stale(book)[0]


def test_a_chapter_that_cannot_be_read_is_named_and_the_others_go_on(book: Path) -> None:
    (book / "broken.md").write_bytes(b"---\nbad: [\n---\n\xff")
    outcomes = notebooks.update(book, say=silent)
    assert "broken.md: cannot be read as a chapter" in notebooks.failures(outcomes)
    assert outputs(book) == ["42\n"]
    assert any("broken.md" in line for line in notebooks.stale(book))


def test_a_book_in_a_hidden_folder_is_a_book(tmp_path: Path) -> None:
    folder = tmp_path / "_x" / "book"
    folder.mkdir(parents=True)
    write(folder / "page.md", "# A page\n")
    (folder / "_templates").mkdir()
    write(folder / "_templates" / "not.md", "# None\n")
    assert [path.name for path in notebooks.chapters(folder)] == ["page.md"]


def test_surroundings_name_every_file_they_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("data/a.csv", "data/official/b.csv", "compendium/c.py", "requirements.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("before", encoding="utf-8")
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    seen = {notebooks.surroundings.__wrapped__()}
    for path in sorted(tmp_path.rglob("*.*")):
        if path.is_file():
            path.write_text("after", encoding="utf-8")
            seen.add(notebooks.surroundings.__wrapped__())
    assert len(seen) == 5
    (tmp_path / "data" / ".~lock.a.csv#").write_text("an editor's", encoding="utf-8")
    (tmp_path / "data" / ".a.csv").write_text("an editor's", encoding="utf-8")
    assert notebooks.surroundings.__wrapped__() in seen


def test_a_notebook_that_raises_keeps_its_old_outputs_and_is_named(book: Path) -> None:
    notebooks.update(book, say=silent)
    before = (book / "page.ipynb").read_bytes()
    write(book / "page.md", "# A page\n\n```{code-cell} ipython3\nraise ValueError('on purpose')\n```\n")
    write(book / "sound.md", "# Another\n\n```{code-cell} ipython3\nprint(1)\n```\n")
    outcomes = notebooks.update(book, say=silent)
    assert "on purpose" in notebooks.failures(outcomes)
    assert (book / "page.ipynb").read_bytes() == before
    assert (book / "sound.ipynb").is_file()
    assert any("page.ipynb" in line for line in notebooks.stale(book))


def test_the_command_fails_where_a_notebook_raises(book: Path) -> None:
    write(book / "page.md", "# A page\n\n```{code-cell} ipython3\n1 / 0\n```\n")
    command = [sys.executable, "-m", "compendium", "notebooks", "--book", str(book)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 1
    assert "ZeroDivisionError" in run.stderr


def test_a_notebook_without_a_chapter_is_stale(book: Path) -> None:
    notebooks.update(book, say=silent)
    (book / "page.ipynb").rename(book / "left.ipynb")
    assert {line.split(": ")[1] for line in notebooks.stale(book)} == {"missing", "no chapter beside it"}


def nbval(notebook: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:xdist", "-c", "/dev/null", str(notebook)]
    return subprocess.run(command, capture_output=True, text=True, cwd=notebook.parent, check=False)


def test_a_wrong_figure_in_stored_outputs_turns_the_run_red(book: Path) -> None:
    notebooks.update(book, say=silent)
    path = book / "page.ipynb"
    assert nbval(path).returncode == 0
    path.write_text(path.read_text(encoding="utf-8").replace("42\\n", "43\\n"), encoding="utf-8")
    run = nbval(path)
    assert run.returncode == 1
    assert "43" in run.stdout


def test_every_notebook_of_the_book_is_up_to_date() -> None:
    assert notebooks.stale() == []


def test_notebooks_hold_nothing_of_the_machine_that_made_them() -> None:
    for chapter in notebooks.chapters():
        text = notebooks.notebook_of(chapter).read_text(encoding="utf-8")
        assert str(ROOT) not in text
        assert not {"execution", "timestamp"} & set(json.loads(text)["metadata"])
