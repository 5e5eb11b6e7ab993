import pandas as pd
from bs4 import BeautifulSoup

from compendium.display.tables import positions as position_tables
from compendium.ledger.loader import Ledger


def soup(shown: object) -> BeautifulSoup:
    return BeautifulSoup(str(getattr(shown, "data")), "html.parser")  # noqa: B009


def body(shown: object) -> list[str]:
    return [row.get_text(" ", strip=True) for row in soup(shown).select("tbody tr")]


def test_positions_stand_in_the_order_the_sources_were_written(small: Ledger) -> None:
    shown = position_tables.positions_table(small["stances"], small["propositions"], small["sources"], "c")
    heads = [th.text for th in soup(shown).select("thead th")]
    years = [head.rsplit(" ", 1)[1] for head in heads[1:]]
    assert years == sorted(years)
    assert len(body(shown)) == len(small["propositions"])


def test_a_silent_source_has_a_dash() -> None:
    propositions = pd.DataFrame({"proposition_id": ["p"], "statement": ["It is so."]})
    stances = pd.DataFrame(
        {
            "proposition_id": ["p"],
            "source_id": ["a"],
            "scope": "body",
            "stance": ["denies"],
            "paragraph": [3],
            "says": [""],
        }
    )
    sources = pd.DataFrame(
        {"source_id": ["a", "b"], "author": ["A", "B"], "publisher": "", "written": ["2024", "2023"]}
    )
    assert body(position_tables.positions_table(stances, propositions, sources, "c")) == ["It is so. – denies ¶ 3"]
