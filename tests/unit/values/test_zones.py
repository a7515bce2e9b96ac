"""Zones, their days, and what their clocks show."""

from __future__ import annotations

from datetime import date, datetime
from importlib import resources
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values import zones
from loyalcore.values.clock import DAY, NEVER, from_micros, parse_instant, to_micros
from loyalcore.values.zones import check_zone, end_of, last_day, local_day, wall_to_micros


def at(text: str) -> int:
    """Microseconds of an ISO instant."""
    return to_micros(parse_instant(text, "text"))


@pytest.mark.parametrize("name", ["UTC", "Europe/London", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "GB-Eire"])
def test_a_zone_of_iana_is_known(name: str) -> None:
    """A name of the IANA database is a zone, the same object each time."""
    assert check_zone(name, "zone").key == name
    assert check_zone(name, "zone") is check_zone(name, "zone")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Europe",
        "Europe/Atlantis",
        "Europe/Berlin\x00",
        "Europe/Berlin\n",
        " Europe/Berlin",
        "/etc/localtime",
        "../../etc/passwd",
        "Europe//Berlin",
        "Europe/Berlin/",
        "+02:00",
        "localtime",
        "Factory",
        "posixrules",
        "posix/Europe/Berlin",
        "right/Europe/Berlin",
        "tzdata.zi",
        "zone.tab",
        "Европа/Берлин",
        "\ud800",
        pytest.param("A" * 1_000_000, id="a megabyte"),
    ],
)
def test_any_other_name_is_refused(name: str) -> None:
    """Unknown names, paths, offsets, the machine's own zone and zones with leap seconds are no IANA zones."""
    with pytest.raises(InvalidInput, match=r"^zone: must be the IANA name"):
        check_zone(name, "zone")


@pytest.mark.parametrize("value", [None, 1, b"UTC", ZoneInfo("UTC")])
def test_only_a_text_names_a_zone(value: object) -> None:
    """A zone comes by its name."""
    with pytest.raises(InvalidInput, match=r"^zone: must be the name"):
        check_zone(value, "zone")


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("UTC", datetime(2024, 3, 31, 2, 30), "2024-03-31T02:30:00Z"),
        ("Asia/Kathmandu", datetime(2024, 1, 1), "2023-12-31T18:15:00Z"),
        # a gap: read forward by its length
        ("Europe/Berlin", datetime(2024, 3, 31, 1, 59, 59, 999999), "2024-03-31T00:59:59.999999Z"),
        ("Europe/Berlin", datetime(2024, 3, 31, 2, 0), "2024-03-31T01:00:00Z"),
        ("Europe/Berlin", datetime(2024, 3, 31, 2, 30), "2024-03-31T01:30:00Z"),
        ("Europe/London", datetime(2024, 3, 31, 1, 30), "2024-03-31T01:30:00Z"),
        ("America/New_York", datetime(2024, 3, 10, 2, 30), "2024-03-10T07:30:00Z"),
        ("Australia/Lord_Howe", datetime(2024, 10, 6, 2, 15), "2024-10-05T15:45:00Z"),
        ("America/Sao_Paulo", datetime(2018, 11, 4), "2018-11-04T03:00:00Z"),
        ("Pacific/Apia", datetime(2011, 12, 30, 7, 20, 50), "2011-12-30T17:20:50Z"),
        # twice: the first
        ("Europe/Berlin", datetime(2024, 10, 27, 2, 30), "2024-10-27T00:30:00Z"),
        ("Europe/London", datetime(2024, 10, 27, 1, 30), "2024-10-27T00:30:00Z"),
        ("America/New_York", datetime(2024, 11, 3, 1, 30), "2024-11-03T05:30:00Z"),
        ("Australia/Lord_Howe", datetime(2024, 4, 7, 1, 45), "2024-04-06T14:45:00Z"),
        ("America/Sao_Paulo", datetime(2018, 2, 17, 23, 30), "2018-02-18T01:30:00Z"),
        ("America/Sao_Paulo", datetime(2018, 2, 18), "2018-02-18T03:00:00Z"),
        ("America/Havana", datetime(2024, 11, 3, 0, 30), "2024-11-03T04:30:00Z"),
    ],
)
def test_a_wall_time_is_an_instant(zone: str, wall: datetime, instant: str) -> None:
    """A wall time that is skipped moves forward by the gap, of one that comes twice the first is meant."""
    assert wall_to_micros(wall, ZoneInfo(zone)) == at(instant)
    assert wall_to_micros(wall.replace(fold=1), ZoneInfo(zone)) == at(instant)


def test_half_past_two_becomes_half_past_three() -> None:
    """02:30 of the night on which Berlin's clocks go forward is shown as 03:30."""
    zone = ZoneInfo("Europe/Berlin")
    moved = from_micros(wall_to_micros(datetime(2024, 3, 31, 2, 30), zone)).astimezone(zone)
    assert moved.replace(tzinfo=None) == datetime(2024, 3, 31, 3, 30)


@pytest.mark.parametrize(
    ("zone", "day", "end", "hours"),
    [
        ("UTC", date(2024, 2, 29), "2024-03-01T00:00:00Z", 24),
        ("Europe/London", date(2024, 3, 31), "2024-03-31T23:00:00Z", 23),
        ("Europe/London", date(2024, 10, 27), "2024-10-28T00:00:00Z", 25),
        ("Europe/Berlin", date(2024, 12, 31), "2024-12-31T23:00:00Z", 24),
        ("America/New_York", date(2024, 3, 10), "2024-03-11T04:00:00Z", 23),
        ("America/New_York", date(2024, 11, 3), "2024-11-04T05:00:00Z", 25),
        ("America/Sao_Paulo", date(2018, 2, 17), "2018-02-18T03:00:00Z", 25),
        ("America/Sao_Paulo", date(2018, 11, 3), "2018-11-04T03:00:00Z", 24),
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-05T02:00:00Z", 23),
        ("Australia/Lord_Howe", date(2024, 4, 7), "2024-04-07T13:30:00Z", 24.5),
        ("Australia/Lord_Howe", date(2024, 10, 6), "2024-10-06T13:00:00Z", 23.5),
        ("Asia/Kathmandu", date(2024, 1, 1), "2024-01-01T18:15:00Z", 24),
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-30T10:00:00Z", 24),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-31T10:00:00Z", 24),
    ],
)
def test_a_day_ends_with_the_next_midnight(zone: str, day: date, end: str, hours: float) -> None:
    """The end of a day is the next midnight of its zone, whether the day has 23, 24 or 25 hours; its last day is it."""
    place = ZoneInfo(zone)
    found = end_of(day, place)
    assert found == at(end)
    assert last_day(found, place) == day
    assert local_day(found - 1, place) == day
    assert local_day(found, place) > day
    assert local_day(found - int(hours * DAY / 24), place) == day
    assert local_day(found - int(hours * DAY / 24) - 1, place) < day


def test_a_day_that_a_zone_skips_ends_as_it_begins() -> None:
    """Apia had no 30 December 2011: its end is that of the 29th, which was the last valid day."""
    apia = ZoneInfo("Pacific/Apia")
    assert end_of(date(2011, 12, 30), apia) == end_of(date(2011, 12, 29), apia)
    assert last_day(end_of(date(2011, 12, 30), apia), apia) == date(2011, 12, 29)


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("UTC", "2024-10-12T00:00:00Z", date(2024, 10, 12)),
        ("America/New_York", "2024-10-12T03:59:59.999999Z", date(2024, 10, 11)),
        ("America/New_York", "2024-10-12T04:00:00Z", date(2024, 10, 12)),
        ("Asia/Kathmandu", "2024-10-12T18:14:59Z", date(2024, 10, 12)),
        ("Asia/Kathmandu", "2024-10-12T18:15:00Z", date(2024, 10, 13)),
        ("Europe/Berlin", "2024-03-31T21:59:59Z", date(2024, 3, 31)),
        ("Europe/Berlin", "2024-03-31T22:00:00Z", date(2024, 4, 1)),
        ("America/Sao_Paulo", "2018-02-18T02:30:00Z", date(2018, 2, 17)),
        ("Pacific/Apia", "2011-12-30T09:59:59Z", date(2011, 12, 29)),
        ("Pacific/Apia", "2011-12-30T10:00:00Z", date(2011, 12, 31)),
    ],
)
def test_the_local_day_is_what_the_clocks_show(zone: str, instant: str, day: date) -> None:
    """The day of an instant is the one of the zone, on days with and without a clock change."""
    assert local_day(at(instant), ZoneInfo(zone)) == day


@pytest.mark.parametrize("instant", [NEVER, -NEVER])
def test_never_is_on_no_day(instant: int) -> None:
    """`NEVER` has no local day."""
    with pytest.raises(LimitExceeded):
        local_day(instant, ZoneInfo("UTC"))


def test_the_last_day_of_all_has_no_end() -> None:
    """The end of 31 December 9999 cannot be said, nor can a day that no offset leads back into the calendar."""
    with pytest.raises(LimitExceeded):
        end_of(date.max, ZoneInfo("UTC"))
    with pytest.raises(LimitExceeded):
        local_day(to_micros(parse_instant("9990-12-31T23:59:59Z", "at")) + 9 * 366 * DAY, ZoneInfo("Asia/Tokyo"))


def offsets(name: str) -> list[int]:
    """The seconds since 1970 at which a zone's clocks change, as its compiled file lists them."""
    data = resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).read_bytes()

    def counts(start: int) -> list[int]:
        return [int.from_bytes(data[start + each : start + each + 4], "big") for each in range(20, 44, 4)]

    isutc, isstd, leaps, times, types, chars = counts(0)
    second = 44 + times * 5 + types * 6 + chars + leaps * 8 + isstd + isutc
    times = counts(second)[3]
    start = second + 44
    found = [int.from_bytes(data[start + 8 * n : start + 8 * n + 8], "big", signed=True) for n in range(times)]
    return [each for each in found if each >= 0]


def test_no_zone_changes_its_clocks_twice_within_two_days() -> None:
    """Since 1970 no zone's clocks changed twice within two days: equal offsets at both ends of a day are one offset."""
    names = resources.files("tzdata").joinpath("zones").read_text().split()
    assert len(names) > 400
    gaps = {name: min((b - a for a, b in pairwise(t)), default=10**9) for name in names if (t := offsets(name))}
    assert len(gaps) > 300
    assert min(gaps.values()) > 2 * 86_400, min(gaps, key=lambda name: gaps[name])


def test_the_module_shows_what_it_exports() -> None:
    """`dir()` lists the public names."""
    assert dir(zones) == sorted(zones.__all__)
