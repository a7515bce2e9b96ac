"""Orders: carts, their amounts, states and returns, and what closing them awarded."""

from loyalcore.domain.orders._amounts import Amounts
from loyalcore.domain.orders._cart import Cart, Discount, Item, Payment
from loyalcore.domain.orders._fields import ORDERS, OrderFields
from loyalcore.domain.orders._order import Order, OrderAward, OrderReturn, Weight
from loyalcore.domain.orders._policy import OrderPolicy, PartialRestore, RollbackBasis
from loyalcore.domain.orders._states import MOVES, OrderState, state_after

__all__ = [
    "MOVES",
    "ORDERS",
    "Amounts",
    "Cart",
    "Discount",
    "Item",
    "Order",
    "OrderAward",
    "OrderFields",
    "OrderPolicy",
    "OrderReturn",
    "OrderState",
    "PartialRestore",
    "Payment",
    "RollbackBasis",
    "Weight",
    "state_after",
]


def __dir__() -> list[str]:
    return __all__
