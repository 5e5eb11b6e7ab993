"""The benchmark of building: the parts at work on a tiny generated book, and what is made of their times."""

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from matplotlib import pyplot

from compendium.benches import books, cells, parts, rivals, rows, run, shown, timing
from compendium.benches.copies import BenchError, Copy, copied, tracked
from compendium.benches.workshop import Workshop, book_of, workshop
from compendium.cli.app import main
from compendium.curation.validation import validate
from compendium.display.charts import ledger as ledger_charts
from compendium.display.charts import style
from compendium.ledger.loader import load
from compendium.ledger.schema import DESCRIPTOR, read_schema
from compendium.project.paths import DATA, ROOT


def silent(_: str) -> None:
    pass


# --- for real, on a book of two chapters


@pytest.fixture(scope="module")
def shop() -> Iterator[Workshop]:
    with workshop(book_of(2), silent, rounds=1) as made:
        yield made


def only(found: list[rows.Row]) -> rows.Row:
    (row,) = found
    return row


def test_a_cold_build_is_held_against_its_cells_and_bare_sphinx(shop: Workshop) -> None:
    row = only(parts.cold(shop))
    assert row.chapters == 2
    assert row.cells and row.other and 0 < row.cells < row.other
    assert (shop.book.html / "book" / "chapter-2.html").is_file()
    assert (shop.bare.html / "book" / "chapter-2.html").is_file()


def test_an_edit_is_on_its_page_here_and_at_bare_sphinx(shop: Workshop) -> None:
    before = books.contents(shop.book)
    row = only(parts.prose(shop))
    (edited,) = books.changed(before, books.contents(shop.book))
    pages = [(copy.html / edited).with_suffix(".html").read_text(encoding="utf-8") for copy in (shop.book, shop.bare)]
    assert all("One more sentence says edited" in page for page in pages)
    assert row.other


def test_a_cell_of_data_is_held_against_the_notebooks_that_show_it(shop: Workshop) -> None:
    said: list[str] = []
    shop.say = said.append
    row = only(parts.claims(shop))
    assert [line.strip() for line in said if "shown in" in line] == ["shown in book/chapter-1.ipynb"]
    assert "one page shows" in row.what
    assert row.cells and row.other and row.cells < row.other


def test_nothing_changed_is_held_against_the_start_of_python(shop: Workshop) -> None:
    assert only(parts.nothing(shop)).other


def test_jupyter_book_as_it_comes_executes_the_notebooks_itself(shop: Workshop) -> None:
    page = shop.plain.html / "book" / "chapter-1.html"
    assert not page.exists()
    assert rivals.jupyter_book(shop.plain) > 0
    text = page.read_text(encoding="utf-8")
    assert "pydata" in text
    assert '<table class="ledger">' in text


def test_copies_lie_outside_the_checkout_and_are_gone_afterwards(shop: Workshop) -> None:
    assert not shop.folder.is_relative_to(ROOT)
    with workshop(book_of(0), silent) as other:
        assert other.folder.is_dir()
    assert not other.folder.exists()


# --- what fails, and make: in a repository that has nothing else


def test_a_build_that_fails_is_told_in_words() -> None:
    def make(into: Path) -> Copy:
        (into / "compendium").mkdir(parents=True)
        (into / "compendium" / "__init__.py").touch()
        (into / "compendium" / "__main__.py").write_text("raise SystemExit('a cell raised')", encoding="utf-8")
        return Copy(into)

    with (
        workshop(make, silent) as shop,
        pytest.raises(BenchError, match=r"`python -m compendium build` ended with exit code 1:\na cell raised"),
    ):
        parts.nothing(shop)


def test_a_copy_without_a_package_never_runs_that_of_the_checkout(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no package of its own"):
        Copy(tmp_path).python("-c", "print('here')")


def repository_of(recipe: str) -> Callable[[Path], Copy]:
    def make(into: Path) -> Copy:
        into.mkdir()
        (into / "Makefile").write_text(f"book:\n\t$(PYTHON)\n\techo $(FRESH) > ran\n{recipe}", encoding="utf-8")
        return Copy(into)

    return make


def test_make_test_is_held_against_make_book_with_this_environment() -> None:
    with workshop(repository_of('test:\n\t$(RUN) -c \'open("ran", "a").write("tested")\'\n'), silent, 1) as shop:
        row = only(parts.test(shop))
        assert (shop.folder / "tested" / "ran").read_text(encoding="utf-8") == "1\ntested"
    assert (row.aim, row.unit) == (2.0, rows.TIMES)


def test_a_test_run_that_fails_is_told_in_words() -> None:
    with (
        workshop(repository_of("test:\n\techo one failed; exit 3\n"), silent, 1) as shop,
        pytest.raises(BenchError, match=r"(?s)`make test .* ended with exit code 2:.*one failed"),
    ):
        parts.test(shop)


# --- times, ratios, aims


def test_sides_are_measured_in_turns_and_a_long_one_once() -> None:
    order: list[str] = []

    def side(name: str, *times: float) -> Callable[[], float]:
        given = iter(times)

        def once() -> float:
            order.append(name)
            return next(given)

        return once

    taken = timing.in_turns({"one": side("one", 3, 1, 5), "long": side("long", 20.0)}, silent)
    assert order == ["one", "long", "one", "one"]
    assert (taken["one"].seconds, taken["one"].spread, taken["long"].times) == (3, 4, (20.0,))


def row(seconds: float = 3.0, **cells: Any) -> dict[str, Any]:
    made = rows.Row("a", "prose", "What", timing.Taken((seconds,)), "the floor", **{"other": 2.0} | cells)
    return made.record()


def test_a_ratio_is_that_of_the_times_as_written() -> None:
    record = row(1.006, other=0.334)
    assert (record["seconds"], record["against_seconds"], record["ratio"]) == ("1.01", "0.33", "3.06")


@pytest.mark.parametrize(
    ("aim", "unit", "cells", "met"),
    [
        (3.0, rows.SECONDS, None, True),
        (2.9, rows.SECONDS, None, False),
        (2.0, rows.BEYOND, 1.0, True),
        (1.9, rows.BEYOND, 1.0, False),
        (1.5, rows.TIMES, None, True),
        (1.4, rows.TIMES, None, False),
        (None, "", None, None),
    ],
)
def test_an_aim_is_met_or_missed_by_computation(aim: float, unit: str, cells: float, met: bool | None) -> None:
    record = row(aim=aim, unit=unit, cells=cells)
    assert shown.met(record) is met
    assert ("missed" in shown.verdict(record), "met" in shown.verdict(record)) == (met is False, met is True)


def test_the_floor_of_cells_is_spread_over_cores_but_splits_no_notebook() -> None:
    even, uneven = ({Path(str(place)): time for place, time in enumerate(times)} for times in ([2, 2, 2], [5, 1]))
    assert (cells.floor(even, 2), cells.floor(uneven, 2), cells.floor({}, 2)) == (3, 5, 0)


def test_imports_are_found_in_cells_once_and_only_where_they_are_bare() -> None:
    found = cells.imports(["import a\nfrom b import c", "import a", "%matplotlib inline", "if x:\n    import d"])
    assert found == ["import a", "from b import c"]


def test_growth_is_told_by_how_it_stands_to_the_size() -> None:
    said = [shown.grows({10: 1.0, 100: last}) for last in (1.1, 4.0, 10.0, 20.0)]
    assert said == ["hardly at all", "more slowly than in proportion", "in proportion", "faster than in proportion"]


def test_lines_of_growth_have_the_sizes_that_are_measured_here() -> None:
    built = [row() | {"name": f"chapters-{size}-{kind}", "part": "chapters", "chapters": size, "seconds": size / 2}
             for size in (10, 2) for kind in ("cold", "nothing", "prose")]  # fmt: skip
    checked = [row() | {"name": "ledger-100", "part": "ledger", "claims": 100}]
    frame = pd.DataFrame([*built, *checked])
    assert next(iter(shown.by_chapters(frame).items())) == ("everything executed", {2: 1, 10: 5})
    reconciled = pd.DataFrame({"processes": [1, 1, 2], "claims": [100, 1000, 100], "seconds": [0.2, 0.8, 0.1]})
    assert shown.by_claims(frame, reconciled) == {"reconciling": {100: 0.2}, "reading, checking": {100: 3.0}}


def test_runs_are_apart_as_far_as_those_of_the_least_steady_measurement() -> None:
    assert shown.apart(pd.DataFrame({"spread_seconds": [0.5, 1.0, 0.0], "seconds": [5.0, 4.0, 1.0]})) == 0.25


# --- the table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The descriptor, and a table in which two parts have rows."""
    shutil.copytree(DATA, tmp_path / "data")
    first, second = row() | {"name": "cold", "part": "cold"}, row() | {"name": "prose"}
    path = tmp_path / "data" / "build_benchmarks.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, read_schema(DATA)[rows.TABLE].columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows([first, second])
    return tmp_path / "data"


def written(folder: Path) -> list[tuple[str, str]]:
    return [(str(row["name"]), str(row["seconds"])) for row in load(folder)[rows.TABLE].to_dict("records")]


def patched(monkeypatch: pytest.MonkeyPatch, **measures: Callable[[Workshop], list[rows.Row]]) -> None:
    for name, measure in measures.items():
        monkeypatch.setitem(parts.PARTS, name, parts.Part(measure))


def measuring(part: str, seconds: float) -> Callable[[Workshop], list[rows.Row]]:
    return lambda _: [rows.Row(part, part, "What", timing.Taken((seconds,)), "the floor", 2.0)]


def failing(error: BaseException) -> Callable[[Workshop], list[rows.Row]]:
    def measure(_: Workshop) -> list[rows.Row]:
        raise error

    return measure


def test_rows_take_the_place_of_those_of_their_part_and_fit_the_schema(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patched(monkeypatch, cold=measuring("cold", 7.0), data=measuring("data", 8.0))
    assert run.run(["cold", "data"], folder, silent) == []
    assert written(folder) == [("cold", "7.0"), ("prose", "3.0"), ("data", "8.0")]
    assert [str(problem) for problem in validate(folder)] == []


def test_a_part_that_fails_leaves_its_rows_and_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patched(monkeypatch, cold=failing(BenchError("it rained")), prose=measuring("prose", 9.0))
    (why,) = run.run(["cold", "prose"], folder, silent)
    assert why == "cold: not measured, and its rows left as they were: it rained"
    assert written(folder) == [("cold", "3.0"), ("prose", "9.0")]


def test_an_interrupted_run_leaves_the_table_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (folder / "build_benchmarks.csv").read_bytes()
    patched(monkeypatch, cold=failing(KeyboardInterrupt()), prose=measuring("prose", 9.0))
    (why,) = run.run(["cold", "prose"], folder, silent)
    assert "interrupted" in why
    assert (folder / "build_benchmarks.csv").read_bytes() == before


def test_nothing_is_written_unless_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    before = (DATA / "build_benchmarks.csv").read_bytes()
    patched(monkeypatch, cold=measuring("cold", 7.0))
    result = CliRunner().invoke(main, ["bench", "cold"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "What: 7.0 s, 3.50 times the floor (2.0 s)" in result.stdout
    assert (DATA / "build_benchmarks.csv").read_bytes() == before


def test_the_command_ends_in_an_error_where_a_part_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    patched(monkeypatch, cold=failing(BenchError("it rained")))
    result = CliRunner().invoke(main, ["bench", "cold"])
    assert result.exit_code == 1
    assert "it rained" in result.stderr


def test_an_unknown_part_is_refused_and_every_part_is_in_the_help() -> None:
    result = CliRunner().invoke(main, ["bench", "colt"])
    assert result.exit_code == 2
    assert "perhaps 'cold'" in result.stderr
    told = CliRunner().invoke(main, ["bench", "--help"]).stdout.replace(",", " ").replace(".", " ").split()
    assert set(parts.PARTS) <= set(told)


def test_every_ratio_of_the_table_is_that_of_its_times() -> None:
    frame = load()[rows.TABLE]
    assert len(frame)
    for one in frame.to_dict("records"):
        assert one["ratio"] == pytest.approx(one["seconds"] / one["against_seconds"], abs=0.006), one["name"]
        assert (one["aim_unit"] == "") == pd.isna(one["aim"])


# --- copies, rivals, edits


def test_a_copy_without_git_has_what_is_not_hidden_or_built(tmp_path: Path) -> None:
    for name in ("a/b.txt", "_build/c", ".cache/d", "a/__pycache__/e"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [str(path) for path in tracked(tmp_path)] == ["a/b.txt"]
    copied(tmp_path, tmp_path / "into", ["a"])
    assert (tmp_path / "into" / "a" / "b.txt").is_file()


def test_plain_jupyter_book_keeps_only_what_the_pages_do_not_resolve_without() -> None:
    own = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    plain = rivals.plain_configuration(own)
    assert plain["execute"]["execute_notebooks"] == "force"
    assert plain["sphinx"] == {
        "extra_extensions": ["compendium.builder.sphinx_ext.roles"],
        "config": {"nb_execution_raise_on_error": True},
    }
    assert plain["exclude_patterns"] == own["exclude_patterns"]


def test_a_cell_is_edited_and_a_table_without_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "things.csv"
    path.write_text('name,note\na,"one, two"\nb,x\n', encoding="utf-8")
    books.edit_cell(Copy(tmp_path), "things", "note", "more")
    assert path.read_text(encoding="utf-8") == 'name,note\na,"one, two more"\nb,x\n'
    with pytest.raises(BenchError, match=r"data/things.csv: no row with a column 'size'"):
        books.edit_cell(Copy(tmp_path), "things", "size", "more")


def test_an_edit_that_is_on_no_page_is_no_measurement(tmp_path: Path) -> None:
    page = Copy(tmp_path).html / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text("before", encoding="utf-8")
    for pages in ([page], []):
        with pytest.raises(BenchError, match="did not reach"):
            books.must_show(Copy(tmp_path), "after", pages)
    books.must_show(Copy(tmp_path), "before", [page])


def test_the_cells_to_edit_are_cells_of_text_that_the_data_have() -> None:
    described = read_schema(DATA)
    for table, column in parts.EDITS.values():
        (field,) = [field for field in described[table].fields if field.name == column]
        assert (field.type, field.vocabulary, field.pattern) == ("string", (), "")
    assert (DATA / DESCRIPTOR).is_file()


def test_a_figure_of_growth_names_every_line_at_its_end_and_apart() -> None:
    style.use()
    axes = ledger_charts.scaling_chart(
        {"a": {10: 1, 100: 5}, "b": {10: 2, 100: 5.01}}, size_label="things", unit="seconds"
    ).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    places = {text.get_text(): text.xy for text in axes.texts}
    assert set(places) == {"a", "b", "in proportion"}
    assert places["b"][1] > places["a"][1] * 1.05
    assert places["in proportion"] == (100, 10)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["10", "100"]
    pyplot.close("all")
