"""What a reader is told of a claim beside independent figures; the verdicts are tested in test_corroborate."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pandas as pd
import portion
import pytest
from bs4 import BeautifulSoup, Tag
from IPython.display import HTML
from markupsafe import Markup

from compendium.analysis.corroboration import POINTS, Comparison, Corroboration, corroborate
from compendium.analysis.explanations import Names
from compendium.display.tables import corroboration as corroboration_tables
from compendium.display.tables import observations as observation_tables
from compendium.ledger.claims import read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.reconciliation.verdicts import AGREES, CORROBORATION_VERDICTS, DIFFERS, NONE_FOUND, NOT_COMPARABLE
from tests.support.small import METRICS, OWN, PLACES, REASONS, SCHEMA, SOURCES, claim, frame, growth, observation, small
from tests.support.small import closed as between

Row = dict[str, Any]
CAPTION = "A <caption>"
HOSTILE: dict[str, Sequence[Row]] = {
    "metrics": [OWN | row for row in ({**METRICS[0], "name": "Total <u>trade</u>"}, *METRICS[1:])],
    "places": [{**PLACES[0], "name": "<u>Aland</u>"}, *PLACES[1:]],
    "sources": [SOURCES[0] | {"author": "Ann <u>One</u>"}, *SOURCES[1:]],
    "reasons": [row | {"name": f"<u>{row['name']}</u>", "sentence": f"<u>{row['sentence']}</u>"} for row in REASONS],
}
BAD: Row = {
    "publisher": "<u>Office</u>", "original_source": "<u>Bureau</u>", "note": "A <u>note</u>.",
    "licence": "<u>free</u>", "address": 'https://x.org/"><u>',
}  # fmt: skip


def having(*claims: Row, observations: Sequence[Row] = (), typed: Any = (), **rows: Sequence[Row]) -> Ledger:
    ledger = small(*claims, observations=observations, typed=typed)
    return replace(ledger, frames=ledger.frames | {name: frame(SCHEMA[name], own) for name, own in rows.items()})


def told(given: Row, *observations: Row, **tables: Any) -> list[str]:
    """Return what is told of everything that is held against a claim."""
    ledger = having(given, observations=observations, **tables)
    rows = {row["observation_id"]: row for row in read_observations(ledger).to_dict("records")}
    return [
        corroboration_tables.comparison_sentence(held, rows, Names.from_ledger(ledger))
        for held in corroborate(ledger)[given["claim_id"]].comparisons
    ]


def office(name: str = "o", value: str = "5", metric: str = "savings", **cells: Any) -> Row:
    return observation(name, value, metric, **cells)


def table(shown: HTML) -> list[list[Tag]]:
    """Return the cells of a table by row, its head first; it has a caption, and what is hostile stays text."""
    soup = BeautifulSoup(shown.data, "html.parser")
    assert soup.caption is not None
    assert soup.caption.text == CAPTION
    assert soup.find("u") is None
    return [row.find_all(["th", "td"]) for row in soup.find_all("tr")]


def texts(shown: HTML) -> list[list[str]]:
    return [[cell.get_text("|") for cell in row] for row in table(shown)]


def links(cell: Tag) -> list[tuple[str, str]]:
    return [(link.text, str(link["href"])) for link in cell.find_all("a")]


def observed(*rows: Row, **tables: Sequence[Row]) -> tuple[pd.DataFrame, Names]:
    ledger = having(observations=rows, **tables)
    return read_observations(ledger), Names.from_ledger(ledger)


# --- sentences


def test_what_agrees_is_told_with_who_says_it_when_and_how_it_is_read() -> None:
    assert told(claim("c", "4.6", "savings"), office(value="5")) == [
        "Office gives 5 USD (2024), read as 4.50–5.50 USD: agrees."
    ]


def test_a_claim_above_is_so_many_times_as_much() -> None:
    (said,) = told(claim("c", "20.0", "savings"), office(value="5.0"))  # [19.95, 20.05) by [4.95, 5.05)
    assert said == "Office gives 5 USD (2024), read as 4.95–5.05 USD: differs, the claim being 3.95–4.05 times as much."


def test_a_claim_below_is_so_many_times_less() -> None:
    (said,) = told(claim("c", "5.0", "savings"), office(value="20.0"))
    assert said.endswith(": differs, the claim being 3.95–4.05 times less.")


def test_percentages_are_apart_by_points() -> None:
    other = office(value="10.0", metric="answers")  # [9.95, 10.05) beside [24.95, 25.05) and [4.95, 5.05)
    (above,), (below,) = told(claim("c", "25.0", "answers"), other), told(claim("c", "5.0", "answers"), other)
    assert above.endswith(": differs, the claim being 14.9–15.1 points higher.")
    assert below.endswith(": differs, the claim being 4.90–5.10 points lower.")


def test_growths_are_apart_by_points_and_not_by_times() -> None:
    other = observation("o", "2.0", unit="percent", measure="growth", base="2023")
    (said,) = told(growth("c", "8.0%"), other)
    assert said == "Office gives 2 % (2024), read as 1.95–2.05 %: differs, the claim being 5.90–6.10 points higher."


def test_what_can_be_below_nothing_is_apart_by_an_amount() -> None:
    (said,) = told(claim("c", "15", "balance"), office(value="-5", metric="balance"))
    assert said.endswith(": differs, the claim being 19.0–21.0 USD higher.")  # [14.5, 15.5) less (−5.5, −4.5]


def test_where_an_end_is_missing_nothing_is_said_of_how_far() -> None:
    assert told(claim("c", "3", "savings"), office(hedge="more than")) == [
        "Office gives more than 5 USD (2024), read as more than 5.00 USD: differs."
    ]
    (said,) = told(claim("c", "9", "savings", hedge="more than"), office())
    assert said.endswith(": differs.")


def test_a_claim_that_may_be_nothing_is_only_less() -> None:
    (said,) = told(claim("c", "3", "savings", hedge="up to"), office())
    assert said == "Office gives 5 USD (2024), read as 4.50–5.50 USD: differs, the claim being less."


def test_beside_nothing_observed_there_is_no_number_of_times() -> None:
    (said,) = told(claim("c", "7", "victims"), office(value="0", metric="victims"))
    assert said == "Office gives 0 persons (2024), read as 0 persons: differs."


def test_what_is_not_comparable_is_told_with_its_reason_and_no_reading() -> None:
    own = claim("c", "5", "savings")
    assert told(own, office(period="2024-03")) == [
        "Office gives 5 USD (March 2024). Not comparable (another period): The two are of different times."
    ]
    assert told(own, office(), typed=[("c", "o", "question")]) == [
        "Office gives 5 USD (2024). Not comparable (another question): The two differ in question."
    ]


def test_a_persons_reason_is_told_in_the_persons_words() -> None:
    row = {"claim_id": "c", "observation_id": "o", "reason": "question", "why": "They asked others."}
    (said,) = told(claim("c", "5", "savings"), office(), comparisons=[row])
    assert said == "Office gives 5 USD (2024). Not comparable (another question): They asked others."


def test_what_is_not_comparable_may_still_be_alike_or_not() -> None:
    own = claim("c", "5", "savings")
    (alike,) = told(own, office(value="5", population="women"))
    (apart,) = told(own, office(value="8", population="women"))
    assert alike.endswith("(another population): The two differ in population. Otherwise the two would agree.")
    assert apart.endswith("(another population): The two differ in population. The two figures differ, too.")


def test_what_follows_from_several_is_told_with_the_figures_and_the_rule() -> None:
    rows = office("a", "5", "first"), office("b", "7", "second")
    assert told(claim("c", "12"), *rows) == [
        "From 5 USD (2024) and 7 USD (2024) follows 11.0–13.0 USD "
        "(Total trade is the sum of first trade and second trade): agrees."
    ]
    (said,) = told(claim("c", "60.0"), *rows)  # [59.95, 60.05) by [11, 13)
    assert said.endswith(": differs, the claim being 4.61–5.46 times as much.")


@pytest.mark.parametrize(
    ("source", "who"), [("", "Office"), ("Bureau", "Office, for Bureau,"), ("Office", "Office")]
)  # fmt: skip
def test_a_credit_is_told_where_somebody_else_is_credited(source: str, who: str) -> None:
    assert observation_tables.describe_publisher({"publisher": "Office", "original_source": source}) == who
    (said,) = told(claim("c", "5", "savings"), office(original_source=source))
    assert said.startswith(f"{who} gives 5 USD")


@pytest.mark.parametrize(
    ("period", "stated", "when"),
    [
        ("2024-01/2024-03", "2024-05-07", "January–March 2024"),
        ("", "2024-05-07", "said 7 May 2024"),
        ("", "", ""),
    ],
)
def test_an_observation_is_dated_by_its_period_or_by_when_it_was_said(period: str, stated: str, when: str) -> None:
    assert observation_tables.describe_time({"period": period, "stated_on": stated}) == when


def test_without_any_date_there_are_no_empty_brackets() -> None:
    other = office(value="5", metric="capacity", period="")
    (said,) = told(claim("c", "5", "capacity", period=""), other)
    assert said == "Office gives 5 tonnes a year, read as 4.50–5.50 tonnes a year: agrees."


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (portion.closedopen(Fraction(0), Fraction(5)), "less than 5.00 USD"),
        (portion.closed(Fraction(0), Fraction(5)), "at most 5.00 USD"),
        (portion.singleton(Fraction(0)), "0 USD"),
        (portion.closedopen(Fraction(0), portion.inf), "any amount"),
        (portion.closed(Fraction(-5), Fraction(5)), "−5.00–5.00 USD"),
        (portion.closed(Fraction(-5), Fraction(0)), "−5.00–0.00 USD"),
        (portion.open(Fraction(5), portion.inf), "more than 5.00 USD"),
    ],
)
def test_that_an_amount_is_not_below_nothing_goes_without_saying(found: portion.Interval, said: str) -> None:
    assert corroboration_tables.format_amount_range(found, "USD") == said


def test_a_verdict_in_words_is_the_verdict_with_the_distance() -> None:
    held = Comparison(
        ("o",), DIFFERS, between(1, 2), "percent", False, difference=between(3, 4), difference_unit=POINTS
    )
    assert corroboration_tables.describe_verdict(held) == "differs, the claim being 3.00–4.00 points higher"
    assert corroboration_tables.describe_verdict(replace(held, difference=None, difference_unit="")) == "differs"
    assert corroboration_tables.describe_verdict(replace(held, verdict=AGREES)) == "agrees"
    assert corroboration_tables.describe_difference(replace(held, verdict=AGREES)) == ""
    assert corroboration_tables.describe_difference(replace(held, verdict=NOT_COMPARABLE)) == ""


# --- who prints it


@pytest.mark.parametrize(
    ("address", "href"),
    [
        ("https://x.org/a", "https://x.org/a"),
        ("http://x.org/a", "http://x.org/a"),
        ("https://x.org/a table 3", "https://x.org/a"),
        ("github:owner/name@abc data.csv", None),
        ("pip:package==1 data.csv", None),
        ("javascript:alert(1)", None),
        ("data:text/html,https://x.org", None),
        ("", None),
    ],
)
def test_a_publisher_is_linked_only_where_there_is_a_page(address: str, href: str | None) -> None:
    soup = BeautifulSoup(observation_tables.publisher_link(office(address=address)), "html.parser")
    assert soup.text == "Office (read from a page)"
    assert [link["href"] for link in soup.find_all("a")] == ([href] if href else [])
    assert all(link["rel"] == ["nofollow"] for link in soup.find_all("a"))


def test_the_class_of_a_figure_is_said() -> None:
    assert observation_tables.publisher_link(office(quality="machine")) == "Office (parsed from a data file)"
    assert observation_tables.publisher_link(office(original_source="Bureau")) == "Office for Bureau (read from a page)"
    assert observation_tables.publisher_link(office(original_source="Office")) == "Office (read from a page)"


def test_hostile_text_stays_text_and_cannot_leave_its_attribute() -> None:
    soup = BeautifulSoup(observation_tables.publisher_link(office(**BAD)), "html.parser")
    assert soup.text == "<u>Office</u> for <u>Bureau</u> (read from a page)"
    assert soup.find("u") is None
    assert soup.a is not None
    assert soup.a["href"] == 'https://x.org/"><u>'


# --- tables


def shown(given: Row, *observations: Row, **tables: Any) -> list[list[Tag]]:
    ledger = having(given, observations=observations, **tables)
    claims = read_claims(ledger).set_index("claim_id", drop=False)
    found, names = corroborate(ledger).values(), Names.from_ledger(ledger)
    return table(corroboration_tables.corroboration_table(found, claims, read_observations(ledger), names, CAPTION))


def test_a_claim_stands_with_what_was_held_against_it() -> None:
    head, row = shown(claim("c", "20.0", "total"), observation("o", "5.0", **BAD), **HOSTILE)
    assert [cell.text for cell in head] == ["Claim", "Independent figures"]
    assert links(row[0]) == [
        ("20.0", "../evidence/claims.html#c"), ("Ann <u>One</u>", "../evidence/sources.html#one2024"),
    ]  # fmt: skip
    assert row[0].get_text("|").endswith("|Total <u>trade</u>, <u>Aland</u> → Bland|2024")
    (badge,) = row[1].select("span.verdict")
    assert (badge.text, badge["class"]) == ("differs", ["verdict", "differs"])
    assert links(row[1])[0] == ("5 USD", "../evidence/official.html#o")
    assert [part.text for part in row[1].find_all("small")] == [
        "2024; <u>Office</u> for <u>Bureau</u> (read from a page)",
        "the claim being 3.95–4.05 times as much",
        "A <u>note</u>.",
    ]


def test_the_class_of_a_verdict_of_two_words_is_one_word() -> None:
    _, row = shown(claim("c", "5"), observation("o", "5", population="women", **BAD), **HOSTILE)
    (badge,) = row[1].select("span.verdict")
    assert (badge.text, badge["class"]) == ("not comparable", ["verdict", "not-comparable"])
    assert [part.text for part in row[1].find_all("small")][1:] == [
        "<u>another population</u>: <u>The two differ in population.</u> Otherwise the two would agree."
    ]


def test_what_has_no_date_stands_without_one() -> None:
    _, row = shown(claim("c", "5", "capacity", period=""), observation("o", "5", "capacity", period=""))
    assert row[0].get_text("|").endswith("|no period given")
    assert row[1].small is not None
    assert row[1].small.text == "Office (read from a page)"


def test_every_figure_held_against_a_claim_has_its_own_paragraph_and_verdict() -> None:
    _, row = shown(claim("c", "5", "savings"), office("o", "5"), office("p", "50", publisher="Other"))
    parts = row[1].find_all("div")
    assert [part.select_one("span.verdict").text for part in parts] == ["agrees", "differs"]
    assert [links(part)[0][1].split("#")[1] for part in parts] == ["o", "p"]


def test_what_follows_from_several_links_each_of_them() -> None:
    _, row = shown(claim("c", "12"), office("a", "5", "first"), office("b", "7", "second"), **HOSTILE)
    assert links(row[1]) == [("5 USD", "../evidence/official.html#a"), ("7 USD", "../evidence/official.html#b")]
    assert row[1].find_all("small")[0].text == "Total <u>trade</u> is the sum of first trade and second trade."
    assert "agrees 11.0–13.0 USD: follows from 5 USD, 7 USD" in row[1].text


def test_a_claim_without_any_figure_has_an_empty_cell() -> None:
    _, row = shown(claim("c", "5", "savings"), office(metric="oil"))
    assert row[1].text == ""


def test_links_lead_to_the_permanent_places() -> None:
    _, row = shown(claim("c", "5", "savings"), office(address="https://x.org"))
    assert [href for cell in row for _, href in links(cell)] == [
        "../evidence/claims.html#c", "../evidence/sources.html#one2024", "../evidence/official.html#o", "https://x.org",
    ]  # fmt: skip


def test_observations_are_shown_in_the_order_given() -> None:
    low = observation("b", "5", population="all <u>ages</u>", obs_status="low reliability", **BAD)
    rise = observation("a", "12", unit="percent", measure="growth", base="2023")
    found, names = observed(low, rise, **HOSTILE)
    assert texts(observation_tables.observations_table(found, names, CAPTION)) == [
        ["Figure", "What it measures", "Who prints it"],
        ["5 USD", "Total <u>trade</u>|<u>Aland</u> → Bland|2024|all <u>ages</u>|low reliability",
         "<u>Office</u>| for <u>Bureau</u> (read from a page)|A <u>note</u>."],
        ["12 %|growth over 2023", "Total <u>trade</u>|<u>Aland</u> → Bland|2024", "Office (read from a page)"],
    ]  # fmt: skip
    _, first, _ = table(observation_tables.observations_table(found, names, CAPTION))
    assert links(first[0]) == [("5 USD", "../evidence/official.html#b")]


def test_the_areas_can_be_left_to_the_caption() -> None:
    found, names = observed(observation("o", "5"))
    assert (
        texts(observation_tables.observations_table(found, names, CAPTION, show_areas=False))[1][1]
        == "Total trade|2024"
    )


def test_two_columns_leave_what_all_share_to_the_caption() -> None:
    found, names = observed(observation("o", "5", **BAD), observation("p", "6", period="2023"), **HOSTILE)
    head, *rows = texts(observation_tables.compact_observations_table(found, names, CAPTION))
    assert head == ["Figure", "Who prints it"]
    assert [row[0] for row in rows] == ["5 USD|2024", "6 USD|2023"]
    assert rows[0][1] == "<u>Office</u>| for <u>Bureau</u> (read from a page)|A <u>note</u>."


def test_two_columns_say_what_differs() -> None:
    metrics, places = (observation("p", "6", "first"), observation("q", "7", ref_area="B", counterpart_area="A"))
    by_metric = texts(
        observation_tables.compact_observations_table(*observed(observation("o", "5"), metrics), CAPTION)
    )[1:]
    by_place = texts(observation_tables.compact_observations_table(*observed(observation("o", "5"), places), CAPTION))[
        1:
    ]
    assert [row[0] for row in by_metric] == ["5 USD|Total trade|2024", "6 USD|First trade|2024"]
    assert [row[0] for row in by_place] == ["5 USD|Aland → Bland|2024", "7 USD|Bland → Aland|2024"]


@pytest.mark.parametrize(
    ("cells", "how"),
    [
        ({"measure": "level"}, ""),
        ({"measure": "growth", "base_period": "2023-01/2023-04"}, "growth over January–April 2023"),
        ({"measure": "multiple", "base_period": "2021"}, "multiple of 2021"),
        ({"measure": "share", "base_period": "2024"}, "share"),
        ({"measure": "difference", "base_period": ""}, "difference"),
    ],
)
def test_how_an_observation_measures_is_said_where_it_is_no_level(cells: Mapping[str, str], how: str) -> None:
    assert observation_tables.describe_measure(cells) == how


# --- by period


def test_figures_of_one_period_stand_beside_each_other_in_order_of_time() -> None:
    found, _ = observed(
        observation("late", "5", **BAD), observation("early", "4", period="2023-01/2023-04"),
        observation("other", "9", obs_status="provisional"), observation("again", "8", publisher="Two"),
        observation("year", "7", period="2023"),
    )  # fmt: skip
    columns = {"One <u>side</u>": found.loc[["late", "year", "early"]], "Other": found.loc[["other", "again"]]}
    follows = {("Other", "2022"): Markup("<b>7</b>"), ("One <u>side</u>", "2024"): Markup("follows")}
    assert texts(observation_tables.observations_by_period_table(columns, CAPTION, implied_cells=follows)) == [
        ["Period", "One <u>side</u>", "Other"],
        ["2022", "–", "7"],
        ["January–April 2023", "4 USD|Office (read from a page)", "–"],  # begins with the year and ends before it
        ["2023", "7 USD|Office (read from a page)", "–"],
        ["2024", "5 USD|<u>Office</u>| for <u>Bureau</u> (read from a page)|follows",
         "9 USD|provisional|Office (read from a page)|8 USD|Two (read from a page)"],
    ]  # fmt: skip


# --- series


def test_a_series_is_one_row_with_every_value_at_its_address() -> None:
    rows = [observation(f"o-{year}", value, period=year, licence="free") for year, value in
            (("2024", "5"), ("2022", "3"), ("2023", "4"))]  # fmt: skip
    head, row = table(observation_tables.series_table(*observed(*rows), CAPTION))
    assert [cell.text for cell in head] == ["Series", "Values", "Who prints it"]
    assert [(value["id"], value.text) for value in row[1].find_all("span")] == [
        ("o-2022", "2022 3 USD"), ("o-2023", "2023 4 USD"), ("o-2024", "2024 5 USD"),
    ]  # fmt: skip
    assert row[0].get_text("|") == "Total trade|Aland → Bland"
    assert row[2].get_text("|") == "Office (read from a page)|free"


@pytest.mark.parametrize(
    "cells",
    [
        {"metric": "first"}, {"ref_area": "C"}, {"counterpart_area": "C"}, {"population": "women"}, {"reporter": "B"},
        {"publisher": "Two"}, {"original_source": "Bureau"}, {"address": "https://x.org"}, {"quality": "machine"},
        {"measure": "growth", "unit": "percent", "base": "2022"},
    ],
    ids=lambda cells: ", ".join(cells),
)  # fmt: skip
def test_what_differs_in_more_than_its_time_is_another_series(cells: Row) -> None:
    found, names = observed(observation("o", "5"), observation("p", "6", period="2023", **cells))
    rows = table(observation_tables.series_table(found, names, CAPTION))[1:]
    assert [[value["id"] for value in row[1].find_all("span")] for row in rows] == [["o"], ["p"]]


def test_hostile_text_in_a_series_stays_text() -> None:
    found, names = observed(observation("o", "5", population="<u>all</u>", **BAD), **HOSTILE)
    assert texts(observation_tables.series_table(found, names, CAPTION))[1] == [
        "Total <u>trade</u>|<u>Aland</u> → Bland|<u>all</u>", "2024| 5 USD|A <u>note</u>.",
        "<u>Office</u>| for <u>Bureau</u> (read from a page)|<u>free</u>",
    ]  # fmt: skip


def noted(*notes: str) -> Tag:
    rows = [observation(f"o-{place}", "5", period=str(2000 + place), note=note) for place, note in enumerate(notes)]
    return table(observation_tables.series_table(*observed(*rows), CAPTION))[1][1]


def test_few_notes_of_a_series_are_shown_each_once() -> None:
    cell = noted("One.", "Two.", "One.", "", "Three.")
    assert [part.text for part in cell.find_all("small") if part.parent == cell] == ["One.", "Two.", "Three."]
    assert cell.details is None


def test_many_notes_of_a_series_are_folded() -> None:
    cell = noted("One.", "<u>Two.</u>", "Three.", "Four.", "Four.")
    assert cell.details is not None
    assert cell.details.summary is not None
    assert cell.details.summary.text == "4 notes"
    assert [item.text for item in cell.details.find_all("li")] == ["One.", "<u>Two.</u>", "Three.", "Four."]
    assert cell.text.count("Four.") == 1


def rise(year: int, measure: str = "growth") -> Row:
    return observation(f"o-{year}", "5", unit="percent", measure=measure, period=str(year), base=str(year - 1))


def test_a_series_says_how_its_values_measure_and_a_single_value_says_it_in_full() -> None:
    assert observation_tables.describe_series_measure(observed(rise(2024))[0]) == "growth over 2023"
    assert observation_tables.describe_series_measure(observed(rise(2023), rise(2024))[0]) == "growth over a year"
    assert observation_tables.describe_series_measure(observed(rise(2023, "share"), rise(2024, "share"))[0]) == "share"
    assert observation_tables.describe_series_measure(observed(office("a"), office("b", period="2023"))[0]) == ""


# --- what was not found, and what is dated


def test_what_was_not_found_has_its_address_and_its_reason() -> None:
    gone = observation("gone", "", obs_status="missing", note="Nobody <u>counts</u> it.")
    ledger = having(observations=[gone, observation("o", "5")], **HOSTILE)
    shown = observation_tables.missing_table(
        read_observations(ledger, missing=True), Names.from_ledger(ledger), CAPTION
    )
    assert texts(shown) == [
        ["What", "Why there is no figure"],
        ["Total <u>trade</u>|<u>Aland</u> → Bland|2024", "Nobody <u>counts</u> it."],
    ]
    assert [row["id"] for row in BeautifulSoup(shown.data, "html.parser").select("tbody tr")] == ["gone"]


def test_records_stand_in_order_of_time() -> None:
    own = {"label": "conflict", "publisher": "<u>Paper</u>", "quality": "page", "address": "https://x.org"}
    rows = [own | {"record_id": "late", "name": "A <u>second</u> thing", "date": "2024-05", "note": "A <u>note</u>."},
            own | {"record_id": "early", "name": "A first thing", "date": "2024-01-02"}]  # fmt: skip
    assert texts(observation_tables.records_table(having(records=rows)["records"], CAPTION)) == [
        ["When", "What happened", "Who prints it"],
        ["2 January 2024", "A first thing|labelled conflict", "<u>Paper</u>| (read from a page)"],
        ["May 2024", "A <u>second</u> thing|labelled conflict", "<u>Paper</u>| (read from a page)|A <u>note</u>."],
    ]


@pytest.mark.parametrize(
    "shown",
    [
        lambda found, names: observation_tables.observations_table(found, names, CAPTION),
        lambda found, names: observation_tables.compact_observations_table(found, names, CAPTION),
        lambda found, names: observation_tables.series_table(found, names, CAPTION),
        lambda found, names: observation_tables.missing_table(found, names, CAPTION),
        lambda found, names: observation_tables.observations_by_period_table({"One": found}, CAPTION),
    ],
    ids=["observations", "figures", "series", "missing", "by period"],
)
def test_nothing_is_a_table_without_rows(shown: Any) -> None:
    found, names = observed(observation("o", "5"))
    assert len(table(shown(found.iloc[:0], names))) == 1


# --- counts, and the ranges of what differs


def verdict(name: str, word: str, *held: Comparison) -> Corroboration:
    return Corroboration(name, word, "", between(9, 11), "USD", held)


def test_verdicts_are_counted_by_what_is_said_of_each_claim_and_together() -> None:
    words = {"a": AGREES, "b": AGREES, "c": NONE_FOUND, "d": AGREES}
    by = pd.Series({"a": "Ann", "b": "Bob", "c": "Ann", "d": "Ann", "withdrawn": "Nobody"})
    grid = corroboration_tables.verdict_counts({name: verdict(name, word) for name, word in words.items()}, by)
    assert list(grid.columns) == list(CORROBORATION_VERDICTS)  # those that nobody has as well
    assert {name: list(row) for name, row in grid.iterrows()} == {
        "Ann": [2, 0, 0, 1], "Bob": [1, 0, 0, 0], "All": [3, 0, 0, 1],
    }  # fmt: skip


def held(name: str, low: Any, high: Any, word: str = DIFFERS, **cells: Any) -> Comparison:
    return Comparison((name,), word, between(low, high), "USD", word == AGREES, **{"difference": between(1, 2)} | cells)


def test_what_differs_is_told_once_a_value() -> None:
    one = verdict(
        "a", DIFFERS, held("o", 1, 2), held("again", 1, 2), held("p", 3, 4), held("q", 9, 10, AGREES),
        held("endless", 5, 6, difference=None), held("beside", 7, 8, NOT_COMPARABLE),
    )  # fmt: skip
    two = verdict("b", DIFFERS, held("o", 1, 2))  # another claim tells it again
    found = [
        (own.claim_id, other.observations) for own, other in corroboration_tables.differing_comparisons([one, two])
    ]
    assert found == [("a", ("o",)), ("a", ("p",)), ("b", ("o",))]


def test_a_claim_is_shown_in_percent_of_the_middle_of_what_is_observed() -> None:
    assert corroboration_tables.percent_of_observed(verdict("a", DIFFERS), held("o", 4, 6)) == (
        between(180, 220),
        between(80, 120),
    )


def test_where_nothing_is_the_lower_end_the_upper_one_is_the_hundred() -> None:
    assert corroboration_tables.percent_of_observed(verdict("a", DIFFERS), held("o", 0, 5)) == (
        between(180, 220),
        between(0, 100),
    )
