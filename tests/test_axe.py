"""Every page as axe sees it on a phone in light, some on a desk in dark, too; and what a page is made of for hearing.

Where there is no Chromium what needs one is skipped, and says so; where `NEED_BROWSER` is set that is a failure.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup, Tag
from chosen import ALIKE, THOROUGH, chosen, sample
from playwright.sync_api import Browser, Page

from compendium.display.charts import alt_text
from compendium.quality.audit import SIZES, audited, named
from conftest import Built

PHONE, DESK = SIZES
SEEN = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""The rules of which a page may break one in one view and none in another."""
VIEWS: tuple[tuple[str, tuple[int, int], dict[str, Any]], ...] = (
    ("light", PHONE, {"rules": {"target-size": {"enabled": True}}}),
    ("dark", DESK, {"runOnly": SEEN}),
)
EVERY = 3
"""How many pages come to one that is looked at in the second view, too: all share one style; the night sees all."""
THIN = """most => {
  for (const card of [...document.querySelectorAll("aside.card")].slice(most)) card.remove();
  for (const list of document.querySelectorAll("pre, tbody, tr, td, ul, ol, p, dl, svg, svg g, section, .output")) {
    const seen = {};
    for (const part of [...list.children]) {
      if (/^(H\\d|SECTION|FIGURE|DIV|DETAILS)$/i.test(part.tagName)) continue;
      const kind = part.tagName + (part.getAttribute("class") ?? "") + (part.getAttribute("fill") ?? "");
      seen[kind] = (seen[kind] ?? 0) + 1;
      if (seen[kind] > most) part.remove();
    }
  }
}"""
LIKE = 3 if THOROUGH else 2
"""How many parts of one kind are looked at in a list, a table or a section: axe needs minutes for thousands."""
STILL = "*, *::before, *::after { animation: none !important; transition: none !important }"


def test_all_pages_are_chosen_but_of_many_that_are_alike_only_some(tmp_path: Path) -> None:
    for name, count in (("few", ALIKE), ("many", ALIKE + 1)):
        (tmp_path / name).mkdir()
        for n in range(count):
            (tmp_path / name / f"{n}.html").write_text("x" * n, encoding="utf-8")
    found = chosen(list(tmp_path.rglob("*.html")))
    assert sorted(page.stem for page in found if page.parent.name == "many") == ["0", "10", "19", "20"]
    assert len([page for page in found if page.parent.name == "few"]) == ALIKE


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce", bypass_csp=True)  # for the one style that holds all still
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


View = tuple[str, tuple[int, int], dict[str, Any]]


def violations(page: Page, address: str, views: tuple[View, ...] = VIEWS) -> list[str]:
    """Return what axe finds wrong on a page in some views: the rule, and the first place."""
    page.goto(address)
    page.add_style_tag(content=STILL)
    page.evaluate(Axe().axe_script)
    found = []
    page.evaluate(THIN, LIKE)
    for scheme, (width, height), rules in views:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        answer: dict[str, Any] = page.evaluate("options => axe.run(options)", {"resultTypes": ["violations"], **rules})
        found += [
            f"{scheme} {width} px: {rule['id']}: {rule['nodes'][0]['target'][0]} and {len(rule['nodes']) - 1} more"
            for rule in answer["violations"]
        ]
    return found


def test_no_page_violates_a_rule_of_axe(tab: Page, built: Built) -> None:
    pages = chosen(audited(built[0]))
    assert len(pages) > 40
    both = sample(pages, EVERY)
    found = [
        f"{named(page, built[0])}: {line}"
        for page in pages
        for line in violations(tab, page.as_uri(), VIEWS if page in both else VIEWS[:1])
    ]
    assert found == []


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[0])
def test_an_open_card_violates_no_rule(tab: Page, built: Built, view: tuple[str, tuple[int, int], Any]) -> None:
    scheme, (width, height), _ = view
    tab.goto((built[0] / "book/economic_pragmatism/trade.html").as_uri())
    tab.add_style_tag(content=STILL)
    tab.set_viewport_size({"width": width, "height": height})
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tab.evaluate(Axe().axe_script)
    for kind in ("claim", "source", "quantity"):
        tab.evaluate("kind => show(document.querySelector(`article p a.${kind}[data-card]`))", kind)
        assert tab.locator("aside.card:popover-open").count() == 1
        answer = tab.evaluate("axe.run('aside.card:popover-open')")
        assert [rule["id"] for rule in answer["violations"]] == [], kind


# --- the front page


@pytest.mark.parametrize("size", SIZES)
def test_the_front_page_makes_its_point_in_one_screen(tab: Page, built: Built, size: tuple[int, int]) -> None:
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    tab.goto((built[0] / "book" / "index.html").as_uri())
    for part in ("h1", ".question", ".lead", "figure.chart svg", "figure.chart figcaption", ".onward"):
        box = tab.locator(part).first.bounding_box()
        assert box, part
        assert box["y"] + box["height"] <= size[1], part
        assert box["x"] + box["width"] <= size[0], part


# --- what a page is made of


def faults(soup: BeautifulSoup) -> list[str]:
    """Return, in words, what a page lacks for who hears it."""
    levels = [int(heading.name[1]) for heading in soup.find_all(re.compile("^h[1-6]$"))]
    found = [f"{levels.count(1)} headings of the first level"] if levels.count(1) != 1 else []
    found += [f"a heading of level {two} follows one of {one}" for one, two in pairwise(levels) if two > one + 1]
    found += [f"begins with a heading of level {levels[0]}"] if levels and levels[0] != 1 else []
    for table in soup.find_all("table"):
        if not (table.caption and table.caption.get_text(strip=True)):
            found.append("a table without a caption")
        found += [f"a head without a scope: {head.get_text(strip=True)}" for head in table.find_all("th", scope=False)]
    found += [line for figure in soup.find_all("figure") for line in _of_figure(figure)]
    mains = soup.select('main, [role="main"]')
    found += [f"{len(mains)} main parts"] if len(mains) != 1 else []
    found += [] if soup.select("nav, [role=navigation], aside") else ["no way around"]
    found += [] if soup.html and soup.html.get("lang") else ["no language"]
    return found


def _of_figure(figure: Tag) -> Iterator[str]:
    caption = figure.figcaption.get_text(" ", strip=True) if figure.figcaption else ""
    if not caption:
        yield "a figure without a caption"
    drawn = figure.find(["svg", "img"])
    said = str(drawn.get("aria-label") or drawn.get("alt") or "") if isinstance(drawn, Tag) else ""
    if not said:
        yield f"a figure without an alternative: {caption}"
    elif said.strip(" .") == caption.strip(" ."):
        yield f"a figure whose alternative is its caption: {caption}"
    elif len(said) > alt_text.MAX_LENGTH:
        yield f"an alternative of {len(said)} characters: {caption}"


def test_every_page_is_made_for_who_hears_it(built: Built) -> None:
    pages = {page: BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser") for page in audited(built[0])}
    assert [f"{named(page, built[0])}: {line}" for page, soup in pages.items() for line in faults(soup)] == []


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
