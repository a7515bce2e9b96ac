"""What a ledger shows: its balance at an instant, and the changes that time will bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.ledger._entry import EntryKind

if TYPE_CHECKING:
    from datetime import date, datetime

    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.ledger._book import Book
    from loyalcore.domain.ledger._kernel import Account
    from loyalcore.domain.ledger._ledger import Ledger


@attrs.frozen(kw_only=True)
class Balance:
    """The figures of one ledger at one instant, in points.

    The law: `awarded == active + pending + held + spent + expired + reversed - deficit`.

    Args:
        at: The instant, UTC.
        active: Points that can be spent.
        pending: Points whose time has not come.
        held: Points reserved by open holds.
        spent: Points spent, deducted, adjusted down or transferred out, less what was restored.
        expired: Points that lapsed.
        reversed: Points of awards that were taken back.
        deficit: Points owed; above 0 only where `active` is 0.
        awarded: Points that came in: awards, adjustments up, transfers in.
        earned: Points that became active through awards, net of reversals.
        program_id: The program.
        ledger: The ledger's id, `""` for the main one.

    Source: DOMAIN 3.2; TAL points panel.
    """

    at: datetime
    active: int = 0
    pending: int = 0
    held: int = 0
    spent: int = 0
    expired: int = 0
    reversed: int = 0
    deficit: int = 0
    awarded: int = 0
    earned: int = 0
    program_id: str = ""
    ledger: str = ""


@attrs.frozen(kw_only=True)
class ScheduledChange:
    """Something that time will do to a ledger if nobody else does anything.

    Args:
        at: When, UTC.
        kind: `expire`, `activate`, or `release` (a hold lapses).
        points: How many points.
        expires_on: For points with a date expiry, their last valid day.
    """

    at: datetime
    kind: EntryKind
    points: int
    expires_on: date | None = None


def balance(book: Book, at: datetime) -> Balance:
    """Give the figures of a book that has been advanced to an instant."""
    return _figures(book.account, book.ref, at)


def cached_balance(ledger: Ledger, at: datetime) -> Balance | None:
    """Give the figures as last written, where time has changed nothing between then and an instant."""
    if at < ledger.recorded_at or (ledger.next_change_at is not None and ledger.next_change_at <= at):
        return None
    return _figures(ledger, ledger.ref, at)


def _figures(of: Account | Ledger, ref: LedgerRef, at: datetime) -> Balance:
    return Balance(
        at=at,
        active=of.active,
        pending=of.pending,
        held=of.held,
        spent=of.spent,
        expired=of.expired,
        reversed=of.reversed,
        deficit=of.deficit,
        awarded=of.awarded,
        earned=of.earned,
        program_id=ref.program_id,
        ledger=ref.ledger,
    )


def schedule(book: Book) -> tuple[ScheduledChange, ...]:
    """List what time will do to a book from where it stands; the book is used up by it."""
    account = book.account
    days = {lot.lot: lot.expires_on for lot in account.lots.values()}
    while book.advance_once():
        pass
    changes = []
    for entry in book.entries:
        if not entry.points:
            continue
        on = {days.get(draw.lot) for draw in entry.draws} if entry.kind is EntryKind.EXPIRE else {None}
        changes.append(
            ScheduledChange(
                at=entry.effective_at,
                kind=entry.kind,
                points=entry.points,
                expires_on=on.pop() if len(on) == 1 else None,
            ),
        )
    return tuple(changes)
