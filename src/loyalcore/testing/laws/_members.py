"""What holds of every member: the figures are those of the main ledger, and no change comes before it is due."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from loyalcore.domain.customers import Membership, PointFigures
from loyalcore.domain.decision import LedgerRef
from loyalcore.testing._play import Play, records
from loyalcore.testing.laws._standing import FIGURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loyalcore.domain.ledger import Ledger
    from loyalcore.domain.programs import Program
    from loyalcore.testing._play import Step

MICRO = timedelta(microseconds=1)
LONG = timedelta(days=4_000)


def members(program: Program, steps: Sequence[Step]) -> None:
    """A membership has the figures of its main ledger, and time changes neither them nor the tier before it is due."""
    play = Play(program)
    for step in steps:
        play.run(step)
        heads = {head.ref: head for head in play.heads()}
        for member in records(play.store, Membership):
            ref = LedgerRef(member.environment, member.holder_id, member.program_id)
            if not member.has_ended:
                check_member(member, heads.get(ref))
                _check_due(play, member, heads.get(ref))


def check_member(member: Membership, head: Ledger | None) -> None:
    """Check that a membership has the figures of its main ledger as it is stored.

    Args:
        member: The membership, of somebody.
        head: The main ledger, None where nothing was booked on it.

    Raises:
        AssertionError: It has others, or is due later than the ledger.
    """
    names = (*FIGURES, "earned")
    figures = PointFigures() if head is None else PointFigures(**{name: getattr(head, name) for name in names})
    assert member.points == figures, f"has other figures than its ledger: {member}, {head}"
    if head is not None and head.next_change_at is not None:
        assert member.next_change_at is not None, f"is never due, its ledger is: {member}"
        assert member.next_change_at <= head.next_change_at, f"is due after its ledger: {member}"


def _check_due(play: Play, member: Membership, head: Ledger | None) -> None:
    """See that nothing is otherwise a moment before the member is due."""
    begin = play.clock.now() if head is None else head.recorded_at
    until = begin + LONG if member.next_change_at is None else member.next_change_at - MICRO
    if until < begin:
        return
    then = play.shop.customers.membership(str(member.customer_id), at=until)
    assert (then.tier, then.points) == (member.tier, member.points), f"changes before it is due, by {until}: {member}"
