from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from IPython.display import HTML
from small import METRICS, OWN, PLACES, SCHEMA, SOURCES, claim, frame, growth, observation, quantity, small

from compendium.analysis.conflicts import find_inconsistencies, group_inconsistencies
from compendium.analysis.corroboration import corroborate_dates
from compendium.analysis.explanations import Names
from compendium.analysis.resolution import resolve_conflicts
from compendium.analysis.sensitivity import sensitivity
from compendium.analysis.source_independence import claims_by_origin, origins_by_quantity
from compendium.display.tables import analysis as analysis_tables
from compendium.display.tables.analysis import FORECAST, NO_YEAR, NOT_STATED, PART_OF_YEAR, RATIO_ONLY, STATED, coverage
from compendium.ledger.loader import Ledger
from compendium.reconciliation.reconcile import (
    CONSISTENT,
    IN_CONFLICT,
    NOT_COMPARABLE,
    SINGLE,
    Reconciliation,
    find_conflicts,
    reconcile,
)

HOSTILE: dict[str, Sequence[dict[str, Any]]] = {
    "metrics": [OWN | row for row in ({**METRICS[0], "name": "Total <u>trade</u>"}, *METRICS[1:])],
    "places": [{**PLACES[0], "name": "<u>Aland</u>"}, *PLACES[1:]],
    "sources": [SOURCES[0] | {"author": "Ann <u>One</u>"}, *SOURCES[1:]],
}


def having(
    *claims: dict[str, Any], apart: Any = (), observations: Sequence[dict[str, Any]] = (),
    **rows: Sequence[dict[str, Any]],
) -> Ledger:  # fmt: skip
    ledger = small(*claims, apart=apart, observations=observations)
    return replace(ledger, frames=ledger.frames | {name: frame(SCHEMA[name], own) for name, own in rows.items()})


def table(shown: HTML, caption: str = "A <caption>") -> list[list[Tag]]:
    """Return the cells of a table by row, its head first; it has a caption, and what is hostile stays text."""
    soup = BeautifulSoup(shown.data, "html.parser")
    assert soup.caption is not None
    assert soup.caption.text == caption
    assert soup.find("u") is None
    return [row.find_all(["th", "td"]) for row in soup.find_all("tr")]


def texts(rows: list[list[Tag]]) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows]


def links(cell: Tag) -> list[tuple[str, str]]:
    return [(link.text, link["href"]) for link in cell.find_all("a")]


def two(name: str, as_printed: str, **cells: Any) -> dict[str, Any]:
    return claim(name, as_printed, source_id="two2024", **cells)


# --- what is implied


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return having(claim("a", "12"), two("b", "5", metric="first"), claim("c", "7", "sold"), **HOSTILE)


@pytest.fixture(scope="module")
def found(ledger: Ledger) -> Reconciliation:
    return reconcile(ledger)


def test_only_quantities_that_no_claim_prints_are_implied(found: Reconciliation) -> None:
    assert list(analysis_tables.unprinted_bounds(found)) == [quantity("second")]


def test_an_implied_quantity_names_what_it_rests_on(ledger: Ledger, found: Reconciliation) -> None:
    names = Names.from_ledger(ledger)
    head, row = table(
        analysis_tables.implied_table(found, names, analysis_tables.unprinted_bounds(found), "A <caption>")
    )
    assert [cell.text for cell in head] == ["Quantity", "Implied", "Rests on"]
    assert [part.text for part in row[0].find_all("small")] == ["<u>Aland</u> → Bland", "2024"]
    assert row[1].text == "6.00–8.00 USD"
    assert [part.text for part in row[2].find_all("p")] == ["Ann <u>One</u>: 12", "Two Press: 5"]
    assert links(row[2]) == [("12", "../evidence/claims.html#a"), ("5", "../evidence/claims.html#b")]


def test_claims_of_one_source_stand_together() -> None:
    ledger = having(claim("a", "12"), claim("b", "5", "first"))
    shown = analysis_tables.implied_table(
        reconcile(ledger), Names.from_ledger(ledger), [quantity("second")], "A <caption>"
    )
    assert table(shown)[1][2].p.text == "Ann One: 12, 5"


def test_what_takes_two_sides_to_count_alike_says_so() -> None:
    ledger = having(claim("a", "5", "sold", ref_area="B", counterpart_area="A"), claim("b", "9", "oil"))
    found = reconcile(ledger)
    _, row = table(
        analysis_tables.implied_table(
            found, Names.from_ledger(ledger), analysis_tables.unprinted_bounds(found), "A <caption>"
        )
    )
    assert [part.text for part in row[1].find_all("small")] == ["if both sides count alike"]


def test_nothing_implied_is_a_table_without_rows(ledger: Ledger, found: Reconciliation) -> None:
    assert len(table(analysis_tables.implied_table(found, Names.from_ledger(ledger), [], "A <caption>"))) == 1


# --- verdicts


def test_each_verdict_has_its_table() -> None:
    claims = [growth("up", "2%", period="2022", base="2021"), growth("down", "9%", period="2022", base="2021")]
    claims += [claim("a", "12"), two("b", "12"), claim("lone", "5", "oil"), claim("odd", "5", "cargo")]
    ledger = having(*claims, apart=[("odd", "lone", "question")], **HOSTILE)
    found, names = reconcile(ledger), Names.from_ledger(ledger)
    rows = {
        verdict: table(analysis_tables.verdicts_table(found, names, verdict, "A <caption>"))
        for verdict in (IN_CONFLICT, CONSISTENT, SINGLE, NOT_COMPARABLE)
    }
    assert all([cell.text for cell in own[0]] == ["Claim", "By", "How"] for own in rows.values())
    assert {verdict: [link for row in own[1:] for link in links(row[0])] for verdict, own in rows.items()} == {
        IN_CONFLICT: [("2%", "../evidence/claims.html#up"), ("Ann <u>One</u>", "../evidence/sources.html#one2024"),
                      ("9%", "../evidence/claims.html#down"), ("Ann <u>One</u>", "../evidence/sources.html#one2024")],
        CONSISTENT: [("12", "../evidence/claims.html#a"), ("Ann <u>One</u>", "../evidence/sources.html#one2024"),
                     ("12", "../evidence/claims.html#b"), ("Two Press", "../evidence/sources.html#two2024")],
        SINGLE: [("5", "../evidence/claims.html#lone"), ("Ann <u>One</u>", "../evidence/sources.html#one2024")],
        NOT_COMPARABLE: [("5", "../evidence/claims.html#odd"),
                         ("Ann <u>One</u>", "../evidence/sources.html#one2024")],
    }  # fmt: skip
    assert [row[1].text for own in rows.values() for row in own[1:]] == [
        "growth over a base", "growth over a base", "same quantity", "same quantity", "none", "another question",
    ]  # fmt: skip
    assert rows[NOT_COMPARABLE][1][2].text == "The two differ in question. Beside it: 5 (Ann <u>One</u>)."


# --- gaps


def states(*claims: dict[str, Any], years: Sequence[str] = ("2023", "2024"), **tables: Any) -> dict[str, list[Any]]:
    """Return by metric and areas what is known of each year, and how many claims name none."""
    ledger = having(*claims, **tables)
    grid = coverage(reconcile(ledger), Names.from_ledger(ledger), years)
    assert list(grid.columns) == ["metric_id", "ref_area", "counterpart_area", *years, NO_YEAR]
    return {
        f"{row['metric_id']} {row['ref_area']}→{row['counterpart_area']}": [row[name] for name in (*years, NO_YEAR)]
        for row in grid.to_dict("records")
    }


def oil(**cells: Any) -> list[Any]:
    """Return what is known of one flow from one claim."""
    return states(claim("a", cells.pop("as_printed", "5"), "oil", **cells))["oil A→B"]


def test_a_year_is_stated_a_dash_or_nothing() -> None:
    assert oil() == [NOT_STATED, STATED, 0]
    assert oil(period="2024-01/2024-12") == [NOT_STATED, STATED, 0]
    assert oil(rank="normal", population="women") == [NOT_STATED, STATED, 0]
    assert states(claim("a", "5", "oil", rank="deprecated")) == {}
    assert states() == {}


def test_a_forecast_alone_is_a_forecast() -> None:
    assert oil(obs_status="forecast") == [NOT_STATED, FORECAST, 0]
    both = claim("a", "5", "oil", obs_status="forecast"), claim("b", "5", "oil")
    assert states(*both)["oil A→B"] == [NOT_STATED, STATED, 0]


def test_a_year_between_is_implied_with_its_bounds() -> None:
    found = states(claim("a", "12", "oil"), growth("b", "100%", low=100, high=100, metric="oil"))["oil A→B"]
    assert found == ["implied: 5.75–6.25 barrels", STATED, 0]


def test_a_ratio_alone_is_no_amount() -> None:
    assert states(growth("b", "10%", metric="oil"))["oil A→B"] == [NOT_STATED, RATIO_ONLY, 0]


def test_a_part_of_a_year_is_in_part() -> None:
    assert oil(period="2024-01/2024-04") == [NOT_STATED, PART_OF_YEAR, 0]
    assert oil(period="2024-05-07") == [NOT_STATED, PART_OF_YEAR, 0]
    assert oil(period="2023/2024") == [NOT_STATED, NOT_STATED, 0]  # two years say nothing of one
    assert states(growth("b", "10%", metric="oil", period="2024-01/2024-04", base="2023-01/2023-04"))["oil A→B"] == [
        NOT_STATED, PART_OF_YEAR, 0,
    ]  # fmt: skip


def test_claims_that_name_no_year_are_counted() -> None:
    assert oil(period="") == [NOT_STATED, NOT_STATED, 1]
    assert oil(period="2023/..") == [NOT_STATED, NOT_STATED, 1]
    assert states(claim("a", "5", "oil", period=""), claim("b", "5", "oil"))["oil A→B"] == [NOT_STATED, STATED, 1]


def test_only_flows_are_covered() -> None:
    assert states(claim("a", "5", "savings"), claim("b", "5", "victims")) == {}


def test_a_flow_counted_from_two_sides_has_two_directions() -> None:
    found = states(claim("a", "5", "sold"), claim("b", "5", "piece"))
    assert found == {
        "piece A→B": [NOT_STATED, STATED, 0],
        "sold A→B": [NOT_STATED, STATED, 0],
        "sold B→A": [NOT_STATED, NOT_STATED, 0],
    }
    assert set(states(claim("a", "5"))) == {"total A→B", "total B→A"}  # a sum of parts, which may have two sides


def test_a_direction_that_nobody_claims_can_be_implied() -> None:
    rows = claim("a", "5", "sold", ref_area="B", counterpart_area="A"), claim("b", "5", "mirror", period="2023")
    found = states(*rows, claim("c", "7", "oil"))
    assert found["mirror A→B"] == [STATED, "implied: 4.50–5.50 USD", 0]


def test_a_flow_towards_nobody_has_one_direction() -> None:
    assert set(states(claim("a", "5", "sold", counterpart_area=""))) == {"sold A→"}


def test_the_grid_of_gaps_is_shown_with_names() -> None:
    ledger = having(claim("a", "5"), claim("b", "5", "oil", period=""), **HOSTILE)
    grid = coverage(reconcile(ledger), Names.from_ledger(ledger), ["2024"])
    rows = table(analysis_tables.coverage_table(grid, Names.from_ledger(ledger), "A <caption>"))
    assert texts(rows) == [
        ["Metric", "2024", "No year"],
        ["Oil<u>Aland</u> → Bland", NOT_STATED, "1"],
        ["Total <u>trade</u><u>Aland</u> → Bland", STATED, "0"],
        ["Total <u>trade</u>Bland → <u>Aland</u>", NOT_STATED, "0"],
    ]


# --- headlines


def headline(name: str, statement: str, **cells: Any) -> dict[str, Any]:
    own = {"metric_id": "total", "ref_area": "A", "counterpart_area": "B", "period": "2024", "chapter": "corridors"}
    return {"headline_id": name, "statement": statement} | own | cells


OVER = dict(over_metric_id="total", over_ref_area="A", over_counterpart_area="B", over_period="2023")
HEADLINES = (
    headline("level", "There is <u>more</u>.", low=4),
    headline("grew", "It grew.", **OVER, low=1),
    headline("half", "The first is less than half.", metric_id="first", **OVER | {"over_period": "2024"}, high=0.5),
    headline("none", "Nobody knows.", metric_id="oil", **OVER | {"over_metric_id": "cargo"}, low=1),
)


def asked(**tables: Any) -> list[list[Tag]]:
    claims = claim("a", "12"), two("b", "5", metric="first"), growth("c", "100%", low=100, high=100)
    ledger = having(*claims, headlines=HEADLINES, **tables)
    shown = analysis_tables.sensitivity_table(sensitivity(ledger), ledger, "A <caption>")
    return table(shown)


def test_headlines_stand_with_all_sources_and_without_each() -> None:
    *rows, nobody = texts(asked(**HOSTILE))
    assert rows == [
        ["Headline", "With all", "Without Ann <u>One</u>", "Without Two Press"],
        ["There is <u>more</u>.", "✓ holds11.5–12.5 USD", "✓ holds", "✓ holds"],  # its part alone is more than four
        ["It grew.", "✓ holds2 times", "? cannot be said", "✓ holds"],
        ["The first is less than half.", "✓ holds36.0–47.8 %", "? cannot be said", "? cannot be said"],
    ]
    assert [nobody[0], *nobody[2:]] == ["Nobody knows.", "? cannot be said", "? cannot be said"]


def test_what_can_be_anything_is_told_without_an_end_that_says_nothing() -> None:
    nobody = texts(asked())[-1]
    assert nobody[1] == "? cannot be saidany amount"


def one_sided() -> list[list[str]]:
    """A headline on one side of a flow, of which only the other side is claimed, and by the first source."""
    asked_of = [headline("seen", "It saw more.", metric_id="mirror", low=4)]
    ledger = having(claim("a", "5", "sold", ref_area="B", counterpart_area="A"), headlines=asked_of)
    return texts(table(analysis_tables.sensitivity_table(sensitivity(ledger), ledger, "A <caption>")))


def test_what_takes_two_sides_to_count_alike_is_marked_where_a_source_is_left_out() -> None:
    assert one_sided()[1][2:] == ["? cannot be said", f"✓ holds{analysis_tables.SYMMETRY_ASSUMPTION}"]


def test_what_takes_two_sides_to_count_alike_is_marked_with_all_sources_too() -> None:
    assert analysis_tables.SYMMETRY_ASSUMPTION in one_sided()[1][1]


def test_sources_stand_in_the_order_they_were_written() -> None:
    late = [SOURCES[0] | {"written": "2025"}, SOURCES[1]]
    assert texts(asked(sources=late))[0][2:] == ["Without Two Press", "Without Ann One"]


def test_two_sources_of_one_author_have_a_column_each() -> None:
    both = [SOURCES[0], SOURCES[1] | {"author": SOURCES[0]["author"]}]
    assert len(asked(sources=both)[0]) == 4


def test_no_headlines_are_no_rows() -> None:
    ledger = having(claim("a", "5"))
    shown = analysis_tables.sensitivity_table(sensitivity(ledger), ledger, "A <caption>")
    assert len(table(shown)) == 1


# --- witnesses


def test_witnesses_are_shown_by_source_and_origin() -> None:
    ledger = having(claim("a", "5", origin="<u>Bureau</u>"), two("b", "6", origin="<u>Bureau</u>"),
                    two("c", "6"), **HOSTILE)  # fmt: skip
    claims = ledger["claims"]
    head, row = table(
        analysis_tables.origins_by_quantity_table(
            origins_by_quantity(claims), claims, Names.from_ledger(ledger), "A <caption>"
        )
    )
    assert [cell.text for cell in head] == ["What", "Figures", "Sources", "Origins"]
    assert [cell.text for cell in row] == ["Total <u>trade</u>level, 2024", "Ann <u>One</u>: 5Two Press: 6, 6", "2",
                                           "2<u>Bureau</u>; Two Press"]  # fmt: skip
    assert links(row[1])[0] == ("5", "../evidence/claims.html#a")


def test_origins_are_shown_with_their_figures_and_who_passes_them_on() -> None:
    ledger = having(claim("a", "5", origin="<u>Bureau</u>"), two("b", "6", origin="<u>Bureau</u>"), **HOSTILE)
    claims = ledger["claims"]
    head, row = table(
        analysis_tables.claims_by_origin_table(
            claims_by_origin(claims), claims, Names.from_ledger(ledger), "A <caption>"
        )
    )
    assert [cell.text for cell in head] == ["Origin", "Figures", "Through"]
    assert [cell.text for cell in row] == ["<u>Bureau</u>", "5, 6", "Ann <u>One</u>, Two Press"]
    assert links(row[1]) == [("5", "../evidence/claims.html#a"), ("6", "../evidence/claims.html#b")]


def test_no_witnesses_are_tables_without_rows() -> None:
    ledger = having()
    claims, names = ledger["claims"], Names.from_ledger(ledger)
    assert isinstance(claims, pd.DataFrame)
    assert (
        len(table(analysis_tables.origins_by_quantity_table(origins_by_quantity(claims), claims, names, "A <caption>")))
        == 1
    )
    assert (
        len(table(analysis_tables.claims_by_origin_table(claims_by_origin(claims), claims, names, "A <caption>"))) == 1
    )


# --- beside independent figures

TENSION = {"tension_id": "growth-and-sums", "items": "c; new; old", "expect": "growth over a base"}
RATES = (
    growth("c", "10.0%", metric="savings"), claim("old", "100.0", "savings", period="2023"),
    two("new", "200.0", metric="savings"),
)  # fmt: skip


def settling(*observations: dict[str, Any], title: str = "A <u>title</u>") -> list[list[Tag]]:
    """Return the rows on a conflict of growth with two sums, beside some observations."""
    ledger = having(*RATES, observations=observations, tensions=[TENSION | {"title": title}], **HOSTILE)
    conflicts = find_conflicts(ledger)
    by_claims = {
        finding.items: family
        for family in group_inconsistencies(ledger, find_inconsistencies(ledger, conflicts))
        for finding in family.members
    }
    return table(
        analysis_tables.resolution_table(resolve_conflicts(ledger, conflicts), by_claims, ledger, "A <caption>")
    )


def test_a_conflict_on_which_nothing_bears_is_told_so() -> None:
    head, row = settling()
    assert [cell.text for cell in head] == ["Conflict", "Beside the figures of", "What would give way"]
    assert links(row[0]) == [("A <u>title</u>", "../evidence/contradictions.html#growth-and-sums")]
    assert [cell.text for cell in row[1:]] == ["nobody: none bears on it", "any one of its claims, as without them"]


def test_what_would_give_way_is_told_with_the_figures_that_say_so() -> None:
    _, row = settling(observation("o", "200.0", "savings"), observation("p", "100.0", "savings", period="2023"))
    assert row[1].get_text("|") == "<u>Aland</u>|2 that bear on it"
    assert row[2].get_text("|") == "10.0%|because of |200 USD (2024)|, |100 USD (2023)"
    assert links(row[2]) == [
        ("10.0%", "../evidence/claims.html#c"),
        ("200 USD (2024)", "../evidence/official.html#o"),
        ("100 USD (2023)", "../evidence/official.html#p"),
    ]


def test_a_figure_that_leaves_several_ways_out_names_each() -> None:
    _, row = settling(observation("o", "200.0", "savings"))
    assert row[1].get_text("|") == "<u>Aland</u>|1 that bear on it"
    assert row[2].text == "10.0%, or 100.0"  # the sum that it agrees with need not give way


def test_claims_that_would_all_have_to_give_way_stand_together() -> None:
    rows = [observation("o", "300.0", "savings"), observation("p", "100.0", "savings", period="2023")]
    _, row = settling(*rows)
    assert row[2].text.startswith("10.0% with 200.0because of ")
    assert {href.split("#")[1] for _, href in links(row[2])} == {"c", "new", "o", "p"}


def test_each_side_has_its_own_row() -> None:
    rows = settling(observation("o", "200.0", "savings"), observation("p", "200.0", "savings", reporter="B"))[1:]
    assert [row[1].get_text("|") for row in rows] == ["<u>Aland</u>|1 that bear on it", "Bland|1 that bear on it"]


def test_no_conflicts_are_a_table_without_rows() -> None:
    assert len(table(analysis_tables.resolution_table([], {}, having(), "A <caption>"))) == 1


def test_dates_of_events_stand_beside_the_recorded_ones() -> None:
    events = [
        {"event_id": "same", "name": "A <u>thing</u>", "date": "2024-05"},
        {"event_id": "near", "name": "Another", "date": "2024-05-07"},
        {"event_id": "far", "name": "A third", "date": "2024-05-07"},
        {"event_id": "open", "name": "A fourth"},
    ]
    own = {"publisher": "<u>Paper</u>", "note": "A <u>note</u>."}
    records = [
        own | {"record_id": f"r-{name}", "event_id": name, "date": date}
        for name, date in (("same", "2024-05-03"), ("near", "2024-05-08"), ("far", "2024-05-01"), ("open", "2024"))
    ]
    ledger = having(events=events, records=records)
    head, *rows = table(analysis_tables.dates_table(corroborate_dates(ledger), ledger, "A <caption>"))
    assert [cell.text for cell in head] == ["Event", "In the sources", "Recorded", "Verdict"]
    assert [links(row[0]) for row in rows] == [
        [("A <u>thing</u>", "../evidence/timeline.html#same")], [("Another", "../evidence/timeline.html#near")],
        [("A third", "../evidence/timeline.html#far")], [("A fourth", "../evidence/timeline.html#open")],
    ]  # fmt: skip
    assert [[cell.get_text("|") for cell in row[1:]] for row in rows] == [
        ["May 2024", "3 May 2024|<u>Paper</u>|A <u>note</u>.", "agrees"],
        ["7 May 2024", "8 May 2024|<u>Paper</u>|A <u>note</u>.", "differs|1 day apart"],
        ["7 May 2024", "1 May 2024|<u>Paper</u>|A <u>note</u>.", "differs|6 days apart"],
        ["no date", "2024|<u>Paper</u>|A <u>note</u>.", "not comparable"],
    ]


def test_no_records_are_a_table_without_rows() -> None:
    ledger = having()
    assert len(table(analysis_tables.dates_table(corroborate_dates(ledger), ledger, "A <caption>"))) == 1
