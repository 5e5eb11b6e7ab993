import pandas as pd
import pytest

from compendium.ledger.events import events_between, read_events, scores_by_year
from compendium.ledger.loader import load
from compendium.values.periods import read_period


def scored(*events: tuple[str, float | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {"span": [read_period(date) for date, _ in events], "goldstein": [score for _, score in events]}
    )


def test_a_year_sums_cooperation_and_conflict_apart() -> None:
    table = scores_by_year(scored(("2024-05", 4.0), ("2024", -10.0), ("2024-12-25", -2.0)))
    assert table.loc[2024].to_dict() == {"cooperation": 4.0, "conflict": -12.0, "events": 3.0}


def test_an_uncertain_date_is_spread_by_its_days() -> None:
    table = scores_by_year(scored(("2024-12-31/2025-01-03", -4.0), ("2024-12-30/2025-01-01", 3.0)))
    assert table["conflict"].to_dict() == pytest.approx({2024: -1.0, 2025: -3.0})
    assert table["cooperation"].to_dict() == pytest.approx({2024: 2.0, 2025: 1.0})
    assert table["events"].sum() == pytest.approx(2.0)


def test_open_spans_and_events_without_a_score_are_left_out() -> None:
    assert scores_by_year(scored(("2024/..", 5.0), ("../2024", 5.0), ("2024", None))).empty


def test_years_without_events_are_shown_as_zero() -> None:
    table = scores_by_year(scored(("2020", 1.0), ("2023", 1.0)))
    assert table["events"].to_dict() == {2020: 1.0, 2021: 0.0, 2022: 0.0, 2023: 1.0}


TABLES = {
    "events": ["event_id,date,actor_id,target_id,code", "late,2024-05-09,ann,B,42", "open,,firm,nobody,",
               "vague,2023-12/2024-01,B,A,42", "early,2024-05-01/2024-05-09,A,firm,7"],
    "event_codes": ["code,name,goldstein,quad_class", "42,praise,3.5,words", "7,blame,-2.0,deeds"],
    "mentions": ["event_id,source_id", "late,one", "late,one", "late,two", "early,two"],
    "actors": ["actor_id,kind,area", "A,state,continent", "B,state,", "ann,person,A", "firm,company,B"],
}  # fmt: skip


def test_an_event_carries_what_follows_from_its_date_its_actors_its_code_and_its_mentions() -> None:
    ledger = {name: pd.DataFrame([row.split(",") for row in rows], columns=head.split(","))
              for name, (head, *rows) in TABLES.items()}  # fmt: skip
    ledger["event_codes"]["goldstein"] = ledger["event_codes"]["goldstein"].astype(float)
    events = read_events(ledger).set_index("event_id")
    assert events[["actor_area", "target_area", "code_name", "quad_class", "mentions", "sources"]].T.to_dict(
        "list"
    ) == {
        "vague": ["B", "A", "praise", "words", 0, 0],
        "early": ["A", "B", "blame", "deeds", 1, 1],
        "late": ["A", "B", "praise", "words", 3, 2],
        "open": ["B", "", "", "", 0, 0],
    }
    assert list(events.index) == ["vague", "early", "late", "open"], "of two that end together, the certain one is last"
    assert events["span"].tolist() == [
        *map(read_period, ["2023-12/2024-01", "2024-05-01/2024-05-09", "2024-05-09"]),
        None,
    ]
    assert events["goldstein"].dropna().to_dict() == {"vague": 3.5, "early": -2.0, "late": 3.5}
    assert events["year"].dropna().to_dict() == {"early": 2024, "late": 2024}
    assert [str(events[name].dtype) for name in ("year", "mentions", "sources")] == ["Int64", "int64", "int64"]


def test_a_person_acts_for_a_state() -> None:
    ledger = load()
    events = read_events(ledger)
    person = ledger["actors"].query("kind == 'person' and area != ''").iloc[0]
    own = events[events["actor_id"] == person["actor_id"]]
    assert (own["actor_area"] == person["area"]).all()


def test_between_finds_both_directions_and_nobody_else() -> None:
    events = pd.DataFrame({"actor_area": ["A", "B", "A", "C"], "target_area": ["B", "A", "C", "A"]})
    assert events_between(events, "A", "B").index.tolist() == [0, 1]


def test_events_stand_in_order_and_undated_ones_last() -> None:
    spans = read_events(load())["span"].tolist()
    dated = [found.last for found in spans if found]
    assert dated == sorted(dated)
    assert not any(spans[len(dated) :])
