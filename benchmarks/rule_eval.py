"""rule_eval: what one order earns by three rules, quoted by the library and by a hand-written chain of conditions."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal

from benchmarks._measure import ROUNDS, Row, at_most, ratio
from loyalcore import Cart, CustomerRow, EarningRule, Item, Program
from loyalcore.domain.customers import Customer, Membership, Standing
from loyalcore.fields import CartFields, CustomerFields, ItemFields

NAME = "rule_eval"
GOAL = 3.0
QUOTES = 2_000
"""How many orders a round quotes."""
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)

RULES = (
    EarningRule("base", points=1, per=1),
    EarningRule("tea", points=2, per=1, items=ItemFields.category == "tea"),
    EarningRule("large", points=50, where=CartFields.net >= 100, who=CustomerFields.tags.has("vip")),
)
CART = Cart(
    items=[
        Item("1", unit_price="19.90", quantity=3, category="mug"),
        Item("2", unit_price="4.50", quantity=8, category="tea"),
        Item("3", unit_price="7.25", quantity=2, category="tea"),
    ]
)


def _row() -> CustomerRow:
    customer = Customer(environment="live", customer_id="ada", holder_id="h1", registered_at=AT, tags=("vip",))
    standing = Standing(tier="Gold")
    return CustomerRow(customer, Membership(environment="live", holder_id="h1", program_id="b", standing=standing), AT)


def by_hand(cart: Cart, row: CustomerRow) -> int:
    """Work out what the rules come to with conditions written out, on the same values."""
    net = sum((item.unit_price * item.quantity for item in cart.items), Decimal(0))
    points = int(net // 1)
    tea = sum((item.unit_price * item.quantity for item in cart.items if item.category == "tea"), Decimal(0))
    if tea:
        points += int(tea // 1) * 2
    if net >= 100 and "vip" in row.customer.tags:
        points += 50
    return points


def run() -> list[Row]:
    """Measure both in turn, and compare what they give."""
    program = Program("b", currency="EUR", timezone="UTC", earning=RULES)
    row = _row()
    found = program.quote(CART, row, at=AT).points
    if found != by_hand(CART, row):
        raise AssertionError(f"the library gives {found}, the hand {by_hand(CART, row)}")
    ours, hand = [], []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(QUOTES):
            program.quote(CART, row, at=AT)
        middle = time.perf_counter()
        for _ in range(QUOTES):
            by_hand(CART, row)
        hand.append(time.perf_counter() - middle)
        ours.append(middle - begin)
    return [
        at_most(NAME, "quote with trace and weights / if-chain", ratio(ours, hand), GOAL),
        Row(NAME, "quote, per order", min(ours) / QUOTES * 1e6, "µs"),
        Row(NAME, "if-chain, per order", min(hand) / QUOTES * 1e6, "µs"),
    ]
