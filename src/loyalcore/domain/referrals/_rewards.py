"""The rewards for referrals: who gets how many points, on which event, after which delay, and how often."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.referrals._checks import check_id, counts, refuse
from loyalcore.errors import Fault
from loyalcore.values.calendar import parse_expiry, parse_start
from loyalcore.values.checks import gather, maybe, member_of
from loyalcore.values.clock import NEVER
from loyalcore.values.ids import check_text
from loyalcore.values.periods import Period, period_of
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from loyalcore.values.checks import Check

CAP_PREFIX: Final = "referral:"


class RewardSide(StrEnum):
    """Who is rewarded.

    Source: DOMAIN 3.6.
    """

    REFERRER = "referrer"
    """Who referred."""
    REFEREE = "referee"
    """Who was referred."""
    BOTH = "both"
    """Both, with the same points each."""


class RewardEvent(StrEnum):
    """What is rewarded.

    Source: DOMAIN 3.6.
    """

    CLAIMED = "claimed"
    """The referee claimed the link."""
    REGISTERED = "registered"
    """The referee has an account in the shop."""
    FIRST_ORDER = "first_order"
    """The first closed order that used the code."""
    EVERY_ORDER = "every_order"
    """Each closed order that used it, the first among them."""


@attrs.frozen
class ReferralReward:
    """Points for a referral; each side has them at most once for each event.

    Args:
        id: Its name in the program, 1 to 64 printable characters; it stands in every entry that it grants.
        points: How many points, at least 1, in the program's smallest unit.
        side: Who gets them; of `both` each side gets so many.
        on: What is rewarded.
        ledger: The ledger that it grants in, `""` for the main one.
        activation: When its points become active, a start: until then they are pending; None: as the program says.
        expiry: When they lapse; None: as the program says.
        max_per_customer: How many times one member gets it in a calendar `period`.
        period: That period, in the program's zone; None: ever.
        max_total: How many times it is granted to all members together.

    Raises:
        InvalidDocument: One or more of them are of another type, out of range, or contradict each other; all are named.

    Source: DOMAIN 3.6 (rewards: who, on, what, after a delay, capped per period).

    Example:
        >>> friend = ReferralReward("friend", points=500, side=RewardSide.REFERRER, on=RewardEvent.FIRST_ORDER)
        >>> friend.cap_name
        'referral:friend'
    """

    id: str
    points: int = attrs.field(kw_only=True)
    side: RewardSide = attrs.field(kw_only=True)
    on: RewardEvent = attrs.field(kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    activation: str | None = attrs.field(default=None, kw_only=True)
    expiry: str | None = attrs.field(default=None, kw_only=True)
    max_per_customer: int | None = attrs.field(default=None, kw_only=True)
    period: Period | None = attrs.field(default=None, kw_only=True)
    max_total: int | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        refuse(gather(self, CHECKS), self._contradictions())

    def _contradictions(self) -> Iterator[Fault]:
        if self.period is not None and self.max_per_customer is None:
            yield Fault("max_per_customer", "is needed: a cap per period says how many times in it")

    @property
    def cap_name(self) -> str:
        """The name under which a member's caps count it."""
        return CAP_PREFIX + self.id

    @property
    def sides(self) -> tuple[RewardSide, ...]:
        """The sides that it rewards, the referrer first."""
        return (RewardSide.REFERRER, RewardSide.REFEREE) if self.side is RewardSide.BOTH else (self.side,)

    def capped_until(self, at: int, zone: ZoneInfo) -> int:
        """Return the instant at which what one member got of it is counted anew.

        Args:
            at: When it is granted, in microseconds since 1970.
            zone: The program's zone.

        Returns:
            Microseconds since 1970, `NEVER` for a cap that is for good.

        Source: DOMAIN 3.6.
        """
        return NEVER if self.period is None else period_of(at, self.period, zone)[1]


CHECKS: Final[Mapping[str, Check]] = {
    "id": check_id,
    "points": check_points,
    "side": member_of(RewardSide),
    "on": member_of(RewardEvent),
    "ledger": lambda value, path: check_text(value, path, length_min=0),
    "activation": maybe(lambda value, path: parse_start(check_text(value, path), path).text),
    "expiry": maybe(lambda value, path: parse_expiry(check_text(value, path), path).text),
    "max_per_customer": maybe(counts(1)),
    "period": maybe(member_of(Period)),
    "max_total": maybe(counts(1)),
}
"""What each setting of a reward must be."""
