"""The purchase: an order as earning sees it, with the money that counts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from loyalcore.domain.earning._redeem import value_of
from loyalcore.values.money import EXACT

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.domain.customers import CustomerRow
    from loyalcore.domain.orders import Cart, ItemRow, OrderPolicy

_NOTHING: Final = Decimal(0)


class Purchase(NamedTuple):
    """What an earning rule is asked about; a host's own rule gets it.

    Args:
        cart: What is ordered.
        customer: The customer with the membership as it stands before the order; None where nobody is known.
        at: The instant, UTC.
        zone: The program's zone.
        policy: What the program says about orders.
        redeemed: The points that pay for the order.
    """

    cart: Cart
    customer: CustomerRow | None
    at: datetime
    zone: ZoneInfo
    policy: OrderPolicy
    redeemed: int = 0

    @property
    def tier(self) -> str:
        """The tier held before the order; the empty text for none."""
        return "" if self.customer is None else self.customer.membership.tier or ""

    @property
    def basis(self) -> Decimal:
        """The money by which the order as a whole earns, never below 0.

        Items after every discount, with tax and shipping where the program says so, less what points pay.

        Source: DOMAIN 3.4 (earning basis).
        """
        amounts, policy = self.cart.amounts, self.policy
        basis = amounts.net
        if policy.earns_on_tax:
            basis = EXACT.add(basis, amounts.tax)
        if policy.earns_on_shipping:
            basis = EXACT.add(basis, amounts.shipping)
        if self.redeemed and not policy.earns_on_redeemed:
            basis = max(EXACT.subtract(basis, value_of(self.redeemed, policy)), _NOTHING)
        return basis

    @property
    def items(self) -> tuple[ItemRow, ...]:
        """The lines with what each costs after its own discounts."""
        return self.cart.amounts.rows
