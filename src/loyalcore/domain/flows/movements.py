"""Transfer and sweep, decided: commands over whole ledgers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.customers import check_takes_part
from loyalcore.domain.decision import (
    Decision,
    KeyRef,
    MembershipRef,
    Note,
    NoteRef,
)
from loyalcore.domain.flows._case import gather
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.ledger import (
    Sweep,
    Transfer,
    transfer,
)
from loyalcore.errors import IllegalTransition, NotFound

if TYPE_CHECKING:
    from loyalcore.domain.flows._case import Case


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
        *(KeyRef(environment, holder, command.key) for holder in giver.holders),
    )
    replayed = case.replay(giver, command)
    if replayed is not None:
        return Decision(gather((), [], []), replayed)
    if source_ref == target_ref:
        raise IllegalTransition(state="the same ledger", move="transfer within")
    check_takes_part(giver, program.customers, "spend")
    check_takes_part(receiver, program.customers, "earn")
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
    """Write down what time has done to one ledger, and to the tier of its holder."""
    program = case.program(command.program)
    ref = case.ledger_ref(command.holder_id, program, command.ledger)
    case.world.need(ref, MembershipRef(case.world.environment, command.holder_id, program.id))
    ledger = case.ledger(ref)
    desk = case.desk(command.holder_id, program)
    has_tiers = command.ledger in dict(desk.membership.standings)
    if ledger is None and (desk.loaded is None or (command.ledger and not has_tiers)):
        raise NotFound("ledger", command.ledger)
    before = desk.membership_now() if "" in desk.books else desk.membership
    book = desk.book(command.ledger, ledger, case.now)
    entries = desk.fresh(book)
    desk.settle_membership(book)
    after = desk.membership_now()
    receipt = Receipt(command=command.name, entries=entries, membership=None if after == before else after)
    return Decision(case.gathered([desk]), receipt)
