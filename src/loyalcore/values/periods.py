"""Calendar periods in which something is counted, and the years of a membership."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from loyalcore.errors import InvalidInput
from loyalcore.values.calendar import years_after
from loyalcore.values.clock import DAY, NEVER
from loyalcore.values.zones import date_of, day_of, local_day, midnight, wall_micros_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

__all__ = ["Period", "anniversary_of", "period_of"]


def __dir__() -> list[str]:
    return __all__


class Period(StrEnum):
    """How often a count starts again, on the program's wall clock.

    Source:
        DOMAIN.md 3.11 (calendar periods, ISO weeks, program zone).
    """

    OVERALL = "overall"
    """Never: one period for all time."""
    DAILY = "daily"
    """At each midnight."""
    WEEKLY = "weekly"
    """At the midnight that starts each Monday."""
    MONTHLY = "monthly"
    """At the midnight that starts the first of each month."""
    YEARLY = "yearly"
    """At the midnight that starts each 1 January."""


def _week(day: date) -> tuple[int, int]:
    start = day_of(day) - day.weekday()
    return start, start + 7


def _month(day: date) -> tuple[int, int]:
    first = day.replace(day=1)
    return day_of(first), day_of((first + timedelta(days=31)).replace(day=1))


# The first day of the period in which a day is, and the first day after it.
_DAYS: Final[dict[str, Callable[[date], tuple[int, int]]]] = {
    Period.DAILY.value: lambda day: (day_of(day), day_of(day) + 1),
    Period.WEEKLY.value: _week,
    Period.MONTHLY.value: _month,
    Period.YEARLY.value: lambda day: (day_of(date(day.year, 1, 1)), day_of(date(day.year + 1, 1, 1))),
}


@lru_cache(maxsize=2**14)
def _span(zone: ZoneInfo, day: int, period: str) -> tuple[int, int]:
    start, end = _DAYS[period](date_of(day))
    return midnight(start, zone), midnight(end, zone)


def period_of(at: int, period: Period, zone: ZoneInfo) -> tuple[int, int]:
    """Return the period in which an instant is.

    Args:
        at: Microseconds since 1970, before the year 9991.
        period: How often the count starts again.
        zone: The program's zone.

    Returns:
        The half-open window `[start, end)`, in microseconds since 1970; of `overall` from 0 to `NEVER`.

    Raises:
        InvalidInput: The period is unknown.
        LimitExceeded: The instant is outside of the years 1 to 9999, as `NEVER` is.

    Source:
        DOMAIN.md 3.11 (calendar periods, ISO weeks, program zone).

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> period_of(0, Period.DAILY, ZoneInfo("UTC"))
        (0, 86400000000)
    """
    if period == Period.OVERALL:
        return 0, NEVER
    name = str.__str__(period) if isinstance(period, str) else ""
    if name not in _DAYS:
        raise InvalidInput(f"must be one of {', '.join(Period)}", path="period")
    day = wall_micros_at(at, zone) // DAY
    span = _span(zone, day, name)
    # Where clocks go back over midnight, the day before is shown again after the next one has begun.
    return span if at < span[1] else _span(zone, day + 1, name)


def anniversary_of(anchor: int, at: int, zone: ZoneInfo) -> tuple[int, int]:
    """Return the year of a membership in which an instant is.

    Each anniversary is counted from the original anchor, at its wall time: of 29 February it is 28 February, and 29
    February again in a leap year.

    Args:
        anchor: When it all began, in microseconds since 1970.
        at: Microseconds since 1970; before the anchor the years are counted backwards.
        zone: The program's zone.

    Returns:
        The half-open window `[start, end)`, in microseconds since 1970.

    Raises:
        LimitExceeded: One of the instants, or the end, is beyond the year 9990.

    Source:
        DOMAIN.md 3.1 (from the original anchor, never chained), 3.5 (anniversary year).

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> anniversary_of(0, 5, ZoneInfo("UTC")) == (0, 365 * DAY)
        True
    """
    years = local_day(at, zone).year - local_day(anchor, zone).year + 1
    while (start := years_after(anchor, years, zone)) > at:
        years -= 1
    return start, years_after(anchor, years + 1, zone)
