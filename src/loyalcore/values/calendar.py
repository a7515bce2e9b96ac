"""Calendar rules: when points start and expire, on the program's wall clock.

A rule is a text with a plan behind it. Every plan is: let time elapse, shift the wall clock in one step from the
anchor, then round. Where that leads depends on the anchor's local day alone, but for the time of day, which an
unrounded shift keeps. So the target of each (plan, zone, local day) is worked out once by `_lead` and kept; where the
clocks change on the target day, an unrounded shift is worked out afresh. Both ways give the same instant.

This is the only module that imports `pendulum` and `dateutil`; no type of theirs leaves it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs
import pendulum
from dateutil.relativedelta import relativedelta

from loyalcore.values.clock import DAY, FAR, NEVER
from loyalcore.values.plans import ELAPSED, KEEP, ON, Plan, duration_plan, expiry_plan, start_plan
from loyalcore.values.zones import (
    check_zone,
    date_of,
    day_of,
    end_of,
    last_day,
    local_day,
    midnight,
    too_far,
    wall_at,
    wall_micros_at,
    wall_to_micros,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

__all__ = [
    "Duration",
    "Expiry",
    "Start",
    "Term",
    "check_zone",
    "end_of",
    "last_day",
    "local_day",
    "parse_duration",
    "parse_expiry",
    "parse_start",
    "wall_to_micros",
    "years_after",
]


def __dir__() -> list[str]:
    return __all__


class Term(NamedTuple):
    """When something ends, and the last day on which it is valid if it ends with a day.

    `at` is in microseconds since 1970, or `NEVER`; `on` is None where the end is an instant.
    """

    at: int
    on: date | None


# --- Plans: elapse, shift, round ------------------------------------------------------------------------------------


def _last_day_of(unit: str, wall: datetime) -> datetime:
    if unit == "week":
        # Not pendulum's: on which day its week ends, a host can change for the whole process.
        return datetime.combine(wall, time()) + timedelta(days=7 - wall.isoweekday())
    end = pendulum.instance(wall.replace(tzinfo=UTC)).end_of(unit)
    return datetime(end.year, end.month, end.day)


def _start_of_day(wall: datetime) -> datetime:
    return datetime.combine(wall, time())


def _last_second(unit: str) -> Callable[[datetime], datetime]:
    return lambda wall: _last_day_of(unit, wall).replace(hour=23, minute=59, second=59)


def _next_midnight(unit: str) -> Callable[[datetime], datetime]:
    return lambda wall: _last_day_of(unit, wall) + timedelta(days=1)


# How each shape rounds the shifted wall time. Instants, as Talon.One prints them:
_INSTANTS: Final[dict[str, Callable[[datetime], datetime]]] = {
    KEEP: lambda wall: wall,
    "D_D": _start_of_day,
    "D_U": _last_second("day"),
    "W_U": _last_second("week"),
    "M_U": _last_second("month"),
    "Y_U": _last_second("year"),
}
# Dates: the midnight with which the last valid day has ended.
_DATES: Final[dict[str, Callable[[datetime], datetime]]] = {
    "start_of_day": _start_of_day,
    "end_of_day": _next_midnight("day"),
    "end_of_month": _next_midnight("month"),
    "end_of_year": _next_midnight("year"),
}
_SHAPES: Final = {**_INSTANTS, **_DATES}


def _lead(wall: datetime, shape: str, months: int, days: int, zone: ZoneInfo) -> Term:
    """Where a wall time leads: the one meaning of shift and round, that the caches below only remember."""
    try:
        shifted = wall + relativedelta(months=months, days=days)
        at = wall_to_micros(_SHAPES[shape](shifted), zone)
    except (OverflowError, ValueError):
        raise too_far() from None
    if at >= FAR:
        raise too_far()
    return Term(at, last_day(at, zone) if shape in _DATES else None)


@lru_cache(maxsize=2**16)
def _rounded(zone: ZoneInfo, day: int, shape: str, months: int, days: int) -> Term:
    return _lead(datetime.combine(date_of(day), time()), shape, months, days, zone)


@lru_cache(maxsize=2**16)
def _kept(zone: ZoneInfo, day: int, months: int, days: int) -> int | None:
    """The midnight to which a day is shifted, None where its wall times cannot be counted from there."""
    try:
        target = day_of((datetime.combine(date_of(day), time()) + relativedelta(months=months, days=days)).date())
    except (OverflowError, ValueError):
        raise too_far() from None
    start, end = midnight(target, zone), midnight(target + 1, zone)
    return start if end - start == DAY and end <= FAR else None


@lru_cache(maxsize=2**12)
def _fixed(zone: ZoneInfo, day: int) -> Term:
    at = midnight(day, zone)
    return Term(at, last_day(at, zone))


def _resolve_at(plan: Plan, anchor: int, zone: ZoneInfo) -> int:
    shape, elapsed, months, days = plan
    if shape == KEEP:
        local = wall_micros_at(anchor, zone)
        day = local // DAY
        start = _kept(zone, day, months, days)
        if start is not None:
            return start + local - day * DAY
        return _lead(wall_at(anchor, zone), shape, months, days, zone).at
    if shape in _SHAPES:
        return _rounded(zone, wall_micros_at(anchor + elapsed, zone) // DAY, shape, months, days).at
    if shape == ELAPSED:
        if anchor + elapsed >= FAR:
            raise too_far()
        return anchor + elapsed
    return _fixed(zone, days).at if shape == ON else NEVER


def _resolve(plan: Plan, anchor: int, zone: ZoneInfo) -> Term:
    shape, elapsed, months, days = plan
    if shape in _DATES:
        return _rounded(zone, wall_micros_at(anchor + elapsed, zone) // DAY, shape, months, days)
    if shape == ON:
        return _fixed(zone, days)
    return Term(_resolve_at(plan, anchor, zone), None)


def years_after(anchor: int, years: int, zone: ZoneInfo) -> int:
    """Return an anniversary at the anchor's wall time; of 29 February it is 28 February in other than leap years.

    Args:
        anchor: Microseconds since 1970.
        years: Calendar years after the anchor; negative before it.
        zone: The program's zone.

    Returns:
        Microseconds since 1970.

    Raises:
        LimitExceeded: The instant is outside of the years 1 to 9990.

    Source:
        DOMAIN.md 3.1 (from the original anchor, never chained; month overflow clamps).

    Example:
        >>> years_after(0, 1, check_zone("UTC", "zone")) == 365 * DAY
        True
    """
    return _resolve_at(Plan(KEEP, months=12 * years), anchor, zone)


# --- Rules ----------------------------------------------------------------------------------------------------------


@attrs.frozen
class Start:
    """When points become active.

    `immediate`, `on_action` (waits for an activate), a relative form (`5D`), or a calendar form: then from the
    midnight that it gives, `on(2026-12-31)` from the midnight that starts the day.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> Start("immediate").resolve(0, check_zone("UTC", "zone"))
        0
    """

    text: str
    _plan: Plan = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_plan", start_plan(self.text, "start"))

    def __str__(self) -> str:
        return self.text

    def resolve(self, anchor: int, zone: ZoneInfo) -> int:
        """Return the instant at which points become active.

        Args:
            anchor: The award, in microseconds since 1970.
            zone: The program's zone.

        Returns:
            Microseconds since 1970, `NEVER` for `on_action`.

        Raises:
            LimitExceeded: The instant is beyond the year 9990.

        Source:
            DOMAIN.md 3.1.

        Example:
            >>> Start("1h").resolve(0, check_zone("UTC", "zone"))
            3600000000
        """
        return _resolve_at(self._plan, anchor, zone)


@attrs.frozen
class Expiry:
    """When points expire.

    `unlimited`, a relative form (`12M`, an instant), or a calendar form (a date: valid through its last day).

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> Expiry("on(1970-01-01)").resolve(0, check_zone("UTC", "zone"))
        Term(at=86400000000, on=datetime.date(1970, 1, 1))
    """

    text: str
    _plan: Plan = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_plan", expiry_plan(self.text, "expiry"))

    def __str__(self) -> str:
        return self.text

    @property
    def is_fixed(self) -> bool:
        """Whether it is a fixed date, which is the same from wherever it counts."""
        return self._plan.shape == ON

    def resolve(self, anchor: int, zone: ZoneInfo) -> Term:
        """Return the end of the points.

        Args:
            anchor: The award, activation or closing of the order, in microseconds since 1970.
            zone: The program's zone.

        Returns:
            The half-open end, and for a calendar form the last valid day.

        Raises:
            LimitExceeded: The instant is beyond the year 9990.

        Source:
            DOMAIN.md 3.1.

        Example:
            >>> Expiry("end_of_month(0M)").resolve(0, check_zone("UTC", "zone")).on
            datetime.date(1970, 1, 31)
        """
        return _resolve(self._plan, anchor, zone)


@attrs.frozen
class Duration:
    """A span from an anchor, such as that of a hold: a relative form.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> str(Duration("30m"))
        '30m'
    """

    text: str
    _plan: Plan = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_plan", duration_plan(self.text, "duration"))

    def __str__(self) -> str:
        return self.text

    def resolve(self, anchor: int, zone: ZoneInfo) -> int:
        """Return the instant with which the span ends.

        Args:
            anchor: Its start, in microseconds since 1970.
            zone: The program's zone.

        Returns:
            Microseconds since 1970.

        Raises:
            LimitExceeded: The instant is beyond the year 9990.

        Source:
            DOMAIN.md 3.1.

        Example:
            >>> Duration("1D").resolve(0, check_zone("UTC", "zone"))
            86400000000
        """
        return _resolve_at(self._plan, anchor, zone)


# The rules that were read last: a program names few, and each posting reads one.
_STARTS: Final = lru_cache(maxsize=256)(Start)
_EXPIRIES: Final = lru_cache(maxsize=256)(Expiry)
_DURATIONS: Final = lru_cache(maxsize=256)(Duration)


def parse_start(text: object, path: str) -> Start:
    """Read a start.

    Args:
        text: `immediate`, `on_action`, a relative form or a calendar form.
        path: Where it stands, for the message.

    Returns:
        The rule; its `text` is what was read.

    Raises:
        InvalidInput: It is no text, or none of these forms.
        LimitExceeded: It counts more than a thousand years.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> parse_start("5D_D", "start").text
        '5D_D'
    """
    start_plan(text, path)  # a fault is reported where the caller's text stands
    return _STARTS(str(text))


def parse_expiry(text: object, path: str) -> Expiry:
    """Read an expiry.

    Args:
        text: `unlimited`, a relative form or a calendar form.
        path: Where it stands, for the message.

    Returns:
        The rule; its `text` is what was read.

    Raises:
        InvalidInput: It is no text, or none of these forms.
        LimitExceeded: It counts more than a thousand years.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> parse_expiry("end_of_year(1)", "expiry").text
        'end_of_year(1)'
    """
    expiry_plan(text, path)  # a fault is reported where the caller's text stands
    return _EXPIRIES(str(text))


def parse_duration(text: object, path: str) -> Duration:
    """Read a duration.

    Args:
        text: A relative form.
        path: Where it stands, for the message.

    Returns:
        The rule; its `text` is what was read.

    Raises:
        InvalidInput: It is no text, or not of this form.
        LimitExceeded: It counts more than a thousand years.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> parse_duration("14D", "duration").text
        '14D'
    """
    duration_plan(text, path)  # a fault is reported where the caller's text stands
    return _DURATIONS(str(text))
