"""When a customer signed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.customers import Customer


def signed_up_at(customer: Customer) -> datetime:
    """Return when a customer signed up: with the shop, where that is known, else with us.

    Args:
        customer: The customer.

    Source: DOMAIN 3.6 (referrer younger than the referee, sign-up to order too fast); that the shop knows better when
        an account was made is a house decision.
    """
    return customer.shop_created_at or customer.registered_at
