"""Instants and microseconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pendulum
import pytest

from loyalcore.errors import InvalidInput
from loyalcore.values import clock
from loyalcore.values.clock import (
    DAY,
    EPOCH,
    FAR,
    NEVER,
    Clock,
    SystemClock,
    check_instant,
    from_micros,
    parse_instant,
    to_micros,
)


class Broken(tzinfo):
    """A zone that answers with anything."""

    def __init__(self, answer: object) -> None:
        """Keep the answer."""
        self.answer = answer

    def utcoffset(self, _: datetime | None) -> timedelta | None:
        """Answer."""
        return self.answer  # type: ignore[return-value]

    dst = utcoffset

    def tzname(self, _: datetime | None) -> str:
        """Say what it is."""
        return "broken"


@pytest.mark.parametrize(
    ("at", "instant"),
    [
        (0, EPOCH),
        (1, datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)),
        (-1, datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        (DAY, datetime(1970, 1, 2, tzinfo=UTC)),
        (1_728_717_650_000_000, datetime(2024, 10, 12, 7, 20, 50, tzinfo=UTC)),
        (FAR, datetime(9991, 1, 1, tzinfo=UTC)),
    ],
)
def test_microseconds_and_instants_are_two_forms_of_one(at: int, instant: datetime) -> None:
    """Microseconds since 1970 and instants lead to each other exactly, before 1970 too."""
    assert to_micros(instant) == at
    assert from_micros(at) == instant
    assert from_micros(at).tzinfo is UTC


def test_both_passes_of_an_hour_that_comes_twice_are_told_apart() -> None:
    """02:30 of the night on which Berlin's clocks go back is two instants, an hour apart."""
    twice = datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert to_micros(twice.replace(fold=1)) - to_micros(twice) == 3_600_000_000


@pytest.mark.parametrize("at", [NEVER, -NEVER])
def test_never_has_no_instant(at: int) -> None:
    """`NEVER` cannot become a `datetime`."""
    with pytest.raises(InvalidInput):
        from_micros(at)


def test_never_is_after_every_instant() -> None:
    """`NEVER` sorts after the last instant that the library has, and fits into a signed 64-bit column."""
    assert FAR < NEVER == 2**63 - 1


def test_an_instant_in_utc_is_taken_as_it_is() -> None:
    """A plain `datetime` in UTC is returned itself."""
    instant = datetime(2024, 1, 1, tzinfo=UTC)
    assert check_instant(instant, "at") is instant


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(0)), ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu"), Broken(timedelta(0))]
)
def test_an_instant_of_any_zone_becomes_utc(zone: tzinfo) -> None:
    """An aware `datetime` of any zone is the same instant in UTC, as a plain `datetime`."""
    given = datetime(2024, 6, 1, 12, tzinfo=zone)
    found = check_instant(given, "at")
    assert (found, found.tzinfo, type(found)) == (given, UTC, datetime)


def test_no_other_library_type_comes_through() -> None:
    """A subclass of `datetime`, such as pendulum's, becomes a plain one."""
    assert type(check_instant(pendulum.datetime(2024, 6, 1), "at")) is datetime


@pytest.mark.parametrize("value", [None, 0, 1.5, "2024-01-01T00:00:00Z", date(2024, 1, 1), True])
def test_only_a_datetime_is_an_instant(value: object) -> None:
    """Numbers, texts and dates are no instants."""
    with pytest.raises(InvalidInput, match=r"^at: must be a datetime"):
        check_instant(value, "at")


@pytest.mark.parametrize("value", [datetime(2024, 1, 1), datetime(2024, 1, 1, tzinfo=Broken(None))])
def test_a_naive_datetime_is_refused(value: datetime) -> None:
    """A `datetime` without a zone, or of a zone that says nothing, is refused."""
    with pytest.raises(InvalidInput, match="must say its zone"):
        check_instant(value, "at")


@pytest.mark.parametrize("answer", [timedelta(days=2), "two hours"])
def test_a_broken_zone_is_refused(answer: object) -> None:
    """A zone whose offset is no offset gives no instant."""
    with pytest.raises(InvalidInput, match="no instant"):
        check_instant(datetime(2024, 1, 1, tzinfo=Broken(answer)), "at")


@pytest.mark.parametrize(
    "value",
    [
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(9991, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, 0, 59, tzinfo=timezone(timedelta(hours=1))),
        datetime(9990, 12, 31, 23, tzinfo=timezone(timedelta(hours=-1))),
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
    ],
)
def test_years_without_room_are_refused(value: datetime) -> None:
    """An instant is within the years 1970 to 9990 of UTC."""
    with pytest.raises(InvalidInput):
        check_instant(value, "at")


@pytest.mark.parametrize(
    "value",
    [EPOCH, datetime(9990, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), from_micros(FAR - 1)],
)
def test_the_first_and_the_last_instant_are_taken(value: datetime) -> None:
    """The bounds themselves are inside."""
    assert check_instant(value, "at") == value


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-10-12T07:20:50Z", datetime(2024, 10, 12, 7, 20, 50, tzinfo=UTC)),
        ("2024-10-12T09:20:50+02:00", datetime(2024, 10, 12, 7, 20, 50, tzinfo=UTC)),
        ("2024-10-12T07:20:50-00:00", datetime(2024, 10, 12, 7, 20, 50, tzinfo=UTC)),
        ("2024-10-12T07:20Z", datetime(2024, 10, 12, 7, 20, tzinfo=UTC)),
        ("2024-10-12T07:20:50.5Z", datetime(2024, 10, 12, 7, 20, 50, 500000, tzinfo=UTC)),
        ("2024-10-12T07:20:50.123456Z", datetime(2024, 10, 12, 7, 20, 50, 123456, tzinfo=UTC)),
        ("2024-01-01T00:00:00+23:59", datetime(2023, 12, 31, 0, 1, tzinfo=UTC)),
    ],
)
def test_an_iso_text_with_its_offset_is_read(text: str, instant: datetime) -> None:
    """ISO 8601 with `Z` or an offset, with or without seconds and their fraction, is an instant."""
    found = parse_instant(text, "at")
    assert (found, found.tzinfo) == (instant, UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-10-12",
        "2024-10-12T07:20:50",
        "2024-10-12 07:20:50Z",
        "2024-10-12T07Z",
        "20241012T072050Z",
        "2024-W41-6T07:20:50Z",
        "2024-10-12T07:20:50,5Z",
        "2024-10-12T07:20:50.1234567Z",
        "2024-10-12T24:00:00Z",
        "2024-10-12T07:20:60Z",
        "2024-10-12T07:20:50z",
        "2024-10-12T07:20:50+0200",
        "2024-10-12T07:20:50+24:00",
        "2024-10-12T07:20:50Z\n",
        " 2024-10-12T07:20:50Z",
        "2024-02-30T07:20:50Z",
        "2024-13-01T07:20:50Z",
        "0000-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "9991-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "٢٠٢٤-10-12T07:20:50Z",
        pytest.param("2" * 1_000_000, id="a megabyte"),
    ],
)
def test_any_other_text_is_refused(text: str) -> None:
    """Nothing is guessed: no missing offset, no other separators, no cut digits, no day that does not exist."""
    with pytest.raises(InvalidInput) as caught:
        parse_instant(text, "at")
    assert caught.value.path == "at"


@pytest.mark.parametrize("value", [None, 0, EPOCH])
def test_only_a_text_is_read(value: object) -> None:
    """What is read is a `str`."""
    with pytest.raises(InvalidInput, match="must be a text"):
        parse_instant(value, "at")


def test_the_system_clock_says_now_in_utc() -> None:
    """`SystemClock` gives an instant of today that a check lets through, and has the shape of a clock."""
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert check_instant(now, "now") is now
    assert isinstance(SystemClock(), Clock)


def test_the_module_shows_what_it_exports() -> None:
    """`dir()` lists the public names."""
    assert dir(clock) == sorted(clock.__all__)
