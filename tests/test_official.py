"""What holds for the independent figures of this ledger beyond their schema and their meaning."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from compendium.curation.series import SERIES_FILE, SERVICES, RawTable, Series, find_series, row_by_area_year
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import (
    FORECAST,
    FROM_DATA_FILE,
    FROM_PAGE,
    LOW_RELIABILITY,
    observation_tables,
    read_observations,
)
from compendium.ledger.schema import SEPARATOR
from compendium.values import units
from compendium.values.periods import exact_span, read_period

STATES = {"AZE", "ARM", "GEO", "RUS", "TUR", "UKR", "USA"}
MEMBERS = 193
"""States in the United Nations since 2011."""
KEYS = ["metric_id", "ref_area", "counterpart_area", "period", "population", "measure", "base_metric_id", "base_area",
        "base_counterpart", "base_period"]  # fmt: skip
ADDRESS = re.compile(
    r"https?://[^\s/]+\.[^\s/]+\S*"
    r"|github:[\w.-]+/[\w.-]+@[0-9a-f]{7,40}( \S.*)?"
    r"|(?:pip|npm|debian):\S+[@=]\S+( \S.*)?"
)  # fmt: skip
"""A page, or a file of a repository at a commit, or of a package in a version."""


@pytest.fixture(scope="module")
def observations(ledger: Ledger) -> pd.DataFrame:
    return read_observations(ledger)


# --- who prints what, and where


def test_every_figure_says_who_prints_it_where_and_on_what_terms(observations: pd.DataFrame) -> None:
    for column in ("publisher", "address", "licence", "quality", "entered"):
        assert list(observations.index[observations[column] == ""]) == [], column


def test_every_address_is_a_page_or_a_file_that_can_be_found_again(observations: pd.DataFrame) -> None:
    assert [address for address in observations["address"].unique() if not ADDRESS.fullmatch(address)] == []


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://x.org", True), ("http://x.org/a?b=c", True), ("https://x.org/a b", False), ("ftp://x.org/a", False),
        ("github:one/two@29ea0a2 data/a.rda", True), ("github:one/two data/a.rda", False),
        ("npm:world-atlas@2.0.2 countries-50m.json", True), ("pip:vdem==1.0", True), ("pip:vdem", False),
        ("debian:qgis-common@3.22.16+dfsg-1 a.gpkg, layer b", True), ("The Times", False), ("", False),
    ],
)  # fmt: skip
def test_what_counts_as_an_address(address: str, fits: bool) -> None:
    assert bool(ADDRESS.fullmatch(address)) == fits


def test_what_is_parsed_comes_from_a_file_and_what_is_read_from_a_page(observations: pd.DataFrame) -> None:
    web = observations["address"].str.startswith("http")
    assert set(observations.loc[web, "quality"]) == {FROM_PAGE}
    assert set(observations.loc[~web, "quality"]) == {FROM_DATA_FILE}


@pytest.mark.parametrize("table", ["votes", "records", "outlines", "conversions", "resolutions"])
def test_other_tables_name_their_places_in_the_same_way(ledger: Ledger, table: str) -> None:
    rows = ledger[table]
    column = "tally_address" if table == "resolutions" else "address"
    unfit = rows[~rows[column].map(lambda address: bool(ADDRESS.fullmatch(address)))]
    if table == "votes":
        unfit = unfit[unfit["basis"] != "not found"]
    # A repository without a commit can be found again only by luck; the note must say so.
    assert [row for row in unfit["note"] if "commit of the repository is not recorded" not in row] == []
    assert all(address.startswith("github:") for address in unfit[column])


def test_one_page_has_one_publisher_and_one_licence(observations: pd.DataFrame) -> None:
    for column in ("publisher", "licence"):
        several = observations.groupby("address")[column].unique().map(list)
        assert {address: names for address, names in several.items() if len(names) > 1} == {}, column


def test_what_was_not_found_says_what_was_looked_for(ledger: Ledger) -> None:
    missing = read_observations(ledger, missing=True)
    assert len(missing) > 0
    assert list(missing.index[missing["note"] == ""]) == []
    assert list(missing.index[missing["value"] != ""]) == []


def test_what_is_of_low_reliability_says_why(observations: pd.DataFrame) -> None:
    assert (
        list(observations.index[(observations["obs_status"] == LOW_RELIABILITY) & (observations["note"] == "")]) == []
    )


def test_no_number_is_typed_twice(observations: pd.DataFrame) -> None:
    for column in ("value", "interval"):
        again = observations.duplicated([*KEYS, "publisher", "address", column], keep=False)
        told = observations.loc[again, ["observation_id", "unit"]]
        if column == "interval":  # the same amount in another unit
            told = told[observations.loc[again].duplicated([*KEYS, "publisher", "address", "in_unit"], keep=False)]
        assert list(told["observation_id"]) == [], column


def test_an_observation_that_a_note_names_is_there(ledger: Ledger, observations: pd.DataFrame) -> None:
    ids = {*observations.index, *read_observations(ledger, missing=True).index}
    stems = {name.split(".")[0] for name in ids}
    named = re.compile(rf"\b(?:{'|'.join(sorted(stems))})\.[a-z0-9]+(?:-[a-z0-9]+)*")
    texts = [text for table in ledger.schema if "note" in ledger[table] for text in ledger[table]["note"]]
    texts += [text for column in ("what", "explanation") for text in ledger["traps"][column]]
    found = {name for text in texts for name in named.findall(text)}
    assert found
    assert found - ids == set()


# --- time


def test_nothing_was_said_after_it_was_entered(observations: pd.DataFrame) -> None:
    assert all(exact_span(day) and "/" not in day for day in observations["entered"])
    said = observations[observations["stated_on"] != ""]
    late = [
        read_period(stated).first > read_period(day).last
        for stated, day in zip(said["stated_on"], said["entered"], strict=True)
    ]
    assert list(said.index[late]) == []


def test_what_had_not_begun_when_it_was_said_is_a_forecast(observations: pd.DataFrame) -> None:
    firm = observations[(observations["obs_status"] != FORECAST) & (observations["period"] != "")]
    for row in firm.to_dict("records"):
        assert read_period(row["period"]).first <= read_period(row["stated_on"] or row["entered"]).last, row[
            "observation_id"
        ]


def test_what_had_not_ended_when_it_was_said_is_not_firm(observations: pd.DataFrame) -> None:
    open_ended = observations["period"].str.contains(r"\.\.")
    firm = observations[(observations["obs_status"] == "normal") & (observations["period"] != "") & ~open_ended]
    ends = [
        read_period(row["period"]).last <= read_period(row["stated_on"] or row["entered"]).last
        for row in firm.to_dict("records")
    ]
    assert [name for name, ended in zip(firm.index, ends, strict=True) if not ended] == []


# --- votes


def test_a_state_has_one_vote_on_a_resolution_under_a_name_that_says_so(ledger: Ledger) -> None:
    votes = ledger["votes"]
    assert not votes.duplicated(["resolution_id", "area"]).any()
    assert list(votes["vote_id"]) == list(votes["resolution_id"] + "." + votes["area"].str.lower())
    assert set(votes["area"]) == STATES
    assert set(votes["resolution_id"]) == set(ledger["resolutions"]["resolution_id"])


def test_of_the_state_that_the_ledger_is_about_every_vote_was_looked_for(ledger: Ledger) -> None:
    own = ledger["votes"][ledger["votes"]["area"] == "AZE"]
    assert set(own["resolution_id"]) == set(ledger["resolutions"]["resolution_id"])


def test_a_vote_that_nobody_found_or_that_is_disputed_is_none(ledger: Ledger) -> None:
    votes = ledger["votes"]
    assert set(votes.loc[votes["vote"] == "", "basis"]) == {"not found", "disputed"}
    assert set(votes.loc[votes["basis"].isin(["not found", "disputed"]), "vote"]) == {""}


def test_a_vote_says_on_what_it_rests(ledger: Ledger) -> None:
    votes = ledger["votes"]
    for column in ("publisher", "address", "licence", "quality"):
        assert list(votes.loc[(votes[column] == "") != (votes["basis"] == "not found"), "vote_id"]) == [], column
    unsure = votes["basis"].isin(["inferred", "disputed", "not found"])
    assert unsure.any()
    assert list(votes.loc[unsure & (votes["note"] == ""), "vote_id"]) == []


def test_a_tally_counts_every_member_once(ledger: Ledger) -> None:
    for row in ledger["resolutions"].to_dict("records"):
        counts = [row[column] for column in ("yes", "no", "abstain", "absent")]
        given = [count for count in counts if not pd.isna(count)]
        assert all(count >= 0 for count in given)
        assert sum(given) <= MEMBERS, row["resolution_id"]
        if len(given) == len(counts):
            assert sum(given) == MEMBERS, row["resolution_id"]
        else:
            assert "absent" in row["note"], row["resolution_id"]  # it says why the number is not there


def test_no_more_states_voted_in_a_way_than_the_tally_counts(ledger: Ledger) -> None:
    votes = ledger["votes"]
    for row in ledger["resolutions"].to_dict("records"):
        own = votes.loc[votes["resolution_id"] == row["resolution_id"], "vote"].value_counts()
        for vote, count in own.items():
            assert not vote or pd.isna(row[vote]) or count <= row[vote], (row["resolution_id"], vote)


# --- records


def test_a_record_is_dated_and_says_who_prints_it(ledger: Ledger) -> None:
    records = ledger["records"]
    for column in ("date", "label", "publisher", "address", "licence", "quality"):
        assert list(records.loc[records[column] == "", "record_id"]) == [], column
    assert not records.duplicated(["event_id", "date", "name"]).any()


def test_a_record_is_of_an_event_that_there_is_or_of_none(ledger: Ledger) -> None:
    named = set(ledger["records"]["event_id"]) - {""}
    assert named
    assert named <= set(ledger["events"]["event_id"])


def test_a_record_has_two_parties_or_fewer(ledger: Ledger) -> None:
    records = ledger["records"]
    assert list(records.loc[records["actor_area"] == records["target_area"], "record_id"]) == []


# --- arms


def test_arms_are_sums_over_spans_of_years(observations: pd.DataFrame) -> None:
    """Lines of the register stay with their publisher: what is printed here is what its terms allow."""
    arms = observations[observations["metric_id"] == "arms-deliveries"]
    assert len(arms) > 0
    spans = [period.split("/") for period in arms["period"]]
    assert all(len(ends) == 2 and int(ends[1]) - int(ends[0]) >= 2 for ends in spans)
    assert all("© SIPRI" in licence and "aggregates" in licence for licence in arms["licence"])
    assert set(observations.loc[observations["publisher"] == "SIPRI", "metric_id"]) == {"arms-deliveries"}


def test_suppliers_of_arms_sum_up_to_all(observations: pd.DataFrame) -> None:
    arms = observations[observations["metric_id"] == "arms-deliveries"].assign(
        number=lambda rows: rows["value"].astype(float)
    )
    for period, rows in arms.groupby("period"):
        whole, parts = (rows[(rows["counterpart_area"] == "WORLD") == wanted] for wanted in (True, False))
        assert len(whole) == 1, period
        left = whole["number"].item() - parts["number"].sum()
        assert left > -0.05, period
        assert left < 0.05 or "unknown suppliers" in whole["note"].item(), period


def test_spans_of_arms_do_not_overlap(observations: pd.DataFrame) -> None:
    periods = sorted(set(observations.loc[observations["metric_id"] == "arms-deliveries", "period"]), key=read_period)
    assert all(read_period(one).precedes(read_period(other)) for one, other in pairwise(periods))


# --- trade


def test_both_sides_count_their_trade_and_stay_apart(observations: pd.DataFrame) -> None:
    turnover = observations[observations["metric_id"] == "goods-turnover"]
    assert {"AZE", "RUS"} <= set(turnover["reporter"])
    assert set(turnover["ref_area"]) == {"AZE"}  # whose trade it is says nothing of who counts it


# --- the series that can be asked for


@pytest.fixture(scope="module")
def series(ledger: Ledger) -> dict[str, tuple[Series, dict[str, dict[str, str]]]]:
    """Return by name each series and the rows that a refresh takes for its observations."""
    sheet = RawTable.parse(SERIES_FILE, (ledger.data / SERIES_FILE).read_text(encoding="utf-8"))
    found = {}
    for name in ledger["series"]["series_id"]:
        own = find_series(sheet, name)
        table = RawTable.parse(own.path, (ledger.data / own.path).read_text(encoding="utf-8"))
        rows = [table.rows[place] for place in row_by_area_year(own, table).values()]
        found[name] = own, {row["observation_id"]: row for row in rows}
    return found


Found = dict[str, tuple[Series, dict[str, dict[str, str]]]]


def test_every_series_has_observations_of_each_of_its_areas(series: Found) -> None:
    assert series
    for own, rows in series.values():
        assert own.service in SERVICES
        assert {row["ref_area"] for row in rows.values()} == set(own.areas), own.series_id
        assert set(rows) == {own.observation_id(row["ref_area"], int(row["period"])) for row in rows.values()}


def test_no_other_observation_has_the_name_of_a_series(series: Found, observations: pd.DataFrame) -> None:
    taken = [name for _, rows in series.values() for name in rows]
    assert len(taken) == len(set(taken))
    for own, _ in series.values():
        alike = [name for name in observations.index if name.startswith(f"{own.table}.{own.series_id}-")]
        assert set(alike) <= set(taken), own.series_id


def test_the_observations_of_a_series_are_of_one_publisher_on_its_terms(series: Found) -> None:
    for own, rows in series.values():
        for column in ("publisher", "original_source", "reporter", "population"):
            assert len({row[column] for row in rows.values()}) == 1, (own.series_id, column)
        assert {row["licence"] for row in rows.values()} == {own.licence}, own.series_id


def test_two_series_are_not_one(ledger: Ledger) -> None:
    rows = ledger["series"]
    assert not rows.duplicated(["service", "code"]).any()
    assert not rows.duplicated(["metric_id", "counterpart_area", "measure", "base_metric_id"]).any()


# --- pairs that must not be compared, conversions, lines


def test_a_pair_is_kept_apart_once_and_for_a_reason_that_there_is(ledger: Ledger, observations: pd.DataFrame) -> None:
    pairs, claims = ledger["comparisons"], ledger["claims"].set_index("claim_id")
    assert not pairs.duplicated(["claim_id", "observation_id"]).any()
    assert set(claims.loc[pairs["claim_id"], "rank"]) == {"normal"}
    assert set(pairs["observation_id"]) <= set(
        observations.index
    )  # of what was not found there is nothing to keep apart
    assert set(pairs["reason"]) <= set(ledger["reasons"]["reason"])


def test_a_conversion_is_a_range_around_what_it_says(ledger: Ledger) -> None:
    for row in ledger["conversions"].to_dict("records"):
        assert not units.is_convertible(row["from_unit"], row["to_unit"]), row["conversion_id"]
        assert row["low"] < row["high"] < 2 * row["low"], row["conversion_id"]


def test_a_conversion_is_needed(ledger: Ledger, observations: pd.DataFrame) -> None:
    used = {
        (row["metric_id"], row["in_unit"]) for row in observations.to_dict("records") if row["in_unit"] != row["unit"]
    }
    assert used == {(row["metric_id"], row["to_unit"]) for row in ledger["conversions"].to_dict("records")}


def test_every_table_of_observations_has_some(ledger: Ledger) -> None:
    assert [table.name for table in observation_tables(ledger.schema) if ledger[table.name].empty] == []


def points(text: str) -> np.ndarray:
    """Return longitude and latitude of the points of a line."""
    return np.array([point.split() for point in text.split(", ")], dtype=float)


def test_coordinates_lie_on_the_globe(ledger: Ledger) -> None:
    places = ledger["places"].dropna(subset=["latitude"])
    assert places["latitude"].between(-90, 90).all()
    assert places["longitude"].between(-180, 180).all()
    for row in ledger["outlines"].to_dict("records"):
        line = points(row["line"])
        assert len(line) > 1, row["outline_id"]
        assert (abs(line[:, 0]) <= 180).all(), row["outline_id"]
        assert (abs(line[:, 1]) <= 90).all(), row["outline_id"]
        assert (line[:-1] != line[1:]).any(axis=1).all(), row["outline_id"]  # no point stands twice in a row


def test_a_list_of_areas_holds_each_once(ledger: Ledger) -> None:
    for areas in ledger["series"]["areas"]:
        assert len(set(areas.split(SEPARATOR))) == len(areas.split(SEPARATOR))
