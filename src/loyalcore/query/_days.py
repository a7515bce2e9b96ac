"""Days as a query names them: a date, `today`, or so many days, weeks, months or years from today."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded

COUNT_MAX: Final = 99_999
_UNITS: Final = frozenset("dwmy")
_SHORT: Final = re.compile(r"([+-][0-9]{1,5})([dwmy])")
_LONG: Final = re.compile(r"([0-9]{1,5})_(day|week|month|year)s?_ago")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FORMS: Final = "a day such as 2024-12-31, today, yesterday, -4w or 12_months_ago"


def _count(count: int) -> int:
    if isinstance(count, bool) or not isinstance(count, int):
        raise InvalidInput(f"must be a whole number, not {type(count).__name__}", path="count")
    if abs(count) > COUNT_MAX:
        raise LimitExceeded("leads too far", path="count", limit=COUNT_MAX)
    return int(count)


def _unit(unit: str) -> str:
    plain = str.__str__(unit) if isinstance(unit, str) else ""
    if plain not in _UNITS:
        raise InvalidInput("must be d, w, m or y", path="unit")
    return plain


@attrs.frozen
class Relative:
    """A day counted from the day on which the query is asked.

    Args:
        count: How many units, 0 to 99,999 in either direction; negative is the past.
        unit: `d`, `w`, `m` (months) or `y`. From the 31st a shorter month gives its last day.

    Raises:
        InvalidInput: The count is no whole number, or the unit is another one.
        LimitExceeded: The count is too large.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> str(Relative(-12, "m"))
        '-12m'
    """

    count: int = attrs.field(converter=_count)
    unit: str = attrs.field(converter=_unit)

    def __attrs_post_init__(self) -> None:
        if not self.count:
            object.__setattr__(self, "unit", "d")

    def __str__(self) -> str:
        words = {(0, "d"): "today", (-1, "d"): "yesterday"}
        return words.get((self.count, self.unit)) or f"{self.count:+d}{self.unit}"

    def day(self, today: date) -> date:
        """Return the day.

        Args:
            today: The day on which the query is asked.

        Returns:
            The day that is meant.

        Raises:
            LimitExceeded: It is outside of the years 1 to 9999.

        Example:
            >>> Relative(-1, "m").day(date(2024, 3, 31))
            datetime.date(2024, 2, 29)
        """
        try:
            if self.unit in "dw":
                return today + timedelta(days=self.count * (7 if self.unit == "w" else 1))
            months = today.year * 12 + today.month - 1 + self.count * (12 if self.unit == "y" else 1)
            year, month = divmod(months, 12)
            last = monthrange(date(year, month + 1, 1).year, month + 1)[1]
            return date(year, month + 1, min(today.day, last))
        except (OverflowError, ValueError):
            raise LimitExceeded("leads beyond the years that days have", path="day", limit=date.max.year) from None


TODAY: Final = Relative(0, "d")
"""The day on which the query is asked."""
YESTERDAY: Final = Relative(-1, "d")
"""The day before."""


def days_ago(count: int) -> Relative:
    """Return the day that is so many days ago; a negative count is to come.

    Raises:
        InvalidInput: The count is no whole number.
        LimitExceeded: The count is more than 99,999.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> days_ago(1) == YESTERDAY
        True
    """
    return _ago(count, "d")


def weeks_ago(count: int) -> Relative:
    """Return the day that is so many weeks ago; a negative count is to come.

    Raises:
        InvalidInput: The count is no whole number.
        LimitExceeded: The count is more than 99,999.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> str(weeks_ago(4))
        '-4w'
    """
    return _ago(count, "w")


def months_ago(count: int) -> Relative:
    """Return the day that is so many months ago; a negative count is to come.

    Raises:
        InvalidInput: The count is no whole number.
        LimitExceeded: The count is more than 99,999.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> str(months_ago(12))
        '-12m'
    """
    return _ago(count, "m")


def years_ago(count: int) -> Relative:
    """Return the day that is so many years ago; a negative count is to come.

    Raises:
        InvalidInput: The count is no whole number.
        LimitExceeded: The count is more than 99,999.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> str(years_ago(-1))
        '+1y'
    """
    return _ago(count, "y")


def _ago(count: int, unit: str) -> Relative:
    return Relative(-_count(count), unit)


def parse_day(text: object, path: str) -> date | Relative:
    """Read a day.

    Args:
        text: Such as `2024-12-31`, `today`, `yesterday`, `-4w`, `+1y` or `12_months_ago`.
        path: Where it stands, for the message.

    Returns:
        The date, or the day counted from today.

    Raises:
        InvalidInput: It is no text of such a form, or names a day that does not exist.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> parse_day("12_months_ago", "joined_at") == months_ago(12)
        True
    """
    if not isinstance(text, str):
        raise InvalidInput(f"must be a text, not {type(text).__name__}", path=path)
    text = str.__str__(text)
    if text in {"today", "yesterday"}:
        return TODAY if text == "today" else YESTERDAY
    if short := _SHORT.fullmatch(text):
        return Relative(int(short[1]), short[2])
    if long := _LONG.fullmatch(text):
        return Relative(-int(long[1]), long[2][0])
    if _DATE.fullmatch(text) is None:
        raise InvalidInput(f"must be {_FORMS}", path=path)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("names a day that does not exist", path=path) from None
