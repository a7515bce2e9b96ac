"""What an order tells about itself."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import Any

import pytest

import loyalcore.domain.orders as room
from loyalcore.domain.decision import OrderRef
from loyalcore.domain.orders import Cart, Item, Order, OrderAward, OrderReturn, OrderState

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
CART = Cart(items=[Item("1", unit_price=10, quantity=3), Item("2", unit_price=5)])


def order(*returns: tuple[tuple[str, int], ...], **fields: Any) -> Order:
    """Make an order of three pieces and one, of which such pieces were returned."""
    booked = tuple(OrderReturn(return_id=f"r-{number}", at=AT, items=items) for number, items in enumerate(returns))
    names: Any = {"order_id": "o-1", "holder_id": "h1", "customer_id": "ada", "program_id": "beans"}
    values: Any = {"state": OrderState.CLOSED, "cart": CART, "created_at": AT, "updated_at": AT, **names, **fields}
    return Order(environment="live", returns=booked, **values)


def award(points: int, ledger: str = "") -> OrderAward:
    """Make an award."""
    return OrderAward(rule="base", ledger=ledger, entry_id="h1:beans:1:", points=points, weights=())


def test_the_package_shows_its_names() -> None:
    """`dir()` of the package is its list of public names, each of them something."""
    assert dir(room) == sorted(room.__all__)
    assert all(inspect.getmodule(getattr(room, name, None)) is not room for name in room.__all__)


def test_an_order_is_named_in_its_environment() -> None:
    """An order is named by environment and order id, whoever it is of."""
    assert order().ref == order(holder_id="h2").ref == OrderRef("live", "o-1")
    assert order(order_id="o-2").ref != order().ref


def test_what_closing_awarded_is_the_sum() -> None:
    """All awards count, of whatever ledger; there may be none."""
    assert order().awarded == 0
    assert order(awards=(award(5), award(7, "gifts"))).awarded == 12


@pytest.mark.parametrize(
    ("returns", "returned", "pieces", "is_all"),
    [
        pytest.param([], {}, 0, False, id="nothing"),
        pytest.param([(("1", 2),)], {"1": 2}, 2, False, id="some of a line"),
        pytest.param([(("1", 3),)], {"1": 3}, 3, False, id="a line"),
        pytest.param([(("1", 1),), (("1", 2), ("2", 1))], {"1": 3, "2": 1}, 4, True, id="all in two"),
        pytest.param([(("1", 3), ("2", 1))], {"1": 3, "2": 1}, 4, True, id="all at once"),
    ],
)
def test_what_was_returned(returns: Any, returned: dict[str, int], pieces: int, is_all: bool) -> None:
    """Returns are added line by line; an order is returned when every piece of every line is."""
    found = order(*returns)
    assert (found.returned, found.returned_pieces, found.is_returned) == (returned, pieces, is_all)


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (OrderState.OPEN, False),
        (OrderState.CLOSED, True),
        (OrderState.PARTIALLY_RETURNED, True),
        (OrderState.CANCELLED, False),
    ],
)
def test_which_orders_count(state: OrderState, counts: bool) -> None:
    """Closed and partially returned orders count in the figures, open and cancelled ones do not."""
    assert order(state=state).counts is counts
