"""Refs: the names under which records are loaded, each starting with its environment and holder."""

from __future__ import annotations

from typing import Literal

import attrs


@attrs.frozen
class CustomerRef:
    """A row of the directory: the host's own customer id."""

    environment: str
    customer_id: str


@attrs.frozen
class HolderRef:
    """Whoever a holder belongs to: leads to that customer, and to nobody once the customer was erased."""

    environment: str
    holder_id: str


@attrs.frozen
class MembershipRef:
    """One holder in one program."""

    environment: str
    holder_id: str
    program_id: str


@attrs.frozen(cache_hash=True)
class LedgerRef:
    """One account of points; ledger `""` is the main one."""

    environment: str
    holder_id: str
    program_id: str
    ledger: str = ""

    def entry_id(self, seq: int) -> str:
        """Name the entry with this sequence number, uniquely within the environment.

        Example:
            >>> LedgerRef("live", "h1", "beans").entry_id(3)
            'h1:beans:3:'
        """
        return f"{self.holder_id}:{self.program_id}:{seq}:{self.ledger}"


@attrs.frozen
class LotRef:
    """One lot of a ledger, open or closed."""

    ledger: LedgerRef
    lot: int


@attrs.frozen
class HoldRef:
    """One hold of a ledger, open or resolved."""

    ledger: LedgerRef
    hold_id: str


@attrs.frozen
class DebtRef:
    """What one entry left owed in a ledger, paid or not."""

    ledger: LedgerRef
    entry_id: str


@attrs.frozen
class EntriesRef:
    """The entries of one ledger with one sequence number, of one order, or that correct one entry."""

    ledger: LedgerRef
    by: Literal["seq", "order_id", "corrects"]
    value: int | str


@attrs.frozen(cache_hash=True)
class KeyRef:
    """An idempotency key of a holder."""

    environment: str
    holder_id: str
    key: str


@attrs.frozen
class FactRef:
    """A business fact that pays once, whatever the keys."""

    environment: str
    holder_id: str
    program_id: str
    rule: str
    source_type: str
    source_id: str
    line: str = ""
    side: str = ""
    cycle: int = 1

    def __str__(self) -> str:
        parts = [self.rule, self.source_type, self.source_id, self.line, self.side]
        return "/".join(part for part in parts if part) + (f" (cycle {self.cycle})" if self.cycle > 1 else "")


@attrs.frozen
class NoteRef:
    """The erasable note of one entry."""

    ledger: LedgerRef
    seq: int


@attrs.frozen
class NoticeRef:
    """Something to tell a holder, by a name that follows from what it is about."""

    environment: str
    holder_id: str
    notice_id: str


@attrs.frozen
class SegmentRef:
    """A saved filter of customers: the host's own segment id."""

    environment: str
    segment_id: str


@attrs.frozen
class OrderRef:
    """An order: the host's own order id, unique in its environment."""

    environment: str
    order_id: str


@attrs.frozen
class OrdersRef:
    """All orders of one holder."""

    environment: str
    holder_id: str


@attrs.frozen
class ReferralRef:
    """A referral, by the id that was minted for it."""

    environment: str
    referral_id: str


@attrs.frozen
class ReferralsRef:
    """All referrals in which one holder is the referrer, or all in which one is the referee."""

    environment: str
    holder_id: str
    side: Literal["referrer", "referee"]


@attrs.frozen
class ReferralCodeRef:
    """A row of the directory of referral codes, unique in its environment."""

    environment: str
    code: str


@attrs.frozen
class ReferralCodesRef:
    """All referral codes of one holder."""

    environment: str
    holder_id: str


@attrs.frozen
class CounterRef:
    """A count that many holders share in one program, by a name that says what is counted."""

    environment: str
    program_id: str
    counter_id: str


Ref = (
    CustomerRef
    | HolderRef
    | MembershipRef
    | LedgerRef
    | LotRef
    | HoldRef
    | DebtRef
    | EntriesRef
    | KeyRef
    | FactRef
    | NoteRef
    | NoticeRef
    | SegmentRef
    | OrderRef
    | OrdersRef
    | ReferralRef
    | ReferralsRef
    | ReferralCodeRef
    | ReferralCodesRef
    | CounterRef
)
