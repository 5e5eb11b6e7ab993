"""A service that answers well is read whole; one that is silent, or answers badly, is refused with the reason."""

import gzip
import json
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from publisher import (
    AS_HELD,
    CODE,
    NEWER,
    Call,
    Publisher,
    Reply,
    answers,
    drips_a_body,
    drips_a_head,
    finished,
    head,
    nobody,
    page_of,
    pours,
    publisher,
    row,
    rows,
    sends,
    turns_pages,
    waits,
)

from compendium.curation.series import Series
from compendium.curation.worldbank import Answer, ServiceError, fetch_series

TODAY = date(2026, 9, 1)
ENOUGH, SHORT = 60.0, 0.3
SERIES = Series(
    "output-growth", "worldbank", CODE, "economy", ("AAA", "BBB"), "output", "", "growth", "output", "percent", "CC"
)
AS_DECIMALS = {
    ("AAA", 2021): "5.6000000000000005", ("AAA", 2022): "4.71234567890123", ("AAA", 2023): "1.1", ("AAA", 2024): "",
    ("BBB", 2021): "", ("BBB", 2022): "12", ("BBB", 2023): "",
}  # fmt: skip


@pytest.fixture
def service() -> Iterator[Publisher]:
    with publisher() as server:
        yield server


def asked(address: str, timeout: float = ENOUGH) -> Answer:
    return fetch_series(SERIES, since=2021, service_url=address, timeout=timeout, today=TODAY)


def refused(address: str, timeout: float = ENOUGH) -> str:
    """Ask a service that must be refused; return why."""
    with pytest.raises(ServiceError) as caught:
        asked(address, timeout)
    message = str(caught.value)
    assert address.removeprefix("http://").split("/")[0] in message
    assert "Traceback" not in message
    assert " object at 0x" not in message
    return message


# --- a service that answers well


def test_an_answer_says_where_and_when_and_what(service: Publisher) -> None:
    service.reply = answers(rows(NEWER))
    query = f"country/AAA;BBB/indicator/{CODE}?date=2021:2026&per_page=1000&format=json"
    assert asked(service.address) == Answer(f"{service.address}/en/{query}", "2026-07-13", AS_DECIMALS)


@pytest.mark.parametrize("per_page", [1, 2, 3, 7])
def test_an_answer_of_several_pages_is_read_whole(service: Publisher, per_page: int) -> None:
    service.reply = answers(rows(NEWER), per_page)
    assert asked(service.address).values == AS_DECIMALS
    assert len(service.asked) == -(-len(NEWER) // per_page)
    assert service.asked[0].startswith(f"/v2/en/country/AAA;BBB/indicator/{CODE}?")
    assert all("date=2021%3A2026" in path for path in service.asked)


def test_a_packed_answer_and_an_address_with_a_slash(service: Publisher) -> None:
    service.reply = sends(gzip.compress(page_of(rows(AS_HELD))), Content_Encoding="gzip")
    assert asked(f"{service.address}/").values == {key: str(value) for key, value in AS_HELD.items()}
    assert service.asked[0].startswith("/v2/en/country/")


def test_a_value_has_every_digit_and_no_exponent(service: Publisher) -> None:
    service.reply = sends(page_of(rows(AS_HELD)).replace(b"4.1,", b"123456789012345.1,").replace(b"-1.25,", b"-1e-7,"))
    values = asked(service.address).values
    assert (values["AAA", 2022], values["BBB", 2021]) == ("123456789012345.1", "-0.0000001")


@pytest.mark.parametrize("said", [None, ""])
def test_a_service_need_not_say_when_it_was_brought_up_to_date(service: Publisher, said: str | None) -> None:
    service.reply = sends(page_of(rows(AS_HELD), lastupdated=said))
    assert asked(service.address).stated_on == ""


# --- a service that does not answer


@pytest.mark.parametrize("silence", [waits, drips_a_body, drips_a_head])
def test_a_slow_service_is_given_so_long_and_no_longer(service: Publisher, silence: Reply) -> None:
    service.reply = silence
    assert refused(service.address, SHORT).endswith(": found no whole answer within 0.3 seconds")


def test_a_service_that_is_slow_with_its_second_page(service: Publisher) -> None:
    first = answers(rows(NEWER), 2)
    service.reply = lambda call: first(call) if call.page == 1 else waits(call)
    assert "no whole answer within 0.3 seconds" in refused(service.address, SHORT)


def test_nobody_asks_on_once_the_time_is_over(service: Publisher) -> None:
    over = threading.Event()
    first = answers(rows(NEWER), 2)
    service.reply = lambda call: (over.wait(), first(call))[1]
    refused(service.address, SHORT)
    over.set()
    finished()
    assert len(service.asked) == 1


def test_a_service_that_is_not_there() -> None:
    with nobody() as address:
        assert "no connection, or one that broke ('[Errno" in refused(address)


@pytest.mark.parametrize("address", ["nonsense", "", "file:///etc/passwd", "http://me:secret@host/", "http://a b/"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(ServiceError, match="expected an address such as https://host/path"):
        asked(address)


def test_an_address_that_only_looks_like_one() -> None:
    assert "expected an answer" in refused("http://[::1")


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_a_timeout_that_is_none(timeout: float) -> None:
    assert "expected seconds, 3600 at most" in refused("http://127.0.0.1:9", timeout)


# --- a service that answers badly


def redirects(call: Call) -> None:
    call.send(b"", status=302, Location="https://elsewhere.example/v2")


def hangs_up(call: Call) -> None:
    call.wfile.write(b"")


BAD: dict[str, tuple[Reply, str]] = {
    "fails": (sends("", status=500), "found 'Internal Server Error' (status 500); expected figures"),
    "knows of nothing": (sends("{}", status=404), "found 'Not Found' (status 404); expected figures"),
    "has nothing to say": (sends("", status=204), "(status 204)"),
    "sends on": (redirects, "sends on to 'https://elsewhere.example/v2'; expected an answer of its own"),
    "hangs up": (hangs_up, "no connection, or one that broke"),
    "sends a page": (sends("<html>Down for maintenance</html>"), "no JSON, or not the whole of it"),
    "sends nothing": (sends(""), "no JSON, or not the whole of it"),
    "breaks off": (sends(page_of([row()])[:-9]), "no JSON, or not the whole of it"),
    "says too short a length": (sends(page_of([row()]), length=40), "no JSON, or not the whole of it"),
    "says too great a length": (sends(page_of([row()]), length=4_000), "broke off ('IncompleteRead("),
    "packs badly": (sends(b"not packed", Content_Encoding="gzip"), "broke off ("),
    "nests without end": (sends("[" * 100_000), "no JSON, or not the whole of it"),
    "writes in another script": (sends(page_of([row()]).replace(b"land", b"l\xe4nd")), "of a shape"),
    "pours": (pours, "more than 10000000 bytes"),
    "turns pages": (turns_pages, "more than 50 pages"),
    "sends a dict": (sends('{"error": "no"}'), "of a shape that its client cannot read (KeyError: \"'total'\")"),
    "sends another dict": (sends('{"total": 1, "per_page": 1}'), "found 'Unrecognized response object format'"),
    "sends an empty list": (sends("[]"), "found 'Unrecognized response object format'"),
    "sends a number": (sends("5"), "found 'Unrecognized response object format'"),
    "sends a head alone": (sends(json.dumps([head(1)])), "found 'Unrecognized response object format'"),
    "sends no rows": (sends(json.dumps([head(0, per_page=0), None])), "of a shape that its client cannot read (Type"),
    "sends an empty page": (sends(page_of([])), "found no row for AAA; expected one for each year"),
    "counts in words": (sends(page_of([row()], total="many")), "of a shape that its client cannot read (ValueError"),
    "counts without end": (sends(page_of([row()], total=float("inf"))), "of a shape that its client cannot read (Over"),
    "counts otherwise": (sends(page_of([row(), row("BBB")], total=7)), "found 2 rows; expected 7, as it says itself"),
    "is of no day": (sends(page_of([row(), row("BBB")], lastupdated="now")), "lastupdated: found 'now'; expected"),
    "is of a day that never was": (sends(page_of([row(), row("BBB")], lastupdated="2026-13-01")), "lastupdated: found"),
    "is of a day in a list": (sends(page_of([row(), row("BBB")], lastupdated=["2026-07-13"])), "lastupdated: found ["),
    "refuses": (
        sends('[{"message": [{"id": "120", "key": "Invalid value", "value": "The parameter is not valid"}]}]'),
        "found 'Invalid value: The parameter is not valid'; expected figures",
    ),
    "refuses in its own way": (sends('[{"message": "no"}, []]'), "of a shape that its client cannot read (TypeError"),
    "refuses in colours": (sends('[{"message": [{"key": "\\u001b[31m", "value": "\\n"}]}]'), r"found '\x1b[31m: \n'"),
}  # fmt: skip


@pytest.mark.parametrize("how", BAD)
def test_a_service_that(how: str, service: Publisher) -> None:
    service.reply, expected = BAD[how]
    assert expected in refused(service.address)


def test_a_second_page_is_held_to_what_the_first_is(service: Publisher) -> None:
    first, then = answers(rows(NEWER), 2), sends("<html>", status=502)
    service.reply = lambda call: (first if call.page == 1 else then)(call)
    assert "(status 502)" in refused(service.address)


ROWS: dict[str, tuple[Any, str]] = {
    "no object": ([1], "found [1]; expected an object"),
    "a text for a value": (row(value="1.5"), "value: found '1.5'; expected a finite number or null"),
    "a truth for a value": (row(value=True), "value: found True; expected a finite number or null"),
    "not a number": (row(value=float("nan")), "value: found nan; expected"),
    "infinity": (row(value=float("inf")), "value: found inf; expected"),
    "no value at all": (row(value=...), "value: found 'no such field'"),
    "no year": (row(year="20XX"), "date: found '20XX'; expected a year from 2021 to 2026"),
    "a long story": (row(year="x" * 99), f"date: found '{'x' * 79}…; expected a year from 2021 to 2026"),
    "a quarter": (row(year="2024Q1"), "date: found '2024Q1'; expected a year"),
    "a year in other digits": (row(year="٢٠٢٣"), "date: found '٢٠٢٣'; expected a year from 2021 to 2026"),
    "a number for a year": (row(date=2023), "date: found 2023; expected a year"),
    "a year to come": (row(year=2199), "date: found '2199'; expected a year from 2021 to 2026"),
    "a year that was not asked for": (row(year=2020), "date: found '2020'; expected a year from 2021 to 2026"),
    "next year": (row(year=2027), "date: found '2027'; expected a year from 2021 to 2026"),
    "another country": (row("CCC"), "countryiso3code: found 'CCC'; expected one of 'AAA', 'BBB'"),
    "no country": (row(countryiso3code=[]), "countryiso3code: found []; expected"),
    "another indicator": (row(indicator={"id": "XX"}), f"indicator: found 'XX'; expected '{CODE}'"),
    "no indicator": (row(indicator=None), f"indicator: found None; expected '{CODE}'"),
}  # fmt: skip


@pytest.mark.parametrize("what", ROWS)
def test_a_row_that_is_nonsense(what: str, service: Publisher) -> None:
    bad, expected = ROWS[what]
    service.reply = sends(page_of([*rows(NEWER), bad]))
    message = refused(service.address)
    assert f"row 8, {expected}" in message
    assert message.count("\n") == 0


def test_a_number_beyond_all_bounds_is_not_finite(service: Publisher) -> None:
    service.reply = sends(page_of([row(value=0.5)]).replace(b"0.5", b"1e999"))
    assert "value: found inf; expected" in refused(service.address)


def test_a_year_that_comes_twice(service: Publisher) -> None:
    service.reply = sends(page_of([*rows(NEWER), row("AAA", 2023, 1.1)]))
    assert "row 8: found AAA in 2023 once more; expected one value for each year" in refused(service.address)


def test_a_number_of_more_digits_than_any_figure_has_is_not_finite(service: Publisher) -> None:
    service.reply = sends(page_of([row(value=10**400)]))
    assert f"value: found 1{'0' * 79}…; expected a finite number or null" in refused(service.address)


def test_an_area_without_a_row(service: Publisher) -> None:
    service.reply = sends(page_of([row("AAA", 2021)]))
    assert refused(service.address).endswith("found no row for BBB; expected one for each year")


def test_faults_are_told_all_at_once_and_not_without_end(service: Publisher) -> None:
    service.reply = sends(page_of([row(value="no", year="then")]))
    assert len(refused(service.address).splitlines()) == 2
    service.reply = sends(page_of([row("CCC")] * 30))
    lines = refused(service.address).splitlines()
    assert len(lines) == 11
    assert lines[-1].endswith(": 20 more such faults")
