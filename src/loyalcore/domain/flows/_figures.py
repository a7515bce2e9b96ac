"""The figures of orders on a membership: what one order adds to them, and what is left when it goes or shrinks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.orders import left_of, money_left
from loyalcore.domain.tiers import Measure
from loyalcore.values.money import EXACT, shortest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from loyalcore.domain.customers import OrderFigures
    from loyalcore.domain.orders import Order

_SUMS: Final = ("count", "products", "discounted", "undiscounted")
_MONEY: Final = ("revenue", "discounts")

MEASURES: Final[dict[Measure, Callable[[OrderFigures], int | Decimal]]] = {
    Measure.ORDERS: lambda figures: figures.count,
    Measure.MONEY_SPENT: lambda figures: figures.revenue,
}
"""The measures of tiers that are figures of orders."""


def changed(figures: OrderFigures, before: Order | None, after: Order) -> OrderFigures:
    """Return the figures after an order has changed; the first and last instant are only ever widened.

    Args:
        figures: The figures with the order as it was.
        before: The order as it was, None where it is new.
        after: The order as it is.

    Source: DOMAIN 3.7.
    """
    old, new = _part(before), _part(after)
    sums: dict[str, Any] = {name: getattr(figures, name) - old[name] + new[name] for name in _SUMS}
    for name in _MONEY:
        sums[name] = shortest(EXACT.add(EXACT.subtract(getattr(figures, name), old[name]), new[name]))
    figures = attrs.evolve(figures, **sums)
    at = after.closed_at
    if not new["count"] or at is None:
        return figures
    return attrs.evolve(
        figures,
        first_at=at if figures.first_at is None else min(figures.first_at, at),
        last_at=at if figures.last_at is None else max(figures.last_at, at),
    )


def _part(order: Order | None) -> dict[str, Any]:
    """What one order stands for in the figures."""
    if order is None or not order.counts:
        return {**dict.fromkeys(_SUMS, 0), **dict.fromkeys(_MONEY, Decimal(0))}
    gross, net = money_left(order)
    is_discounted = order.cart.amounts.discount > 0
    return {
        "count": 1,
        "products": sum(left_of(order).values()),
        "revenue": net,
        "discounts": EXACT.subtract(gross, net),
        "discounted": int(is_discounted),
        "undiscounted": int(not is_discounted),
    }


def is_at_an_end(figures: OrderFigures, order: Order) -> bool:
    """Say whether an order that counts no more was the first or the last one."""
    return order.closed_at in (figures.first_at, figures.last_at)


def without_ends(figures: OrderFigures, others: Iterable[Order]) -> OrderFigures:
    """Return the figures with the first and last instant of the orders that are left.

    Args:
        figures: The figures, the order that left not among them.
        others: All other orders of the member.
    """
    closed: list[datetime] = [each.closed_at for each in others if each.counts and each.closed_at is not None]
    return attrs.evolve(figures, first_at=min(closed, default=None), last_at=max(closed, default=None))
