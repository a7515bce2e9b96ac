"""Many customers for tests of bulk actions."""

from __future__ import annotations

from typing import Any

from loyalcore.domain.programs import Program
from loyalcore.fields import CUSTOMERS
from loyalcore.query import Query
from loyalcore.services import BulkProgress, Loyalty
from loyalcore.testing import CountedIds, FixedClock

START = "2026-01-01T12:00:00Z"
BEANS = Program("beans", currency="EUR", timezone="Europe/Berlin")
TEA = Program("tea", currency="EUR", timezone="UTC")
EVERYBODY = Query(CUSTOMERS)


def opened(store: Any, *programs: Program, count: int = 0) -> Loyalty:
    """Open a facade with so many customers, each with as many points as its number."""
    shop = Loyalty(store, programs or [BEANS], clock=FixedClock(START), ids=CountedIds(), actor="till")
    for number in range(count):
        shop.customers.register(f"c-{number}")
        if number:
            shop.points.award(f"c-{number}", number, reason="test", key="w", program=shop.programs[0].id)
    return shop


def counts(result: BulkProgress) -> tuple[int, int, int]:
    """Give how many were done, refused and unchanged."""
    return result.done, result.refused, result.unchanged


def balances(shop: Loyalty, count: int, **where: Any) -> list[int]:
    """Give the active points of every customer."""
    return [shop.points.balance(f"c-{number}", **where).active for number in range(count)]


class Stop(Exception):  # noqa: N818 - it is no error
    """What stops a run."""
