"""What a build does after which change; the site and the notebooks themselves are the office of other tests."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from compendium.builder import html_site, notebooks, pipeline
from compendium.builder.notebooks import Outcome, Runner, Selection
from compendium.builder.pipeline import BuildError, BuildPlan, plan_build
from compendium.cli.app import main
from compendium.curation import validation
from compendium.project.problems import Problem


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two chapters, one of which reads a table, with all that a build is made from."""
    for name in ("_config.yml", "_toc.yml", "requirements.txt", "CITATION.cff", "book/style.css",
                 "compendium/engine.py", "data/a.csv", "data/b.csv", "book/one.md", "book/two.md"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("before", encoding="utf-8")
    for name, reads in (("one", ["data/a.csv"]), ("two", [])):
        content = {"metadata": {"ledger": {"reads": reads}}}
        (tmp_path / "book" / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(pipeline, "ROOT", tmp_path)
    monkeypatch.setattr(pipeline, "BOOK", tmp_path / "book")
    monkeypatch.setattr(pipeline, "BUILD", tmp_path / "_build")
    monkeypatch.setattr(pipeline, "BUILD_RECORD", tmp_path / "_build" / "built.json")
    monkeypatch.setattr(pipeline, "FRONT_PAGE", tmp_path / "_build" / "html" / "index.html")
    return tmp_path


@pytest.fixture
def steps(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let a build note its steps instead of doing them."""
    done: list[str] = []

    def update(_book: Path, selection: Selection, _runner: Runner) -> list[Outcome]:
        chapters = selection.chapters
        names = "all" if chapters is None else " ".join(path.stem for path in chapters)
        done.append(f"{'fresh ' if selection.fresh else ''}{names}")
        return [Outcome(path, True, 1.0) for path in chapters or ()]

    def make(_: Path, *, clean: bool) -> str:
        done.append("clean site" if clean else "site")
        pipeline.FRONT_PAGE.parent.mkdir(parents=True, exist_ok=True)
        pipeline.FRONT_PAGE.write_text("page", encoding="utf-8")
        return ""

    monkeypatch.setattr(validation, "validate", lambda: done.append("data") or [])
    monkeypatch.setattr(notebooks, "update_notebooks", update)
    monkeypatch.setattr(html_site, "build_site", make)
    return done


def run(*options: str) -> int:
    return CliRunner().invoke(main, ["build", *options]).exit_code


def edit(path: Path, content: str = "after") -> None:
    path.write_text(content, encoding="utf-8")


ALL = ["data", "all", "clean site"]


def test_a_book_is_built_once(steps: list[str]) -> None:
    assert run() == 0
    assert run() == 0
    assert steps == ALL


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("book/two.md", ["two", "site"]),
        ("book/one.ipynb", ["one", "site"]),
        ("data/a.csv", ["data", "one", "site"]),
        ("data/b.csv", ["data", "", "site"]),
        ("compendium/engine.py", ALL),
        ("requirements.txt", ALL),
        ("_config.yml", ["all", "clean site"]),
        ("_toc.yml", ["all", "clean site"]),
        ("CITATION.cff", ["all", "clean site"]),
        ("book/style.css", ["all", "clean site"]),
        ("book/new.css", ["all", "clean site"]),
    ],
)
def test_a_build_does_what_a_change_asks_for(project: Path, steps: list[str], name: str, expected: list[str]) -> None:
    run()
    del steps[:]
    edit(project / name, '{"metadata": {"ledger": {"reads": ["data/a.csv"]}}, "more": 1}')
    assert run() == 0
    assert steps == expected
    assert run() == 0
    assert steps == expected


def test_another_address_asks_for_another_site(steps: list[str]) -> None:
    for address, expected in (("", ALL), ("https://x.example/", ["all", "clean site"]), ("https://x.example", [])):
        del steps[:]
        assert run("--address", address) == 0
        assert steps == expected


def test_an_address_that_is_none_is_a_wrong_call(steps: list[str]) -> None:
    result = CliRunner().invoke(main, ["build"], env={"ADDRESS": "x.example"})
    assert (result.exit_code, steps) == (2, [])
    assert "ADDRESS: found 'x.example'; expected the address of the site" in result.stderr


def test_an_older_file_is_a_change_like_any_other(project: Path, steps: list[str]) -> None:
    import os

    run()
    del steps[:]
    path = project / "book" / "two.md"
    edit(path)
    os.utime(path, (0, 0))
    run()
    assert steps == ["two", "site"]
    assert path.stat().st_mtime > 0, "Sphinx goes by the time of a file"


def test_a_file_that_is_touched_is_no_change(project: Path, steps: list[str]) -> None:
    run()
    (project / "book" / "two.md").touch()
    run()
    assert steps == ALL


@pytest.mark.parametrize("name", ["book/two.ipynb", "book/two.md", "data/b.csv"])
def test_a_file_that_is_gone_is_a_change(project: Path, steps: list[str], name: str) -> None:
    run()
    del steps[:]
    (project / name).unlink()
    run()
    assert steps


@pytest.mark.parametrize("content", ["{", "[]", '{"metadata": {}}', '{"metadata": {"ledger": {"reads": ["*"]}}}',
                                     '{"metadata": {"ledger": {"reads": ["data"]}}}'])  # fmt: skip
def test_a_notebook_that_may_read_anything_is_looked_at(project: Path, steps: list[str], content: str) -> None:
    edit(project / "book" / "two.ipynb", content)
    run()
    del steps[:]
    edit(project / "data" / "b.csv")
    run()
    assert steps == ["data", "two", "site"]


def test_fresh_builds_everything_in_any_case(steps: list[str]) -> None:
    run()
    del steps[:]
    run("--fresh")
    assert steps == ["data", "fresh all", "clean site"]


def test_a_site_that_is_gone_is_built_again(steps: list[str]) -> None:
    run()
    pipeline.FRONT_PAGE.unlink()
    run()
    assert steps == ALL * 2


@pytest.mark.parametrize("content", ["", "{", "[1]", "null"])
def test_a_stamp_that_says_nothing_is_no_stamp(steps: list[str], content: str) -> None:
    run()
    edit(pipeline.BUILD_RECORD, content)
    assert run() == 0
    assert steps == ALL * 2


def test_a_build_that_fails_is_not_taken_for_done(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(html_site, "build_site", lambda _, *, clean: "a broken link")
        assert run() == 1
    del steps[:]
    run()
    assert steps == ALL


def test_unsound_data_stop_the_build_before_a_notebook_runs(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "validate", lambda: [Problem("a.csv", 2, "x", "1", "2")])
    found = CliRunner().invoke(main, ["build"])
    assert found.exit_code == 1
    assert "a.csv:2:x: found '1'; expected 2" in found.output
    assert steps == []


def test_a_failed_notebook_stops_the_build_before_the_site(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        notebooks, "update_notebooks", lambda *_: [Outcome(pipeline.BOOK / "one.md", True, 1.0, "ValueError")]
    )
    found = CliRunner().invoke(main, ["build"])
    assert found.exit_code == 1
    assert "one.md\nValueError" in found.output
    assert "clean site" not in steps


def test_what_is_edited_while_the_site_is_built_is_built_next_time(
    project: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = html_site.build_site

    def slow(into: Path, *, clean: bool) -> str:
        edit(project / "book" / "two.md", "edited meanwhile")
        return made(into, clean=clean)

    with monkeypatch.context() as patch:
        patch.setattr(html_site, "build_site", slow)
        run()
    del steps[:]
    run()
    assert steps == ["two", "site"]


def test_data_edited_while_notebooks_run_are_looked_at_next_time(
    project: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = plan_build()
    assert isinstance(before, BuildPlan)
    edit(project / "data" / "a.csv", "edited meanwhile")
    pipeline.run_build(before, None, progress=lambda done, number: done, log=lambda _: None)
    del steps[:]
    run()
    assert steps == ["data", "one", "site"]


def test_a_site_that_cannot_be_built_says_why(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_site, "build_site", lambda _, *, clean: "WARNING: a broken link")
    before = plan_build()
    assert before
    with pytest.raises(BuildError, match="a broken link"):
        pipeline.run_build(before, None, progress=lambda done, number: done, log=lambda _: None)
    assert "a broken link" in CliRunner().invoke(main, ["build"]).output
