"""Telling of points that expire soon, decided: once for each day and lead, whatever was delivered since.

A fact keeps that a day was told with a lead, because a notice leaves the outbox once it is delivered. A job that runs
late tells a day once, with the shortest lead that has come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.decision import ChangeSet, CustomerRef, Decision, Fact, MembershipRef, Put
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.ledger import endings, expiring_notice, lead_fact, leads_reached
from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from loyalcore.domain.customers import Customer, Membership
    from loyalcore.domain.decision import LedgerRef, Record
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.ledger import Ledger, TellExpiring
    from loyalcore.domain.programs import Program


def decide_tell(command: TellExpiring, case: Case) -> Decision:
    """Write a notice for each day that takes points soon and was not told yet; nothing where nobody holds them."""
    program = case.program(command.program)
    ref = case.ledger_ref(command.holder_id, program, command.ledger)
    name = MembershipRef(ref.environment, ref.holder_id, ref.program_id)
    case.world.need(ref, name)
    ledger, member = case.ledger(ref), case.world.get(name)
    if not program.points.expiring_notices or ledger is None or member is None or member.customer_id is None:
        return _nothing(command)
    customer: Customer | None = case.world.get(CustomerRef(ref.environment, member.customer_id))
    if customer is None:
        return _nothing(command)
    inserts = _untold(case, program, ledger, [each.holder_id for each in case.family(customer, ref)])
    if not inserts:
        return _nothing(command)
    return _told(command, member, inserts)


def _nothing(command: TellExpiring) -> Decision:
    return Decision(ChangeSet(), Receipt(command=command.name, is_unchanged=True))


def _told(command: TellExpiring, member: Membership, inserts: list[Record]) -> Decision:
    """Write it with the membership, so that an erasure that comes in between is decided again, or this is."""
    put = Put(attrs.evolve(member, version=member.version + 1), member.version)
    return Decision(ChangeSet(puts=(put,), inserts=tuple(inserts)), Receipt(command=command.name))


def _untold(case: Case, program: Program, ledger: Ledger, holders: list[str]) -> list[Record]:
    """Make the notices and facts of the days that were not told with the shortest lead that has come."""
    ref: LedgerRef = ledger.ref
    leads = program.points.expiring_notices
    until = leads[-1].resolve(to_micros(case.now), program.zone)
    book = case.desk(ref.holder_id, program).book(ref.ledger, ledger, case.now)
    now = book.recorded_at
    days = [(day, leads_reached(leads, now, day.at, program.zone)) for day in endings(book, until, program.zone)]
    facts = {
        (day, lead): [attrs.evolve(lead_fact(ref, day, lead), holder_id=holder) for holder in holders]
        for day, reached in days
        for lead in reached
    }
    case.world.need(*(fact for named in facts.values() for fact in named))
    inserts: list[Record] = []
    for day, reached in days:
        new = [lead for lead in reached if not any(map(case.world.get, facts[day, lead]))]
        inserts += [Fact(lead_fact(ref, day, lead), ref, ledger.seq) for lead in new]
        if new[:1] == reached[:1]:
            inserts += [expiring_notice(ref, day, lead, now) for lead in reached[:1]]
    return inserts
