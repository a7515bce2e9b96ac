"""Tiers, worked out again from the entries alone, beside the standings that are carried along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.customers import Membership, Standing
from loyalcore.domain.decision import LedgerRef, MembershipRef
from loyalcore.domain.flows._figures import MEASURES
from loyalcore.domain.ledger import Account, Entry, Ledger, Merge
from loyalcore.domain.orders import CancelOrder, CloseOrder, Order, ReopenOrder, ReturnItems
from loyalcore.domain.tiers import ClearTier, Measure, SetTier, advance, beneath
from loyalcore.values.clock import NEVER, to_micros

if TYPE_CHECKING:
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from loyalcore.domain.decision import ChangeSet
    from loyalcore.domain.tiers import TierSet
    from loyalcore.testing.simulation._shadow import Shadow


class Tiers:
    """The standing of every holder, from the entries of the main ledger or the figures of orders.

    A merge puts two standings together, and a hand sets one; from then on what it came to is taken as it is stored.

    Args:
        tiers: The tiers of the program.
        zone: Its zone.
    """

    def __init__(self, tiers: TierSet, zone: ZoneInfo) -> None:
        self._tiers = tiers
        self._zone = zone
        self._standings: dict[str, Standing] = {}
        self._accounts: dict[str, Account] = {}

    def follow(self, changes: ChangeSet, shadow: Shadow, command: Any) -> None:
        """Work out the standings of the holders of a commit, and compare them with those that are stored.

        Args:
            changes: What was committed.
            shadow: What is there since.
            command: What it comes from.

        Raises:
            AssertionError: A standing is another one.
        """
        heads = [put.record for put in changes.puts if isinstance(put.record, Ledger)]
        members = {put.record.holder_id: put.record for put in changes.puts if isinstance(put.record, Membership)}
        for holder in dict.fromkeys([*(head.ref.holder_id for head in heads), *members]):
            checkpoints = self._measured(holder, changes)
            member = members.get(holder)
            counted = 0 if member is None else _counted_at(member, changes, shadow, command)
            if member is not None and self._tiers.measure in MEASURES and counted:
                checkpoints = [(counted, MEASURES[self._tiers.measure](member.orders))]
            if isinstance(command, Merge | SetTier | ClearTier):
                if member is not None:
                    self._standings[holder] = member.standing
                continue
            if member is not None:
                before: Membership | None = shadow.find(member.ref, shadow.commits - 1)
                own = [head for head in heads if head.ref.holder_id == holder]
                at = max(counted, _time_of(before, member, own))
                self._compare(member, checkpoints, at)
            elif checkpoints:
                # What is measured has not changed; time alone goes on with the next that is written.
                ref = next(head.ref for head in heads if head.ref.holder_id == holder)
                stored = shadow.find(MembershipRef(ref.environment, holder, ref.program_id))
                assert stored is not None, f"booked without a membership: {ref}"
                self._compare(stored, checkpoints, checkpoints[-1][0])

    def _measured(self, holder: str, changes: ChangeSet) -> list[tuple[int, int | Decimal]]:
        account = self._accounts.setdefault(holder, Account())
        checkpoints: list[tuple[int, int | Decimal]] = []
        for entry in changes.inserts:
            if isinstance(entry, Entry) and entry.ledger.holder_id == holder and entry.ledger.ledger == "":
                account.apply(entry)
                if self._tiers.measure in MEASURES:
                    continue
                value = account.earned if self._tiers.measure is Measure.POINTS_EARNED else account.active
                checkpoints.append((account.at, value))
        return checkpoints

    def _compare(self, stored: Membership, checkpoints: list[tuple[int, int | Decimal]], at: int) -> None:
        since = stored.joined_at or stored.known_at
        before = self._standings.get(stored.holder_id, Standing())
        at = max(at, self._passed(before, stored.standing))
        standing = advance(before, self._tiers, self._zone, since, checkpoints, at)
        self._standings[stored.holder_id] = standing
        assert standing == stored.standing, f"the entries give {standing}, stored is {stored.standing}"

    def _passed(self, before: Standing, after: Standing) -> int:
        """Up to when time has passed at least, by what it alone has done to a standing; 0 where it has done nothing."""
        told = [0]
        if before.by_hand is not None and after.by_hand is None and before.expires_at is not None:
            told.append(to_micros(before.expires_at))
        before, after = beneath(before), beneath(after)  # beneath a hand everything goes on
        if after.since is not None:
            told.append(to_micros(after.since))
        if after.is_warned is not None and after.expires_at is not None:
            told.append(to_micros(after.expires_at) - self._tiers.warns)
        if after.completed is not None and before.completed is None and before.expires_at is not None:
            told.append(to_micros(before.expires_at))
        if (after.since, after.measured) == (before.since, before.measured):
            kept = {until for until, _ in after.gains}
            first = min(kept, default=NEVER)
            told += [until for until, _ in before.gains if until < first]
        return max(told)


def _counted_at(member: Membership, changes: ChangeSet, shadow: Shadow, command: Any) -> int:
    """When an order was counted for a member, in microseconds since 1970; 0 where none was."""
    if not isinstance(command, CloseOrder | CancelOrder | ReopenOrder | ReturnItems):
        return 0
    (order,) = (put.record for put in changes.puts if isinstance(put.record, Order))
    head: Ledger | None = shadow.find(LedgerRef(member.environment, member.holder_id, member.program_id))
    return max(to_micros(order.updated_at), 0 if head is None else to_micros(head.at))


def _time_of(before: Membership | None, member: Membership, heads: list[Ledger]) -> int:
    """When a membership was written: with a ledger, or else up to when it says that something began."""
    told = [member.standing.since, *(head.at for head in heads)]
    if before is None or before.joined_at != member.joined_at:
        told.append(member.joined_at)
    return max((to_micros(at) for at in told if at is not None), default=0)
