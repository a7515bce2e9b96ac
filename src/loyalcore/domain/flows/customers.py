"""The commands about customers, decided: register, join, merge, erase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.customers import (
    Customer,
    Erase,
    Join,
    Membership,
    OrderFigures,
    Register,
    merged_caps,
    merged_figures,
    merged_profile,
    new_membership,
    only_leading,
)
from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    Decision,
    HolderRef,
    HoldRef,
    KeyRecord,
    LedgerRef,
    MembershipRef,
    Note,
    Notice,
    OrdersRef,
    Put,
    ReferralCodesRef,
    ReferralsRef,
    Remove,
    Wipe,
)
from loyalcore.domain.flows._case import gather
from loyalcore.domain.flows._merging import merged_referring, referrals_ended
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.flows._rewarding import REWARD_LOTS_MAX
from loyalcore.domain.ledger import Entry, Ledger, Merge, merge
from loyalcore.domain.tiers import merged as merged_standing
from loyalcore.errors import IllegalTransition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loyalcore.domain.decision import Ref
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.flows._desk import Desk
    from loyalcore.domain.referrals import Referral


def decide_register(command: Register, case: Case) -> Decision:
    """Register a customer in every program that runs; who is registered stays who he is."""
    ref = CustomerRef(case.world.environment, command.customer_id)
    found: Customer | None = case.world.get(ref)
    if found is not None:
        return _registered(command, case, found)
    customer = Customer(
        environment=case.world.environment,
        customer_id=command.customer_id,
        holder_id=case.ids.new("holder"),
        registered_at=case.now,
        updated_at=case.now,
        programs=tuple(case.programs),
    )
    memberships = [new_membership(customer, program_id) for program_id in customer.programs]
    puts = [Put(customer, None), *(Put(membership, None) for membership in memberships)]
    return Decision(ChangeSet(puts=tuple(puts)), Receipt(command=command.name, customer=customer))


def _registered(command: Register, case: Case, found: Customer) -> Decision:
    """List who is registered in the programs that run only since then."""
    missing = () if found.merged_into is not None else tuple(set(case.programs) - set(found.programs))
    if not missing:
        return Decision(ChangeSet(), Receipt(command=command.name, customer=found, replayed=True))
    customer = attrs.evolve(found, programs=(*found.programs, *sorted(missing)), version=found.version + 1)
    memberships = [new_membership(customer, program_id) for program_id in sorted(missing)]
    puts = [Put(customer, found.version), *(Put(membership, None) for membership in memberships)]
    return Decision(ChangeSet(puts=tuple(puts)), Receipt(command=command.name, customer=customer))


def decide_join(command: Join, case: Case) -> Decision:
    """Make a customer a member; who has joined stays joined since then."""
    customer = case.customer(command.customer_id)
    program = case.program(command.program)
    ref = MembershipRef(case.world.environment, customer.holder_id, program.id)
    ledger_ref = case.ledger_ref(customer.holder_id, program, "")
    case.world.need(ref, ledger_ref)
    desk = case.desk(customer.holder_id, program, customer)
    if desk.loaded is not None and desk.loaded.joined_at is not None:
        return Decision(ChangeSet(), Receipt(command=command.name, membership=desk.loaded, replayed=True))
    book = desk.book("", case.ledger(ledger_ref), case.now)
    desk.membership = attrs.evolve(desk.membership, joined_at=book.recorded_at)
    desk.settle_membership(book)
    changes = gather([desk], [], [])
    membership = next(put.record for put in changes.puts if isinstance(put.record, Membership))
    return Decision(changes, Receipt(command=command.name, membership=membership))


def decide_merge(command: Merge, case: Case) -> Decision:
    """Merge a customer into another, in every program, with the profile; the second merge changes nothing."""
    environment = case.world.environment
    case.world.need(CustomerRef(environment, command.customer_id), CustomerRef(environment, command.into))
    survivor = case.customer(command.into)
    merged: Customer = case.world.get(CustomerRef(environment, command.customer_id)) or case.customer(
        command.customer_id
    )
    if merged.merged_into is not None:
        if case.customer(command.customer_id).holder_id == survivor.holder_id:
            return Decision(ChangeSet(), Receipt(command=command.name, customer=survivor, replayed=True))
        raise IllegalTransition(
            state="merged into somebody else", move="merge", hint="merge the one that stayed, if these are one person"
        )
    if merged.holder_id == survivor.holder_id:
        raise IllegalTransition(state="the survivor of that customer", move="merge", hint="they are one already")
    programs = [case.program(program_id) for program_id in merged.programs]
    members = {
        (holder, program.id): MembershipRef(environment, holder, program.id)
        for program in programs
        for holder in (merged.holder_id, survivor.holder_id)
    }
    case.world.need(*members.values())
    desks: list[Desk] = []
    puts: list[Put] = []
    entries: list[Entry] = []
    for program in programs:
        leaving = case.desk(merged.holder_id, program)
        staying = case.desk(survivor.holder_id, program, customer_id=survivor.customer_id)
        desks += [leaving, staying]
        puts += referrals_ended(case, program, (merged, leaving), (survivor, staying))
        entries += _merge_ledgers(command, case, leaving, staying)
    survivor_row = merged_profile(survivor, merged)
    survivor_row = attrs.evolve(
        survivor_row,
        updated_at=survivor.updated_at if survivor_row == survivor else case.now,
        absorbed=(*survivor.absorbed, merged.holder_id, *merged.absorbed),
        programs=tuple(dict.fromkeys((*survivor.programs, *merged.programs))),
        version=survivor.version + 1,
    )
    merged_row = only_leading(merged, survivor.customer_id)
    puts += [Put(survivor_row, survivor.version), Put(merged_row, merged.version)]
    changes = gather(desks, puts, [])
    return Decision(changes, Receipt(command=command.name, entries=tuple(entries), customer=survivor_row))


def _merge_ledgers(command: Merge, case: Case, leaving: Desk, staying: Desk) -> list[Entry]:
    """Merge the ledgers of one program; the survivor keeps the earlier join date and the higher tier.

    What time has done to both sides by now comes first, so that two standings of one instant are put together.
    """
    program = leaving.program
    old = leaving.membership
    refs = {
        ledger: (
            case.ledger_ref(old.holder_id, program, ledger),
            case.ledger_ref(staying.membership.holder_id, program, ledger),
        )
        for ledger in old.ledgers
    }
    case.world.need(*(ref for pair in refs.values() for ref in pair))
    books = {}
    for ledger, (source_ref, target_ref) in refs.items():
        source = leaving.book(ledger, case.ledger(source_ref), case.now)
        target = staying.book(ledger, case.ledger(target_ref), case.now)
        leaving.settle_membership(source)
        staying.settle_membership(target)
        books[ledger] = source, target
    names = {HoldRef(target.ref, hold_id) for source, target in books.values() for hold_id in source.account.holds}
    case.world.need(*names)
    taken = [ref for ref in names if case.world.get(ref) is not None]
    _merge_membership(leaving, staying)
    _measure_orders(case, staying, old.orders)
    entries: list[Entry] = []
    for source, target in books.values():
        here = [ref.hold_id for ref in taken if ref.ledger == target.ref]
        holds = source.account.holds.values()
        orders = {hold.id: case.order_of_hold(source.ref, hold.id, hold.seq) for hold in holds if hold.is_open}
        written = merge(source, target, here, orders, reason=command.reason)
        if not target.ref.ledger:
            _carry_reward_lots(old, staying, written)
        entries += written
        staying.settle_membership(target)
    return entries


def _carry_reward_lots(old: Membership, staying: Desk, written: Sequence[Entry]) -> None:
    """Know the lots that were had for referrals by the numbers that the merge has given them."""
    names = dict(old.reward_lots)
    out, into = written[0], written[-1]
    carried = [(lot.lot, names[draw.lot]) for draw, lot in zip(out.draws, into.lots, strict=True) if draw.lot in names]
    lots = (*staying.membership.reward_lots, *carried)
    staying.membership = attrs.evolve(staying.membership, reward_lots=lots[-REWARD_LOTS_MAX:])


def _measure_orders(case: Case, staying: Desk, gone: OrderFigures) -> None:
    """Let the tier follow the orders of both, where it is measured by them."""
    if not gone.count or not staying.ledgers_of_orders:
        return
    holder_id, program = staying.membership.holder_id, staying.program
    refs = {name: case.ledger_ref(holder_id, program, name) for name in staying.ledgers_of_orders}
    case.world.need(*refs.values())
    for name, ref in refs.items():
        staying.book(name, case.ledger(ref), case.now)
    staying.count(staying.membership.orders)
    staying.settle_books()


def _merge_membership(leaving: Desk, staying: Desk) -> None:
    """Put two memberships together; the one that ends is left empty, which nobody else's can be."""
    old, new = leaving.membership, staying.membership
    joined = [at for at in (old.joined_at, new.joined_at) if at is not None]
    known = [at for at in (old.known_at, new.known_at) if at is not None]
    program = leaving.program
    for ledger in ("", *program.ledger_tiers):
        tiers = program.tiers_of(ledger)
        if tiers is not None:
            standing = merged_standing(new.standing_in(ledger), old.standing_in(ledger), tiers)
            new = new.with_standing(ledger, standing)
    staying.membership = attrs.evolve(
        new,
        known_at=min(known, default=None),
        joined_at=min(joined, default=None),
        **merged_referring(old, new),
        orders=merged_figures(new.orders, old.orders),
        caps=merged_caps(new.caps, old.caps),
    )
    leaving.membership = Membership(environment=old.environment, holder_id=old.holder_id, program_id=old.program_id)


def decide_erase(command: Erase, case: Case) -> Decision:
    """Take away every row and record that leads to the person or tells of one, orders too; the ledgers stay.

    Each ledger and membership is written once more, so that whoever books on one meanwhile decides again.
    """
    environment = case.world.environment
    customer = case.customer(command.customer_id)
    holders = customer.holders
    members = [MembershipRef(environment, customer.holder_id, program_id) for program_id in customer.programs]
    case.world.need(*members, *(HolderRef(environment, holder) for holder in customer.absorbed))
    rows: list[Customer] = [customer]
    rows += [row for holder in customer.absorbed if (row := case.world.get(HolderRef(environment, holder))) is not None]
    owned = [OrdersRef(environment, holder) for holder in holders]
    case.world.need(*owned)
    orders = [order for ref in owned for order in case.world.get(ref)]
    sides = [ReferralsRef(environment, holder, side) for holder in holders for side in ("referrer", "referee")]
    owned_codes = [ReferralCodesRef(environment, holder) for holder in holders]
    case.world.need(*sides, *owned_codes)
    codes = [code for ref in owned_codes for code in case.world.get(ref)]
    memberships: list[Membership] = [found for ref in members if (found := case.world.get(ref)) is not None]
    ledgers = [
        LedgerRef(environment, each.holder_id, each.program_id, ledger)
        for each in memberships
        for ledger in each.ledgers
    ]
    case.world.need(*ledgers)
    puts = [Put(_nobodys(each), each.version) for each in memberships]
    puts += [Put(each, each.version - 1) for each in _without_contact(case, sides, holders)]
    for ref in ledgers:
        ledger: Ledger = case.world.get(ref)
        puts.append(Put(attrs.evolve(ledger, version=ledger.version + 1), ledger.version))
    changes = ChangeSet(
        puts=tuple(puts),
        removes=tuple(Remove(each.ref, each.version) for each in (*rows, *orders, *codes)),
        wipes=tuple(Wipe(kind, environment, holder) for kind in (KeyRecord, Note, Notice) for holder in holders),
    )
    return Decision(changes, Receipt(command=command.name))


def _nobodys(member: Membership) -> Membership:
    """Give the membership of who was erased: it leads to nobody, and tells nothing of a person."""
    return attrs.evolve(
        member,
        customer_id=None,
        referral_code=None,
        tokens=(),
        next_change_at=None,
        version=member.version + 1,
    )


def _without_contact(case: Case, sides: Iterable[ReferralsRef], holders: tuple[str, ...]) -> list[Referral]:
    """Give the referrals of who is erased without what leads to the person; each one once."""
    found: dict[Ref, Referral] = {each.ref: each for ref in sides for each in case.world.get(ref)}
    return [
        attrs.evolve(
            each,
            contact=None,
            referrer_id=None if each.referrer_holder_id in holders else each.referrer_id,
            referee_id=None if each.referee_holder_id in holders else each.referee_id,
            version=each.version + 1,
        )
        for each in found.values()
    ]
