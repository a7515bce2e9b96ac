"""Returns: what is left of an order, and how much of its awards and its money goes back."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest

from loyalcore.domain.orders import (
    Cart,
    Discount,
    Item,
    Order,
    OrderAward,
    OrderReturn,
    OrderState,
    RollbackBasis,
    Weight,
    check_items,
    due,
    left_of,
    money_left,
    share_of,
)
from loyalcore.errors import InvalidInput, ReturnTooLarge

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
THREE = Cart(items=[Item("1", unit_price=10, quantity=3)])
TWO_LINES = Cart(items=[Item("b", unit_price=10, quantity=3), Item("a", unit_price=5)])
RECORDED = RollbackBasis.RECORDED
REFUND = RollbackBasis.REFUND_AMOUNT


def order(cart: Cart, *awards: OrderAward) -> Order:
    """Make a closed order."""
    names: Any = {"environment": "live", "order_id": "o-1", "holder_id": "h1", "customer_id": "ada"}
    at: Any = {"created_at": AT, "updated_at": AT, "closed_at": AT}
    return Order(program_id="beans", state=OrderState.CLOSED, cart=cart, awards=awards, **names, **at)


def award(points: int, *weights: tuple[str, Any], ledger: str = "", basis: Any = 0) -> OrderAward:
    """Make an award of so many points."""
    parts = tuple(Weight(line_id, Decimal(weight)) for line_id, weight in weights)
    made: Any = {"rule": "base", "ledger": ledger, "entry_id": "h1:beans:1:", "points": points, "weights": parts}
    return OrderAward(basis=Decimal(basis), **made)


def returned(before: Order, *pieces: tuple[str, int], refund: Any = None) -> Order:
    """Return pieces of an order."""
    number = len(before.returns) + 1
    money = None if refund is None else Decimal(refund)
    each = OrderReturn(return_id=f"r-{number}", at=AT, items=pieces, refund=money)
    return attrs.evolve(before, returns=(*before.returns, each))


# What is returned


def test_what_is_left() -> None:
    """Of each line what was bought less what was returned is left, 0 too."""
    bought = order(TWO_LINES)
    assert left_of(bought) == {"b": 3, "a": 1}
    assert left_of(returned(bought, ("b", 2), ("a", 1))) == {"b": 1, "a": 0}


def test_all_that_is_left_is_returned() -> None:
    """Without items all that is left goes back, by the ids of the lines; nothing left is refused."""
    bought = order(TWO_LINES)
    assert check_items(bought, None) == (("a", 1), ("b", 3))
    some = returned(bought, ("b", 1), ("a", 1))
    assert check_items(some, None) == (("b", 2),)
    with pytest.raises(ReturnTooLarge) as caught:
        check_items(returned(some, ("b", 2)), None)
    assert caught.value.details == {"order_id": "o-1", "line_id": None, "requested": 1, "left": 0}


@pytest.mark.parametrize(("requested", "left"), [(4, 3), (1_000_000, 3)])
def test_more_than_was_bought_is_refused(requested: int, left: int) -> None:
    """No more pieces go back than were bought and not returned; as many as that do."""
    assert check_items(order(TWO_LINES), (("b", 3),)) == (("b", 3),)
    with pytest.raises(ReturnTooLarge) as caught:
        check_items(order(TWO_LINES), (("a", 1), ("b", requested)))
    assert caught.value.details == {"order_id": "o-1", "line_id": "b", "requested": requested, "left": left}
    with pytest.raises(ReturnTooLarge):
        check_items(returned(order(TWO_LINES), ("b", 2)), (("b", 2),))


def test_a_line_that_there_is_not() -> None:
    """An unknown line is refused under `items`, and the first five of the order's own are named."""
    with pytest.raises(InvalidInput, match=r"no line '[^']+'; its lines are a, b$") as caught:
        check_items(order(TWO_LINES), (("c", 1),))
    assert caught.value.path == "items"
    many = order(Cart(items=[Item(str(number), unit_price=1) for number in range(9)]))
    with pytest.raises(InvalidInput, match=r"its lines are 0, 1, 2, 3, 4 and others$"):
        check_items(many, (("x", 1),))


# Points


def test_two_points_on_three_pieces_go_back_0_1_1() -> None:
    """The floor of the cumulative share: 2 points on three equal pieces go back as 0, 1, 1."""
    now = order(THREE, award(2, ("1", 30)))
    found = [due(now, RECORDED)[""]]
    for _ in range(3):
        now = returned(now, ("1", 1))
        found.append(due(now, RECORDED)[""])
    assert found == [0, 0, 1, 2]


def test_shares_of_one_ledger_are_added_before_the_floor() -> None:
    """Awards of one ledger are one figure, those of another are another; all are named."""
    halves = order(TWO_LINES, award(1, ("b", 1)), award(2, ("b", 1)), award(7, ("a", 1), ledger="gifts"))
    now = returned(halves, ("b", 2))
    assert due(now, RECORDED) == {"": 2, "gifts": 0}
    assert due(order(TWO_LINES), RECORDED) == {}


@pytest.mark.parametrize("basis", list(RollbackBasis))
def test_everything_returned_takes_everything_back(basis: RollbackBasis) -> None:
    """Once every piece was returned all points are due, whatever was refunded and weighed."""
    bought = order(TWO_LINES, award(7, ("b", 30), basis=35), award(5, basis=0))
    assert due(returned(bought, ("b", 3), ("a", 1), refund=1), basis) == {"": 12}


def test_the_order_of_returns_makes_no_difference() -> None:
    """In whatever order the pieces come back, what is due depends only on what has been returned."""
    bought = order(TWO_LINES, award(7, ("b", "13.37"), ("a", "4.99")))
    parts = [("b", 1), ("b", 2), ("a", 1)]
    seen: dict[frozenset[tuple[str, int]], int] = {}
    for permutation in itertools.permutations(parts):
        now = bought
        for number, part in enumerate(permutation, 1):
            now = returned(now, part)
            assert seen.setdefault(frozenset(permutation[:number]), due(now, RECORDED)[""]) == due(now, RECORDED)[""]


@pytest.mark.parametrize(
    ("weights", "pieces", "share"),
    [
        pytest.param({"b": 30, "a": 10}, [("b", 1)], Fraction(1, 4), id="by weight"),
        pytest.param({"b": 30}, [("a", 1)], Fraction(0), id="of a line that earned nothing"),
        pytest.param({"b": 30}, [("b", 3)], Fraction(1), id="of the only line that earned"),
        pytest.param({"b": 0, "a": 0}, [("a", 1)], Fraction(1, 4), id="by pieces where all are free"),
        pytest.param({}, [("b", 3)], Fraction(0), id="of no line"),
        pytest.param({}, [("b", 3), ("a", 1)], Fraction(1), id="of no line, all returned"),
        pytest.param({"gone": 5}, [("b", 3)], Fraction(0), id="of a line that is none"),
    ],
)
def test_the_share_of_weights(weights: dict[str, int], pieces: Any, share: Fraction) -> None:
    """A line's weight goes back piece by piece; free lines count by their pieces."""
    now = returned(order(TWO_LINES), *pieces)
    assert share_of(now, {line_id: Decimal(weight) for line_id, weight in weights.items()}) == share


# Points by the refunded money


@pytest.mark.parametrize(
    ("refunds", "points"),
    [
        pytest.param([0], 0, id="nothing refunded"),
        pytest.param(["0.01"], 0, id="a cent"),
        pytest.param(["15"], 5, id="half"),
        pytest.param(["14.99"], 4, id="less than half"),
        pytest.param(["7.5", "7.5"], 5, id="half in two"),
        pytest.param([60], 10, id="more than it cost"),
        pytest.param([None], 3, id="by what the piece cost"),
        pytest.param([None, "5"], 5, id="one by its cost, one by what was refunded"),
    ],
)
def test_points_by_the_refunded_money(refunds: list[Any], points: int) -> None:
    """Refunded money by the recorded basis, its floor, and never more than was awarded: 10 points on 30."""
    now = order(THREE, award(10, ("1", 30), basis=30))
    for refund in refunds:
        now = returned(now, ("1", 1), refund=refund)
    assert due(now, REFUND) == {"": points}


def test_an_award_on_no_money_goes_back_at_the_end() -> None:
    """An award on a basis of 0 has no share by money; it goes back with the last piece."""
    now = returned(order(THREE, award(10, ("1", 0))), ("1", 2), refund=5)
    assert due(now, REFUND) == {"": 0}
    assert due(returned(now, ("1", 1)), REFUND) == {"": 10}


# Money


def test_a_piece_leaves_with_its_share_of_every_discount() -> None:
    """100 with 10 off, an item of 30 returned: 63 are left."""
    cart = Cart(items=[Item("1", unit_price=70), Item("2", unit_price=30)], discounts=[Discount(amount=10)])
    assert money_left(order(cart)) == (Decimal(100), Decimal(90))
    assert money_left(returned(order(cart), ("2", 1))) == (Decimal(70), Decimal(63))
    assert money_left(returned(order(cart), ("2", 1), ("1", 1))) == (Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    ("price", "quantity", "discounts", "left"),
    [
        pytest.param("1", 3, [], "2.00", id="two places at least"),
        pytest.param("0.333", 3, [], "0.666", id="as many as its amounts have"),
        pytest.param("0.01", 3, [Discount(percent=50)], "0.010", id="as many as a percentage makes"),
        pytest.param("1", 3, [Discount(amount="0.01")], "1.99", id="down"),
        pytest.param("0.01", 2, [Discount(amount="0.01")], "0.01", id="half up"),
    ],
)
def test_what_is_left_is_rounded_as_the_cart_is(price: str, quantity: int, discounts: Any, left: str) -> None:
    """What all pieces but one cost has the places of the cart's own amounts, two at the least, rounded half up."""
    kept = order(Cart(items=[Item("1", unit_price=price, quantity=quantity)], discounts=discounts))
    assert str(money_left(returned(kept, ("1", 1)))[1]) == left


def test_a_gift_leaves_no_money() -> None:
    """An order for nothing has nothing left at every step."""
    free = order(Cart(items=[Item("1", unit_price=0, quantity=2)]))
    assert money_left(returned(free, ("1", 1))) == (Decimal(0), Decimal(0))
    paid = order(Cart(items=[Item("1", unit_price=10), Item("2", unit_price=0)]))
    assert money_left(returned(paid, ("2", 1))) == (Decimal(10), Decimal(10))
