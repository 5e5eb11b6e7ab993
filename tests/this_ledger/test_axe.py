"""Every page as axe sees it on a phone in light, some on a desk in dark, too; and the front page in one screen.

Where there is no Chromium what needs one is skipped, and says so; where `NEED_BROWSER` is set that is a failure.
"""

import pytest
from playwright.sync_api import Page

from tests.conftest import Built
from tests.support.accessibility import VIEWS, tab, violations
from tests.support.chosen import chosen, sample
from tests.support.site_pages import SIZES, named, shown

__all__ = ["tab"]  # a fixture

pytestmark = pytest.mark.slow

EVERY = 3
"""How many pages come to one that is looked at in the second view, too: all share one style; the night sees all."""


def test_no_page_violates_a_rule_of_axe(tab: Page, built: Built) -> None:
    pages = chosen(shown(built[0]))
    assert len(pages) > 40
    both = sample(pages, EVERY)
    found = [
        f"{named(page, built[0])}: {line}"
        for page in pages
        for line in violations(tab, page.as_uri(), VIEWS if page in both else VIEWS[:1])
    ]
    assert found == []


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
