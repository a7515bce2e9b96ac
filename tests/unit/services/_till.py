"""A till for tests of orders: a program, a cart, two customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.earning import EarningRule
from loyalcore.domain.ledger import PointsPolicy
from loyalcore.domain.orders import (
    OrderPolicy,
)
from loyalcore.domain.programs import Program
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock

if TYPE_CHECKING:
    from loyalcore.store import Store

BEANS = Program(
    "beans",
    currency="EUR",
    timezone="UTC",
    orders=OrderPolicy(point_value="0.10"),
    earning=(EarningRule("base", points=1, per=1),),
)
CART: dict[str, Any] = {
    "items": [
        {"line_id": "1", "unit_price": "10", "quantity": 3, "category": "tea"},
        {"line_id": "2", "unit_price": "20"},
    ]
}


def opened(store: Store, program: Program = BEANS, *others: Program) -> tuple[Loyalty, FixedClock]:
    """Open a shop with two customers."""
    clock = FixedClock("2026-01-31T12:00:00Z")
    shop = Loyalty(store, [program, *others], clock=clock, ids=CountedIds(), actor="till")
    shop.customers.register("ada")
    shop.customers.register("bob")
    return shop, clock


def with_points(**settings: Any) -> Program:
    """Give the program with other settings of its points."""
    return attrs.evolve(BEANS, points=PointsPolicy(**settings))


def with_orders(**settings: Any) -> Program:
    """Give the program with other settings of its orders."""
    return attrs.evolve(BEANS, orders=OrderPolicy(**{"point_value": "0.10", **settings}))


def active(shop: Loyalty, customer_id: str = "ada") -> int:
    """Give the points that can be spent."""
    return shop.points.balance(customer_id).active
