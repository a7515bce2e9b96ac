"""Business facts: what an award is for, which pays once whatever the keys, also after a merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.decision import EntriesRef, FactRef
from loyalcore.errors import FactConflict

if TYPE_CHECKING:
    from loyalcore.domain.customers import Customer
    from loyalcore.domain.decision import Fact
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.ledger import Entry
    from loyalcore.domain.programs import Program


def facts_of(
    case: Case,
    customer: Customer,
    program: Program,
    rule: str,
    source_type: str,
    source_id: str,
    *,
    line: str = "",
    side: str = "",
    cycle: int = 1,
) -> list[FactRef]:
    """Name a business fact: the holder's own first, then those of merged holders."""
    environment = case.world.environment
    return [
        FactRef(environment, holder, program.id, rule, source_type, source_id, line, side, cycle)
        for holder in customer.holders
    ]


def paid_by(case: Case, refs: list[FactRef], points: int, ledger: str | None = None) -> Entry | None:
    """Find the entry that paid a business fact before; None where it was not paid yet.

    Args:
        case: The case.
        refs: The fact, as `facts_of` names it.
        points: How many points it pays.
        ledger: In which ledger; None: in whichever.

    Raises:
        FactConflict: It was paid with another number of points, or in another ledger.
    """
    for ref in refs:
        fact: Fact | None = case.world.get(ref)
        if fact is None:
            continue
        (entry,) = case.entries([EntriesRef(fact.ledger, "seq", fact.seq)])
        if entry.points != points or ledger not in (None, entry.ledger.ledger):
            raise FactConflict(fact=str(ref), paid=entry.points, requested=points)
        return entry
    return None
