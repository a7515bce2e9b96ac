"""The directory: from the host's customer id to whoever answers to it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.customers._model import Membership
from loyalcore.domain.decision import CustomerRef
from loyalcore.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.customers._model import Customer


def survivor(environment: str, customer_id: str, find: Callable[[CustomerRef], Customer | None]) -> Customer:
    """Find a customer, or whoever it was merged into.

    Args:
        environment: `live` or `sandbox`.
        customer_id: The host's own id.
        find: Gives the row of a ref, None where there is none.

    Raises:
        NotFound: An id on the way is not registered.

    Source: DOMAIN 3.2 (merge).
    """
    while True:
        found = find(CustomerRef(environment, customer_id))
        if found is None:
            raise NotFound("customer", customer_id, hint="register it first")
        if found.merged_into is None:
            return found
        customer_id = found.merged_into


def new_membership(customer: Customer, program_id: str) -> Membership:
    """Make the membership of who is listed in a program, which has not heard of the holder yet.

    Args:
        customer: The customer.
        program_id: The program.

    Source: DOMAIN 1 (membership).
    """
    return Membership(
        environment=customer.environment,
        holder_id=customer.holder_id,
        program_id=program_id,
        customer_id=customer.customer_id,
    )
