"""What a store holds of a customer before a replay goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.customers import Customer, survivor
from loyalcore.domain.decision import CustomerRef, LedgerRef, MembershipRef
from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.store import Unit


def find_customer(unit: Unit, environment: str, customer_id: str) -> Customer | None:
    """Give a customer, after a merge the survivor; None for one who is not there yet.

    Args:
        unit: The store.
        environment: `live` or `sandbox`.
        customer_id: The host's id.

    Raises:
        NotFound: The customer was merged into one that is not there.
    """
    ref = CustomerRef(environment, customer_id)
    found: Customer | None = unit.load([ref])[ref]
    if found is None or found.merged_into is None:
        return found
    return survivor(environment, found.merged_into, lambda name: unit.load([name])[name])


def check_not_past(unit: Unit, customer: Customer, program_id: str, as_of: datetime) -> None:
    """Make sure that nothing was written in a customer's ledgers after an instant.

    Args:
        unit: The store.
        customer: The customer.
        program_id: The program.
        as_of: The instant, UTC.

    Raises:
        InvalidInput: Something was.

    Source: House decision (`docs/how-to/run-a-replay.md`).
    """
    member_ref = MembershipRef(customer.environment, customer.holder_id, program_id)
    membership = unit.load([member_ref])[member_ref]
    names = {""} if membership is None else {"", *membership.ledgers}
    refs = [LedgerRef(customer.environment, customer.holder_id, program_id, name) for name in sorted(names)]
    ledgers = unit.load(refs)
    written = [ledger.recorded_at for ledger in map(ledgers.__getitem__, refs) if ledger is not None]
    if written and (last := max(written)) > as_of:
        reason = f"the store holds entries up to {last.isoformat()}: give that or later, or a new store"
        raise InvalidInput(reason, path="as_of")
