"""The small compendium is sound, can be built, and gives the answers that are worked out here by hand.

It is for the tests of every room: what they ask of it is told here with its arithmetic, so that a change of its data
is seen for what it is.
"""

import csv
from fractions import Fraction
from pathlib import Path

import portion
import pytest
from bs4 import BeautifulSoup

from compendium.analysis import corroboration, date_conflicts
from compendium.analysis.citation_audit import CITED_NOT_LISTED, LISTED_NOT_CITED, OFF_TOPIC_REFERENCE, audit_citations
from compendium.analysis.conflicts import ASSERTED_AND_DENIED, group_inconsistencies
from compendium.analysis.sensitivity import sensitivity
from compendium.curation.source_texts import verify
from compendium.curation.validation import validate
from compendium.ledger.claims import read_claims
from compendium.ledger.loader import Ledger, load
from compendium.ledger.observations import observation_tables, read_observations
from compendium.ledger.votes import count_votes, read_votes
from compendium.project.paths import PAGE_BY_KIND
from compendium.reconciliation.constraints import ConstraintKind, Quantity
from compendium.reconciliation.reconcile import Reconciliation
from tests.support.fixtures import Site
from tests.support.making import SMALL, TEXTS, small_folder

BILLION = 10**9


def between(low: str, high: str, by: int = 1) -> portion.Interval:
    """Return what a figure leaves open: from its lower end, which belongs to it, up to its upper one."""
    return portion.closedopen(Fraction(low) * by, Fraction(high) * by)


def test_it_passes_every_check() -> None:
    assert validate(small_folder()) == []
    assert verify(load(small_folder(), corrected=False), TEXTS) == []


def test_each_table_that_holds_what_people_type_has_rows(small: Ledger) -> None:
    held = {path.relative_to(SMALL / "data").as_posix() for path in (SMALL / "data").rglob("*.csv")}
    typed = {table.path for table in small.schema.values() if table.name != "permanent"}
    measured = {"benchmarks", "build_benchmarks", "audits", "changes", "runs", "rebuilds", "corruptions", "survivors",
                "mutations"}  # fmt: skip
    assert {Path(path).stem for path in typed - held} <= measured
    assert len(observation_tables(small.schema)) == 2


@pytest.mark.parametrize("table", sorted(path.name for path in (SMALL / "data").rglob("*.csv")))
def test_no_column_of_it_is_idle(table: str) -> None:
    (path,) = (SMALL / "data").rglob(table)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert rows
    assert all(any(cells) for cells in zip(*rows, strict=True)), header


# --- what figures say


def test_how_its_figures_are_read(small: Ledger) -> None:
    read = read_claims(small).set_index("claim_id")["interval"]
    assert read["ames2024.turnover-2022"] == between("2.95", "3.05", BILLION)  # half of the last digit on each side
    assert read["ames2024.turnover-2020"] == between("1.5", "2.5", BILLION)
    assert read["ames2024.growth-2020-2022"] == between("45", "55")
    assert read["cole2024.turnover-2030"] == portion.closed(Fraction("4.5") * BILLION, 5 * BILLION)  # "almost"
    assert read["birk2023.passengers-2022"] == portion.singleton(41_250)  # people are counted
    assert read["birk2023.port-capacity-2023"] == portion.closed(0, 15_000_000)  # "up to", and no less than nothing
    assert read["birk2023.port-2023"] == portion.closed(7_000_000, 9_000_000)  # "about" is twice as wide
    assert read["cole2024.harvest-2023"] == portion.closed(4_000_000, 5_000_000)  # a range is printed
    assert read["cole2024.exports-rise-2024"] == portion.open(0, portion.inf)  # which way is all that is said
    assert read["cole2024.envoy-stay"] == between("17.5", "18.5")  # 81 is printed, and 18 is right
    assert load(small.data, corrected=False).row("claims", "cole2024.envoy-stay")["as_printed"] == "81 months"


def test_one_unit_in_another_is_a_range(small: Ledger) -> None:
    landed = read_observations(small).loc["economy.oil-landed-2022"]
    # 7,145,000 to 7,155,000 barrels, of 0.13 to 0.14 tonnes each
    assert (landed["interval"], landed["in_unit"]) == (between("928850", "1001700"), "t")


# --- what cannot all be true


def test_its_conflicts_of_numbers(small_reconciled: Reconciliation) -> None:
    assert small_reconciled.complete
    found = {conflict.claims: conflict for conflict in small_reconciled.conflicts}
    grain = ("ames2024.exports-2022", "ames2024.grain-exports-2022", "ames2024.grain-share-2022")
    trust = ("birk2023.trust-belmora-2023", "birk2023.trust-corvania-2023")
    ferry = ("birk2023.passengers-2022", "cole2024.passengers-2022")
    assert set(found) == {grain, trust, ferry}
    # 64.5 % to 65.5 % of 1.15 to 1.25 billion is 0.74175 to 0.81875; 0.9 billion is no less than 0.85.
    assert found[grain].check.implied_by_others.interval == between("0.74175", "0.81875", BILLION)
    # Of exports 1.1 to 1.3 billion are left by turnover less imports: 65.5 % of 1.3 is 0.8515, so these have no part.
    # 61.5 % at the least and 44.5 % at the least are 106 %, and each names one country.
    assert found[trust].identities[0].kind == ConstraintKind.EXCLUSIVE
    # 41,250 people are not 52,300.
    assert found[ferry].identities == ()


def test_its_conflicts_of_every_kind(small: Ledger, small_reconciled: Reconciliation) -> None:
    rules = {(family.kind, family.members[0].rule): family.name for family in group_inconsistencies(small)}
    assert rules == {
        ("numbers", ConstraintKind.SAME): "passengers-counted-twice",
        (
            "numbers",
            ConstraintKind.SHARE,
        ): "ames2024.exports-2022+ames2024.grain-exports-2022+ames2024.grain-share-2022",
        (
            "time",
            date_conflicts.DATED_DIFFERENTLY,
        ): "ames2024.grain-treaty.p7+birk2023.grain-treaty.p6",  # 3 June, in May
        ("time", date_conflicts.LATER_THAN_SOURCE): "birk2023.bridge-opened.p6",  # of 2024, written about June 2023
        (
            "time",
            date_conflicts.ORDER_AGAINST_DATES,
        ): "ames2024.grain-treaty.p7",  # after a strike that ended on 20 June
        ("logic", ConstraintKind.EXCLUSIVE): "birk2023.trust-belmora-2023+birk2023.trust-corvania-2023",
        ("logic", ASSERTED_AND_DENIED): "ferry-unites+birk2023",
        ("reference", OFF_TOPIC_REFERENCE): "birk2023.cite-1-p5",
    }


def test_its_verdicts_among_the_claims(small_reconciled: Reconciliation) -> None:
    found: dict[str, set[str]] = {}
    for name, (verdict, _) in small_reconciled.verdicts.items():
        found.setdefault(verdict, set()).add(name)
    assert found["not comparable"] == {"birk2023.port-capacity-2023"}
    assert found["single"] == {
        "birk2023.port-2023", "cole2024.turnover-2030", "cole2024.exports-rise-2024", "cole2024.harvest-2023",
        "cole2024.envoy-stay",
    }  # fmt: skip
    assert len(found["in conflict"]) == 7
    assert len(found["consistent"]) == 9
    assert "cole2024.envoys-2021" not in small_reconciled.verdicts  # it is withdrawn


def test_what_nobody_printed_follows(small_reconciled: Reconciliation) -> None:
    bounds = small_reconciled.bounds

    def of(metric: str, area: str, other: str, period: str) -> portion.Interval:
        return bounds[Quantity(metric, area, other, period, "")].interval

    # 1.35 to 1.45 times 2.95 to 3.05 billion
    assert of("turnover", "XAA", "XBB", "2023") == between("3.9825", "4.4225", BILLION)
    # of which imports are 0.45 to 0.55 billion more than half
    exports = of("exports", "XAA", "XBB", "2023")
    assert (exports.lower, exports.upper) == (1_716_250_000, 1_986_250_000)
    # exports rise in the year after, and have no end above
    assert of("exports", "XAA", "XBB", "2024") == portion.open(1_716_250_000, portion.inf)
    # what one sells is what the other buys; who stands before another in the list trades no less
    assert of("imports", "XBB", "XAA", "2022") == of("exports", "XAA", "XBB", "2022")
    assert of("turnover", "XBB", "XCC", "2022") == portion.closedopen(2_950_000_000, portion.inf)


def test_its_headlines_fall_without_their_source(small: Ledger) -> None:
    answers = sensitivity(small).set_index(["headline_id", "without"])
    fallen = answers.index[answers["verdict"] != "holds"].tolist()
    assert fallen == [("trade-grew-2020-2022", "ames2024"), ("trade-grew-2023", "cole2024")]
    # 50 % is 45 to 55 %: 1.45 to 1.55 times as much
    assert answers.loc[("trade-grew-2020-2022", ""), "interval"] == between("1.45", "1.55")


# --- what offices count


VERDICTS = {
    "agrees": {"ames2024.turnover-2022"},  # 2.975 to 2.985 lies in 2.95 to 3.05; 3.36 of the other side does not
    "differs": {
        "ames2024.exports-2022",  # 1.315 and more is above 1.25
        "ames2024.imports-2022",  # 2.98 less 1.32 is 1.65 to 1.67, below 1.75: it follows from two figures
        "cole2024.harvest-2023",  # 3.25 million at the most is less than 4
    },
    "not comparable": {
        "birk2023.passengers-2022", "cole2024.passengers-2022",  # cars are counted too, as a person has typed
        "birk2023.trust-belmora-2023",  # adults there, voters here
        "ames2024.growth-2020-2022", "ames2024.ref-growth-2020-2022",  # a growth beside a sum
    },
}  # fmt: skip


def test_its_verdicts_beside_the_offices(small: Ledger) -> None:
    found = corroboration.corroborate(small)
    for verdict, claims in VERDICTS.items():
        assert {name for name, own in found.items() if own.verdict == verdict} == claims
    assert {own.verdict for own in found.values()} == {*VERDICTS, "no independent figure found"}
    assert found["ames2024.turnover-2022"].is_disputed
    (imports,) = found["ames2024.imports-2022"].comparisons
    assert imports.is_derived
    assert (imports.interval.lower, imports.interval.upper) == (1_650_000_000, 1_670_000_000)


def test_a_roll_call_tells_absence_from_what_is_not_known(small: Ledger) -> None:
    votes = read_votes(small)
    assert count_votes(votes, "XAA", "XBB")["yes"] == count_votes(votes, "XAA", "XBB")["absent"] == 1
    assert count_votes(votes, "XCC", "XBB")["no"] == count_votes(votes, "XCC", "XBB")["not found"] == 1


def test_its_citations(small: Ledger) -> None:
    found = audit_citations(small["citations"])
    assert dict(zip(found["finding"], found["citation_id"], strict=True)) == {
        CITED_NOT_LISTED: "ames2024.cite-pell-2022-p6",
        OFF_TOPIC_REFERENCE: "birk2023.cite-1-p5",
        LISTED_NOT_CITED: "ames2024.ref-quist-2021",
    }


# --- the book


def test_it_is_built_without_a_warning(small_site: Site) -> None:
    html, done = small_site
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stderr.lower()
    assert (html / "index.html").is_file()


def test_each_kind_of_row_has_its_permanent_place(small: Ledger, small_site: Site) -> None:
    html, _ = small_site
    known = {
        "claim": small["claims"]["claim_id"],
        "source": small["sources"]["source_id"],
        "event": small["events"]["event_id"],
        "conflict": [family.name for family in group_inconsistencies(small)],
        "observation": read_observations(small).index,
        "quantity": ["exports.XAA.XBB.2023"],
        "headline": small["headlines"]["headline_id"],
        "citation": small["citations"]["citation_id"],
        "table": [f"table-{name}" for name in small.schema],
    }
    assert known.keys() == PAGE_BY_KIND.keys()
    for kind, ids in known.items():
        page = BeautifulSoup((html / "book" / f"{PAGE_BY_KIND[kind]}.html").read_text(encoding="utf-8"), "html.parser")
        there = {tag["id"] for tag in page.find_all(id=True)}
        assert set(ids) <= there, kind
    assert all((html / "book" / "claim" / f"{name}.html").is_file() for name in known["claim"])
