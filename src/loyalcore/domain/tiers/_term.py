"""Terms: until when a tier lasts, one function for each anchor."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from loyalcore.domain.tiers._model import Anchor
from loyalcore.values.calendar import Duration
from loyalcore.values.clock import DAY, NEVER
from loyalcore.values.periods import Period, period_of
from loyalcore.values.zones import midnight

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from loyalcore.domain.customers import Standing
    from loyalcore.domain.tiers._model import TierSet

_SPAN = re.compile(r"([0-9]+)([smhDWMY])(.*)")
_SECOND = 1_000_000
_FIRST: Final = date(1970, 1, 1)
# The longest that one of each unit can be; so a number of cycles worked out with it is never too high.
_LONGEST: Final[dict[str, int]] = {
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
    "D": DAY,
    "W": 7 * DAY,
    "M": 31 * DAY,
    "Y": 366 * DAY,
}
# Cycles to step back before looking: a zone that once repeated a day has had more hours than its days tell.
_SLACK = 2


def anchor_of(tiers: TierSet, standing: Standing, zone: ZoneInfo) -> int | None:
    """Return the instant that an attribute of the customer names as the anchor; None where nothing does."""
    day = standing.anchored_on
    if tiers.anchor is not Anchor.CUSTOMER_ATTRIBUTE or day is None:
        return None
    return midnight((day - _FIRST).days, zone)


def end_of_term(
    tiers: TierSet, start: int, joined: int, zone: ZoneInfo, *, is_next: bool, anchored: int | None = None
) -> int:
    """Return the instant at which a tier ends unless it is qualified for again.

    Args:
        tiers: The tier set.
        start: When the tier was reached or renewed, in microseconds since 1970.
        joined: When the member joined, in microseconds since 1970, not after `start`.
        zone: The program's zone.
        is_next: The term begins where another one has ended.
        anchored: The instant that an attribute of the customer names, in microseconds since 1970.

    Returns:
        Microseconds since 1970, after `start`; `NEVER` where tiers do not end.

    Raises:
        LimitExceeded: The instant is beyond the year 9990.

    Source: DOMAIN 3.5 (expiry anchor).
    """
    span = tiers.expires_in
    if span is None:
        return NEVER
    if anchored is not None and anchored > start:
        return anchored
    return _TERM[tiers.anchor](span, start, joined if anchored is None else anchored, zone, is_next)


def _from_start(span: Duration, start: int, joined: int, zone: ZoneInfo, is_next: bool) -> int:
    return span.resolve(start, zone)


def _from_joining(span: Duration, start: int, joined: int, zone: ZoneInfo, is_next: bool) -> int:
    """The first end of a cycle after the start; each cycle is counted from the joining, never from the one before."""
    digits, unit, rounding = _SPAN.findall(span.text)[0]
    count = int(digits)
    cycles = max(1, (start - joined) // (count * _LONGEST[unit]) - _SLACK)
    while (end := _duration(count * cycles, unit, rounding).resolve(joined, zone)) <= start:
        cycles += 1
    return end


def _absolute(span: Duration, start: int, joined: int, zone: ZoneInfo, is_next: bool) -> int:
    # A term that ended at midnight was valid through the day before: the next one is counted from that day.
    last = span.resolve(start - is_next, zone)
    return period_of(last, Period("yearly"), zone)[1]


_TERM: Final[dict[Anchor, Callable[[Duration, int, int, ZoneInfo, bool], int]]] = {
    Anchor.TIER_START_DATE: _from_start,
    Anchor.PROGRAM_JOIN_DATE: _from_joining,
    Anchor.CUSTOMER_ATTRIBUTE: _from_joining,
    Anchor.ABSOLUTE: _absolute,
}


@lru_cache(maxsize=1024)
def _duration(count: int, unit: str, rounding: str) -> Duration:
    return Duration(f"{count}{unit}{rounding}")
