"""The walk: one standing on its way through time and through changes of the measure, in microseconds."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.customers import Standing
from loyalcore.domain.tiers._amount import minus, plus
from loyalcore.domain.tiers._model import Downgrade, Resets
from loyalcore.domain.tiers._term import anchor_of, end_of_term
from loyalcore.domain.tiers._window import WindowKind
from loyalcore.values.clock import NEVER, from_micros, to_micros
from loyalcore.values.periods import anniversary_of

if TYPE_CHECKING:
    from collections.abc import Callable
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


class Walk:
    """A standing that no hand has set, on its way through time."""

    def __init__(self, standing: Standing, tiers: TierSet, zone: ZoneInfo, joined_at: datetime | None) -> None:
        self.tiers = tiers
        self.zone = zone
        self.start = standing
        self.window = tiers.window.kind
        self.joined = None if joined_at is None else to_micros(joined_at)
        self.anchored = anchor_of(tiers, standing, zone)
        self.tier, self.previous, self.measured = standing.tier, standing.previous, standing.measured
        self.rank = tiers.rank_of(standing.tier)
        self.since = standing.since
        self.ends = NEVER if standing.expires_at is None else to_micros(standing.expires_at)
        self.completed, self.renewed, self.is_warned = standing.completed, standing.renewed, standing.is_warned
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

    @property
    def value_at_end(self) -> int | Decimal:
        """What of the measure will still count when the tier ends, if nothing is added."""
        if self.window is WindowKind.LIFETIME:
            return self.value
        # A year that ends with the tier is judged with it; a gain that rolls out with it is not.
        last = self.ends + (self.window is WindowKind.ROLLING)
        counted: int | Decimal = 0
        for until, amount in self.gains:
            if until >= last:
                counted = plus(counted, amount)
        return max(counted, 0)

    @property
    def looks(self) -> int:
        """When it is looked at whether the tier is about to be lost; never where it was."""
        return NEVER if self.is_warned is not None or not self.tiers.warns or self.ends == NEVER else self._eve

    @property
    def _eve(self) -> int:
        return self.ends - self.tiers.warns

    def pass_time(self, to: int) -> None:
        """Let happen what time alone does up to and at an instant."""
        while True:
            at = min(self.joins, self.ends, self.gains[0][0] if self.gains else NEVER)
            if self.looks <= min(at, to):
                self._look()
                continue
            if at > to or at >= NEVER:
                return
            if self.window is WindowKind.ROLLING:
                self._drop(at)
            if at == self.joins:
                self.joins = NEVER
                self.is_member = True
            if at == self.ends:
                self._expire(at)
            self._drop(at)
            self.settle(at)

    def measure(self, at: int, value: int | Decimal) -> None:
        """Take a new value of the measure since the beginning."""
        if self.window is not WindowKind.LIFETIME:
            gain = minus(value, 0 if self.measured is None else self.measured)
            until = self._until(at) if gain else at
            if until > at:
                self._add(until, gain)
        self.measured = value
        self.settle(at)

    def _until(self, at: int) -> int:
        until = self.tiers.window.until(at, self.joined, self.zone)
        if self.tiers.resets is Resets.ANNIVERSARY and self.joined is not None and at >= self.joined:
            return min(until, anniversary_of(self.joined, at, self.zone)[1])
        return until

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
            if self.renewed is not None:
                self.renewed = min(self.renewed, max(self.counted, 0))

    def settle(self, at: int) -> None:
        """Give what the measure gives: a higher tier at once, a lower one only where the program says so."""
        if not self.is_member:
            return
        gives = self.tiers.rank_at(self.value)
        if gives > self.rank or (gives < self.rank and self.tiers.downgrade is Downgrade.REAL_TIME):
            self._change(gives, at, is_next=False)
        elif self._is_renewed(gives):
            self._renew(self.rank, at, is_next=False)
        if self.is_warned is False and at >= self._eve:
            self._look()

    def _is_renewed(self, gives: int) -> bool:
        """Whether the tier held is qualified for again before its end: in a grace, or counted from the last renewal."""
        if self.completed is not None:
            return gives >= self.rank
        if self.renewed is None or not self.tiers.thresholds[self.rank]:
            return False
        return minus(self.counted, self.renewed) >= self.tiers.thresholds[self.rank]

    def _look(self) -> None:
        """Note whether the tier is about to be lost."""
        is_lost = self.tiers.downgrade is not Downgrade.NEVER
        self.is_warned = is_lost and self.tiers.rank_at(self.value_at_end) < self.rank

    def _expire(self, at: int) -> None:
        """Renew the tier where it is qualified for again, or go where the program's policy says."""
        gives = self.tiers.rank_at(self.value)
        if self.rank < 0 or gives >= self.rank:
            self._renew(max(self.rank, gives) if self.rank < 0 else self.rank, at, is_next=True)
            return
        if self.tiers.grace is not None and self.completed is None:
            self.completed, self.ends = self.value, self.tiers.grace.resolve(at, self.zone)
            return
        judged = gives if self.completed is None else self.tiers.rank_at(self.completed)
        # Never below what the measure gives: upgrades come at once.
        before = self.tiers.rank_of(self.previous)
        self._renew(max(gives, _DOWN[self.tiers.downgrade](self.rank, judged, before)), at, is_next=True)

    def _renew(self, rank: int, at: int, *, is_next: bool) -> None:
        if self.window is WindowKind.SINCE_RENEWAL:
            self.gains, self.counted = [], 0
        self._change(rank, at, is_next=is_next)

    def _change(self, rank: int, at: int, *, is_next: bool) -> None:
        tier = None if rank < 0 else self.tiers.levels[rank].name
        if tier != self.tier:
            self.previous = self.tier
            if self.tiers.resets is Resets.TIER_CHANGE:
                self.gains, self.counted = [], 0
        self.tier, self.rank, self.since = tier, rank, from_micros(at)
        self.completed = self.is_warned = None
        self.renewed = self.counted if self.window is WindowKind.SINCE_RENEWAL and rank >= 0 else None
        self.begin_term(at, is_next=is_next)

    def begin_term(self, at: int, *, is_next: bool = False) -> None:
        """Say when the tier ends that is held from an instant on."""
        joined = at if self.joined is None else self.joined
        self.ends = NEVER
        if self.rank >= 0:
            self.ends = end_of_term(self.tiers, at, joined, self.zone, is_next=is_next, anchored=self.anchored)

    def standing(self) -> Standing:
        """The standing here."""
        return attrs.evolve(
            self.start,
            tier=self.tier,
            since=self.since,
            expires_at=None if self.ends == NEVER else from_micros(self.ends),
            previous=self.previous,
            measured=None if self.is_member and self.tiers.only_climbs else self.measured,
            gains=tuple(self.gains),
            completed=self.completed,
            renewed=self.renewed,
            is_warned=self.is_warned,
        )
