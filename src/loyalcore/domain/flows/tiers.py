"""The commands about tiers, decided: set one by hand, clear it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.decision import ChangeSet, Decision
from loyalcore.domain.flows._case import gather
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.tiers import beneath, set_by_hand
from loyalcore.errors import InvalidInput, NotFound
from loyalcore.values.calendar import end_of
from loyalcore.values.clock import from_micros, to_micros
from loyalcore.values.hints import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from loyalcore.domain.customers import Standing
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.ledger import Book
    from loyalcore.domain.programs import Program
    from loyalcore.domain.tiers import ClearTier, SetTier, TierSet


def decide_set(command: SetTier, case: Case) -> Decision:
    """Set a tier by hand; it must be one of the program's, and must not end before it begins."""

    def change(standing: Standing, tiers: TierSet, book: Book) -> Standing:
        if command.tier is not None and command.tier not in tiers.ranks:
            meant = did_you_mean(command.tier, tiers.ranks).removeprefix("; ")
            raise NotFound("tier", command.tier, hint=meant or f"there are {', '.join(tiers.ranks)}")
        expires_at = _end(command, book)
        return set_by_hand(
            standing,
            command.tier,
            at=to_micros(book.recorded_at),
            expires_at=expires_at,
            actor=case.world.actor,
            reason=command.reason,
        )

    return _changed(command, case, change)


def decide_clear(command: ClearTier, case: Case) -> Decision:
    """Clear a tier that was set by hand; where nobody has set one, only the key is new."""
    return _changed(command, case, lambda standing, tiers, book: beneath(standing))


def _end(command: SetTier, book: Book) -> datetime | None:
    """Return the instant at which a tier set by hand ends.

    Raises:
        InvalidInput: It is not after now.
    """
    if command.expires_on is not None:
        ends, path = from_micros(end_of(command.expires_on, book.zone)), "expires_on"
    elif command.expires_at is not None:
        ends, path = command.expires_at, "expires_at"
    else:
        return None
    if ends <= book.recorded_at:
        raise InvalidInput("is not after now", path=path)
    return ends


def _changed(
    command: SetTier | ClearTier, case: Case, change: Callable[[Standing, TierSet, Book], Standing]
) -> Decision:
    """Answer a key that was used before with the membership as is; else let time pass, and change the standing."""
    customer, program = case.customer(command.customer_id), case.program(command.program)
    case.need_posting(customer, program, command)
    replayed = case.replay(customer, command)
    desk = case.desk(customer.holder_id, program, customer)
    if replayed is not None:
        return Decision(ChangeSet(), attrs.evolve(replayed, membership=desk.membership))
    tiers = program.tiers_of(command.ledger)
    if tiers is None:
        raise no_tiers(program, command.ledger)
    ref = case.ledger_ref(customer.holder_id, program, command.ledger)
    book = desk.book(command.ledger, case.ledger(ref), case.now)
    desk.settle_membership(book)
    before = desk.membership.standing_in(command.ledger)
    after = change(before, tiers, book)
    desk.set_standing(book, after)
    # Written even so, for nothing else keeps an erasure from coming between its wipe and this key.
    desk.touch()
    changes = gather([desk], [], [case.key_record(command, customer, ())])
    receipt = Receipt(command=command.name, membership=desk.membership_now(), is_unchanged=after == before)
    return Decision(changes, receipt)


def no_tiers(program: Program, ledger: str) -> NotFound:
    """Make the error of a ledger without tiers, which says the ledgers that have some.

    Args:
        program: The program, as of the instant that is meant.
        ledger: The ledger id, `""` for the main one.
    """
    known = ", ".join(repr(name) for name in ("", *program.ledger_tiers) if program.tiers_of(name) is not None)
    hint = f"ledgers with tiers: {known}" if known else "the program has no tiers"
    if ledger:
        return NotFound("tiers of the ledger", ledger, hint=hint)
    return NotFound("tiers of the main ledger of program", program.id, hint=hint)
