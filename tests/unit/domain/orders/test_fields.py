"""The field tables of orders, carts and items: what each field says of a record."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from loyalcore.domain.orders import (
    CARTS,
    ITEMS,
    ORDERS,
    Cart,
    CartFields,
    Discount,
    Item,
    ItemFields,
    ItemRow,
    Order,
    OrderAward,
    OrderFields,
    OrderReturn,
    OrderState,
    Payment,
)
from loyalcore.query import matches, parse, value_of

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
CART = Cart(
    items=[
        Item("1", unit_price=10, quantity=3, sku="MUG", category="Mugs", discounts=[Discount(amount=3)]),
        Item("2", unit_price=5, attributes={"for": "Zoë"}),
    ],
    discounts=[Discount(amount=2)],
    shipping=4,
    tax=1,
    payments=[Payment(kind="gift_card", amount=5), Payment(kind="card", amount=30)],
    coupons=["SPRING"],
    referral_code="ada-1",
    store="Köln",
    redeem=7,
    attributes={"gift": "Yes"},
)
ORDER = Order(
    environment="live",
    order_id="o-1",
    holder_id="h1",
    customer_id="ada",
    program_id="beans",
    state=OrderState.PARTIALLY_RETURNED,
    cart=CART,
    created_at=AT,
    updated_at=AT,
    closed_at=AT,
    redeemed=6,
    awards=(OrderAward(rule="base", ledger="", entry_id="h1:beans:1:", points=30, weights=()),),
    returns=(OrderReturn(return_id="r-1", at=AT, items=(("1", 2),)),),
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order_id", "o-1"),
        ("holder_id", "h1"),
        ("customer_id", "ada"),
        ("program_id", "beans"),
        ("state", "partially_returned"),
        ("created_at", AT),
        ("updated_at", AT),
        ("closed_at", AT),
        ("cancelled_at", None),
        ("store", "köln"),
        ("referral_code", "ada-1"),
        ("coupons", {"spring"}),
        ("net", Decimal(30)),
        ("discount", Decimal(5)),
        ("total", Decimal(35)),
        ("products", 4),
        ("returned", 2),
        ("awarded", 30),
        ("redeemed", 6),
        ("attributes", {"gift": "yes"}),
    ],
)
def test_what_a_field_says_of_an_order(name: str, value: Any) -> None:
    """Each field gives its part of the order, as it is compared."""
    assert _plain(value_of(getattr(OrderFields, name), ORDER)) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gross", Decimal(35)),
        ("net", Decimal(30)),
        ("discount", Decimal(5)),
        ("total", Decimal(35)),
        ("products", 4),
        ("redeem", 7),
        ("store", "köln"),
        ("referral_code", "ada-1"),
        ("coupons", {"spring"}),
        ("payments", {"gift_card", "card"}),
        ("skus", {"mug"}),
        ("categories", {"mugs"}),
        ("attributes", {"gift": "yes"}),
        ("currency", ""),
    ],
)
def test_what_a_field_says_of_a_cart(name: str, value: Any) -> None:
    """Each field gives its part of the cart, as it is compared; lines without a sku or a category add nothing."""
    assert _plain(value_of(getattr(CartFields, name), CART)) == value


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("line_id", "1", "2"),
        ("sku", "MUG", None),
        ("category", "mugs", None),
        ("quantity", 3, 1),
        ("unit_price", Decimal(10), Decimal(5)),
        ("net", Decimal(27), Decimal(5)),
        ("attributes", None, {"for": "zoë"}),
    ],
)
def test_what_a_field_says_of_an_item(name: str, first: Any, second: Any) -> None:
    """Each field gives its part of the line, as it is compared; net is after the line's own discounts."""
    rows = [ItemRow(item, CART.amounts.lines[item.line_id]) for item in CART.items]
    assert [_plain(value_of(getattr(ItemFields, name), row)) for row in rows] == [first, second]


def _plain(value: Any) -> Any:
    """Give a set for whatever collection of texts."""
    return set(value) if isinstance(value, tuple | list | frozenset) else value


@pytest.mark.parametrize(("noun", "fields"), [(ORDERS, OrderFields), (CARTS, CartFields), (ITEMS, ItemFields)])
def test_a_noun_has_every_field_of_its_table(noun: Any, fields: Any) -> None:
    """A field's name is its attribute in the table, and the noun has all of them."""
    named = {name: field for name, field in vars(fields).items() if not name.startswith("_")}
    assert {field.name: field for field in noun.fields} == named


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("coupon:spring state:partially_returned", True),
        ("customer:ada total:>=35 returned:2", True),
        ("-store:köln", False),
        ("created:>2026-01-01", False),
        ("attributes.gift:yes", True),
        ("cancelled_at:>1970-01-01", False),
        ("id:O-1", False),
    ],
)
def test_orders_are_searched(search: str, is_found: bool) -> None:
    """A merchant's search reads aliases and folds texts; ids keep their case; what is missing is not found."""
    where = parse(search, ORDERS).where
    assert matches(where, ORDER, AT, ZoneInfo("UTC")) is is_found
