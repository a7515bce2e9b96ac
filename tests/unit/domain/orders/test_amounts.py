"""The amounts of a cart: discounts one after the other, one rounding, and no more than money can say."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal, Inexact, localcontext
from typing import Any

import pytest

from loyalcore.domain.orders import Amounts, Cart, Discount, Item
from loyalcore.errors import InvalidDocument


def item(price: Any, quantity: int = 1, *discounts: Discount, line_id: str = "1", **others: Any) -> Item:
    """Make a line."""
    return Item(line_id, unit_price=price, quantity=quantity, discounts=discounts, **others)


def off(*percents: Any) -> tuple[Discount, ...]:
    """Make discounts of percentages."""
    return tuple(Discount(percent=percent) for percent in percents)


def cut(*amounts: Any) -> tuple[Discount, ...]:
    """Make discounts of amounts."""
    return tuple(Discount(amount=amount) for amount in amounts)


def amounts(*items: Item, **others: Any) -> Amounts:
    """Give the amounts of a cart of such lines."""
    return Cart(items=items, **others).amounts


def faults(**fields: Any) -> list[tuple[str, str]]:
    """Give the faults of a cart: where they stand and what they say."""
    with pytest.raises(InvalidDocument) as caught:
        Cart(**fields)
    return [(fault.path, fault.message) for fault in caught.value.faults]


@pytest.mark.parametrize(("count", "left"), [(0, "300"), (1, "270.0"), (2, "243.0"), (3, "218.7")])
def test_percentages_cascade(count: int, left: str) -> None:
    """Each percentage is one of what those before it left: 300, 270, 243, 218.7."""
    assert amounts(item(100, 3, *off(*[10] * count))).lines["1"] == Decimal(left)


@pytest.mark.parametrize(
    ("discounts", "left"),
    [
        pytest.param(off(10) + cut(5), "85", id="percentage before amount"),
        pytest.param(cut(5) + off(10), "85.5", id="amount before percentage"),
        pytest.param(cut(60, 40), "0", id="all of it by amounts"),
        pytest.param(off(100), "0", id="all of it by a percentage"),
        pytest.param(off(100) + cut(0), "0", id="nothing of nothing"),
        pytest.param(off(0) + cut(0), "100", id="nothing"),
        pytest.param(off("0.0001"), "99.9999", id="the smallest percentage"),
        pytest.param(cut("0.000000001"), "99.999999999", id="the smallest amount"),
    ],
)
def test_discounts_are_taken_in_their_order(discounts: tuple[Discount, ...], left: str) -> None:
    """Discounts lower the price of a line one after the other, to 0 at the least."""
    assert amounts(item(100, 1, *discounts)).lines["1"] == Decimal(left)


def test_a_line_is_rounded_once() -> None:
    """What percentages made longer than money is rounded half up to nine places, after the last discount only."""
    third = off("33.3333", "33.3333")
    exactly = Decimal("0.000000005") * Decimal("0.666667") * Decimal("0.666667")
    assert exactly < Decimal("0.0000000025")
    assert amounts(item("0.000000005", 1, *third)).lines["1"] == Decimal("0.000000002")
    twice_rounded = off(50, 50)
    assert amounts(item("0.000000001", 1, *twice_rounded)).lines["1"] == 0
    assert amounts(item("0.000000001", 1, *off(50))).lines["1"] == Decimal("0.000000001")


def test_an_order_is_rounded_once_more() -> None:
    """A percentage of the whole order is rounded half up to nine places as well; the lines stay what they are."""
    found = amounts(item("0.000000003"), discounts=off(50))
    assert (found.lines["1"], found.net) == (Decimal("0.000000003"), Decimal("0.000000002"))


def test_an_order_wide_discount_leaves_the_lines() -> None:
    """Discounts of the order lower its net after those of the lines, and no line."""
    found = amounts(item(100, 1, *off(10)), item(20, 2, line_id="2"), discounts=off(10) + cut(7))
    assert found.lines == {"1": Decimal(90), "2": Decimal(40)}
    assert (found.gross, found.net, found.discount) == (Decimal(140), Decimal(110), Decimal(30))


def test_tax_and_shipping_are_beside_the_goods() -> None:
    """Tax and shipping, of lines and of the order, are no part of gross and net, and part of the total."""
    found = amounts(item(10, 2, tax="1.90", shipping=3), item(5, line_id="2", tax="0.10"), tax="0.5", shipping="4.90")
    assert (found.gross, found.net) == (Decimal(25), Decimal(25))
    assert (found.tax, found.shipping, found.total) == (Decimal("2.50"), Decimal("7.90"), Decimal("35.40"))


def test_what_the_host_does_with_decimals_makes_no_difference() -> None:
    """The host's precision, rounding and traps change no amount."""
    with localcontext(Context(prec=2, rounding=ROUND_DOWN, traps=[Inexact])):
        found = amounts(item("123456.789", 7, *off("12.3456")), discounts=off("33.3333"), tax="0.000000001")
    assert found == amounts(item("123456.789", 7, *off("12.3456")), discounts=off("33.3333"), tax="0.000000001")
    assert found.gross == Decimal("864197.523")
    assert found.lines["1"] == Decimal("757507.153600512")


@pytest.mark.parametrize(
    ("lines", "order", "where"),
    [
        pytest.param([cut("10.01")], (), ["items[0].discounts[0].amount"], id="line"),
        pytest.param([cut(6, "4.000000001")], (), ["items[0].discounts[1].amount"], id="second of a line"),
        pytest.param([off(50) + cut(6)], (), ["items[0].discounts[1].amount"], id="after a percentage"),
        pytest.param([()], cut(11), ["discounts[0].amount"], id="order"),
        pytest.param([cut(4)], cut(6, "0.01"), ["discounts[1].amount"], id="second of the order"),
        pytest.param(
            [cut(11), (), cut(1, 11)],
            cut(31),
            ["items[0].discounts[0].amount", "items[2].discounts[1].amount", "discounts[0].amount"],
            id="all at once",
        ),
    ],
)
def test_no_discount_takes_off_more_than_is_left(lines: Any, order: Any, where: list[str]) -> None:
    """An amount beyond the price is a fault, and all such faults are named at once by their paths."""
    items = [item(10, 1, *discounts, line_id=str(index)) for index, discounts in enumerate(lines)]
    assert faults(items=items, discounts=order) == [
        (path, "takes off more than is left of the price") for path in where
    ]


MOST = 999_999_999_999_999


@pytest.mark.parametrize(
    ("items", "others"),
    [
        pytest.param([item(MOST, 2)], {}, id="line"),
        pytest.param([item(MOST), item(1, line_id="2")], {}, id="lines"),
        pytest.param([item(MOST)], {"tax": 1}, id="tax"),
        pytest.param([item(MOST)], {"shipping": 1}, id="shipping"),
        pytest.param([item(MOST, tax=1)], {}, id="tax of a line"),
        pytest.param([item(MOST, 2, *off(100))], {}, id="line for nothing"),
    ],
)
def test_an_order_costs_no_more_than_money_can_say(items: list[Item], others: dict[str, Any]) -> None:
    """Gross and total have at most 15 digits before the point."""
    assert faults(items=items, **others) == [("items", "cost too much: at most 15 digits before the point")]


def test_the_dearest_order() -> None:
    """An order of the largest amount is one, and so is one for nothing."""
    assert amounts(item(MOST)).total == MOST
    assert amounts(item(MOST - 1, tax="0.999999999")).total == Decimal("999999999999998.999999999")
    assert amounts(item(0, 1_000_000)).total == 0
