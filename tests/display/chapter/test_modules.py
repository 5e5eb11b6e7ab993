"""What single pages open besides the ledger: a source, votes, routes, citations, reconciled claims, stakes."""

from typing import Any

import pandas as pd
import pytest

from compendium.display.chapter import source
from compendium.display.chapter.amounts import exactly
from compendium.display.chapter.cited import open_citations
from compendium.display.chapter.editions import Editions
from compendium.display.chapter.explorer import open_explorer
from compendium.display.chapter.ledger import OpenLedger
from compendium.display.chapter.measured import BuildTimes, Faults, ReconciliationRuns
from compendium.display.chapter.permanent import (
    archive_table,
    conversions_table,
    corrections_table,
    data_dictionary,
    events_table,
    observations_table,
    row_counts,
    sources_table,
    table_downloads,
)  # fmt: skip
from compendium.display.chapter.reconciled import open_reconciled
from compendium.display.chapter.routes import Outlines, open_routes
from compendium.display.chapter.settled import open_settlement
from compendium.display.chapter.shelf import Shelf
from compendium.display.chapter.stakes import Assumptions, ExposureIds, Stakes
from compendium.display.chapter.trapped import open_traps
from compendium.display.chapter.votes import open_votes
from compendium.display.chapter.witnesses import open_witnesses
from tests.support.small import SCHEMA, claim, frame, observation, small

ROWS: dict[str, list[dict[str, Any]]] = {
    "actors": [{"actor_id": "A", "name": "Aland", "kind": "state", "area": "A", "colour": 1}],
    "resolutions": [{"resolution_id": "r1", "symbol": "R/1", "title": "Peace", "date": "2023-01-05", "about": "B"}],
    "votes": [{"vote_id": "r1.A", "resolution_id": "r1", "area": "A", "vote": "yes", "basis": "recorded"},
              {"vote_id": "r1.C", "resolution_id": "r1", "area": "C", "vote": "", "basis": "not found"}],
    "routes": [{"route_id": "line", "name": "The line", "mode": "rail", "variants": "L", "note": "Drawn."},
               {"route_id": "pipe", "name": "The pipe", "mode": "oil"}],
    "route_stops": [{"route_id": "line", "stop": 1, "place_id": "A"}, {"route_id": "line", "stop": 2, "place_id": "B"},
                    {"route_id": "pipe", "stop": 1, "place_id": "B"}, {"route_id": "pipe", "stop": 2, "place_id": "C"}],
    "citations": [{"citation_id": "c1", "source_id": "one2024", "kind": "in-text", "as_printed": "(Smith)",
                   "about": "cannot tell", "paragraph": 1, "cited_for": "a figure"},
                  {"citation_id": "c2", "source_id": "one2024", "kind": "entry", "as_printed": "Smith",
                   "title": "Book"},
                  {"citation_id": "c3", "source_id": "one2024", "kind": "narrative", "as_printed": "Jones",
                   "cited_for": "a word", "paragraph": 2}],
    "outlines": [{"outline_id": "coast", "kind": "coast", "line": "0 0, 0 9, 9 9, 9 0, 0 0"}],
    "conversions": [{"conversion_id": "barrels", "metric_id": "oil", "from_unit": "t", "to_unit": "bbl", "low": 7.0,
                     "high": 8.0, "publisher": "Office", "quality": "page"}],
    "event_codes": [{"code": "04", "name": "consult", "goldstein": 1.0, "quad_class": "verbal cooperation"}],
    "events": [{"event_id": "met", "name": "They meet", "date": "2023-05", "date_basis": "stated", "code": "04"}],
    "mentions": [{"mention_id": "m", "event_id": "met", "source_id": "one2024", "paragraph": 1, "says": "So."}],
}  # fmt: skip


@pytest.fixture(scope="module")
def ledger() -> OpenLedger:
    figures = {"o.a": ("3.0", "total"), "o.first": ("1.5", "first"), "o.second": ("1.0", "second")}
    whole = observation("o.all", "10.0", "balance", unit="billion USD", counterpart_area="", reporter="")
    made = small(
        claim("one2024.a", "$2.0 billion", metric="first"), claim("two2024.a", "$3.0 billion", source_id="two2024"),
        claim("two2024.b", "$9.0 billion", source_id="two2024"), claim("one2024.t", "5 tons", metric="cargo", unit="t"),
        observations=[*(observation(name, *own, unit="billion USD") for name, own in figures.items()), whole],
    )  # fmt: skip
    tables = {name: frame(SCHEMA[name], rows) for name, rows in ROWS.items()}
    places = made["places"].assign(latitude=[1.0, 2.0, 3.0, None], longitude=[1.0, 3.0, 2.0, None], area=[*"ABC", ""])
    return OpenLedger(Shelf(made.with_tables(**tables, places=places.astype(made["places"].dtypes.to_dict()))))


def shows(shown: Any, *words: str) -> None:
    for word in words:
        assert word in str(shown.data)


def test_what_all_claims_say_together(ledger: OpenLedger) -> None:
    found = open_reconciled(ledger)
    assert found.with_verdict("in conflict") == 2 and found.with_verdict("single") == 1
    shows(found.giving_table("T"), "<caption>T</caption>", "$9.0 billion")
    shows(found.cards("numbers"), "two2024.b")
    shows(found.verdicts_table("single", "T"), "one2024.t")
    assert set(found.narrow) <= set(found.implied) and found.of_several_texts == {} == dict.fromkeys(
        found.of_kind("time")
    )
    shows(found.implied_table(found.implied, "T"), "<caption>T</caption>")
    shows(found.coverage_table(found.coverage(["2024"]), "T"), "<caption>T</caption>")
    assert isinstance(found.tested_by_own_text, list)


def test_conflicts_beside_independent_figures(ledger: OpenLedger) -> None:
    found = open_settlement(ledger)
    assert list(found.families) == [("two2024.a", "two2024.b")]
    shows(found.table("T"), "two2024.b")
    assert len(found.decided) <= 1 and found.cards().data


def test_what_rests_on_which_source(ledger: OpenLedger) -> None:
    found = open_witnesses(ledger)
    assert len(found.with_all) == len(found.fallen) == 0
    shows(found.conflicts_table("T"), "none", "Two Press")
    shows(found.witnesses_table("T"), "Total trade")
    shows(found.origins_table("T"), "<caption>T</caption>")
    shows(found.sites_table("T"), "<caption>T</caption>")


def test_citations(ledger: OpenLedger) -> None:
    cited = open_citations(ledger)
    assert (len(cited.of_kind("entry")), cited.unclear) == (1, 1) and cited.matched in (0, 1)
    shows(cited.counts_table("T"), "Ann One", "Named without reference")
    shows(cited.named_table("T"), "Jones", "¶ 2")
    shows(cited.entries_table("T"), "Book")
    shows(cited.findings_table("T"), "<caption>T</caption>")


def test_votes(ledger: OpenLedger) -> None:
    votes = open_votes(ledger)
    assert votes.counted("A", "B")["yes"] == 1 and votes.where(area="A").ids and votes.with_basis("not found") == 1
    assert votes.first.when == "5 January 2023"
    shows(votes.table(["A", "C"], "T"), "Peace")
    shows(votes.counts_table(["A", "C"], ["B"], "T"), "Aland", "1 yes")
    shows(votes.chart({"A": "A.", "C": "C."}, {"yes": 2}).show("Votes", "T"), "A.", "A grid of 1 row")


def test_routes(ledger: OpenLedger) -> None:
    routes = open_routes(ledger)
    assert routes.through("A") == ["line"] and routes.places(["line"]) == ["A", "B"]
    assert routes.places(["line", "pipe"], (1.5, 4, 0, 9)) == ["B", "C"]
    shows(routes.table("T"), "The line", "Drawn.")
    rows = [["coast", "", "", "Maps 5.1.1"], ["disputed", "A claim line", "As of 5.1.1.", "More 5.1.1"]]
    columns = ["kind", "name", "note", "original_source"]
    drawn = Outlines(pd.DataFrame(rows, columns=columns).assign(publisher="Atlas", licence="public"))
    assert (drawn.publisher, drawn.licence, drawn.edition) == ("Atlas", "public", "5.1.1")
    assert drawn.notes == [drawn.edition_notes] == ["As of 5.1.1."] and len(routes.outlines.rows) == 1
    assert drawn.disputed_as("claim|former") and not drawn.disputed_as("former")
    shows(routes.schematic().show("Stops", "T"), "Aland", "The pipe")
    shows(routes.map({"line": "The line"}, ["A"], ["A", "B"]).show("A map", "T"), "Aland")
    with pytest.raises(KeyError, match="no stop D"):
        routes.map({"line": "The line"}, ["D"], [])


def test_stakes(ledger: OpenLedger) -> None:
    assumed = Assumptions(year="2024", counted_by="A", totals_by="Office", other_buyers={"A": (50, 50)})
    stakes = Stakes(ledger, assumed, ("A", "B"), ExposureIds("first", "second", "balance", "savings", "WORLD"))
    assert stakes.times is None and stakes.share("A", "GDP") == "23.9–30.7 %"
    assert stakes.all("A").endswith("billion USD") and stakes.share("B", "GDP", "unknown") == "unknown"
    said = stakes.phrases("a part", "a sum", "a multiple")
    assert (said["a_weight"], said["b_all"], said["times"]) == (stakes.share("A", "GDP"), stakes.all("B"), "a multiple")
    shows(stakes.table("A", "T"), "Sales")
    shows(stakes.assumptions("T"), "Counted by")
    shows(stakes.years_table([2024], "T"), "2024", "Aland")
    assert "o.first" in stakes.rests_on().ids and stakes.groups(["nothing"]) == []
    assert stakes.left("A") and stakes.left_share("A") and stakes.chart() is not None


def test_tables_that_are_the_place_of_their_rows(ledger: OpenLedger) -> None:
    subject = next(name for name in ledger.tables.schema if name.startswith("official-")).removeprefix("official-")
    shows(observations_table(ledger, subject), "o.first")
    shows(events_table(ledger, ledger.events(), "T"), "They meet")
    shows(sources_table(ledger, {"one2024": 2}, "T"), "Ann One")
    shows(conversions_table(ledger, "T"), "7–8 bbl")


def test_a_source(ledger: OpenLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "load", lambda: ledger.tables)
    known: dict[str, Any] = {}
    monkeypatch.setattr(source.outputs, "glue_values", known.update)
    own = source.open_source("one2024")
    own.glue()
    assert known["claims"] == 2 and known["entries"] == 1
    shows(own.about(), "Ann One")
    shows(own.claims(), "$2.0 billion")
    shows(own.events(), "They meet")
    for part in (own.statements, own.set_aside, own.conflicts, own.citations, own.faults):
        assert part().data
    with pytest.raises(KeyError, match="nobody"):
        source.open_source("nobody")


def test_an_amount_of_one_unit_converts_another(ledger: OpenLedger) -> None:
    barrels = exactly(2, "t") * ledger.conversion("barrels")
    assert (barrels.low, barrels.high, barrels.unit) == (14, 16, "bbl")


def test_every_claim_with_its_verdicts(ledger: OpenLedger) -> None:
    every = open_explorer(ledger)
    assert (len(every.found), every.in_conflict, every.agreeing + every.differing) == (4, 2, 3)
    shows(every.table("Every claim"), "Every claim", "one2024.t")


def test_traps_by_kind(ledger: OpenLedger) -> None:
    row = {
        "trap_id": "odd",
        "kind": "method",
        "title": "Two ways",
        "observations": "o.a; o.first",
        "what": "They differ.",
    }
    found = open_traps(OpenLedger(Shelf(ledger.tables.with_tables(traps=frame(SCHEMA["traps"], [row])))))
    assert [trap.name for trap in found.of_kind("misprint", "method")] == ["odd"] and found.figures >= 2
    assert all(trap.arithmetic for trap in found.contradictions)
    shows(found.cards("method"), "Two ways", "They differ.")


def test_what_changed_between_editions(ledger: OpenLedger) -> None:
    rows = [
        ("1.9.0", "1.8.0", "claim added", "one2024.a", "$2.0 billion"),
        ("1.10.0", "1.9.0", "verdict", "nobody", "another"),
        ("1.10.0", "1.9.0", "page", "part/one", "written anew"),
        ("1.10.0", "1.9.0", "table", "claims", "gone"),
    ]
    changes = pd.DataFrame(rows, columns=["edition", "since", "kind", "subject", "said"])
    kinds = ("claim added", "claim gone", "verdict", "table", "page")
    editions = Editions(changes, kinds, {"one2024.a"}, {"sources"}, {"part/one"})
    assert (editions.names, editions.newest, editions.since("1.10.0")) == (["1.10.0", "1.9.0"], "1.10.0", "1.9.0")
    assert (editions.count("claim gone"), editions.count("page"), editions.count("page", "1.9.0")) == (0, 1, 0)
    shows(editions.claims_table("T"), "claim added, 1.9.0", "nobody")
    shows(editions.counts_table("T"), "Claims added", "Verdicts", "1.8.0")
    shows(editions.parts_table("T"), 'href="../part/one.html"', "claims</")


def test_runs_of_reconciliation() -> None:
    columns = ["claims", "processes", "groups", "planted", "found", "invented", "seconds", "megabytes", "measured"]
    rows = [[100, 1, 5, 1, 1, 0, 0.5, 90, "2026-01-01"], [1000, 1, 50, 2, 2, 0, 2.0, 99.6, "2026-01-02"],
            [1000, 2, 50, 2, 2, 0, 1.0, 99, "2026-01-01"]]  # fmt: skip
    runs = ReconciliationRuns(pd.DataFrame(rows, columns=columns).assign(machine="a machine"))
    assert runs.all_found and (runs.quickest.processes, runs.spread(1000)) == (2, 2.0)
    assert runs.measured == "2026-01-02 on a machine" and not ReconciliationRuns(runs.rows.assign(invented=1)).all_found
    shows(runs.table("T"), "A claim, ms", "5.00", ">100<")


def test_build_times_and_how_they_grow(ledger: OpenLedger) -> None:
    columns = ["name", "part", "what", "chapters", "claims", "seconds", "ratio", "aim", "aim_unit"]
    rows: list[list[Any]] = [["cold", "cold", "Everything", 3, None, 12.0, 1.5, 2.0, "times"],
                             ["prose", "warm", "A sentence", 3, None, 9.0, 1.5, 5.0, "seconds"]]  # fmt: skip
    rows += [[f"{size}-{kind}", "chapters", kind, size, None, seconds, 1.0, None, ""]
             for kind in ("cold", "prose", "nothing") for size, seconds in ((10, 1.0), (20, 2.0))]  # fmt: skip
    rows += [[f"ledger-{size}", "ledger", "read", None, size, 1.0, 1.0, None, ""] for size in (100, 1000)]
    same = {"spread_seconds": 0.5, "runs": 1, "against": "a floor", "against_seconds": 1.0, "measured": "2026-01-01",
            "machine": "a machine"}  # fmt: skip
    reconciled = pd.DataFrame({"processes": 1, "claims": [100, 1000], "seconds": [1.0, 10.0]})
    times = BuildTimes(ledger, pd.DataFrame(rows, columns=columns).assign(**same), reconciled)
    assert (times.aims, times.met, times.missed) == (2, ["Everything"], ["A sentence"])
    assert times.listed(times.missed) == "a sentence" and times["cold"].ratio == 1.5 and times.time("cold") == "12.0 s"
    assert times.measured == "2026-01-01 on a machine" and (times.apart, times.measured_once) == ("50%", len(rows))
    assert times.by_chapters.phrases == ["in proportion"] * 3 and times.by_claims.phrases == [
        "in proportion",
        "hardly at all",
    ]
    shows(times.table("T"), "Everything", "2 ×")
    shows(times.by_chapters.table("T"), "Size grew", "× 2")
    shows(times.by_claims.chart.show("Lines", "T"), "4 marks (seconds)")


def test_wrong_cells_by_what_noticed_them() -> None:
    counts = {"tried": [4, 6], "check": [1, 2], "verdict": [1, 0], "output": [1, 2], "copy": [1, 2], "survived": [0, 0]}
    faults = Faults(pd.DataFrame({"kind": ["sign", "year"], **counts, "measured": "2026-01-01"}))
    assert (faults.counted["tried"], faults.shown, faults.share, faults.measured) == (10, 7, "70.0%", "2026-01-01")
    shows(faults.table("T"), "What was wrong", "Nothing", "year")


def test_the_data_and_its_files(ledger: OpenLedger) -> None:
    assert row_counts(ledger)["claims"] == 4
    shows(data_dictionary(ledger), "table-claims")
    shows(archive_table(ledger, "T"), "<caption>T</caption>", "claims.csv")
    shows(table_downloads(ledger), "CSV: ")
    wrong = {"correction_id": "c", "kind": "ours", "table": "claims", "row_id": "one2024.a", "column": "unit",
             "old": "t", "new": "USD", "why": "A slip.", "corrected_on": "2026-01-01",
             "evidence": "one2024 ¶ 1"}  # fmt: skip
    mended = OpenLedger(Shelf(ledger.tables.with_tables(corrections=frame(SCHEMA["corrections"], [wrong]))))
    shows(corrections_table(mended, "ours", "T"), "A slip.", "now USD")
    assert "A slip." not in corrections_table(mended, "source", "T").data
