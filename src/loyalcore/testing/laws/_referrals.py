"""What holds of referrals: figures, uses and counts are what the referrals and orders add up to; nothing twice."""

from __future__ import annotations

from collections import Counter as Tally
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from loyalcore.domain.customers import Customer, Membership, ReferralFigures
from loyalcore.domain.decision import Counter, CounterRef
from loyalcore.domain.ledger import Entry, EntryKind
from loyalcore.domain.orders import Order, money_left
from loyalcore.domain.referrals import CAP_PREFIX, Referral, ReferralCode, ReferralState, RewardEvent, RewardSide
from loyalcore.testing._play import records
from loyalcore.values.money import EXACT, shortest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.programs import Program
    from loyalcore.domain.referrals import ReferralGrant, ReferralPolicy
    from loyalcore.store import Store

NOT_VALID = frozenset({ReferralState.BLOCKED, ReferralState.CANCELLED, ReferralState.EXPIRED})


class Kept:
    """What a store holds of the referrals of one program, where nobody was erased.

    Args:
        store: The store.
        program: The program, which has referrals.
    """

    def __init__(self, store: Store, program: Program) -> None:
        self.program = program
        self.customers: list[Customer] = [each for each in records(store, Customer) if each.merged_into is None]
        self.members: dict[str, Membership] = {each.holder_id: each for each in records(store, Membership)}
        self.referrals: dict[str, Referral] = {each.referral_id: each for each in records(store, Referral)}
        self.codes: dict[str, ReferralCode] = {each.code: each for each in records(store, ReferralCode)}
        self.orders: dict[str, Order] = {each.order_id: each for each in records(store, Order)}
        self.counters: dict[CounterRef, Counter] = {each.ref: each for each in records(store, Counter)}
        self.entries: dict[str, Entry] = {each.id: each for each in records(store, Entry)}
        self.heads = {holder: each.holder_id for each in self.customers for holder in each.holders}

    @property
    def policy(self) -> ReferralPolicy:
        """What the program says of referrals."""
        policy = self.program.referrals
        assert policy is not None, "the program has no referrals"
        return policy

    def count(self, name: str) -> int:
        """Give what a counter of the program has counted."""
        found = self.counters.get(CounterRef("live", self.program.id, name))
        return 0 if found is None else found.count

    def grants(self) -> list[tuple[Referral, ReferralGrant]]:
        """List every reward that was booked."""
        return [(each, done) for each in self.referrals.values() for done in each.grants if done.refused is None]

    def net(self, done: ReferralGrant) -> int:
        """Say how many points of a reward are left to who had it, by the entries."""
        if done.entry_id is None:
            return 0
        reversed_ = sum(
            entry.points
            for entry in self.entries.values()
            if entry.kind is EntryKind.REVERSE and entry.corrects == done.entry_id
        )
        return self.entries[done.entry_id].points - reversed_


def check_referrals(store: Store, program: Program) -> None:
    """Check everything that is kept of the referrals of a program, where nobody was erased.

    Args:
        store: The store.
        program: The program, which has referrals.

    Raises:
        AssertionError: A figure, a use or a count is another than what is stored adds up to, a reward was had twice,
            or a referral stands where its order does not.
    """
    kept = Kept(store, program)
    _check_figures(kept)
    _check_counts(kept)
    _check_grants(kept)
    _check_once(kept)
    _check_states(kept)


def _money(amounts: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return shortest(total)


def _revenue(orders: Iterable[Order]) -> Decimal:
    return _money(money_left(order)[1] for order in orders if order.counts)


def _check_figures(kept: Kept) -> None:
    """See that every referrer has the figures that referrals and orders add up to."""
    orders = list(kept.orders.values())
    for referral in kept.referrals.values():
        revenue = _revenue(order for order in orders if order.referral.referral_id == referral.referral_id)
        assert referral.revenue == revenue, f"its orders come to {revenue}: {referral}"
    for customer in kept.customers:
        holders = set(customer.holders)
        own = {name: each for name, each in kept.referrals.items() if each.referrer_holder_id in holders}
        came = [each for each in own.values() if each.referee_holder_id is not None]
        wanted = ReferralFigures(
            total=sum(each.earlier is None for each in came),
            successful=sum(each.state is ReferralState.COMPLETED for each in came),
            revenue=_money(each.revenue for each in came if each.state not in NOT_VALID),
            referrer_revenue=_revenue(
                each for each in orders if each.holder_id in holders and each.referral.is_referrer
            ),
            referee_revenue=_revenue(each for each in orders if each.referral.referee_of in own),
        )
        found = kept.members[customer.holder_id].referrals
        assert found == wanted, f"{customer.customer_id} has other figures: {found}, {wanted}"


def _check_counts(kept: Kept) -> None:
    """See that codes, campaigns and rewards are counted as often as they were used."""
    standing = [each for each in kept.referrals.values() if each.stands]
    used = Tally(each.code for each in standing)
    for code in kept.codes.values():
        assert code.used == used[code.code], f"{used[code.code]} stand that used it: {code}"
        assert not code.limit or code.used <= code.limit, f"was used too often: {code}"
    for campaign in kept.policy.campaigns:
        count = sum(each.campaign == campaign.id for each in standing)
        assert not campaign.limit or kept.count(f"referrals:{campaign.id}") == count <= campaign.limit, campaign
    booked = [(each, done) for each, done in kept.grants() if done.taken_back_at is None]
    for reward in kept.policy.rewards:
        had = [(each, done) for each, done in booked if done.reward == reward.id]
        if reward.max_total is not None:
            assert kept.count(reward.cap_name) == len(had) <= reward.max_total, f"{len(had)} were had of {reward}"
        if reward.max_per_customer is not None and reward.period is None:
            who = Tally(_who(kept, each, done) for each, done in had)
            for holder, times in who.items():
                caps = {name: count for name, _, count in kept.members[holder].caps}
                assert caps.get(reward.cap_name) == times <= reward.max_per_customer, (holder, times, reward)


def _who(kept: Kept, referral: Referral, done: ReferralGrant) -> str:
    """Name the holder who has a reward now."""
    is_referrer = done.side == RewardSide.REFERRER.value
    return kept.heads[str(referral.referrer_holder_id if is_referrer else referral.referee_holder_id)]


def _check_grants(kept: Kept) -> None:
    """See that rewards and entries are the same, and that what was taken back left what was waived."""
    named = Tally(done.entry_id for _, done in kept.grants() if done.entry_id is not None)
    assert set(named.values()) <= {1}, f"one award stands for two rewards: {named}"
    awards = {
        entry.id
        for entry in kept.entries.values()
        if entry.kind is EntryKind.AWARD and str(entry.rule).startswith(CAP_PREFIX)
    }
    assert awards == set(named), f"awards without a reward, or the other way round: {awards ^ set(named)}"
    for referral, done in kept.grants():
        if done.entry_id is None:
            continue
        entry = kept.entries[done.entry_id]
        assert entry.points == done.points, f"the award is another: {done}, {entry}"
        assert kept.heads[entry.ledger.holder_id] == _who(kept, referral, done), f"is somebody else's: {done}"
        if done.taken_back_at is not None:
            assert kept.net(done) == done.waived, f"{kept.net(done)} points were left of {done}"


def _check_once(kept: Kept) -> None:
    """See that each side has a reward at most once: for one referee, or for one order.

    Of two who were merged each has had it by itself.
    """
    net: Tally[Any] = Tally()
    standing: Tally[Any] = Tally()
    for referral, done in kept.grants():
        referrer = referral.referrer_holder_id if done.side == RewardSide.REFERRER.value else None
        order_id = done.order_id if done.event == RewardEvent.EVERY_ORDER.value else None
        place = (done.reward, done.side, referrer, referral.referee_holder_id, order_id)
        net[place] += kept.net(done)
        standing[place] += done.taken_back_at is None
    points = {reward.id: reward.points for reward in kept.policy.rewards}
    for place, left in net.items():
        assert left <= points[place[0]], f"{left} points are left of {place}"
        assert standing[place] <= 1, f"was had {standing[place]} times: {place}"


def _check_states(kept: Kept) -> None:
    """See that what is completed has an order that counts, and that orders and referrals know each other."""
    for referral in kept.referrals.values():
        if referral.state is ReferralState.COMPLETED:
            order = kept.orders[str(referral.order_id)]
            assert order.counts, f"its order is gone: {referral}"
            assert not order.is_returned, f"its order is returned: {referral}"
            assert order.referral.referral_id == referral.referral_id, f"its order is another's: {referral}"
        for done in referral.grants:
            if done.order_id is None or done.entry_id is None or done.taken_back_at is not None:
                continue
            order = kept.orders[done.order_id]
            is_there = order.counts and not order.is_returned
            assert is_there, f"stands for an order that is gone: {done}"
    for order in kept.orders.values():
        if order.referral.referral_id is not None:
            referral = kept.referrals[order.referral.referral_id]
            assert kept.heads[order.holder_id] == kept.heads[str(referral.referee_holder_id)], order
