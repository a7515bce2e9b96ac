"""The field tables of orders, carts and items: what lists, exports and conditions of earning rules are made of."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from loyalcore.domain.orders._amounts import ItemRow
from loyalcore.domain.orders._cart import Cart
from loyalcore.domain.orders._order import Order
from loyalcore.domain.orders._states import OrderState
from loyalcore.query import Amount, Field, Id, Instant, Noun, Text, TextMap, TextSet, Whole


class OrderFields:
    """The fields of orders, by their names; a record is an `Order`.

    Source: DOMAIN 2 (TAL orders), 3.8.

    Example:
        >>> from loyalcore.query import Query
        >>> o = OrderFields
        >>> str(Query(ORDERS, (o.net >= 100) & o.coupons.has("SPRING")))
        'net:>=100 coupons:SPRING'
    """

    order_id: Id = Id("order_id", attrgetter("order_id"), is_required=True)
    holder_id: Id = Id("holder_id", attrgetter("holder_id"), is_required=True)
    customer_id: Id = Id("customer_id", attrgetter("customer_id"), is_required=True)
    program_id: Id = Id("program_id", attrgetter("program_id"), is_required=True)
    state: Text = Text("state", attrgetter("state.value"), is_required=True, words=[each.value for each in OrderState])
    created_at: Instant = Instant("created_at", attrgetter("created_at"), is_required=True)
    updated_at: Instant = Instant("updated_at", attrgetter("updated_at"), is_required=True)
    closed_at: Instant = Instant("closed_at", attrgetter("closed_at"))
    cancelled_at: Instant = Instant("cancelled_at", attrgetter("cancelled_at"))
    store: Text = Text("store", attrgetter("cart.store"))
    referral_code: Text = Text("referral_code", attrgetter("cart.referral_code"))
    referral_id: Id = Id("referral_id", attrgetter("referral.referral_id"))
    referral_refused: Id = Id("referral_refused", attrgetter("referral.refused"))
    coupons: TextSet = TextSet("coupons", attrgetter("cart.coupons"))
    net: Amount = Amount("net", attrgetter("cart.amounts.net"), is_required=True)
    discount: Amount = Amount("discount", attrgetter("cart.amounts.discount"), is_required=True)
    total: Amount = Amount("total", attrgetter("cart.amounts.total"), is_required=True)
    products: Whole = Whole("products", attrgetter("cart.products"), is_required=True)
    returned: Whole = Whole("returned", attrgetter("returned_pieces"), is_required=True)
    awarded: Whole = Whole("awarded", attrgetter("awarded"), is_required=True)
    redeemed: Whole = Whole("redeemed", attrgetter("redeemed"), is_required=True)
    attributes: TextMap = TextMap("attributes", attrgetter("cart.attributes"), is_personal=True)


ORDERS: Final[Noun] = Noun(
    "order",
    [field for field in vars(OrderFields).values() if isinstance(field, Field)],
    ids=[OrderFields.order_id],
    kind=Order,
    aliases={"id": "order_id", "customer": "customer_id", "created": "created_at", "coupon": "coupons"},
)
"""Orders as queries see them."""


class CartFields:
    """The fields of carts, by their names; a record is a `Cart`. Conditions of earning rules are made of them.

    Source: DOMAIN 3.4, 3.8.

    Example:
        >>> cart = Cart.of_total(120, coupons=["SPRING"])
        >>> from loyalcore.query import matches
        >>> from loyalcore.values.clock import EPOCH
        >>> from zoneinfo import ZoneInfo
        >>> c = CartFields
        >>> matches((c.net >= 100) & c.coupons.has("spring"), cart, EPOCH, ZoneInfo("UTC"))
        True
    """

    net: Amount = Amount("net", attrgetter("amounts.net"), is_required=True)
    gross: Amount = Amount("gross", attrgetter("amounts.gross"), is_required=True)
    discount: Amount = Amount("discount", attrgetter("amounts.discount"), is_required=True)
    total: Amount = Amount("total", attrgetter("amounts.total"), is_required=True)
    products: Whole = Whole("products", attrgetter("products"), is_required=True)
    redeem: Whole = Whole("redeem", attrgetter("redeem"), is_required=True)
    store: Text = Text("store", attrgetter("store"))
    referral_code: Text = Text("referral_code", attrgetter("referral_code"))
    coupons: TextSet = TextSet("coupons", attrgetter("coupons"))
    payments: TextSet = TextSet("payments", lambda cart: tuple(payment.kind for payment in cart.payments))
    skus: TextSet = TextSet("skus", lambda cart: tuple(item.sku for item in cart.items if item.sku is not None))
    categories: TextSet = TextSet(
        "categories", lambda cart: tuple(item.category for item in cart.items if item.category is not None)
    )
    attributes: TextMap = TextMap("attributes", attrgetter("attributes"), is_personal=True)
    currency: Id = Id("currency", lambda cart: cart.currency or "", is_required=True)


CARTS: Final[Noun] = Noun(
    "cart",
    [field for field in vars(CartFields).values() if isinstance(field, Field)],
    ids=[CartFields.currency],
    kind=Cart,
    aliases={"coupon": "coupons", "sku": "skus", "category": "categories", "payment": "payments"},
)
"""Carts as conditions of earning rules see them."""


class ItemFields:
    """The fields of items, by their names; a record is an `ItemRow`. Earning rules about items are made of them.

    Source: DOMAIN 3.4, 3.8.

    Example:
        >>> from loyalcore.query import Query
        >>> i = ItemFields
        >>> str(Query(ITEMS, (i.category == "shoes") & (i.unit_price >= 50)))
        'category:shoes unit_price:>=50'
    """

    line_id: Id = Id("line_id", attrgetter("item.line_id"), is_required=True)
    sku: Id = Id("sku", attrgetter("item.sku"))
    category: Text = Text("category", attrgetter("item.category"))
    quantity: Whole = Whole("quantity", attrgetter("item.quantity"), is_required=True)
    unit_price: Amount = Amount("unit_price", attrgetter("item.unit_price"), is_required=True)
    net: Amount = Amount("net", attrgetter("net"), is_required=True)
    attributes: TextMap = TextMap("attributes", attrgetter("item.attributes"), is_personal=True)


ITEMS: Final[Noun] = Noun(
    "item",
    [field for field in vars(ItemFields).values() if isinstance(field, Field)],
    ids=[ItemFields.line_id],
    kind=ItemRow,
)
"""Items as conditions of earning rules see them."""
