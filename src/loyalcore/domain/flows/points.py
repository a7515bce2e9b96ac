"""The commands that bring points in, take or reserve them, decided: who, which ledger, which lots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.decision import Decision, Fact, HoldRef
from loyalcore.domain.flows._case import gather
from loyalcore.domain.flows._facts import facts_of, paid_by
from loyalcore.domain.flows._posting import named, post, simple
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.ledger import (
    Activate,
    Activity,
    Adjust,
    Award,
    Capture,
    Deduct,
    Entry,
    EntryKind,
    Extend,
    Hold,
    Release,
    Spend,
    activate,
    capture,
    extend,
    grant,
    local_lot,
    open_hold,
    pending_lots,
    release,
    reserve,
    take,
)
from loyalcore.errors import AlreadyResolved, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.decision import FactRef, Record
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.flows._desk import Desk
    from loyalcore.domain.ledger import Book, OpenHold, OpenLot, PointsHold


def decide_award(command: Award, case: Case) -> Decision:
    """Grant points; a business fact that was paid before is answered with what paid it."""
    customer = case.customer(command.customer_id)
    facts = fact_refs(command, case, customer)
    program = case.program(command.program)
    case.need_posting(customer, program, command, facts)
    replayed = case.replay(customer, command) or _paid_before(command, case, facts)
    if replayed is not None:
        return Decision(gather((), [], []), replayed)

    def book_award(book: Book, _desk: Desk) -> list[Entry]:
        return [
            grant(
                book,
                EntryKind.AWARD,
                command.points,
                activation=command.activation,
                active_from=command.active_from,
                expiry=command.expiry,
                expires_at=command.expires_at,
                expires_on=command.expires_on,
                order_id=command.order_id,
                rule=command.rule,
                reason=command.reason or command.rule,
                occurred_at=command.occurred_at,
            ),
        ]

    def pay(entries: list[Entry]) -> Iterable[Record]:
        return [Fact(facts[0], entries[0].ledger, entries[0].seq)] if facts else []

    return post(command, case, customer, book_award, inserts=pay)


def fact_refs(command: Award, case: Case, customer: Customer) -> list[FactRef]:
    """Name the business fact of an award: the holder's own first, then those of merged holders."""
    source_id = command.source_id or command.order_id
    if command.rule is None or source_id is None:
        return []
    program = case.program(command.program)
    source_type = command.source_type or ("order" if command.source_id is None else "source")
    return facts_of(
        case,
        customer,
        program,
        command.rule,
        source_type,
        source_id,
        line=command.line,
        side=command.side,
        cycle=command.cycle,
    )


def _paid_before(command: Award, case: Case, facts: list[FactRef]) -> Receipt | None:
    entry = paid_by(case, facts, command.points)
    return None if entry is None else Receipt(command=command.name, entries=(entry,), replayed=True)


def decide_spend(command: Spend, case: Case) -> Decision:
    """Spend active points."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        fields = {"order_id": command.order_id, "reason": command.reason, "occurred_at": command.occurred_at}
        return [take(book, EntryKind.SPEND, command.points, **fields)]

    return simple(command, case, booking)


def decide_deduct(command: Deduct, case: Case) -> Decision:
    """Take active points by hand."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        fields = {"reason": command.reason, "occurred_at": command.occurred_at}
        return [take(book, EntryKind.DEDUCT, command.points, **fields)]

    return simple(command, case, booking)


def decide_adjust(command: Adjust, case: Case) -> Decision:
    """Adjust up like an award that is active at once, down like a deduction."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        fields: dict[str, Any] = {"reason": command.reason, "occurred_at": command.occurred_at}
        if command.points < 0:
            return [take(book, EntryKind.ADJUST, -command.points, **fields)]
        return [
            grant(
                book,
                EntryKind.ADJUST,
                command.points,
                activation="immediate",
                expiry=command.expiry,
                expires_at=command.expires_at,
                expires_on=command.expires_on,
                **fields,
            ),
        ]

    return simple(command, case, booking)


def decide_activity(command: Activity, case: Case) -> Decision:
    """Record that something happened without points."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        fields = {"order_id": command.order_id, "reason": command.reason, "occurred_at": command.occurred_at}
        return [book.write(EntryKind.ACTIVITY, 0, **fields)]

    return simple(command, case, booking)


def decide_activate(command: Activate, case: Case) -> Decision:
    """Make pending points active now."""

    def booking(book: Book, customer: Customer) -> list[Entry]:
        awards = named(command, case, customer, book.ref, EntryKind.AWARD)
        lots = pending_lots(book, [lot.lot for lot in _lots_of(awards, book)])
        fields = {"order_id": command.order_id, "reason": command.reason, "occurred_at": command.occurred_at}
        return [activate(book, lots, **fields)]

    return simple(command, case, booking)


def decide_extend(command: Extend, case: Case) -> Decision:
    """Move the expiry of active and pending points."""

    def booking(book: Book, customer: Customer) -> list[Entry]:
        lots = list(book.account.lots.values())
        if command.entry_ids:
            named = [case.entry(customer, book.ref, entry_id) for entry_id in dict.fromkeys(command.entry_ids)]
            lots = _lots_of(named, book)
        return [
            extend(
                book,
                lots,
                by=command.by,
                expiry=command.expiry,
                expires_at=command.expires_at,
                expires_on=command.expires_on,
                reason=command.reason,
                occurred_at=command.occurred_at,
            ),
        ]

    return simple(command, case, booking)


def _lots_of(entries: Iterable[Entry], book: Book) -> list[OpenLot]:
    """Find the open lots of a book that entries made, here or in a ledger that was merged into it."""
    found = [local_lot(book, entry.ledger, lot.lot) for entry in entries for lot in entry.lots]
    return [lot for lot in found if lot is not None]


def decide_hold(command: Hold, case: Case) -> Decision:
    """Reserve active points."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        return [
            reserve(
                book,
                command.points,
                hold_id=command.key,
                hold_for=command.hold_for,
                lapses_at=command.lapses_at,
                order_id=command.order_id,
                reason=command.reason,
                occurred_at=command.occurred_at,
            ),
        ]

    return simple(command, case, booking)


def decide_capture(command: Capture, case: Case) -> Decision:
    """Turn a hold into a spend."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        hold = _open_hold(command.hold_id, case, book)
        order_id = command.order_id or case.order_of_hold(book.ref, hold.id, hold.seq)
        fields = {"order_id": order_id, "reason": command.reason, "occurred_at": command.occurred_at}
        return capture(book, hold, command.points, **fields)

    return simple(command, case, booking)


def decide_release(command: Release, case: Case) -> Decision:
    """Give up a hold."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        hold = _open_hold(command.hold_id, case, book)
        return release(book, hold, reason=command.reason, occurred_at=command.occurred_at)

    return simple(command, case, booking)


def _open_hold(hold_id: str, case: Case, book: Book) -> OpenHold:
    hold = open_hold(book, hold_id)
    if hold is not None:
        return hold
    lapsed = book.account.holds.get(hold_id)
    known: OpenHold | PointsHold | None = lapsed or case.world.get(HoldRef(book.ref, hold_id))
    if known is None:
        raise NotFound("hold", hold_id)
    raise AlreadyResolved(state=known.state.value, move="resolve")
