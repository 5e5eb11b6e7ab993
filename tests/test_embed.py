"""The cards of a page: which links get one, once each, with addresses that are right on that page."""

import json
import subprocess
import sys
from pathlib import Path

from bs4 import BeautifulSoup

from compendium.builder.sphinx_ext.card_embedding import embed_cards, pages_with_changed_cards, rebase_links
from compendium.builder.stored_outputs import permanent_page_notebook, stored_objects
from compendium.display.mime_types import CARDS
from compendium.project.paths import BOOK, PAGE_BY_KIND
from conftest import Built

CARD = '<p><strong>4</strong></p><p><a href="../claim/a.b.html">All</a> <a href="claims.html#c">c</a></p>'
FOUND = {"book/evidence/claims": {"a.b": {"text": "4", "card": CARD}, "odd id": {"text": "5", "card": "<p>5</p>"}}}


def page(body: str, name: str = "book/part/chapter") -> BeautifulSoup:
    return BeautifulSoup(embed_cards(body, name, FOUND)[0], "html.parser")


def test_a_link_to_a_permanent_place_names_its_card_which_is_hidden_on_the_page() -> None:
    soup = page('<p>It is <a class="claim reference" href="../evidence/claims.html#a.b">4</a>.</p>')
    (link,) = soup.select("p > a.claim")
    (card,) = soup.select("aside.card")
    assert link["data-card"] == card["id"]
    assert link["href"] == "../evidence/claims.html#a.b"
    assert card.has_attr("popover") and card["role"] == "note"
    assert card.strong and card.strong.text == "4"


def test_two_links_to_one_place_share_a_card() -> None:
    link = '<a href="../evidence/claims.html#a.b">4</a>'
    soup = page(link * 2)
    assert len(soup.select("a[data-card]")) == 2
    assert len(soup.select("aside.card")) == 1


def test_what_has_no_card_is_left_as_it_is() -> None:
    for link in (
        '<a href="../evidence/claims.html#unknown">4</a>',
        '<a href="../evidence/other.html#a.b">4</a>',
        '<a href="https://example.org/book/evidence/claims.html#a.b">4</a>',
        '<a href="#a.b">4</a>',
        '<a href="../evidence/claims.html">all</a>',
    ):
        body, cards = embed_cards(link, "book/part/chapter", FOUND)
        assert body == link
        assert not any(cards.values())


def test_the_permanent_place_itself_gets_no_cards() -> None:
    link = '<a href="claims.html#a.b">4</a>'
    assert embed_cards(link, "book/evidence/claims", FOUND)[0] == link


def test_addresses_in_a_card_are_right_wherever_it_stands() -> None:
    assert rebase_links(CARD, "book/evidence/claims", "book/evidence/checked") == CARD
    below = rebase_links(CARD, "book/evidence/claims", "book/part/chapter")
    assert 'href="../claim/a.b.html"' in below and 'href="../evidence/claims.html#c"' in below
    front = rebase_links(CARD, "book/evidence/claims", "book/index")
    assert 'href="claim/a.b.html"' in front and 'href="evidence/claims.html#c"' in front


def test_an_address_with_encoded_characters_finds_its_card() -> None:
    assert page('<a href="../evidence/claims.html#odd%20id">5</a>').select("a[data-card]")


def test_a_page_is_written_again_where_a_card_of_it_has_changed_and_only_there() -> None:
    body = '<a href="../evidence/claims.html#a.b">4</a>'
    shown = {"book/part/chapter": embed_cards(body, "book/part/chapter", FOUND)[1], "book/part/other": {}}
    assert list(pages_with_changed_cards(shown, FOUND)) == []
    other = {"book/evidence/claims": {"a.b": {"text": "4", "card": CARD.replace("4", "5")}}}
    assert list(pages_with_changed_cards(shown, other)) == ["book/part/chapter"]
    assert list(pages_with_changed_cards(shown, {})) == ["book/part/chapter"]


def test_a_page_is_written_again_where_a_card_that_was_missing_is_there_at_last() -> None:
    body = '<a href="../evidence/claims.html#a.b">4</a>'
    without, digests = embed_cards(body, "book/part/chapter", {"book/evidence/claims": {}})
    assert without == body
    assert list(pages_with_changed_cards({"book/part/chapter": digests}, {"book/evidence/claims": {}})) == []
    assert list(pages_with_changed_cards({"book/part/chapter": digests}, FOUND)) == ["book/part/chapter"]


def test_marks_in_an_anchor_are_escaped_and_found() -> None:
    odd = {"book/evidence/claims": {"a&b": {"text": "", "card": "<p>6</p>"}, 'a"b': {"text": "", "card": "<p>7</p>"}}}
    for anchor in ("a&amp;b", "a%22b", "a&quot;b"):
        body, _ = embed_cards(f'<a href="../evidence/claims.html#{anchor}">x</a>', "book/part/chapter", odd)
        soup = BeautifulSoup(body, "html.parser")
        assert soup.find(id=soup.a["data-card"]) is not None, anchor  # type: ignore[index]


def test_an_address_within_the_place_itself_leads_there_from_elsewhere() -> None:
    card = rebase_links('<a href="#other">o</a>', "book/evidence/claims", "book/part/chapter")
    assert card == '<a href="../evidence/claims.html#other">o</a>'


def test_the_building_of_pages_waits_for_no_library_that_it_does_not_use() -> None:
    modules = "compendium.builder.sphinx_ext.card_embedding, compendium.builder.sphinx_ext.roles, compendium.builder.sphinx_ext.claim_pages, compendium.builder.sphinx_ext.downloads, compendium.builder.sphinx_ext.page_metadata"
    heavy = "{'pandas', 'numpy', 'matplotlib', 'z3', 'portion'}"
    code = f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# --- what notebooks keep


def test_every_permanent_place_keeps_cards() -> None:
    assert [kind for kind in PAGE_BY_KIND if not stored_objects(permanent_page_notebook(kind), CARDS)] == [
        "table"
    ]  # which nobody asks who says so


def test_what_is_no_notebook_keeps_nothing(tmp_path: Path) -> None:
    assert stored_objects(tmp_path / "none.ipynb", CARDS) == {}
    (tmp_path / "bad.ipynb").write_text("{", encoding="utf-8")
    assert stored_objects(tmp_path / "bad.ipynb", CARDS) == {}


def test_the_cards_of_several_cells_are_put_together(tmp_path: Path) -> None:
    cells = [{"outputs": [{"data": {CARDS: {name: {"text": name, "card": ""}}}}]} for name in "ab"]
    (tmp_path / "two.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert set(stored_objects(tmp_path / "two.ipynb", CARDS)) == {"a", "b"}


# --- the book as built


def test_every_role_in_a_sentence_has_its_card(built: Built) -> None:
    missing, cards = [], 0
    for chapter in BOOK.rglob("*.md"):
        html = built[0] / "book" / chapter.relative_to(BOOK).with_suffix(".html")
        soup = BeautifulSoup(html.read_text(encoding="utf-8"), "html.parser")
        for link in soup.select("a.claim, a.date, a.source, a.quantity, a.event, a.citation"):
            home = str(link["href"]).partition("#")[0].rpartition("/")[2]
            if home not in ("", html.name) and not soup.find(id=link.get("data-card", "none")):
                missing.append(f"{chapter.name}: {link}")
            cards += link.has_attr("data-card")
    assert missing == []
    assert cards > 100


def test_works_of_the_bibliography_have_cards(built: Built) -> None:
    soup = BeautifulSoup((built[0] / "book/reference/method.html").read_text(encoding="utf-8"), "html.parser")
    works = soup.select('a[href*="bibliography.html#"]')
    assert works
    for link in works:
        card = soup.find(id=link["data-card"])
        assert card and len(card.text) > 30
