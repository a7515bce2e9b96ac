"""The campaign: a window and a limit that codes share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.referrals._checks import check_id, counts, refuse, window_faults
from loyalcore.values.checks import check_flag, gather, maybe
from loyalcore.values.clock import check_instant
from loyalcore.values.ids import check_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from loyalcore.errors import Fault
    from loyalcore.values.checks import Check


@attrs.frozen
class Campaign:
    """A referral campaign; codes that are made for it can be used while it runs.

    Args:
        id: Its name in the program, 1 to 64 printable characters.
        name: What people call it, up to 255 characters.
        is_running: False while it is paused.
        starts_at: From when on it runs, UTC; None: always has.
        ends_at: The first instant at which it runs no more, UTC; None: never.
        limit: How many referrals of it may stand; 0 for no limit.

    Raises:
        InvalidDocument: One or more of them are of another type, out of range, or contradict each other; all are named.

    Source: DOMAIN 1 (campaign), 3.6 (campaign limit, campaign not running).

    Example:
        >>> Campaign("spring", limit=100).is_running
        True
    """

    id: str
    name: str = attrs.field(default="", kw_only=True)
    is_running: bool = attrs.field(default=True, kw_only=True)
    starts_at: datetime | None = attrs.field(default=None, kw_only=True)
    ends_at: datetime | None = attrs.field(default=None, kw_only=True)
    limit: int = attrs.field(default=0, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = gather(self, CHECKS)
        refuse(faults, self._contradictions(faults))

    def _contradictions(self, faults: list[Fault]) -> Iterator[Fault]:
        if {"starts_at", "ends_at"}.isdisjoint(fault.path for fault in faults):
            yield from window_faults(self.starts_at, self.ends_at)

    def runs_at(self, at: datetime) -> bool:
        """Return whether it runs at an instant, and is not paused.

        Args:
            at: UTC.

        Source: DOMAIN 3.1 (windows are half-open), 3.6.
        """
        has_begun = self.starts_at is None or at >= self.starts_at
        return self.is_running and has_begun and (self.ends_at is None or at < self.ends_at)


CHECKS: Final[Mapping[str, Check]] = {
    "id": check_id,
    "name": lambda value, path: check_name(value, path, length_min=0),
    "is_running": check_flag,
    "starts_at": maybe(check_instant),
    "ends_at": maybe(check_instant),
    "limit": counts(0),
}
"""What each setting of a campaign must be."""
