"""Purchases: what somebody may want of orders, written as commands in their JSON form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

PIECES = (1, 2, 3, 6)
BACK = (1, 1, 1, 2)
PRICES = ("0", "0.99", "2.50", "7", "12.34", "30")
REDEEMED = (0, 0, 0, 3, 10)
LINES = ("1", "2", "3")
KNOWN = 5
"""Out of how many of the latest orders one is named."""


class Purchases:
    """Makes commands about orders; it remembers the orders, so that later commands can name earlier ones.

    Args:
        random: Where chance comes from.
        customers: The ids of the customers.
    """

    def __init__(self, random: Random, customers: list[str]) -> None:
        self._random = random
        self._customers = customers
        self._orders: list[tuple[str, str]] = []
        self._returns: list[str] = []
        self._returned = ""

    def make(self, base: dict[str, Any]) -> dict[str, Any]:
        """Make a command.

        Args:
            base: The customer, the key, and when it happened.
        """
        random, chance = self._random, self._random.random()
        if chance < 0.35 or not self._orders:
            return self._new(base)
        order_id, customer = random.choice(self._orders[-KNOWN:])
        if chance < 0.45:
            who = customer if random.random() < 0.95 else random.choice(self._customers)
            cart = {"cart": self._cart()} if random.random() < 0.3 else {}
            return {"command": "orders.close", **base, "customer_id": who, "order_id": order_id, **cart}
        others = {name: value for name, value in base.items() if name != "customer_id"}
        if chance < 0.5:
            return {"command": "orders.update", **others, "order_id": order_id, "cart": self._cart()}
        if chance < 0.82:
            return self._return(others, order_id)
        command = "orders.cancel" if chance < 0.91 else "orders.reopen"
        return {"command": command, **others, "order_id": order_id}

    def _new(self, base: dict[str, Any]) -> dict[str, Any]:
        order_id = f"b-{len(self._orders) + 1}"
        self._orders.append((order_id, base["customer_id"]))
        command = "orders.open" if self._random.random() < 0.2 else "orders.close"
        return {"command": command, **base, "order_id": order_id, "cart": self._cart()}

    def _cart(self) -> dict[str, Any]:
        random = self._random
        items = [
            {"line_id": line, "unit_price": random.choice(PRICES), "quantity": random.choice(PIECES)}
            | ({"category": "tea"} if random.random() < 0.5 else {})
            for line in LINES[: random.randint(1, len(LINES))]
        ]
        cart: dict[str, Any] = {"items": items, "redeem": random.choice(REDEEMED)}
        if random.random() < 0.2:
            cart["discounts"] = [{"percent": random.choice(["10", "33.3"])}]
        return cart

    def _return(self, base: dict[str, Any], order_id: str) -> dict[str, Any]:
        random = self._random
        return_id = f"r-{base['key']}"
        if self._returns and random.random() < 0.08:
            return_id = random.choice(self._returns[-KNOWN:])
        self._returns.append(return_id)
        if self._returned and random.random() < 0.5:
            order_id = self._returned  # more of the same order
        self._returned = order_id
        do = {"command": "orders.return_items", **base, "order_id": order_id, "return_id": return_id}
        if random.random() < 0.75:
            do["items"] = {line: random.choice(BACK) for line in LINES[: random.choice([1, 1, 2])]}
        if random.random() < 0.15:
            do["refund"] = random.choice(PRICES)
        return do
