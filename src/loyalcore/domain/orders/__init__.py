"""Orders: carts, their amounts, states and returns, and what closing them awarded."""

from loyalcore.domain.orders._amounts import Amounts, ItemRow
from loyalcore.domain.orders._cart import Cart
from loyalcore.domain.orders._commands import (
    CancelOrder,
    CloseOrder,
    OpenOrder,
    OrderCommand,
    ReopenOrder,
    ReturnItems,
    UpdateOrder,
)
from loyalcore.domain.orders._document import cart_document, read_cart
from loyalcore.domain.orders._fields import CARTS, ITEMS, ORDERS, CartFields, ItemFields, OrderFields
from loyalcore.domain.orders._item import Discount, Item, Payment
from loyalcore.domain.orders._kept import kept_cart
from loyalcore.domain.orders._order import Order, OrderAward, OrderReferral, OrderReturn, Weight
from loyalcore.domain.orders._policy import OrderPolicy, PartialRestore, RollbackBasis
from loyalcore.domain.orders._returns import check_items, due, left_of, money_left, share_of
from loyalcore.domain.orders._states import MOVES, OrderState, state_after

__all__ = [
    "CARTS",
    "ITEMS",
    "MOVES",
    "ORDERS",
    "Amounts",
    "CancelOrder",
    "Cart",
    "CartFields",
    "CloseOrder",
    "Discount",
    "Item",
    "ItemFields",
    "ItemRow",
    "OpenOrder",
    "Order",
    "OrderAward",
    "OrderCommand",
    "OrderFields",
    "OrderPolicy",
    "OrderReferral",
    "OrderReturn",
    "OrderState",
    "PartialRestore",
    "Payment",
    "ReopenOrder",
    "ReturnItems",
    "RollbackBasis",
    "UpdateOrder",
    "Weight",
    "cart_document",
    "check_items",
    "due",
    "kept_cart",
    "left_of",
    "money_left",
    "read_cart",
    "share_of",
    "state_after",
]


def __dir__() -> list[str]:
    return __all__
