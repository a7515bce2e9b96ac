"""The document of a cart: reading what is written, writing what is not the default, and all faults at once."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest

from loyalcore.domain.orders import Cart, Discount, Item, Payment, cart_document, kept_cart, read_cart
from loyalcore.errors import InvalidDocument, LimitExceeded

FULL = Cart(
    items=[
        Item(
            "1",
            unit_price="19.90",
            quantity=3,
            sku="mug",
            category="Straße",
            discounts=[Discount(percent="10"), Discount(amount="0.50", code="A")],
            tax="1.5",
            shipping=2,
            attributes={"colour": "red"},
        ),
        Item("2", unit_price="0.000000001"),
    ],
    discounts=[Discount(amount=0)],
    shipping="4.90",
    tax="0.1",
    payments=[Payment(kind="gift_card", amount=5)],
    coupons=["SPRING", "A"],
    referral_code="ada",
    store="Köln",
    currency="EUR",
    redeem=7,
    attributes={"a": "x"},
)
LINE = {"line_id": "1", "unit_price": "10"}


def faults(value: Any, path: str = "cart") -> list[tuple[str, str]]:
    """Give the faults of a document: where they stand and what they say."""
    with pytest.raises(InvalidDocument) as caught:
        read_cart(value, path)
    return [(fault.path, fault.message) for fault in caught.value.faults]


@pytest.mark.parametrize("cart", [FULL, Cart.of_total("9.50"), Cart.of_total(0, coupons=["A"])])
def test_what_is_written_is_read(cart: Cart) -> None:
    """A cart is written as JSON has it, and read as the same cart with the same amounts."""
    read = read_cart(json.loads(json.dumps(cart_document(cart))), "cart")
    assert (read, read.amounts, read.attributes) == (cart, cart.amounts, cart.attributes)


@pytest.mark.parametrize("cart", [FULL, Cart.of_total("9.50"), Cart.of_total(0, coupons=["A"])])
def test_what_was_kept_is_the_same_cart(cart: Cart) -> None:
    """A cart that was kept is the cart that was written, every field of it, with the same amounts."""
    kept = kept_cart(json.loads(json.dumps(cart_document(cart))))
    assert (kept, kept.amounts, hash(kept)) == (cart, cart.amounts, hash(cart))
    assert (repr(kept), kept.attributes) == (repr(cart), cart.attributes)
    assert [item.attributes for item in kept.items] == [item.attributes for item in cart.items]


def test_carts_that_were_kept_share_no_attributes() -> None:
    """Two lines without attributes have a mapping each."""
    first, second = (kept_cart({"items": [LINE]}) for _ in range(2))
    assert first.attributes is not second.attributes
    assert first.items[0].attributes is not second.items[0].attributes


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({}, LookupError),
        ([], LookupError),
        ({"items": [{"line_id": "1"}]}, LookupError),
        ({"items": [{**LINE, "prize": "1"}]}, LookupError),
        ({"items": [LINE], "total": "10"}, LookupError),
        ({"items": LINE}, TypeError),
        ({"items": [{**LINE, "quantity": "2"}]}, TypeError),
        ({"items": [{**LINE, "quantity": True}]}, TypeError),
        ({"items": [{**LINE, "sku": 7}]}, TypeError),
        ({"items": [LINE], "coupons": ["A", None]}, TypeError),
        ({"items": [LINE], "attributes": [["a", "x"]]}, TypeError),
        ({"items": [LINE], "attributes": {"a": 1}}, TypeError),
        ({"items": [{**LINE, "unit_price": "ten"}]}, ValueError),
        ({"items": [{**LINE, "unit_price": "NaN"}]}, ValueError),
        ({"items": [{**LINE, "unit_price": "1" * 16}]}, LimitExceeded),
        ({"items": [LINE], "discounts": [{"amount": "11"}]}, ValueError),
    ],
)
def test_what_was_not_kept_like_this(value: Any, error: type[Exception]) -> None:
    """A document that no cart has left is refused: names, types, amounts, and what they come to."""
    with pytest.raises(error):
        kept_cart(value)


def test_what_is_the_default_is_not_written() -> None:
    """Only what was said is written, money as text without an exponent; a discount of 0 is one."""
    assert cart_document(Cart(items=[Item("1", unit_price="0.000000001", quantity=1, attributes={})], redeem=0)) == {
        "items": [{"line_id": "1", "unit_price": "0.000000001"}]
    }
    assert cart_document(FULL)["discounts"] == [{"amount": "0"}]
    assert cart_document(FULL)["items"][0]["discounts"] == [{"percent": "10"}, {"amount": "0.50", "code": "A"}]


def test_a_cart_is_its_own_document() -> None:
    """A cart is returned as it is; any mapping and any list is read."""
    assert read_cart(FULL, "cart") is FULL
    assert read_cart(MappingProxyType({"items": (LINE,)}), "cart") == Cart(items=[Item("1", unit_price=10)])


def test_a_total_stands_for_the_items() -> None:
    """A total in place of items is a cart of one line, whose faults are those of the total."""
    assert read_cart({"total": "9.50", "redeem": 3}, "cart") == Cart.of_total("9.50", redeem=3)
    assert faults({"total": "x"}) == [
        ("cart.total", "must be an amount such as 12.50: digits and at most one point"),
    ]
    assert faults({"total": 1, "items": [LINE]}) == [
        ("cart.total", "cannot stand beside items, which say it: leave one of them out")
    ]
    assert faults({"totl": 1}) == [
        ("cart.totl", "is no key here; did you mean total?"),
        ("cart.items", "is required, or a total in their place"),
    ]


@pytest.mark.parametrize("bad", [None, 5, "total", [LINE], True])
def test_what_is_no_table(bad: Any) -> None:
    """A cart that is no table is refused where it stands; so is a line that is none."""
    assert faults(bad) == [("cart", f"must be a table, not {type(bad).__name__}")]
    assert faults({"items": [LINE, bad]}) == [("cart.items[1]", f"must be a table, not {type(bad).__name__}")]


def test_a_list_that_is_none() -> None:
    """What should be a list of tables and is none is told by the cart itself."""
    assert faults({"items": LINE}) == [("cart.items", "must be a list, not dict")]
    assert faults({"items": [LINE], "payments": None}) == [("cart.payments", "must be a list, not NoneType")]


@pytest.mark.parametrize(
    ("key", "path", "message"),
    [
        ("coupon", "cart.coupon", "is no key here; did you mean coupons?"),
        ("amounts", "cart.amounts", "is no key here; did you mean payments?"),
        ("zzz\n", "cart.zzz\\n", "is no key here"),
        ("x" * 1_000, "cart." + "x" * 40, "is no key here"),
        (5, "cart.int", "is no key here"),
    ],
)
def test_a_key_that_there_is_not(key: Any, path: str, message: str) -> None:
    """An unknown key is named shortly and printably, with the one that it is close to; amounts are worked out."""
    assert faults({"items": [LINE], key: 1}) == [(path, message)]


def test_what_is_required() -> None:
    """A cart needs items, a line its id and its price, a payment its kind and its amount."""
    assert faults({}) == [("cart.items", "is required, or a total in their place")]
    assert faults({"items": [{}], "payments": [{}], "discounts": [{}]}) == [
        ("cart.items[0].line_id", "is required"),
        ("cart.items[0].unit_price", "is required"),
        ("cart.payments[0].kind", "is required"),
        ("cart.payments[0].amount", "is required"),
        ("cart.discounts[0]", "give an amount or a percent, and not both"),
    ]


def test_all_faults_of_a_document() -> None:
    """Reading goes on after a fault: those of every line, payment and discount are told at once, by their paths."""
    document = {
        "items": [
            {"line_id": "", "unit_price": 1.5, "quantity": 0},
            {**LINE, "discounts": [{"percent": 101}, {"percent": 1, "amount": -1}]},
            {**LINE, "colour": "red"},
        ],
        "payments": [{"kind": "card", "amount": "x"}],
        "discounts": [{"amount": 1, "code": 5}],
        "stor": 1,
    }
    assert [path for path, _ in faults(document)] == [
        "cart.stor",
        "cart.items[0].line_id",
        "cart.items[0].unit_price",
        "cart.items[0].quantity",
        "cart.items[1].discounts[0].percent",
        "cart.items[1].discounts[1].amount",
        "cart.items[1].discounts[1]",
        "cart.items[2].colour",
        "cart.payments[0].amount",
        "cart.discounts[0].code",
    ]


def test_faults_of_the_amounts() -> None:
    """What the lines cost is worked out once they are right, and its faults stand under the same path."""
    line = {**LINE, "discounts": [{"amount": "10.01"}]}
    assert faults({"items": [line]}, "orders[3].cart") == [
        ("orders[3].cart.items[0].discounts[0].amount", "takes off more than is left of the price"),
    ]
