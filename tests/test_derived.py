from typing import Any

import portion
import pytest
from small import claim, closed, observation, small

from compendium.analysis import derived_quantities
from compendium.display.tables import derived as derived_tables
from compendium.ledger.claims import read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations

AREAS = ("A", "B")


def standing(*rows: dict[str, Any], claims: tuple[dict[str, Any], ...] = (), kept: tuple[str, ...] = ()) -> Ledger:
    ledger = small(*claims, observations=rows)
    return derived_quantities.restrict_to(ledger, read_observations(ledger), kept)


def year(name: str, value: str, period: str, **cells: Any) -> dict[str, Any]:
    return observation(f"o.{name}", value, period=period, unit="million USD", **cells)


def grown(name: str, value: str, period: str, base: str) -> dict[str, Any]:
    return observation(f"o.{name}", value, period=period, base=base, measure="growth", unit="percent")


SUMS = (year("may", "2160", "2025-01/2025-05"), year("august", "3350", "2025-01/2025-08"))
GROWTHS = (
    grown("growth-may", "25", "2025-01/2025-05", "2024-01/2024-05"),
    grown("growth-august", "13.5", "2025-01/2025-08", "2024-01/2024-08"),
)


def test_the_months_between_two_sums_follow_as_their_difference() -> None:
    found = derived_quantities.implied_levels(standing(*SUMS), "total", AREAS, ["2025-06/2025-08"])[0]
    assert (found.interval.lower, found.interval.upper) == (3345 * 10**6 - 2165 * 10**6, 3355 * 10**6 - 2155 * 10**6)
    assert set(found.claims) == {"o.may", "o.august"}


def test_a_stretch_is_held_against_the_same_months_of_the_other_year() -> None:
    found = derived_quantities.compare_periods(
        standing(*SUMS, *GROWTHS), "total", AREAS, "2025-06/2025-08", "2024-06/2024-08"
    )
    assert found.growth.upper < 0  # what grew less and less fell in the end
    assert set(found.evidence_ids) == {row["observation_id"] for row in (*SUMS, *GROWTHS)}
    before, now = found.monthly_averages
    assert now.upper * 3 == found.current.interval.upper
    assert before.lower > now.upper


def test_only_what_is_kept_holds() -> None:
    claims = (claim("one2024.kept", "$5 million"), claim("one2024.left", "$9 million"))
    ledger = standing(claims=claims, kept=("one2024.kept",))
    assert derived_quantities.implied_levels(ledger, "total", AREAS, ["2024"])[0].claims == ("one2024.kept",)


def test_a_sum_can_be_known_better_than_its_parts() -> None:
    ledger = standing(year("all", "500", "2024"))
    parts = derived_quantities.implied_levels(ledger, "first", AREAS, ["2024"])[0].interval
    whole = derived_quantities.implied_sum(ledger, ["first", "second"], AREAS, "2024").interval
    assert parts.lower == 0 < whole.lower
    assert whole.upper == parts.upper


def test_sound_figures_are_one_sides_and_neither_doubtful_nor_forecast() -> None:
    rows = (
        year("own", "1", "2021"), year("other", "1", "2022", reporter="B"), year("nobody", "1", "2023", reporter=""),
        year("doubtful", "1", "2024", obs_status="low reliability"), year("plan", "1", "2025", obs_status="forecast"),
    )  # fmt: skip
    observations = read_observations(small(observations=rows))
    assert list(derived_quantities.reliable_from(observations, "A").index) == ["o.own"]
    assert list(derived_quantities.reliable_from(observations, ["", "B"]).index) == ["o.other", "o.nobody"]


def test_years_without_a_closed_figure_are_filled_where_what_follows_is_narrow() -> None:
    rows = (
        year("printed", "200.0", "2021"), year("open", "210.0", "2022", hedge="more than"),
        grown("narrow", "10.0", "2022", "2021"), grown("wide", "900", "2023", "2022") | {"hedge": "more than"},
    )  # fmt: skip
    found = derived_quantities.implied_where_missing(
        standing(*rows), "total", AREAS, read_observations(small(observations=rows[:2])), range(2020, 2024)
    )
    assert list(found) == ["2022"]
    assert set(found["2022"].claims) == {"o.printed", "o.narrow"}


def test_years_are_read_in_the_unit_asked_for() -> None:
    rows = (year("b", "3", "2023"), year("a", "2", "2022"), year("part", "1", "2022-01/2022-06"))
    found = derived_quantities.levels_by_year(read_observations(small(observations=rows)), "USD")
    assert [at for at, _ in found] == [2022, 2023]
    assert found[0][1] == portion.closedopen(15 * 10**5, 25 * 10**5)


def test_claims_are_read_by_year_too() -> None:
    claims = read_claims(small(claim("one2024.a", "$2 million", period="2022")))
    assert derived_quantities.levels_by_year(claims, "USD") == [(2022, portion.closedopen(15 * 10**5, 25 * 10**5))]


@pytest.mark.parametrize(
    ("growth", "words"),
    [
        (closed("5", "6"), "5.00–6.00 % more"),
        (closed("-4", "-2"), "2.00–4.00 % less"),
        (closed("-6", "4"), "6.00 % less to 4.00 % more"),
        (portion.openclosed(-portion.inf, -1), "at least 1.00 % less"),
    ],
)
def test_a_change_is_said_as_a_person_says_it(growth: portion.Interval, words: str) -> None:
    assert derived_quantities.describe_growth(growth) == words


def test_an_average_month_is_of_whole_months() -> None:
    assert derived_quantities.monthly_average(closed(30, 60), "2024-06/2024-08") == closed(10, 20)
    assert derived_quantities.monthly_average(closed(12, 24), "2024") == closed(1, 2)
    with pytest.raises(ValueError, match="no two ends"):
        derived_quantities.monthly_average(closed(1, 2), "2024/..")


def test_a_remainder_and_a_share() -> None:
    assert derived_quantities.remainder(closed(100, 200), closed(80, 90)) == closed(10, 40)
    assert derived_quantities.share(closed(1, 2), closed(4, 8)) == closed("12.5", 50)
    assert derived_quantities.ratio_to_growth(closed("0.9", "1.5")) == closed(-10, 50)


def test_figures_are_linked_with_the_time_they_speak_of() -> None:
    ledger = small(claim("one2024.a", "$2 million"), observations=[year("b", "3", "2023")])
    claims = read_claims(ledger).set_index("claim_id", drop=False)
    told = derived_tables.linked_figures(["one2024.a", "o.b"], claims, read_observations(ledger))
    assert 'claims.html#one2024.a">$2 million, Ann One</a> (2024)' in told
    assert 'official.html#o.b">3 million USD</a> (2023)' in told


def test_a_table_of_stretches_says_what_each_rests_on() -> None:
    ledger = small(observations=[*SUMS, *GROWTHS])
    found = derived_quantities.compare_periods(
        standing(*SUMS, *GROWTHS), "total", AREAS, "2025-01/2025-08", "2024-01/2024-08"
    )
    shown = derived_tables.period_comparison_table([found], ledger, "USD", ["2024", "2025"], "Stretches").data
    assert "13.4–13.6 % more" in shown
    assert "official.html#o.august" in shown
