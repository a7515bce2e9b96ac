"""The field table of orders: what lists and exports of them are made of."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from loyalcore.domain.orders._order import Order
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
    state: Text = Text("state", attrgetter("state.value"), is_required=True)
    created_at: Instant = Instant("created_at", attrgetter("created_at"), is_required=True)
    updated_at: Instant = Instant("updated_at", attrgetter("updated_at"), is_required=True)
    closed_at: Instant = Instant("closed_at", attrgetter("closed_at"))
    cancelled_at: Instant = Instant("cancelled_at", attrgetter("cancelled_at"))
    store: Text = Text("store", attrgetter("cart.store"))
    referral_code: Text = Text("referral_code", attrgetter("cart.referral_code"))
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
