"""A ledger as a record: its head, and the lots, holds and debts that are open."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.decision import DebtRef, HoldRef, LedgerRef, LotRef
from loyalcore.domain.ledger._entry import Draw

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime


@attrs.frozen(kw_only=True)
class Lot:
    """The points of one award.

    Args:
        ledger: The ledger it belongs to.
        lot: Its number in that ledger, in award order from 1.
        granted: The points it was made with.
        free: Points left and not held.
        held: Points left and held.
        active_from: When they become spendable, UTC; None while they wait for an activate.
        expires_at: The first instant at which they are gone, UTC; None is never.
        expires_on: The last valid day in the program's zone, where the expiry is a date.
        expiry: The expiry rule to apply when an activate comes.
        is_earned: Whether they count as earned.
        origin: Where they came from, when not awarded here: another ledger's lot.
    """

    ledger: LedgerRef
    lot: int
    granted: int
    free: int
    held: int = 0
    active_from: datetime | None
    expires_at: datetime | None
    expires_on: date | None = None
    expiry: str | None = None
    is_earned: bool = False
    origin: str | None = None

    @property
    def ref(self) -> LotRef:
        """The name it is kept under."""
        return LotRef(self.ledger, self.lot)

    @property
    def is_open(self) -> bool:
        """Whether points are left in it, held ones among them."""
        return bool(self.free or self.held)


class HoldState(StrEnum):
    """What became of a hold."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"
    LAPSED = "lapsed"


@attrs.frozen(kw_only=True)
class PointsHold:
    """Points reserved while a payment is open.

    Args:
        ledger: The ledger it belongs to.
        id: Its name: the idempotency key of the command that made it.
        points: The points reserved.
        lapses_at: When it lapses unless resolved before, UTC.
        state: Open, or how it was resolved.
        draws: From which lots the points come.
        seq: The number of the entry that made it.
    """

    ledger: LedgerRef
    id: str
    points: int
    lapses_at: datetime
    state: HoldState = HoldState.OPEN
    draws: tuple[Draw, ...] = ()
    seq: int

    @property
    def ref(self) -> HoldRef:
        """The name it is kept under."""
        return HoldRef(self.ledger, self.id)

    @property
    def is_open(self) -> bool:
        """Whether it still reserves points."""
        return self.state is HoldState.OPEN


@attrs.frozen(kw_only=True)
class Debt:
    """What one entry took without its being there.

    Args:
        ledger: The ledger it belongs to.
        entry_id: The entry that made it.
        owed: Points still owed.
        seq: The number of the entry that brought it into this ledger.
        paid: The lots that paid, in order, and how many points.
    """

    ledger: LedgerRef
    entry_id: str
    owed: int
    seq: int
    paid: tuple[Draw, ...] = ()

    @property
    def ref(self) -> DebtRef:
        """The name it is kept under."""
        return DebtRef(self.ledger, self.entry_id)

    @property
    def is_open(self) -> bool:
        """Whether something is still owed."""
        return self.owed > 0


@attrs.frozen(kw_only=True)
class Ledger:
    """One account of points, as it stood when last written.

    The figures `active`, `pending`, `held` and the totals are those at `at`; they hold until `next_change_at`.

    Args:
        ref: Its name.
        version: 1 when first written, then one more with every commit.
        seq: The number of its last entry.
        at: Up to when time has been worked out, UTC.
        recorded_at: When its last entry was written, UTC.
        lot_count: How many lots it ever made.
        awarded: Points that came in: awards, adjustments up, transfers in.
        active: Points that can be spent.
        pending: Points whose time has not come.
        held: Points reserved by open holds.
        spent: Points spent, deducted, adjusted down or transferred out, less what was restored.
        expired: Points that lapsed.
        reversed: Points of awards that were taken back.
        deficit: Points owed.
        earned: Points that became active through awards, net of reversals.
        account_expires_at: Under the inactivity model, when the whole account lapses, UTC.
        lapsed_lots: Lots up to this number have lapsed with the whole account.
        next_change_at: When time alone changes the figures, UTC; None for never.
        lots: The open lots, in award order.
        holds: The open holds.
        debts: The debts still owed, oldest first.
    """

    ref: LedgerRef
    version: int = 1
    seq: int
    at: datetime
    recorded_at: datetime
    lot_count: int
    awarded: int
    active: int
    pending: int
    held: int
    spent: int
    expired: int
    reversed: int
    deficit: int
    earned: int
    account_expires_at: datetime | None = None
    lapsed_lots: int = 0
    next_change_at: datetime | None = None
    lots: tuple[Lot, ...] = ()
    holds: tuple[PointsHold, ...] = ()
    debts: tuple[Debt, ...] = ()


def with_parts(head: Ledger, parts: Iterable[Lot | PointsHold | Debt]) -> Ledger:
    """Give a ledger's head with those of some parts that are open, in the order in which a loaded ledger has them.

    Args:
        head: The head; what it carries is left out.
        parts: Lots, holds and debts of that ledger.

    Source: HOUSE 4 (loading a ledger costs its open lots).
    """
    still = [part for part in parts if part.is_open]
    lots = [part for part in still if isinstance(part, Lot)]
    holds = [part for part in still if isinstance(part, PointsHold)]
    debts = [part for part in still if isinstance(part, Debt)]
    return attrs.evolve(
        head,
        lots=tuple(sorted(lots, key=lambda lot: lot.lot)),
        holds=tuple(sorted(holds, key=lambda hold: (hold.seq, hold.id))),
        debts=tuple(sorted(debts, key=lambda debt: (debt.seq, debt.entry_id))),
    )
