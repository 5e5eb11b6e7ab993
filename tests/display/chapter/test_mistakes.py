"""What the interface says to an author who mistypes, on the made-up ledger of the tests of the interface."""

import re
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import portion
import pytest

from compendium.display.chapter import charts, events, ledger, observations, orders, routes, statements, votes
from compendium.display.chapter.amounts import Amount, exactly
from compendium.display.chapter.claims import Claims
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.selections import Entry, Selection
from compendium.display.chapter.yearly import Yearly
from tests.display.chapter.test_interface import ledger as open_made_up

made_up = open_made_up
"""The fixture, under a name that hides no module."""
Act = Callable[[OpenLedger], Any]
MISTYPED: dict[str, tuple[Act, str]] = {
    "a metric": (lambda own: own.claims(metric="totl"), "no metric 'totl'; perhaps 'total'"),
    "one of several": (lambda own: own.claims(metric=["total", "frst"]), "no metric 'frst'; perhaps 'first'"),
    "an area": (lambda own: own.claims(area="WORLT"), "no area 'WORLT'; perhaps 'WORLD'"),
    "a partner": (lambda own: own.observations(partner="ZZZ"), "no partner 'ZZZ'; one of 'A', 'B'"),
    "a source": (lambda own: own.claims(source="one2023"), "no source 'one2023'; perhaps 'one2024'"),
    "a chapter": (lambda own: own.events(chapter="trades"), "no chapter 'trades'; perhaps 'trade'"),
    "an actor": (lambda own: own.events(actor="Z"), "no actor 'Z'; one of 'A', 'B'"),
    "a statement": (lambda own: own.stances("goot"), "no proposition 'goot'; perhaps 'good'"),
    "what is left out": (lambda own: own.claims().excluding(source="x"), "no source 'x'; one of"),
    "areas of figures": (lambda own: own.claims().between("A", "XYZ"), "no area 'XYZ'"),
    "areas of events": (lambda own: own.events().between("A", "XYZ"), "no area 'XYZ'"),
    "areas of records": (lambda own: own.records().between("A", "XYZ"), "no actor area 'XYZ'"),
    "ties": (lambda own: own.events().ties("A", to="XYZ"), "no area 'XYZ'"),
    "a subject of conflicts": (
        lambda own: own.conflicts("totl"), "no metric, event, statement or chapter 'totl'; perhaps 'total'"
    ),
    "since": (lambda own: own.events().since("crush"), "no event 'crush'; perhaps 'crash'"),
    "before": (lambda own: own.events().before("crush"), "no event 'crush'; perhaps 'crash'"),
    "a link": (lambda own: own.link("claim", "one2024.aa"), "no claim 'one2024.aa'; perhaps 'one2024.a'"),
    "a link to a source": (lambda own: own.link("source", "one2023"), "no source 'one2023'; perhaps 'one2024'"),
    "a kind of link": (lambda own: own.link("clam", "x"), "no permanent place of a 'clam'; perhaps 'claim'"),
    "a table": (lambda own: own["metric"], "no table 'metric'; perhaps 'metrics'"),
    "a picked row": (lambda own: own.claims().pick("one2024.aa"), "no row 'one2024.aa'; perhaps 'one2024.a'"),
    "a row by its id": (lambda own: own.claims()["one2024.aa"], "no row 'one2024.aa'; perhaps 'one2024.a'"),
    "a metric as a name": (lambda own: own.claims("totl"), "no row 'totl'; perhaps 'total'"),
    "metrics and ids": (
        lambda own: own.claims("total", "one2024.a"),
        "'one2024.a' is the id of a row, 'total' a metric; name rows alone, or metrics",
    ),
    "an entry": (lambda own: own.entry("crush"), "no claim, observation, event or record 'crush'; perhaps 'crash'"),
    "what is taken besides": (
        lambda own: own.observations("o.first").given(plus=["o.2032"]), "no claim or observation 'o.2032'; perhaps"
    ),
    "a column of events": (lambda own: own.events(who="A"), "actor (actor_id), target (target_id), place (place_id)"),
    "a column of stances": (lambda own: own.stances(who="A"), "there are proposition (proposition_id), source"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTYPED)
def test_what_the_ledger_does_not_know_fails_with_what_is_near(made_up: OpenLedger, name: str) -> None:
    act, message = MISTYPED[name]
    with pytest.raises(KeyError) as found:
        act(made_up)
    assert message in str(found.value), str(found.value)


def test_what_the_ledger_knows_may_have_no_rows(made_up: OpenLedger) -> None:
    assert not made_up.claims("savings") and not made_up.claims(metric="savings", area=["A", "B"])
    assert not made_up.observations(area="C") and not made_up.claims(origin="Nobody")
    assert not made_up.claims().between("A", "C") and not made_up.events().between("B", "C")
    assert "conflict" in str(made_up.conflicts("savings").data)


def test_columns_of_events_and_stances_have_short_names(made_up: OpenLedger) -> None:
    assert made_up.events(actor="A", target="B").ids == ["met"] and made_up.events().first.actor == "A"
    assert made_up.records(actor="A").ids == ["met-2023"]
    assert made_up.stances(proposition="bad").sources == 1 and len(made_up.stances(source="one2024")) == 2
    assert made_up.stances("good", source="two2024").kinds == {"denies"}


def test_words_name_claims_statements_and_stances(made_up: OpenLedger) -> None:
    assert made_up.statements().naming("IS GOOD").ids == ["good"] and len(made_up.stances().naming("so.")) == 3
    assert len(made_up.claims().naming("")) == len(made_up.claims())
    with pytest.raises(TypeError, match=r"naming: Observations have no column in words \(name, summary"):
        made_up.observations().naming("x")


def test_conflicts_touch_statements_by_their_stances(made_up: OpenLedger) -> None:
    assert made_up.conflicts(made_up.stances("good")).data == made_up.conflicts(made_up.statements("good")).data
    with pytest.raises(TypeError, match="conflicts: found Observations; expected claims, events, statements, stances"):
        made_up.conflicts(made_up.observations())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", [3.4, None, True, Fraction(1, 3), {"a": 1}, Yearly()], ids=lambda value: type(value).__name__
)
def test_the_prose_takes_what_it_can_show(made_up: OpenLedger, value: Any) -> None:
    with pytest.raises(TypeError, match=rf"glue: mean is of type {type(value).__name__}; expected text, .*say\.score"):
        made_up.glue(mean=value)


def test_what_is_not_shown_is_named_in_short(made_up: OpenLedger) -> None:
    assert repr(made_up.claims()) == "Claims: 5 rows (one2024.a, one2024.b, two2024.b, one2024.first, one2024.g)"
    assert repr(made_up.observations()).endswith(", …)") and repr(made_up.claims("savings")) == "Claims: 0 rows"
    assert "one2024.a" in str(made_up.claims()._repr_html_()), "whoever tries things out sees the rows"
    assert repr(made_up.events().timeline()) == "Chart: .show(alt, caption) puts it on the page"
    assert repr(made_up.entry("crash")).startswith("Entry: crash (event_id, name, date")
    assert repr(made_up) == f"OpenLedger: {len(made_up.tables.frames)} tables"
    assert repr(made_up.shelf) == f"Shelf: {len(made_up.tables.frames)} tables"


@pytest.mark.parametrize(
    "kind",
    [Claims, *(kind for module in (charts, events, ledger, observations, orders, routes, statements, votes)
               for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Selection))],
)  # fmt: skip
def test_every_kind_of_selection_is_named_in_short(kind: type) -> None:
    assert kind.__repr__ is Selection.__repr__
    assert Entry.__repr__ is not object.__repr__


def test_without_firm_figures_it_is_said_which_are_not_taken(made_up: OpenLedger) -> None:
    asked = re.escape("no firm figures of A; not taken: 1 row of others than A (o.theirs); 1 row plans or in doubt")
    with pytest.raises(ValueError, match=asked):
        own = made_up.observations("o.theirs", "o.plan")
        observations.firm_of_side(own, "A")
    with pytest.raises(ValueError, match="no firm figures of B; not taken: nothing, as no row is selected"):
        made_up.given("B", metric="savings")
    with pytest.raises(KeyError, match="no reporter 'ZZ'; one of"):
        made_up.given("ZZ", metric="total")
    with pytest.raises(ValueError, match="given: the selection has no rows"):
        made_up.observations(metric="savings").given()


def test_amounts_are_multiplied_by_numbers() -> None:
    three = exactly(3, "USD")
    assert three * 4 == 4 * three == exactly(12, "USD") and three * 0.5 == exactly(1.5, "USD")
    assert three * -1 == exactly(-3, "USD") and three * 0 == exactly(0, "USD")
    assert Amount(portion.openclosed(2, 3), "USD") * -2 == Amount(portion.closedopen(-6, -4), "USD")
    assert Amount(portion.closedopen(2, portion.inf), "USD") * -2 == Amount(portion.openclosed(-portion.inf, -4), "USD")


def test_the_years_of_the_highest_and_the_lowest_amount_are_text() -> None:
    years = Yearly({2023: exactly(5), 2021: exactly(5), 2022: exactly(1)})
    assert (years.highest_year, years.lowest_year) == ("2021", "2022")


def test_an_event_without_a_date_is_before_and_since_nothing(made_up: OpenLedger) -> None:
    rows = made_up.tables["events"].assign(date=["", "2024-02-01", "2024-03"])
    own = OpenLedger(type(made_up.shelf)(made_up.tables.with_tables(events=rows)))
    with pytest.raises(ValueError, match="the event 'met' has no date"):
        own.events().since("met")
    with pytest.raises(ValueError, match="a timeline of no event that has a beginning and an end"):
        own.events("met").timeline()


@pytest.mark.parametrize("dates", [("2024-02-01",) * 2, ("2024-02-01", "2024-02-04"), ("2020-02-01", "2024-02-01"),
                                   ("2022-01", "2024-06"), ("1990", "2024")])  # fmt: skip
def test_an_axis_of_time_of_any_length_is_drawn_without_a_warning(made_up: OpenLedger, dates: tuple[str, str]) -> None:
    rows = made_up.tables["events"].assign(date=["", *dates])
    own = OpenLedger(type(made_up.shelf)(made_up.tables.with_tables(events=rows)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "<svg" in str(own.events().timeline().show("Events", "T").data)
