"""Cards in a real browser: by mouse, keyboard and touch, and without JavaScript; never over what they explain."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from compendium.builder.static_server import serving
from tests.support.chosen import sample
from tests.support.fixtures import Site

pytestmark = pytest.mark.slow

TRADE = "book/trade/index.html"
WIDE = "book/evidence/timeline.html"
"""A page with a table that a phone has to scroll, and cards in its last column."""
OPEN = "aside.card:popover-open"
LINK = "article p a.claim[data-card]"
SETTLED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Waits until what was scrolled has said so."""


@pytest.fixture(scope="module")
def served(small_site: Site) -> Iterator[str]:
    with serving(small_site[0]) as address:
        yield address


def opened(context: BrowserContext, served: str) -> Page:
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{served}/{TRADE}")
    return page


@pytest.fixture
def desk(browser: Browser, served: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield opened(context, served)
    context.close()


@pytest.fixture
def phone(browser: Browser, served: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce")
    yield opened(context, served)
    context.close()


def card_of(page: Page, link: Locator) -> Locator:
    card = page.locator(f'[id="{link.get_attribute("data-card")}"]')
    card.wait_for(state="visible")
    return card


def boxes(locator: Locator) -> list[dict[str, float]]:
    return locator.evaluate(
        "e => [...e.getClientRects()].map(r => ({x: r.x, y: r.y, right: r.right, bottom: r.bottom}))"
    )


def apart(one: dict[str, float], other: dict[str, float]) -> bool:
    return (
        one["right"] <= other["x"] or other["right"] <= one["x"]
        or one["bottom"] <= other["y"] or other["bottom"] <= one["y"]
    )  # fmt: skip


def test_hovering_shows_the_card_and_leaving_hides_it(desk: Page) -> None:
    link = desk.locator(LINK).first
    link.hover()
    card = card_of(desk, link)
    assert link.inner_text() in card.inner_text()
    card.hover()
    desk.wait_for_timeout(500)
    assert card.is_visible(), "one can go into a card without its closing"
    desk.locator("h1").hover()
    card.wait_for(state="hidden")


def test_a_mouse_still_follows_the_link(desk: Page) -> None:
    link = desk.locator(LINK).first
    anchor = (link.get_attribute("href") or "").partition("#")[2]
    link.click()
    desk.wait_for_url(f"**/evidence/claims.html#{anchor}")


def test_the_keyboard_opens_a_card_reaches_into_it_and_closes_it(desk: Page) -> None:
    link = desk.locator(LINK).first
    link.evaluate("e => { e.previousElementSibling?.focus?.(); }")
    for _ in range(200):
        desk.keyboard.press("Tab")
        if link.evaluate("e => e === document.activeElement"):
            break
    card = card_of(desk, link)
    assert link.get_attribute("aria-details") == card.get_attribute("id")
    desk.keyboard.press("Tab")
    assert card.evaluate("e => e.contains(document.activeElement)"), "the next stop is in the card"
    assert card.is_visible()
    desk.keyboard.press("Escape")
    assert not card.is_visible()
    assert link.evaluate("e => e === document.activeElement"), "the focus is back where it was"
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/evidence/claims.html#*")


def test_escape_closes_a_card_that_the_mouse_has_opened(desk: Page) -> None:
    link = desk.locator(LINK).first
    link.hover()
    card = card_of(desk, link)
    desk.keyboard.press("Escape")
    assert not card.is_visible()
    desk.wait_for_timeout(400)
    assert not card.is_visible(), "it stays closed while the mouse stays"


def test_escape_stops_a_card_that_is_on_its_way(desk: Page) -> None:
    desk.locator(LINK).first.hover()
    desk.keyboard.press("Escape")
    desk.wait_for_timeout(400)
    assert desk.locator(OPEN).count() == 0


def test_a_card_of_a_link_in_a_table_stays_though_the_focus_scrolls_the_table(phone: Page, served: str) -> None:
    phone.set_viewport_size({"width": 280, "height": 800})  # a table is too wide for it in any face
    phone.goto(f"{served}/{WIDE}")
    tables = phone.locator("article .table-wrapper").all()
    asked = "e => e.scrollWidth > e.clientWidth + 40 && e.querySelector('td:last-child a[data-card]') !== null"
    wide = [table for table in tables if table.evaluate(asked)]
    assert wide
    for table in wide[:2]:
        link = table.locator("td:last-child a[data-card]").first
        phone.keyboard.press("Tab")  # from here on the focus is the keyboard's
        link.focus()
        phone.wait_for_timeout(300)
        assert card_of(phone, link).is_visible()
        phone.keyboard.press("Escape")


def test_a_first_tap_opens_the_card_and_a_second_follows_the_link(phone: Page) -> None:
    link = phone.locator(LINK).first
    link.tap()
    card = card_of(phone, link)
    assert phone.url.endswith(TRADE)
    phone.locator("h1").tap()
    assert not card.is_visible(), "a tap elsewhere closes it"
    link.tap()
    card.wait_for(state="visible")
    link.tap()
    phone.wait_for_url("**/evidence/claims.html#*")


def test_a_link_within_a_card_can_be_tapped(phone: Page) -> None:
    link = phone.locator(LINK).first
    link.tap()
    card_of(phone, link).get_by_text("All about this claim").tap()
    phone.wait_for_url("**/book/claim/*.html")


# A desk looks at every other link, and a phone at those between.
@pytest.mark.parametrize(("place", "first"), [("desk", 0), ("phone", 1)])
def test_a_card_lies_within_the_window_and_not_on_its_link(
    place: str, first: int, request: pytest.FixtureRequest
) -> None:
    page: Page = request.getfixturevalue(place)
    page.evaluate("for (const folded of document.querySelectorAll('article details')) folded.open = true")
    links = page.locator("article a[data-card]")
    seen = 0
    for number in sample(range(links.count()), 2, first):
        link = links.nth(number)
        link.scroll_into_view_if_needed()
        page.evaluate(SETTLED)
        link.evaluate("e => show(e)")
        (card,) = boxes(card_of(page, link))
        width, height = page.evaluate("[document.documentElement.clientWidth, innerHeight]")
        assert card["x"] >= 0 and card["right"] <= width, number
        assert card["y"] >= 0 and card["bottom"] <= height, number
        assert all(apart(card, line) for line in boxes(link)), number
        assert page.locator(OPEN).count() == 1
        seen += 1
    assert seen > 10


def test_without_javascript_the_link_leads_to_the_row_and_no_card_is_seen(browser: Browser, served: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = opened(context, served)
    assert not any(card.is_visible() for card in page.locator("aside.card").all()[:5])
    page.locator(LINK).first.click()
    page.wait_for_url("**/evidence/claims.html#*")
    row = page.locator(f'[id="{page.url.partition("#")[2]}"]')
    assert row.is_visible()
    assert row.locator(".verdict").count() == 2
    context.close()


def test_citations_events_and_computed_quantities_have_cards_too(desk: Page, served: str) -> None:
    for path, kind in (
        (TRADE, "a.citation"),
        (TRADE, "a.date"),
        (TRADE, "a.quantity"),
        (TRADE, "a.source"),
    ):
        desk.goto(f"{served}/{path}")
        link = desk.locator(f"article {kind}[data-card]").first
        link.hover()
        assert len(card_of(desk, link).inner_text()) > 20, path


def test_a_card_works_from_a_file(browser: Browser, small_site: Site) -> None:
    page = browser.new_page()
    page.goto((small_site[0] / TRADE).as_uri())
    link = page.locator(LINK).first
    link.hover()
    assert card_of(page, link).is_visible()
    page.close()
