"""The commands of the ledger, decided: who, which ledger, which lots, and what the membership makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.decision import (
    DebtRef,
    Decision,
    EntriesRef,
    Fact,
    FactRef,
    HoldRef,
    KeyRef,
    LedgerRef,
    LotRef,
    MembershipRef,
    Note,
    NoteRef,
)
from loyalcore.domain.flows._case import gather
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
    Restore,
    Reverse,
    Spend,
    Sweep,
    Transfer,
    activate,
    capture,
    extend,
    grant,
    local_lot,
    open_debt,
    open_hold,
    open_lot,
    pending_lots,
    release,
    reserve,
    restore,
    restored,
    reverse,
    take,
    transfer,
)
from loyalcore.errors import AlreadyResolved, FactConflict, IllegalTransition, InsufficientPoints, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.decision import Record
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.flows._desk import Desk
    from loyalcore.domain.ledger import Book, Debt, Draw, OpenHold, OpenLot, PointsHold

_GRANTING = (Award, Adjust, Activity)


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

    return _post(command, case, customer, book_award, inserts=pay)


def fact_refs(command: Award, case: Case, customer: Customer) -> list[FactRef]:
    """Name the business fact of an award: the holder's own first, then those of merged holders."""
    source_id = command.source_id or command.order_id
    if command.rule is None or source_id is None:
        return []
    program = case.program(command.program)
    source_type = command.source_type or ("order" if command.source_id is None else "source")
    return [
        FactRef(
            case.world.environment,
            holder,
            program.id,
            command.rule,
            source_type,
            source_id,
            command.line,
            command.side,
            command.cycle,
        )
        for holder in (customer.holder_id, *customer.absorbed)
    ]


def _paid_before(command: Award, case: Case, facts: list[FactRef]) -> Receipt | None:
    for ref in facts:
        fact: Fact | None = case.world.get(ref)
        if fact is None:
            continue
        entries = case.entries([EntriesRef(fact.ledger, "seq", fact.seq)])
        if entries[0].points != command.points:
            raise FactConflict(fact=str(ref), paid=entries[0].points, requested=command.points)
        return Receipt(command=command.name, entries=tuple(entries), replayed=True)
    return None


def _post(
    command: Any,
    case: Case,
    customer: Customer,
    booking: Callable[[Book, Desk], list[Entry]],
    *,
    inserts: Callable[[list[Entry]], Iterable[Record]] = lambda entries: (),
) -> Decision:
    """Book on one ledger: open it at now, book, let the membership follow, gather the changes."""
    program = case.program(command.program)
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


def _begin(command: Any, case: Case) -> tuple[Customer, Receipt | None]:
    """Find the customer, ask for what a posting reads, and answer a key that was used before."""
    customer = case.customer(command.customer_id)
    case.need_posting(customer, case.program(command.program), command)
    return customer, case.replay(customer, command)


def _simple(
    command: Any,
    case: Case,
    booking: Callable[[Book, Customer], list[Entry]],
) -> Decision:
    customer, replayed = _begin(command, case)
    if replayed is not None:
        return Decision(gather((), [], []), replayed)
    return _post(command, case, customer, lambda book, _desk: booking(book, customer))


def decide_spend(command: Spend, case: Case) -> Decision:
    """Spend active points."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        fields = {"order_id": command.order_id, "reason": command.reason, "occurred_at": command.occurred_at}
        return [take(book, EntryKind.SPEND, command.points, **fields)]

    return _simple(command, case, booking)


def decide_deduct(command: Deduct, case: Case) -> Decision:
    """Take active points by hand."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        fields = {"reason": command.reason, "occurred_at": command.occurred_at}
        return [take(book, EntryKind.DEDUCT, command.points, **fields)]

    return _simple(command, case, booking)


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

    return _simple(command, case, booking)


def decide_activity(command: Activity, case: Case) -> Decision:
    """Record that something happened without points."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        fields = {"order_id": command.order_id, "reason": command.reason, "occurred_at": command.occurred_at}
        return [book.write(EntryKind.ACTIVITY, 0, **fields)]

    return _simple(command, case, booking)


def decide_activate(command: Activate, case: Case) -> Decision:
    """Make pending points active now."""

    def booking(book: Book, customer: Customer) -> list[Entry]:
        awards = _named(command, case, customer, book.ref, EntryKind.AWARD)
        own = [local_lot(book, award.ledger, lot.lot) for award in awards for lot in award.lots]
        lots = pending_lots(book, [lot.lot for lot in own if lot is not None])
        fields = {"order_id": command.order_id, "reason": command.reason, "occurred_at": command.occurred_at}
        return [activate(book, lots, **fields)]

    return _simple(command, case, booking)


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

    return _simple(command, case, booking)


def decide_capture(command: Capture, case: Case) -> Decision:
    """Turn a hold into a spend."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        hold = _open_hold(command.hold_id, case, book)
        order_id = command.order_id or case.order_of_hold(book.ref, hold.id, hold.seq)
        fields = {"order_id": order_id, "reason": command.reason, "occurred_at": command.occurred_at}
        return capture(book, hold, command.points, **fields)

    return _simple(command, case, booking)


def decide_release(command: Release, case: Case) -> Decision:
    """Give up a hold."""

    def booking(book: Book, _customer: Customer) -> list[Entry]:
        hold = _open_hold(command.hold_id, case, book)
        return release(book, hold, reason=command.reason, occurred_at=command.occurred_at)

    return _simple(command, case, booking)


def _open_hold(hold_id: str, case: Case, book: Book) -> OpenHold:
    hold = open_hold(book, hold_id)
    if hold is not None:
        return hold
    lapsed = book.account.holds.get(hold_id)
    known: OpenHold | PointsHold | None = lapsed or case.world.get(HoldRef(book.ref, hold_id))
    if known is None:
        raise NotFound("hold", hold_id)
    raise AlreadyResolved(state=known.state.value, move="resolve")


def _named(command: Any, case: Case, customer: Customer, ref: LedgerRef, *kinds: EntryKind) -> list[Entry]:
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


def _corrections(case: Case, customer: Customer, ref: LedgerRef, entries: Iterable[Entry]) -> list[list[Entry]]:
    """Find what corrected each entry so far, in its own ledger and in the one it was merged into."""
    family = case.family(customer, ref)
    wanted = [[EntriesRef(each, "corrects", entry.id) for each in family] for entry in entries]
    case.world.need(*(ref for refs in wanted for ref in refs))
    return [case.entries(refs) for refs in wanted]


def decide_reverse(command: Reverse, case: Case) -> Decision:
    """Take back an award, or all awards of an order."""

    def booking(book: Book, customer: Customer) -> list[Entry]:
        awards = _named(command, case, customer, book.ref, EntryKind.AWARD)
        corrections = _corrections(case, customer, book.ref, awards)
        fields = {"reason": command.reason, "occurred_at": command.occurred_at, "order_id": awards[0].order_id}
        return reverse(book, list(zip(awards, corrections, strict=True)), command.points, **fields)

    return _simple(command, case, booking)


def decide_restore(command: Restore, case: Case) -> Decision:
    """Give back a spend, or the spends of an order, the last one first."""

    def booking(book: Book, customer: Customer) -> list[Entry]:
        spends = _named(command, case, customer, book.ref, EntryKind.SPEND, EntryKind.CAPTURE)
        corrections = _corrections(case, customer, book.ref, spends)
        left = [spend.points - restored(done) for spend, done in zip(spends, corrections, strict=True)]
        wanted = sum(left) if command.points is None else command.points
        if wanted > sum(left) or not wanted:
            raise InsufficientPoints(requested=command.points or 0, available=sum(left), at=book.recorded_at)
        paid, closed = _bring_back(case, customer, book, spends)
        written = []
        for spend, done, most in reversed(list(zip(spends, corrections, left, strict=True))):
            points = min(most, wanted)
            wanted -= points
            if points:
                fields = {"reason": command.reason, "occurred_at": command.occurred_at, "order_id": spend.order_id}
                written.append(restore(book, spend, done, points, closed, paid[spend.id], **fields))
        return written

    return _simple(command, case, booking)


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


def decide_extend(command: Extend, case: Case) -> Decision:
    """Move the expiry of active and pending points."""

    def booking(book: Book, customer: Customer) -> list[Entry]:
        lots = list(book.account.lots.values())
        if command.entry_ids:
            named = [case.entry(customer, book.ref, entry_id) for entry_id in dict.fromkeys(command.entry_ids)]
            own = [local_lot(book, entry.ledger, lot.lot) for entry in named for lot in entry.lots]
            lots = [lot for lot in own if lot is not None]
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

    return _simple(command, case, booking)


def decide_transfer(command: Transfer, case: Case) -> Decision:
    """Move active points to another customer or ledger."""
    giver, program = case.customer(command.customer_id), case.program(command.program)
    receiver = case.customer(command.to)
    source_ref = case.ledger_ref(giver.holder_id, program, command.ledger)
    target_ref = case.ledger_ref(receiver.holder_id, program, command.to_ledger)
    environment = case.world.environment
    case.world.need(
        source_ref,
        target_ref,
        MembershipRef(environment, giver.holder_id, program.id),
        MembershipRef(environment, receiver.holder_id, program.id),
        *(KeyRef(environment, holder, command.key) for holder in (giver.holder_id, *giver.absorbed)),
    )
    replayed = case.replay(giver, command)
    if replayed is not None:
        return Decision(gather((), [], []), replayed)
    if source_ref == target_ref:
        raise IllegalTransition(state="the same ledger", move="transfer within")
    ledger = case.ledger(source_ref)
    if ledger is None and command.ledger:
        raise NotFound("ledger", command.ledger, hint="a subledger is created by awarding to it")
    giving = case.desk(giver.holder_id, program, giver)
    taking = giving if giver == receiver else case.desk(receiver.holder_id, program, receiver)
    source = giving.book(command.ledger, ledger, case.now)
    target = taking.book(command.to_ledger, case.ledger(target_ref), case.now)
    fields = {"reason": command.reason, "occurred_at": command.occurred_at}
    entries = transfer(source, target, command.points, **fields)
    giving.settle_membership(source)
    taking.settle_membership(target)
    notes = [] if command.note is None else [Note(NoteRef(source_ref, entries[0].seq), command.note)]
    desks = [giving] if taking is giving else [giving, taking]
    return case.decided(command, giver, desks, entries, inserts=notes)


def decide_sweep(command: Sweep, case: Case) -> Decision:
    """Write down what time has done to one ledger."""
    program = case.program(command.program)
    ref = case.ledger_ref(command.holder_id, program, command.ledger)
    case.world.need(ref, MembershipRef(case.world.environment, command.holder_id, program.id))
    ledger = case.ledger(ref)
    if ledger is None:
        raise NotFound("ledger", command.ledger)
    desk = case.desk(command.holder_id, program)
    book = desk.book(command.ledger, ledger, case.now)
    if not book.entries:
        return Decision(gather((), [], []), Receipt(command=command.name))
    desk.settle_membership(book)
    return Decision(gather([desk], [], []), Receipt(command=command.name, entries=tuple(book.entries)))
