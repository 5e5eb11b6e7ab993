"""The table of all claims: whole without JavaScript; filtered, sorted and addressed with it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page

from compendium.builder.static_server import serving
from compendium.display.cards.claims_explorer import FACETS, NO_PERIOD, explorer_table, period_years
from compendium.display.claim_records import build_claim_records
from compendium.display.mime_types import CARDS, CLAIM_RECORDS
from compendium.ledger.loader import load
from compendium.reconciliation.verdicts import AGREES, IN_CONFLICT
from tests.support.fixtures import Site
from tests.support.making import small_folder

FOUND = build_claim_records(load(small_folder()))
PAGE = "book/evidence/claims.html"


@pytest.fixture(scope="module")
def table() -> BeautifulSoup:
    return BeautifulSoup(explorer_table(FOUND, "All <claims>").data, "html.parser")


def test_every_claim_is_a_row_at_its_permanent_address(table: BeautifulSoup) -> None:
    assert [str(row["id"]) for row in table.select("tbody tr")] == list(FOUND)


def test_a_row_says_what_is_claimed_by_whom_and_how_it_stands(table: BeautifulSoup) -> None:
    for row in table.select("tbody tr"):
        one, said = FOUND[str(row["id"])], " ".join(row.text.split())
        for part in (one["figure"], one["read_as"], one["summary"], one["measures"], one["author"],
                     one["reconciled"]["verdict"], one["checked"]["verdict"], one["note"]):  # fmt: skip
            assert " ".join(part.split()) in said, row["id"]


def test_the_table_says_by_its_roles_what_its_layout_hides(table: BeautifulSoup) -> None:
    for tag, role in (("table", "table"), ("tr", "row"), ("thead", "rowgroup"), ("tbody", "rowgroup"), ("td", "cell")):
        assert {found.get("role") for found in table.find_all(tag)} == {role}
    assert {(th["role"], th["scope"]) for th in table.find_all("th")} == {("columnheader", "col"), ("rowheader", "row")}
    assert table.caption and table.caption.text == "All <claims>"


def test_every_value_that_can_be_chosen_is_of_some_claim_and_no_value_is_missing(table: BeautifulSoup) -> None:
    for name, (_, values) in FACETS.items():
        options = {str(option["value"]) for option in table.select(f'select[name="{name}"] option')} - {""}
        assert options == {value for one in FOUND.values() for value in values(one)}


def test_a_period_is_found_by_each_of_its_years() -> None:
    assert period_years({"period": "2021/2023"}) == ["2021", "2022", "2023"]
    assert period_years({"period": "2025-01/2025-04"}) == ["2025"]
    assert period_years({"period": ""}) == [NO_PERIOD]
    assert period_years({"period": "2020/.."}) == ["2020"]
    assert period_years({"period": "../2025-09-27"}) == ["2025"]
    assert "2025" in period_years({"period": "2025-02~"})


def test_a_cell_with_markup_stays_text() -> None:
    one = next(iter(FOUND.values()))
    evil = '"><script>alert(1)</script>'
    spoilt = one | {"figure": evil, "summary": evil, "author": evil, "metric": evil, "metric_id": evil, "note": evil}
    assert "<script" not in explorer_table({one["claim_id"]: spoilt}, evil).data


def test_cards_and_dossiers_are_kept_with_the_table() -> None:
    shown = explorer_table(FOUND, "All")
    assert shown.other_forms[CLAIM_RECORDS] == FOUND
    assert shown.other_forms[CARDS].keys() == FOUND.keys()


# --- in a browser


@pytest.fixture(scope="module")
def served(small_site: Site) -> Iterator[str]:
    with serving(small_site[0]) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def shown(page: Page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('table.claims tbody tr:not([hidden])')].map(row => row.id)")


def count(page: Page) -> str:
    return page.inner_text("form.filters output")


def until(page: Page, holds: str) -> None:
    """Wait until something holds; the policy of the pages lets no string be evaluated within them."""
    for _ in range(100):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never: {holds}")


def test_filters_leave_what_fits_all_of_them(page: Page, served: str) -> None:
    page.goto(f"{served}/{PAGE}")
    assert shown(page) == list(FOUND)
    page.click("form.filters summary")
    page.select_option("select[name=verdict]", IN_CONFLICT)
    wanted = [name for name, one in FOUND.items() if one["reconciled"]["verdict"] == IN_CONFLICT]
    assert shown(page) == wanted
    assert count(page) == f"{len(wanted)} of {len(FOUND)} claims"
    source = FOUND[wanted[0]]["source_id"]
    page.select_option("select[name=source]", source)
    assert shown(page) == [name for name in wanted if FOUND[name]["source_id"] == source]
    page.click("form.filters button[type=reset]")
    until(page, f"document.querySelector('form.filters output').textContent === '{len(FOUND)} claims'")
    assert shown(page) == list(FOUND)


def test_words_are_found_wherever_they_stand_in_a_row(page: Page, served: str) -> None:
    page.goto(f"{served}/{PAGE}")
    page.fill("form.filters input[name=q]", "TRADE growth")
    found = shown(page)
    assert found and len(found) < len(FOUND)
    texts = page.locator("table.claims tbody tr:not([hidden])").all_text_contents()
    assert all("trade" in text.lower() and "growth" in text.lower() for text in texts)
    page.fill("form.filters input[name=q]", "no such word")
    assert shown(page) == []
    assert count(page) == f"0 of {len(FOUND)} claims"


def test_the_address_keeps_the_view_and_shows_it_again(page: Page, served: str) -> None:
    page.goto(f"{served}/{PAGE}")
    page.fill("form.filters input[name=q]", "trade")
    page.click("form.filters summary")
    page.select_option("select[name=checked]", AGREES)
    page.select_option("select[name=sort]", "period")
    page.check("input[name=down]")
    before, address = shown(page), page.url
    assert {"q=trade", f"checked={AGREES}", "sort=period", "down=1"} == set(address.partition("?")[2].split("&"))
    other = page.context.new_page()
    other.goto(address)
    assert shown(other) == before
    assert before


def test_an_address_that_asks_for_what_there_is_not_shows_all(page: Page, served: str) -> None:
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{served}/{PAGE}?source=nobody&colour=red&length=1&elements=x&q=")
    assert shown(page) == list(FOUND)
    assert said == []


def test_words_are_found_whatever_their_accents_and_so_is_a_name(page: Page, served: str) -> None:
    page.goto(f"{served}/{PAGE}")
    page.fill("form.filters input[name=q]", "séarch")
    assert shown(page) == [name for name, one in FOUND.items() if one["author"] == "Cole Search"]
    page.fill("form.filters input[name=q]", "AMES2024.turnover-2022")
    assert "ames2024.turnover-2022" in shown(page)


def test_rows_are_sorted_both_ways_and_back(page: Page, served: str) -> None:
    page.goto(f"{served}/{PAGE}")
    page.click("form.filters summary")
    page.select_option("select[name=sort]", "period")
    first = [period_years(FOUND[name])[0] for name in shown(page)]
    assert first == sorted(first)
    page.check("input[name=down]")
    assert [period_years(FOUND[name])[0] for name in shown(page)] == sorted(first, reverse=True)
    page.uncheck("input[name=down]")
    page.select_option("select[name=sort]", "")
    assert shown(page) == list(FOUND)


def test_the_filters_work_from_a_file_though_its_address_may_not_be_changed(page: Page, small_site: Site) -> None:
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((small_site[0] / PAGE).as_uri())
    page.fill("form.filters input[name=q]", "turnover")
    assert 0 < len(shown(page)) < len(FOUND)
    assert said == []


def test_without_javascript_all_claims_are_there_and_no_form(browser: Browser, served: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/{PAGE}")
    assert page.locator("table.claims tbody tr").count() == len(FOUND)
    assert not page.locator("form.filters").is_visible()
    context.close()


def many(number: int, built: Path, folder: Path) -> Path:
    """Write the page of the claims with a number of rows: those of the ledger, again and again under other names."""
    names = list(FOUND)
    claims = {f"{names[place % len(names)]}-{place}": FOUND[names[place % len(names)]] for place in range(number)}
    renamed = {name: one | {"claim_id": name} for name, one in claims.items()}
    html = (built / PAGE).read_text(encoding="utf-8")
    begin = html.index('<form class="filters"')
    end = html.index("</table>", begin) + len("</table>")
    path = folder / "book" / "evidence" / "many.html"
    path.parent.mkdir(parents=True)
    path.write_text(html[:begin] + explorer_table(renamed, "Many").data + html[end:], encoding="utf-8")
    (folder / "_static").symlink_to(built / "_static")
    return path


def test_ten_thousand_claims_are_filtered_and_sorted_and_linked_to(
    page: Page, small_site: Site, tmp_path: Path
) -> None:
    path = many(10_000, small_site[0], tmp_path)
    page.goto(path.as_uri())
    assert page.locator("table.claims tbody tr").count() == 10_000
    name = next(iter(FOUND))
    page.fill("form.filters input[name=q]", FOUND[name]["metric"])
    left = int(re.match(r"[\d,]+", count(page))[0].replace(",", ""))  # type: ignore[index]
    assert left == len(shown(page)) and 100 < left < 10_000
    page.click("form.filters button[type=reset]")
    last = page.evaluate("document.querySelector('table.claims tbody').rows[9999].id")
    page.goto(f"{path.as_uri()}#{last}")
    until(page, "document.querySelector(':target').getBoundingClientRect().top < innerHeight")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
