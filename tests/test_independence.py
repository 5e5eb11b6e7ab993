from typing import Any

import pandas as pd
import pytest
from small import SCHEMA, claim, frame, growth, small

from compendium.analysis.source_independence import (
    MATCH_COLUMNS,
    claims_by_origin,
    host,
    origin,
    origins_by_quantity,
    shared_hosts,
)


def behind(*claims: dict[str, Any]) -> list[tuple[int, list[str], list[str]]]:
    """Return by thing with several figures: how many, their sources, their origins."""
    found = origins_by_quantity(small(*claims)["claims"])
    return [(len(row["claims"]), row["sources"], row["origins"]) for row in found.to_dict("records")]


def two(name: str, as_printed: str, **cells: Any) -> dict[str, Any]:
    return claim(name, as_printed, source_id="two2024", **cells)


# --- witnesses


def test_two_sources_with_one_origin_are_one_witness() -> None:
    assert behind(claim("a", "5", origin="Bureau"), two("b", "6", origin="Bureau")) == [
        (2, ["one2024", "two2024"], ["Bureau"])
    ]


def test_who_credits_nobody_is_its_own_witness() -> None:
    assert origin({"origin": "", "source_id": "one2024"}) == "one2024"
    assert origin({"origin": "Bureau", "source_id": "one2024"}) == "Bureau"
    assert behind(claim("a", "5"), two("b", "5")) == [(2, ["one2024", "two2024"], ["one2024", "two2024"])]
    assert behind(claim("a", "5"), two("b", "5", origin="Bureau")) == [
        (2, ["one2024", "two2024"], ["Bureau", "one2024"])
    ]


def test_one_source_with_two_origins_is_two_witnesses() -> None:
    assert behind(claim("a", "5", origin="Bureau"), claim("b", "5", origin="Agency")) == [
        (2, ["one2024"], ["Agency", "Bureau"])
    ]


def test_one_source_twice_is_one_witness() -> None:
    assert behind(claim("a", "5"), claim("b", "5")) == [(2, ["one2024"], ["one2024"])]


def test_a_thing_of_one_figure_has_no_witnesses_to_count() -> None:
    assert behind(claim("a", "5")) == []
    assert behind() == []


def test_claims_withdrawn_or_without_a_period_are_left_out() -> None:
    assert behind(claim("a", "5"), two("b", "5", rank="deprecated")) == []
    assert behind(claim("a", "5", period=""), two("b", "5", period="")) == []


@pytest.mark.parametrize(
    "cells",
    [
        {"metric": "first"},
        {"period": "2023"},
        {"ref_area": "C"},
        {"counterpart_area": "C"},
        {"population": "children"},
        {"measure": "growth", "unit": "percent", "base": "2023"},
    ],
)
def test_figures_of_different_things_are_not_counted_together(cells: dict[str, Any]) -> None:
    assert behind(claim("a", "5"), two("b", "5", **cells)) == []


def test_growth_over_another_base_is_another_thing() -> None:
    assert behind(growth("a", "5%"), growth("b", "5%", base="2022")) == []
    assert [count for count, _, _ in behind(growth("a", "5%"), growth("b", "5%"))] == [2]


def test_a_period_is_the_same_however_it_is_written() -> None:
    assert [count for count, _, _ in behind(claim("a", "5"), two("b", "5", period="2024-01/2024-12"))] == [2]
    one, other = growth("a", "5%"), growth("b", "5%", base="2023-01-01/2023-12-31")
    assert [count for count, _, _ in behind(one, other)] == [2]


def test_witnesses_keep_the_thing_and_its_claims() -> None:
    found = origins_by_quantity(small(claim("b", "5"), claim("x", "5", "oil"), two("a", "6"))["claims"])
    assert list(found.columns) == [*MATCH_COLUMNS, "claims", "sources", "origins"]
    (row,) = found.to_dict("records")
    assert [row[column] for column in MATCH_COLUMNS[:6]] == ["total", "A", "B", "2024", "", "level"]
    assert row["claims"] == ["b", "a"]


# --- origins


def test_origins_are_those_that_a_text_credits_most_claims_first() -> None:
    claims = small(
        claim("a", "1", origin="Zoo"),
        claim("b", "2", origin="Bureau"),
        two("c", "3", origin="Bureau"),
        claim("d", "4", origin="Agency"),
        claim("e", "5"),
        claim("f", "6", origin="Gone", rank="deprecated"),
    )["claims"]
    assert claims_by_origin(claims).to_dict("records") == [
        {"origin": "Bureau", "claims": ["b", "c"], "sources": ["one2024", "two2024"]},
        {"origin": "Agency", "claims": ["d"], "sources": ["one2024"]},
        {"origin": "Zoo", "claims": ["a"], "sources": ["one2024"]},
    ]


def test_an_origin_counts_for_claims_without_a_period_too() -> None:
    assert list(claims_by_origin(small(claim("a", "1", period="", origin="Bureau"))["claims"])["claims"]) == [["a"]]


def test_nobody_credited_is_no_origin() -> None:
    assert list(claims_by_origin(small(claim("a", "1"))["claims"]).columns) == ["origin", "claims", "sources"]
    assert claims_by_origin(small(claim("a", "1"))["claims"]).empty


# --- sites


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://www.example.org/a/page", "example.org"),
        ("http://example.org", "example.org"),
        ("example.org", "example.org"),
        ("www.example.org/a-page-whose-addr…", "example.org"),  # as printed, cut off
        ("https://www.example.org/a...", "example.org"),
        ("https://news.example.org/a?b=c#d", "news.example.org"),
        ("wwwhat.org/page", "wwwhat.org"),
        ("web.archive.example/https://www.example.org/page", "web.archive.example"),
        ("example.org/login?next=//other.example/", "example.org"),
        ("HTTPS://WWW.Example.ORG/page", "example.org"),
    ],
)
def test_the_host_of_an_address(address: str, site: str) -> None:
    assert host(address) == site


def entries(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Return citations: source, address, kind."""
    cells = [
        {"citation_id": f"c{place}", "source_id": source, "address": address, "kind": kind}
        for place, (source, address, kind) in enumerate(rows)
    ]
    return frame(SCHEMA["citations"], cells)


def test_sites_are_those_that_the_lists_of_several_sources_lead_to() -> None:
    found = shared_hosts(
        entries(
            ("one2024", "https://www.example.org/a", "entry"),
            ("two2024", "example.org/b…", "entry"),
            ("one2024", "example.org/c", "entry"),
            ("one2024", "lonely.org/a", "entry"),
            ("one2024", "lonely.org/b", "entry"),
            ("two2024", "lonely.org/c", "in-text"),
            ("one2024", "", "entry"),
            ("two2024", "", "entry"),
        )
    )
    assert found.to_dict("records") == [
        {"host": "example.org", "entries": ["c0", "c1", "c2"], "sources": ["one2024", "two2024"]}
    ]


def test_no_site_in_common() -> None:
    assert list(shared_hosts(entries()).columns) == ["host", "entries", "sources"]
    assert shared_hosts(entries()).empty
    assert shared_hosts(entries(("one2024", "example.org", "entry"))).empty
