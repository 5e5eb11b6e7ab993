"""Every row of this ledger can be read, whole and to its last digit, whatever the order of rows."""

import pandas as pd

from compendium.ledger.claims import claim_interval, read_claims
from compendium.ledger.events import read_events
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import add_observations_as_claims, observation_tables, read_observations
from compendium.ledger.records import records
from compendium.values import units


def test_every_claim_can_be_read(ledger: Ledger) -> None:
    claims = read_claims(ledger)
    assert not any(interval.empty for interval in claims["interval"])
    assert (claims["author"] != "").all()


def test_all_tables_of_observations_have_one_form(ledger: Ledger) -> None:
    found = observation_tables(ledger.schema)
    assert len(found) > 1
    assert len({table.fields for table in found}) == 1


def test_every_value_of_an_observation_keeps_its_last_digit(ledger: Ledger) -> None:
    values = [cell for table in observation_tables(ledger.schema) for cell in ledger[table.name]["value"]]
    assert all(isinstance(cell, str) for cell in values)
    assert any(cell.endswith("0") and "." in cell for cell in values)


def test_rows_read_a_column_at_a_time_are_those_of_pandas(ledger: Ledger) -> None:
    for frame in (*(ledger[name] for name in ledger.schema), read_observations(ledger), read_events(ledger)):
        own, other = ([list(map(repr, row.values())) for row in rows] for rows in (records(frame), _rows(frame)))
        assert own == other


def _rows(frame: pd.DataFrame) -> list[dict[object, object]]:
    return list(frame.to_dict("records"))


def test_every_observation_says_the_same_among_the_claims(ledger: Ledger) -> None:
    found = read_observations(ledger)
    claims = add_observations_as_claims(ledger, found, replace_claims=True)["claims"].set_index("claim_id")
    least = ledger["metrics"].set_index("metric_id")["minimum"]
    assert list(claims.index) == list(found.index)
    for row, own in zip(claims.to_dict("records"), found.to_dict("records"), strict=True):
        minimum = None if pd.isna(least[own["metric_id"]]) else float(least[own["metric_id"]])
        meant, said = units.convert_interval(own["interval"], own["in_unit"], row["unit"]), claim_interval(row, minimum)
        assert (said.lower, said.upper) == (meant.lower, meant.upper), row["claim_id"]


def test_a_person_acts_for_a_state(ledger: Ledger) -> None:
    events = read_events(ledger)
    person = ledger["actors"].query("kind == 'person' and area != ''").iloc[0]
    own = events[events["actor_id"] == person["actor_id"]]
    assert (own["actor_area"] == person["area"]).all()


def test_events_stand_in_order_and_undated_ones_last(ledger: Ledger) -> None:
    spans = read_events(ledger)["span"].tolist()
    dated = [found.last for found in spans if found]
    assert dated == sorted(dated)
    assert not any(spans[len(dated) :])
