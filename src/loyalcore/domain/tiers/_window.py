"""Windows: how long a gain counts in a measure.

A gain is kept with the instant until which it counts, worked out once when it is made; to count is then to add up what
is left. One function for each kind of window; `NEVER` stands for a gain that no clock takes away.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.calendar import Duration
from loyalcore.values.clock import NEVER
from loyalcore.values.periods import Period, anniversary_of, period_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

ROLLING_MONTHS_MAX: Final = 1200
_ROLLING = re.compile(r"rolling_([1-9][0-9]{0,8})M")


class WindowKind(StrEnum):
    """Over what a measure is taken."""

    LIFETIME = "lifetime"
    """Everything since the beginning."""
    ROLLING = "rolling"
    """The last n months: a gain counts until n months after it."""
    CALENDAR_YEAR = "calendar_year"
    """The calendar year in the program's zone."""
    ANNIVERSARY_YEAR = "anniversary_year"
    """The year of membership, from the day of joining."""
    SINCE_RENEWAL = "since_renewal"
    """Everything since the tier was last looked at by its expiry."""


@attrs.frozen
class Window:
    """A window of a measure.

    Args:
        kind: Over what the measure is taken.
        months: The length of a rolling window in months, 1 to 1200; else 0.

    Raises:
        InvalidInput: The kind is none, or the months do not fit it.
        LimitExceeded: A rolling window is longer than 1200 months.

    Source: DOMAIN 3.5.

    Example:
        >>> Window(WindowKind.ROLLING, 12).text
        'rolling_12M'
    """

    kind: WindowKind = WindowKind.LIFETIME
    months: int = 0

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.kind, WindowKind):
            raise InvalidInput(f"must be a WindowKind, not {type(self.kind).__name__}", path="kind")
        least = 1 if self.kind is WindowKind.ROLLING else 0
        if type(self.months) is not int or self.months < least or (self.months and not least):
            raise InvalidInput("must be 1 or more for a rolling window, 0 for all others", path="months")
        if self.months > ROLLING_MONTHS_MAX:
            raise LimitExceeded("is too long a window", path="months", limit=ROLLING_MONTHS_MAX)

    @property
    def text(self) -> str:
        """The window as a document writes it."""
        return f"rolling_{self.months}M" if self.kind is WindowKind.ROLLING else self.kind.value

    def __str__(self) -> str:
        return self.text

    def until(self, at: int, joined: int | None, zone: ZoneInfo) -> int:
        """Return the instant until which a gain counts.

        Args:
            at: The gain, in microseconds since 1970.
            joined: When the member joined, in microseconds since 1970; None before that.
            zone: The program's zone.

        Returns:
            Microseconds since 1970, exclusive: the gain's own instant if it never counts; `NEVER` if no clock ends it.

        Raises:
            LimitExceeded: The instant is beyond the year 9990.

        Source: DOMAIN 3.1 (half-open windows), 3.5.

        Example:
            >>> from zoneinfo import ZoneInfo
            >>> Window(WindowKind.CALENDAR_YEAR).until(0, None, ZoneInfo("UTC")) // 86_400_000_000
            365
        """
        return _UNTIL[self.kind](self, at, joined, zone)


def parse_window(text: object, path: str) -> Window:
    """Read a window.

    Args:
        text: `lifetime`, `rolling_12M` (any number of months), `calendar_year`, `anniversary_year` or `since_renewal`.
        path: Where it stands, for the message.

    Returns:
        The window; its `text` is what was read.

    Raises:
        InvalidInput: It is no text, or none of these forms.
        LimitExceeded: It rolls over more than 1200 months.

    Source: DOMAIN 3.5.

    Example:
        >>> parse_window("rolling_6M", "window").months
        6
    """
    if isinstance(text, str):
        rolling = _ROLLING.fullmatch(text)
        if rolling is not None:
            months = int(rolling[1])
            if months > ROLLING_MONTHS_MAX:
                raise LimitExceeded("is too long a window", path=path, limit=ROLLING_MONTHS_MAX)
            return Window(WindowKind.ROLLING, months)
        if text in _PLAIN:
            return Window(WindowKind(text))
    raise InvalidInput(f"must be one of {', '.join(sorted(_PLAIN))}, or rolling_12M (any number of months)", path=path)


_PLAIN: Final = frozenset(kind.value for kind in WindowKind if kind is not WindowKind.ROLLING)


@cache
def _months(count: int) -> Duration:
    return Duration(f"{count}M")


def _rolling(window: Window, at: int, joined: int | None, zone: ZoneInfo) -> int:
    return _months(window.months).resolve(at, zone)


def _calendar_year(window: Window, at: int, joined: int | None, zone: ZoneInfo) -> int:
    return period_of(at, Period("yearly"), zone)[1]


def _anniversary_year(window: Window, at: int, joined: int | None, zone: ZoneInfo) -> int:
    if joined is None or at < joined:
        return at
    return anniversary_of(joined, at, zone)[1]


def _endless(window: Window, at: int, joined: int | None, zone: ZoneInfo) -> int:
    return NEVER


_UNTIL: Final[dict[WindowKind, Callable[[Window, int, int | None, ZoneInfo], int]]] = {
    WindowKind.LIFETIME: _endless,
    WindowKind.ROLLING: _rolling,
    WindowKind.CALENDAR_YEAR: _calendar_year,
    WindowKind.ANNIVERSARY_YEAR: _anniversary_year,
    WindowKind.SINCE_RENEWAL: _endless,
}
