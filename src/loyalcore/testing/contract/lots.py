"""Points are taken from the lots that the program's order names, and every lot adds up at all times (P5, P7, P10)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.domain.decision import LedgerRef
from loyalcore.testing.contract._contract import Contract, Shop, read
from loyalcore.testing.contract._lots import check_books

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.store import Store

ADA = LedgerRef("live", "holder-1", "beans", "")
EXPIRIES = ("2Y", None, "1Y", "3Y")
"""When the lots of a test end, in the order in which they are made: 3, 1, 4 and then 2 is the order of their ends."""


class LotContract(Contract):
    """Points are taken from the lots that the order names, and every lot adds up after every command."""

    @pytest.mark.parametrize(
        ("consumption", "numbers"),
        [("soonest_expiry", [3, 1, 4, 2]), ("oldest_first", [1, 2, 3, 4]), ("newest_first", [4, 3, 2, 1])],
    )
    def test_lots_are_spent_in_their_order(self, store: Store, consumption: str, numbers: list[int]) -> None:
        """P5: of four lots of 10 points each spend of 7 empties them in the program's order, and names them."""
        shop = Shop(store, consumption=consumption)
        for number, expiry in enumerate(EXPIRIES):
            shop.points.award("ada", 10, reason="a", expiry=expiry, key=f"k-{number}")
        drawn: dict[int, int] = {}
        for number in range(5):
            for entry in shop.points.spend("ada", 7, key=f"s-{number}").entries:
                for draw in entry.draws:
                    drawn[draw.lot] = drawn.get(draw.lot, 0) + draw.points
        first, second, third, last = numbers
        assert list(drawn.items()) == [(first, 10), (second, 10), (third, 10), (last, 5)]
        assert [(lot.lot, lot.free) for lot in read(store, ADA).lots] == [(last, 5)]
        check_books(shop, ["ada"])

    @pytest.mark.parametrize("end", ["expires_at", "active_from"])
    def test_lots_a_microsecond_apart_are_told_apart(self, store: Store, end: str) -> None:
        """P7: of two lots that differ by one microsecond, the earlier one is spent first, whichever was made first."""
        shop = Shop(store, at="2026-01-31T12:00:00Z")
        for number, micro in enumerate((2, 1)):
            fields: dict[str, Any] = {end: datetime(2026, 2, 28, 12, 0, 0, micro, tzinfo=UTC)}
            shop.points.award("ada", 10, reason="a", key=f"k-{number}", **fields)
        if end == "active_from":
            shop.clock.put("2026-03-01T12:00:00Z")
        spend = shop.points.spend("ada", 5, key="s-1").entries[-1]
        assert [draw.lot for draw in spend.draws] == [2]
        check_books(shop, ["ada"])

    def test_every_lot_adds_up_after_every_command(self, store: Store) -> None:
        """P10: what a lot was granted is what is left in it, held of it and taken from it, whatever is done next."""
        shop = Shop(store, shortfall="allow_negative", return_policy="unlimited")
        points = shop.points
        acts: list[Callable[[], object]] = [
            lambda: points.award("ada", 30, reason="a", order_id="o-1", expiry="10D", key="k-1"),
            lambda: points.award("ada", 20, reason="a", key="k-2"),
            lambda: points.award("ada", 10, reason="a", activation="20D", key="k-3"),
            lambda: points.spend("ada", 35, order_id="o-2", key="s-1"),
            lambda: points.hold("ada", 10, key="h-1"),
            lambda: points.restore("ada", 20, order_id="o-2", key="t-1"),
            lambda: points.capture("ada", "h-1", points=4, key="c-1"),
            lambda: points.transfer("ada", 5, to="bob", reason="t", key="m-1"),
            lambda: shop.clock.move(days=15),
            points.sweep,
            lambda: points.spend("ada", 25, key="s-2"),
            lambda: points.reverse("ada", order_id="o-1", key="v-1"),
            lambda: shop.clock.move(days=15),
            lambda: points.award("ada", 40, reason="a", key="k-4"),
            lambda: points.restore("ada", order_id="o-2", key="t-2"),
            lambda: shop.loyalty.customers.merge("bob", into="ada"),
            lambda: points.spend("ada", 10, key="s-3"),
        ]
        for act in acts:
            act()
            check_books(shop, ["ada"])
