import hashlib
import json
import os
from pathlib import Path

import pytest

from compendium.curation.source_texts import find_numbers, occurs_in, read_text, verify
from compendium.ledger.loader import load
from compendium.project.paths import ROOT

TEXTS = Path(os.environ.get("LEDGER_SOURCES", ROOT.parent / "shared" / "sources"))


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """A ledger of one source with one claim, and the folder with its text."""
    data, texts = tmp_path / "data", tmp_path / "texts"
    data.mkdir()
    texts.mkdir()
    (texts / "any name.txt").write_text(
        "A title\n\n\u00a0\nIn 2024 trade was almost $4.8 billion, 47% more.\n", encoding="utf-8"
    )
    sha256 = hashlib.sha256((texts / "any name.txt").read_bytes()).hexdigest()
    write(data, "sources", ["source_id", "sha256", "paragraphs"], [["one2024", sha256, "2"]])
    write(data, "claims", ["source_id", "paragraph", "as_printed", "hedge", "period"], [CLAIM, SHARE])
    return data, texts


CLAIM = ["one2024", "2", "$4.8 billion", "almost", "2024"]
SHARE = ["one2024", "2", "47%", "", ""]


def write(data: Path, table: str, columns: list[str], rows: list[list[str]]) -> None:
    lines = [",".join(columns), *(",".join(row) for row in rows)]
    (data / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = data / "datapackage.json"
    described = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"name": "small", "resources": []}
    kinds = {"paragraph": "integer", "paragraphs": "integer"}
    fields = [{"name": name, "type": kinds.get(name, "string"), "description": ""} for name in columns]
    resource = {"name": table, "path": f"{table}.csv", "title": "", "description": "", "schema": {"fields": fields}}
    described["resources"] = [r for r in described["resources"] if r["name"] != table] + [resource]
    path.write_text(json.dumps(described), encoding="utf-8")


def claims(data: Path, *rows: list[str]) -> None:
    write(data, "claims", ["source_id", "paragraph", "as_printed", "hedge", "period"], list(rows))


def said(data: Path, texts: Path) -> str:
    return "\n".join(map(str, verify(load(data), texts)))


def test_a_right_row_passes(small: tuple[Path, Path]) -> None:
    assert said(*small) == ""


def test_a_no_break_space_is_a_blank_line(small: tuple[Path, Path]) -> None:
    assert len(read_text(next(small[1].glob("*.txt"))).paragraphs) == 2


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (
            ["one2024", "1", "$4.8 billion", "", "2024"],
            "claims.csv:2:as_printed: found '$4.8 billion'; expected words of paragraph 1; it stands",
        ),
        (["one2024", "2", "$4.9 billion", "", "2024"], "it stands nowhere in the text"),
        (["one2024", "2", "8 billion", "", "2024"], "it stands nowhere in the text"),
        (["one2024", "2", "7%", "", "2024"], "it stands nowhere in the text"),
        (["one2024", "", "$4.8 billion", "almost", "2024"], "claims.csv:2:paragraph"),
        (["one2024", "2", "$4.8 billion", "nearly", "2024"], "claims.csv:2:hedge"),
        (["one2024", "3", "$4.8 billion", "almost", "2024"], "claims.csv:2:paragraph: found '3'; expected 1 to 2"),
        (["one2024", "2", "$4.8 billion", "almost", ""], "one2024, paragraph 2: found '2024'"),
        (["one2024", "2", "2024", "", "2024"], "one2024, paragraph 2: found '4.8'"),
    ],
)
def test_a_wrong_row_is_named(small: tuple[Path, Path], row: list[str], wrong: str) -> None:
    claims(small[0], row, SHARE)
    assert wrong in said(*small)


def test_a_changed_text_is_no_longer_the_text(small: tuple[Path, Path]) -> None:
    path = next(small[1].glob("*.txt"))
    path.write_text(path.read_text(encoding="utf-8").replace("4.8", "4.7"), encoding="utf-8")
    assert "sources.csv:2:sha256" in said(*small)


def test_one_source_can_be_held_against_its_text_alone(small: tuple[Path, Path]) -> None:
    data, texts = small
    sha256 = hashlib.sha256(next(texts.glob("*.txt")).read_bytes()).hexdigest()
    columns = ["source_id", "sha256", "paragraphs"]
    write(data, "sources", columns, [["one2024", sha256, "2"], ["two2024", "0" * 64, "3"]])
    assert "sources.csv:3:sha256" in said(data, texts)
    assert [*map(str, verify(load(data), texts, ["one2024"]))] == []
    assert len(verify(load(data), texts, ["two2024"])) == 1


def test_a_percent_encoded_figure_has_no_border_of_its_own() -> None:
    assert occurs_in("8%20млрд", "https://a.example/#:~:text=около%208%20млрд%20US%24")
    assert not occurs_in("8%20млрд", "около 9%20млрд")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the 2nd of two, 14–29, 1,162.5 and 0a4ea", ["2", "two", "14", "29", "1,162.5"]),
        ("8%20млрд", ["8"]),
        ("nobody counts", []),
    ],
)
def test_numbers_of_a_text(text: str, found: list[str]) -> None:
    assert find_numbers(text) == found


@pytest.mark.skipif(not TEXTS.is_dir(), reason=f"the source texts are not at hand ({TEXTS})")
def test_every_row_stands_where_it_says_and_no_number_is_left() -> None:
    assert [str(problem) for problem in verify(load(corrected=False), TEXTS)] == []
