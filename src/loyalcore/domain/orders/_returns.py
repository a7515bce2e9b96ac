"""Returns: what of an order is kept, and how much of its recorded awards goes back.

Every figure depends only on what has been returned so far, never on in how many returns or in which order: it is the
floor of a cumulative share, and a return takes the difference to what was taken before.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.orders._policy import RollbackBasis
from loyalcore.errors import InvalidInput, ReturnTooLarge
from loyalcore.values.money import EXACT, exact_sum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loyalcore.domain.orders._cart import Cart
    from loyalcore.domain.orders._order import Order, OrderAward

_PLACES_MIN: Final = 2
_SHOWN_MAX: Final = 5


def check_items(order: Order, items: tuple[tuple[str, int], ...] | None) -> tuple[tuple[str, int], ...]:
    """Return what is returned of an order; None is all that is left.

    Args:
        order: The order before the return.
        items: (line id, pieces).

    Raises:
        InvalidInput: The order has no such line.
        ReturnTooLarge: More pieces than are left of a line, or nothing is left of the order.

    Source: DOMAIN 3.3.
    """
    left = left_of(order)
    if items is None:
        items = tuple(sorted((line_id, pieces) for line_id, pieces in left.items() if pieces))
        if not items:
            raise ReturnTooLarge(order_id=order.order_id, line_id=None, requested=1, left=0)
        return items
    for line_id, pieces in items:
        if line_id not in left:
            known = ", ".join(sorted(left)[:_SHOWN_MAX]) + (" and others" if len(left) > _SHOWN_MAX else "")
            raise InvalidInput(f"the order has no line {line_id!r}; its lines are {known}", path="items")
        if pieces > left[line_id]:
            raise ReturnTooLarge(order_id=order.order_id, line_id=line_id, requested=pieces, left=left[line_id])
    return items


def left_of(order: Order) -> dict[str, int]:
    """Return how many pieces of each line were bought and not returned.

    Args:
        order: The order.

    Source: DOMAIN 2 (TAL: items now in the order).
    """
    returned = order.returned
    return {item.line_id: item.quantity - returned.get(item.line_id, 0) for item in order.cart.items}


def share_of(order: Order, weights: Mapping[str, Decimal]) -> Fraction:
    """Return which share of some weights was returned, 0 to 1.

    Args:
        order: The order.
        weights: The weight of each line that has one; where all are 0, each piece of a line named counts alike.
    """
    returned = order.returned
    lines = [item for item in order.cart.items if item.line_id in weights]
    whole, gone = Fraction(0), Fraction(0)
    is_free = not any(weights.values())
    for item in lines:
        weight = Fraction(item.quantity) if is_free else Fraction(weights[item.line_id])
        whole += weight
        gone += weight * returned.get(item.line_id, 0) / item.quantity
    return gone / whole if whole else Fraction(1 if order.is_returned else 0)


def money_left(order: Order) -> tuple[Decimal, Decimal]:
    """Return what the pieces that are left cost: before discounts, and after all of them.

    A returned piece leaves with its share of every discount; the result is rounded, half up, to as many places as the
    cart's own amounts have, at least two.

    Args:
        order: The order.

    Source: DOMAIN 3.7 (100 with 10 off, an item of 30 returned: 63).
    """
    amounts = order.cart.amounts
    returned = order.returned
    if not returned:
        return amounts.gross, amounts.net
    gone = exact_sum(
        [EXACT.multiply(item.unit_price, Decimal(returned.get(item.line_id, 0))) for item in order.cart.items],
    )
    kept = Fraction(amounts.net) * (1 - share_of(order, amounts.lines))
    return EXACT.subtract(amounts.gross, gone), _rounded(kept, order.cart)


def _rounded(amount: Fraction, cart: Cart) -> Decimal:
    amounts = cart.amounts
    places = max(_PLACES_MIN, *(-int(each.as_tuple().exponent) for each in (amounts.net, amounts.gross)))
    exact = EXACT.divide(Decimal(amount.numerator), Decimal(amount.denominator))
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)


def refunded(order: Order) -> Decimal:
    """Return the money that was given back so far, where a return does not say it by what its pieces cost."""
    money = []
    seen = attrs.evolve(order, returns=())
    for each in order.returns:
        before = money_left(seen)[1]
        seen = attrs.evolve(seen, returns=(*seen.returns, each))
        money.append(each.refund if each.refund is not None else EXACT.subtract(before, money_left(seen)[1]))
    return exact_sum(money)


def due(order: Order, basis: RollbackBasis) -> dict[str, int]:
    """Return how many points of the recorded awards have to be back by now, by ledger.

    Args:
        order: The order, with all of its returns.
        basis: From what that is worked out.

    Returns:
        The floor of the cumulative share of each ledger; all of it once everything was returned.

    Source: DOMAIN 3.3 (2 points on three equal items: 0, 1, 1).
    """
    shares: dict[str, Fraction] = {}
    money = refunded(order) if basis is RollbackBasis.REFUND_AMOUNT else None
    for award in order.awards:
        part = award.points * _back(order, award, money)
        shares[award.ledger] = shares.get(award.ledger, Fraction(0)) + part
    return {ledger: int(share) for ledger, share in shares.items()}


def _back(order: Order, award: OrderAward, money: Decimal | None) -> Fraction:
    if order.is_returned:
        return Fraction(1)
    if money is None:
        return share_of(order, dict(award.weights))
    return min(Fraction(money) / Fraction(award.basis), Fraction(1)) if award.basis else Fraction(0)
