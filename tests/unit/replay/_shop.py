"""A small shop for tests of the replay: programs, orders, and what a store holds."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import Fact, KeyRecord, Note
from loyalcore.domain.ledger import Debt, Entry, Ledger, Lot, PointsHold
from loyalcore.domain.programs import Program
from loyalcore.errors import StaleVersion
from loyalcore.query import All
from loyalcore.replay import Order, Replayed, replay
from loyalcore.testing import CountedIds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.store import Store

KINDS = (Customer, Membership, Ledger, Lot, PointsHold, Debt, Entry, KeyRecord, Fact, Note)


def program(**tables: Any) -> Program:
    """Give a program that grants a point per euro, in UTC, with some tables of its document set."""
    document = {
        "id": "beans",
        "currency": "EUR",
        "timezone": "UTC",
        "earning": [{"id": "base", "points": 1, "per": 1}],
        **tables,
    }
    return Program.from_document(document)


class Meddled:
    """A store in which somebody else writes between the reading and the writing of a unit."""

    def __init__(self, store: Any, times: int) -> None:
        self._store = store
        self.times = times

    def unit(self, *, readonly: bool = False) -> Any:
        if not readonly and self.times:
            self.times -= 1
            raise StaleVersion("ledger")
        return self._store.unit(readonly=readonly)


def instant(text: str) -> datetime:
    """Read an instant; a date alone is its midnight in UTC."""
    return datetime.fromisoformat(f"{text}T00:00:00+00:00" if len(text) == 10 else text)


def order(order_id: str, customer_id: str, at: str, total: str) -> Order:
    """Give an order."""
    return Order(order_id, customer_id, instant(at), Decimal(total))


def run(store: Store, rules: Program, orders: Iterable[Order], as_of: str = "2025-01-01", **settings: Any) -> Replayed:
    """Replay orders with counted ids."""
    settings.setdefault("ids", CountedIds())
    return replay(store, rules, list(orders), as_of=instant(as_of), **settings)


def records(store: Store, kind: type[Any], environment: str = "live") -> list[Any]:
    """Give all records of a kind."""
    with store.unit(readonly=True) as unit:
        return list(unit.stream(All(kind, environment), instant("2025-01-01")))


def everything(store: Store) -> dict[str, list[Any]]:
    """Give all that a store holds, by kind."""
    return {kind.__name__: records(store, kind) for kind in KINDS}


def unversioned(found: Iterable[Any], *names: str) -> list[Any]:
    """Give records without the number of their commits and without other fields."""
    return [attrs.evolve(each, version=1, **dict.fromkeys(names)) for each in found]


def book(store: Store) -> list[tuple[str, str, int, str | None]]:
    """Give each entry as (kind, day, points, order)."""
    return [
        (each.kind.value, each.effective_at.date().isoformat(), each.points, each.order_id)
        for each in records(store, Entry)
    ]
