"""The cart and its parts: what each accepts, at and beyond its limits, with all faults at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs
import pytest

from loyalcore.domain.orders import Cart, Discount, Item, Payment
from loyalcore.errors import InvalidDocument

LINE = Item("1", unit_price=10)
NO_MONEY = [
    pytest.param(1.5, "must be a text, an int or a Decimal, not float", id="float"),
    pytest.param(True, "must be a text, an int or a Decimal, not bool", id="bool"),
    pytest.param(b"1", "must be a text, an int or a Decimal, not bytes", id="bytes"),
    pytest.param(-1, "must be 0 or more", id="negative"),
    pytest.param("-0.01", "must be 0 or more", id="negative text"),
    pytest.param("1e3", "must be an amount such as 12.50: digits and at most one point", id="exponent"),
    pytest.param("", "must be an amount such as 12.50: digits and at most one point", id="empty"),
    pytest.param(Decimal("NaN"), "must be a finite number", id="not a number"),
    pytest.param(10**15, "has too many digits before the point (at most 15)", id="too large"),
    pytest.param("0.0000000001", "has too many digits after the point (at most 9)", id="too long"),
]


def item(**fields: Any) -> Item:
    """Make a line of one piece."""
    return Item(**{"line_id": "1", "unit_price": 10, **fields})


def cart(**fields: Any) -> Cart:
    """Make a cart of one line."""
    return Cart(**{"items": [LINE], **fields})


def faults(make: Any, **fields: Any) -> list[tuple[str, str]]:
    """Give the faults of a value: where they stand and what they say."""
    with pytest.raises(InvalidDocument) as caught:
        make(**fields)
    return [(fault.path, fault.message) for fault in caught.value.faults]


def where(make: Any, **fields: Any) -> list[str]:
    """Give the paths of the faults of a value."""
    return [path for path, _ in faults(make, **fields)]


# Money


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (item, "unit_price"),
        (item, "tax"),
        (item, "shipping"),
        (cart, "tax"),
        (cart, "shipping"),
        (lambda **fields: Payment(kind="card", **fields), "amount"),
        (Discount, "amount"),
    ],
    ids=["price", "tax of a line", "shipping of a line", "tax", "shipping", "payment", "discount"],
)
@pytest.mark.parametrize(("bad", "message"), NO_MONEY)
def test_what_is_no_amount(make: Any, name: str, bad: Any, message: str) -> None:
    """What is no amount of 0 or more is refused by the name of the part, and is never taken for one."""
    assert faults(make, **{name: bad}) == [(name, message)]


@pytest.mark.parametrize("name", ["tax", "shipping", "unit_price"])
@pytest.mark.parametrize("missing", [None])
def test_money_is_no_none(name: str, missing: Any) -> None:
    """0 is a value, and None is no amount."""
    assert where(item, **{name: missing}) == [name]
    assert item(**{name: 0}) == item(**{name: "0"})


@pytest.mark.parametrize("given", [12, "12", Decimal(12), Decimal("1.2E+1")])
def test_an_amount_is_read(given: Any) -> None:
    """A text, an int and a Decimal are the same amount."""
    found = item(unit_price=given).unit_price
    assert (type(found), str(found)) == (Decimal, "12")


# Discounts


def test_a_discount_is_one_of_two() -> None:
    """A discount has an amount or a percentage, and not both; 0 is one."""
    message = "give an amount or a percent, and not both"
    assert faults(Discount) == faults(Discount, code="A") == faults(Discount, amount=1, percent=1) == [("", message)]
    assert Discount(amount=0).percent is None
    assert Discount(percent=0).amount is None


@pytest.mark.parametrize("good", [0, "0.0001", "33.3333", 100, "100.0000"])
def test_a_percentage(good: Any) -> None:
    """A percentage is 0 to 100 with at most 4 places."""
    assert Discount(percent=good).percent == Decimal(good)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("100.0001", "must be at most 100"),
        (101, "must be at most 100"),
        ("0.00001", "has too many digits after the point (at most 4)"),
        (-1, "must be 0 or more"),
        (0.5, "must be a text, an int or a Decimal, not float"),
    ],
)
def test_no_percentage(bad: Any, message: str) -> None:
    """Beyond 0 to 100, longer, or no amount at all: refused."""
    assert faults(Discount, percent=bad) == [("percent", message)]


def test_all_faults_of_a_discount() -> None:
    """A discount names every fault that it has."""
    assert where(Discount, amount=-1, percent=101, code="") == ["amount", "percent", "code", ""]


# Payments


def test_a_payment() -> None:
    """The kind is the host's word; the amount is checked beside it."""
    assert attrs.astuple(Payment(kind="store credit", amount="5.00")) == ("store credit", Decimal("5.00"))
    assert where(Payment, kind=None, amount=True) == ["kind", "amount"]


# Lines


@pytest.mark.parametrize("name", ["line_id", "sku", "category"])
@pytest.mark.parametrize("bad", ["", "a\nb", "\ud800", "x" * 256, 7, True, b"x"])
def test_the_texts_of_a_line(name: str, bad: Any) -> None:
    """Texts have 1 to 255 printable characters; a line's id is one too."""
    assert where(item, **{name: bad}) == [name]
    assert getattr(item(**{name: "x" * 255}), name) == "x" * 255


def test_a_line_needs_an_id() -> None:
    """Only sku and category may be missing."""
    assert where(item, line_id=None) == ["line_id"]
    assert (item().sku, item(category=None).category) == (None, None)


@pytest.mark.parametrize("good", [1, 1_000_000])
def test_a_number_of_pieces(good: int) -> None:
    """A line has 1 to 1,000,000 pieces."""
    assert item(quantity=good).quantity == good


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (0, "must be at least 1"),
        (-1, "must be at least 1"),
        (1_000_001, "is too many pieces (at most 1000000)"),
        (10**30, "is too many points"),
        (True, "must be an int number of pieces, not bool"),
        (1.0, "must be an int number of pieces, not float"),
        ("1", "must be an int number of pieces, not str"),
        (None, "must be an int number of pieces, not NoneType"),
        (Decimal(1), "must be an int number of pieces, not Decimal"),
    ],
)
def test_no_number_of_pieces(bad: Any, message: str) -> None:
    """What is no whole number within the limits is refused."""
    [(path, said)] = faults(item, quantity=bad)
    assert path == "quantity"
    assert said.startswith(message)


def test_all_faults_of_a_line() -> None:
    """A line names every fault that it has, in the order of its fields."""
    given = {"line_id": "", "unit_price": -1, "quantity": 0, "sku": 1, "discounts": [5], "attributes": {"A": "x"}}
    assert where(item, **given) == ["line_id", "unit_price", "quantity", "sku", "discounts[0]", "attributes"]


def test_a_line_has_20_discounts_at_most() -> None:
    """The limit of a list is named with the list."""
    assert len(item(discounts=[Discount(amount=0)] * 20).discounts) == 20
    assert faults(item, discounts=[Discount(amount=0)] * 21) == [("discounts", "holds too many (at most 20)")]


# Attributes


@pytest.mark.parametrize("make", [item, cart])
def test_attributes_are_kept_by_name(make: Any) -> None:
    """Attributes are texts in the order of their names, in normal form; None is none."""
    found = make(attributes={"size": "42", "colour": "e\u0301", "old": None}).attributes
    assert list(found.items()) == [("colour", "\u00e9"), ("size", "42")]
    assert "42" not in repr(make(attributes={"size": "42"})) or make is item


@pytest.mark.parametrize("make", [item, cart])
@pytest.mark.parametrize(
    ("bad", "path"),
    [
        ({"A": "x"}, "attributes"),
        ({"a": 5}, "attributes.a"),
        ({"a": "x" * 1_001}, "attributes.a"),
        ({str(number): "" for number in range(101)}, "attributes.0"),
        ({str(number): "x" for number in range(101)}, "attributes"),
        ([("a", "x")], "attributes"),
        (None, "attributes"),
    ],
)
def test_no_attributes(make: Any, bad: Any, path: str) -> None:
    """Other names, other values and too many of them are refused."""
    assert where(make, attributes=bad) == [path]


# Carts


def test_a_cart_of_everything() -> None:
    """Lists are kept as tuples, codes once each, and lines are found by their ids."""
    found = cart(items=[LINE, Item("2", unit_price=1, quantity=4)], coupons=["A", "B", "A"], payments=[], redeem=0)
    assert (found.coupons, found.payments, found.products) == (("A", "B"), (), 5)
    assert found.item("2") is found.items[1]
    assert found.item("3") is None
    assert found == cart(items=found.items, coupons=("A", "B"))
    assert hash(found) == hash(attrs.evolve(found, attributes={"a": "x"}))


@pytest.mark.parametrize("good", ["EUR", None])
def test_a_currency(good: str | None) -> None:
    """A currency is an ISO code, or the program's."""
    assert cart(currency=good).currency == good
    assert where(cart, currency="eur") == ["currency"]


@pytest.mark.parametrize(
    ("name", "bad", "path", "message"),
    [
        ("items", [], "items", "must hold at least one"),
        ("items", (), "items", "must hold at least one"),
        ("items", [LINE] * 1_001, "items", "holds too many (at most 1000)"),
        ("items", None, "items", "must be a list, not NoneType"),
        ("items", "12", "items", "must be a list, not str"),
        ("items", {"1": LINE}, "items", "must be a list, not dict"),
        ("items", [LINE, {"line_id": "2"}], "items[1]", "must be a Item, not dict"),
        ("items", [LINE, item()], "items[1].line_id", "is the id of an earlier line; ids of lines are unique"),
        ("discounts", [Payment(kind="card", amount=1)], "discounts[0]", "must be a Discount, not Payment"),
        ("discounts", [Discount(amount=0)] * 21, "discounts", "holds too many (at most 20)"),
        ("payments", [Payment(kind="card", amount=1)] * 51, "payments", "holds too many (at most 50)"),
        ("payments", "card", "payments", "must be a list, not str"),
        ("coupons", "SPRING", "coupons", "must be a list, not str"),
        ("coupons", ["A", ""], "coupons[1]", "must have at least 1 character"),
        ("coupons", ["A", 5], "coupons[1]", "must be a text, not int"),
        ("coupons", ["A"] * 51, "coupons", "holds too many (at most 50)"),
        ("referral_code", "", "referral_code", "must have at least 1 character"),
        ("store", 5, "store", "must be a text, not int"),
        ("redeem", -1, "redeem", "must be at least 0"),
        ("redeem", True, "redeem", "must be an int number of points, not bool"),
        ("redeem", None, "redeem", "must be an int number of points, not NoneType"),
    ],
)
def test_no_cart(name: str, bad: Any, path: str, message: str) -> None:
    """Each part beyond what it may be is refused by its path, without being shown."""
    assert faults(cart, **{name: bad}) == [(path, message)]


def test_all_faults_of_a_cart() -> None:
    """A cart names every fault that it has; without a fault of its parts it names those of its amounts."""
    given = {"items": [5], "discounts": [6], "tax": -1, "coupons": [""], "currency": "x", "redeem": -1}
    assert where(cart, **given) == ["items[0]", "discounts[0]", "tax", "coupons[0]", "currency", "redeem"]
    assert where(cart, items=[LINE, LINE, item(line_id="2"), item(line_id="2")]) == [
        "items[1].line_id",
        "items[3].line_id",
    ]


def test_a_cart_of_a_total() -> None:
    """A cart of a total has one line, and a fault of the total is one of the total."""
    found = Cart.of_total("12.50", redeem=3)
    assert found == Cart(items=[Item("total", unit_price="12.50")], redeem=3)
    assert faults(Cart.of_total, total=1.5) == [("total", "must be a text, an int or a Decimal, not float")]
    assert where(Cart.of_total, total=1, coupons=[""]) == ["coupons[0]"]
