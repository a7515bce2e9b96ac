"""The calendar's law: what is remembered is what would be worked out afresh."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from loyalcore.values import calendar
from loyalcore.values.calendar import Expiry, Term, end_of, last_day, local_day, wall_to_micros
from loyalcore.values.clock import DAY, from_micros, to_micros
from loyalcore.values.periods import Period, anniversary_of, period_of

ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Asia/Gaza",
    "Africa/Casablanca",
    "Pacific/Apia",
)
FIRST, LAST = to_micros(datetime(1990, 1, 1, tzinfo=UTC)), to_micros(datetime(2040, 1, 1, tzinfo=UTC))


def changes_of(zone: ZoneInfo) -> list[int]:
    """The instants, to the minute, at which the clocks of a zone change."""
    found = []
    for day in range(FIRST // DAY, LAST // DAY):
        low, high = day * 1440, day * 1440 + 1440
        if offset_of(low, zone) == offset_of(high, zone):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if offset_of(middle, zone) == offset_of(low, zone):
                low = middle
            else:
                high = middle
        found.append(high * 60_000_000)
    return found


def offset_of(minute: int, zone: ZoneInfo) -> timedelta | None:
    """The offset of a zone, asked of the standard library."""
    return from_micros(minute * 60_000_000).astimezone(zone).utcoffset()


CHANGES = {zone: changes_of(ZoneInfo(zone)) for zone in ZONES}

zones = st.sampled_from(ZONES)
counts = st.one_of(st.integers(1, 3), st.integers(1, 800))
relative = st.builds("{}{}".format, counts, st.sampled_from(["s", "m", "h", "D", "W", "M", "D_D", "D_U", "W_U", "M_U"]))
years = st.builds("{}{}".format, st.integers(1, 20), st.sampled_from(["Y", "Y_U"]))
forms = st.builds(
    "{}({}{})".format,
    st.sampled_from(["end_of_day", "start_of_day", "end_of_month"]),
    st.one_of(st.integers(0, 2), st.integers(0, 800)),
    st.sampled_from(["s", "m", "h", "D", "W", "M"]),
)
year_ends = st.builds("end_of_year({})".format, st.integers(0, 20))
rules = st.one_of(relative, years, forms, year_ends).map(Expiry)


@st.composite
def instants(draw: st.DrawFn, zone: str) -> int:
    """Any instant, or one close to a clock change, or a whole number of days before one."""
    if not CHANGES[zone] or draw(st.booleans()):
        return draw(st.integers(FIRST, LAST))
    change = draw(st.sampled_from(CHANGES[zone]))
    near = draw(st.one_of(st.sampled_from([-1, 0, 1]), st.integers(-2 * DAY, 2 * DAY)))
    return change + near - draw(st.sampled_from([0, 1, 7, 30, 365])) * DAY


@st.composite
def places(draw: st.DrawFn) -> tuple[str, int]:
    """A zone and an instant."""
    zone = draw(zones)
    return zone, draw(instants(zone))


def afresh(rule: Expiry, anchor: int, zone: ZoneInfo) -> Term:
    """The meaning of a rule without short cuts: the wall time, straight from the clocks, shifted and rounded."""
    shape, elapsed, months, days = rule._plan
    if shape == "elapsed":
        return Term(anchor + elapsed, None)
    wall = from_micros(anchor + elapsed).astimezone(zone).replace(tzinfo=None)
    return calendar._lead(wall, shape, months, days, zone)


@given(places(), rules)
@example(("Europe/Berlin", to_micros(datetime(2024, 3, 30, 1, 30, tzinfo=UTC))), Expiry("1D"))
@example(("Pacific/Apia", to_micros(datetime(2011, 12, 29, 17, 20, tzinfo=UTC))), Expiry("1D"))
@example(("America/Sao_Paulo", to_micros(datetime(2018, 11, 3, 3, 15, tzinfo=UTC))), Expiry("1D"))
def test_what_is_remembered_is_what_would_be_worked_out(place: tuple[str, int], rule: Expiry) -> None:
    """Asked once, asked again and worked out afresh, a rule gives one answer, near clock changes too."""
    zone, anchor = ZoneInfo(place[0]), place[1]
    expected = afresh(rule, anchor, zone)
    assert rule.resolve(anchor, zone) == rule.resolve(anchor, zone) == expected


@given(places(), st.integers(0, DAY - 1))
def test_the_time_of_day_is_kept(place: tuple[str, int], offset: int) -> None:
    """Two anchors of one local day share what is remembered, and each keeps its own time of day."""
    zone, anchor = ZoneInfo(place[0]), place[1]
    rule = Expiry("1M")
    for each in (anchor, anchor + offset):
        assert rule.resolve(each, zone) == afresh(rule, each, zone)


@given(places())
def test_the_local_day_is_that_of_the_clocks(place: tuple[str, int]) -> None:
    """The day that is worked out from a remembered offset is the one that the standard library shows."""
    zone, at = ZoneInfo(place[0]), place[1]
    assert local_day(at, zone) == from_micros(at).astimezone(zone).date()


@given(zones, st.dates(min_value=datetime(1990, 1, 1).date(), max_value=datetime(2040, 1, 1).date()))
def test_a_date_is_shown_as_it_was_stored(name: str, day: datetime) -> None:
    """The last valid day of what ends with a day is that day, if the zone had it; no later one in any case."""
    zone = ZoneInfo(name)
    end = end_of(day, zone)
    skipped = end == wall_to_micros(datetime.combine(day, time()), zone)
    assert (last_day(end, zone) < day) if skipped else (last_day(end, zone) == day)


@given(places(), rules.filter(lambda rule: "(" in rule.text))
def test_a_date_expiry_is_the_end_of_its_last_day(place: tuple[str, int], rule: Expiry) -> None:
    """What ends with a day is stored as that day's end."""
    zone, anchor = ZoneInfo(place[0]), place[1]
    at, on = rule.resolve(anchor, zone)
    assert on is not None
    assert on == last_day(at, zone)
    assert at == end_of(on, zone)


@given(places(), st.sampled_from(list(Period)))
def test_periods_are_windows_without_gap_or_overlap(place: tuple[str, int], period: Period) -> None:
    """Each instant is in its period, the period's edges are in the same and in the next one."""
    zone, at = ZoneInfo(place[0]), place[1]
    start, end = period_of(at, period, zone)
    assert start <= at < end
    assert period_of(start, period, zone) == (start, end)
    if period is not Period.OVERALL:
        assert period_of(end - 1, period, zone) == (start, end)
        assert period_of(end, period, zone)[0] == end


@given(places(), st.integers(-20 * 365 * DAY, 20 * 365 * DAY))
def test_years_of_membership_are_windows_without_gap_or_overlap(place: tuple[str, int], away: int) -> None:
    """Each instant is in its year of membership, whose end is the start of the next one."""
    zone, anchor = ZoneInfo(place[0]), place[1]
    start, end = anniversary_of(anchor, anchor + away, zone)
    assert start <= anchor + away < end
    assert anniversary_of(anchor, end, zone)[0] == end
