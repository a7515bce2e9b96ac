"""Commands about orders: those that come again, those that are refused, and the caps of rules."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.earning import EarningRule
from loyalcore.domain.flows._checkout import Checkout
from loyalcore.domain.orders import (
    CancelOrder,
    Cart,
    CloseOrder,
    OpenOrder,
    OrderPolicy,
    ReopenOrder,
    ReturnItems,
    UpdateOrder,
)
from loyalcore.domain.programs import Program
from loyalcore.errors import IdempotencyConflict, IllegalTransition, InvalidInput, NotFound
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.testing._play import dump
from loyalcore.values.periods import Period

BEANS = Program(
    "beans",
    currency="EUR",
    timezone="UTC",
    orders=OrderPolicy(point_value="0.10"),
    earning=(
        EarningRule("base", points=1, per=1),
        EarningRule("first", points=5, max_per_period=5, period=Period.MONTHLY),
    ),
)
CART = Cart.of_total(30)
OPEN = OpenOrder("ada", "o-1", CART, key="open")
CLOSE = CloseOrder("ada", "o-1", CART, key="close")
COMMANDS: dict[str, tuple[list[Any], Any, dict[str, Any]]] = {
    "open": ([], attrs.evolve(OPEN, key="k"), {"cart": Cart.of_total(31)}),
    "update": ([OPEN], UpdateOrder("o-1", Cart.of_total(20), key="k"), {"cart": Cart.of_total(31)}),
    "close": ([], attrs.evolve(CLOSE, key="k"), {"cart": Cart.of_total(31)}),
    "close what is open": ([OPEN], CloseOrder("ada", "o-1", key="k"), {"cart": CART}),
    "close another cart": ([OPEN], CloseOrder("ada", "o-1", Cart.of_total(20), key="k"), {"cart": CART}),
    "cancel": ([CLOSE], CancelOrder("o-1", key="k"), {"reason": "fraud"}),
    "reopen": ([CLOSE], ReopenOrder("o-1", key="k"), {"reason": "mistake"}),
    "return": ([CLOSE], ReturnItems("o-1", return_id="r-1", key="k"), {"return_id": "r-2"}),
}


def opened(program: Program = BEANS) -> tuple[Loyalty, MemoryStore, FixedClock]:
    """Open a shop in which `ada` is registered."""
    clock, store = FixedClock("2026-01-31T12:00:00Z"), MemoryStore()
    shop = Loyalty(store, [program], clock=clock, ids=CountedIds(), actor="till")
    shop.customers.register("ada")
    return shop, store, clock


@pytest.mark.parametrize("name", COMMANDS)
def test_the_same_key_and_payload_is_answered_once(name: str) -> None:
    """Every command about an order answers a repeated key with the same entries, and writes nothing."""
    before, command, _ = COMMANDS[name]
    shop, store, clock = opened()
    for each in before:
        shop.run(each)
    first = shop.run(command)
    kept = dump(store)
    clock.move(hours=1)
    again = shop.run(command)
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.command, again.entries, again.order) == (command.name, first.entries, first.order)
    assert dump(store) == kept


@pytest.mark.parametrize("name", COMMANDS)
def test_another_payload_names_the_fields_that_differ(name: str) -> None:
    """A key that was used with other values is refused with the names of those fields, and nothing is written."""
    before, command, others = COMMANDS[name]
    shop, store, _ = opened()
    for each in (*before, command):
        shop.run(each)
    kept = dump(store)
    with pytest.raises(IdempotencyConflict) as caught:
        shop.run(attrs.evolve(command, **others))
    assert (caught.value.key, caught.value.fields) == ("k", tuple(others))
    assert dump(store) == kept


@pytest.mark.parametrize("name", COMMANDS)
def test_a_refused_command_writes_nothing(name: str) -> None:
    """A command that the state of its order does not allow is refused whole, and its key is not used up."""
    _, command, _ = COMMANDS[name]
    shop, store, _ = opened()
    shop.run(OPEN)
    shop.run(CancelOrder("o-1", key="cancel"))
    kept = dump(store)
    for _ in range(2):
        with pytest.raises(IllegalTransition):
            shop.run(command)
    assert dump(store) == kept


@pytest.mark.parametrize("name", ["update", "cancel", "reopen", "return"])
def test_an_order_that_there_is_not(name: str) -> None:
    """What is done to an order needs one."""
    shop, store, _ = opened()
    kept = dump(store)
    with pytest.raises(NotFound) as caught:
        shop.run(COMMANDS[name][1])
    assert (caught.value.kind, caught.value.name) == ("order", "o-1")
    assert dump(store) == kept


def test_a_checkout_of_a_new_order_has_none_yet() -> None:
    """Who asks a checkout for the stored order where there is none is told so, as of any order that is not there."""
    nothing: Any = None
    checkout = Checkout(CLOSE, nothing, nothing, None, BEANS)
    assert checkout.state is None
    with pytest.raises(NotFound):
        _ = checkout.order


def test_a_first_closing_needs_a_cart() -> None:
    """Closing without a cart is closing what is open; where nothing is, the cart is missing."""
    shop, _, _ = opened()
    with pytest.raises(InvalidInput, match="there is no open order") as caught:
        shop.run(CloseOrder("ada", "o-1", key="k"))
    assert caught.value.path == "cart"


def test_only_rules_with_a_cap_are_counted() -> None:
    """What a rule without a cap grants is not counted; what one with a cap granted stands until its period ends."""
    shop, _, clock = opened()
    shop.run(CLOSE)
    [(rule, until, points)] = shop.customers.membership("ada").caps
    assert (rule, points) == ("first", 5)
    assert until == int(clock.now().timestamp() + 12 * 3_600) * 1_000_000
    assert shop.run(attrs.evolve(CLOSE, order_id="o-2", key="k-2")).points == 30
    clock.move(days=1)
    assert shop.run(attrs.evolve(CLOSE, order_id="o-3", key="k-3")).points == 35
    assert [(each[0], each[2]) for each in shop.customers.membership("ada").caps] == [("first", 5)]


def test_a_rule_that_is_gone_gives_back_no_cap() -> None:
    """An award of a rule that the program no longer has is taken back as recorded, and the caps of others stay."""
    shop, store, clock = opened()
    shop.run(CLOSE)
    newer = attrs.evolve(BEANS, version=2, earning=BEANS.earning[1:])
    later = Loyalty(store, [newer], clock=clock, actor="till")
    assert later.run(CancelOrder("o-1", key="k-2")).points == 35
    assert later.customers.membership("ada").caps == ()
    assert later.points.balance("ada").active == 0
