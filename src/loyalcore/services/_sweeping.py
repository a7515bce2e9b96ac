"""Sweeping: what time has decided, or will soon, written down ledger by ledger, many in one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.flows import Batch, Series
from loyalcore.domain.ledger import Ledger, Sweep, TellExpiring, has_ending
from loyalcore.domain.tiers import next_change
from loyalcore.errors import LoyaltyError
from loyalcore.query import All
from loyalcore.values.clock import from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from loyalcore.domain.customers import Membership
    from loyalcore.domain.flows import Receipt
    from loyalcore.domain.programs import Program
    from loyalcore.execution import Executor

    Name = tuple[str, str, str]

SWEEP_LEDGERS = 1_000
"""How many ledgers a sweep writes in one unit."""


def write_down(executor: Executor, actor: str, names: Collection[Name]) -> Iterator[Receipt]:
    """Write down what time has done to ledgers and to the tiers of their holders.

    Args:
        executor: Where the records are.
        actor: Who acts.
        names: (holder, program, ledger) of what is due, in any order; programs that do not run here are passed over.

    Raises:
        ConcurrencyConflict: Other writers won every attempt on one unit; those before it are done.
        StoreError: The store could not do its part.
    """
    due = sorted(name for name in names if name[1] in executor.programs)
    for begin in range(0, len(due), SWEEP_LEDGERS):
        listed = due[begin : begin + SWEEP_LEDGERS]
        commands = [Sweep(holder, ledger=ledger, program=program) for holder, program, ledger in listed]
        for answer in executor.run_together(commands, actor, Batch.open):
            if isinstance(answer, LoyaltyError):
                raise answer
            yield answer


def due_tiers(member: Membership, program: Program | None, now: datetime) -> Iterator[Name]:
    """Name the ledgers of a member whose tiers time, or another version of the program, has changed.

    Args:
        member: The membership as stored.
        program: The program in the version that applies; None where it does not run here.
        now: The instant, UTC.
    """
    at = to_micros(now)
    is_over = member.next_change_at is not None and member.next_change_at <= now
    if is_over or (program is not None and program.tiers is not None and program.is_behind(member.standing.version)):
        yield member.holder_id, member.program_id, ""
    if program is None:
        return
    for ledger in {name for name, _ in member.standings} | (set(member.ledgers) & set(program.ledger_tiers)):
        standing = member.standing_in(ledger)
        tiers = program.tiers_of(ledger)
        if program.is_behind(standing.version) or (tiers is not None and next_change(standing, tiers) <= at):
            yield member.holder_id, member.program_id, ledger


def tell_expiring(executor: Executor, actor: str, program: Program) -> int:
    """Write the notices of a program's points that expire soon, and count them.

    Args:
        executor: Where the records are.
        actor: Who acts.
        program: The program in the version that applies.

    Raises:
        ConcurrencyConflict: Other writers won every attempt on one unit; those before it are done.
        StoreError: The store could not do its part.
    """
    leads = program.points.expiring_notices
    if not leads:
        return 0
    now = executor.now()
    until = leads[-1].resolve(to_micros(now), program.zone)
    query = All(Ledger, executor.environment, program_id=program.id, due_by=from_micros(until))
    with executor.store.unit(readonly=True) as unit:
        refs = [ledger.ref for ledger in unit.stream(query, now) if has_ending(ledger, until)]
    told = 0
    for begin in range(0, len(refs), SWEEP_LEDGERS):
        listed = refs[begin : begin + SWEEP_LEDGERS]
        commands = [TellExpiring(ref.holder_id, ledger=ref.ledger, program=program.id) for ref in listed]
        for answer in executor.run_together(commands, actor, Series):
            if isinstance(answer, LoyaltyError):
                raise answer
            told += len(answer.notices)
    return told
