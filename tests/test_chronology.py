import pandas as pd
import pytest

from compendium.chronology import between, read_events, scores_by_year
from compendium.ledger import load
from compendium.periods import span


def scored(*events: tuple[str, float | None]) -> pd.DataFrame:
    return pd.DataFrame({"span": [span(date) for date, _ in events], "goldstein": [score for _, score in events]})


def test_a_year_sums_cooperation_and_conflict_apart() -> None:
    table = scores_by_year(scored(("2024-05", 4.0), ("2024", -10.0), ("2024-12-25", -2.0)))
    assert table.loc[2024].to_dict() == {"cooperation": 4.0, "conflict": -12.0, "events": 3.0}


def test_an_uncertain_date_is_spread_by_its_days() -> None:
    table = scores_by_year(scored(("2024-12-31/2025-01-03", -4.0)))
    assert table["conflict"].to_dict() == pytest.approx({2024: -1.0, 2025: -3.0})
    assert table["events"].sum() == pytest.approx(1.0)


def test_open_spans_and_events_without_a_score_are_left_out() -> None:
    assert scores_by_year(scored(("2024/..", 5.0), ("../2024", 5.0), ("2024", None))).empty


def test_years_without_events_are_shown_as_zero() -> None:
    assert scores_by_year(scored(("2020", 1.0), ("2023", 1.0))).index.tolist() == [2020, 2021, 2022, 2023]


def test_a_person_acts_for_a_state() -> None:
    ledger = load()
    events = read_events(ledger)
    person = ledger["actors"].query("kind == 'person' and area != ''").iloc[0]
    own = events[events["actor_id"] == person["actor_id"]]
    assert (own["actor_area"] == person["area"]).all()


def test_between_finds_both_directions_and_nobody_else() -> None:
    events = pd.DataFrame({"actor_area": ["A", "B", "A", "C"], "target_area": ["B", "A", "C", "A"]})
    assert between(events, "A", "B").index.tolist() == [0, 1]


def test_events_stand_in_order_and_undated_ones_last() -> None:
    spans = read_events(load())["span"].tolist()
    dated = [found.last for found in spans if found]
    assert dated == sorted(dated)
    assert not any(spans[len(dated) :])
