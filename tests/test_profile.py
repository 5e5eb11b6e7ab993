"""The page of one source: all of its rows in its own order, and none of anybody else's."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from compendium.display.tables import source_profile
from compendium.ledger.loader import Ledger
from compendium.project.paths import BOOK


@pytest.fixture(scope="module")
def own(ledger: Ledger) -> list[source_profile.SourceProfile]:
    return [source_profile.read_source_profile(ledger, name) for name in ledger["sources"]["source_id"]]


def test_every_source_has_its_page(ledger: Ledger) -> None:
    assert {path.stem for path in (BOOK / "source").glob("*.md")} == set(ledger["sources"]["source_id"])


def test_a_page_reads_the_source_that_it_is_named_for() -> None:
    for path in (BOOK / "source").glob("*.md"):
        assert f'profile.read(ledger, "{path.stem}")' in path.read_text(encoding="utf-8")


def test_together_the_profiles_hold_every_row_once(own: list[source_profile.SourceProfile], ledger: Ledger) -> None:
    for table in ("claims", "mentions", "stances", "citations", "set_aside"):
        assert sum(len(getattr(one, table)) for one in own) == len(ledger[table])
        for one in own:
            assert set(getattr(one, table)["source_id"]) <= {one.source["source_id"]}


def test_rows_stand_in_the_order_of_the_paragraphs(own: list[source_profile.SourceProfile]) -> None:
    for one in own:
        for frame in (one.claims, one.mentions, one.stances, one.citations, one.set_aside):
            assert frame["paragraph"].is_monotonic_increasing


def test_a_conflict_is_one_that_a_row_of_the_source_has_a_part_in(own: list[source_profile.SourceProfile]) -> None:
    assert any(one.conflicts for one in own)
    for one in own:
        names = {*one.claims["claim_id"], *one.mentions["mention_id"], *one.citations["citation_id"],
                 one.source["source_id"]}  # fmt: skip
        for family in one.conflicts:
            assert any(names & set(finding.items) for finding in family.members)


def test_the_tables_show_every_row(own: list[source_profile.SourceProfile]) -> None:
    for one in own:
        for table, rows in (
            (source_profile.source_claims_table(one), len(one.claims)),
            (source_profile.source_mentions_table(one), len(one.mentions)),
            (source_profile.source_positions_table(one), len(one.stances)),
            (source_profile.set_aside_table(one), len(one.set_aside)),
            (source_profile.source_citations_table(one), int((one.citations["kind"] == "in-text").sum())),
        ):
            assert len(BeautifulSoup(table.data, "html.parser").select("tbody tr")) == rows


def test_numbers_are_counted_from_the_rows(own: list[source_profile.SourceProfile]) -> None:
    for one in own:
        numbers = one.summary_values
        assert numbers["claims"] == len(one.claims)
        assert numbers["credited"] == sum(origin != "" for origin in one.claims["origin"])


def test_what_the_text_does_not_say_is_said_to_be_missing(ledger: Ledger) -> None:
    nameless = ledger["sources"].loc[lambda frame: frame["author"] == "", "source_id"].iloc[0]
    assert (
        "none named" in source_profile.source_details_table(source_profile.read_source_profile(ledger, nameless)).data
    )


def test_a_source_that_there_is_not_is_refused(ledger: Ledger) -> None:
    with pytest.raises(KeyError, match="nobody1900"):
        source_profile.read_source_profile(ledger, "nobody1900")


def test_a_source_without_a_number_that_is_set_aside_says_so(own: list[source_profile.SourceProfile]) -> None:
    none = replace(own[0], set_aside=own[0].set_aside.iloc[:0])
    assert "none" in source_profile.set_aside_table(none).data
    assert none.summary_values["aside"] == 0
