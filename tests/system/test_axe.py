"""What a page lacks for somebody is found, by axe in either view and in its elements; an open card lacks nothing."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Page

from tests.support.accessibility import SEEN, STILL, VIEWS, faults, tab, violations
from tests.support.chosen import ALIKE, chosen
from tests.support.fixtures import Site

__all__ = ["tab"]  # a fixture

pytestmark = pytest.mark.slow


def test_all_pages_are_chosen_but_of_many_that_are_alike_only_some(tmp_path: Path) -> None:
    for name, count in (("few", ALIKE), ("many", ALIKE + 1)):
        (tmp_path / name).mkdir()
        for n in range(count):
            (tmp_path / name / f"{n}.html").write_text("x" * n, encoding="utf-8")
    found = chosen(list(tmp_path.rglob("*.html")))
    assert sorted(page.stem for page in found if page.parent.name == "many") == ["0", "10", "19", "20"]
    assert len([page for page in found if page.parent.name == "few"]) == ALIKE


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[0])
def test_an_open_card_violates_no_rule(tab: Page, small_site: Site, view: tuple[str, tuple[int, int], Any]) -> None:
    scheme, (width, height), _ = view
    tab.goto((small_site[0] / "book/trade/index.html").as_uri())
    tab.add_style_tag(content=STILL)
    tab.set_viewport_size({"width": width, "height": height})
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tab.evaluate(Axe().axe_script)
    for kind in ("claim", "source", "quantity"):
        tab.evaluate("kind => show(document.querySelector(`article p a.${kind}[data-card]`))", kind)
        assert tab.locator("aside.card:popover-open").count() == 1
        answer = tab.evaluate("axe.run('aside.card:popover-open')")
        assert [rule["id"] for rule in answer["violations"]] == [], kind


# --- that all this is seen where it is so

GOOD = """<!doctype html><html lang="en"><head><title>Good</title></head><body><nav><a href="#a">On</a></nav><main>
<h1 id="a">Good</h1><h2>Part</h2><h3>Piece</h3><h2>Part</h2>
<table><caption>Of it</caption><tr><th scope="col">Head</th></tr><tr><td>1</td></tr></table>
<figure><svg role="img" aria-label="It rises."></svg><figcaption>Said</figcaption></figure></main></body></html>"""
SPOILT = {
    "2 headings of the first level": ("<h2>Part</h2><h3>", "<h1>Part</h1><h3>"),
    "a heading of level 3 follows one of 1": ("<h2>Part</h2><h3>", "<h3>"),
    "begins with a heading of level 2": ('<h1 id="a">Good</h1><h2>Part</h2>', '<h2>Part</h2><h1 id="a">Good</h1><h2>'),
    "a table without a caption": ("<caption>Of it</caption>", ""),
    "a head without a scope: Head": (' scope="col"', ""),
    "a figure without a caption": ("<figcaption>Said</figcaption>", ""),
    "a figure without an alternative: Said": (' aria-label="It rises."', ""),
    "a figure whose alternative is its caption: Said": ("It rises.", "Said."),
    "an alternative of 601 characters: Said": ("It rises.", "x" * 601),
    "0 main parts": ("main>", "div>"),
    "no way around": ("nav>", "p>"),
    "no language": (' lang="en"', ""),
}


@pytest.mark.parametrize("line", SPOILT)
def test_what_a_page_lacks_is_told(line: str) -> None:
    good, bad = SPOILT[line]
    assert faults(BeautifulSoup(GOOD, "html.parser")) == []
    assert good in GOOD
    assert line in faults(BeautifulSoup(GOOD.replace(good, bad), "html.parser"))


BAD = """<!doctype html><html lang="en"><head><title>Bad</title><style>
p { color: #999; background: #fff } @media (prefers-color-scheme: dark) { b { color: #333; background: #222 } }
a { display: block; width: 9px; height: 9px; overflow: hidden } @keyframes fade { from { opacity: 0 } }
i { animation: fade 9s } </style></head><body><main><h1>Bad</h1><p>Grey.</p><b>Dark.</b><i>It fades in.</i>
<a href="#a">1</a><a href="#b">2</a><a href="#c">3</a><svg role="img"></svg><input></main></body></html>"""


def test_what_differs_from_many_that_are_alike_is_still_looked_at(tab: Page, tmp_path: Path) -> None:
    rows = "<li>Plain</li>" * 9 + '<li class="grey">Grey</li>'
    style = "<style>body { background: #fff } .grey { color: #999 }</style>"
    page = f'<html lang="en"><title>T</title>{style}<main><h1>T</h1><ul>{rows}</ul></main></html>'
    (tmp_path / "page.html").write_text(f"<!doctype html>{page}", encoding="utf-8")
    found = violations(tab, (tmp_path / "page.html").as_uri())
    assert found[0] == "light 390 px: color-contrast: .grey and 0 more"


def test_a_bad_page_is_found_bad(tab: Page, tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text(BAD, encoding="utf-8")
    found = violations(tab, (tmp_path / "bad.html").as_uri())
    rules = {tuple(line.split(": ")[:2]) for line in found}
    assert rules >= {(view, rule) for view in ("light 390 px", "dark 1280 px") for rule in SEEN[::3]}
    assert rules >= {("light 390 px", "label"), ("light 390 px", "svg-img-alt")}
    assert "light 390 px: color-contrast: p and 0 more" in found  # what fades in is held still, and is no fault
    assert "dark 1280 px: color-contrast: p and 1 more" in found
