"""A saved text is read for its numbers, dates and names, in the languages that it knows; and nothing is lost."""

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compendium.cli.app import main
from compendium.curation import draft_files, text_extraction
from compendium.curation.source_texts import find_numbers
from compendium.ledger.loader import Ledger, load
from compendium.project.paths import DATA, ROOT
from compendium.project.problems import LedgerError
from compendium.values.date_parsing import find_dates
from tests.support.making import small_folder

TEXT = (
    "A made-up title\n\n"
    "In 2024 the trade turnover grew by 12.5% to almost $4.8 billion, the ministry of Ruritania said. "
    "About 15 million tons of cargo [1, 2] went through Ardania, 1.5 times as much.\n"
    "From January to April 2025 it was one of 20,000 barrels per day.\n"
    "1. See https://example.org/2019/07/page for more.\n"
)


def found(text: str, ledger: Ledger, tmp_path: Path) -> text_extraction.Extraction:
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")
    return text_extraction.extract(text_extraction.open_text(path), ledger)


def brief(text: str, ledger: Ledger, tmp_path: Path) -> list[tuple[str, str, str, str]]:
    numbers = found(text, ledger, tmp_path).numbers
    return [(one.as_printed, one.hedge, one.unit, one.set_aside_reason or one.measure) for one in numbers]


def test_every_number_is_found_with_its_hedge_unit_and_what_it_seems_to_be(small: Ledger, tmp_path: Path) -> None:
    assert brief(TEXT, small, tmp_path) == [
        ("12.5%", "", "percent", "growth"),
        ("$4.8 billion", "almost", "USD", "level"),
        ("15 million tons", "about", "t", "level"),
        ("1", "", "", "list number"),
        ("2", "", "", "list number"),
        ("1.5 times", "", "times", "multiple"),
        ("one", "", "", "idiom"),
        ("20,000 barrels per day", "", "bbl/day", "level"),
        ("1", "", "", "list number"),
        ("2019", "", "", "address"),
        ("07", "", "", "address"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Экспорт вырос более чем на 1,6 раза.", [("1,6 раза", "", "times", "multiple")]),
        ("Около 4,8 млрд долларов.", [("4,8 млрд долларов", "около", "USD", "level")]),
        ("İxrac 1 %-dən çox artıb.", [("1 %", "-dən çox", "percent", "growth")]),
        ("Təxminən 15 milyon ton.", [("15 milyon ton", "təxminən", "t", "level")]),
        ("The share of gas is 30 percent of all.", [("30 percent", "", "percent", "share")]),
        ("It came second, with US$ 25–30 million.", [("second", "", "rank", "idiom"),
                                                    ("US$ 25–30 million", "", "USD", "level")]),
        ("At least 38 people died.", [("38", "at least", "person", "level")]),
        ("قيمة التجارة 4.8 مليار", [("4.8", "", "", "level")]),
        ("The well gives 8.1 bcm.", [("8.1 bcm", "", "m^3", "level")]),
        ("It came to −3 per cent (+2 %) in a-4.", [("−3 per cent", "", "percent", "level"),
                                                    ("+2 %", "", "percent", "level"), ("4", "", "", "level")]),
        ("twenty per cent fell", [("twenty per cent", "", "percent", "growth")]),
    ],
)  # fmt: skip
def test_languages(
    small: Ledger, tmp_path: Path, text: str, expected: list[tuple[str, str, str, str]]
) -> None:  # fmt: skip
    assert brief(text, small, tmp_path) == expected


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("on 25 December 2024", ["2024-12-25"]),
        ("on December 25th, 2024, and in Sep 2023", ["2024-12-25", "2023-09"]),
        ("from January to April 2025", ["2025-01/2025-04"]),
        ("between 2021 and 2023; 2022–2024", ["2021/2023", "2022/2024"]),
        ("25 декабря 2024 года, в мае 2023", ["2024-12-25", "2023-05"]),
        ("2024-12-25 and 25.12.2024, aprel 2025", ["2024-12-25", "2024-12-25", "2025-04"]),
        ("2000 people, $2024, 2024%, 31 February 2024", ["2024-02"]),
        ("no day in May", []),
    ],
)
def test_dates(text: str, periods: list[str]) -> None:
    assert [one.period for one in find_dates(text)] == periods


def test_every_number_of_a_text_is_in_a_draft(small: Ledger, tmp_path: Path) -> None:
    """What `verify` would ask for is there to be completed: no number of a paragraph falls between the drafts."""
    own = found(TEXT, small, tmp_path)
    tables = draft_files.drafts(own, "made2025", small)
    held: dict[str, set[str]] = {}
    for name in ("claims.csv", "mentions.csv", "set_aside.csv"):
        for row in csv.DictReader(io.StringIO(tables[name])):
            held.setdefault(row["paragraph"], set()).update(find_numbers(row["as_printed"]))
    for place, paragraph in enumerate(own.text.paragraphs, 1):
        assert set(find_numbers(paragraph)) <= held.get(f"{place}", set()), paragraph


def test_names_are_those_of_the_ledger_and_capitals_inside_a_sentence(small: Ledger, tmp_path: Path) -> None:
    names = {name.text: name.ledger_row for name in found(TEXT, small, tmp_path).names}
    assert names == {"Ruritania": "", "Ardania": "actors XAA"}


def test_a_draft_leaves_open_what_it_cannot_know(small: Ledger, tmp_path: Path) -> None:
    tables = draft_files.drafts(found(TEXT, small, tmp_path), "made2025", small)
    (source,) = csv.DictReader(io.StringIO(tables["sources.csv"]))
    assert (source["source_id"], source["title"], source["language"]) == ("made2025", "A made-up title", "en")
    assert (source["paragraphs"], source["reliability"], source["written"]) == ("4", "", "")
    claims = list(csv.DictReader(io.StringIO(tables["claims.csv"])))
    assert {row["metric_id"] for row in claims} == {row["summary"] for row in claims} == {""}
    assert len({row["claim_id"] for row in claims}) == len(claims)


def test_drafts_hold_no_more_of_the_text_than_what_the_ledger_would(small: Ledger, tmp_path: Path) -> None:
    tables = draft_files.drafts(found(TEXT, small, tmp_path), "made2025", small)
    assert "ministry" not in "".join(tables.values())


# --- the command


def add(*words: str | Path, data: Path | None = None) -> Result:
    """Run the command on a ledger, the small one unless another is given."""
    return CliRunner().invoke(main, ["add-source", *map(str, words), "--data", str(data or small_folder())])


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "Made up 2025.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_drafts_are_written_once_and_never_over_somebody_s_work(text: Path, tmp_path: Path) -> None:
    ran = add(text, "--into", tmp_path / "r")
    assert ran.exit_code == 0, ran.output
    assert "madeup2025: 4 paragraphs, 11 numbers, 2 dates, 2 names" in ran.output
    folder = tmp_path / "r" / "madeup2025"
    assert {path.name for path in folder.iterdir()} == {
        "review.md",
        *(f"{name}.csv" for name in draft_files.DRAFTS),
    }
    (folder / "claims.csv").write_text("an author's work", encoding="utf-8")
    again = add(text, "--into", tmp_path / "r")
    assert (again.exit_code, "to begin anew, move this one away" in again.output) == (1, True)
    assert (folder / "claims.csv").read_text(encoding="utf-8") == "an author's work"
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["madeup2025"]


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        (b"caf\xe9\n", (), "t2025.txt:1: found 'byte 0xe9 at place 4'; expected text in UTF-8"),
        (b"one\ntwo \xff", (), "t2025.txt:2: found 'byte 0xff at place 5'"),
        (b"", (), "t2025.txt: found 'no paragraph'"),
        (b" \n\xc2\xa0\n", (), "t2025.txt: found 'no paragraph'"),
        (b"Words.", ("--id", "2025"), "t2025.txt:source_id: found '2025'; expected an id of the form"),
        (b"Words.", ("--id", "ames2024"), "found 'ames2024'; expected an id that no source has"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, content: bytes, words: tuple[str, ...], said: str) -> None:
    path = tmp_path / "t2025.txt"
    path.write_bytes(content)
    ran = add(path, "--into", tmp_path / "r", *words)
    assert (ran.exit_code, said in ran.output) == (1, True), ran.output
    assert not (tmp_path / "r").exists()


def test_a_text_without_a_year_in_its_name_needs_an_id(tmp_path: Path) -> None:
    path = tmp_path / "saved.txt"
    path.write_text("Words.", encoding="utf-8")
    assert "give one with --id" in add(path, "--into", tmp_path / "r").output
    assert "no such file" in add(tmp_path / "none.txt", "--into", tmp_path / "r").output.lower()


def test_a_text_that_is_in_the_ledger_is_refused_and_another_saving_of_it_is_told(
    text: Path, small_data: Path, tmp_path: Path
) -> None:
    known = text_extraction.open_text(text).sha256
    sources = small_data / "sources.csv"
    before = load(small_data).row("sources", "cole2024")["sha256"]
    sources.write_text(sources.read_text(encoding="utf-8").replace(before, known), encoding="utf-8")
    ran = add(text, "--into", tmp_path / "r", data=small_data)
    assert (ran.exit_code, "found 'cole2024'; expected a text that is not in the ledger yet" in ran.output) == (
        1,
        True,
    )


def test_another_saving_of_a_source_is_known_by_its_figures(small: Ledger, tmp_path: Path) -> None:
    rows = [
        (row["paragraph"], row["as_printed"])
        for table in ("claims", "mentions", "citations", "set_aside")
        for row in small[table].to_dict("records")
        if row["source_id"] == "cole2024"
    ]
    lines = [" ".join(["-", *(words for place, words in rows if place == number)]) for number in range(1, 10)]
    path = tmp_path / "again.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    (found,) = text_extraction.similar_sources(text_extraction.open_text(path), small)
    assert (found.source_id, found.shared) == ("cole2024", found.rows)


def test_a_long_text_is_read_in_seconds(small: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "long2025.txt"
    path.write_text(TEXT * 500, encoding="utf-8")
    assert len(text_extraction.extract(text_extraction.open_text(path), small).numbers) == 11 * 500


def test_what_shows_words_of_a_text_is_not_for_the_repository() -> None:
    assert "/_review/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert draft_files.DRAFTS  # and the ledger is not where they go
    assert not (DATA / "review.md").exists()


def test_an_unwritable_place_is_told(text: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("-", encoding="utf-8")
    with pytest.raises(LedgerError, match="a folder to write to"):
        draft_files.write_drafts(tmp_path / "file" / "x", {"a": "b"})
