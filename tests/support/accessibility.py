"""What axe finds wrong on a page, and what a page lacks for who hears it."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, Page

from compendium.display.charts import alt_text
from tests.support.chosen import THOROUGH
from tests.support.site_pages import SIZES

PHONE, DESK = SIZES
SEEN = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""The rules of which a page may break one in one view and none in another."""
VIEWS: tuple[tuple[str, tuple[int, int], dict[str, Any]], ...] = (
    ("light", PHONE, {"rules": {"target-size": {"enabled": True}}}),
    ("dark", DESK, {"runOnly": SEEN}),
)
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
