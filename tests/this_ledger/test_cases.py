"""Verdicts on claims of this ledger, worked out by hand from the figures as printed.

A bare figure reaches half a unit of its last significant digit each way, the upper end left out: 4.4 is
[4.35, 4.45), 20,000 is [15,000, 25,000). Nothing here uses the engine's own reading of a figure.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import portion
import pytest

from compendium.analysis.comparability import IntervalPair, pair_if_comparable
from compendium.analysis.corroboration import POINTS, TIMES, Comparison, Corroboration
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.reconciliation.reconcile import constraints_from_ledger
from compendium.reconciliation.verdicts import AGREES, CORROBORATION_VERDICTS, DIFFERS, NONE_FOUND, NOT_COMPARABLE

MILLION, BILLION = 10**6, 10**9
LOW, HIGH, BOTH, NEITHER = "low", "high", "both", "neither"
"""Which of its ends an interval holds."""


@pytest.fixture(scope="module")
def found(corroborated_ledger: dict[str, Corroboration]) -> dict[str, Corroboration]:
    return corroborated_ledger


@pytest.fixture(scope="module")
def rows(ledger: Ledger) -> tuple[dict[str, Any], dict[str, Any]]:
    return constraints_from_ledger(ledger).claims, read_observations(ledger).to_dict("index")


@pytest.fixture(scope="module")
def paired(ledger: Ledger, rows: tuple[dict[str, Any], dict[str, Any]]) -> Callable[[str, str], IntervalPair]:
    """What a claim and an observation of equal keys say, whether or not a person has set them apart."""

    def pair(claim: str, observation: str) -> IntervalPair:
        own, row = rows[0][claim], rows[1][observation]
        found = pair_if_comparable(own, row, ledger.row("metrics", own["metric_id"]))
        assert found is not None
        return found

    return pair


def reads(interval: portion.Interval, low: Any, high: Any, holds: str = LOW) -> bool:
    """Tell whether an interval has these ends, `"4.35"` read as the decimal it is, and holds these of them."""
    left = portion.CLOSED if holds in (LOW, BOTH) else portion.OPEN
    right = portion.CLOSED if holds in (HIGH, BOTH) else portion.OPEN
    ends = [end if end == portion.inf else Fraction(end) for end in (low, high)]
    return bool((interval.lower, interval.upper) == tuple(ends) and (interval.left, interval.right) == (left, right))


def billions(low: str, high: str) -> tuple[Fraction, Fraction]:
    return Fraction(low) * BILLION, Fraction(high) * BILLION


def millions(low: str, high: str) -> tuple[Fraction, Fraction]:
    return Fraction(low) * MILLION, Fraction(high) * MILLION


def against(one: Corroboration, observation: str) -> Comparison:
    """Return what one observation says of a claim."""
    (held,) = (held for held in one.comparisons if held.observations == (observation,))
    return held


def apart(held: Comparison) -> tuple[Any, Any, str]:
    assert held.difference is not None
    return held.difference.lower, held.difference.upper, held.difference_unit


# --- trade


def test_growth_of_turnover_in_two_years(
    found: dict[str, Corroboration], paired: Callable[[str, str], IntervalPair]
) -> None:
    one = found["stear2025.turnover-growth-2021-2023"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "rounding")
    assert reads(one.claimed, "46.5", "47.5")  # 47 %
    held = against(one, "trade.turnover-ratio-2021-2023")
    assert reads(held.interval, "1.445", "1.455")  # 1.45 times
    pair = paired("stear2025.turnover-growth-2021-2023", "trade.turnover-ratio-2021-2023")
    assert reads(pair.observed, "44.5", "45.5")  # the growth that this is: from 1 to 3 points below the claim
    assert (pair.in_points, pair.claimed.overlaps(pair.observed)) == (True, False)
    # $3 billion and $4.4 billion, as both print them: 4.35 / 3.5 and 4.45 / 2.5 hold both rates
    assert (
        Fraction("4.35") / Fraction("3.5") < Fraction("1.445") < Fraction("1.475") < Fraction("4.45") / Fraction("2.5")
    )


def test_turnover_of_2021(found: dict[str, Corroboration]) -> None:
    one = found["stear2025.turnover-2021"]
    assert (one.verdict, one.unit) == (AGREES, "USD")
    assert reads(one.claimed, *billions("2.5", "3.5"))  # $3 billion
    assert reads(against(one, "trade.turnover-2021").interval, *billions("2.5", "3.5"))  # 3000 million: one digit


@pytest.mark.parametrize("claim", ["stear2025.turnover-2023", "guluzade2025.turnover-2023"])
def test_turnover_of_2023(found: dict[str, Corroboration], claim: str) -> None:
    one = found[claim]
    assert (one.verdict, one.is_disputed) == (AGREES, False)
    assert reads(one.claimed, *billions("4.35", "4.45"))  # $4.4 billion
    assert reads(against(one, "trade.turnover-2023").interval, *billions("4.35", "4.45"))  # 4400 million
    assert reads(against(one, "trade.turnover-2023-two-decimals").interval, *billions("4.355", "4.365"))  # 4360 million


def test_growth_of_turnover_in_2023(found: dict[str, Corroboration]) -> None:
    one = found["guluzade2025.turnover-growth-2023"]
    assert one.verdict == AGREES
    assert reads(one.claimed, "17.45", "17.55")  # 17.5 %
    assert reads(against(one, "trade.turnover-growth-2023").interval, "17.45", "17.55")
    russian = against(one, "trade.turnover-growth-2023-russian")  # 17 %
    assert reads(russian.interval, "16.5", "17.5")
    assert (russian.verdict, *apart(russian)) == (AGREES, Fraction("-0.05"), Fraction("1.05"), POINTS)


def test_growth_of_turnover_in_2024(found: dict[str, Corroboration]) -> None:
    for claim, low, high in (("turnover-growth-2024", "10.05", "10.15"), ("ref-turnover-growth-2024", 5, 15)):
        one = found[f"guluzade2025.{claim}"]  # 10.1 %; and 10 %, whose last significant digit is the one
        assert one.verdict == AGREES
        assert reads(one.claimed, low, high)
        held = against(one, "trade.turnover-growth-2024")  # more than 10 %
        assert reads(held.interval, 10, portion.inf, NEITHER)
        assert held.difference is None


def test_turnover_of_2024(found: dict[str, Corroboration]) -> None:
    one = found["guluzade2025.turnover-2024"]
    assert one.verdict == AGREES
    assert reads(one.claimed, *billions("4.75", "4.8"), BOTH)  # almost $4.8 billion
    held = against(one, "trade.turnover-2024")  # 4799 million
    assert reads(held.interval, *millions("4798.5", "4799.5"))
    assert apart(held) == (Fraction("4750") / Fraction("4799.5"), Fraction("4800") / Fraction("4798.5"), TIMES)


def test_the_higher_turnover_of_2024_is_counted_in_another_way(found: dict[str, Corroboration]) -> None:
    one = found["guluzade2025.turnover-2024-higher"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "definition")
    assert reads(one.claimed, *billions("6.5", "7"), BOTH)  # approaching $7 billion
    held = against(one, "trade.turnover-2024")
    assert reads(held.interval, *millions("4798.5", "4799.5"))
    assert held.would_agree is False


def test_turnover_of_four_months_has_no_figure_of_the_same_months(found: dict[str, Corroboration]) -> None:
    one = found["guluzade2025.turnover-2025-jan-apr"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "period")
    assert reads(one.claimed, *millions("1823.5", "1824.5"))  # $1.824 billion
    held = against(one, "trade.turnover-2025-jan-may")  # 2160 million, of one month more: the nearest
    assert (reads(held.interval, *millions("2155", "2165")), held.would_agree) == (True, None)


def test_exports_to_russia(found: dict[str, Corroboration]) -> None:
    one = found["avdaliani2025.exports-russia-2024"]
    assert one.verdict == AGREES
    assert reads(one.claimed, *millions("1177.5", "1178.5"))  # $1.178 billion
    assert reads(against(one, "trade.exports-2024").interval, *millions("1177.5", "1178.5"))  # 1178 million
    assert reads(against(one, "trade.exports-2024-comtrade").interval, *millions("1150", "1200"), BOTH)  # almost 1.2


def test_the_share_of_russia_in_exports(found: dict[str, Corroboration]) -> None:
    one = found["avdaliani2025.exports-russia-share-2024"]
    assert (one.verdict, one.unit) == (AGREES, "percent")
    assert reads(one.claimed, "4.35", "4.45")  # 4.4 %
    held = against(one, "trade.exports-share-2024")
    assert reads(held.interval, "4.35", "4.45")
    assert apart(held) == (Fraction("-0.1"), Fraction("0.1"), POINTS)


def test_exports_of_russia_are_not_its_neighbours_imports(found: dict[str, Corroboration]) -> None:
    one = found["avdaliani2025.exports-russia-azerbaijan-2024"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "reliability")  # the only figure of equal keys is in doubt
    assert reads(one.claimed, *millions("3620.5", "3621.5"))  # $3.621 billion
    held = against(one, "trade.exports-russia-to-azerbaijan-2024")  # 3.6 billion
    assert (held.verdict, reads(held.interval, *millions("3550", "3650"))) == (AGREES, True)
    mirror = against(one, "trade.imports-2024")  # the very number, by the other side
    assert (mirror.verdict, mirror.reason, mirror.would_agree) == (NOT_COMPARABLE, "valuation", True)


def test_the_weight_of_fuel_in_exports(found: dict[str, Corroboration]) -> None:
    one = found["stear2025.oil-gas-exports-2022"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "definition")  # of oil and gas, and of all fuels
    assert reads(one.claimed, "92.45", "92.55")  # 92.5 %
    held = against(one, "economy.fuel-exports-share-aze-2022")  # 92.537559408706 %, known to the twelfth decimal
    assert reads(held.interval, "92.5375594087055", "92.5375594087065")
    assert held.would_agree is True


def test_the_weight_of_oil_and_gas_in_the_economy_is_counted_by_nobody(found: dict[str, Corroboration]) -> None:
    one = found["stear2025.oil-gas-gdp-2022"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "definition")
    assert reads(one.claimed, "47.7", "47.9", BOTH)  # roughly 47.8 %: twice as wide as without the word
    assert against(one, "economy.mining-quarrying-gdp-2022").would_agree is False  # 35.8 %


def test_non_oil_exports_are_a_part_of_exports(found: dict[str, Corroboration]) -> None:
    one = found["stear2025.non-oil-exports-russia-2024"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "coverage")
    assert reads(one.claimed, *millions("1161.5", "1162.5"))  # $1.162 billion
    assert against(one, "trade.exports-2024").would_agree is None


# --- money


def test_remittances_without_a_year(found: dict[str, Corroboration]) -> None:
    one = found["avdaliani2025.remittances-russia"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "period")
    assert reads(one.claimed, *millions("400", "600"), BOTH)  # approximately $500 million
    held = against(one, "remittances.from-russia-2024")  # 496.753 million
    assert reads(held.interval, *millions("496.7525", "496.7535"))
    assert held.would_agree is True


def test_aid_up_to_another_day(found: dict[str, Corroboration]) -> None:
    one = found["overview2025.aid-ukraine"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "period")
    assert reads(one.claimed, 42 * MILLION, portion.inf, NEITHER)  # over $42 million
    embassy = against(one, "aid.provided-2025-09-01-embassy")  # 44 million, some weeks before
    assert reads(embassy.interval, *millions("43.5", "44.5"))
    assert reads(against(one, "aid.provided-2025-02-12").interval, 40 * MILLION, portion.inf, NEITHER)  # exceeds 40


@pytest.mark.parametrize(
    ("claim", "low", "high", "holds", "observation", "meets"),
    [
        # $8.7 billion against over 9; more than $1 billion against 1.2
        ("russia-in-azerbaijan", "8.65", "8.75", LOW, "trade.investment-russia-in-azerbaijan-2024-07", False),
        ("azerbaijan-in-russia", "1", "", NEITHER, "trade.investment-azerbaijan-in-russia-2024-07", True),
    ],
)
def test_investment_up_to_an_unknown_day(
    found: dict[str, Corroboration], claim: str, low: str, high: str, holds: str, observation: str, meets: bool
) -> None:
    one = found[f"guluzade2025.investment-{claim}"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "period")
    assert reads(one.claimed, Fraction(low) * BILLION, Fraction(high) * BILLION if high else portion.inf, holds)
    assert against(one, observation).would_agree is meets


def test_the_loan_inside_an_agreement(
    found: dict[str, Corroboration], paired: Callable[[str, str], IntervalPair]
) -> None:
    one = found["canback2023.lukoil-socar-deal"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "definition")
    assert reads(one.claimed, *billions("1.45", "1.55"))  # 1.5 billion dollars
    held = against(one, "oil.lukoil-socar-loan")
    assert (reads(held.interval, *billions("1.45", "1.55")), held.would_agree) == (True, True)
    assert reads(paired("canback2023.lukoil-socar-deal", "oil.lukoil-socar-loan").observed, *billions("1.45", "1.55"))


# --- oil and gas


def test_gas_for_iran_by_the_day_and_by_the_year(found: dict[str, Corroboration]) -> None:
    one = found["avdaliani2025.gas-russia-iran"]
    assert (one.verdict, one.is_disputed, one.unit) == (DIFFERS, False, "m^3/day")
    assert reads(one.claimed, *millions("250", "350"))  # 300 million m³ a day
    ceiling = against(one, "gas.russia-iran-ceiling")  # up to 55 billion m³ a year of 365.25 days: 150.6 million a day
    assert ceiling.verdict == DIFFERS
    assert reads(ceiling.interval, 0, 55 * BILLION / Fraction("365.25"), BOTH)
    assert 150_581_793 < ceiling.interval.upper < 150_581_794
    least, most, unit = apart(ceiling)
    assert (least, most, unit) == (250 * MILLION * Fraction("365.25") / (55 * BILLION), portion.inf, TIMES)
    assert Fraction("1.66") < least < Fraction("1.6603")
    for elsewhere in ("gas.russia-iran-oil-minister", "gas.russia-iran-oil-minister-converted"):
        held = against(one, elsewhere)  # of gas on the bed of a sea
        assert (held.verdict, held.reason, held.would_agree) == (NOT_COMPARABLE, "coverage", None)


@pytest.mark.parametrize(
    ("observation", "low", "high", "days"),
    [
        ("gas.russia-iran-oil-minister", 250 * MILLION, 350 * MILLION, 1),  # 300 million m³ a day
        ("gas.russia-iran-oil-minister-converted", 105 * BILLION, 115 * BILLION, "365.25"),  # 110 billion m³ a year
    ],
)
def test_what_a_minister_says_by_the_day_and_by_the_year_is_one_volume(
    paired: Callable[[str, str], IntervalPair], observation: str, low: int, high: int, days: Any
) -> None:
    pair = paired("avdaliani2025.gas-russia-iran", observation)
    assert reads(pair.observed, low / Fraction(days), high / Fraction(days))
    assert pair.claimed.overlaps(pair.observed)  # 287.5 to 314.9 million a day lie in 250 to 350


BARRELS = {  # tonnes as published, at 6.49 to 7.94 barrels each, against 15,000 to 25,000 barrels on each day
    # 824,400 t: [824,350, 824,450); 365 days are 5,475,000 to 9,125,000 barrels
    "2019": ("5350031.5", "6546133", True),
    # 613,000 t: [612,500, 613,500); 366 days are 5,490,000 barrels at least
    "2020": ("3975125", "4871190", False),
    # 669,000 t: [668,500, 669,500); 31 + 28 + 31 + 30 + 31 + 30 + 31 + 31 = 243 days are 3,645,000 to 6,075,000 barrels
    "2021-jan-aug": ("4338565", "5315830", True),
}


@pytest.mark.parametrize("when", BARRELS)
def test_oil_by_the_day_and_tonnes_of_a_year(found: dict[str, Corroboration], when: str) -> None:
    one = found["avdaliani2025.baku-novorossiysk-oil"]
    assert (one.verdict, one.reason, one.unit) == (NOT_COMPARABLE, "period", "bbl/day")
    assert reads(one.claimed, 15_000, 25_000)  # 20,000 barrels per day
    low, high, meets = BARRELS[when]
    held = against(one, f"oil.baku-novorossiysk-{when}")
    assert held.unit == "bbl"
    assert reads(held.interval, low, high)
    assert held.would_agree is meets


def test_a_field_in_which_a_company_holds_a_fifth(found: dict[str, Corroboration]) -> None:
    one = found["canback2023.shah-deniz-lukoil"]
    assert (one.verdict, one.unit) == (AGREES, "percent")
    assert reads(one.claimed, 15, 25)  # 20 %, whose last significant digit is the two
    held = against(one, "oil.shah-deniz-lukoil-2023")  # 19.99 %
    assert reads(held.interval, "19.985", "19.995")
    assert apart(held) == (Fraction("-4.995"), Fraction("5.015"), POINTS)


# --- corridors


def test_the_port_handled_half_of_what_is_said(found: dict[str, Corroboration]) -> None:
    one = found["guluzade2025.baku-port-2024"]
    assert (one.verdict, one.unit) == (DIFFERS, "t")
    assert reads(one.claimed, 14 * MILLION, 16 * MILLION, BOTH)  # about 15 million tons
    held = against(one, "corridors.port-2024")  # 7600 thousand tonnes
    assert reads(held.interval, 7_550_000, 7_650_000)
    assert apart(held) == (Fraction(14, 1) / Fraction("7.65"), Fraction(16, 1) / Fraction("7.55"), TIMES)
    capacity = against(one, "corridors.port-capacity-present")  # 15 million a year, of which it could be
    assert (capacity.verdict, capacity.reason, capacity.would_agree) == (NOT_COMPARABLE, "capacity", None)


def test_the_planned_capacity_of_the_port(found: dict[str, Corroboration]) -> None:
    one = found["guluzade2025.baku-port-capacity"]
    assert (one.verdict, one.unit) == (AGREES, "t/year")
    assert reads(one.claimed, 25 * MILLION, 30 * MILLION, BOTH)  # 25–30 million tons
    planned = against(one, "corridors.port-capacity-planned")  # 25,000 thousand tonnes
    assert reads(planned.interval, 24_500_000, 25_500_000)
    assert against(one, "corridors.port-capacity-present").verdict == NOT_COMPARABLE


def test_what_a_corridor_could_carry(found: dict[str, Corroboration]) -> None:
    one = found["guluzade2025.zangezur-capacity"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "definition")
    assert reads(one.claimed, 0, 35 * MILLION, BOTH)  # up to 35 million tons
    held = against(one, "corridors.zangezur-potential")  # 15,000 thousand tonnes
    assert (reads(held.interval, 14_500_000, 15_500_000), held.would_agree) == (
        True,
        True,
    )  # as anything below 35 million


def test_growth_on_a_corridor_since_a_year(found: dict[str, Corroboration]) -> None:
    one = found["guluzade2025.north-south-growth"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "period")
    assert reads(one.claimed, "41.5", "42.5")  # 42 %
    held = against(one, "corridors.north-south-rail-growth-2023-jan-may")  # 42 %, of rail and five months
    assert (held.reason, held.would_agree) == ("period", True)
    assert reads(held.interval, "41.5", "42.5")


def test_containers_on_another_branch(found: dict[str, Corroboration]) -> None:
    one = found["guluzade2025.ref-containers-growth"]
    assert one.verdict == NOT_COMPARABLE
    assert {held.reason for held in one.comparisons} == {"coverage", "period"}
    assert reads(one.claimed, "62.5", "63.5")  # 63 %
    held = against(one, "corridors.north-south-west-containers-growth-2025-jan-oct")  # 58.3 %
    assert reads(held.interval, "58.25", "58.35")
    assert held.would_agree is None


# --- people


def test_who_died_in_the_crash(found: dict[str, Corroboration]) -> None:
    aboard = found["avdaliani2025.crash-deaths"]  # 38, passengers and crew: a count is itself
    assert aboard.verdict == AGREES
    assert reads(aboard.claimed, 38, 38, BOTH)
    assert reads(against(aboard, "rupture.crash-deaths").interval, 38, 38, BOTH)
    passengers = found["stear2025.crash-deaths"]  # 38, of passengers alone
    assert (passengers.verdict, passengers.reason) == (NOT_COMPARABLE, "population")
    assert against(passengers, "rupture.crash-deaths").would_agree is True
    assert against(passengers, "rupture.crash-deaths-passengers").would_agree is False  # 36


@pytest.mark.parametrize(
    ("claim", "observation", "count"),
    [
        ("canback2023.declaration-points", "rupture.declaration-points", 43),
        ("overview2025.yekaterinburg-deaths", "rupture.yekaterinburg-deaths", 2),
    ],
)
def test_counts_are_exact(found: dict[str, Corroboration], claim: str, observation: str, count: int) -> None:
    one = found[claim]
    assert one.verdict == AGREES
    assert reads(one.claimed, count, count, BOTH)
    held = against(one, observation)
    assert reads(held.interval, count, count, BOTH)
    assert apart(held) == (1, 1, TIMES)


def test_peacekeepers_in_round_thousands(found: dict[str, Corroboration]) -> None:
    one = found["canback2023.peacekeepers-2020"]
    assert one.verdict == AGREES
    assert reads(one.claimed, 1500, 2500, BOTH)  # 2,000, with bounds of its own: no head count
    held = against(one, "rupture.peacekeepers-2020")  # 1960
    assert reads(held.interval, 1960, 1960, BOTH)
    assert apart(held) == (Fraction(1500, 1960), Fraction(2500, 1960), TIMES)


def test_staff_before_and_after(found: dict[str, Corroboration]) -> None:
    for claim, count in (("before", 40), ("after", 1)):
        one = found[f"avdaliani2025.sputnik-staff-{claim}"]
        assert (one.verdict, one.reason) == (NOT_COMPARABLE, "period")
        assert reads(one.claimed, count, count, BOTH)
        assert [held.would_agree for held in one.comparisons] == [True, False]


@pytest.mark.parametrize(
    ("claim", "low", "high", "observation", "other_low", "other_high"),
    [
        # 77 % of young people, and 77 % of the visitors of a site; 73 % and 64 %
        ("russia", "76.5", "77.5", "opinion.not-a-friendly-country-online-poll", "76.5", "77.5"),
        ("armenia", "72.5", "73.5", "opinion.attitude-do-not-like-at-all-arm", "63.5", "64.5"),
    ],
)
def test_answers_to_another_question(
    found: dict[str, Corroboration], claim: str, low: str, high: str, observation: str, other_low: str, other_high: str
) -> None:
    one = found[f"canback2023.threat-{claim}"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "question")
    assert reads(one.claimed, low, high)
    held = against(one, observation)
    assert reads(held.interval, other_low, other_high)
    assert held.would_agree is None  # that two numbers are equal says nothing


def test_the_young_without_a_year(found: dict[str, Corroboration]) -> None:
    one = found["stear2025.population-14-29"]
    assert (one.verdict, one.reason) == (NOT_COMPARABLE, "period")
    assert reads(one.claimed, "22.65", "22.75")  # 22.7 %
    assert against(one, "youth.share-2024-01-report").would_agree is True  # 22.7 %


# --- none


@pytest.mark.parametrize(
    "claim",
    [
        "stear2025.peacekeepers-early-exit",
        "stear2025.youth-security",
        "stear2025.non-oil-exports-turkey-2024",
        "guluzade2025.non-oil-growth-2025-jan-apr",
        "guluzade2025.turnover-2026",
        "canback2023.shah-deniz-rank",
    ],
)
def test_what_nobody_else_counts(found: dict[str, Corroboration], claim: str) -> None:
    assert (found[claim].verdict, found[claim].comparisons) == (NONE_FOUND, ())


def test_every_claim_that_stands_has_one_verdict(found: dict[str, Corroboration], ledger: Ledger) -> None:
    claims = ledger["claims"]
    assert list(found) == list(claims.loc[claims["rank"] == "normal", "claim_id"])
    for one in found.values():
        assert one.verdict in CORROBORATION_VERDICTS
        assert bool(one.comparisons) == (one.verdict != NONE_FOUND)
        assert bool(one.reason) == (one.verdict == NOT_COMPARABLE)
