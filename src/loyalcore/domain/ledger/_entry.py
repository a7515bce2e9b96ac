"""The entry: one immutable record of a ledger, which is the event itself."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import attrs

if TYPE_CHECKING:
    from datetime import date, datetime

    from loyalcore.domain.decision import EntriesRef, LedgerRef


class EntryKind(StrEnum):
    """What an entry records."""

    AWARD = "award"
    SPEND = "spend"
    DEDUCT = "deduct"
    ADJUST = "adjust"
    EXPIRE = "expire"
    ACTIVATE = "activate"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    REVERSE = "reverse"
    RESTORE = "restore"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    EXTEND = "extend"
    ACTIVITY = "activity"
    MERGE = "merge"


class Draw(NamedTuple):
    """How many points an entry took from, gave back to, or made active in which lot; always positive."""

    lot: int
    points: int


class Settlement(NamedTuple):
    """A payment of points owed: by which lot to the debt of which entry.

    Lot 0 means that the debt was forgiven by the restore of its own spend; negative points were given back by the
    debt to the lot that had paid.
    """

    debt: str
    lot: int
    points: int


class NewLot(NamedTuple):
    """The terms of a lot that an entry makes."""

    lot: int
    points: int
    active_from: datetime | None
    expires_at: datetime | None
    expires_on: date | None = None
    expiry: str | None = None
    is_earned: bool = False
    origin: str | None = None
    held: int = 0


class TermChange(NamedTuple):
    """A lot whose expiry an entry moved; None is never."""

    lot: int
    before: datetime | None
    after: datetime | None
    expires_on: date | None = None


class CarriedHold(NamedTuple):
    """An open hold that a merge brings along, with the order of the entry that made it."""

    hold_id: str
    points: int
    lapses_at: datetime
    draws: tuple[Draw, ...]
    order_id: str | None = None


class CarriedDebt(NamedTuple):
    """Points owed that a merge brings along."""

    entry_id: str
    owed: int
    paid: tuple[Draw, ...]


@attrs.frozen(kw_only=True)
class Carried:
    """What a merge brings to the survivor beside the lots: totals, holds and debts."""

    origin: str
    awarded: int
    spent: int
    expired: int
    reversed: int
    earned: int
    holds: tuple[CarriedHold, ...] = ()
    debts: tuple[CarriedDebt, ...] = ()


@attrs.frozen(kw_only=True)
class Entry:
    """One immutable ledger record.

    Args:
        ledger: The ledger it stands in.
        seq: Its number in that ledger, from 1 without a gap.
        kind: What it records.
        points: How many points it is about, never negative but for `adjust`.
        recorded_at: When it was written, UTC; never before the entry that precedes it.
        effective_at: When it counts, UTC: the boundary for what time did, else `recorded_at`.
        occurred_at: When it happened, as the host says, UTC.
        draws: From or to which lots.
        settled: Which points owed were paid, and by which lots.
        lots: The lots it makes.
        changes: The lots whose expiry it moved.
        owed: Points that it took without their being there.
        waived: Points that a reversal let go, by policy.
        program_version: The version of the program that decided it.
        actor: Who did it, opaque; `time` for what time did.
        reason: A short code or text without personal data.
        order_id: The order it belongs to.
        rule: The earning rule that granted it.
        hold_id: The hold it makes or resolves.
        lapses_at: When that hold lapses, UTC.
        corrects: The id of the entry that it takes or gives back.
        counterpart: The id of the entry on the other ledger.
        account_expires_at: Under the inactivity model, the new date of the whole account.
        carried: What a merge brought along.
    """

    ledger: LedgerRef
    seq: int
    kind: EntryKind
    points: int
    recorded_at: datetime
    effective_at: datetime
    occurred_at: datetime | None = None
    draws: tuple[Draw, ...] = ()
    settled: tuple[Settlement, ...] = ()
    lots: tuple[NewLot, ...] = ()
    changes: tuple[TermChange, ...] = ()
    owed: int = 0
    waived: int = 0
    program_version: int = 1
    actor: str = ""
    reason: str = ""
    order_id: str | None = None
    rule: str | None = None
    hold_id: str | None = None
    lapses_at: datetime | None = None
    corrects: str | None = None
    counterpart: str | None = None
    account_expires_at: datetime | None = None
    carried: Carried | None = None

    @property
    def id(self) -> str:
        """The entry's id, unique within its environment."""
        return self.ledger.entry_id(self.seq)

    @property
    def ref(self) -> EntriesRef:
        """The name it is kept under."""
        from loyalcore.domain.decision import EntriesRef

        return EntriesRef(self.ledger, "seq", self.seq)
