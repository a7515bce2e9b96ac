"""Advance: the one function that moves a standing through time and through changes of the measure.

Between two checkpoints the measure is constant but for gains that stop to count. What time does at one instant happens
in this order: gains leave a rolling window; the tier ends, and is judged by what counts up to there; the year of a
calendar or anniversary window ends; then whatever the measure gives is given. A checkpoint comes after all of it.

A tier that was set by hand wins while it lasts; beneath it the standing goes on as if nobody had set it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from loyalcore.domain.customers import Standing
from loyalcore.domain.tiers._hand import beneath, over
from loyalcore.domain.tiers._model import Downgrade
from loyalcore.domain.tiers._walk import Walk
from loyalcore.values.clock import NEVER, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from loyalcore.domain.tiers._model import TierSet


def advance(
    standing: Standing,
    tiers: TierSet,
    zone: ZoneInfo,
    joined_at: datetime | None,
    checkpoints: Iterable[tuple[int, int | Decimal]],
    to: int,
) -> Standing:
    """Move a standing to an instant.

    Advancing in two steps gives what advancing in one does, so that the incremental answer is the recomputed one.

    Args:
        standing: Where the member stands.
        tiers: The program's tiers.
        zone: The program's zone.
        joined_at: When the member joined, aware; None while not a member: then the measure is followed, and no tier is
            given.
        checkpoints: (instant in microseconds since 1970, value of the measure since the beginning from then on): in
            order, none before what the standing was advanced to, none after `to`.
        to: The instant, in microseconds since 1970.

    Returns:
        The standing at the instant; the same object where nothing changed.

    Raises:
        LimitExceeded: A tier or a gain would end beyond the year 9990.

    Source: DOMAIN 3.5.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> from loyalcore.domain.tiers import Level, Measure, TierSet
        >>> from loyalcore.values.clock import EPOCH
        >>> tiers = TierSet(measure=Measure.POINTS_EARNED, levels=(Level("Basic", 0), Level("Gold", 500)))
        >>> advance(Standing(), tiers, ZoneInfo("UTC"), EPOCH, [(7, 499), (9, 500)], 10).tier
        'Gold'
    """
    values = checkpoints if isinstance(checkpoints, tuple | list) else tuple(checkpoints)
    if tiers.only_climbs and _stays(standing, tiers, joined_at, values):
        return standing
    walk = Walk(beneath(standing), tiers, zone, joined_at)
    for at, value in values:
        walk.pass_time(at)
        walk.measure(at, value)
    walk.pass_time(to)
    after = walk.standing()
    if standing.by_hand is not None and (standing.expires_at is None or to_micros(standing.expires_at) > to):
        after = over(after, standing)
    return standing if after == standing else after


def _stays(
    standing: Standing,
    tiers: TierSet,
    joined_at: datetime | None,
    values: tuple[tuple[int, int | Decimal], ...] | list[tuple[int, int | Decimal]],
) -> bool:
    """Whether no value reaches the next tier of a set in which nothing else can change: no walk is needed then."""
    if standing.by_hand is not None:
        return False
    if standing.since is None:
        is_plain = joined_at is not None and standing == _NOWHERE and tiers.thresholds[0] > 0
    else:
        is_plain = standing.measured is None and standing.expires_at is None and not standing.gains
    if not is_plain:
        return False
    rank = tiers.rank_of(standing.tier) + 1
    if rank == len(tiers.thresholds):
        return True
    mark = tiers.thresholds[rank]
    return all(value < mark for _, value in values)


_NOWHERE: Final = Standing()


def next_change(standing: Standing, tiers: TierSet) -> int:
    """Return the next instant at which time alone may change the tier, its start or its end.

    Args:
        standing: Where the member stands.
        tiers: The program's tiers.

    Returns:
        Microseconds since 1970, `NEVER` if there is none.

    Source: DOMAIN 3.2 (the cached next change), 3.5.

    Example:
        >>> from loyalcore.domain.tiers import Level, Measure, TierSet
        >>> tiers = TierSet(measure=Measure.ORDERS, levels=(Level("Basic", 0),))
        >>> next_change(Standing(), tiers) == NEVER
        True
    """
    ends = NEVER if standing.expires_at is None else to_micros(standing.expires_at)
    if standing.by_hand is not None:
        return ends
    if tiers.warns and standing.is_warned is None and ends != NEVER:
        ends -= tiers.warns
    # A gain that stops to count matters at once where tiers are lost at once; one that was taken back, everywhere.
    if tiers.downgrade is Downgrade.REAL_TIME or any(amount < 0 for _, amount in standing.gains):
        return min(ends, standing.gains[0][0]) if standing.gains else ends
    return ends
