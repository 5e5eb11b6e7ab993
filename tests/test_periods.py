from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compendium.periods import Span, UnreadablePeriodError, span, spoken

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
    ],
)
def test_spans(period: str, first: date, last: date) -> None:
    assert span(period) == Span(first, last)


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
        span(period)


@given(DAYS, DAYS)
def test_two_days_lie_one_way_or_the_other(one: date, other: date) -> None:
    a, b = span(one.isoformat()), span(other.isoformat())
    assert a.before(b) + b.before(a) + (a == b) == 1
    assert a.overlaps(b) is (a == b)


@given(DAYS, st.integers(0, 1000))
def test_a_day_lies_within_its_year_and_its_period(day: date, length: int) -> None:
    inner = span(day.isoformat())
    assert inner.within(span(str(day.year)))
    assert inner.within(span(f"{day}/{day + timedelta(length)}"))


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
    ],
)
def test_spoken(period: str, said: str) -> None:
    assert spoken(period) == said


ENDS = st.one_of(DAYS.map(date.isoformat), DAYS.map(lambda d: d.isoformat()[:7]), DAYS.map(lambda d: str(d.year)))


@given(ENDS, st.sampled_from(["", "~", "?"]), ENDS)
def test_whatever_can_be_read_can_be_said(one: str, mark: str, other: str) -> None:
    for period in (one + mark, f"{one}/..", f"../{one}", f"{one}/{other}{mark}"):
        try:
            span(period)
        except UnreadablePeriodError:
            continue
        assert spoken(period)
