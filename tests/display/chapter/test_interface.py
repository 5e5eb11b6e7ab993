"""What the author of a chapter writes with, on a made-up ledger of a few rows."""

import re
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from compendium.display.chapter import ledger as chapter
from compendium.display.chapter.amounts import Amount, exactly, total
from compendium.display.chapter.charts import Chart, Charts
from compendium.display.chapter.claims import Claims
from compendium.display.chapter.events import Dates, Events, Records
from compendium.display.chapter.evidence import Evidence
from compendium.display.chapter.given import Change, Given
from compendium.display.chapter.ledger import OpenLedger, UntrueSentenceError
from compendium.display.chapter.observations import Missing, Observations
from compendium.display.chapter.selections import Entry
from compendium.display.chapter.shelf import Shelf
from compendium.display.chapter.statements import Stances, Statements
from compendium.display.chapter.wording import Wording
from compendium.display.chapter.yearly import Yearly
from compendium.display.outputs import RichOutput
from compendium.project.paths import ROOT
from tests.support.small import SCHEMA, claim, closed, frame, growth, observation, small

ACTORS = [
    {"actor_id": "A", "name": "Aland", "kind": "state", "area": "A", "colour": 1},
    {"actor_id": "B", "name": "Bland", "kind": "state", "area": "B", "colour": 2},
]
EVENTS = [
    {"event_id": "met", "name": "They meet", "date": "2023-05", "date_basis": "stated", "actor_id": "A",
     "target_id": "B", "code": "04"},
    {"event_id": "crash", "name": "A crash", "date": "2024-02-01", "date_basis": "stated"},
    {"event_id": "fought", "name": "They quarrel", "date": "2024-03", "date_basis": "stated", "actor_id": "B",
     "target_id": "A", "code": "11"},
]  # fmt: skip
CODES = [
    {"code": "04", "name": "consult", "goldstein": 1.0, "quad_class": "verbal cooperation"},
    {"code": "11", "name": "disapprove", "goldstein": -2.0, "quad_class": "verbal conflict"},
]
MENTIONS = [
    {"mention_id": f"{source}.{event}", "event_id": event, "source_id": source, "paragraph": 1, "scope": "body",
     "says": "Says so"}
    for source, event in (("one2024", "met"), ("two2024", "met"), ("one2024", "crash"), ("one2024", "fought"))
]  # fmt: skip
RECORDS = [
    {"record_id": "met-2023", "event_id": "met", "name": "A meeting", "date": "2023-05-02", "label": "cooperative",
     "actor_area": "A", "target_area": "B", "publisher": "Press", "address": "", "quality": "page"},
    {"record_id": "other-2023", "event_id": "", "name": "Another", "date": "2023-06-02", "label": "conflict",
     "actor_area": "B", "target_area": "A", "publisher": "Press", "address": "", "quality": "page"},
]  # fmt: skip
STATEMENTS = [
    {"proposition_id": name, "statement": f"It is {name}.", "chapter": "one"} for name in ("good", "bad", "unsaid")
]
STANCES = [
    {"proposition_id": name, "source_id": source, "paragraph": 2, "scope": "body", "stance": stance, "says": "So."}
    for name, source, stance in (("good", "one2024", "asserts"), ("good", "two2024", "denies"),
                                 ("bad", "one2024", "asserts"))
]  # fmt: skip
CLAIMS = [
    claim("one2024.a", "$2.0 billion", period="2022"),
    claim("one2024.b", "$3.0 billion", period="2023", origin="Office"),
    claim("two2024.b", "$4.0 billion", period="2023", source_id="two2024"),
    claim("one2024.first", "$1.0 billion", metric="first", period="2023"),
    growth("one2024.g", "50%", period="2023", base="2022"),
]
FIGURES = [
    observation("o.2021", "1.0", period="2021", unit="billion USD"),
    observation("o.2022", "2.0", period="2022", unit="billion USD"),
    observation("o.2023", "3001", period="2023", unit="million USD"),
    observation("o.2023-h1", "1001", period="2023-01/2023-06", unit="million USD"),
    observation("o.2022-h1", "501", period="2022-01/2022-06", unit="million USD"),
    observation("o.first", "1001", metric="first", period="2023", unit="million USD"),
    observation("o.theirs", "9", period="2023", unit="billion USD", reporter="B"),
    observation("o.plan", "8", period="2030", unit="billion USD", obs_status="forecast"),
    observation("o.gone", "", period="2024", obs_status="missing", note="Not printed."),
]


@pytest.fixture(scope="module")
def ledger() -> OpenLedger:
    tables = {"actors": ACTORS, "events": EVENTS, "event_codes": CODES, "mentions": MENTIONS, "records": RECORDS,
              "propositions": STATEMENTS, "stances": STANCES}  # fmt: skip
    made = small(*CLAIMS, observations=FIGURES)
    return OpenLedger(Shelf(made.with_tables(**{name: frame(SCHEMA[name], rows) for name, rows in tables.items()})))


def billions(low: Any, high: Any = None) -> Amount:
    return Amount(closed(Fraction(str(low)) * 10**9, Fraction(str(high or low)) * 10**9), "USD")


def text(shown: Any) -> str:
    assert isinstance(shown, RichOutput) or hasattr(shown, "data")
    return str(shown.data)


# --- amounts


def test_an_amount_is_compared_only_where_it_is_certain() -> None:
    low, high, wide = billions(1), billions(2), billions(1, 2)
    assert low < high and high > low and low <= wide <= high and not low < wide and not wide > low
    assert low < 3 * 10**9 and not low > 10**9 and low >= 10**9
    assert low == Amount(low.interval, "USD", ("rests", "on")), "what it rests on makes it no other amount"


def test_amounts_of_several_units_are_compared_and_added_in_one() -> None:
    million = Amount(closed(1500, 1500), "million USD")
    assert million > billions(1) and million.meets(billions(1, 2)) and million in billions(1, 2)
    assert (billions(1) + million).interval == billions("2.5").interval
    assert total([million, billions(1)]) == Amount(closed(2500, 2500), "million USD")


def test_what_follows_from_amounts() -> None:
    two, three = billions(2), billions(3)
    assert three / two == exactly(Fraction(3, 2)) and three / 2 == billions("1.5")
    assert two.percent_of(billions(4)) == exactly(50, "percent")
    assert three.growth_over(two) == exactly(50, "percent") == (three / two).as_growth
    assert two.fall_from(billions(4)) == exactly(50, "percent")
    assert two.grown_by(exactly(50, "percent")) == three and three.before_growth(exactly(50, "percent")) == two
    assert two.less_share(exactly(25, "percent")) == billions("1.5")
    assert billions(4).monthly("2024-01/2024-04") == billions(1)
    assert Amount(closed(366, 366), "bbl").daily("2024") == exactly(1, "bbl")
    assert Amount(closed(2, 2), "t") * Amount(closed(7, 8), "bbl") == Amount(closed(14, 16), "bbl")


def test_how_an_amount_is_said() -> None:
    found = Amount(closed("1234567890", "1234600000"), "USD")
    assert (str(found), f"{found:4}", found.rounded(2)) == ("1.23457–1.23460 billion USD",) * 2 + ("1.2 billion USD",)
    assert billions(2).in_full == "2 billion USD" and exactly(38, "person").bare == "38"
    assert exactly(-3, "percent").change == "3 % less" and Amount(closed(0, 5), "t").plain == "at most 5.00 tonnes"
    assert exactly(5, "percent").middle == 5


# --- selections


def test_rows_are_found_by_what_their_columns_hold(ledger: OpenLedger) -> None:
    assert ledger.claims(metric="total", period=["2022", "2023"]).ids == [
        "one2024.a", "one2024.b", "two2024.b", "one2024.g"
    ]  # fmt: skip
    assert ledger.claims("two2024.b", "one2024.a").ids == ["two2024.b", "one2024.a"], "ids keep the order given"
    assert ledger.observations(metric="total", reporter="A").ids[:3] == ["o.2021", "o.2022", "o.2022-h1"]
    assert len(ledger.claims()) == len(CLAIMS) and ledger.missing().ids == ["o.gone"]


def test_what_is_not_there_is_named(ledger: OpenLedger) -> None:
    with pytest.raises(KeyError, match="no row 'nothing'"):
        ledger.claims("nothing")
    with pytest.raises(
        KeyError, match=r"no column 'metrik'; perhaps 'metric'.*; there are claim_id, source \(source_id"
    ):
        ledger.claims(metrik="total")
    with pytest.raises(KeyError, match="no claim, observation, event or record 'x'"):
        ledger.entry("x")
    with pytest.raises(AttributeError, match="no column 'publishers'"):
        ledger.observations("o.2021").first.publishers  # noqa: B018
    with pytest.raises(ValueError, match="source holds one2024, two2024, and one value was expected"):
        ledger.claims().only("source")


def test_selections_are_narrowed_down_and_put_together(ledger: OpenLedger) -> None:
    claims = ledger.claims()
    assert claims.where(claims.frame["period"] == "2022").ids == ["one2024.a"]
    assert claims.excluding(source="one2024", period="2022").ids == ["two2024.b"]
    assert claims.levels().where(metric="first").ids == ["one2024.first"]
    assert claims.without("one2024.a").pick("two2024.b").ids == ["two2024.b"]
    both = claims.pick("two2024.b") + claims.where(source="two2024") + claims.pick("one2024.a")
    assert both.ids == ["two2024.b", "one2024.a"], "each row once"
    assert claims.where(metric="first").as_if(metric="second").metrics == ["second"]
    assert both.sorted("period").ids[0] == "one2024.a" and claims.sources == 2 and claims.uncredited == 4


def test_one_row_has_its_cells_its_amount_and_its_time(ledger: OpenLedger) -> None:
    one = ledger.entry("o.2023")
    assert (one.id, one.publisher, one.metric, one.when, one.figure) == (
        "o.2023", "Office", "total", "2023", "3.001 billion USD"
    )  # fmt: skip
    assert one.amount.rests_on == ("o.2023",) and ledger.amount("o.2023", "billion USD").high == Fraction("3.0015")
    assert [entry.id for entry in ledger.events("crash", "met")] == ["crash", "met"]
    assert ledger.events().first.when == "May 2023" and ledger.events().last.id == "fought"


def test_figures_by_year(ledger: OpenLedger) -> None:
    own = ledger.observations(metric="total", reporter="A").firm()
    found = own.by_year("USD")
    assert list(found) == [2021, 2022, 2023] and found.last.unit == "USD"
    assert own.in_years()[-1][1].unit == "million USD", "without a unit each keeps its own"
    assert (found.first_year, found.last_year) == ("2021", "2023") and found.first < found.last == found.highest


def test_series_are_compared_over_the_years_that_both_have() -> None:
    one = Yearly({2021: exactly(5), 2022: exactly(3), 2023: exactly(3), 2024: exactly(2)})
    other = Yearly({2022: exactly(4), 2023: exactly(2), 2024: exactly(1), 2025: exactly(9)})
    assert one.above(other) == [2023, 2024] and one.above_since(other) == 2023 and not one.always_above(other)
    near, far = Yearly({2022: exactly(3.4)}), Yearly({2022: exactly(9), 2023: exactly(9)})
    assert one.always_nearer(near, far) and not one.always_nearer(far, near)
    assert near.rounding_to(one) == [2022] and far.rounding_to(one) == []
    assert one.since(2023).always_above(other) and other.since(2023).always_below(one)
    assert one.never_rises() and not one.never_falls() and other.above_since(one) is None
    assert one.distance(other) == {2022: 1, 2023: 1, 2024: 1} and one.meeting(exactly(3)) == [2022, 2023]
    assert one.percent_of(other)[2023] == exactly(150, "percent") and one.until(2021) == {2021: exactly(5)}
    assert Yearly({2020: exactly(-1), 2021: exactly(1)}).falls() == [2020] and one.lowest == exactly(2)


def test_events_before_and_since_another(ledger: OpenLedger) -> None:
    events = ledger.events().between("A", "B")
    assert events.before("crash").ids == ["met"] and events.since("crash").ids == ["fought"]
    assert (events.sources, len(events.mentions), events.mean_score) == (2, 3, -0.5)
    assert list(events.scores.index) == [2023, 2024] and len(ledger.events().scored()) == 2
    assert events.dated.ids == ["met-2023"] and events.dated.first.when == "2 May 2023"


def test_records_that_no_source_tells_of(ledger: OpenLedger) -> None:
    assert ledger.records().between("A", "B").unmentioned().ids == ["other-2023"]
    assert str(ledger.records("met-2023").days()["met-2023"].first) == "2023-05-02"


def test_statements_and_who_takes_them_up(ledger: OpenLedger) -> None:
    assert ledger.statements("bad", "good").ids == ["good", "bad"], "in the order of the data"
    assert ledger.stances("good").kinds == {"asserts", "denies"} and ledger.stances("good").sources == 2
    assert ledger.stances("good").where(stance="denies").sources == 1
    with pytest.raises(KeyError, match="no proposition 'ugly'; one of 'bad'"):
        ledger.statements("ugly")


# --- what follows


def test_what_follows_from_the_figures_of_one_side(ledger: OpenLedger) -> None:
    given = ledger.given("A", metric=["total", "first", "second"], area="A", partner="B")
    second = given.level("second", "2023")
    assert second.meets(billions(2)) and second.high - second.low == 2 * 10**6
    assert set(second.rests_on) == {"o.2023", "o.first"} and second.unit == "USD"
    assert given.level("total", "2023-07/2023-12").meets(billions(2))
    half = given.change("total", "2023-01/2023-06")
    assert (
        half.before.meets(billions("0.501"))
        and half.now.meets(billions("1.001"))
        and half.growth.meets(exactly(99.8, "percent"))
    )
    assert (
        half.growth == given.growth("total", "2023-01/2023-06", "2022-01/2022-06") and half.when == "January–June 2023"
    )
    assert list(given.where_not_printed("second", [2023])) == [2023]
    assert given.by_year("total", [2021, 2022]).first.meets(billions(1))
    assert given.sum(["first", "second"], "2023").meets(billions("3.001"))


def test_claims_and_other_figures_are_taken_besides(ledger: OpenLedger) -> None:
    own = ledger.observations("o.first")
    assert own.given(plus=["o.2023"]).level("second", "2023").meets(billions(2))
    assert own.given(plus=["one2024.b"]).level("second", "2023").rests_on == ("o.first", "one2024.b")
    assert own.given(between=("A", "B")).level("second", "2023").rests_on == ()


def test_claims_beside_independent_figures(ledger: OpenLedger) -> None:
    found = ledger.claims(metric="total", measure="level").checked()
    assert found.verdicts["one2024.a"] == "agrees" and found.verdicts["two2024.b"] == "differs"
    assert found.decided().ids == ["one2024.a", "one2024.b", "two2024.b"] and len(found.with_verdict("differs")) == 1
    assert found["two2024.b"].verdict == "differs" and found.of_quality("page").ids == found.ids
    assert found.counted_by(ledger.claims().frame["source_id"]).loc["two2024", "differs"] == 1


# --- what is shown


def test_every_table_shows_its_rows_and_its_caption(ledger: OpenLedger) -> None:
    claims, events, records = ledger.claims(), ledger.events(), ledger.records()
    own = ledger.observations(metric="total")
    shown = [
        claims.table("T"), claims.evidence("T"), claims.pairs_table("T"), claims.gaps(["2022"], "T"),
        own.table("T"), own.short_table("T"), own.series_table("T"), ledger.missing().table("T"),
        own.by_period({"All": "total", "Own": own.where(reporter="A")}, "T",
                      follows={"total": {"2020": billions(1)}}),
        events.table("T"), events.passages("T"), events.mentions_table("T"), events.dated.table("T"),
        records.table("T"), ledger.statements().table("T"), ledger.stances("good").in_order().table("T"),
        ledger.table({"Name": ["x"], "Number": [1]}, "T", numeric=["Number"]),
        ledger.counts(pd.DataFrame({"2022": [1]}, index=["total"]), "T"),
        ledger.changes([ledger.given("A", metric="total").change("total", "2023-01/2023-06")], ["Then", "Now"], "T"),
    ]  # fmt: skip
    for one in shown:
        assert "<caption>T</caption>" in text(one)
    assert "Where the numbers on this page come from" in text(claims.provenance())
    assert "1 billion USD" in text(shown[8]), "what follows stands in its column"


def test_conflicts_that_touch_a_selection(ledger: OpenLedger) -> None:
    assert "two2024.b" in text(ledger.conflicts(ledger.claims(metric="total")))
    assert "two2024.b" not in text(ledger.conflicts("savings", ledger.events("crash"), ledger.statements("bad")))


def test_charts_scale_by_their_label_and_colour_by_actor(ledger: OpenLedger) -> None:
    charts = ledger.charts
    years = ledger.observations(metric="total", reporter="A").firm().by_year("USD")
    shown = [
        charts.bars({"One": billions(1), "Two": billions(2, 3)}, "billion USD", colours=["claimed", "A"]),
        charts.lines({"A": years, "other": {2022: exactly(1, "USD")}}, "billion USD", label="from {}"),
        charts.panels({"Sums, billion USD": {"own": list(years.items())}}, {"own": "B"}),
        charts.parts({"2023": {"A": 1.0, "rest": billions(2)}}, "billion USD", {"rest": "muted"}),
        charts.used({"Port": (billions(1), billions(2))}, ["half"], "billion USD"),
        charts.words({"row": {"column": "yes"}}, {"yes": 2}),
        charts.ties({"Both": ledger.events().scores}),
        charts.scores_and_amounts(years, ledger.events().scores, "Sums, billion USD", claimed="claims",
                                  observed={"A": years}),
        charts.schematic({"Line": ["One", "Two"]}),
        charts.growth({"time": {1.0: 1.0, 10.0: 9.0}}, across="rows", unit="seconds"),
        ledger.events().between("A", "B").timeline(recorded=True),
        ledger.events().scores_chart(),
        ledger.claims().checked().with_verdict("differs").differences(),
    ]  # fmt: skip
    for one in shown:
        found = text(one.show("What it shows", "Its caption"))
        assert "<svg" in found and "What it shows" in found and "Its caption" in found
    assert "from Aland" in text(charts.lines({"A": years}, "billion USD", label="from {}").show("a", "b"))


def test_colours_are_of_actors_names_places_or_values(ledger: OpenLedger) -> None:
    from compendium.display.charts import style

    asked = ["A", "B", "claimed", "counted", "muted", 2, "#123456"]
    expected = [
        style.SERIES_COLOURS[0],
        style.SERIES_COLOURS[1],
        style.CLAIMED,
        style.OBSERVED,
        style.MUTED,
        style.SERIES_COLOURS[2],
        "#123456",
    ]
    assert ledger.shelf.colours(asked) == expected


def test_cells_of_an_own_table(ledger: OpenLedger) -> None:
    assert "o.2023" in ledger.observations("o.2023").cell("o.2023") and "Office" in ledger.observations().cell("o.2023")
    assert ledger.lines("one", "two") == "one<small>two</small>"
    assert ledger.link("claim", "one2024.a", "x").endswith('#one2024.a">x</a>')
    assert [ledger.name(key) for key in ("A", "total", "one2024", "?")] == ["Aland", "Total trade", "Ann One", "?"]


# --- the prose


def test_a_sentence_that_is_no_longer_true_is_repeated(ledger: OpenLedger) -> None:
    ledger.require("trade grew", True)
    with pytest.raises(UntrueSentenceError, match="no longer true: trade grew"):
        ledger.require("trade grew", ledger.amount("o.2021") > ledger.amount("o.2022"))


def test_values_are_made_known_to_the_prose(ledger: OpenLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, Any] = {}
    monkeypatch.setattr(chapter.outputs, "glue_values", known.update)
    half = ledger.given("A", metric="total").change("total", "2023-01/2023-06")
    ledger.glue(count=1234, many=pd.Series([5]).sum(), amount=billions(2), word=["so", 2], half=half)
    assert known == {
        "count": "1,234", "many": "5", "amount": "2 billion USD", "word": "so and 2", "half": "January–June 2023",
        "half_growth": half.text,
    }  # fmt: skip


def test_numbers_times_and_lists_as_a_reader_says_them() -> None:
    say = Wording()
    assert (say.period(2024), say.period("2025-01/2025-04"), say.day("../2025-09-01")) == (
        "2024", "January–April 2025", "1 September 2025"
    )  # fmt: skip
    assert (say.percent(0.345), say.percent(0.345, 1), say.score(-5)) == ("34%", "34.5%", "−5.0")
    assert say.percents(Amount(closed("0.271", "0.314"), "times")) == "27%–31%"
    assert [say.number(count) for count in (0, 1, 9, 10, 1234)] == ["0", "one", "nine", "10", "1,234"]
    assert [say.count(count, "figure") for count in (0, 1, 12)] == ["no figures", "one figure", "12 figures"]
    assert say.count(2, "body", "bodies") == "two bodies" and say.list(["a", "b", 3]) == "a, b and 3"
    assert say.days_between("2025-01", "2025-02-03") == "3 days"


@pytest.mark.parametrize(
    "kind", [OpenLedger, Amount, Yearly, Wording, Claims, Observations, Missing, Events, Records, Dates, Statements,
             Stances, Evidence, Given, Change, Charts, Chart, Entry], ids=lambda kind: kind.__name__,
)  # fmt: skip
def test_contributing_has_every_method(kind: type) -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Writing a chapter")[2]
    told = set(re.findall(r"\w+", page.partition("### What holds on every page")[0]))
    own = {name for name in dir(kind) if name[0] != "_"} - set(dir(dict)) - {"from_bytes"}
    inner = {"shelf", "frame", "cells", "interval", "subjects", "stretch", "chosen", "checks", "drawn"}
    assert own - told - inner == set()
