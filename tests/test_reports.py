import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from small import SCHEMA, claim, frame, growth, observation, small

from compendium.display import reports
from compendium.display.reports import Report
from compendium.ledger.loader import Ledger
from compendium.reconciliation.reconcile import reconcile

RATES = (growth("one", "1.2%", period="2022", base="2021"), growth("other", "18%", period="2022", base="2021"))


def having(*claims: dict[str, Any], apart: Any = (), **rows: Sequence[dict[str, Any]]) -> Ledger:
    ledger = small(*claims, apart=apart)
    return replace(ledger, frames=ledger.frames | {name: frame(SCHEMA[name], own) for name, own in rows.items()})


def reconciled(*claims: dict[str, Any], apart: Any = ()) -> Report:
    ledger = having(*claims, apart=apart)
    return reports.reconciliation_report(ledger, reconcile(ledger))


def lines(*claims: dict[str, Any]) -> str:
    ledger = having(*claims)
    return "\n".join(reports.reconciliation_lines(ledger, reconcile(ledger)))


# --- reconciliation


def test_a_bound_names_its_quantity_its_unit_and_its_ends() -> None:
    (bound,) = reconciled(claim("a", "5", "savings"))["bounds"]
    assert bound == {
        "metric": "savings", "ref_area": "A", "counterpart_area": "B", "period": "2024", "population": "",
        "unit": "USD", "low": 4.5, "high": 5.5, "low_included": True, "high_included": False,
        "claims": ["a"], "stated": True, "assumed": False,
    }  # fmt: skip


def test_an_endless_end_is_null_and_not_included() -> None:
    (bound,) = reconciled(claim("a", "5", "savings", hedge="more than"))["bounds"]
    assert (bound["low"], bound["low_included"]) == (5, False)
    assert (bound["high"], bound["high_included"]) == (None, False)
    (bound,) = reconciled(claim("a", "5", "balance", hedge="up to"))["bounds"]
    assert (bound["low"], bound["low_included"], bound["high"], bound["high_included"]) == (None, False, 5, True)


def test_a_whole_number_stays_whole() -> None:
    (bound,) = reconciled(claim("a", "12 million", "savings"))["bounds"]
    assert [type(bound[end]) for end in ("low", "high")] == [int, int]
    assert bound["low"] == 11_500_000


def test_a_quantity_that_no_claim_prints_is_not_stated() -> None:
    bounds = {bound["metric"]: bound for bound in reconciled(claim("a", "12"), claim("b", "5", "first"))["bounds"]}
    assert {metric: bound["stated"] for metric, bound in bounds.items()} == {
        "total": True, "first": True, "second": False,
    }  # fmt: skip
    assert (bounds["second"]["low"], bounds["second"]["high"], bounds["second"]["claims"]) == (6, 8, ["a", "b"])


def test_what_takes_two_sides_to_count_alike_is_marked() -> None:
    sold = claim("sold", "5", "sold", ref_area="B", counterpart_area="A")
    bounds = reconciled(sold, claim("oil", "9", "oil"))["bounds"]
    assert {bound["metric"]: bound["assumed"] for bound in bounds} == {"sold": False, "mirror": True, "oil": False}


def test_a_conflict_names_its_claims_its_rule_and_why() -> None:
    (conflict,) = reconciled(*RATES)["conflicts"]
    assert conflict["claims"] == ["one", "other"]
    assert conflict["rule"] == "growth over a base"
    assert conflict["explanation"].endswith("both cannot hold.")


def test_a_conflict_that_is_only_assumed_is_none() -> None:
    sold = claim("sold", "5", "sold", ref_area="B", counterpart_area="A")
    report = reconciled(sold, claim("bought", "9", "mirror"))
    assert report["conflicts"] == []
    assert {(row["verdict"], row["reason"]) for row in report["verdicts"]} == {("not comparable", "valuation")}


def test_every_claim_has_a_verdict_with_its_rule_and_reason() -> None:
    found = reconciled(
        *RATES, claim("same", "5"), claim("again", "5"), claim("alone", "5", "oil"),
        claim("apart", "5", "cargo"), apart=[("apart", "alone", "question")],
    )["verdicts"]  # fmt: skip
    assert [list(row) for row in found] == [["claim_id", "verdict", "rule", "reason", "explanation"]] * 6
    assert {row["claim_id"]: (row["verdict"], row["rule"], row["reason"]) for row in found} == {
        "one": ("in conflict", "growth over a base", ""),
        "other": ("in conflict", "growth over a base", ""),
        "same": ("consistent", "same quantity", ""),
        "again": ("consistent", "same quantity", ""),
        "alone": ("single", "none", ""),
        "apart": ("not comparable", "another question", "question"),
    }
    assert all(row["explanation"] for row in found)


def test_nothing_claimed_nothing_found() -> None:
    assert reconciled() == {"bounds": [], "conflicts": [], "verdicts": [], "complete": True}


def test_a_reconciliation_is_told_in_lines() -> None:
    told = lines(*RATES, claim("a", "12"), claim("b", "5", "first"))
    assert "  one  +  other\n    by: growth over a base\n    Growth of 1.2% from 2021 to 2022 puts" in told
    assert "second trade (Aland → Bland, 2024): 6.00–8.00 USD\n    from a, b" in told
    assert "  a: consistent (sum of its parts)\n    " in told
    assert "if both sides count alike" not in told


def test_more_conflicts_than_were_looked_through_are_owned_up_to() -> None:
    ledger = having(*RATES)
    found = reconcile(ledger)
    assert next(reports.reconciliation_lines(ledger, found)).endswith("cannot all be true")
    cut = replace(found, complete=False)
    assert reports.reconciliation_report(ledger, cut)["complete"] is False
    assert next(reports.reconciliation_lines(ledger, cut)).endswith("; there are more, too many to look through")


def test_an_assumption_is_told_in_lines() -> None:
    told = lines(claim("sold", "5", "sold", ref_area="B", counterpart_area="A"), claim("oil", "9", "oil"))
    assert "trade seen by the other (Aland → Bland, 2024)" in told
    assert "(if both sides count alike)\n    from sold" in told


# --- the other analyses

EVENTS = tuple({"event_id": name, "name": name, "date": date, "chapter": "corridors"}
               for name, date in (("fire", "2023-06"), ("flood", "2023-05")))  # fmt: skip
MENTION = {"mention_id": "flood.p1", "event_id": "flood", "source_id": "one2024", "paragraph": 1, "scope": "body",
           "after_event_id": "fire", "says": "-"}  # fmt: skip
ENTRIES = tuple({"citation_id": f"{source}.ref", "source_id": source, "kind": "entry", "address": "example.org/a"}
                for source in ("one2024", "two2024"))  # fmt: skip
HEADLINES = (
    {"headline_id": "more", "statement": "There is more than four.", "metric_id": "savings", "ref_area": "A",
     "counterpart_area": "B", "period": "2024", "low": 4},
    {"headline_id": "never", "statement": "Nobody says.", "metric_id": "oil", "ref_area": "A",
     "counterpart_area": "B", "period": "2024", "high": 4},
)  # fmt: skip


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    claims = claim("a", "5", "savings", origin="Bureau"), claim("b", "5", "savings", origin="Bureau")
    return having(*claims, events=EVENTS, mentions=[MENTION], citations=ENTRIES, headlines=HEADLINES)


def test_clashes_of_time_as_objects_and_as_lines(ledger: Ledger) -> None:
    (clash,) = reports.chronology_report(ledger)["clashes"]
    assert list(clash) == ["rule", "mentions", "events", "explanation"]
    assert (clash["rule"], clash["mentions"], clash["events"]) == (
        "order against dates", ["flood.p1"], ["flood", "fire"],
    )  # fmt: skip
    told = "\n".join(reports.chronology_lines(ledger))
    assert f"  flood.p1\n    by: order against dates\n    {clash['explanation']}" in told
    assert list(reports.chronology_lines(having())) == ["0 clashes of time"]


def test_witnesses_origins_and_sites_as_objects_and_as_lines(ledger: Ledger) -> None:
    report = reports.independence_report(ledger)
    assert {name: len(rows) for name, rows in report.items()} == {"witnesses": 1, "origins": 1, "hosts": 1}
    assert report["witnesses"][0]["origins"] == ["Bureau"]
    assert report["hosts"][0] == {
        "host": "example.org", "entries": ["one2024.ref", "two2024.ref"], "sources": ["one2024", "two2024"],
    }  # fmt: skip
    told = "\n".join(reports.independence_lines(ledger))
    assert "  savings A B 2024 level: 2 claims, 1 source, 1 origin\n" in told
    assert "    Bureau\n" in told
    assert "  Bureau: 2 claims, one2024" in told
    assert told.endswith("  example.org: one2024.ref, two2024.ref")


def test_headlines_as_objects(ledger: Ledger) -> None:
    rows = reports.sensitivity_report(ledger)["headlines"]
    assert len(rows) == 2 * 3
    assert rows[0].pop("claims") in (["a"], ["b"])  # one of two that say the same is enough
    assert rows[0] == {
        "headline_id": "more", "statement": "There is more than four.", "without": "", "verdict": "holds",
        "low": 4.5, "high": 5.5, "low_included": True, "high_included": False, "assumed": False,
    }  # fmt: skip
    nothing = next(row for row in rows if row["headline_id"] == "never")
    assert (nothing["verdict"], nothing["low"], nothing["high"], nothing["claims"]) == (
        "cannot be said", 0, None, [],  # what nobody claims is what its metric can be
    )  # fmt: skip


def test_headlines_as_lines(ledger: Ledger) -> None:
    told = "\n".join(reports.sensitivity_lines(ledger))
    assert told == (
        "\nThere is more than four.\n  holds with all sources\n  cannot be said without one2024"
        "\n\nNobody says.\n  cannot be said with all sources\n  the same whichever source is left out"
    )


def test_every_report_can_be_written_as_json(ledger: Ledger) -> None:
    for report in (
        reports.reconciliation_report(ledger, reconcile(ledger)),
        reports.chronology_report(ledger),
        reports.independence_report(ledger),
        reports.sensitivity_report(ledger),
    ):
        assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_reports_of_an_empty_ledger_are_empty() -> None:
    assert reports.chronology_report(having()) == {"clashes": []}
    assert reports.independence_report(having()) == {"witnesses": [], "origins": [], "hosts": []}
    assert reports.sensitivity_report(having()) == {"headlines": []}
    assert list(reports.sensitivity_lines(having())) == []


# --- beside independent figures


def corroborated(*claims: dict[str, Any], observations: Sequence[dict[str, Any]] = ()) -> list[Report]:
    return reports.corroboration_report(small(*claims, observations=observations))


def test_a_claim_stands_with_its_verdict_its_ends_and_what_is_held_against_it() -> None:
    other = observation("o", "4", "savings", address="https://x.org", publisher="Office")
    assert corroborated(claim("c", "5 million", "savings"), observations=[other]) == [
        {
            "claim_id": "c", "verdict": "differs", "reason": "",
            "claimed": {"low": 4_500_000, "high": 5_500_000, "low_included": True, "high_included": False,
                        "unit": "USD"},
            "observations": [
                {
                    "observation_ids": ["o"], "verdict": "differs", "reason": "", "would_agree": False,
                    "derived": False, "low": 3.5, "high": 4.5, "low_included": True, "high_included": False,
                    "unit": "USD", "period": "2024", "publisher": "Office", "quality": "page",
                    "address": "https://x.org",
                    "apart": {"low": 1_000_000, "high": 5_500_000 / 3.5, "low_included": False, "high_included": False,
                              "unit": "times"},
                },
            ],
        },
    ]  # fmt: skip


def test_every_claim_that_stands_is_there_in_its_order() -> None:
    rows = claim("b", "5", "savings"), claim("a", "5", "oil"), claim("gone", "5", rank="deprecated", rank_reason="-")
    assert [(row["claim_id"], row["verdict"], row["observations"]) for row in corroborated(*rows)] == [
        ("b", "no independent figure found", []), ("a", "no independent figure found", []),
    ]  # fmt: skip


def test_what_is_not_comparable_has_the_code_of_its_reason() -> None:
    other = observation("o", "5", "savings", population="women")
    (row,) = corroborated(claim("c", "5", "savings"), observations=[other])
    (held,) = row["observations"]
    assert (row["verdict"], row["reason"]) == ("not comparable", "population")
    assert (held["verdict"], held["reason"], held["would_agree"]) == ("not comparable", "population", True)
    assert "apart" not in held


def test_endless_ends_of_what_is_claimed_and_of_what_is_observed_are_null() -> None:
    other = observation("o", "9", "balance", hedge="more than")
    (row,) = corroborated(claim("c", "5", "balance", hedge="up to"), observations=[other])
    (held,) = row["observations"]
    assert row["claimed"] == {"low": None, "high": 5, "low_included": False, "high_included": True, "unit": "USD"}
    assert {name: held[name] for name in ("low", "high", "low_included", "high_included")} == {
        "low": 9, "high": None, "low_included": False, "high_included": False,
    }  # fmt: skip
    assert "apart" not in held


def test_what_follows_from_several_has_all_their_places_each_once() -> None:
    rows = (
        observation("a", "5", "first", address="https://x.org"),
        observation("b", "7", "second", address="https://y.org", quality="machine", publisher="Office"),
    )
    (row,) = corroborated(claim("c", "12"), observations=rows)
    (held,) = row["observations"]
    assert held["derived"] is True
    assert held["observation_ids"] == ["a", "b"]
    assert (held["period"], held["publisher"], held["quality"]) == ("2024", "Office", "page; machine")
    assert held["address"] == "https://x.org; https://y.org"
    assert (held["low"], held["high"]) == (11, 13)


def test_what_follows_from_several_times_names_them_all() -> None:
    rise = observation("b", "10.0", "savings", unit="percent", measure="growth", base="2023")
    rows = observation("a", "10.0", "savings", period="2023"), rise
    (row,) = corroborated(claim("c", "11", "savings"), observations=rows)
    (held,) = (held for held in row["observations"] if held["derived"])
    assert (row["verdict"], held["observation_ids"], held["period"]) == ("agrees", ["a", "b"], "2023; 2024")


def test_how_claims_stand_is_told_in_lines() -> None:
    rows = claim("a", "5", "savings"), claim("b", "5", "oil"), claim("c", "5", "victims")
    others = observation("o", "5", "savings"), observation("p", "5", "oil", population="women")
    told = list(reports.corroboration_lines(small(*rows, observations=others)))
    assert told == [
        "3 claims, 2 independent figures: 1 agrees, 0 differs, 1 not comparable, 1 no independent figure found",
        "\na: agrees",
        "  Office gives 5 USD (2024), read as 4.50–5.50 USD: agrees.",
        "\nb: not comparable (another population)",
        "  Office gives 5 barrels (2024). Not comparable (another population): The two differ in population. "
        "Otherwise the two would agree.",
        "\nc: no independent figure found",
    ]


def test_one_claim_and_one_figure_are_counted_as_one() -> None:
    told = next(reports.corroboration_lines(small(claim("a", "5"), observations=[observation("o", "5")])))
    assert told.startswith("1 claim, 1 independent figure: 1 agrees,")


def test_corroboration_can_be_written_as_json() -> None:
    rows = claim("a", "5", "savings"), claim("b", "5", "balance", hedge="more than"), claim("c", "12")
    others = (
        observation("o", "5", "savings"), observation("p", "5", "balance", hedge="more than"),
        observation("q", "5", "first"), observation("r", "7", "second"),
    )  # fmt: skip
    report = corroborated(*rows, observations=others)
    assert [row["verdict"] for row in report] == ["agrees"] * 3
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_corroboration_of_an_empty_ledger_is_empty() -> None:
    assert corroborated() == []
    (told,) = reports.corroboration_lines(small())
    assert told.startswith("0 claims, 0 independent figures: 0 agrees,")
