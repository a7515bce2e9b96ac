"""Which rewards an event brings to which side, and how many times a member has had one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.domain.referrals._policy import ReferralPolicy
    from loyalcore.domain.referrals._reward import ReferralReward, RewardEvent, RewardSide

    Caps = tuple[tuple[str, int, int], ...]


def rewards_for(policy: ReferralPolicy, event: RewardEvent) -> tuple[tuple[ReferralReward, RewardSide], ...]:
    """Return the rewards of an event in the order of the document, one that both sides have once for each.

    Args:
        policy: What the program says.
        event: What is rewarded; a first order is an `every_order` too, and is asked for as both.

    Source: DOMAIN 3.6.

    Example:
        >>> from loyalcore.domain.referrals import ReferralPolicy, ReferralReward, RewardEvent, RewardSide
        >>> both = ReferralReward("hello", points=100, side=RewardSide.BOTH, on=RewardEvent.CLAIMED)
        >>> [side.value for _, side in rewards_for(ReferralPolicy(rewards=(both,)), RewardEvent.CLAIMED)]
        ['referrer', 'referee']
    """
    return tuple((reward, side) for reward in policy.rewards if reward.on is event for side in reward.sides)


def is_capped(reward: ReferralReward, caps: Caps, total: int, at: datetime, zone: ZoneInfo) -> bool:
    """Return whether a reward was granted as often as it may be, to one member or in all.

    Args:
        reward: The reward.
        caps: What the member's caps have counted, as `Membership.caps`.
        total: How many times it was granted to all members together; not asked where there is no such limit.
        at: When it would be granted, UTC.
        zone: The program's zone.

    Source: DOMAIN 3.6 (capped per period).
    """
    if reward.max_total is not None and total >= reward.max_total:
        return True
    if reward.max_per_customer is None:
        return False
    until = reward.capped_until(to_micros(at), zone)
    return sum(each for name, end, each in caps if (name, end) == (reward.cap_name, until)) >= reward.max_per_customer


def counted(caps: Caps, reward: ReferralReward, at: datetime, zone: ZoneInfo, by: int = 1) -> Caps:
    """Return what a member's caps have counted after a reward was granted, or taken back.

    Args:
        caps: (rule, until, count) before, as `Membership.caps`; those whose time is over are left out.
        reward: The reward; one without a cap for each customer is not counted.
        at: When it was granted, UTC, also where it is taken back.
        zone: The program's zone.
        by: 1 for one that was granted, -1 for one that was taken back.

    Source: DOMAIN 3.6.

    Example:
        >>> from loyalcore.domain.referrals import ReferralReward, RewardEvent, RewardSide
        >>> from loyalcore.values.calendar import check_zone
        >>> from loyalcore.values.clock import EPOCH
        >>> hello = ReferralReward(
        ...     "hello", points=100, side=RewardSide.REFERRER, on=RewardEvent.CLAIMED, max_per_customer=5
        ... )
        >>> [(name, count) for name, _, count in counted((), hello, EPOCH, check_zone("UTC", "zone"))]
        [('referral:hello', 1)]
    """
    if reward.max_per_customer is None:
        return caps
    instant = to_micros(at)
    found = {(name, until): count for name, until, count in caps if until > instant}
    place = (reward.cap_name, reward.capped_until(instant, zone))
    found[place] = max(found.get(place, 0) + by, 0)
    return tuple([(name, until, count) for (name, until), count in sorted(found.items()) if count])
