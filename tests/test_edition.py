import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pybtex.database import Entry, parse_string

from compendium.project.citation import CITATION, Edition, check_citation, format_bibtex, format_citation, read_edition
from compendium.project.paths import ROOT

BOOK = Edition("The Book: of things", "2.1", date(2026, 3, 5), ("Some Body", "Family, Given"), ("MIT",))
HOSTILE = 'A {brace}, 50% & $x_1$ #2 ~ ^ \\end{it} } "@misc{a," <b>’—ə'


def read(text: str) -> tuple[str, Entry]:
    ((key, entry),) = parse_string(text, "bibtex").entries.items()
    return key, entry


def decoded(field: str) -> str:
    """Return the characters that TeX would set, without the braces that group them."""
    names = {"textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~",
             "textasciicircum": "^"}  # fmt: skip
    return re.sub(r"\\(text\w+)\{\}|\\([&%$#_])|[{}]", lambda found: names.get(found[1] or "", found[2] or ""), field)


def test_the_citation_file_agrees_with_the_project_and_its_changelog() -> None:
    import tomllib

    book = read_edition()
    assert book.version == tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    newest = re.search(r"^## (\S+) — (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert newest
    assert newest.groups() == (book.version, book.released.isoformat())
    assert book.short_title == yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]


ALLOWED = {
    "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords",
    "license", "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact",
    "repository-code", "title", "type", "url", "version",
}  # fmt: skip


def test_the_citation_file_is_what_its_format_asks_for() -> None:
    """The rules of the Citation File Format 1.2.0 for the keys that stand in it; it allows no others."""
    said = yaml.safe_load((ROOT / CITATION).read_text(encoding="utf-8"))
    assert list(check_citation(said)) == []
    assert set(said) <= ALLOWED
    assert said["cff-version"] == "1.2.0"
    assert said["type"] in {"software", "dataset"}
    assert len(set(said["keywords"])) == len(said["keywords"])
    assert all(isinstance(word, str) and word for word in said["keywords"])
    assert all(re.fullmatch(r"[A-Za-z0-9.+-]+", one) for one in said["license"])
    allowed = {"name", "address", "city", "country", "email", "website", "alias", "orcid", "affiliation",
               "family-names", "given-names", "name-particle", "name-suffix"}  # fmt: skip
    assert all(set(author) <= allowed for author in said["authors"])


FINE: dict[str, Any] = {
    "cff-version": "1.2.0", "message": "Cite it.", "title": "T", "version": "1", "date-released": date(2026, 1, 2),
    "license": "MIT", "authors": [{"family-names": "F", "given-names": "G"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "title: found ''"),
        ({"version": 1.2}, "version: found 1.2; expected a text"),  # YAML reads 1.10 as 1.1
        ({"date-released": "soon"}, "date-released: found 'soon'; expected a date"),
        ({"license": []}, "license: found []"),
        ({"authors": []}, "authors: found []"),
        ({"authors": [{"name": "A"}, {"orcid": "x"}]}, "authors: 2: found {'orcid': 'x'}"),
        ({"cff-version": None}, "cff-version: found None"),
    ],
)
def test_what_a_citation_file_lacks_is_told(change: dict[str, Any], said: str) -> None:
    assert list(check_citation(FINE)) == []
    (found,) = check_citation({**FINE, **change})
    assert f"{CITATION}: {said}" in found


@pytest.mark.parametrize("text", ["", "[", "- a\n", "title: T\n"])
def test_a_citation_file_that_is_none_is_a_fault_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / CITATION).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"CITATION\.cff: "):
        read_edition(tmp_path)


def test_authors_are_bodies_and_people(tmp_path: Path) -> None:
    said = {**FINE, "authors": [{"name": "A Body"}, {"family-names": "F", "given-names": "G"}]}
    (tmp_path / CITATION).write_text(yaml.safe_dump(said), encoding="utf-8")
    assert read_edition(tmp_path).authors == ("A Body", "F, G")


def test_a_page_is_cited_in_plain_text() -> None:
    assert format_citation(BOOK, "Why?", "https://x.example/a.html") == (
        "Some Body; Family, Given (2026): “Why?”, in: The Book, edition 2.1, 5 March 2026, https://x.example/a.html"
    )
    assert format_citation(BOOK) == "Some Body; Family, Given (2026): The Book: of things, edition 2.1, 5 March 2026."


def test_a_page_is_cited_in_bibtex() -> None:
    key, entry = read(format_bibtex(BOOK, "Why?", "https://x.example/a.html", "part/page"))
    assert (key, entry.type) == ("the-book:part-page", "incollection")
    assert dict(entry.fields) == {
        "title": "{Why?}", "booktitle": "The Book", "edition": "2.1", "year": "2026", "month": "March",
        "url": "https://x.example/a.html",
    }  # fmt: skip
    body, person = entry.persons["author"]
    assert (str(body), person.last_names, person.first_names) == ("{Some Body}", ["Family"], ["Given"])


def test_the_book_is_cited_as_a_whole() -> None:
    key, entry = read(format_bibtex(BOOK))
    assert (key, entry.type, entry.fields["title"]) == ("the-book", "misc", "{The Book: of things}")
    assert "booktitle" not in entry.fields


@pytest.mark.parametrize("title", [HOSTILE, "}", "{", "\\", "a\nb", "{{}", "%"])
def test_no_title_breaks_its_entry(title: str) -> None:
    _, entry = read(format_bibtex(BOOK, title, "https://x.example/{}", 'a"}{,'))
    assert decoded(entry.fields["title"]) == " ".join(title.split())
    assert entry.fields["year"] == "2026"
