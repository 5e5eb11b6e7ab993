from bs4 import BeautifulSoup, Tag
from small import observation, small

from compendium.checked import figures_table
from compendium.observations import read_observations
from compendium.wording import Names


def cells(*rows: dict) -> list[list[Tag]]:
    ledger = small(observations=rows)
    html = figures_table(read_observations(ledger), Names.of(ledger), "Figures").data
    return [row.find_all(["th", "td"]) for row in BeautifulSoup(html, "html.parser").find_all("tr")]


def test_figures_in_two_columns_lead_to_their_permanent_place() -> None:
    head, row = cells(observation("one.figure", "5", note="Why so."))
    assert [cell.text for cell in head] == ["Figure", "Who prints it"]
    link = row[0].find("a")
    assert link is not None
    assert str(link["href"]).endswith("#one.figure")
    assert [small.text for small in row[0].find_all("small")] == ["2024"]
    assert [small.text for small in row[1].find_all("small")] == ["Why so."]


def test_what_differs_between_the_figures_is_said() -> None:
    _, first, second = cells(observation("a", "5"), observation("b", "6", ref_area="B", counterpart_area="A"))
    places = [row[0].find_all("small")[0].text for row in (first, second)]
    assert len(set(places)) == 2
    assert all(place for place in places)
