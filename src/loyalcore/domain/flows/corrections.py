"""Reverse and restore, decided: what corrected an entry so far, and where its points went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.decision import (
    DebtRef,
    Decision,
    EntriesRef,
    LedgerRef,
    LotRef,
)
from loyalcore.domain.flows._posting import named, simple
from loyalcore.domain.ledger import (
    Entry,
    EntryKind,
    Restore,
    Reverse,
    local_lot,
    open_debt,
    open_lot,
    restore,
    restored,
    reverse,
)
from loyalcore.errors import InsufficientPoints

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.ledger import Book, Debt, Draw, OpenLot
    from loyalcore.values.calendar import Duration


def _corrections(case: Case, customer: Customer, ref: LedgerRef, entries: Iterable[Entry]) -> list[list[Entry]]:
    """Find what corrected each entry so far, in its own ledger and in the one it was merged into."""
    family = case.family(customer, ref)
    wanted = [[EntriesRef(each, "corrects", entry.id) for each in family] for entry in entries]
    case.world.need(*(ref for refs in wanted for ref in refs))
    return [case.entries(refs) for refs in wanted]


def decide_reverse(command: Reverse, case: Case) -> Decision:
    """Take back an award, or all awards of an order."""

    def booking(book: Book, customer: Customer) -> list[Entry]:
        awards = named(command, case, customer, book.ref, EntryKind.AWARD)
        fields = {"reason": command.reason, "occurred_at": command.occurred_at, "order_id": awards[0].order_id}
        return take_back(case, customer, book, awards, command.points, **fields)

    return simple(command, case, booking)


def take_back(
    case: Case, customer: Customer, book: Book, awards: list[Entry], points: int | None, **fields: Any
) -> list[Entry]:
    """Book the taking back of awards, as far as they were not taken back before.

    Args:
        case: The case.
        customer: Whose awards they are.
        book: The ledger, opened at now.
        awards: The awards, of this ledger or of one that was merged into it.
        points: How many; None is all that is left; more is clamped to what is left.
        fields: Further fields of the entries.
    """
    corrections = _corrections(case, customer, book.ref, awards)
    return reverse(book, list(zip(awards, corrections, strict=True)), points, **fields)


def let_go(case: Case, customer: Customer, ref: LedgerRef, awards: list[Entry]) -> int:
    """Say how many points of awards taking them back has let go before this command: whose they are has kept them.

    Args:
        case: The case.
        customer: Whose awards they are.
        ref: Their ledger, or the one that it was merged into.
        awards: The awards.
    """
    return sum(entry.waived for found in _corrections(case, customer, ref, awards) for entry in found)


def decide_restore(command: Restore, case: Case) -> Decision:
    """Give back a spend, or the spends of an order, the last one first."""

    def booking(book: Book, customer: Customer) -> list[Entry]:
        spends = named(command, case, customer, book.ref, EntryKind.SPEND, EntryKind.CAPTURE)
        left = sum(left_of_spends(case, customer, book.ref, spends))
        wanted = left if command.points is None else command.points
        if wanted > left or not wanted:
            raise InsufficientPoints(requested=command.points or 0, available=left, at=book.recorded_at)
        return give_back(case, customer, book, spends, wanted, reason=command.reason, occurred_at=command.occurred_at)

    return simple(command, case, booking)


def left_of_spends(case: Case, customer: Customer, ref: LedgerRef, spends: list[Entry]) -> list[int]:
    """Say how many points of each spend were not given back yet."""
    corrections = _corrections(case, customer, ref, spends)
    return [spend.points - restored(done) for spend, done in zip(spends, corrections, strict=True)]


def give_back(
    case: Case,
    customer: Customer,
    book: Book,
    spends: list[Entry],
    points: int,
    *,
    grace: Duration | None = None,
    **fields: Any,
) -> list[Entry]:
    """Book the giving back of spends, the last one first.

    Args:
        case: The case.
        customer: Whose spends they are.
        book: The ledger, opened at now.
        spends: The spends and captures, of this ledger or of one that was merged into it.
        points: How many points, at most what is left of them.
        grace: How long what has lapsed meanwhile lives on; None: not at all.
        fields: Further fields of the entries.
    """
    corrections = _corrections(case, customer, book.ref, spends)
    paid, closed = _bring_back(case, customer, book, spends)
    written = []
    for spend, done in reversed(list(zip(spends, corrections, strict=True))):
        part = min(spend.points - restored(done), points)
        points -= part
        if part:
            written.append(
                restore(book, spend, done, part, closed, paid[spend.id], grace=grace, order_id=spend.order_id, **fields)
            )
    return written


def _bring_back(
    case: Case,
    customer: Customer,
    book: Book,
    spends: list[Entry],
) -> tuple[dict[str, list[tuple[LedgerRef, Draw]]], dict[LotRef, OpenLot]]:
    """Load what a restore reaches into beyond the open lots.

    The book gets the debts that spends left here, and the lots of its own that have run empty since. The answer holds
    what paid the debt of each spend in ledgers that were merged into this one, and the lots that are open no more.
    """
    own, world = book.account, case.world
    family = case.family(customer, book.ref)
    debts = {
        spend.id: [DebtRef(each, spend.id) for each in ([book.ref] if spend.ledger == book.ref else reversed(family))]
        for spend in spends
        if spend.owed
    }
    world.need(*(ref for refs in debts.values() for ref in refs))
    paid: dict[str, list[tuple[LedgerRef, Draw]]] = {}
    wanted: set[LotRef] = set()
    for spend in spends:
        elsewhere = paid[spend.id] = []
        for ref in debts.get(spend.id, ()):
            debt: Debt | None = world.get(ref)
            if debt is not None and ref.ledger == book.ref:
                here = own.debts.setdefault(spend.id, open_debt(debt))
                wanted.update(LotRef(book.ref, draw.lot) for draw in here.paid)
            elif debt is not None:
                elsewhere += [(ref.ledger, draw) for draw in debt.paid]
        drawn = [*((spend.ledger, draw) for draw in spend.draws), *elsewhere]
        wanted.update(LotRef(ledger, draw.lot) for ledger, draw in drawn)
    gone = [ref for ref in wanted if local_lot(book, ref.ledger, ref.lot) is None]
    gone = [ref for ref in gone if ref.ledger != book.ref or ref.lot not in own.closed]
    homes = {ref: _home(case, customer, book, ref) for ref in gone}
    known = {LotRef(book.ref, lot) for lot in (*own.lots, *own.closed)}
    gone = [home for home in homes.values() if home not in known]
    world.need(*gone, *{home.ledger for home in gone})
    own.closed.update((home.lot, open_lot(world.get(home))) for home in gone if home.ledger == book.ref)
    closed: dict[LotRef, OpenLot] = {}
    for name, home in homes.items():
        if home.ledger == book.ref:
            closed[name] = own.lots.get(home.lot) or own.closed[home.lot]
            continue
        lot = closed[name] = open_lot(world.get(home))
        if lot.lot <= world.get(home.ledger).lapsed_lots:
            lot.expires_at = min(lot.expires_at, book.now)  # it lapsed with the account that was merged
    return paid, closed


def _home(case: Case, customer: Customer, book: Book, ref: LotRef) -> LotRef:
    """Follow a lot through the merges that carried it along, to where it ran empty."""
    while ref.ledger != book.ref:
        (last,) = case.entries([EntriesRef(ref.ledger, "seq", case.world.get(ref.ledger).seq)])
        into = case.entry(customer, book.ref, str(last.counterpart))
        numbers = {draw.lot: lot.lot for draw, lot in zip(last.draws, into.lots, strict=True)}
        if ref.lot not in numbers:
            break
        ref = LotRef(into.ledger, numbers[ref.lot])
    return ref
