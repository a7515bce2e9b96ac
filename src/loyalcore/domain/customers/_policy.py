"""What a program says about its customers: who takes part, and what they are called along their way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.errors import Ineligible

if TYPE_CHECKING:
    from loyalcore.domain.customers._model import Customer

NEW_DAYS: Final = 30
LOYAL_ORDERS: Final = 3


@attrs.frozen(kw_only=True)
class CustomerPolicy:
    """What a program says about its customers.

    Args:
        has_guests: Whether customers without an account in the shop earn and spend.
        new_days: For how many days after the first closed order a customer is new, 1 to 3,650.
        loyal_orders: From how many closed orders on a customer is loyal, 1 to 1,000,000.

    Source: DOMAIN 3.4, 3.7 (WIZ names; the thresholds are settings).

    Example:
        >>> CustomerPolicy(loyal_orders=5).new_days
        30
    """

    has_guests: bool = True
    new_days: int = NEW_DAYS
    loyal_orders: int = LOYAL_ORDERS


def check_takes_part(customer: Customer, policy: CustomerPolicy, move: str) -> None:
    """Make sure that a customer may earn or spend.

    Args:
        customer: The customer.
        policy: What the program says.
        move: `earn` or `spend`, for the message.

    Raises:
        Ineligible: The customer is excluded, deactivated, or a guest where guests do not take part.

    Source: DOMAIN 3.4.
    """
    status = barred_as(customer, policy)
    if status is not None:
        raise Ineligible(status=status, move=move)


def barred_as(customer: Customer, policy: CustomerPolicy) -> str | None:
    """Return why a customer neither earns nor spends; None for who does.

    Args:
        customer: The customer.
        policy: What the program says.

    Returns:
        `excluded`, `deactivated` or `guest`.

    Source: DOMAIN 3.4.
    """
    if customer.is_excluded:
        return "excluded"
    if customer.deactivated_at is not None:
        return "deactivated"
    if customer.is_guest and not policy.has_guests:
        return "guest"
    return None
