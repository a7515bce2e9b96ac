"""Between records and rows: each record becomes a tuple in the order of its table's columns, and back.

A row is read without the columns that its ref already tells: `ref` and `row` together make the record.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring as _quoted
from typing import TYPE_CHECKING, Any

from loyalcore.domain.customers import Customer, Membership, Standing
from loyalcore.domain.decision import Fact, FactRef, KeyRecord, KeyRef, LedgerRef, Note, NoteRef
from loyalcore.domain.ledger import (
    Carried,
    CarriedDebt,
    CarriedHold,
    Debt,
    Draw,
    Entry,
    EntryKind,
    HoldState,
    Ledger,
    Lot,
    NewLot,
    PointsHold,
    Settlement,
    TermChange,
)
from loyalcore.values.clock import EPOCH, to_micros

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from loyalcore.domain.decision import CustomerRef, MembershipRef

Row = tuple[Any, ...]

_dump = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_decode = json.JSONDecoder().raw_decode
_KINDS = {kind.value: kind for kind in EntryKind}
_STATES = {state.value: state for state in HoldState}
_NO_STANDING = Standing()


def _read(text: str) -> Any:
    return _decode(text)[0]


def _at(micros: int) -> datetime:
    return EPOCH + timedelta(0, 0, micros)


def _maybe_at(micros: int | None) -> datetime | None:
    return None if micros is None else EPOCH + timedelta(0, 0, micros)


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else to_micros(instant)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _list(values: tuple[Any, ...]) -> str | None:
    return _dump(values) if values else None


def _plain_draws(draws: tuple[Draw, ...]) -> str | None:
    return f"[{','.join([f'[{lot},{points}]' for lot, points in draws])}]" if draws else None


def _draws(text: str | None) -> tuple[Draw, ...]:
    return tuple([Draw(*draw) for draw in _read(text)]) if text else ()


# Customers and memberships ----------------------------------------------------------------------------------------


def customer_row(record: Customer) -> Row:
    """Give a customer as a row."""
    return (
        record.environment,
        record.customer_id,
        record.holder_id,
        to_micros(record.registered_at),
        record.merged_into,
        _list(record.absorbed),
        _list(record.programs),
        record.version,
    )


def customer(ref: CustomerRef, row: Row) -> Customer:
    """Give the customer of a row."""
    holder_id, registered_at, merged_into, absorbed, programs, version = row
    return Customer(
        environment=ref.environment,
        customer_id=ref.customer_id,
        holder_id=holder_id,
        registered_at=_at(registered_at),
        merged_into=merged_into,
        absorbed=tuple(_read(absorbed)) if absorbed else (),
        programs=tuple(_read(programs)) if programs else (),
        version=version,
    )


def _amount(value: int | Decimal) -> int | str:
    return str(value) if isinstance(value, Decimal) else value


def _read_amount(value: int | str) -> int | Decimal:
    return Decimal(value) if isinstance(value, str) else value


def membership_row(record: Membership) -> Row:
    """Give a membership as a row."""
    standing = record.standing
    gains = tuple((until, _amount(amount)) for until, amount in standing.gains)
    return (
        record.environment,
        record.holder_id,
        record.program_id,
        _micros(record.joined_at),
        standing.tier,
        _micros(standing.since),
        _micros(standing.expires_at),
        standing.previous,
        None if standing.measured is None else _dump(_amount(standing.measured)),
        _list(gains),
        _list(record.ledgers),
        record.version,
    )


def membership(ref: MembershipRef, row: Row) -> Membership:
    """Give the membership of a row."""
    joined_at, tier, since, expires_at, previous, measured, gains, ledgers, version = row
    if tier is since is expires_at is previous is measured is gains is None:
        standing = _NO_STANDING
    else:
        standing = Standing(
            tier=tier,
            since=_maybe_at(since),
            expires_at=_maybe_at(expires_at),
            previous=previous,
            measured=None if measured is None else _read_amount(_read(measured)),
            gains=tuple((until, _read_amount(amount)) for until, amount in _read(gains)) if gains else (),
        )
    return Membership(
        environment=ref.environment,
        holder_id=ref.holder_id,
        program_id=ref.program_id,
        joined_at=_maybe_at(joined_at),
        standing=standing,
        ledgers=tuple(_read(ledgers)) if ledgers else (),
        version=version,
    )


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
        _micros(record.account_expires_at),
        record.lapsed_lots,
        _micros(record.next_change_at),
    )


LEDGER_HELD, LEDGER_DEFICIT = 8, 12
"""Where a ledger's row, read without its name, tells whether there are open holds and debts to load."""


def ledger(
    ref: LedgerRef, row: Row, lots: tuple[Lot, ...], holds: tuple[PointsHold, ...], debts: tuple[Debt, ...]
) -> Ledger:
    """Give the ledger of a row, with what is open in it."""
    return Ledger(
        ref=ref,
        version=row[0],
        seq=row[1],
        at=_at(row[2]),
        recorded_at=_at(row[3]),
        lot_count=row[4],
        awarded=row[5],
        active=row[6],
        pending=row[7],
        held=row[8],
        spent=row[9],
        expired=row[10],
        reversed=row[11],
        deficit=row[12],
        earned=row[13],
        account_expires_at=_maybe_at(row[14]),
        lapsed_lots=row[15],
        next_change_at=_maybe_at(row[16]),
        lots=lots,
        holds=holds,
        debts=debts,
    )


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
        _micros(record.active_from),
        _micros(record.expires_at),
        _iso(record.expires_on),
        record.expiry,
        record.is_earned,
        record.origin,
    )


def lot(ref: LedgerRef, row: Row) -> Lot:
    """Give the lot of a row."""
    number, granted, free, held, active_from, expires_at, expires_on, expiry, is_earned, origin = row
    end, on = (_maybe_at(expires_at), None) if expires_on is None else _dated(expires_at, expires_on)
    return Lot(
        ledger=ref,
        lot=number,
        granted=granted,
        free=free,
        held=held,
        active_from=None if active_from is None else EPOCH + timedelta(0, 0, active_from),
        expires_at=end,
        expires_on=on,
        expiry=expiry,
        is_earned=is_earned != 0,
        origin=origin,
    )


@lru_cache(maxsize=4096)
def _dated(expires_at: int, expires_on: str) -> tuple[datetime, date]:
    """Give the term of a lot that ends with a day: many lots have the same."""
    return _at(expires_at), date.fromisoformat(expires_on)


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
        _plain_draws(record.draws),
        record.seq,
    )


def hold(ref: LedgerRef, row: Row) -> PointsHold:
    """Give the hold of a row."""
    hold_id, points, lapses_at, state, draws, seq = row
    return PointsHold(
        ledger=ref,
        id=hold_id,
        points=points,
        lapses_at=_at(lapses_at),
        state=_STATES[state],
        draws=_draws(draws),
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
        _plain_draws(record.paid),
    )


def debt(ref: LedgerRef, row: Row) -> Debt:
    """Give the debt of a row."""
    entry_id, owed, seq, paid = row
    return Debt(ledger=ref, entry_id=entry_id, owed=owed, seq=seq, paid=_draws(paid))


# Entries ----------------------------------------------------------------------------------------------------------


def entry_row(record: Entry) -> Row:
    """Give an entry as a row."""
    ref = record.ledger
    return (
        ref.environment,
        ref.holder_id,
        ref.program_id,
        ref.ledger,
        record.seq,
        record.kind.value,
        record.points,
        to_micros(record.recorded_at),
        to_micros(record.effective_at),
        _micros(record.occurred_at),
        _plain_draws(record.draws),
        _list(record.settled),
        _dump([_plain_lot(new) for new in record.lots]) if record.lots else None,
        _dump([_plain_change(change) for change in record.changes]) if record.changes else None,
        record.owed,
        record.waived,
        record.program_version,
        record.actor,
        record.reason,
        record.order_id,
        record.rule,
        record.hold_id,
        _micros(record.lapses_at),
        record.corrects,
        record.counterpart,
        _micros(record.account_expires_at),
        None if record.carried is None else _dump(_plain_carried(record.carried)),
    )


def entry(ref: LedgerRef, row: Row) -> Entry:
    """Give the entry of a row."""
    draws, settled, lots, changes, carried = row[6], row[7], row[8], row[9], row[22]
    return Entry(
        ledger=ref,
        seq=row[0],
        kind=_KINDS[row[1]],
        points=row[2],
        recorded_at=_at(row[3]),
        effective_at=_at(row[4]),
        occurred_at=_maybe_at(row[5]),
        draws=_draws(draws),
        settled=tuple([Settlement(*each) for each in _read(settled)]) if settled else (),
        lots=tuple([_new_lot(each) for each in _read(lots)]) if lots else (),
        changes=tuple([_change(each) for each in _read(changes)]) if changes else (),
        owed=row[10],
        waived=row[11],
        program_version=row[12],
        actor=row[13],
        reason=row[14],
        order_id=row[15],
        rule=row[16],
        hold_id=row[17],
        lapses_at=_maybe_at(row[18]),
        corrects=row[19],
        counterpart=row[20],
        account_expires_at=_maybe_at(row[21]),
        carried=_carried(_read(carried)) if carried else None,
    )


def _plain_lot(new: NewLot) -> list[Any]:
    return [
        new.lot,
        new.points,
        _micros(new.active_from),
        _micros(new.expires_at),
        _iso(new.expires_on),
        new.expiry,
        new.is_earned,
        new.origin,
        new.held,
    ]


def _new_lot(plain: list[Any]) -> NewLot:
    number, points, active_from, expires_at, expires_on, expiry, is_earned, origin, held = plain
    return NewLot(
        number,
        points,
        _maybe_at(active_from),
        _maybe_at(expires_at),
        _day(expires_on),
        expiry,
        is_earned,
        origin,
        held,
    )


def _plain_change(change: TermChange) -> list[Any]:
    return [change.lot, _micros(change.before), _micros(change.after), _iso(change.expires_on)]


def _change(plain: list[Any]) -> TermChange:
    number, before, after, expires_on = plain
    return TermChange(number, _maybe_at(before), _maybe_at(after), _day(expires_on))


def _plain_carried(carried: Carried) -> dict[str, Any]:
    return {
        "origin": carried.origin,
        "awarded": carried.awarded,
        "spent": carried.spent,
        "expired": carried.expired,
        "reversed": carried.reversed,
        "earned": carried.earned,
        "holds": [(each.hold_id, each.points, to_micros(each.lapses_at), each.draws) for each in carried.holds],
        "debts": carried.debts,
    }


def _carried(plain: dict[str, Any]) -> Carried:
    holds = tuple(
        CarriedHold(hold_id, points, _at(lapses_at), tuple(Draw(*draw) for draw in draws))
        for hold_id, points, lapses_at, draws in plain.pop("holds")
    )
    debts = tuple(
        CarriedDebt(entry_id, owed, tuple(Draw(*draw) for draw in paid)) for entry_id, owed, paid in plain.pop("debts")
    )
    return Carried(holds=holds, debts=debts, **plain)


# Keys, facts and notes --------------------------------------------------------------------------------------------


def _plain_ref(ref: LedgerRef) -> tuple[str, str, str, str]:
    return (ref.environment, ref.holder_id, ref.program_id, ref.ledger)


def key_row(record: KeyRecord) -> Row:
    """Give a used key as a row."""
    ref = record.ref
    return (
        ref.environment,
        ref.holder_id,
        ref.key,
        record.command,
        f"{{{','.join([f'{_quoted(name)}:{_quoted(each)}' for name, each in record.digests.items()])}}}"
        if record.digests
        else None,
        f"[{','.join([_numbered(ledger_ref, numbers) for ledger_ref, numbers in record.entries])}]"
        if record.entries
        else None,
    )


def _numbered(ref: LedgerRef, numbers: tuple[int, ...]) -> str:
    names = ",".join(map(_quoted, _plain_ref(ref)))
    return f"[{names},[{','.join(map(str, numbers))}]]"


def key(ref: KeyRef, row: Row) -> KeyRecord:
    """Give the used key of a row."""
    command, digests, entries = row
    return KeyRecord(
        ref=ref,
        command=command,
        digests=_read(digests) if digests else {},
        entries=tuple((LedgerRef(*name), tuple(numbers)) for *name, numbers in _read(entries)) if entries else (),
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
        _dump(_plain_ref(record.ledger)),
        record.seq,
    )


def fact(ref: FactRef, row: Row) -> Fact:
    """Give the fact of a row."""
    return Fact(ref, LedgerRef(*_read(row[0])), row[1])


def note_row(record: Note) -> Row:
    """Give a note as a row."""
    ref = record.ref.ledger
    return (ref.environment, ref.holder_id, ref.program_id, ref.ledger, record.ref.seq, record.text)


def note(ref: LedgerRef, row: Row) -> Note:
    """Give the note of a row."""
    return Note(NoteRef(ref, row[0]), row[1])


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
}
"""How each kind of record becomes a row."""
