"""Between records and rows: each record becomes a tuple in the order of its table's columns, and back.

A row is read without the columns that its ref already tells: `ref` and `row` together make the record. What is folded
in a table is for its lists alone, and never read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.adapters.sqlalchemy._nested import (
    dated,
    dump,
    iso,
    listed,
    maybe_instant,
    micros,
    numbered,
    plain_carried,
    plain_change,
    plain_draws,
    plain_lot,
    plain_ref,
    read,
    read_carried,
    read_change,
    read_draws,
    read_lot,
    texts,
)
from loyalcore.adapters.sqlalchemy._orders import order_row
from loyalcore.adapters.sqlalchemy._people import customer_row, membership_row
from loyalcore.adapters.sqlalchemy._referrals import code_row, counter_row, referral_row
from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import (
    Counter,
    Fact,
    FactRef,
    KeyRecord,
    KeyRef,
    LedgerRef,
    Note,
    NoteRef,
    Notice,
    NoticeRef,
)
from loyalcore.domain.ledger import (
    Debt,
    Entry,
    EntryKind,
    HoldState,
    Ledger,
    Lot,
    PointsHold,
    Settlement,
)
from loyalcore.domain.orders import Order
from loyalcore.domain.referrals import Referral, ReferralCode
from loyalcore.domain.segments import Segment
from loyalcore.values.clock import from_micros, to_micros
from loyalcore.values.drafts import draft_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.adapters.sqlalchemy._dialects import Row
    from loyalcore.domain.decision import SegmentRef

_KINDS = {kind.value: kind for kind in EntryKind}
_STATES = {state.value: state for state in HoldState}


# Ledgers and their parts ------------------------------------------------------------------------------------------


def ledger_row(record: Ledger) -> Row:
    """Give the head of a ledger as a row."""
    ref = record.ref
    return (
        ref.environment,
        ref.holder_id,
        ref.program_id,
        ref.ledger,
        record.version,
        record.seq,
        to_micros(record.at),
        to_micros(record.recorded_at),
        record.lot_count,
        record.awarded,
        record.active,
        record.pending,
        record.held,
        record.spent,
        record.expired,
        record.reversed,
        record.deficit,
        record.earned,
        micros(record.account_expires_at),
        record.lapsed_lots,
        micros(record.next_change_at),
    )


LEDGER_HELD, LEDGER_DEFICIT = 8, 12
"""Where a ledger's row, read without its name, tells whether there are open holds and debts to load."""


def ledger(
    ref: LedgerRef, row: Row, lots: tuple[Lot, ...], holds: tuple[PointsHold, ...], debts: tuple[Debt, ...]
) -> Ledger:
    """Give the ledger of a row, with what is open in it."""
    made: Any = _LedgerDraft()
    (
        made.version,
        made.seq,
        at,
        recorded_at,
        made.lot_count,
        made.awarded,
        made.active,
        made.pending,
        made.held,
        made.spent,
        made.expired,
        made.reversed,
        made.deficit,
        made.earned,
        account_expires_at,
        made.lapsed_lots,
        next_change_at,
    ) = row
    made.ref = ref
    made.at = from_micros(at)
    made.recorded_at = from_micros(recorded_at)
    made.account_expires_at = maybe_instant(account_expires_at)
    made.next_change_at = maybe_instant(next_change_at)
    made.lots, made.holds, made.debts = lots, holds, debts
    made.__class__ = Ledger
    record: Ledger = made
    return record


_LedgerDraft = draft_of(Ledger)


def lot_row(record: Lot) -> Row:
    """Give a lot as a row."""
    ref = record.ledger
    return (
        ref.environment,
        ref.holder_id,
        ref.program_id,
        ref.ledger,
        record.lot,
        record.granted,
        record.free,
        record.held,
        micros(record.active_from),
        micros(record.expires_at),
        iso(record.expires_on),
        record.expiry,
        record.is_earned,
        record.origin,
    )


def lot(ref: LedgerRef, row: Row) -> Lot:
    """Give the lot of a row."""
    made: Any = _LotDraft()
    (
        made.lot,
        made.granted,
        made.free,
        made.held,
        active_from,
        expires_at,
        expires_on,
        made.expiry,
        is_earned,
        made.origin,
    ) = row
    made.ledger = ref
    made.active_from = maybe_instant(active_from)
    if expires_on is None:
        made.expires_at, made.expires_on = maybe_instant(expires_at), None
    else:
        made.expires_at, made.expires_on = dated(expires_at, expires_on)
    made.is_earned = is_earned != 0
    made.__class__ = Lot
    record: Lot = made
    return record


_LotDraft = draft_of(Lot)


def hold_row(record: PointsHold) -> Row:
    """Give a hold as a row."""
    ref = record.ledger
    return (
        ref.environment,
        ref.holder_id,
        ref.program_id,
        ref.ledger,
        record.id,
        record.points,
        to_micros(record.lapses_at),
        record.state.value,
        plain_draws(record.draws),
        record.seq,
    )


def hold(ref: LedgerRef, row: Row) -> PointsHold:
    """Give the hold of a row."""
    hold_id, points, lapses_at, state, draws, seq = row
    return PointsHold(
        ledger=ref,
        id=hold_id,
        points=points,
        lapses_at=from_micros(lapses_at),
        state=_STATES[state],
        draws=read_draws(draws),
        seq=seq,
    )


def debt_row(record: Debt) -> Row:
    """Give a debt as a row."""
    ref = record.ledger
    return (
        ref.environment,
        ref.holder_id,
        ref.program_id,
        ref.ledger,
        record.entry_id,
        record.owed,
        record.seq,
        plain_draws(record.paid),
    )


def debt(ref: LedgerRef, row: Row) -> Debt:
    """Give the debt of a row."""
    entry_id, owed, seq, paid = row
    return Debt(ledger=ref, entry_id=entry_id, owed=owed, seq=seq, paid=read_draws(paid))


# Entries ----------------------------------------------------------------------------------------------------------


def entry_row(record: Entry) -> Row:
    """Give an entry as a row."""
    ref = record.ledger
    recorded_at = to_micros(record.recorded_at)
    return (
        ref.environment,
        ref.holder_id,
        ref.program_id,
        ref.ledger,
        record.seq,
        record.kind.value,
        record.points,
        recorded_at,
        recorded_at if record.effective_at is record.recorded_at else to_micros(record.effective_at),
        micros(record.occurred_at),
        plain_draws(record.draws),
        listed(record.settled),
        dump([plain_lot(new) for new in record.lots]) if record.lots else None,
        dump([plain_change(change) for change in record.changes]) if record.changes else None,
        record.owed,
        record.waived,
        record.program_version,
        record.actor,
        record.reason,
        record.order_id,
        record.rule,
        record.hold_id,
        micros(record.lapses_at),
        record.corrects,
        record.counterpart,
        micros(record.account_expires_at),
        None if record.carried is None else dump(plain_carried(record.carried)),
    )


def entry(ref: LedgerRef, row: Row) -> Entry:
    """Give the entry of a row."""
    draws, settled, lots, changes, carried = row[6], row[7], row[8], row[9], row[22]
    return Entry(
        ledger=ref,
        seq=row[0],
        kind=_KINDS[row[1]],
        points=row[2],
        recorded_at=from_micros(row[3]),
        effective_at=from_micros(row[4]),
        occurred_at=maybe_instant(row[5]),
        draws=read_draws(draws),
        settled=tuple([Settlement(*each) for each in read(settled)]) if settled else (),
        lots=tuple([read_lot(each) for each in read(lots)]) if lots else (),
        changes=tuple([read_change(each) for each in read(changes)]) if changes else (),
        owed=row[10],
        waived=row[11],
        program_version=row[12],
        actor=row[13],
        reason=row[14],
        order_id=row[15],
        rule=row[16],
        hold_id=row[17],
        lapses_at=maybe_instant(row[18]),
        corrects=row[19],
        counterpart=row[20],
        account_expires_at=maybe_instant(row[21]),
        carried=read_carried(read(carried)) if carried else None,
    )


# Keys, facts and notes --------------------------------------------------------------------------------------------


def key_row(record: KeyRecord) -> Row:
    """Give a used key as a row."""
    ref = record.ref
    return (
        ref.environment,
        ref.holder_id,
        ref.key,
        record.command,
        texts(record.digests) if record.digests else None,
        f"[{','.join([numbered(ledger_ref, numbers) for ledger_ref, numbers in record.entries])}]"
        if record.entries
        else None,
        record.code,
    )


def key(ref: KeyRef, row: Row) -> KeyRecord:
    """Give the used key of a row."""
    command, digests, entries, code = row
    return KeyRecord(
        ref=ref,
        command=command,
        digests=read(digests) if digests else {},
        entries=tuple((LedgerRef(*name), tuple(numbers)) for *name, numbers in read(entries)) if entries else (),
        code=code,
    )


def fact_row(record: Fact) -> Row:
    """Give a fact as a row."""
    ref = record.ref
    return (
        ref.environment,
        ref.holder_id,
        ref.program_id,
        ref.rule,
        ref.source_type,
        ref.source_id,
        ref.line,
        ref.side,
        ref.cycle,
        dump(plain_ref(record.ledger)),
        record.seq,
    )


def fact(ref: FactRef, row: Row) -> Fact:
    """Give the fact of a row."""
    return Fact(ref, LedgerRef(*read(row[0])), row[1])


def note_row(record: Note) -> Row:
    """Give a note as a row."""
    ref = record.ref.ledger
    return (ref.environment, ref.holder_id, ref.program_id, ref.ledger, record.ref.seq, record.text)


def note(ref: LedgerRef, row: Row) -> Note:
    """Give the note of a row."""
    return Note(NoteRef(ref, row[0]), row[1])


def notice_row(record: Notice) -> Row:
    """Give a notice as a row."""
    ref = record.ref
    details = dump(dict(record.details)) if record.details else None
    name = (ref.environment, ref.holder_id, ref.notice_id)
    made = (record.kind, record.program_id, to_micros(record.at), details)
    standing = (micros(record.next_change_at), record.attempts, record.claimed_by, record.error, record.version)
    return (*name, *made, *standing)


def notice(ref: NoticeRef, row: Row) -> Notice:
    """Give the notice of a row."""
    kind, program_id, at, details, next_change_at, attempts, claimed_by, error, version = row
    return Notice(
        ref=ref,
        kind=kind,
        program_id=program_id,
        at=from_micros(at),
        details=read(details) if details else {},
        next_change_at=maybe_instant(next_change_at),
        attempts=attempts,
        claimed_by=claimed_by,
        error=error,
        version=version,
    )


# Segments ---------------------------------------------------------------------------------------------------------


def segment_row(record: Segment) -> Row:
    """Give a segment as a row."""
    name = (record.environment, record.segment_id)
    saved = (to_micros(record.created_at), to_micros(record.updated_at), record.version)
    return (*name, record.title, record.condition, *saved)


def segment(ref: SegmentRef, row: Row) -> Segment:
    """Give the segment of a row."""
    title, condition, created_at, updated_at, version = row
    return Segment(
        environment=ref.environment,
        segment_id=ref.segment_id,
        title=title,
        condition=condition,
        created_at=from_micros(created_at),
        updated_at=from_micros(updated_at),
        version=version,
    )


ROW_OF: dict[type[Any], Callable[[Any], Row]] = {
    Customer: customer_row,
    Membership: membership_row,
    Ledger: ledger_row,
    Lot: lot_row,
    PointsHold: hold_row,
    Debt: debt_row,
    Entry: entry_row,
    KeyRecord: key_row,
    Fact: fact_row,
    Note: note_row,
    Notice: notice_row,
    Segment: segment_row,
    Order: order_row,
    ReferralCode: code_row,
    Referral: referral_row,
    Counter: counter_row,
}
"""How each kind of record becomes a row."""
