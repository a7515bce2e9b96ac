"""Calendar periods and anniversaries."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values import periods
from loyalcore.values.clock import FAR, NEVER, parse_instant, to_micros
from loyalcore.values.periods import Period, anniversary_of, period_of
from loyalcore.values.zones import wall_to_micros


def at(text: str) -> int:
    """Microseconds of an ISO instant."""
    return to_micros(parse_instant(text, "text"))


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu"])
@pytest.mark.parametrize(
    ("period", "wall", "start", "end"),
    [
        (Period.DAILY, "2024-10-12T07:20:50", "2024-10-12", "2024-10-13"),
        (Period.DAILY, "2024-10-12T00:00:00", "2024-10-12", "2024-10-13"),
        (Period.DAILY, "2024-03-31T12:00:00", "2024-03-31", "2024-04-01"),
        (Period.WEEKLY, "2024-10-12T07:20:50", "2024-10-07", "2024-10-14"),
        (Period.WEEKLY, "2024-10-13T23:59:59", "2024-10-07", "2024-10-14"),
        (Period.WEEKLY, "2024-10-14T00:00:00", "2024-10-14", "2024-10-21"),
        (Period.WEEKLY, "2025-01-01T12:00:00", "2024-12-30", "2025-01-06"),
        (Period.MONTHLY, "2024-02-29T12:00:00", "2024-02-01", "2024-03-01"),
        (Period.MONTHLY, "2024-12-31T23:59:59", "2024-12-01", "2025-01-01"),
        (Period.YEARLY, "2024-12-31T23:59:59", "2024-01-01", "2025-01-01"),
        (Period.YEARLY, "2025-01-01T00:00:00", "2025-01-01", "2026-01-01"),
    ],
)
def test_periods_are_those_of_the_calendar(period: Period, wall: str, start: str, end: str, zone: str) -> None:
    """Days, ISO weeks, months and years begin at midnight of the program's zone, and end where the next begin."""
    place = ZoneInfo(zone)
    instant = wall_to_micros(datetime.fromisoformat(wall), place)
    expected = tuple(wall_to_micros(datetime.fromisoformat(each), place) for each in (start, end))
    assert period_of(instant, period, place) == expected


def test_overall_is_one_period() -> None:
    """What never starts again has one period for all time."""
    assert period_of(at("2024-10-12T07:20:50Z"), Period.OVERALL, ZoneInfo("UTC")) == (0, NEVER)


@pytest.mark.parametrize(
    ("zone", "instant", "start", "end"),
    [
        ("Europe/Berlin", "2024-03-31T12:00:00Z", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"),
        ("Europe/Berlin", "2024-10-27T12:00:00Z", "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
        ("America/Sao_Paulo", "2018-02-18T02:30:00Z", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"),
        # St. John's went back from 00:01 to 23:01 of the day before, which had ended
        ("America/St_Johns", "2005-10-30T02:29:59Z", "2005-10-29T02:30:00Z", "2005-10-30T02:30:00Z"),
        ("America/St_Johns", "2005-10-30T02:30:00Z", "2005-10-30T02:30:00Z", "2005-10-31T03:30:00Z"),
        ("America/St_Johns", "2005-10-30T03:00:00Z", "2005-10-30T02:30:00Z", "2005-10-31T03:30:00Z"),
    ],
)
def test_each_instant_is_in_its_day(zone: str, instant: str, start: str, end: str) -> None:
    """A day with a clock change has its real length, and each instant is in exactly one day."""
    assert period_of(at(instant), Period.DAILY, ZoneInfo(zone)) == (at(start), at(end))


def test_a_period_may_come_as_its_text() -> None:
    """The text of a period is the period, as programs write it."""
    utc = ZoneInfo("UTC")
    assert period_of(5, "daily", utc) == period_of(5, Period.DAILY, utc)  # type: ignore[arg-type]


@pytest.mark.parametrize("period", ["", "Daily", "hourly", None, 1])
def test_an_unknown_period_is_refused(period: object) -> None:
    """No period is guessed."""
    with pytest.raises(InvalidInput, match="overall, daily, weekly, monthly, yearly"):
        period_of(0, period, ZoneInfo("UTC"))  # type: ignore[arg-type]


def test_never_is_in_no_day() -> None:
    """`NEVER` is in no calendar period."""
    with pytest.raises(LimitExceeded):
        period_of(NEVER, Period.DAILY, ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("instant", "start", "end"),
    [
        ("2024-02-29T10:00:00Z", "2024-02-29T10:00:00Z", "2025-02-28T10:00:00Z"),
        ("2025-02-28T09:59:59.999999Z", "2024-02-29T10:00:00Z", "2025-02-28T10:00:00Z"),
        ("2025-02-28T10:00:00Z", "2025-02-28T10:00:00Z", "2026-02-28T10:00:00Z"),
        ("2028-02-28T12:00:00Z", "2027-02-28T10:00:00Z", "2028-02-29T10:00:00Z"),
        ("2028-02-29T10:00:00Z", "2028-02-29T10:00:00Z", "2029-02-28T10:00:00Z"),
        ("2024-02-29T09:59:59Z", "2023-02-28T10:00:00Z", "2024-02-29T10:00:00Z"),
        ("2024-12-31T23:59:59Z", "2024-02-29T10:00:00Z", "2025-02-28T10:00:00Z"),
    ],
)
def test_a_year_of_membership_counts_from_the_original_anchor(instant: str, start: str, end: str) -> None:
    """Who joined on 29 February has it again in leap years; before joining the years are counted backwards."""
    found = anniversary_of(at("2024-02-29T10:00:00Z"), at(instant), ZoneInfo("UTC"))
    assert found == (at(start), at(end))


def test_an_anniversary_is_on_the_wall_clock() -> None:
    """Who joined at 01:30 in London has the anniversary at 01:30, moved on where the clocks skip it."""
    london = ZoneInfo("Europe/London")
    found = anniversary_of(at("2023-03-31T00:30:00Z"), at("2024-03-31T01:29:59Z"), london)
    assert found == (at("2023-03-31T00:30:00Z"), at("2024-03-31T01:30:00Z"))


def test_anniversaries_beyond_the_calendar_exceed_the_limit() -> None:
    """The year that ends beyond 9990 is refused."""
    with pytest.raises(LimitExceeded):
        anniversary_of(0, FAR - 1, ZoneInfo("UTC"))


def test_the_module_shows_what_it_exports() -> None:
    """`dir()` lists the public names."""
    assert dir(periods) == sorted(periods.__all__)
