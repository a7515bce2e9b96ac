"""Tiers, worked out again from the entries alone, beside the standings that are carried along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from loyalcore.domain.customers import Membership, Standing
from loyalcore.domain.decision import LedgerRef, MembershipRef
from loyalcore.domain.flows._figures import MEASURES
from loyalcore.domain.ledger import Account, Entry, Ledger, Merge
from loyalcore.domain.orders import CancelOrder, CloseOrder, Order, ReopenOrder, ReturnItems
from loyalcore.domain.tiers import ClearTier, Measure, SetTier, advance, beneath
from loyalcore.values.clock import NEVER, to_micros

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from loyalcore.domain.decision import ChangeSet
    from loyalcore.domain.tiers import TierSet
    from loyalcore.testing.simulation._shadow import Shadow


_MEANWHILE: Final = 8
"""How many commits of others may lie between the look at a ledger and the commit that follows from it."""


class Tiers:
    """The standing of every holder in the tiers of one ledger, from its entries or the figures of orders.

    A merge puts two standings together, and a hand sets one; from then on what it came to is taken as it is stored.

    Args:
        tiers: The tiers.
        zone: The program's zone.
        ledger: The ledger that has them, `""` for the main one.
    """

    def __init__(self, tiers: TierSet, zone: ZoneInfo, ledger: str) -> None:
        self._tiers = tiers
        self._zone = zone
        self._ledger = ledger
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
        # Who books on a subledger is known, and so in the tiers of the main one too.
        booked = [put.record for put in changes.puts if isinstance(put.record, Ledger)]
        heads = [head for head in booked if self._ledger in {"", head.ref.ledger}]
        members = {put.record.holder_id: put.record for put in changes.puts if isinstance(put.record, Membership)}
        for holder in dict.fromkeys([*(head.ref.holder_id for head in heads), *members]):
            known = self._value(self._accounts.setdefault(holder, Account()))
            checkpoints = self._measured(holder, changes)
            member = members.get(holder)
            if isinstance(command, Merge | SetTier | ClearTier):
                if member is not None:
                    self._standings[holder] = member.standing_in(self._ledger)
                continue
            if member is not None:
                before: Membership | None = shadow.find(member.ref, shadow.commits - 1)
                own = [head for head in heads if head.ref.holder_id == holder]
                counted = self._counted_at(member, changes, shadow, command)
                if not (own or counted) and self._is_as_before(member, holder):
                    continue  # another ledger was written
                at = self._time_of(before, member, own)
                if counted and self._tiers.measure in MEASURES:
                    value = MEASURES[self._tiers.measure](member.orders)
                    self._compare(member, [([(each, value)], max(each, at)) for each in counted])
                else:
                    self._compare(member, [(checkpoints, max(at, *counted, 0))])
            elif {value for _, value in checkpoints} - {known}:
                # What is measured has changed, and moves nothing.
                ref = next(head.ref for head in heads if head.ref.holder_id == holder)
                stored = shadow.find(MembershipRef(ref.environment, holder, ref.program_id))
                assert stored is not None, f"booked without a membership: {ref}"
                self._compare(stored, [(checkpoints, checkpoints[-1][0])])

    def _is_as_before(self, member: Membership, holder: str) -> bool:
        return self._ledger != "" and member.standing_in(self._ledger) == self._standings.get(holder, Standing())

    def _measured(self, holder: str, changes: ChangeSet) -> list[tuple[int, int | Decimal]]:
        account = self._accounts[holder]
        checkpoints: list[tuple[int, int | Decimal]] = []
        for entry in changes.inserts:
            if isinstance(entry, Entry) and (entry.ledger.holder_id, entry.ledger.ledger) == (holder, self._ledger):
                account.apply(entry)
                if self._tiers.measure in MEASURES:
                    continue
                checkpoints.append((account.at, self._value(account)))
        return checkpoints

    def _value(self, account: Account) -> int:
        return account.earned if self._tiers.measure is Measure.POINTS_EARNED else account.active

    def _compare(self, stored: Membership, ways: list[tuple[list[tuple[int, int | Decimal]], int]]) -> None:
        """Compare a standing with what the entries give, in one of the ways in which it may have come about."""
        found = stored.standing_in(self._ledger)
        before = self._standings.get(stored.holder_id, Standing())
        passed = self._passed(before, found)
        standings = []
        for checkpoints, at in ways:
            # What a window has lost says up to when time has passed, where nothing was measured meanwhile.
            begun = max(at, passed)
            later = () if checkpoints else sorted(until for until, _ in beneath(before).gains if begun < until < NEVER)
            for each in (begun, *later):
                standing = self._advanced(before, stored, checkpoints, each)
                standings.append(standing)
                ends = beneath(standing).expires_at
                if beneath(found).completed is not None and beneath(standing).completed is None and ends is not None:
                    # A term that was begun meanwhile is over too: its grace says so.
                    standings.append(self._advanced(before, stored, checkpoints, to_micros(ends)))
        standing = next((each for each in standings if each == found), standings[0])
        self._standings[stored.holder_id] = standing
        assert standing == found, f"the entries give {standing}, stored is {found}"

    def _advanced(
        self, before: Standing, stored: Membership, checkpoints: list[tuple[int, int | Decimal]], to: int
    ) -> Standing:
        """Move a standing on: with the first booking as its beginning until the member joined, then with joining."""
        known, joined, begun = stored.known_at, stored.joined_at, 0
        if known is not None and joined is not None and known < joined:
            begun = min(to_micros(joined), to + 1)
            earlier = [each for each in checkpoints if each[0] < begun]
            before = advance(before, self._tiers, self._zone, known, earlier, begun - 1)
            if begun > to:
                return before
        later = [each for each in checkpoints if each[0] >= begun]
        return advance(before, self._tiers, self._zone, joined or known, later, to)

    def _passed(self, before: Standing, after: Standing) -> int:
        """Up to when time has passed at least, by what it alone has done to a standing; 0 where it has done nothing."""
        told = [0]
        if before.by_hand is not None and after.by_hand is None and before.expires_at is not None:
            told.append(to_micros(before.expires_at))
        before, after = beneath(before), beneath(after)  # beneath a hand everything goes on
        if after.since is not None and after.since != before.since:
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

    def _time_of(self, before: Membership | None, member: Membership, heads: list[Ledger]) -> int:
        """When a membership was written: with a ledger, or else up to when it says that something began."""
        told: list[datetime | None] = [head.at for head in heads]
        if not told:
            told.append(member.standing_in(self._ledger).since)
        if not self._ledger and (before is None or before.joined_at != member.joined_at):
            told.append(member.joined_at)
        return max((to_micros(at) for at in told if at is not None), default=0)

    def _counted_at(self, member: Membership, changes: ChangeSet, shadow: Shadow, command: Any) -> list[int]:
        """When an order may have been counted for a member, in microseconds since 1970; nothing where none was.

        It was at the instant of the ledger as it was when the order was decided upon: now, or before other commits.
        """
        is_open = not self._ledger or self._tiers.measure in MEASURES  # orders look at no other ledger
        if not is_open or not isinstance(command, CloseOrder | CancelOrder | ReopenOrder | ReturnItems):
            return []
        (order,) = (put.record for put in changes.puts if isinstance(put.record, Order))
        if order.holder_id not in shadow.holders_of(member):
            return []  # somebody whom the order brought a reward
        ref = LedgerRef(member.environment, member.holder_id, member.program_id, self._ledger)
        heads: list[Ledger | None] = [shadow.find(ref, shadow.commits - back) for back in range(_MEANWHILE)]
        closed = to_micros(order.updated_at)
        return list(dict.fromkeys(max(closed, 0 if head is None else to_micros(head.at)) for head in heads))
