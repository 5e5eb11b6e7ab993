from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compendium.values.periods import (
    Span,
    UnreadablePeriodError,
    exact_span,
    format_edtf,
    format_event_time,
    format_period,
    read_period,
)

DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2025-01/2025-04", date(2025, 1, 1), date(2025, 4, 30)),
        ("2023-09-19/2023-09-20", date(2023, 9, 19), date(2023, 9, 20)),
        ("2023/..", date(2023, 1, 1), date.max),
        ("../2026", date.min, date(2026, 12, 31)),
        ("2025-02~", date(2025, 1, 1), date(2025, 3, 31)),
        ("2025-05/2025-06~", date(2025, 5, 1), date(2025, 7, 31)),
        ("2024~", date(2022, 12, 31), date(2026, 1, 1)),  # the longest year each way
        ("2025-05-05?", date(2025, 5, 4), date(2025, 5, 6)),
        ("2025-05%/2025-06", date(2025, 3, 31), date(2025, 6, 30)),
    ],
)
def test_spans(period: str, first: date, last: date) -> None:
    assert read_period(period) == Span(first, last)


@pytest.mark.parametrize(
    "period",
    [
        "2024-13",
        "2024-1",
        "spring",
        "",
        "2020-02-30",
        "2025/2024",
        "2024-21",
        "2024-XX",
        "0000",
        "../..",
        "2024-12-25T10:00:00",
    ],
)
def test_what_is_no_period_is_refused(period: str) -> None:
    with pytest.raises(UnreadablePeriodError):
        read_period(period)


@pytest.mark.parametrize(
    ("period", "reason"),
    [
        ("spring", "^'spring' is not a date or period of the form read here$"),
        ("2023-02-29", "^'2023-02-29' is not a date or period in EDTF$"),
        ("2025/2024", "^'2025/2024' ends before it begins$"),
    ],
)
def test_a_refusal_says_why(period: str, reason: str) -> None:
    with pytest.raises(UnreadablePeriodError, match=reason):
        read_period(period)


@given(DAYS, DAYS)
def test_two_days_lie_one_way_or_the_other(one: date, other: date) -> None:
    a, b = read_period(one.isoformat()), read_period(other.isoformat())
    assert a.precedes(b) + b.precedes(a) + (a == b) == 1
    assert a.overlaps(b) is (a == b)


@given(DAYS, st.integers(0, 1000))
def test_a_day_lies_within_its_year_and_its_period(day: date, length: int) -> None:
    inner = read_period(day.isoformat())
    assert inner.is_within(read_period(str(day.year)))
    assert inner.is_within(read_period(f"{day}/{day + timedelta(length)}"))


@pytest.mark.parametrize("longer", ["2024", "2024-04/2024-05", "2024-05/2024-06", "../2024-05", "2024-05/.."])
def test_a_longer_span_does_not_lie_within_a_shorter_one(longer: str) -> None:
    assert read_period("2024-05").is_within(read_period(longer))
    assert not read_period(longer).is_within(read_period("2024-05"))


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("", ""),
        ("2024", "2024"),
        ("2024-12-25", "25 December 2024"),
        ("2025-01/2025-04", "January–April 2025"),
        ("2023-09-19/2023-09-20", "19–20 September 2023"),
        ("2021/2023", "2021 – 2023"),
        ("2023/..", "since 2023"),
        ("../2014", "until 2014"),
        ("2025-02~", "about February 2025"),
        ("2025-02~/2025-04", "about February 2025 – April 2025"),
        ("2025-02/2025-04%", "February 2025 – about April 2025"),
        ("2024-05-05/2024-06-07", "5 May–7 June 2024"),
        ("2023-01-05/2024-01-05", "5 January 2023 – 5 January 2024"),
        ("2025/2025-04", "2025 – April 2025"),
        ("2025-02~/2025-04%", "about February 2025 – about April 2025"),
        ("2025/2025", "2025 – 2025"),
        ("2025-01/2025", "January 2025 – 2025"),
        ("2024-05-05/2024-05", "5 May 2024 – May 2024"),
    ],
)
def test_spoken(period: str, said: str) -> None:
    assert format_period(period) == said


@pytest.mark.parametrize(
    ("period", "lasted", "fell"),
    [
        ("", "", ""),
        ("2024-12-25", "25 December 2024", "25 December 2024"),
        ("2025-01/2025-04", "January–April 2025", "some time in January–April 2025"),
        ("2023/..", "since 2023", "some time from 2023 on"),
        ("../2014-05", "until May 2014", "some time up to May 2014"),
        ("2023/", "since 2023", "some time from 2023 on"),
        ("/2014", "until 2014", "some time up to 2014"),
    ],
)
def test_a_stated_span_lasts_and_in_an_inferred_one_something_falls(period: str, lasted: str, fell: str) -> None:
    assert (format_event_time(period, inferred=False), format_event_time(period, inferred=True)) == (lasted, fell)


ENDS = st.one_of(DAYS.map(date.isoformat), DAYS.map(lambda d: d.isoformat()[:7]), DAYS.map(lambda d: str(d.year)))


@given(ENDS, st.sampled_from(["", "~", "?"]), ENDS)
def test_whatever_can_be_read_can_be_said(one: str, mark: str, other: str) -> None:
    for period in (one + mark, f"{one}/..", f"../{one}", f"{one}/{other}{mark}"):
        try:
            read_period(period)
        except UnreadablePeriodError:
            continue
        assert format_period(period)


# --- exact periods, and the shortest way to write them


@pytest.mark.parametrize("period", ["2024", "2024-12", "2024-12-25", "2025-01/2025-04", "2023-12-30/2024"])
def test_a_period_that_is_exact_and_closed_is_known(period: str) -> None:
    assert exact_span(period) == read_period(period)


@pytest.mark.parametrize("period", ["", "2023/..", "../2026", "2025-02~", "2025?", "2024%", "2025-05/2025-06~"])
def test_a_period_that_is_open_or_approximate_is_not_known(period: str) -> None:
    assert exact_span(period) is None


def test_what_is_no_period_is_not_known_silently() -> None:
    with pytest.raises(UnreadablePeriodError):
        exact_span("2025/2024")


@pytest.mark.parametrize(
    ("period", "shortest"),
    [
        ("2024", "2024"),
        ("2024-01/2024-12", "2024"),
        ("2024-01-01/2024-12-31", "2024"),
        ("2023-01/2024", "2023/2024"),
        ("2024-02-01/2024-02-29", "2024-02"),
        ("2023-02-01/2023-02-28", "2023-02"),
        ("2025-01-01/2025-04-30", "2025-01/2025-04"),
        ("2024-12/2025-01", "2024-12/2025-01"),
        ("2024-12-25", "2024-12-25"),
        ("2024-12-25/2024-12-25", "2024-12-25"),
        ("2024-02-01/2024-02-28", "2024-02-01/2024-02-28"),  # a day short of the month
        ("2024-01-01/2025-01-01", "2024-01-01/2025-01-01"),
        ("2024-01-02/2024-12-31", "2024-01-02/2024-12-31"),
    ],
)
def test_days_are_written_in_the_shortest_way(period: str, shortest: str) -> None:
    assert format_edtf(read_period(period)) == shortest


@pytest.mark.parametrize("period", ["2023/..", "../2026"])
def test_an_open_end_cannot_be_written_as_a_closed_period(period: str) -> None:
    with pytest.raises(ValueError, match="an open end"):
        format_edtf(read_period(period))


@settings(max_examples=40)
@given(DAYS, st.integers(0, 2000))
def test_what_is_written_is_read_as_the_same_days(day: date, length: int) -> None:
    found = Span(day, day + timedelta(length))
    assert exact_span(format_edtf(found)) == found


@settings(max_examples=20)
@given(ENDS, ENDS)
def test_equal_days_are_written_in_one_way(one: str, other: str) -> None:
    first, last = min(read_period(one), read_period(other)), max(read_period(one), read_period(other))
    found = Span(first.first, max(first.last, last.last))
    days = f"{found.first}/{found.last}"
    assert format_edtf(found) == format_edtf(read_period(days)) == format_edtf(read_period(format_edtf(found)))


@pytest.mark.parametrize("period", ["0999", "0999-05/0999-06", "9999", "9999-12"])
def test_a_period_at_the_ends_of_the_calendar_is_refused_or_can_be_written(period: str) -> None:
    try:
        found = exact_span(period)
    except UnreadablePeriodError:
        return
    assert found is None or format_edtf(found) == period
