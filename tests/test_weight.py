"""What pages and assets weigh over the wire, on a site made by hand and on the book as built."""

import gzip
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from compendium.cli.app import main
from compendium.quality import page_weight
from compendium.quality.page_weight import Weight
from conftest import Built

FIGURE = '<figure class="chart"><svg aria-label="x"><path d="m0 0l1 1"/></svg><figcaption>One</figcaption></figure>'
PAGE = """<!doctype html>
<html><head><link rel="stylesheet" href="_static/main.css?v=1"><link rel="next" href="other.html">
<link rel="icon" href="_static/icon.svg"><script src="_static/run.js"></script></head>
<body><p>Äther</p>
{figures}<img src="_static/icon.svg" alt="twice"><a href="large.csv">not loaded</a></body></html>
"""


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that do not get smaller."""
    return random.Random(seed).randbytes(size)


@pytest.fixture
def html(tmp_path: Path) -> Path:
    folder = tmp_path / "html"
    (folder / "_static" / "fonts").mkdir(parents=True)
    (folder / "book").mkdir()
    (folder / "index.html").write_text(PAGE.format(figures=f"{FIGURE}\n<p>between</p>{FIGURE}"), encoding="utf-8")
    (folder / "other.html").write_text("<!doctype html><title>Other</title>", encoding="utf-8")
    (folder / "_static" / "main.css").write_text('p { src: url("fonts/a.woff"); mask: url(data:x) }', encoding="utf-8")
    (folder / "_static" / "fonts" / "a.woff").write_bytes(noise(300))
    (folder / "_static" / "icon.svg").write_bytes(noise(200))
    (folder / "_static" / "run.js").write_bytes(noise(100))
    (folder / "_static" / f"extra.{'0123456789abcdef' * 4}.css").write_bytes(noise(50))
    (folder / "large.csv").write_bytes(noise(5000))
    (folder / ".buildinfo").write_text("of the build", encoding="utf-8")
    return folder


def wire(content: str | bytes) -> int:
    return len(gzip.compress(content if isinstance(content, bytes) else content.encode(), 6, mtime=0))


def test_a_page_weighs_itself_and_what_it_loads_once(html: Path) -> None:
    found = page_weight.weigh(html)["index.html"]
    loaded = sum(wire(noise(size)) for size in (300, 200, 100)) + wire((html / "_static/main.css").read_bytes())
    assert found.whole == loaded + wire((html / "index.html").read_bytes())
    assert found.bare == loaded + wire(PAGE.format(figures="\n<p>between</p>"))
    assert sum(found.parts.values()) == found.bare
    assert "large.csv" not in found.parts


def test_a_page_without_figures_weighs_the_same_with_and_without(html: Path) -> None:
    found = page_weight.weigh(html)["other.html"]
    assert found.bare == found.whole == wire((html / "other.html").read_bytes())


def test_what_a_figure_loads_belongs_to_the_figures(html: Path) -> None:
    page = html / "index.html"
    before = page_weight.weigh(html)["index.html"]
    page.write_text(
        page.read_text(encoding="utf-8").replace("<svg ", '<img src="large.csv"><svg ', 1), encoding="utf-8"
    )
    after = page_weight.weigh(html)["index.html"]
    assert after.bare == before.bare
    assert after.whole is not None
    assert before.whole is not None
    assert after.whole - before.whole >= wire(noise(5000))


def test_every_file_is_an_asset_under_a_name_that_stays(html: Path) -> None:
    found = page_weight.weigh(html)
    assert {path for path, weighed in found.items() if weighed.whole is None} == {
        "_static/main.css", "_static/fonts/a.woff", "_static/icon.svg", "_static/run.js", "_static/extra.*.css",
        "large.csv",
    }  # fmt: skip
    assert found["large.csv"].bare == wire(noise(5000))


def test_a_page_that_loads_what_is_not_there_is_named(html: Path) -> None:
    (html / "_static" / "run.js").unlink()
    with pytest.raises(FileNotFoundError, match=r"index\.html: loads run\.js, which is not in the site"):
        page_weight.weigh(html)


def test_a_budget_is_read_as_it_was_written(html: Path, tmp_path: Path) -> None:
    found = page_weight.weigh(html)
    page_weight.write_budget(found, tmp_path / "budget.csv")
    budget = page_weight.read_budget(tmp_path / "budget.csv")
    assert budget.keys() == found.keys()
    assert budget["large.csv"] == Weight(5600)  # 5023 bytes and a tenth, to the next hundred
    assert page_weight.problems(found, budget) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("path,bytes\n", "b.csv:1: found path,bytes; expected path,bytes,bytes_with_figures"),
        ("", "b.csv:1: found nothing; expected path"),
        ("path,bytes,bytes_with_figures\na,many,\n", "b.csv:2: found a,many,; expected a path and one or two"),
        ("path,bytes,bytes_with_figures\na,1\n", "b.csv:2: found a,1; expected a path and one or two"),
        ("path,bytes,bytes_with_figures\na,1,\na,2,\n", "b.csv:3:path: found a again"),
    ],
)
def test_an_unsound_budget_is_named_by_row(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "b.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(ValueError, match=said.replace(".", r"\.")):
        page_weight.read_budget(tmp_path / "b.csv")


def test_what_is_too_heavy_is_said_with_its_bytes_its_budget_and_what_it_is_made_of() -> None:
    found = {"a.html": Weight(120, 200, {"a.html": 20, "_static/big.css": 100}), "_static/big.css": Weight(100)}
    assert page_weight.problems(found, {"a.html": Weight(120, 200), "_static/big.css": Weight(100)}) == []
    assert page_weight.problems(found, {"a.html": Weight(119, 199), "_static/big.css": Weight(99)}) == [
        "_static/big.css: 100 bytes, budget 99",
        "a.html: 120 bytes, budget 119; the heaviest of it: _static/big.css 100, a.html 20",
        "a.html: 200 bytes with figures, budget 199; the heaviest of it: _static/big.css 100, a.html 20",
    ]


def test_a_page_without_a_row_and_a_row_without_a_page_are_problems() -> None:
    (missing, left) = page_weight.problems({"a.html": Weight(1, 1)}, {"b.html": Weight(1, 1)})
    assert missing.startswith("a.html: 1 bytes, and no row")
    assert left.startswith("b.html: a row in budget.csv, and nothing like it")


def test_no_budget_of_a_chapter_passes_the_ceilings() -> None:
    heavy = Weight(59_000, 149_000)
    assert page_weight.allowance("book/part/page.html", heavy) == Weight(60_000, 150_000)
    assert page_weight.allowance("book/evidence/page.html", heavy) == Weight(64_900, 163_900)
    assert page_weight.problems({"book/a.html": heavy}, {"book/a.html": Weight(60_000, 150_000)}) == []
    for bare, whole in ((60_001, 150_000), (60_000, 150_001)):
        (said,) = page_weight.problems({"book/a.html": heavy}, {"book/a.html": Weight(bare, whole)})
        assert "expected at most 60000, 150000" in said
    assert page_weight.problems({"book/a.html": Weight(60_001, 1)}, {"book/a.html": Weight(60_000, 1)})


def test_the_command_shows_every_weight_and_fails_where_one_is_too_heavy(
    html: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = tmp_path / "budget.csv"
    monkeypatch.setattr(page_weight, "BUDGET", budget)
    written = CliRunner().invoke(main, ["weigh", "--site", str(html), "--write"])
    assert (written.exit_code, written.stderr) == (0, "")
    assert "index.html" in written.stdout
    (html / "_static" / "run.js").write_bytes(noise(3000))
    result = CliRunner().invoke(main, ["weigh", "--site", str(html)])
    assert result.exit_code == 1
    assert "_static/run.js: 3023 bytes, budget 200" in result.stderr
    budget.unlink()
    assert CliRunner().invoke(main, ["weigh", "--site", str(html)]).exit_code == 2


def test_a_site_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["weigh", "--site", str(tmp_path)])
    assert result.exit_code == 2
    assert "no built site; `make book` builds one" in result.stderr


def test_nothing_in_the_book_weighs_more_than_its_budget(built: Built) -> None:
    assert built[1].returncode == 0, built[1].stderr
    assert page_weight.problems(page_weight.weigh(built[0]), page_weight.read_budget()) == []
