"""Redeeming for an order: how many points may pay for it, and what they are worth."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from loyalcore.errors import InvalidInput
from loyalcore.values.money import EXACT, check_amount
from loyalcore.values.points import Rounding, round_points

if TYPE_CHECKING:
    from loyalcore.domain.orders import Cart, OrderPolicy

_NOTHING: Final = Decimal(0)


class Redemption(NamedTuple):
    """Points that pay for an order, and the money that they stand for."""

    points: int
    value: Decimal


def redeemable(cart: Cart, balance: int, policy: OrderPolicy, requested: int | None = None) -> Redemption:
    """Return how many points an order redeems: what is asked for, as far as the balance and the program let it.

    Args:
        cart: The order.
        balance: The points that can be spent.
        policy: What the program says about orders.
        requested: How many points are asked for; None is what the cart asks for.

    Returns:
        The smallest of what is asked for, the balance and the cap's share of what the cart costs after discounts, down
        to a whole multiple of the step; nothing below the minimum.

    Raises:
        InvalidInput: Points are asked for, and the program does not say what one is worth.

    Source: DOMAIN 3.4.

    Example:
        >>> from loyalcore.domain.orders import Cart, OrderPolicy
        >>> policy = OrderPolicy(point_value="0.01", redeem_step=100, redeem_cap=50)
        >>> redeemable(Cart.of_total("19.90", redeem=2000), 5000, policy)
        Redemption(points=900, value=Decimal('9.00'))
    """
    wanted = cart.redeem if requested is None else requested
    if not wanted:
        return Redemption(0, _NOTHING)
    worth = policy.point_value
    if worth is None:
        raise InvalidInput("the program does not say what a point is worth: set orders.point_value", path="cart.redeem")
    most = Fraction(cart.amounts.net) * Fraction(policy.redeem_cap) / 100 / Fraction(worth)
    points = min(wanted, balance, round_points(most, Rounding.FLOOR))
    points -= points % policy.redeem_step
    if points <= 0 or points < policy.redeem_min:
        return Redemption(0, _NOTHING)
    return Redemption(points, value_of(points, policy))


def value_of(points: int, policy: OrderPolicy) -> Decimal:
    """Return the money that points stand for; none where the program does not say.

    Args:
        points: The points, in the program's smallest unit.
        policy: What the program says about orders.

    Source: DOMAIN 3.4.
    """
    worth = policy.point_value
    if worth is None or not points:
        return _NOTHING
    return EXACT.multiply(Decimal(points), worth)


def price_in_points(amount: Decimal | int | str, policy: OrderPolicy) -> int:
    """Return how many points pay for an amount of money: up to the next whole point.

    Args:
        amount: The money, 0 or more.
        policy: What the program says about orders.

    Raises:
        InvalidInput: It is no amount or negative, or the program does not say what a point is worth.
        LimitExceeded: It has too many digits.

    Source: DOMAIN 3.4 (price in points rounds up).

    Example:
        >>> from loyalcore.domain.orders import OrderPolicy
        >>> price_in_points("9.99", OrderPolicy(point_value="0.10"))
        100
    """
    money = check_amount(amount, "amount")
    if money < 0:
        raise InvalidInput("must be 0 or more", path="amount")
    if policy.point_value is None:
        raise InvalidInput("the program does not say what a point is worth: set orders.point_value", path="amount")
    return round_points(Fraction(money) / Fraction(policy.point_value), Rounding.CEIL)
