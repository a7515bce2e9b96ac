"""The book: one account, the policy it is booked under, and the entries written so far.

Every booking goes the same way: `advance` works out what time has done, the booking names lots, `write` makes the
entry and applies it. A book belongs to one decision; the records it was opened from are never changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.ledger._consumption import CONSUMPTION
from loyalcore.domain.ledger._entry import Draw, Entry, EntryKind, Settlement, TermChange
from loyalcore.domain.ledger._kernel import TIME, Account, OpenLot
from loyalcore.domain.ledger._policy import ExpiryModel
from loyalcore.values.clock import NEVER, from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.ledger._policy import PointsPolicy

_GRANTS = frozenset({EntryKind.AWARD, EntryKind.ADJUST, EntryKind.TRANSFER_IN})


class Book:
    """A ledger that is being booked on.

    Args:
        account: The account on plain values; the book changes it.
        ref: The ledger's name.
        policy: The settings of the program's points.
        zone: The program's zone.
        program_version: The version of the program that decides.
        actor: Who acts.
        consumption: The sort key of a host's own consumption order, where the policy names one; ties go by lot.
        on_entry: Called with the account after each entry, for what is measured along the way.
        earlier: (until, version) of the versions before: what time does until then it does under that one.
    """

    __slots__ = (
        "account",
        "actor",
        "earlier",
        "entries",
        "is_open",
        "now",
        "on_entry",
        "order",
        "policy",
        "program_version",
        "recorded_at",
        "ref",
        "zone",
    )

    def __init__(
        self,
        account: Account,
        ref: LedgerRef,
        policy: PointsPolicy,
        zone: ZoneInfo,
        *,
        program_version: int,
        actor: str,
        consumption: Callable[[OpenLot], Any] | None = None,
        on_entry: Callable[[Account], None] | None = None,
        earlier: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.account: Account = account
        self.ref: LedgerRef = ref
        self.policy: PointsPolicy = policy
        self.zone: ZoneInfo = zone
        self.program_version: int = program_version
        self.actor: str = actor
        self.order: Callable[[OpenLot], Any]
        if consumption is None:
            self.order = CONSUMPTION[policy.consumption]
        else:
            self.order = lambda lot: (consumption(lot), lot.lot)
        self.on_entry: Callable[[Account], None] | None = on_entry
        self.earlier: tuple[tuple[int, int], ...] = earlier
        self.entries: list[Entry] = []
        self.is_open: bool = False
        self.now: int = account.recorded_at
        self.recorded_at: datetime = from_micros(self.now)

    def open_at(self, now: datetime) -> None:
        """Start booking at an instant: never before the last entry, and after what time has done by then."""
        at = to_micros(now)
        if at >= self.account.recorded_at:
            self.now, self.recorded_at = at, now
        else:
            self.now = self.account.recorded_at
            self.recorded_at = from_micros(self.now)
        version = self.program_version
        for until, before in self.earlier:
            if self.account.at < until <= self.now:
                self.program_version = before
                self.advance(until - 1)
        self.program_version = version
        self.advance(self.now)
        self.is_open = True

    def write(self, kind: EntryKind, points: int, **fields: Any) -> Entry:
        """Make an entry at `recorded_at`, with what its activity does to the dates, and apply it."""
        self._mark_activity(kind, fields)
        return self._append(kind, points, self.recorded_at, self.actor, fields)

    def _append(self, kind: EntryKind, points: int, at: datetime, actor: str, fields: dict[str, Any]) -> Entry:
        entry = Entry(
            ledger=self.ref,
            seq=self.account.seq + 1,
            kind=kind,
            points=points,
            recorded_at=self.recorded_at,
            effective_at=at,
            program_version=self.program_version,
            actor=actor,
            **fields,
        )
        self.account.apply(entry)
        self.entries.append(entry)
        if self.on_entry is not None:
            self.on_entry(self.account)
        return entry

    def _mark_activity(self, kind: EntryKind, fields: dict[str, Any]) -> None:
        policy = self.policy
        if policy.expiry_model is ExpiryModel.PER_LOT:
            return
        is_activity = kind in policy.activities
        if policy.expiry_model is ExpiryModel.INACTIVITY:
            is_counting = self.now < self.account.account_expires_at < NEVER
            starts = kind in _GRANTS and bool(fields.get("lots")) and not is_counting
            if (is_activity or starts) and "account_expires_at" not in fields:
                fields["account_expires_at"] = from_micros(self.inactive_at())
        elif is_activity:
            rolled = self.inactive_at()
            changes = [
                TermChange(lot.lot, from_micros(lot.expires_at), from_micros(rolled))
                for lot in self.account.lots.values()
                if lot.expires_at < rolled and not self.account.has_lapsed(lot)
            ]
            if changes:
                fields["changes"] = (*fields.get("changes", ()), *changes)

    def inactive_at(self) -> int:
        """When points lapse if nothing else happens from now on."""
        policy = self.policy
        if policy.inactivity is not None:
            return policy.inactivity.resolve(self.now, self.zone)
        return policy.expiry.resolve(self.now, self.zone).at

    # What time does ---------------------------------------------------------------------------------------------

    def advance(self, to: int) -> None:
        """Work out every boundary up to and with an instant; the only thing that moves time.

        At one instant: expiry, then the lapse of holds, then activation; points owed are paid at each.
        """
        account = self.account
        while account.next_change <= to:
            self._pass(account.next_change)
        account.move_to(to)

    def advance_once(self) -> bool:
        """Work out the next boundary, whenever it is; false where nothing is due any more."""
        if self.account.next_change == NEVER:
            return False
        self._pass(self.account.next_change)
        return True

    def _pass(self, boundary: int) -> None:
        account = self.account
        activating = [lot for lot in account.lots.values() if account.at < lot.active_from <= boundary]
        has_lapsed = account.account_expires_at <= boundary and account.lot_count > account.lapsed_lots
        at = from_micros(boundary)
        lapsing = [lot for lot in account.lots.values() if lot.free and (has_lapsed or self._is_over(lot, boundary))]
        if lapsing or has_lapsed:
            self._expire(lapsing, at, {"account_expires_at": at} if has_lapsed else {})
        for hold in [each for each in account.holds.values() if each.is_open]:
            if hold.lapses_at <= boundary:
                draws = tuple(hold.draws)
                alive = [draw for draw in draws if not self._is_over(account.lots[draw.lot], boundary)]
                fields = {"draws": draws, "hold_id": hold.id, "settled": self.settle(alive), "reason": "lapsed"}
                fields["corrects"] = self.ref.entry_id(hold.seq)
                self._append(EntryKind.RELEASE, hold.points, at, TIME, fields)
                over = [lot for lot in account.lots.values() if lot.free and self._is_over(lot, boundary)]
                if over:
                    self._expire(over, at, {})
        ready = tuple(Draw(lot.lot, lot.free) for lot in activating if lot.free)
        if ready:
            fields = {"draws": ready, "settled": self.settle(ready), "reason": "activated"}
            self._append(EntryKind.ACTIVATE, sum(draw.points for draw in ready), at, TIME, fields)
        account.move_to(boundary)

    def _is_over(self, lot: OpenLot, at: int) -> bool:
        return lot.expires_at <= at or lot.lot <= self.account.lapsed_lots

    def _expire(self, lots: list[OpenLot], at: datetime, fields: dict[str, Any]) -> None:
        draws = tuple(Draw(lot.lot, lot.free) for lot in lots)
        points = sum(draw.points for draw in draws)
        self._append(EntryKind.EXPIRE, points, at, TIME, {"draws": draws, "reason": "expired", **fields})

    # What bookings share ----------------------------------------------------------------------------------------

    def draw(self, points: int) -> list[Draw]:
        """Name the lots that so many active points come from, in consumption order, as far as they reach."""
        at = self.account.at
        lots = [lot for lot in self.account.lots.values() if lot.free and lot.active_from <= at]
        if len(lots) > 1:
            lots.sort(key=self.order)
        draws = []
        for lot in lots:
            if points <= 0:
                break
            taken = min(lot.free, points)
            draws.append(Draw(lot.lot, taken))
            points -= taken
        return draws

    def settle(self, inflow: Iterable[Draw], debts: dict[str, int] | None = None) -> tuple[Settlement, ...]:
        """Name the payments by which points that become spendable pay what is owed, the oldest debt first.

        Args:
            inflow: The lots and the points that become spendable, in the order in which they pay.
            debts: What is owed, by the entry that made it; None is all that the account owes.
        """
        if not self.account.deficit and not debts:
            return ()
        owed = self.owed() if debts is None else dict(debts)
        payments = []
        for lot, points in inflow:
            left = points
            for debt_id in owed:
                paid = min(left, owed[debt_id])
                if paid:
                    payments.append(Settlement(debt_id, lot, paid))
                    owed[debt_id] -= paid
                    left -= paid
        return tuple(payments)

    def owed(self) -> dict[str, int]:
        """What is owed, by the entry that made it, the oldest first."""
        return {debt.entry_id: debt.owed for debt in self.account.oldest_debts() if debt.owed}


def never(at: int) -> datetime | None:
    """Give an instant of the kernel as a datetime, never as None."""
    return None if at == NEVER else from_micros(at)
