"""Taken back once, given back to the lots it came from, and owed until it is paid (P4, P5, P8, P10)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.domain.decision import DebtRef, LedgerRef, LotRef
from loyalcore.domain.ledger import Draw, Restore, Reverse
from loyalcore.errors import InsufficientPoints
from loyalcore.testing._crew import WORKERS
from loyalcore.testing._play import dump
from loyalcore.testing.contract._contract import Contract, Shop, need_workers, read
from loyalcore.testing.contract._lots import check_books

if TYPE_CHECKING:
    from loyalcore.store import Store

MICRO = timedelta(microseconds=1)
SOON = datetime(2026, 3, 1, 9, 30, 15, 654321, tzinfo=UTC)
LATE = datetime(2027, 3, 1, 9, 30, 15, 654321, tzinfo=UTC)
ADA = LedgerRef("live", "holder-1", "beans", "")
OWING: dict[str, Any] = {"shortfall": "allow_negative", "return_policy": "unlimited"}


class ReversalContract(Contract):
    """What was awarded is taken back once, what was spent comes back to its lots, what is owed is kept."""

    def test_a_reversal_is_capped(self, store: Store) -> None:
        """P4: reversals of one award find each other, and together take no more than was awarded."""
        shop = Shop(store)
        award = shop.points.award("ada", 30, reason="a", order_id="o-1", key="k-1").entries[0]
        shop.points.award("ada", 100, reason="a", key="k-2")
        taken = [
            shop.points.reverse("ada", 20, order_id="o-1", key="v-1").points,
            shop.points.reverse("ada", 20, entry_id=award.id, key="v-2").points,
            shop.points.reverse("ada", order_id="o-1", key="v-3").points,
        ]
        assert taken == [20, 10, 0]
        shown = shop.points.balance("ada")
        assert (shown.active, shown.reversed) == (100, 30)
        check_books(shop, ["ada"])

    @pytest.mark.parametrize(
        ("policy", "figures"),
        [
            ("only_pending", (20, 0, 10, 30, 0)),
            ("within_balance", (0, 0, 10, 50, 0)),
            ("unlimited", (0, 0, 10, 60, 10)),
        ],
    )
    def test_a_reversal_takes_what_its_policy_allows(self, store: Store, policy: str, figures: tuple[int, ...]) -> None:
        """P10: of 30 pending and 20 active points of an order each policy takes its part, lot by lot."""
        shop = Shop(store, return_policy=policy)
        shop.points.award("ada", 30, reason="a", order_id="o-1", activation="14D", key="k-1")
        shop.points.award("ada", 30, reason="a", order_id="o-1", key="k-2")
        shop.points.spend("ada", 10, key="s-1")
        shop.points.reverse("ada", 60, order_id="o-1", key="v-1")
        shown = shop.points.balance("ada")
        assert (shown.active, shown.pending, shown.spent, shown.reversed, shown.deficit) == figures
        check_books(shop, ["ada"])

    def test_racing_reversals_take_back_once(self, store: Store) -> None:
        """P8: of 16 workers that each take back 10 of an award of 100, all together take 100."""
        need_workers(store)
        shop = Shop(store)
        shop.points.award("ada", 100, reason="a", order_id="o-1", key="k-1")
        shop.points.award("ada", 200, reason="a", key="k-2")
        answers = self.deliver(
            shop, [[Reverse("ada", 10, order_id="o-1", key=f"v-{worker}")] for worker in range(WORKERS)]
        )
        assert Counter(answer.code for answer in answers) == {"ok": WORKERS}
        taken = Counter(answer.receipt.points for answer in answers if answer.receipt is not None)
        assert taken == {10: 10, 0: 6}
        assert shop.points.balance("ada").reversed == 100
        check_books(shop, ["ada"])

    def test_a_restore_brings_back_the_old_dates(self, store: Store) -> None:
        """P4: lots that a spend emptied are found again, and its points come back to them with their old ends."""
        shop = Shop(store)
        shop.points.award("ada", 10, reason="a", expires_at=SOON, key="k-1")
        shop.points.award("ada", 20, reason="b", expires_at=LATE, key="k-2")
        before = shop.points.schedule("ada")
        spend = shop.points.spend("ada", 30, order_id="o-1", key="s-1").entries[0]
        assert read(store, ADA).lots == ()
        assert [read(store, LotRef(ADA, number)).expires_at for number in (1, 2)] == [SOON, LATE]
        shop.points.restore("ada", 25, entry_id=spend.id, key="t-1")
        assert [(lot.lot, lot.free, lot.expires_at) for lot in read(store, ADA).lots] == [(1, 5, SOON), (2, 20, LATE)]
        shop.points.restore("ada", order_id="o-1", key="t-2")
        assert shop.points.schedule("ada") == before
        assert [shop.figures(at=SOON + off)[0] for off in (-MICRO, 0 * MICRO)] == [30, 20]
        check_books(shop, ["ada"])

    def test_what_is_restored_late_expires_at_once(self, store: Store) -> None:
        """P10: points of a lot that has ended since come back expired."""
        shop = Shop(store)
        shop.points.award("ada", 10, reason="a", expires_at=SOON, key="k-1")
        shop.points.spend("ada", 10, order_id="o-1", key="s-1")
        shop.clock.put(SOON)
        shop.points.restore("ada", order_id="o-1", key="t-1")
        assert shop.figures() == (0, 0, 0, 10)
        check_books(shop, ["ada"])

    def test_racing_restores_give_back_once(self, store: Store) -> None:
        """P8: of 16 workers that each give back one spend under a key of their own, one does; the rest are refused."""
        need_workers(store)
        shop = Shop(store)
        shop.fill("ada", 25, lots=4)
        shop.points.spend("ada", 80, order_id="o-1", key="s-1")
        answers = self.deliver(shop, [[Restore("ada", order_id="o-1", key=f"t-{worker}")] for worker in range(WORKERS)])
        assert Counter(answer.code for answer in answers) == {"ok": 1, "insufficient_points": WORKERS - 1}
        assert shop.figures() == (100, 0, 0, 0)
        check_books(shop, ["ada"])

    def test_what_is_owed_is_loaded_with_its_ledger(self, store: Store) -> None:
        """P5: a ledger is loaded with what it owes, oldest first; a debt that is paid is found by its own ref only."""
        shop = Shop(store, **OWING)
        first, second = (shop.points.spend("ada", points, key=f"s-{points}").entries[0] for points in (10, 20))
        assert [(debt.entry_id, debt.owed) for debt in read(store, ADA).debts] == [(first.id, 10), (second.id, 20)]
        shop.points.award("ada", 15, reason="a", key="k-1")
        head = read(store, ADA)
        assert head.deficit == 15
        assert [(debt.entry_id, debt.owed, debt.paid) for debt in head.debts] == [(second.id, 15, (Draw(1, 5),))]
        paid = read(store, DebtRef(ADA, first.id))
        assert (paid.owed, paid.paid) == (0, (Draw(1, 10),))
        shop.points.award("ada", 40, reason="a", key="k-2")
        assert (read(store, ADA).debts, shop.points.balance("ada").active) == ((), 25)
        check_books(shop, ["ada"])

    def test_a_reversal_of_what_was_spent_is_owed(self, store: Store) -> None:
        """P5: buy, spend, return leaves what was spent owed, and the next points pay it whenever they come."""
        shop = Shop(store, **OWING)
        shop.points.award("ada", 30, reason="a", order_id="o-1", key="k-1")
        shop.points.spend("ada", 30, key="s-1")
        shop.points.reverse("ada", order_id="o-1", key="v-1")
        shop.points.award("ada", 40, reason="a", active_from=SOON, key="k-2")
        shown = [shop.points.balance("ada", at=SOON + off) for off in (-MICRO, 0 * MICRO)]
        assert [(each.active, each.pending, each.deficit) for each in shown] == [(0, 40, 30), (10, 0, 0)]
        shop.clock.put(SOON)
        assert shop.points.sweep() == 1
        assert (read(store, ADA).debts, shop.figures()) == ((), (10, 0, 30, 0))
        check_books(shop, ["ada"])

    def test_a_restore_gives_back_to_the_lot_that_paid(self, store: Store) -> None:
        """P4: a debt that was paid is found when its spend is given back, and the lot that paid has its points back."""
        shop = Shop(store, **OWING)
        shop.points.award("ada", 20, reason="a", key="k-1")
        spend = shop.points.spend("ada", 50, key="s-1").entries[0]
        shop.points.award("ada", 30, reason="a", expires_at=SOON, key="k-2")
        assert read(store, ADA).lots == ()
        shop.points.restore("ada", entry_id=spend.id, key="t-1")
        assert [(lot.lot, lot.free, lot.expires_at) for lot in read(store, ADA).lots] == [(1, 20, None), (2, 30, SOON)]
        assert read(store, DebtRef(ADA, spend.id)).paid == ()
        before = dump(store)
        with pytest.raises(InsufficientPoints):
            shop.points.restore("ada", entry_id=spend.id, key="t-2")
        assert dump(store) == before
        check_books(shop, ["ada"])
