"""What a referral brings: rewards booked once per side and event, and taken back with the order that brought them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.customers import barred_as
from loyalcore.domain.decision import Fact, FactRef
from loyalcore.domain.flows.corrections import let_go, take_back
from loyalcore.domain.ledger import EntryKind, grant
from loyalcore.domain.referrals import ReferralGrant, RewardEvent, RewardSide, rewards_for
from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from loyalcore.domain.flows._referring import Referring, Side
    from loyalcore.domain.ledger import Entry
    from loyalcore.domain.referrals import Referral, ReferralReward

REWARD_LOTS_MAX: Final = 1_000
"""How many rewards of a member are known by their lots: the newest."""


def rewarded(
    referring: Referring,
    referral: Referral,
    *events: RewardEvent,
    order_id: str | None = None,
    occurred_at: datetime | None = None,
) -> Referral:
    """Book the rewards of events of a referral, and return it with them; each is booked once per side and event.

    Args:
        referring: The referrals of the program.
        referral: The referral, in the state that the events have led to.
        events: What has happened.
        order_id: The order that brought it, where one did.
        occurred_at: When that was, by the host.
    """
    for event in events:
        for reward, side in rewards_for(referring.policy, event):
            if not _is_granted(referral, reward, side, order_id):
                referral = _granted(referring, referral, reward, side, order_id, occurred_at)
    return referral


def _is_granted(referral: Referral, reward: ReferralReward, side: RewardSide, order_id: str | None) -> bool:
    """Say whether a reward was had before: once for the referral, or once for each order."""
    if reward.on is not RewardEvent.EVERY_ORDER:
        return any((each.reward, each.side) == (reward.id, side.value) for each in referral.grants)
    return any(each.taken_back_at is None for each in _of_order(referral, reward, side, order_id))


def _of_order(
    referral: Referral, reward: ReferralReward, side: RewardSide, order_id: str | None
) -> list[ReferralGrant]:
    """List what a reward has brought to one side for one order; more than once where the order was closed again."""
    place = (reward.id, side.value, order_id)
    return [each for each in referral.grants if (each.reward, each.side, each.order_id) == place]


def _granted(
    referring: Referring,
    referral: Referral,
    reward: ReferralReward,
    side: RewardSide,
    order_id: str | None,
    occurred_at: datetime | None,
) -> Referral:
    holder_id = referral.referrer_holder_id if side is RewardSide.REFERRER else referral.referee_holder_id
    who = referring.side_of(holder_id)
    points = reward.points - _had(referral, reward, side, order_id)
    refused = "had" if points <= 0 else _refused(referring, reward, side, who)
    if refused is None and referring.program.begins_over(
        reward.activation, reward.expiry, referring.case.now, occurred_at
    ):
        refused = "over"
    done = ReferralGrant(reward=reward.id, side=side.value, event=reward.on.value, order_id=order_id, refused=refused)
    if who is not None and refused is None:
        done = attrs.evolve(done, points=points)
        _move_caps(referring, reward, who, 1, to_micros(referring.case.now))
        done = _booked(referring, referral, reward, who, done, occurred_at)
    return attrs.evolve(referral, grants=(*referral.grants, done))


def _had(referral: Referral, reward: ReferralReward, side: RewardSide, order_id: str | None) -> int:
    """Say how many points of a reward a side has had, and has kept, before this."""
    place = (reward.id, side.value, order_id if reward.on is RewardEvent.EVERY_ORDER else None)
    before = sum(points for *of, points in referral.unrecovered if tuple(of) == place)
    return before + sum(_kept(each) for each in referral.grants if _place(each) == place)


def _place(done: ReferralGrant) -> tuple[str, str, str | None]:
    """Say what is rewarded once: a reward of a side, or of a side and an order."""
    return done.reward, done.side, done.order_id if done.event == RewardEvent.EVERY_ORDER.value else None


def _kept(done: ReferralGrant) -> int:
    """Say how many points of a reward are left to who had it: all, or what taking it back let go."""
    return done.points if done.taken_back_at is None else done.waived


def left_with(history: Iterable[Referral], referrer: Collection[str]) -> tuple[tuple[str, str, str | None, int], ...]:
    """Give the points that referrals of one referee have left with a side of the next one, by reward and order.

    Args:
        history: The referrals before it.
        referrer: The holders of the next one's referrer: what others had is not this referrer's.
    """
    left: dict[tuple[str, str, str | None], int] = {}
    for referral in history:
        is_same = referral.referrer_holder_id in referrer
        for each in referral.grants:
            if is_same or each.side == RewardSide.REFEREE.value:
                left[_place(each)] = left.get(_place(each), 0) + _kept(each)
    return tuple([(*place, points) for place, points in sorted(left.items(), key=str) if points])


def _refused(referring: Referring, reward: ReferralReward, side: RewardSide, who: Side | None) -> str | None:
    """Say why nothing is booked; None where something is."""
    if who is None or barred_as(who.customer, referring.program.customers) is not None:
        return "ineligible"
    if side is RewardSide.REFERRER and who.member.banned_at is not None:
        return "banned"
    at = to_micros(referring.case.now)
    if reward.max_per_customer is not None:
        until = reward.capped_until(at, referring.program.zone)
        had = sum(count for name, end, count in who.member.caps if (name, end) == (reward.cap_name, until))
        if had >= reward.max_per_customer:
            return "capped"
    if reward.max_total is not None:
        counter = referring.counter(reward.cap_name)[1]
        if counter is not None and counter.count >= reward.max_total:
            return "capped"
    return None


def _move_caps(referring: Referring, reward: ReferralReward, who: Side, step: int, granted_at: int) -> None:
    """Count a reward that was had, or that was taken back, in the period in which it was had."""
    if reward.max_total is not None:
        referring.count(reward.cap_name, step)
    if reward.max_per_customer is None:
        return
    at = to_micros(referring.case.now)
    place = (reward.cap_name, reward.capped_until(granted_at, referring.program.zone))
    counted = {(name, until): count for name, until, count in who.member.caps if until > at}
    counted[place] = max(counted.get(place, 0) + step, 0)
    who.change(caps=tuple([(*each, count) for each, count in sorted(counted.items()) if count and each[1] > at]))


def _booked(
    referring: Referring,
    referral: Referral,
    reward: ReferralReward,
    who: Side,
    done: ReferralGrant,
    occurred_at: datetime | None,
) -> ReferralGrant:
    """Book the award of a reward, with the business fact that it pays."""
    case, program = referring.case, referring.program
    entry = grant(
        referring.book(who, reward.ledger),
        EntryKind.AWARD,
        done.points,
        activation=reward.activation,
        expiry=reward.expiry,
        order_id=done.order_id,
        rule=reward.cap_name,
        reason=reward.cap_name,
        occurred_at=occurred_at,
    )
    referring.entries.append(entry)
    line, cycle = "", 1
    if reward.on is RewardEvent.EVERY_ORDER:
        line = done.order_id or ""
        cycle += len(_of_order(referral, reward, RewardSide(done.side), done.order_id))
    ref = FactRef(
        case.world.environment,
        who.customer.holder_id,
        program.id,
        reward.cap_name,
        "referral",
        referral.referral_id,
        line,
        done.side,
        cycle,
    )
    referring.inserts.append(Fact(ref, entry.ledger, entry.seq))
    if not reward.ledger:
        name = referral.referral_id if done.side == RewardSide.REFEREE.value else ""
        lots = (*who.member.reward_lots, (entry.lots[0].lot, name))
        who.change(reward_lots=lots[-REWARD_LOTS_MAX:])
    return attrs.evolve(done, entry_id=entry.id)


# Taking back ----------------------------------------------------------------------------------------------------------


def taken_back(
    referring: Referring,
    referral: Referral,
    which: Callable[[ReferralGrant], bool],
    *,
    reason: str,
    occurred_at: datetime | None = None,
) -> Referral:
    """Take back rewards that a referral has brought, as far as the program's return policy lets them go.

    Args:
        referring: The referrals of the program.
        referral: The referral.
        which: Says of a reward that stands whether it goes.
        reason: Why.
        occurred_at: When that was, by the host.
    """
    grants = [
        _taken_back(referring, referral, each, reason, occurred_at)
        if each.entry_id is not None and each.taken_back_at is None and which(each)
        else each
        for each in referral.grants
    ]
    return attrs.evolve(referral, grants=tuple(grants))


def _taken_back(
    referring: Referring, referral: Referral, done: ReferralGrant, reason: str, occurred_at: datetime | None
) -> ReferralGrant:
    at = referring.case.now
    is_referrer = done.side == RewardSide.REFERRER.value
    who = referring.side_of(referral.referrer_holder_id if is_referrer else referral.referee_holder_id)
    if who is None:
        return attrs.evolve(done, taken_back_at=at, waived=done.points)
    case = referring.case
    ledger = str(done.entry_id).split(":", 3)[3]
    book = referring.book(who, ledger)
    award = case.entry(who.customer, book.ref, str(done.entry_id))
    written = take_back(
        case,
        who.customer,
        book,
        [award],
        None,
        reason=reason,
        occurred_at=occurred_at,
        order_id=done.order_id,
    )
    referring.entries += written
    reward = _reward_of(referring, done, award)
    if reward is not None:
        _move_caps(referring, reward, who, -1, to_micros(award.recorded_at))
    waived = let_go(case, who.customer, book.ref, [award]) + sum(entry.waived for entry in written)
    return attrs.evolve(done, taken_back_at=at, waived=waived)


def _reward_of(referring: Referring, done: ReferralGrant, award: Entry) -> ReferralReward | None:
    """Find a reward as the version of the program had it that granted it; None where this process knows none."""
    policy = referring.program.version_of(award.program_version).referrals
    return None if policy is None else next((each for each in policy.rewards if each.id == done.reward), None)
