"""Zones, and the days that their clocks have.

What the clocks show is asked of the standard library; which offset a whole UTC day has is kept, because most days have
one. `loyalcore.values.calendar` offers these functions again, beside the rules that need them.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.clock import DAY, YEAR_MAX, from_micros, to_micros

__all__ = ["check_zone", "end_of", "last_day", "local_day", "wall_to_micros"]


def __dir__() -> list[str]:
    return __all__


_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_ZONE_LENGTH_MAX = 64
# Files that stand beside the zones: the machine's own zone, a placeholder, and copies that count leap seconds.
_NO_ZONES: Final = frozenset({"Factory", "localtime", "posix", "posixrules", "right"})

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


def check_zone(name: object, path: str) -> ZoneInfo:
    """Return the zone of an IANA name.

    Args:
        name: Such as `Europe/Berlin`.
        path: Where it stands, for the message.

    Returns:
        The zone, the same object for the same name.

    Raises:
        InvalidInput: No such zone is known, or it is the machine's own (`localtime`).

    Source:
        DOMAIN.md 3.1 (IANA zone).

    Example:
        >>> check_zone("Europe/Berlin", "zone")
        zoneinfo.ZoneInfo(key='Europe/Berlin')
    """
    if not isinstance(name, str):
        raise InvalidInput(f"must be the name of a zone, not {type(name).__name__}", path=path)
    if len(name) <= _ZONE_LENGTH_MAX and _ZONE.fullmatch(name) and name.split("/")[0] not in _NO_ZONES:
        try:
            return ZoneInfo(str.__str__(name))
        except (LookupError, ValueError, OSError):
            pass
    raise InvalidInput("must be the IANA name of a zone, such as Europe/Berlin", path=path)


def wall_to_micros(naive: datetime, zone: ZoneInfo) -> int:
    """Return the instant at which the clocks of a zone show a wall time.

    Args:
        naive: The wall time, without a zone.
        zone: The zone whose clocks are meant.

    Returns:
        Microseconds since 1970. A wall time that a clock change skips moves forward by the gap; one that comes twice
        is the first.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> berlin = check_zone("Europe/Berlin", "zone")
        >>> from_micros(wall_to_micros(datetime(2024, 3, 31, 2, 30), berlin)).astimezone(berlin).time()
        datetime.time(3, 30)
    """
    # fold=0 is the offset before a change: it reads a skipped time forward, and takes the first of two.
    return to_micros(naive.replace(tzinfo=zone, fold=0))


def too_far() -> LimitExceeded:
    """Return the error of an instant that is outside of the years that the library has."""
    return LimitExceeded("the calendar leads beyond the years that instants have", path="at", limit=YEAR_MAX)


def wall_at(at: int, zone: ZoneInfo) -> datetime:
    """Return what the clocks of a zone show at an instant, without the zone.

    Args:
        at: Microseconds since 1970.
        zone: The zone.

    Returns:
        The naive wall time.

    Raises:
        LimitExceeded: The instant is outside of the years 1 to 9999, as `NEVER` is.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> wall_at(0, check_zone("Asia/Kathmandu", "zone"))
        datetime.datetime(1970, 1, 1, 5, 30)
    """
    try:
        return from_micros(at).astimezone(zone).replace(tzinfo=None, fold=0)
    except (InvalidInput, OverflowError):
        raise too_far() from None


def wall_micros_at(at: int, zone: ZoneInfo) -> int:
    """Return the same as `wall_at`, counted in microseconds since 1970 on those clocks.

    Args:
        at: Microseconds since 1970.
        zone: The zone.

    Returns:
        Microseconds, of which `DAY` make a day of the wall calendar.

    Raises:
        LimitExceeded: The instant is outside of the years 1 to 9999, as `NEVER` is.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> wall_micros_at(0, check_zone("Asia/Kathmandu", "zone")) // 60_000_000
        330
    """
    offset = _offset(zone, at // DAY)
    return _counted(wall_at(at, zone)) if offset is None else at + offset


def _counted(wall: datetime) -> int:
    return to_micros(wall.replace(tzinfo=UTC))


@lru_cache(maxsize=2**15)
def _offset(zone: ZoneInfo, utc_day: int) -> int | None:
    """The offset in microseconds that a zone has all through a UTC day, None if the clocks change.

    Clocks that change and change back within one day would be missed; since 1970 no zone's did so within six days.
    """
    start, end = utc_day * DAY, utc_day * DAY + DAY
    offset = _counted(wall_at(start, zone)) - start
    return offset if _counted(wall_at(end, zone)) - end == offset else None


def midnight(day: int, zone: ZoneInfo) -> int:
    """Return the midnight that starts a day.

    Args:
        day: The day of the wall calendar, counted from 1970-01-01.
        zone: The zone.

    Returns:
        Microseconds since 1970; a midnight that is skipped moves forward by the gap, of two it is the first.

    Raises:
        LimitExceeded: The instant is outside of the years 1 to 9999.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> midnight(1, check_zone("UTC", "zone"))
        86400000000
    """
    try:
        return wall_to_micros(datetime.combine(date_of(day), time()), zone)
    except (OverflowError, ValueError):
        raise too_far() from None


def day_of(day: date) -> int:
    """Return the number of a calendar day, counted from 1970-01-01.

    Source:
        House decision (kernels hold ints).

    Example:
        >>> day_of(date(1970, 1, 2))
        1
    """
    return day.toordinal() - _EPOCH_DAY


def date_of(day: int) -> date:
    """Return the calendar day of a number counted from 1970-01-01.

    Source:
        House decision (kernels hold ints).

    Example:
        >>> date_of(1)
        datetime.date(1970, 1, 2)
    """
    return date.fromordinal(_EPOCH_DAY + day)


def local_day(at: int, zone: ZoneInfo) -> date:
    """Return the calendar day that a zone has at an instant.

    Args:
        at: Microseconds since 1970.
        zone: The zone.

    Returns:
        The day.

    Raises:
        LimitExceeded: The instant is outside of the years 1 to 9999, as `NEVER` is.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> local_day(0, check_zone("America/New_York", "zone"))
        datetime.date(1969, 12, 31)
    """
    return date_of(wall_micros_at(at, zone) // DAY)


def last_day(at: int, zone: ZoneInfo) -> date:
    """Return the last day of which something was valid before an instant: how a date expiry is shown.

    Args:
        at: The end of a half-open window, in microseconds since 1970.
        zone: The zone.

    Returns:
        The day that the zone has in the last microsecond before.

    Raises:
        LimitExceeded: The instant is outside of the years 1 to 9999, as `NEVER` is.

    Source:
        DOMAIN.md 3.1 (stored as the next midnight and shown by its last valid day).

    Example:
        >>> utc = check_zone("UTC", "zone")
        >>> last_day(end_of(date(2024, 12, 31), utc), utc)
        datetime.date(2024, 12, 31)
    """
    return local_day(at - 1, zone)


def end_of(day: date, zone: ZoneInfo) -> int:
    """Return the end of a day: the midnight that starts the next one.

    Args:
        day: The day in the zone.
        zone: The zone.

    Returns:
        Microseconds since 1970; half-open, so that the day's last microsecond is before it.

    Raises:
        LimitExceeded: The instant is outside of the years 1 to 9999.

    Source:
        DOMAIN.md 3.1 (a date expiry is stored as the next midnight).

    Example:
        >>> from_micros(end_of(date(2024, 12, 31), check_zone("UTC", "zone")))
        datetime.datetime(2025, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    return midnight(day_of(day) + 1, zone)
