"""The texts of calendar rules, read into plans: what elapses, what is shifted, how it is rounded.

`loyalcore.values.calendar` carries a plan out; nothing here knows a zone.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.clock import YEAR_MAX, YEAR_MIN
from loyalcore.values.zones import day_of

__all__ = ["ELAPSED", "KEEP", "NO_END", "ON", "Plan", "duration_plan", "expiry_plan", "start_plan"]


def __dir__() -> list[str]:
    return __all__


class Plan(NamedTuple):
    """What a rule does: `elapsed` microseconds pass, the wall clock is shifted, then `shape` says how to round.

    A shape is one of the constants below, a unit with its suffix (`D_D`, `W_U`) or the name of a calendar form.
    """

    shape: str
    elapsed: int = 0
    months: int = 0
    days: int = 0


NO_END: Final = "no_end"
"""The shape of what never comes."""
ELAPSED: Final = "elapsed"
"""The shape of elapsed time alone."""
ON: Final = "on"
"""The shape of a fixed midnight: that of `days`, counted from 1970-01-01."""
KEEP: Final = "keep"
"""The shape of a shift that keeps the time of day."""

_SECOND: Final = 1_000_000
_YEARS_MAX: Final = 1000

# What one of each unit is, and the most of it: a thousand years.
_UNITS: Final[dict[str, tuple[Plan, int]]] = {
    "s": (Plan(ELAPSED, elapsed=_SECOND), _YEARS_MAX * 365 * 86_400),
    "m": (Plan(ELAPSED, elapsed=60 * _SECOND), _YEARS_MAX * 365 * 1440),
    "h": (Plan(ELAPSED, elapsed=3600 * _SECOND), _YEARS_MAX * 365 * 24),
    "D": (Plan(KEEP, days=1), _YEARS_MAX * 365),
    "W": (Plan(KEEP, days=7), _YEARS_MAX * 52),
    "M": (Plan(KEEP, months=1), _YEARS_MAX * 12),
    "Y": (Plan(KEEP, months=12), _YEARS_MAX),
}

_RELATIVE = re.compile(r"([1-9][0-9]*)(?:([smhDWMY])|(D_D|[DWMY]_U))")
_CALENDAR = re.compile(r"(start_of_day|end_of_day|end_of_month)\((0|[1-9][0-9]*)([smhDWMY])\)")
_YEAR = re.compile(r"end_of_year\((0|[1-9][0-9]*)\)")
_DAY = re.compile(r"on\(([0-9]{4}-[0-9]{2}-[0-9]{2})\)")
_DIGITS_MAX = 18

_RELATIVE_FORM = "5D, 5D_D or 1M_U (a count, one of s m h D W M Y; _D only with D, _U only with D W M Y)"
_CALENDAR_FORM = "end_of_day(1M), start_of_day(30D), end_of_month(12M), end_of_year(1) or on(2026-12-31)"


def _shifted(shape: str, digits: str, unit: str, path: str) -> Plan:
    """Read a count of a unit; digits come as many as a host sends, so that their number is asked first."""
    one, count_max = _UNITS[unit]
    if len(digits) > _DIGITS_MAX or int(digits) > count_max:
        raise LimitExceeded("counts more than a thousand years", path=path, limit=count_max)
    count = int(digits)
    return Plan(shape, one.elapsed * count, one.months * count, one.days * count)


def _relative(text: str, path: str) -> Plan | None:
    match = _RELATIVE.fullmatch(text)
    if match is None:
        return None
    digits, unit, rounded = match.groups()
    return _shifted(rounded or _UNITS[unit][0].shape, digits, unit or rounded[0], path)


def _calendar(text: str, path: str, *, is_end: bool) -> Plan | None:
    if match := _CALENDAR.fullmatch(text):
        return _shifted(match[1], match[2], match[3], path)
    if match := _YEAR.fullmatch(text):
        return _shifted("end_of_year", match[1], "Y", path)
    if match := _DAY.fullmatch(text):
        return Plan(ON, days=_fixed_day(match[1], path) + is_end)
    return None


def _fixed_day(text: str, path: str) -> int:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("names a day that does not exist", path=path) from None
    if not YEAR_MIN <= day.year < YEAR_MAX:
        raise InvalidInput(f"must be within the years {YEAR_MIN} to {YEAR_MAX - 1}", path=path)
    return day_of(day)


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"must be a text, not {type(value).__name__}", path=path)
    return value


def start_plan(text: object, path: str) -> Plan:
    """Read the text of a start.

    Args:
        text: `immediate`, `on_action`, a relative form or a calendar form.
        path: Where it stands, for the message.

    Returns:
        The plan.

    Raises:
        InvalidInput: It is no text, or none of these forms.
        LimitExceeded: It counts more than a thousand years.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> start_plan("immediate", "start").elapsed
        0
    """
    known = _text(text, path)
    if known == "immediate":
        return Plan(ELAPSED)
    if known == "on_action":
        return Plan(NO_END)
    plan = _relative(known, path) or _calendar(known, path, is_end=False)
    if plan is None:
        raise InvalidInput(f"must be immediate, on_action, {_RELATIVE_FORM}, {_CALENDAR_FORM}", path=path)
    return plan


def expiry_plan(text: object, path: str) -> Plan:
    """Read the text of an expiry.

    Args:
        text: `unlimited`, a relative form or a calendar form.
        path: Where it stands, for the message.

    Returns:
        The plan; that of a fixed day leads to the midnight after it.

    Raises:
        InvalidInput: It is no text, or none of these forms.
        LimitExceeded: It counts more than a thousand years.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> expiry_plan("end_of_month(12M)", "expiry").months
        12
    """
    known = _text(text, path)
    if known == "unlimited":
        return Plan(NO_END)
    plan = _relative(known, path) or _calendar(known, path, is_end=True)
    if plan is None:
        raise InvalidInput(f"must be unlimited, {_RELATIVE_FORM}, {_CALENDAR_FORM}", path=path)
    return plan


def duration_plan(text: object, path: str) -> Plan:
    """Read the text of a duration.

    Args:
        text: A relative form.
        path: Where it stands, for the message.

    Returns:
        The plan.

    Raises:
        InvalidInput: It is no text, or not of this form.
        LimitExceeded: It counts more than a thousand years.

    Source:
        DOMAIN.md 3.1.

    Example:
        >>> duration_plan("2W", "duration").days
        14
    """
    plan = _relative(_text(text, path), path)
    if plan is None:
        raise InvalidInput(f"must be {_RELATIVE_FORM}", path=path)
    return plan
