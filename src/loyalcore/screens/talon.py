"""The columns of TAL's exports, with the headers as its API prints them: the transaction log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from loyalcore.domain.ledger import Entry, EntryKind
from loyalcore.screens._columns import Column, iso

if TYPE_CHECKING:
    from datetime import datetime

# Which way an entry moves the points that stand in the log; what is not named moves nothing in or out.
_WAY: Final[dict[EntryKind, int]] = {
    EntryKind.AWARD: 1,
    EntryKind.RESTORE: 1,
    EntryKind.RELEASE: 1,
    EntryKind.TRANSFER_IN: 1,
    EntryKind.ADJUST: 1,
    EntryKind.SPEND: -1,
    EntryKind.DEDUCT: -1,
    EntryKind.EXPIRE: -1,
    EntryKind.HOLD: -1,
    EntryKind.REVERSE: -1,
    EntryKind.TRANSFER_OUT: -1,
}


class Transaction(NamedTuple):
    """One line of a transaction log.

    Args:
        customer_id: Whose ledger it is, by the host's own id.
        entry: What was booked.
        moved: The points by which active and pending points, less points owed, rose; negative where they fell.
        starts_at: When the points it brings become active, UTC; None where it brings none or they wait.
        expires_at: When the points it brings lapse, UTC; None where it brings none or they never do.
    """

    customer_id: str
    entry: Entry
    moved: int
    starts_at: datetime | None = None
    expires_at: datetime | None = None


def moved(entry: Entry) -> int:
    """Give the points by which an entry raises what is active and pending, less what is owed.

    A hold takes and a release gives back; the capture of what was held, an activation, an extension and an activity
    move nothing. So the sum over a ledger's entries is what is active and pending, less what is owed. A merge is the
    one kind that does not tell: its own sum is what the account was worth.

    Args:
        entry: Of any kind but `merge`.

    Returns:
        Points, negative where they fall.

    Source: DOMAIN 3.10 (`type`); what moves nothing is a house decision.

    Example:
        >>> from datetime import UTC, datetime
        >>> from loyalcore.domain.decision import LedgerRef
        >>> at = datetime(2024, 10, 12, tzinfo=UTC)
        >>> spend = Entry(
        ...     ledger=LedgerRef("live", "h1", "beans"),
        ...     seq=2,
        ...     kind=EntryKind.SPEND,
        ...     points=50,
        ...     recorded_at=at,
        ...     effective_at=at,
        ... )
        >>> moved(spend)
        -50
    """
    return _WAY.get(entry.kind, 0) * entry.points


def transaction(customer_id: str, entry: Entry, points: int) -> Transaction:
    """Give the line of an entry.

    Args:
        customer_id: Whose ledger it is.
        entry: What was booked.
        points: What `moved` says of it.
    """
    lots = entry.lots
    if not lots:
        return Transaction(customer_id, entry, points)
    first = lots[0]
    is_one = len(lots) == 1 or {lot[2:4] for lot in lots} == {first[2:4]}
    return Transaction(customer_id, entry, points, *(first[2:4] if is_one else ()))


def _type(points: int) -> str:
    return "addition" if points > 0 else "subtraction"


TRANSACTIONS: tuple[Column, ...] = (
    Column("customerprofileid", "customer_id", is_text=True),
    Column("customersessionid", "entry.order_id", is_text=True),
    Column("rulesetid"),
    Column("rulename", "entry.rule", is_text=True),
    Column("programid", "entry.ledger.program_id", is_text=True),
    Column("type", "moved", show=_type),
    Column("name", "entry.reason", is_text=True),
    Column("subledgerid", "entry.ledger.ledger", is_text=True),
    Column("startdate", "starts_at", show=iso),
    Column("expirydate", "expires_at", show=iso),
    Column("id", "entry.seq"),
    Column("created", "entry.effective_at", show=iso),
    Column("amount", "moved", show=abs),
    Column("archived"),
    Column("campaignid"),
    Column("flags"),
    Column("transactionUUID", "entry.id", is_text=True),
)
"""The columns of TAL's transaction log."""
