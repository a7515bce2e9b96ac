"""What every flow of points shares: begin with the key, book on one ledger, gather the changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.customers import check_takes_part
from loyalcore.domain.decision import (
    Decision,
    EntriesRef,
    LedgerRef,
    Note,
    NoteRef,
)
from loyalcore.domain.flows._case import gather
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.ledger import (
    Activity,
    Adjust,
    Award,
    Entry,
    EntryKind,
    Hold,
    Spend,
)
from loyalcore.errors import IllegalTransition, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.decision import Record
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.flows._desk import Desk
    from loyalcore.domain.ledger import Book

_GRANTING = (Award, Adjust, Activity)
_MOVES: dict[type[Any], str] = {Award: "earn", Spend: "spend", Hold: "spend"}
"""What only those may do who take part; what a person does by hand, and what settles an earlier move, all may."""


def post(
    command: Any,
    case: Case,
    customer: Customer,
    booking: Callable[[Book, Desk], list[Entry]],
    *,
    inserts: Callable[[list[Entry]], Iterable[Record]] = lambda entries: (),
) -> Decision:
    """Book on one ledger: open it at now, book, let the membership follow, gather the changes."""
    program = case.program(command.program)
    if type(command) in _MOVES:
        check_takes_part(customer, program.customers, _MOVES[type(command)])
    ref = case.ledger_ref(customer.holder_id, program, command.ledger)
    ledger = case.ledger(ref)
    if ledger is None and command.ledger and not _may_create(command):
        raise NotFound("ledger", command.ledger, hint="a subledger is created by awarding to it")
    desk = case.desk(customer.holder_id, program, customer)
    book = desk.book(command.ledger, ledger, case.now)
    entries = booking(book, desk)
    desk.settle_membership(book)
    extra = list(inserts(entries))
    if command.note is not None and entries:
        extra.append(Note(NoteRef(entries[0].ledger, entries[0].seq), command.note))
    return case.decided(command, customer, [desk], entries, inserts=extra)


def _may_create(command: Any) -> bool:
    return isinstance(command, _GRANTING) and getattr(command, "points", 1) > 0


def begin(command: Any, case: Case) -> tuple[Customer, Receipt | None]:
    """Find the customer, ask for what a posting reads, and answer a key that was used before."""
    customer = case.customer(command.customer_id)
    case.need_posting(customer, case.program(command.program), command)
    return customer, case.replay(customer, command)


def simple(
    command: Any,
    case: Case,
    booking: Callable[[Book, Customer], list[Entry]],
) -> Decision:
    customer, replayed = begin(command, case)
    if replayed is not None:
        return Decision(gather((), [], []), replayed)
    return post(command, case, customer, lambda book, _desk: booking(book, customer))


def named(command: Any, case: Case, customer: Customer, ref: LedgerRef, *kinds: EntryKind) -> list[Entry]:
    """Find the entries of some kinds that a command names by their ids or by their order.

    Raises:
        NotFound: There is no such entry, or the order has none.
        IllegalTransition: A named entry is of another kind.
    """
    if command.order_id is not None:
        refs = [EntriesRef(each, "order_id", command.order_id) for each in case.family(customer, ref)]
        found = [entry for entry in case.entries(refs) if entry.kind in kinds]
        if not found:
            raise NotFound(f"{kinds[0].value} of order", command.order_id)
        return found
    ids = dict.fromkeys(command.entry_ids) if hasattr(command, "entry_ids") else (command.entry_id,)
    found = [case.entry(customer, ref, entry_id) for entry_id in ids]
    for entry in found:
        if entry.kind not in kinds:
            raise IllegalTransition(state=f"of kind {entry.kind.value}", move=command.name.removeprefix("points."))
    return found
