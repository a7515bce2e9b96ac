"""rule_eval: what one order earns by three rules, quoted by the library and by a hand-written chain of conditions.

Both begin with a cart whose lines and net have been worked out, as they are when a cart is made. Both end with the
same values, which are compared: every award with what each line stands for in it, why each rule granted what it did
and by which money, the basis, and what is redeemed. A second pair has a multiplier, of which the first has none.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from benchmarks._measure import ROUNDS, Row, at_most, ratio
from loyalcore import Cart, CustomerRow, Discount, EarningRule, Item, Program
from loyalcore.domain.customers import Customer, Membership, Standing
from loyalcore.fields import CartFields, CustomerFields, ItemFields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME = "rule_eval"
GOAL = 3.0
QUOTES = 200
"""How many orders each quotes before it is the other's turn."""
TURNS = 20
"""How many turns make a round."""
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)

BASE = EarningRule("base", points=1, per=1)
TEA = EarningRule("tea", points=2, per=1, items=ItemFields.category == "tea")
LARGE = EarningRule("large", points=50, where=CartFields.net >= 100, who=CustomerFields.tags.has("vip"))
DOUBLE = EarningRule("double", multiplier="1.5", where=CartFields.net >= 100, who=CustomerFields.tags.has("vip"))
CART = Cart(
    items=[
        Item("1", unit_price="19.90", quantity=4, category="mug", discounts=[Discount(percent=10)]),
        Item("2", unit_price="4.50", quantity=8, category="tea"),
        Item("3", unit_price="7.25", quantity=2, category="tea"),
    ],
    discounts=[Discount(percent=5)],
)
NOTHING = Decimal(0)


def _row() -> CustomerRow:
    customer = Customer(environment="live", customer_id="ada", holder_id="h1", registered_at=AT, tags=("vip",))
    standing = Standing(tier="Gold")
    return CustomerRow(customer, Membership(environment="live", holder_id="h1", program_id="b", standing=standing), AT)


def by_hand(cart: Cart, row: CustomerRow, at: datetime) -> tuple[Any, ...]:
    """Work out base, tea and large, each written out, in the order of their names."""
    lines, net, customer = cart.amounts.lines, cart.amounts.net, row.customer
    _check(cart, row, at)
    awards: list[tuple[Any, ...]] = []
    trace: list[tuple[Any, ...]] = []
    points = int(net // 1)
    if points:
        awards.append(("base", "", points, lines, None, None))
    trace.append(("base", "granted" if points else "too_little", points, net, None))
    if net < 100:
        trace.append(("large", "where", 0, None, None))
    elif "vip" not in [tag.casefold() for tag in customer.tags]:
        trace.append(("large", "who", 0, None, None))
    else:
        awards.append(("large", "", 50, lines, None, None))
        trace.append(("large", "granted", 50, None, None))
    tea = _tea(cart, lines)
    if tea:
        money = sum(tea.values(), NOTHING)
        points = int(money // 1) * 2
        if points:
            awards.append(("tea", "", points, tea, None, None))
        trace.append(("tea", "granted" if points else "too_little", points, money, None))
    else:
        trace.append(("tea", "items", 0, None, None))
    return tuple(awards), tuple(trace), net, (0, NOTHING)


def multiplied_by_hand(cart: Cart, row: CustomerRow, at: datetime) -> tuple[Any, ...]:
    """Work out base, double and tea: what base and tea grant is multiplied, and their sum rounded down once."""
    lines, net, customer = cart.amounts.lines, cart.amounts.net, row.customer
    _check(cart, row, at)
    awards: list[tuple[Any, ...]] = []
    trace: list[tuple[Any, ...]] = []
    factor = None
    if net < 100:
        trace.append(("double", "where", 0, None, None))
    elif "vip" not in [tag.casefold() for tag in customer.tags]:
        trace.append(("double", "who", 0, None, None))
    else:
        factor = Decimal("1.5")
        trace.append(("double", "multiplied", 0, None, factor))
    total, given = NOTHING, 0
    tea = _tea(cart, lines)
    for name, about, money, each in (("base", lines, net, 1), ("tea", tea, sum(tea.values(), NOTHING), 2)):
        if not about:
            trace.append((name, "items", 0, None, None))
            continue
        total += int(money // 1) * each * (factor or 1)
        points = int(total) - given
        given += points
        if points:
            awards.append((name, "", points, about, None, None))
        trace.append((name, "granted" if points else "too_little", points, money, factor))
    trace[0], trace[1] = trace[1], trace[0]
    return tuple(awards), tuple(trace), net, (0, NOTHING)


def _check(cart: Cart, row: CustomerRow, at: datetime) -> None:
    """Refuse what the chain does not know how to quote."""
    customer = row.customer
    if customer.is_excluded or customer.deactivated_at is not None or cart.redeem or at.tzinfo is None:
        raise ValueError("not written out")
    if cart.currency is not None and cart.currency != "EUR":
        raise ValueError("another currency")


def _tea(cart: Cart, lines: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {
        item.line_id: lines[item.line_id]
        for item in cart.items
        if item.category is not None and item.category.casefold() == "tea"
    }


def run() -> list[Row]:
    """Measure each pair in turn, and compare what they give."""
    plain = _pair("three rules", (BASE, TEA, LARGE), by_hand, GOAL)
    return [*plain, *_pair("two rules and a multiplier", (BASE, TEA, DOUBLE), multiplied_by_hand, None)]


def _pair(
    name: str,
    rules: tuple[EarningRule, ...],
    chain: Callable[[Cart, CustomerRow, datetime], tuple[Any, ...]],
    goal: float | None,
) -> list[Row]:
    program = Program("b", currency="EUR", timezone="UTC", earning=rules)
    row = _row()
    found, expected = program.quote(CART, row, at=AT), chain(CART, row, AT)
    if found != expected:
        raise AssertionError(f"the library gives {found}, the hand {expected}")
    ours, hand = [0.0] * ROUNDS, [0.0] * ROUNDS
    for turn in range(ROUNDS * TURNS):
        begin = time.perf_counter()
        for _ in range(QUOTES):
            program.quote(CART, row, at=AT)
        middle = time.perf_counter()
        for _ in range(QUOTES):
            chain(CART, row, AT)
        hand[turn // TURNS] += time.perf_counter() - middle
        ours[turn // TURNS] += middle - begin
    figure, times = f"{name}: quote / if-chain", ratio(ours, hand)
    return [
        Row(NAME, figure, times, "x") if goal is None else at_most(NAME, figure, times, goal),
        Row(NAME, f"{name}: quote, per order", min(ours) / TURNS / QUOTES * 1e6, "µs"),
        Row(NAME, f"{name}: if-chain, per order", min(hand) / TURNS / QUOTES * 1e6, "µs"),
    ]
