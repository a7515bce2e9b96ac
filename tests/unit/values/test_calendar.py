"""Calendar rules carried out, zone by zone."""

from __future__ import annotations

import copy
import pickle
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pendulum
import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values import calendar
from loyalcore.values.calendar import Duration, Expiry, Start, Term, end_of, wall_to_micros, years_after
from loyalcore.values.clock import FAR, NEVER, from_micros, parse_instant, to_micros

UTC = ZoneInfo("UTC")


def at(text: str) -> int:
    """Microseconds of an ISO instant."""
    return to_micros(parse_instant(text, "text"))


def wall(text: str, zone: str) -> int:
    """Microseconds of a wall time of a zone."""
    return wall_to_micros(datetime.fromisoformat(text), ZoneInfo(zone))


def shown(micros: int, zone: str) -> str:
    """What the clocks of a zone show at an instant."""
    return from_micros(micros).astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10m", "2024-10-12T07:30:50Z"),
        ("1h", "2024-10-12T08:20:50Z"),
        ("5D", "2024-10-17T07:20:50Z"),
        ("5D_D", "2024-10-17T00:00:00Z"),
        ("5D_U", "2024-10-17T23:59:59Z"),
        ("1W", "2024-10-19T07:20:50Z"),
        ("1W_U", "2024-10-20T23:59:59Z"),
        ("1M", "2024-11-12T07:20:50Z"),
        ("1M_U", "2024-11-30T23:59:59Z"),
        ("1Y", "2025-10-12T07:20:50Z"),
        ("1Y_U", "2025-12-31T23:59:59Z"),
        ("30s", "2024-10-12T07:21:20Z"),
    ],
)
def test_the_published_table_of_relative_forms(text: str, expected: str) -> None:
    """From 2024-10-12 07:20:50 each relative form leads where Talon.One prints, as start, expiry and duration."""
    anchor = at("2024-10-12T07:20:50Z")
    assert Start(text).resolve(anchor, UTC) == at(expected)
    assert Expiry(text).resolve(anchor, UTC) == Term(at(expected), None)
    assert Duration(text).resolve(anchor, UTC) == at(expected)


@pytest.mark.parametrize(
    ("anchor", "text", "expected"),
    [
        ("2024-01-31T10:00:00", "1M", "2024-02-29T10:00:00"),
        ("2023-01-31T10:00:00", "1M", "2023-02-28T10:00:00"),
        ("2024-01-31T10:00:00", "2M", "2024-03-31T10:00:00"),
        ("2024-03-31T10:00:00", "1M", "2024-04-30T10:00:00"),
        ("2024-08-31T10:00:00", "6M", "2025-02-28T10:00:00"),
        ("2024-12-31T10:00:00", "1M", "2025-01-31T10:00:00"),
        ("2024-02-29T10:00:00", "1Y", "2025-02-28T10:00:00"),
        ("2024-02-29T10:00:00", "4Y", "2028-02-29T10:00:00"),
        ("2024-02-29T10:00:00", "12M", "2025-02-28T10:00:00"),
        ("1999-12-31T10:00:00", "2M", "2000-02-29T10:00:00"),
        ("2096-02-29T10:00:00", "4Y", "2100-02-28T10:00:00"),
        ("2024-02-28T10:00:00", "1D", "2024-02-29T10:00:00"),
        ("2023-02-28T10:00:00", "1D", "2023-03-01T10:00:00"),
        ("2024-01-31T10:00:00", "1M_U", "2024-02-29T23:59:59"),
        ("2024-12-31T23:59:59.999999", "1D", "2025-01-01T23:59:59.999999"),
        ("2024-12-31T23:59:59.999999", "1D_U", "2025-01-01T23:59:59"),
        # the ISO week ends on Sunday, which is its own last day
        ("2024-10-13T10:00:00", "1W_U", "2024-10-20T23:59:59"),
        ("2024-10-14T00:00:00", "1W_U", "2024-10-27T23:59:59"),
        ("2024-12-25T10:00:00", "1W_U", "2025-01-05T23:59:59"),
        ("2024-12-31T10:00:00", "1Y_U", "2025-12-31T23:59:59"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"])
def test_months_years_and_weeks(anchor: str, text: str, expected: str, zone: str) -> None:
    """Month overflow clamps, leap days exist in leap years only, a week ends on Sunday: the same in each zone."""
    assert shown(Duration(text).resolve(wall(anchor, zone), ZoneInfo(zone)), zone) == expected


@pytest.mark.parametrize(
    ("zone", "anchor", "text", "expected"),
    [
        # a shift keeps the wall clock, elapsed time does not
        ("Europe/London", "2024-03-30T12:00:00Z", "1D", "2024-03-31T11:00:00Z"),
        ("Europe/London", "2024-03-30T12:00:00Z", "24h", "2024-03-31T12:00:00Z"),
        ("Europe/London", "2024-10-26T11:00:00Z", "1D", "2024-10-27T12:00:00Z"),
        ("Europe/London", "2024-10-26T11:00:00Z", "24h", "2024-10-27T11:00:00Z"),
        ("Europe/Berlin", "2024-01-31T11:00:00Z", "6M", "2024-07-31T10:00:00Z"),
        ("America/New_York", "2024-03-09T17:00:00Z", "1D", "2024-03-10T16:00:00Z"),
        ("America/New_York", "2024-11-02T16:00:00Z", "1W", "2024-11-09T17:00:00Z"),
        # a wall time that is skipped moves forward by the gap
        ("Europe/London", "2024-03-30T01:30:00Z", "1D", "2024-03-31T01:30:00Z"),
        ("Europe/Berlin", "2024-03-30T01:30:00Z", "1D", "2024-03-31T01:30:00Z"),
        ("Europe/Berlin", "2023-03-31T00:30:00Z", "1Y", "2024-03-31T01:30:00Z"),
        ("Europe/Berlin", "2024-02-29T01:30:00Z", "1M", "2024-03-29T01:30:00Z"),
        ("America/New_York", "2024-03-09T07:30:00Z", "1D", "2024-03-10T07:30:00Z"),
        ("Australia/Lord_Howe", "2024-10-04T15:45:00Z", "1D", "2024-10-05T15:45:00Z"),
        ("America/Sao_Paulo", "2018-11-03T03:15:00Z", "1D", "2018-11-04T03:15:00Z"),
        # one that comes twice is the first
        ("Europe/London", "2024-10-26T00:30:00Z", "1D", "2024-10-27T00:30:00Z"),
        ("Europe/Berlin", "2024-10-20T00:30:00Z", "1W", "2024-10-27T00:30:00Z"),
        ("America/New_York", "2024-10-03T05:30:00Z", "1M", "2024-11-03T05:30:00Z"),
        ("America/Sao_Paulo", "2018-02-17T01:30:00Z", "1D", "2018-02-18T01:30:00Z"),
        # an anchor in an hour that comes twice counts by what its clocks show
        ("Europe/Berlin", "2024-10-27T00:30:00Z", "1D", "2024-10-28T01:30:00Z"),
        ("Europe/Berlin", "2024-10-27T01:30:00Z", "1D", "2024-10-28T01:30:00Z"),
        # start and end of a day with a clock change at midnight
        ("America/Sao_Paulo", "2018-11-03T12:00:00Z", "1D_D", "2018-11-04T03:00:00Z"),
        ("America/Sao_Paulo", "2018-02-16T12:00:00Z", "1D_U", "2018-02-18T01:59:59Z"),
        ("America/Havana", "2024-11-02T12:00:00Z", "1D_D", "2024-11-03T04:00:00Z"),
        ("Asia/Kathmandu", "2024-10-12T18:30:00Z", "1D_U", "2024-10-14T18:14:59Z"),
        # Apia had no 30 December 2011
        ("Pacific/Apia", "2011-12-29T17:20:50Z", "1D", "2011-12-30T17:20:50Z"),
        ("Pacific/Apia", "2011-12-29T17:20:50Z", "2D", "2011-12-30T17:20:50Z"),
        ("Pacific/Apia", "2011-12-29T17:20:50Z", "3D", "2011-12-31T17:20:50Z"),
        ("Pacific/Apia", "2011-12-29T17:20:50Z", "24h", "2011-12-30T17:20:50Z"),
        ("Pacific/Apia", "2011-12-29T17:20:50Z", "1D_D", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-29T17:20:50Z", "1D_U", "2011-12-31T09:59:59Z"),
    ],
)
def test_clock_changes(zone: str, anchor: str, text: str, expected: str) -> None:
    """Days, weeks, months and years run on the wall clock with its gaps and folds; s, m and h are elapsed time."""
    assert shown(Duration(text).resolve(at(anchor), ZoneInfo(zone)), "UTC") == expected.removesuffix("Z")


@pytest.mark.parametrize(
    ("zone", "anchor", "text", "end", "on"),
    [
        ("UTC", "2024-01-25T10:00:00", "end_of_day(1M)", "2024-02-26T00:00:00", date(2024, 2, 25)),
        ("UTC", "2024-01-01T10:00:00", "end_of_day(0D)", "2024-01-02T00:00:00", date(2024, 1, 1)),
        ("UTC", "2024-01-01T00:00:00", "end_of_day(0M)", "2024-01-02T00:00:00", date(2024, 1, 1)),
        ("UTC", "2024-01-31T10:00:00", "end_of_day(1M)", "2024-03-01T00:00:00", date(2024, 2, 29)),
        ("UTC", "2024-01-01T13:00:00", "end_of_day(36h)", "2024-01-04T00:00:00", date(2024, 1, 3)),
        ("UTC", "2024-01-01T11:59:59", "end_of_day(36h)", "2024-01-03T00:00:00", date(2024, 1, 2)),
        ("UTC", "2024-01-01T10:00:00", "start_of_day(30D)", "2024-01-31T00:00:00", date(2024, 1, 30)),
        ("UTC", "2024-01-15T10:00:00", "end_of_month(12M)", "2025-02-01T00:00:00", date(2025, 1, 31)),
        ("UTC", "2023-01-31T10:00:00", "end_of_month(1M)", "2023-03-01T00:00:00", date(2023, 2, 28)),
        ("UTC", "2024-12-31T23:00:00", "end_of_month(0M)", "2025-01-01T00:00:00", date(2024, 12, 31)),
        ("UTC", "2023-06-01T10:00:00", "end_of_year(0)", "2024-01-01T00:00:00", date(2023, 12, 31)),
        ("UTC", "2023-06-01T10:00:00", "end_of_year(1)", "2025-01-01T00:00:00", date(2024, 12, 31)),
        ("UTC", "2024-02-29T10:00:00", "end_of_year(1)", "2026-01-01T00:00:00", date(2025, 12, 31)),
        ("UTC", "2024-06-01T10:00:00", "on(2015-07-06)", "2015-07-07T00:00:00", date(2015, 7, 6)),
        ("Europe/London", "2024-03-30T12:00:00", "end_of_day(1D)", "2024-04-01T00:00:00", date(2024, 3, 31)),
        ("Europe/Berlin", "2024-10-27T02:30:00", "end_of_day(0D)", "2024-10-28T00:00:00", date(2024, 10, 27)),
        ("Europe/Berlin", "2024-06-01T00:30:00", "end_of_month(0M)", "2024-07-01T00:00:00", date(2024, 6, 30)),
        ("America/New_York", "2024-12-31T22:00:00", "end_of_year(0)", "2025-01-01T00:00:00", date(2024, 12, 31)),
        ("America/New_York", "2024-10-31T12:00:00", "end_of_day(3D)", "2024-11-04T00:00:00", date(2024, 11, 3)),
        ("America/Sao_Paulo", "2018-11-02T12:00:00", "end_of_day(1D)", "2018-11-04T01:00:00", date(2018, 11, 3)),
        ("America/Sao_Paulo", "2018-02-16T12:00:00", "end_of_day(1D)", "2018-02-18T00:00:00", date(2018, 2, 17)),
        ("America/Sao_Paulo", "2018-11-03T12:00:00", "start_of_day(1D)", "2018-11-04T01:00:00", date(2018, 11, 3)),
        ("Australia/Lord_Howe", "2024-04-06T12:00:00", "end_of_day(1D)", "2024-04-08T00:00:00", date(2024, 4, 7)),
        ("Asia/Kathmandu", "2024-01-31T23:00:00", "end_of_month(1M)", "2024-03-01T00:00:00", date(2024, 2, 29)),
        ("Asia/Kathmandu", "2024-01-31T23:00:00", "on(2026-12-31)", "2027-01-01T00:00:00", date(2026, 12, 31)),
        # Apia had no 30 December 2011: the 29th was the last valid day
        ("Pacific/Apia", "2011-12-29T12:00:00", "end_of_day(0D)", "2011-12-31T00:00:00", date(2011, 12, 29)),
        ("Pacific/Apia", "2011-12-29T12:00:00", "end_of_day(1D)", "2011-12-31T00:00:00", date(2011, 12, 29)),
        ("Pacific/Apia", "2011-12-29T12:00:00", "end_of_day(2D)", "2012-01-01T00:00:00", date(2011, 12, 31)),
        ("Pacific/Apia", "2011-12-29T12:00:00", "on(2011-12-30)", "2011-12-31T00:00:00", date(2011, 12, 29)),
    ],
)
def test_date_expiries_are_valid_through_their_last_day(zone: str, anchor: str, text: str, end: str, on: date) -> None:
    """A calendar form is stored as the midnight after its last valid day in the zone, and shown by that day."""
    place = ZoneInfo(zone)
    found = Expiry(text).resolve(wall(anchor, zone), place)
    assert (shown(found.at, zone), found.on) == (end, on)
    assert found.at == end_of(on, place)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("immediate", "2024-10-12T07:20:50"),
        ("on(2026-12-31)", "2026-12-31T00:00:00"),
        ("start_of_day(30D)", "2024-11-11T00:00:00"),
        ("end_of_day(0D)", "2024-10-13T00:00:00"),
        ("end_of_month(1M)", "2024-12-01T00:00:00"),
        ("end_of_year(0)", "2025-01-01T00:00:00"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
def test_a_calendar_form_starts_with_its_midnight(text: str, expected: str, zone: str) -> None:
    """As a start a calendar form is the midnight that it gives, a fixed day the midnight that begins it."""
    found = Start(text).resolve(wall("2024-10-12T07:20:50", zone), ZoneInfo(zone))
    assert shown(found, zone) == expected


def test_what_waits_and_what_has_no_end_is_never() -> None:
    """`on_action` and `unlimited` are `NEVER`, whatever the anchor."""
    assert Start("on_action").resolve(0, UTC) == NEVER
    assert Expiry("unlimited").resolve(FAR - 1, UTC) == Term(NEVER, None)


def test_months_are_counted_from_the_anchor_never_chained() -> None:
    """From 31 January each month ends on its own last day: a clamp does not last."""
    anchor = at("2023-01-31T10:00:00Z")
    days = [from_micros(Duration(f"{months}M").resolve(anchor, UTC)).day for months in range(1, 13)]
    assert days == [28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]


def test_the_week_of_pendulum_makes_no_difference() -> None:
    """A host that has weeks of pendulum begin on Sunday still gets the end of the ISO week."""
    pendulum.week_starts_at(pendulum.WeekDay.SUNDAY)
    pendulum.week_ends_at(pendulum.WeekDay.SATURDAY)
    try:
        found = Duration("3W_U").resolve(at("2031-10-12T07:20:50Z"), UTC)
    finally:
        pendulum.week_starts_at(pendulum.WeekDay.MONDAY)
        pendulum.week_ends_at(pendulum.WeekDay.SUNDAY)
    assert found == at("2031-11-02T23:59:59Z")


@pytest.mark.parametrize(
    "text",
    [
        "1s",
        "24h",
        "1D",
        "1W_U",
        "1M",
        "1000Y",
        "end_of_day(0D)",
        "end_of_month(1M)",
        "end_of_year(0)",
        "end_of_year(1000)",
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Apia", "America/New_York"])
def test_what_leads_too_far_exceeds_the_limit(text: str, zone: str) -> None:
    """A rule whose end is beyond the year 9990 is refused, and so is an anchor that is no instant."""
    for anchor in (FAR - 1, NEVER):
        with pytest.raises(LimitExceeded):
            Expiry(text).resolve(anchor, ZoneInfo(zone))


def test_the_last_day_that_can_be_fixed_has_an_end() -> None:
    """`on(9989-12-31)` ends with the year in each zone."""
    for zone in ("UTC", "Pacific/Apia", "America/New_York"):
        assert Expiry("on(9989-12-31)").resolve(0, ZoneInfo(zone)).at < FAR


@pytest.mark.parametrize(("kind", "text"), [(Start, "on_action"), (Expiry, "end_of_day(1M)"), (Duration, "14D")])
def test_rules_are_values(kind: type[Start | Expiry | Duration], text: str) -> None:
    """Rules of one text are equal and of one hash, cannot be changed, show their text, and travel."""
    rule = kind(text)
    assert rule == kind(text)
    assert hash(rule) == hash(kind(text))
    assert rule != kind("1W")
    assert repr(rule) == f"{kind.__name__}(text={text!r})"
    with pytest.raises(AttributeError):
        rule.text = "1W"  # type: ignore[misc]
    assert copy.deepcopy(rule) == pickle.loads(pickle.dumps(rule)) == rule  # noqa: S301 - our own bytes
    assert pickle.loads(pickle.dumps(rule)).resolve(0, UTC) == rule.resolve(0, UTC)  # noqa: S301 - our own bytes


@pytest.mark.parametrize(("kind", "path"), [(Start, "start"), (Expiry, "expiry"), (Duration, "duration")])
def test_a_rule_made_by_hand_is_checked_too(kind: type[Start | Expiry | Duration], path: str) -> None:
    """A rule cannot be made of a text that is none."""
    with pytest.raises(InvalidInput) as caught:
        kind("5d")
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("anchor", "years", "expected"),
    [
        ("2024-02-29T10:00:00Z", 1, "2025-02-28T10:00:00Z"),
        ("2024-02-29T10:00:00Z", 4, "2028-02-29T10:00:00Z"),
        ("2024-02-29T10:00:00Z", 0, "2024-02-29T10:00:00Z"),
        ("2024-02-29T10:00:00Z", -1, "2023-02-28T10:00:00Z"),
    ],
)
def test_anniversaries(anchor: str, years: int, expected: str) -> None:
    """Years are counted from the anchor in both directions; 29 February clamps."""
    assert years_after(at(anchor), years, UTC) == at(expected)


@pytest.mark.parametrize("years", [-3000, 8000, 10**9])
def test_anniversaries_beyond_the_calendar_exceed_the_limit(years: int) -> None:
    """An anniversary that no calendar has is refused."""
    with pytest.raises(LimitExceeded):
        years_after(at("2024-02-29T10:00:00Z"), years, UTC)


def test_the_module_shows_what_it_exports() -> None:
    """`dir()` lists the public names."""
    assert dir(calendar) == sorted(calendar.__all__)
