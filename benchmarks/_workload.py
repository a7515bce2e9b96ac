"""The work that every contestant does: who, how many points, when; and the shop that does it through the facade."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from loyalcore import Loyalty, Program
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.values.codes import code_of

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM = "beans"
ZONE = "Europe/Berlin"
EXPIRY = "end_of_month(12M)"
DOCUMENT = {"id": PROGRAM, "currency": "EUR", "timezone": ZONE, "points": {"expiry": EXPIRY}}
CLOSING_DOCUMENT = {
    **DOCUMENT,
    "points": {"expiry": EXPIRY, "notices": ["points_added"]},
    "earning": [{"id": "base", "points": 1, "per": 1}],
    "tiers": {
        "measure": "money_spent",
        "levels": [{"name": "Base", "at": 0}, {"name": "Silver", "at": 100}, {"name": "Gold", "at": 200}],
        "notices": ["tier_up"],
    },
}
"""The program of the orders: one rule, three tiers, a notice of points and of a tier."""
ACTOR = "checkout"
CUSTOMERS = 100
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Posting(NamedTuple):
    """One award or one spend."""

    customer_id: str
    points: int
    order_id: str
    key: str
    at: datetime


def posting(number: int, *, is_award: bool) -> Posting:
    """Give the award or the spend of a number: all customers in turn, and as much spent as awarded: lots stay few."""
    word, after = ("order", 0) if is_award else ("cart", 1)
    order_id = f"{word}-{number}"
    at = BEGIN + timedelta(seconds=2 * number + after)
    return Posting(f"customer-{number % CUSTOMERS:04}", 100 + number % 7, order_id, f"key-{order_id}", at)


class Closing(NamedTuple):
    """One order that is closed at once."""

    customer_id: str
    order_id: str
    cart: dict[str, Any]
    key: str
    at: datetime


def closing(number: int) -> Closing:
    """Give the order of a number: all customers in turn, three lines each, prices that change."""
    lines = (("1", f"{11 + number % 9}.90", 1), ("2", f"{3 + number % 5}.25", 2), ("3", f"{2 + number % 3}.10", 3))
    items = [
        {"line_id": line_id, "unit_price": price}
        | ({"quantity": pieces} if pieces > 1 else {})
        | {"sku": f"sku-{line_id}"}
        for line_id, price, pieces in lines
    ]
    at = BEGIN + timedelta(seconds=number)
    order_id = f"order-{number}"
    return Closing(f"customer-{number % CUSTOMERS:04}", order_id, {"items": items}, f"key-{order_id}", at)


class SetClock:
    """A clock that shows what it was set to."""

    def __init__(self) -> None:
        self.at = BEGIN - timedelta(days=1)

    def now(self) -> datetime:
        """The instant that it was set to."""
        return self.at


class CountedIds:
    """Ids as long as random ones, the same in every run."""

    def __init__(self) -> None:
        self._count = 0

    def new(self, kind: str) -> str:
        """Give the next id."""
        self._count += 1
        return f"{self._count:032x}"

    def share_code(self) -> str:
        """Give the next share code."""
        self._count += 1
        return code_of(self._count)


class Facade:
    """loyalcore, called as a host calls it.

    Args:
        url: The URL of its store; its tables are made where they are missing.
        synchronous: As `SqlStore`.
        document: The document of its program.
    """

    def __init__(self, url: str, synchronous: str = "FULL", document: Mapping[str, Any] = DOCUMENT) -> None:
        self.clock = SetClock()
        self.store = SqlStore(url, synchronous=synchronous)
        self.store.upgrade()
        self.shop = Loyalty(
            self.store, [Program.from_document(document)], clock=self.clock, ids=CountedIds(), actor=ACTOR
        )

    def open_accounts(self) -> None:
        """Register every customer, with a first lot."""
        for number in range(CUSTOMERS):
            customer_id = f"customer-{number:04}"
            self.shop.customers.register(customer_id)
            self.shop.points.award(customer_id, 500, reason="welcome", key="welcome")

    def award(self, work: Posting) -> None:
        """Award the points of an order."""
        self.clock.at = work.at
        self.shop.points.award(work.customer_id, work.points, reason="order", order_id=work.order_id, key=work.key)

    def spend(self, work: Posting) -> None:
        """Spend points on an order."""
        self.clock.at = work.at
        self.shop.points.spend(work.customer_id, work.points, reason="cart", order_id=work.order_id, key=work.key)

    def close_order(self, work: Closing) -> None:
        """Close an order."""
        self.clock.at = work.at
        self.shop.orders.close(work.customer_id, work.order_id, work.cart, key=work.key)

    def close(self) -> None:
        """Let the store go."""
        self.store.close()
