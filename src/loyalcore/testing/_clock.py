"""Time and ids that a test decides."""

from __future__ import annotations

from datetime import datetime, timedelta

from loyalcore.values.clock import check_instant, parse_instant
from loyalcore.values.codes import code_of


class FixedClock:
    """A clock that stands where it is put.

    Args:
        at: The instant, aware, or ISO 8601 text with an offset.

    Example:
        >>> clock = FixedClock("2026-01-31T12:00:00Z")
        >>> clock.move(days=1)
        >>> clock.now().isoformat()
        '2026-02-01T12:00:00+00:00'
    """

    def __init__(self, at: datetime | str) -> None:
        self._at = _instant(at)

    def now(self) -> datetime:
        """The instant it stands at, UTC."""
        return self._at

    def put(self, at: datetime | str) -> None:
        """Put it to an instant, earlier or later."""
        self._at = _instant(at)

    def move(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move it by elapsed time, back with negative numbers."""
        self._at += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _instant(at: datetime | str) -> datetime:
    return parse_instant(at, "at") if isinstance(at, str) else check_instant(at, "at")


class CountedIds:
    """Ids that count: the same run gives the same ids.

    Example:
        >>> ids = CountedIds()
        >>> ids.new("holder"), ids.new("holder")
        ('holder-1', 'holder-2')
    """

    def __init__(self) -> None:
        self._count = 0

    def new(self, kind: str) -> str:
        """Give the next id."""
        self._count += 1
        return f"{kind}-{self._count}"

    def share_code(self) -> str:
        """Give the next share code."""
        self._count += 1
        return code_of(self._count)
