"""Orders, added up again beside the figures and the returns that are carried along."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from loyalcore.domain.customers import Membership, OrderFigures
from loyalcore.domain.flows._figures import changed
from loyalcore.domain.ledger import Entry, EntryKind, ReturnPolicy
from loyalcore.domain.orders import Order, OrderState, due
from loyalcore.domain.referrals import CAP_PREFIX

if TYPE_CHECKING:
    from loyalcore.domain.decision import ChangeSet, Ref
    from loyalcore.domain.programs import Program
    from loyalcore.testing.simulation._shadow import Shadow


class Orders:
    """Every order with the entries that stand under it.

    Args:
        program: The program.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._orders: dict[Ref, Order] = {}
        self._entries: dict[str, list[Entry]] = defaultdict(list)
        self._rewards: set[str] = set()

    def follow(self, changes: ChangeSet, shadow: Shadow) -> None:
        """Check the orders and the figures of a commit.

        Raises:
            AssertionError: An order took back or gave back otherwise than its state says, or figures are other ones.
        """
        for record in changes.inserts:
            if isinstance(record, Entry) and record.order_id is not None and not self._is_of_reward(record):
                self._entries[record.order_id].append(record)
        orders = [put.record for put in changes.puts if isinstance(put.record, Order)]
        for order in orders:
            self._orders[order.ref] = order
            self._check_order(order)
        for put in changes.puts:
            if isinstance(put.record, Membership) and not put.record.has_ended:
                self._check_figures(put.record, shadow)

    def _is_of_reward(self, entry: Entry) -> bool:
        """Whether an entry grants or takes back what a referral brought: no order earned it."""
        if str(entry.rule).startswith(CAP_PREFIX):
            self._rewards.add(entry.id)
        return entry.id in self._rewards or entry.corrects in self._rewards

    def _check_order(self, order: Order) -> None:
        sums = dict.fromkeys(EntryKind, 0)
        waived = 0
        for entry in self._entries[order.order_id]:
            sums[entry.kind] += entry.points
            waived += entry.waived
        awarded, reversed_ = sums[EntryKind.AWARD], sums[EntryKind.REVERSE]
        spent, restored = sums[EntryKind.SPEND], sums[EntryKind.RESTORE]
        assert reversed_ + waived <= awarded, f"took back {reversed_} and {waived} waived of {awarded}: {order}"
        assert restored <= spent, f"gave back {restored} of {spent}: {order}"
        if self._program.points.return_policy is ReturnPolicy.UNLIMITED:
            assert not waived, f"waived {waived}: {order}"
        if order.state is OrderState.CANCELLED or order.is_returned:
            net = awarded - reversed_
            assert (net, restored) == (waived, spent), f"is gone, {net} are left and {spent - restored} out: {order}"
        if order.state is OrderState.CLOSED:
            net = awarded - reversed_ - waived
            assert net == order.awarded, f"has {net} of {order.awarded}: {order}"
        if order.state is OrderState.PARTIALLY_RETURNED:
            back = sum(due(order, self._program.orders.rollback_basis).values())
            told = sum(each.reversed for each in order.returns)
            assert told == back, f"owes {back} by its record, took {told}: {order}"

    def _check_figures(self, member: Membership, shadow: Shadow) -> None:
        holders = shadow.holders_of(member)
        figures = OrderFigures()
        for order in self._orders.values():
            if order.holder_id in holders:
                figures = changed(figures, None, order)
        assert member.orders == figures, f"the orders give {figures}, stored is {member.orders}"
