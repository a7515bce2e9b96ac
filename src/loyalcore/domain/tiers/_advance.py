"""Advance: the one function that moves a standing through time and through changes of the measure.

Between two checkpoints the measure is constant but for gains that stop to count. What time does at one instant happens
in this order: gains leave a rolling window; the tier ends, and is judged by what counts up to there; the year of a
calendar or anniversary window ends; then whatever the measure gives is given. A checkpoint comes after all of it.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from loyalcore.domain.customers import Standing
from loyalcore.domain.tiers._amount import minus, plus
from loyalcore.domain.tiers._model import Downgrade
from loyalcore.domain.tiers._term import end_of_term
from loyalcore.domain.tiers._window import WindowKind
from loyalcore.values.clock import NEVER, from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from loyalcore.domain.tiers._model import TierSet

# The rank after a tier ended without being qualified for again: of (held, what the measure gives, held before).
_DOWN: Final[dict[Downgrade, Callable[[int, int, int], int]]] = {
    Downgrade.NEVER: lambda held, gives, before: held,
    Downgrade.REAL_TIME: lambda held, gives, before: gives,
    Downgrade.ONE_DOWN: lambda held, gives, before: held - 1,
    Downgrade.BALANCE_BASED: lambda held, gives, before: gives,
    # A tier held before and ranked higher was itself lost: it does not come back, the next lower one does.
    Downgrade.PREVIOUS_TIER: lambda held, gives, before: before if before < held else held - 1,
    Downgrade.KEEP_HIGHEST: lambda held, gives, before: max(gives, held - 1),
}


class _Walk:
    """A standing on its way through time, in microseconds."""

    def __init__(self, standing: Standing, tiers: TierSet, zone: ZoneInfo, joined_at: datetime | None) -> None:
        self.tiers = tiers
        self.zone = zone
        self.window = tiers.window.kind
        self.joined = None if joined_at is None else to_micros(joined_at)
        self.tier, self.previous, self.measured = standing.tier, standing.previous, standing.measured
        self.rank = tiers.rank_of(standing.tier)
        self.since = standing.since
        self.ends = NEVER if standing.expires_at is None else to_micros(standing.expires_at)
        # Who has held a tier is a member since long; for all others joining is an instant on the way.
        self.is_member = standing.since is not None
        self.joins = NEVER if self.is_member or self.joined is None else self.joined
        self.gains: list[tuple[int, int | Decimal]] = []
        self.counted: int | Decimal = 0
        if self.window is not WindowKind.LIFETIME:
            self.gains += standing.gains
            for _, amount in standing.gains:
                self.counted = plus(self.counted, amount)

    @property
    def value(self) -> int | Decimal:
        """The measure now; what returns took back of gains that count no more leaves no debt."""
        if self.window is WindowKind.LIFETIME:
            return 0 if self.measured is None else self.measured
        return max(self.counted, 0)

    def pass_time(self, to: int) -> None:
        """Let happen what time alone does up to and at an instant."""
        while (at := min(self.joins, self.ends, self.gains[0][0] if self.gains else NEVER)) <= to and at < NEVER:
            if self.window is WindowKind.ROLLING:
                self._drop(at)
            if at == self.joins:
                self.joins = NEVER
                self.is_member = True
            if at == self.ends:
                self._expire(at)
            self._drop(at)
            self._settle(at)

    def measure(self, at: int, value: int | Decimal) -> None:
        """Take a new value of the measure since the beginning."""
        if self.window is not WindowKind.LIFETIME:
            gain = minus(value, 0 if self.measured is None else self.measured)
            until = self.tiers.window.until(at, self.joined, self.zone) if gain else at
            if until > at:
                self._add(until, gain)
        self.measured = value
        self._settle(at)

    def _add(self, until: int, gain: int | Decimal) -> None:
        self.counted = plus(self.counted, gain)
        place = bisect_left(self.gains, until, key=lambda each: each[0])
        if place == len(self.gains) or self.gains[place][0] != until:
            self.gains.insert(place, (until, gain))
            return
        total = plus(self.gains[place][1], gain)
        self.gains[place : place + 1] = [(until, total)] if total else []

    def _drop(self, at: int) -> None:
        while self.gains and self.gains[0][0] <= at:
            self.counted = minus(self.counted, self.gains.pop(0)[1])

    def _settle(self, at: int) -> None:
        """Give what the measure gives: a higher tier at once, a lower one only where the program says so."""
        if not self.is_member:
            return
        gives = self.tiers.rank_at(self.value)
        if gives > self.rank or (gives < self.rank and self.tiers.downgrade is Downgrade.REAL_TIME):
            self._change(gives, at, is_next=False)

    def _expire(self, at: int) -> None:
        """Renew the tier where it is qualified for again, or go where the program's policy says."""
        gives = self.tiers.rank_at(self.value)
        if self.rank < 0:
            rank = gives
        elif gives >= self.rank:
            rank = self.rank
        else:
            # Never below what the measure gives: upgrades come at once.
            before = self.tiers.rank_of(self.previous)
            rank = max(gives, _DOWN[self.tiers.downgrade](self.rank, gives, before))
        if self.window is WindowKind.SINCE_RENEWAL:
            self.gains, self.counted = [], 0
        self._change(rank, at, is_next=True)

    def _change(self, rank: int, at: int, *, is_next: bool) -> None:
        tier = None if rank < 0 else self.tiers.levels[rank].name
        if tier != self.tier:
            self.previous = self.tier
        self.tier, self.rank, self.since = tier, rank, from_micros(at)
        joined = at if self.joined is None else self.joined
        self.ends = NEVER if rank < 0 else end_of_term(self.tiers, at, joined, self.zone, is_next=is_next)

    def standing(self) -> Standing:
        """The standing here."""
        return Standing(
            tier=self.tier,
            since=self.since,
            expires_at=None if self.ends == NEVER else from_micros(self.ends),
            previous=self.previous,
            measured=None if self.is_member and self.tiers.only_climbs else self.measured,
            gains=tuple(self.gains),
        )


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
    walk = _Walk(standing, tiers, zone, joined_at)
    for at, value in values:
        walk.pass_time(at)
        walk.measure(at, value)
    walk.pass_time(to)
    after = walk.standing()
    return standing if after == standing else after


def _stays(
    standing: Standing,
    tiers: TierSet,
    joined_at: datetime | None,
    values: tuple[tuple[int, int | Decimal], ...] | list[tuple[int, int | Decimal]],
) -> bool:
    """Whether no value reaches the next tier of a set in which nothing else can change: no walk is needed then."""
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
    # A gain that stops to count matters at once where tiers are lost at once; one that was taken back, everywhere.
    if tiers.downgrade is Downgrade.REAL_TIME or any(amount < 0 for _, amount in standing.gains):
        return min(ends, standing.gains[0][0]) if standing.gains else ends
    return ends
