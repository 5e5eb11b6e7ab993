"""One page a claim: there for each, complete, and holding the claim as linked data."""

import json

import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader

from compendium.builder.sphinx_ext.claim_pages import BODY, page_context
from compendium.builder.stored_outputs import permanent_page_notebook, stored_objects
from compendium.display.mime_types import CLAIM_RECORDS
from compendium.project.paths import BOOK, ROW_PAGES_FOLDER
from conftest import Built

FOUND = stored_objects(permanent_page_notebook("claim"), CLAIM_RECORDS)


@pytest.fixture(scope="module")
def pages(built: Built) -> dict[str, BeautifulSoup]:
    folder = built[0] / ROW_PAGES_FOLDER
    return {path.stem: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in folder.iterdir()}


def test_every_claim_has_a_page_and_no_other_page_is_there(pages: dict[str, BeautifulSoup]) -> None:
    assert pages.keys() == FOUND.keys()
    assert pages


def test_a_page_says_all_that_its_dossier_holds(pages: dict[str, BeautifulSoup]) -> None:
    for name, soup in pages.items():
        one, said = FOUND[name], " ".join(soup.article.get_text(" ").split()) if soup.article else ""
        assert soup.h1 and soup.h1.text == f"{one['figure']} {one['metric']}"
        assert f"Whom it credits {one['origin'] or 'nobody'}" in said, name
        cited = one["cited"]["as_printed"] if one["cited"] else ""
        assert ("printed with the citation" in said) == bool(cited), name
        assert cited in said, name
        assert "@incollection" not in said, name
        held = [own["told"] for own in one["checked"]["held"]]
        for part in (one["summary"], one["measures"], one["source_title"], one["read_as"], one["definition"],
                     one["reliability_reason"], one["reconciled"]["explanation"], one["note"], *held,
                     *(own["figure"] for own in one["rivals"])):  # fmt: skip
            assert " ".join(part.split()) in said, (name, part)


def test_a_page_leads_to_the_permanent_place_and_to_the_source(pages: dict[str, BeautifulSoup]) -> None:
    for name, soup in pages.items():
        links = {str(link["href"]) for link in soup.article.find_all("a", href=True)} if soup.article else set()
        assert f"../evidence/claims.html#{name}" in links
        assert f"../source/{FOUND[name]['source_id']}.html" in links


def test_what_a_page_leads_to_has_its_card_on_it(pages: dict[str, BeautifulSoup]) -> None:
    for name, soup in pages.items():
        links = [link for link in soup.select("article a[href]:not(aside a)") if "evidence/" in str(link["href"])]
        wanted = [link for link in links if not str(link["href"]).endswith(("claims.html", "method.html"))]
        assert wanted
        for link in wanted:
            assert soup.find(id=link.get("data-card", "none")), (name, link)


def test_a_page_holds_its_claim_as_linked_data(pages: dict[str, BeautifulSoup]) -> None:
    for name, soup in pages.items():
        (script,) = soup.find_all("script", type="application/ld+json")
        claim = json.loads(script.string or "")["@graph"][0]
        assert claim["@id"] == f"../evidence/claims.html#{name}"


def test_markup_in_a_dossier_stays_text() -> None:
    evil = "<b>evil</b>"
    one = next(own for own in FOUND.values() if own["rivals"] and own["cited"])
    spoilt = one | {"cited": one["cited"] | {"title": evil}, "rivals": [one["rivals"][0] | {"author": evil}],
                    "source_title": evil, "figure": evil}  # fmt: skip
    shown = page_context(spoilt, "The book")
    for part in ("citation", "rivals", "source", "title"):
        assert "&lt;b&gt;" in shown[part] and "<b>" not in shown[part]


def test_a_withdrawn_claim_says_so_above_all_else_and_a_corrected_one_what_was_mended() -> None:
    template = Environment(autoescape=True, loader=FileSystemLoader(BOOK / "_templates")).get_template(BODY)
    one = next(iter(FOUND.values())) | {"corrections": []}
    plain = BeautifulSoup(template.render(page_context(one, "The book")), "html.parser")
    assert not plain.find(role="note")
    assert "Corrected" not in plain.text
    gone = one | {"rank": "deprecated", "rank_reason": "Misread <b>.", "corrections": ["It became another."]}
    shown = BeautifulSoup(template.render(page_context(gone, "The book")), "html.parser")
    note = shown.find(role="note")
    assert note and note.text.startswith("Withdrawn. Misread <b>.")
    assert note.find_next("p", class_="lead")
    assert [tag.text for tag in shown.find("dt", string="Corrected").find_next_siblings("dd")][:1] == [
        "It became another."
    ]


def test_nothing_of_the_template_is_left_in_a_page(built: Built) -> None:
    text = (built[0] / ROW_PAGES_FOLDER / f"{next(iter(FOUND))}.html").read_text(encoding="utf-8")
    assert "{%" not in text and "{{ " not in text
